"""Which days the offices of the State work, read from `deploy/calendars/vn-<year>.yaml`.

Monday to Friday, less public holidays (Labour Code 2019, art. 112) and their days in lieu (art. 111.3), less
weekdays and plus Saturdays that the Prime Minister swapped; of a half day only the morning is worked. The swaps are
decreed year by year, so a year without a file is refused, never guessed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from pydantic import Field

from shared.strict_yaml import Mistake, Strict, YamlError, line_of, read_strictly

CALENDARS = Path(__file__).parent.parent.parent / "deploy" / "calendars"
WEEKEND: Mapping[int, str] = {5: "Thứ Bảy", 6: "Chủ nhật"}


class NoCalendar(LookupError):
    """The days off of `year` are not known. `reason` is a Vietnamese sentence for a person."""

    names_nobody = True

    def __init__(self, year: int) -> None:
        self.year = year
        self.reason = f"Chưa có lịch làm việc năm {year}. Cần bổ sung tệp deploy/calendars/vn-{year}.yaml."
        super().__init__(f"No working calendar for {year}: add deploy/calendars/vn-{year}.yaml")


@dataclass(frozen=True, slots=True)
class Year:
    """One year's exceptions from Monday to Friday.

    off: why a day is off, in Vietnamese. worked: weekend days worked by a swap. half: why only a morning is worked.
    provisional: the decree on swaps is not out yet. decree: what the year rests on, once it is.
    """

    number: int
    off: Mapping[date, str]
    worked: frozenset[date] = frozenset()
    half: Mapping[date, str] = field(default_factory=dict)
    provisional: bool = False
    decree: str | None = None


class WorkingCalendar:
    """The working days of the years it was given; every question about another year raises `NoCalendar`.

    revision: grows whenever the days off are changed while terms run; a term remembers which one it was counted with.
    """

    def __init__(self, years: Iterable[Year], revision: int = 0) -> None:
        self._know(years, revision)

    def _know(self, years: Iterable[Year], revision: int) -> None:
        """Answer from these years from now on."""
        self.revision = revision
        self._years = {year.number: year for year in years}
        # A swap may reach into the neighbouring year, so its days are looked up over all years.
        self._off = {day: why for year in self._years.values() for day, why in year.off.items()}
        self._worked = frozenset(day for year in self._years.values() for day in year.worked)
        self._half = {day: why for year in self._years.values() for day, why in year.half.items()}

    @property
    def years(self) -> tuple[int, ...]:
        return tuple(sorted(self._years))

    def __getitem__(self, year: int) -> Year:
        if year not in self._years:
            raise NoCalendar(year)
        return self._years[year]

    def is_working(self, day: date) -> bool:
        return self.why_not(day) is None

    def why_not(self, day: date) -> str | None:
        """Why a day is off, in Vietnamese: `Thứ Bảy`, `Quốc khánh`; None when it is worked."""
        if day.year not in self._years:
            raise NoCalendar(day.year)
        if day in self._worked:
            return None
        return self._off.get(day) or WEEKEND.get(day.weekday())

    def why_half(self, day: date) -> str | None:
        """Why only the morning of a day is worked, in Vietnamese; None when it is worked as usual, or not at all."""
        return self._half.get(day) if self.is_working(day) else None

    def next_working_day(self, day: date) -> date:
        """The first working day after `day`."""
        return next(self._working_days_from(day, timedelta(days=1)))

    def previous_working_day(self, day: date) -> date:
        """The last working day before `day`."""
        return next(self._working_days_from(day, timedelta(days=-1)))

    def nth_working_day_after(self, day: date, n: int) -> date:
        """The n-th working day after `day`, n from 1; `day` itself is not counted."""
        if n < 1:
            raise ValueError(f"there is no working day number {n} after a day: count from 1")
        working_days = self._working_days_from(day, timedelta(days=1))
        return next(found for number, found in enumerate(working_days, 1) if number == n)

    def provisional(self, *years: int) -> bool:
        """Whether the decree of one of the years is not out yet."""
        for year in years:
            if year not in self._years:
                raise NoCalendar(year)
        return any(self._years[year].provisional for year in years)

    def why_changed(self, since: int) -> str:
        """What has changed the days off since a revision, in Vietnamese; nothing ever does where there is one alone."""
        return ""

    def _working_days_from(self, day: date, step: timedelta) -> Iterator[date]:
        if day.year not in self._years:
            raise NoCalendar(day.year)
        while True:
            day += step
            if self.is_working(day):
                yield day


class Holiday(Strict):
    """A public holiday, on whichever weekday it falls."""

    day: date
    name: str = Field(min_length=1)
    basis: str = Field(min_length=1)


class InLieu(Strict):
    """The working day that is off because the holiday `of` fell on a weekend."""

    day: date
    of: date
    basis: str = Field(min_length=1)


class Swap(Strict):
    """A weekday off and the weekend day worked for it. One of the two may lie in the neighbouring year."""

    day_off: date
    day_worked: date
    decree: str = Field(min_length=1)


class HalfDay(Strict):
    """A working day of which only the morning is worked, everywhere; what one commune does stands in its profile."""

    day: date
    why: str = Field(min_length=1)
    basis: str = Field(min_length=1)


class CalendarFile(Strict):
    """One `vn-<year>.yaml`. `decree`: the yearly notice; absent only while the year is provisional."""

    year: int
    provisional: bool
    decree: str | None = None
    holidays: list[Holiday]
    in_lieu: list[InLieu] = []
    swaps: list[Swap] = []
    half_days: list[HalfDay] = []

    def as_year(self) -> Year:
        names = {holiday.day: holiday.name for holiday in self.holidays}
        return Year(
            number=self.year,
            off={
                **names,
                **{in_lieu.day: f"{names[in_lieu.of]} (nghỉ bù)" for in_lieu in self.in_lieu},
                **{swap.day_off: f"Nghỉ hoán đổi, làm bù ngày {swap.day_worked:%d/%m/%Y}" for swap in self.swaps},
            },
            worked=frozenset(swap.day_worked for swap in self.swaps),
            half={half.day: half.why for half in self.half_days},
            provisional=self.provisional,
            decree=self._rests_on(),
        )

    def _rests_on(self) -> str | None:
        """The yearly notice, then what was decreed after it: a term that a later swap moves names its text."""
        if self.decree is None:
            return None
        named = [self.decree]
        for decree in (*(swap.decree for swap in self.swaps), *(half.basis for half in self.half_days)):
            for text in map(str.strip, decree.split(";")):
                if not any(text in known for known in named):
                    named.append(text)
        return "; ".join(named)


def load_calendar(folder: Path = CALENDARS) -> WorkingCalendar:
    """Read every `vn-<year>.yaml` of a folder.

    Raises:
        YamlError: with the mistakes of the first file that is wrong, or when the folder has none.
    """
    files = sorted(folder.glob("vn-*.yaml"))
    if not files:
        raise YamlError([Mistake(folder, 1, "không có tệp lịch nào (vn-<năm>.yaml)")])
    return WorkingCalendar([read_calendar(file).as_year() for file in files])


def read_calendar(file: Path) -> CalendarFile:
    """Read and check one file.

    Raises:
        YamlError: each mistake with its line.
    """
    calendar, tree = read_strictly(file, CalendarFile)
    if mistakes := [Mistake(file, line_of(tree, place), what) for place, what in _mistakes(file, calendar)]:
        raise YamlError(mistakes)
    return calendar


Place = tuple[int | str, ...]


def _mistakes(file: Path, calendar: CalendarFile) -> Iterator[tuple[Place, str]]:
    if file.stem != f"vn-{calendar.year}":
        yield ("year",), f"tên tệp phải là vn-{calendar.year}.yaml"
    if calendar.decree is None and not calendar.provisional:
        yield ("provisional",), "năm không còn tạm tính thì phải ghi decree"
    seen: set[date] = set()
    for place, day in _days(calendar):
        if day in seen:
            yield place, f"ngày {day:%d/%m/%Y} được ghi hai lần"
        if day.year != calendar.year and place[0] != "swaps":
            yield place, f"ngày {day:%d/%m/%Y} không thuộc năm {calendar.year}"
        seen.add(day)
    yield from _mistakes_in_lieu(calendar)
    yield from _mistaken_swaps(calendar)
    yield from _mistaken_half_days(calendar)


def _days(calendar: CalendarFile) -> Iterator[tuple[Place, date]]:
    for number, holiday in enumerate(calendar.holidays):
        yield ("holidays", number), holiday.day
    for number, in_lieu in enumerate(calendar.in_lieu):
        yield ("in_lieu", number), in_lieu.day
    for number, swap in enumerate(calendar.swaps):
        yield ("swaps", number), swap.day_off
        yield ("swaps", number), swap.day_worked


def _mistakes_in_lieu(calendar: CalendarFile) -> Iterator[tuple[Place, str]]:
    holidays = {holiday.day for holiday in calendar.holidays}
    for number, in_lieu in enumerate(calendar.in_lieu):
        if in_lieu.of not in holidays or in_lieu.of.weekday() not in WEEKEND:
            yield ("in_lieu", number), f"ngày {in_lieu.of:%d/%m/%Y} không phải ngày lễ trùng cuối tuần để được nghỉ bù"
        if in_lieu.day.weekday() in WEEKEND:
            yield ("in_lieu", number), f"ngày nghỉ bù {in_lieu.day:%d/%m/%Y} trùng cuối tuần"


def _mistaken_swaps(calendar: CalendarFile) -> Iterator[tuple[Place, str]]:
    for number, swap in enumerate(calendar.swaps):
        if calendar.year not in (swap.day_off.year, swap.day_worked.year):
            yield ("swaps", number), f"cặp hoán đổi {swap.day_off:%d/%m/%Y} không thuộc năm {calendar.year}"
        if swap.day_off.weekday() in WEEKEND:
            yield ("swaps", number), f"ngày nghỉ hoán đổi {swap.day_off:%d/%m/%Y} vốn là ngày nghỉ cuối tuần"
        if swap.day_worked.weekday() not in WEEKEND:
            yield ("swaps", number), f"ngày làm bù {swap.day_worked:%d/%m/%Y} phải là Thứ Bảy hoặc Chủ nhật"


def _mistaken_half_days(calendar: CalendarFile) -> Iterator[tuple[Place, str]]:
    """A Saturday that is worked by a swap may be worked in the morning only; a day off cannot."""
    off = {holiday.day for holiday in calendar.holidays} | {in_lieu.day for in_lieu in calendar.in_lieu}
    off |= {swap.day_off for swap in calendar.swaps}
    worked = {swap.day_worked for swap in calendar.swaps}
    seen: set[date] = set()
    for number, half in enumerate(calendar.half_days):
        if half.day in seen:
            yield ("half_days", number), f"ngày {half.day:%d/%m/%Y} được ghi hai lần"
        if half.day.year != calendar.year:
            yield ("half_days", number), f"ngày {half.day:%d/%m/%Y} không thuộc năm {calendar.year}"
        if half.day in off or (half.day.weekday() in WEEKEND and half.day not in worked):
            yield ("half_days", number), f"ngày làm nửa buổi {half.day:%d/%m/%Y} là ngày nghỉ, không phải ngày làm việc"
        seen.add(half.day)
