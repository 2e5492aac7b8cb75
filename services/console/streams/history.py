"""Back in the stream: what lies at a place, before it, after it, from a time on. Erased cases leave gaps."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import ValidationError

from services.console.streams.tail import Wanted
from services.console.view import Seen
from shared.broker import EVENTS
from shared.cases import messages
from shared.contracts import Envelope

PATIENCE_S = 2.0
FIRST_WINDOW, WIDER = 256, 4
"""Places that are looked through backwards at first, and how much further each time too little was found there."""


@dataclass(frozen=True, slots=True)
class Lying:
    """A message of the stream, as it lies there. at: when the broker took it, in real time."""

    position: int
    subject: str
    at: datetime
    body: bytes
    headers: Mapping[str, str]

    @property
    def seen(self) -> Seen:
        """As the tail shows it: by its subject, and the time it tells itself; the broker's, where it cannot be read."""
        _, speaker, commune, case, name, *_ = [*self.subject.split("."), "", "", "", "", ""]
        return Seen(self.position, self._told_at(), speaker, commune, case, name)

    def _told_at(self) -> datetime:
        try:
            return Envelope.model_validate_json(self.body).time
        except ValidationError:
            return self.at


async def after(nats: Client, wanted: Wanted, position: int, most: int) -> list[Lying]:
    """What lies behind a place, up to so many."""
    return await read(nats, wanted.subject, position + 1, most)


async def before(nats: Client, wanted: Wanted, position: int, most: int) -> list[Lying]:
    """The last so many before a place. The stream is read forwards only, so from further and further back."""
    window = FIRST_WINDOW
    while True:
        start = max(1, position - window)
        found = [one for one in await read(nats, wanted.subject, start, window) if one.position < position]
        if len(found) >= most or start == 1:
            return found[-most:]
        window *= WIDER


async def place_of(nats: Client, wanted: Wanted, moment: datetime, last: int) -> int:
    """The place before the first event that tells of this moment or a later one.

    Halved from the whole stream; events are told in nearly the order in which they happened, so it is nearly exact.
    """
    low, high = 1, last + 1
    while low < high:
        middle = (low + high) // 2
        found = await read(nats, wanted.subject, middle, 1)
        if not found or found[0].seen.occurred_at >= moment:
            high = middle
        else:
            low = found[0].position + 1
    return low - 1


async def at_place(nats: Client, position: int) -> Lying | None:
    """None where nothing lies any more."""
    found = await read(nats, ">", position, 1)
    return found[0] if found and found[0].position == position else None


async def read(nats: Client, subject: str, start: int, most: int, stream: str = EVENTS) -> list[Lying]:
    """What lies from a place on, in one request. Raises TimeoutError where the broker does not answer in time."""
    async with asyncio.timeout(PATIENCE_S):
        return [
            _lying(message.headers or {}, message.data)
            for message in await messages(nats, subject, start, most, stream)
        ]


def _lying(headers: dict[str, Any], body: bytes) -> Lying:
    return Lying(
        int(headers["Nats-Sequence"]),
        str(headers["Nats-Subject"]),
        datetime.fromisoformat(str(headers["Nats-Time-Stamp"])).astimezone(UTC),
        body,
        {str(name): str(value) for name, value in headers.items()},
    )


async def oldest_of(nats: Client, filters: Sequence[str], acknowledged: int) -> datetime | None:
    """When the broker took the first message that a handler has not done: the first behind those that it has."""
    found: list[Lying] = []
    for subject in filters:
        with suppress(NatsTimeoutError, TimeoutError):
            found += await read(nats, subject, acknowledged + 1, 1)
    return min(found, key=lambda one: one.position).at if found else None
