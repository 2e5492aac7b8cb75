"""A decree on days off while terms run: who may apply it, what it may say, and what calendar counts from then on."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines.answers import accept_answer, expect_answer
from services.deadlines.calendars import AppliedYears, LiveCalendar, apply_calendar, check, from_contract, to_contract
from services.deadlines.deadline import Deadline
from services.deadlines.explain import HANOI, OfficeHours, Term, count
from services.deadlines.ladder import Step
from services.deadlines.rules import fire, hear, recount
from services.deadlines.working_days import WorkingCalendar, Year
from shared.contracts import Refusal, Role
from shared.contracts.conference import CalendarYear, DayWithReason
from shared.contracts.deadlines import ApplyCalendar, DeadlineMet, DeadlineMoved, PreviewCalendar
from shared.contracts.routing import AnswerDrafted, QuestionAssigned
from tests.builders import NOW, actor, of_question

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


LADDER = (Step(Role.OFFICER, 0), Step(Role.CHAIRMAN, 1))


def owed(calendar: WorkingCalendar, begun: datetime, days: int, unit: str = "working-days") -> Deadline:
    assigned = of_question(QuestionAssigned, occurred_at=begun)
    told = expect_answer(assigned, Term(days, unit, "after", "Kế hoạch"))  # type: ignore[arg-type]
    deadline, _ = hear(None, told, calendar, HOURS)
    return deadline


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=HANOI)


def live() -> LiveCalendar:
    return LiveCalendar(files())


def test_a_reminder_on_a_day_that_is_off_now_comes_when_the_office_opens_next():
    calendar = live()
    term = owed(calendar, at("2026-11-16 10:00"), 9, "days")
    assert (term.due_on, term.next_fire_at) == (date(2026, 11, 25), at("2026-11-23 08:00"))
    calendar.take(applied(WITH_SWAP))
    counted, said = recount(term, calendar, HOURS, "Lịch thay đổi.", at("2026-11-18 10:00"))
    assert (counted.due_on, counted.next_fire_at, said) == (date(2026, 11, 25), at("2026-11-25 08:00"), [])


def test_a_step_of_the_ladder_on_a_day_that_is_off_now_comes_when_the_office_opens_next():
    calendar = live()
    missed, _ = fire(owed(calendar, at("2026-11-16 10:00"), 4), LADDER, calendar, HOURS, at("2026-11-20 17:00"))
    assert (missed.state, missed.next_fire_at) == ("missed", at("2026-11-23 08:00"))
    calendar.take(applied(WITH_SWAP))
    counted, said = recount(missed, calendar, HOURS, "Lịch thay đổi.", at("2026-11-20 18:00"))
    assert (counted.state, counted.next_fire_at, said) == ("missed", at("2026-11-25 08:00"), [])


def test_a_moment_that_comes_before_the_sweep_finds_the_term_counted_by_the_decree():
    """Nothing is missed on a day that is off now, however soon after the decree."""
    calendar = live()
    term = owed(calendar, at("2026-11-16 10:00"), 5)
    calendar.take(applied(WITH_SWAP))
    after, said = fire(term, LADDER, calendar, HOURS, at("2026-11-23 17:00"))
    assert [type(event) for event in said] == [DeadlineMoved]
    assert (after.state, after.due_on, after.calendar) == ("running", date(2026, 11, 25), 1)


def test_a_fact_that_comes_before_the_sweep_names_the_decree_too():
    calendar = live()
    term = owed(calendar, at("2026-11-16 10:00"), 5)
    calendar.take(applied(WITH_SWAP))
    drafted = next(accept_answer(of_question(AnswerDrafted, occurred_at=at("2026-11-18 10:00"))))
    after, (moved, met) = hear(term, drafted, calendar, HOURS)
    assert isinstance(moved, DeadlineMoved)
    assert isinstance(met, DeadlineMet)
    assert (moved.cause, moved.reason) == ("calendar", f"Lịch làm việc năm 2026 thay đổi theo {DECREE}.")
    assert (after.state, met.due_at) == ("met", at("2026-11-25 17:00"))


@given(
    st.datetimes(datetime(2026, 10, 1), datetime(2026, 11, 30)),  # noqa: DTZ001 - told to be Hanoi's below
    st.integers(1, 40),
    st.sampled_from(["working-days", "days"]),
)
def test_counted_again_a_term_ends_as_if_the_decree_had_always_been_there(begun, days, unit):
    calendar = live()
    term = owed(calendar, begun.replace(tzinfo=HANOI), days, unit)
    decreed = calendar.trial(WITH_SWAP)
    calendar.take(applied(WITH_SWAP))
    counted, said = recount(term, calendar, HOURS, "Lịch thay đổi.", begun.replace(tzinfo=HANOI))
    assert counted.due_at == owed(decreed, begun.replace(tzinfo=HANOI), days, unit).due_at
    assert bool(said) is (counted.due_at != term.due_at)
    assert recount(counted, calendar, HOURS, "Lịch thay đổi.", begun.replace(tzinfo=HANOI)) == (counted, [])
    assert counted.original_due_at == term.original_due_at
