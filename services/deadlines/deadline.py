"""One term: what is owed, by whom, until when; and what can be said of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from services.deadlines.course import follow
from services.deadlines.explain import ONE_DAY, Count, OfficeHours, Term, WorkingDays
from services.deadlines.turns import Done, Dropped, Started, Turn
from shared.contracts import Event, Role
from shared.contracts.deadlines import DeadlineEvent, DeadlineMet, DeadlineMoved, DeadlineSet, MoveCause, RuleId

State = Literal["running", "near", "missed", "paused", "met", "cancelled", "passed"]

OPEN: frozenset[State] = frozenset({"running", "near", "missed", "paused"})
"""The duty is still owed. `passed` is a cut-off that closed: nobody owed anything."""

CUT_OFFS: frozenset[RuleId] = frozenset({"registration-cutoff"})
"""Terms that only close: no reminder, nobody to miss them."""


@dataclass(frozen=True, slots=True)
class Duty:
    """What a fact is about: one rule, applied to one question, dialogue, commitment or slot.

    what, owner: as of `DeadlineEvent`.
    """

    commune: str
    case: str
    rule: RuleId
    about: str
    what: str | None = None
    owner: str | None = None

    @property
    def id(self) -> str:
        return deadline_id(self.about, self.rule)


@dataclass(frozen=True, slots=True)
class Told:
    """What a fact means for a term. reason: Vietnamese, where the fact gives one."""

    duty: Duty
    turn: Turn
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One term. `id` is `<about>:<rule>`.

    term, anchor, added: how it is counted: the length, the day it is counted from, the working days granted on top.
    calendar: revision of the calendar it was counted with. turns: all that has happened to it, in order.
    begun_at: when somebody first came to owe it. as_of: when its clock was last set.
    awaits: of a decision, the roles of which one takes it now.
    paused_at, left: since when it stands still, and with how many working days.
    planned: a dialogue is planned in this slot of the programme.
    step: how many rungs of the ladder have been raised; put_before: to whom. acknowledged: the last step seen to.
    next_fire_at: when time will next change something; None when it never will.
    """

    id: str
    commune: str
    case: str
    rule: RuleId
    about: str
    anchor: date
    original_due_at: datetime
    due_on: date
    due_at: datetime
    basis: str
    provisional: bool
    as_of: datetime
    department: str | None = None
    what: str | None = None
    owner: str | None = None
    awaits: tuple[Role, ...] = ()
    state: State = "running"
    step: int = 0
    put_before: tuple[Role, ...] = ()
    acknowledged: int = 0
    next_fire_at: datetime | None = None
    met_at: datetime | None = None
    term: Term | None = None
    added: int = 0
    begun_at: datetime | None = None
    paused_at: datetime | None = None
    left: int = 0
    planned: bool = False
    calendar: int = 0
    turns: tuple[Turn, ...] = ()
    version: int = 0

    @property
    def late(self) -> bool:
        return self.met_at is not None and self.met_at > self.due_at


Decision = tuple[Deadline, Sequence[Event]]


def deadline_id(about: str, rule: RuleId) -> str:
    return f"{about}:{rule}"


def turns_of(deadline: Deadline, calendar: WorkingDays) -> tuple[Turn, ...]:
    """All that has happened to a term. One that was kept before turns were is told by its end.

    Raises:
        NoCalendar: when that end is in a year whose days off are not known.
    """
    if deadline.turns:
        return deadline.turns
    if deadline.state == "cancelled":
        return (Dropped(deadline.as_of),)
    started = Started(deadline.as_of, deadline.anchor, _term_of(deadline, calendar), deadline.department)
    draft = 1 if deadline.rule == "department-answer" else None
    return (started, *([Done(deadline.met_at, deadline.department, draft)] if deadline.met_at else []))


def _term_of(deadline: Deadline, calendar: WorkingDays) -> Term:
    days = (deadline.due_on - deadline.anchor).days
    if days < 0:
        return Term(-days, "days", "before", deadline.basis)
    after = (deadline.anchor + ONE_DAY * n for n in range(1, days + 1))
    return Term(sum(calendar.why_not(day) is None for day in after), "working-days", "after", deadline.basis)


def counted(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours) -> Count | None:
    """How the term is counted under this calendar, with all that moved it; None where nothing was ever owed.

    Raises:
        NoCalendar: when the count leaves the years whose days off are known.
    """
    course = follow(turns_of(deadline, calendar), calendar, hours)
    return course.end if course is not None else None


E = TypeVar("E", bound=DeadlineEvent)


def say(event: type[E], deadline: Deadline, at: datetime, **said: Any) -> E:
    return event(
        commune=deadline.commune,
        case=deadline.case,
        occurred_at=at,
        deadline=deadline.id,
        rule=deadline.rule,
        about=deadline.about,
        department=deadline.department,
        what=deadline.what,
        owner=deadline.owner,
        awaits=deadline.awaits,
        **said,
    )


def say_set(deadline: Deadline, at: datetime) -> DeadlineSet:
    return say(
        DeadlineSet,
        deadline,
        at,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        basis=deadline.basis,
        provisional=deadline.provisional,
    )


def say_moved(deadline: Deadline, at: datetime, cause: MoveCause, reason: str) -> DeadlineMoved:
    return say(
        DeadlineMoved,
        deadline,
        at,
        original_due_at=deadline.original_due_at,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        reason=reason,
        cause=cause,
        provisional=deadline.provisional,
    )


def say_met(deadline: Deadline) -> DeadlineMet:
    assert deadline.met_at is not None
    return say(
        DeadlineMet, deadline, deadline.met_at, due_at=deadline.due_at, met_at=deadline.met_at, late=deadline.late
    )
