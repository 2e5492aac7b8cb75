"""Departments that say what they know to the one in the lead; and a department that hands a question back."""

from dataclasses import replace

import pytest

from services.routing.coordination import LONGEST_OPINION, MOST_OPINIONS, USUAL_MATTER
from services.routing.question import ExtensionRequest, Opinion, State
from shared.contracts import Refusal
from shared.contracts.routing import (
    AnswerApproved,
    CoordinationAsked,
    OpinionGiven,
    QuestionAssigned,
    QuestionHandedBack,
)
from tests.unit.routing_questions import (
    CLERK,
    CULTURE,
    ECONOMY,
    HEAD,
    HEALTH,
    LAND,
    NOW,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    STRANGER,
    a_question,
    approve,
    ask_for_more,
    ask_others,
    assign,
    carry_out,
    draft,
    extend,
    give_back,
    hand_back,
    keep,
    names,
    of_department,
    opine,
    redirect,
    refer_up,
    reopen,
    said,
    transfer,
)

OPINION = Opinion(CULTURE, "Đã có quy hoạch.", OTHER_OFFICER.name, NOW)


def asking(department, departments, matter="Diện tích xây trường", by=CLERK):
    return said(
        CoordinationAsked,
        question=QUESTION,
        department=department,
        departments=departments,
        matter=matter,
        asked_by=by.name,
    )


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_the_office_names_who_coordinates_when_it_assigns():
    question, events = carry_out(
        a_question(State.AWAITS_TRIAGE), assign(coordinating=(ECONOMY, OFFICE, ECONOMY), matter="Diện tích")
    )
    assert names(events) == [QuestionAssigned, CoordinationAsked]
    assert events[1] == asking(CULTURE, (ECONOMY, OFFICE), "Diện tích")
    assert question.coordinating == (ECONOMY, OFFICE)


def test_a_matter_that_nobody_wrote_is_said_in_usual_words():
    _, [_, asked] = carry_out(a_question(), assign(coordinating=(ECONOMY,)))
    assert asked.matter == USUAL_MATTER


@pytest.mark.parametrize("actor", [CLERK, OFFICE_HEAD, OFFICER, HEAD], ids=lambda actor: actor.role)
def test_the_office_or_the_lead_asks_others_beside_those_asked_before(actor):
    question, [event] = carry_out(a_question(coordinating=(OFFICE,)), ask_others(actor))
    assert question.coordinating == (OFFICE, CULTURE)
    assert event == asking(ECONOMY, (OFFICE, CULTURE), by=actor)


@pytest.mark.parametrize(
    ("question", "command", "code", "says"),
    [
        (a_question(), ask_others(departments=(ECONOMY,)), "invalid", "không phối hợp với chính mình"),
        (a_question(), ask_others(departments=(CULTURE, "phong-la")), "invalid", "không có phòng nào mang mã phong-la"),
        (a_question(coordinating=(CULTURE,)), ask_others(), "invalid", "không có gì thay đổi"),
        (a_question(), ask_others(OTHER_OFFICER, (OFFICE,)), "forbidden", "giao cho phòng khác"),
        (a_question(coordinating=(CULTURE,)), ask_others(OTHER_OFFICER, (OFFICE,)), "forbidden", "giao cho phòng khác"),
        (a_question(), ask_others(STRANGER), "forbidden", "thuộc xã khác"),
        (a_question(State.AWAITS_TRIAGE), ask_others(), "not-now", "khi phòng chủ trì đang soạn"),
        (a_question(State.DRAFTED), ask_others(), "not-now", "khi phòng chủ trì đang soạn"),
        (a_question(), assign(coordinating=(CULTURE,)), "invalid", "không phối hợp với chính mình"),
        (a_question(), assign(coordinating=("phong-la",)), "invalid", "không có phòng nào mang mã phong-la"),
        (a_question(), opine(), "forbidden", "không được đề nghị phối hợp"),
        (a_question(coordinating=(CULTURE,)), opine(OFFICER), "forbidden", "không được đề nghị phối hợp"),
        (a_question(coordinating=(CULTURE,)), opine(CLERK), "forbidden", "việc này dành cho công chức"),
        (a_question(State.APPROVED, coordinating=(CULTURE,)), opine(), "not-now", "khi câu trả lời chưa được duyệt"),
        (a_question(coordinating=(CULTURE,)), draft(OTHER_OFFICER), "forbidden", "giao cho phòng khác"),
        (a_question(coordinating=(CULTURE,)), keep(OTHER_OFFICER), "forbidden", "giao cho phòng khác"),
        (a_question(coordinating=(CULTURE,)), hand_back(OTHER_OFFICER), "forbidden", "giao cho phòng khác"),
    ],
)
def test_it_is_refused_where(question, command, code, says):
    with pytest.raises(Refusal, match=says) as refused:
        carry_out(question, command)
    assert refused.value.code == code


# --- what they say ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RETURNED, State.DRAFTED])
def test_a_department_that_was_asked_says_what_it_knows_as_often_as_it_likes(state):
    question, [event] = carry_out(a_question(state, coordinating=(CULTURE,)), opine())
    assert (question.opinions, question.state) == ((OPINION,), state)
    assert event == said(
        OpinionGiven, question=QUESTION, department=CULTURE, text=OPINION.text, given_by=OTHER_OFFICER.name
    )
    assert carry_out(question, opine()) == (question, []), "the same words of the same person"
    question, _ = carry_out(question, opine(text="Còn 2 ha."))
    question, _ = carry_out(question, opine(of_department(HEAD, CULTURE)))
    assert [opinion.by for opinion in question.opinions] == [OTHER_OFFICER.name, OTHER_OFFICER.name, HEAD.name]


