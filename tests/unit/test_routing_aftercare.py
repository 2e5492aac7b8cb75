"""What becomes of a question that is withdrawn, or whose answer was not enough; and what others may read of it."""

from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from services.routing.question import Draft, Question, Referral, State
from services.routing.review import Finding, find, note_finding
from shared.contracts import Refusal, TooEarly
from shared.contracts.routing import (
    AnswerApproved,
    AnswerPublished,
    AnswerUnpublished,
    Proposal,
    QuestionReopened,
    QuestionSettled,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    COMMAND_OF,
    CULTURE,
    DIALOGUE,
    ECONOMY,
    ENDED_AT,
    HEALTH,
    LAND,
    NOW,
    OFFICE_CONTACTS,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    STRANGER,
    a_question,
    answer_aloud,
    approve,
    assign,
    attendance,
    cancelled,
    carry_out,
    draft,
    excuse,
    held,
    invite,
    names,
    of_department,
    publish,
    rated,
    reopen,
    report_up,
    said,
    sent,
    take,
    take_note,
    unpublish,
    waitlist,
    withdrawn,
)

HOUR = timedelta(hours=1)
DRAFTS = (Draft(1, "Trả lời.", OFFICER.name, NOW),)


def settled(how="answered-in-writing", **fields):
    return a_question(State.SETTLED, **{"settled_how": how, "drafts": DRAFTS, "approved_at": NOW} | fields)


def reopened(**fields):
    """A question answered at NOW and contested an hour later."""
    question, _ = take_note(settled(**fields), rated(NOW + HOUR), NOW + HOUR)
    return question


# --- withdrawn --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", sorted(set(State) - {State.SETTLED}))
def test_a_withdrawn_question_is_settled_wherever_it_is(state):
    waiting = state in (State.ASSIGNED, State.RETURNED)
    question, [event] = take_note(a_question(state, awaits_acceptance=waiting), withdrawn(), NOW + HOUR)
    assert (question.state, question.settled_how, question.settled_at) == (State.SETTLED, "withdrawn", NOW + HOUR)
    assert (question.awaits_acceptance, question.extension_requested) == (False, None)
    assert (type(event), event.how, event.occurred_at) == (QuestionSettled, "withdrawn", NOW + HOUR)
    assert take_note(question, withdrawn(), NOW + HOUR) == (question, [])


def test_a_question_that_is_withdrawn_before_it_is_known_comes_too_early():
    with pytest.raises(TooEarly):
        take_note(None, withdrawn())


def test_only_the_questions_that_were_withdrawn_are_settled():
    question = a_question()
    assert take_note(question, withdrawn(questions=("01J9-2",))) == (question, [])


def test_an_answer_that_was_given_first_stays_given():
    assert take_note(settled(), withdrawn()) == (settled(), [])


@pytest.mark.parametrize(
    "fact",
    [
        sent("answer"),
        sent("guidance"),
        sent("referral"),
        attendance(),
        excuse(),
        waitlist(),
        invite(),
        held(),
        cancelled(),
        rated(NOW + HOUR),
    ],
    ids=lambda fact: fact.name,
)
def test_what_was_on_its_way_changes_nothing_about_a_withdrawn_question(fact):
    question, _ = take_note(a_question(State.APPROVED), withdrawn())
    after, events = take_note(question, fact)
    assert (after.state, after.settled_how, events) == (State.SETTLED, "withdrawn", [])


@pytest.mark.parametrize("order", list(permutations([attendance(), held(), withdrawn()])))
def test_who_withdraws_before_the_answer_is_approved_is_owed_nothing_whatever_arrives_first(order):
    question, said_ = a_question(State.DRAFTED), []
    for fact in order:
        question, events = take_note(question, fact)
        said_ += events
    assert question.settled_how == "withdrawn"
    assert names(said_).count(QuestionSettled) == 1


@pytest.mark.parametrize("command", sorted(set(COMMAND_OF), key=lambda one: one.__name__))
def test_nothing_is_done_any_more_with_a_withdrawn_question(command):
    question, _ = take_note(a_question(coordinating=(CULTURE,)), withdrawn())
    if command.__name__ == "UnpublishAnswer":
        assert carry_out(question, unpublish()) == (question, [])
        return
    with pytest.raises(Refusal, match="Người hỏi đã rút câu hỏi này, nên không") as refused:
        carry_out(question, COMMAND_OF[command]())
    assert refused.value.code == "not-now"


def test_a_withdrawn_question_is_like_no_other():
    text = "Bao giờ các hộ ở thôn Nội được cấp giấy chứng nhận quyền sử dụng đất?"
    gone, _ = take_note(a_question(text=text), withdrawn())
    later = replace(a_question(text=text), id="01K0-1", case="01K0", received_at=NOW + HOUR)
    assert find([gone, later], [], {DIALOGUE}) == []
    assert note_finding(gone, Finding(QUESTION, ("01H8-1",)), NOW) == (gone, [])


