"""Knowing that nothing is under way: for a rehearsal that moves time, and for tests that count what is left."""

import asyncio
from collections.abc import Mapping
from datetime import datetime

import httpx
from nats.aio.client import Client

from shared.broker import EVENTS

BETWEEN_LOOKS = 0.02


class StillBusy(RuntimeError):
    """Something was still under way when the time was up; the text says what."""


async def until_quiet(
    nats: Client,
    services: Mapping[str, str],
    *,
    swept_at: datetime | None = None,
    limit_s: float = 30,
    http: httpx.AsyncClient | None = None,
) -> None:
    """Wait until no event waits for a handler, no save for the stream, no message for its way out.

    Two looks in a row must agree, and nothing may have been said between them.

    Args:
        services: the HTTP address of each service by its name.
        swept_at: every service must have done what was due at this simulated instant.

    Raises:
        StillBusy: after `limit_s` seconds.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + limit_s
    quiet_at: int | None = None
    async with _client(http) as client:
        while True:
            last_said = (await nats.jetstream().stream_info(EVENTS)).state.last_seq
            busy = await _busy(nats, services, swept_at, client)
            if not busy and quiet_at == last_said:
                return
            quiet_at = None if busy else last_said
            if busy and loop.time() > end:
                raise StillBusy("; ".join(busy))
            await asyncio.sleep(BETWEEN_LOOKS if busy else 0)


class _client:  # noqa: N801 - a context manager used like a function
    """The client that was given, left open, or one of our own."""

    def __init__(self, given: httpx.AsyncClient | None) -> None:
        self._given = given
        self._own = None if given else httpx.AsyncClient(timeout=5)

    async def __aenter__(self) -> httpx.AsyncClient:
        client = self._given or self._own
        assert client is not None
        return client

    async def __aexit__(self, *_: object) -> None:
        if self._own is not None:
            await self._own.aclose()


async def _busy(
    nats: Client, services: Mapping[str, str], swept_at: datetime | None, http: httpx.AsyncClient
) -> list[str]:
    """What is under way, the cheapest question first: whoever waits asks often."""
    busy = [
        f"{consumer.name}: {consumer.num_pending} pending, {consumer.num_ack_pending} in hand"
        for consumer in await nats.jetstream().consumers_info(EVENTS)
        if consumer.config.durable_name and (consumer.num_pending or consumer.num_ack_pending)
    ]
    if busy:
        return busy
    statuses = await asyncio.gather(*(_status(http, url) for url in services.values()))
    for name, status in zip(services, statuses, strict=True):
        if status is None:
            busy.append(f"{name} does not answer")
            continue
        if status["outbox"] or status["busy"]:
            busy.append(f"{name}: outbox {status['outbox']}, busy {status['busy']}")
        if swept_at and (status["swept_at"] is None or datetime.fromisoformat(str(status["swept_at"])) < swept_at):
            busy.append(f"{name} has not swept yet")
    return busy


async def _status(http: httpx.AsyncClient, url: str) -> dict[str, object] | None:
    try:
        answer = await http.get(f"{url}/status")
    except httpx.HTTPError:
        return None
    status: dict[str, object] = answer.json()
    return status
