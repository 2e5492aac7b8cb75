"""Reports of mail servers on a real IMAP server: each is said once, and what anybody makes up does no harm."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from services.intake.mailbox.incoming import Incoming
from shared.addresses import fingerprint
from shared.clock import real_now
from shared.communes import Communes
from tests.builders import COMMUNE
from tests.delivery_samples import OURS, RECEIVER, complaint, group, our_mail, report, with_copy_attached
from tests.integration.test_mailbox import Desk, database, desk, server
from tests.mail_samples import OFFICE, SENDER, a_mail
from tests.mailservers import REMEDY, MailServer, dovecot
from tests.message_ids import IDS, ours
from tests.servers import RunningSystem, running

pytestmark = pytest.mark.skipif(dovecot() is None, reason=REMEDY)
__all__ = ["database", "desk", "server"]

UNKNOWN = "smtp; 550 5.1.1 <man@nguoidan.example>: User unknown"


def of(case: str, name: str = "answer.1", domain: str = "hanoi.gov.vn") -> str:
    return our_mail(ours(f"{case}.{name}", domain)) + "\nXin xem câu trả lời."


async def reported(desk: Desk, mail: Incoming) -> list[dict[str, Any]]:
    """What was said of it."""
    history = await desk.mails.history(mail.id)
    return [{**one.data, "subject": one.subject} for one in history if "delivery.reported" in one.type]


async def test_a_returned_mail_is_said_once_of_its_form_and_kept(desk: Desk) -> None:
    form = await desk.a_form()
    came_back = report(group(said=UNKNOWN), copy=of(form.id))
    taken = await desk.read_one(came_back)
    assert (taken.outcome, taken.why) == ("ignored", "bounce")
    [said] = await reported(desk, taken)
    assert said["subject"] == f"event.intake.{COMMUNE}.{form.id}.delivery-reported"
    assert (said["case"], said["notification"], said["action"]) == (form.id, f"{form.id}.answer.1", "failed")
    assert (said["status"], said["said"]) == ("5.1.1", "không có địa chỉ thư này")
    assert said["token"] == IDS.token(f"{form.id}.answer.1")
    assert fingerprint(RECEIVER, said["token"]) in said["recipients"]
    assert RECEIVER not in json.dumps(said)
    assert await desk.files.read(taken.original.id) == came_back
    assert desk.server.held() == 0
    assert await desk.read(came_back) == [], "the same mail again is no second one"
    assert len(await reported(desk, taken)) == 1
    assert await desk.forms.get(form.id) == form, "nothing of the form is changed here"


@pytest.mark.parametrize(
    ("mail", "action"),
    [
        (
            lambda case: report(group(action="delayed", status="4.4.1", said="smtp; timed out"), copy=of(case)),
            "delayed",
        ),
        (lambda case: complaint().replace(OURS.encode(), ours(f"{case}.conclusion").encode()), "complained"),
    ],
)
async def test_that_a_mail_is_late_or_unwanted_is_said_too(desk: Desk, mail: Any, action: str) -> None:
    form = await desk.a_form()
    taken = await desk.read_one(mail(form.id))
    [said] = await reported(desk, taken)
    assert (said["case"], said["action"]) == (form.id, action)


@pytest.mark.parametrize(
    ("copy", "because"),
    [
        (of("01JZ8K2M3N4P5Q6R7S8T9V0W1X"), "there is no such form"),
        (of("digest-chanh-lo-20260428-1a2b3c4d", "digest"), "it is of another commune's staff"),
        (of("{form}", domain="x.example"), "not of our domain"),
        ("Subject: x\r\n\r\nx", "it carries no Message-ID"),
    ],
)
async def test_a_report_that_cannot_be_of_ours_is_kept_and_says_nothing(desk: Desk, copy: str, because: str) -> None:
    form = await desk.a_form()
    taken = await desk.read_one(report(group(said=UNKNOWN), copy=copy.replace("{form}", form.id)))
    assert (taken.outcome, taken.why) == ("ignored", "bounce"), because
    assert await reported(desk, taken) == [], because


async def test_what_a_server_says_in_words_that_nobody_knows_waits_for_a_clerk(desk: Desk) -> None:
    form = await desk.a_form()
    held = with_copy_attached(
        "Your message is waiting for the approval of a moderator.",
        sender="MAILER-DAEMON@mx.example",
        subject="Message held for review",
        copy=our_mail(ours(f"{form.id}.answer.1")),
    )
    taken = await desk.read_one(held)
    assert (taken.outcome, taken.why) == ("quarantined", "bounce")
    assert "không rõ thư đó đã đến" in (taken.told or "")
    assert await reported(desk, taken) == []


async def test_a_digest_that_comes_back_is_said_of_it(desk: Desk) -> None:
    digest = f"digest-{COMMUNE}-20260428-1a2b3c4d"
    taken = await desk.read_one(report(group(said=UNKNOWN), copy=of(digest, "1")))
    [said] = await reported(desk, taken)
    assert (said["case"], said["notification"]) == (digest, f"{digest}.1")


async def test_a_report_of_another_communes_form_is_not_said(desk: Desk) -> None:
    form, chanh_lo = await desk.a_form(), Communes.load()["chanh-lo"].email
    domain = chanh_lo.partition("@")[2]
    of_theirs = report(group(said=UNKNOWN), copy=of(form.id, domain=domain)).replace(OFFICE.encode(), chanh_lo.encode())
    taken = await desk.room.take_in("chanh-lo", of_theirs, real_now())
    assert (taken.incoming.why, await reported(desk, taken.incoming)) == ("bounce", [])


# --- news ------------------------------------------------------------------------------------------------------------


async def declined(desk: Desk, form: Any) -> int:
    """How often it was said."""
    return len([one for one in await desk.forms.history(form.id) if "news.declined" in one.type])


async def test_a_mail_with_that_subject_declines_news_once(desk: Desk) -> None:
    form = await desk.a_form()
    for count in (1, 2):
        taken = await desk.read_one(a_mail("", subject=f"Ngừng nhận tin {form.code}"))
        assert (taken.outcome, taken.submissions) == ("attached", (form.id,))
        assert await declined(desk, form) == 1, count
    after = await desk.forms.get(form.id)
    assert after is not None
    assert after.declines_news


@pytest.mark.parametrize(
    ("subject", "headers", "because"),
    [
        ("Re: ngừng nhận tin {code}", {}, "answered, in small letters"),
        ("ngung nhan tin {code}", {}, "without diacritics"),
        ("Ngừng nhận tin {code}", {"Auto_Submitted": "auto-generated"}, "a mail program says that it wrote it"),
    ],
)
async def test_news_is_declined_however_the_program_writes_it(
    desk: Desk, subject: str, headers: dict[str, str], because: str
) -> None:
    form = await desk.a_form()
    await desk.read_one(a_mail("", subject=subject.format(code=form.code), **headers))
    assert await declined(desk, form) == 1, because


@pytest.mark.parametrize(
    ("mail", "because"),
    [
        ({"sender": "ke.la@x.example", "subject": "Ngừng nhận tin {code}"}, "somebody else writes"),
        ({"subject": "Xin đừng ngừng nhận tin {code}"}, "he says something else"),
        ({"subject": "Ngừng nhận tin K7QX-3M9M"}, "of a form that is not here"),
        ({"subject": "Ngừng nhận tin {code}", "Auto_Submitted": "auto-replied"}, "a program answers by itself"),
    ],
)
async def test_news_is_not_declined_by_others(desk: Desk, mail: dict[str, str], because: str) -> None:
    form = await desk.a_form()
    mail = mail | {"subject": mail["subject"].format(code=form.code)}
    await desk.read_one(a_mail("Thôi.", **mail))
    assert await declined(desk, form) == 0, because


async def test_what_he_adds_to_it_stays_with_his_form(desk: Desk) -> None:
    form = await desk.a_form()
    await desk.read_one(a_mail("Tôi đã chuyển nhà.", subject=f"Ngừng nhận tin {form.code}"))
    assert await declined(desk, form) == 1
    [wrote] = [one for one in await desk.forms.history(form.id) if "wrote" in one.type]
    assert wrote.data["text"] == "Tôi đã chuyển nhà."


async def test_who_cannot_be_vouched_for_declines_nothing(desk: Desk) -> None:
    desk = desk.trusting("mx.xa.example")
    form = await desk.a_form(email=SENDER)
    taken = await desk.read_one(a_mail("", subject=f"Ngừng nhận tin {form.code}"))
    assert taken.outcome == "quarantined"
    assert await declined(desk, form) == 0


# --- the whole way ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installation(server: MailServer) -> Iterator[RunningSystem]:
    """Intake with its mailbox, and notify with a mail server that keeps what it sends."""
    environment = {"DOITHOAI_MAILBOXES": str(server.mailboxes())}
    with running(services=["intake", "notify"], environment=environment) as system:
        yield system


def test_the_very_mail_that_was_sent_comes_back_and_its_case_knows(
    installation: RunningSystem, server: MailServer
) -> None:
    url, contact = installation.addresses.public_url, "van.ve@nguoidan.example"
    asked = {"name": "Trần Văn Vé", "email": contact, "questions": [{"text": "Chợ mở lại khi nào?"}]}
    code = httpx.post(f"{url}/api/v1/communes/{COMMUNE}/submissions", json=asked, timeout=20).json()["code"]
    with MongoClient[Any](installation.addresses.mongo_url) as mongo:
        intake, notify = mongo["doithoai_intake"], mongo["doithoai_notify"]
        form = intake.submissions.find_one({"code": code})["_id"]

        def receipt() -> dict[str, Any]:
            known = notify.correspondence.find_one({"_id": form}) or {"messages": []}
            return next((one for one in known["messages"] if one["kind"] == "receipt"), {"state": None})

        wait_until(lambda: receipt()["state"] == "sent")
        [sent] = [file for file in installation.addresses.mail.iterdir() if form in file.name]
        came_back = report(group(to=contact, said=f"smtp; 550 5.1.1 <{contact}>: User unknown"), copy=_as_text(sent))
        server.put(came_back, came_back)
        wait_until(lambda: receipt()["state"] == "failed")
        assert "không có địa chỉ thư này (5.1.1)" in receipt()["reason"]
        known = notify.correspondence.find_one({"_id": form})
        assert [event["type"] for event in known["events"]].count("vn.doithoai.notification.failed.v1") == 1

        assert httpx.post(f"{url}/ngung-nhan/{code}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
        wait_until(lambda: notify.correspondence.find_one({"_id": form})["declines_news"])


def _as_text(mail: Path) -> str:
    return mail.read_bytes().decode("ascii").replace("\r\n", "\n")


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.05)
