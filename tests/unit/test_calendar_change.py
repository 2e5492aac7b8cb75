"""A decree on days off while terms run: who may apply it, what it may say, and what calendar counts from then on."""

from datetime import date, time, timedelta

import pytest

from services.deadlines.calendars import AppliedYears, LiveCalendar, apply_calendar, check, from_contract, to_contract
from services.deadlines.explain import OfficeHours, Term, count
from services.deadlines.working_days import WorkingCalendar, Year
from shared.contracts import Refusal, Role
from shared.contracts.conference import CalendarYear, DayWithReason
from shared.contracts.deadlines import ApplyCalendar, PreviewCalendar
from tests.builders import NOW, actor

HOURS = OfficeHours(time(8), time(12), time(13, 30), time(17))
CULTURE_DAY = DayWithReason(day=date(2026, 11, 24), why="Ngày Văn hóa Việt Nam")
SWAP = DayWithReason(day=date(2026, 11, 23), why="Nghỉ hoán đổi, làm bù ngày 28/11/2026")
DECREE = "Công văn 10500/VPCP-KGVX ngày 02/10/2026"
AS_FILED = CalendarYear(year=2026, provisional=False, decree="Thông báo 9441/TB-BNV", off=(CULTURE_DAY,))
WITH_SWAP = CalendarYear(
    year=2026, provisional=False, decree=DECREE, off=(SWAP, CULTURE_DAY), worked=(date(2026, 11, 28),)
)
EXPECTED = CalendarYear(year=2027, provisional=True)


def files() -> WorkingCalendar:
    return WorkingCalendar([from_contract(AS_FILED), from_contract(EXPECTED)])


def apply(year: CalendarYear, role: Role = Role.OPERATOR) -> ApplyCalendar:
    return ApplyCalendar(actor=actor(role, commune="province"), key="k", year=year)


def applied(*years: CalendarYear) -> AppliedYears:
    state = None
    for year in years:
        state, _ = apply_calendar(state, apply(year), NOW)
    assert state is not None
    return state


def changed(**fields: object) -> CalendarYear:
    return WITH_SWAP.model_copy(update=fields)


def why(*days: str) -> tuple[DayWithReason, ...]:
    return tuple(DayWithReason(day=date.fromisoformat(day), why="Nghỉ") for day in days)


def test_an_applied_year_stands_above_its_file():
    calendar = LiveCalendar(files())
    assert (calendar.revision, calendar.is_working(SWAP.day)) == (0, True)
    calendar.take(applied(WITH_SWAP))
    assert calendar.revision == 1
    assert calendar.why_not(SWAP.day) == SWAP.why
    assert calendar.is_working(date(2026, 11, 28)), "the Saturday worked for it"
    assert calendar.provisional(2027), "the other years are as their files have them"


@pytest.mark.parametrize(
    ("begun", "days", "before", "after", "because"),
    [
        (date(2026, 11, 19), 2, date(2026, 11, 23), date(2026, 11, 25), "Monday 23 November is off now, as is Tuesday"),
        (date(2026, 11, 20), 4, date(2026, 11, 27), date(2026, 11, 28), "Saturday 28 November is worked for it"),
        (date(2026, 11, 20), 6, date(2026, 12, 1), date(2026, 12, 1), "behind both days nothing moves"),
        (date(2026, 11, 16), 3, date(2026, 11, 19), date(2026, 11, 19), "nor before them"),
    ],
)
def test_the_swap_of_autumn_2026_moves_what_is_counted_through_it(begun, days, before, after, because):
    term, calendar = Term(days, "working-days", "after", "Kế hoạch"), LiveCalendar(files())
    assert count(term, begun, calendar, HOURS).due_on == before, because
    assert count(term, begun, calendar.trial(WITH_SWAP), HOURS).due_on == after, because
    assert count(term, begun, calendar, HOURS).due_on == before, "trying it changes nothing"
    calendar.take(applied(WITH_SWAP))
    assert count(term, begun, calendar, HOURS).due_on == after, because


def test_the_same_decree_twice_is_one_change():
    once = applied(WITH_SWAP)
    assert apply_calendar(once, apply(WITH_SWAP), NOW + timedelta(days=1)) == (once, [])


