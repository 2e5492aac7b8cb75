"""When a commune must hold a dialogue, and who hears of it when it does not."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.deadlines import programme, rules
from services.deadlines.explain import explain
from services.deadlines.programme import Slot
from services.deadlines.terms import Office, office
from services.deadlines.working_days import WorkingCalendar, Year
from shared.communes import Communes
from shared.contracts import Event, Role
from shared.contracts.conference import Session
from shared.contracts.deadlines import DeadlineMissed, DeadlineNear, EscalationRaised
from shared.contracts.intake import DialogueCancelled, DialogueHeld, DialoguePlanned, DialogueRescheduled
from tests.unit.deadline_world import AUTUMN, CALENDAR, COMMUNE, HOURS, OFF, WINTER, World, at, names, of_dialogue

IN_AUTUMN, IN_WINTER = f"{AUTUMN.id}:periodic-dialogue", f"{WINTER.id}:periodic-dialogue"
OWN = (AUTUMN, WINTER)


def slot(id: str, opens: str, closes: str, **changes: object) -> Slot:
    return replace(AUTUMN, id=id, opens=date.fromisoformat(opens), closes=date.fromisoformat(closes), **changes)


def expected(*slots: Slot, since: str = "07-01 08:00") -> World:
    """A world in which the sweep has been."""
    world = World(slots=slots)
    world.take_in(programme.expect_dialogue(COMMUNE, one, CALENDAR, at(since)) for one in slots)
    return world


def planned(when: str = "08-20 09:00", held: str = "09-25 08:00", **changes: object) -> DialoguePlanned:
    return of_dialogue(DialoguePlanned, when, held, **changes)


def rescheduled(when: str, held: str, previously: str) -> DialogueRescheduled:
    return of_dialogue(DialogueRescheduled, when, held, previously_at=at(previously))


def held(day: str = "09-25") -> DialogueHeld:
    return of_dialogue(DialogueHeld, f"{day} 11:30", f"{day} 08:00")


def cancelled(when: str = "09-20 09:00", held: str = "09-25 08:00") -> DialogueCancelled:
    return of_dialogue(DialogueCancelled, when, held)


def of_slot(said: list[Event], id: str = IN_AUTUMN) -> list[Event]:
    return [event for event in said if event.deadline == id]


# Which slots there are


def test_a_year_without_a_slot_is_one_slot_of_the_law():
    (whole,) = programme.slots_for(COMMUNE, OWN, 2027)
    assert (whole.id, whole.opens, whole.closes) == ("thanh-tri-2027", date(2027, 1, 1), date(2027, 12, 31))
    assert "72/2025/QH15" in whole.basis
    assert programme.slots_for(COMMUNE, OWN, 2026) == OWN


@pytest.mark.parametrize(
    ("today", "ids", "because"),
    [
        ("2026-06-30", ["thanh-tri-quy-3"], "none is open, the autumn's is next"),
        ("2026-07-01", ["thanh-tri-quy-3", "thanh-tri-quy-4"], "the first day of a slot belongs to it"),
        ("2026-09-30", ["thanh-tri-quy-3", "thanh-tri-quy-4"], "so does the last"),
        ("2026-10-01", ["thanh-tri-quy-4", "thanh-tri-2027"], "the plan says nothing of the next year"),
        ("2027-05-05", ["thanh-tri-2027", "thanh-tri-2028"], "nor of the one after"),
    ],
)
def test_a_commune_looks_at_the_slot_that_is_open_and_at_the_next(today, ids, because):
    found = programme.current_and_next(COMMUNE, OWN, date.fromisoformat(today))
    assert [slot.id for slot in found] == ids, because


@pytest.mark.parametrize(
    ("day", "id", "because"),
    [
        ("2026-08-15", "thanh-tri-quy-3", "it lies in the slot"),
        ("2026-03-01", "thanh-tri-quy-3", "before the first one, that comes next"),
        ("2026-10-01", "thanh-tri-quy-4", "on its first day"),
        ("2025-03-01", "thanh-tri-2025", "a year of which the plan says nothing"),
    ],
)
def test_a_day_is_asked_about_in_its_slot_or_before_the_next(day, id, because):
    assert programme.slot_for(COMMUNE, OWN, date.fromisoformat(day)).id == id, because


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_there_is_always_a_slot_to_come(day):
    assert programme.slot_for(COMMUNE, OWN, day).closes >= day
    open_or_next = programme.current_and_next(COMMUNE, OWN, day)
    assert open_or_next
    assert all(one.closes >= day for one in open_or_next)


# Until when


@pytest.mark.parametrize(
    ("opens", "closes", "due", "because"),
    [
        ("2026-07-01", "2026-09-30", "09-30 17:00", "a Wednesday"),
        ("2026-05-01", "2026-05-31", "05-29 17:00", "31 May is a Sunday: the last working day is Friday 29"),
        ("2026-08-01", "2026-09-02", "08-28 17:00", "the holiday is at the end of the slot"),
        (
            "2026-10-10",
            "2026-10-11",
            "10-12 17:00",
            "a week-end has no working day: the next one (Civil Code, art. 148)",
        ),
        ("2026-01-01", "2026-12-31", "12-31 17:00", "the next year's days off are not asked for"),
    ],
)
def test_a_dialogue_is_owed_by_the_last_working_day_of_its_slot(opens, closes, due, because):
    one = slot("thanh-tri-a", opens, closes)
    assert expected(one, since="01-05 08:00")["thanh-tri-a:periodic-dialogue"].due_at == at(due), because


def test_the_term_of_a_slot_says_what_it_is_about_and_rests_on():
    world = World()
    (said,) = world.take_in([programme.expect_dialogue(COMMUNE, AUTUMN, CALENDAR, at("07-01 08:00"))])
    assert (said.deadline, said.case, said.about) == (IN_AUTUMN, AUTUMN.id, AUTUMN.id)
    assert (said.what, said.department, said.basis) == ("Đối thoại quý III", None, "Kế hoạch, mục II.1")


def test_a_slot_that_is_expected_twice_is_owed_once():
    world = expected(AUTUMN)
    assert world.take_in([programme.expect_dialogue(COMMUNE, AUTUMN, CALENDAR, at("08-01 08:00"))]) == []
    assert world[IN_AUTUMN].begun_at == at("07-01 08:00")


# Warned, missed, put before the province


def test_a_slot_in_which_nothing_is_planned_is_warned_of_thirty_days_before_it_ends():
    near, missed, *raised = expected(AUTUMN).fire(IN_AUTUMN, "12-01 00:00")
    assert isinstance(near, DeadlineNear)
    assert near.occurred_at == at("09-03 08:00"), "31 August to 2 September are off"
    assert isinstance(missed, DeadlineMissed)
    assert missed.occurred_at == at("09-30 17:00")
    assert [(type(event), event.to, event.occurred_at) for event in raised] == [
        (EscalationRaised, Role.OFFICE_HEAD, at("10-01 08:00")),
        (EscalationRaised, Role.CHAIRMAN, at("10-01 08:00")),
        (EscalationRaised, Role.PROVINCE, at("10-02 08:00")),
    ], "whatever the commune's own ladder is"


def test_a_commune_that_begins_late_is_warned_when_its_office_opens_next():
    near, *_ = expected(AUTUMN, since="09-19 10:00").fire(IN_AUTUMN, "12-01 00:00")
    assert near.occurred_at == at("09-21 08:00")


def test_one_that_begins_on_the_last_day_is_not_warned_but_missed():
    missed, *_ = expected(AUTUMN, since="09-30 10:00").fire(IN_AUTUMN, "12-01 00:00")
    assert (type(missed), missed.occurred_at) == (DeadlineMissed, at("09-30 17:00"))


def test_nobody_is_warned_once_a_dialogue_is_planned_but_it_must_be_held():
    world = expected(AUTUMN)
    assert of_slot(world.hear(planned())) == []
    assert names(world.fire(IN_AUTUMN, "09-30 17:00")) == ["DeadlineMissed"]


def test_planning_one_after_the_warning_ends_it():
    world = expected(AUTUMN)
    world.fire(IN_AUTUMN, "09-03 08:00")
    assert world[IN_AUTUMN].state == "near"
    world.hear(planned("09-04 09:00"))
    assert (world[IN_AUTUMN].state, world[IN_AUTUMN].next_fire_at) == ("running", at("09-30 17:00"))


def test_cancelling_the_only_one_warns_again():
    world = expected(AUTUMN)
    world.hear(planned(), cancelled("09-20 09:00"))
    assert [(type(event), event.occurred_at) for event in world.fire(IN_AUTUMN, "09-21 08:00")] == [
        (DeadlineNear, at("09-21 08:00"))
    ]
    assert world[IN_AUTUMN].state == "near", "the duty of the programme is not cancelled"


def test_cancelling_it_after_the_slot_is_over_does_not_miss_the_slot_again():
    world = expected(AUTUMN)
    world.hear(planned())
    world.fire(IN_AUTUMN, "10-01 08:00")
    assert of_slot(world.hear(cancelled("10-01 09:00"))) == []
    assert [event.to for event in world.fire(IN_AUTUMN, "12-01 00:00")] == [Role.PROVINCE]


def test_a_dialogue_that_is_put_off_into_the_next_slot_counts_there():
    world = expected(AUTUMN, WINTER)
    world.hear(planned(), rescheduled("09-10 09:00", "10-13 08:00", "09-25 08:00"))
    assert (world[IN_AUTUMN].planned, world[IN_WINTER].planned) == (False, True)


def test_a_dialogue_that_is_put_off_within_its_slot_still_counts():
    world = expected(AUTUMN)
    world.hear(planned(), rescheduled("09-10 09:00", "09-28 08:00", "09-25 08:00"))
    assert world[IN_AUTUMN].planned


def test_a_dialogue_held_in_its_slot_meets_it():
    world = expected(AUTUMN)
    world.hear(planned())
    (met,) = of_slot(world.hear(held()))
    assert (met.met_at, met.late) == (at("09-25 08:00"), False)
    assert world.fire(IN_AUTUMN, "12-01 00:00") == []


def test_one_held_on_the_last_day_is_in_time_though_it_ends_after_the_office_has_closed():
    world = expected(AUTUMN)
    world.hear(planned(held="09-30 14:00"))
    world.fire(IN_AUTUMN, "09-30 17:30")
    (met,) = of_slot(world.hear(of_dialogue(DialogueHeld, "09-30 18:00", "09-30 14:00")))
    assert not met.late


def test_one_on_a_day_off_at_the_end_of_the_slot_is_waited_for():
    """A slot of October; the dialogue is on its last day, a Saturday."""
    october = slot("thanh-tri-thang-10", "2026-10-01", "2026-10-31")
    id = "thanh-tri-thang-10:periodic-dialogue"
    world = expected(october)
    (moved,) = of_slot(world.hear(planned(held="10-31 08:00")), id)
    assert (moved.due_at, moved.cause) == (at("11-02 17:00"), "rescheduled")
    assert world.fire(id, "11-01 12:00") == []
    (met,) = of_slot(world.hear(held("10-31")), id)
    assert not met.late


def test_a_second_dialogue_changes_nothing_about_a_slot_that_is_met():
    world = expected(AUTUMN)
    world.hear(planned(), held())
    another = planned("09-26 09:00", "09-29 08:00", case="thanh-tri-2026-3")
    assert of_slot(world.hear(another)) == []
    assert world[IN_AUTUMN].state == "met"


def test_an_ad_hoc_dialogue_is_not_the_one_of_the_programme():
    world = expected(AUTUMN)
    world.hear(planned(kind="ad-hoc"), of_dialogue(DialogueHeld, "09-25 11:30", "09-25 08:00"))
    assert (world[IN_AUTUMN].planned, world[IN_AUTUMN].state) == (False, "running")


def test_a_dialogue_that_is_planned_before_the_sweep_came_by_sets_the_term_itself():
    world = World(slots=OWN)
    (said,) = of_slot(world.hear(planned()))
    assert (type(said).__name__, world[IN_AUTUMN].planned) == ("DeadlineSet", True)


def test_a_dialogue_that_is_entered_only_after_it_was_held_meets_its_slot():
    world = World(slots=OWN)
    world.hear(planned("09-28 09:00", "09-25 08:00"), of_dialogue(DialogueHeld, "09-28 09:05", "09-25 08:00"))
    assert (world[IN_AUTUMN].state, world[IN_AUTUMN].met_at) == ("met", at("09-25 08:00"))


def test_a_slot_that_was_over_is_left_alone():
    world = World(slots=OWN)
    world.hear(planned("10-05 09:00", "09-25 08:00"))
    assert IN_AUTUMN not in world.terms


@pytest.mark.parametrize(
    ("audiences", "planned_in", "because"),
    [
        (["nhân dân"], ["a"], "the citizens' session"),
        (["thanh niên"], ["b"], "the one for the youth"),
        (["nhân dân", "thanh niên"], ["a", "b"], "one conference with both"),
        ([], ["a", "b"], "nobody is named: it may be either"),
    ],
)
def test_slots_that_share_their_days_are_told_apart_by_whom_they_are_for(audiences, planned_in, because):
    slots = [
        slot("a", "2026-04-01", "2026-12-31", audiences=frozenset({"nhân dân"})),
        slot("b", "2026-04-01", "2026-12-31", audiences=frozenset({"thanh niên"})),
    ]
    world = expected(*slots)
    sessions = tuple(Session(number=n, title="Đợt", audience=one) for n, one in enumerate(audiences, 1))
    world.hear(planned(sessions=sessions))
    assert [one.id for one in slots if world[f"{one.id}:periodic-dialogue"].planned] == planned_in, because


# For the command line


def here(slots: tuple[Slot, ...]) -> Office:
    return replace(office(next(iter(Communes.load().values())), CALENDAR), commune=COMMUNE, slots=slots, hours=HOURS)


def test_whoever_asks_about_a_day_hears_when_its_slot_ends_and_which_days_off_are_skipped():
    may = slot("thanh-tri-thang-5", "2026-05-01", "2026-05-31")
    term, anchor = here((may,)).counted_from("periodic-dialogue", date(2026, 5, 12))
    told = explain(term, anchor, CALENDAR, HOURS)
    assert (told["due"], told["closes_at"]) == ("2026-05-29", "2026-05-29T17:00:00+07:00")
    assert [skipped["why"] for skipped in told["skipped"]] == ["Chủ nhật", "Thứ Bảy"]
    assert told["basis"] == may.basis


def test_every_other_rule_is_counted_from_the_day_itself():
    one = here(())
    assert one.counted_from("announcement", date(2026, 5, 12)) == (one.term("announcement"), date(2026, 5, 12))


def test_every_commune_of_the_installation_has_a_slot_today_and_tomorrow():
    for one in Communes.load().values():
        its = office(one, WorkingCalendar([Year(year, OFF) for year in range(2023, 2029)]))
        for day in (date(2024, 5, 2), date(2025, 11, 30), date(2026, 12, 31)):
            term, anchor = its.counted_from("periodic-dialogue", day)
            assert (term.count, anchor >= day) == (0, True)
    assert rules.DEFAULTS["periodic-dialogue"].count == 0
