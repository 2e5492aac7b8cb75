"""What is owed until when, and what time and people do to it. August 2026: Saturday 22 is worked, Monday 31 is off."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from services.deadlines import rules
from services.deadlines.explain import HANOI, OfficeHours, Term
from services.deadlines.rules import Deadline, Step
from services.deadlines.working_days import NoCalendar, WorkingCalendar, Year
from shared.contracts import Event, Role, TooEarly
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineMet,
    DeadlineMissed,
    DeadlineNear,
    DeadlineSet,
    EscalationRaised,
)
from shared.contracts.intake import DialogueConcluded, DialogueHeld, DialoguePlanned
from shared.contracts.routing import (
    AnswerDrafted,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionRedirected,
)

CALENDAR = WorkingCalendar(
    [
        Year(
            2026,
            off={
                date(2026, 8, 31): "Nghỉ hoán đổi, làm bù ngày 22/08/2026",
                date(2026, 9, 1): "Quốc khánh",
                date(2026, 9, 2): "Quốc khánh",
            },
            worked=frozenset({date(2026, 8, 22)}),
        )
    ]
)
HOURS = OfficeHours(opens=time(8), closes=time(17))
LADDER = (Step(Role.OFFICER, 0), Step(Role.OFFICE_HEAD, 1), Step(Role.CHAIRMAN, 2))
FIVE = Term(5, "working-days", "after", "Kế hoạch, mục III.2")
COMMUNE, CASE, QUESTION, DIALOGUE = "thanh-tri", "01SUBMISSION", "01SUBMISSION-1", "01DIALOGUE"


def at(text: str) -> datetime:
    """`08-24 08:00`, local time of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=HANOI)


def assigned(when: str = "08-24 09:00", department: str = "kinh-te") -> QuestionAssigned:
    return QuestionAssigned(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at(when),
        question=QUESTION,
        dialogue=DIALOGUE,
        field="land",
        department=department,
        because=("đất",),
        confidence=0.9,
        assigned_by=None,
    )


def drafted(when: str = "08-26 10:00", draft: int = 1, department: str = "kinh-te") -> AnswerDrafted:
    return AnswerDrafted(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at(when),
        question=QUESTION,
        department=department,
        draft=draft,
        text="Trả lời",
        drafted_by="Nguyễn Đức Toàn",
    )


def returned(when: str = "08-27 10:00", draft: int = 1, department: str = "kinh-te") -> AnswerReturned:
    return AnswerReturned(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at(when),
        question=QUESTION,
        department=department,
        draft=draft,
        remarks="Thiếu căn cứ",
        returned_by="Nguyễn Văn Lợi",
    )


def granted(when: str = "08-27 10:00", working_days: int = 3, department: str = "kinh-te") -> ExtensionGranted:
    return ExtensionGranted(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at(when),
        question=QUESTION,
        department=department,
        working_days=working_days,
        reason="Cần xác minh thực địa",
        granted_by="Nguyễn Văn Lợi",
    )


def redirected(when: str = "08-25 10:00") -> QuestionRedirected:
    return QuestionRedirected(
        commune=COMMUNE,
        case=CASE,
        occurred_at=at(when),
        question=QUESTION,
        scope="complaint",
        authority="Ban Tiếp công dân thành phố",
        guidance="Gửi đơn khiếu nại",
        decided_by="Trần Thị Hạnh",
    )


def answered(when: str = "09-10 09:00") -> QuestionAnsweredAtDialogue:
    return QuestionAnsweredAtDialogue(
        commune=COMMUNE, case=CASE, occurred_at=at(when), question=QUESTION, dialogue=DIALOGUE
    )


def planned(held: str = "09-15 08:00") -> DialoguePlanned:
    return DialoguePlanned(
        commune=COMMUNE,
        case=DIALOGUE,
        occurred_at=at("08-03 09:00"),
        title="Đối thoại đợt 2",
        held_at=at(held),
        place="Hội trường",
    )


def held(when: str = "08-21 08:00") -> DialogueHeld:
    return DialogueHeld(
        commune=COMMUNE,
        case=DIALOGUE,
        occurred_at=at(when) + timedelta(hours=3),
        title="Đối thoại đợt 2",
        held_at=at(when),
    )


