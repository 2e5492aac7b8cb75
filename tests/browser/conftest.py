"""A browser, and what a citizen finds in it: a form with a dialogue ahead."""

from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import nats
import pytest
from playwright.async_api import Browser

from shared.clock import move_clock
from shared.commands import send
from shared.contracts import Done, intake
from tests.browser.chromium import launched
from tests.browser.citizens import Citizens, until
from tests.builders import DIALOGUE, HELD_AT, NOW, PLACE, TITLE, actor
from tests.servers import RunningSystem, running


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with launched() as browser:
        yield browser


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
