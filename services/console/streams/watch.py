"""What the operators' pages know: told by the reader, and asked of JetStream and the services every few seconds.

Asked once for all who look, so that a page costs no more than its words, and the broker is asked no more often when
ten people watch. All of it is in memory and begins with the process.
"""

import asyncio
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.console.reader import Reader
from services.console.streams import health, history, monitor
from services.console.streams.alerts import Alarms, Mails, Observed, ServiceTold
from services.console.streams.flow import Arrow, arrows
from services.console.streams.health import Replica
from services.console.streams.monitor import Account, Away, Handler, ServiceState, Stream
from services.console.streams.news import News
from services.console.streams.rates import HOUR_S, Kind, Rates, named
from services.console.streams.samples import EVERY_S, Samples
from services.console.streams.tail import Tail
from services.console.view import Seen
from shared.broker import EVENTS
from shared.clock import real_now
from shared.contracts import SERVICES
from shared.logs import in_short, logger
from shared.service import Service

WATCHED_EVERY_S = 2.0
"""While somebody looks; `EVERY_S` while nobody does."""
LOOKED_S = 15.0
HEALTH_EVERY_S = 10.0
DISK_EVERY_S = 30.0
OLDEST_ASKED = 10
"""Handlers with a backlog whose oldest event is looked up in one round, those with most to do first."""
TEN_MINUTES_S = 600.0
NAMES = (*SERVICES, "console")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The installation as it was last seen. at: real time."""

    at: datetime
    connected: bool = False
    streams: Sequence[Stream] = ()
    handlers: Sequence[Handler] = ()
    parked: Mapping[str, int] = field(default_factory=dict)
    oldest: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def services(self) -> list[ServiceState]:
        return monitor.services(self.handlers)

    @property
    def arrows(self) -> list[Arrow]:
        return arrows(self.handlers)

    @property
    def most_parked(self) -> int:
        return sum(self.parked.values())

    def parked_at(self, service: str) -> int:
        """Messages that handlers of one service could not cope with."""
        return sum(number for handler, number in self.parked.items() if handler.split("-")[0] == service)

    def last(self, stream: str = EVENTS) -> int:
        return next((one.last for one in self.streams if one.name == stream), 0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the view is. rate: events a second, over the last seconds."""

    position: int
    behind: int
    rate: float

    @property
    def percent(self) -> int:
        return 100 if not self.behind else int(100 * self.position / (self.position + self.behind))

    @property
    def seconds_left(self) -> int | None:
        return round(self.behind / self.rate) if self.rate >= 1 else None


