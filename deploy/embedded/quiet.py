"""Knowing that nothing is under way: for a rehearsal that moves time, and for tests that count what is left."""

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from nats.aio.client import Client
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NatsTimeoutError

from shared.broker import EVENTS

BETWEEN_LOOKS_S = 0.02
"""Between two looks that must agree."""
PAUSES_S = (0.005, 0.04)
"""While there is work: a look costs the broker and the services some milliseconds, so the pauses grow."""
ANSWER_LIMIT_S = 2.0


class StillBusy(RuntimeError):
    """Something was still under way when the time was up; the text says what."""


async def until_quiet(
    nats: Client, services: Iterable[str], *, swept_at: datetime | None = None, limit_s: float = 30
) -> None:
    """Wait until no event waits for a handler, no save for the stream, no message for its way out.

    Two looks must agree, and nothing may have been said between them. They are a moment apart, for the broker counts
    a message among a consumer's pending ones only shortly after it has confirmed it.

    Args:
        nats: connected as the operator.
        services: their names.
        swept_at: every service must have done what was due at this simulated instant.

    Raises:
        StillBusy: after `limit_s` seconds.
    """
    loop, names = asyncio.get_running_loop(), tuple(services)
    end = loop.time() + limit_s
    quiet_at: int | None = None
    pause_s = PAUSES_S[0]
    while True:
        last_said = (await nats.jetstream().stream_info(EVENTS)).state.last_seq
        busy = await _working(nats, names, swept_at) or await _waiting(nats)
        if not busy and quiet_at == last_said:
            return
        quiet_at = None if busy else last_said
        if busy and loop.time() > end:
            raise StillBusy("; ".join(busy))
        await asyncio.sleep(pause_s if busy else BETWEEN_LOOKS_S)
        pause_s = min(pause_s * 1.5, PAUSES_S[1])


async def _waiting(nats: Client) -> list[str]:
    """Handlers with events before them or in hand. Asked for often, so the answer is read without nats-py's classes."""
    told = await nats.request(f"$JS.API.CONSUMER.LIST.{EVENTS}", b"", timeout=5)
    return [
        f"{one['name']}: {one['num_pending']} pending, {one['num_ack_pending']} in hand"
        for one in json.loads(told.data)["consumers"]
        if "durable_name" in one["config"] and (one["num_pending"] or one["num_ack_pending"])
    ]


async def _working(nats: Client, names: tuple[str, ...], swept_at: datetime | None) -> list[str]:
    busy: list[str] = []
    for name, status in zip(names, await asyncio.gather(*(_status(nats, name) for name in names)), strict=True):
        if status is None:
            busy.append(f"{name} does not answer")
            continue
        if status["outbox"] or status["busy"]:
            busy.append(f"{name}: outbox {status['outbox']}, busy {status['busy']}")
        if swept_at and (status["swept_at"] is None or datetime.fromisoformat(status["swept_at"]) < swept_at):
            busy.append(f"{name} has not swept yet")
    return busy


async def _status(nats: Client, name: str) -> dict[str, Any] | None:
    try:
        answer = await nats.request(f"status.{name}", b"", timeout=ANSWER_LIMIT_S)
    except (NoRespondersError, NatsTimeoutError):
        return None
    status: dict[str, Any] = json.loads(answer.data)
    return status
