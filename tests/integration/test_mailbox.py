"""Mailboxes on a real IMAP server: no mail is lost, none is taken in twice, and one bad mail never stops the next."""

import asyncio
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from itertools import islice
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient
from pymongo.errors import ConnectionFailure
from structlog.testing import capture_logs

from services.intake import app as intake_app
from services.intake.dialogue import Dialogue, State
from services.intake.files import Files
from services.intake.mailbox import imap
from services.intake.mailbox.incoming import Incoming
from services.intake.mailbox.leftovers import remove_originals
from services.intake.mailbox.mailboxes import read_mailboxes
from services.intake.mailbox.postman import FAILING, POLLED_AT, Postman
from services.intake.mailbox.reception import MailReception
from services.intake.reception import Reception
from services.intake.store import Dialogues, Incomings, Submissions
from shared.clock import real_now
from shared.commands import send
from shared.communes import Communes
from shared.contracts import Done, Refused, Role
from shared.contracts.intake import AttachMail, DiscardMail, ReadFile, RegisterSubmission, TakeInMail
from shared.contracts.people import Matter
from shared.files import put_file
from shared.settings import Settings
from shared.store import Database
from tests.builders import COMMUNE, actor, registrant
from tests.door import let_in_now
from tests.mail_samples import OFFICE, PICTURE, SENDER, a_bounce, a_mail, as_docx, as_pdf, as_xlsx, filled, malformed
from tests.mailservers import REMEDY, MailServer, dovecot, mail_server
from tests.servers import RunningSystem, Servers, running

pytestmark = pytest.mark.skipif(dovecot() is None, reason=REMEDY)

OURS = "<{form}.receipt@hanoi.gov.vn>"


class Desk:
    """Intake's part in it, in this process: one mailbox, and what is kept."""

    def __init__(self, database: Database, server: MailServer) -> None:
        communes = Communes.load()
        self.database, self.server = database, server
        self.mails, self.forms, self.files = Incomings(database), Submissions(database), Files(database)
        self.dialogues = Dialogues(database)
        reception = Reception(self.forms, self.dialogues, self.files, real_now)
        self.room = MailReception(self.mails, self.forms, reception, self.files, communes, real_now)
        self.reception = reception
        [mailbox] = read_mailboxes(server.mailboxes(), communes)
        self.postman = Postman(mailbox, self.room, self.mails, real_now)

    def trusting(self, server: str) -> "Desk":
        """The same, where a mail server says who sent a mail."""
        desk = Desk(self.database, self.server)
        communes = Communes.load()
        trusted = {COMMUNE: server}
        desk.room = MailReception(self.mails, self.forms, self.reception, self.files, communes, real_now, trusted)
        desk.postman = Postman(desk.postman.mailbox, desk.room, self.mails, real_now)
        return desk

    async def proposed(self, mail: Incoming) -> str | None:
        """The form that a clerk finds named."""
        [taken] = [one for one in await self.mails.history(mail.id) if "taken-in" in one.type]
        proposed: str | None = taken.data.get("proposed")
        return proposed

    async def read(self, *mails: Any) -> list[Incoming]:
        """What became of these mails, after a round."""
        before = {mail.id for mail in await self.mails.find({})}
        await asyncio.to_thread(self.server.put, *mails)
        await self.postman.round()
        found = await self.mails.find({}, sort="received_at")
        return [mail for mail in found if mail.id not in before]

    async def read_one(self, mail: Any) -> Incoming:
        [one] = await self.read(mail)
        return one

    async def a_form(self, **changes: Any) -> Any:
        """A form that came by mail."""
        mail = await self.read_one(a_mail(filled(**changes)))
        form = await self.forms.get(mail.submissions[0])
        assert form is not None
        return form


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "intake")
    yield database
    database.close()


