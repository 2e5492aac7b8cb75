"""The mailbox as the office sees it, and what is keyed in from a mail. No broker is there: no mail can be opened."""

from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from services.console.incoming.mailbox_pages import command, typed_from
from services.console.offers import WrongFields
from shared.contracts import Role
from shared.contracts.intake import DiscardMail, MailSettled, MailTakenIn, RegisterSubmission
from shared.service import Service
from tests.builders import COMMUNE, NOW, actor, of_form, submission_received
from tests.door import COOKIE
from tests.unit.test_console_pages import CHAIRMAN, CLERK, OFFICER, console, page

MAIL = "6M1TREZDTJSA72RGEAE6J61PW6"
WAITS = of_form(MailTakenIn, case=MAIL)
SETTLED = of_form(MailSettled, case=MAIL)
KEYED_IN = {"name": "Nguyễn Thị Mận", "phone": "0952 345 678", "procedures": "Ngõ nhà tôi ngập.", "key": "1"}
SERVICE = cast("Service", SimpleNamespace(clock=lambda: NOW))


@pytest.mark.parametrize(
    ("worker", "events", "shown", "hidden", "because"),
    [
        (CLERK, [WAITS], ["Chờ xử lý <small>1 thư", WAITS.told, "Hỏi về giấy khai sinh", ">1</span></a>"], [], "waits"),
        (CHAIRMAN, [WAITS], ["Hỏi về giấy khai sinh"], [], "the office's head looks on"),
        (
            CLERK,
            [submission_received(), WAITS, SETTLED],
            ["Chờ xử lý <small>0 thư", "Đã thành phiếu", "K7QX-3M9D", "Trần Thị Hạnh"],
            [">1</span></a>"],
            "dealt with",
        ),
        (
            CLERK,
            [of_form(MailTakenIn, case=MAIL, outcome="ignored", why="newsletter", told=None)],
            ["Không phải xử lý: bản tin"],
            [],
            "a newsletter",
        ),
        (CLERK, [of_form(MailTakenIn, case=MAIL, sender=None, subject_line="")], ["Không rõ người gửi"], [], "no head"),
    ],
)
async def test_the_office_sees_what_waits_first_and_then_what_became_of_the_others(
    tmp_path, worker, events, shown, hidden, because
):
    html = await page(tmp_path, "/hop-thu", *events, worker=worker)
    for words in shown:
        assert words in html, because
    for words in hidden:
        assert words not in html, because


async def test_mails_are_not_for_officers(tmp_path):
    cookies = {COOKIE: f"{COMMUNE}/{OFFICER}"}
    transport = httpx.ASGITransport(console(tmp_path, [WAITS], NOW))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as browser:
        answer = await browser.get("/hop-thu")
    assert answer.status_code == 403
    assert "Trang này dành cho" in answer.text
    assert "Hỏi về giấy khai sinh" not in answer.text


async def test_a_mail_shows_why_it_waits_and_what_can_be_done_though_it_cannot_be_opened(tmp_path):
    html = await page(tmp_path, f"/hop-thu/{MAIL}", WAITS)
    assert WAITS.told in html
    assert "Lúc này chưa mở được nội dung thư" in html
    assert f"/hop-thu/{MAIL}/thu.eml" in html
    for verb in ("register-submission", "attach-mail", "discard-mail"):
        assert f'value="{verb}"' in html


async def test_the_form_that_a_mail_seems_to_belong_to_is_proposed(tmp_path):
    html = await page(tmp_path, f"/hop-thu/{MAIL}", of_form(MailTakenIn, case=MAIL, proposed="K7QX-3M9D"))
    assert 'id="attach-code" name="code" type="text" required value="K7QX-3M9D"' in html
    assert '<details class="act" open>' in html


async def test_what_was_dealt_with_offers_only_another_persons_form(tmp_path):
    html = await page(tmp_path, f"/hop-thu/{MAIL}", submission_received(), WAITS, SETTLED)
    assert "Nhập thêm phiếu của người khác" in html
    assert 'value="discard-mail"' not in html
    more = await page(tmp_path, f"/hop-thu/{MAIL}?them=1", submission_received(), WAITS, SETTLED)
    assert 'value="register-submission"' in more


def test_what_is_keyed_in_from_a_mail_comes_by_mail_and_names_it():
    form: Any = command(RegisterSubmission.verb, actor(), {**KEYED_IN, "mail": MAIL, "received": "18/4"}, SERVICE)
    assert (form.channel, form.mail, form.received_at) == ("email", MAIL, None)
    assert (form.registrant.name, form.registrant.phone) == ("Nguyễn Thị Mận", "0952345678")
    assert form.boxes["procedures"] == "Ngõ nhà tôi ngập."


def test_what_is_missing_is_said_beside_its_field():
    with pytest.raises(WrongFields) as wrong:
        command(RegisterSubmission.verb, actor(), {"key": "1", "mail": MAIL}, SERVICE)
    assert set(wrong.value.fields) == {"name", "contact", "procedures"}


def test_other_commands_are_read_as_everywhere():
    given = command(DiscardMail.verb, actor(Role.CLERK), {"mail": MAIL, "reason": "Quảng cáo", "key": "1"}, SERVICE)
    assert isinstance(given, DiscardMail)


def test_several_questions_of_a_box_are_numbered_so_that_they_are_told_apart_again():
    matters = [{"section": "procedures", "text": text} for text in ("Một?", "Hai?")]
    typed = typed_from({"name": "", "phone": None, "address": None, "email": "a@b.vn", "matters": matters})
    assert typed["procedures"] == "1. Một?\n2. Hai?"
    assert typed["handling"] == ""
    assert typed["email"] == "a@b.vn"
