"""What is owed for a dialogue: before it, of it, after it. The dialogue is on Tuesday 15 September 2026."""

from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.deadlines.conferences import Conference
from shared.contracts import Event
from shared.contracts.conference import Duty, ExpectedList, Span
from shared.contracts.deadlines import DeadlineCancelled, DeadlineMoved
from shared.contracts.intake import (
    CommitmentExtended,
    CommitmentFulfilled,
    DelegateReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DutyCompleted,
    ListReceived,
    ResultReported,
)
from tests.builders import COMMITMENT, DUTY, LIST
from tests.unit.deadline_world import AUTUMN, DIALOGUE, WINTER, World, at, names, of_dialogue

CUT_OFF, ANNOUNCEMENT = f"{DIALOGUE}:registration-cutoff", f"{DIALOGUE}:announcement"
PREPARATION, OPINIONS = f"{DIALOGUE}-{DUTY.id}:preparation", f"{DIALOGUE}-{LIST.id}:opinions-collected"
RESOLUTION = f"{COMMITMENT.id}:resolution"
BEFORE = (CUT_OFF, ANNOUNCEMENT, PREPARATION, OPINIONS)


def planned(kind: str = "periodic", held: str = "09-15 08:00") -> DialoguePlanned:
    return of_dialogue(DialoguePlanned, "08-03 09:00", held, kind=kind, duties=(DUTY,), lists=(LIST,))


def rescheduled(when: str = "08-20 09:00", held: str = "09-22 08:00", previously: str = "09-15 08:00") -> Event:
    return of_dialogue(DialogueRescheduled, when, held, previously_at=at(previously))


def cancelled(when: str = "09-10 09:00") -> DialogueCancelled:
    return of_dialogue(DialogueCancelled, when, "09-15 08:00")


def held(when: str = "09-15 11:00", **changes: object) -> DialogueHeld:
    return of_dialogue(DialogueHeld, when, "09-15 08:00", **changes)


def announced(when: str = "09-07 09:00", kind: str = "periodic") -> DialogueAnnounced:
    return of_dialogue(DialogueAnnounced, when, "09-15 08:00", kind=kind)


def concluded(when: str = "09-21 10:00") -> DialogueConcluded:
    return of_dialogue(DialogueConcluded, when, commitments=(COMMITMENT,))


def after(*facts: Event) -> World:
    world = World(slots=(AUTUMN, WINTER))
    world.hear(*facts)
    return world


def ends(world: World) -> dict[str, str]:
    return {id: f"{one.due_at:%m-%d %H:%M}" for id, one in world.terms.items() if one.rule != "periodic-dialogue"}


# Before it


def test_a_planned_dialogue_sets_every_term_that_is_counted_back_from_it():
    assert ends(after(planned())) == {
        ANNOUNCEMENT: "09-08 17:00",
        CUT_OFF: "09-04 17:00",  # 5 September is a Saturday: back to Friday
        PREPARATION: "09-11 17:00",
        OPINIONS: "09-08 17:00",
    }


def test_an_ad_hoc_dialogue_is_prepared_but_neither_announced_days_before_nor_closed_to_registrations():
    assert set(after(planned("ad-hoc")).terms) == {PREPARATION, OPINIONS}
    assert after(planned("ad-hoc"), announced(kind="ad-hoc")).terms.keys() == {PREPARATION, OPINIONS}


@pytest.mark.parametrize(
    ("kind", "called", "count", "due", "because"),
    [
        ("ad-hoc", "09-09 08:00", 15, "09-14 17:00", "28 August was over when it was called"),
        ("ad-hoc", "09-09 08:00", 5, "09-10 17:00", "there is time enough"),
        ("ad-hoc", "09-09 08:00", 6, "09-09 17:00", "the day it is called counts until the office closes"),
        ("periodic", "09-09 08:00", 15, "08-28 17:00", "one of the programme should have been planned earlier"),
    ],
)
def test_nobody_is_late_with_an_ad_hoc_dialogue_before_it_is_called(kind, called, count, due, because):
    duty = DUTY.model_copy(update={"term": Span(count=count, unit="days", basis="Kế hoạch, mục III.1")})
    world = after(of_dialogue(DialoguePlanned, called, "09-15 08:00", kind=kind, duties=(duty,), lists=()))
    assert world[PREPARATION].due_at == at(due), because


def test_the_day_of_a_dialogue_is_the_local_one():
    late_in_utc = planned(held="09-15 06:00")
    assert late_in_utc.held_at.astimezone().date() is not None
    assert after(late_in_utc)[CUT_OFF].anchor.isoformat() == "2026-09-15"


