"""Who speaks next: the order of the questions, as the chair has put it, and who has the floor now.

These are notes of the room. They bind nobody and no event tells of them. What became of a question routing says, and so
who has been dealt with is not noted a second time here.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.console.hall.asked import Asked

By = Literal["plan", "topic", "registration"]
"""plan: the pressing and recurring first, then as registered. topic: what is of one topic together."""

MINUTES = range(1, 31)
"""So many minutes a speaker may be given."""


@dataclass(frozen=True, slots=True)
class Floor:
    """What the room has noted of one conference; `id` is the dialogue's.

    order: questions as the chair has put them; empty while they are in the order of `by`.
    speaking: whose question is dealt with, since when. words: that question without what tells who asked it; None
    where nobody could say what does, so that the screen goes without. answering: who answers, where the room has
    said so. names, texts: what the screen may show of who asks and of what is asked.
    """

    id: str
    commune: str
    version: int = 0
    by: By = "plan"
    order: tuple[str, ...] = ()
    speaking: str | None = None
    since: datetime | None = None
    words: str | None = None
    answering: str | None = None
    minutes: int = 3
    names: bool = False
    texts: bool = True


def in_order(floor: Floor, questions: Sequence[Asked]) -> list[Asked]:
    """The questions in the order in which they are called: by session, in it as the chair or else `floor.by` has it.

    What came in since the chair put them in order stands behind. questions: as `asked` returns them.
    """
    arranged = sorted(questions, key=_BY[floor.by](questions))
    chairs = {id: place for place, id in enumerate(floor.order)}
    return sorted(arranged, key=lambda one: (_session(one), chairs.get(one.id, len(chairs))))


def running(floor: Floor, questions: Sequence[Asked]) -> Asked | None:
    """The question that is being dealt with; None as soon as the record says what came of it."""
    return next((one for one in questions if one.id == floor.speaking and one.can_be_called), None)


def next_one(floor: Floor, questions: Sequence[Asked]) -> Asked | None:
    """Whose turn it is after the one who speaks: the first whose asker is there and waits."""
    return next((one for one in waiting(floor, questions) if one.can_be_called), None)


def waiting(floor: Floor, questions: Sequence[Asked]) -> list[Asked]:
    """What is still to be called, in its order, whether its asker is there yet or not; not the one that runs."""
    now = running(floor, questions)
    found = (one for one in in_order(floor, questions) if one.on_agenda and one.outcome is None)
    return [one for one in found if now is None or one.id != now.id]


def call(floor: Floor, question: str, words: str | None, now: datetime) -> Floor:
    """Its asker has the floor. Called again, he goes on: his time has not begun anew."""
    if floor.speaking == question:
        return replace(floor, words=words if floor.words is None else floor.words)
    return replace(floor, speaking=question, since=now, words=words, answering=None)


def rest(floor: Floor) -> Floor:
    """Nobody has the floor: a break, or the chair speaks."""
    return replace(floor, speaking=None, since=None, words=None, answering=None)


def move(floor: Floor, questions: Sequence[Asked], question: str, steps: int) -> Floor:
    """One up (-1) or down (+1) among those of its session that wait; at the end it stays where it is."""
    ids = [one.id for one in _beside(floor, questions, question)]
    if question not in ids:
        return floor
    place = ids.index(question)
    target = max(0, min(len(ids) - 1, place + steps))
    ids.insert(target, ids.pop(place))
    return replace(floor, order=_with(floor, questions, ids))


def put(floor: Floor, questions: Sequence[Asked], question: str, before: str) -> Floor:
    """Dragged before another one of its session; `before` is "" for the end."""
    ids = [one.id for one in _beside(floor, questions, question)]
    if question not in ids or question == before:
        return floor
    ids.remove(question)
    ids.insert(ids.index(before) if before in ids else len(ids), question)
    return replace(floor, order=_with(floor, questions, ids))


def arrange(floor: Floor, by: By) -> Floor:
    """Put them in order anew; what the chair had put otherwise is given up."""
    return replace(floor, by=by, order=())


def _beside(floor: Floor, questions: Sequence[Asked], question: str) -> list[Asked]:
    session = next((_session(one) for one in questions if one.id == question), None)
    return [one for one in waiting(floor, questions) if _session(one) == session]


def _with(floor: Floor, questions: Sequence[Asked], ids: Sequence[str]) -> tuple[str, ...]:
    """The order of all questions, those in `ids` taking among themselves the places they had."""
    moved = iter(ids)
    return tuple(next(moved) if one.id in ids else one.id for one in in_order(floor, questions))


def _session(one: Asked) -> int:
    return one.session if one.session is not None else 1_000


_Key = Callable[[Asked], tuple[int, ...]]


def _as_planned(questions: Sequence[Asked]) -> _Key:
    places = {one.id: place for place, one in enumerate(questions)}
    return lambda one: (_session(one), places[one.id])


def _by_topic(questions: Sequence[Asked]) -> _Key:
    places = {one.id: place for place, one in enumerate(questions)}
    first = dict[tuple[int, str], int]()
    for one in questions:
        first.setdefault((_session(one), _about(one)), places[one.id])
    return lambda one: (_session(one), first[_session(one), _about(one)], places[one.id])


def _as_registered(questions: Sequence[Asked]) -> _Key:
    by_time = sorted(questions, key=lambda one: (one.received_at is None, one.received_at, one.submission))
    places = {one.id: place for place, one in enumerate(by_time)}
    return lambda one: (_session(one), places[one.id])


def _about(one: Asked) -> str:
    """Questions of one topic belong together; those of none with their field."""
    return one.topic or f"field:{one.field}"


_BY: Mapping[By, Callable[[Sequence[Asked]], _Key]] = {
    "plan": _as_planned,
    "topic": _by_topic,
    "registration": _as_registered,
}
