"""A real SMTP server on loopback that fails when, where and how a test tells it to."""

import asyncio
import ssl
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword

Stage = Literal["greeting", "ehlo", "noop", "mail", "rcpt", "data", "body", "dot", "kept"]
"""Where it may fail. data: before it asks for the mail; body: in the middle of it; dot: it has all of it and has not
kept it; kept: it has."""

DROP, SILENCE, DRIP = "drop", "silence", "drip"
Script = Mapping[Stage, Sequence[str | None]]
"""What it does instead at the first, second, third … visit of a stage: says this, hangs up (DROP), says nothing
(SILENCE), or begins an answer that never ends (DRIP). None, and all visits after the last: as it should be."""


@dataclass(frozen=True, slots=True)
class Kept:
    message_id: str
    to: tuple[str, ...]


@dataclass
class SmtpServer:
    """gates: a mail to this domain is taken when its gate opens. asked: commands, as words, of all connections.

    most_at_once: by domain, mails that were before a gate together.
    """

    port: int = 0
    script: Script = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    login: tuple[str, str] | None = None
    size: int | None = None
    gates: dict[str, asyncio.Event] = field(default_factory=dict)
    mails: list[Kept] = field(default_factory=list)
    connections: int = 0
    asked: list[str] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)
    waiting: Counter[str] = field(default_factory=Counter)
    news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _visits: Counter[str] = field(default_factory=Counter)
    _server: asyncio.Server | None = None
    _open: set[asyncio.BaseTransport] = field(default_factory=set)

    async def start(self) -> None:
        """On the same port as before, where there was one."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Session(self, loop), "127.0.0.1", self.port, ssl=self.tls, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self.hang_up()

    def hang_up(self) -> None:
        """As a server does that has heard nothing for a while."""
        for transport in list(self._open):
            transport.close()
        self._open.clear()

    async def until(self, what: str, number: int) -> None:
        """Wait until so many mails are before the gate of a domain, or, of `mails`, were kept."""
        async with asyncio.timeout(10), self.news:
            await self.news.wait_for(lambda: (len(self.mails) if what == "mails" else self.waiting[what]) >= number)

    def kept(self, message_id: str) -> int:
        return sum(mail.message_id == message_id for mail in self.mails)

    def url(self, scheme: str = "smtp", host: str = "127.0.0.1", login: str = "") -> str:
        return f"{scheme}://{login}{host}:{self.port}"

    def mischief(self, stage: Stage) -> str | None:
        visit, planned = self._visits[stage], self.script.get(stage, ())
        self._visits[stage] += 1
        return planned[visit] if visit < len(planned) else None


class _Session(SMTP):
    """One connection. The names of its methods are aiosmtpd's."""

    transport: Any

    def __init__(self, world: SmtpServer, loop: asyncio.AbstractEventLoop) -> None:
        self._world = world
        super().__init__(
            _Keeper(world),
            hostname="localhost",
            data_size_limit=world.size,
            tls_context=world.starttls,
            require_starttls=world.starttls is not None,
            auth_required=world.login is not None,
            auth_require_tls=world.starttls is not None,
            authenticator=self._check,
            loop=loop,
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._world._open.add(transport)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        self._world.connections += 1
        if not await self._fails("greeting"):
            await super()._handle_client()

    async def smtp_EHLO(self, arg: str) -> None:  # noqa: N802
        if not await self._fails("ehlo"):
            await super().smtp_EHLO(arg)

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: N802
        if not await self._fails("noop"):
            await super().smtp_NOOP(arg)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        self._world.asked.append("auth" if self._over_tls else "auth over plain text")
        await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        if not await self._fails("mail"):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        if not await self._fails("rcpt"):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        if await self._fails("data"):
            return
        if self._world.mischief("body"):
            await self.push("354 Go on")
            await self._reader.read(20)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)

    @property
    def _over_tls(self) -> bool:
        return self.transport.get_extra_info("sslcontext") is not None

    def _check(self, _server: Any, _session: Any, _envelope: Any, _how: str, data: LoginPassword) -> AuthResult:
        right = self._world.login == (data.login.decode(), data.password.decode())
        return AuthResult(success=right, handled=False)

    async def _fails(self, stage: Stage) -> bool:
        self._world.asked.append(stage)
        return await fail(self, self._world.mischief(stage))


async def fail(session: Any, how: str | None) -> bool:
    """Whether it did what it was told instead of what it should."""
    match how:
        case None:
            return False
        case "drop":
            session.transport.abort()
        case "silence":
            await asyncio.Event().wait()  # until the client hangs up
        case "drip":
            while session.transport is not None:
                await session.push("250-and")
                await asyncio.sleep(0.01)
        case said:
            await session.push(said)
            if said[:3] in ("421", "554"):
                session.transport.close()
    return True


class _Keeper:
    """What aiosmtpd asks for each mail."""

    def __init__(self, world: SmtpServer) -> None:
        self._world = world

    async def handle_DATA(self, server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        world = self._world
        await self._wait_at_the_gates({address.rpartition("@")[2] for address in envelope.rcpt_tos})
        if (answer := await _instead(server, world.mischief("dot"))) is not None:
            return answer
        assert isinstance(envelope.content, bytes)
        message_id = str(message_from_bytes(envelope.content)["Message-ID"])
        async with world.news:
            world.mails.append(Kept(message_id, tuple(envelope.rcpt_tos)))
            world.news.notify_all()
        answer = await _instead(server, world.mischief("kept"))
        return answer or "250 2.0.0 Kept"

    async def _wait_at_the_gates(self, domains: set[str]) -> None:
        world = self._world
        for domain in domains & set(world.gates):
            async with world.news:
                world.waiting[domain] += 1
                world.most_at_once[domain] = max(world.most_at_once[domain], world.waiting[domain])
                world.news.notify_all()
            await world.gates[domain].wait()
            world.waiting[domain] -= 1


async def _instead(server: SMTP, how: str | None) -> str | None:
    """What to say in place of a yes. Where it hung up, nobody hears it."""
    if how in (None, DROP, SILENCE, DRIP):
        return "421 gone" if await fail(server, how) else None
    return how


@asynccontextmanager
async def smtp_server(script: Script | None = None, **more: Any) -> AsyncIterator[SmtpServer]:
    """A server on a free port of loopback; `more` are further fields of `SmtpServer`."""
    server = SmtpServer(script=script or {}, **more)
    await server.start()
    try:
        yield server
    finally:
        for gate in server.gates.values():
            gate.set()
        server.stop()


class Certificates:
    """Of one authority, which `file` holds, and of another that nobody trusts."""

    def __init__(self, folder: Path) -> None:
        self._authority = trustme.CA()
        self.file = folder / "ca.pem"
        self._authority.cert_pem.write_to_path(str(self.file))

    @cached_property
    def good(self) -> ssl.SSLContext:
        return _context(self._authority.issue_cert("localhost", "127.0.0.1"))

    @cached_property
    def of_another_host(self) -> ssl.SSLContext:
        return _context(self._authority.issue_cert("thu.example"))

    @cached_property
    def expired(self) -> ssl.SSLContext:
        yesterday = datetime.now(UTC) - timedelta(days=1)
        return _context(
            self._authority.issue_cert("localhost", not_before=datetime(2020, 1, 1, tzinfo=UTC), not_after=yesterday)
        )

    @cached_property
    def of_nobody_known(self) -> ssl.SSLContext:
        return _context(trustme.CA().issue_cert("localhost"))


def _context(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context
