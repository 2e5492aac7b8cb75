"""Following a case: every event of one submission or dialogue, from all services, in the order of the stream."""

from contextlib import suppress

from nats.aio.client import Client
from nats.js.errors import NotFoundError
from pydantic import ValidationError

from shared.broker import EVENTS
from shared.contracts import Envelope

MOST = 2_000


async def follow(nats: Client, commune: str, case: str) -> list[Envelope]:
    """The events of a case, read from the stream by subject; at most 2,000."""
    js, subject, sequence = nats.jetstream(), f"event.*.{commune}.{case}.>", 1
    found: list[Envelope] = []
    while len(found) < MOST:
        try:
            message = await js.get_msg(EVENTS, seq=sequence, subject=subject, direct=True, next=True)
        except NotFoundError:
            break
        assert message.seq is not None
        assert message.data is not None
        with suppress(ValidationError):  # a malformed message is parked; it is no part of the case
            found.append(Envelope.model_validate_json(message.data))
        sequence = message.seq + 1
    return found
