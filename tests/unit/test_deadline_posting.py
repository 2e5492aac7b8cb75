"""A print run is with the post within two working days."""

from datetime import date
from typing import Any

import pytest

from shared.contracts import Event
from shared.contracts.post import PrintRunClosed, PrintRunPosted
from tests import builders
from tests.unit.deadline_world import COMMUNE, World, at

RUN = f"{COMMUNE}-20260820"
TERM = f"{RUN}:posting"


def of_run(contract: type[Event], when: str, **changes: Any) -> Any:
    return builders.of_run(contract, **{"commune": COMMUNE, "case": RUN, "run": RUN, "occurred_at": at(when)} | changes)


CLOSED = of_run(PrintRunClosed, "08-20 16:30", letters=7)
"""A Thursday; Saturday 22 August 2026 is worked."""


def test_the_office_owes_it_two_working_days_after_the_day_of_printing() -> None:
    world = World()
    [said] = world.hear(CLOSED)
    assert said.name == "deadline-set"
    assert said.about == RUN
    assert said.department is None
    assert said.due_at == at("08-22 17:00")
    assert said.what == "Gửi bưu điện 07 thư của đợt in ngày 20/08/2026"


def test_what_is_handed_over_instead_of_posted_has_no_term() -> None:
    world = World()
    assert world.hear(of_run(PrintRunClosed, "08-20 16:30", letters=2, envelopes=2, by_hand=2)) == []
    assert world.terms == {}
    [said] = world.hear(of_run(PrintRunClosed, "08-20 16:30", letters=7, envelopes=6, by_hand=2))
    assert said.what == "Gửi bưu điện 05 thư của đợt in ngày 20/08/2026"


@pytest.mark.parametrize(
    ("recorded", "posted_on", "late", "because"),
    [
        ("08-20 16:50", date(2026, 8, 20), False, "on the day it was printed"),
        ("08-22 16:59", date(2026, 8, 22), False, "within the term"),
        ("08-24 09:00", date(2026, 8, 22), False, "posted on the last day, written down on Monday"),
        ("08-24 09:00", date(2026, 8, 24), True, "posted on Monday"),
        ("08-22 18:00", date(2026, 8, 22), True, "the office was closed by then"),
    ],
)
def test_it_counts_by_the_day_of_posting_not_of_writing_it_down(
    recorded: str, posted_on: date, late: bool, because: str
) -> None:
    world = World()
    world.hear(CLOSED)
    world.fire(TERM, recorded)
    posted = of_run(PrintRunPosted, recorded, posted_on=posted_on)
    said = [event for event in world.hear(posted, posted) if event.name == "deadline-met"]
    assert [event.late for event in said] == [late], because


def test_facts_that_come_the_other_way_round_leave_nothing_owed() -> None:
    world = World()
    world.hear(of_run(PrintRunPosted, "08-21 10:00", posted_on=date(2026, 8, 21)), CLOSED)
    assert world[TERM].state == "met"


def test_what_is_not_posted_is_put_before_the_office_and_then_above_it() -> None:
    world = World()
    world.hear(CLOSED)
    names = [event.name for event in world.fire(TERM, "08-28 09:00")]
    assert names[:2] == ["deadline-near", "deadline-missed"]
    assert names.count("escalation-raised") == 3
