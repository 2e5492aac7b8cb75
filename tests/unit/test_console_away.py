"""What the console says while its database or NATS is away: the truth, and nothing of what was typed is lost."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import Request
from nats.aio.client import Client
from nats.errors import ConnectionClosedError, OutboundBufferLimitError
from pymongo.errors import ServerSelectionTimeoutError

from services.console.acting import Acting
from shared.commands import send
from shared.contracts import Refused
from shared.contracts.routing import RedirectQuestion, RoutingCommand
from tests.builders import COMMUNE, NOW, QUESTION, SUBMISSION, actor
from tests.door import KnownDoor
from tests.unit.test_console_pages import ASSIGNED, CLERK, RECEIVED, console

CASE = f"/ho-so/{SUBMISSION}"
GUIDANCE = "Xin ông/bà gửi đơn đến Sở Nội vụ, số 5 phố Lê Lai."
TYPED = {
    "verb": "redirect-question",
    "question": QUESTION,
    "version": "1",
    "key": "k1",
    "scope": "complaint",
    "authority": "Sở Nội vụ",
    "guidance": GUIDANCE,
}
NOTHING_LOST = "không mất gì"


async def asked(folder: Path, method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(console(folder, [RECEIVED, ASSIGNED], NOW), raise_app_exceptions=False)
    cookies, headers = {"doithoai_console": f"{COMMUNE}/{CLERK}"}, {"sec-fetch-site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        return await client.request(method, path, **{**more, "headers": headers | more.get("headers", {})})


@pytest.fixture
def database_away(monkeypatch: pytest.MonkeyPatch) -> None:
    async def who(_self: KnownDoor, _request: Request) -> Acting | None:
        raise ServerSelectionTimeoutError("no server")

    monkeypatch.setattr(KnownDoor, "who", who)


@pytest.mark.usefixtures("database_away")
async def test_a_form_that_came_while_the_database_is_away_waits_on_the_page(tmp_path: Path) -> None:
    answer = await asked(tmp_path, "POST", CASE, data=TYPED)
    assert answer.status_code == 503
    assert f'action="{CASE}"' in answer.text, "from where it can be sent again"
    for name, value in TYPED.items():
        assert f'name="{name}" value="{value}"' in answer.text
    assert NOTHING_LOST in answer.text
    assert "Đăng nhập ở thẻ mới" not in answer.text, "nobody was signed out"


@pytest.mark.usefixtures("database_away")
@pytest.mark.parametrize("path", ["/vao", "/vao/ma", "/toi/mat-khau", "/ra"])
async def test_no_password_stands_on_a_page(tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KnownDoor, "add_pages", _with_pages(path))
    answer = await asked(tmp_path, "POST", path, data={"password": "mười hai con mèo"})
    assert answer.status_code == 503
    assert "mèo" not in answer.text
    assert NOTHING_LOST not in answer.text


def _with_pages(path: str) -> Any:
    """A door that asks the database about a form of its own."""

    def add_pages(self: KnownDoor, outside: Any, *_: object) -> None:
        @outside.post(path)
        async def ask(request: Request) -> None:
            await self.who(request)

    return add_pages


@pytest.mark.usefixtures("database_away")
async def test_where_nothing_was_typed_nothing_is_said_of_it(tmp_path: Path) -> None:
    page = await asked(tmp_path, "GET", CASE)
    script = await asked(tmp_path, "POST", CASE, data=TYPED, headers={"accept": "application/json"})
    assert (page.status_code, script.status_code) == (503, 503)
    assert script.headers["content-type"] == "application/json", "a script keeps its own"
    for answer in (page, script):
        assert NOTHING_LOST not in answer.text
        assert "không có gì bị mất" not in answer.text


async def test_a_form_whose_service_cannot_be_asked_is_refused_on_its_own_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def request(*_: Any, **__: Any) -> Any:
        raise ConnectionClosedError

    monkeypatch.setattr(Client, "request", request)
    answer = await asked(tmp_path, "POST", CASE, data=TYPED)
    assert answer.status_code == 503
    assert 'id="case"' in answer.text
    assert GUIDANCE in answer.text


class Broken(Client):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def request(self, *_: Any, **__: Any) -> Any:
        raise self._error


@pytest.mark.parametrize("error", [ConnectionClosedError(), OutboundBufferLimitError(), TimeoutError()])
async def test_whatever_keeps_a_command_from_its_service_is_a_refusal(error: Exception) -> None:
    command: RoutingCommand = RedirectQuestion(
        actor=actor(), key="k", question=QUESTION, scope="complaint", authority="Sở Nội vụ", guidance=GUIDANCE
    )
    reply = await send(Broken(error), command)
    assert isinstance(reply, Refused)
    assert reply.code == "unavailable"
