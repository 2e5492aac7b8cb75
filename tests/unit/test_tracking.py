"""The citizen's line of steps: which words, in which order, for whatever has happened."""

from datetime import datetime, timedelta

import pytest

from services.intake.dialogue import Dialogue
from services.intake.submissions import Submission
from services.intake.tracking import Step, Story, stories
from shared.contracts import Envelope, Event, deadlines, notify, routing
from shared.contracts.taxonomy import Scope
from shared.web import time_left
from tests.builders import (
    CLOSES_AT,
    COMMUNE,
    DIALOGUE,
    HELD_AT,
    NOW,
    PLACE,
    QUESTION,
    SUBMISSION,
    TITLE,
    of_deadline,
    of_message,
    of_question,
    question,
    registrant,
)

CENTRE = "Đã chuyển đến Trung tâm Phục vụ hành chính công"
NAMES = {"trung-tam-hanh-chinh-cong": "Trung tâm Phục vụ hành chính công", "phong-kinh-te": "Phòng Kinh tế"}
MARKS = {"done": "✓", "now": "●", "ahead": "○"}

ASSIGNED = of_question(routing.QuestionAssigned)
TERM = of_deadline(deadlines.DeadlineSet)
DRAFTED = of_question(routing.AnswerDrafted)
RETURNED = of_question(routing.AnswerReturned)
APPROVED = of_question(routing.AnswerApproved)
HEARD = of_question(routing.QuestionAnsweredAtDialogue)
REDIRECTED = of_question(routing.QuestionRedirected)
MAILED = of_message(notify.NotificationSent)
POSTED = of_message(notify.NotificationSent, channel="letter", reference="01J.pdf")
EXTENDED = of_question(routing.ExtensionGranted)
MOVED = of_deadline(deadlines.DeadlineMoved, due_at=TERM.due_at + timedelta(days=7), reason="Cần xác minh hồ sơ lưu.")


def submission(**changes: object) -> Submission:
    known = {
        "id": SUBMISSION,
        "commune": COMMUNE,
        "code": "K7QX-3M9M",
        "fingerprint": "",
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": registrant(),
        "questions": (question(),),
        "dialogue": DIALOGUE,
        "attendance": "expected",
    }
    return Submission(**known | changes)  # type: ignore[arg-type]


def dialogue(state: str = "announced") -> Dialogue:
    return Dialogue(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, state, CLOSES_AT)  # type: ignore[arg-type]


def envelopes(*events: Event) -> list[Envelope]:
    return [
        Envelope(
            id=f"{event.speaker}:{number}",
            source=f"/services/{event.speaker}",
            type=event.type,
            subject=event.subject,
            time=event.occurred_at,
            sequence=number,
            correlationid=SUBMISSION,
            data=event.model_dump(mode="json"),
        )
        for number, event in enumerate(events, 1)
    ]


def story(*events: Event, of: Submission | None = None, at: Dialogue | None = None) -> Story:
    return stories(of or submission(), at or dialogue(), envelopes(*events), NAMES.__getitem__)[0]


def line(told: Story) -> list[str]:
    return [f"{MARKS[step.progress]} {step.label}" for step in told.steps]


def note(told: Story) -> str:
    return told.now.note


AHEAD = ["○ Soạn câu trả lời", "○ Lãnh đạo duyệt", "○ Trả lời tại hội nghị"]
WRITTEN = ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "✓ Đã soạn trả lời", "✓ Lãnh đạo đã duyệt"]