class Watch:
    """Looks on, once it is told with whose eyes."""

    def __init__(self) -> None:
        self.tail = Tail()
        self.news = News()
        self.rates = Rates()
        self.samples = Samples()
        self.alarms = Alarms()
        self.latest = Snapshot(real_now())
        self.replicas: Mapping[str, Sequence[Replica]] = {}
        self.account: Account | None = None
        self.disk: health.Disk | None = None
        self.begun = real_now()
        self._service: Service | None = None
        self._reader: Reader | None = None
        self._looking = asyncio.Lock()
        self._wanted = asyncio.Event()
        self._looked_at = float("-inf")
        self._asked_at: dict[str, float] = {}
        self._answers_health = False
        self._oldest: dict[tuple[str, int], datetime] = {}
        self._positions: deque[tuple[float, int]] = deque(maxlen=10)

    def tell(self, events: Sequence[Seen]) -> None:
        """Called by the reader with what it has applied."""
        self.tail.tell(events)
        self.news.tell(events)
        self.rates.count(events, monotonic())

    def look_with(self, service: Service, reader: Reader) -> None:
        """The service whose broker, clock and settings it uses, and the reader that it asks how far the view is."""
        self._service, self._reader = service, reader

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await self.look()
            pause = WATCHED_EVERY_S if monotonic() - self._looked_at < LOOKED_S else EVERY_S
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wanted.wait(), pause)
            self._wanted.clear()

    async def seen(self) -> Snapshot:
        """For a page: what was last seen, and from now on seen more often. Looks itself where nobody has yet."""
        idle = monotonic() - self._looked_at >= LOOKED_S
        self._looked_at = monotonic()
        if idle:
            self._wanted.set()
        if not self.latest.connected:
            await self.look()
        return self.latest

    async def look(self) -> None:
        """Ask everybody once."""
        async with self._looking:
            now, nats = monotonic(), self.service.nats
            self._positions.append((now, self.reader.position))
            if nats.is_connected:
                try:
                    await self._ask(nats, now)
                except (NatsError, TimeoutError, Away, OSError) as error:
                    logger().warning("not-watched", error=in_short(error))
                    self.latest = Snapshot(real_now())
            else:
                self.latest = Snapshot(real_now())
            self.alarms.note(self._observed(now))

    async def _ask(self, nats: Client, now: float) -> None:
        streams, handlers = await asyncio.gather(monitor.streams(nats), monitor.handlers(nats))
        parked = (
            await monitor.parked_by_handler(nats)
            if any(one.name == "DEADLETTERS" and one.messages for one in streams)
            else {}
        )
        if self._is_due("health", HEALTH_EVERY_S, now):
            self.replicas = await health.replicas(nats, NAMES)
            self._answers_health = self._answers_health or any(self.replicas.values())
        if self._is_due("disk", DISK_EVERY_S, now):
            self.account = await monitor.account(nats)
            self.disk = await health.disk(self.service.settings.nats_monitor_url)
        oldest = await self._look_for_oldest(nats, handlers)
        self.samples.note(now, streams, handlers)
        self.latest = Snapshot(real_now(), True, streams, handlers, parked, oldest)
        self.rates.begin(self.latest.last())

    async def _look_for_oldest(self, nats: Client, handlers: Sequence[Handler]) -> dict[str, datetime]:
        """Only of those with a backlog, and only until it is known: while nothing is done it stays the same event."""
        busy = sorted((one for one in handlers if one.lag), key=lambda one: -one.lag)[:OLDEST_ASKED]
        known: dict[tuple[str, int], datetime] = {}
        for handler in busy:
            key = (handler.name, handler.acknowledged)
            at = self._oldest.get(key) or await history.oldest_of(nats, handler.filters, handler.acknowledged)
            if at is not None:
                known[key] = at
        self._oldest = known
        return {name: at for (name, _), at in known.items()}

    def _is_due(self, what: str, every: float, now: float) -> bool:
        if now - self._asked_at.get(what, float("-inf")) < every:
            return False
        self._asked_at[what] = now
        return True

    @property
    def service(self) -> Service:
        assert self._service is not None, "look_with has not been called"
        return self._service

    @property
    def reader(self) -> Reader:
        assert self._reader is not None, "look_with has not been called"
        return self._reader

    @property
    def progress(self) -> Progress:
        rate = 0.0
        if self._positions and (seconds := monotonic() - self._positions[0][0]) > 0:
            rate = max(0.0, (self.reader.position - self._positions[0][1]) / seconds)
        return Progress(self.reader.position, self.reader.behind, rate)

    def a_minute(self) -> Mapping[Kind, int]:
        return self.rates.a_minute(monotonic())

    def _observed(self, now: float) -> Observed:
        seen, hour = self.latest, self.rates.within(HOUR_S, now)
        ten = self.rates.within(TEN_MINUTES_S, now)
        return Observed(
            at=seen.at,
            clock=self.service.clock(),
            nats=seen.connected,
            handlers=seen.handlers,
            lag_before=self.samples.lag_before() if seen.connected else {},
            oldest=seen.oldest,
            parked=seen.parked,
            services=[self._told(name, any(one.service == name for one in seen.handlers)) for name in NAMES]
            if seen.connected and self._answers_health
            else [],
            streams=seen.streams,
            view_behind=self.reader.behind,
            view_trouble=self.reader.trouble or "",
            mails=Mails(
                sent=named(ten, ("notification-sent",)),
                failed=named(ten, ("notification-failed",)),
                hour_sent=named(hour, ("notification-sent",)),
                hour_failed=named(hour, ("notification-failed",)),
            ),
            sync_always=self.disk.sync_always if self.disk else None,
        )

    def _told(self, name: str, has_handlers: bool) -> ServiceTold:
        told = self.replicas.get(name, ())
        return ServiceTold(
            name=name,
            replicas=len(told),
            expected=has_handlers,
            reason=next((one.reason or "chưa rõ lý do" for one in told if not one.ready), ""),
            has_database=name != "console" or self.service.database is not None,
            database_ms=health.slowest(told),
            unpublished_for=timedelta(seconds=max((one.outbox_oldest_s for one in told), default=0.0)),
            swept_at=health.furthest_behind(told),
        )
