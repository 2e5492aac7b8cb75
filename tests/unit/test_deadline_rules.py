"""How long a duty may take, and what time does to it. August 2026: Saturday 22 is worked, Monday 31 is off."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.deadlines import rules
from services.deadlines.deadline import CUT_OFFS, Deadline, Duty, Told, counted
from services.deadlines.explain import Term, closing
from services.deadlines.ladder import Step
from services.deadlines.turns import Extended, Started
from services.deadlines.working_days import NoCalendar, WorkingCalendar, Year
from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.deadlines import (
    AcknowledgeEscalation,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    EscalationAcknowledged,
    EscalationRaised,
    RuleId,
)
from shared.contracts.intake import CommitmentFulfilled, DialogueConcluded, DialogueHeld, DialoguePlanned
from shared.contracts.routing import AnswerDrafted, ExtensionGranted, QuestionAssigned, QuestionTransferred
from tests.builders import COMMITMENT, actor, full_plan
from tests.unit.deadline_world import (
    ANSWER,
    ANSWERING,
    CALENDAR,
    COMMUNE,
    DIALOGUE,
    FIVE,
    HOURS,
    LADDER,
    OFF,
    World,
    at,
    names,
    of_dialogue,
    of_question,
)

CUT_OFF, CONCLUSION = f"{DIALOGUE}:registration-cutoff", f"{DIALOGUE}:conclusion-notice"
RESOLUTION = f"{COMMITMENT.id}:resolution"
ASSIGNED = of_question(QuestionAssigned, "08-24 09:00", department="kinh-te")
PLANNED = of_dialogue(DialoguePlanned, "08-03 09:00", "09-15 08:00")
HELD = of_dialogue(DialogueHeld, "08-21 11:00", "08-21 08:00")


def after(*facts: Event) -> World:
    world = World(of=("department-answer", "registration-cutoff", "conclusion-notice", "resolution"))
    world.hear(*facts)
    return world


# How long


def test_a_communes_own_term_goes_before_the_default():
    assert rules.term_for("department-answer", {"department-answer": FIVE}) == FIVE
    assert rules.term_for("department-answer", {}) == rules.DEFAULTS["department-answer"]


@pytest.mark.parametrize(
    ("rule", "count", "unit", "counted", "because"),
    [
        ("periodic-dialogue", 0, "days", "before", "at least once a year, by the last working day of the slot"),
        ("announcement", 7, "days", "before", "Law 72/2025/QH15, art. 43"),
        ("conclusion-notice", 10, "days", "after", "Law 72/2025/QH15, art. 43"),
        ("registration-cutoff", 10, "days", "before", "as in one plan"),
        ("opinions-collected", 7, "days", "before", "as in one plan; another has 10"),
        ("participant-list", 5, "days", "before", "as in one plan"),
        ("preparation", 1, "working-days", "before", "ready the day before"),
        ("department-answer", 5, "working-days", "after", "the product's own"),
        ("written-answer", 10, "working-days", "after", "the product's own"),
        ("triage", 2, "working-days", "after", "the product's own"),
        ("approval", 2, "working-days", "after", "the product's own"),
        ("revision", 2, "working-days", "after", "the product's own"),
        ("guidance", 5, "working-days", "after", "the product's own"),
        ("superior-report", 5, "working-days", "after", "the product's own"),
        ("delegate-report", 1, "working-days", "after", "the product's own"),
        ("resolution", 20, "working-days", "after", "as in one plan"),
        ("resolution-extended", 30, "working-days", "after", "as in one plan"),
        ("result-report", 10, "working-days", "after", "the product's own"),
    ],
)
def test_where_a_plan_is_silent_the_default_says_what_it_rests_on(rule, count, unit, counted, because):
    term = rules.DEFAULTS[rule]
    assert (term.count, term.unit, term.counted) == (count, unit, counted), because
    by_law = rule in ("periodic-dialogue", "announcement", "conclusion-notice")
    assert ("72/2025/QH15" in term.basis) is by_law
    assert ("Mặc định của hệ thống" in term.basis) is not by_law


def test_every_rule_has_a_default():
    assert set(rules.DEFAULTS) == set(get_args(RuleId))


TERMS = st.builds(
    Term,
    st.integers(0, 40),
    st.sampled_from(["working-days", "days"]),
    st.sampled_from(["after", "before"]),
    st.just("Kế hoạch"),
)
ANCHORS = st.dates(date(2026, 4, 1), date(2026, 9, 30))


@given(TERMS, ANCHORS, st.sampled_from(get_args(RuleId)), st.integers(0, 10))
def test_a_term_of_any_rule_ends_on_a_working_day_at_closing_time(term, anchor, rule, more):
    started = at("01-05 09:00")
    duty = Duty(COMMUNE, "a", rule, "a")
    tellings = [Told(duty, Started(started, anchor, term, "kinh-te"))]
    if more:
        tellings.append(Told(duty, Extended(started + timedelta(hours=1), "kinh-te", more)))
    deadline, _ = rules.hear_all(None, tellings, CALENDAR, HOURS)
    assert CALENDAR.is_working(deadline.due_on)
    assert deadline.due_at == closing(deadline.due_on, CALENDAR, HOURS)
    assert counted(deadline, CALENDAR, HOURS).due_at == deadline.due_at


# What time does


def test_time_reminds_misses_and_climbs_the_ladder():
    world = after(ASSIGNED)
    assert [(type(event), event.occurred_at) for event in world.fire(ANSWER, "12-01 00:00")] == [
        (DeadlineNear, at("08-28 08:00")),
        (DeadlineMissed, at("09-03 17:00")),
        (EscalationRaised, at("09-04 08:00")),
        (EscalationRaised, at("09-04 08:00")),
        (EscalationRaised, at("09-07 08:00")),
    ]
    done = world[ANSWER]
    assert (done.state, done.step, done.next_fire_at) == ("missed", 3, None)
    assert done.put_before == (Role.OFFICER, Role.OFFICE_HEAD, Role.CHAIRMAN)


def test_a_reminder_and_a_step_say_when_the_office_opens_again():
    near, _, first, _, last = after(ASSIGNED).fire(ANSWER, "12-01 00:00")
    assert (near.occurred_at, near.office_reopens_at) == (at("08-28 08:00"), at("09-03 08:00"))
    assert (first.step, first.to, first.office_reopens_at) == (1, Role.OFFICER, at("09-07 08:00"))
    assert (last.step, last.to, last.office_reopens_at) == (3, Role.CHAIRMAN, at("09-08 08:00"))


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("08-28 07:59", []),
        ("08-28 08:00", ["DeadlineNear"]),
        ("09-03 16:59", ["DeadlineNear"]),
        ("09-03 17:00", ["DeadlineNear", "DeadlineMissed"]),
        ("09-04 07:59", ["DeadlineNear", "DeadlineMissed"]),
        ("09-04 08:00", ["DeadlineNear", "DeadlineMissed", "EscalationRaised", "EscalationRaised"]),
    ],
)
def test_nothing_is_said_before_its_minute(until, said):
    assert names(after(ASSIGNED).fire(ANSWER, until)) == said


def test_a_term_ends_at_noon_of_a_half_day():
    world = World(hours=replace(HOURS, mornings_only=frozenset({3})))
    world.hear(ASSIGNED)
    assert [event.occurred_at for event in world.fire(ANSWER, "09-03 17:00")] == [at("08-28 08:00"), at("09-03 12:00")]


def test_a_ladder_is_climbed_by_days_however_it_is_written():
    world = World(ladder=(LADDER[2], LADDER[0], LADDER[1]))
    world.hear(ASSIGNED)
    raised = [event for event in world.fire(ANSWER, "12-01 00:00") if isinstance(event, EscalationRaised)]
    assert [event.to for event in raised] == [step.to for step in LADDER]


def test_a_ladder_that_was_shortened_ends_where_it_ends():
    world = after(ASSIGNED)
    world.fire(ANSWER, "09-04 08:00")
    world.ladder = LADDER[:2]
    assert world.fire(ANSWER, "12-01 00:00") == []
    assert world[ANSWER].next_fire_at is None


def test_a_term_without_a_ladder_is_missed_all_the_same():
    world = World(ladder=())
    world.hear(ASSIGNED)
    assert names(world.fire(ANSWER, "12-01 00:00")) == ["DeadlineNear", "DeadlineMissed"]


@pytest.mark.parametrize(
    ("rung", "whom"), [(Role.OFFICER, Role.CLERK), (Role.HEAD, Role.OFFICE_HEAD), (Role.CHAIRMAN, Role.CHAIRMAN)]
)
def test_what_no_department_owes_is_put_before_the_office(rung, whom):
    world = World(ladder=(Step(rung, 0),))
    world.hear(HELD)
    raised = world.fire(CONCLUSION, "12-01 00:00")[-1]
    assert (raised.to, raised.department) == (whom, None)


def test_nothing_is_missed_before_anybody_owed_it():
    """Planned for tomorrow: it should have been announced a week ago."""
    world = after(of_dialogue(DialoguePlanned, "08-25 09:00", "08-26 08:00"))
    said = world.fire(f"{DIALOGUE}:announcement", "08-26 08:00")
    assert [(type(event), event.occurred_at) for event in said[:2]] == [
        (DeadlineMissed, at("08-25 09:00")),
        (EscalationRaised, at("08-26 08:00")),
    ]
    assert said[0].due_at == at("08-19 17:00")


def test_what_is_missed_before_the_office_opens_is_put_before_somebody_the_same_morning():
    world = after(of_dialogue(DialoguePlanned, "08-25 06:30", "08-26 08:00"))
    missed, first, *_ = world.fire(f"{DIALOGUE}:announcement", "08-26 08:00")
    assert (missed.occurred_at, first.occurred_at) == (at("08-25 06:30"), at("08-25 08:00"))


def test_a_cut_off_passes_without_being_missed():
    world = after(PLANNED)
    assert world.fire(CUT_OFF, "09-04 16:59") == []
    (passed,) = world.fire(CUT_OFF, "09-30 00:00")
    assert (type(passed).__name__, passed.occurred_at, passed.due_at) == (
        "DeadlinePassed",
        at("09-04 17:00"),
        at("09-04 17:00"),
    )
    assert (world[CUT_OFF].state, world[CUT_OFF].next_fire_at) == ("passed", None)


DUTIES = st.sampled_from(
    [
        after(ASSIGNED)[ANSWER],
        after(of_question(QuestionAssigned, "08-20 09:00", department="kinh-te"))[ANSWER],
        after(HELD)[CONCLUSION],
        after(PLANNED)[CUT_OFF],
        after(ASSIGNED, of_question(ExtensionGranted, "08-27 10:00", department="kinh-te"))[ANSWER],
        after(
            ASSIGNED, of_question(QuestionTransferred, "08-26 10:00", from_department="kinh-te", department="van-hoa")
        )[ANSWER],
        after(of_dialogue(DialoguePlanned, "08-20 09:00", "11-09 08:00"))[f"{COMMUNE}-2026:periodic-dialogue"],
    ]
)
MOMENTS = st.lists(
    st.integers(0, 60 * 24 * 60).map(lambda minutes: at("08-20 00:00") + timedelta(minutes=minutes)), max_size=8
)
LADDERS = st.lists(st.builds(Step, st.sampled_from(list(Role)), st.integers(0, 8)), max_size=5).map(tuple)
LATEST = at("12-15 00:00")


@given(DUTIES, LADDERS, MOMENTS)
def test_a_service_that_slept_says_what_one_that_was_awake_says(deadline, ladder, moments):
    asleep, said_at_once = rules.fire(deadline, ladder, CALENDAR, HOURS, LATEST)
    awake, said_in_time = deadline, []
    for moment in [*sorted(moments), LATEST]:
        awake, said = rules.fire(awake, ladder, CALENDAR, HOURS, moment)
        assert all(event.occurred_at <= moment for event in said)
        said_in_time += said
    assert (awake, said_in_time) == (asleep, said_at_once)
    assert rules.fire(awake, ladder, CALENDAR, HOURS, LATEST) == (awake, [])


@given(DUTIES, LADDERS)
def test_every_step_is_raised_once_when_the_office_opens_and_in_order(deadline, ladder):
    _, said = rules.fire(deadline, ladder, CALENDAR, HOURS, LATEST)
    raised = [event for event in said if isinstance(event, EscalationRaised)]
    climbs = deadline.rule not in CUT_OFFS and deadline.due_at < LATEST
    assert [event.step for event in raised] == (list(range(1, len(ladder) + 1)) if climbs else [])
    assert [event.occurred_at for event in said] == sorted(event.occurred_at for event in said)
    assert all(
        CALENDAR.is_working(event.occurred_at.date()) and event.occurred_at.time() == HOURS.opens
        for event in said
        if isinstance(event, DeadlineNear | EscalationRaised)
    )


# Seen to


def acknowledge(role: Role, department: str | None = None) -> AcknowledgeEscalation:
    return AcknowledgeEscalation(
        actor=actor(role, department=department), key="k", deadline=ANSWER, note="Trả lời trong hôm nay."
    )


def put_before_the_office_head() -> Deadline:
    world = after(ASSIGNED)
    world.fire(ANSWER, "09-04 08:00")
    return world[ANSWER]


@pytest.mark.parametrize(
    ("role", "department", "because"),
    [
        (Role.OFFICER, "kinh-te", "it was put before him first"),
        (Role.OFFICE_HEAD, None, "it was put before him"),
        (Role.CHAIRMAN, None, "he leads, though it has not come to him yet"),
        (Role.PROVINCE, None, "it watches over all communes"),
    ],
)
def test_who_was_told_or_leads_may_say_that_he_sees_to_it(role, department, because):
    seen, (said,) = rules.acknowledge(put_before_the_office_head(), acknowledge(role, department), at("09-04 09:00"))
    assert isinstance(said, EscalationAcknowledged), because
    assert (said.step, said.note, said.acknowledged_by) == (2, "Trả lời trong hôm nay.", "Trần Thị Hạnh")
    assert (seen.acknowledged, seen.state) == (2, "missed")


@pytest.mark.parametrize(
    ("role", "department", "because"),
    [
        (Role.OFFICER, "van-hoa", "it is another department's"),
        (Role.HEAD, "kinh-te", "he is not on the ladder"),
        (Role.CLERK, None, "nor is she"),
        (Role.OPERATOR, None, "he runs the machines"),
    ],
)
def test_nobody_else_may_say_so(role, department, because):
    with pytest.raises(Refusal) as refused:
        rules.acknowledge(put_before_the_office_head(), acknowledge(role, department), at("09-04 09:00"))
    assert refused.value.code == "forbidden", because


@pytest.mark.parametrize(
    ("until", "facts", "because"),
    [
        ("09-03 16:00", [], "the term is still running"),
        ("09-03 18:00", [], "it is missed, but nobody has been told yet"),
        ("09-04 08:00", [of_question(AnswerDrafted, "09-04 08:30", department="kinh-te")], "it has been done since"),
    ],
)
def test_nothing_can_be_acknowledged_while(until, facts, because):
    world = after(ASSIGNED)
    world.fire(ANSWER, until)
    world.hear(*facts)
    with pytest.raises(Refusal) as refused:
        rules.acknowledge(world[ANSWER], acknowledge(Role.CHAIRMAN), at("09-04 09:00"))
    assert refused.value.code == "not-now", because


def test_the_ladder_is_climbed_on_whoever_sees_to_it():
    seen, _ = rules.acknowledge(put_before_the_office_head(), acknowledge(Role.OFFICE_HEAD), at("09-04 09:00"))
    _, said = rules.fire(seen, LADDER, CALENDAR, HOURS, at("12-01 00:00"))
    assert [event.to for event in said] == [Role.CHAIRMAN]


# A decree on days off

DECREED = WorkingCalendar(
    [Year(2026, off=OFF | {date(2026, 9, 3): "Nghỉ hoán đổi"}, worked=frozenset({date(2026, 8, 22)}))], revision=1
)
WHY = "Lịch làm việc năm 2026 thay đổi theo Thông báo 1."


def recount(deadline: Deadline, now: str, calendar: WorkingCalendar = DECREED) -> tuple[Deadline, list[Event]]:
    counted_again, said = rules.recount(deadline, calendar, HOURS, WHY, at(now))
    return counted_again, list(said)


def test_a_decree_moves_the_end_of_an_open_term_and_says_why():
    before = after(ASSIGNED)[ANSWER]
    moved, (said,) = recount(before, "08-26 09:00")
    assert isinstance(said, DeadlineMoved)
    assert (said.due_at, said.original_due_at) == (at("09-04 17:00"), at("09-03 17:00"))
    assert (said.cause, said.reason, said.provisional, said.occurred_at) == ("calendar", WHY, False, at("08-26 09:00"))
    assert (moved.calendar, moved.due_on) == (1, date(2026, 9, 4))
    assert recount(moved, "08-26 09:01") == (moved, [])


def test_a_moved_term_is_reminded_of_before_its_new_end():
    moved, _ = recount(after(ASSIGNED)[ANSWER], "08-26 09:00")
    _, said = rules.fire(moved, LADDER, DECREED, HOURS, at("09-04 17:00"))
    assert [(type(event), event.occurred_at) for event in said] == [
        (DeadlineNear, at("08-28 08:00")),
        (DeadlineMissed, at("09-04 17:00")),
    ]


def test_everything_that_moved_a_term_is_counted_again():
    facts = [
        ASSIGNED,
        of_question(ExtensionGranted, "08-25 09:00", department="kinh-te", working_days=2),
        of_question(QuestionTransferred, "08-26 09:00", from_department="kinh-te", department="van-hoa"),
    ]
    paused, said = recount(after(*facts)[ANSWER], "08-26 10:00")
    assert (paused.left, paused.due_at, said) == (5, at("09-08 17:00"), []), "27, 28 August, 4, 7, 8 September"
    world = World(calendar=DECREED)
    world.hear(*facts)
    assert replace(paused, original_due_at=world[ANSWER].original_due_at) == world[ANSWER]


@pytest.mark.parametrize(
    ("world", "id", "because"),
    [
        (after(ASSIGNED, of_question(AnswerDrafted, "08-26 09:00", department="kinh-te")), ANSWER, "it has been met"),
        (after(HELD), f"{DIALOGUE}:result-report", "it had ended before the day"),
    ],
)
def test_a_decree_is_not_told_where_nothing_moves(world, id, because):
    before = world[id]
    end = before.due_at
    counted_again, said = recount(before, "08-26 10:00", replace_off(date(2026, 9, 30)))
    assert (counted_again.due_at, said) == (end, []), because


def replace_off(day: date) -> WorkingCalendar:
    return WorkingCalendar([Year(2026, off=OFF | {day: "Nghỉ"}, worked=frozenset({date(2026, 8, 22)}))], revision=1)


def test_a_missed_term_that_a_decree_moves_ahead_runs_again():
    world = after(ASSIGNED)
    world.fire(ANSWER, "09-03 18:00")
    moved, _ = recount(world[ANSWER], "09-03 19:00")
    assert (moved.state, moved.step, moved.next_fire_at) == ("running", 0, at("09-04 17:00"))


def test_a_missed_term_that_a_decree_leaves_in_the_past_stays_missed():
    world = after(ASSIGNED)
    world.fire(ANSWER, "09-07 08:00")
    moved, said = recount(world[ANSWER], "09-07 09:00")
    assert (moved.state, moved.step, names(said)) == ("missed", 3, ["DeadlineMoved"])


def test_a_fact_that_comes_before_the_decree_was_counted_is_counted_with_it():
    world = after(ASSIGNED)
    world.calendar = DECREED
    moved, met = world.hear(of_question(AnswerDrafted, "09-04 10:00", department="kinh-te"))
    assert (moved.cause, moved.due_at, met.late) == ("calendar", at("09-04 17:00"), False)


def test_a_process_that_has_not_heard_of_a_decree_waits_for_it():
    world = World(calendar=DECREED)
    world.hear(ASSIGNED)
    world.calendar = CALENDAR
    with pytest.raises(TooEarly):
        world.hear(of_question(AnswerDrafted, "08-26 10:00", department="kinh-te"))


# What the plan calls it


def test_every_event_of_a_term_says_what_is_owed_and_by_whom():
    world = World(ladder=LADDER)
    said = world.hear(full_plan(case=DIALOGUE, occurred_at=at("08-03 09:00"), held_at=at("09-15 08:00")))
    duty = f"{DIALOGUE}-hoi-truong:preparation"
    said += world.fire(duty, "12-01 00:00")
    of_duty = [event for event in said if event.deadline == duty]
    assert names(of_duty) == ["DeadlineSet", "DeadlineNear", "DeadlineMissed", *["EscalationRaised"] * 3]
    assert {(event.what, event.owner, event.department) for event in of_duty} == {
        ("Chuẩn bị hội trường, âm thanh", "Văn phòng HĐND và UBND", "van-phong")
    }


# The edges


@pytest.mark.parametrize(
    "fact",
    [
        ASSIGNED.model_copy(update={"occurred_at": datetime.fromisoformat("2026-12-31T09:00:00+07:00")}),
        ASSIGNED.model_copy(update={"occurred_at": datetime.fromisoformat("9999-12-31T23:59:00+00:00")}),
        PLANNED.model_copy(update={"held_at": datetime.fromisoformat("2026-01-05T08:00:00+07:00")}),
        HELD.model_copy(update={"held_at": datetime.fromisoformat("0001-01-01T00:00:00+14:00")}),
    ],
)
def test_a_term_outside_the_calendars_names_the_missing_year(fact):
    with pytest.raises(NoCalendar):
        World().hear(fact)


def test_a_ladder_that_leaves_the_calendars_loses_nothing():
    world = World(ladder=LADDER)
    world.hear(of_question(QuestionAssigned, "12-24 09:00", department="kinh-te"))
    assert world[ANSWER].due_on == date(2026, 12, 31)
    with pytest.raises(NoCalendar):
        world.fire(ANSWER, "12-31 17:00")
    world.calendar = WorkingCalendar([Year(2026, OFF), Year(2027, {date(2027, 1, 1): "Tết Dương lịch"})])
    assert names(world.fire(ANSWER, "12-31 17:00")) == ["DeadlineNear", "DeadlineMissed"]


STORED = [
    after(ASSIGNED, of_question(ExtensionGranted, "08-25 09:00", department="kinh-te"))[ANSWER],
    after(ASSIGNED, of_question(QuestionTransferred, "08-26 09:00", from_department="kinh-te"))[ANSWER],
    after(PLANNED)[CUT_OFF],
    after(of_dialogue(DialogueConcluded, "08-28 09:00"), of_dialogue(CommitmentFulfilled, "09-10 09:00"))[RESOLUTION],
]


@pytest.mark.parametrize("deadline", STORED, ids=lambda deadline: deadline.id)
def test_a_deadline_survives_being_stored(deadline):
    adapter = TypeAdapter(Deadline)
    assert adapter.validate_json(adapter.dump_json(deadline)) == deadline
    stored = {name: value for name, value in adapter.dump_python(deadline).items() if value is not None}
    assert adapter.validate_python(stored) == deadline, "the store leaves out what is None"


def as_it_was_kept(**changes: object) -> Deadline:
    """A document of before terms kept their turns."""
    known = {
        "id": ANSWER,
        "commune": COMMUNE,
        "case": "01SUBMISSION",
        "rule": "department-answer",
        "about": "01SUBMISSION-1",
        "anchor": "2026-08-24",
        "original_due_at": at("09-03 17:00"),
        "due_on": "2026-09-03",
        "due_at": at("09-03 17:00"),
        "basis": "Kế hoạch",
        "provisional": False,
        "as_of": at("08-24 09:00"),
        "department": "kinh-te",
        "state": "running",
        "next_fire_at": at("08-28 08:00"),
        "draft": 0,
        "returned": 0,
        "extended": [],
        "version": 3,
    }
    return TypeAdapter(Deadline).validate_python(known | changes)


def test_a_term_that_was_kept_before_turns_were_goes_on():
    world = World(of=ANSWERING, terms={ANSWER: as_it_was_kept()})
    assert names(world.fire(ANSWER, "08-28 08:00")) == ["DeadlineNear"]
    (moved,) = world.hear(of_question(ExtensionGranted, "08-28 09:00", department="kinh-te", working_days=2))
    assert (moved.due_at, moved.original_due_at) == (at("09-07 17:00"), at("09-03 17:00"))
    (met,) = world.hear(of_question(AnswerDrafted, "09-04 09:00", department="kinh-te"))
    assert not met.late


def test_what_was_done_or_dropped_before_turns_were_kept_stays_so():
    met = World(of=ANSWERING, terms={ANSWER: as_it_was_kept(state="met", met_at=at("08-25 09:00"), next_fire_at=None)})
    assert met.hear(ASSIGNED, of_question(AnswerDrafted, "08-26 09:00", department="kinh-te", draft=2)) == []
    dropped = World(
        of=ANSWERING, terms={ANSWER: as_it_was_kept(state="cancelled", as_of=at("08-25 09:00"), next_fire_at=None)}
    )
    assert dropped.hear(ASSIGNED) == []


def test_a_cut_off_that_was_kept_before_turns_were_moves_with_its_dialogue():
    old = as_it_was_kept(
        id=CUT_OFF,
        case=DIALOGUE,
        rule="registration-cutoff",
        about=DIALOGUE,
        department=None,
        anchor="2026-09-15",
        due_on="2026-09-04",
        due_at=at("09-04 17:00"),
        as_of=at("08-03 09:00"),
    )
    world = World(terms={CUT_OFF: old})
    assert world.hear(PLANNED)[0].rule == "announcement", "the cut-off is known"
    assert world[CUT_OFF].due_at == at("09-04 17:00")
