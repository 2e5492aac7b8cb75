"""What intake says: dialogues, submissions, who comes. And what it can be asked to do.

The case of a dialogue's event is the dialogue's id; that of all others the submission's id.
"""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.base import Command, Event, Token
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
from shared.contracts.people import Channel, Matter, Question, Registrant

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


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
    """

    code: str
    dialogue: Token | None
    channel: Channel
    received_at: AwareDatetime
    on_time: bool
    registrant: Registrant
    questions: tuple[Question, ...]
    collected_by: str | None = None


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
    dialogue: Token


class RescheduleDialogue(IntakeCommand):
    """place: None when it stays."""

    dialogue: Token
    held_at: AwareDatetime
    place: Sentence | None = None
    reason: Sentence


class CancelDialogue(IntakeCommand):
    dialogue: Token
    reason: Sentence


class DelegateChair(IntakeCommand):
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
    dialogue: Token
    representative: Representative


class CheckInRepresentative(IntakeCommand):
    dialogue: Token
    representative: Token


class DraftConclusion(IntakeCommand):
    """Write, or write anew, the conclusion notice and what it assigns to whom."""

    dialogue: Token
    summary: Text
    promises: Annotated[tuple[Promise, ...], Field(max_length=200)] = ()


class ReturnConclusion(IntakeCommand):
    dialogue: Token
    remarks: Sentence


class ApproveConclusion(IntakeCommand):
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

    dialogue: which one it is for; None for the next that is open. From the floor: the one that is being held.
    """

    channel: Channel
    registrant: Registrant
    questions: Annotated[tuple[Matter, ...], Field(min_length=1, max_length=20)]
    dialogue: Token | None = None


class ExcuseRegistrant(IntakeCommand):
    submission: Token
    reason: Sentence


class CheckIn(IntakeCommand):
    submission: Token


class LookUpSubmission(IntakeCommand):
    """Find a submission by its receipt code; changes nothing. Of another commune only an operator finds it."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]
