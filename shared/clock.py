"""Time, asked for in one place: the real clock, or the rehearsal clock of a training installation."""

import json
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Protocol

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import KeyValueConfig
from nats.js.errors import KeyNotFoundError, KeyWrongLastSequenceError, NotFoundError

BUCKET = "CLOCK"
KEY = "now"


class Clock(Protocol):
    """`clock()` is the present instant: aware, UTC, whole milliseconds, as the database keeps it."""

    def __call__(self) -> datetime: ...


def real_now() -> datetime:
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


class RehearsalClock:
    """Runs at the speed of the real clock, from wherever it was last set; shared by all services through NATS.

    It only moves forward, for a term that has ended cannot begin to run again. ahead: of the real clock.
    """

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.is_set = False
        self._moved: list[Callable[[], Awaitable[None]]] = []

    def __call__(self) -> datetime:
        return real_now() + self.ahead

    def on_move(self, listener: Callable[[], Awaitable[None]]) -> None:
        """Call `listener` after each move, so that what became due is done at once."""
        self._moved.append(listener)

    async def follow(self, nats: Client) -> None:
        """Take over the installation's time now and whenever it is moved."""

        async def moved(message: Msg) -> None:
            self._set(message.data)
            for listener in self._moved:
                await listener()

        subscription = await nats.subscribe(f"$KV.{BUCKET}.{KEY}", cb=moved)
        try:
            await self.refresh(nats)
        except BaseException:
            await subscription.unsubscribe()
            raise

    async def refresh(self, nats: Client) -> int:
        """Read the installation's time again, after a connection that may have missed a move.

        Returns:
            The revision of the key; 0 where nobody has set it.
        """
        try:
            entry = await (await nats.jetstream().key_value(BUCKET)).get(KEY)
        except (KeyNotFoundError, NotFoundError):
            return 0
        if entry.value:
            self._set(entry.value)
        return entry.revision or 0

    def _set(self, data: bytes) -> None:
        ahead = timedelta(seconds=float(json.loads(data)["ahead_seconds"]))
        self.ahead = max(self.ahead, ahead) if self.is_set else ahead
        self.is_set = True


async def provision_clock(nats: Client, replicas: int = 1) -> None:
    """Make the bucket in which the installation keeps its time."""
    js = nats.jetstream()
    try:
        await js.key_value(BUCKET)
    except NotFoundError:
        await js.create_key_value(KeyValueConfig(bucket=BUCKET, history=1, replicas=replicas))


async def moved_to(nats: Client) -> datetime | None:
    """The installation's simulated time; None while nobody has ever set it."""
    clock = RehearsalClock()
    await clock.refresh(nats)
    return clock() if clock.is_set else None


async def move_clock(nats: Client, to: datetime) -> None:
    """Set the rehearsal clock of the whole installation; services take it over within moments, and do what is due.

    A clock that is further already, or is moved further meanwhile, stays where it is: a service that starts later must
    not fall behind the others. What is due is done at once then, too.
    """
    bucket = await nats.jetstream().key_value(BUCKET)
    while True:
        clock = RehearsalClock()
        revision = await clock.refresh(nats)
        ahead = to - real_now()
        ahead -= timedelta(microseconds=ahead.microseconds % 1000)
        if clock.is_set:
            ahead = max(ahead, clock.ahead)
        with suppress(KeyWrongLastSequenceError):
            await bucket.update(KEY, json.dumps({"ahead_seconds": ahead.total_seconds()}).encode(), last=revision)
            return
