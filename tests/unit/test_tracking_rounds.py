"""What a citizen reads when more happens than an answer: withdrawn, rated, answered again, undelivered, handed on."""

from datetime import timedelta
from typing import Any

import pytest

from services.intake.pages.tracking import Earlier, stories
from services.intake.submissions import Mark, Settled
from shared.contracts import Event, deadlines, intake, notify, routing
from tests.builders import (
    NOW,
    QUESTION,
    SUBMISSION,
    of_deadline,
    of_form,
    of_message,
    of_question,
    question,
    registrant,
)
from tests.unit.test_tracking import CENTRE, NAMES, dialogue, envelopes, line, note, story, submission

HOUR = timedelta(hours=1)
LATE = submission(on_time=False, attendance=None, dialogue=None)

ASSIGNED = of_question(routing.QuestionAssigned)
TERM = of_deadline(deadlines.DeadlineSet)
DRAFTED = of_question(routing.AnswerDrafted)
APPROVED = of_question(routing.AnswerApproved, round=1, text="Ông/bà mang căn cước đến Trung tâm.")
MAILED = of_message(notify.NotificationSent, round=1, occurred_at=NOW + HOUR)
RATED = of_form(intake.AnswerRated, mark=1, words="Chưa nêu lệ phí.", occurred_at=NOW + 2 * HOUR)
REOPENED = of_question(routing.QuestionReopened, mark=1, reason="Chưa nêu lệ phí.", occurred_at=NOW + 2 * HOUR)
FIRST_ROUND = [ASSIGNED, TERM, DRAFTED, APPROVED, MAILED, RATED, REOPENED]
AGAIN = of_question(routing.QuestionAwaitsTriage)
APPROVED_AGAIN = of_question(routing.AnswerApproved, round=2, text="Lệ phí là 8.000 đồng.")
MAILED_AGAIN = of_message(notify.NotificationSent, round=2, notification=f"{SUBMISSION}.answer.2")

BEFORE = ["✓ Đã tiếp nhận", "✓ Đã trả lời (lần 1)", "✓ Văn phòng xem lại câu hỏi"]
AHEAD = ["○ Soạn câu trả lời", "○ Lãnh đạo duyệt", "○ Gửi câu trả lời cho ông/bà"]


@pytest.mark.parametrize(
    ("events", "expected", "because"),
    [
        ([], [*BEFORE, "● Chờ phân loại", *AHEAD], "the office has it again"),
        ([AGAIN], [*BEFORE, "● Chờ phân loại", *AHEAD], "routing says so, too"),
        ([ASSIGNED, TERM], [*BEFORE, f"✓ {CENTRE}", "● Đang soạn trả lời", *AHEAD[1:]], "the same department again"),
        (
            [ASSIGNED, DRAFTED, APPROVED_AGAIN, MAILED_AGAIN],
            [*BEFORE, f"✓ {CENTRE}", "✓ Đã soạn trả lời", "✓ Lãnh đạo đã duyệt", "✓ Đã gửi thư điện tử trả lời"],
            "a second answer goes out",
        ),
        (
            [ASSIGNED, APPROVED, MAILED],
            [*BEFORE, f"✓ {CENTRE}", "● Đang soạn trả lời", *AHEAD[1:]],
            "what belongs to the first round, heard late, settles nothing",
        ),
    ],
)
def test_the_second_round_has_steps_of_its_own(events: list[Event], expected: list[str], because: str) -> None:
    for happened in ([*FIRST_ROUND, *events], [one for event in [*FIRST_ROUND, *events] for one in (event, event)]):
        assert line(story(*happened, of=LATE)) == expected, because


def test_the_first_answer_stays_readable_with_what_was_said_of_it() -> None:
    told = story(*FIRST_ROUND, ASSIGNED, of=LATE)
    assert told.earlier == (Earlier(1, APPROVED.text, MAILED.occurred_at, 1, "Chưa nêu lệ phí."),)
    assert told.answer is None, "the second is not given yet"
    assert told.steps[2].note == "Ông/bà đánh giá câu trả lời: chưa trả lời đúng câu hỏi."
    assert story(*FIRST_ROUND, ASSIGNED, APPROVED_AGAIN, MAILED_AGAIN, of=LATE).answer == "Lệ phí là 8.000 đồng."


def test_a_question_that_the_office_opens_again_says_why() -> None:
    by_itself = of_question(routing.QuestionReopened, mark=None, reason="Có quy định mới", reopened_by="Lê Quang Huy")
    assert story(*FIRST_ROUND[:5], by_itself, of=LATE).steps[2].note == "Lý do: Có quy định mới."


