"""A mail server for one machine that sends nothing on: it keeps each mail as a file to look at.

    python -m deploy.embedded.mailcatcher --port 8088 --folder var/mail [--mailboxes hop-thu.yaml]

Addresses with these marks behave like the world outside; `lan+bounce@…` is refused, and so on:

| mark | the mail |
| --- | --- |
| `+bounce` | is refused for good (550) |
| `+delay` | is put off twice (451), then taken |
| `+full` | is put off each time: the mailbox is full (452 4.2.2) |
| `+slow` | is taken after `--slow` seconds |
| `+drop` | is lost with the connection once, before it is confirmed; then taken |
| `+returned` | is taken, and a report comes back that it could not be delivered (RFC 3464) |
| `+complain` | is taken, and a report comes back that it is unwanted (RFC 5965) |

Reports are kept in the folder like any mail to the sender. Where `--mailboxes` names the file of the communes'
mailboxes, they are also laid into the mailbox of the commune that had sent the mail, where intake finds them.
"""

import argparse
import asyncio
import os
import re
import signal
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import uvloop
from aiosmtpd.smtp import SMTP, Envelope
from ulid import ULID

from deploy.embedded import LOOPBACK
from deploy.embedded.returned_mail import complaint, returned
from services.intake.mailbox import imap
from services.intake.mailbox.mailboxes import read_mailboxes
from shared.communes import PROFILES, Communes
from shared.strict_yaml import YamlError

SIZE_LIMIT = 25 * 2**20
MARKS = ("bounce", "delay", "full", "slow", "drop", "returned", "complain")
DELAYS = 2
SLOW_S = 8.0
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

    def __init__(self, mailbox: Mailbox, deliver: Callable[[str, bytes], None] | None = None, slow_s: float = SLOW_S):
        """deliver: lays a report into the mailbox of an address; it may block."""
        self._mailbox = mailbox
        self._deliver = deliver
        self._slow_s = slow_s
        self._seen: Counter[tuple[str, str]] = Counter()
        self._delivering: set[asyncio.Task[None]] = set()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if _has_tag(address, "bounce"):
            return "550 5.1.1 No such mailbox"
        if _has_tag(address, "full"):
            return "452 4.2.2 Mailbox full"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        head = content.partition(b"\r\n\r\n")[0]
        message_id = str(BytesHeaderParser().parsebytes(head)["Message-ID"] or "")
        marks = {mark for mark in MARKS if any(_has_tag(address, mark) for address in envelope.rcpt_tos)}
        if "delay" in marks and self._comes("delay", message_id) <= DELAYS:
            return "451 4.2.1 Mailbox busy, try again later"
        if "drop" in marks and self._comes("drop", message_id) == 1:
            server.transport.abort()
            return "421 4.4.2 Connection dropped"
        if "slow" in marks:
            await asyncio.sleep(self._slow_s)
        await self._keep(message_id, envelope.rcpt_tos, content)
        for address in envelope.rcpt_tos if envelope.mail_from else ():
            await self._answer(address, str(envelope.mail_from), content)
        return "250 OK"

    def _comes(self, mark: str, message_id: str) -> int:
        self._seen[mark, message_id] += 1
        return self._seen[mark, message_id]

    async def _keep(self, message_id: str, recipients: Sequence[str], content: bytes) -> None:
        await self._mailbox.keep(message_id, b"X-RcptTo: " + ", ".join(recipients).encode() + b"\r\n" + content)

    async def _answer(self, address: str, sender: str, content: bytes) -> None:
        """Kept before the mail is confirmed, so that whoever has sent one finds the report; delivered soon after."""
        for mark, make in (("returned", returned), ("complain", complaint)):
            if not _has_tag(address, mark):
                continue
            report = make(content, sender, address, datetime.now(UTC))
            await self._keep(f"{mark}-{ULID()}", [sender], report)
            if self._deliver is not None:
                delivering = asyncio.create_task(asyncio.to_thread(self._deliver, sender, report))
                self._delivering.add(delivering)
                delivering.add_done_callback(self._delivering.discard)


class CommuneMailboxes:
    """The mailboxes that intake reads, found by the address that a commune writes from."""

    def __init__(self, file: Path, communes: Path) -> None:
        """Raises:
        YamlError: one of the files is wrong.
        """
        known = Communes.load(communes)
        self._by_address = {known[one.commune].email.lower(): one for one in read_mailboxes(file, known)}

    def deliver(self, address: str, mail: bytes) -> None:
        """Blocks. What cannot be delivered lies in the folder all the same."""
        mailbox = self._by_address.get(address.lower())
        if mailbox is None:
            return
        try:
            imap.put(mailbox, mail)
        except imap.AWAY as error:
            print(imap.in_words(error, mailbox), file=sys.stderr)  # noqa: T201 - the log of this process


def _has_tag(address: str, tag: str) -> bool:
    return f"+{tag}" in address.rpartition("@")[0]


def _file_name(message_id: str) -> str:
    """Only letters that no file system and no shell gives a meaning to."""
    return re.sub(r"[^A-Za-z0-9@._-]+", "_", message_id.strip(" <>"))[:NAME_LENGTH] or "no-message-id"


async def listen(port: int, catcher: Catcher) -> asyncio.Server:
    loop = asyncio.get_running_loop()

    def session() -> SMTP:
        # A name is given because aiosmtpd otherwise asks the DNS for one on each connection.
        return SMTP(catcher, hostname="localhost", data_size_limit=SIZE_LIMIT, enable_SMTPUTF8=True, loop=loop)

    return await loop.create_server(session, LOOPBACK, port)


async def serve(port: int, catcher: Catcher) -> None:
    """Take in mails until SIGTERM or SIGINT."""
    loop, asked_to_stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked_to_stop.set)
    server = await listen(port, catcher)
    await asked_to_stop.wait()
    server.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--slow", type=float, default=SLOW_S, metavar="SECONDS")
    parser.add_argument("--mailboxes", type=Path)
    parser.add_argument("--communes", type=Path, default=PROFILES)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    try:
        deliver = CommuneMailboxes(options.mailboxes, options.communes).deliver if options.mailboxes else None
    except YamlError as error:
        sys.exit(str(error))
    uvloop.run(serve(options.port, Catcher(Mailbox(options.folder), deliver, options.slow)))


if __name__ == "__main__":
    main()
