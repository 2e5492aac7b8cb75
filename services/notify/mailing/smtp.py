"""Handing mails to the mail server, over connections that stay open and are used by one mail at a time."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from email.message import Message
from typing import Any
from urllib.parse import unquote, urlsplit

from aiosmtplib import SMTP, SMTPException, SMTPResponseException, SMTPServerDisconnected

from services.notify.mailing.domains import Turns

TIMEOUT_S = 20.0
"""Of one step; a claim outlives the whole conversation."""


class NotNow(Exception):
    """The mail server did not take it, and may do so later. The text is what it said."""


class NotEver(Exception):
    """The mail server will never take it. The text is what it said."""


class Unknown(Exception):
    """The connection broke after the mail was handed over and before the server confirmed it."""


class Mailer:
    """A few connections to the mail server of a `smtp://` or `smtps://` URL, credentials included."""

    def __init__(self, url: str, connections: int) -> None:
        self._server = urlsplit(url)
        self.turns: Turns[Any] = Turns()
        self._idle: asyncio.LifoQueue[SMTP | None] = asyncio.LifoQueue()
        for _ in range(connections):
            self._idle.put_nowait(None)

    async def send(self, mail: Message, sender: str, recipients: Sequence[str]) -> None:
        """Send to whichever recipients the server accepts; at least one.

        Raises:
            NotNow, NotEver, Unknown.
        """
        connection = await self._idle.get()
        try:
            connection = await self._connected(connection)
            await _converse(connection, mail.as_bytes(), sender, recipients)
        except (NotNow, NotEver):
            connection = await self._reset(connection)
            raise
        except BaseException:
            if connection is not None:
                connection.close()
            connection = None
            raise
        finally:
            self._idle.put_nowait(connection)

    async def close(self) -> None:
        while not self._idle.empty():
            if connection := self._idle.get_nowait():
                with suppress(SMTPException, OSError):
                    await connection.quit()

    async def _connected(self, connection: SMTP | None) -> SMTP:
        if connection is not None and connection.is_connected:
            return connection
        secure = self._server.scheme == "smtps"
        connection = SMTP(
            hostname=self._server.hostname or "127.0.0.1",
            port=self._server.port or (465 if secure else 25),
            username=unquote(self._server.username) if self._server.username else None,
            password=unquote(self._server.password) if self._server.password else None,
            use_tls=secure,
            timeout=TIMEOUT_S,
        )
        try:
            await connection.connect()
        except (SMTPException, OSError) as error:
            raise NotNow(_said(error)) from error
        return connection

    async def _reset(self, connection: SMTP | None) -> SMTP | None:
        if connection is None:
            return None
        try:
            await connection.rset()
        except (SMTPException, OSError):
            connection.close()
            return None
        return connection


async def _converse(connection: SMTP, content: bytes, sender: str, recipients: Sequence[str]) -> None:
    try:
        await connection.mail(sender)
        refused: list[Exception] = []
        for recipient in recipients:
            try:
                await connection.rcpt(recipient)
            except SMTPResponseException as error:
                refused.append(error)
        if len(refused) == len(recipients):
            raise refused[0]
    except SMTPResponseException as error:
        raise _refusal(error) from error
    except (SMTPException, OSError) as error:
        raise NotNow(_said(error)) from error
    try:
        await connection.data(content)
    except SMTPServerDisconnected as error:
        raise Unknown(_said(error)) from error
    except SMTPResponseException as error:
        raise _refusal(error) from error
    except (SMTPException, OSError) as error:
        raise Unknown(_said(error)) from error


def _refusal(error: SMTPResponseException) -> NotNow | NotEver:
    said = f"{error.code} {error.message}"[:300]
    return NotEver(said) if 500 <= error.code < 600 else NotNow(said)


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"[:300]