@pytest.fixture
async def desk(database: Database, server: MailServer) -> Desk:
    desk = Desk(database, server)
    await database.prepare()
    return desk


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        (a_mail(filled()), "in the body"),
        (a_mail("Tôi gửi phiếu kèm theo.", files=[("phieu.docx", as_docx(filled()))]), "in a Word file"),
        (a_mail("Tôi gửi phiếu kèm theo.", files=[("phieu.pdf", as_pdf(filled()))]), "in a PDF"),
        (a_mail("Tôi gửi phiếu kèm theo.", files=[("phieu.xlsx", as_xlsx(filled()))]), "in a spreadsheet"),
        (
            a_mail("Chuyển thư của dân.", sender="truongthon@x.example", forwarded=a_mail(filled())),
            "in a mail that is forwarded: whoever wrote it is answered",
        ),
        (a_mail(filled(), files=[("phieu.docx", as_docx(filled()))]), "twice, in the body and attached"),
        (a_mail(filled(), List_Id="<nhom-thon.x.example>", Precedence="list"), "over a mailing list"),
        (a_mail(filled(), Auto_Submitted="auto-generated"), "from a scanner, which says that it made the mail"),
    ],
)
async def test_a_form_becomes_a_submission_wherever_in_the_mail_it_stands(desk: Desk, mail: Any, because: str) -> None:
    taken = await desk.read_one(mail)
    assert (taken.outcome, taken.why) == ("registered", "form"), (because, taken.told)
    [form] = await desk.forms.find({})
    assert taken.submissions == (form.id,)
    assert (form.channel, form.registrant.name, form.registrant.email) == ("email", "Nguyễn Thị Mận", SENDER), because
    assert form.questions[0].text == "Đổi giấy phép xây dựng ở đâu?"
    assert await desk.files.read(taken.original.id) is not None
    assert desk.server.held() == 0


async def test_each_of_several_forms_becomes_a_submission_of_its_own(desk: Desk) -> None:
    people = [("Trần Văn Bình", "0911111111"), ("Lê Thị Cúc", "0922222222"), ("Phạm Dũng", "0933333333")]
    files = [(f"{number}.docx", as_docx(filled(name, phone))) for number, (name, phone) in enumerate(people)]
    taken = await desk.read_one(a_mail("Thôn Nội gửi ba phiếu.", files=files))
    assert taken.outcome == "registered"
    forms = await desk.forms.find({})
    assert {form.registrant.name for form in forms} == {name for name, _ in people}
    assert {form.registrant.email for form in forms} == {None}, "the sender's address is not theirs"
    assert set(taken.submissions) == {form.id for form in forms}


async def test_what_of_several_forms_cannot_be_taken_in_waits_for_a_clerk(desk: Desk) -> None:
    files = [("1.docx", as_docx(filled("Trần Văn Bình"))), ("2.docx", as_docx(filled("", "0922222222")))]
    taken = await desk.read_one(a_mail("Hai phiếu.", files=files))
    assert taken.outcome == "quarantined"
    assert len(taken.submissions) == 1
    assert taken.told is not None
    assert "Đã tiếp nhận 1 phiếu" in taken.told
    assert "2.docx: Phiếu chưa ghi họ tên" in taken.told


async def test_files_that_are_no_form_stay_with_the_form_in_the_body(desk: Desk) -> None:
    files = [("giấy hẹn.jpg", PICTURE), ("cũ.doc", b"\xd0\xcf\x11\xe0 cu"), ("bản đồ.pdf", as_pdf("Thửa đất số 7"))]
    taken = await desk.read_one(a_mail(filled(), files=files))
    assert taken.outcome == "registered"
    form = await desk.forms.get(taken.submissions[0])
    assert form is not None
    assert [file.name for file in form.attachments] == ["giấy hẹn.jpg", "bản đồ.pdf"]
    assert await desk.files.read(form.attachments[0].id) == PICTURE
    assert taken.told is not None
    assert "cũ.doc" in taken.told


@pytest.mark.parametrize(
    ("mail", "why"),
    [
        (a_mail("Tôi đi vắng đến thứ Hai.", Auto_Submitted="auto-replied"), "automatic-reply"),
        (a_mail("Chúng tôi sẽ sớm trả lời.", subject="Trả lời tự động: Tiếp nhận phiếu"), "automatic-reply"),
        (a_bounce(), "bounce"),
        (a_mail("Khuyến mãi!", List_Unsubscribe="<mailto:x@x.example>"), "newsletter"),
    ],
)
async def test_what_programs_send_is_known_for_it_and_kept(desk: Desk, mail: Any, why: str) -> None:
    taken = await desk.read_one(mail)
    assert (taken.outcome, taken.why) == ("ignored", why)
    assert await desk.forms.find({}) == []
    assert await desk.files.read(taken.original.id) is not None
    assert desk.server.held() == 0


