"""Handing mails to the mail server, over connections that stay open and are used by one mail at a time."""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from email.message import Message
from pathlib import Path
from typing import Any, cast

from aiosmtplib import SMTP, SMTPResponseException, SMTPServerDisconnected

from services.notify.mailing.answers import Away, NotEver, NotNow, Stage, Unknown, in_one_line, refusal
from services.notify.mailing.connections import BROKEN, USUAL, Connection, Connections, Limits
from services.notify.mailing.domains import Turns, domain_class, domain_of
from services.notify.mailing.server import mail_server
from services.notify.metrics import MAIL_SECONDS, MAILS
from shared import traces
from shared.logs import in_short, logger
from shared.settings import Settings

PIECE = 64 * 1024
CLOSING, GO_AHEAD = 421, 354


@dataclass(frozen=True, slots=True)
class Refused:
    """One receiver of several who was refused while others were not."""

    address: str
    why: NotNow | NotEver


class Mailer:
    """A few connections to the mail server of SMTP_URL, and whose turn it is to use them."""

    def __init__(
        self,
        url: str,
        connections: int,
        *,
        ca: Path | None = None,
        per_domain: int = 0,
        a_minute: int = 0,
        rehearsal: bool = False,
        limits: Limits = USUAL,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Args: as of `mail_server` and `Turns`.

        Raises:
            WrongMailServer.
        """
        self._limits = limits
        self._server = mail_server(url, ca, rehearsal=rehearsal)
        self.turns: Turns[Any] = Turns(per_domain, a_minute, clock)
        self._connections = Connections(self._server, connections, limits, clock)

    @classmethod
    def of(cls, settings: Settings, connections: int) -> "Mailer":
        """Raises:
        WrongMailServer: it cannot be used, or it is not on this machine and this is a rehearsal.
        """
        return cls(
            settings.smtp_url,
            connections,
            ca=settings.smtp_ca,
            per_domain=settings.smtp_per_domain,
            a_minute=settings.smtp_a_minute,
            rehearsal=settings.clock == "rehearsal",
        )

    async def send(self, mail: Message, sender: str, recipients: Sequence[str]) -> tuple[Refused, ...]:
        """Send to whichever recipients the server accepts; at least one. Returns the others.

        Raises:
            NotNow, NotEver: nobody has it. Away, a NotNow, says nothing about this mail.
            Unknown.
        """
        letter = _Letter(mail.as_bytes(), sender, recipients, self._limits.answer)
        about: traces.Attributes = {
            "server.address": self._server.host,
            "server.port": self._server.port,
            "network.protocol.name": "smtp",
        }
        domain, outcome = domain_class(recipients[0]) if recipients else "none", "unknown"
        with traces.span("SMTP", "client", about) as span, MAIL_SECONDS.time():
            try:
                refused = await self._within_limits(letter)
                outcome = "accepted"
            except (NotNow, NotEver, Unknown) as error:
                outcome = _OUTCOMES[type(error)]
                raise
            finally:
                MAILS.labels(outcome, domain).inc()
                span.note("doithoai.mail.domain", domain)
                span.note("doithoai.mail.recipients", len(recipients))
                span.note("doithoai.outcome", outcome)
                if letter.reply is not None:
                    span.note("smtp.reply_code", letter.reply)
        return refused

    async def _within_limits(self, letter: "_Letter") -> tuple[Refused, ...]:
        try:
            async with asyncio.timeout(self._limits.taking) as limit:
                return await self._hand_over(letter, limit)
        except TimeoutError as error:
            raise (Unknown if letter.handed_over else NotNow)("the mail server is too slow") from error

    async def close(self) -> None:
        await self._connections.close()

    async def _hand_over(self, letter: "_Letter", limit: asyncio.Timeout) -> tuple[Refused, ...]:
        """Where a server hung up on a connection that had been used before, another is tried at once."""
        while True:
            async with self._connections.one() as connection:
                try:
                    return await letter.over(connection, limit)
                except (NotNow, NotEver) as error:
                    await _made_ready(connection.smtp)
                    if not (connection.used and _hung_up(error)):
                        raise
            self._connections.forget_idle()


_OUTCOMES = {NotNow: "later", Away: "away", NotEver: "refused", Unknown: "unknown"}


class _Letter:
    """One mail on its way. handed_over: the server has all of it; until it answers, nobody knows whether it took it.

    reply: the code of the server's last answer, where it decided something.
    """

    def __init__(self, content: bytes, sender: str, recipients: Sequence[str], answer_s: float) -> None:
        self.handed_over = False
        self.reply: int | None = None
        self._content = content
        self._sender = sender
        self._answer_s = answer_s
        self._recipients = tuple(dict.fromkeys(recipients))

    async def over(self, connection: Connection, limit: asyncio.Timeout) -> tuple[Refused, ...]:
        """Raises NotNow, NotEver, Unknown."""
        try:
            return await self._over(connection, limit)
        except (NotNow, NotEver, Unknown) as error:
            self.reply = getattr(error.__cause__, "code", None)
            raise

    async def _over(self, connection: Connection, limit: asyncio.Timeout) -> tuple[Refused, ...]:
        smtp = connection.smtp
        await self._announce(smtp)
        refused = await self._address(smtp)
        await _answered("data", _go_ahead(smtp))
        try:
            await self._pass_on(smtp, limit)
        except SMTPResponseException as error:
            raise _unless_unclear(error) from error
        except BROKEN as error:
            raise (Unknown if self.handed_over else NotNow)(_said(error)) from error
        connection.mails += 1
        return refused

    async def _announce(self, smtp: SMTP) -> None:
        """With its size, where the server wants to know it (RFC 1870): it need not take 20 MB to refuse them."""
        size, options = len(self._content), []
        if smtp.supports_extension("size"):
            options = [f"SIZE={size}"]
            most = smtp.esmtp_extensions["size"]
            if most.isdecimal() and 0 < int(most) < size:
                raise NotEver(f"552 5.3.4 the mail has {size} bytes, the server takes {most}")
        try:
            await _answered("mail", smtp.mail(_on_the_wire(self._sender), options=options))
        except NotNow as error:
            if isinstance(error.__cause__, SMTPResponseException) and error.__cause__.code >= 500:
                logger().error("sender-refused", domain=domain_of(self._sender), error=in_short(error))
            raise

    async def _address(self, smtp: SMTP) -> tuple[Refused, ...]:
        refused = []
        for address in self._recipients:
            try:
                await _answered("rcpt", smtp.rcpt(_on_the_wire(address)))
            except (NotNow, NotEver) as why:
                if not smtp.is_connected:
                    raise
                refused.append(Refused(address, why))
        if len(refused) == len(self._recipients):
            raise next((one.why for one in refused if isinstance(one.why, NotNow)), refused[0].why)
        for one in refused:
            logger().warning("recipient-refused", error=in_short(one.why))
        return tuple(refused)

    async def _pass_on(self, smtp: SMTP, limit: asyncio.Timeout) -> None:
        """The final dot goes alone, once all before it has left: a mail that broke off earlier was not handed over."""
        if smtp.protocol is None or smtp.transport is None:
            raise SMTPServerDisconnected("connection lost")
        protocol, transport = (
            smtp.protocol,
            cast("asyncio.WriteTransport", smtp.transport),
        )  # uvloop's is of no such class
        content = _stuffed(self._content)
        for start in range(0, len(content), PIECE):
            protocol.write(content[start : start + PIECE])
            pause_s = 0.0
            while transport.get_write_buffer_size() and not transport.is_closing():
                await asyncio.sleep(pause_s)  # aiosmtplib tells nobody when it is empty
                pause_s = 0.005
        if limit.expired():  # in the same instant as the answer came that was waited for
            smtp.close()
            raise SMTPServerDisconnected("too slow")
        protocol.write(b".\r\n")
        self.handed_over = True
        limit.reschedule(asyncio.get_running_loop().time() + self._answer_s)
        answer = await protocol.read_response()
        self.reply = answer.code
        if answer.code == CLOSING:
            smtp.close()
        if not 200 <= answer.code < 300:
            raise SMTPResponseException(answer.code, answer.message)


async def _go_ahead(smtp: SMTP) -> None:
    answer = await smtp.execute_command(b"DATA")
    if answer.code != GO_AHEAD:
        raise SMTPResponseException(answer.code, answer.message)


async def _answered(stage: Stage, step: Awaitable[object]) -> None:
    """Up to here the server has no mail: whatever goes wrong, it may be sent again."""
    try:
        await step
    except SMTPResponseException as error:
        raise refusal(stage, error.code, error.message) from error
    except BROKEN as error:
        raise NotNow(_said(error)) from error


def _unless_unclear(error: SMTPResponseException) -> NotNow | NotEver | Unknown:
    """After the final dot: neither a yes nor a no says nothing."""
    if 400 <= error.code < 600:
        return refusal("data", error.code, error.message)
    return Unknown(in_one_line(error.code, error.message))


async def _made_ready(smtp: SMTP) -> None:
    """For the next mail, after one that was refused."""
    try:
        await smtp.rset()
    except BROKEN:
        smtp.close()


def _hung_up(error: NotNow | NotEver) -> bool:
    cause = error.__cause__
    return isinstance(cause, SMTPServerDisconnected) or getattr(cause, "code", None) == CLOSING


def _on_the_wire(address: str) -> str:
    """Raises:
    NotEver: no server would take it.
    """
    user, _, domain = address.rpartition("@")
    wire = f"{user}@{domain_of(address)}"
    if not re.fullmatch(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,253}", wire) or not domain or re.search(r'[<>"\\,;:()]', user):
        raise NotEver("no mail can be sent to such an address")
    return wire


def _stuffed(content: bytes) -> bytes:
    """With CRLF line ends, and a dot before each line that begins with one (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return re.sub(rb"(?m)^\.", b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]


__all__ = ["Away", "Mailer", "NotEver", "NotNow", "Refused", "Unknown"]
