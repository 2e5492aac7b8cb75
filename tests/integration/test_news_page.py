"""The way out of mails that nobody need have, on real servers: the page, and a mail program's one click (RFC 8058)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pymongo import MongoClient

from services.intake.pages.news_pages import GUESSES_AN_HOUR
from tests.integration.test_tracking_pages import Town
from tests.servers import running

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
ELSEWHERE = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
NOBODYS = "K7QX-3M9M"


@pytest.fixture(scope="module")
def town() -> Iterator[Town]:
    with running(services=["intake"]) as system, MongoClient[Any](system.addresses.mongo_url) as mongo:
        yield Town(system, mongo["doithoai_intake"])


@pytest.fixture
def program(town: Town) -> Iterator[httpx.Client]:
    """A mail program's server: it has no page open, keeps nothing, and follows nowhere."""
    with httpx.Client(base_url=town.address, timeout=20) as client:
        yield client


def declined(town: Town, code: str) -> int:
    """How often it was said."""
    return sum("news.declined" in event["type"] for event in town.stored(code)["events"])


def test_looking_at_the_page_changes_nothing(town: Town, program: httpx.Client) -> None:
    code, _ = town.register()
    page = program.get(f"/ngung-nhan/{code}")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert f"Ngừng nhận thư thông tin về phiếu {code}?" in page.text
    assert page.text.count("<button") == 1
    assert declined(town, code) == 0


@pytest.mark.parametrize("how", [{"data": ONE_CLICK}, {"files": {"List-Unsubscribe": (None, "One-Click")}}])
def test_one_click_declines_once_and_leads_nowhere_else(town: Town, program: httpx.Client, how: dict[str, Any]) -> None:
    code, _ = town.register()
    for _ in range(2):
        answer = program.post(f"/ngung-nhan/{code}", **how)
        assert answer.status_code == 200, "no redirect: RFC 8058, 3.1"
        assert "Giấy mời, câu trả lời" in answer.text
        assert declined(town, code) == 1
    assert town.stored(code)["declines_news"] is True


def test_the_button_of_the_page_declines_too(town: Town) -> None:
    code, _ = town.register()
    with town.browser() as browser:
        answer = browser.post(f"/ngung-nhan/{code.lower()}")
    assert answer.status_code == 200
    assert declined(town, code) == 1


def test_another_site_presses_no_button_but_a_mail_program_need_not_be_ours(town: Town, program: httpx.Client) -> None:
    code, _ = town.register()
    for body in ({}, {"List-Unsubscribe": "yes"}, {"one-click": "One-Click"}):
        assert program.post(f"/ngung-nhan/{code}", data=body, headers=ELSEWHERE).status_code == 403
        assert program.post(f"/ngung-nhan/{code}", data=body).status_code == 403
    assert declined(town, code) == 0
    assert program.post(f"/ngung-nhan/{code}", data=ONE_CLICK, headers=ELSEWHERE).status_code == 200
    assert declined(town, code) == 1


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_page_tells_of_no_code_whether_it_was_given_out(town: Town, program: httpx.Client, method: str) -> None:
    code, _ = town.register()
    body = {"data": ONE_CLICK} if method == "POST" else {}
    known, unknown = (program.request(method, f"/ngung-nhan/{one}", **body) for one in (code, NOBODYS))
    assert (known.status_code, known.text) == (unknown.status_code, unknown.text.replace(NOBODYS, code))
    assert {*known.headers} == {*unknown.headers}


@pytest.mark.parametrize("code", ["x", "K7QX-3M9X", "%3Cb%3E", "a" * 3_000])
def test_what_is_no_code_is_answered_like_one(program: httpx.Client, code: str) -> None:
    answer = program.post(f"/ngung-nhan/{code}", data=ONE_CLICK)
    assert answer.status_code == 200
    assert "Đã ngừng gửi thư thông tin" in answer.text
    assert "<b>" not in answer.text


def test_one_network_does_not_press_without_end(town: Town, program: httpx.Client) -> None:
    """The last test: after it this machine may not press for an hour. A provider of mail presses for all its customers,
    each with a code that was given out."""
    code, _ = town.register()
    for _ in range(GUESSES_AN_HOUR + 1):
        assert program.post(f"/ngung-nhan/{code}", data=ONE_CLICK).status_code == 200
    answers = [program.post(f"/ngung-nhan/{NOBODYS}", data=ONE_CLICK) for _ in range(GUESSES_AN_HOUR + 1)]
    assert {one.status_code for one in answers} == {200, 429}
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Xin thử lại sau" in answers[-1].text
    refused = program.post(f"/ngung-nhan/{code}", data=ONE_CLICK)
    assert refused.status_code == 429, "or it would tell which codes were given out"
    assert program.get(f"/ngung-nhan/{NOBODYS}").status_code == 200, "the page can still be read"
