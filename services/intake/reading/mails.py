"""Mails: who sent one, whether a program did, what is a person's own in it, and every text that may be a form.

A mail comes from anybody. What is bounded is bounded before it is parsed, and whatever is wrong with it surfaces as
`UnreadableDocument`; its headers can be had all the same (`glance`).
"""

import base64
import binascii
import email
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.errors import MessageError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr
from itertools import islice
from math import ceil
from time import monotonic
from typing import Literal

from services.intake.reading.files import is_pdf, texts_of
from services.intake.reading.html import html_text
from services.intake.reading.legacy import legible
from services.intake.reading.plain import decoded
from services.intake.reading.quotations import first_sender, own_words
from services.intake.reading.spelling import clean, fold
from services.intake.reading.unreadable import UnreadableDocument

MAX_PARTS = 50
"""Parts of a mail, and mails within mails."""
MAX_LINES = 600_000
"""Lines of a mail; one of 25 MB in base64 has half as many."""
MAX_HEADER = 20_000
"""Bytes of one header field of a mail."""
MAX_FIELD = 3_000
"""Bytes of one that describes a part; with a long name of a file, told twice over, it has half as many."""
MAX_SENDER = 2_000
"""Characters of the header that names the sender; the email package takes quadratic time over it."""
MAX_REFERENCES = 20
MAX_FINDINGS = 10
MOST_GLANCED_AT = 64 * 1024
MAX_BODY = 500_000
"""Characters of a body that is taken apart."""
MAX_ATTACHED = 1_000_000
"""Characters of all the files of a mail that are taken apart."""
MOST_PDFS = 5
MOST_SECONDS = 20
"""That the files of one mail take together. What is left over is not read: other people's mails wait, too."""

