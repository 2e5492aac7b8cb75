"""What intake says: dialogues, submissions, who comes. And what it can be asked to do.

The case of a dialogue's event is the dialogue's id; that of all others the submission's id.
"""

from typing import Annotated

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.base import Command, Event, Token
from shared.contracts.people import Channel, Matter, Question, Registrant

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class IntakeEvent(Event, speaker="intake"):
    """Said by intake."""


class DialoguePlanned(IntakeEvent):
    """A dialogue is in the programme: when it is held, where, under which title."""

    title: str
    held_at: AwareDatetime
    place: str


class DialogueAnnounced(IntakeEvent):
    """The public has been told; forms are taken until `registration_closes_at`."""

    title: str
    held_at: AwareDatetime
    place: str
    registration_closes_at: AwareDatetime


class DialogueHeld(IntakeEvent):
    """The conference has taken place and ended at `occurred_at`."""

    title: str
    held_at: AwareDatetime


class DialogueConcluded(IntakeEvent):
    """The conclusion notice is out. `notice` is its number and symbol, as the office gave it."""

    notice: str
    summary: str


class SubmissionReceived(IntakeEvent):
    """A form is durable and its sender has a receipt.

    dialogue: the dialogue it is registered for; None when none is open.
    on_time: received before registration closed. A late one is answered in writing.
    """

    code: str
    dialogue: Token | None
    channel: Channel
    received_at: AwareDatetime
    on_time: bool
    registrant: Registrant
    questions: tuple[Question, ...]


class RegistrantExcused(IntakeEvent):
    """The registrant has reported that he must be absent, and gets his answer in writing."""

    dialogue: Token
    reason: str


class AttendanceRecorded(IntakeEvent):
    """Checked in at the conference, or found absent when it ended."""

    dialogue: Token
    present: bool


class IntakeCommand(Command, listener="intake"):
    """Asked of intake."""


class PlanDialogue(IntakeCommand):
    dialogue: Token
    title: Sentence
    held_at: AwareDatetime
    place: Sentence


class AnnounceDialogue(IntakeCommand):
    dialogue: Token


class HoldDialogue(IntakeCommand):
    """The conference has ended; who was not checked in is absent."""

    dialogue: Token


class ConcludeDialogue(IntakeCommand):
    dialogue: Token
    notice: Sentence
    summary: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]


class RegisterSubmission(IntakeCommand):
    """Take in a filled form. The reply's state is the receipt: code, received_at, on_time, dialogue, questions."""

    channel: Channel
    registrant: Registrant
    questions: Annotated[tuple[Matter, ...], Field(min_length=1, max_length=20)]


class ExcuseRegistrant(IntakeCommand):
    submission: Token
    reason: Sentence


class CheckIn(IntakeCommand):
    submission: Token


class LookUpSubmission(IntakeCommand):
    """Find a submission by its receipt code; changes nothing. Of another commune only an operator finds it."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=20)]