async def test_a_reply_to_our_mail_stays_with_its_form(desk: Desk) -> None:
    form = await desk.a_form()
    words = "Tôi xin gửi thêm giấy hẹn.\r\n\r\nVào 09:12, 20/04/2026, UBND xã đã viết:\r\n> " + "Mã phiếu"
    taken = await desk.read_one(
        a_mail(
            words,
            subject="Re: Tiếp nhận phiếu",
            sender=SENDER.upper(),
            files=[("giấy hẹn.jpg", PICTURE)],
            In_Reply_To=OURS.format(form=form.id),
        )
    )
    assert (taken.outcome, taken.why, taken.submissions) == ("attached", "reply", (form.id,))
    [wrote] = [one for one in await desk.forms.history(form.id) if "wrote" in one.type]
    assert wrote.data["text"] == "Tôi xin gửi thêm giấy hẹn."
    assert [file["name"] for file in wrote.data["attachments"]] == ["giấy hẹn.jpg"]
    after = await desk.forms.get(form.id)
    assert after is not None
    assert len(after.attachments) == 1


async def test_the_code_in_the_subject_counts_only_where_the_registrant_writes(desk: Desk) -> None:
    form = await desk.a_form(email="man@nguoidan.example")
    known = await desk.read_one(a_mail("Xin thêm thông tin.", subject=f"Về phiếu {form.code.lower()}"))
    assert (known.outcome, known.submissions) == ("attached", (form.id,))
    strange = await desk.read_one(a_mail("Của tôi!", subject=f"Phiếu {form.code}", sender="ke.la@x.example"))
    assert (strange.outcome, strange.why, strange.submissions) == ("quarantined", "unknown-code", ())
    assert strange.told is not None
    assert "địa chỉ khác" in strange.told
    assert await desk.proposed(strange) == form.code


async def test_whoever_learns_what_our_mails_are_called_puts_nothing_into_anybodys_form(desk: Desk) -> None:
    """It may be the registrant with another address of his: a clerk finds the form named."""
    form = await desk.a_form(email="con@nguoidan.example")
    reply = a_mail(
        "Tôi xin rút đơn.",
        subject="Re: Tiếp nhận phiếu",
        sender="ke.la@x.example",
        files=[("giấy hẹn.jpg", PICTURE)],
        In_Reply_To=f"<{form.id}.x@x.example>",
    )
    taken = await desk.read_one(reply)
    assert (taken.outcome, taken.why, taken.submissions) == ("quarantined", "unknown-code", ())
    assert await desk.proposed(taken) == form.code
    assert form.code in str(taken.told)
    assert await desk.forms.get(form.id) == form, "nothing is changed"


async def test_a_sender_is_believed_only_as_far_as_the_mail_server_vouches_for_him(desk: Desk) -> None:
    desk = desk.trusting("mx.xa.example")
    form = await desk.a_form(email=SENDER)
    passed = "mx.xa.example; dmarc=pass header.from=nguoidan.example"
    for findings, outcome, because in (
        (passed, "attached", "it was he"),
        (passed.replace("=pass", "=fail"), "quarantined", "somebody in his name"),
        (passed.replace("mx.xa", "mx.ke-la"), "quarantined", "a finding that came along"),
        (None, "quarantined", "nobody says who it was"),
    ):
        headers = {"Authentication_Results": findings} if findings else {}
        for names in ({"subject": f"Phiếu {form.code}"}, {"In_Reply_To": OURS.format(form=form.id)}):
            taken = await desk.read_one(a_mail("Xin bổ sung.", **names, **headers))
            assert taken.outcome == outcome, because
            if outcome == "quarantined":
                assert "không xác nhận được người gửi" in str(taken.told), because
                assert await desk.proposed(taken) == form.code, because


@pytest.mark.parametrize(
    ("trusted", "mail", "threaded", "because"),
    [
        (None, a_mail(filled()), True, "it goes to whom the mail is from"),
        (None, a_mail(filled(email=SENDER)), True, "the form says so, too"),
        (None, a_mail(filled(email="ngan.hang@x.example")), False, "whoever that is did not write"),
        ("mx.xa.example", a_mail(filled()), False, "nobody vouches that he wrote"),
    ],
)
async def test_only_who_wrote_is_answered_in_the_thread_of_his_mail(
    desk: Desk, trusted: str | None, mail: Any, threaded: bool, because: str
) -> None:
    desk = desk.trusting(trusted) if trusted else desk
    taken = await desk.read_one(mail)
    [received] = await desk.forms.history(taken.submissions[0])
    assert (received.data["thread"] is not None, received.data["by_another"]) == (threaded, not threaded), because


