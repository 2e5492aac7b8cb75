"""How many working days something took, for figures alone: what is owed by when, deadlines counts and says.

The days off are those of `deploy/calendars`; a swap that was decreed while terms ran is known here once its file is:
after a restart, with which the view is built anew (`view.FORMAT`).
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from shared.web import HANOI

CALENDARS = Path(__file__).parents[3] / "deploy" / "calendars"
MONDAY = date(2018, 1, 1)
SATURDAY = 5


def taken(begun: str | None, done: str | None) -> int | None:
    """Working days from one instant to another, the day it began on not counted; None where one is missing."""
    if begun is None or done is None:
        return None
    return between(_local(begun), _local(done))


def between(first: date, last: date) -> int:
    """Working days after `first`, up to and with `last`. A year without a file has its weekdays."""
    off, worked = _exceptions()
    return max(0, _weekdays(last) - _weekdays(first) - _in(off, first, last) + _in(worked, first, last))


def _weekdays(day: date) -> int:
    """Mondays to Fridays since long ago, up to and with this day."""
    weeks, days = divmod((day - MONDAY + timedelta(days=1)).days, 7)
    return 5 * weeks + min(days, 5)


def _in(days: Sequence[date], first: date, last: date) -> int:
    return bisect_right(days, last) - bisect_right(days, first)


def _local(instant: str) -> date:
    return datetime.fromisoformat(instant).astimezone(HANOI).date()


def files() -> Sequence[Path]:
    """The calendars, one a year."""
    return sorted(CALENDARS.glob("vn-*.yaml"))


@cache
def _exceptions() -> tuple[Sequence[date], Sequence[date]]:
    """Weekdays that are off and weekend days that are worked, each in order."""
    off, worked = set[date](), set[date]()
    for file in files():
        calendar = yaml.safe_load(file.read_text(encoding="utf-8"))
        off |= {one["day"] for one in (*calendar["holidays"], *calendar.get("in_lieu", ()))}
        off |= {one["day_off"] for one in calendar.get("swaps", ())}
        worked |= {one["day_worked"] for one in calendar.get("swaps", ())}
    return sorted(day for day in off - worked if day.weekday() < SATURDAY), sorted(worked)
