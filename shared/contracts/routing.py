"""What routing says of each question, and what it can be asked to do. The case is the submission's id."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Cleaned, Command, Event, Model, Role, Token
from shared.contracts.people import MAX_QUESTION, Question
from shared.contracts.taxonomy import QuestionField, Scope

Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000), Cleaned]
AnswerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]
OfAsker = Annotated[tuple[Annotated[str, StringConstraints(min_length=1, max_length=500)], ...], Field(max_length=10)]

ClockChoice = Literal["keeps-running", "pauses", "starts-anew"]
"""What a transfer does to the term: it runs on; it stops until the new department takes the question up; it is counted
anew from the day of the transfer."""

Settlement = Literal["answered-at-dialogue", "answered-in-writing", "redirected", "referred-up", "withdrawn"]

WrittenBecause = Literal[
    "excused",
    "absent",
    "no-seat",
    "late",
    "unscheduled",
    "outside-subject",
    "taken",
    "afterwards",
    "cancelled",
    "reopened",
]
"""Why an answer is owed in writing.

no-seat: he waited for a seat to the last and none became free. late: the form came after registration closed.
unscheduled: when no dialogue was open. outside-subject: the dialogue is about other fields. taken: at the conference,
for a written answer. afterwards: the asker was there, and no answer was ready. cancelled: it could not be held.
reopened: it was answered, and that was not enough.
"""


class RoutingEvent(Event, speaker="routing"):
    """Said by routing about one question."""

    question: Token


class QuestionAssigned(RoutingEvent):
    """A department must answer. `because` gives the words, or the officer's reason, that decided it.

    confidence: probability that the field is right; 1.0 where a person decided.
    assigned_by: the officer's name, or None when the profile's rules decided.
    session: number of the dialogue's session it belongs to; None where the dialogue has none, or none for this field.
    outside_subject: the dialogue is about other fields, so the answer is owed in writing.
    sets_aside: a draft of another department is neither judged nor mended any more.
    ends_triage: it waited for a person until now, also where the rules decide after all.
    """

    dialogue: Token | None
    field: QuestionField
    department: Token
    because: tuple[str, ...]
    confidence: float = Field(ge=0, le=1)
    assigned_by: str | None
    session: int | None = None
    outside_subject: bool = False
    sets_aside: bool = False
    ends_triage: bool = False


class QuestionTransferred(RoutingEvent):
    """Another department must answer; what that does to the term is said, not guessed."""

    from_department: Token
    department: Token
    field: QuestionField
    reason: str
    clock: ClockChoice
    transferred_by: str
    session: int | None = None
    outside_subject: bool = False


class TransferAccepted(RoutingEvent):
    """The department has taken the question up; a term that was paused for the transfer runs again."""

    department: Token
    accepted_by: str


class QuestionReferredUp(RoutingEvent):
    """Beyond the commune's authority: recorded, and to be reported to the direct superior. The asker is told.

    scope: what the question was held for; a denunciation's asker is named in no letter and no slip.
    """

    dialogue: Token | None
    authority: str
    reason: str
    referred_by: str
    scope: Scope = Scope.IN_SCOPE


class SuperiorReported(RoutingEvent):
    """The report on a question that was referred up has gone out. document: its number and symbol."""

    authority: str
    document: str
    reported_by: str


class Proposal(Model):
    """A field and department that a waiting question may belong to."""

    field: QuestionField
    department: Token
    confidence: float = Field(ge=0, le=1)


class ProposedMatter(Model):
    """One of several matters that a question seems to hold, and where it may belong. text: its part of the question."""

    text: str
    field: QuestionField
    department: Token
    confidence: float = Field(ge=0, le=1)


class QuestionAwaitsTriage(RoutingEvent):
    """The rules are not sure enough, see a complaint or denunciation, or several matters: a person decides.

    matters: how the question may be split, the parts in order; empty where it holds one matter.
    """

    dialogue: Token | None
    scope: Scope
    because: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    matters: tuple[ProposedMatter, ...] = ()


class QuestionHandedBack(RoutingEvent):
    """The department says that the question is not its own: the office decides anew. The asker may read why."""

    department: Token
    reason: str
    handed_back_by: str


class PartAssigned(Model):
    """Whose a new question is, where who split it said so."""

    question: Token
    field: QuestionField
    department: Token


class QuestionSplit(RoutingEvent):
    """The question held several matters. It keeps the first; each other is a question of its own from now on.

    text: what stays of it. parts: the new questions. Their ids begin with that of the question.
    assigned: of the new questions those whose department was decided with it.
    by_the_rules: of the others the rules decide. Else a person does: it was held for a complaint or denunciation, a
        department had handed it back, or its answer was not enough.
    scope: what it was held for before. Of the others each is held for no less.
    """

    text: str
    parts: tuple[Question, ...] = Field(min_length=1)
    assigned: tuple[PartAssigned, ...] = ()
    split_by: str
    by_the_rules: bool = True
    scope: Scope = Scope.IN_SCOPE


class CoordinationAsked(RoutingEvent):
    """Other departments are to say what they know to the one in the lead. departments: all that are asked now."""

    department: Token
    departments: tuple[Token, ...]
    matter: str
    asked_by: str


class OpinionGiven(RoutingEvent):
    """A coordinating department has said what it knows. department: which."""

    department: Token
    text: str
    given_by: str


class QuestionRedirected(RoutingEvent):
    """Not for this dialogue or this commune: the sender is told in writing where it goes."""

    scope: Scope
    authority: str
    guidance: str
    decided_by: str


class DraftKept(RoutingEvent):
    """The department works on its answer: a version is kept, and not handed in yet."""

    department: Token
    draft: int = Field(ge=1)
    text: str
    kept_by: str


class AnswerDrafted(RoutingEvent):
    """The department has handed its written answer in for approval.

    awaits: the roles of which one decides next.
    follows: the question on which they decide for this one, too; None where they decide on it by itself.
    """

    department: Token
    draft: int = Field(ge=1)
    text: str
    drafted_by: str
    awaits: tuple[Role, ...] = (Role.OFFICE_HEAD, Role.CHAIRMAN)
    follows: Token | None = None


class AnswerEndorsed(RoutingEvent):
    """One step of the commune's approval is done. awaits: the roles of which one decides next."""

    department: Token
    draft: int = Field(ge=1)
    endorsed_by: str
    role: Role
    awaits: tuple[Role, ...]


