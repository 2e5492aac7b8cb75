"""How days are counted, on a calendar written out here: 2025 and 2026 as decreed, 2027 provisional."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.explain import HANOI, OfficeHours, Term, count, explain, local_date
from services.deadlines.working_days import NoCalendar, WorkingCalendar, Year


def days(year: int, name: str, *month_days: str) -> dict[date, str]:
    return {date.fromisoformat(f"{year}-{month_day}"): name for month_day in month_days}


CALENDAR = WorkingCalendar(
    [
        Year(
            2025,
            off={
                **days(2025, "Tết Dương lịch", "01-01"),
                **days(2025, "Tết Nguyên đán", "01-27", "01-28", "01-29", "01-30", "01-31"),
                **days(2025, "Giỗ Tổ Hùng Vương", "04-07"),
                **days(2025, "Ngày Chiến thắng", "04-30"),
                **days(2025, "Ngày Quốc tế lao động", "05-01"),
                **days(2025, "Nghỉ hoán đổi, làm bù ngày 26/04/2025", "05-02"),
                **days(2025, "Quốc khánh", "09-01", "09-02"),
            },
            worked=frozenset({date(2025, 4, 26)}),
        ),
        Year(
            2026,
            off={
                **days(2026, "Tết Dương lịch", "01-01"),
                **days(2026, "Nghỉ hoán đổi, làm bù ngày 10/01/2026", "01-02"),
                **days(2026, "Tết Nguyên đán", "02-16", "02-17", "02-18", "02-19", "02-20"),
                **days(2026, "Giỗ Tổ Hùng Vương", "04-26"),
                **days(2026, "Giỗ Tổ Hùng Vương (nghỉ bù)", "04-27"),
                **days(2026, "Ngày Chiến thắng", "04-30"),
                **days(2026, "Ngày Quốc tế lao động", "05-01"),
                **days(2026, "Nghỉ hoán đổi, làm bù ngày 22/08/2026", "08-31"),
                **days(2026, "Quốc khánh", "09-01", "09-02"),
                **days(2026, "Ngày Văn hóa Việt Nam", "11-24"),
            },
            worked=frozenset({date(2026, 1, 10), date(2026, 8, 22)}),
            half=days(2026, "Nghỉ chiều trước Tết", "02-13"),
        ),
        Year(2027, off=days(2027, "Tết Dương lịch", "01-01"), provisional=True),
    ]
)
HOURS = OfficeHours(time(8), time(12), time(13, 30), time(17))


def term(n: int, unit: str = "working-days", counted: str = "after") -> Term:
    return Term(n, unit, counted, basis="Kế hoạch")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 8, 21), None),
        (date(2026, 8, 22), None),
        (date(2026, 8, 23), "Chủ nhật"),
        (date(2026, 8, 29), "Thứ Bảy"),
        (date(2026, 8, 31), "Nghỉ hoán đổi, làm bù ngày 22/08/2026"),
        (date(2026, 9, 2), "Quốc khánh"),
        (date(2026, 4, 26), "Giỗ Tổ Hùng Vương"),
        (date(2026, 4, 27), "Giỗ Tổ Hùng Vương (nghỉ bù)"),
    ],
)
def test_a_day_off_says_why(day, why):
    assert CALENDAR.why_not(day) == why
    assert CALENDAR.is_working(day) is (why is None)


@pytest.mark.parametrize(
    ("day", "following", "preceding", "because"),
    [
        (date(2026, 8, 20), date(2026, 8, 21), date(2026, 8, 19), "an ordinary Thursday"),
        (date(2026, 8, 21), date(2026, 8, 22), date(2026, 8, 20), "Saturday 22 August is worked"),
        (date(2026, 2, 17), date(2026, 2, 23), date(2026, 2, 13), "Tết lasts from weekend to weekend"),
        (date(2026, 1, 1), date(2026, 1, 5), date(2025, 12, 31), "the year before belongs to the calendar"),
    ],
)
def test_the_next_and_the_previous_working_day_leave_out_the_day_itself(day, following, preceding, because):
    assert CALENDAR.next_working_day(day) == following, because
    assert CALENDAR.previous_working_day(day) == preceding, because


@pytest.mark.parametrize(
    ("received", "due", "because"),
    [
        (date(2026, 8, 20), date(2026, 8, 28), "Saturday 22 August is worked"),
        (date(2025, 12, 26), date(2026, 1, 8), "2 January 2026 is off by swap"),
        (date(2026, 1, 5), date(2026, 1, 13), "Saturday 10 January is worked for it"),
        (date(2026, 2, 10), date(2026, 2, 26), "Tết takes five days and two weekends"),
        (date(2026, 4, 23), date(2026, 5, 7), "Giỗ Tổ has its day in lieu, 30 April and 1 May follow"),
        (date(2025, 4, 24), date(2025, 5, 7), "26 April 2025 is worked for 2 May"),
        (date(2026, 11, 20), date(2026, 12, 2), "24 November is a holiday from 2026"),
        (date(2025, 11, 20), date(2025, 12, 1), "24 November was none in 2025"),
        (
            date(2026, 8, 22),
            date(2026, 9, 4),
            "received on the worked Saturday it begins on Monday, and crosses Quốc khánh",
        ),
        (date(2026, 8, 30), date(2026, 9, 11), "a term received on a Sunday begins with the next working day"),
    ],
)
def test_the_conclusion_notice_is_due_on_the_seventh_working_day(received, due, because):
    assert count(term(7), received, CALENDAR, HOURS).due_on == due, because
    assert CALENDAR.nth_working_day_after(received, 7) == due, because


@pytest.mark.parametrize(
    ("held", "n", "due", "because"),
    [
        (date(2026, 6, 1), 10, date(2026, 6, 11), "a Thursday: nothing to roll"),
        (date(2026, 6, 3), 10, date(2026, 6, 15), "13 June is a Saturday: Monday"),
        (date(2026, 8, 12), 10, date(2026, 8, 22), "Saturday 22 August is worked"),
        (date(2026, 8, 21), 10, date(2026, 9, 3), "31 August is off by swap, then Quốc khánh"),
        (date(2026, 2, 4), 10, date(2026, 2, 23), "the tenth day is the Saturday before Tết"),
        (date(2025, 12, 23), 10, date(2026, 1, 5), "2 January is off by swap, then the weekend"),
        (date(2026, 6, 13), 0, date(2026, 6, 15), "no days from a Saturday"),
        (date(2026, 6, 12), 0, date(2026, 6, 12), "no days from a working day"),
    ],
)
def test_a_term_in_days_ends_with_the_next_working_day(held, n, due, because):
    assert count(term(n, "days"), held, CALENDAR, HOURS).due_on == due, because


@pytest.mark.parametrize(
    ("held", "n", "unit", "closes", "because"),
    [
        (date(2026, 5, 21), 10, "days", date(2026, 5, 11), "a Monday: nothing to roll"),
        (date(2026, 5, 20), 10, "days", date(2026, 5, 8), "10 May is a Sunday: back to Friday"),
        (date(2026, 3, 2), 10, "days", date(2026, 2, 13), "20 February is in Tết: back to the Friday before"),
        (date(2026, 9, 1), 10, "days", date(2026, 8, 22), "Saturday 22 August is worked"),
        (date(2026, 1, 12), 10, "days", date(2025, 12, 31), "2 January is off by swap: back over New Year"),
        (
            date(2026, 5, 20),
            5,
            "working-days",
            date(2026, 5, 13),
            "two working days of the week, three of the one before",
        ),
        (date(2026, 5, 17), 0, "days", date(2026, 5, 15), "no days from a Sunday: back to Friday"),
    ],
)
def test_at_least_n_days_before_moves_back_so_that_the_promise_holds(held, n, unit, closes, because):
    assert count(term(n, unit, "before"), held, CALENDAR, HOURS).due_on == closes, because


def test_a_term_ends_at_the_close_of_office_hours_of_its_commune():
    early = count(term(1), date(2026, 6, 1), CALENDAR, OfficeHours(time(7, 30), time(11, 30), time(13), time(16, 30)))
    assert early.due_at == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
    assert early.due_at.isoformat() == "2026-06-02T16:30:00+07:00"


@pytest.mark.parametrize(
    ("anchor", "mornings_only", "closes_at", "because"),
    [
        (date(2026, 2, 12), set(), "2026-02-13T12:00:00+07:00", "by decree only the morning of 13 February is worked"),
        (date(2026, 2, 11), set(), "2026-02-12T17:00:00+07:00", "the day before is worked as usual"),
        (date(2026, 6, 4), {4}, "2026-06-05T12:00:00+07:00", "this commune's office closes at noon on Fridays"),
        (date(2026, 6, 3), {4}, "2026-06-04T17:00:00+07:00", "but not on Thursdays"),
        (date(2026, 8, 21), {4}, "2026-08-22T17:00:00+07:00", "a Saturday that is worked is no Friday"),
    ],
)
def test_a_term_that_ends_on_a_half_day_ends_at_noon(anchor, mornings_only, closes_at, because):
    hours = replace(HOURS, mornings_only=frozenset(mornings_only))
    assert count(term(1), anchor, CALENDAR, hours).due_at.isoformat() == closes_at, because


def test_an_explanation_names_every_day_and_why_it_was_skipped():
    assert explain(term(3), date(2026, 8, 28), CALENDAR, HOURS) == {
        "due": "2026-09-07",
        "closes_at": "2026-09-07T17:00:00+07:00",
        "counted": ["2026-09-03", "2026-09-04", "2026-09-07"],
        "skipped": [
            {"date": "2026-08-29", "why": "Thứ Bảy"},
            {"date": "2026-08-30", "why": "Chủ nhật"},
            {"date": "2026-08-31", "why": "Nghỉ hoán đổi, làm bù ngày 22/08/2026"},
            {"date": "2026-09-01", "why": "Quốc khánh"},
            {"date": "2026-09-02", "why": "Quốc khánh"},
            {"date": "2026-09-05", "why": "Thứ Bảy"},
            {"date": "2026-09-06", "why": "Chủ nhật"},
        ],
        "basis": "Kế hoạch",
        "provisional": False,
    }


def test_counting_back_is_explained_from_the_dialogue_to_the_cut_off():
    explained = explain(term(3, "days", "before"), date(2026, 5, 20), CALENDAR, HOURS)
    assert explained["counted"] == ["2026-05-19", "2026-05-18", "2026-05-15"]
    assert [skipped["date"] for skipped in explained["skipped"]] == ["2026-05-17", "2026-05-16"]


@pytest.mark.parametrize(
    ("anchor", "counted", "provisional", "because"),
    [
        (date(2026, 12, 21), "after", False, "it ends in 2026"),
        (date(2026, 12, 28), "after", True, "it is counted through into 2027, whose decree is not out"),
        (date(2027, 1, 4), "before", True, "it is counted back from 2027"),
        (date(2026, 1, 4), "before", False, "2025 and 2026 are decreed"),
    ],
)
def test_a_term_counted_through_an_undecreed_year_is_provisional(anchor, counted, provisional, because):
    assert count(term(5, counted=counted), anchor, CALENDAR, HOURS).provisional is provisional, because


def test_a_year_without_a_calendar_is_refused_by_name():
    with pytest.raises(NoCalendar) as refused:
        count(term(5), date(2027, 12, 29), CALENDAR, HOURS)
    assert str(refused.value) == "No working calendar for 2028: add deploy/calendars/vn-2028.yaml"
    assert refused.value.year == 2028
    assert refused.value.reason == "Chưa có lịch làm việc năm 2028. Cần bổ sung tệp deploy/calendars/vn-2028.yaml."


@pytest.mark.parametrize("ask", [CALENDAR.why_not, CALENDAR.next_working_day, CALENDAR.previous_working_day])
@pytest.mark.parametrize("day", [date.min, date(2024, 12, 31), date(2028, 1, 1), date.max])
def test_a_day_outside_the_calendars_is_refused_whatever_is_asked(ask, day):
    with pytest.raises(NoCalendar):
        ask(day)


def test_working_days_are_numbered_from_one():
    with pytest.raises(ValueError, match="count from 1"):
        CALENDAR.nth_working_day_after(date(2026, 6, 1), 0)


@pytest.mark.parametrize(
    ("at", "day", "because"),
    [
        ("2026-05-20T16:59:59+00:00", date(2026, 5, 20), "one second to midnight in Hà Nội"),
        ("2026-05-20T17:00:00+00:00", date(2026, 5, 21), "midnight in Hà Nội"),
        ("9999-12-31T23:00:00+00:00", date.max, "there is no later day"),
        ("0001-01-01T00:00:00+14:00", date.min, "there is no earlier day"),
    ],
)
def test_a_day_is_the_day_it_is_in_viet_nam(at, day, because):
    assert local_date(datetime.fromisoformat(at)) == day, because


ANCHORS = st.dates(date(2025, 4, 1), date(2027, 10, 1))
TERMS = st.builds(
    term, st.integers(0, 40), st.sampled_from(["working-days", "days"]), st.sampled_from(["after", "before"])
)


@given(TERMS, ANCHORS)
def test_every_term_ends_on_a_working_day_at_closing_time(asked, anchor):
    found = count(asked, anchor, CALENDAR, HOURS)
    assert CALENDAR.is_working(found.due_on)
    closes = time(12) if CALENDAR.why_half(found.due_on) else time(17)
    assert found.due_at.astimezone(HANOI).timetz() == closes.replace(tzinfo=HANOI)
    assert found.due_at.utcoffset() == timedelta(hours=7)


@given(TERMS.filter(lambda asked: asked.count > 0), ANCHORS)
def test_every_day_between_the_anchor_and_the_end_is_either_counted_or_skipped(asked, anchor):
    found = count(asked, anchor, CALENDAR, HOURS)
    step = timedelta(days=1 if asked.counted == "after" else -1)
    passed = [anchor + step * n for n in range(1, abs((found.due_on - anchor).days) + 1)]
    skipped = [skipped.day for skipped in found.skipped]
    assert sorted([*found.counted, *skipped]) == sorted(passed)
    assert len(found.counted) == asked.count
    assert found.counted[-1] == found.due_on
    assert not any(map(CALENDAR.is_working, skipped))


@given(ANCHORS, st.integers(1, 40))
def test_counting_back_from_the_nth_working_day_returns_to_where_it_began(anchor, n):
    begun = CALENDAR.next_working_day(anchor)
    there = count(term(n), begun, CALENDAR, HOURS).due_on
    assert count(term(n, counted="before"), there, CALENDAR, HOURS).due_on == begun


@given(ANCHORS, st.integers(1, 40))
def test_counting_days_there_and_back_is_off_by_no_more_than_was_rolled(anchor, n):
    """What begins on a working day, ends n days later and is counted back n days begins there again, unless its end was
    a day off: then it ended later, and so the way back begins later, by no more than that."""
    begun = CALENDAR.next_working_day(anchor)
    there = count(term(n, "days"), begun, CALENDAR, HOURS).due_on
    back = count(term(n, "days", "before"), there, CALENDAR, HOURS).due_on
    rolled = there - (begun + timedelta(days=n))
    assert timedelta() <= back - begun <= rolled
    assert back == begun or rolled


@given(ANCHORS, st.integers(0, 30), st.sampled_from(["working-days", "days"]))
def test_a_longer_term_never_ends_sooner(anchor, n, unit):
    assert (
        count(term(n, unit), anchor, CALENDAR, HOURS).due_on <= count(term(n + 1, unit), anchor, CALENDAR, HOURS).due_on
    )


@given(st.dates(), TERMS)
def test_a_count_from_any_day_ends_or_names_the_missing_year(anchor, asked):
    try:
        ended_in = count(asked, anchor, CALENDAR, HOURS).due_on.year
    except NoCalendar as refused:
        missing = refused.year
    else:
        missing = None
        assert ended_in in CALENDAR.years
    assert missing not in CALENDAR.years
