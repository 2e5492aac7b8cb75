"""What intake says: dialogues, submissions, who comes. And what it can be asked to do.

The case of a dialogue's event is the dialogue's id; of a mail's event the mail's id; of all others the submission's id.
"""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from shared.contracts.base import Cleaned, Command, Event, Token
from shared.contracts.conference import (
    Commitment,
    DialogueKind,
    Duty,
    ExpectedList,
    ListKind,
    Name,
    Opinion,
    Promise,
    Representative,
    Session,
)
from shared.contracts.people import Attachment, Channel, Matter, Question, Registrant, Section, Thread

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000), Cleaned]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
MAX_BOX = 100_000
"""Characters of one box of a form: more than fits on any paper, and still one message."""


class IntakeEvent(Event, speaker="intake"):
    """Said by intake."""


# --- a dialogue, from plan to report ---------------------------------------------------------------------------------


class DialoguePlanned(IntakeEvent):
    """A dialogue is in the programme: when it is held, where, under which title.

    sessions: None when it is one conference about everything. seats, per_hamlet: None when there is room for all.
    duties, lists: what must be prepared and sent in before it, each with its own term.
    """

    title: str
    held_at: AwareDatetime
    place: str
    kind: DialogueKind = "periodic"
    sessions: tuple[Session, ...] | None = None
    seats: int | None = None
    per_hamlet: int | None = None
    duties: tuple[Duty, ...] | None = None
    lists: tuple[ExpectedList, ...] | None = None


class DialogueAnnounced(IntakeEvent):
    """The public has been told; forms are taken until `registration_closes_at`."""

    title: str
    held_at: AwareDatetime
    place: str
    registration_closes_at: AwareDatetime
    kind: DialogueKind = "periodic"
    sessions: tuple[Session, ...] | None = None


class RegistrationClosed(IntakeEvent):
    """What comes in from now on is late, and answered in writing."""

    title: str
    held_at: AwareDatetime


class DialogueRescheduled(IntakeEvent):
    """The conference is held on another day or in another place. Its terms move, and registrants are told."""

    title: str
    held_at: AwareDatetime
    place: str
    previously_at: AwareDatetime
    reason: str


class DialogueCancelled(IntakeEvent):
    """Force majeure: it cannot be held, so everybody who registered is answered in writing."""

    title: str
    held_at: AwareDatetime
    reason: str


class ChairDelegated(IntakeEvent):
    """The chairman cannot preside; the deputy does, and reports the result to him."""

    deputy: str
    reason: str
    delegated_by: str


class DelegateReported(IntakeEvent):
    """The deputy who presided has told the chairman what came of it."""

    report: str
    reported_by: str


class DialogueHeld(IntakeEvent):
    """The conference has taken place and ended at `occurred_at`."""

    title: str
    held_at: AwareDatetime
    presided_by: str | None = None


class DutyCompleted(IntakeEvent):
    """Something that had to be prepared is. proof: a document's number, a link, or what was seen."""

    duty: Token
    proof: str
    completed_by: str


class ListReceived(IntakeEvent):
    """An organisation has sent its list. count: the opinions or names on it."""

    list: Token
    kind: ListKind
    sender: str
    count: int


class RepresentativeInvited(IntakeEvent):
    """Somebody is invited who has not registered."""

    representative: Representative
    title: str
    held_at: AwareDatetime
    place: str


class RepresentativeAttended(IntakeEvent):
    """An invited representative has come."""

    representative: Token


class ConclusionDrafted(IntakeEvent):
    """The office has drafted the conclusion notice from the record."""

    draft: int = Field(ge=1)
    summary: str
    commitments: tuple[Commitment, ...]
    drafted_by: str


class ConclusionReturned(IntakeEvent):
    """The draft goes back to the office, with what is wrong with it."""

    draft: int = Field(ge=1)
    remarks: str
    returned_by: str


class ConclusionApproved(IntakeEvent):
    """The draft may be numbered and published."""

    draft: int = Field(ge=1)
    approved_by: str


class DialogueConcluded(IntakeEvent):
    """The conclusion notice is out. `notice` is its number and symbol, as the office gave it."""

    notice: str
    summary: str
    commitments: tuple[Commitment, ...] | None = None


class CommitmentExtended(IntakeEvent):
    """A department needs the longer term to settle what the conclusion assigned to it.

    requirement: what is required for it. responsible: who answers for it now.
    """

    commitment: Token
    department: Token
    text: str
    questions: tuple[Token, ...]
    reason: str
    requirement: str
    responsible: str
    extended_by: str


class CommitmentFulfilled(IntakeEvent):
    """What the conclusion assigned is settled. result: what those who asked are told. proof: where it can be seen."""

    commitment: Token
    department: Token
    text: str
    questions: tuple[Token, ...]
    result: str
    proof: str
    fulfilled_by: str


