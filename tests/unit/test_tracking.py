"""The citizen's line of steps: which words, in which order, for whatever has happened."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from services.intake.dialogue import Dialogue, State
from services.intake.pages.steps import Step
from services.intake.pages.tracking import Story, stories
from services.intake.seating import Guest
from services.intake.submissions import Submission
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
        (
            {"attendance": "present", "channel": "floor"},
            "held",
            "Chờ gửi câu trả lời",
            "Câu trả lời được gửi qua thư điện tử đến địa chỉ ông/bà đã cho biết.",
            "who took the floor filled in no form",
        ),
        (
            {"attendance": None, "on_time": False, "channel": "list", "registrant": PHONE_ONLY},
            "announced",
            "Chờ gửi câu trả lời",
            "Văn phòng gọi điện trả lời ông/bà theo số ông/bà đã cho biết.",
            "others put her on a list",
        ),
    ],
)
def test_an_approved_answer_says_how_it_will_come(
    changes: dict[str, object], state: str, label: str, told: str, because: str
) -> None:
    now = story(ASSIGNED, DRAFTED, APPROVED, of=submission(**changes), at=dialogue(state)).now
    assert (now.label, now.note) == (label, told), because


@pytest.mark.parametrize(
    ("channel", "where", "because"),
    [
        ("paper", "địa chỉ ghi trên phiếu", "a form has an address"),
        ("list", "địa chỉ ông/bà đã cho biết", "a list is no form"),
        ("floor", "địa chỉ ông/bà đã cho biết", "it was said at the conference"),
    ],
)
def test_an_answer_that_was_sent_says_where_its_address_is_from(channel: str, where: str, because: str) -> None:
    of = submission(channel=channel, attendance=None, on_time=False)
    last = story(ASSIGNED, DRAFTED, APPROVED, POSTED, of=of).steps[-1]
    assert last.note == f"Câu trả lời được gửi đến {where}.", because


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


TRANSFERRED = of_question(
    routing.QuestionTransferred,
    from_department="trung-tam-hanh-chinh-cong",
    department="phong-kinh-te",
    reason="Thuộc lĩnh vực đất đai",
)
REFERRED = of_question(routing.QuestionReferredUp, reason="Thuộc thẩm quyền của thành phố")
REPORTED = of_question(routing.SuperiorReported, authority=REFERRED.authority)
TAKEN = of_question(routing.QuestionTakenForWrittenAnswer)
ON_THE_SPOT = of_question(
    routing.QuestionAnsweredAtDialogue, answer="Có kết quả trong tuần.", answered_by="Ông Nguyễn Văn Lợi, Chủ tịch"
)
OWED = of_deadline(
    deadlines.DeadlineSet, rule="written-answer", deadline=f"{QUESTION}:written-answer", due_at=MOVED.due_at
)
TO_SUPERIOR = of_deadline(
    deadlines.DeadlineSet, rule="superior-report", deadline=f"{QUESTION}:superior-report", due_at=MOVED.due_at
)
TO_KINH_TE = "✓ Đã chuyển tiếp đến Phòng Kinh tế"


@pytest.mark.parametrize(
    ("events", "expected", "because"),
    [
        (
            [ASSIGNED, TERM, TRANSFERRED],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", TO_KINH_TE, "● Chờ Phòng Kinh tế tiếp nhận", *AHEAD[1:]],
            "both hands it went through are shown",
        ),
        (
            [ASSIGNED, TERM, REFERRED],
            [
                "✓ Đã tiếp nhận",
                f"✓ {CENTRE}",
                "✓ Đã ghi nhận, vượt thẩm quyền của địa phương",
                "● Đang báo cáo cấp trên",
            ],
            "the office owes the report",
        ),
        (
            [REFERRED, REPORTED, of_message(notify.NotificationSent, kind="referral")],
            [
                "✓ Đã tiếp nhận",
                "✓ Đã ghi nhận, vượt thẩm quyền của địa phương",
                "✓ Đã gửi thư điện tử thông báo",
                "✓ Đã báo cáo cấp trên",
            ],
            "nothing is owed here any more",
        ),
        (
            [REFERRED, of_message(notify.NotificationSent, kind="referral")],
            [
                "✓ Đã tiếp nhận",
                "✓ Đã ghi nhận, vượt thẩm quyền của địa phương",
                "✓ Đã gửi thư điện tử thông báo",
                "● Đang báo cáo cấp trên",
            ],
            "the asker is told at once, and what is under way comes last",
        ),
        (
            [ASSIGNED, TERM, ON_THE_SPOT],
            ["✓ Đã tiếp nhận", f"✓ {CENTRE}", "✓ Đã trả lời tại hội nghị"],
            "nobody has to write what was said",
        ),
        (
            [ASSIGNED, TERM, TAKEN],
            [
                "✓ Đã tiếp nhận",
                f"✓ {CENTRE}",
                "✓ Hội nghị đã ghi nhận để trả lời bằng văn bản",
                "● Đang soạn trả lời",
                "○ Lãnh đạo duyệt",
                "○ Gửi câu trả lời cho ông/bà",
            ],
            "it is no longer answered at the conference",
        ),
        (
            [ASSIGNED, APPROVED, of_message(notify.NotificationSent, channel="in-person", reference="Đã gọi điện")],
            [*WRITTEN, "✓ Đã trả lời trực tiếp ông/bà"],
            "there was nothing but a telephone",
        ),
    ],
)
def test_the_line_tells_what_else_can_happen(events: list[Event], expected: list[str], because: str) -> None:
    assert line(story(*events)) == expected, because
    assert line(story(*[event for event in events for _ in range(2)])) == expected, "told twice"


@pytest.mark.parametrize(
    ("events", "deadline", "due", "why", "because"),
    [
        ([ASSIGNED, TERM, DRAFTED, OWED], OWED.deadline, MOVED.due_at, "Căn cứ: ", "it is owed in writing by a day"),
        ([ASSIGNED, TERM, OWED], TERM.deadline, TERM.due_at, "Căn cứ: ", "first the department's own term"),
        ([ASSIGNED, DRAFTED, APPROVED, OWED, MAILED], None, None, "", "it was sent"),
        ([ASSIGNED, TERM, REFERRED, TO_SUPERIOR], TO_SUPERIOR.deadline, MOVED.due_at, "Căn cứ: ", "the report is owed"),
        ([ASSIGNED, TERM, REFERRED, TO_SUPERIOR, REPORTED], None, None, "", "it has been made"),
        (
            [ASSIGNED, TERM, TRANSFERRED, of_deadline(deadlines.DeadlinePaused, reason="Chờ Phòng Kinh tế nhận việc")],
            TERM.deadline,
            None,
            "Thời hạn tạm dừng cho đến khi đơn vị được chuyển câu hỏi tiếp nhận.",
            "the clock stands still",
        ),
        (
            [
                ASSIGNED,
                TERM,
                of_question(routing.ExtensionGranted, requirement="Đối chiếu sổ gốc", responsible="Đỗ Minh Quân"),
                of_deadline(deadlines.DeadlineMoved, due_at=MOVED.due_at, cause="extension", reason="Cần xác minh."),
            ],
            TERM.deadline,
            MOVED.due_at,
            "Đã gia hạn. Lý do: Cần xác minh. Việc cần làm: Đối chiếu sổ gốc. Người chịu trách nhiệm: Đỗ Minh Quân.",
            "the points of the letter",
        ),
    ],
)
def test_the_term_of_the_step_under_way_can_be_asked_for(
    events: list[Event], deadline: str | None, due: datetime | None, why: str, because: str
) -> None:
    told = story(*events)
    assert (told.deadline, told.due_at) == (deadline, due), because
    assert told.why_then.startswith(why), because


def test_a_question_answered_on_the_spot_says_by_whom_and_what() -> None:
    told = story(ASSIGNED, ON_THE_SPOT)
    assert told.answer == "Có kết quả trong tuần."
    assert told.steps[-1].note == "Người trả lời: Ông Nguyễn Văn Lợi, Chủ tịch."


def test_a_transfer_and_a_referral_say_why() -> None:
    assert story(ASSIGNED, TRANSFERRED).steps[2].note == "Lý do: Thuộc lĩnh vực đất đai."
    assert story(REFERRED).steps[1].note.endswith("Lý do: Thuộc thẩm quyền của thành phố.")
    assert story(REFERRED, REPORTED).steps[2].note == f"Gửi {REFERRED.authority}, văn bản số {REPORTED.document}."


WHEN = "Hội nghị lúc 08:30 thứ Năm, 14/05/2026, tại Hội trường UBND xã Thanh Trì."


@pytest.mark.parametrize(
    ("of", "at", "label", "told", "because"),
    [
        ({"seat": 12}, {}, "Chờ trả lời tại hội nghị", f"{WHEN} Ông/bà được mời dự, ghế số 12.", "he has a seat"),
        (
            {"waits": 4},
            {"guests": (Guest("other"), Guest(SUBMISSION))},
            "Chờ trả lời tại hội nghị",
            f"{WHEN} Hiện chưa có chỗ; ông/bà là người thứ 2 trong danh sách chờ. "
            "Nếu không có chỗ, câu trả lời được gửi cho ông/bà bằng văn bản.",
            "he has moved up since he was told",
        ),
        (
            {"waits": 4, "attendance": "absent"},
            {"state": State.HELD},
            "Chờ gửi câu trả lời",
            f"Hội nghị không còn chỗ cho ông/bà. {MAIL_TO}.",
            "he waited to the last and did not stay away",
        ),
        (
            {},
            {"previously_at": HELD_AT - timedelta(days=7), "reason": "Bão số 3 đổ bộ"},
            "Chờ trả lời tại hội nghị",
            "Hội nghị được dời sang 08:30 thứ Năm, 14/05/2026, tại Hội trường UBND xã Thanh Trì "
            "(trước đó là 08:30 thứ Năm, 07/05/2026). Lý do: Bão số 3 đổ bộ.",
            "the day has changed",
        ),
        (
            {},
            {"state": State.CANCELLED, "reason": "Lũ lụt"},
            "Chờ gửi câu trả lời",
            f"Hội nghị không tổ chức được. Lý do: Lũ lụt. {MAIL_TO}.",
            "force majeure",
        ),
    ],
)
def test_what_becomes_of_the_conference_is_told(
    of: dict[str, Any], at: dict[str, Any], label: str, told: str, because: str
) -> None:
    now = story(ASSIGNED, DRAFTED, APPROVED, of=submission(**of), at=replace(dialogue(), **at)).now
    assert (now.label, now.note) == (label, told), because


def test_the_same_events_again_change_nothing() -> None:
    events = [ASSIGNED, TERM, DRAFTED, APPROVED, MAILED]
    assert line(story(*events)) == line(story(*[event for event in events for _ in range(2)]))
