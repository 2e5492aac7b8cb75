"""The relay: what was saved is published, in order, and marked; and the sweeper that finds what a crash left."""

import asyncio
import json
from collections import OrderedDict, defaultdict
from datetime import timedelta
from zlib import crc32

from nats.js import JetStreamContext
from nats.js.api import Header

from shared.logs import in_short, logger
from shared.metrics import OUTBOX_BACKLOG, PUBLISHED
from shared.store import OUTAGES, Database, Unpublished

STREAM = "EVENTS"
LANES = 32
LANE_LENGTH = 1_000
LEFT_BEHIND = timedelta(seconds=3)
"""How long a save may stay unpublished before the sweeper takes it for left behind."""
REMEMBERED = 20_000


class Outbox:
    """Publishes what one service's database says. Events of one aggregate stay in order: they share a lane."""

    def __init__(self, database: Database, js: JetStreamContext) -> None:
        self._database = database
        self._js = js
        self._lanes: list[asyncio.Queue[Unpublished]] = [asyncio.Queue(LANE_LENGTH) for _ in range(LANES)]
        self._in_flight: dict[tuple[str, str], int] = defaultdict(int)
        self._published: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._marks: dict[str, dict[str, int]] = defaultdict(dict)
        self._to_mark = asyncio.Event()
        database.saved = self.take

    @property
    def backlog(self) -> int:
        """Saves of this process whose events the stream has not confirmed yet."""
        return sum(self._in_flight.values())

    def take(self, unpublished: Unpublished) -> None:
        """Publish soon. When a lane is full the sweeper will find it: nothing waits, nothing is lost."""
        aggregate = (unpublished.collection, unpublished.id)
        lane = self._lanes[crc32(unpublished.id.encode()) % LANES]
        try:
            lane.put_nowait(unpublished)
        except asyncio.QueueFull:
            return
        self._in_flight[aggregate] += 1
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
            known = self._published.get(aggregate, 0)
            for envelope in unpublished.envelopes:
                if envelope["sequence"] > known:
                    await self._publish(envelope)
            self._published[aggregate] = max(known, unpublished.said)
            self._published.move_to_end(aggregate)
            if len(self._published) > REMEMBERED:
                self._published.popitem(last=False)
            self._marks[unpublished.collection][unpublished.id] = unpublished.said
            self._to_mark.set()
            self._in_flight[aggregate] -= 1
            if not self._in_flight[aggregate]:
                del self._in_flight[aggregate]
            OUTBOX_BACKLOG.dec()

    async def _publish(self, envelope: dict[str, object]) -> None:
        """The stream keeps one of each id within its window, so a repeated attempt does no harm."""
        pause = 0.05
        body = json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode()
        while True:
            try:
                await self._js.publish(
                    str(envelope["subject"]),
                    body,
                    stream=STREAM,
                    timeout=10,
                    headers={Header.MSG_ID: str(envelope["id"])},
                )
            except Exception as error:  # noqa: BLE001 - whatever the broker's trouble is, the event must get there
                logger().warning("publish-failed", event_id=envelope["id"], error=in_short(error), retry_in=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)
            else:
                PUBLISHED.inc()
                return

    async def _mark(self) -> None:
        """Marks are moved for many at once: losing one only publishes an event twice, with the same id."""
        while True:
            await self._to_mark.wait()
            self._to_mark.clear()
            await asyncio.sleep(0.02)
            for collection in list(self._marks):
                batch = dict(self._marks[collection])
                try:
                    await self._database.mark_published(collection, batch)
                except OUTAGES as error:
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
        while True:
            await asyncio.sleep(1)
            try:
                for unpublished in await self._database.unpublished(LEFT_BEHIND, limit=100):
                    if (unpublished.collection, unpublished.id) not in self._in_flight:
                        self.take(unpublished)
            except OUTAGES as error:
                logger().warning("outbox-sweep-failed", error=in_short(error))
