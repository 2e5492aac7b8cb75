"""Which servers the tests run against, and how they are started and wiped.

NATS_URL and MONGO_URL name servers to use; what they leave open runs in containers where a Docker engine answers, else
as the embedded servers, on free ports and in a temporary folder. DOITHOAI_TEST_SERVERS=containers or =embedded decides
that question.

The product's streams and databases have fixed names, so tests that share servers run one after the other and
`Servers.wipe` empties them in between: a wipe takes some 30 ms, new servers ten times as long. Servers that were given
by address are wiped only if they were empty when the first test run came, for they might be somebody's data.
"""

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

import nats
from nats.js.api import StreamConfig
from pymongo import MongoClient

from deploy.embedded.installation import RunningStack
from deploy.embedded.nats import configuration
from deploy.embedded.ports import free_block
from deploy.embedded.supervisor import Stack

Result = TypeVar("Result")
Choice = Literal["containers", "embedded"]
OPTIONS = "journal=true&retryWrites=false&directConnection=true"
MARK = "doithoai_tests"
"""A stream and a database of this name say: whatever is on this server, tests may wipe it."""


class Loop:
    """An event loop in a thread of its own: what runs in it lives on beside sync and async tests alike."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="servers", daemon=True)
        self._thread.start()

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@dataclass(frozen=True)
class RunningSystem:
    """A stack that runs beside the tests. `addresses` is what stack.json says."""

    addresses: RunningStack
    folder: Path
    _stack: Stack
    _loop: Loop

    @property
    def pids(self) -> dict[str, int]:
        return self._stack.pids

    @property
    def restarts(self) -> dict[str, int]:
        return self._stack.restarts

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal to one process: a service by its name, or `nats`, `database`, `mail`."""
        self._stack.kill(name, number)

    def crash(self, name: str) -> None:
        """Kill one process by surprise, and wait until it was started again and serves."""
        before = self.restarts[name]
        self.kill(name)
        self._loop.run(self._come_back(name, before))

    def until_ready(self) -> None:
        """Wait until every process serves, also those that were killed a moment ago."""
        self._loop.run(self._stack.until_ready())

    async def _come_back(self, name: str, before: int) -> None:
        async with asyncio.timeout(60):
            while self.restarts[name] == before:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            await self._stack.until_ready()


@contextmanager
def running(**stack: Any) -> Iterator[RunningSystem]:
    """A stack on free ports and in a temporary folder; `stack` are further arguments of `Stack`.

    Its processes die with this one, however that ends.
    """
    with tempfile.TemporaryDirectory(prefix="doithoai-test-") as folder:
        loop, system = Loop(), Stack(Path(folder), free_block().base, "rehearsal", **stack)
        try:
            yield RunningSystem(loop.run(system.start()), Path(folder), system, loop)
        finally:
            loop.run(system.stop())
            loop.close()


@dataclass(frozen=True)
class Servers:
    """NATS with full rights, a database, and a mail server that keeps each mail in the folder `mail`."""

    nats_url: str = field(repr=False)
    mongo_url: str = field(repr=False)
    smtp: tuple[str, int]
    mail: Path

    def wipe(self) -> None:
        """Remove every stream, every database of the product and every mail."""
        _finish(_wipe_nats(self.nats_url))
        with MongoClient[Any](self.mongo_url) as client:
            for name in _product_databases(client):
                client.drop_database(name)
        for mail in self.mail.iterdir():
            mail.unlink()


@contextmanager
def chosen_servers() -> Iterator[Servers]:
    """The servers of this test run; see above for how they are chosen."""
    nats_url, mongo_url = os.environ.get("NATS_URL"), os.environ.get("MONGO_URL")
    with ExitStack() as stack:
        if nats_url or mongo_url:
            stack.enter_context(_reserved(nats_url, mongo_url))
        if not (nats_url and mongo_url) and choice() == "containers":
            nats_url = nats_url or stack.enter_context(_nats_container())
            mongo_url = mongo_url or stack.enter_context(_mongo_container())
        embedded = stack.enter_context(running(services=(), nats_url=nats_url, mongo_url=mongo_url))
        found = embedded.addresses
        host, _, port = found.smtp_url.removeprefix("smtp://").partition(":")
        servers = Servers(found.nats_url, found.mongo_url, (host, int(port)), found.mail)
        servers.wipe()
        yield servers