class DialogueSettled(IntakeEvent):
    """Nothing is owed of this dialogue any more: every question is settled and every commitment fulfilled."""


class ResultReported(IntakeEvent):
    """The result has been reported to the superior. document: number and symbol of the report."""

    document: str
    recipient: str
    reported_by: str


# --- a submission ----------------------------------------------------------------------------------------------------


class SubmissionReceived(IntakeEvent):
    """A form is durable and its sender has a receipt.

    dialogue: the dialogue it is registered for; None when none is open.
    on_time: received before registration closed, or from the floor. A late one is answered in writing.
    collected_by: the organisation whose list it came on.
    notice: version of the data notice that its sender agreed to; None where he was asked on paper, or not at all.
    entered_at, entered_by, entered_because: where it was received before it was entered, when, by whom and why so late.
    thread: the mail it came by, where its registrant sent that. by_another: somebody else did.
    """

    code: str
    dialogue: Token | None
    channel: Channel
    received_at: AwareDatetime
    on_time: bool
    registrant: Registrant
    questions: tuple[Question, ...]
    collected_by: str | None = None
    notice: str | None = None
    attachments: tuple[Attachment, ...] | None = None
    entered_at: AwareDatetime | None = None
    entered_by: str | None = None
    entered_because: str | None = None
    thread: Thread | None = None
    by_another: bool = False


class RegistrantCorrected(IntakeEvent):
    """How the registrant is reached, or his name, was wrong or has changed. What goes out from now on goes there.

    registrant: as it now is. corrected_by: a clerk's name; None where he did it himself on the tracking page.
    """

    registrant: Registrant
    reason: str | None = None
    corrected_by: str | None = None


