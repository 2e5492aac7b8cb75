"""One commune's mailbox over IMAP, as far as it is needed here. Blocks: each mailbox is used in a thread of its own."""

import imaplib
import re
import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from imap_tools import BaseMailBox, MailBox, MailBoxStartTls, MailBoxUnencrypted
from imap_tools.errors import (
    ImapToolsError,
    MailboxDeleteError,
    MailboxExpungeError,
    MailboxFolderCreateError,
    MailboxFolderSelectError,
    MailboxLoginError,
    UnexpectedCommandStatusError,
)
from imap_tools.utils import check_command_status

from services.intake.mailbox.mailboxes import Mailbox

TIMEOUT_S = 30.0
"""Of one step."""
AT_ONCE = 200
"""Mails that one request asks about."""

AWAY = (OSError, EOFError, imaplib.IMAP4.error, ImapToolsError)
"""What is raised while the mailbox cannot be had: another time it may."""


class NotGiven(Exception):
    """The server answers, and refuses this mail. code: `NO` or `BAD`; what it says of the mail may quote it."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in the mailbox. uid: as long as the folder's UIDVALIDITY stays. size: bytes, as the server says."""

    uid: str
    size: int
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """What a mailbox holds. has_processed: the folder for processed mails is there."""

    waiting: int
    has_processed: bool


@contextmanager
def opened(mailbox: Mailbox) -> Iterator["Connection"]:
    """A connection with the folder selected, and the one for processed mails made where it is missing.

    Raises:
        one of AWAY.
    """
    with _logged_in(mailbox) as box:
        if not box.folder.exists(mailbox.processed):
            with suppress(MailboxFolderCreateError):  # somebody else was faster; otherwise moving will say so
                box.folder.create(mailbox.processed)
        box.folder.set(mailbox.folder)
        yield Connection(box, mailbox)


def look(mailbox: Mailbox) -> Look:
    """Look into a mailbox, and change nothing.

    Raises:
        one of AWAY.
    """
    with _logged_in(mailbox) as box:
        box.folder.set(mailbox.folder, readonly=True)
        return Look(Connection(box, mailbox).count(), box.folder.exists(mailbox.processed))


def put(mailbox: Mailbox, mail: bytes) -> None:
    """Lay a mail into the folder, as the commune's mail server does: for rehearsals.

    Raises:
        one of AWAY.
    """
    with _logged_in(mailbox) as box:
        box.append(mail, mailbox.folder)


@contextmanager
def _logged_in(mailbox: Mailbox) -> Iterator[BaseMailBox]:
    box = _connected(mailbox)
    try:
        _log_in(box, mailbox)
        yield box
    finally:
        with suppress(*AWAY):
            box.logout()


class Connection:
    """An open mailbox. Looking at mails does not mark them as read."""

    def __init__(self, box: BaseMailBox, mailbox: Mailbox) -> None:
        self._box = box
        self._mailbox = mailbox

    @property
    def validity(self) -> int:
        """UIDs of another value are of other mails (RFC 9051, 2.3.1.1)."""
        _, told = self._box.client.response("UIDVALIDITY")
        return int(told[0]) if told and told[0] else 0

    def waiting(self) -> list[Waiting]:
        """All mails of the folder, the oldest first, whether somebody has read them or not."""
        uids = self._box.uids("UNDELETED", charset=None)
        found: list[Waiting] = []
        for first in range(0, len(uids), AT_ONCE):
            found += self._about(uids[first : first + AT_ONCE])
        return found

    def count(self) -> int:
        return len(self._box.uids("UNDELETED", charset=None))

    def whole(self, uid: str) -> bytes | None:
        """A mail; None where it is gone.

        Raises:
            NotGiven: the server refuses this one.
        """
        return self._part(uid, "BODY.PEEK[]")

    def headers(self, uid: str) -> bytes | None:
        """As `whole`, without what is below the headers."""
        return self._part(uid, "BODY.PEEK[HEADER]")

    def move(self, uid: str) -> None:
        """To the folder of processed mails: at once where the server can (RFC 6851), else copied and then removed.

        Raises:
            NotGiven: the server refuses it.
        """
        try:
            if "MOVE" in self._box.client.capabilities:
                self._box.move([uid], self._mailbox.processed)
            else:
                self._box.copy([uid], self._mailbox.processed)
                self._remove(uid)
        except UnexpectedCommandStatusError as error:
            raise NotGiven(str(error.command_result[0])) from error

    def _remove(self, uid: str) -> None:
        """This mail alone (RFC 4315). A plain EXPUNGE would take with it what clerks marked and may still want back.

        Where the server cannot, the mail stays, marked; such are not read again.
        """
        marked = self._box.client.uid("STORE", uid, "+FLAGS", r"(\Deleted)")
        check_command_status(marked, MailboxDeleteError)
        if "UIDPLUS" in self._box.client.capabilities:
            check_command_status(self._box.client.uid("EXPUNGE", uid), MailboxExpungeError)

    def _about(self, uids: Sequence[str]) -> Iterator[Waiting]:
        kind, lines = self._box.client.uid("FETCH", ",".join(uids), "(UID RFC822.SIZE INTERNALDATE)")
        if kind != "OK":
            raise imaplib.IMAP4.error("FETCH was refused")
        for line in lines:
            text = line[0] if isinstance(line, tuple) else line
            if isinstance(text, bytes) and (one := _read(text)):
                yield one

    def _part(self, uid: str, part: str) -> bytes | None:
        try:
            kind, lines = self._box.client.uid("FETCH", uid, f"({part})")
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error as error:
            raise NotGiven("BAD") from error
        if kind != "OK":
            raise NotGiven(str(kind))
        return next((line[1] for line in lines if isinstance(line, tuple) and isinstance(line[1], bytes)), None)


