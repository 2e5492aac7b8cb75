"""Who passes an answer before it may be given: which steps there are, and who takes them."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.approval import DEFAULT, Approval, chain
from services.routing.question import Draft, State
from services.routing.turns import holder
from shared.contracts import Actor, Refusal, Role
from shared.contracts.routing import AnswerApproved, AnswerEndorsed, AnswerReturned
from tests.unit.routing_questions import (
    ACTING_HEAD,
    CHAIRMAN,
    CLERK,
    COMMUNE,
    CULTURE,
    ECONOMY,
    HEAD,
    LONG,
    LONG_APPROVAL,
    NOW,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    a_question,
    approve,
    assign,
    carry_out,
    draft,
    give_back,
    hand_back,
    keep,
    names,
    of_department,
    redirect,
    refer_up,
    said,
    transfer,
)

H, O, C = Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN  # noqa: E741 - as short as a table needs
OTHER_HEAD = Actor(name="Chu Văn Bình", role=Role.HEAD, commune=COMMUNE, department=ECONOMY)


# --- which steps there are --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("steps", "writer", "has_head", "is_office", "passing", "because"),
    [
        (DEFAULT, Role.OFFICER, True, False, DEFAULT, "one step: the office-head or a chairman"),
        (LONG, Role.OFFICER, True, False, LONG, "everybody is there"),
        (LONG, Role.OFFICER, False, False, ((O,), (C,)), "nobody heads the department"),
        (LONG, Role.HEAD, True, False, ((O,), (C,)), "the head wrote it himself"),
        (LONG, Role.OFFICER, True, True, ((O,), (C,)), "the office-head is the head there, and is asked once"),
        (LONG, Role.HEAD, True, True, ((O,), (C,)), "a head below the office-head wrote it"),
        (((H,), (O, C)), Role.OFFICER, True, True, ((O,), (C,)), "he has passed it, so a chairman is to"),
        (((H, O), (C,)), Role.OFFICER, False, False, ((O,), (C,)), "of the step the office-head is left"),
        (((H,), (O,)), Role.OFFICER, True, True, ((O,),), "once is enough"),
        (((H,), (C, H)), Role.HEAD, True, False, ((C,),), "a head never judges his own"),
        (((H,),), Role.OFFICER, False, False, ((H,),), "the last step stays, so that somebody passes it"),
        (((H,),), Role.OFFICER, True, True, ((O,),), "the office-head stands for the head"),
    ],
)
def test_the_steps_are_those_that_somebody_can_take(steps, writer, has_head, is_office, passing, because):
    assert chain(steps, writer=writer, has_head=has_head, is_office=is_office) == passing, because


any_step = st.lists(st.sampled_from([H, O, C]), min_size=1, max_size=3, unique=True).map(tuple)


@given(
    st.lists(any_step, min_size=1, max_size=3).map(tuple),
    st.sampled_from([Role.OFFICER, Role.HEAD]),
    st.booleans(),
    st.booleans(),
)
def test_no_answer_is_given_without_a_step_and_nobody_is_asked_twice(steps, writer, has_head, is_office):
    passing = chain(steps, writer=writer, has_head=has_head, is_office=is_office)
    asked = [role for step in passing for role in step]
    assert passing
    assert all(passing)
    assert len(set(asked)) == len(asked)
    for leader in {O, C}.intersection(*[{role for step in steps for role in step}]):
        assert leader in asked, "a leader whom the commune names is never left out"


def test_the_department_and_the_writer_decide_which_steps():
    approval = Approval(LONG, frozenset({ECONOMY}), OFFICE)
    assert approval.chain_for(ECONOMY, written_by_head=False) == LONG
    assert approval.chain_for(ECONOMY, written_by_head=True) == ((O,), (C,))
    assert approval.chain_for(CULTURE, written_by_head=False) == ((O,), (C,))
    assert approval.chain_for(OFFICE, written_by_head=False) == ((O,), (C,))


# --- who takes them ---------------------------------------------------------------------------------------------------


def handed_in(by=OFFICER, **fields):
    return carry_out(a_question(**fields), draft(by), approval=LONG_APPROVAL)[0]


def approved_by(question, *people):
    said_ = []
    for person in people:
        question, events = carry_out(question, approve(person))
        said_ += events
    return question, said_


def test_an_answer_passes_one_step_after_the_other():
    question = handed_in()
    assert (question.state, question.awaits, holder(question)) == (State.DRAFTED, LONG, "department")
    question, [event] = carry_out(question, approve(HEAD))
    assert event == said(
        AnswerEndorsed,
        question=QUESTION,
        department=ECONOMY,
        draft=1,
        endorsed_by=HEAD.name,
        role=Role.HEAD,
        awaits=(Role.OFFICE_HEAD,),
    )
    assert (question.state, holder(question)) == (State.DRAFTED, "leaders")
    question, events = approved_by(question, OFFICE_HEAD, CHAIRMAN)
    assert names(events) == [AnswerEndorsed, AnswerApproved]
    assert (question.state, question.awaits) == (State.APPROVED, ())
    assert question.endorsed_by == (HEAD.name, OFFICE_HEAD.name, CHAIRMAN.name)


@pytest.mark.parametrize(
    ("passed", "judge", "code", "says"),
    [
        ((), CHAIRMAN, "not-now", "đang chờ trưởng phòng chuyên môn xem xét trước; xin chờ đến lượt"),
        ((), OFFICE_HEAD, "not-now", "đang chờ trưởng phòng chuyên môn xem xét trước"),
        ((HEAD,), CHAIRMAN, "not-now", "đang chờ Chánh Văn phòng xem xét trước"),
        ((HEAD,), HEAD, "forbidden", "đang chờ Chánh Văn phòng xem xét, nên ông/bà không duyệt câu trả lời ở bước này"),
        ((), of_department(HEAD, CULTURE), "forbidden", "giao cho phòng khác"),
        ((), OFFICER, "forbidden", "dành cho trưởng phòng chuyên môn, Chánh Văn phòng, Chủ tịch hoặc Phó"),
        ((), CLERK, "forbidden", "việc này dành cho"),
    ],
)
def test_no_step_is_skipped_or_taken_by_another(passed, judge, code, says):
    question, _ = approved_by(handed_in(), *passed)
    with pytest.raises(Refusal, match=says) as refused:
        carry_out(question, approve(judge))
    assert refused.value.code == code


def test_nobody_takes_two_steps_also_where_he_holds_two_offices():
    question, _ = approved_by(handed_in(), ACTING_HEAD)
    for judge in (approve, give_back):
        with pytest.raises(Refusal, match="đã duyệt dự thảo này ở bước trước"):
            carry_out(question, judge(OFFICE_HEAD))
    deputy = OFFICE_HEAD.model_copy(update={"name": "Phó Văn phòng phụ trách"})
    assert approved_by(question, deputy, CHAIRMAN)[0].state is State.APPROVED


@pytest.mark.parametrize("judge", [approve, give_back])
def test_nobody_judges_his_own_answer(judge):
    drafted = a_question(State.DRAFTED, drafts=(Draft(1, "Trả lời.", "lê  quang HUY", NOW),))
    with pytest.raises(Refusal, match="Người soạn dự thảo không tự"):
        carry_out(drafted, judge(OFFICE_HEAD))
    assert carry_out(drafted, judge(CHAIRMAN))[1]


def test_what_the_head_kept_and_another_handed_in_is_judged_by_neither():
    question, _ = carry_out(a_question(), keep(ACTING_HEAD, "Trả lời."))
    question, [event] = carry_out(question, draft(OFFICER), approval=LONG_APPROVAL)
    assert (event.draft, event.drafted_by, event.awaits) == (1, OFFICER.name, (Role.OFFICE_HEAD,))
    assert question.awaits == ((Role.OFFICE_HEAD,), (Role.CHAIRMAN,)), "the head has written it"
    for own in (OFFICE_HEAD, OFFICE_HEAD.model_copy(update={"name": OFFICER.name})):
        with pytest.raises(Refusal, match="Người soạn dự thảo không tự"):
            carry_out(question, approve(own))


@pytest.mark.parametrize("again", ["Trả lời.", " Trả  lời.\n"])
@pytest.mark.parametrize("back", [False, True])
def test_who_hands_the_same_words_in_again_does_not_become_their_writer(back, again):
    question, _ = carry_out(a_question(), keep(HEAD, "Trả lời."))
    question, _ = carry_out(question, draft(OFFICER), approval=LONG_APPROVAL)
    if back:
        question, _ = carry_out(question, give_back(OFFICE_HEAD))
    question, [event] = carry_out(question, draft(OFFICER, again), approval=LONG_APPROVAL)
    assert (event.draft, question.awaits) == (2, ((O,), (C,))), "the head has written it, whoever hands it in"
    with pytest.raises(Refusal, match="Người soạn dự thảo không tự"):
        carry_out(question, approve(OFFICE_HEAD.model_copy(update={"name": HEAD.name})))


def test_what_the_head_handed_in_is_never_put_before_him():
    question, _ = carry_out(a_question(), keep(OFFICER, "Trả lời."))
    question, _ = carry_out(question, draft(HEAD), approval=LONG_APPROVAL)
    assert question.awaits == ((O,), (C,))
    question, _ = carry_out(question, draft(OFFICER), approval=LONG_APPROVAL)
    assert question.awaits == ((O,), (C,)), "he alone could have taken the step, and he may not"


@pytest.mark.parametrize(
    ("one", "other"), [("Trần Hoà", "Trần Hòa"), ("Lý Thuý Kỳ", "lí  thúy KÌ"), ("Tạ Quý", "Ta\u0323 Qu\u00fd")]
)
def test_a_name_that_is_written_in_another_way_is_of_the_same_person(one, other):
    drafted = a_question(State.DRAFTED, drafts=(Draft(1, "Trả lời.", one, NOW),))
    with pytest.raises(Refusal, match="Người soạn dự thảo không tự"):
        carry_out(drafted, approve(OFFICE_HEAD.model_copy(update={"name": other})))
    endorsed = replace(handed_in(), awaits=((O,), (C,)), endorsed_by=(one,))
    with pytest.raises(Refusal, match="ở bước trước"):
        carry_out(endorsed, approve(OFFICE_HEAD.model_copy(update={"name": other})))
    assert approved_by(drafted, OFFICE_HEAD)[0].state is State.APPROVED


def test_the_head_of_another_department_is_not_the_head():
    question, _ = carry_out(a_question(), keep(HEAD, "Trả lời."))
    question, _ = carry_out(question, transfer(department=OFFICE))
    question, _ = carry_out(question, transfer(department=CULTURE))
    heads = Approval(LONG, frozenset({ECONOMY, CULTURE}), OFFICE)
    question, _ = carry_out(question, draft(OTHER_OFFICER), approval=heads)
    assert question.awaits == LONG


@pytest.mark.parametrize(("passed", "judge"), [((), CHAIRMAN), ((), HEAD), ((HEAD,), OFFICE_HEAD), ((HEAD,), CHAIRMAN)])
def test_whoever_is_still_to_pass_it_may_send_it_back_and_then_it_begins_anew(passed, judge):
    question, _ = approved_by(handed_in(), *passed)
    question, [event] = carry_out(question, give_back(judge))
    assert (type(event), event.returned_by) == (AnswerReturned, judge.name)
    assert (question.state, question.awaits, question.endorsed_by) == (State.RETURNED, (), ())
    question, [event] = carry_out(question, draft(text="Trả lời lại."), approval=LONG_APPROVAL)
    assert (question.awaits, question.endorsed_by, event.awaits) == (LONG, (), (Role.HEAD,))


def test_whose_step_is_done_sends_nothing_back():
    question, _ = approved_by(handed_in(), HEAD)
    with pytest.raises(Refusal, match="không trả lại dự thảo ở bước này"):
        carry_out(question, give_back(HEAD))


def test_another_version_has_to_pass_all_steps():
    question, _ = approved_by(handed_in(), HEAD)
    question, [event] = carry_out(question, draft(text="Trả lời khác."), approval=LONG_APPROVAL)
    assert (event.draft, question.awaits, question.endorsed_by) == (2, LONG, ())


@pytest.mark.parametrize("leave", [assign, redirect, refer_up])
def test_an_answer_that_was_not_passed_is_waited_for_by_nobody_once_the_question_has_left(leave):
    question, _ = carry_out(approved_by(handed_in(), HEAD)[0], leave())
    assert (question.awaits, question.endorsed_by) == ((), ())


def test_the_steps_are_those_of_the_day_it_was_handed_in():
    question = handed_in()
    assert replace(question, awaits=()).awaits != question.awaits
    with pytest.raises(Refusal):
        carry_out(question, approve(CHAIRMAN))
    of_before = a_question(State.DRAFTED, awaits=())
    assert carry_out(of_before, approve(CHAIRMAN))[0].state is State.APPROVED, "handed in before there were steps"


def test_what_was_handed_in_is_not_handed_back():
    with pytest.raises(Refusal, match="xin đề nghị trả lại trước"):
        carry_out(handed_in(), hand_back())