def concluded(when: str = "09-01 10:00") -> DialogueConcluded:
    return DialogueConcluded(
        commune=COMMUNE, case=DIALOGUE, occurred_at=at(when), notice="15/TB-UBND", summary="Kết luận"
    )


def apply(deadline: Deadline | None, fact: Event, term: Term = FIVE) -> tuple[Deadline, list[Event]]:
    match fact:
        case DialoguePlanned():
            after, said = rules.close_registration(
                deadline, fact, rules.DEFAULTS["registration-cutoff"], CALENDAR, HOURS
            )
        case DialogueHeld():
            after, said = rules.expect_conclusion(deadline, fact, rules.DEFAULTS["conclusion-notice"], CALENDAR, HOURS)
        case DialogueConcluded():
            after, said = rules.accept_conclusion(deadline, fact)
        case QuestionAssigned():
            after, said = rules.expect_answer(deadline, fact, term, CALENDAR, HOURS)
        case AnswerDrafted():
            after, said = rules.accept_answer(deadline, fact)
        case AnswerReturned():
            after, said = rules.reopen(deadline, fact, CALENDAR, HOURS)
        case ExtensionGranted():
            after, said = rules.extend(deadline, fact, CALENDAR, HOURS)
        case QuestionRedirected():
            after, said = rules.cancel(deadline, fact)
        case QuestionAnsweredAtDialogue():
            after, said = rules.accept_answer_at_dialogue(deadline, fact)
        case _:
            raise AssertionError(fact)
    return after, list(said)


def after(*facts: Event, term: Term = FIVE) -> Deadline:
    deadline = None
    for fact in facts:
        deadline, _ = apply(deadline, fact, term)
    assert deadline is not None
    return deadline


def fire(deadline: Deadline, until: str, ladder: tuple[Step, ...] = LADDER) -> tuple[Deadline, list[Event]]:
    fired, said = rules.fire(deadline, ladder, CALENDAR, HOURS, at(until))
    return fired, list(said)


def names(events: list[Event]) -> list[str]:
    return [type(event).__name__ for event in events]


# How long


def test_a_communes_own_term_goes_before_the_default():
    assert rules.term_for("department-answer", {"department-answer": FIVE}) == FIVE
    assert rules.term_for("department-answer", {}) == rules.DEFAULTS["department-answer"]


@pytest.mark.parametrize(
    ("rule", "count", "unit", "counted", "because"),
    [
        ("conclusion-notice", 10, "days", "after", "Law 72/2025/QH15, art. 43"),
        ("registration-cutoff", 10, "days", "before", "the product's default"),
        ("department-answer", 5, "working-days", "after", "the product's default"),
    ],
)
def test_where_a_plan_is_silent_the_default_says_what_it_rests_on(rule, count, unit, counted, because):
    term = rules.DEFAULTS[rule]
    assert (term.count, term.unit, term.counted) == (count, unit, counted), because
    assert ("72/2025/QH15" in term.basis) is (rule == "conclusion-notice")


# The cut-off


def test_registration_closes_ten_days_before_the_dialogue():
    deadline, said = apply(None, planned("09-15 08:00"))
    assert said == [
        DeadlineSet(
            commune=COMMUNE,
            case=DIALOGUE,
            occurred_at=at("08-03 09:00"),
            deadline=f"{DIALOGUE}:registration-cutoff",
            rule="registration-cutoff",
            about=DIALOGUE,
            department=None,
            due_on=date(2026, 9, 4),
            due_at=at("09-04 17:00"),
            basis=rules.DEFAULTS["registration-cutoff"].basis,
            provisional=False,
        )
    ], "5 September is a Saturday: back to Friday"
    assert deadline.id == f"{DIALOGUE}:registration-cutoff"


def test_the_day_of_a_dialogue_is_the_local_one():
    late_in_utc = planned().model_copy(update={"held_at": datetime.fromisoformat("2026-09-14T23:00:00+00:00")})
    assert after(late_in_utc).anchor == date(2026, 9, 15)


