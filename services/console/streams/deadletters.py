"""What handlers could not cope with: parked messages, one by one; replaying and discarding them."""

import json
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

from nats.js import JetStreamContext
from nats.js.api import Header, RawStreamMsg
from nats.js.errors import APIError, NotFoundError

from shared.broker import DEADLETTERS, EVENTS
from shared.logs import logger

MOST = 100


@dataclass(frozen=True, slots=True)
class Parked:
    """One parked message.

    number: its place in DEADLETTERS. position: the event's place in EVENTS.
    """

    number: int
    handler: str
    subject: str
    error: str
    delivered: int
    parked_at: datetime
    position: int
    body: bytes

    @property
    def pretty(self) -> str:
        """The body for a person: indented where it is JSON, as it is where not."""
        try:
            return json.dumps(json.loads(self.body), ensure_ascii=False, indent=2)
        except ValueError:
            return self.body.decode("utf-8", "backslashreplace")


async def parked(js: JetStreamContext) -> list[Parked]:
    """The first 100 of them, the earliest first: the order in which they should be mended."""
    found: list[Parked] = []
    number = 1
    while len(found) < MOST:
        try:
            message = await js.get_msg(DEADLETTERS, seq=number, subject="deadletter.>", direct=True, next=True)
        except NotFoundError:
            break
        found.append(_read(message))
        number = found[-1].number + 1
    return found


async def one(js: JetStreamContext, number: int) -> Parked | None:
    """None when it is not there any more."""
    try:
        return _read(await js.get_msg(DEADLETTERS, seq=number, direct=True))
    except NotFoundError:
        return None


async def replay(js: JetStreamContext, message: Parked, key: str) -> None:
    """Give it back to the handler that failed on it, and to no other; then take it out.

    A crash in between leaves it parked; done again with another key, its handler sees an event it has handled.
    """
    await js.publish(
        f"replay.{message.handler}",
        message.body,
        stream=EVENTS,
        timeout=10,
        headers={Header.MSG_ID: f"replay:{message.number}:{key}"},
    )
    await _take_out(js, message)
    logger().info("replayed", parked=message.number, replayed_to=message.handler, position=message.position)


async def discard(js: JetStreamContext, message: Parked, reason: str) -> None:
    """Give it up. The event itself stays in EVENTS and in the database of its speaker."""
    await _take_out(js, message)
    logger().warning(
        "discarded", parked=message.number, failed_in=message.handler, position=message.position, reason=reason
    )


async def _take_out(js: JetStreamContext, message: Parked) -> None:
    """Done also when somebody else was faster."""
    try:
        await js.delete_msg(DEADLETTERS, message.number)
    except APIError:
        if await one(js, message.number) is not None:
            raise


def _read(message: RawStreamMsg) -> Parked:
    headers: dict[str, str] = {str(name): str(value) for name, value in (message.headers or {}).items()}
    assert message.seq is not None
    parked_at = message.time or datetime.fromisoformat(headers["Nats-Time-Stamp"])
    return Parked(
        number=message.seq,
        handler=headers.get("Doithoai-Handler", ""),
        subject=headers.get("Doithoai-Subject", ""),
        error=unquote(headers.get("Doithoai-Error", "")),
        delivered=int(headers.get("Doithoai-Delivered", 0)),
        parked_at=parked_at,
        position=int(headers.get("Doithoai-Sequence", 0)),
        body=message.data or b"",
    )
