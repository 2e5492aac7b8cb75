"""The terms of a question as bars over office hours: from when to when, what is used, what was moved, kept or missed.

Drawn from the record, which has every move and pause; the view has only how a term stands now.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import pairwise
from typing import Literal

from services.console import words
from services.console.case.working_axis import Gap, Known, Tick, WorkingAxis, known_days
from services.console.language import say
from services.console.terms import Explanations, Skipped
from services.console.words import Term
from shared.communes import OfficeHours
from shared.contracts import Event
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMoved,
    DeadlinePassed,
    DeadlinePaused,
    DeadlineSet,
)
from shared.web import local_time

MOST_TICKS = 6
MOST_NIGHTS = 30
"""Beyond so many the marks of nights would be a grey field."""

PartKind = Literal["used", "ahead", "late", "paused"]


@dataclass(frozen=True, slots=True)
class Move:
    """That a term ends on another day."""

    at: datetime
    previously_at: datetime
    due_at: datetime
    cause: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """That it stood still. until: None while it does."""

    since: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Course:
    """What was said of one term since it was set. ended_at: when it was met, called off or simply over."""

    set_at: datetime
    due_at: datetime
    moves: tuple[Move, ...] = ()
    pauses: tuple[Pause, ...] = ()
    ended_at: datetime | None = None

    @property
    def first_due_at(self) -> datetime:
        return self.moves[0].previously_at if self.moves else self.due_at


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a bar, in percent of the axis."""

    kind: PartKind
    start: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on a bar: the end, or an end that was moved. said: in words."""

    kind: Literal["due", "moved"]
    at: float
    said: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One term. used: percent of its working time; None once it has ended."""

    term: Term
    course: Course
    parts: tuple[Part, ...]
    marks: tuple[Mark, ...]
    used: int | None


@dataclass(frozen=True, slots=True)
class Chart:
    """The bars of a question over one axis. now: None where everything is over. guessed: deadlines was not there."""

    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    nights: tuple[Gap, ...]
    off: tuple[Gap, ...]
    now: float | None
    guessed: bool = field(default=False)


def courses(events: Iterable[Event]) -> dict[str, Course]:
    """What became of each term, by its id. events: of a case, in their order."""
    found = dict[str, Course]()
    for event in events:
        if isinstance(event, DeadlineEvent) and (course := _after(found.get(event.deadline), event)):
            found[event.deadline] = course
    return found


def _after(course: Course | None, event: DeadlineEvent) -> Course | None:
    if isinstance(event, DeadlineSet):
        again = course is not None and course.due_at == event.due_at  # an answer was sent back: the first promise stays
        return replace(course, ended_at=None) if course and again else Course(event.occurred_at, event.due_at)
    if course is None:
        return None
    at = event.occurred_at
    match event:
        case DeadlineMoved():
            move = Move(at, course.due_at, event.due_at, event.cause, event.reason)
            moves = (*course.moves, move) if event.due_at != course.due_at else course.moves
            return replace(_resumed(course, at), due_at=event.due_at, moves=moves)
        case DeadlinePaused():
            return replace(course, pauses=(*course.pauses, Pause(at, None, event.reason)))
        case DeadlineMet():
            return replace(_resumed(course, at), ended_at=event.met_at)
        case DeadlineCancelled() | DeadlinePassed():
            return replace(_resumed(course, at), ended_at=at)
        case _:
            return course


def _resumed(course: Course, at: datetime) -> Course:
    """Whatever is said of a term that stood still, it does not any more."""
    pauses = tuple(pause if pause.until else replace(pause, until=at) for pause in course.pauses)
    return replace(course, pauses=pauses)


def chart(
    terms: Sequence[Term],
    known: Mapping[str, Course],
    explained: Explanations,
    hours: OfficeHours,
    now: datetime,
    days: Known | None = None,
) -> Chart | None:
    """The picture of these terms; None where the record knows none of them.

    Args:
        known: as `courses` gives them.
        days: which days are worked, as every count of the page tells; those of these terms where it is not given.
    """
    drawn = [(term, known[term.id]) for term in terms if term.id in known]
    if not drawn:
        return None
    ends = [at for term, course in drawn for at in (course.due_at, course.first_due_at, _end_of(term, course, now))]
    axis = WorkingAxis(
        min(course.set_at for _, course in drawn), max(ends), hours, days or known_days(explained.values())
    )
    gaps = axis.gaps()
    nights = [gap for gap in gaps if not gap.why]
    running = any(term.owed for term, _ in drawn)
    return Chart(
        bars=tuple(_bar(term, course, axis, now) for term, course in sorted(drawn, key=lambda one: one[1].set_at)),
        ticks=tuple(axis.ticks(MOST_TICKS)),
        nights=tuple(nights if len(nights) <= MOST_NIGHTS else ()),
        off=tuple(gap for gap in gaps if gap.why),
        now=axis.at(now) if running else None,
        guessed=not any(one.counted for one in explained.values()),
    )


def _end_of(term: Term, course: Course, now: datetime) -> datetime:
    """Until when it ran: the view knows whether it runs still."""
    return now if term.owed else course.ended_at or course.due_at


def _bar(term: Term, course: Course, axis: WorkingAxis, now: datetime) -> Bar:
    end = _end_of(term, course, now)
    start, due, ran = axis.at(course.set_at), axis.at(course.due_at), axis.at(end)
    parts = [Part("ahead", start, due - start), Part("used", start, min(ran, due) - start)]
    for pause in course.pauses:
        since = axis.at(pause.since)
        parts.append(Part("paused", since, axis.at(pause.until or end) - since))
    if end > course.due_at and term.urgency == "late":
        parts.append(Part("late", due, ran - due))
    earlier = [
        Mark("moved", axis.at(move.previously_at), say("Hạn trước: %(at)s", at=local_time(move.previously_at)))
        for move in course.moves
    ]
    whole = due - start
    return Bar(
        term=term,
        course=course,
        parts=tuple(part for part in parts if part.width > 0),
        marks=(*earlier, Mark("due", due, say("Hạn: %(at)s", at=local_time(course.due_at)))),
        used=max(0, min(100, round(100 * (ran - start) / whole))) if term.owed and whole > 0 else None,
    )


@dataclass(frozen=True, slots=True)
class OffDays:
    """Days in a row that are not counted for one reason."""

    first: date
    last: date
    why: str


def runs(skipped: Sequence[Skipped]) -> list[OffDays]:
    """Days that are not counted, those that follow each other for the same reason as one."""
    found = [OffDays(one.date, one.date, one.why) for one in skipped[:1]]
    for before, one in pairwise(skipped):
        if one.why == before.why and abs((one.date - before.date).days) == 1:
            found[-1] = replace(found[-1], first=min(found[-1].first, one.date), last=max(found[-1].last, one.date))
        else:
            found.append(OffDays(one.date, one.date, one.why))
    return found


def in_words(move: Move) -> str:
    """`dời từ 28/04/2026 17:00 đến 06/05/2026 17:00, gia hạn: Chờ xác minh.`"""
    before, after = local_time(move.previously_at), local_time(move.due_at)
    moved = say("dời từ %(before)s đến %(after)s", before=before, after=after)
    cause = f", {say(words.MOVE_CAUSES[move.cause])}" if move.cause else ""
    return f"{moved}{cause}: {move.reason}"
