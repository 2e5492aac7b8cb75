"""What routing says of each question, and what it can be asked to do. The case is the submission's id."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Command, Event, Model, Token
from shared.contracts.taxonomy import QuestionField, Scope

Remark = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)]
AnswerText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]


class RoutingEvent(Event, speaker="routing"):
    """Said by routing about one question."""

    question: Token


class QuestionAssigned(RoutingEvent):
    """A department must answer. `because` gives the words, or the officer's reason, that decided it.

    confidence: probability that the field is right; 1.0 where a person decided.
    assigned_by: the officer's name, or None when the profile's rules decided.
    """

    dialogue: Token | None
    field: QuestionField
    department: Token
    because: tuple[str, ...]
    confidence: float = Field(ge=0, le=1)
    assigned_by: str | None


class Proposal(Model):
    """A field and department that a waiting question may belong to."""

    field: QuestionField
    department: Token
    confidence: float = Field(ge=0, le=1)


class QuestionAwaitsTriage(RoutingEvent):
    """The rules are not sure enough, or see a complaint or denunciation: a person decides."""

    dialogue: Token | None
    scope: Scope
    because: tuple[str, ...]
    proposals: tuple[Proposal, ...]


class QuestionRedirected(RoutingEvent):
    """Not for this dialogue or this commune: the sender is told in writing where it goes."""

    scope: Scope
    authority: str
    guidance: str
    decided_by: str


class AnswerDrafted(RoutingEvent):
    """The department has handed its written answer to the office for approval."""

    department: Token
    draft: int = Field(ge=1)
    text: str
    drafted_by: str


class AnswerReturned(RoutingEvent):
    """The answer goes back to the department, with what is wrong with it."""

    department: Token
    draft: int = Field(ge=1)
    remarks: str
    returned_by: str


class AnswerApproved(RoutingEvent):
    """The answer may be given. `text` is the final wording."""

    dialogue: Token | None
    department: Token
    text: str
    approved_by: str


class ExtensionRequested(RoutingEvent):
    """The department says why it needs more time; nothing has moved yet."""

    department: Token
    working_days: int = Field(ge=1)
    reason: str
    requested_by: str


class ExtensionGranted(RoutingEvent):
    """The term moves by `working_days`, counted on from its present end."""

    department: Token
    working_days: int = Field(ge=1)
    reason: str
    granted_by: str


class QuestionAnsweredAtDialogue(RoutingEvent):
    """The registrant was present and heard the approved answer."""

    dialogue: Token


class QuestionSettled(RoutingEvent):
    """Nothing is owed to the asker any more, and how that came."""

    how: Literal["answered-at-dialogue", "answered-in-writing", "redirected"]


class RoutingCommand(Command, listener="routing"):
    """Asked of routing about one question."""

    question: Token


class AssignQuestion(RoutingCommand):
    field: QuestionField
    department: Token
    reason: Remark


class RedirectQuestion(RoutingCommand):
    scope: Scope
    authority: Remark
    guidance: Remark


class DraftAnswer(RoutingCommand):
    """Write the answer and hand it in for approval."""

    text: AnswerText


class ReturnAnswer(RoutingCommand):
    remarks: Remark


class ApproveAnswer(RoutingCommand):
    pass


class RequestExtension(RoutingCommand):
    working_days: int = Field(ge=1, le=30)
    reason: Remark


class ExtendTerm(RoutingCommand):
    working_days: int = Field(ge=1, le=30)
    reason: Remark