def test_a_cut_off_passes_silently():
    deadline = after(planned())
    assert fire(deadline, "09-04 16:59") == (deadline, [])
    passed, said = fire(deadline, "09-30 00:00")
    assert (passed.state, passed.next_fire_at, said) == ("passed", None, [])
    assert fire(passed, "12-01 00:00") == (passed, [])


# The answer of a department


@pytest.mark.parametrize(
    ("when", "due", "because"),
    [
        ("08-20 09:00", "08-26 17:00", "Saturday 22 August is worked"),
        ("08-24 09:00", "09-03 17:00", "31 August to 2 September are off"),
        ("08-22 23:30", "08-28 17:00", "assigned on a Saturday night, counted from Monday"),
    ],
)
def test_an_answer_is_due_five_working_days_after_the_assignment(when, due, because):
    deadline, said = apply(None, assigned(when))
    assert deadline.due_at == at(due), because
    assert names(said) == ["DeadlineSet"]
    assert said[0].department == "kinh-te"
    assert said[0].case == CASE


@pytest.mark.parametrize(
    "facts",
    [
        [assigned()],
        [assigned(), drafted()],
        [assigned(), drafted(), returned()],
        [assigned(), drafted(), returned(), drafted("08-28 09:00", 2)],
        [assigned(), granted()],
        [assigned(), granted(), granted("08-28 09:00", 2)],
        [assigned(), assigned("08-25 09:00", "van-hoa")],
        [assigned(), assigned("08-25 09:00", "van-hoa"), drafted("08-27 09:00", 1, "van-hoa")],
        [assigned(), redirected()],
        [redirected()],
        [assigned(), redirected(), assigned("08-26 09:00")],
        [assigned(), drafted(), answered()],
        [planned()],
        [held()],
        [held(), concluded()],
    ],
    ids=lambda facts: "-".join(type(fact).__name__ for fact in facts),
)
def test_every_fact_delivered_again_changes_nothing(facts):
    deadline = after(*facts)
    for fact in facts:
        assert apply(deadline, fact) == (deadline, [])


@pytest.mark.parametrize("fact", [drafted(), returned(), granted(), answered(), concluded()])
def test_a_fact_before_its_term_is_too_early(fact):
    with pytest.raises(TooEarly):
        apply(None, fact)


@pytest.mark.parametrize(
    ("when", "late", "because"),
    [
        ("08-26 10:00", False, "days before the end"),
        ("09-03 17:00", False, "at the very closing"),
        ("09-03 17:01", True, "a minute after it"),
    ],
)
def test_an_answer_handed_in_meets_the_term(when, late, because):
    met, said = apply(after(assigned()), drafted(when))
    assert (met.state, met.next_fire_at) == ("met", None)
    assert [(event.met_at, event.late) for event in said] == [(at(when), late)], because


def test_an_answer_meets_a_term_that_was_missed_and_ends_the_escalation():
    missed, _ = fire(after(assigned()), "09-03 18:00")
    met, said = apply(missed, drafted("09-04 10:00"))
    assert isinstance(said[0], DeadlineMet)
    assert said[0].late
    assert fire(met, "12-01 00:00") == (met, [])


def test_an_answer_that_was_on_its_way_when_time_ran_out_is_not_late():
    missed, _ = fire(after(assigned()), "09-03 17:00")
    _, said = apply(missed, drafted("09-03 16:59"))
    assert [event.late for event in said] == [False]


def test_an_answer_sent_back_in_time_is_owed_by_the_same_day():
    before = after(assigned(), drafted())
    running, said = apply(before, returned("08-27 10:00"))
    assert names(said) == ["DeadlineSet"]
    assert (running.state, running.due_at, running.met_at) == ("running", before.due_at, None)
    assert said[0].occurred_at == at("08-27 10:00")
    assert names(fire(running, "09-03 17:00")[1]) == ["DeadlineNear", "DeadlineMissed", "EscalationRaised"]


def test_an_answer_sent_back_after_the_term_stays_met():
    met, said = apply(after(assigned(), drafted()), returned("09-03 17:00"))
    assert (met.state, met.met_at, said) == ("met", at("08-26 10:00"), [])


