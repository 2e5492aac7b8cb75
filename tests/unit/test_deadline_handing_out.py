"""Until when the office says whose a question is, and a leader decides on its answer. 22 August 2026 is worked."""

import pytest

from services.deadlines.ladder import rungs
from shared.contracts import Role
from shared.contracts.routing import QuestionAnsweredAtDialogue, QuestionParted
from tests.unit.deadline_world import ANSWER, LADDER, QUESTION, World, at, names, of_question
from tests.unit.test_deadline_answers import (
    answered,
    approved,
    assigned,
    drafted,
    endorsed,
    handed_back,
    redirected,
    referred,
    reopened,
    returned,
    settled,
    transferred,
    waiting,
)

TRIAGE, APPROVAL, GUIDANCE = (f"{QUESTION}:{rule}" for rule in ("triage", "approval", "guidance"))
ON_THE_SPOT = of_question(
    QuestionAnsweredAtDialogue, "08-26 09:00", answer="Có kết quả trong tuần.", answered_by="Chủ tịch"
)
BY_HAND = assigned("08-25 09:00", assigned_by="Trần Thị Hạnh")
AFTER_A_SPLIT = assigned("08-25 09:00", ends_triage=True)


def after(*facts):
    world = World()
    world.hear(*facts)
    return world


@pytest.mark.parametrize(
    ("facts", "state", "due", "because"),
    [
        ([waiting("08-20 09:00")], "running", "08-22 17:00", "two working days, Saturday 22 among them"),
        ([waiting("08-24 09:00"), BY_HAND], "met", "08-26 17:00", "handed out by a person"),
        ([waiting("08-24 09:00"), AFTER_A_SPLIT], "met", "08-26 17:00", "split: the rules are sure of what is left"),
        ([AFTER_A_SPLIT, waiting("08-24 09:00")], "met", "08-26 17:00", "the same, heard the other way round"),
        ([waiting("08-24 09:00"), redirected()], "met", "08-26 17:00", "told where it belongs"),
        ([waiting("08-24 09:00"), referred()], "met", "08-26 17:00", "referred up"),
        ([waiting("08-24 09:00"), settled("withdrawn")], "cancelled", "08-26 17:00", "its asker wants no answer"),
        ([waiting("08-24 09:00"), ON_THE_SPOT], "cancelled", "08-26 17:00", "answered on the spot"),
        ([assigned(), handed_back("08-25 10:00")], "running", "08-27 17:00", "handed back: the office has it again"),
        ([waiting(), BY_HAND, handed_back("08-26 10:00")], "running", "08-28 17:00", "each time anew"),
        ([waiting(), BY_HAND, reopened("08-27 10:00")], "running", "09-03 17:00", "31 August to 2 September are off"),
    ],
)
def test_the_office_says_within_its_term_whose_a_question_is(facts, state, due, because):
    world = after(*facts)
    assert world[TRIAGE].state == state, because
    if state != "cancelled":
        assert (world[TRIAGE].due_at, world[TRIAGE].department) == (at(due), None), because


def test_one_decision_about_several_questions_has_one_term():
    """That of the question that leads. Parted from it, a draft that waits is decided on within a whole term."""
    world = after(assigned(), drafted("08-25 10:00", follows="01LEAD-1", awaits=(Role.HEAD,)))
    assert (APPROVAL in world.terms, world[ANSWER].state) == (False, "met"), "the department has done its duty"
    nobody_waits = of_question(QuestionParted, "08-26 10:00", awaits=())
    world.hear(nobody_waits)
    assert APPROVAL not in world.terms
    world.hear(of_question(QuestionParted, "08-27 10:00", department=world[ANSWER].department, awaits=(Role.HEAD,)))
    assert (world[APPROVAL].state, world[APPROVAL].due_at) == ("running", at("09-03 17:00"))
    assert (world[APPROVAL].department, world[APPROVAL].awaits) == (world[ANSWER].department, (Role.HEAD,))
    world.hear(approved("08-28 10:00"))
    assert world[APPROVAL].state == "met"


def test_what_the_rules_hand_out_at_once_costs_one_term():
    assert list(after(assigned()).terms) == [f"{QUESTION}:department-answer"]


def test_who_handed_back_owes_nothing_and_who_gets_it_next_has_the_whole_term():
    world = after(assigned("08-24 09:00"), handed_back("08-27 10:00"))
    answer = f"{QUESTION}:department-answer"
    assert world[answer].state == "cancelled"
    world.hear(assigned("08-28 09:00", assigned_by="Trần Thị Hạnh"))
    assert (world[answer].state, world[answer].due_at) == ("running", at("09-09 17:00"))
    assert world[answer].original_due_at == at("09-09 17:00"), "also for the same department: it starts anew"


