"""Mails as `.eml`: who sent it, and every text in it that may be a form."""

import email
import re
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr

from services.intake.reading.files import texts_of
from services.intake.reading.html import html_text
from services.intake.reading.plain import decoded
from services.intake.reading.spelling import clean
from services.intake.reading.unreadable import UnreadableDocument

MAX_PARTS = 50
"""Parts of a mail, and mails within mails."""
MAX_LINES = 300_000
"""Lines of a mail; one of the greatest size has half as many."""
MAX_HEADER = 20_000
"""Bytes of one header field of a mail."""


@dataclass(slots=True)
class Mail:
    """texts: where a form may stand, the likeliest first. unread: why an attachment gave no text."""

    sender: str | None
    texts: list[str]
    unread: list[str] = field(default_factory=list)


def read_mail(data: bytes) -> Mail:
    """The body, its plain text before its HTML, then the attachments.

    Raises:
        UnreadableDocument: broken, or built so that reading it would take for ever.
    """
    if _is_built_to_choke(data):
        raise UnreadableDocument("Thư có cấu trúc bất thường, không đọc được.")
    try:
        # policy.default would parse every header strictly, and raises on headers that mail programs do write
        message = email.message_from_bytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()][:MAX_PARTS]
        files = [(name, _content(part)) for part in parts if (name := _file_name(part))]
        bodies = [(part.get_content_type(), _body(part)) for part in parts if not _file_name(part)]
        plain = [text for kind, text in bodies if kind == "text/plain"]
        html = [html_text(text) for kind, text in bodies if kind == "text/html"]
        mail = Mail(
            sender=parseaddr(str(message.get("From", "")))[1] or None, texts=[clean(text) for text in plain + html]
        )
    except Exception as error:  # the email package fails in many ways on a mail that is made to be wrong
        raise UnreadableDocument("Thư bị hỏng, không đọc được.") from error
    for name, content in files:
        _read_attachment(mail, name, content)
    mail.texts = [text for text in mail.texts if text.strip()]
    return mail


_HEADERS = re.compile(rb"^(?:content-[a-z-]+|from):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)


def _is_built_to_choke(data: bytes) -> bool:
    """The email package takes quadratic time over long headers, and over many lines in nested parts."""
    lower = data.lower()
    nested = lower.count(b"multipart/") + lower.count(b"message/")
    return (
        nested > MAX_PARTS
        or data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES
        or any(len(header[0]) > MAX_HEADER for header in _HEADERS.finditer(data))
    )


def _read_attachment(mail: Mail, name: str, content: bytes) -> None:
    if name.lower().endswith(".eml"):  # its parts are among those of the mail it came with
        return
    try:
        mail.texts += texts_of(name, content)
    except UnreadableDocument as error:
        mail.unread.append(f"Tệp đính kèm: {error.reason}")


def _file_name(part: Message) -> str | None:
    """The name of an attachment; None for a part that is shown as the body of the mail."""
    name = part.get_filename()
    if not name:
        return "attachment.txt" if part.get_content_disposition() == "attachment" else None
    try:
        return str(make_header(decode_header(name)))
    except (LookupError, ValueError, MessageError):  # an encoded word that is wrong; the ending may still show
        return name


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _body(part: Message) -> str:
    return decoded(_content(part), part.get_content_charset())
