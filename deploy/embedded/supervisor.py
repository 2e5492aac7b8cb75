"""The whole system on one machine: starts everything, keeps it alive, stops it in order."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import nats
import psutil

from deploy.embedded import LOOPBACK, CannotStart
from deploy.embedded.database import DatabaseServer
from deploy.embedded.installation import Clock, Installation, RunningStack
from deploy.embedded.nats import GRANTS, NatsServer
from deploy.embedded.ports import Block, require_free
from deploy.embedded.process import Process, Program, accepts_connections, answers_http
from services.notify.mailing.server import mail_server
from shared.clock import move_clock, provision_clock
from shared.settings import Settings, WrongSettings

SERVICES = ("intake", "console", "routing", "deadlines", "notify")
START_LIMIT_S = 60.0
SERVICE_STOP_LIMIT_S, SERVER_STOP_LIMIT_S = 10.0, 20.0
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_service(name: str) -> tuple[str, ...]:
    """The command that runs one service in this interpreter."""
    return (sys.executable, "-m", "services", "run", name)


class Stack:
    """NATS, a database, a mail catcher and the services, on a block of ports and a data folder.

    nats_url, mongo_url, smtp_url: servers that run elsewhere; none is started here for them.
    services: which to start; none gives the bare servers. service_command: how, for tests.
    environment: further settings of every service, as the environment names them.
    begins_at: the simulated time of a new rehearsal installation, set before any service acts.

    Everything lives in the event loop in which it was started; `kill`, `pids` and `restarts` may be used from others.
    """

    def __init__(
        self,
        data: Path,
        base_port: int,
        clock: Clock | None = None,
        *,
        nats_url: str | None = None,
        mongo_url: str | None = None,
        smtp_url: str | None = None,
        services: Iterable[str] = SERVICES,
        service_command: Callable[[str], tuple[str, ...]] = run_service,
        start_limit_s: float = START_LIMIT_S,
        begins_at: datetime | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._data = data
        self._ports = Block(base_port)
        self._clock = clock
        self._nats_url = nats_url or None  # a variable that is set to nothing names no server
        self._mongo_url = mongo_url or None
        self._smtp_url = smtp_url or None
        self._services = tuple(services)
        self._begins_at = begins_at
        self._environment = dict(environment or {})
        self._service_command = service_command
        self._start_limit_s = start_limit_s
        self._installation: Installation | None = None
        self._processes: dict[str, Process] = {}

    @property
    def installation(self) -> Installation:
        """The open data folder, from `start` to `stop`."""
        assert self._installation is not None, "the stack is not started"
        return self._installation

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now: `nats`, `database`, `mail`, and the services by their names."""
        return {name: pid for name, process in self._processes.items() if (pid := process.pid) is not None}

    @property
    def restarts(self) -> dict[str, int]:
        """How often each process was started again."""
        return {name: process.restarts for name, process in self._processes.items()}

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process, as a disaster would.

        Raises:
            ProcessLookupError: when it is not running at this moment.
        """
        self._processes[name].signal(number)

    async def start(self) -> RunningStack:
        """Start everything and wait until all of it serves; on a failure nothing is left running.

        Raises:
            CannotStart: AlreadyRunning, PortTaken, NotReady, or what is wrong with the data folder.
        """
        self._installation = Installation.open(self._data, self._ports.url("intake"), self._clock)
        try:
            self._require_that_a_rehearsal_writes_to_nobody()
            return await self._start(self._installation)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Services first, so that they finish what is in hand; the database last, so that it closes its files well."""
        services = [process for name, process in self._processes.items() if name in self._services]
        await asyncio.gather(*(process.stop(SERVICE_STOP_LIMIT_S) for process in services))
        for name in ("mail", "nats", "database"):
            if name in self._processes:
                await self._processes[name].stop(SERVER_STOP_LIMIT_S)
        self._processes.clear()
        if self._installation is not None:
            self._installation.close()
            self._installation = None

    async def until_ready(self) -> None:
        """Wait until every process serves, also again after some have died.

        Raises:
            NotReady: naming one that does not.
        """
        await _all(process.until_ready(self._start_limit_s) for process in self._processes.values())

    async def run_until_signal(self, when_ready: Callable[[RunningStack], Awaitable[None]] | None = None) -> None:
        """Start, call `when_ready`, and stop in order on SIGINT, SIGTERM or SIGHUP, also in the middle of either.

        Raises:
            CannotStart: as `start`. What `when_ready` raises stops the stack, too.
        """
        loop, asked_to_stop = asyncio.get_running_loop(), asyncio.Event()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, asked_to_stop.set)
        signalled = asyncio.create_task(asked_to_stop.wait())
        life = asyncio.create_task(self._live(when_ready))
        try:
            await asyncio.wait({life, signalled}, return_when=asyncio.FIRST_COMPLETED)
            if life.done():
                life.result()
                await signalled
        finally:
            life.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await life
            await self.stop()
            signalled.cancel()
            for number in STOP_SIGNALS:
                loop.remove_signal_handler(number)

    def _require_that_a_rehearsal_writes_to_nobody(self) -> None:
        if self._smtp_url is None:
            return
        try:
            mail_server(self._smtp_url, Settings().smtp_ca, rehearsal=self.installation.clock == "rehearsal")
        except WrongSettings as error:
            raise CannotStart(str(error)) from None

    async def _live(self, when_ready: Callable[[RunningStack], Awaitable[None]] | None) -> None:
        stack = await self.start()
        if when_ready is not None:
            await when_ready(stack)

    async def _start(self, installation: Installation) -> RunningStack:
        programs = self._programs(installation)
        used = [*programs, "nats-monitor"] if "nats" in programs else list(programs)
        require_free(self._ports, used)
        running = self._addresses(installation)
        begins_at = self._begins_at if installation.is_new and installation.clock == "rehearsal" else None
        if begins_at is not None:
            servers = {name: program for name, program in programs.items() if name not in self._services}
            self._run(servers, installation)
            await self.until_ready()
            await _set_clock(running.nats_url, begins_at)
        self._run(programs, installation)
        await self.until_ready()
        installation.announce(running)
        return running

    def _run(self, programs: Mapping[str, Program], installation: Installation) -> None:
        """Start those that do not run yet."""
        for name, program in programs.items():
            if name not in self._processes:
                self._processes[name] = Process(name, program, installation / "log" / f"{name}.log")
                self._processes[name].start()

    def _programs(self, installation: Installation) -> dict[str, Program]:
        programs: dict[str, Program] = {}
        if self._nats_url is None:
            programs["nats"] = self._nats(installation).program()
        if self._mongo_url is None:
            programs["database"] = self._database(installation).program()
        if self._smtp_url is None:
            programs["mail"] = self._mail_catcher(installation)
        for name in self._services:
            programs[name] = self._service(name, installation)
        return programs

    def _mail_catcher(self, installation: Installation) -> Program:
        options = ["--port", str(self._ports["mail"]), "--folder", str(installation / "mail")]
        settings = Settings()
        mailboxes = self._environment.get("DOITHOAI_MAILBOXES") or settings.mailboxes
        if mailboxes:
            options += ["--mailboxes", str(mailboxes), "--communes", str(settings.communes)]
        return Program(
            command=(sys.executable, "-m", "deploy.embedded.mailcatcher", *options),
            is_ready=lambda: accepts_connections(self._ports["mail"]),
        )

    def _service(self, name: str, installation: Installation) -> Program:
        addresses = self._addresses(installation, nats_user=name)
        url = self._ports.url(name)
        others = [self._ports.url(other) for other in self._services if other != name]
        return Program(
            command=self._service_command(name),
            environment={
                "NATS_URL": addresses.nats_url,
                "MONGO_URL": addresses.mongo_url,
                "SMTP_URL": addresses.smtp_url,
                "DOITHOAI_SERVICE_PORT": str(self._ports[name]),
                "DOITHOAI_PUBLIC_URL": self._ports.url("intake"),
                "DOITHOAI_CONSOLE_URL": self._ports.url("console"),
                "DOITHOAI_DATA": str(installation.folder),
                "DOITHOAI_LETTERS": str(addresses.letters),
                "DOITHOAI_CLOCK": installation.clock,
                # The citizens' port tells of the whole installation.
                "DOITHOAI_COMPANIONS": " ".join(others) if name == "intake" else "",
                # A rehearsal hands in the forms of three months within a minute.
                **({"DOITHOAI_FORMS_AN_HOUR": "0"} if installation.clock == "rehearsal" else {}),
                **({"DOITHOAI_SECRET": installation.secret("citizens")} if name == "intake" else {}),
                **({"NATS_MONITOR_URL": addresses.nats_monitor_url or ""} if name == "console" else {}),
                **self._environment,
            },
            is_ready=lambda: answers_http(f"{url}/readyz"),
        )

    def _addresses(self, installation: Installation, nats_user: str = "operator") -> RunningStack:
        return RunningStack(
            pid=os.getpid(),
            born=psutil.Process().create_time(),
            clock=installation.clock,
            services={name: self._ports.url(name) for name in SERVICES},
            nats_url=self._nats_url or self._nats(installation).url(nats_user),
            nats_monitor_url=None if self._nats_url else self._ports.url("nats-monitor"),
            mongo_url=self._mongo_url or self._database(installation).url,
            smtp_url=self._smtp_url or f"smtp://{LOOPBACK}:{self._ports['mail']}",
            mail=installation / "mail",
            letters=installation / "letters",
        )

    def _nats(self, installation: Installation) -> NatsServer:
        return NatsServer(
            installation / "nats",
            self._ports["nats"],
            self._ports["nats-monitor"],
            {user: installation.secret(f"nats.{user}") for user in GRANTS},
        )

    def _database(self, installation: Installation) -> DatabaseServer:
        return DatabaseServer(installation / "database", self._ports["database"])


async def _set_clock(nats_url: str, at: datetime) -> None:
    client = await nats.connect(nats_url)
    try:
        await provision_clock(client)
        await move_clock(client, at)
    finally:
        await client.close()


async def _all(waits: Iterable[Awaitable[None]]) -> None:
    """Wait for all of them; the first that fails ends the others and is raised as it is."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
