"""Questions from the floor as a script sends them: what it is told, and when each was asked."""

from pathlib import Path

import httpx
import pytest

from services.console.hall import dialogue_forms
from services.console.offers import WrongFields
from shared.communes import Communes
from shared.contracts.intake import RegisterSubmission
from tests.builders import COMMUNE, DIALOGUE, HELD_AT, actor
from tests.unit.test_console_pages import ANNOUNCED, CLERK, OFFICER, console

PROFILE = Communes.load()[COMMUNE]
ROOM = f"/hoi-nghi/{DIALOGUE}/tai-hoi-nghi"
TYPED = {
    "verb": "register-submission",
    "dialogue": DIALOGUE,
    "key": "floor-1",
    "name": "Mai",
    "text": "Bao giờ có nước?",
}
SCRIPT = {"accept": "application/json", "sec-fetch-site": "same-origin"}


def from_the_floor(**typed: str) -> RegisterSubmission:
    command = dialogue_forms.command("register-submission", actor(), TYPED | typed, PROFILE)
    assert isinstance(command, RegisterSubmission)
    return command


def test_what_is_sent_at_once_was_asked_now_and_what_waited_when_it_was_captured() -> None:
    assert from_the_floor().received_at is None
    assert from_the_floor(received_at=HELD_AT.isoformat()).received_at == HELD_AT
    assert from_the_floor(received_at="2026-05-14T01:30:00.000Z").received_at == HELD_AT
    with pytest.raises(WrongFields):
        from_the_floor(received_at="sáng nay")


@pytest.mark.parametrize(
    ("worker", "typed", "status", "told", "because"),
    [
        ("", {}, 401, "Xin đăng nhập", "nobody is signed in"),
        (CLERK, {"name": ""}, 422, "Xin ghi họ tên người phát biểu.", "the field to mend is named"),
        (CLERK, {"verb": "sing"}, 400, "Không có lệnh này.", "there is no such command"),
    ],
)
async def test_a_script_is_told_in_json_why_nothing_was_done(
    tmp_path: Path, worker: str, typed: dict[str, str], status: int, told: str, because: str
) -> None:
    transport = httpx.ASGITransport(console(tmp_path, ANNOUNCED, HELD_AT))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", cookies=cookies, headers=SCRIPT
    ) as client:
        answer = await client.post(ROOM, data=TYPED | typed)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json"), because
    assert told in answer.text


@pytest.mark.parametrize(
    ("worker", "sends", "because"), [(CLERK, True, "the office notes questions"), (OFFICER, False, "others do not")]
)
async def test_what_waits_in_a_browser_is_sent_by_who_may(
    tmp_path: Path, worker: str, sends: bool, because: str
) -> None:
    transport = httpx.ASGITransport(console(tmp_path, ANNOUNCED, HELD_AT))
    cookies = {"doithoai_console": f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        html = (await client.get(ROOM)).text
    assert "data-floor" in html
    assert f'data-now="{HELD_AT.isoformat()}"' in html
    assert ("data-may-send" in html) == sends, because
    assert ('name="text"' in html) == sends, because
