"""Xã Thanh Trì takes in forms through each of its doors, holds its dialogue, and answers everybody.

One story: forms come in on the page, by a program, by mail, on a list, on paper and from the floor. Then people think
better of it, move house, and are not content. At the end the books balance, and nothing of what was sent in is lost.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import httpx
import nats
import pytest
import pytest_asyncio

from deploy.embedded.rehearsal.ledger import Ledger
from deploy.embedded.rehearsal.play import Outcome
from shared.broker import DEADLETTERS
from shared.contracts import Role, intake
from tests.e2e.journey import Journey, text_of, words_of
from tests.e2e.town import Town, at, settled_in
from tests.mail_samples import PICTURE, a_mail, as_docx, as_pdf
from tests.mailservers import REMEDY, MailServer, dovecot, mail_server
from tests.servers import RunningSystem, running
from tests.tables import as_excel

pytestmark = pytest.mark.skipif(dovecot() is None, reason=REMEDY)

COMMUNE = "thanh-tri"
DIALOGUE = "thanh-tri-20260514-moi-cua"
HELD_AT = at(5, 14, 8, 30)
WOMEN = "Hội Liên hiệp Phụ nữ xã"
SCAN = as_pdf("Phiếu viết tay của ông Đinh Văn Cường")
SLIP = as_pdf("Giấy tiếp nhận và hẹn trả kết quả")
ASKED = "Đang tạm trú tại xã thì đăng ký khai sinh cho con cần những giấy tờ gì?"
FORM = """PHIẾU ĐĂNG KÝ THAM GIA ĐỐI THOẠI
Họ và tên: {name}
Điện thoại: {phone}
Địa chỉ (ghi rõ số nhà, thôn): {address}
1. Về thủ tục hành chính
{question}
"""
HEADING = ("STT", "Họ và tên", "Điện thoại", "Địa chỉ", "Nội dung kiến nghị")
ROWS = (
    (1, "Mai Thị Hoa", "0953000011", "Số 1, thôn Đông Phù", "Đường vào nhà trẻ bị ngập mỗi khi mưa."),
    (2, "Mai Thị Cúc", "0953000012", "Số 2, thôn Tự Khoát", "Bao giờ trạm y tế có đủ thuốc huyết áp?"),
    (3, "", "0953000013", "Số 3, thôn Ao Sen", "Xin hỏi thủ tục tách hộ khẩu cho con đã lập gia đình."),
    (4, "Mai Thị Lê", "0953000014", "Số 4, thôn Xuân Mỹ", ""),
    (5, "Mai Thị Mận", "0953000015", "Số 5, thôn Xuân Mỹ", "Chợ họp lấn ra lòng đường, xe không qua được."),
)
MENDED = {3: (1, "Mai Thị Đào"), 4: (4, "Đất vườn chuyển sang đất ở thì nộp hồ sơ ở đâu?")}
"""By number on the list: the cell that was wrong, and what is right."""


def a_list(*, mended: bool) -> bytes:
    rows = [list(row) for row in ROWS]
    for number, (cell, content) in MENDED.items() if mended else ():
        rows[number - 1][cell] = content
    return as_excel([HEADING, *rows])


def the_mails() -> dict[str, EmailMessage]:
    """By what is in them; all but the reply, which can only be written once there is a receipt."""
    body = FORM.format(name="Lê Thị Mơ", phone="0953000004", address="Số 4, thôn Đông Hạ", question=ASKED)
    question = "Đổi giấy phép lái xe ở xã được không, nộp ở đâu?"
    file = FORM.format(name="Phạm Văn Tùng", phone="0953000005", address="Số 5, thôn Vườn Dâu", question=question)
    return {
        "body": a_mail(body, sender="mo@nguoidan.example", Message_ID="<body@nguoidan.example>"),
        "docx": a_mail("Xin gửi phiếu.", sender="tung@nguoidan.example", files=[("phiếu.docx", as_docx(file))]),
        "automatic": a_mail("Tôi đi vắng.", sender="tung@nguoidan.example", Auto_Submitted="auto-replied"),
        "photo": a_mail("Phiếu ở trong ảnh.", sender="yen@nguoidan.example", files=[("phiếu.jpg", PICTURE)]),
    }


MAILS = the_mails()


@dataclass(frozen=True)
class Story(Journey):
    """What has become of the forms of a town, by their names in the story. pages: what the office was shown."""

    town: Town
    pages: dict[str, str]

    def case(self, key: str) -> str:
        return self.town.cases[key]


@pytest.fixture(scope="module")
def mailbox() -> Iterator[MailServer]:
    with mail_server() as server:
        yield server


@pytest.fixture(scope="module")
def stack(mailbox: MailServer) -> Iterator[RunningSystem]:
    settings = {"DOITHOAI_MAILBOXES": str(mailbox.mailboxes())}
    with running(begins_at=at(4, 6, 7), environment=settings) as system:
        yield system


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def story(stack: RunningSystem, mailbox: MailServer) -> AsyncIterator[Story]:
    town = await settled_in(COMMUNE, stack, mailbox)
    pages: dict[str, str] = {}
    await the_dialogue_is_announced(town)
    await forms_come_in(town)
    await a_clerk_reads_what_no_program_could(town, pages)
    await the_list_is_mended(town, pages)
    await people_think_better_of_it(town)
    await town.works()
    await paper_is_entered_late(town)
    await the_dialogue_is_held(town)
    await an_answer_is_contested(town)
    await an_answer_is_published(town)
    events, ledger = await town.said(), Ledger()
    for event in events:
        ledger.note(event)
    yield Story(COMMUNE, Outcome({COMMUNE: ledger}, {}), events, stack.addresses, town, pages)
    await town.client.close()


async def the_dialogue_is_announced(town: Town) -> None:
    await town.it_is(at(4, 6, 8, 30))
    plan: dict[str, Any] = {"title": "Hội nghị đối thoại tháng 5", "held_at": HELD_AT, "place": "Hội trường UBND xã"}
    await town.does(intake.PlanDialogue, Role.CLERK, dialogue=DIALOGUE, **plan)
    await town.does(intake.AnnounceDialogue, Role.CLERK, dialogue=DIALOGUE)


async def forms_come_in(town: Town) -> None:
    await town.it_is(at(4, 13, 9, 30))
    await town.fills_in_the_page(
        "page",
        ("Giấy hẹn.pdf", SLIP),
        name="Nguyễn Thị Sim",
        phone="0953000001",
        email="sim@nguoidan.example",
        address="Số 1, thôn Nội",
        procedures="Hồ sơ cấp giấy phép xây dựng nhà ở riêng lẻ gồm những gì?",
        handling="Bộ phận một cửa hẹn trả ngày 30/3 mà đến nay chưa có kết quả.",
    )
    await town.sends_by_program(
        "program",
        "Bao giờ các hộ ở thôn Đông Phù được cấp sổ đỏ?",
        name="Trần Văn Quyết",
        phone="0953000002",
        address="Số 2, thôn Đông Phù",
    )
    await town.sends_by_program(
        "complaint",
        "Tôi khiếu nại quyết định thu hồi đất số 15/QĐ-UBND của UBND xã đối với gia đình tôi.",
        name="Vũ Văn Bách",
        phone="0953000003",
        email="bach@nguoidan.example",
        address="Số 3, thôn Tự Khoát",
    )
    await town.mails(*MAILS.values())
    await town.knows_by_registrant(body="Lê Thị Mơ", docx="Phạm Văn Tùng")


async def a_clerk_reads_what_no_program_could(town: Town, pages: dict[str, str]) -> None:
    """And somebody replies to his receipt."""
    await town.it_is(at(4, 14, 9))
    [waiting] = [one for one in await town.said(intake.MailTakenIn) if one.outcome == "quarantined"]
    async with town.console() as desk:
        pages["mailbox"] = words_of((await desk.get("/hop-thu")).text)
    keyed = {
        "verb": intake.RegisterSubmission.verb,
        "name": "Hoàng Thị Yến",
        "phone": "0953000006",
        "email": "yen@nguoidan.example",
        "address": "Số 6, thôn Cầu Gạch",
        "procedures": "Con tôi đi học xa thì xác nhận cư trú ở đâu?",
    }
    await town.posts(f"/hop-thu/{waiting.case}", keyed)
    await town.knows_by_registrant(photo="Hoàng Thị Yến")
    [receipt] = [one for one in await town.said() if one.name == "notification-sent" and one.case == town.cases["body"]]
    await town.mails(
        a_mail(
            "Tôi xin bổ sung: cháu sinh ngày 2/4.",
            sender="mo@nguoidan.example",
            subject="Re: Giấy tiếp nhận",
            files=[("giấy chứng sinh.pdf", as_pdf("Giấy chứng sinh"))],
            In_Reply_To=receipt.reference,
        )
    )


async def the_list_is_mended(town: Town, pages: dict[str, str]) -> None:
    pages["list"] = words_of(await town.hands_in_list(WOMEN, "y-kien.xlsx", a_list(mended=False)))
    await town.it_is(at(4, 15, 9))
    pages["mended list"] = words_of(await town.hands_in_list(WOMEN, "y-kien-sua.xlsx", a_list(mended=True)))
    names = [f"list {row[0]}" for row in ROWS]
    people = [MENDED[3][1] if row[0] == 3 else str(row[1]) for row in ROWS]
    await town.knows_by_registrant(**dict(zip(names, people, strict=True)))


async def people_think_better_of_it(town: Town) -> None:
    """One takes a question back, and one has moved house."""
    question = f"{town.cases['page']}-2"
    async with town.own_form("page", "0001") as form:
        await form.sends("rut-cau-hoi", question=question, reason="Đã nhận được kết quả.", sure="1")
    async with town.own_form("program", "0002") as form:
        await form.sends("sua-dia-chi", phone="0953000002", address="Số 20, thôn Hậu Làng")


async def paper_is_entered_late(town: Town) -> None:
    """It came half an hour before registration closed."""
    await town.it_is(at(5, 6, 9))
    entered = await town.posts(
        "/nhap-phieu",
        {
            "name": "Đinh Văn Cường",
            "address": "Số 7, thôn Bãi Thượng",
            "procedures": "Tôi muốn tách thửa cho con thì cần giấy tờ gì?",
            "received": "4/5 16:30",
            "late_because": "Mất điện hai ngày.",
        },
        ("scan", ("phieu-cuong.pdf", SCAN)),
    )
    await town.knows("paper", httpx.URL(entered.headers["location"]).params["phieu"])
    await town.works()


async def the_dialogue_is_held(town: Town) -> None:
    """A question is asked from the floor while the connection is lost, and sent when it is back."""
    await town.it_is(at(5, 14, 8, 10))
    for name, case in town.cases.items():
        if name not in ("program", "docx", "complaint"):
            await town.does(intake.CheckIn, Role.CLERK, submission=case)
    await town.it_is(at(5, 14, 11, 30))
    await town.does(intake.HoldDialogue, Role.CLERK, dialogue=DIALOGUE)
    await town.it_is(at(5, 14, 11, 40))
    captured = {
        "verb": intake.RegisterSubmission.verb,
        "dialogue": DIALOGUE,
        "name": "Bùi Thị Lan",
        "contact": "0953000008",
        "address": "Số 8, thôn Ao Sen",
        "text": "Bao giờ thôn Ao Sen có nước sạch?",
        "received_at": at(5, 14, 9, 12).isoformat(),
    }
    told = await town.posts(f"/hoi-nghi/{DIALOGUE}/tai-hoi-nghi", captured, json=True)
    await town.knows("floor", told.json()["code"])
    await town.works()


async def an_answer_is_contested(town: Town) -> None:
    await town.it_is(at(5, 18, 19))
    question = f"{town.cases['docx']}-1"
    async with town.own_form("docx", "tung@nguoidan.example") as form:
        await form.sends("danh-gia", question=question, mark="1", words="Không đúng câu hỏi.")
    await town.it_is(at(5, 19, 9))
    await town.works()


async def an_answer_is_published(town: Town) -> None:
    await town.it_is(at(5, 20, 9))
    shown = {"question": f"{town.cases['body']}-1", "asked": ASKED, "answered": "Giấy chứng sinh và giấy tờ tùy thân."}
    await town.posts(f"/ho-so/{town.cases['body']}", shown | {"verb": "publish-answer"})


# --- through each door ----------------------------------------------------------------------------------------------


def received(story: Story, key: str) -> Any:
    return story.the("submission-received", case=story.case(key))


def test_a_form_came_in_through_each_door_and_was_in_time(story: Story) -> None:
    forms = story.named("submission-received")
    assert Counter(form.channel for form in forms) == {"web": 3, "email": 3, "list": 5, "paper": 1, "floor": 1}
    assert {form.dialogue for form in forms} == {DIALOGUE}
    assert all(form.on_time for form in forms)
    assert len({form.code for form in forms}) == len(forms) == 13


def test_who_filled_in_the_page_agreed_to_the_notice_and_whoever_asked_on_paper_was_not_asked_there(
    story: Story,
) -> None:
    assert received(story, "page").notice == received(story, "program").notice is not None
    assert received(story, "paper").notice is None
    assert [file.name for file in received(story, "page").attachments] == ["Giấy hẹn.pdf"]


def test_a_form_is_found_in_a_mail_and_in_the_file_of_a_mail(story: Story) -> None:
    for key, address in (("body", "mo@nguoidan.example"), ("docx", "tung@nguoidan.example")):
        assert (received(story, key).channel, received(story, key).registrant.email) == ("email", address)


def test_the_receipt_of_a_mail_answers_in_its_thread(story: Story) -> None:
    [receipt] = story.mails("receipt", "mo@nguoidan.example")
    assert receipt["In-Reply-To"] == "<body@nguoidan.example>"
    assert story.town.codes["body"] in text_of(receipt)


def test_a_photo_waits_for_a_clerk_who_keys_it_in_as_of_the_day_it_came(story: Story) -> None:
    assert "Phiếu đăng ký đối thoại yen@nguoidan.example" in story.pages["mailbox"]
    keyed = received(story, "photo")
    assert keyed.entered_at - keyed.received_at > timedelta(hours=23)
    assert [file.name for file in keyed.attachments] == ["phiếu.jpg"]
    assert story.the("mail-settled").submissions == (story.case("photo"),)


def test_a_reply_to_a_receipt_stays_with_its_form_and_its_file_too(story: Story) -> None:
    wrote = story.the("registrant-wrote")
    assert (wrote.case, wrote.text) == (story.case("body"), "Tôi xin bổ sung: cháu sinh ngày 2/4.")
    assert [file.name for file in wrote.attachments] == ["giấy chứng sinh.pdf"]


def test_two_rows_of_a_list_are_told_and_taken_once_they_are_mended(story: Story) -> None:
    assert "Đã nhận 3 phiếu mới ; 2 dòng chưa nhận" in story.pages["list"]
    assert "4 Thiếu họ tên. 5 Thiếu nội dung." in story.pages["list"]
    assert "Đã nhận 2 phiếu mới ; 3 phiếu đã có từ trước, không ghi lại" in story.pages["mended list"]
    listed = story.named("submission-received", collected_by=WOMEN)
    assert {form.registrant.name for form in listed[:3]} == {"Mai Thị Hoa", "Mai Thị Cúc", "Mai Thị Mận"}
    assert {form.registrant.name for form in listed[3:]} == {"Mai Thị Đào", "Mai Thị Lê"}


def test_paper_that_is_entered_after_registration_closed_is_in_time_when_it_came_before(story: Story) -> None:
    paper = received(story, "paper")
    closed = story.the("registration-closed", case=DIALOGUE)
    assert paper.received_at == at(5, 4, 16, 30)
    assert paper.received_at < closed.occurred_at < paper.entered_at
    assert paper.entered_because == "Mất điện hai ngày."
    assert story.named("registrant-invited", case=story.case("paper"))


def test_a_question_from_the_floor_was_asked_when_it_was_asked(story: Story) -> None:
    floor = received(story, "floor")
    held = story.the("dialogue-held", case=DIALOGUE)
    assert floor.received_at == at(5, 14, 9, 12) < held.occurred_at < floor.entered_at
    assert story.the("attendance-recorded", case=story.case("floor")).present
    assert story.the("written-answer-owed", question=story.question("floor")).because == "afterwards"
    assert story.letters("answer", "floor")


# --- what came after ------------------------------------------------------------------------------------------------


def test_a_withdrawn_question_is_not_answered_and_the_other_of_its_form_is(story: Story) -> None:
    assert story.settled("page", 2) == "withdrawn"
    assert story.settled("page", 1) == "answered-at-dialogue"
    assert not [one for one in story.named("notification-sent") if story.question("page", 2) in one.questions]


def test_the_letter_goes_where_its_registrant_lives_now(story: Story) -> None:
    [letter] = story.letters("answer", "program")
    assert "Số 20, thôn Hậu Làng" in letter
    assert "Số 2, thôn Đông Phù" not in letter
    assert story.question("program") in letter.replace(" ", "")


def test_who_was_not_content_is_answered_again_and_told_so(story: Story) -> None:
    reopened = story.the("question-reopened")
    assert (reopened.question, reopened.mark, reopened.round) == (story.question("docx"), 1, 2)
    answers = [text_of(mail) for mail in story.mails("answer", "tung@nguoidan.example")]
    assert ["Trả lời lần 1" in answers[0], "Trả lời lần 2" in answers[1]] == [True, True]
    assert story.settled("docx") == "answered-in-writing"


async def test_he_finds_both_answers_on_his_page(story: Story) -> None:
    async with story.town.own_form("docx", "0005") as form:
        page = await form.page()
    assert "Trả lời lần 1" in page
    assert "Trả lời lần 2" in page
    assert "Không đúng câu hỏi." in page


async def test_whoever_asks_the_same_is_shown_the_published_answer(story: Story) -> None:
    async with story.public() as public:
        hints = await public.get(
            f"/xa/{COMMUNE}/tuong-tu", params={"q": "Tạm trú thì đăng ký khai sinh cho con ra sao?"}
        )
        page = words_of((await public.get(f"/xa/{COMMUNE}/hoi-dap")).text)
    assert [hint["asked"] for hint in hints.json()] == [ASKED]
    assert ASKED in page
    assert "Lê Thị Mơ" not in page


# --- the books ------------------------------------------------------------------------------------------------------


def test_received_is_answered_redirected_and_withdrawn_and_nothing_is_open(story: Story) -> None:
    became = Counter(story.ledger.questions.values())
    assert became == {
        "answered-at-dialogue": 9, "answered-in-writing": 3, "redirected": 1, "withdrawn": 1,
    }  # fmt: skip
    assert story.ledger.balances
    assert became.total() == sum(len(form.questions) for form in story.named("submission-received"))


def test_everybody_who_did_not_hear_his_answer_was_sent_one_for_each_round(story: Story) -> None:
    sent = [one for one in story.named("notification-sent") if one.kind in ("answer", "guidance")]
    written = Counter((question, one.round) for one in sent for question in one.questions)
    assert set(written.values()) == {1}
    assert set(written) == {
        (story.question("program"), 1),
        (story.question("complaint"), 1),
        (story.question("floor"), 1),
        (story.question("docx"), 1),
        (story.question("docx"), 2),
    }


def test_every_mail_of_the_mailbox_is_accounted_for(story: Story) -> None:
    taken = story.named("mail-taken-in")
    assert Counter(mail.outcome for mail in taken) == {"registered": 2, "attached": 1, "ignored": 1, "quarantined": 1}
    assert [mail.why for mail in taken if mail.outcome == "ignored"] == ["automatic-reply"]
    settled = {event.case for event in story.named("mail-settled")}
    assert all(mail.submissions or mail.outcome == "ignored" or mail.case in settled for mail in taken)
    assert (story.town.mailbox.held(), story.town.mailbox.processed) == (0, len(taken))


async def test_each_file_can_be_fetched_by_staff_as_it_was_sent(story: Story) -> None:
    kept = [
        (event.case, file)
        for event in story.events
        if isinstance(event, intake.SubmissionReceived | intake.FilesAdded | intake.RegistrantWrote)
        for file in event.attachments or ()
    ]
    assert len(kept) == 4
    async with story.town.console() as desk:
        got = {file.name: await desk.get(f"/ho-so/{case}/tep/{file.id}") for case, file in kept}
        mails = [await desk.get(f"/hop-thu/{mail.case}/thu.eml") for mail in story.named("mail-taken-in")]
    assert got["Giấy hẹn.pdf"].content == SLIP
    assert got["phieu-cuong.pdf"].content == SCAN
    assert got["phiếu.jpg"].content == PICTURE
    assert [len(answer.content) for answer in got.values()] == [file.size for _, file in kept]
    assert set(map(bytes, MAILS.values())) < {mail.content for mail in mails}
    assert len(mails) == len(MAILS) + 1


async def test_a_stranger_fetches_nothing(story: Story) -> None:
    [file] = received(story, "page").attachments
    async with story.town.citizen() as stranger:
        answer = await stranger.get(f"/tra-cuu/{story.town.codes['page']}/tep/{file.id}")
        neighbour = await stranger.post("/tra-cuu", data={"code": story.town.codes["page"], "contact": "0002"})
    assert answer.status_code == 303
    assert neighbour.status_code == 404
    assert SLIP not in answer.content + neighbour.content


async def test_nothing_was_parked(story: Story) -> None:
    client = await nats.connect(story.stack.nats_url)
    try:
        assert (await client.jetstream().stream_info(DEADLETTERS)).state.messages == 0
    finally:
        await client.close()
