"""A case is read from the stream in as few requests as it takes, whole and in order."""

from collections.abc import AsyncIterator

import nats
import pytest
from nats.aio.client import Client

from shared.broker import provision_streams
from shared.cases import BATCH, follow, read
from shared.contracts import routing
from tests.builders import COMMUNE, of_question
from tests.integration.test_delivery import message
from tests.servers import Servers

MANY = 2 * BATCH + 7


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    await provision_streams(client.jetstream(), 1)
    yield client
    await client.close()


async def say(client: Client, case: str, number: int) -> None:
    event = of_question(routing.AnswerDrafted, case=case, draft=number)
    await client.jetstream().publish(event.subject, message(event))


async def drafts(client: Client, case: str) -> list[int]:
    return [envelope.data["draft"] for envelope in await follow(client, COMMUNE, case)]


async def test_a_long_case_is_read_whole_and_in_order_and_nothing_of_another(client: Client) -> None:
    for number in range(1, MANY + 1):
        await say(client, "dai", number)
        if number % 100 == 0:
            await say(client, "khac", number)
    assert await drafts(client, "dai") == list(range(1, MANY + 1))
    assert await drafts(client, "khac") == list(range(100, MANY + 1, 100))
    assert await drafts(client, "chua-co") == []


async def test_reading_starts_at_a_place_and_leaves_out_what_no_handler_could_read(client: Client) -> None:
    await say(client, "ho-so", 1)
    await client.jetstream().publish(f"event.routing.{COMMUNE}.ho-so.AnswerDrafted", b"{")
    await say(client, "ho-so", 2)
    assert [place async for place, _ in read(client, f"event.*.{COMMUNE}.ho-so.>")] == [1, 3]
    assert [place async for place, _ in read(client, f"event.*.{COMMUNE}.ho-so.>", 2)] == [3]
    assert [place async for place, _ in read(client, f"event.*.{COMMUNE}.ho-so.>", 4)] == []
