"""From the bytes of a file to text, and on to a form: `.txt`, mails as `.eml`, and Word's `.docx`.

Files come from anybody, so sizes are bounded before anything is unpacked, and whatever is wrong with a file
surfaces as `UnreadableDocument`.
"""

import codecs
import email
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, Literal, get_args

import docx
from docx.oxml.ns import qn

from services.intake.reading.forms import Form, UnreadableForm, looks_like_form, read_form
from services.intake.reading.spelling import clean
from shared.contracts.people import Channel

MAX_FILE = 10 * 1024 * 1024
"""Bytes of one file."""
MAX_UNPACKED = 50 * 1024 * 1024
"""Bytes of a .docx once unpacked; photographs are most of an honest one."""
MAX_XML = 4 * 1024 * 1024
"""Bytes of its XML, which takes fifty times its size in memory."""
MAX_HTML = 1_000_000
"""Characters of the HTML of a mail."""
MAX_PARTS = 50
"""Parts of a mail, and mails within mails."""
MAX_LINES = 300_000
"""Lines of a mail; one of the greatest size has half as many."""
MAX_HEADER = 20_000
"""Bytes of one header field of a mail."""

Kind = Literal["txt", "eml", "docx"]
_ACCEPTED = "chỉ nhận tệp .txt, .eml hoặc .docx"