@pytest.mark.parametrize(
    ("events", "expected", "because"),
    [
        ([], ["✓ Đã tiếp nhận", "● Chờ phân loại", *AHEAD], "routing has not said anything yet"),
        (
            [of_question(routing.QuestionAwaitsTriage)],
            ["✓ Đã tiếp nhận", "● Chờ phân loại", *AHEAD],
            "a person decides who answers",
        ),
        (
            [of_question(routing.QuestionAwaitsTriage), ASSIGNED, TERM],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "● Đang soạn trả lời", *AHEAD[1:]],
            "the department writes",
        ),
        (
            [ASSIGNED, TERM, DRAFTED],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "✓ Đã soạn trả lời", "● Chờ lãnh đạo duyệt", AHEAD[2]],
            "the answer lies before the chairman",
        ),
        (
            [ASSIGNED, TERM, DRAFTED, RETURNED],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "● Đang soạn trả lời", *AHEAD[1:]],
            "what is sent back is written again",
        ),
        (
            [ASSIGNED, TERM, DRAFTED, of_question(routing.QuestionAssigned, department="phong-kinh-te")],
            ["✓ Đã tiếp nhận", "✓ Đã chuyển đến Phòng Kinh tế", "● Đang soạn trả lời", *AHEAD[1:]],
            "another department starts anew",
        ),
        (
            [ASSIGNED, TERM, DRAFTED, of_question(routing.QuestionAssigned, field="land")],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "✓ Đã soạn trả lời", "● Chờ lãnh đạo duyệt", AHEAD[2]],
            "a corrected field costs the department nothing",
        ),
        ([ASSIGNED, DRAFTED, APPROVED], [*WRITTEN, "● Chờ trả lời tại hội nghị"], "it is kept for the conference"),
        ([ASSIGNED, APPROVED], [*WRITTEN, "● Chờ trả lời tại hội nghị"], "approved means written, whatever was missed"),
        ([ASSIGNED, DRAFTED, APPROVED, HEARD], [*WRITTEN, "✓ Đã trả lời tại hội nghị"], "he was there"),
        ([ASSIGNED, DRAFTED, APPROVED, MAILED], [*WRITTEN, "✓ Đã gửi thư điện tử trả lời"], "sent by mail"),
        ([ASSIGNED, DRAFTED, APPROVED, POSTED], [*WRITTEN, "✓ Đã gửi thư trả lời"], "sent by letter"),
        (
            [ASSIGNED, DRAFTED, APPROVED, MAILED, of_message(notify.NotificationSent, kind="receipt", questions=())],
            [*WRITTEN, "✓ Đã gửi thư điện tử trả lời"],
            "a receipt is no answer",
        ),
        (
            [REDIRECTED, of_message(notify.NotificationSent, kind="guidance")],
            ["✓ Đã tiếp nhận", "✓ Đã hướng dẫn gửi đơn đúng nơi", "✓ Đã gửi thư điện tử hướng dẫn"],
            "a complaint is not for a dialogue",
        ),
        (
            [ASSIGNED, TERM, of_question(routing.QuestionRedirected, scope=Scope.IN_SCOPE)],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "✓ Đã hướng dẫn đến cơ quan có thẩm quyền"],
            "a matter of another authority; who had it first stays visible",
        ),
        (
            [REDIRECTED, of_message(notify.NotificationSent, kind="guidance", channel="letter")],
            ["✓ Đã tiếp nhận", "✓ Đã hướng dẫn gửi đơn đúng nơi", "✓ Đã gửi thư hướng dẫn"],
            "the guidance went by letter",
        ),
    ],
)
def test_the_line_says_what_is_done_what_is_under_way_and_what_is_ahead(
    events: list[Event], expected: list[str], because: str
) -> None:
    assert line(story(*events)) == expected, because


@pytest.mark.parametrize(
    ("events", "due", "why", "because"),
    [
        ([ASSIGNED], None, "", "the term is not counted yet"),
        (
            [ASSIGNED, TERM],
            TERM.due_at,
            "Căn cứ: Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.2.",
            "the plan gives the term",
        ),
        (
            [ASSIGNED, TERM, EXTENDED, MOVED],
            MOVED.due_at,
            "Đã gia hạn. Lý do: Cần xác minh hồ sơ lưu.",
            "an extension says the new term and why",
        ),
        (
            [ASSIGNED, TERM, of_question(routing.ExtensionRequested)],
            TERM.due_at,
            "Căn cứ: Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.2.",
            "a request moves nothing",
        ),
        (
            [
                ASSIGNED,
                TERM,
                of_question(routing.QuestionAssigned, department="phong-kinh-te"),
                of_deadline(
                    deadlines.DeadlineMoved,
                    due_at=MOVED.due_at,
                    reason="Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao.",
                ),
            ],
            MOVED.due_at,
            "Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao.",
            "a new department has a new term",
        ),
        ([ASSIGNED, TERM, DRAFTED, RETURNED, TERM], TERM.due_at, "Căn cứ: ", "sent back in time, the term runs again"),
        ([ASSIGNED, TERM, DRAFTED], None, "", "the department has done its duty"),
        ([ASSIGNED, TERM, DRAFTED, APPROVED], None, "", "nothing is owed by a day"),
        ([ASSIGNED, TERM, REDIRECTED], None, "", "nobody here owes an answer"),
        (
            [of_deadline(deadlines.DeadlineSet, rule="registration-cutoff", about=DIALOGUE)],
            None,
            "",
            "another term than that of the answer",
        ),
    ],
)
def test_the_step_under_way_says_until_when_and_why_then(
    events: list[Event], due: datetime | None, why: str, because: str
) -> None:
    told = story(*events)
    assert told.due_at == due, because
    assert due is None or told.why_then.startswith(why), because


def test_the_end_of_a_term_is_told_in_calendar_days_of_vietnam() -> None:
    tuesday = datetime.fromisoformat("2026-04-28T17:00:00+07:00")
    told = {
        "2026-04-20T09:30:00+07:00": "còn 8 ngày",
        "2026-04-27T23:59:00+07:00": "còn 1 ngày",
        "2026-04-28T00:00:00+07:00": "hôm nay",
        "2026-04-28T17:00:00+07:00": "hôm nay",
        "2026-04-28T17:01:00+07:00": "hết hạn hôm nay",
        "2026-04-30T08:00:00+07:00": "quá hạn 2 ngày",
    }
    assert {at: time_left(tuesday, datetime.fromisoformat(at)) for at in told} == told


