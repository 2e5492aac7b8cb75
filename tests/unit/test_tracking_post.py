"""What a citizen reads of his letter on its way, from the printer to his door or back."""

from datetime import timedelta

import pytest

from shared.contracts import notify, post
from tests.builders import NOW, RUN, SUBMISSION, of_message
from tests.unit.test_tracking import APPROVED, ASSIGNED, DRAFTED, MAILED, REDIRECTED, line, note, story, submission

LETTER = f"{SUBMISSION}.answer.1.letter"
ON_PAPER = {"notification": LETTER, "channel": "letter", "reference": f"{LETTER}.pdf"}
BOUNCED = of_message(notify.NotificationFailed)
QUEUED = of_message(notify.NotificationQueued, **ON_PAPER)
PRINTED = of_message(notify.NotificationSent, **ON_PAPER, run=RUN)
POSTED = of_message(post.LetterPosted)
DELIVERED = of_message(post.LetterDelivered)
RETURNED = of_message(post.LetterReturned)
TOLD = of_message(notify.NotificationSent, **ON_PAPER | {"channel": "in-person", "reference": "Đã trao tại nhà."})
SO_FAR = [ASSIGNED, DRAFTED, APPROVED]
LATE = submission(on_time=False, attendance=None)


@pytest.mark.parametrize(
    ("events", "expected", "said", "because"),
    [
        ([QUEUED], ["● Đang gửi câu trả lời"], "chờ Văn phòng in và gửi", "it lies ready until the cut-off"),
        (
            [MAILED, BOUNCED, QUEUED],
            ["● Đang gửi câu trả lời"],
            "Không gửi được thư điện tử đến ông/bà, nên câu trả lời được gửi bằng thư giấy.",
            "a mail that had left came back and became a letter",
        ),
        ([PRINTED], ["✓ Đã in thư trả lời", "● Chờ gửi bưu điện"], "địa chỉ ghi trên phiếu", "the run was closed"),
        (
            [PRINTED, POSTED],
            ["✓ Đã in thư trả lời", "✓ Đã gửi bưu điện ngày 08/06/2026"],
            "Số bưu gửi: EA123456789VN.",
            "it was handed to the post, under a number",
        ),
        (
            [PRINTED, of_message(post.LetterPosted, tracking=None)],
            ["✓ Đã in thư trả lời", "✓ Đã gửi bưu điện ngày 08/06/2026"],
            "Thư gửi đến địa chỉ ghi trên phiếu.",
            "as a plain letter, which has no number",
        ),
        (
            [PRINTED, POSTED, DELIVERED],
            ["✓ Đã in thư trả lời", "✓ Đã gửi bưu điện ngày 08/06/2026", "✓ Bưu điện đã phát thư ngày 10/06/2026"],
            "",
            "it arrived",
        ),
        (
            [PRINTED, POSTED, RETURNED],
            [
                "✓ Đã in thư trả lời",
                "✓ Đã gửi bưu điện ngày 08/06/2026",
                "● Bưu điện trả lại thư cho Văn phòng ngày 12/06/2026",
            ],
            "Xin ông/bà liên hệ Văn phòng; nếu địa chỉ chưa đúng hoặc đã thay đổi, ông/bà sửa được ở cuối trang này.",
            "it came back",
        ),
        (
            [PRINTED, POSTED, RETURNED, DELIVERED],
            ["✓ Đã in thư trả lời", "✓ Đã gửi bưu điện ngày 08/06/2026", "✓ Bưu điện đã phát thư ngày 10/06/2026"],
            "",
            "what was recorded last counts",
        ),
        (
            [PRINTED, POSTED, DELIVERED, RETURNED],
            [
                "✓ Đã in thư trả lời",
                "✓ Đã gửi bưu điện ngày 08/06/2026",
                "● Bưu điện trả lại thư cho Văn phòng ngày 12/06/2026",
            ],
            "Lý do bưu điện ghi: Không có người nhận.",
            "in either direction",
        ),
        ([PRINTED, RETURNED, TOLD], ["✓ Đã trả lời trực tiếp ông/bà"], "Đã trao tại nhà.", "then it was handed over"),
        (
            [PRINTED, RETURNED, QUEUED],
            ["● Đang gửi câu trả lời"],
            "chờ Văn phòng in và gửi",
            "or it is written once more",
        ),
        (
            [PRINTED, of_message(post.LetterPosted, notification=f"{SUBMISSION}.answer.2")],
            ["✓ Đã in thư trả lời", "● Chờ gửi bưu điện"],
            "địa chỉ ghi trên phiếu",
            "another letter of the same form was posted",
        ),
    ],
)
def test_the_last_steps_say_where_the_letter_is(events, expected, said, because):
    told = story(*SO_FAR, *events, of=LATE)
    assert line(told)[4:] == expected, because
    assert said in note(told) if said else not note(told), because


@pytest.mark.parametrize(
    "events", [[PRINTED], [PRINTED, POSTED], [PRINTED, POSTED, RETURNED], [MAILED, BOUNCED, QUEUED]]
)
def test_the_answer_can_be_read_while_the_letter_is_under_way_and_when_it_came_back(events):
    assert story(*SO_FAR, *events, of=LATE).answer == APPROVED.text


def test_a_letter_that_came_back_is_with_the_office():
    assert story(*SO_FAR, PRINTED, POSTED, of=LATE).holder == ""
    assert story(*SO_FAR, PRINTED, POSTED, RETURNED, of=LATE).holder == "Văn phòng"


def test_a_letter_of_guidance_is_told_the_same_way():
    changes = {"notification": f"{SUBMISSION}.guidance.1", "kind": "guidance", "channel": "letter"}
    printed, posted = of_message(notify.NotificationSent, **changes, run=RUN), of_message(post.LetterPosted, **changes)
    assert line(story(REDIRECTED, printed, posted))[-2:] == [
        "✓ Đã in thư hướng dẫn",
        "✓ Đã gửi bưu điện ngày 08/06/2026",
    ]


def test_of_a_letter_from_before_there_were_runs_nothing_more_is_known():
    sent = of_message(notify.NotificationSent, **ON_PAPER, occurred_at=NOW + timedelta(days=1))
    assert line(story(*SO_FAR, sent, of=LATE))[4:] == ["✓ Đã gửi thư trả lời"]