class AnswerReturned(RoutingEvent):
    """The answer goes back to the department, with what is wrong with it."""

    department: Token
    draft: int = Field(ge=1)
    remarks: str
    returned_by: str


class AnswerApproved(RoutingEvent):
    """The answer may be given. `text` is the final wording.

    round: 2 for the answer after the question was reopened, and so on.
    """

    dialogue: Token | None
    department: Token
    text: str
    approved_by: str
    round: int = Field(default=1, ge=1)


class ExtensionRequested(RoutingEvent):
    """The department says why it needs more time; nothing has moved yet.

    requirement: what is required meanwhile. responsible: who answers for it.
    """

    department: Token
    working_days: int = Field(ge=1)
    reason: str
    requested_by: str
    requirement: str | None = None
    responsible: str | None = None


class ExtensionGranted(RoutingEvent):
    """The term moves by `working_days`, counted on from its present end. The asker is told what, why and until when."""

    department: Token
    working_days: int = Field(ge=1)
    reason: str
    granted_by: str
    requirement: str | None = None
    responsible: str | None = None


class QuestionAnsweredAtDialogue(RoutingEvent):
    """The registrant was present and heard the answer: the approved one, or what was said on the spot, and by whom."""

    dialogue: Token
    answer: str | None = None
    answered_by: str | None = None


class QuestionTakenForWrittenAnswer(RoutingEvent):
    """At the conference nobody could answer it yet; the chairman has it answered in writing."""

    dialogue: Token
    note: str
    taken_by: str


class WrittenAnswerOwed(RoutingEvent):
    """The asker will not hear the answer at a dialogue, so it is owed in writing. Said once a round."""

    dialogue: Token | None
    because: WrittenBecause


