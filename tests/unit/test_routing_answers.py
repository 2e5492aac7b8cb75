"""What becomes of an answer: drafted, judged by another, given at the conference; and more time for it."""

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from services.routing.answers import MOST_EXTENSION
from services.routing.coordination import LONGEST_OPINION, MOST_OPINIONS
from services.routing.question import Draft, Opinion, Question, State, as_told
from shared.contracts import Refusal
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerReturned,
    DraftKept,
    ExtensionGranted,
    ExtensionRequested,
    QuestionAnsweredAtDialogue,
    QuestionSettled,
    QuestionTakenForWrittenAnswer,
    TransferAccepted,
    WrittenAnswerOwed,
)
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    CULTURE,
    DIALOGUE,
    ECONOMY,
    HEAD,
    MORE_TIME,
    NOW,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    a_question,
    answer_aloud,
    approve,
    ask_for_more,
    attendance,
    carry_out,
    draft,
    extend,
    give_back,
    keep,
    names,
    opened,
    said,
    submission,
    take,
    take_note,
)

# --- in writing -------------------------------------------------------------------------------------------------------


def test_the_department_hands_in_its_answer():
    question, [event] = carry_out(a_question(), draft())
    assert question.state is State.DRAFTED
    assert event == said(
        AnswerDrafted, question=QUESTION, department=ECONOMY, draft=1, text="Trả lời.", drafted_by=OFFICER.name
    )


@pytest.mark.parametrize("state", [State.DRAFTED, State.RETURNED])
def test_a_new_draft_takes_the_place_of_one_that_is_not_approved(state):
    question, [event] = carry_out(a_question(state), draft(HEAD, "Trả lời lại."))
    assert (question.state, event.draft, question.drafts[-1].text) == (State.DRAFTED, 2, "Trả lời lại.")
    _, [approved] = carry_out(question, approve())
    assert approved.text == "Trả lời lại."


def test_an_answer_goes_back_with_what_is_wrong_with_it():
    question, [event] = carry_out(a_question(State.DRAFTED), give_back())
    assert question.state is State.RETURNED
    assert question.returns[-1].remarks == "Thiếu căn cứ"
    assert event == said(
        AnswerReturned,
        question=QUESTION,
        department=ECONOMY,
        draft=1,
        remarks="Thiếu căn cứ",
        returned_by=OFFICE_HEAD.name,
    )


def test_an_approved_answer_may_be_given():
    question, [event] = carry_out(a_question(State.DRAFTED), approve())
    assert (question.state, question.approved_at) == (State.APPROVED, NOW)
    assert event == said(
        AnswerApproved,
        question=QUESTION,
        dialogue=DIALOGUE,
        department=ECONOMY,
        text="Trả lời.",
        approved_by=CHAIRMAN.name,
    )


# --- versions ---------------------------------------------------------------------------------------------------------


def test_a_version_is_kept_and_handed_in_later_under_its_own_number():
    question, [event] = carry_out(a_question(), keep())
    assert event == said(
        DraftKept, question=QUESTION, department=ECONOMY, draft=1, text="Trả lời dở.", kept_by=OFFICER.name
    )
    assert (question.state, question.drafts[-1].handed_in) == (State.ASSIGNED, False)
    assert carry_out(question, keep()) == (question, []), "the same text"
    question, _ = carry_out(question, keep(HEAD, "Trả lời đủ."))
    question, [event] = carry_out(question, draft(HEAD, "Trả lời đủ."))
    assert [(one.number, one.by, one.handed_in) for one in question.drafts] == [
        (1, OFFICER.name, False),
        (2, HEAD.name, True),
    ]
    assert (event.draft, event.drafted_by) == (2, HEAD.name)


def test_another_text_than_the_one_kept_is_a_version_of_its_own():
    question, _ = carry_out(a_question(), keep())
    question, [event] = carry_out(question, draft())
    assert (event.draft, [one.text for one in question.drafts]) == (2, ["Trả lời dở.", "Trả lời."])


def test_what_came_back_and_is_handed_in_again_as_it_was_is_a_new_version():
    question, _ = carry_out(a_question(State.DRAFTED), give_back())
    assert carry_out(question, keep(text="Trả lời.")) == (question, [])
    _, [event] = carry_out(question, draft())
    assert event.draft == 2


