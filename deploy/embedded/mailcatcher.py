"""A mail server for one machine that sends nothing on: it keeps each mail as a file to look at.

    python -m deploy.embedded.mailcatcher --port 8088 --folder var/mail

Two kinds of address behave like the world outside: `an+bounce@…` is refused for good (550), and a mail to
`an+delay@…` is put off twice (451) before it is taken.
"""

import argparse
import asyncio
import os
import re
import signal
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope

from deploy.embedded import LOOPBACK

SIZE_LIMIT = 25 * 2**20
DELAYS = 2
NAME_LENGTH = 120


class Mailbox:
    """A folder of mails, one file each, named by the instant of arrival (UTC) and the Message-ID.

    The same mail twice is two files, so that a mail sent twice can be seen.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._last = datetime.min.replace(tzinfo=UTC)

    async def keep(self, message_id: str, content: bytes) -> None:
        """Returns once the mail is on the disk."""
        name = f"{self._instant():%Y%m%dT%H%M%S.%fZ}-{_file_name(message_id)}.eml"
        await asyncio.to_thread(self._write, name, content)

    def _instant(self) -> datetime:
        """Never the same twice: it makes the name unique."""
        self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
        return self._last

    def _write(self, name: str, content: bytes) -> None:
        part, whole = self._folder / f".{name}.part", self._folder / name
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(whole)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


class Catcher:
    """What the SMTP server asks for each recipient and each mail."""

    def __init__(self, mailbox: Mailbox) -> None:
        self._mailbox = mailbox
        self._put_off: Counter[str] = Counter()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if _has_tag(address, "bounce"):
            return "550 5.1.1 No such mailbox"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        head = content.partition(b"\r\n\r\n")[0]
        message_id = str(BytesHeaderParser().parsebytes(head)["Message-ID"] or "")
        if any(_has_tag(address, "delay") for address in envelope.rcpt_tos) and self._put_off[message_id] < DELAYS:
            self._put_off[message_id] += 1
            return "451 4.2.1 Mailbox busy, try again later"
        recipients = ", ".join(envelope.rcpt_tos).encode()
        await self._mailbox.keep(message_id, b"X-RcptTo: " + recipients + b"\r\n" + content)
        return "250 OK"


def _has_tag(address: str, tag: str) -> bool:
    return f"+{tag}" in address.rpartition("@")[0]


def _file_name(message_id: str) -> str:
    """Only letters that no file system and no shell gives a meaning to."""
    return re.sub(r"[^A-Za-z0-9@._-]+", "_", message_id.strip(" <>"))[:NAME_LENGTH] or "no-message-id"


async def serve(port: int, folder: Path) -> None:
    """Take in mails until SIGTERM or SIGINT."""
    catcher, loop, asked_to_stop = Catcher(Mailbox(folder)), asyncio.get_running_loop(), asyncio.Event()

    def session() -> SMTP:
        # A name is given because aiosmtpd otherwise asks the DNS for one on each connection.
        return SMTP(catcher, hostname="localhost", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, loop=loop)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    server = await loop.create_server(session, LOOPBACK, port)
    await asked_to_stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    uvloop.run(serve(options.port, options.folder))


if __name__ == "__main__":
    main()