def test_a_return_waits_for_the_draft_it_returns():
    with pytest.raises(TooEarly):
        apply(after(assigned()), returned())


def test_the_second_draft_may_come_before_the_return_of_the_first():
    met = after(assigned(), drafted(), drafted("09-04 10:00", 2))
    assert met.met_at == at("08-26 10:00"), "so far nobody has sent the first one back"
    corrected, said = apply(met, returned("08-27 10:00"))
    assert [(event.met_at, event.late) for event in said] == [(at("09-04 10:00"), True)]
    assert corrected == after(assigned(), drafted(), returned("08-27 10:00"), drafted("09-04 10:00", 2))


def test_the_earliest_fact_that_did_the_duty_counts():
    met, said = apply(after(assigned(), answered()), drafted())
    assert met.met_at == at("08-26 10:00")
    assert [event.late for event in said] == [False]


def test_hearing_the_answer_at_the_dialogue_meets_an_open_term():
    met, said = apply(after(assigned()), answered("09-01 09:00"))
    assert met.state == "met"
    assert names(said) == ["DeadlineMet"]
    assert apply(after(assigned(), drafted()), answered())[1] == []


# Another department


def test_another_department_gets_the_whole_term_from_its_own_assignment():
    before = after(assigned())
    moved, said = apply(before, assigned("08-26 09:00", "van-hoa"))
    assert names(said) == ["DeadlineMoved"]
    assert (said[0].department, said[0].due_at) == ("van-hoa", at("09-07 17:00"))
    assert said[0].original_due_at == moved.original_due_at == before.due_at
    assert said[0].reason == "Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao."
    assert moved.state == "running"


def test_a_new_department_starts_with_a_clean_ladder():
    missed, _ = fire(after(assigned()), "09-04 12:00")
    moved, _ = apply(missed, assigned("09-04 14:00", "van-hoa"))
    assert (moved.state, moved.step) == ("running", 0)


@pytest.mark.parametrize(
    ("facts", "assignment", "because"),
    [
        ([assigned("08-26 09:00", "van-hoa")], assigned("08-24 09:00"), "it is older than the one the clock runs for"),
        ([assigned()], assigned("08-26 09:00"), "the same department gets no second term"),
        ([redirected()], assigned(), "the question has been redirected since"),
    ],
)
def test_an_assignment_changes_nothing_when(facts, assignment, because):
    deadline = after(*facts)
    assert apply(deadline, assignment) == (deadline, []), because


@pytest.mark.parametrize(
    "facts",
    [
        [assigned(), drafted()],
        [assigned(), drafted(), returned()],
        [assigned(), drafted(), returned("09-04 09:00")],
    ],
    ids=["with-the-office", "sent-back", "sent-back-late"],
)
def test_a_department_that_takes_over_must_answer_whatever_the_former_one_handed_in(facts):
    moved, said = apply(after(*facts), assigned("09-04 10:00", "van-hoa"))
    assert (moved.state, moved.due_at, moved.met_at) == ("running", at("09-11 17:00"), None)
    assert names(said) == ["DeadlineMoved"]


@pytest.mark.parametrize(
    "fact",
    [
        drafted("08-27 09:00", 1, "van-hoa"),
        returned("08-27 09:00", 1, "van-hoa"),
        granted("08-27 09:00", 2, "van-hoa"),
    ],
    ids=["draft", "return", "extension"],
)
@pytest.mark.parametrize("facts", [[assigned()], [assigned(), drafted("08-25 10:00")]], ids=["open", "met"])
def test_what_the_next_department_does_waits_until_it_is_assigned(facts, fact):
    with pytest.raises(TooEarly):
        apply(after(*facts), fact)


@pytest.mark.parametrize("fact", [drafted("08-25 09:00"), granted("08-25 09:00"), returned("08-25 09:00")])
def test_what_the_former_department_did_no_longer_matters(fact):
    deadline = after(assigned(), assigned("08-26 09:00", "van-hoa"))
    assert apply(deadline, fact) == (deadline, [])


# More time