def test_each_change_is_kept_and_the_calendar_of_any_revision_is_known():
    decreed = EXPECTED.model_copy(update={"provisional": False, "decree": "Thông báo 1/TB-BNV"})
    calendar = LiveCalendar(files())
    calendar.take(applied(WITH_SWAP, decreed, AS_FILED))
    assert calendar.revision == 3
    assert [calendar.as_of(revision).is_working(SWAP.day) for revision in range(4)] == [True, False, False, True]
    assert [calendar.as_of(revision).provisional(2027) for revision in range(4)] == [True, True, False, False]
    assert [calendar.applied.revision_of(year) for year in (2025, 2026, 2027)] == [0, 3, 2]


def test_what_is_older_than_what_is_known_changes_nothing():
    calendar = LiveCalendar(files())
    calendar.take(applied(WITH_SWAP, AS_FILED))
    calendar.take(applied(WITH_SWAP))
    assert (calendar.revision, calendar.is_working(SWAP.day)) == (2, True)


@pytest.mark.parametrize(
    ("counted_with", "reason"),
    [
        (
            0,
            f"Lịch làm việc năm 2026 thay đổi theo {DECREE}. "
            "Lịch làm việc dự kiến năm 2027 thay đổi, chưa có văn bản quyết định.",
        ),
        (1, "Lịch làm việc dự kiến năm 2027 thay đổi, chưa có văn bản quyết định."),
        (2, ""),
    ],
)
def test_the_reason_names_every_decree_since_the_term_was_counted(counted_with, reason):
    assert applied(WITH_SWAP, EXPECTED).reason(counted_with) == reason


@pytest.mark.parametrize("command", [ApplyCalendar, PreviewCalendar])
@pytest.mark.parametrize("role", Role)
def test_only_the_province_and_the_operator_change_the_days_off_or_ask_what_would_move(role, command):
    asked = command(actor=actor(role), key="k", year=WITH_SWAP)
    if role in (Role.PROVINCE, Role.OPERATOR):
        check(asked)
        return
    with pytest.raises(Refusal) as refused:
        check(asked)
    assert refused.value.code == "forbidden"


@pytest.mark.parametrize(
    ("year", "says", "because"),
    [
        (changed(decree=None), "phải ghi văn bản quyết định", "a year that is not provisional rests on something"),
        (changed(worked=(date(2026, 11, 27),)), "ngày làm bù 27/11/2026 phải là Thứ Bảy", "Friday is worked anyway"),
        (changed(off=why("2026-11-28")), "ngày 28/11/2026 được ghi hai lần", "off and worked at once"),
        (changed(off=why("2026-11-23", "2026-11-23")), "ngày 23/11/2026 được ghi hai lần", "off twice"),
        (changed(off=why("2024-11-22")), "ngày 22/11/2024 không thuộc năm 2026", "two years away"),
        (changed(half=why("2026-11-23")), "ngày làm nửa buổi 23/11/2026 là ngày nghỉ", "nobody works on it"),
        (changed(half=why("2026-11-29")), "ngày làm nửa buổi 29/11/2026 là ngày nghỉ", "a Sunday"),
        (changed(half=why("2027-01-04")), "ngày 04/01/2027 không thuộc năm 2026", "it belongs to its own year"),
    ],
)
def test_a_year_that_cannot_be_is_refused_in_words(year, says, because):
    with pytest.raises(Refusal) as refused:
        apply_calendar(None, apply(year), NOW)
    assert refused.value.code == "invalid", because
    assert says in refused.value.reason, because
    assert refused.value.reason.startswith("Lịch năm 2026 chưa đúng: ")


@pytest.mark.parametrize(
    ("year", "because"),
    [
        (changed(off=why("2026-12-31", "2027-01-02")), "a swap may reach into the next year"),
        (changed(half=why("2026-11-28")), "a Saturday that is worked may be worked in the morning only"),
        (changed(provisional=True, decree=None), "a year may be expected before it is decreed"),
    ],
)
def test_a_year_that_can_be_is_taken(year, because):
    assert apply_calendar(None, apply(year), NOW)[0].revision == 1, because


def test_a_year_goes_over_the_wire_and_back_unchanged():
    year = changed(half=why("2026-11-28"))
    assert to_contract(from_contract(year)) == year
    assert from_contract(CalendarYear.model_validate_json(year.model_dump_json())) == Year(
        2026,
        off={SWAP.day: SWAP.why, CULTURE_DAY.day: CULTURE_DAY.why},
        worked=frozenset({date(2026, 11, 28)}),
        half={date(2026, 11, 28): "Nghỉ"},
        decree=DECREE,
    )
