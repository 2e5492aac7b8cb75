"""One service process: its database, its place on NATS, its handlers, what time triggers, and its HTTP face.

service = Service("deadlines", settings)
deadlines = Store(service.database, "deadlines", Deadline, [Index(("next_fire_at",), sparse=True)])
service.hears(handlers.consumes, deadlines=deadlines, calendar=calendar)
service.every(1.0, sweep.fire_what_is_due, deadlines)
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial
from typing import Any

import nats
import uvicorn
from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig
from faststream.nats import NatsBroker
from nats.aio.client import Client

from shared import broker, traces
from shared.clock import Clock, RehearsalClock, provision_clock, real_now
from shared.communes import Communes
from shared.faces import OWN_PATHS, Faces
from shared.handlers import Handlers
from shared.logs import configure_logs, in_short, logger
from shared.observed import Observed
from shared.outbox import Outbox
from shared.settings import Settings
from shared.store import Database
from shared.tasks import end
from shared.web import HeldUntil

Sweep = Callable[[], Awaitable[Any]]
FOREVER = -1
NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)
"""Its own notes whole addresses: an address may hold a receipt code."""


class Service:
    """Everything one process holds, and the order in which it starts and stops."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        *,
        database: bool = True,
        patience: broker.Patience = broker.Patience(),  # noqa: B008 - frozen
    ) -> None:
        configure_logs(name, settings.log_level)
        traces.start(name, settings.traces)
        self.name = name
        self.settings = settings
        self.communes = Communes.load(settings.communes)
        self.clock: Clock = RehearsalClock() if settings.clock == "rehearsal" else real_now
        self.database = Database(settings.mongo_url, name) if database else None
        self.nats: Client = Client()
        self.outbox: Outbox | None = None
        self.app = FastAPI(
            title=f"doithoai {name}",
            lifespan=self._lifespan,
            docs_url=None,
            redoc_url=None,
            openapi_url=None,
            telemetry=NO_TELEMETRY,
        )
        self.started = asyncio.Event()
        self.app.add_middleware(HeldUntil, ready=self.started, always=OWN_PATHS)
        self.app.add_middleware(Observed, unobserved=OWN_PATHS)
        self.handlers = Handlers(name)
        self._patience = patience
        self._context: dict[str, Any] = {}
        self._sweeps: list[tuple[float, Sweep]] = []
        self._at_start: list[Sweep] = []
        self._work: list[Sweep] = []
        self._stops: list[Sweep] = []
        self._busy: list[Callable[[], int]] = []
        self._broker: NatsBroker | None = None
        self.why_not = "đang khởi động"
        self._swept: dict[int, datetime] = {}
        self._tasks: list[asyncio.Task[Any]] = []
        self.faces = Faces(self)

    def hears(self, handlers: Handlers, **context: Any) -> None:
        """Listen with these handlers; `context` is what they ask for by name."""
        self.handlers = handlers
        self._context |= context

    def every(self, seconds: float, sweep: Sweep) -> None:
        """Do this again and again, and at once whenever the rehearsal clock was moved."""
        self._sweeps.append((seconds, sweep))

    def tidies(self, seconds: float, task: Sweep) -> None:
        """Do this again and again by the real time. No rehearsal waits for it: its clock makes none due."""
        self._work.append(partial(self._tidy, seconds, task))

    def works(self, work: Sweep, *, stop: Sweep | None = None, busy: Callable[[], int] | None = None) -> None:
        """Do this beside everything else; `stop` ends it in order, `busy` counts what is under way."""
        self._work.append(work)
        if stop is not None:
            self._stops.append(stop)
        if busy is not None:
            self._busy.append(busy)

    def at_start(self, task: Sweep) -> None:
        """Do this once the connections stand, before the first message is taken; again until it succeeds."""
        self._at_start.append(task)

    def _in_background(self, task: Sweep) -> None:
        """Run this beside everything else until the service stops."""
        self._tasks.append(asyncio.create_task(self._for_ever(task)))

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; messages in hand are finished first."""
        uvicorn.run(
            self.app,
            host=self.settings.host,
            port=self.settings.service_port,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=bool(self.settings.trusted_proxies),
            forwarded_allow_ips=self.settings.trusted_proxies,
            timeout_graceful_shutdown=3,
            loop="uvloop",
        )

    @asynccontextmanager
    async def _lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        starting = asyncio.create_task(self._start())
        try:
            yield
        finally:
            await end([starting])
            with suppress(asyncio.CancelledError):
                await starting
            await self._stop()

    async def _start(self) -> None:
        """Wait for NATS and the database as long as it takes: who starts first, or dies meanwhile, does not matter."""
        for step in (self._connect, self._follow_clock, *self._at_start):
            await self._until_done(step)
        self._begin()
        await self._until_done(self._listen)
        await self._until_done(self.faces.tell_who_asks)
        for number, (seconds, _) in enumerate(self._sweeps):
            self._in_background(partial(self._repeat, number, seconds))
        self.started.set()
        logger().info("ready")

    async def _until_done(self, step: Sweep) -> None:
        pause = 0.1
        while True:
            try:
                await step()
                return
            except Exception as error:  # noqa: BLE001 - not being able to start yet is no reason to die
                self.why_not = in_short(error)
                logger().warning("not-ready", error=self.why_not)
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5)

    async def _connect(self) -> None:
        """Everything that needs the others to be there."""
        settings = self.settings
        if not (self.nats.is_connected or self.nats.is_reconnecting):
            self.nats = await nats.connect(
                settings.nats_url,
                name=self.name,
                max_reconnect_attempts=FOREVER,
                reconnect_time_wait=0.5,
                connect_timeout=2,
                reconnected_cb=self._reconnected,
                error_cb=_quietly,
                flusher_queue_size=10_000,
            )
        js = self.nats.jetstream()
        await broker.provision_streams(js, settings.replicas)
        await broker.provision_consumers(js, self.handlers, self._patience.ack_wait)
        if isinstance(self.clock, RehearsalClock):
            await provision_clock(self.nats, settings.replicas)
        if self.database is not None:
            await self.database.prepare()

    async def _follow_clock(self) -> None:
        if isinstance(self.clock, RehearsalClock):
            await self.clock.follow(self.nats)
            self.clock.on_move(self._sweep_now)

    def _begin(self) -> None:
        if self.database is not None:
            self.outbox = Outbox(self.database, self.nats.jetstream())
            self._in_background(self.outbox.run)
        for work in self._work:
            self._in_background(work)

    async def _listen(self) -> None:
        self._broker = NatsBroker(
            self.settings.nats_url,
            middlewares=[broker.delivery(self._patience)],
            apply_types=False,
            logger=None,
            name=f"{self.name}-handlers",
            max_reconnect_attempts=FOREVER,
            reconnect_time_wait=1,
            error_cb=_quietly,
            graceful_timeout=10,
        )
        self._broker.context.set_global("js", self.nats.jetstream())
        broker.subscribe(self._broker, self.handlers, {**self._context, "now": self.clock})
        try:
            await self._broker.start()
            await broker.pull_promptly(self._broker, self.nats)
        except BaseException:
            await self._broker.stop()
            raise

    async def _stop(self) -> None:
        """Finish what is in hand, publish what was saved, then let go."""
        self.started.clear()
        if self._broker is not None:
            await self._broker.stop()
        with suppress(TimeoutError):
            for stop in self._stops:
                await asyncio.wait_for(stop(), 5)
        if self.outbox is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.outbox.drain(), 5)
        await end(self._tasks)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.nats.is_connected:
            await self.nats.close()
        if self.database is not None:
            self.database.close()
        traces.stop()

    async def _reconnected(self) -> None:
        """Called from within the client, which must not wait for us, nor hear of our troubles."""
        logger().warning("reconnected-to-nats")
        self._in_background(self._catch_up)

    async def _catch_up(self) -> None:
        if isinstance(self.clock, RehearsalClock):
            await self.clock.refresh(self.nats)
            await self._sweep_now()

    async def _repeat(self, number: int, seconds: float) -> None:
        while True:
            await self._sweep(number)
            await asyncio.sleep(seconds)

    async def _sweep_now(self) -> None:
        for number in range(len(self._sweeps)):
            await self._sweep(number)

    async def _sweep(self, number: int) -> None:
        at, (_, sweep) = self.clock(), self._sweeps[number]
        try:
            await sweep()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            logger().warning("sweep-failed", sweep=getattr(sweep, "__name__", repr(sweep)), error=in_short(error))
        else:
            self._swept[number] = max(at, self._swept.get(number, at))  # one that began earlier may end later

    @property
    def busy(self) -> int:
        """What is under way beside the handlers."""
        return sum(busy() for busy in self._busy)

    @property
    def swept_at(self) -> datetime | None:
        """Everything that was due at this instant has been done; None while something was never swept."""
        if len(self._swept) < len(self._sweeps):
            return None
        return min(self._swept.values(), default=self.clock())

    async def _tidy(self, seconds: float, task: Sweep) -> None:
        while True:
            try:
                await task()
            except Exception as error:  # noqa: BLE001 - the next round tries again
                logger().warning("not-tidied", task=getattr(task, "__name__", repr(task)), error=in_short(error))
            await asyncio.sleep(seconds)

    async def _for_ever(self, task: Sweep) -> None:
        while True:
            try:
                await task()
                return
            except Exception as error:  # noqa: BLE001 - a background task must not end silently
                logger().error("background-task-failed", exc_info=error)
                await asyncio.sleep(1)


async def _quietly(error: Exception) -> None:
    logger().warning("nats", error=in_short(error))