@pytest.mark.parametrize(
    ("facts", "state", "due", "department", "because"),
    [
        ([drafted("08-25 09:00")], "running", "08-27 17:00", None, "two working days, the leaders'"),
        ([drafted("08-25 09:00", awaits=(Role.HEAD,))], "running", "08-27 17:00", "kinh-te", "its own head decides"),
        (
            [drafted("08-25 09:00", awaits=(Role.HEAD,)), endorsed("08-26 09:00")],
            "running",
            "08-28 17:00",
            None,
            "the next who decides has the whole term",
        ),
        ([drafted("08-25 09:00"), approved("08-26 09:00")], "met", "08-27 17:00", None, "approved"),
        ([drafted("08-25 09:00"), returned("08-26 09:00")], "met", "08-27 17:00", None, "returned: it was decided"),
        (
            [drafted("08-25 09:00"), returned("08-26 09:00"), drafted("08-27 09:00", 2)],
            "running",
            "08-29 17:00",
            None,
            "handed in again",
        ),
        ([drafted("08-25 09:00"), drafted("08-26 09:00", 2)], "running", "08-28 17:00", None, "another text to read"),
        ([drafted("08-25 09:00"), settled("withdrawn")], "cancelled", None, None, "withdrawn"),
        ([drafted("08-25 09:00"), ON_THE_SPOT], "cancelled", None, None, "answered on the spot"),
        ([drafted("08-24 09:00"), redirected()], "cancelled", None, None, "sent elsewhere"),
        ([drafted("08-24 09:00"), referred()], "cancelled", None, None, "referred up"),
        (
            [drafted("08-25 09:00"), assigned("08-26 09:00", "van-hoa", sets_aside=True)],
            "cancelled",
            None,
            None,
            "another department answers",
        ),
        (
            [drafted("08-25 09:00"), assigned("08-26 09:00", assigned_by="Trần Thị Hạnh")],
            "running",
            "08-27 17:00",
            None,
            "only its field was set right",
        ),
    ],
)
def test_whoever_decides_on_an_answer_does_so_within_his_term(facts, state, due, department, because):
    world = after(assigned("08-24 08:00"), *facts)
    assert world[APPROVAL].state == state, because
    if due:
        due = due.replace("08-29", "09-03")  # Saturday 29 is no working day, nor is what follows to 2 September
        assert (world[APPROVAL].due_at, world[APPROVAL].department) == (at(due), department), because


@pytest.mark.parametrize(
    ("facts", "state", "because"),
    [
        ([], "running", "the department mends it, whether or not the term of its answer is over"),
        ([drafted("09-07 10:00", 2)], "met", "handed in again"),
        ([handed_back("09-07 10:00")], "cancelled", "the department has nothing more to do with it"),
        ([assigned("09-07 10:00", "van-hoa", sets_aside=True)], "cancelled", "another answers"),
        ([transferred("keeps-running", "09-07 10:00")], "cancelled", "another answers"),
        ([redirected("09-07 10:00")], "cancelled", "sent elsewhere"),
        ([settled("withdrawn", "09-07 10:00")], "cancelled", "its asker wants no answer"),
    ],
)
def test_a_draft_that_was_returned_is_mended_within_a_term(facts, state, because):
    world = after(assigned("08-24 08:00"), drafted("09-04 16:00"), returned("09-04 17:30"), *facts)
    assert world[f"{QUESTION}:revision"].state == state, because


def test_a_term_says_of_which_roles_one_decides_now():
    world = after(assigned("08-24 08:00"))
    _, begun = world.hear(drafted("08-25 09:00", awaits=(Role.OFFICE_HEAD,)))
    assert begun.awaits == (Role.OFFICE_HEAD,)
    [moved] = world.hear(endorsed("08-26 09:00", Role.CHAIRMAN))
    assert moved.awaits == (Role.CHAIRMAN,)
    near, _, raised = world.fire(APPROVAL, "09-03 08:00")[:3]
    assert (near.awaits, raised.to) == ((Role.CHAIRMAN,), Role.CHAIRMAN)


def test_an_endorsement_is_told_as_a_move_with_its_reason():
    world = after(assigned("08-24 08:00"), drafted("08-25 09:00", awaits=(Role.HEAD,)))
    [moved] = world.hear(endorsed("08-26 09:00"))
    assert (moved.cause, moved.department) == ("passed-on", None)
    assert moved.reason.startswith("Đã qua một bước duyệt")


def test_a_question_answered_at_the_dialogue_as_approved_needs_no_more_writes():
    world = after(assigned("08-24 08:00"), drafted("08-25 09:00"), approved("08-26 09:00"))
    assert [told.duty.rule for told in world.told(answered("09-10 09:00"))] == ["department-answer"]


@pytest.mark.parametrize(
    ("facts", "state", "because"),
    [
        ([redirected()], "running", "the letter is still to go out"),
        ([redirected(), settled("redirected")], "met", "it is out"),
        ([referred(), settled("referred-up")], "met", "its asker was told, and the superior"),
        ([redirected(), settled("withdrawn")], "cancelled", "its asker wants nothing any more"),
    ],
)
def test_who_is_sent_elsewhere_is_told_so_within_a_term(facts, state, because):
    world = after(waiting(), *facts)
    assert world[GUIDANCE].state == state, because


def test_the_first_who_hears_of_a_late_decision_can_decide():
    assert rungs(LADDER, "approval", "kinh-te")[0].to == Role.HEAD
    roles = [step.to for step in rungs(LADDER, "approval", None)]
    assert roles[0] == Role.OFFICE_HEAD
    assert Role.CLERK not in roles
    assert len(roles) == len(set(roles)), "nobody is told twice"
    assert [step.to for step in rungs(LADDER, "approval", None, (Role.CHAIRMAN,))] == [Role.CHAIRMAN]
    assert rungs(LADDER, "triage", None)[0].to == Role.CLERK


def test_a_late_triage_climbs_the_ladder():
    world = after(waiting("08-24 09:00"))
    assert names(world.fire(TRIAGE, "08-31 00:00"))[:3] == ["DeadlineNear", "DeadlineMissed", "EscalationRaised"]
