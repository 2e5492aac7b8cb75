"""A few connections to the mail server: opened when needed, used again, let go before the server does."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from aiosmtplib import SMTP, SMTPException

from services.notify.mailing.answers import Away, NotEver, NotNow
from services.notify.mailing.server import MailServer, NoStartTls, in_words
from shared.logs import in_short, logger


@dataclass(frozen=True, slots=True)
class Limits:
    """How long what may take, in seconds.

    step: one command and its answer. connecting: all that comes before the first mail.
    taking: from asking for a connection until a mail is handed over, however slowly the server's bytes drip; answer:
        from then to the server's answer. A claim outlives both, or somebody else would send the mail meanwhile.
    asked_after: whether a connection still stands is asked once it has lain idle for so long. asking: how long.
    idle: a connection is let go then; many servers hang up after five minutes.
    mails: a connection is let go after so many; a name may stand for many servers, and a new one finds another.
    """

    step: float = 20
    connecting: float = 25
    taking: float = 30
    answer: float = 25
    asked_after: float = 5
    asking: float = 3
    idle: float = 240
    mails: int = 100


USUAL = Limits()
PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
BROKEN = (SMTPException, OSError)


class Breaker:
    """Whether it is worth knocking. After a failure one at a time does, with pauses that grow to a minute.

    Time is seconds of any clock that only goes forward.
    """

    def __init__(self) -> None:
        self._pause_s = 0.0
        self._again_at = 0.0
        self._trying = False

    def may_try(self, now: float) -> bool:
        """While the server is away, whoever gets a yes must tell how it went, and nobody else tries meanwhile."""
        if not self._pause_s:
            return True
        if self._trying or now < self._again_at:
            return False
        self._trying = True
        return True

    def failed(self, now: float) -> bool:
        """Returns whether a pause begins: attempts that had begun together count as one."""
        if not self._trying and now < self._again_at:
            return False
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S) or PAUSE_S
        self._again_at = now + self._pause_s
        self._trying = False
        return True

    def succeeded(self) -> None:
        self._pause_s, self._again_at, self._trying = 0.0, 0.0, False

    def wait_s(self, now: float) -> float:
        """Until somebody may try again."""
        return max(0.0, self._again_at - now)


class Connection:
    """One connection to the mail server. mails: handed over it so far. used: not new to who has it now."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.mails = 0
        self.used = False
        self.idle_since = 0.0


class Connections:
    """As many as are needed at a time, `most` at the most.

    A server that grants fewer is used over those that it grants.
    """

    def __init__(
        self, server: MailServer, most: int, limits: Limits = USUAL, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._server = server
        self._most = most
        self._limits = limits
        self._clock = clock
        self._breaker = Breaker()
        self._idle: list[Connection] = []
        self._busy = 0
        self._opening = 0
        self._given_back = asyncio.Event()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[Connection]:
        """A connection for one mail. It stays open where that mail was refused, and is closed after all other errors.

        Raises:
            Away: none can be had.
        """
        connection = await self._get()
        self._busy += 1
        try:
            yield connection
        except (NotNow, NotEver):
            raise
        except BaseException:
            connection.smtp.close()
            raise
        finally:
            self._busy -= 1
            await self._put(connection)
            self._given_back.set()

    def forget_idle(self) -> None:
        """One that had lain idle was lost: so are the others, most likely."""
        for connection in self._idle:
            connection.smtp.close()
        self._idle.clear()

    async def close(self) -> None:
        while self._idle:
            await _hang_up(self._idle.pop())

    async def _get(self) -> Connection:
        while True:
            while self._idle:
                connection = self._idle.pop()
                if await self._stands(connection):
                    connection.used = True
                    return connection
            now = self._clock()
            full = self._busy + self._opening >= self._most
            if not full and self._breaker.may_try(now):
                try:
                    return await self._opened()
                except Away:
                    if not (self._busy or self._idle):
                        raise
                    continue
            if not self._busy and not (full and self._opening):
                raise Away(f"{self._server}: tried again in {self._breaker.wait_s(now):.0f} s")
            self._given_back.clear()
            await self._given_back.wait()

    async def _put(self, connection: Connection) -> None:
        if not connection.smtp.is_connected:
            return
        if connection.mails >= self._limits.mails:
            await _hang_up(connection)
            return
        connection.idle_since = self._clock()
        self._idle.append(connection)

    async def _stands(self, connection: Connection) -> bool:
        """Asked of those alone that have lain idle: of the others, whoever uses them finds out before it matters."""
        idle_s = self._clock() - connection.idle_since
        if not connection.smtp.is_connected:
            return False
        if idle_s >= self._limits.idle:
            await _hang_up(connection)
            return False
        if idle_s < self._limits.asked_after:
            return True
        try:
            await connection.smtp.noop(timeout=self._limits.asking)
        except BROKEN:
            connection.smtp.close()
            return False
        return True

    async def _opened(self) -> Connection:
        self._opening += 1
        try:
            smtp = await connected(self._server, self._limits)
        except BROKEN as error:
            remedy = in_words(error, self._server)
            if self._breaker.failed(self._clock()):
                self._complain(error, remedy)
            raise Away(remedy) from error
        except BaseException:
            self._breaker.failed(self._clock())
            raise
        finally:
            self._opening -= 1
            self._given_back.set()
        self._breaker.succeeded()
        return Connection(smtp)

    def _complain(self, error: BaseException, remedy: str) -> None:
        again_in_s = round(self._breaker.wait_s(self._clock()))
        told = {"server": str(self._server), "error": in_short(error), "again_in_s": again_in_s}
        if self._busy:
            logger().warning("no-further-connection", **told)
        else:
            logger().error("mail-server-away", **told, remedy=remedy)


async def connected(server: MailServer, limits: Limits = USUAL) -> SMTP:
    """A connection over which mails may go: encrypted, checked and logged in as the server is known.

    Raises:
        one of BROKEN.
    """
    smtp = SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.security == "tls",
        start_tls=False,
        tls_context=None if server.security == "plain" else server.tls,
        local_hostname="localhost" if server.is_loopback else None,
        timeout=limits.step,
    )
    try:
        async with asyncio.timeout(limits.connecting):
            await smtp.connect()
            await smtp.ehlo()
            if server.security == "starttls":
                if not smtp.supports_extension("starttls"):
                    raise NoStartTls("the server offers no STARTTLS")
                await smtp.starttls()
                await smtp.ehlo()
            if server.user is not None and server.password is not None:
                await smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


async def _hang_up(connection: Connection) -> None:
    with suppress(*BROKEN):
        await connection.smtp.quit(timeout=USUAL.asking)
    connection.smtp.close()
