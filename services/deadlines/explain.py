"""How a term is counted, day by day, so that whoever asks can follow the count.

The start day is not counted (Civil Code 2015, art. 147). A term in days that would end on a day off ends
with the next working day (art. 148); one that is counted back ends with the working day before it, so that
"at least n days before" still holds. It ends at the close of office hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, Protocol, TypedDict
from zoneinfo import ZoneInfo

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time. `basis`: the law or the line of the plan it rests on, in Vietnamese."""

    count: int
    unit: Literal["working-days", "days"]
    counted: Literal["after", "before"]
    basis: str


@dataclass(frozen=True, slots=True)
class OfficeHours:
    """Local time of a commune's working day, with its break at noon.

    mornings_only: weekdays (Monday is 0) on which the office closes at noon.
    """

    opens: time
    noon_closes: time
    noon_opens: time
    closes: time
    mornings_only: frozenset[int] = frozenset()


class WorkingDays(Protocol):
    """What counting asks of the calendar. Each answer may be refused with `NoCalendar` (see working_days.py).

    revision: grows whenever the days off change while terms run.
    """

    @property
    def revision(self) -> int: ...
    def why_not(self, day: date) -> str | None: ...
    def why_half(self, day: date) -> str | None: ...
    def nth_working_day_after(self, day: date, n: int) -> date: ...
    def provisional(self, *years: int) -> bool: ...
    def why_changed(self, since: int) -> str: ...


@dataclass(frozen=True, slots=True)
class Skipped:
    """A day that was not counted. `why` is Vietnamese."""

    day: date
    why: str


@dataclass(frozen=True, slots=True)
class Count:
    """The end of a term and how it was found.

    counted: in the order of counting; the last is the day the term ends.
    skipped: every other day between the anchor and the end.
    provisional: the decree on days off of a year that was counted through is not out yet.
    """

    due_on: date
    due_at: datetime
    counted: tuple[date, ...]
    skipped: tuple[Skipped, ...]
    basis: str
    provisional: bool


def count(term: Term, anchor: date, calendar: WorkingDays, hours: OfficeHours) -> Count:
    """Count a term from its anchor, a local date.

    Raises:
        NoCalendar: when the count leaves the years whose days off are known.
    """
    known = calendar.provisional(anchor.year)
    step = ONE_DAY if term.counted == "after" else -ONE_DAY
    counted: list[date] = []
    skipped: list[Skipped] = []
    day = anchor
    while len(counted) < term.count:
        day += step
        why = calendar.why_not(day)
        is_last = len(counted) == term.count - 1
        if why is None or (term.unit == "days" and not is_last):
            counted.append(day)
        else:
            skipped.append(Skipped(day, why))
    while why := calendar.why_not(day):  # only a term of no days can still stand on a day off
        skipped.append(Skipped(day, why))
        day += step
    return Count(
        due_on=day,
        due_at=closing(day, calendar, hours),
        counted=tuple(counted),
        skipped=tuple(skipped),
        basis=term.basis,
        provisional=known or calendar.provisional(*range(min(anchor, day).year, max(anchor, day).year + 1)),
    )


class SkippedDay(TypedDict):
    date: str
    why: str


class Explanation(TypedDict):
    """What `doithoai deadline --json` prints. Dates are `YYYY-MM-DD`, `closes_at` carries its offset."""

    due: str
    closes_at: str
    counted: list[str]
    skipped: list[SkippedDay]
    basis: str
    provisional: bool


def explain(term: Term, anchor: date, calendar: WorkingDays, hours: OfficeHours) -> Explanation:
    """The count in the fixed shape of the command line.

    Raises:
        NoCalendar: as `count`.
    """
    return as_explanation(count(term, anchor, calendar, hours))


def as_explanation(counted: Count) -> Explanation:
    return Explanation(
        due=counted.due_on.isoformat(),
        closes_at=counted.due_at.isoformat(),
        counted=[day.isoformat() for day in counted.counted],
        skipped=[SkippedDay(date=skipped.day.isoformat(), why=skipped.why) for skipped in counted.skipped],
        basis=counted.basis,
        provisional=counted.provisional,
    )


def closing(day: date, calendar: WorkingDays, hours: OfficeHours) -> datetime:
    """When the office closes on a working day: at noon where only the morning is worked, by decree or by local rule."""
    return local(day, hours.noon_closes if only_morning(day, calendar, hours) else hours.closes)


def only_morning(day: date, calendar: WorkingDays, hours: OfficeHours) -> bool:
    return day.weekday() in hours.mornings_only or calendar.why_half(day) is not None


def local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, tzinfo=HANOI)


def local_date(at: datetime) -> date:
    """The day it was in Việt Nam. An instant past the end of time stays on its last day."""
    try:
        return at.astimezone(HANOI).date()
    except OverflowError:
        return at.date()
