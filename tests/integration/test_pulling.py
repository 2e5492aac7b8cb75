"""What has come is handed over at once, whatever became of earlier requests."""

import asyncio
from collections.abc import AsyncIterator

import nats
import pytest
import pytest_asyncio
from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from nats.js.api import AckPolicy, ConsumerConfig, StreamConfig

from shared.pulling import Pull
from tests.servers import Servers

LONG = 60
AT_ONCE = 20
"""Seconds: far less than LONG, and far more than anything here takes."""


@pytest_asyncio.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    js = client.jetstream()
    await js.add_stream(StreamConfig(name="NEWS", subjects=["news"]))
    await js.add_consumer("NEWS", ConsumerConfig(durable_name="reader", ack_policy=AckPolicy.EXPLICIT))
    yield client
    await client.close()


async def tell(client: Client, *news: str) -> None:
    for one in news:
        await client.jetstream().publish("news", one.encode())


async def fetched(pull: Pull, batch: int) -> list[str]:
    async with asyncio.timeout(AT_ONCE):
        messages = await pull.fetch(batch, timeout=LONG)
    for message in messages:
        await message.ack()
    return [message.data.decode() for message in messages]


async def test_the_first_message_does_not_wait_for_a_second(client: Client) -> None:
    pull = Pull(client, "NEWS", "reader")
    waiting = asyncio.create_task(fetched(pull, 20))
    await tell(client, "một")
    assert await waiting == ["một"]


async def test_what_is_there_comes_together_and_no_more_than_was_asked_for(client: Client) -> None:
    pull = Pull(client, "NEWS", "reader")
    await tell(client, "một", "hai", "ba", "bốn")
    assert await fetched(pull, 3) == ["một", "hai", "ba"]
    info = await client.jetstream().consumer_info("NEWS", "reader")
    assert info.num_pending == 1
    assert await fetched(pull, 3) == ["bốn"]


async def test_the_late_end_of_an_earlier_request_holds_nothing_back(client: Client) -> None:
    pull = Pull(client, "NEWS", "reader")
    for _ in range(20):
        with pytest.raises(NatsTimeoutError):
            await pull.fetch(20, timeout=0.001)
    await tell(client, "một")
    assert await fetched(pull, 20) == ["một"]
    await tell(client, "hai")
    assert await fetched(pull, 20) == ["hai"]


async def test_of_a_consumer_that_is_gone_nothing_comes(client: Client) -> None:
    await client.jetstream().delete_consumer("NEWS", "reader")
    with pytest.raises(NatsTimeoutError):
        await Pull(client, "NEWS", "reader").fetch(20, timeout=1)
