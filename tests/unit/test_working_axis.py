"""Terms drawn over office hours: what has a length, what has none, and what became of a term on its way."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.console.case.term_chart import chart, courses, runs
from services.console.case.timeline import Burst, timeline
from services.console.case.working_axis import Known, WorkingAxis, known_days
from services.console.story import Line
from services.console.terms import Explained, Skipped
from services.console.words import Term
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMoved,
    DeadlinePaused,
    DeadlineSet,
)
from tests.builders import COMMUNE, NOW, QUESTION, of_deadline

HOURS = Communes.load()[COMMUNE].office_hours
NOTHING = Known({}, frozenset())
MONDAY, FRIDAY = date(2026, 4, 20), date(2026, 4, 24)
TERM_ID = f"{QUESTION}:department-answer"


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """An hour in Vietnam."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=7)


def axis(first: date, last: date, known: Known = NOTHING) -> WorkingAxis:
    return WorkingAxis(at(first, 9), at(last, 9), HOURS, known)


@pytest.mark.parametrize(
    ("instant", "percent", "because"),
    [
        (at(MONDAY, 3), 0, "nobody works at night"),
        (at(date(2026, 4, 21), 3), 20, "a night has no length"),
        (at(date(2026, 4, 20), 22), 20, "nor has an evening"),
        (at(FRIDAY, 23), 100, "the week is over"),
        (at(date(2026, 4, 30), 9), 100, "what comes later stands at the end"),
        (at(date(2026, 4, 1), 9), 0, "what came before stands at the beginning"),
    ],
)
def test_every_worked_hour_is_as_long_as_every_other(instant: datetime, percent: float, because: str) -> None:
    assert axis(MONDAY, FRIDAY).at(instant) == pytest.approx(percent), because


@pytest.mark.parametrize(
    ("known", "percent", "because"),
    [
        (NOTHING, 50, "Saturday and Sunday are taken for off where nobody says otherwise"),
        (Known({}, frozenset({date(2026, 4, 25)})), 100 / 3, "a Saturday that is worked has its length"),
        (Known({date(2026, 4, 27): "Giỗ Tổ"}, frozenset()), 100, "a holiday has none"),
    ],
)
def test_days_off_have_no_length(known: Known, percent: float, because: str) -> None:
    found = axis(FRIDAY, date(2026, 4, 27), known)
    assert found.at(at(FRIDAY, 23)) == pytest.approx(percent), because


def test_days_off_are_marked_where_they_were_left_out_and_say_why() -> None:
    gaps = axis(FRIDAY, date(2026, 4, 28)).gaps()
    assert [round(gap.at) for gap in gaps] == [33, 67]
    assert [gap.why for gap in gaps] == ["25/04: ngày nghỉ cuối tuần; 26/04: ngày nghỉ cuối tuần", ""]


def test_a_long_time_is_named_at_a_few_of_its_days() -> None:
    assert len(axis(MONDAY, date(2026, 8, 20)).ticks(6)) <= 6


def test_of_a_very_long_time_the_end_is_drawn() -> None:
    begun, now, due = date(2022, 1, 3), date(2026, 4, 20), date(2026, 5, 20)
    found = axis(begun, due)
    assert found.at(at(begun, 9)) == 0
    assert 90 < found.at(at(now, 9)) < found.at(at(date(2026, 4, 21), 9)) < 100


def test_every_count_of_a_page_tells_of_days() -> None:
    counted = Explained(counted=(date(2026, 4, 25),))
    skipped = Explained(skipped=(Skipped(date=date(2026, 4, 27), why="nghỉ lễ"),))
    known = known_days([counted, skipped])
    assert [known.why_off(date(2026, 4, day)) for day in (24, 25, 26, 27)] == [
        None,
        None,
        "ngày nghỉ cuối tuần",
        "nghỉ lễ",
    ]


# --- what became of a term ------------------------------------------------------------------------------------------

SET = of_deadline(DeadlineSet)
LATER, LAST = NOW + timedelta(days=2), NOW + timedelta(days=4)
MOVED = of_deadline(DeadlineMoved, due_at=SET.due_at + timedelta(days=7), cause="extension", occurred_at=LATER)
PAUSED = of_deadline(DeadlinePaused, occurred_at=LATER, reason="Chờ phòng mới nhận.")
RESUMED = of_deadline(DeadlineMoved, cause="resumed", occurred_at=LAST)
MET = of_deadline(DeadlineMet, met_at=LATER, occurred_at=LAST)


