"""Addresses that behave like the world outside, as the mailer meets them; what comes back is what intake reads."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from deploy.embedded.mailcatcher import Catcher, CommuneMailboxes, Mailbox, listen
from deploy.embedded.returned_mail import complaint, returned
from services.intake.mailbox import imap
from services.intake.mailbox.mailboxes import read_mailboxes
from services.intake.reading.delivery_reports import report_in
from services.notify.mailing.smtp import Mailer, NotEver, NotNow, Unknown
from shared.communes import PROFILES, Communes
from tests.builders import COMMUNE, NOW
from tests.mailservers import MailServer, mail_server
from tests.message_ids import ours

OFFICE = Communes.load()[COMMUNE].email
NOTIFICATION = "01JZ8K2M3N4P5Q6R7S8T9V0W1X.answer.1"


def mail(to: str) -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"] = ours(NOTIFICATION, OFFICE.rpartition("@")[2])
    message["From"], message["To"], message["Subject"] = OFFICE, to, "Trả lời câu hỏi của ông/bà"
    message.set_content("Kính gửi ông/bà")
    return message


def kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.eml"))


@asynccontextmanager
async def mailer(catcher: Catcher) -> AsyncIterator[Mailer]:
    server = await listen(0, catcher)
    found = Mailer(f"smtp://127.0.0.1:{server.sockets[0].getsockname()[1]}", 2)
    try:
        yield found
    finally:
        await found.close()
        server.close()


@pytest.mark.parametrize(
    ("mark", "attempts", "files", "because"),
    [
        ("", ["sent"], 1, "an address like any other"),
        ("+bounce", ["NotEver"], 0, "refused for good"),
        ("+delay", ["NotNow", "NotNow", "sent"], 1, "put off twice, as by greylisting"),
        ("+full", ["NotNow"] * 5, 0, "nobody empties it"),
        ("+slow", ["sent"], 1, "taken in its own time"),
        ("+drop", ["Unknown", "sent"], 1, "lost once with the connection"),
        ("+returned", ["sent"], 2, "taken, and a report comes back"),
        ("+complain", ["sent"], 2, "taken, and a complaint comes back"),
        ("+other", ["sent"], 1, "no mark that is known"),
    ],
)
async def test_an_address_behaves_as_it_is_marked(
    tmp_path: Path, mark: str, attempts: list[str], files: int, because: str
) -> None:
    async with mailer(Catcher(Mailbox(tmp_path), slow_s=0.05)) as sending:
        for expected in attempts:
            came = "sent"
            try:
                await sending.send(mail(f"lan{mark}@nguoidan.example"), OFFICE, [f"lan{mark}@nguoidan.example"])
            except (NotNow, NotEver, Unknown) as error:
                came = type(error).__name__
            assert came == expected, because
    assert len(kept(tmp_path)) == files, because


def test_what_comes_back_is_what_intake_reads() -> None:
    sent = mail("lan+returned@nguoidan.example").as_bytes()
    report = report_in(returned(sent, OFFICE, "lan+returned@nguoidan.example", NOW), OFFICE)
    assert report is not None
    assert (report.notification, report.action, report.status) == (NOTIFICATION, "failed", "5.1.1")
    report = report_in(complaint(sent, OFFICE, "lan+complain@nguoidan.example", NOW), OFFICE)
    assert report is not None
    assert (report.notification, report.action) == (NOTIFICATION, "complained")


async def test_a_report_goes_to_the_sender_of_the_mail_and_lies_in_the_folder(tmp_path: Path) -> None:
    async with mailer(Catcher(Mailbox(tmp_path))) as sending:
        address = "lan+returned@nguoidan.example"
        await sending.send(mail(address), OFFICE, [address])
    taken, report = (message_from_bytes(file.read_bytes()) for file in kept(tmp_path))
    assert (taken["X-RcptTo"], report["X-RcptTo"]) == (address, OFFICE)
    assert report.get_content_type() == "multipart/report"
    assert [part.get_content_type() for part in report.get_payload()] == [  # type: ignore[union-attr]
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[MailServer]:
    with mail_server() as found:
        yield found


async def test_a_report_comes_into_the_mailbox_of_the_commune_that_had_sent_the_mail(
    server: MailServer, tmp_path: Path
) -> None:
    file = server.mailboxes()
    mailboxes = CommuneMailboxes(file, PROFILES)
    mailboxes.deliver(OFFICE, returned(mail("a@x.example").as_bytes(), OFFICE, "a@x.example", NOW))
    mailboxes.deliver("somebody@else.example", b"Subject: not for us\r\n\r\n")
    [mailbox] = read_mailboxes(file, Communes.load())
    with imap.opened(mailbox) as box:
        [waiting] = box.waiting()
        content = box.whole(waiting.uid)
    assert content is not None
    assert report_in(content, OFFICE) is not None
