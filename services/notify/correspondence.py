"""The correspondence of one case: what is known of it, and every message written because of it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from shared.contracts import Event, Role
from shared.contracts.deadlines import RuleId
from shared.contracts.notify import (
    MessageChannel,
    MessageKind,
    NotificationFailed,
    NotificationQueued,
    NotifyEvent,
)
from shared.contracts.people import Question, Registrant
from shared.contracts.taxonomy import Scope


@dataclass(frozen=True, slots=True)
class Conference:
    """What notify knows of a dialogue. `held_at` is when it begins; `ended_at` is None until it has been held."""

    title: str
    held_at: datetime
    place: str | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    text: str
    department: str
    approved_at: datetime


@dataclass(frozen=True, slots=True)
class Guidance:
    """Where a question that is not for this dialogue belongs."""

    text: str
    authority: str
    scope: Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, and what has become of it."""

    question: Question
    answer: Answer | None = None
    guidance: Guidance | None = None
    answered_at_dialogue: bool = False


@dataclass(frozen=True, slots=True)
class Term:
    """The term a message to staff is about. `about`: id of the question or dialogue; `department` None: the office.

    to, step: of an escalation, whom it is put before and on which rung of the ladder.
    """

    rule: RuleId
    about: str
    department: str | None
    due_at: datetime
    to: Role | None = None
    step: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """One mail or letter. Its id also names the file of a letter and the Message-ID of a mail.

    to: e-mail addresses; empty for a letter.
    next_action_at: when it is to be sent, or, while `sending`, when the claim is taken for lost.
    claimed_by: the claim that sends it; no two claims have the same name.
    uncertain: an attempt ended without a result, so the mail may have left twice.
    reason: what went wrong last, in words for a person.
    """

    id: str
    kind: MessageKind
    channel: MessageChannel
    to: tuple[str, ...]
    questions: tuple[str, ...]
    created_at: datetime
    state: Literal["queued", "sending", "sent", "failed"] = "queued"
    next_action_at: datetime | None = None
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    attempts: int = 0
    uncertain: bool = False
    sent_at: datetime | None = None
    reference: str | None = None
    reason: str | None = None
    term: Term | None = None


@dataclass(frozen=True, slots=True)
class Correspondence:
    """Everything written about one case: a submission, or a dialogue (then to staff only).

    registrant: None until the form is known, and for a dialogue.
    dialogue: the one the form is registered for; None for a dialogue's own record.
    present: as recorded at the conference; None while nothing is.
    next_action_at: when a sweep must look at it next; None while nothing is to be sent.
    """

    id: str
    commune: str
    registrant: Registrant | None = None
    code: str | None = None
    dialogue: str | None = None
    received_at: datetime | None = None
    on_time: bool = True
    questions: tuple[Asked, ...] = ()
    excused: bool = False
    present: bool | None = None
    conference: Conference | None = None
    messages: tuple[Message, ...] = ()
    next_action_at: datetime | None = None
    version: int = 0

    @property
    def held(self) -> bool:
        return self.conference is not None and self.conference.ended_at is not None

    @property
    def stayed_away(self) -> bool:
        """Who comes is present, also when he had excused himself."""
        return self.present is False or (self.excused and not self.present)

    def asked(self, question: str) -> Asked:
        """Raises ValueError when the form has no such question."""
        for asked in self.questions:
            if asked.question.id == question:
                return asked
        raise ValueError(f"submission {self.id} has no question {question}")

    def message(self, id: str) -> Message:
        """Raises ValueError when there is no such message."""
        for message in self.messages:
            if message.id == id:
                return message
        raise ValueError(f"correspondence {self.id} has no message {id}")

    def claimed(self, by: str) -> tuple[Message, ...]:
        """What the claim `by` holds and must now send."""
        return tuple(message for message in self.messages if message.state == "sending" and message.claimed_by == by)


Decision = tuple[Correspondence, Sequence[Event]]


def give_up(state: Correspondence, message: Message, reason: str, now: datetime) -> tuple[Correspondence, list[Event]]:
    """A person must see to it; the record keeps the message, so that it is said once."""
    message = replace(message, state="failed", reason=reason, next_action_at=None)
    return put(state, message), [say(NotificationFailed, state, message, now, reason=reason)]


def add(state: Correspondence, message: Message, now: datetime) -> tuple[Correspondence, list[Event]]:
    return put(state, message), [say(NotificationQueued, state, message, now)]


def put(state: Correspondence, message: Message) -> Correspondence:
    """With this message in the place of the one with its id, or at the end."""
    others = [message if message.id == earlier.id else earlier for earlier in state.messages]
    return _with_messages(state, others if message in others else [*others, message])


def without(state: Correspondence, message: Message) -> Correspondence:
    return _with_messages(state, [other for other in state.messages if other.id != message.id])


def say(contract: type[NotifyEvent], state: Correspondence, message: Message, now: datetime, **more: object) -> Event:
    return contract.model_validate(
        {
            "commune": state.commune,
            "case": state.id,
            "occurred_at": now,
            "notification": message.id,
            "kind": message.kind,
            "channel": message.channel,
            "questions": message.questions,
            **more,
        }
    )


def can_be_posted(state: Correspondence, message: Message) -> bool:
    """Whether it may go as a letter. A printed letter passes through many hands.

    A denouncer's name must not (Law on Denunciations 2018, art. 56).
    """
    guidance = [state.asked(question).guidance for question in message.questions if message.kind == "guidance"]
    if any(given is not None and given.scope is Scope.DENUNCIATION for given in guidance):
        return False
    return state.registrant is not None and state.registrant.address is not None


def _with_messages(state: Correspondence, messages: Sequence[Message]) -> Correspondence:
    waiting = [message.next_action_at for message in messages if message.next_action_at is not None]
    return replace(state, messages=tuple(messages), next_action_at=min(waiting, default=None))