def test_who_keeps_a_version_of_what_was_handed_over_has_taken_it_up():
    waiting = a_question(awaits_acceptance=True)
    question, events = carry_out(waiting, keep())
    assert (names(events), question.awaits_acceptance) == ([TransferAccepted, DraftKept], False)


@pytest.mark.parametrize(
    ("text", "names_it"),
    [
        ("Lệ phí là {mức lệ phí}.", "{mức lệ phí}"),
        ("Nộp tại {nơi nộp} trong {số ngày} ngày, {nơi nộp}.", "{nơi nộp}, {số ngày}"),
    ],
)
def test_a_place_left_unfilled_is_named_and_holds_the_answer_up(text, names_it):
    with pytest.raises(Refusal) as refused:
        carry_out(a_question(), draft(text=text))
    assert (refused.value.code, f"Còn chỗ chưa điền: {names_it}. Xin" in refused.value.reason) == ("invalid", True)
    assert carry_out(a_question(), keep(text=text))[1], "it may be kept until it is filled in"


def test_of_many_places_left_unfilled_the_first_are_named():
    text = " ".join(f"{{chỗ {number}}}" for number in range(1, 2_001))
    with pytest.raises(Refusal, match=r"\{chỗ 10\} và 1990 chỗ khác\.") as refused:
        carry_out(a_question(), draft(text=text))
    assert len(refused.value.reason) < 300


def test_what_is_read_out_at_the_conference_has_no_place_left_unfilled():
    with pytest.raises(Refusal, match=r"Còn chỗ chưa điền: \{mức lệ phí\}\."):
        carry_out(a_question(present=True), answer_aloud(text="Lệ phí là {mức lệ phí}."))


# --- how many ---------------------------------------------------------------------------------------------------------

LONGEST = 50_000


def versions(count, length=100):
    return tuple(Draft(number, f"{number} ".ljust(length, "ầ"), OFFICER.name, NOW) for number in range(1, count + 1))


@pytest.mark.parametrize(
    ("state", "drafts", "command", "says"),
    [
        (State.ASSIGNED, versions(40), keep(), "đã có 40 bản, không lưu thêm được bản nháp. Xin soạn tiếp bên ngoài"),
        (State.ASSIGNED, versions(8, LONGEST), keep(), "đã có 8 bản, không lưu thêm được bản nháp"),
        (State.DRAFTED, versions(60), draft(), "Xin để người duyệt quyết định bản đang chờ duyệt"),
        (State.RETURNED, versions(60), draft(), "đề nghị Văn phòng hướng dẫn người hỏi bằng văn bản"),
        (State.RETURNED, versions(11, LONGEST), draft(text="ầ" * LONGEST), None),
        (State.RETURNED, versions(12, LONGEST), draft(), "Xin rút gọn"),
        (State.ASSIGNED, versions(59), draft(), None),
    ],
)
def test_there_is_an_end_to_the_versions_of_an_answer(state, drafts, command, says):
    question = a_question(state, drafts=drafts)
    if says is None:
        assert carry_out(question, command)[0].state is State.DRAFTED
        return
    with pytest.raises(Refusal) as refused:
        carry_out(question, command)
    assert (refused.value.code, says in refused.value.reason) == ("invalid", True), refused.value.reason


def test_who_has_kept_as_many_as_may_be_hands_in_the_last_of_them():
    question = a_question(drafts=tuple(replace(one, handed_in=False) for one in versions(40)))
    question, [event] = carry_out(question, draft(text=question.drafts[-1].text))
    assert (question.state, event.draft, len(question.drafts)) == (State.DRAFTED, 40, 40)


def test_a_question_with_all_that_may_be_written_about_it_is_saved_and_told():
    opinions = tuple(Opinion(CULTURE, "ầ" * LONGEST_OPINION, OTHER_OFFICER.name, NOW) for _ in range(MOST_OPINIONS))
    question = a_question(State.DRAFTED, drafts=versions(12, LONGEST), opinions=opinions)
    whole = TypeAdapter(Question).dump_python(question, mode="json")
    most = json.dumps(whole, ensure_ascii=False).encode()
    assert 3 * len(most) < 15 * 2**20, "in the question, kept, and handed in"
    told = as_told(whole)
    assert len(json.dumps(told, ensure_ascii=False).encode()) < 2**20
    assert told["drafts"][-1]["text"] == question.drafts[-1].text
    assert [one["number"] for one in told["drafts"]] == list(range(1, 13))
    assert [one["by"] for one in told["opinions"]] == [OTHER_OFFICER.name] * MOST_OPINIONS


