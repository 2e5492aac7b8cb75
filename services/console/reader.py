"""The one reader of the event stream: brings everything into the view, in order, and keeps up with it.

It reads through an ephemeral pull consumer that begins after the view's position. Whatever goes wrong (the broker
restarts, the consumer is gone, a message is missed) it makes a new one from there: nothing depends on the consumer.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from sqlite3 import DatabaseError

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, StreamInfo

from services.console.metrics import APPLIED, BEHIND, FAILING, MALFORMED
from services.console.view import Elsewhere, Message, Seen, View
from shared.broker import EVENTS
from shared.logs import in_short, logger

BATCH = 500
WAIT_S = 1.0
"""How long one request for messages stays open; a message that comes meanwhile is delivered at once."""
FORGOTTEN_AFTER_S = 30.0
"""The broker removes the consumer of a console that has gone."""


GATHER_S = 0.02
"""Events that come close together are written together: a transaction costs as much as what is in it."""


class Lost(Exception):
    """The place in the stream is lost; a new consumer is made from the view's position."""

    names_nobody = True


class Reader:
    """Reads the whole stream into one view.

    trouble: why the view cannot be written at present; None while it can.
    told: called with what was applied, after it was, in the event loop.
    """

    def __init__(self, view: View, told: Callable[[Sequence[Seen]], None] = lambda _: None) -> None:
        self._view = view
        self._told = told
        self._position = view.position
        self._stream = view.stream
        self._last = self._position
        self._moved = asyncio.Event()
        self.trouble: str | None = None

    @property
    def position(self) -> int:
        """Up to here everything in the stream is in the view."""
        return self._position

    @property
    def behind(self) -> int:
        """Messages of the stream that are not in the view yet, as far as is known."""
        return max(0, self._last - self._position)

    async def run(self, nats: Client) -> None:
        """Work until cancelled."""
        while True:
            try:
                await self._follow(nats.jetstream())
            except (Lost, Elsewhere, NatsError, TimeoutError, OSError) as error:
                logger().warning("reader-lost", position=self._position, error=in_short(error))
                await self._mend()
            except DatabaseError as error:
                logger().error("view-not-written", position=self._position, error=in_short(error))
                self.trouble = in_short(error)
                FAILING.set(1)
                await self._mend(error)
            await asyncio.sleep(0.25)

    async def until(self, speaker: str, about: str, said: int, patience_s: float = 2.0) -> bool:
        """Wait until the view knows so many events of an aggregate, so that a page shows what its command did."""
        with suppress(TimeoutError, DatabaseError):  # what was done is done, whether the view can tell or not
            async with asyncio.timeout(patience_s):
                while True:
                    moved = self._moved
                    if await asyncio.to_thread(self._view.said, speaker, about) >= said:
                        return True
                    await moved.wait()
        return False

    async def _follow(self, js: JetStreamContext) -> None:
        await self._recognise(js)
        consumer = await js.add_consumer(
            EVENTS,
            ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=self._position + 1,
                ack_policy=AckPolicy.NONE,
                mem_storage=True,
                num_replicas=1,
                inactive_threshold=FORGOTTEN_AFTER_S,
                metadata={"service": "console"},
            ),
        )
        subscription = await js.pull_subscribe_bind(consumer.name, EVENTS)
        delivered = 0
        try:
            while True:
                messages: list[Msg] = []
                with suppress(TimeoutError):
                    messages = await subscription.fetch(BATCH, WAIT_S)
                if not messages:
                    await self._look_after(js, consumer.name, delivered)
                    continue
                _expect_after(delivered, messages)
                delivered += len(messages)
                await self._apply(messages)
                await asyncio.sleep(GATHER_S)
        finally:
            with suppress(Exception):
                await subscription.unsubscribe()
                await js.delete_consumer(EVENTS, consumer.name)

    async def _apply(self, messages: Sequence[Msg]) -> None:
        self._last = messages[-1].metadata.sequence.stream + messages[-1].metadata.num_pending
        applied = await asyncio.to_thread(
            self._view.apply,
            self._position,
            [Message(msg.metadata.sequence.stream, msg.subject, msg.data) for msg in messages],
        )
        APPLIED.inc(len(applied.seen))
        MALFORMED.inc(applied.malformed)
        self._move(messages[-1].metadata.sequence.stream)
        self._told(applied.seen)

    def _move(self, position: int) -> None:
        self._position, self.trouble = position, None
        self._last = max(self._last, position)
        BEHIND.set(self.behind)
        FAILING.set(0)
        self._moved.set()
        self._moved = asyncio.Event()

    async def _mend(self, error: Exception | None = None) -> None:
        """Go on with a new file where the old one is gone or damaged; pages say from now on that it is not complete."""
        try:
            if not await asyncio.to_thread(self._view.mend, error):
                return
            self._position = min(self._position, self._view.position)
        except (OSError, DatabaseError) as failed:  # it is tried again, and pages say so
            logger().error("view-not-written", position=self._position, error=in_short(failed))
            return
        logger().warning("view-lost", position=self._position)
        BEHIND.set(self.behind)

    async def _recognise(self, js: JetStreamContext) -> None:
        """The view was made of this stream, or is made anew. A stream that is younger or shorter is another one.

        The view is asked first: another process may be at work in it, and must not seem to be ahead of the stream.
        What it has brought in since is news here, too.
        """
        before = self._position
        found = await asyncio.to_thread(self._view.whereabouts, before)
        info = await js.stream_info(EVENTS)
        created, last = _created(info), info.state.last_seq
        self._position, self._stream, self._last = found.position, found.stream, last
        if self._stream != created or last < self._position:
            logger().warning("view-rebuilt", stream=created, position=self._position, last=last)
            await asyncio.to_thread(self._view.rebuild, created)
            self._stream = created
            self._move(0)
        elif self._position > before:
            self._move(self._position)
            self._told(found.seen)

    async def _look_after(self, js: JetStreamContext, consumer: str, delivered: int) -> None:
        """Nothing came: is the stream the same, is the consumer alive, is there nothing indeed?"""
        info = await js.stream_info(EVENTS)
        last = info.state.last_seq
        if self._stream != _created(info) or last < self._position:
            raise Lost("the stream is another one")
        if await asyncio.to_thread(lambda: self._view.position) != self._position:
            raise Lost("the view was emptied, to be built again")
        mine = await js.consumer_info(EVENTS, consumer)
        if mine.delivered is not None and mine.delivered.consumer_seq != delivered:
            raise Lost("messages were sent here and did not arrive")
        self._last = last
        if not mine.num_pending and last > self._position:  # the end of the stream was erased
            await asyncio.to_thread(self._view.advance, last)
            self._move(last)


def _expect_after(delivered: int, messages: Sequence[Msg]) -> None:
    """The consumer numbers what it sends: a gap means that something got lost on the way."""
    for number, message in enumerate(messages, delivered + 1):
        if message.metadata.sequence.consumer != number:
            raise Lost(f"expected message {number}, got {message.metadata.sequence.consumer}")


def _created(info: StreamInfo) -> str:
    created = info.created
    return created.isoformat() if isinstance(created, datetime) else str(created)