def test_a_duty_and_a_list_name_who_owes_them():
    world = after(planned())
    duty, opinions = world[PREPARATION], world[OPINIONS]
    assert (duty.what, duty.owner, duty.department) == (DUTY.what, DUTY.owner, DUTY.department)
    assert (opinions.owner, opinions.department, opinions.about) == (LIST.sender, None, f"{DIALOGUE}-{LIST.id}")


def test_a_duty_may_be_owed_after_the_dialogue():
    tidy_up = Duty(
        id="don-dep", what="Dọn dẹp", owner="Văn phòng", term=Span(count=1, unit="days", counted="after", basis="KH")
    )
    names_ = ExpectedList(id="doan", kind="participants", sender="Đoàn xã", term=Span(count=5, unit="days", basis="KH"))
    world = World()
    world.hear(of_dialogue(DialoguePlanned, "08-03 09:00", "09-15 08:00", duties=(tidy_up,), lists=(names_,)))
    assert world[f"{DIALOGUE}-don-dep:preparation"].due_at == at("09-16 17:00")
    assert world[f"{DIALOGUE}-doan:participant-list"].due_at == at("09-10 17:00")


@pytest.mark.parametrize(
    ("fact", "id"),
    [
        (announced(), ANNOUNCEMENT),
        (of_dialogue(DutyCompleted, "09-07 09:00"), PREPARATION),
        (of_dialogue(ListReceived, "09-07 09:00"), OPINIONS),
    ],
    ids=["announced", "duty", "list"],
)
def test_what_has_been_done_meets_its_term(fact, id):
    world = after(planned())
    (met,) = world.hear(fact)
    assert (met.deadline, met.late) == (id, False)


# On another day, or not at all


def test_a_dialogue_on_another_day_takes_its_open_terms_with_it():
    world = after(planned())
    said = [event for event in world.hear(rescheduled()) if isinstance(event, DeadlineMoved)]
    assert {event.cause for event in said} == {"rescheduled"}
    assert {event.reason for event in said} == {"Bão số 3 đổ bộ."}
    assert ends(world) == {
        ANNOUNCEMENT: "09-15 17:00",
        CUT_OFF: "09-11 17:00",
        PREPARATION: "09-18 17:00",
        OPINIONS: "09-15 17:00",
    }


def test_a_cut_off_that_has_passed_opens_again_when_the_new_one_lies_ahead():
    world = after(planned())
    world.fire(CUT_OFF, "09-05 09:00")
    (moved,) = (event for event in world.hear(rescheduled("09-08 09:00")) if event.deadline == CUT_OFF)
    assert (moved.due_at, world[CUT_OFF].state) == (at("09-11 17:00"), "running")
    assert names(world.fire(CUT_OFF, "09-30 09:00")) == ["DeadlinePassed"]


def test_a_missed_term_runs_again_until_the_new_day():
    world = after(planned())
    world.fire(PREPARATION, "09-14 08:00")
    world.hear(rescheduled("09-14 09:00"))
    assert (world[PREPARATION].state, world[PREPARATION].step) == ("running", 0)


def test_another_hour_or_place_on_the_same_day_moves_nothing():
    world = after(planned())
    world.fire(PREPARATION, "09-10 08:00")
    before = world.owed()
    assert world.hear(rescheduled("09-10 09:00", held="09-15 14:00")) == []
    assert world.owed() == before


@pytest.mark.parametrize("fact", [rescheduled("09-08 09:00"), cancelled()], ids=["rescheduled", "cancelled"])
def test_what_was_done_stays_done(fact):
    world = after(planned(), announced())
    assert ANNOUNCEMENT not in {event.deadline for event in world.hear(fact)}
    assert (world[ANNOUNCEMENT].state, world[ANNOUNCEMENT].late) == ("met", False)


def test_of_a_cancelled_dialogue_nothing_is_owed_before_it():
    world = after(planned())
    said = [event for event in world.hear(cancelled("08-28 09:00")) if isinstance(event, DeadlineCancelled)]
    assert {event.deadline for event in said} == set(BEFORE)
    assert {event.reason for event in said} == {"Hội nghị đối thoại không tổ chức được: Bão số 3 đổ bộ."}
    assert {world[id].next_fire_at for id in BEFORE} == {None}


# Of it, and after it


def test_the_conclusion_notice_and_the_report_are_counted_from_the_day_of_the_dialogue():
    world = World()
    said = world.hear(of_dialogue(DialogueHeld, "08-21 11:00", "08-21 08:00"))
    assert [(event.rule, event.due_at, event.department) for event in said] == [
        ("conclusion-notice", at("09-03 17:00"), None),  # 31 August is off by swap, then Quốc khánh
        ("result-report", at("09-08 17:00"), None),
    ]