# --- more time --------------------------------------------------------------------------------------------------------


def test_a_request_for_more_time_moves_nothing_yet_and_says_all_four_points():
    question, [event] = carry_out(a_question(), ask_for_more())
    assert (question.state, question.extended_by) == (State.ASSIGNED, 0)
    assert event == said(
        ExtensionRequested,
        question=QUESTION,
        department=ECONOMY,
        working_days=5,
        requested_by=OFFICER.name,
        **MORE_TIME,
    )
    kept = question.extension_requested
    assert (kept.working_days, kept.requirement, kept.responsible) == (
        5,
        MORE_TIME["requirement"],
        MORE_TIME["responsible"],
    )


def test_granting_it_tells_the_asker_what_why_how_long_and_who():
    question, [event] = carry_out(carry_out(a_question(), ask_for_more())[0], extend())
    assert question.extension_requested is None
    assert event == said(
        ExtensionGranted,
        question=QUESTION,
        department=ECONOMY,
        working_days=5,
        granted_by=OFFICE_HEAD.name,
        **MORE_TIME,
    )


def test_extensions_add_up_to_30_working_days_at_most():
    question, _ = carry_out(a_question(extended_by=25), extend(working_days=5))
    assert question.extended_by == MOST_EXTENSION == 30
    with pytest.raises(Refusal):
        carry_out(question, extend(working_days=1))


# --- at the conference ------------------------------------------------------------------------------------------------

TO_BE_ANSWERED = [State.AWAITS_TRIAGE, State.ASSIGNED, State.DRAFTED, State.RETURNED, State.APPROVED]


@pytest.mark.parametrize("state", TO_BE_ANSWERED)
def test_who_is_there_is_answered_on_the_spot_whatever_was_prepared(state):
    question, events = carry_out(a_question(state, present=True), answer_aloud())
    assert (question.state, question.settled_how) == (State.SETTLED, "answered-at-dialogue")
    assert events == [
        said(
            QuestionAnsweredAtDialogue,
            question=QUESTION,
            dialogue=DIALOGUE,
            answer="Đã có sổ.",
            answered_by="Nguyễn Văn Lợi, Chủ tịch UBND xã",
        ),
        said(QuestionSettled, question=QUESTION, how="answered-at-dialogue"),
    ]


def test_who_asks_from_the_floor_is_there_before_anybody_has_recorded_it():
    question, _ = opened(submission(channel="floor"))
    assert carry_out(question, answer_aloud())[0].state is State.SETTLED
    assert take_note(question, attendance()) == (question, [])


@pytest.mark.parametrize(
    "why", [{"on_time": False, "owed_because": "late"}, {"outside_subject": True, "owed_because": "outside-subject"}]
)
def test_what_was_owed_in_writing_may_still_be_answered_on_the_spot(why):
    question, events = carry_out(a_question(present=True, **why), answer_aloud())
    assert question.settled_how == "answered-at-dialogue"
    assert names(events) == [QuestionAnsweredAtDialogue, QuestionSettled]


@pytest.mark.parametrize("state", TO_BE_ANSWERED)
def test_what_nobody_can_answer_at_once_is_taken_and_owed_in_writing(state):
    question, events = carry_out(a_question(state, present=True), take())
    assert question.state is state
    assert events == [
        said(
            QuestionTakenForWrittenAnswer,
            question=QUESTION,
            dialogue=DIALOGUE,
            note="Giao Phòng Kinh tế trả lời",
            taken_by=CLERK.name,
        ),
        said(WrittenAnswerOwed, question=QUESTION, dialogue=DIALOGUE, because="taken"),
    ]


def test_what_was_owed_in_writing_before_is_taken_without_saying_so_again():
    _, events = carry_out(a_question(on_time=False, owed_because="late"), take())
    assert names(events) == [QuestionTakenForWrittenAnswer]