def test_an_extension_is_counted_on_from_the_present_end():
    before = after(assigned())
    moved, said = apply(before, granted(working_days=3))
    assert moved.due_at == at("09-08 17:00"), "Friday, Monday, Tuesday after Thursday 3 September"
    assert [(event.due_on, event.original_due_at, event.reason) for event in said] == [
        (date(2026, 9, 8), before.due_at, "Cần xác minh thực địa")
    ]


def test_a_missed_term_that_is_extended_runs_again_and_may_be_missed_again():
    missed, _ = fire(after(assigned()), "09-04 12:00")
    moved, said = apply(missed, granted("09-04 13:00", 2))
    assert (moved.state, moved.step) == ("running", 0)
    assert names(said) == ["DeadlineMoved"]
    assert names(fire(moved, "09-08 12:00")[1]) == ["DeadlineMissed", "EscalationRaised", "EscalationRaised"]


def test_two_extensions_in_either_order_end_on_the_same_day():
    first, second = granted("08-27 10:00", 3), granted("08-28 10:00", 2)
    assert after(assigned(), first, second).due_at == after(assigned(), second, first).due_at == at("09-10 17:00")


def test_an_answer_is_late_by_the_extended_term_whichever_is_heard_first():
    heard_last, said = apply(after(assigned(), drafted("09-04 10:00")), granted("08-28 09:00"))
    assert names(said) == ["DeadlineMoved", "DeadlineMet"]
    assert not said[1].late
    assert not after(assigned(), granted("08-28 09:00"), drafted("09-04 10:00")).late
    assert heard_last.state == "met"


# Nothing owed


def test_a_redirected_question_is_owed_by_nobody():
    cancelled, said = apply(after(assigned()), redirected())
    assert [type(event) for event in said] == [DeadlineCancelled]
    assert said[0].reason == "Câu hỏi được hướng dẫn gửi đến Ban Tiếp công dân thành phố."
    assert fire(cancelled, "12-01 00:00") == (cancelled, [])


def test_a_question_redirected_from_triage_never_had_a_term():
    never, said = apply(None, redirected())
    assert (never.state, never.next_fire_at, said) == ("cancelled", None, [])


def test_a_redirected_question_that_is_assigned_after_all_gets_a_term():
    running, said = apply(after(redirected()), assigned("08-26 09:00"))
    assert running.state == "running"
    assert names(said) == ["DeadlineSet"]


def test_a_redirection_leaves_a_term_that_was_met():
    deadline, said = apply(after(assigned(), drafted()), redirected("08-27 09:00"))
    assert (deadline.state, said) == ("met", [])


def test_facts_of_the_same_instant_are_taken_as_they_follow_from_each_other():
    """A rehearsal may do in one millisecond what takes people a day."""
    assert after(assigned("08-24 09:00"), drafted("08-24 09:00")).state == "met"
    cancelled = after(assigned("08-24 09:00"), redirected("08-24 09:00"))
    assert cancelled.state == "cancelled"
    assert apply(cancelled, assigned("08-24 09:00")) == (cancelled, [])


# The conclusion


def test_the_conclusion_notice_is_due_ten_days_after_the_dialogue():
    deadline, said = apply(None, held("08-21 08:00"))
    assert deadline.due_at == at("09-03 17:00"), "31 August is off by swap, then Quốc khánh"
    assert names(said) == ["DeadlineSet"]
    assert said[0].department is None


@pytest.mark.parametrize(("when", "late"), [("09-03 16:00", False), ("09-04 09:00", True)])
def test_the_conclusion_notice_meets_the_term(when, late):
    _, said = apply(after(held()), concluded(when))
    assert [event.late for event in said] == [late]


# What time does