class DeliveryReported(IntakeEvent):
    """A mail server returned a mail of ours, or says that it is late (RFC 3464), or its receiver called it unwanted
    (RFC 5965). The case is the one that the mail was about.

    notification, token: the message, and what notify alone can have made of it, as they stand in the Message-ID.
    recipients: fingerprints (shared/addresses.py, salt: the token) of whom the report names. status: `5.1.1`; of a
    complaint empty. said: what its codes mean, in Vietnamese; nothing of the server's own words.
    """

    notification: Annotated[str, StringConstraints(max_length=200)]
    token: Annotated[str, StringConstraints(max_length=40)] = ""
    recipients: tuple[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")], ...] = ()
    action: Literal["failed", "delayed", "complained"]
    status: str = ""
    said: Annotated[str, StringConstraints(max_length=300)] = ""


class NewsDeclined(IntakeEvent):
    """The registrant wants no mail any more that he need not have: the conclusion, the reminder of the day."""


class QuestionsWithdrawn(IntakeEvent):
    """Whoever asked does not want an answer any more.

    questions: those withdrawn now. entirely: none is left of the form, so its sender is not expected either.
    withdrawn_by: the clerk whom he told; None where he did it himself.
    """

    dialogue: Token | None
    questions: tuple[Token, ...]
    entirely: bool
    reason: str
    withdrawn_by: str | None = None


class AnswerRated(IntakeEvent):
    """The asker says how well a question was answered.

    mark: 1 (not at all) to 5 (entirely). contested: so bad that the office must look at the question again.
    """

    question: Token
    mark: int = Field(ge=1, le=5)
    words: str | None = None
    contested: bool


class FilesAdded(IntakeEvent):
    """Files were put to a form after it came in: a scan of the paper, a document brought later."""

    attachments: tuple[Attachment, ...]
    note: str | None = None
    added_by: str


class RegistrantWrote(IntakeEvent):
    """The registrant has answered one of our mails, or written with the form's code. text: his own words."""

    text: str
    attachments: tuple[Attachment, ...]
    thread: Thread


# --- the mailbox -----------------------------------------------------------------------------------------------------

MailOutcome = Literal["registered", "attached", "ignored", "quarantined"]
"""registered: it held a form or several. attached: it belongs to a form that is here. ignored: an automatic reply, a
bounce or a newsletter. quarantined: a clerk must look at it."""

MailReason = Literal[
    "form", "reply", "automatic-reply", "bounce", "newsletter", "no-form", "unreadable", "unknown-code"
]


class MailTakenIn(IntakeEvent):
    """A mail has been read, and nothing of it can get lost any more.

    sender: the bare address. original: the whole mail as it came. submissions: what it became, or belongs to.
    told: why it was quarantined, a Vietnamese sentence for the clerk.
    proposed: code of the form that a mail in quarantine seems to belong to.
    """

    outcome: MailOutcome
    why: MailReason
    sender: str | None
    subject_line: str
    received_at: AwareDatetime
    original: Attachment
    submissions: tuple[Token, ...] = ()
    told: str | None = None
    proposed: str | None = None


class MailSettled(IntakeEvent):
    """A clerk has dealt with a mail in quarantine. reason: why it was discarded."""

    how: Literal["registered", "attached", "discarded"]
    submissions: tuple[Token, ...] = ()
    reason: str | None = None
    settled_by: str


# --- seats and attendance ---------------------------------------------------------------------------------------------


class RegistrantInvited(IntakeEvent):
    """There is a seat for this registrant: seat number from 1, in the order registered."""

    dialogue: Token
    seat: int = Field(ge=1)


class RegistrantWaitlisted(IntakeEvent):
    """All seats, or those of the registrant's hamlet, are taken; he is the n-th who gets one that becomes free."""

    dialogue: Token
    place: int = Field(ge=1)


class RegistrantExcused(IntakeEvent):
    """The registrant has reported that he must be absent, and gets his answer in writing."""

    dialogue: Token
    reason: str


class AttendanceRecorded(IntakeEvent):
    """Checked in at the conference, or found absent when it ended."""

    dialogue: Token
    present: bool


# --- commands --------------------------------------------------------------------------------------------------------


class IntakeCommand(Command, listener="intake"):
    """Asked of intake."""


class PlanDialogue(IntakeCommand):
    """Enter a dialogue of the programme. What is None is taken from the commune's profile."""

    dialogue: Token
    title: Sentence
    held_at: AwareDatetime
    place: Sentence
    kind: DialogueKind = "periodic"
    sessions: tuple[Session, ...] | None = None
    seats: int | None = Field(default=None, ge=1, le=10_000)
    per_hamlet: int | None = Field(default=None, ge=1, le=1_000)


class AnnounceDialogue(IntakeCommand):
    """Publish a planned dialogue: registration is open, and its terms run."""

    dialogue: Token


class RescheduleDialogue(IntakeCommand):
    """place: None when it stays."""

    dialogue: Token
    held_at: AwareDatetime
    place: Sentence | None = None
    reason: Sentence


class CancelDialogue(IntakeCommand):
    """It does not take place. Whoever registered is told why, and gets a written answer."""

    dialogue: Token
    reason: Sentence


class DelegateChair(IntakeCommand):
    """A deputy chairs the dialogue in place of the chairman, to whom he reports (`ReportBack`)."""

    dialogue: Token
    deputy: Name
    reason: Sentence


class ReportBack(IntakeCommand):
    """The deputy reports to the chairman."""

    dialogue: Token
    report: Text


class HoldDialogue(IntakeCommand):
    """The conference has ended; who was not checked in is absent."""

    dialogue: Token


class CompleteDuty(IntakeCommand):
    """One of the plan's duties is done. proof: where that can be seen, such as a document's number."""

    dialogue: Token
    duty: Token
    proof: Sentence


class ReceiveList(IntakeCommand):
    """A list has come in: its opinions become submissions, its participants are invited.

    list: one of the dialogue's expected lists. The reply's state holds the receipts of the opinions under "receipts".
    """

    dialogue: Token
    list: Token
    opinions: Annotated[tuple[Opinion, ...], Field(max_length=500)] = ()
    participants: Annotated[tuple[Representative, ...], Field(max_length=500)] = ()


class InviteRepresentative(IntakeCommand):
    """Invite somebody who speaks for others, or for an organisation."""

    dialogue: Token
    representative: Representative


class CheckInRepresentative(IntakeCommand):
    """An invited representative has come."""

    dialogue: Token
    representative: Token


class DraftConclusion(IntakeCommand):
    """Write, or write anew, the conclusion notice and what it assigns to whom."""

    dialogue: Token
    summary: Text
    promises: Annotated[tuple[Promise, ...], Field(max_length=200)] = ()


class ReturnConclusion(IntakeCommand):
    """The notice is to be written anew. remarks: what is wrong with it."""

    dialogue: Token
    remarks: Sentence


class ApproveConclusion(IntakeCommand):
    """Of the chairman: the notice may be published (`ConcludeDialogue`)."""

    dialogue: Token


class ConcludeDialogue(IntakeCommand):
    """Publish the approved conclusion under the number the office gave it, such as `15/TB-UBND`."""

    dialogue: Token
    notice: Sentence


class ExtendCommitment(IntakeCommand):
    """Ask for the longer term of `resolution-extended`; once for each commitment."""

    dialogue: Token
    commitment: Token
    reason: Sentence
    requirement: Sentence
    responsible: Name


class FulfilCommitment(IntakeCommand):
    """What was promised at the conclusion is done. proof: as of `CompleteDuty`."""

    dialogue: Token
    commitment: Token
    result: Text
    proof: Sentence


class ReportResult(IntakeCommand):
    """The report of the result has gone to the superior."""

    dialogue: Token
    document: Sentence
    recipient: Sentence


class RegisterSubmission(IntakeCommand):
    """Take in a filled form. The reply's state is the receipt: code, received_at, on_time, dialogue, questions.

    boxes: the two boxes of the form as they were filled in, where nobody has told their questions apart; intake does,
    by the rule it has for the web form. They come after `questions`, which may then be empty.
    dialogue: which one it is for; None for the next that is open. From the floor: the one that is being held.
    attachments: ids of files stored before. mail: the one in quarantine that it was read from by a clerk.
    received_at: where that was in the past, and `late_because` why it is entered only now; not needed from the floor,
    where a lost connection explains it.
    """

    channel: Channel
    registrant: Registrant
    questions: Annotated[tuple[Matter, ...], Field(max_length=20)] = ()
    boxes: dict[Section, Annotated[str, StringConstraints(max_length=MAX_BOX)]] | None = None
    dialogue: Token | None = None
    attachments: Annotated[tuple[Token, ...], Field(max_length=10)] = ()
    received_at: AwareDatetime | None = None
    late_because: Sentence | None = None
    mail: Token | None = None

    @model_validator(mode="after")
    def _asks(self) -> "RegisterSubmission":
        if not self.questions and not any(box.strip() for box in (self.boxes or {}).values()):
            raise ValueError("a form asks something")
        return self


class CorrectRegistrant(IntakeCommand):
    """Put right who he is and how to reach him. registrant: all of it, as it is to be."""

    submission: Token
    registrant: Registrant
    reason: Sentence


class WithdrawQuestions(IntakeCommand):
    """questions: some of the form's; empty for all that are not settled."""

    submission: Token
    questions: Annotated[tuple[Token, ...], Field(max_length=20)] = ()
    reason: Sentence


class RateAnswer(IntakeCommand):
    """What the asker said of an answer, told to a clerk."""

    submission: Token
    question: Token
    mark: int = Field(ge=1, le=5)
    words: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2_000)] = ""


