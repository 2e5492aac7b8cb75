"""What the staff's pages show of the view, and to whom. No broker is there: history and explanations are missing."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from nats.aio.client import Client

from services.console.case import case_forms, stale
from services.console.letters import registers
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.web import add_routes
from services.console.work import several
from shared.communes import Communes
from shared.contracts import Event, Role
from shared.contracts.deadlines import (
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlinePaused,
    DeadlineSet,
    EscalationAcknowledged,
    EscalationRaised,
)
from shared.contracts.intake import AttendanceRecorded, DialogueAnnounced, DialoguePlanned, RegistrantInvited
from shared.contracts.notify import NotificationFailed, NotificationSent
from shared.contracts.routing import (
    AnswerDrafted,
    ExtensionRequested,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionReferredUp,
    QuestionResembles,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from shared.service import Service
from tests.builders import (
    COMMUNE,
    DIALOGUE,
    DUTY,
    HELD_AT,
    NOW,
    QUESTION,
    SUBMISSION,
    full_plan,
    of_attendance,
    of_deadline,
    of_dialogue,
    of_message,
    of_question,
    question,
    registrant,
    submission_received,
)
from tests.door import KnownDoor
from tests.remembered import remembered
from tests.unit.test_console_view import messages

CLERK, OFFICER, CHAIRMAN = "hanh.clerk@hanoi.example", "quan.hcc@hanoi.example", "loi.lanhdao@hanoi.example"
LAND_OFFICER = "toan.kinhte@hanoi.example"
DUE_AT = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
EARLIER = "01JEARLIER"

RECEIVED = submission_received()
ASSIGNED = of_question(QuestionAssigned)
TERM = of_deadline(DeadlineSet)
ANNOUNCED = (full_plan(), of_dialogue(DialogueAnnounced))
PRESENT = of_attendance(AttendanceRecorded)
RAISED = of_deadline(EscalationRaised, to=Role.CHAIRMAN)
DUTY_TERM: dict[str, Any] = {
    "case": DIALOGUE,
    "deadline": f"{DIALOGUE}-{DUTY.id}:preparation",
    "rule": "preparation",
    "about": f"{DIALOGUE}-{DUTY.id}",
    "department": "van-phong",
    "what": DUTY.what,
}
EARLIER_QUESTION = submission_received(
    case=EARLIER,
    code="E",
    dialogue=None,
    registrant=registrant(name="Lê Văn Hòa", email=None),
    questions=(question(1, "Bao giờ thôn Nội có nước sạch?").model_copy(update={"id": f"{EARLIER}-1"}),),
)


def console(folder: Path, events: Sequence[Event], now: datetime) -> FastAPI:
    view = View(folder / f"{len(list(folder.iterdir()))}.db")
    view.apply(0, messages(*events))
    app = FastAPI()
    service = SimpleNamespace(
        database=None,
        app=app,
        communes=Communes.load(),
        clock=lambda: now,
        nats=Client(),
        settings=SimpleNamespace(host="127.0.0.1", console_url="http://127.0.0.1", public_url="http://127.0.0.1:8080"),
    )
    add_routes(cast("Service", service), view, Reader(view), Watch(), KnownDoor(), remembered())
    return app


async def page(folder: Path, path: str, *events: Event, worker: str = CLERK, now: datetime = NOW) -> str:
    """The page as this person sees it."""
    transport = httpx.ASGITransport(console(folder, events, now))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("worker", "events", "shown", "because"),
    [
        (
            CLERK,
            [ASSIGNED, of_question(QuestionTransferred)],
            ["Chờ Trung tâm Phục vụ hành chính công nhận", "Từ Phòng Kinh tế", 'value="starts-anew"'],
            "the office sees that nobody has taken it up, and may hand it on again",
        ),
        (
            OFFICER,
            [ASSIGNED, of_question(QuestionTransferred)],
            ['value="accept-transfer"'],
            "his department takes it up",
        ),
        (
            OFFICER,
            [ASSIGNED, of_question(QuestionTransferred), of_question(TransferAccepted)],
            ["Đỗ Minh Quân nhận,", 'value="draft-answer"'],
            "it was taken up",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(QuestionReferredUp)],
            ["Đã báo cáo cấp trên", "Chưa gửi báo cáo", 'value="report-to-superior"'],
            "the report to the superior is owed",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(QuestionReferredUp), of_question(SuperiorReported)],
            ["Báo cáo số 46/BC-UBND"],
            "the report is out",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(WrittenAnswerOwed), of_question(QuestionTakenForWrittenAnswer)],
            ["Vì người hỏi vắng mặt tại hội nghị", "Nguyễn Văn Lợi tiếp nhận"],
            "an answer in writing is owed, and why",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(QuestionGrouped), of_question(QuestionPrioritised)],
            ["Giấy tờ hộ tịch", "Bỏ đánh dấu bức xúc", '<option value="Giấy tờ hộ tịch">'],
            "topics of the dialogue are proposed",
        ),
        (
            CLERK,
            [
                ASSIGNED,
                EARLIER_QUESTION,
                of_question(QuestionRecurs),
                of_question(QuestionResembles, like=f"{EARLIER}-1"),
            ],
            ["Đã nêu trước đây", "Bao giờ thôn Nội có nước sạch?", f'href="/ho-so/{EARLIER}#{EARLIER}-1"'],
            "where it was raised before",
        ),
        (
            CHAIRMAN,
            [ASSIGNED, of_question(ExtensionRequested, requirement="Đối chiếu sổ gốc", responsible="Ông Quân")],
            ["Đối chiếu sổ gốc", 'value="Ông Quân"', 'value="extend-term"'],
            "what was asked for is filled in",
        ),
        (
            OFFICER,
            [ASSIGNED],
            ['value="Trung tâm Phục vụ hành chính công"', 'name="requirement"'],
            "the department answers for it, unless somebody else is named",
        ),
        (
            CLERK,
            [ASSIGNED, of_question(AnswerDrafted), of_message(NotificationFailed)],
            ['value="record-hand-over"', "550 5.1.1"],
            "a letter that could not be sent is handed over",
        ),
        (
            CLERK,
            [ASSIGNED, of_message(NotificationSent, channel="in-person", reference="Bà Mai nhận tại Văn phòng")],
            ["trao trực tiếp", "Bà Mai nhận tại Văn phòng"],
            "and how",
        ),
        (
            CLERK,
            [
                ASSIGNED,
                of_question(
                    QuestionAnsweredAtDialogue, answer="Xã làm trong tháng 6.", answered_by="Ông Lợi, Chủ tịch"
                ),
            ],
            ["Ông Lợi, Chủ tịch", "Xã làm trong tháng 6."],
            "what was said on the spot, and by whom",
        ),
        (CLERK, [of_attendance(RegistrantInvited)], ["chỗ ngồi số 3"], "where the asker sits"),
    ],
)
async def test_a_case_shows_where_its_question_stands(
    tmp_path: Path, worker: str, events: list[Event], shown: list[str], because: str
) -> None:
    html = await page(tmp_path, f"/ho-so/{SUBMISSION}", *ANNOUNCED, RECEIVED, *events, TERM, worker=worker)
    assert [words for words in shown if words not in html] == [], because


async def test_a_term_tells_how_it_is_counted_and_what_it_was_at_first(tmp_path: Path) -> None:
    moved = of_deadline(DeadlineMoved, due_at=DUE_AT + timedelta(days=7), cause="extension", reason="Chờ xác minh.")
    html = await page(tmp_path, f"/ho-so/{SUBMISSION}", RECEIVED, ASSIGNED, TERM, moved)
    assert "17:00 thứ Ba, 05/05/2026 – còn 15 ngày; ban đầu 28/04/2026" in html
    assert "mục III.2" in html
    assert "Chờ xác minh." in html


async def test_a_term_that_stands_still_says_so(tmp_path: Path) -> None:
    paused = of_deadline(DeadlinePaused, reason="Chờ phòng mới nhận.")
    html = await page(tmp_path, f"/ho-so/{SUBMISSION}", RECEIVED, ASSIGNED, TERM, paused)
    assert "tạm dừng (Chờ phòng mới nhận.)" in html


async def test_a_missed_term_is_acknowledged_by_whom_it_was_put_before(tmp_path: Path) -> None:
    events = [RECEIVED, ASSIGNED, TERM, of_deadline(DeadlineMissed), RAISED]
    for path in (f"/ho-so/{SUBMISSION}", "/viec"):
        assert 'value="acknowledge-escalation"' in await page(tmp_path, path, *events, worker=CHAIRMAN)
        assert 'value="acknowledge-escalation"' not in await page(tmp_path, path, *events, worker=CLERK)
    seen = await page(tmp_path, "/viec", *events, of_deadline(EscalationAcknowledged), worker=CHAIRMAN)
    assert "Lê Quang Huy đã xem" in seen
    assert "Đã chỉ đạo phòng trả lời trong ngày." in seen
    assert 'value="acknowledge-escalation"' not in seen


@pytest.mark.parametrize(
    ("attendance", "now", "offered", "because"),
    [
        ([PRESENT], HELD_AT, True, "the asker is here and it is the day"),
        ([PRESENT], HELD_AT - timedelta(days=1), False, "the day has not come"),
        ([], HELD_AT, False, "nobody has seen the asker"),
    ],
)
async def test_an_answer_is_given_on_the_spot_at_the_conference_alone(
    tmp_path: Path, attendance: list[Event], now: datetime, offered: bool, because: str
) -> None:
    html = await page(tmp_path, f"/ho-so/{SUBMISSION}", *ANNOUNCED, RECEIVED, ASSIGNED, *attendance, now=now)
    assert ('value="answer-on-the-spot"' in html) == offered, because
    assert ('value="take-for-written-answer"' in html) == offered, because


@pytest.mark.parametrize(
    ("slug", "events"),
    [
        ("tra-loi-van-ban", [ASSIGNED, of_question(WrittenAnswerOwed)]),
        ("buc-xuc", [of_question(QuestionRecurs)]),
        ("cho-phong-nhan", [ASSIGNED, of_question(QuestionTransferred)]),
        ("bao-cao-cap-tren", [ASSIGNED, of_question(QuestionReferredUp)]),
    ],
)
async def test_the_list_is_filtered_by_every_situation(tmp_path: Path, slug: str, events: list[Event]) -> None:
    html = await page(tmp_path, f"/?loc={slug}&phong=", RECEIVED, EARLIER_QUESTION, *events)
    assert "Thủ tục cấp lại giấy khai sinh" in html
    assert "nước sạch" not in html


async def test_everything_that_is_owed_stands_on_one_page_the_first_to_end_first(tmp_path: Path) -> None:
    slot = of_deadline(
        DeadlineSet,
        case="thanh-tri-dot-1",
        deadline="thanh-tri-dot-1:periodic-dialogue",
        rule="periodic-dialogue",
        about="thanh-tri-dot-1",
        department=None,
        due_at=DUE_AT + timedelta(days=30),
    )
    duty = of_deadline(DeadlineSet, **DUTY_TERM, due_at=DUE_AT - timedelta(days=1))
    events = [*ANNOUNCED, RECEIVED, ASSIGNED, TERM, slot, duty]
    html = await page(tmp_path, "/viec", *events)
    order = ["Chuẩn bị hội trường, âm thanh", "Thủ tục cấp lại giấy khai sinh", "Hạn tổ chức đối thoại định kỳ</a>"]
    assert sorted(order, key=html.index) == order
    assert f'href="/hoi-nghi/{DIALOGUE}#{DIALOGUE}-{DUTY.id}"' in html
    only_duties = await page(tmp_path, "/viec?loai=preparation&phong=", *events)
    assert "âm thanh" in only_duties
    assert "khai sinh" not in only_duties
    assert "khai sinh" not in await page(tmp_path, "/viec?phong=van-phong", *events)


async def test_an_officer_finds_his_own_departments_terms(tmp_path: Path) -> None:
    events = [RECEIVED, ASSIGNED, TERM, of_deadline(DeadlineSet, **DUTY_TERM)]
    html = await page(tmp_path, "/viec", *events, worker=OFFICER)
    assert "khai sinh" in html
    assert "âm thanh" not in html


@pytest.mark.parametrize("path", [f"/ho-so/{SUBMISSION}", "/viec?phong=", "/?phong=", f"/ho-so/{EARLIER}"])
async def test_nobody_but_the_office_reads_what_a_denouncer_wrote(tmp_path: Path, path: str) -> None:
    secret = "Chủ tịch thôn Nội nhận tiền của bà Mai"
    asked = submission_received(questions=(question(1, secret),), collected_by=None)
    events = [
        *ANNOUNCED,
        EARLIER_QUESTION,
        asked,
        of_question(QuestionAwaitsTriage, scope="denunciation"),
        of_question(QuestionGrouped, topic=secret),
        of_question(QuestionPrioritised, reason=secret),
        of_question(QuestionTakenForWrittenAnswer, note=secret),
        of_question(QuestionRecurs, question=f"{EARLIER}-1", case=EARLIER, earlier=(QUESTION,)),
        of_question(QuestionResembles, question=f"{EARLIER}-1", case=EARLIER, like=QUESTION),
        TERM,
        of_message(NotificationFailed, reason="mai@nguoidan.example: 550"),
    ]
    html = await page(tmp_path, path, *events, worker=LAND_OFFICER)
    assert [words for words in ("nhận tiền", "Nguyễn Thị Mai", "mai@nguoidan") if words in html] == []


async def test_a_page_escapes_what_people_wrote(tmp_path: Path) -> None:
    wild = "<script>alert(1)</script>"
    events = [
        submission_received(questions=(question(1, wild),)),
        of_question(QuestionAssigned, because=(wild,)),
        of_question(QuestionGrouped, topic=wild),
        of_question(QuestionTransferred, reason=wild),
        of_deadline(DeadlineSet, basis=wild, what=wild),
        of_message(NotificationSent, channel="in-person", reference=wild),
    ]
    for path in (f"/ho-so/{SUBMISSION}", "/viec?phong=", "/?phong="):
        html = await page(tmp_path, path, *events)
        assert "alert(1)" in html
        assert wild not in html


async def test_what_has_no_page_leads_where_it_is_told(tmp_path: Path) -> None:
    slot = of_deadline(
        DeadlineSet,
        case="thanh-tri-dot-1",
        deadline="thanh-tri-dot-1:periodic-dialogue",
        rule="periodic-dialogue",
        about="thanh-tri-dot-1",
    )
    digest = of_message(NotificationSent, case="01JDIGEST", notification="01JDIGEST.1", kind="digest", questions=())
    transport = httpx.ASGITransport(console(tmp_path, [slot, digest, of_dialogue(DialoguePlanned)], NOW))
    cookies = {"doithoai_console": f"{COMMUNE}/{CLERK}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        programme, mail, dialogue = [
            await client.get(f"/ho-so/{case}") for case in ("thanh-tri-dot-1", "01JDIGEST", DIALOGUE)
        ]
    assert programme.headers["location"] == "/viec?loai=periodic-dialogue&phong="
    assert (mail.status_code, "thư gửi cán bộ" in mail.text) == (404, True)
    assert dialogue.headers["location"] == f"/hoi-nghi/{DIALOGUE}"


@pytest.mark.parametrize(
    ("situation", "shown", "because"),
    [("qua-han", ["khai sinh"], "the answer is late"), ("sap-den-han", ["âm thanh"], "the hall is to be ready soon")],
)
async def test_what_is_owed_is_filtered_by_how_urgent_it_is(
    tmp_path: Path, situation: str, shown: list[str], because: str
) -> None:
    now = DUE_AT + timedelta(hours=1)
    soon = {**DUTY_TERM, "due_at": DUE_AT + timedelta(days=1)}
    events = [RECEIVED, ASSIGNED, TERM, of_deadline(DeadlineSet, **soon), of_deadline(DeadlineNear, **soon)]
    html = await page(tmp_path, f"/viec?phong=&tinh={situation}", *events, now=now)
    assert [words for words in ("khai sinh", "âm thanh") if words in html] == shown, because


async def test_a_page_says_that_the_view_is_being_built_and_is_there_again_when_it_is(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(console(tmp_path, [RECEIVED], NOW), raise_app_exceptions=False)
    cookies = {"doithoai_console": f"{COMMUNE}/{CLERK}"}
    (tmp_path / "0.db").unlink()
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        for path in ("/", "/viec", "/tinh", f"/ho-so/{SUBMISSION}"):
            answer = await client.get(path)
            assert answer.status_code == 503
            assert "Dữ liệu hiển thị đang được dựng lại." in answer.text
        typed = {"verb": "find-guest", "wanted": "K7QX-3M9D"}
        own = {"sec-fetch-site": "same-origin"}
        answer = await client.post(f"/hoi-nghi/{DIALOGUE}/diem-danh", data=typed, headers=own)
        assert answer.status_code == 503
        assert "K7QX-3M9D" in answer.text, "what was typed waits on the page"
        View(tmp_path / "0.db").apply(0, messages(RECEIVED))
        assert (await client.get(f"/ho-so/{SUBMISSION}")).status_code == 200


NINES = "9" * 5_000


async def test_a_year_longer_than_any_is_this_one(tmp_path: Path) -> None:
    for path in ("/tinh", f"/tinh/{COMMUNE}"):
        assert "năm 2026" in await page(tmp_path, f"{path}?nam={NINES}", RECEIVED)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        (lambda: stale.changes_since((), QUESTION, NINES), ()),
        (lambda: several.seen_in({f"version-{QUESTION}": NINES}, QUESTION), None),
        (lambda: case_forms.places({"places": NINES}), 0),
        (lambda: registers.chosen({"thu-b": "", "thu-a": "", "xep-b": NINES, "xep-a": "2"}), ("a", "b")),
        (lambda: registers.Row(number=f"{NINES}/UBND").place, None),
    ],
)
def test_a_number_longer_than_anybody_means_is_none(read: Callable[[], Any], expected: Any) -> None:
    assert read() == expected