class QuestionGrouped(RoutingEvent):
    """The question belongs to a topic with others like it. Its asker keeps an answer of his own."""

    topic: str
    grouped_by: str


class QuestionJoined(RoutingEvent):
    """The question gets the answer of another, word for word: one text, and a letter for each asker.

    lead: the question whose answer it is. lead_code: the code of that one's form.
    """

    lead: Token
    joined_by: str
    lead_code: str | None = None


class QuestionParted(RoutingEvent):
    """The question gets an answer of its own again. parted_by: None where the other question left the department.

    department: whose it is. awaits: the roles of which one decides next on the draft that was handed in for both; none
    where none was.
    """

    lead: Token
    reason: str
    parted_by: str | None
    department: Token | None = None
    awaits: tuple[Role, ...] = ()


class QuestionPrioritised(RoutingEvent):
    """The office holds the question pressing, and puts it first at the conference; or takes that back."""

    pressing: bool
    reason: str
    prioritised_by: str


class QuestionRecurs(RoutingEvent):
    """The same was raised before, in these questions, and never settled: it comes first at the conference."""

    dialogue: Token
    earlier: tuple[Token, ...]


class QuestionResembles(RoutingEvent):
    """Another question of the same dialogue is much like it: the office may group them.

    likeness: 0 to 1, the share of word pairs they have in common.
    """

    dialogue: Token
    like: Token
    likeness: float = Field(ge=0, le=1)


class QuestionSettled(RoutingEvent):
    """Nothing is owed to the asker any more, and how that came."""

    how: Settlement


class QuestionReopened(RoutingEvent):
    """The answer was not enough: the office has the question again, and owes a better one in writing.

    mark: the asker's, 1 to 5; None where the office reopened it on its own. reopened_by: None where the mark did it.
    round: 2 for the second answer, and so on.
    """

    dialogue: Token | None
    reason: str
    mark: int | None = None
    reopened_by: str | None = None
    round: int = Field(ge=2)


class AnswerPublished(RoutingEvent):
    """Question and answer stand in the commune's library, in words that name nobody."""

    field: QuestionField | None
    asked: str
    answered: str
    published_by: str


class AnswerUnpublished(RoutingEvent):
    """They are taken out of the library."""

    reason: str
    unpublished_by: str


class RoutingCommand(Command, listener="routing"):
    """Asked of routing about one question."""

    question: Token


Departments = Annotated[tuple[Token, ...], Field(max_length=10)]


class AssignQuestion(RoutingCommand):
    """coordinating: departments that are to say what they know to the one in the lead. matter: about what."""

    field: QuestionField
    department: Token
    reason: Remark
    coordinating: Departments = ()
    matter: Remark | None = None


class HandBack(RoutingCommand):
    """Give the question back to the office. The asker may read the reason."""

    reason: Remark


class Part(Model):
    """One matter of a question that is split. field and department go together; without them the rules decide."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_QUESTION)]
    field: QuestionField | None = None
    department: Token | None = None


class SplitQuestion(RoutingCommand):
    """Make a question of each matter. The first part stays with the question itself."""

    parts: tuple[Part, ...] = Field(min_length=2, max_length=10)


class AskCoordination(RoutingCommand):
    """Ask other departments for their opinion on a matter of the question; the lead stays."""

    departments: Departments = Field(min_length=1)
    matter: Remark


class GiveOpinion(RoutingCommand):
    """Of a coordinating department, to the one in the lead."""

    text: AnswerText


class RedirectQuestion(RoutingCommand):
    """Not this office's matter: tell the asker which authority it is for, and how to reach it."""

    scope: Scope
    authority: Remark
    guidance: Remark


class KeepDraft(RoutingCommand):
    """Keep a version of the answer without handing it in.

    Where others get the answer, too, the reply's state holds "personal": [{"kind", "text", "certain"}]: what in the
    text may tell who one of them is. What is certain holds it up when it is handed in.
    """

    text: AnswerText