# --- contested --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["answered-in-writing", "answered-at-dialogue"])
def test_a_bad_mark_puts_the_question_before_the_office_and_a_letter_is_owed(how):
    question, [told, owed] = take_note(settled(how), rated(NOW + HOUR), NOW + 2 * HOUR)
    assert (question.state, question.settled_how, question.settled_at) == (State.AWAITS_TRIAGE, None, None)
    assert (question.round, question.reopened_at, question.approved_at) == (2, NOW + 2 * HOUR, None)
    assert (question.field, question.department) == (None, None)
    assert question.proposals == (Proposal(field=LAND, department=ECONOMY, confidence=1.0),)
    assert question.drafts == DRAFTS, "what was answered stays to be read"
    assert isinstance(told, QuestionReopened)
    assert (told.round, told.mark, told.reason, told.reopened_by) == (2, 1, "Chưa nêu lệ phí.", None)
    assert isinstance(owed, WrittenAnswerOwed)
    assert owed.because == question.owed_because == "reopened"


def test_a_bad_mark_without_words_says_what_it_means():
    _, [told, _] = take_note(settled(), rated(NOW + HOUR, words=None))
    assert told.reason == "Người hỏi cho biết câu trả lời chưa đáp ứng nội dung đã hỏi."


@pytest.mark.parametrize(
    ("question", "mark", "because"),
    [
        (settled(), 3, "a mark of the middle contests nothing"),
        (settled("redirected"), 1, "it was not answered here"),
        (settled("referred-up"), 1, "it was not answered here"),
        (settled("withdrawn"), 1, "he wanted no answer"),
        (settled(settled_at=NOW + 2 * HOUR), 1, "the mark is of an answer before"),
        (reopened(), 1, "the office has it already"),
    ],
)
def test_a_mark_reopens_nothing_where(question, mark, because):
    assert take_note(question, rated(NOW + HOUR, mark=mark)) == (question, []), because


def test_a_mark_that_is_heard_before_the_settlement_comes_too_early():
    with pytest.raises(TooEarly):
        take_note(a_question(State.APPROVED), rated(NOW + HOUR))
    with pytest.raises(TooEarly):
        take_note(None, rated(NOW + HOUR))


def test_a_question_of_before_settlements_were_dated_can_be_contested():
    question, events = take_note(settled(settled_at=None), rated(NOW + HOUR))
    assert (question.round, len(events)) == (2, 2)


def answered_again(question, now):
    """Assigned to the same department as before, drafted, approved."""
    question, _ = carry_out(question, assign(field=LAND, department=ECONOMY), now)
    question, _ = carry_out(question, draft(text="Lệ phí 25.000 đồng."), now)
    return carry_out(question, approve(), now)


def test_a_reopened_question_goes_its_way_again_and_ends_with_the_new_letter_only():
    question, [approved] = answered_again(reopened(), NOW + 3 * HOUR)
    assert isinstance(approved, AnswerApproved)
    assert (approved.round, approved.text, len(question.drafts)) == (2, "Lệ phí 25.000 đồng.", 2)
    assert take_note(question, sent()) == (question, []), "the first letter, heard of again"
    assert take_note(question, attendance())[0].state is State.APPROVED, "he hears nothing at the dialogue any more"
    assert take_note(question, held(NOW + 4 * HOUR))[0].state is State.APPROVED
    question, [event] = take_note(question, sent(round=2), NOW + 4 * HOUR)
    assert (type(event), event.how, question.settled_at) == (QuestionSettled, "answered-in-writing", NOW + 4 * HOUR)
    assert take_note(question, rated(NOW + HOUR)) == (question, []), "the old mark, heard of again"
    question, [told, _] = take_note(question, rated(NOW + 5 * HOUR, mark=2))
    assert (told.round, question.round) == (3, 3)


@pytest.mark.parametrize("state", sorted(set(State) - {State.SETTLED, State.REDIRECTED, State.REFERRED_UP}))
def test_the_first_letter_is_no_news_to_a_reopened_question_wherever_it_is(state):
    question = a_question(state, round=2, reopened_at=NOW, owed_because="reopened")
    assert take_note(question, sent()) == (question, [])


def test_a_reopened_question_may_be_guided_elsewhere():
    question = a_question(State.REDIRECTED, round=2, reopened_at=NOW, owed_because="reopened")
    assert take_note(question, sent("guidance"))[0].settled_how == "redirected"


@pytest.mark.parametrize("command", [answer_aloud(), take()])
def test_a_reopened_question_is_answered_in_writing_only(command):
    with pytest.raises(Refusal, match="lần này xin trả lời bằng văn bản"):
        carry_out(a_question(round=2, present=True, owed_because="reopened"), command)


def test_a_reopened_question_may_be_withdrawn_but_not_by_a_word_of_before():
    assert take_note(reopened(), withdrawn(NOW)) == (reopened(), [])
    assert take_note(reopened(), withdrawn(NOW + 2 * HOUR))[0].settled_how == "withdrawn"


