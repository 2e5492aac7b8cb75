"""The calendar files against the Labour Code, the yearly notices, and the `holidays` package."""

from datetime import date, datetime, time, timedelta
from typing import get_args

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.explain import HANOI, OfficeHours, Term, count
from services.deadlines.terms import Offices
from services.deadlines.working_days import (
    CALENDARS,
    WEEKEND,
    NoCalendar,
    load_calendar,
    read_calendar,
)
from shared.communes import Communes
from shared.contracts.deadlines import RuleId
from shared.strict_yaml import YamlError

FILES = {file.name: read_calendar(file) for file in sorted(CALENDARS.glob("vn-*.yaml"))}
CALENDAR = load_calendar()
THIS_YEAR = datetime.now(HANOI).year

every_file = pytest.mark.parametrize("file", FILES.values(), ids=FILES.keys())


def days_of(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def test_next_year_has_a_calendar():
    following = THIS_YEAR + 1
    assert following in CALENDAR.years, (
        f"{NoCalendar(following)}, provisional until the yearly notice is out; copy the shape of vn-{THIS_YEAR}.yaml"
    )


def test_a_year_that_has_begun_is_decreed():
    begun = [year for year in CALENDAR.years if year <= THIS_YEAR]
    undecreed = [f"deploy/calendars/vn-{year}.yaml" for year in begun if CALENDAR.provisional(year)]
    assert not undecreed, f"enter the yearly notice, its swaps and its number in {', '.join(undecreed)}"


def test_the_years_follow_each_other_without_a_gap():
    assert CALENDAR.years == tuple(range(2024, CALENDAR.years[-1] + 1))


@every_file
def test_the_labour_code_and_the_culture_resolution_are_all_in_the_file(file):
    """Labour Code 2019, art. 112.1: eleven days. Resolution 28/2026/QH16, art. 2: 24 November, from 2026."""
    names = [holiday.name.split(" (")[0] for holiday in file.holidays]
    assert sorted(names) == sorted(
        ["Tết Dương lịch"]
        + ["Tết Nguyên đán"] * 5
        + ["Giỗ Tổ Hùng Vương", "Ngày Chiến thắng", "Ngày Quốc tế lao động", "Quốc khánh", "Quốc khánh"]
        + ["Ngày Văn hóa Việt Nam"] * (file.year >= 2026)
    )
    assert [holiday.day for holiday in file.holidays] == sorted(holiday.day for holiday in file.holidays)


@every_file
def test_a_holiday_on_a_weekend_is_off_on_the_next_working_day(file):
    """Labour Code 2019, art. 111.3, which covers the days of art. 112.1."""
    holidays_of_the_code = [holiday.day for holiday in file.holidays if "Điều 112" in holiday.basis]
    on_weekends = [day for day in holidays_of_the_code if day.weekday() in WEEKEND]
    assert [in_lieu.of for in_lieu in file.in_lieu] == on_weekends
    taken = {holiday.day for holiday in file.holidays} | {swap.day_off for swap in file.swaps}
    for in_lieu in file.in_lieu:
        expected = in_lieu.of
        while expected in taken or expected.weekday() in WEEKEND:
            expected += timedelta(days=1)
        assert in_lieu.day == expected
        taken.add(expected)


@every_file
def test_every_holiday_names_its_basis_and_every_swap_its_decree(file):
    assert all("Điều" in entry.basis for entry in [*file.holidays, *file.in_lieu])
    assert all("/" in swap.decree and "ngày" in swap.decree for swap in file.swaps)


SWAPS = [
    (date(2024, 4, 29), date(2024, 5, 4)),
    (date(2025, 5, 2), date(2025, 4, 26)),
    (date(2026, 1, 2), date(2026, 1, 10)),
    (date(2026, 8, 31), date(2026, 8, 22)),
]


def test_the_swaps_are_those_that_were_decreed():
    found = [(swap.day_off, swap.day_worked) for file in FILES.values() for swap in file.swaps if not file.provisional]
    assert [swap for swap in found if swap[0].year <= 2026] == SWAPS


@pytest.mark.parametrize(
    ("year", "texts", "because"),
    [
        (2024, ["5015/TB-LĐTBXH", "1570/TB-BLĐTBXH", "2450/VPCP-KGVX"], "the swap of April was decreed that April"),
        (2025, ["6150/TB-BLĐTBXH", "8726/VPCP-KGVX"], "the notice names the swap, too, and is told once"),
        (2026, ["9441/TB-BNV", "12729/VPCP-KGVX"], "2 January was decreed eight days before"),
    ],
)
def test_a_year_rests_on_its_notice_and_then_on_what_was_decreed_after_it(year, texts, because):
    told = CALENDAR[year].decree or ""
    assert [part.split()[2] for part in told.split("; ")] == texts, because


@pytest.mark.parametrize(
    ("first", "last", "notice"),
    [
        (date(2024, 2, 8), date(2024, 2, 14), "5015/TB-LĐTBXH: Thursday to Wednesday"),
        (date(2025, 1, 25), date(2025, 2, 2), "6150/TB-BLĐTBXH: nine days with both weekends"),
        (date(2026, 2, 14), date(2026, 2, 22), "9441/TB-BNV: nine days with both weekends"),
    ],
)
def test_tet_is_off_from_the_first_to_the_last_day_of_the_notice(first, last, notice):
    tet = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    assert not any(map(CALENDAR.is_working, tet)), notice
    assert CALENDAR.is_working(first - timedelta(days=1)), notice
    assert CALENDAR.is_working(last + timedelta(days=1)), notice


DELIBERATE = {
    date(2026, 1, 2): "off by swap (Công văn 12729/VPCP-KGVX); the package has not got it",
    date(2026, 1, 10): "worked by the same swap",
}


@pytest.mark.parametrize("year", CALENDAR.years)
def test_the_holidays_package_agrees_but_for_the_differences_listed_here(year):
    vietnam = holidays.country_holidays("VN", years=year)
    differing = {day for day in days_of(year) if CALENDAR.is_working(day) != vietnam.is_working_day(day)}
    assert differing == {day for day in DELIBERATE if day.year == year}


@pytest.mark.parametrize(
    ("received", "due", "because"),
    [
        (date(2026, 8, 20), date(2026, 8, 28), "Saturday 22 August is worked"),
        (date(2025, 12, 26), date(2026, 1, 8), "2 January 2026 is off by swap"),
        (date(2024, 2, 5), date(2024, 2, 21), "Tết 2024 with its two days in lieu"),
        (date(2024, 4, 24), date(2024, 5, 7), "29 April 2024 is off, Saturday 4 May worked"),
    ],
)
def test_the_shipped_calendars_give_the_seventh_working_day(received, due, because):
    hours = OfficeHours(time(8), time(12), time(13, 30), time(17))
    assert count(Term(7, "working-days", "after", "Kế hoạch"), received, CALENDAR, hours).due_on == due, because


@every_file
def test_a_year_is_provisional_until_its_notice_is_entered(file):
    assert file.provisional is (file.decree is None)


COMMUNES = Communes.load()
OFFICES = Offices(COMMUNES, CALENDAR)


@given(
    st.sampled_from(sorted(COMMUNES)),
    st.sampled_from(get_args(RuleId)),
    st.dates(date(CALENDAR.years[0] + 1, 1, 1), date(CALENDAR.years[-1] - 1, 9, 30)),
)
def test_any_term_of_any_rule_ends_on_a_working_day_when_the_communes_office_closes(commune, rule, day):
    office = OFFICES[commune]
    found = count(*office.counted_from(rule, day), CALENDAR, office.hours)
    assert CALENDAR.is_working(found.due_on)
    halved = found.due_on.weekday() in office.hours.mornings_only or CALENDAR.why_half(found.due_on)
    assert found.due_at.time() == (office.hours.noon_closes if halved else office.hours.closes)


GOOD = """
year: 2026
provisional: false
decree: Thông báo 9441/TB-BNV
holidays:
  - {day: 2026-04-26, name: Giỗ Tổ Hùng Vương, basis: Điều 112}
in_lieu:
  - {day: 2026-04-27, of: 2026-04-26, basis: Điều 111}
swaps:
  - {day_off: 2026-08-31, day_worked: 2026-08-22, decree: Thông báo 9441/TB-BNV}
half_days:
  - {day: 2026-02-13, why: Trước Tết, basis: Công văn 1}
  - {day: 2026-08-22, why: Làm bù buổi sáng, basis: Công văn 2}
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line", "said"),
    [
        ("year: 2026", "year: 2025", 6, "ngày 26/04/2026 không thuộc năm 2025"),
        ("decree: Thông báo 9441/TB-BNV\nh", "\nh", 3, "năm không còn tạm tính thì phải ghi decree"),
        ("day: 2026-04-27", "day: 2026-05-02", 8, "ngày nghỉ bù 02/05/2026 trùng cuối tuần"),
        ("of: 2026-04-26", "of: 2026-04-25", 8, "ngày 25/04/2026 không phải ngày lễ trùng cuối tuần để được nghỉ bù"),
        ("day_off: 2026-08-31", "day_off: 2026-04-27", 10, "ngày 27/04/2026 được ghi hai lần"),
        ("day_off: 2026-08-31", "day_off: 2026-08-30", 10, "ngày nghỉ hoán đổi 30/08/2026 vốn là ngày nghỉ cuối tuần"),
        (
            "day_worked: 2026-08-22",
            "day_worked: 2026-08-21",
            10,
            "ngày làm bù 21/08/2026 phải là Thứ Bảy hoặc Chủ nhật",
        ),
        ("day_off: 2026-08-31", "day_offf: 2026-08-31", 10, "swaps.0.day_off: thiếu khóa này"),
        ("{day: 2026-02-13", "{day: 2026-04-27", 12, "ngày làm nửa buổi 27/04/2026 là ngày nghỉ"),
        ("{day: 2026-02-13", "{day: 2026-02-14", 12, "ngày làm nửa buổi 14/02/2026 là ngày nghỉ"),
        ("{day: 2026-02-13", "{day: 2027-02-03", 12, "ngày 03/02/2027 không thuộc năm 2026"),
        ("{day: 2026-02-13", "{day: 2026-08-22", 13, "ngày 22/08/2026 được ghi hai lần"),
        ("why: Trước Tết, ", "", 12, "half_days.0.why: thiếu khóa này"),
        ("holidays:", "holidays: [", 6, "YAML sai"),
    ],
)
def test_a_wrong_file_is_refused_with_the_line_of_its_mistake(right, wrong, line, said, tmp_path):
    file = tmp_path / "vn-2026.yaml"
    file.write_text(GOOD.replace(right, wrong), encoding="utf-8")
    with pytest.raises(YamlError) as refused:
        load_calendar(tmp_path)
    assert any(
        str(mistake).startswith(f"{file}:{line}: ") and said in mistake.what for mistake in refused.value.mistakes
    )


def test_of_a_half_day_the_morning_is_worked(tmp_path):
    (tmp_path / "vn-2026.yaml").write_text(GOOD, encoding="utf-8")
    calendar = load_calendar(tmp_path)
    assert calendar.is_working(date(2026, 2, 13))
    assert calendar.why_half(date(2026, 2, 13)) == "Trước Tết"
    assert calendar.why_half(date(2026, 8, 22)) == "Làm bù buổi sáng", "a Saturday that is worked, in the morning only"
    assert calendar.why_half(date(2026, 2, 12)) is None


def test_a_file_under_another_years_name_is_refused(tmp_path):
    (tmp_path / "vn-2027.yaml").write_text(GOOD, encoding="utf-8")
    with pytest.raises(YamlError, match=r"tên tệp phải là vn-2026\.yaml"):
        load_calendar(tmp_path)


def test_a_folder_without_calendars_is_refused(tmp_path):
    with pytest.raises(YamlError, match="không có tệp lịch nào"):
        load_calendar(tmp_path)
