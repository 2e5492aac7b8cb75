"""Working time: how long an office is open between two instants, and how that is told to whoever waits.

An office works by its own hours, with its break at noon; of a half day it works the morning, of a day off nothing.
A working day is as long as the commune's own usual one.
"""

from datetime import date, datetime, time, timedelta
from typing import TypedDict

from services.deadlines.explain import HANOI, ONE_DAY, OfficeHours, WorkingDays, local_date, only_morning

NOTHING = timedelta()
ONE_MINUTE = timedelta(minutes=1)


class Left(TypedDict):
    """Working time until a term ends or, where it is late, since it ended; `words` says it in Vietnamese.

    days, hours, minutes: to the nearest minute; None where a year on the way has no calendar: `words` names the day.
    """

    days: int | None
    hours: int | None
    minutes: int | None
    late: bool
    words: str


def left(now: datetime, due_at: datetime, calendar: WorkingDays, hours: OfficeHours) -> Left:
    """How much working time is left of a term, or how much has passed since it ended. There is always an answer."""
    late = now > due_at
    try:
        time_left = working_time(min(now, due_at), max(now, due_at), calendar, hours)
    except LookupError:  # NoCalendar: a year on the way is not known
        return Left(days=None, hours=None, minutes=None, late=late, words=_on_the_day(due_at, late))
    in_minutes, one_day = round(time_left / ONE_MINUTE), usual_day(hours) // ONE_MINUTE
    days, rest = divmod(in_minutes, one_day) if one_day else (0, in_minutes)
    of_day, minutes = divmod(rest, 60)
    words = _words(days, of_day, minutes, late) if in_minutes or not late else _on_the_day(due_at, late)
    return Left(days=days, hours=of_day, minutes=minutes, late=late, words=words)


def working_time(begin: datetime, end: datetime, calendar: WorkingDays, hours: OfficeHours) -> timedelta:
    """How long the office is open from `begin` until `end`; nothing where the end does not come later.

    Raises:
        NoCalendar: when a day on the way is in a year whose days off are not known.
    """
    first, last = local_date(begin), local_date(end)
    if end <= begin:
        return NOTHING
    since, until = _on_the_clock(begin, first), _on_the_clock(end, last)
    if first == last:
        return _open(first, since, until, calendar, hours)
    worked = _open(first, since, None, calendar, hours)
    day = first + ONE_DAY
    while day < last:
        worked += _open(day, None, None, calendar, hours)
        day += ONE_DAY
    return worked + _open(last, None, until, calendar, hours)


def usual_day(hours: OfficeHours) -> timedelta:
    """The length of a whole working day."""
    return _morning(hours) + _since_midnight(hours.closes) - _since_midnight(hours.noon_opens)


def _open(
    day: date, since: timedelta | None, until: timedelta | None, calendar: WorkingDays, hours: OfficeHours
) -> timedelta:
    """How long the office is open on a day between two times of it, told from midnight; None: it does not matter."""
    if calendar.why_not(day) is not None:
        return NOTHING
    halved = only_morning(day, calendar, hours)
    if since is None and until is None:
        return _morning(hours) if halved else usual_day(hours)
    worked = _overlap(hours.opens, hours.noon_closes, since, until)
    return worked if halved else worked + _overlap(hours.noon_opens, hours.closes, since, until)


def _overlap(opens: time, closes: time, since: timedelta | None, until: timedelta | None) -> timedelta:
    begin, end = _since_midnight(opens), _since_midnight(closes)
    if since is not None:
        begin = max(begin, since)
    if until is not None:
        end = min(end, until)
    return max(end - begin, NOTHING)


def _morning(hours: OfficeHours) -> timedelta:
    return _since_midnight(hours.noon_closes) - _since_midnight(hours.opens)


def _on_the_clock(at: datetime, day: date) -> timedelta:
    """The time of day at an instant, told from the midnight of the day it lies on."""
    return at - datetime.combine(day, time(), tzinfo=HANOI)


def _since_midnight(clock: time) -> timedelta:
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second, microseconds=clock.microsecond)


def _words(days: int, hours: int, minutes: int, late: bool) -> str:
    """Days with hours, or hours with minutes: nobody plans a day's work by the minute."""
    parts = [(days, "ngày"), (hours, "giờ"), (0 if days else minutes, "phút")]
    told = " ".join(f"{number} {unit}" for number, unit in parts if number) or "chưa đến 1 phút"
    return f"{'quá hạn' if late else 'còn'} {told} làm việc"


def _on_the_day(due_at: datetime, late: bool) -> str:
    return f"{'quá hạn từ' if late else 'hạn đến'} ngày {local_date(due_at):%d/%m/%Y}"