def test_the_office_may_reopen_what_was_answered_and_another_department_answers():
    question, [told, _] = carry_out(settled(), reopen(), NOW + HOUR)
    assert (told.reopened_by, told.mark, told.round) == (CLERK.name, None, 2)
    question, [assigned] = carry_out(question, assign(field=HEALTH, department=CULTURE))
    assert (assigned.department, question.state) == (CULTURE, State.ASSIGNED)
    question, _ = carry_out(question, draft(of_department(OFFICER, CULTURE)))
    assert question.drafts[-1].number == 2


@pytest.mark.parametrize(
    ("question", "command", "code", "says"),
    [
        (settled(), reopen(OFFICER), "forbidden", "việc này dành cho cán bộ Văn phòng"),
        (settled(), reopen(STRANGER), "forbidden", "thuộc xã khác"),
        (settled("redirected"), reopen(), "not-now", "Chỉ mở lại câu hỏi đã được trả lời xong"),
        (a_question(State.APPROVED), reopen(), "not-now", "Chỉ mở lại câu hỏi đã được trả lời xong"),
        (reopened(), reopen(), "not-now", "đang chờ phân loại, nên không mở lại"),
    ],
)
def test_it_is_refused_to_reopen(question, command, code, says):
    with pytest.raises(Refusal, match=says) as refused:
        carry_out(question, command)
    assert refused.value.code == code


# --- the library ------------------------------------------------------------------------------------------------------


def test_an_answered_question_is_published_once_in_the_words_that_name_nobody():
    question, [told] = carry_out(settled(), publish(), NOW)
    assert told == said(
        AnswerPublished,
        question=QUESTION,
        field=LAND,
        asked="Bao giờ thôn Nội có sổ đỏ?",
        answered="Trong quý IV năm 2026.",
        published_by=OFFICE_HEAD.name,
    )
    assert carry_out(question, publish(CHAIRMAN), NOW + HOUR) == (question, [])
    mended, [told] = carry_out(question, publish(answered="Trong tháng 12 năm 2026."), NOW + HOUR)
    assert (told.answered, mended.publication.at) == ("Trong tháng 12 năm 2026.", NOW + HOUR)


@pytest.mark.parametrize(
    ("question", "command", "says"),
    [
        (settled(), publish(OFFICER), "việc này dành cho cán bộ Văn phòng"),
        (settled(), publish(OTHER_OFFICER), "việc này dành cho cán bộ Văn phòng"),
        (settled(), publish(STRANGER), "thuộc xã khác"),
        (a_question(State.APPROVED), publish(), "Chỉ công khai câu hỏi đã được trả lời xong"),
        (settled("redirected"), publish(), "Chỉ công khai câu hỏi đã được trả lời xong"),
        (settled(scope=Scope.COMPLAINT), publish(), "khiếu nại, tố cáo"),
        (settled(scope=Scope.DENUNCIATION), publish(), "khiếu nại, tố cáo"),
        (
            settled(),
            publish(asked="Số tôi là 0912.345.678, bao giờ có sổ?"),
            "Còn số điện thoại “0912.345.678” trong nội dung câu hỏi. Xin lược bỏ",
        ),
        (
            settled(),
            publish(answered="Bà Hoa (CCCD 001185012345, hoa@nha.example) đã nộp."),
            "Còn số giấy tờ tùy thân “001185012345”, thư điện tử “hoa@nha.example” trong nội dung câu trả lời",
        ),
    ],
)
def test_it_is_refused_to_publish(question, command, says):
    with pytest.raises(Refusal) as refused:
        carry_out(question, command)
    assert says in refused.value.reason


def test_the_office_itself_may_be_named():
    phone, email = OFFICE_CONTACTS
    question, _ = carry_out(settled(), publish(answered=f"Xin gọi {phone.replace(' ', '.')} hoặc gửi {email}."))
    assert question.publication is not None


@pytest.mark.parametrize("then", [None, rated(NOW + HOUR)])
def test_what_is_published_may_be_taken_out_whatever_became_of_the_question(then):
    question, _ = carry_out(settled(), publish())
    if then is not None:
        question, _ = take_note(question, then)
        assert question.publication is not None
    question, [told] = carry_out(question, unpublish(), NOW)
    assert told == said(
        AnswerUnpublished, question=QUESTION, reason="Quy định đã thay đổi", unpublished_by=OFFICE_HEAD.name
    )
    assert carry_out(question, unpublish()) == (question, [])


def test_a_department_or_a_stranger_takes_nothing_out():
    question, _ = carry_out(settled(), publish())
    for actor in (OFFICER, STRANGER):
        with pytest.raises(Refusal):
            carry_out(question, unpublish(actor))


def test_what_was_referred_up_may_be_withdrawn_and_needs_no_report():
    question = a_question(State.REFERRED_UP, referral=Referral("UBND thành phố", told=True))
    question, _ = take_note(question, withdrawn(NOW + HOUR), NOW + HOUR)
    assert isinstance(question, Question)
    with pytest.raises(Refusal, match="Người hỏi đã rút"):
        carry_out(question, report_up())
    assert take_note(question, sent("referral"), ENDED_AT)[1] == []
