"""Office hours as a line: every worked hour is as long as every other, nights and days off have no length.

Which days are worked deadlines knows, and tells when it explains a count (`terms.explain`). Of a day that no count
came by, the console takes Saturday and Sunday for off: a picture, on which nothing rests.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.console.terms import Explained
from shared.communes import OfficeHours
from shared.web import HANOI

ONE_DAY = timedelta(days=1)
WEEKEND = "ngày nghỉ cuối tuần"
SATURDAY = 5
MOST_DAYS = 800
"""What lies further back than these is left out: what is to come is not."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True, slots=True)
class Known:
    """What the counts of a page say of days: those that are off and why, those that are worked."""

    off: Mapping[date, str]
    worked: frozenset[date]

    def why_off(self, day: date) -> str | None:
        if day in self.worked:
            return None
        return self.off.get(day) or (WEEKEND if day.weekday() >= SATURDAY else None)


def known_days(explained: Iterable[Explained]) -> Known:
    told = list(explained)
    off = {skipped.date: skipped.why for one in told for skipped in one.skipped}
    return Known(off, frozenset(day for one in told for day in one.counted) - off.keys())


@dataclass(frozen=True, slots=True)
class Gap:
    """A night, or days off: a place on the line where time was left out. why: "" of a night."""

    at: float
    why: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a worked day begins."""

    at: float
    day: date


class WorkingAxis:
    """Whole days from the first instant to the last, as percent of the working time between; the last ones of many."""

    def __init__(self, begin: datetime, end: datetime, hours: OfficeHours, known: Known) -> None:
        self._hours = hours
        last = _local(max(begin, end)).date()
        first = max(_local(begin).date(), last - ONE_DAY * (MOST_DAYS - 1))
        count = (last - first).days + 1
        self._days = [(day, known.why_off(day)) for day in (first + ONE_DAY * place for place in range(count))]
        before, so_far = dict[date, timedelta](), timedelta()
        for day, why in self._days:
            before[day] = so_far
            so_far += timedelta() if why else self._open_until(day, time.max)
        self._before, self._whole = before, so_far
        self._off = {day for day, why in self._days if why}

    def at(self, instant: datetime) -> float:
        """Percent of the working time that lies before an instant; what is outside stands at the end."""
        local = _local(instant)
        if not self._whole or local.date() < self._days[0][0]:
            return 0.0
        if local.date() > self._days[-1][0]:
            return 100.0
        worked = timedelta() if local.date() in self._off else self._open_until(local.date(), local.time())
        return 100 * ((self._before[local.date()] + worked) / self._whole)

    def gaps(self) -> list[Gap]:
        """Every night, and in place of it the days off where there are some."""
        found, why_off = list[Gap](), list[str]()
        for day, why in self._days:
            if why:
                why_off.append(f"{day:%d/%m}: {why}")
                continue
            if day != self._days[0][0]:
                found.append(Gap(self._at_dawn(day), "; ".join(why_off)))
            why_off = []
        return found

    def ticks(self, most: int) -> list[Tick]:
        """Worked days to be named, evenly, at most so many."""
        worked = [day for day, why in self._days if not why]
        step = max(1, -(-len(worked) // most))
        return [Tick(self._at_dawn(day), day) for day in worked[::step]]

    def _at_dawn(self, day: date) -> float:
        return 100 * (self._before[day] / self._whole) if self._whole else 0.0

    def _open_until(self, day: date, clock: time) -> timedelta:
        """How long the office has been open on a worked day at this hour."""
        hours = self._hours
        halves: Sequence[tuple[time, time]] = [(hours.morning_opens, hours.morning_closes)]
        if day.weekday() >= SATURDAY or WEEKDAYS[day.weekday()] not in hours.mornings_only:
            halves = [*halves, (hours.afternoon_opens, hours.afternoon_closes)]
        return sum(
            (max(timedelta(), _since(min(clock, closes)) - _since(opens)) for opens, closes in halves), timedelta()
        )


def _since(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second)


def _local(at: datetime) -> datetime:
    return at.astimezone(HANOI)
