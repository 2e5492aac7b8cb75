"""Working time by a commune's hours, and how it is told; on a calendar written out here."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.explain import HANOI, OfficeHours
from services.deadlines.working_days import NoCalendar, WorkingCalendar, Year
from services.deadlines.working_time import left, usual_day, working_time

CALENDAR = WorkingCalendar(
    [
        Year(
            2026,
            off={
                date(2026, 2, 16): "Tết Nguyên đán",
                date(2026, 8, 31): "Nghỉ hoán đổi, làm bù ngày 22/08/2026",
                date(2026, 9, 1): "Quốc khánh",
                date(2026, 9, 2): "Quốc khánh",
            },
            worked=frozenset({date(2026, 8, 22)}),
            half={date(2026, 2, 13): "Nghỉ chiều trước Tết"},
        ),
        Year(2027, off={date(2027, 1, 1): "Tết Dương lịch"}, provisional=True),
    ]
)
HOURS = OfficeHours(time(8), time(12), time(13, 30), time(17))
EARLY = OfficeHours(time(7), time(11, 30), time(13, 30), time(17))
FRIDAYS = replace(HOURS, mornings_only=frozenset({4}))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


@pytest.mark.parametrize(
    ("hours", "begin", "end", "worked", "because"),
    [
        (HOURS, "2026-06-01 09:00", "2026-06-01 10:30", "1:30", "within a morning"),
        (HOURS, "2026-06-01 11:00", "2026-06-01 14:00", "1:30", "the break at noon is not worked"),
        (HOURS, "2026-06-01 12:00", "2026-06-01 13:30", "0:00", "only the break"),
        (HOURS, "2026-06-01 00:00", "2026-06-02 00:00", "7:30", "a whole day"),
        (EARLY, "2026-06-01 00:00", "2026-06-02 00:00", "8:00", "this commune works half an hour longer"),
        (HOURS, "2026-06-01 17:00", "2026-06-02 08:00", "0:00", "overnight"),
        (HOURS, "2026-06-05 16:00", "2026-06-08 09:00", "2:00", "over a weekend"),
        (HOURS, "2026-08-21 16:00", "2026-08-24 09:00", "9:30", "Saturday 22 August is worked"),
        (HOURS, "2026-08-28 16:00", "2026-09-03 09:00", "2:00", "the swap, then Quốc khánh"),
        (HOURS, "2026-02-13 00:00", "2026-02-14 00:00", "4:00", "by decree only the morning of 13 February"),
        (HOURS, "2026-02-13 11:00", "2026-02-13 16:00", "1:00", "the afternoon of a half day is off"),
        (HOURS, "2026-02-12 13:30", "2026-02-17 08:00", "7:30", "an afternoon and the half day before Tết"),
        (FRIDAYS, "2026-06-05 00:00", "2026-06-08 00:00", "4:00", "this commune closes at noon on Fridays"),
        (HOURS, "2026-06-02 10:00", "2026-06-01 10:00", "0:00", "nothing where the end comes first"),
        (HOURS, "2026-12-31 16:00", "2027-01-04 09:00", "2:00", "over New Year and a weekend"),
    ],
)
def test_working_time_is_the_time_the_office_is_open(hours, begin, end, worked, because):
    h, m = worked.split(":")
    found = working_time(at(begin), at(end), CALENDAR, hours)
    assert found == timedelta(hours=int(h), minutes=int(m)), because
    assert working_time(at(begin).astimezone(UTC), at(end).astimezone(UTC), CALENDAR, hours) == found


@pytest.mark.parametrize(
    ("now", "due", "words", "because"),
    [
        ("2026-06-01 14:00", "2026-06-03 17:00", "còn 2 ngày 3 giờ làm việc", "two whole days and the afternoon"),
        ("2026-06-01 17:00", "2026-06-03 17:00", "còn 2 ngày làm việc", "in the evening, two whole days"),
        ("2026-06-01 16:15", "2026-06-03 17:00", "còn 2 ngày làm việc", "minutes do not matter beside days"),
        ("2026-06-03 08:00", "2026-06-03 17:00", "còn 1 ngày làm việc", "the morning of the last day"),
        ("2026-06-03 08:10", "2026-06-03 17:00", "còn 7 giờ 20 phút làm việc", "the last day has begun"),
        ("2026-06-03 14:00", "2026-06-03 17:00", "còn 3 giờ làm việc", "a whole number of hours"),
        ("2026-06-03 16:15", "2026-06-03 17:00", "còn 45 phút làm việc", "the last hour"),
        ("2026-06-03 16:59:50", "2026-06-03 17:00", "còn chưa đến 1 phút làm việc", "the last seconds"),
        ("2026-06-01 14:00:20", "2026-06-03 17:00", "còn 2 ngày 3 giờ làm việc", "a page read seconds past the hour"),
        ("2026-06-03 17:00", "2026-06-03 17:00", "còn chưa đến 1 phút làm việc", "it ends this moment"),
        ("2026-06-03 20:00", "2026-06-03 17:00", "quá hạn từ ngày 03/06/2026", "no office hour has passed since"),
        ("2026-06-04 08:45", "2026-06-03 17:00", "quá hạn 45 phút làm việc", "late by a part of the morning"),
        ("2026-06-05 10:00", "2026-06-03 17:00", "quá hạn 1 ngày 2 giờ làm việc", "late by a day and two hours"),
        (
            "2026-08-21 17:00",
            "2026-09-03 17:00",
            "còn 7 ngày làm việc",
            "with the worked Saturday, without the holidays",
        ),
        ("2026-02-12 17:00", "2026-02-13 12:00", "còn 4 giờ làm việc", "a half day is no whole one"),
        ("2026-06-01 14:00", "2028-05-04 17:00", "hạn đến ngày 04/05/2028", "2028 has no calendar: the day alone"),
        ("2028-06-01 14:00", "2026-06-03 17:00", "quá hạn từ ngày 03/06/2026", "nor is it known how long ago"),
    ],
)
def test_what_is_left_is_told_in_working_time(now, due, words, because):
    assert left(at(now), at(due), CALENDAR, HOURS)["words"] == words, because


def test_what_is_left_comes_in_numbers_too():
    asked = at("2026-06-01 14:20"), at("2026-06-03 17:00"), CALENDAR, HOURS
    told = {"days": 2, "hours": 2, "minutes": 40, "late": False, "words": "còn 2 ngày 2 giờ làm việc"}
    assert left(*asked) == told
    assert left(at("2028-01-04 08:00"), at("2027-12-31 17:00"), CALENDAR, HOURS) == {
        "days": None,
        "hours": None,
        "minutes": None,
        "late": True,
        "words": "quá hạn từ ngày 31/12/2027",
    }


def test_working_time_through_an_unknown_year_is_refused_by_name():
    with pytest.raises(NoCalendar, match="2028"):
        working_time(at("2027-12-31 08:00"), at("2028-01-03 08:00"), CALENDAR, HOURS)


INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
ALL_HOURS = st.sampled_from([HOURS, EARLY, FRIDAYS])


@given(INSTANTS, INSTANTS, INSTANTS, ALL_HOURS)
def test_working_time_adds_up(one, two, three, hours):
    first, middle, last = sorted((one, two, three))
    parts = working_time(first, middle, CALENDAR, hours) + working_time(middle, last, CALENDAR, hours)
    assert parts == working_time(first, last, CALENDAR, hours)


@given(INSTANTS, INSTANTS, INSTANTS, ALL_HOURS)
def test_more_time_is_never_less_working_time(one, two, three, hours):
    first, middle, last = sorted((one, two, three))
    until_middle, until_last = (working_time(first, end, CALENDAR, hours) for end in (middle, last))
    assert timedelta() <= until_middle <= until_last <= last - first


@given(st.dates(date(2026, 1, 1), date(2027, 12, 30)), ALL_HOURS)
def test_outside_office_hours_nothing_is_worked(day, hours):
    midnight, next_midnight = (datetime.combine(one, time(), tzinfo=HANOI) for one in (day, day + timedelta(days=1)))
    opening, closing = (datetime.combine(day, clock, tzinfo=HANOI) for clock in (hours.opens, hours.closes))
    noon = [datetime.combine(day, clock, tzinfo=HANOI) for clock in (hours.noon_closes, hours.noon_opens)]
    assert not working_time(midnight, opening, CALENDAR, hours)
    assert not working_time(*noon, CALENDAR, hours)
    assert not working_time(closing, next_midnight, CALENDAR, hours)
    if not CALENDAR.is_working(day):
        assert not working_time(midnight, next_midnight, CALENDAR, hours)


@given(st.dates(date(2026, 1, 1), date(2027, 6, 1)), st.integers(1, 60))
def test_n_working_days_are_n_whole_days_where_none_is_a_half_day(day, n):
    since = datetime.combine(day, HOURS.closes, tzinfo=HANOI)
    until = datetime.combine(CALENDAR.nth_working_day_after(day, n), HOURS.closes, tzinfo=HANOI)
    halves = sum(since.date() < half <= until.date() for half in (date(2026, 2, 13),))
    assert working_time(since, until, CALENDAR, HOURS) == n * usual_day(HOURS) - halves * timedelta(hours=3.5)


@given(st.datetimes(timezones=st.just(UTC)), st.datetimes(timezones=st.just(UTC)), ALL_HOURS)
def test_what_is_left_always_has_an_answer(now, due_at, hours):
    told = left(now, due_at, CALENDAR, hours)
    assert told["words"]
    assert told["late"] is (now > due_at)


def test_an_office_that_never_opens_leaves_no_days_but_an_answer():
    shut = OfficeHours(time(8), time(8), time(8), time(8))
    assert left(at("2026-06-01 09:00"), at("2026-06-03 17:00"), CALENDAR, shut)["minutes"] == 0