async def test_nobody_has_the_office_write_to_a_crowd(desk: Desk) -> None:
    """Each form sends a receipt to whom it names."""

    def forms(count: int, begin: int) -> list[tuple[str, bytes]]:
        people = [(f"Người Thứ {number}", f"09{number:08}") for number in range(begin, begin + count)]
        return [(f"{name}.txt", filled(name, phone).encode()) for name, phone in people]

    crowd = await desk.read_one(a_mail("Phiếu của thôn.", files=forms(21, 0)))
    assert (crowd.outcome, crowd.why, crowd.submissions) == ("quarantined", "form", ())
    assert "Thư có 21 phiếu" in str(crowd.told)
    for begin in (100, 200, 300):
        taken = await desk.read_one(a_mail("Phiếu của thôn.", files=forms(20, begin)))
        assert (taken.outcome, len(taken.submissions)) == ("registered", 20)
    more = await desk.read_one(a_mail(filled()))
    assert (more.outcome, more.why, more.submissions) == ("quarantined", "form", ())
    assert "quá 60 phiếu trong một giờ" in str(more.told)
    other = await desk.read_one(a_mail(filled(), sender="nguoi.khac@x.example"))
    assert other.outcome == "registered"
    handed_in = await desk.room.take_in(
        COMMUNE, bytes(a_mail("Của xã.", files=forms(21, 400))), real_now(), more.original
    )
    assert (handed_in.incoming.outcome, len(handed_in.receipts)) == ("registered", 21), "the office answers for it"


async def test_a_form_takes_only_so_many_replies_and_files_without_a_clerk(desk: Desk) -> None:
    form = await desk.a_form()
    ours = OURS.format(form=form.id)
    pictures = [(f"{number}.jpg", PICTURE + bytes([number])) for number in range(5)]
    for _ in range(4):
        assert (await desk.read_one(a_mail("Ảnh.", files=pictures, In_Reply_To=ours))).outcome == "attached"
    full = await desk.read_one(a_mail("Ảnh nữa.", files=pictures[:1], In_Reply_To=ours))
    assert (full.outcome, full.why, await desk.proposed(full)) == ("quarantined", "reply", form.code)
    for number in range(16):
        assert (await desk.read_one(a_mail(f"Lời {number}.", In_Reply_To=ours))).outcome == "attached"
    assert (await desk.read_one(a_mail("Lời cuối.", In_Reply_To=ours))).outcome == "quarantined"
    after = await desk.forms.get(form.id)
    assert after is not None
    assert len(after.attachments) == 20


async def test_our_own_mail_that_comes_back_is_not_answered(desk: Desk) -> None:
    """It would be for ever: what a citizen wrote in his question may be a whole form."""
    form = await desk.a_form()
    for headers in ({"Message_ID": OURS.format(form=form.id)}, {"Auto_Submitted": "auto-generated"}):
        taken = await desk.read_one(a_mail(filled(email=OFFICE), sender=f"UBND xã <{OFFICE}>", **headers))
        assert (taken.outcome, taken.why) == ("ignored", "automatic-reply"), headers
    assert len(await desk.forms.find({})) == 1


async def test_a_reply_that_holds_a_filled_form_is_a_form(desk: Desk) -> None:
    form = await desk.a_form()
    reply = a_mail(filled(question="Xã có làm hộ chiếu không?"), In_Reply_To=OURS.format(form=form.id))
    taken = await desk.read_one(reply)
    assert (taken.outcome, taken.why) == ("registered", "form")
    assert taken.submissions != (form.id,)


async def test_an_incomplete_form_waits_with_what_is_missing(desk: Desk) -> None:
    taken = await desk.read_one(a_mail(filled(name="")))
    assert (taken.outcome, taken.why) == ("quarantined", "form")
    assert taken.told is not None
    assert "Phiếu chưa ghi họ tên" in taken.told


async def test_a_form_was_received_when_the_mailbox_got_it(desk: Desk) -> None:
    at = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    await asyncio.to_thread(desk.server.put, a_mail(filled()), at=at)
    await desk.postman.round()
    [form] = await desk.forms.find({})
    assert abs(form.received_at - at) < timedelta(seconds=2)


async def test_of_a_hundred_and_ten_mails_none_is_lost(desk: Desk) -> None:
    """A hundred are malformed, and between them stand ten good ones."""
    processed = desk.server.processed
    good = [a_mail(filled(f"Người Tốt {number}", f"09000000{number:02}")).as_bytes() for number in range(10)]
    bad = list(islice(malformed(), 100))
    mixed = [mail for number in range(10) for mail in (*bad[number * 10 : number * 10 + 10], good[number])]
    assert len(set(mixed)) == 110
    for number, mail in enumerate(mixed):
        desk.server.drop(f"{1_700_000_000 + number}.{number}.x", mail)
    rounds = 0
    while desk.server.held():
        await desk.postman.round()
        rounds += 1
    assert rounds <= 4, "a mail is tried three times at most"
    taken = await desk.mails.find({})
    outcomes = Counter(mail.outcome for mail in taken)
    assert len(taken) == 110
    assert sum(outcomes.values()) == 110
    assert outcomes["registered"] >= 10
    assert {f"Người Tốt {number}" for number in range(10)} <= {
        form.registrant.name for form in await desk.forms.find({})
    }
    originals = [await desk.files.read(mail.original.id) for mail in taken]
    assert {_as_served(original) for original in originals} == {_as_served(mail) for mail in mixed}
    assert desk.server.processed - processed == 110