Machine = Literal["bounce", "automatic-reply", "newsletter"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A place where a form may stand. texts: what it may be read as, the likeliest first.

    sender: who wrote it first, where the mail was forwarded. file: which of the mail's files it is; None: the body.
    """

    texts: tuple[str, ...]
    sender: str | None
    file: int | None = None


@dataclass(frozen=True, slots=True)
class MailFile:
    """Something attached. drawn: a picture that stands in the text, as logos do."""

    name: str
    data: bytes
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Mail:
    """What was found in a mail.

    message_id, references: with their angle brackets; the oldest reference first, the mail answered last.
    own: the sender's own words, without what he quotes and without his signature.
    unread: why attachments gave no text, Vietnamese sentences that name them.
    skipped: those of them that say which were not looked into, so that a person has to.
    machine: what program wrote it, as far as it shows; surely: not even a form in it would make it a person's.
    findings: what servers on its way say of the sender, the last one first.
    """

    sender: str | None = None
    subject: str = ""
    message_id: str | None = None
    references: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    own: str = ""
    files: tuple[MailFile, ...] = ()
    unread: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    machine: Machine | None = None
    surely: bool = False
    findings: tuple[str, ...] = ()

    @property
    def texts(self) -> list[str]:
        """Where a form may stand, the likeliest first."""
        return [text for passage in self.passages for text in passage.texts]

    @property
    def body(self) -> str:
        """The text that the mail shows; of a forwarded one also what is forwarded."""
        return "\n\n".join(passage.texts[0] for passage in self.passages if passage.file is None and passage.texts)


def read_mail(data: bytes, *, files_too: bool = True, clock: Callable[[], float] = monotonic) -> Mail:
    """The body, its plain text before its HTML, then what is attached and what is forwarded.

    Args:
        files_too: False to leave what is attached as it is, where only its bytes are wanted.
        clock: seconds, from any beginning.

    Raises:
        UnreadableDocument: broken, or built so that reading it would take for ever.
    """
    try:
        message = parsed(data)
        mail = _headers_of(message)
        leaves = list(_leaves(message, mail.sender))[:MAX_PARTS]
        bodies = _bodies(leaves, mail.sender)
        files = [(_file(part, name), sender) for part, sender in leaves if (name := _file_name(part))]
    except UnreadableDocument:
        raise
    except Exception as error:  # the email package fails in many ways on a mail that is made to be wrong
        raise UnreadableDocument("Thư bị hỏng, không đọc được.") from error
    attached, unread, skipped = _passages_of(files if files_too else (), clock)
    return Mail(
        sender=mail.sender,
        subject=mail.subject,
        message_id=mail.message_id,
        references=mail.references,
        passages=(*bodies, *attached),
        own=own_words(bodies[0].texts[0]) if bodies else "",
        files=tuple(file for file, _ in files),
        unread=(*unread, *skipped),
        skipped=tuple(skipped),
        machine=mail.machine,
        surely=mail.surely,
        findings=mail.findings,
    )


def parsed(data: bytes) -> Message:
    """The parts of a mail.

    Raises:
        UnreadableDocument: it is built so that reading it would take for ever.
    """
    if _is_built_to_choke(data):
        raise UnreadableDocument("Thư có cấu trúc bất thường, không đọc được.")
    # policy.default would parse every header strictly, and raises on headers that mail programs do write
    return email.message_from_bytes(data)


def glance(data: bytes) -> Mail:
    """The headers alone, of a mail however broken or great. Never raises."""
    head = re.split(rb"\r?\n\r?\n", data[:MOST_GLANCED_AT], maxsplit=1)[0]
    if _is_built_to_choke(head):
        return Mail()
    try:
        return _headers_of(email.message_from_bytes(head))
    except Exception:  # noqa: BLE001 - as above
        return Mail()


_HEADERS = re.compile(rb"^(?:content-[a-z-]+|from):[^\n]*(?:\n[ \t][^\n]*)*", re.IGNORECASE | re.MULTILINE)


def _is_built_to_choke(data: bytes) -> bool:
    """The email package takes quadratic time over long headers, and over many lines in nested parts."""
    lower = data.lower()
    nested = lower.count(b"multipart/") + lower.count(b"message/")
    return (
        nested > MAX_PARTS
        or data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES
        or any(len(header[0]) > _most(header[0]) for header in _HEADERS.finditer(data))
    )


def _most(header: bytes) -> int:
    return MAX_FIELD if header[:8].lower() == b"content-" else MAX_HEADER


# Headers

_ID = re.compile(r"<[^<>\s]{1,900}>")


def _headers_of(message: Message) -> Mail:
    machine, surely = _machine(message)
    ids = _ID.findall(header(message, "Message-ID"))
    return Mail(
        sender=_address(message),
        subject=" ".join(clean(header(message, "Subject")).split())[:500],
        message_id=ids[0] if ids else None,
        references=_references(message),
        machine=machine,
        surely=surely,
        findings=_findings(message),
    )


def _findings(message: Message) -> tuple[str, ...]:
    values = (str(value) for name, value in message.raw_items() if name.lower() == "authentication-results")
    return tuple(value[:MAX_HEADER] for value in islice(values, MAX_FINDINGS))


def _address(message: Message) -> str | None:
    address = parseaddr(header(message, "From")[:MAX_SENDER])[1].strip()
    return address if re.fullmatch(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,185}", address) else None


def _references(message: Message) -> tuple[str, ...]:
    found = _ID.findall(header(message, "References")) + _ID.findall(header(message, "In-Reply-To"))[:1]
    latest = list(dict.fromkeys(reversed(found)))[:MAX_REFERENCES]
    return tuple(reversed(latest))


def header(message: Message, name: str) -> str:
    """A header as a person reads it: 8-bit letters and encoded words, right or wrong, become text."""
    wanted = name.lower()
    value = next((value for field, value in message.raw_items() if field.lower() == wanted), "")
    return as_read(str(value))


def as_read(value: str) -> str:
    """The value of a header, as of `header`."""
    plain = decoded(value[:MAX_HEADER].encode("utf-8", "surrogateescape"))
    return _in_one_line(_without_encoded_words(_in_one_line(plain)))


def _in_one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")


def _without_encoded_words(text: str) -> str:
    """What follows the last end of a word is none: to look for its end at each place takes quadratic time."""
    end = text.rfind("?=") + 2
    if "=?" not in text[:end]:
        return text
    try:
        pieces = decode_header(text[:end])
    except (MessageError, ValueError, LookupError):
        return text
    words = (
        piece if isinstance(piece, str) else decoded(piece, charset) if charset else decoded(piece)
        for piece, charset in pieces
    )
    return "".join(words) + text[end:]


# Whether a program wrote it

_AUTOMATIC = re.compile(
    r"(?:(?:re|tr|fwd?)\s*:\s*)*\[?(?:(?:automatic|auto(?:mated)?)[- ]?(?:reply|response|answer)|out of (?:the )?office"
    r"|(?:thu )?(?:tra loi|phan hoi|hoi dap) tu dong|tu dong (?:tra loi|phan hoi))\b"
)
_UNDELIVERED = re.compile(
    r"(?:undeliver(?:ed|able)|returned mail|mail delivery|delivery (?:status|failure|has failed)|failure notice"
    r"|(?:thu )?khong (?:gui|phat|chuyen) duoc|thong bao (?:trang thai gui|khong gui duoc))"
)


def _machine(message: Message) -> tuple[Machine | None, bool]:
    """What the headers tell (RFC 3464, 5965, 3798, 3834, 2369, 2919), and whether that is beyond doubt.

    Scanners mark what they send as generated, and a hamlet's mailing list carries forms: such are looked into.
    """
    submitted = header(message, "Auto-Submitted").strip().lower()
    precedence = header(message, "Precedence").strip().lower()
    user = (_address(message) or parseaddr(header(message, "From")[:MAX_SENDER])[1]).partition("@")[0].lower()
    subject = fold(clean(header(message, "Subject")))[:300]
    report = _report_type(message)
    if report in ("delivery-status", "feedback-report") or user in ("mailer-daemon", "mail-daemon"):
        return "bounce", True
    if user == "postmaster" and _UNDELIVERED.search(subject):
        return "bounce", True
    if (
        report == "disposition-notification"
        or submitted.startswith("auto-replied")
        or precedence == "auto_reply"
        or any(header(message, name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
    ):
        return "automatic-reply", True
    if _AUTOMATIC.match(subject) or (submitted and not submitted.startswith("no")):
        return "automatic-reply", False
    if header(message, "Return-Path").strip() == "<>":
        return "bounce", False
    if precedence in ("bulk", "list", "junk") or any(
        header(message, name) for name in ("List-Unsubscribe", "List-Id", "List-Post")
    ):
        return "newsletter", False
    return None, False


def _report_type(message: Message) -> str | None:
    if message.get_content_type() != "multipart/report":
        return None
    kinds = {part.get_content_type() for part in message.walk()}
    for kind in ("delivery-status", "feedback-report", "disposition-notification"):
        if str(message.get_param("report-type")).lower() == kind or f"message/{kind}" in kinds:
            return kind
    return None


# Its parts

_Leaf = tuple[Message, str | None]


def _leaves(message: Message, sender: str | None) -> Iterator[_Leaf]:
    """Every part that holds something itself, with who wrote it: of a forwarded mail, its own sender."""
    if message.get_content_type() in ("message/delivery-status", "message/feedback-report"):
        return
    if not message.is_multipart():
        if _looks_forwarded(message):
            inner = email.message_from_bytes(content_of(message))
            yield from _leaves(inner, _address(inner))
        else:
            yield message, sender
        return
    for part in message.get_payload():
        if not isinstance(part, Message):
            continue
        if message.get_content_maintype() == "message":
            inner = unwrapped(message, part)
            yield from _leaves(inner, _address(inner))
        else:
            yield from _leaves(part, sender)


def _looks_forwarded(part: Message) -> bool:
    """A mail that was saved as a file and attached as one."""
    name = part.get_filename()
    return bool(name) and str(name).lower().endswith(".eml") and bool(re.match(rb"[\w-]+:", content_of(part)[:200]))


def unwrapped(outer: Message, inner: Message) -> Message:
    """Some programs encode a forwarded mail in base64, against RFC 2046, 5.2.1."""
    text = inner.get_payload()
    if outer.get("Content-Transfer-Encoding", "").strip().lower() != "base64" or not isinstance(text, str):
        return inner
    try:
        return email.message_from_bytes(base64.b64decode("".join(text.split()), validate=True))
    except (binascii.Error, ValueError):
        return inner


def _bodies(leaves: Sequence[_Leaf], sender: str | None) -> list[Passage]:
    """One for each mail, this one and those forwarded in it: plain text before HTML."""
    plain: dict[str | None, list[str]] = {}
    rich: dict[str | None, list[str]] = {}
    for part, writer in leaves:
        kind = part.get_content_type()
        if _file_name(part) or kind not in ("text/plain", "text/html"):
            continue
        text = legible(text_of(part) if kind == "text/plain" else html_text(text_of(part)))
        if text.strip():
            (plain if kind == "text/plain" else rich).setdefault(writer, []).append(text[:MAX_BODY])
    passages = []
    for writer in dict.fromkeys([sender, *plain, *rich]):
        texts = [*_joined(plain.get(writer, [])), *_joined(rich.get(writer, []))]
        if texts:
            passages.append(Passage(tuple(texts), first_sender(texts[0]) or writer))
    return passages


def _joined(texts: Sequence[str]) -> list[str]:
    """The parts of a body one by one, and as the whole they are shown as: a list server adds a part of its own."""
    return [*texts, "\n".join(texts)] if len(texts) > 1 else list(texts)


def _passages_of(
    files: Sequence[tuple[MailFile, str | None]], clock: Callable[[], float]
) -> tuple[list[Passage], list[str], list[str]]:
    """What the files say; why some say nothing; and which were not looked into, for all that had been read before."""
    found: list[Passage] = []
    unread: list[str] = []
    skipped: list[str] = []
    until, letters, pdfs = clock() + MOST_SECONDS, 0, 0
    for number, (file, sender) in enumerate(files):
        if file.drawn:
            continue
        pdfs += is_pdf(file.name)
        left = until - clock()
        if left <= 0 or letters > MAX_ATTACHED or (is_pdf(file.name) and pdfs > MOST_PDFS):
            skipped.append(f"Tệp đính kèm {file.name}: chưa được đọc vì thư có quá nhiều nội dung; xin mở tệp để xem.")
            continue
        try:
            texts = tuple(text for text in texts_of(file.name, file.data, ceil(left)) if text.strip())
        except UnreadableDocument as error:
            unread.append(f"Tệp đính kèm {file.name}: {error.reason}")
            continue
        letters += sum(map(len, texts))
        if texts:
            found.append(Passage(texts, sender, number))
    return found, unread, skipped


def _file(part: Message, name: str) -> MailFile:
    picture = part.get_content_maintype() == "image" and bool(part.get("Content-ID"))
    return MailFile(name, content_of(part), picture and part.get_content_disposition() != "attachment")


def _file_name(part: Message) -> str | None:
    """The name of an attachment; None for a part that is shown as the body of the mail."""
    name = part.get_filename()
    if not name:
        if part.get_content_maintype() in ("text", "message"):
            return "attachment.txt" if part.get_content_disposition() == "attachment" else None
        return f"tep.{part.get_content_subtype()}"[:40]
    known = _without_encoded_words(decoded(str(name)[:1_000].encode("utf-8", "surrogateescape")))
    return " ".join(clean(known).split())[-200:] or "tep"


def content_of(part: Message) -> bytes:
    """The bytes that a part holds, out of their encoding."""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def text_of(part: Message) -> str:
    """The text that a part holds, whatever it says of its letters."""
    return decoded(content_of(part), part.get_content_charset())
