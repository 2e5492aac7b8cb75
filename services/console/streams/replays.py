"""Giving parked messages back, many at a time, and watching what becomes of each."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

from nats.aio.client import Client
from nats.errors import Error as NatsError
from ulid import ULID

from services.console.streams import deadletters
from services.console.streams.deadletters import Parked
from services.console.streams.monitor import NO_CONSUMER, Away, ask, read_handler
from shared.broker import EVENTS
from shared.clock import real_now
from shared.logs import in_short, logger

Fate = Literal["waiting", "given", "done", "parked-again", "gone", "failed"]
"""given: its handler is not through with it. gone: somebody else took it out before. failed: it could not be given."""

LOOKED_EVERY_S = 0.5
LONGEST_S = 600.0
REMEMBERED = 50
NOBODY = "Không còn nơi xử lý nào mang tên này; vẫn nằm trong danh sách."


@dataclass(frozen=True, slots=True)
class Given:
    """One message on its way. position: where in EVENTS its handler finds it. again: its new number, parked again."""

    number: int
    handler: str
    fate: Fate = "waiting"
    position: int = 0
    again: int = 0
    error: str = ""


@dataclass
class Replay:
    """Some messages that were given back together."""

    id: str
    by: str
    begun_at: datetime
    items: list[Given]
    over: bool = False
    task: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def counts(self) -> Counter[Fate]:
        return Counter(item.fate for item in self.items)

    @property
    def finished(self) -> int:
        return sum(number for fate, number in self.counts.items() if fate not in ("waiting", "given"))

    @property
    def percent(self) -> int:
        return 100 * self.finished // max(1, len(self.items))


class Replays:
    """Those of this process, the latest of them in memory. Who closes the page loses nothing: it goes on."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Replay] = OrderedDict()

    def find(self, id: str) -> Replay | None:
        return self._known.get(id)

    @property
    def latest(self) -> Sequence[Replay]:
        return list(self._known.values())[::-1]

    def begin(self, nats: Client, messages: Sequence[Parked], by: str, id: str = "") -> Replay:
        """The same id a second time is the same replay: a form that was sent twice."""
        if (known := self._known.get(id)) is not None:
            return known
        made = Replay(id or str(ULID()), by, real_now(), [Given(one.number, one.handler) for one in messages])
        self._known[made.id] = made
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        made.task = asyncio.create_task(_carry_out(nats, made))
        return made


async def _carry_out(nats: Client, replay: Replay) -> None:
    try:
        await give_all(nats, replay)
        with suppress(TimeoutError):
            async with asyncio.timeout(LONGEST_S):
                await follow(nats, replay)
    finally:
        replay.over = True


async def give_all(nats: Client, replay: Replay) -> None:
    """One after the other, in the order in which they were parked; none that nobody would receive."""
    heard: dict[str, bool] = {}
    for place, item in enumerate(replay.items):
        try:
            message = await deadletters.one(nats, item.number)
            if message is None:
                replay.items[place] = replace(item, fate="gone")
                continue
            if message.handler not in heard:
                heard[message.handler] = await _hears(nats, message.handler)
            if not heard[message.handler]:
                replay.items[place] = replace(item, fate="failed", error=NOBODY)
                continue
            position = await deadletters.replay(nats, message, replay.id)
            replay.items[place] = replace(item, fate="given", position=position)
        except (NatsError, Away, TimeoutError, OSError) as error:
            logger().warning("not-replayed", parked=item.number, error=in_short(error))
            replay.items[place] = replace(item, fate="failed", error="NATS không nhận; vẫn nằm trong danh sách.")


async def follow(nats: Client, replay: Replay) -> None:
    """Until each has been handled or lies parked again."""
    while any(item.fate == "given" for item in replay.items):
        with suppress(NatsError, Away):
            await look(nats, replay)
        if any(item.fate == "given" for item in replay.items):
            await asyncio.sleep(LOOKED_EVERY_S)


async def look(nats: Client, replay: Replay) -> None:
    """How far the handlers are, and only then what was parked: a handler parks before it lets go of a message."""
    open_items = [item for item in replay.items if item.fate == "given"]
    done_up_to = {name: await _acknowledged(nats, name) for name in {item.handler for item in open_items}}
    parked_after = max((item.number for item in replay.items), default=0)
    again: dict[tuple[str, int], Parked] = {}
    for name in done_up_to:
        found = await deadletters.parked(
            nats, deadletters.Chosen(handler=name), after=parked_after, most=len(replay.items) + 100
        )
        again |= {(one.handler, one.position): one for one in found}
    for place, item in enumerate(replay.items):
        if item.fate != "given":
            continue
        if (parked := again.get((item.handler, item.position))) is not None:
            replay.items[place] = replace(item, fate="parked-again", again=parked.number, error=parked.error)
        elif done_up_to[item.handler] >= item.position:
            replay.items[place] = replace(item, fate="done")


async def _hears(nats: Client, handler: str) -> bool:
    """Whether what is given back to a handler reaches one: taken out where it lay, it would be nowhere else."""
    try:
        found = read_handler(await ask(nats, f"CONSUMER.INFO.{EVENTS}.{handler}", {}))
    except Away as error:
        if error.code == NO_CONSUMER:
            return False
        raise
    return f"replay.{handler}" in found.filters


async def _acknowledged(nats: Client, handler: str) -> int:
    """Up to where in the stream a handler is through with everything. One that is gone is never through."""
    with suppress(Away):
        return read_handler(await ask(nats, f"CONSUMER.INFO.{EVENTS}.{handler}", {})).acknowledged
    return 0
