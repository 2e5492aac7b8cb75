"""The days off as they are now: those of the files, and above them the years that were decreed while terms run.

What is applied here stays: it stands above the file of its year until another decree for that year is applied.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from services.deadlines.working_days import WEEKEND, WorkingCalendar, Year
from shared.contracts import Actor, Event, Refusal, Role
from shared.contracts.conference import CalendarYear, DayWithReason
from shared.contracts.deadlines import ApplyCalendar, PreviewCalendar

STATE = "vn"
"""There is one calendar of the State, and so one aggregate."""

MAY_CHANGE = frozenset({Role.OPERATOR, Role.PROVINCE})


@dataclass(frozen=True, slots=True)
class AppliedYear:
    """One year as it was decreed, when and by whom it was applied."""

    year: CalendarYear
    applied_at: datetime
    applied_by: str


@dataclass(frozen=True, slots=True)
class AppliedYears:
    """Every change of the days off that was applied while terms run, in order; a later one of a year replaces it."""

    id: str = STATE
    commune: str = "province"
    years: tuple[AppliedYear, ...] = ()
    version: int = 0

    @property
    def revision(self) -> int:
        """How many changes there have been; 0 while only the files count."""
        return len(self.years)

    def as_of(self, revision: int) -> dict[int, CalendarYear]:
        """What had been applied by then, the latest of each year."""
        return {applied.year.year: applied.year for applied in self.years[:revision]}

    def revision_of(self, year: int) -> int:
        """The change that made the year what it is; 0 where that is its file."""
        return max((n for n, applied in enumerate(self.years, 1) if applied.year.year == year), default=0)

    def reason(self, counted_with: int) -> str:
        """Why a term that was counted with an older revision is counted again, in Vietnamese."""
        return " ".join(dict.fromkeys(_reason(applied.year) for applied in self.years[counted_with:]))


def apply_calendar(
    applied: AppliedYears | None, command: ApplyCalendar, now: datetime
) -> tuple[AppliedYears, list[Event]]:
    """From now on the days off of the year are these. Applied a second time they change nothing."""
    check(command)
    applied = applied or AppliedYears()
    if applied.as_of(applied.revision).get(command.year.year) == command.year:
        return applied, []
    latest = AppliedYear(command.year, now, command.actor.name)
    return replace(applied, years=(*applied.years, latest)), []


def check(command: ApplyCalendar | PreviewCalendar) -> None:
    """Refuse what nobody may do, and what no year can be.

    Raises:
        Refusal: forbidden; or invalid, with each thing that is wrong.
    """
    must_be_allowed(command.actor)
    if wrong := list(_mistakes(command.year)):
        raise Refusal("invalid", f"Lịch năm {command.year.year} chưa đúng: {'; '.join(wrong)}.")


def must_be_allowed(actor: Actor) -> None:
    if actor.role not in MAY_CHANGE:
        raise Refusal("forbidden", "Chỉ cấp tỉnh hoặc người vận hành được thay đổi lịch làm việc chung.")


def _mistakes(year: CalendarYear) -> Iterator[str]:
    if year.decree is None and not year.provisional:
        yield "năm không còn tạm tính thì phải ghi văn bản quyết định"
    off, half = [one.day for one in year.off], [one.day for one in year.half]
    listed = [*off, *year.worked]
    for day in sorted({day for day in listed if listed.count(day) > 1} | {day for day in half if half.count(day) > 1}):
        yield f"ngày {day:%d/%m/%Y} được ghi hai lần"
    for day in listed:
        if abs(day.year - year.year) > 1:
            yield f"ngày {day:%d/%m/%Y} không thuộc năm {year.year}"
    for day in year.worked:
        if day.weekday() not in WEEKEND:
            yield f"ngày làm bù {day:%d/%m/%Y} phải là Thứ Bảy hoặc Chủ nhật"
    for day in half:
        if day.year != year.year:
            yield f"ngày {day:%d/%m/%Y} không thuộc năm {year.year}"
        elif day in off or (day.weekday() in WEEKEND and day not in year.worked):
            yield f"ngày làm nửa buổi {day:%d/%m/%Y} là ngày nghỉ"


def _reason(year: CalendarYear) -> str:
    if year.decree is None:
        return f"Lịch làm việc dự kiến năm {year.year} thay đổi, chưa có văn bản quyết định."
    return f"Lịch làm việc năm {year.year} thay đổi theo {year.decree}."


class LiveCalendar(WorkingCalendar):
    """The calendar as it is at this moment: whoever holds it counts by what has been decreed by then."""

    def __init__(self, files: WorkingCalendar) -> None:
        self._files = {year: files[year] for year in files.years}
        self._earlier: dict[int, WorkingCalendar] = {}
        self.applied = AppliedYears()
        super().__init__(self._files.values())

    def take(self, applied: AppliedYears) -> None:
        """Count by these from now on. What is known already, or older, changes nothing."""
        if applied.revision > self.revision:
            self.applied = applied
            self._know(self._years_as_of(applied.revision), applied.revision)

    def why_changed(self, since: int) -> str:
        return self.applied.reason(since)

    def as_of(self, revision: int) -> WorkingCalendar:
        """The calendar that terms of this revision were counted with."""
        if revision >= self.revision:
            return self
        if revision not in self._earlier:
            self._earlier[revision] = WorkingCalendar(self._years_as_of(revision), revision)
        return self._earlier[revision]

    def trial(self, year: CalendarYear) -> WorkingCalendar:
        """The calendar as it would be with this year, for whoever wants to know beforehand."""
        present = {number: self[number] for number in self.years}
        return WorkingCalendar({**present, year.year: from_contract(year)}.values(), self.revision + 1)

    def _years_as_of(self, revision: int) -> Iterable[Year]:
        applied = self.applied.as_of(revision)
        return {**self._files, **{number: from_contract(year) for number, year in applied.items()}}.values()


def shown(calendar: LiveCalendar) -> dict[str, Any]:
    """What `ShowCalendar` replies."""
    years = [
        {"revision": calendar.applied.revision_of(year), **to_contract(calendar[year]).model_dump(mode="json")}
        for year in calendar.years
    ]
    return {"revision": calendar.revision, "years": years}


def from_contract(year: CalendarYear) -> Year:
    return Year(
        number=year.year,
        off=_reasons(year.off),
        worked=frozenset(year.worked),
        half=_reasons(year.half),
        provisional=year.provisional,
        decree=year.decree,
    )


def to_contract(year: Year) -> CalendarYear:
    return CalendarYear(
        year=year.number,
        provisional=year.provisional,
        decree=year.decree,
        off=_days(year.off),
        worked=tuple(sorted(year.worked)),
        half=_days(year.half),
    )


def _reasons(days: Iterable[DayWithReason]) -> dict[date, str]:
    return {one.day: one.why for one in days}


def _days(reasons: Mapping[date, str]) -> tuple[DayWithReason, ...]:
    return tuple(DayWithReason(day=day, why=why) for day, why in sorted(reasons.items()))