class AddFiles(IntakeCommand):
    """Add stored files to a submission (`StoreFile`). note: what they are."""

    submission: Token
    attachments: Annotated[tuple[Token, ...], Field(min_length=1, max_length=10)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1_000)] = ""


FilePurpose = Literal["attachment", "table", "mail"]
"""What a file is for decides of which kinds it may be."""


class StoreFile(IntakeCommand):
    """One part of a file. The reply to the last one holds the `Attachment` under "attachment".

    file: the sender's id for it, which it keeps. part: from 1. content: base64 of at most 1 MiB.
    A file that nothing refers to is removed after a day.
    """

    file: Token
    name: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    purpose: FilePurpose = "attachment"
    part: int = Field(ge=1, le=100)
    parts: int = Field(ge=1, le=100)
    content: Annotated[str, StringConstraints(max_length=1_500_000)]


class ReadFile(IntakeCommand):
    """One part of a stored file. The reply's state: "attachment", "part", "parts" and "content" (base64)."""

    file: Token
    part: int = Field(default=1, ge=1, le=100)


class TakeInMail(IntakeCommand):
    """Read a stored mail as if it had come into the mailbox. file: stored for the purpose `mail`.

    The reply's state: "mail", "outcome", "why", "told", and the "receipts" of what it was registered as.
    """

    file: Token


class AttachMail(IntakeCommand):
    """A mail in quarantine belongs to a form that is here. code: of its receipt."""

    mail: Token
    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]


class DiscardMail(IntakeCommand):
    """Nothing for the office is in a mail in quarantine. Its original stays all the same."""

    mail: Token
    reason: Sentence


class ReadTable(IntakeCommand):
    """Preview a stored table. The reply's state holds "columns", "mapping" and "rows" (see intake's reading/tables.py).

    mapping: for each field of the list the number of its column, from 0; None to have the headings recognised.
    """

    file: Token
    kind: ListKind
    section: Section = "procedures"
    mapping: dict[str, int] | None = None


class ReceiveTable(IntakeCommand):
    """Take in the good rows of a stored table, and tell of the others. Repeating it doubles nothing.

    dialogue: what the rows are for; None for opinions outside of a dialogue. list: one of its expected lists.
    sender: who collected it. The reply's state: "receipts" (each with the number of its "row") and "wrong" rows.
    """

    file: Token
    kind: ListKind
    dialogue: Token | None = None
    list: Token | None = None
    sender: Name
    section: Section = "procedures"
    mapping: dict[str, int] | None = None


class ExcuseRegistrant(IntakeCommand):
    """He has said that he cannot come: he gets a written answer."""

    submission: Token
    reason: Sentence


class CheckIn(IntakeCommand):
    """A registrant has come."""

    submission: Token


class LookUpSubmission(IntakeCommand):
    """Find a submission by its receipt code; changes nothing. Of another commune only an operator finds it.

    The reply's state: "id", "commune" and "code"; for who takes in forms there, also "registrant" and "questions".
    """

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]
