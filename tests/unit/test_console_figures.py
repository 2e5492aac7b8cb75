"""Figures that were counted once are those of the view, whatever was settled, and whenever."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from services.console.facts import figures, instant
from services.console.facts.figures import NEVER, Total
from services.console.reporting import reports
from services.console.view import View
from shared.communes import Communes
from shared.contracts import Event, Role, deadlines, intake, routing
from tests.builders import COMMUNE, of_dialogue, submission_received
from tests.unit import conference_scene as scene
from tests.unit.test_console_reports import DAY, DUE, extended, met, of_term, set_for
from tests.unit.test_console_view import messages

PROFILE = Communes.load()[COMMUNE]
ASKED = (scene.form(1, "Mai", "Câu hỏi"), scene.asked(routing.QuestionAssigned, 1, department=scene.LAND))
LIVES: Sequence[Event] = (
    *scene.CONCLUDED,
    *(set_for(number) for number in range(1, 9)),
    met(1, DUE - DAY),
    *extended(2, 5),
    met(2, DUE + 2 * DAY, DUE + 5 * DAY),
    of_term(deadlines.DeadlineMissed, 3),
    of_term(deadlines.EscalationRaised, 3, to=Role.PROVINCE),
    of_term(deadlines.DeadlinePaused, 4),
    of_term(deadlines.DeadlineCancelled, 5),
    met(6, DUE + 3 * DAY),
    scene.asked(routing.QuestionReopened, 1),
    scene.asked(routing.QuestionReferredUp, 7),
    of_dialogue(intake.DialogueRescheduled, held_at=datetime(2026, 6, 2, 1, 0, tzinfo=UTC)),
)


def everything(view: View, now: datetime) -> dict[str, list[Total]]:
    with view.reading() as db:
        return {by: figures.counted(db, by, "", NEVER, instant(now)) for by in figures.KINDS}


def anew(view: View, now: datetime) -> dict[str, list[Total]]:
    """Counted in the view as it is, without anything that was counted before."""
    with view.reading() as db:
        cases = [row[0] for row in db.execute("SELECT DISTINCT case_id FROM recent")]
        return {by: figures.live(db, by, cases, instant(now)) for by in figures.KINDS}


@pytest.mark.parametrize("seed", range(6))
def test_they_are_exact_whatever_was_settled_between_the_events(tmp_path: Path, seed: int) -> None:
    random, view = Random(seed), View(tmp_path / "view.db")
    waiting = messages(*LIVES)
    while waiting:
        portion, waiting = waiting[: (size := random.randint(1, 9))], waiting[size:]
        view.apply(view.position, portion)
        if random.random() < 0.6:
            view.settle()
        now = scene.ENDED_AT + timedelta(days=random.randint(-10, 40))
        assert everything(view, now) == anew(view, now)
    while view.settle():
        pass
    assert everything(view, DUE + 9 * DAY) == anew(view, DUE + 9 * DAY)


def test_a_case_that_cannot_be_counted_holds_up_no_other(tmp_path: Path) -> None:
    view = View(tmp_path / "view.db")
    beyond = submission_received(case="01JBEYOND", received_at=datetime(9999, 12, 31, 20, tzinfo=UTC))
    now = DUE + 9 * DAY
    view.apply(0, messages(*LIVES))
    others = anew(view, now)
    view.apply(view.position, messages(*LIVES, beyond)[-1:])
    while view.settle():
        pass
    with view.reading() as db:
        waiting = [row[0] for row in db.execute("SELECT case_id FROM uncounted")]
    assert waiting == ["01JBEYOND"]
    assert everything(view, now) == others
    again = messages(*LIVES, beyond, beyond)[-1]
    view.apply(view.position, [again])
    assert (view.settle(), view.settle()) == (1, 0), "it is tried once more when more is said of it"


def test_what_is_empty_leaves_no_row(tmp_path: Path) -> None:
    view = View(tmp_path / "view.db")
    for message in messages(*LIVES):
        view.apply(view.position, [message])
        view.settle()
    with view.reading() as db:
        assert db.execute("SELECT count(*) FROM month_figure WHERE number <= 0").fetchone()[0] == 0
        assert db.execute("SELECT count(*) FROM uncounted").fetchone()[0] == 0


@pytest.mark.parametrize("subject", ["2026-Q2", "2026", "2025"])
def test_a_report_is_the_sum_of_its_months(tmp_path: Path, subject: str) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*LIVES))
    view.settle()
    span = reports.period(subject)
    assert span is not None
    now = DUE + 9 * DAY
    with view.reading() as db:
        total = reports.figures(db, PROFILE, reports.of_period(span), now).total
        listed = reports.entries(db, PROFILE, reports.of_period(span), now)
        bounds = reports.months_of(reports.of_period(span))
        months = figures.counted(db, "all", *bounds, instant(now), commune=COMMUNE, months=True)
    assert total.received == len(listed) == sum(month.number for month in months)
    for name in ("open", "late", "kept_first", "within_5", "within_10"):
        assert getattr(total, name) == sum(getattr(month, name) for month in months), name


@pytest.mark.parametrize(
    ("events", "levels", "because"),
    [
        ((set_for(1), met(1, DUE)), [], "answered in time"),
        ((set_for(1),), [("2026-05-08", 1)], "late from the evening of its last day"),
        ((set_for(1), met(1, DUE + timedelta(hours=2))), [], "late for two hours, not at the end of a day"),
        ((set_for(1), met(1, DUE + 3 * DAY)), [("2026-05-08", 1), ("2026-05-11", 0)], "late for three days"),
        ((set_for(1), *extended(1, 4)), [("2026-05-12", 1)], "late by its end as extended"),
        ((set_for(1), of_term(deadlines.DeadlinePaused, 1)), [], "it stands still"),
        ((set_for(1), of_term(deadlines.DeadlineCancelled, 1)), [], "nothing is owed any more"),
    ],
)
@pytest.mark.parametrize("settled", [True, False])
def test_a_question_is_late_on_the_days_between_its_term_and_its_answer(
    tmp_path: Path, events: Sequence[Event], levels: list[tuple[str, int]], because: str, settled: bool
) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*ASKED, *events))
    while settled and view.settle():
        pass
    with view.reading() as db:
        found = figures.late_by_day(db, "2026-01-01", "2026-06-01")
    assert found.get(COMMUNE, []) == levels, because


def test_what_was_late_before_the_year_is_late_on_its_first_day(tmp_path: Path) -> None:
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*ASKED, set_for(1)))
    with view.reading() as db:
        assert figures.late_by_day(db, "2026-06-01", "2026-07-01") == {COMMUNE: [("2026-06-01", 1)]}
        assert figures.late_now(db, instant(DUE - DAY)) == {}
        assert figures.late_now(db, instant(DUE + DAY)) == {COMMUNE: 1}


@pytest.mark.parametrize(
    ("days", "within", "because"),
    [
        (0, "within_5", "the same day"),
        (5, "within_5", "Monday to Friday of one week"),
        (9, "within_7", "a weekend is not counted"),
        (14, "within_10", "two weekends"),
        (28, "within_20", "four weeks"),
        (42, "within_30", "six weeks"),
        (60, "longer", "more than thirty working days"),
    ],
)
def test_the_days_an_answer_took_are_working_days(tmp_path: Path, days: int, within: str, because: str) -> None:
    begun = datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
    term = of_term(deadlines.DeadlineSet, 1, due_on=DUE.date(), occurred_at=begun)
    view = View(tmp_path / "view.db")
    view.apply(0, messages(*ASKED, term, met(1, begun + days * DAY)))
    [total] = everything(view, begun + 90 * DAY)["all"]
    assert [name for name in figures.WITHIN if getattr(total, name)] == [within], because
