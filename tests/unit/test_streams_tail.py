"""What browsers follow, the live tail and the screen in the hall: it ends, and they come again through the door."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from services.console.hall import projector
from services.console.streams import news
from services.console.streams.tail import Tail, wanted
from services.console.view import Seen
from tests.builders import COMMUNE, DIALOGUE, NOW
from tests.unit import conference_scene as scene
from tests.unit.test_console_pages import CLERK, console


def seen(position: int) -> Seen:
    return Seen(position, NOW + timedelta(seconds=position), "intake", COMMUNE, "C", "submission-received")


async def test_the_tail_ends_and_leaves_nothing_behind() -> None:
    tail = Tail()
    lines = [line async for line in tail.watch(wanted(), lambda: [seen(1)], lasts_s=0)]
    assert [line.split(b"\n")[0] for line in lines] == [b"retry: 1000", b"id: 1"]
    assert not tail._viewers


async def test_the_screen_in_the_hall_ends_with_a_picture_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projector, "LASTS_S", 0)
    transport = httpx.ASGITransport(console(tmp_path, scene.GATHERED, scene.DURING))
    cookies = {"doithoai_console": f"{COMMUNE}/{CLERK}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", cookies=cookies) as client:
        answer = await client.get(f"/hoi-nghi/{DIALOGUE}/man-chieu/tin")
    assert answer.text.startswith("retry: 1000\n\nevent: screen\n")


def test_they_last_as_long_as_the_news_of_every_page() -> None:
    """A session that is ended is over on its streams, too, within a minute."""
    assert Tail.watch.__defaults__ == (news.LASTS_S,)
    assert projector.LASTS_S == news.LASTS_S <= 60