class DraftAnswer(RoutingCommand):
    """Write the answer and hand it in for approval. The reply as of `KeepDraft`."""

    text: AnswerText


class ReturnAnswer(RoutingCommand):
    """The draft is to be written anew. remarks: what is wrong with it."""

    remarks: Remark


class ApproveAnswer(RoutingCommand):
    """What was drafted becomes the answer of the office, and goes out."""


class RequestExtension(RoutingCommand):
    """Ask for more time; as of `ExtendTerm`, which grants it."""

    working_days: int = Field(ge=1, le=30)
    reason: Remark
    requirement: Remark
    responsible: Remark


class ExtendTerm(RoutingCommand):
    """Grant more time. The asker gets a letter: what is verified and why, what is required, until when, who answers."""

    working_days: int = Field(ge=1, le=30)
    reason: Remark
    requirement: Remark
    responsible: Remark


class TransferQuestion(RoutingCommand):
    """Hand the question to another department, and say what becomes of the term."""

    field: QuestionField
    department: Token
    reason: Remark
    clock: ClockChoice


class AcceptTransfer(RoutingCommand):
    """The department that a question was handed to takes it on."""


class ReferQuestionUp(RoutingCommand):
    """Beyond what the commune may decide: it is reported to the authority above, and the asker is told."""

    authority: Remark
    reason: Remark


class ReportToSuperior(RoutingCommand):
    """The report of a question that was referred up is sent. document: its number and date."""

    document: Remark


class AnswerOnTheSpot(RoutingCommand):
    """At the conference: what was answered, and by whom, with his office."""

    text: AnswerText
    answered_by: Remark


class TakeForWrittenAnswer(RoutingCommand):
    """At the conference: it is answered in writing afterwards. note: what the chair directed."""

    note: Remark


class GroupQuestion(RoutingCommand):
    """Call it with others of this topic at the conference."""

    topic: Remark


class JoinQuestion(RoutingCommand):
    """Give the question the answer of another like it. lead: that one."""

    lead: Token


class PartQuestion(RoutingCommand):
    """Give the question an answer of its own again."""

    reason: Remark


class PrioritiseQuestion(RoutingCommand):
    """pressing: called before the others; False takes that back."""

    pressing: bool
    reason: Remark


class ReopenQuestion(RoutingCommand):
    """A question that was settled is to be answered again."""

    reason: Remark


class PublishAnswer(RoutingCommand):
    """Put an answered question into the library. Whoever sends this has read that it names nobody.

    kept: what looks like a name or an address, and was read and left: it names nobody who asked. known: as of
    `ProposePublication`; what of it was typed back is refused, kept or not.
    """

    asked: AnswerText
    answered: AnswerText
    kept: tuple[Remark, ...] = Field(default=(), max_length=200)
    known: OfAsker = ()


class UnpublishAnswer(RoutingCommand):
    """Take it out of the library."""

    reason: Remark


class ReadHistory(RoutingCommand):
    """Who did what with the question, and why. The reply's state holds "entries", the oldest first.

    Each is {"at", "who", "role", "what", "from", "to", "holder", "why"}: the states before and after, whose turn it was
    then (a department's id, "office", "leaders", "nobody"), and Vietnamese words for what was done.
    """


class SuggestAnswers(RoutingCommand):
    """Answers to like questions, and templates. The reply's state holds "answers" and "templates".

    answers: [{"asked", "answered", "likeness", "published"}], the most like first, at most five; no word tells who
    asked. templates: [{"name", "text", "missing"}] of the question's field, filled in as far as it is known.
    """


class ProposePublication(RoutingCommand):
    """Question and last answer without what tells who asked. Changes nothing.

    known: what the sender knows of the asker: name, address, telephone. The reply's state holds "asked", "answered" and
    "found": [{"where", "kind", "text", "mask"}].
    """

    known: OfAsker = ()


class OfDialogue(Command, listener="routing"):
    """Asked of routing about all questions of a dialogue."""

    dialogue: Token


class ReviewQuestions(OfDialogue):
    """Look again for recurring and for like questions. The reply's state counts what was found."""
