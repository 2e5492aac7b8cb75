"""Reading the stream: one case's events across all services, or everything since a place, in the stream's order."""

import json
from collections.abc import AsyncIterator
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import APIError
from pydantic import ValidationError

from shared.broker import EVENTS
from shared.contracts import Envelope

MOST = 2_000
BATCH = 256
WAIT_S = 5.0


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

    A malformed message is parked by its handlers and left out here. Raises nats' errors where the stream cannot be
    asked, or does not answer within five seconds.
    """
    while some := await messages(nats, subject, start):
        for message in some:
            assert message.headers is not None
            start = int(message.headers["Nats-Sequence"]) + 1
            with suppress(ValidationError):
                yield start - 1, Envelope.model_validate_json(message.data)
        if not _pending(some[-1]):
            return


async def messages(nats: Client, subject: str, start: int, most: int = BATCH, stream: str = EVENTS) -> list[Msg]:
    """What lies on a subject from a place on, in one round trip: the server's direct get of several (its ADR-31).

    Each with the headers Nats-Sequence, Nats-Subject, Nats-Time-Stamp and Nats-Num-Pending. Fewer than asked where
    they are large together.
    """
    inbox = nats.new_inbox()
    answers = await nats.subscribe(inbox)
    try:
        request = {"seq": max(1, start), "next_by_subj": subject, "batch": most}
        await nats.publish(f"$JS.API.DIRECT.GET.{stream}", json.dumps(request).encode(), reply=inbox)
        found: list[Msg] = []
        while True:
            message = await answers.next_msg(timeout=WAIT_S)
            match (message.headers or {}).get("Status"):
                case None:
                    found.append(message)
                case "204" | "404":  # the end of the batch, or nothing there
                    return found
                case _:
                    raise APIError.from_msg(message)
    finally:
        with suppress(Exception):
            await answers.unsubscribe()


def _pending(message: Msg) -> int:
    """How many more there are after it."""
    return int((message.headers or {}).get("Nats-Num-Pending", 0))