@pytest.mark.parametrize(
    ("given", "text", "says"),
    [
        (MOST_OPINIONS, "Còn 2 ha.", "đã có 20 ý kiến phối hợp. Xin trao đổi trực tiếp"),
        (0, "ầ" * (LONGEST_OPINION + 1), "dài quá 10.000 ký tự. Xin nêu ý chính"),
        (MOST_OPINIONS - 1, "ầ" * LONGEST_OPINION, None),
    ],
)
def test_there_is_an_end_to_what_they_say(given, text, says):
    question = a_question(coordinating=(CULTURE,), opinions=(OPINION,) * given)
    if says is None:
        assert carry_out(question, opine(text=text))[1]
        return
    with pytest.raises(Refusal, match=says):
        carry_out(question, opine(text=text))


# --- when it ends -----------------------------------------------------------------------------------------------------

BESIDE = a_question(
    coordinating=(CULTURE, OFFICE),
    opinions=(OPINION,),
    extension_requested=ExtensionRequest(5, "Cần đo lại", OFFICER.name),
    awaits_acceptance=True,
    follows="01J8-1",
    follows_code="P2WX-77QD",
)


@pytest.mark.parametrize(
    ("leave", "left"),
    [
        (hand_back(), ()),
        (redirect(), ()),
        (refer_up(), ()),
        (assign(), ()),
        (assign(coordinating=(ECONOMY,)), (ECONOMY,)),
        (transfer(), (OFFICE,)),
        (transfer(department=OFFICE), (CULTURE,)),
    ],
)
def test_a_question_that_leaves_its_department_takes_nothing_with_it_but_what_was_said(leave, left):
    question, _ = carry_out(BESIDE, leave)
    assert question.coordinating == left
    assert question.opinions == (OPINION,)
    assert (question.follows, question.follows_code, question.extension_requested) == (None, None, None)
    assert not question.awaits_acceptance


def test_where_only_the_field_is_corrected_all_stays():
    question, events = carry_out(BESIDE, assign(field=HEALTH, department=ECONOMY))
    assert (question.coordinating, question.follows) == ((CULTURE, OFFICE), "01J8-1")
    assert question.awaits_acceptance, "its term stands still until the department itself takes it up"
    assert names(events) == [QuestionAssigned]


def test_a_question_that_is_opened_again_is_coordinated_by_nobody():
    settled = a_question(State.SETTLED, coordinating=(CULTURE,), decided_at=NOW)
    question, _ = carry_out(settled, reopen())
    assert (question.coordinating, question.decided_at) == ((), None)


# --- handed back ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RETURNED])
@pytest.mark.parametrize("actor", [OFFICER, HEAD], ids=lambda actor: actor.role)
def test_a_department_hands_back_what_is_not_its_own_with_the_reason(state, actor):
    before = a_question(state, session=2, confidence=0.86, decided_at=NOW, extended_by=5)
    question, [event] = carry_out(before, hand_back(actor))
    assert event == said(
        QuestionHandedBack,
        question=QUESTION,
        department=ECONOMY,
        reason="Thuộc lĩnh vực của phòng khác",
        handed_back_by=actor.name,
    )
    assert question == replace(
        before,
        state=State.AWAITS_TRIAGE,
        field=None,
        department=None,
        session=None,
        because=("Thuộc lĩnh vực của phòng khác",),
        confidence=0.0,
        decided_at=None,
    )
    question, [assigned] = carry_out(question, assign(field=LAND, department=ECONOMY))
    assert (assigned.department, question.decided_at) == (ECONOMY, NOW), "also the same again"


def test_only_what_a_person_decided_is_dated():
    assert a_question().decided_at is None
    assert carry_out(a_question(), assign())[0].decided_at == NOW
    assert carry_out(a_question(), assign(field=HEALTH, department=ECONOMY))[0].decided_at == NOW
    assert carry_out(a_question(), transfer())[0].decided_at == NOW


# --- while it gets the answer of another ------------------------------------------------------------------------------

FOLLOWER = a_question(follows="01J8-1", follows_code="P2WX-77QD")


@pytest.mark.parametrize("work", [keep(), draft(), ask_for_more(), extend()], ids=lambda command: command.verb)
def test_what_gets_the_answer_of_another_has_no_work_of_its_own(work):
    with pytest.raises(
        Refusal, match=r"trả lời chung với câu hỏi của phiếu P2WX-77QD, nên không .* hoặc tách"
    ) as refused:
        carry_out(FOLLOWER, work)
    assert refused.value.code == "not-now"
    assert carry_out(replace(FOLLOWER, follows=None), work)[1]


@pytest.mark.parametrize("judge", [approve, give_back])
def test_one_text_is_judged_once(judge):
    drafted = a_question(State.DRAFTED, follows="01J8-1")
    with pytest.raises(Refusal, match="trả lời chung với một câu hỏi khác"):
        carry_out(drafted, judge())
    assert names(carry_out(replace(drafted, follows=None), approve())[1]) == [AnswerApproved]