def test_a_deputy_who_presided_reports_back_on_the_next_working_day():
    world = World()
    world.hear(held(presided_by="Lê Quang Huy"))
    report = world[f"{DIALOGUE}:delegate-report"]
    assert (report.due_at, report.owner) == (at("09-16 17:00"), "Lê Quang Huy")
    (met,) = world.hear(of_dialogue(DelegateReported, "09-16 10:00"))
    assert (met.rule, met.late) == ("delegate-report", False)


@pytest.mark.parametrize(("when", "late"), [("09-25 16:00", False), ("09-28 09:00", True)])
def test_the_conclusion_notice_meets_its_term_and_sets_one_for_each_commitment(when, late):
    met, set_ = after(held()).hear(concluded(when))
    assert (met.rule, met.late) == ("conclusion-notice", late)
    assert (set_.deadline, set_.case, set_.department) == (RESOLUTION, DIALOGUE, COMMITMENT.department)
    assert set_.what == COMMITMENT.text


def test_a_long_commitment_is_told_in_short():
    long = COMMITMENT.model_copy(update={"text": "Rà soát toàn bộ hồ sơ tồn đọng. " * 20})
    world = World()
    world.hear(of_dialogue(DialogueConcluded, "09-21 10:00", commitments=(long,)))
    assert len(world[RESOLUTION].what) <= 160
    assert world[RESOLUTION].what.endswith(" …")


def test_the_longer_term_of_a_commitment_is_counted_from_the_notice_too():
    world = after(concluded())
    assert world[RESOLUTION].due_at == at("10-19 17:00"), "20 working days after 21 September"
    (moved,) = world.hear(of_dialogue(CommitmentExtended, "10-15 09:00"))
    assert (moved.due_at, moved.original_due_at, moved.cause) == (at("11-02 17:00"), at("10-19 17:00"), "extension")
    (met,) = world.hear(of_dialogue(CommitmentFulfilled, "10-30 09:00"))
    assert not met.late


def test_the_report_of_the_result_meets_its_term():
    (met,) = after(held()).hear(of_dialogue(ResultReported, "09-29 09:00"))
    assert (met.rule, met.late) == ("result-report", False)


# In any order, any number of times

STORIES = {
    "put off, prepared, held, concluded": (
        planned(),
        of_dialogue(DutyCompleted, "08-19 09:00"),
        rescheduled(),
        held("09-22 11:00"),
        concluded("09-28 10:00"),
    ),
    "put off twice, into the next slot": (
        planned(),
        rescheduled("08-20 09:00", "09-22 08:00"),
        announced("08-21 09:00"),
        rescheduled("08-22 09:00", "10-13 08:00", "09-22 08:00"),
        of_dialogue(ListReceived, "09-30 09:00"),
    ),
    "announced, then force majeure": (planned(), announced(), rescheduled("09-08 09:00"), cancelled()),
    "after it": (
        held(presided_by="Lê Quang Huy"),
        of_dialogue(DelegateReported, "09-16 10:00"),
        concluded(),
        of_dialogue(CommitmentExtended, "10-15 09:00"),
        of_dialogue(CommitmentFulfilled, "10-30 09:00"),
        of_dialogue(ResultReported, "09-29 09:00"),
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_every_fact_delivered_again_changes_nothing(story):
    world = after(*story)
    terms, dialogues = dict(world.terms), dict(world.dialogues)
    assert world.hear(*story) == []
    assert (world.terms, world.dialogues) == (terms, dialogues)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_in_whatever_order_facts_arrive_the_same_is_owed(story):
    in_order = after(*story).owed()
    for facts in permutations(story):
        assert after(*facts, *facts).owed() == in_order, names(facts)


EVERYTHING = (*STORIES["put off twice, into the next slot"], cancelled("10-12 09:00"), *STORIES["after it"])


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(EVERYTHING), max_size=12).flatmap(
        lambda facts: st.tuples(st.just(facts), st.permutations(facts))
    )
)
def test_whatever_happens_to_a_dialogue_the_order_of_delivery_does_not_matter(both):
    facts, shuffled = both
    assert after(*shuffled).owed() == after(*facts).owed()


def test_a_conference_survives_being_stored():
    conference = after(planned(), rescheduled(), cancelled(), held()).dialogues[DIALOGUE]
    adapter = TypeAdapter(Conference)
    assert adapter.validate_json(adapter.dump_json(conference)) == conference