def test_whoever_was_to_hear_the_first_answer_gets_the_second_in_writing() -> None:
    told = story(*FIRST_ROUND, ASSIGNED)
    assert told.steps[-1].label == "Gửi câu trả lời cho ông/bà"
    assert "hội nghị" not in told.steps[-1].note


def test_a_third_round_keeps_both_answers() -> None:
    third = of_question(routing.QuestionReopened, mark=2, round=3)
    told = story(*FIRST_ROUND, ASSIGNED, APPROVED_AGAIN, MAILED_AGAIN, third, of=LATE)
    assert [one.answer for one in told.earlier] == [APPROVED.text, "Lệ phí là 8.000 đồng."]
    assert line(told)[:5] == [*BEFORE, "✓ Đã trả lời (lần 2)", "✓ Văn phòng xem lại câu hỏi"]


# --- withdrawn ------------------------------------------------------------------------------------------------------

WITHDRAWN = of_form(intake.QuestionsWithdrawn, reason="Đã tự giải quyết", withdrawn_by=None)


@pytest.mark.parametrize(
    ("events", "last", "said", "because"),
    [
        ([ASSIGNED, TERM, WITHDRAWN], "✓ Ông/bà đã rút câu hỏi này", "Lý do: Đã tự giải quyết.", "he did it himself"),
        (
            [ASSIGNED, TERM, of_form(intake.QuestionsWithdrawn, reason="Đã tự giải quyết")],
            "✓ Ông/bà đã rút câu hỏi này",
            "Văn phòng ghi nhận theo đề nghị của ông/bà. Lý do: Đã tự giải quyết.",
            "he told the office",
        ),
        ([ASSIGNED, TERM], "✓ Ông/bà đã rút câu hỏi này", "", "the form knows it before the stream does"),
        (
            [ASSIGNED, DRAFTED, APPROVED, MAILED, WITHDRAWN],
            "✓ Đã gửi thư điện tử trả lời",
            "Câu trả lời được gửi đến địa chỉ thư điện tử ghi trên phiếu.",
            "the answer had left already, and is shown",
        ),
    ],
)
def test_a_withdrawn_question_says_so(events: list[Event], last: str, said: str, because: str) -> None:
    told = story(*events, of=submission(withdrawn=(QUESTION,)))
    assert (line(told)[-1], told.steps[-1].note) == (last, said), because
    assert (told.due_at, told.holder, told.can_withdraw) == (None, "", False)


# --- who has it, and what may be done -------------------------------------------------------------------------------

HANDED_ON = of_question(
    routing.QuestionTransferred, from_department=ASSIGNED.department, department="phong-kinh-te", clock="pauses"
)
PAUSED = of_deadline(deadlines.DeadlinePaused, reason=HANDED_ON.reason)
TAKEN_UP = of_question(routing.TransferAccepted, department="phong-kinh-te")


@pytest.mark.parametrize(
    ("events", "holder", "because"),
    [
        ([], "Văn phòng", "the office classifies it"),
        ([ASSIGNED], "Trung tâm Phục vụ hành chính công", "the department writes"),
        ([ASSIGNED, HANDED_ON], "Phòng Kinh tế", "it was handed on"),
        ([ASSIGNED, DRAFTED], "Lãnh đạo UBND", "the chairman reads it"),
        ([ASSIGNED, DRAFTED, APPROVED], "Văn phòng", "the office sends it"),
        ([ASSIGNED, DRAFTED, APPROVED, MAILED], "", "nobody any more"),
        ([of_question(routing.QuestionReferredUp)], "Văn phòng", "the office owes the report"),
        ([of_question(routing.QuestionRedirected)], "", "it belongs elsewhere"),
        ([*FIRST_ROUND], "Văn phòng", "the office looks at it again"),
    ],
)
def test_who_holds_the_question_now(events: list[Event], holder: str, because: str) -> None:
    assert story(*events, of=LATE).holder == holder, because


@pytest.mark.parametrize(
    ("events", "label", "because"),
    [
        ([HANDED_ON, PAUSED], "Chờ Phòng Kinh tế tiếp nhận", "nobody writes yet"),
        ([HANDED_ON, PAUSED, TAKEN_UP], "Đang soạn trả lời", "it was taken up"),
        ([HANDED_ON.model_copy(update={"clock": "keeps-running"})], "Đang soạn trả lời", "nothing waits for that"),
        ([HANDED_ON, PAUSED, DRAFTED], "Chờ lãnh đạo duyệt", "who has written has taken it up"),
    ],
)
def test_a_department_that_was_handed_a_question_takes_it_up_first(
    events: list[Event], label: str, because: str
) -> None:
    assert story(ASSIGNED, TERM, *events, of=LATE).now.label == label, because