def test_time_reminds_misses_and_climbs_the_ladder():
    done, said = fire(after(assigned()), "12-01 00:00")
    assert [(type(event), event.occurred_at) for event in said] == [
        (DeadlineNear, at("08-28 08:00")),
        (DeadlineMissed, at("09-03 17:00")),
        (EscalationRaised, at("09-03 17:00")),
        (EscalationRaised, at("09-04 08:00")),
        (EscalationRaised, at("09-07 08:00")),
    ]
    assert [(event.step, event.to) for event in said[2:]] == [
        (1, Role.OFFICER),
        (2, Role.OFFICE_HEAD),
        (3, Role.CHAIRMAN),
    ]
    assert (done.state, done.step, done.next_fire_at) == ("missed", 3, None)


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ("08-28 07:59", []),
        ("08-28 08:00", ["DeadlineNear"]),
        ("09-03 16:59", ["DeadlineNear"]),
        ("09-03 17:00", ["DeadlineNear", "DeadlineMissed", "EscalationRaised"]),
    ],
)
def test_nothing_is_said_before_its_minute(until, said):
    assert names(fire(after(assigned()), until)[1]) == said


@pytest.mark.parametrize(
    ("n", "when", "reminded", "because"),
    [
        (1, "08-24 07:00", None, "due tomorrow: the reminder would come on the day of the assignment"),
        (2, "08-24 09:00", "08-25 08:00", "the working day between"),
        (5, "08-24 09:00", "08-28 08:00", "Friday, for Thursday after the holiday"),
    ],
)
def test_a_term_that_is_too_short_has_no_reminder(n, when, reminded, because):
    deadline = after(assigned(when), term=replace(FIVE, count=n))
    near = [event.occurred_at for event in fire(deadline, "12-01 00:00")[1] if isinstance(event, DeadlineNear)]
    assert near == ([at(reminded)] if reminded else []), because


def test_a_ladder_is_climbed_by_days_however_it_is_written():
    said = fire(after(assigned()), "12-01 00:00", (LADDER[2], LADDER[0], LADDER[1]))[1]
    assert [event.to for event in said if isinstance(event, EscalationRaised)] == [step.to for step in LADDER]


def test_a_ladder_that_was_shortened_ends_where_it_ends():
    missed, _ = fire(after(assigned()), "09-04 08:00")
    done, said = fire(missed, "12-01 00:00", LADDER[:2])
    assert (done.next_fire_at, said) == (None, [])


def test_a_term_without_a_ladder_is_missed_all_the_same():
    assert names(fire(after(assigned()), "12-01 00:00", ())[1]) == ["DeadlineNear", "DeadlineMissed"]


DUTIES = st.sampled_from(
    [after(assigned()), after(assigned("08-20 09:00")), after(held()), after(planned()), after(assigned(), granted())]
)
MOMENTS = st.lists(
    st.integers(0, 60 * 24 * 60).map(lambda minutes: at("08-20 00:00") + timedelta(minutes=minutes)), max_size=8
)
LADDERS = st.lists(st.builds(Step, st.sampled_from(list(Role)), st.integers(0, 8)), max_size=5).map(tuple)


@given(DUTIES, LADDERS, MOMENTS)
def test_a_service_that_slept_says_what_one_that_was_awake_says(deadline, ladder, moments):
    asleep, said_at_once = fire(deadline, "11-01 00:00", ladder)
    awake, said_in_time = deadline, []
    for moment in [*sorted(moments), at("11-01 00:00")]:
        awake, said = rules.fire(awake, ladder, CALENDAR, HOURS, moment)
        assert all(event.occurred_at <= moment for event in said)
        said_in_time += said
    assert (awake, said_in_time) == (asleep, said_at_once)
    assert rules.fire(awake, ladder, CALENDAR, HOURS, at("11-01 00:00")) == (awake, [])


@given(DUTIES, LADDERS)
def test_every_step_is_raised_once_in_office_hours_and_in_order(deadline, ladder):
    _, said = fire(deadline, "12-01 00:00", ladder)
    raised = [event for event in said if isinstance(event, EscalationRaised)]
    assert [event.step for event in raised] == (
        [] if deadline.rule == "registration-cutoff" else list(range(1, len(ladder) + 1))
    )
    assert [event.occurred_at for event in said] == sorted(event.occurred_at for event in said)
    assert all(
        CALENDAR.is_working(event.occurred_at.date()) and event.occurred_at.time() in (HOURS.opens, HOURS.closes)
        for event in said
    )


