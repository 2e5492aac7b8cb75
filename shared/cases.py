"""Reading the stream: one case's events across all services, or everything since a place, in the stream's order."""

from collections.abc import AsyncIterator
from contextlib import suppress

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from shared.broker import EVENTS
from shared.contracts import Envelope

MOST = 2_000


async def follow(nats: Client, commune: str, case: str) -> list[Envelope]:
    """The events of a submission or a dialogue, at most 2,000."""
    found: list[Envelope] = []
    async for _, envelope in read(nats, f"event.*.{commune}.{case}.>"):
        found.append(envelope)
        if len(found) == MOST:
            break
    return found


async def read(nats: Client, subject: str, start: int = 1) -> AsyncIterator[tuple[int, Envelope]]:
    """Each event on a subject with its place in the stream, from `start` to the end as it is now.

    For few events: each costs a round trip. A malformed message is parked by its handlers and left out here.
    """
    js = nats.jetstream()
    while True:
        try:
            message = await js.get_msg(EVENTS, seq=start, subject=subject, direct=True, next=True)
        except NotFoundError:
            return
        assert message.seq is not None
        assert message.data is not None
        with suppress(ValidationError):
            yield message.seq, Envelope.model_validate_json(message.data)
        start = message.seq + 1
