"""Acts on several questions at once, held back for a moment so that whoever did them can take them back.

An act that was undone in time never happens. One that was not is sent by any console, step by step, each with its own
key: sent twice, it takes effect once. See deploy/decisions/0015-held-acts.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from shared.contracts import Actor, Command, Done, Refused

HELD_FOR = timedelta(seconds=10)
LEASE = timedelta(seconds=30)
"""A console that says nothing of an act for so long has died with it: another goes on where it stopped."""
AGAIN_AFTER = timedelta(seconds=5)
"""A service that is away is asked again after so long."""
GIVEN_UP_AFTER = timedelta(minutes=15)
"""What could not be sent by then is not done: who acted has gone on to other things."""
KEPT_FOR = timedelta(days=7)
"""So long can be read what became of an act."""
MOST = 100
"""Steps of one act."""
NOT_HIM = "Người bấm không còn giữ vai này khi đến lúc thực hiện, nên không gửi."
TOO_LATE = "Quá 15 phút chưa có kết quả, nên không gửi nữa. Xin xem câu hỏi; nếu chưa được làm mà còn cần thì làm lại."


class State(StrEnum):
    HELD = "held"
    UNDONE = "undone"
    SENDING = "sending"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one step. reason: in words, why nothing came of it. changes: what was new to whoever decided."""

    done: bool
    reason: str = ""
    changes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One command. called: how a page names its question. name: `<service>.<verb>`; body: its fields, with its key."""

    question: str
    case: str
    called: str
    name: str
    body: dict[str, Any]
    outcome: Outcome | None = None

    @property
    def seen(self) -> int | None:
        """How much of the question's history was known when it was decided."""
        version = self.body.get("version")
        return int(version) if version is not None else None


@dataclass(frozen=True, slots=True)
class Act:
    """What one person does to several questions. Times are real ones: a rehearsal moves none of them.

    worker: his id in the profile. account, address: as the record names him, and from where he came.
    aim: the department or topic that the verb needs to be told; "" where it says it all.
    next_at: when a console takes it up; None when nothing is left to do. read_at: when he saw what became of it.
    told_at: when it was done by the clock that pages show, which a rehearsal moves.
    """

    id: str
    commune: str
    worker: str
    verb: str
    aim: str
    steps: tuple[Step, ...]
    told_at: datetime
    held_at: datetime
    due_at: datetime
    state: State = State.HELD
    next_at: datetime | None = None
    read_at: datetime | None = None
    account: str = ""
    address: str = ""
    version: int = 0

    @property
    def under_way(self) -> bool:
        return self.state in (State.HELD, State.SENDING)

    @property
    def done(self) -> list[Step]:
        return [step for step in self.steps if step.outcome and step.outcome.done]

    @property
    def refused(self) -> list[Step]:
        return [step for step in self.steps if step.outcome and not step.outcome.done]

    @property
    def open(self) -> list[Step]:
        return [step for step in self.steps if step.outcome is None]


class NotNow(Exception):
    """The act is not in a state in which this can be done: it is too late, or somebody else's turn."""


def hold(
    id: str,
    commune: str,
    worker: str,
    aim: str,
    steps: Sequence[tuple[Command, str, str]],
    now: datetime,
    told_at: datetime | None = None,
) -> Act:
    """Hold commands back.

    Args:
        id: the key of the form; each command has one of its own that follows from it.
        steps: at least one command on a question, with the question's case and how it is called.
        told_at: the time as pages show it, where that is another than `now`.
    """
    due_at = now + HELD_FOR
    return Act(
        id=id,
        commune=commune,
        worker=worker,
        verb=steps[0][0].verb,
        aim=aim,
        steps=tuple(
            Step(
                question=str(command.model_dump()["question"]),
                case=case,
                called=called,
                name=f"{command.listener}.{command.verb}",
                body=command.model_dump(mode="json"),
            )
            for command, case, called in steps
        ),
        told_at=told_at or now,
        held_at=now,
        due_at=due_at,
        next_at=due_at,
    )


def undo(act: Act, now: datetime) -> Act:
    """Take an act back.

    Raises:
        NotNow: when its time is over, even if no console has begun it yet.
    """
    if act.state is State.UNDONE:
        return act
    if act.state is not State.HELD or now >= act.due_at:
        raise NotNow
    return replace(act, state=State.UNDONE, next_at=None)


def void(act: Act) -> Act:
    """Take back an act of somebody who is to do nothing any more, unless a console has begun it."""
    return replace(act, state=State.UNDONE, next_at=None) if act.state is State.HELD else act


def claim(act: Act, now: datetime) -> Act:
    """Take an act up that is due, or that another console has died with.

    Raises:
        NotNow: when it is not due, is another console's, undone or over.
    """
    if act.next_at is None or now < act.next_at:
        raise NotNow
    return replace(act, state=State.SENDING, next_at=now + LEASE)


def why_not(act: Act, by: Actor, today: Actor | None, now: datetime) -> Refused | None:
    """Why a step that is open is not sent any more. by: who it says has sent it; today: who that is now, if anybody."""
    if now >= act.due_at + GIVEN_UP_AFTER:
        return Refused(code="not-now", reason=TOO_LATE)
    return None if by == today else Refused(code="forbidden", reason=NOT_HIM)


def is_asked_again(act: Act, reply: Done | Refused, now: datetime) -> bool:
    """Whether a service was not there to hear of it, and it is not too late yet."""
    return isinstance(reply, Refused) and reply.code == "unavailable" and now < act.due_at + GIVEN_UP_AFTER


def note(act: Act, question: str, reply: Done | Refused, now: datetime) -> Act:
    """Keep what became of a step. What a service was not there to hear is tried again for a while.

    A console that was thought dead and was not tells a second time what is known: nothing changes.
    """
    if not any(step.question == question for step in act.open):
        return act
    if is_asked_again(act, reply, now):
        return replace(act, next_at=now + AGAIN_AFTER)
    outcome = Outcome(True) if isinstance(reply, Done) else Outcome(False, reply.reason, reply.changes)
    steps = tuple(replace(step, outcome=outcome) if step.question == question else step for step in act.steps)
    over = all(step.outcome for step in steps)
    return replace(act, steps=steps, state=State.OVER if over else act.state, next_at=None if over else now + LEASE)


def read(act: Act, now: datetime) -> Act:
    """Whoever did it has seen what became of it."""
    return act if act.under_way or act.read_at else replace(act, read_at=now)


def waiting(acts: Sequence[Act]) -> Mapping[str, str]:
    """The verb of what is about to be done, by question: a list says so in its row."""
    return {step.question: act.verb for act in acts if act.under_way for step in act.open}


def untold(acts: Sequence[Act]) -> list[Act]:
    """Of one person's acts those to be told of on every page: what is under way, and what he has not read."""
    return [act for act in acts if act.under_way or (act.state is State.OVER and act.read_at is None)]