STORIES = {
    "another department takes over": (
        assigned("08-24 09:00"),
        drafted("08-25 09:00", 1),
        returned("08-25 10:00", 1),
        assigned("08-26 09:00", "van-hoa"),
        granted("08-27 09:00", 2, "van-hoa"),
        drafted("08-28 09:00", 1, "van-hoa"),
    ),
    "sent back in time, extended, too late all the same": (
        assigned("08-24 09:00"),
        granted("08-25 09:00", 1),
        drafted("08-26 09:00", 1),
        returned("08-27 09:00", 1),
        drafted("09-07 09:00", 2),
        answered("09-10 09:00"),
    ),
    "handed in, then replaced by a later one": (
        assigned("08-24 09:00"),
        drafted("08-26 09:00", 1),
        drafted("09-04 09:00", 2),
        drafted("09-05 09:00", 3),
    ),
    "the office takes an answer away and gives the question to another department": (
        assigned("08-24 09:00"),
        drafted("08-26 09:00", 1),
        assigned("08-27 09:00", "van-hoa"),
        drafted("08-28 09:00", 2, "van-hoa"),
        returned("08-28 10:00", 2, "van-hoa"),
    ),
    "redirected, then assigned after all": (
        redirected("08-24 09:00"),
        assigned("08-25 09:00"),
        drafted("08-26 09:00", 1),
        returned("08-27 09:00", 1),
    ),
    "assigned, then redirected": (assigned("08-24 09:00"), granted("08-25 09:00"), redirected("08-26 09:00")),
}


def what_is_owed(deadline: Deadline) -> tuple[object, ...]:
    if deadline.state == "cancelled":
        return (deadline.state, deadline.next_fire_at)
    return (
        deadline.state,
        deadline.department,
        deadline.due_at,
        deadline.met_at,
        deadline.late,
        deadline.next_fire_at,
    )


def deliver(facts: list[Event]) -> Deadline:
    """Deliver as the broker does: what is too early comes again after the others."""
    deadline, waiting = None, list(facts)
    for _ in range(100):
        if not waiting:
            break
        fact = waiting.pop(0)
        try:
            deadline, _ = apply(deadline, fact)
        except TooEarly:
            waiting.append(fact)
    assert deadline is not None
    assert not waiting
    return deadline


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_in_whatever_order_facts_arrive_the_same_is_owed(story):
    in_order = deliver(list(story))
    for facts in permutations(story):
        deadline = deliver([*facts, *facts])
        assert what_is_owed(deadline) == what_is_owed(in_order), names(list(facts))


# The edges


@pytest.mark.parametrize(
    "fact",
    [
        assigned().model_copy(update={"occurred_at": datetime.fromisoformat("2026-12-31T09:00:00+07:00")}),
        assigned().model_copy(update={"occurred_at": datetime.fromisoformat("9999-12-31T23:59:00+00:00")}),
        planned().model_copy(update={"held_at": datetime.fromisoformat("2026-01-05T08:00:00+07:00")}),
        held().model_copy(update={"held_at": datetime.fromisoformat("0001-01-01T00:00:00+14:00")}),
    ],
)
def test_a_term_outside_the_calendars_names_the_missing_year(fact):
    with pytest.raises(NoCalendar):
        apply(None, fact)


def test_a_ladder_that_leaves_the_calendars_loses_nothing():
    deadline = after(assigned("12-24 09:00"))
    assert deadline.due_on == date(2026, 12, 31)
    with pytest.raises(NoCalendar):
        fire(deadline, "12-31 17:00", LADDER[1:])
    assert names(fire(deadline, "12-31 17:00", LADDER[:1])[1]) == ["DeadlineNear", "DeadlineMissed", "EscalationRaised"]


@pytest.mark.parametrize(
    "deadline", [after(assigned(), granted()), after(planned()), after(redirected()), after(assigned(), drafted())]
)
def test_a_deadline_survives_being_stored(deadline):
    adapter = TypeAdapter(Deadline)
    assert adapter.validate_json(adapter.dump_json(deadline)) == deadline
    stored = {name: value for name, value in adapter.dump_python(deadline).items() if value is not None}
    assert adapter.validate_python(stored) == deadline, "the store leaves out what is None"
