"""The console counts working days as deadlines does."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.facts import working_days
from services.deadlines.working_days import load_calendar

CALENDAR = load_calendar()
FIRST, LAST = date(CALENDAR.years[0], 1, 1), date(CALENDAR.years[-1], 12, 31)


@given(st.dates(FIRST, LAST - timedelta(days=120)), st.integers(0, 120))
def test_it_is_the_calendar_of_deadlines(first: date, days: int) -> None:
    counted = sum(CALENDAR.is_working(first + timedelta(days=n)) for n in range(1, days + 1))
    assert working_days.between(first, first + timedelta(days=days)) == counted


@pytest.mark.parametrize(
    ("begun", "done", "days", "because"),
    [
        ("2026-04-20T02:00:00+00:00", "2026-04-20T09:00:00+00:00", 0, "the day it began on is not counted"),
        ("2026-04-20T02:00:00+00:00", "2026-04-20T17:30:00+00:00", 1, "in Vietnam it is the next day"),
        ("2026-04-24T02:00:00+00:00", "2026-04-28T02:00:00+00:00", 1, "Monday 27 April is off in lieu"),
        ("2026-08-20T02:00:00+00:00", "2026-08-24T02:00:00+00:00", 3, "Saturday 22 August is worked"),
        ("2026-04-20T02:00:00+00:00", None, None, "it is not done"),
    ],
)
def test_what_something_took(begun: str, done: str | None, days: int | None, because: str) -> None:
    assert working_days.taken(begun, done) == days, because