def _as_served(mail: bytes | None) -> bytes:
    """IMAP knows one kind of line end."""
    assert mail is not None
    return mail.replace(b"\r\n", b"\n").replace(b"\0", b"\x80")


async def test_a_mail_that_was_taken_in_and_not_moved_is_moved_and_nothing_else(desk: Desk) -> None:
    """As after a crash between saving and moving."""
    await asyncio.to_thread(desk.server.put, a_mail(filled()))
    before = desk.server.processed
    with imap.opened(desk.postman.mailbox) as connection:
        [one] = connection.waiting()
        data = connection.whole(one.uid) or b""
    first = await desk.room.take_in(COMMUNE, data, real_now())
    assert (desk.server.held(), desk.server.processed) == (1, before)
    await desk.postman.round()
    assert [mail.id for mail in await desk.mails.find({})] == [first.incoming.id]
    assert len(await desk.forms.find({})) == 1
    assert (desk.server.held(), desk.server.processed) == (0, before + 1)


async def test_a_mail_that_a_crash_kept_from_being_saved_is_no_second_form_though_another_dialogue_is_next(
    desk: Desk, database: Database
) -> None:
    data = a_mail(filled()).as_bytes()
    before = await desk.room.take_in(COMMUNE, data, real_now())
    await database.collection("mails").delete_many({})
    held_at = real_now() + timedelta(days=30)
    next_one = Dialogue("D2", COMMUNE, "Đối thoại kỳ sau", held_at, "Hội trường", State.ANNOUNCED, held_at)
    assert await desk.dialogues.create(next_one, [])
    again = await desk.room.take_in(COMMUNE, data, real_now())
    assert not again.before
    assert [one.code for one in again.receipts] == [one.code for one in before.receipts]
    assert again.incoming.submissions == before.incoming.submissions
    assert len(await desk.forms.find({})) == 1
    other = await desk.room.take_in(COMMUNE, a_mail(filled(), subject="Gửi lại cho kỳ sau").as_bytes(), real_now())
    assert other.incoming.submissions != before.incoming.submissions, "what he sends again himself is for the next one"


async def test_the_originals_of_what_programs_sent_go_after_a_month(desk: Desk, fresh: Servers) -> None:
    form, bounce = await desk.read(a_mail(filled()), a_bounce())
    if form.outcome == "ignored":
        form, bounce = bounce, form
    later = [real_now() + timedelta(days=days) for days in (29, 31)]
    assert await remove_originals(desk.mails, desk.files, lambda: later[0]) == 0
    assert await remove_originals(desk.mails, desk.files, lambda: later[1]) == 1
    assert await remove_originals(desk.mails, desk.files, lambda: later[1]) == 0
    assert await desk.files.read(bounce.original.id) is None
    assert await desk.files.read(form.original.id) is not None
    async with intake(fresh) as office:
        gone = await office.do(ReadFile, file=bounce.original.id)
        assert (gone.outcome, "đã được xóa" in gone.reason) == ("refused", True)


async def test_a_mail_that_fails_is_put_before_a_clerk_and_stops_no_other(desk: Desk) -> None:
    bad, good = a_mail("Thư làm hỏng", subject="hỏng"), a_mail(filled())

    class Failing(MailReception):
        async def _judged(self, *arguments: Any) -> Any:
            if arguments[2].mail.subject == "hỏng":
                raise RuntimeError("a mistake of ours")
            return await super()._judged(*arguments)

    room = Failing(desk.mails, desk.forms, desk.reception, desk.files, Communes.load(), real_now)
    postman = Postman(desk.postman.mailbox, room, desk.mails, real_now)
    await asyncio.to_thread(desk.server.put, bad, good)
    await postman.round()
    assert len(await desk.forms.find({})) == 1, "the good one is through at once"
    assert desk.server.held() == 1
    await postman.round()
    await postman.round()
    assert desk.server.held() == 0
    [kept] = await desk.mails.find({"outcome": "quarantined"})
    assert (kept.why, kept.subject_line) == ("unreadable", "hỏng")