def test_the_reason_of_a_transfer_is_said_once() -> None:
    told = story(ASSIGNED, TERM, HANDED_ON, PAUSED, of=LATE)
    said = " ".join([told.why_then, *(step.note for step in told.steps)])
    assert said.count(HANDED_ON.reason.rstrip(".")) == 1
    assert told.due_at is None


@pytest.mark.parametrize(
    ("changes", "withdraw", "rate", "because"),
    [
        ({}, True, False, "it is being answered"),
        ({"withdrawn": (QUESTION,)}, False, False, "it is withdrawn"),
        ({"settlements": {QUESTION: Settled("answered-in-writing", NOW)}}, False, True, "it was answered"),
        ({"settlements": {QUESTION: Settled("redirected", NOW)}}, False, False, "guidance is not rated"),
    ],
)
def test_what_the_asker_may_do(changes: dict[str, Any], withdraw: bool, rate: bool, because: str) -> None:
    told = story(ASSIGNED, of=submission(**changes))
    assert (told.can_withdraw, told.can_rate) == (withdraw, rate), because


def test_what_he_said_of_the_answer_is_told_by_the_form_itself() -> None:
    mark = Mark(2, "Chưa rõ", NOW)
    assert story(ASSIGNED, of=submission(marks={QUESTION: mark})).mark == mark


def test_what_was_said_of_the_first_answer_is_of_the_past_once_the_question_is_open_again() -> None:
    """The stream may know that before the form does."""
    answered = {QUESTION: Settled("answered-in-writing", MAILED.occurred_at)}
    before = submission(settlements=answered, marks={QUESTION: Mark(1, None, NOW + 2 * HOUR)})
    told = story(*FIRST_ROUND, of=before)
    assert (told.can_rate, told.mark) == (False, None)
    assert story(*FIRST_ROUND[:-1], of=before).can_rate, "until then he may say something else"


# --- the letter's fate ----------------------------------------------------------------------------------------------

QUEUED = of_message(notify.NotificationQueued)
AS_LETTER = of_message(notify.NotificationQueued, channel="letter")
FAILED = of_message(notify.NotificationFailed)
WRITTEN = [ASSIGNED, DRAFTED, APPROVED]


@pytest.mark.parametrize(
    ("events", "label", "said", "because"),
    [
        ([QUEUED], "Đang gửi câu trả lời", "Thư điện tử trả lời đang được gửi đến địa chỉ ghi trên phiếu.", "by mail"),
        (
            [AS_LETTER],
            "Đang gửi câu trả lời",
            "Thư trả lời đã soạn xong, đang chờ Văn phòng in và gửi đến địa chỉ ghi trên phiếu.",
            "by post",
        ),
        (
            [QUEUED, FAILED, AS_LETTER],
            "Đang gửi câu trả lời",
            "Không gửi được thư điện tử đến ông/bà, nên câu trả lời được gửi bằng thư giấy. Thư trả lời đã soạn xong, "
            "đang chờ Văn phòng in và gửi đến địa chỉ ghi trên phiếu.",
            "a letter follows the mail that came back",
        ),
        (
            [QUEUED, FAILED],
            "Chờ gửi câu trả lời",
            "Chưa gửi được câu trả lời đến ông/bà. Văn phòng sẽ liên hệ với ông/bà; câu trả lời có ở bên dưới. "
            "Xin ông/bà xem lại địa chỉ, điện thoại và thư điện tử ở cuối trang này; nếu sai, ông/bà sửa được ngay.",
            "nothing follows it",
        ),
        (
            [QUEUED, MAILED, FAILED],
            "Chờ gửi câu trả lời",
            "Chưa gửi được câu trả lời đến ông/bà. Văn phòng sẽ liên hệ với ông/bà; câu trả lời có ở bên dưới. "
            "Xin ông/bà xem lại địa chỉ, điện thoại và thư điện tử ở cuối trang này; nếu sai, ông/bà sửa được ngay.",
            "it had left, and came back",
        ),
    ],
)
def test_the_letter_is_followed_until_it_has_left(events: list[Event], label: str, said: str, because: str) -> None:
    told = story(*WRITTEN, *events, of=LATE)
    assert (told.now.label, note(told)) == (label, said), because
    assert (told.answer is not None) is (FAILED in events), "what did not reach him can be read here"


def test_after_a_correction_the_page_does_not_speak_of_what_stands_on_the_form() -> None:
    mended = submission(on_time=False, attendance=None, corrected_at=NOW)
    assert note(story(*WRITTEN, QUEUED, of=mended)).endswith("đến địa chỉ ông/bà đã cho biết.")


def test_each_question_keeps_its_own_rounds() -> None:
    two = submission(questions=(question(1), question(2)), registrant=registrant())
    first, second = stories(two, dialogue(), envelopes(*FIRST_ROUND), NAMES.__getitem__)
    assert (len(first.earlier), len(second.earlier)) == (1, 0)