@pytest.mark.parametrize(
    ("events", "moves", "paused", "ended", "because"),
    [
        ([SET], 0, [], None, "it runs"),
        ([SET, MOVED], 1, [], None, "it was extended"),
        ([SET, PAUSED], 0, [None], None, "it stands still"),
        ([SET, PAUSED, RESUMED], 0, [LAST], None, "it runs again, to the same end"),
        ([SET, MET], 0, [], LATER, "it was kept, then"),
        ([SET, MET, SET], 0, [], None, "the answer was sent back: the same promise runs on"),
        ([SET, of_deadline(DeadlineCancelled, occurred_at=LAST)], 0, [], LAST, "nothing is owed any more"),
        ([MOVED], None, [], None, "the record does not reach back to its beginning"),
    ],
)
def test_the_course_of_a_term_is_read_from_the_record(
    events: list[Event], moves: int | None, paused: list[datetime | None], ended: datetime | None, because: str
) -> None:
    found = courses(events).get(TERM_ID)
    assert (found is None) == (moves is None), because
    if found:
        assert (len(found.moves), [one.until for one in found.pauses], found.ended_at) == (moves, paused, ended), (
            because
        )
        assert found.set_at == NOW, because


def a_term(state: str = "running", urgency: str = "in-time", *, owed: bool = True) -> Term:
    return Term(TERM_ID, "department-answer", state, "", urgency, owed, 0, SET.due_at, SET.due_at, "", False, None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("term", "events", "now", "parts", "because"),
    [
        (a_term(), [SET], LATER, ["ahead", "used"], "some of it is used"),
        (a_term("missed", "late"), [SET], SET.due_at + timedelta(days=2), ["ahead", "used", "late"], "it is late"),
        (a_term("paused"), [SET, PAUSED], LAST, ["ahead", "used", "paused"], "it stands still"),
        (a_term("met", "done", owed=False), [SET, MET], LAST, ["ahead", "used"], "it was kept in time"),
    ],
)
def test_a_bar_shows_what_is_used_late_and_paused(
    term: Term, events: list[Event], now: datetime, parts: list[str], because: str
) -> None:
    found = chart([term], courses(events), {}, HOURS, now)
    assert found is not None
    [bar] = found.bars
    assert [part.kind for part in bar.parts] == parts, because
    assert (found.now is None) == (not term.owed), because
    assert found.guessed, "nobody explained a count"


def test_without_its_beginning_in_the_record_nothing_is_drawn() -> None:
    assert chart([a_term()], {}, {}, HOURS, NOW) is None


def test_days_off_in_a_row_for_one_reason_are_told_as_one() -> None:
    off = [(25, "cuối tuần"), (26, "cuối tuần"), (27, "Giỗ Tổ"), (30, "nghỉ lễ")]
    found = runs([Skipped(date=date(2026, 4, day), why=why) for day, why in off])
    assert [(one.first.day, one.last.day, one.why) for one in found] == [
        (25, 26, "cuối tuần"),
        (27, 27, "Giỗ Tổ"),
        (30, 30, "nghỉ lễ"),
    ]


# --- the time line --------------------------------------------------------------------------------------------------


def line(minutes: int, *, system: bool = True, late: bool = False, kind: str = "terms") -> Line:
    moment = NOW + timedelta(minutes=minutes)
    return Line(moment, "A", f"việc {minutes}", late=late, id=str(minutes), kind=kind, by_system=system)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("lines", "entries", "because"),
    [
        ([line(0), line(0), line(0)], [3], "one minute, one entry"),
        ([line(0), line(1)], [1, 1], "two minutes"),
        ([line(0), line(0, system=False), line(0)], [1, 1, 1], "what somebody did stands by itself, in its place"),
        ([line(0), line(0, late=True), line(0)], [1, 1, 1], "what is late is never folded away"),
    ],
)
def test_what_the_system_did_in_one_minute_is_one_entry(lines: list[Line], entries: list[int], because: str) -> None:
    [day] = timeline(lines).days
    assert [len(one.lines) if isinstance(one, Burst) else 1 for one in day.entries] == entries, because


def test_of_a_long_history_the_last_day_is_open_and_the_others_say_what_people_did() -> None:
    a_day = 24 * 60
    lines = [line(place * a_day + minute, system=minute > 0) for place in range(3) for minute in range(6)]
    found = timeline(lines)
    assert [day.open for day in found.days] == [False, False, True]
    assert found.days[0].digest == ("việc 0",)
    assert all(day.open for day in timeline(lines, "han").days), "what was asked for is not folded"


def test_a_sight_shows_its_own_and_counts_them_all() -> None:
    found = timeline([line(0), line(1, system=False, kind="people"), line(2, kind="letters")], "nguoi")
    assert [entry.id for day in found.days for entry in day.entries] == ["1"]
    assert found.counts == {"": 3, "nguoi": 1, "han": 1, "thu": 1}
    assert timeline([line(0)], "gì đó").sight == ""