async def test_an_outage_is_not_the_mails_fault(desk: Desk) -> None:
    away = True

    class Away(MailReception):
        async def _judged(self, *arguments: Any) -> Any:
            if away:
                raise ConnectionFailure("the database is away")
            return await super()._judged(*arguments)

    room = Away(desk.mails, desk.forms, desk.reception, desk.files, Communes.load(), real_now)
    postman = Postman(desk.postman.mailbox, room, desk.mails, real_now)
    await asyncio.to_thread(desk.server.put, a_mail(filled()))
    for _ in range(5):
        with pytest.raises(ConnectionFailure):
            await postman.round()
    away = False
    await postman.round()
    [mail] = await desk.mails.find({})
    assert mail.outcome == "registered"


async def test_a_mail_that_is_too_large_leaves_its_headers(desk: Desk) -> None:
    head = a_mail(subject="Ảnh chụp").as_bytes().split(b"\r\n\r\n")[0]
    desk.server.drop("1700000001.large.x", head + b"\r\n\r\n" + b"x" * 76 * (26 * 1024 * 1024 // 76))
    await desk.postman.round()
    [mail] = await desk.mails.find({})
    assert (mail.outcome, mail.why, mail.subject_line) == ("quarantined", "unreadable", "Ảnh chụp")
    assert mail.told is not None
    assert mail.told.startswith("Thư lớn 27 MB, quá 25 MB")
    assert mail.original.size < 2_000
    assert desk.server.held() == 0


async def test_the_mailbox_goes_away_and_comes_back(desk: Desk) -> None:
    await asyncio.to_thread(desk.server.put, a_mail(filled()))
    desk.server.stop()
    with pytest.raises(imap.AWAY) as trouble:
        await desk.postman.round()
    assert "Không kết nối được máy chủ thư" in imap.in_words(trouble.value, desk.postman.mailbox)
    desk.server.start()
    assert await desk.postman.round() == 1
    assert len(await desk.forms.find({})) == 1


async def test_a_clerks_mail_program_may_have_read_the_mail_first(desk: Desk) -> None:
    await asyncio.to_thread(desk.server.put, a_mail(filled()))
    with desk.server.client() as box:
        assert len(list(box.fetch(mark_seen=True))) == 1
    assert await desk.postman.round() == 1


@pytest.mark.parametrize(
    ("capability", "left", "because"),
    [
        ("", 1, "the server moves it"),
        ("IMAP4rev1 UIDPLUS", 1, "copied, and this one alone is removed"),
        ("IMAP4rev1", 2, "copied, and only marked: there is no way to remove this one alone"),
    ],
)
async def test_moving_a_mail_removes_no_other_that_somebody_marked(
    database: Database, capability: str, left: int, because: str
) -> None:
    with mail_server(capability) as server:
        desk = Desk(database, server)
        await database.prepare()
        await asyncio.to_thread(server.put, a_mail("Thư cán bộ còn cân nhắc."), a_mail(filled()))
        with server.client() as box:
            box.client.uid("STORE", box.uids()[0], "+FLAGS", r"(\Deleted)")
        assert await desk.postman.round() == 1, because
        assert await desk.postman.round() == 0, because
        assert (server.held(), server.processed) == (left, 1), because


# --- the whole service ------------------------------------------------------------------------------------------------


@dataclass
class Running:
    service: Any

    async def do(self, contract: type[Any], **fields: Any) -> Any:
        by = fields.pop("by", Role.CLERK)
        fields.setdefault("key", f"{contract.__name__}-{fields}"[:200])
        return await send(self.service.nats, contract(actor=actor(by), **fields))


@asynccontextmanager
async def intake(servers: Servers, **settings: Any) -> AsyncIterator[Running]:
    service = intake_app.build(
        Settings(nats_url=servers.nats_url, mongo_url=servers.mongo_url, clock="real", **settings)
    )
    async with service.app.router.lifespan_context(service.app):
        await asyncio.wait_for(service.started.wait(), 30)
        yield Running(service)


async def until(look: Callable[[], Any]) -> Any:
    async with asyncio.timeout(20):
        while True:
            if found := await look():
                return found
            await asyncio.sleep(0.05)


async def test_a_wrong_password_leaves_the_service_ready_and_is_told_without_the_password(
    fresh: Servers, server: MailServer
) -> None:
    async with intake(fresh, mailboxes=server.mailboxes(password="mật-khẩu-sai-bét")) as running:
        FAILING.labels(COMMUNE).set(0)
        with capture_logs() as lines:

            async def failing() -> bool:
                return FAILING.labels(COMMUNE)._value.get() == 1

            await until(failing)
        assert await running.service.faces.why_not_ready() is None
    logged = str(lines)
    assert "từ chối tên đăng nhập hoặc mật khẩu" in logged
    assert "sai-bét" not in logged
    assert "sai-b%C3%A9t" not in logged


async def test_the_service_reads_its_mailboxes_by_itself(
    fresh: Servers, server: MailServer, database: Database
) -> None:
    mails = Incomings(database)
    async with intake(fresh, mailboxes=server.mailboxes()) as running:
        await asyncio.to_thread(server.put, a_mail(filled()))
        [mail] = await until(lambda: mails.find({}))
        assert mail.outcome == "registered"

        async def idle() -> bool:
            return running.service.faces.status()["busy"] == 0 and POLLED_AT.labels(COMMUNE)._value.get() > 0

        await until(idle)


async def test_a_clerk_reads_what_waits_and_registers_attaches_or_discards_it(
    desk: Desk, fresh: Servers, database: Database
) -> None:
    form = await desk.a_form()
    [first, second, third] = [
        await desk.read_one(a_mail(text, subject=subject))
        for text, subject in (("Kính gửi xã, ngõ nhà tôi ngập.", "1"), ("Bổ sung.", "2"), ("Quảng cáo.", "3"))
    ]
    async with intake(fresh) as office:
        told = await office.do(ReadFile, file=first.original.id)
        assert told.state["mail"]["text"] == "Kính gửi xã, ngõ nhà tôi ngập."
        assert told.state["mail"]["email"] == SENDER
        asked = (Matter(section="procedures", text="Ngõ nhà tôi ngập."),)
        keyed_in = {"channel": "email", "registrant": registrant(email=SENDER), "questions": asked, "mail": first.id}
        done = await office.do(RegisterSubmission, **keyed_in)
        again = await office.do(RegisterSubmission, **keyed_in)
        assert isinstance(done, Done)
        assert again.state["code"] == done.state["code"]
        assert isinstance(await office.do(AttachMail, mail=second.id, code=form.code), Done)
        assert isinstance(await office.do(AttachMail, mail=second.id, code=form.code, key="2"), Refused)
        refused = await office.do(DiscardMail, mail=third.id, reason="Quảng cáo", by=Role.OFFICER)
        assert (refused.outcome, refused.code) == ("refused", "forbidden")
        assert isinstance(await office.do(DiscardMail, mail=third.id, reason="Quảng cáo"), Done)
    settled = {mail.subject_line: mail.settled.how for mail in await desk.mails.find({}) if mail.settled}
    assert settled == {"1": "registered", "2": "attached", "3": "discarded"}
    registered = await desk.forms.by_code(done.state["code"])
    assert registered is not None
    received = (await desk.forms.history(registered.id))[0].data
    assert first.thread is not None
    assert received["thread"]["message_id"] == first.thread.message_id
    assert abs(registered.received_at - first.received_at) < timedelta(seconds=1)
    assert [one.type for one in await desk.mails.history(first.id)] == [
        "vn.doithoai.mail.taken-in.v1",
        "vn.doithoai.mail.settled.v1",
    ]
    wrote = [one for one in await desk.forms.history(form.id) if "wrote" in one.type]
    assert [one.data["text"] for one in wrote] == ["Bổ sung."]


async def test_a_mail_that_is_handed_in_as_a_file_goes_the_same_way_once(fresh: Servers, server: MailServer) -> None:
    data = a_mail(filled()).as_bytes()
    async with intake(fresh) as office:
        replies = []
        for number in range(2):
            stored = await put_file(office.service.nats, actor(Role.OPERATOR), "thu.eml", data, "mail")
            assert not isinstance(stored, Refused)
            replies.append(await office.do(TakeInMail, file=stored.id, key=str(number), by=Role.OPERATOR))
    first, second = (json.loads(reply.model_dump_json())["state"] for reply in replies)
    assert first["outcome"] == "registered"
    assert [one["duplicate"] for one in first["receipts"]] == [False]
    assert [one["code"] for one in second["receipts"]] == [one["code"] for one in first["receipts"]]
    assert second["mail"] == first["mail"]


# --- the whole installation -------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installation(server: MailServer) -> Iterator[RunningSystem]:
    """What a mail meets: intake, notify with a mail server of its own, and the clerk's pages."""
    environment = {"DOITHOAI_MAILBOXES": str(server.mailboxes())}
    with running(services=["intake", "notify", "console"], environment=environment) as system:
        yield system


def test_the_receipt_answers_in_the_thread_of_the_form(installation: RunningSystem, server: MailServer) -> None:
    server.put(a_mail(filled("Đỗ Thị Thư"), Message_ID="<phieu-1@nguoidan.example>", References="<truoc@x.example>"))
    [receipt] = _receipts(installation, 1, "Đỗ Thị Thư")
    assert receipt["In-Reply-To"] == "<phieu-1@nguoidan.example>"
    assert receipt["References"].split() == ["<truoc@x.example>", "<phieu-1@nguoidan.example>"]
    assert receipt["Subject"] == "Re: Phiếu đăng ký đối thoại"
    assert receipt["To"].addresses[0].addr_spec == SENDER


def test_a_clerk_reads_a_mail_that_waits_and_keys_it_in_beside_it(
    installation: RunningSystem, server: MailServer
) -> None:
    words = "Kính gửi xã, tôi là Hoàng Thị Ngõ, số 3 thôn Nội. Ngõ nhà tôi ngập, bao giờ sửa?"
    server.put(a_mail(words, subject="Ngõ ngập", files=[("ngõ ngập.jpg", PICTURE)]))
    console = installation.addresses.services["console"]
    with httpx.Client(
        base_url=console,
        cookies=let_in_now(console, "thanh-tri", "hanh.clerk@hanoi.example"),
        headers={"Sec-Fetch-Site": "same-origin"},
    ) as clerk:
        mail = _found(clerk, "/hop-thu", r'href="(/hop-thu/\w+)">Ngõ ngập')
        shown = clerk.get(mail).text
        assert words in shown
        assert f'value="{SENDER}"' in shown
        assert "ngõ ngập.jpg" in shown
        key = re.search(r'name="key" value="(\w+)"', shown)
        assert key
        typed = {"verb": "register-submission", "key": key[1], "name": "", "email": SENDER, "procedures": words}
        refused = clerk.post(mail, data=typed)
        assert refused.status_code == 422
        assert "Xin nhập họ tên" in refused.text
        done = clerk.post(mail, data={**typed, "name": "Hoàng Thị Ngõ"}, follow_redirects=True)
        assert done.status_code == 200
        assert "Đã thành phiếu" in done.text
        [form] = set(re.findall(r'href="(/ho-so/\w+)"', done.text))
        assert "ngõ ngập.jpg" in _until(lambda: clerk.get(form).text, "ngõ ngập.jpg")
        assert clerk.get(f"{mail}/thu.eml").content.startswith(b"From: ")
    [receipt] = _receipts(installation, 1, "Hoàng Thị Ngõ")
    assert receipt["Subject"] == "Re: Ngõ ngập"


def _found(clerk: httpx.Client, path: str, pattern: str) -> str:
    found = re.search(pattern, _until(lambda: clerk.get(path).text, pattern))
    assert found
    return found[1]


def _until(look: Callable[[], str], pattern: str) -> str:
    """What is seen once it shows this, or when the time is up."""
    deadline = time.monotonic() + 20
    while not re.search(pattern, seen := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return seen


def test_killing_intake_again_and_again_doubles_nothing_and_loses_nothing(
    installation: RunningSystem, server: MailServer
) -> None:
    processed = server.processed
    server.put(*(a_mail(filled(f"Người {number}", f"09700000{number:02}")) for number in range(30)))
    for _ in range(4):
        installation.crash("intake")
    deadline = time.monotonic() + 60
    while server.held() and time.monotonic() < deadline:
        time.sleep(0.1)
    receipts = _receipts(installation, 30, "Người ")
    assert len({receipt["In-Reply-To"] for receipt in receipts}) == 30
    assert server.processed - processed == 30
    with MongoClient[Any](installation.addresses.mongo_url) as client:
        intake = client["doithoai_intake"]
        assert intake["submissions"].count_documents({"registrant.name": {"$regex": "^Người "}}) == 30
        assert intake["mails"].count_documents({"subject_line": "Phiếu đăng ký đối thoại"}) == 31


def _receipts(installation: RunningSystem, count: int, name: str) -> list[Any]:
    """The receipts that went out to people of a name, once there are so many."""
    deadline = time.monotonic() + 30
    while True:
        mails = [message_from_bytes(file.read_bytes(), policy=default) for file in _mails(installation)]
        found = [mail for mail in mails if name in str(mail["To"])]
        if len(found) >= count or time.monotonic() > deadline:
            assert len(found) == count
            return found
        time.sleep(0.1)


def _mails(installation: RunningSystem) -> list[Path]:
    return sorted(installation.addresses.mail.glob("*.eml"))