_UID = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


def _read(line: bytes) -> Waiting | None:
    uid, size, local = _UID.search(line), _SIZE.search(line), imaplib.Internaldate2tuple(line)
    if uid is None or size is None:
        return None
    received_at = datetime.fromtimestamp(time.mktime(local), UTC) if local else datetime.now(UTC)
    return Waiting(uid[1].decode(), int(size[1]), received_at)


def _connected(mailbox: Mailbox) -> BaseMailBox:
    if mailbox.security == "plain":
        return MailBoxUnencrypted(mailbox.host, mailbox.port, timeout=TIMEOUT_S)
    context = ssl.create_default_context(cafile=str(mailbox.ca) if mailbox.ca else None)
    if mailbox.security == "starttls":
        return MailBoxStartTls(mailbox.host, mailbox.port, timeout=TIMEOUT_S, ssl_context=context)
    return MailBox(mailbox.host, mailbox.port, timeout=TIMEOUT_S, ssl_context=context)


def _log_in(box: BaseMailBox, mailbox: Mailbox) -> None:
    if (mailbox.user + mailbox.password).isascii():
        box.login(mailbox.user, mailbox.password, initial_folder=None)
    else:
        try:
            box.login_utf8(mailbox.user, mailbox.password, initial_folder=None)
        except imaplib.IMAP4.abort:
            raise
        except imaplib.IMAP4.error:
            raise MailboxLoginError(("NO", []), "OK") from None
    kind, told = box.client.capability()  # servers tell of MOVE only who has logged in
    if kind == "OK" and told and told[-1]:
        box.client.capabilities = tuple(told[-1].decode("ascii", errors="replace").upper().split())


def in_words(error: BaseException, mailbox: Mailbox) -> str:
    """What is wrong and what to do about it, for the operator; without the password."""
    server = f"{mailbox.host}:{mailbox.port}"
    match error:
        case MailboxLoginError():
            return f"Máy chủ thư {server} từ chối tên đăng nhập hoặc mật khẩu. Xin xem lại trong tệp hộp thư."
        case MailboxFolderSelectError():
            return f"Hộp thư không có thư mục “{mailbox.folder}”. Xin xem lại khóa folder."
        case ssl.SSLCertVerificationError():
            why = f"Chứng thư TLS của {server} không được tin cậy ({error.verify_message})."
            return f"{why} Xin xem lại tên máy chủ, hoặc ghi khóa ca."
        case ssl.SSLError():
            return f"Không nói chuyện TLS được với {server}. Xin xem lại cổng và imaps:// hay imap+starttls://."
        case socket.gaierror():
            return f"Không tìm thấy máy chủ thư {mailbox.host}. Xin xem lại tên máy chủ và DNS."
        case TimeoutError():
            return f"Máy chủ thư {server} không trả lời. Xin xem lại cổng và tường lửa."
        case OSError():
            return f"Không kết nối được máy chủ thư {server} ({error.strerror or type(error).__name__})."
        case UnexpectedCommandStatusError():
            return f"Máy chủ thư {server} từ chối một lệnh ({type(error).__name__})."
        case _:
            return f"Máy chủ thư {server} trả lời sai hoặc ngắt kết nối ({type(error).__name__})."