@pytest.mark.parametrize(
    ("events", "shown", "because"),
    [
        ([ASSIGNED, DRAFTED], False, "a draft is not an answer"),
        ([ASSIGNED, DRAFTED, APPROVED], False, "it is given at the conference"),
        ([ASSIGNED, DRAFTED, APPROVED, HEARD], True, "he has heard it"),
        ([ASSIGNED, DRAFTED, APPROVED, MAILED], True, "it was sent to him"),
        ([ASSIGNED, DRAFTED, APPROVED, of_message(notify.NotificationFailed)], True, "it did not reach him by mail"),
    ],
)
def test_an_answer_is_shown_once_it_has_been_given(events: list[Event], shown: bool, because: str) -> None:
    assert story(*events).answer == (APPROVED.text if shown else None), because


PHONE_ONLY = registrant(email=None, address=None)
ADDRESS = registrant(email=None)
MAIL_TO = "Câu trả lời được gửi qua thư điện tử đến địa chỉ ghi trên phiếu"
LETTER_TO = "Câu trả lời được gửi bằng thư đến địa chỉ ghi trên phiếu"


@pytest.mark.parametrize(
    ("changes", "state", "label", "told", "because"),
    [
        (
            {},
            "announced",
            "Chờ trả lời tại hội nghị",
            "Hội nghị lúc 08:30 thứ Năm, 14/05/2026, tại Hội trường UBND xã Thanh Trì.",
            "in time and expected",
        ),
        ({"attendance": None, "on_time": False}, "announced", "Chờ gửi câu trả lời", f"{MAIL_TO}.", "a late form"),
        (
            {"attendance": "excused", "registrant": ADDRESS},
            "announced",
            "Chờ gửi câu trả lời",
            f"{LETTER_TO}, sau hội nghị thứ Năm, 14/05/2026.",
            "who reported absent is written to after the conference",
        ),
        ({"attendance": "absent"}, "held", "Chờ gửi câu trả lời", f"{MAIL_TO}.", "the conference is over"),
        ({"attendance": "present"}, "held", "Chờ gửi câu trả lời", f"{MAIL_TO}.", "approved after the conference"),
        (
            {"attendance": None, "on_time": False, "registrant": PHONE_ONLY},
            "announced",
            "Chờ gửi câu trả lời",
            "Văn phòng gọi điện trả lời ông/bà theo số ghi trên phiếu.",
            "nothing but a telephone",
        ),
    ],
)
def test_an_approved_answer_says_how_it_will_come(
    changes: dict[str, object], state: str, label: str, told: str, because: str
) -> None:
    now = story(ASSIGNED, DRAFTED, APPROVED, of=submission(**changes), at=dialogue(state)).now
    assert (now.label, now.note) == (label, told), because


def test_without_a_dialogue_the_answer_comes_in_writing() -> None:
    told = stories(submission(dialogue=None, on_time=False, attendance=None), None, [], NAMES.__getitem__)[0]
    assert told.steps[-1] == Step("Gửi câu trả lời cho ông/bà", "ahead", note=f"{MAIL_TO}.")


def test_a_mail_that_bounced_is_told_until_the_letter_that_follows_it() -> None:
    failed, queued = of_message(notify.NotificationFailed), of_message(notify.NotificationQueued, channel="letter")
    late = submission(on_time=False, attendance=None)
    assert note(story(ASSIGNED, APPROVED, failed, of=late)).startswith("Chưa gửi được câu trả lời đến ông/bà.")
    assert line(story(ASSIGNED, APPROVED, failed, queued, POSTED, of=late))[-1] == "✓ Đã gửi thư trả lời"


def test_where_a_question_belongs_elsewhere_the_page_says_where_and_how() -> None:
    told = story(REDIRECTED)
    assert (told.authority, told.guidance) == (REDIRECTED.authority, REDIRECTED.guidance)


def test_each_question_of_a_form_has_its_own_story() -> None:
    two = submission(questions=(question(1), question(2)))
    second = of_question(routing.QuestionAssigned, question=f"{SUBMISSION}-2", department="phong-kinh-te")
    first, other = stories(two, dialogue(), envelopes(second), NAMES.__getitem__)
    assert first.now.label == "Chờ phân loại"
    assert other.now.label == "Đang soạn trả lời"


def test_a_message_that_no_contract_fits_does_not_close_the_page() -> None:
    good = envelopes(ASSIGNED)
    strange = good[0].model_copy(update={"type": "vn.doithoai.question.weighed.v1"})
    broken = good[0].model_copy(update={"data": {"question": QUESTION}})
    told = stories(submission(), dialogue(), [strange, broken, *good], NAMES.__getitem__)[0]
    assert told.now.label == "Đang soạn trả lời"


def test_the_same_events_again_change_nothing() -> None:
    events = [ASSIGNED, TERM, DRAFTED, APPROVED, MAILED]
    assert line(story(*events)) == line(story(*[event for event in events for _ in range(2)]))
