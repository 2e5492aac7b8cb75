"""The relay: what was saved is published, in order, and marked; and the sweeper that finds what a crash left."""

import asyncio
import json
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar
from zlib import crc32

from nats.errors import BadSubjectError, MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import Header
from nats.js.errors import NotFoundError

from shared import traces
from shared.clock import real_now
from shared.logs import in_short, logger
from shared.metrics import OUTBOX_BACKLOG, OUTBOX_OLDEST, PUBLISHED
from shared.store import Database, Unpublished

STREAM = "EVENTS"
LANES = 32
LANE_LENGTH = 1_000
LEFT_BEHIND = timedelta(seconds=3)
"""How long a save may stay unpublished before the sweeper takes it for left behind."""
SWEEP_EVERY_S = 1.0
SWEPT_AT_ONCE = 500
REMEMBERED = 20_000
ACK_LIMIT_S = 3.0
"""A broker that was killed never answers; the same event again, with the same id, costs little."""
UNPUBLISHABLE = (MaxPayloadError, BadSubjectError)
"""Only this event is at fault. Its aggregate waits for the operator, and nobody else does."""

MARK_PAUSE_S = 0.5
"""Marks of so long are moved at once; what is taken in this process is not published again for want of a mark."""

Result = TypeVar("Result")


