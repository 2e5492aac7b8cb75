"""Killing one process after the other, each in the middle of its work."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import monotonic

import structlog
from nats.aio.client import Client

from tests.servers import RunningSystem

WORK_SEEN = 3
LIMIT_S = 60.0

log = structlog.get_logger("chaos")


@dataclass(frozen=True, slots=True)
class Disaster:
    """Who dies, and whose words show that he is at work."""

    victim: str
    at_work: str


@dataclass(slots=True)
class Disasters:
    """Work comes in portions, one for each disaster and one for the calm after the last.

    A portion begins when everybody is back from the disaster before. Once some of it has got as far as the next victim,
    he is killed; the rest of it meets the outage.
    """

    system: RunningSystem
    client: Client
    coming: Sequence[Disaster]
    portion: int
    _begun: list[asyncio.Event] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._begun = [asyncio.Event() for _ in range(len(self.coming) + 1)]

    async def may_begin(self, number: int) -> None:
        """Wait until the portion has begun that the piece of work with this number, from 0, belongs to."""
        await self._begun[min(number // self.portion, len(self.coming))].wait()

    async def strike(self) -> None:
        for begun, disaster in zip(self._begun, self.coming, strict=False):
            async with asyncio.timeout(LIMIT_S):
                await self._kill_at_work(disaster, begun)
                killed_at = monotonic()
                await asyncio.to_thread(self.system.until_ready)
            log.info("killed", victim=disaster.victim, all_ready_after_s=round(monotonic() - killed_at, 1))
        self._begun[-1].set()

    async def _kill_at_work(self, disaster: Disaster, begun: asyncio.Event) -> None:
        subscription = await self.client.subscribe(f"event.{disaster.at_work}.>")
        await self.client.flush()
        begun.set()
        for _ in range(WORK_SEEN):
            await subscription.next_msg(timeout=LIMIT_S)
        self.system.kill(disaster.victim)
        await subscription.unsubscribe()