def given_elsewhere() -> bool:
    """Whether the servers of this run are others than the embedded ones."""
    return bool(os.environ.get("NATS_URL") or os.environ.get("MONGO_URL")) or choice() == "containers"


def choice() -> Choice:
    """Containers where a Docker engine answers, unless the environment decides."""
    wanted = os.environ.get("DOITHOAI_TEST_SERVERS")
    if wanted in ("containers", "embedded"):
        return wanted  # type: ignore[return-value]
    assert wanted is None, f"DOITHOAI_TEST_SERVERS is {wanted}: it must be containers or embedded"
    import docker  # type: ignore[import-untyped]  # only where the question is open: it takes 0.2 s to import

    with suppress(docker.errors.DockerException):
        engine = docker.from_env(timeout=2)
        with suppress(docker.errors.DockerException, OSError):
            engine.ping()
            return "containers"
    return "embedded"


@contextmanager
def _nats_container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer

    settings = configuration({"operator": "operator"}, "/data", "0.0.0.0:4222", "0.0.0.0:8222")
    container = DockerContainer("nats:2").with_exposed_ports(4222).with_command("--config /doithoai.conf")
    with container.with_copy_into_container(settings.encode(), "/doithoai.conf") as server:
        yield f"nats://operator:operator@{server.get_container_host_ip()}:{server.get_exposed_port(4222)}"


@contextmanager
def _mongo_container() -> Iterator[str]:
    from testcontainers.core.container import DockerContainer

    with DockerContainer("mongo:8").with_exposed_ports(27017) as server:
        yield f"mongodb://{server.get_container_host_ip()}:{server.get_exposed_port(27017)}/?{OPTIONS}"


@contextmanager
def _reserved(nats_url: str | None, mongo_url: str | None) -> Iterator[None]:
    """Make sure that servers given by address are ours to wipe, and leave them empty."""
    if nats_url:
        _finish(_reserve_nats(nats_url))
    if mongo_url:
        with MongoClient[Any](mongo_url) as client:
            found = _product_databases(client)
            assert MARK in client.list_database_names() or not found, f"MONGO_URL holds data: {found}. {REMEDY}"
            client[MARK]["mark"].replace_one({"_id": MARK}, {"_id": MARK}, upsert=True)
    yield
    if nats_url:
        _finish(_wipe_nats(nats_url, keep=""))
    if mongo_url:
        with MongoClient[Any](mongo_url) as client:
            for name in [*_product_databases(client), MARK]:
                client.drop_database(name)


REMEDY = "Tests wipe their servers: give them empty ones, or none at all."


async def _reserve_nats(url: str) -> None:
    client = await nats.connect(url)
    try:
        js = client.jetstream()
        found = [stream.config.name for stream in await js.streams_info()]
        assert MARK in found or not found, f"NATS_URL holds streams: {found}. {REMEDY}"
        await js.add_stream(StreamConfig(name=MARK, subjects=[MARK]))
    finally:
        await client.close()


async def _wipe_nats(url: str, keep: str = MARK) -> None:
    client = await nats.connect(url, connect_timeout=2, max_reconnect_attempts=30, reconnect_time_wait=1)
    try:
        js = client.jetstream()
        for stream in await js.streams_info():
            if stream.config.name and stream.config.name != keep:
                await js.delete_stream(stream.config.name)
    finally:
        await client.close()


def _product_databases(client: MongoClient[Any]) -> list[str]:
    return [name for name in client.list_database_names() if name.startswith("doithoai_") and name != MARK]


def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine from sync code, whether or not this thread has a loop that is running."""
    loop = Loop()
    try:
        loop.run(work)
    finally:
        loop.close()