class Outbox:
    """Publishes what one service's database says. Events of one aggregate stay in order: they share a lane."""

    def __init__(
        self,
        database: Database,
        js: JetStreamContext,
        *,
        lane_length: int = LANE_LENGTH,
        left_behind: timedelta = LEFT_BEHIND,
        sweep_every_s: float = SWEEP_EVERY_S,
    ) -> None:
        self._database = database
        self._js = js
        self._left_behind = left_behind
        self._sweep_every_s = sweep_every_s
        self._lanes: list[asyncio.Queue[Unpublished]] = [asyncio.Queue(lane_length) for _ in range(LANES)]
        self._in_flight: dict[tuple[str, str], int] = defaultdict(int)
        self._taken: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._published: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._marks: dict[str, dict[str, int]] = defaultdict(dict)
        self._to_mark = asyncio.Event()
        self.oldest_s = 0.0
        """Age of the oldest save left unpublished, as the sweeper last found it."""
        database.saved = self.take
        database.taken = self.taken

    @property
    def backlog(self) -> int:
        """Saves of this process whose events the stream has not confirmed yet."""
        return sum(self._in_flight.values())

    def taken(self, collection: str, id: str) -> int:
        """How much of an aggregate's history this process has taken on to publish, as far as it remembers."""
        return self._taken.get((collection, id), 0)

    def take(self, unpublished: Unpublished) -> None:
        """Publish soon. When a lane is full the sweeper will find it: nothing waits, nothing is lost."""
        aggregate = (unpublished.collection, unpublished.id)
        lane = self._lanes[crc32(unpublished.id.encode()) % LANES]
        try:
            lane.put_nowait(unpublished)
        except asyncio.QueueFull:
            return
        self._in_flight[aggregate] += 1
        _remember(self._taken, aggregate, unpublished.said)
        OUTBOX_BACKLOG.inc()

    async def run(self) -> None:
        """Work until cancelled."""
        async with asyncio.TaskGroup() as group:
            for lane in self._lanes:
                group.create_task(self._relay(lane))
            group.create_task(self._mark())
            group.create_task(self._sweep())

    async def drain(self) -> None:
        """Wait until everything taken is published and marked."""
        while self.backlog or self._marks:  # noqa: ASYNC110 - waited for once, when the service stops
            await asyncio.sleep(0.01)

    async def _relay(self, lane: asyncio.Queue[Unpublished]) -> None:
        while True:
            unpublished = await lane.get()
            aggregate = (unpublished.collection, unpublished.id)
            try:
                await self._bring(aggregate, unpublished)
            except UNPUBLISHABLE as error:
                logger().error("unpublishable", collection=aggregate[0], id=aggregate[1], error=in_short(error))
            finally:
                self._in_flight[aggregate] -= 1
                if not self._in_flight[aggregate]:
                    del self._in_flight[aggregate]
                OUTBOX_BACKLOG.dec()

    async def _bring(self, aggregate: tuple[str, str], unpublished: Unpublished) -> None:
        """Publish what this process has not published yet, in order, and have it marked.

        Where something before it is missing, because a lane was full or the event cannot be published, nothing is:
        a mark would hide what is missing. The sweeper brings the history whole.
        """
        known = max(self._published.get(aggregate, 0), unpublished.published)
        waiting = [envelope for envelope in unpublished.envelopes if envelope["sequence"] > known]
        if waiting and waiting[0]["sequence"] > known + 1:
            return
        earlier = waiting[: -unpublished.fresh] if unpublished.fresh else waiting
        there = await self._insist(partial(self._in_stream, earlier)) if earlier else set()
        for envelope in waiting:
            if envelope["id"] not in there:
                await self._insist(partial(self._publish, envelope))
        _remember(self._published, aggregate, unpublished.said)
        marks = self._marks[unpublished.collection]
        marks[unpublished.id] = max(marks.get(unpublished.id, 0), unpublished.said)
        self._to_mark.set()

    async def _in_stream(self, envelopes: Sequence[dict[str, Any]]) -> set[str]:
        """Ids that the stream already has.

        Whoever died between a publish and its mark may come back after an hour; the broker itself tells a second
        copy of an id for two minutes only.
        """
        found: set[str] = set()
        for subject in {str(envelope["subject"]) for envelope in envelopes}:
            start = 1
            with suppress(NotFoundError):
                while True:
                    message = await self._js.get_msg(STREAM, seq=start, subject=subject, direct=True, next=True)
                    found.add((message.headers or {}).get(Header.MSG_ID, ""))
                    start = (message.seq or start) + 1
        return found

    async def _publish(self, envelope: dict[str, Any]) -> None:
        """The stream keeps one of each id within its window, so a repeated attempt does no harm."""
        subject = str(envelope["subject"])
        with _sending(envelope, name := subject.rsplit(".", 1)[-1]):
            await self._js.publish(
                subject,
                json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode(),
                stream=STREAM,
                timeout=ACK_LIMIT_S,
                headers={Header.MSG_ID: str(envelope["id"])},
            )
        PUBLISHED.labels(name).inc()

    async def _insist(self, attempt: Callable[[], Awaitable[Result]]) -> Result:
        """Whatever the broker's trouble is, the event must get there; those behind it in its lane wait.

        Raises:
            UNPUBLISHABLE: trying again would help nobody.
        """
        pause = 0.05
        while True:
            try:
                return await attempt()
            except UNPUBLISHABLE:
                raise
            except Exception as error:  # noqa: BLE001
                logger().warning("publish-failed", error=in_short(error), retry_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    async def _mark(self) -> None:
        """Marks are moved for many at once: losing one only publishes an event twice, with the same id."""
        while True:
            await self._to_mark.wait()
            self._to_mark.clear()
            await asyncio.sleep(MARK_PAUSE_S)
            for collection in list(self._marks):
                batch = dict(self._marks[collection])
                try:
                    await self._database.mark_published(collection, batch)
                except Exception as error:  # noqa: BLE001 - a mark that cannot be moved now is moved later
                    logger().warning("mark-failed", collection=collection, error=in_short(error))
                    await asyncio.sleep(1)
                    self._to_mark.set()
                    continue
                waiting = self._marks[collection]
                for id, said in batch.items():
                    if waiting.get(id) == said:
                        del waiting[id]
                if not waiting:
                    del self._marks[collection]

    async def _sweep(self) -> None:
        """At first everything: whoever ran here before has died or was stopped."""
        older_than = timedelta()
        while True:
            try:
                left_behind = await self._database.unpublished(older_than, limit=SWEPT_AT_ONCE)
                self.oldest_s = _age_s(left_behind)
                OUTBOX_OLDEST.set(self.oldest_s)
                for unpublished in left_behind:
                    if (unpublished.collection, unpublished.id) not in self._in_flight:
                        self.take(unpublished)
                older_than = self._left_behind
            except Exception as error:  # noqa: BLE001 - the next round tries again
                logger().warning("outbox-sweep-failed", error=in_short(error))
            await asyncio.sleep(self._sweep_every_s)


def _sending(envelope: dict[str, Any], name: str) -> traces.Span:
    """In the trace of what was saved, also where somebody died in between. Of what was in none, none begins."""
    if "traceparent" not in envelope:
        return traces.NOTHING
    about = {
        "messaging.system": "nats",
        "messaging.operation.type": "send",
        "messaging.operation.name": "publish",
        "messaging.destination.name": STREAM,
        "messaging.message.id": str(envelope["id"]),
        "doithoai.event": name,
    }
    return traces.span(f"publish {name}", "producer", about, parent=str(envelope["traceparent"]))


def _age_s(left_behind: Sequence[Unpublished]) -> float:
    since = [unpublished.since for unpublished in left_behind if unpublished.since is not None]
    return (real_now() - min(since)).total_seconds() if since else 0.0


def _remember(lengths: OrderedDict[tuple[str, str], int], aggregate: tuple[str, str], said: int) -> None:
    lengths[aggregate] = max(lengths.get(aggregate, 0), said)
    lengths.move_to_end(aggregate)
    if len(lengths) > REMEMBERED:
        lengths.popitem(last=False)
