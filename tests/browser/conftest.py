"""Debian's Chromium, driven by Playwright's asyncio API: the sync one cannot share a thread with asyncio tests."""

import shutil
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import nats
import pytest
from playwright.async_api import Browser, async_playwright

from shared.clock import move_clock
from shared.commands import send
from shared.contracts import Done, intake
from tests.browser.citizens import Citizens, until
from tests.builders import DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor
from tests.servers import RunningSystem, running

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is not installed: make chromium")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="module")
def before_the_desk() -> Iterator[RunningSystem]:
    """What a form passes through until its term is set."""
    with running(services=["intake", "routing", "deadlines"]) as found:
        yield found


@pytest.fixture(scope="module")
async def announced(before_the_desk: RunningSystem) -> str:
    """A morning in April 2026, with a dialogue ahead. Returns the citizens' address."""
    client = await nats.connect(before_the_desk.addresses.nats_url)

    async def done(contract: type[intake.IntakeCommand], **fields: Any) -> bool:
        reply = await send(client, contract(actor=actor(), key=str(uuid4()), dialogue=DIALOGUE, **fields))
        return isinstance(reply, Done)

    await move_clock(client, NOW)
    assert await done(intake.PlanDialogue, title=TITLE, held_at=HELD_AT, place=PLACE)
    await until(lambda: done(intake.AnnounceDialogue))
    await client.close()
    return before_the_desk.addresses.public_url


@pytest.fixture
async def citizens(announced: str, chromium: Browser) -> AsyncIterator[Citizens]:
    found = Citizens(announced, chromium)
    yield found
    for context in found.contexts:
        await context.close()
    assert found.blocked == []
