"""What is owed to whoever asked. August 2026: Saturday 22 is worked, Monday 31 to Wednesday 2 September are off."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.deadlines.deadline import counted
from shared.contracts import Event, Role
from shared.contracts.deadlines import DeadlineMet, DeadlineMoved, DeadlineNear, DeadlinePaused
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSettled,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from tests.unit.deadline_world import ANSWER, ANSWERING, CALENDAR, FIVE, HOURS, QUESTION, World, at, names, of_question

LETTER, REPORT = f"{QUESTION}:written-answer", f"{QUESTION}:superior-report"


def assigned(when: str = "08-24 09:00", department: str = "kinh-te", **said: object) -> QuestionAssigned:
    return of_question(QuestionAssigned, when, department=department, **said)


def drafted(when: str = "08-26 10:00", draft: int = 1, department: str = "kinh-te", **said: object) -> AnswerDrafted:
    return of_question(AnswerDrafted, when, draft=draft, department=department, **said)


def returned(when: str = "08-27 10:00", draft: int = 1, department: str = "kinh-te") -> AnswerReturned:
    return of_question(AnswerReturned, when, draft=draft, department=department)


def granted(when: str = "08-27 10:00", working_days: int = 3, department: str = "kinh-te") -> ExtensionGranted:
    return of_question(ExtensionGranted, when, working_days=working_days, department=department)


def transferred(clock: str, when: str = "08-26 09:00", giver: str = "kinh-te", to: str = "van-hoa") -> Event:
    return of_question(QuestionTransferred, when, from_department=giver, department=to, clock=clock)


def accepted(when: str = "08-27 14:00", department: str = "van-hoa") -> TransferAccepted:
    return of_question(TransferAccepted, when, department=department)


def redirected(when: str = "08-25 10:00") -> QuestionRedirected:
    return of_question(QuestionRedirected, when, authority="Ban Tiếp công dân thành phố")


def referred(when: str = "08-25 10:00") -> QuestionReferredUp:
    return of_question(QuestionReferredUp, when)


def answered(when: str = "09-10 09:00") -> QuestionAnsweredAtDialogue:
    return of_question(QuestionAnsweredAtDialogue, when)


def owed_in_writing(when: str = "08-24 09:00") -> WrittenAnswerOwed:
    return of_question(WrittenAnswerOwed, when)


def settled(how: str, when: str = "08-28 09:00") -> QuestionSettled:
    return of_question(QuestionSettled, when, how=how)


def approved(when: str = "08-27 10:00") -> AnswerApproved:
    return of_question(AnswerApproved, when)


def endorsed(when: str = "08-27 09:00", *awaits: Role, department: str = "kinh-te") -> AnswerEndorsed:
    return of_question(AnswerEndorsed, when, department=department, awaits=awaits or (Role.CHAIRMAN,))


def waiting(when: str = "08-24 09:00") -> QuestionAwaitsTriage:
    return of_question(QuestionAwaitsTriage, when)


def handed_back(when: str = "08-25 10:00", department: str = "kinh-te") -> QuestionHandedBack:
    return of_question(QuestionHandedBack, when, department=department, reason="Thuộc lĩnh vực đất đai.")


def reopened(when: str = "09-03 10:00", round: int = 2) -> QuestionReopened:
    return of_question(QuestionReopened, when, round=round)


def after(*facts: Event) -> World:
    world = World(of=ANSWERING)
    world.hear(*facts)
    return world


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
    world = World(of=ANSWERING)
    (said,) = world.hear(assigned(when))
    assert world[ANSWER].due_at == at(due), because
    assert (said.due_at, said.department, said.rule, said.about) == (at(due), "kinh-te", "department-answer", QUESTION)


@pytest.mark.parametrize(
    ("when", "late", "because"),
    [
        ("08-26 10:00", False, "days before the end"),
        ("09-03 17:00", False, "at the very closing"),
        ("09-03 17:01", True, "a minute after it"),
    ],
)
def test_an_answer_handed_in_meets_the_term(when, late, because):
    world = after(assigned())
    (said,) = world.hear(drafted(when))
    assert (world[ANSWER].state, world[ANSWER].next_fire_at) == ("met", None)
    assert (said.met_at, said.late) == (at(when), late), because


def test_an_answer_meets_a_term_that_was_missed_and_ends_the_escalation():
    world = after(assigned())
    world.fire(ANSWER, "09-03 18:00")
    (met,) = world.hear(drafted("09-04 07:00"))
    assert isinstance(met, DeadlineMet)
    assert met.late
    assert world.fire(ANSWER, "12-01 00:00") == []


def test_an_answer_that_was_on_its_way_when_time_ran_out_is_not_late():
    world = after(assigned())
    world.fire(ANSWER, "09-03 17:00")
    assert [event.late for event in world.hear(drafted("09-03 16:59"))] == [False]


def test_an_answer_sent_back_in_time_is_owed_by_the_same_day():
    world = after(assigned(), drafted())
    (said,) = world.hear(returned("08-27 10:00"))
    assert (type(said).__name__, said.occurred_at, said.due_at) == ("DeadlineSet", at("08-27 10:00"), at("09-03 17:00"))
    assert (world[ANSWER].state, world[ANSWER].met_at) == ("running", None)
    assert names(world.fire(ANSWER, "09-03 17:00")) == ["DeadlineNear", "DeadlineMissed"]


def test_an_answer_sent_back_after_the_term_stays_met():
    world = after(assigned(), drafted())
    assert world.hear(returned("09-03 17:00")) == []
    assert (world[ANSWER].state, world[ANSWER].met_at) == ("met", at("08-26 10:00"))


def test_the_second_draft_may_come_before_the_return_of_the_first():
    world = after(assigned(), drafted(), drafted("09-04 10:00", 2))
    assert world[ANSWER].met_at == at("08-26 10:00"), "so far nobody has sent the first one back"
    (met,) = world.hear(returned("08-27 10:00"))
    assert (met.met_at, met.late) == (at("09-04 10:00"), True)


def test_the_earliest_fact_that_did_the_duty_counts():
    world = after(assigned(), answered())
    (met,) = world.hear(drafted())
    assert (world[ANSWER].met_at, met.late) == (at("08-26 10:00"), False)


def test_hearing_the_answer_at_the_dialogue_meets_an_open_term():
    assert names(after(assigned()).hear(answered("09-01 09:00"))) == ["DeadlineMet"]
    assert after(assigned(), drafted()).hear(answered()) == []


def test_a_question_that_was_answered_on_the_spot_before_anybody_had_it_is_owed_by_nobody():
    world = World(of=ANSWERING)
    assert world.hear(answered()) == []
    assert world[ANSWER].next_fire_at is None


# Another department


def test_another_department_gets_the_whole_term_from_its_own_assignment():
    world = after(assigned())
    (said,) = world.hear(assigned("08-26 09:00", "van-hoa"))
    assert (said.department, said.due_at, said.original_due_at) == ("van-hoa", at("09-07 17:00"), at("09-03 17:00"))
    assert (said.cause, said.provisional) == ("transfer", False)
    assert said.reason == "Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao."


def test_a_new_department_starts_with_a_clean_ladder():
    world = after(assigned())
    world.fire(ANSWER, "09-04 12:00")
    world.hear(assigned("09-04 14:00", "van-hoa"))
    assert (world[ANSWER].state, world[ANSWER].step, world[ANSWER].put_before) == ("running", 0, ())


@pytest.mark.parametrize(
    ("facts", "assignment", "because"),
    [
        ([assigned("08-26 09:00", "van-hoa")], assigned("08-24 09:00"), "it is older than the one the clock runs for"),
        ([assigned()], assigned("08-26 09:00"), "the same department gets no second term"),
        ([redirected()], assigned(), "the question has been redirected since"),
    ],
)
def test_an_assignment_moves_nothing_when(facts, assignment, because):
    world = after(*facts)
    due_at = world[ANSWER].due_at
    assert world.hear(assignment) == [], because
    assert world[ANSWER].state == "cancelled" or world[ANSWER].due_at == due_at, because


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
    world = after(*facts)
    assert names(world.hear(assigned("09-04 10:00", "van-hoa"))) == ["DeadlineMoved"]
    assert (world[ANSWER].state, world[ANSWER].due_at, world[ANSWER].met_at) == ("running", at("09-11 17:00"), None)


@pytest.mark.parametrize("fact", [drafted("08-25 09:00"), granted("08-25 09:00"), returned("08-25 09:00")])
def test_what_the_former_department_did_no_longer_matters(fact):
    world = after(assigned(), assigned("08-26 09:00", "van-hoa", sets_aside=True))
    before = world.owed()
    assert world.hear(fact) == []
    assert [id for id, owed in world.owed().items() if owed[0] != "cancelled" and owed != before[id]] == []


# Handed over: the clock keeps running, stands still, or starts anew


def test_a_clock_that_keeps_running_ends_on_the_same_day_for_the_next_department():
    world = after(assigned())
    (said,) = world.hear(transferred("keeps-running"))
    assert isinstance(said, DeadlineMoved)
    assert (said.due_at, said.original_due_at, said.department) == (at("09-03 17:00"), at("09-03 17:00"), "van-hoa")
    assert said.cause == "transfer"
    assert said.reason.startswith("Câu hỏi được chuyển cho đơn vị khác, thời hạn vẫn tính tiếp: ")
    assert world[ANSWER].state == "running"


def test_a_clock_that_keeps_running_is_as_late_as_before():
    world = after(assigned())
    world.fire(ANSWER, "09-04 12:00")
    world.hear(transferred("keeps-running", "09-04 13:00"))
    assert (world[ANSWER].state, world[ANSWER].step) == ("missed", 2)
    assert [(event.step, event.department) for event in world.fire(ANSWER, "12-01 00:00")] == [(3, "van-hoa")]


def test_a_clock_that_starts_anew_is_counted_from_the_day_of_the_transfer():
    world = after(assigned())
    (said,) = world.hear(transferred("starts-anew"))
    assert (said.due_at, said.original_due_at, said.cause) == (at("09-07 17:00"), at("09-03 17:00"), "transfer")


def test_a_clock_that_pauses_stands_still_until_the_department_takes_the_question_up():
    world = after(assigned())
    (paused,) = world.hear(transferred("pauses", "08-26 09:00"))
    assert isinstance(paused, DeadlinePaused)
    assert paused.department == "van-hoa"
    assert (world[ANSWER].state, world[ANSWER].left) == ("paused", 3), "Thursday 27, Friday 28, Thursday 3 September"
    (moved,) = world.hear(accepted("08-27 14:00"))
    assert (moved.cause, moved.due_at) == ("resumed", at("09-04 17:00")), "Friday 28, Thursday 3, Friday 4"
    assert names(world.fire(ANSWER, "09-04 17:00")) == ["DeadlineNear", "DeadlineMissed"]


def test_a_clock_that_nobody_takes_up_runs_again_by_itself_after_two_working_days():
    world = after(assigned(), transferred("pauses", "08-26 09:00"))
    assert world.fire(ANSWER, "08-28 16:59") == []
    (moved,) = world.fire(ANSWER, "08-28 17:00")
    assert (moved.cause, moved.due_at, moved.occurred_at) == ("resumed", at("09-07 17:00"), at("08-28 17:00"))
    assert world.hear(accepted("08-29 09:00")) == [], "it runs already"


def test_an_acceptance_that_is_heard_late_still_counts_from_when_it_was_said():
    world = after(assigned(), transferred("pauses", "08-26 09:00"))
    world.fire(ANSWER, "08-28 18:00")
    (moved,) = world.hear(accepted("08-27 14:00"))
    assert (moved.cause, moved.due_at) == ("resumed", at("09-04 17:00"))


@pytest.mark.parametrize(
    ("when", "left", "because"),
    [
        ("09-03 09:00", 1, "on the last day nothing is left, but a department gets at least one day"),
        ("08-28 09:00", 1, "only Thursday 3 September"),
        ("08-24 10:00", 5, "on the day of the assignment"),
    ],
)
def test_a_paused_clock_keeps_the_working_days_that_were_left(when, left, because):
    assert after(assigned(), transferred("pauses", when))[ANSWER].left == left, because


def test_a_term_that_has_ended_cannot_stand_still():
    world = after(assigned())
    world.fire(ANSWER, "09-03 18:00")
    (said,) = world.hear(transferred("pauses", "09-04 09:00"))
    assert isinstance(said, DeadlineMoved)
    assert (world[ANSWER].state, world[ANSWER].department) == ("missed", "van-hoa")


def test_who_drafts_an_answer_has_taken_the_question_up():
    world = after(assigned(), transferred("pauses"))
    assert names(world.hear(drafted("08-27 14:00", department="van-hoa"))) == ["DeadlineMoved", "DeadlineMet"]
    assert world[ANSWER].due_at == at("09-04 17:00")


def test_more_time_while_the_clock_stands_still_is_kept_until_it_runs():
    world = after(assigned(), transferred("pauses"))
    (said,) = world.hear(granted("08-26 15:00", 2, "van-hoa"))
    assert (said.cause, said.due_at, world[ANSWER].state) == ("extension", at("09-07 17:00"), "paused")
    world.hear(accepted("08-27 14:00"))
    assert world[ANSWER].due_at == at("09-08 17:00")


@pytest.mark.parametrize(
    ("when", "state", "because"),
    [
        ("08-26 15:00", "paused", "the office has set the field right; that does not take the question up"),
        ("09-03 09:00", "running", "nobody took it up within two working days"),
    ],
)
def test_a_field_that_is_set_right_leaves_the_clock_as_it_is(when, state, because):
    facts = assigned(), transferred("pauses", "08-26 09:00")
    world, untouched = after(*facts), after(*facts)
    for one in (world, untouched):
        one.fire(ANSWER, when)
    assert world.hear(assigned(when, "van-hoa", assigned_by="Trần Thị Hạnh")) == []
    assert world[ANSWER].state == state, because
    for one in (world, untouched):
        one.hear(accepted("09-03 10:00"))
    assert world.owed()[ANSWER] == untouched.owed()[ANSWER]


def test_a_question_that_is_handed_on_while_the_clock_stands_still_keeps_what_was_left():
    world = after(assigned(), transferred("pauses"), transferred("pauses", "08-27 09:00", "van-hoa", "tu-phap"))
    assert (world[ANSWER].left, world[ANSWER].next_fire_at) == (3, at("09-03 17:00"))
    assert names(world.hear(transferred("keeps-running", "08-28 09:00", "tu-phap", "van-hoa"))) == ["DeadlineMoved"]
    assert world[ANSWER].due_at == at("09-07 17:00")


# More time


def test_an_extension_is_counted_on_from_the_present_end():
    (said,) = after(assigned()).hear(granted(working_days=3))
    assert said.due_on == date(2026, 9, 8), "Friday, Monday, Tuesday after Thursday 3 September"
    assert (said.original_due_at, said.cause, said.provisional) == (at("09-03 17:00"), "extension", False)
    assert said.reason == "Cần xác minh hồ sơ lưu."


def test_a_missed_term_that_is_extended_runs_again_and_may_be_missed_again():
    world = after(assigned())
    world.fire(ANSWER, "09-04 12:00")
    assert names(world.hear(granted("09-04 13:00", 2))) == ["DeadlineMoved"]
    assert (world[ANSWER].state, world[ANSWER].step) == ("running", 0)
    assert names(world.fire(ANSWER, "09-08 12:00")) == ["DeadlineMissed", "EscalationRaised", "EscalationRaised"]


def test_an_answer_is_late_by_the_extended_term_whichever_is_heard_first():
    world = after(assigned(), drafted("09-04 10:00"))
    moved, met = world.hear(granted("08-28 09:00"))
    assert isinstance(moved, DeadlineMoved)
    assert not met.late
    assert not after(assigned(), granted("08-28 09:00"), drafted("09-04 10:00"))[ANSWER].late


# Nothing owed


def test_a_redirected_question_is_owed_by_nobody():
    world = after(assigned())
    (said,) = world.hear(redirected())
    assert said.reason == "Câu hỏi được hướng dẫn gửi đến Ban Tiếp công dân thành phố."
    assert world.fire(ANSWER, "12-01 00:00") == []


def test_a_question_redirected_from_triage_never_had_a_term():
    world = World(of=ANSWERING)
    assert world.hear(redirected()) == []
    assert (world[ANSWER].state, world[ANSWER].next_fire_at) == ("cancelled", None)


def test_a_redirected_question_that_is_assigned_after_all_gets_a_term():
    world = after(assigned(), redirected())
    (said,) = world.hear(assigned("08-26 09:00"))
    assert (type(said).__name__, world[ANSWER].original_due_at) == ("DeadlineSet", at("09-07 17:00"))


def test_a_redirection_leaves_a_term_that_was_met():
    world = after(assigned(), drafted())
    assert world.hear(redirected("08-27 09:00")) == []
    assert world[ANSWER].state == "met"


def test_facts_of_the_same_instant_are_taken_as_they_follow_from_each_other():
    """A rehearsal may do in one millisecond what takes people a day."""
    once = "08-24 09:00"
    assert after(assigned(once), drafted(once))[ANSWER].state == "met"
    assert after(assigned(once), drafted(once), returned(once))[ANSWER].state == "running"
    assert after(assigned(once), redirected(once))[ANSWER].state == "cancelled"
    assert after(assigned(once), transferred("pauses", once), accepted(once))[ANSWER].due_at == at("09-03 17:00")


# To the superior, and in writing


def test_a_question_that_is_referred_up_is_owed_to_the_superior_instead():
    world = after(assigned())
    cancelled, set_ = world.hear(referred("08-25 10:00"))
    assert (cancelled.rule, set_.rule) == ("department-answer", "superior-report")
    assert (set_.due_at, set_.department) == (at("09-04 17:00"), None), "five working days; the office reports"
    (met,) = world.hear(of_question(SuperiorReported, "09-03 09:00"))
    assert (met.rule, met.late) == ("superior-report", False)


@pytest.mark.parametrize("how", ["answered-in-writing", "redirected", "referred-up"])
def test_a_written_answer_is_owed_until_the_letter_is_out(how):
    world = World(of=ANSWERING)
    (set_,) = world.hear(owed_in_writing())
    assert (set_.due_at, set_.department) == (at("09-10 17:00"), None), "ten working days; the office sends it"
    (met,) = world.hear(settled(how, "09-10 16:00"))
    assert (met.rule, met.late) == ("written-answer", False)


def test_who_hears_the_answer_after_all_needs_no_letter():
    (said,) = after(owed_in_writing()).hear(settled("answered-at-dialogue"))
    assert said.reason == "Câu hỏi đã được trả lời tại hội nghị đối thoại."


@pytest.mark.parametrize("how", ["answered-in-writing", "answered-at-dialogue"])
def test_a_settled_question_that_was_never_owed_in_writing_has_no_such_term(how):
    world = World(of=ANSWERING)
    assert world.hear(settled(how)) == []
    assert world[LETTER].next_fire_at is None


# Withdrawn


@pytest.mark.parametrize("first", list(permutations([assigned(), owed_in_writing(), referred()], 2)), ids=names)
def test_nothing_is_owed_of_a_question_that_its_asker_has_withdrawn(first):
    world = World()
    world.hear(*first)
    running = [id for id, one in world.terms.items() if one.state == "running"]
    said = world.hear(settled("withdrawn"))
    assert {event.deadline for event in said} == set(running)
    assert {event.reason for event in said} == {"Người hỏi đã rút câu hỏi."}
    assert {one.state for one in world.terms.values()} == {"cancelled"}
    assert not any(world.fire(id, "12-01 00:00") for id in world.terms)


def test_a_missed_term_climbs_the_ladder_no_more_once_the_question_is_withdrawn():
    world = after(assigned())
    world.fire(ANSWER, "09-04 12:00")
    assert names(world.hear(settled("withdrawn", "09-04 13:00"))) == ["DeadlineCancelled"]
    assert world.fire(ANSWER, "12-01 00:00") == []


def test_an_answer_that_was_handed_in_before_the_question_was_withdrawn_stays_told():
    world = after(assigned(), drafted())
    assert world.hear(settled("withdrawn")) == []
    assert (world[ANSWER].state, world[ANSWER].met_at) == ("met", at("08-26 10:00"))


def test_a_question_that_was_withdrawn_before_it_was_assigned_never_has_a_term():
    world = after(settled("withdrawn"))
    assert world.hear(assigned(), owed_in_writing()) == []


# Reopened

FIRST_ROUND = (assigned(), owed_in_writing(), drafted(), settled("answered-in-writing"))


def test_what_was_done_in_the_first_round_stays_told_when_the_question_is_reopened():
    world = after(*FIRST_ROUND)
    assert world.hear(reopened()) == []
    assert [(world[id].state, world[id].late) for id in (ANSWER, LETTER)] == [("met", False)] * 2


def test_the_letter_is_owed_anew_from_the_day_of_the_reopening_whichever_fact_is_heard_first():
    owed = owed_in_writing("09-03 10:00")
    for facts in ([reopened(), owed], [owed, reopened()]):
        world = after(*FIRST_ROUND)
        assert names(world.hear(*facts)) == ["DeadlineSet"]
        term = world[LETTER]
        assert (term.state, term.due_at, term.original_due_at) == ("running", at("09-17 17:00"), at("09-17 17:00"))
        assert names(world.fire(LETTER, "09-17 17:00")) == ["DeadlineNear", "DeadlineMissed"]
        (met,) = world.hear(settled("answered-in-writing", "09-18 09:00"))
        assert (met.met_at, met.late) == (at("09-18 09:00"), True)


@pytest.mark.parametrize("department", ["kinh-te", "van-hoa"])
def test_the_department_that_answers_again_gets_the_whole_term_be_it_the_same(department):
    world = after(*FIRST_ROUND, reopened())
    (said,) = world.hear(assigned("09-04 09:00", department))
    assert (type(said).__name__, said.department, said.due_at) == ("DeadlineSet", department, at("09-11 17:00"))
    assert (world[ANSWER].step, world[ANSWER].original_due_at) == (0, at("09-11 17:00"))
    (met,) = world.hear(drafted("09-14 09:00", 2, department))
    assert (met.met_at, met.late) == (at("09-14 09:00"), True)


def test_who_was_late_the_first_time_is_not_late_the_second():
    world = after(assigned())
    world.fire(ANSWER, "09-04 12:00")
    (first,) = world.hear(drafted("09-04 13:00"))
    world.hear(settled("answered-at-dialogue", "09-07 09:00"), reopened("09-08 09:00"), assigned("09-08 10:00"))
    (second,) = world.hear(drafted("09-09 09:00", 2))
    assert (first.late, second.late) == (True, False)


def test_a_question_answered_on_the_spot_is_owed_by_whoever_it_is_assigned_to_once_reopened():
    world = after(answered("08-24 09:00"), settled("answered-at-dialogue", "08-24 09:00"), reopened("08-24 15:00"))
    assert names(world.hear(assigned("08-25 09:00"), owed_in_writing("08-24 15:00"))) == ["DeadlineSet"] * 2


def test_the_term_of_the_second_round_is_explained_by_its_own_days():
    world = after(*FIRST_ROUND, reopened(), assigned("09-04 09:00"))
    count = counted(world[ANSWER], CALENDAR, HOURS)
    assert (count.counted[0], count.due_on) == (date(2026, 9, 7), date(2026, 9, 11))


# In any order, any number of times

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
    "extended, paused, taken up, handed on": (
        assigned("08-24 09:00"),
        granted("08-25 09:00", 2),
        transferred("pauses", "08-26 09:00"),
        accepted("08-27 14:00"),
        granted("08-28 09:00", 1, "van-hoa"),
        transferred("keeps-running", "08-28 10:00", "van-hoa", "tu-phap"),
    ),
    "extended on the last day, paused after the first end": (
        assigned("08-24 09:00"),
        granted("09-03 09:00", 3),
        transferred("pauses", "09-04 09:00"),
        accepted("09-05 14:00"),
        drafted("09-09 09:00", 1, "van-hoa"),
    ),
    "sent back, and handed over with the clock running": (
        assigned("08-24 09:00"),
        drafted("08-25 09:00"),
        returned("08-26 09:00"),
        transferred("keeps-running", "08-27 09:00"),
        drafted("09-04 09:00", 2, "van-hoa"),
    ),
    "nobody takes it up, then it starts anew elsewhere": (
        assigned("08-24 09:00"),
        transferred("pauses", "08-25 09:00"),
        transferred("starts-anew", "08-29 09:00", "van-hoa", "tu-phap"),
        drafted("09-03 09:00", 1, "tu-phap"),
    ),
    "excused, then answered in writing": (
        assigned("08-24 09:00"),
        owed_in_writing("08-25 09:00"),
        drafted("08-26 09:00"),
        settled("answered-in-writing"),
    ),
    "owed in writing, but referred up": (
        assigned("08-24 09:00"),
        owed_in_writing("08-25 09:00"),
        referred("08-26 09:00"),
        of_question(SuperiorReported, "09-03 09:00"),
        settled("referred-up", "09-03 10:00"),
    ),
    "handed in, owed in writing, referred up all the same, then withdrawn": (
        assigned("08-24 09:00"),
        owed_in_writing("08-24 09:00"),
        drafted("08-25 09:00"),
        referred("08-26 09:00"),
        settled("withdrawn", "08-27 09:00"),
    ),
    "answered, reopened, handed in by the same department again": (
        assigned("08-24 09:00"),
        drafted("08-26 09:00", 1),
        reopened("09-03 10:00"),
        assigned("09-04 09:00"),
        drafted("09-07 09:00", 2),
        returned("09-07 10:00", 2),
    ),
    "answered by letter, reopened, answered by letter again": (
        owed_in_writing("08-24 09:00"),
        settled("answered-in-writing", "08-28 09:00"),
        reopened("09-03 10:00"),
        owed_in_writing("09-03 10:00"),
        settled("answered-in-writing", "09-18 09:00"),
    ),
    "reopened twice, then withdrawn": (
        assigned("08-24 09:00"),
        reopened("08-26 10:00"),
        assigned("08-27 09:00", "van-hoa"),
        reopened("09-03 10:00", 3),
        owed_in_writing("09-03 10:00"),
        settled("withdrawn", "09-04 09:00"),
    ),
    "given to the wrong department, handed back, given to the right one": (
        waiting("08-24 09:00"),
        assigned("08-24 10:00", assigned_by="Trần Thị Hạnh"),
        handed_back("08-25 10:00"),
        assigned("08-26 09:00", "van-hoa", assigned_by="Trần Thị Hạnh"),
        drafted("08-28 09:00", 1, "van-hoa"),
    ),
    "handed back, and given to the same department again": (
        assigned("08-24 09:00"),
        handed_back("08-25 10:00"),
        assigned("08-27 09:00", assigned_by="Trần Thị Hạnh"),
        owed_in_writing("08-24 09:00"),
        settled("withdrawn", "08-28 09:00"),
    ),
    "endorsed, returned, handed in again, approved": (
        assigned("08-24 09:00"),
        drafted("08-25 09:00", awaits=(Role.HEAD,)),
        endorsed("08-25 15:00"),
        returned("08-26 09:00"),
        drafted("08-27 09:00", 2, awaits=(Role.HEAD,)),
        approved("08-28 09:00"),
    ),
    "a draft set aside for another department": (
        assigned("08-24 09:00"),
        drafted("08-25 09:00"),
        assigned("08-26 09:00", "van-hoa", assigned_by="Trần Thị Hạnh", sets_aside=True),
        drafted("08-27 09:00", 2, "van-hoa"),
        approved("08-28 09:00"),
    ),
    "told where it belongs": (
        waiting("08-24 09:00"),
        owed_in_writing("08-24 09:00"),
        redirected("08-25 10:00"),
        settled("redirected", "08-28 09:00"),
    ),
    "handed in, and answered on the spot before it was approved": (
        assigned("08-24 09:00"),
        drafted("08-25 09:00"),
        answered("08-26 09:00"),
        settled("answered-at-dialogue", "08-26 09:00"),
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_every_fact_delivered_again_changes_nothing(story):
    world = after(*story)
    before = dict(world.terms)
    assert world.hear(*story) == []
    assert world.terms == before


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
def test_in_whatever_order_facts_arrive_the_same_is_owed(story):
    in_order = after(*story).owed()
    for facts in permutations(story):
        assert after(*facts, *facts).owed() == in_order, names(facts)


MOMENTS = st.integers(0, 15 * 24 * 4).map(lambda quarters: at("08-24 08:00") + timedelta(minutes=15 * quarters))
DEPARTMENTS = st.sampled_from(["kinh-te", "van-hoa", "tu-phap"])
HAPPENINGS = st.one_of(
    st.builds(lambda to: assigned(department=to), DEPARTMENTS),
    st.builds(
        lambda clock, giver, to: transferred(clock, giver=giver, to=to),
        st.sampled_from(["keeps-running", "pauses", "starts-anew"]),
        DEPARTMENTS,
        DEPARTMENTS,
    ),
    st.builds(lambda by: accepted(department=by), DEPARTMENTS),
    st.builds(lambda n, by: drafted(draft=n, department=by), st.integers(1, 3), DEPARTMENTS),
    st.builds(lambda n, by: returned(draft=n, department=by), st.integers(1, 3), DEPARTMENTS),
    st.builds(lambda n, to: granted(working_days=n, department=to), st.integers(1, 4), DEPARTMENTS),
    st.sampled_from([redirected(), referred(), answered(), owed_in_writing(), settled("answered-in-writing")]),
    st.sampled_from([reopened(), settled("withdrawn"), settled("redirected"), waiting(), approved()]),
    st.builds(lambda by: handed_back(department=by), DEPARTMENTS),
    st.builds(lambda by, role: endorsed("08-27 09:00", role, department=by), DEPARTMENTS, st.sampled_from(Role)),
)
FACTS = st.lists(
    st.builds(lambda fact, when: fact.model_copy(update={"occurred_at": when}), HAPPENINGS, MOMENTS),
    max_size=9,
    unique_by=lambda fact: fact.occurred_at,
)


@settings(max_examples=150)
@given(FACTS.flatmap(lambda facts: st.tuples(st.just(facts), st.permutations(facts))))
def test_whatever_happens_to_a_question_the_order_of_delivery_does_not_matter(both):
    facts, shuffled = both
    assert after(*shuffled).owed() == after(*facts).owed()


@settings(max_examples=100)
@given(FACTS, st.lists(MOMENTS, max_size=4))
def test_time_that_passes_between_deliveries_does_not_change_when_a_term_ends(facts, moments):
    slept, awake = after(*facts), World(of=ANSWERING)
    for fact in facts:
        awake.hear(fact)
        for moment in sorted(moments):
            if ANSWER in awake.terms:
                awake.fire_at(ANSWER, moment)
    for world in (slept, awake):
        if ANSWER in world.terms:
            world.fire_at(ANSWER, at("12-01 00:00"))
    ends = [{id: (one.state, one.due_at, one.met_at) for id, one in world.terms.items()} for world in (slept, awake)]
    assert ends[0] == ends[1]


@pytest.mark.parametrize(
    ("n", "when", "reminded", "because"),
    [
        (1, "08-24 07:00", None, "due tomorrow: the reminder would come on the day of the assignment"),
        (2, "08-24 16:00", "08-26 08:00", "the last day: on the one between it is not a day old"),
        (3, "08-24 16:00", "08-26 08:00", "the working day before the last"),
        (5, "08-24 09:00", "08-28 08:00", "Friday, for Thursday after the holiday"),
    ],
)
def test_a_reminder_comes_the_day_before_or_on_the_last_day_or_not_at_all(n, when, reminded, because):
    world = World(of=ANSWERING, own={"department-answer": replace(FIVE, count=n)})
    world.hear(assigned(when))
    near = [event.occurred_at for event in world.fire(ANSWER, "12-01 00:00") if isinstance(event, DeadlineNear)]
    assert near == ([at(reminded)] if reminded else []), because
