"""What handlers could not cope with: parked messages, one by one; replaying and discarding them."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from nats.aio.client import Client
from nats.js.api import Header
from nats.js.errors import APIError

from services.console.streams.history import Lying, read
from shared.broker import DEADLETTERS, EVENTS, FIRST
from shared.logs import logger

FIRST_SUBJECT, FIRST_SEQUENCE = f"{FIRST}Subject", f"{FIRST}Sequence"
"""What a message that is given back says of the event itself; parked again, it still does."""
AT_ONCE = 100
MOST_LOOKED_AT = 2_000
"""Of more than this nobody reads a list: what to do with them is decided by handler and error."""


_OF_AN_EVENT = re.compile(r"event(\.[A-Za-z0-9_-]{1,64}){4}")


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked message.

    number: its place in DEADLETTERS. position: the place in EVENTS from which its handler had it.
    subject: of the event, also of one that was replayed before. first: where in EVENTS the event itself lies; 0 where
    nobody knows.
    """

    number: int
    handler: str
    subject: str
    error: str
    delivered: int
    parked_at: datetime
    position: int
    body: bytes
    first: int = 0

    @property
    def service(self) -> str:
        return self.handler.split("-")[0]

    @property
    def event(self) -> str:
        """The name of the event; "" where its subject is none of an event."""
        parts = self.subject.split(".")
        return parts[4] if len(parts) == 5 and parts[0] == "event" else ""

    @property
    def pretty(self) -> str:
        """The body for a person: indented where it is JSON, as it is where not."""
        try:
            return json.dumps(json.loads(self.body), ensure_ascii=False, indent=2)
        except ValueError:
            return self.body.decode("utf-8", "backslashreplace")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which of them are meant; "" and None: any. parked_before: since that time at least."""

    handler: str = ""
    error: str = ""
    parked_before: datetime | None = None
    service: str = ""

    def __call__(self, one: Parked) -> bool:
        return (
            self.handler in ("", one.handler)
            and self.service in ("", one.service)
            and self.error in ("", one.error)
            and (self.parked_before is None or one.parked_at <= self.parked_before)
        )

    @property
    def subject(self) -> str:
        return f"deadletter.{self.handler.replace('-', '.', 1)}" if self.handler else "deadletter.>"


ANY = Chosen()


async def parked(nats: Client, chosen: Chosen = ANY, after: int = 0, most: int = AT_ONCE) -> list[Parked]:
    """The earliest first: the order in which they should be mended. after: a number in DEADLETTERS."""
    found: list[Parked] = []
    looked_at = 0
    while len(found) < most and looked_at < MOST_LOOKED_AT:
        batch = await read(nats, chosen.subject, after + 1, AT_ONCE, DEADLETTERS)
        found += [one for one in map(from_stream, batch) if chosen(one)]
        looked_at += len(batch)
        if len(batch) < AT_ONCE:
            break
        after = batch[-1].position
    return found[:most]


async def one(nats: Client, number: int) -> Parked | None:
    """None when it is not there any more."""
    found = await read(nats, "deadletter.>", number, 1, DEADLETTERS)
    return from_stream(found[0]) if found and found[0].position == number else None


async def replay(nats: Client, message: Parked, key: str) -> int:
    """Give it back to the handler that failed on it, and to no other; then take it out.

    A crash in between leaves it parked; done again with another key, its handler sees an event it has handled.

    Returns:
        Its place in EVENTS, where the handler finds it.
    """
    ack = await nats.jetstream().publish(
        f"replay.{message.handler}",
        message.body,
        stream=EVENTS,
        timeout=10,
        headers={
            Header.MSG_ID: f"replay:{message.number}:{key}",
            FIRST_SUBJECT: message.subject,
            FIRST_SEQUENCE: str(message.first),
        },
    )
    await _take_out(nats, message)
    logger().info("replayed", parked=message.number, replayed_to=message.handler, position=message.position)
    return ack.seq


async def discard(nats: Client, message: Parked, reason: str) -> None:
    """Give it up. The event itself stays in EVENTS and in the database of its speaker."""
    await _take_out(nats, message)
    logger().warning(
        "discarded", parked=message.number, failed_in=message.handler, position=message.position, reason=reason
    )


def kinds(found: Iterable[Parked]) -> list[tuple[str, str, int]]:
    """Handler, error and how many there are of them, those with most first."""
    counted = Counter((one.handler, one.error) for one in found)
    return [(handler, error, number) for (handler, error), number in counted.most_common()]


def ranges(numbers: Iterable[int]) -> str:
    """`1–3, 7, 9`."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][-1] + 1:
            found[-1][1:] = [number]
        else:
            found.append([number])
    return ", ".join(
        f"{first}–{last[0]}" if last and last[0] > first + 1 else ", ".join(map(str, (first, *last)))
        for first, *last in found
    )


def about(messages: Sequence[Parked]) -> str:
    """Which they are, for the record: their handlers, how many, and their numbers."""
    names = ", ".join(sorted({one.handler for one in messages}))
    return f"{names}: {len(messages)} ({ranges(one.number for one in messages)})"


async def _take_out(nats: Client, message: Parked) -> None:
    """Done also when somebody else was faster."""
    try:
        await nats.jetstream().delete_msg(DEADLETTERS, message.number)
    except APIError:
        if await one(nats, message.number) is not None:
            raise


def from_stream(message: Lying) -> Parked:
    headers = message.headers
    position = int(headers.get("Doithoai-Sequence", 0))
    return Parked(
        number=message.position,
        handler=headers.get("Doithoai-Handler", ""),
        subject=headers.get(FIRST_SUBJECT) or _subject(headers.get("Doithoai-Subject", ""), message.body),
        error=unquote(headers.get("Doithoai-Error", "")),
        delivered=int(headers.get("Doithoai-Delivered", 0)),
        parked_at=message.at,
        position=position,
        body=message.body,
        first=int(headers.get(FIRST_SEQUENCE, position)),
    )


def _subject(told: str, body: bytes) -> str:
    """Of what came by the handler's own subject, its envelope may say what it is, if that is a subject at all."""
    if told.startswith("replay."):
        with suppress(ValueError, KeyError, TypeError):
            inside = json.loads(body)["subject"]
            if isinstance(inside, str) and _OF_AN_EVENT.fullmatch(inside):
                return inside
    return told
