"""Where a term stands once all its turns are taken in the order in which they happened.

It is found anew from all of them each time: whoever has heard the same says the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.deadlines.explain import (
    ONE_DAY,
    Count,
    OfficeHours,
    Skipped,
    Term,
    WorkingDays,
    closing,
    count,
    local_date,
)
from services.deadlines.turns import (
    Done,
    Dropped,
    Extended,
    HandedOver,
    Lengthened,
    PassedOn,
    Planned,
    Reopened,
    Rescheduled,
    Resumed,
    SentBack,
    Started,
    Suspended,
    Turn,
    Unplanned,
    in_order,
)
from shared.contracts import Role

PATIENCE = 2
"""Working days a department has to take up a question before the paused term runs again by itself."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where a term stands.

    is_open: it has not been dropped, nor is it of a round before. begun_at: when somebody first came to owe it.
    since: when its clock was last set. awaits: of a decision, the roles of which one takes it now.
    started: how it is being counted; added: working days on top. first_due_at: its end as it was first.
    left: working days, while it stands still; resumes_at: when it runs again by itself.
    """

    is_open: bool
    begun_at: datetime
    since: datetime
    first_due_at: datetime
    started: Started
    department: str | None
    term: Term
    anchor: date
    end: Count
    awaits: tuple[Role, ...] = ()
    added: int = 0
    paused_at: datetime | None = None
    resumes_at: datetime | None = None
    left: int = 0
    handed_in: tuple[Done, ...] = ()
    returned: int = 0
    met_at: datetime | None = None
    planned: tuple[Planned, ...] = ()


def follow(turns: Iterable[Turn], calendar: WorkingDays, hours: OfficeHours) -> Course | None:
    """Where the term stands after all its turns; None while nobody has come to owe anything.

    Raises:
        NoCalendar: when the count leaves the years whose days off are known.
    """
    course = None
    for turn in in_order(turns):
        course = _take(course, turn, calendar, hours)
    return course


def _take(course: Course | None, turn: Turn, calendar: WorkingDays, hours: OfficeHours) -> Course | None:
    if isinstance(turn, Started):
        return _start(course, turn, calendar, hours)
    if course is None or not course.is_open:
        return course
    if course.resumes_at is not None and turn.at >= course.resumes_at:
        course = _resume(course, course.resumes_at, calendar, hours)
    match turn:
        case HandedOver() if turn.giver == course.department:
            running = course if course.paused_at is None else _resume(course, turn.at, calendar, hours)
            return _hand_over(running, turn)
        case Suspended() if turn.giver == course.department:
            return _suspend(_hand_over(course, turn), turn, calendar, hours)
        case PassedOn() if course.met_at is None:
            return _pass_on(course, turn, calendar, hours)
        case Resumed() if course.paused_at is not None and turn.department in (None, course.department):
            return _resume(course, turn.at, calendar, hours)
        case Extended() if turn.department == course.department:
            return _extend(course, turn, calendar, hours)
        case Lengthened() if course.met_at is None:
            return _set(replace(course, term=turn.term, added=0), turn.at, calendar, hours)
        case Rescheduled() if course.met_at is None and turn.anchor != course.anchor:
            return _set(replace(course, anchor=turn.anchor, added=0), turn.at, calendar, hours)
        case Planned() | Unplanned() if course.met_at is None:
            return _plan(course, turn, calendar, hours)
        case Done() if turn.department in (None, course.department):
            return _hand_in(course, turn, calendar, hours)
        case SentBack() if turn.department == course.department:
            return _send_back(course, turn)
        case Dropped() | Reopened():
            return replace(course, is_open=False, paused_at=None, resumes_at=None)
    return course


def _start(course: Course | None, turn: Started, calendar: WorkingDays, hours: OfficeHours) -> Course:
    """Whoever takes over from another keeps when it began, and its first end."""
    running = course if course is not None and course.is_open else None
    if running is not None and running.department == turn.department:
        return running
    end = count(turn.term, turn.anchor, calendar, hours)
    return Course(
        is_open=True,
        begun_at=running.begun_at if running else turn.at,
        since=turn.at,
        first_due_at=running.first_due_at if running else end.due_at,
        started=turn,
        department=turn.department,
        term=turn.term,
        anchor=turn.anchor,
        end=end,
        awaits=turn.awaits,
    )


def _hand_over(course: Course, turn: HandedOver | Suspended) -> Course:
    """Whatever the former department handed in, the next one must answer."""
    return replace(
        course,
        department=turn.department,
        since=course.since if course.met_at is None else turn.at,
        handed_in=(),
        returned=0,
        met_at=None,
    )


def _pass_on(course: Course, turn: PassedOn, calendar: WorkingDays, hours: OfficeHours) -> Course:
    passed_on = replace(course, department=turn.department, awaits=turn.awaits, anchor=turn.anchor, added=0)
    return _set(passed_on, turn.at, calendar, hours)


def _suspend(course: Course, turn: Suspended, calendar: WorkingDays, hours: OfficeHours) -> Course:
    """The day of the transfer is used up. A department gets at least one working day."""
    if course.paused_at is None and turn.at >= course.end.due_at:
        return course
    day = local_date(turn.at)
    return replace(
        course,
        paused_at=turn.at,
        resumes_at=closing(calendar.nth_working_day_after(day, PATIENCE), calendar, hours),
        left=course.left or max(1, _working_days(day, course.end.due_on, calendar)),
    )


def _working_days(begun: date, ended: date, calendar: WorkingDays) -> int:
    """After the one day, up to the other."""
    days = (begun + ONE_DAY * n for n in range(1, (ended - begun).days + 1))
    return sum(calendar.why_not(day) is None for day in days)


def _resume(course: Course, at: datetime, calendar: WorkingDays, hours: OfficeHours) -> Course:
    resumed = replace(
        course,
        paused_at=None,
        resumes_at=None,
        left=0,
        term=Term(course.left, "working-days", "after", course.term.basis),
        anchor=local_date(at),
        added=0,
    )
    return _set(resumed, at, calendar, hours)


def _extend(course: Course, turn: Extended, calendar: WorkingDays, hours: OfficeHours) -> Course:
    if course.paused_at is not None:
        end = lengthen(course.end, turn.working_days, calendar, hours)
        return replace(course, left=course.left + turn.working_days, end=end)
    return _set(replace(course, added=course.added + turn.working_days), turn.at, calendar, hours)


def _set(course: Course, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> Course:
    end = lengthen(count(course.term, course.anchor, calendar, hours), course.added, calendar, hours)
    return replace(course, end=end, since=since)


def _plan(course: Course, turn: Planned | Unplanned, calendar: WorkingDays, hours: OfficeHours) -> Course:
    """A dialogue on a day off after the last working day of its slot is still in time."""
    others = tuple(one for one in course.planned if one.dialogue != turn.dialogue)
    planned = (*others, turn) if isinstance(turn, Planned) else others
    term, anchor = course.started.term, course.started.anchor
    last = max((one.day for one in planned), default=date.min)
    if last > count(term, anchor, calendar, hours).due_on:
        term, anchor = Term(0, "days", "after", term.basis), last
    alone = bool(course.planned) and not planned and turn.at < course.end.due_at
    since = turn.at if alone else course.since
    return _set(replace(course, planned=planned, term=term, anchor=anchor), since, calendar, hours)


def _hand_in(course: Course, turn: Done, calendar: WorkingDays, hours: OfficeHours) -> Course:
    """The earliest that has not been sent back counts. Who hands in has taken it up."""
    if course.paused_at is not None:
        course = _resume(course, turn.at, calendar, hours)
    course = replace(course, handed_in=(*course.handed_in, turn))
    return replace(course, met_at=_met_at(course)) if course.met_at is None else course


def _send_back(course: Course, turn: SentBack) -> Course:
    """Sent back in time, it is owed again by the same day; sent back later, it was handed in all the same."""
    course = replace(course, returned=max(course.returned, turn.draft))
    if course.met_at is None or turn.at >= course.end.due_at:
        return course
    met_at = _met_at(course)
    return replace(course, met_at=met_at, since=turn.at if met_at is None else course.since)


def _met_at(course: Course) -> datetime | None:
    return next((one.at for one in course.handed_in if one.draft is None or one.draft > course.returned), None)


def lengthen(counted: Count, working_days: int, calendar: WorkingDays, hours: OfficeHours) -> Count:
    """The same count, so many working days further.

    Raises:
        NoCalendar: as `count`.
    """
    if not working_days:
        return counted
    days, skipped, day, left = list(counted.counted), list(counted.skipped), counted.due_on, working_days
    while left:
        day += ONE_DAY
        why = calendar.why_not(day)
        if why is None:
            days.append(day)
            left -= 1
        else:
            skipped.append(Skipped(day, why))
    return Count(
        due_on=day,
        due_at=closing(day, calendar, hours),
        counted=tuple(days),
        skipped=tuple(skipped),
        basis=counted.basis,
        provisional=counted.provisional or calendar.provisional(*range(counted.due_on.year, day.year + 1)),
    )