class UnreadableDocument(ValueError):
    """A file that gives no text. reason: a Vietnamese sentence for the person who sent it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def read_document(name: str, data: bytes) -> str:
    r"""The text of a file, in NFC with `\n` line ends.

    name: of the file; its ending decides how it is read. Of a mail, the part that holds a form, else its body.

    Raises:
        UnreadableDocument: too big, broken, or of another kind.
    """
    match _kind(name, data):
        case "txt":
            return _read_text(data)
        case "docx":
            return _read_docx(data)
        case "eml":
            mail = _read_mail(data)
            return next(filter(looks_like_form, mail.texts), mail.texts[0] if mail.texts else "")


def read_form_file(name: str, data: bytes) -> tuple[Form, Channel]:
    """Read a filled form from a file, and say through which door it came.

    In a mail the body is tried first, then its attachments; the sender's address counts where the form has none.

    Raises:
        UnreadableDocument: see `read_document`.
        UnreadableForm: the text is no form, or one that cannot be taken in.
    """
    if _kind(name, data) != "eml":
        return read_form(read_document(name, data)), "paper"
    mail = _read_mail(data)
    refusals: list[UnreadableForm] = []
    for text in filter(looks_like_form, mail.texts):
        try:
            return read_form(text, mail.sender), "email"
        except UnreadableForm as refusal:
            refusals.append(refusal)
    if refusals:
        raise min(refusals, key=lambda refusal: len(refusal.problems))
    if mail.unread:
        raise UnreadableDocument("Nội dung thư không phải Phiếu đăng ký. " + " ".join(mail.unread))
    return read_form("\n".join(mail.texts), mail.sender), "email"


_SIGNATURES = {
    b"%PDF": "tệp PDF",
    b"PK\x03\x04": "tệp nén hoặc tệp Office",
    b"\xd0\xcf\x11\xe0": "tệp Word bản cũ (.doc) hoặc có mật khẩu",
    b"\x89PNG": "tệp ảnh",
    b"\xff\xd8\xff": "tệp ảnh",
    b"{\\rtf": "tệp RTF",
}


def _kind(name: str, data: bytes) -> Kind:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending not in get_args(Kind):
        what = f"tệp .{ending}" if re.fullmatch(r"[a-z0-9]{1,8}", ending) else "tệp này"
        raise UnreadableDocument(f"Không đọc được {what}; {_ACCEPTED}.")
    if len(data) > MAX_FILE:
        raise UnreadableDocument(f"Tệp lớn quá {MAX_FILE // 1024 // 1024} MB.")
    if not data.strip():
        raise UnreadableDocument("Tệp trống, không có nội dung.")
    for signature, what in _SIGNATURES.items():
        if data.startswith(signature) and not (ending == "docx" and signature.startswith(b"PK")):
            raise UnreadableDocument(f"Tệp có tên .{ending} nhưng thật ra là {what}; {_ACCEPTED}.")
    return "txt" if ending == "txt" else "eml" if ending == "eml" else "docx"


# Plain text

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF_16 = ("utf-16", "utf-16le", "utf-16be", "utf-16-le", "utf-16-be")


def _read_text(data: bytes) -> str:
    return clean(_decoded(data))


def _decoded(data: bytes, declared: str | None = None) -> str:
    """Text of doubtful encoding.

    What a mail or a text file holds is UTF-8 or windows-1258, whatever its header declares: Vietnamese in another
    encoding is as good as never valid UTF-8, and no other one-byte encoding can hold it.
    """
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    if declared in _UTF_16 and b"\0" in data:
        return data.decode(declared, errors="replace")
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    return text if sound >= broken else data.decode("cp1258", errors="replace")


# Word


def _read_docx(data: bytes) -> str:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            members = archive.infolist()
        unpacked = sum(member.file_size for member in members)
        xml = sum(member.file_size for member in members if member.filename.endswith((".xml", ".rels")))
        if unpacked > MAX_UNPACKED or xml > MAX_XML:
            raise UnreadableDocument("Tệp .docx giải nén ra quá lớn, không phải một phiếu đăng ký.")
        return clean("\n".join(_paragraphs(docx.Document(BytesIO(data)))))
    except UnreadableDocument:
        raise
    except Exception as error:  # a damaged file fails anywhere in zipfile, lxml and python-docx
        raise UnreadableDocument("Tệp .docx bị hỏng, không mở được; xin lưu lại bằng Word và gửi lại.") from error


def _paragraphs(document: Any) -> Iterator[str]:
    """Each paragraph in reading order, those in tables, content controls and text boxes too.

    Word keeps the number or dash of an automatic list apart from the text; a dash stands in for it here.
    """
    listing_styles = {
        style.get(qn("w:styleId"))
        for style in document.styles.element.iter(qn("w:style"))
        if style.find(f"{qn('w:pPr')}/{qn('w:numPr')}") is not None
    }
    for paragraph in _paragraph_elements(document.element.body):
        text = "".join(_runs(paragraph))
        level = _list_level(paragraph, listing_styles)
        yield text if level is None or not text.strip() else f"{'+' if level else '-'} {text}"


_STANDS_FOR = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-", qn("w:pPr"): ""}
_NOT_SHOWN = (qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
"""What was moved elsewhere, and the copy of a text box for older versions of Word."""


def _paragraph_elements(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == qn("w:p"):
            yield child
        if child.tag not in _NOT_SHOWN:
            yield from _paragraph_elements(child)


def _runs(element: Any) -> Iterator[str]:
    """The text of a paragraph, without that of a text box in it, which is a paragraph of its own."""
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _STANDS_FOR:
            yield _STANDS_FOR[child.tag]
        elif child.tag != qn("w:p") and child.tag not in _NOT_SHOWN:
            yield from _runs(child)


def _list_level(paragraph: Any, listing_styles: set[str]) -> int | None:
    """How far in a paragraph stands in an automatic list, from 0; None outside of one."""
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        return None
    numbering = properties.find(qn("w:numPr"))
    if numbering is None:
        style = properties.find(qn("w:pStyle"))
        return 0 if style is not None and style.get(qn("w:val")) in listing_styles else None
    values = {child.tag: child.get(qn("w:val")) for child in numbering}
    if values.get(qn("w:numId")) == "0":  # a list that was switched off again
        return None
    return int(values.get(qn("w:ilvl"), "0"))


# Mails


@dataclass(slots=True)
class _Mail:
    """texts: where a form may stand, the likeliest first. unread: why an attachment gave no text."""

    sender: str | None
    texts: list[str]
    unread: list[str] = field(default_factory=list)


def _read_mail(data: bytes) -> _Mail:
    """The body, its plain text before its HTML, then the attachments."""
    if _is_built_to_choke(data):
        raise UnreadableDocument("Thư có cấu trúc bất thường, không đọc được.")
    try:
        # policy.default would parse every header strictly, and raises on headers that mail programs do write
        message = email.message_from_bytes(data)
        parts = [part for part in message.walk() if not part.is_multipart()][:MAX_PARTS]
        files = [(name, _content(part)) for part in parts if (name := _file_name(part))]
        bodies = [(part.get_content_type(), _body(part)) for part in parts if not _file_name(part)]
        plain = [text for kind, text in bodies if kind == "text/plain"]
        html = [_html_text(text) for kind, text in bodies if kind == "text/html"]
        mail = _Mail(
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


def _read_attachment(mail: _Mail, name: str, content: bytes) -> None:
    try:
        kind = _kind(name, content)
        if kind != "eml":
            mail.texts.append(_read_docx(content) if kind == "docx" else _read_text(content))
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
    return _decoded(_content(part), part.get_content_charset())


_DECLARATIONS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^<>]*>", re.DOTALL)
_NO_TAG = re.compile(r"<(?![^<>]*>)")
"""With comments, declarations and tags left open `html.parser` takes quadratic time, so none of them reaches it."""


def _html_text(html: str) -> str:
    reader = _HtmlReader()
    reader.feed(_NO_TAG.sub("&lt;", _DECLARATIONS.sub("", html[:MAX_HTML])))
    reader.close()
    return reader.text()


_LINES = re.compile(r"address|article|blockquote|body|d[dlt]|div|form|h[1-6r]|li|ol|p|pre|section|t[dhr]|table|ul")
_HIDDEN = frozenset(("head", "script", "style", "title"))


class _HtmlReader(HTMLParser):
    """The text as a person sees it: lines, an empty one between paragraphs, `> ` before what is quoted."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line: list[str] = []
        self._depth = dict.fromkeys(("blockquote", "pre", "hidden"), 0)
        self._spaced = False

    def text(self) -> str:
        self._end_line()
        return "\n".join(self._lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._end_line(even_empty=True)
        elif _LINES.fullmatch(tag):
            self._end_line()
        if tag == "p":
            self._spaced = not _stands_close(attrs)
            self._space()
        elif tag == "li":
            self._line.append("- ")
        elif tag == "body":
            self._depth["hidden"] = 0  # a head that was never closed
        self._nest(tag, 1)

    def handle_endtag(self, tag: str) -> None:
        if _LINES.fullmatch(tag):
            self._end_line()
        if tag == "p":
            self._space()
        self._nest(tag, -1)

    def handle_data(self, data: str) -> None:
        if self._depth["hidden"]:
            return
        if self._depth["pre"]:
            first, *others = data.split("\n")
            self._line.append(first)
            for line in others:
                self._end_line(even_empty=True)
                self._line.append(line)
        elif self._line or data.strip(" \t\r\n\f"):
            self._line.append(data)

    def _nest(self, tag: str, step: int) -> None:
        kind = "hidden" if tag in _HIDDEN else tag
        if kind in self._depth:
            self._depth[kind] = max(0, self._depth[kind] + step)

    def _end_line(self, even_empty: bool = False) -> None:
        if self._line or even_empty:
            text = re.sub(r"[ \t\r\n\f]+", " ", "".join(self._line)).strip()
            self._lines.append("> " * min(self._depth["blockquote"], 3) + text)
            self._line = []

    def _space(self) -> None:
        """An empty line before and after a paragraph, unless its mail program sets it close (Outlook)."""
        if self._spaced and self._lines and self._lines[-1].strip("> "):
            self._end_line(even_empty=True)


def _stands_close(attrs: list[tuple[str, str | None]]) -> bool:
    given = dict(attrs)
    style = (given.get("style") or "").replace(" ", "").lower()
    return "mso" in (given.get("class") or "").lower() or "margin:0" in style or "margin-bottom:0" in style
