"""PDF: the text of a form that was typed, and what was written into its fields.

PDF is a language with loops in it, and anybody may send one. So it is read by a process of its own, which the system
ends when it has had its share of time and memory; its parent needs only the bytes that come back.
"""

import io
import resource
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pypdf import PageObject, PdfReader
from pypdf.errors import PdfReadError
from pypdf.generic import DictionaryObject, RectangleObject

from services.intake.reading.legacy import legible
from services.intake.reading.unreadable import UnreadableDocument

MAX_PAGES = 20
MAX_STREAM = 4 * 1024 * 1024
"""Bytes of one page's drawing, unpacked; a page full of text has a hundredth of it."""
MAX_TEXT = 500_000
SECONDS = 10
MEMORY = 512 * 1024 * 1024
"""Bytes that reading one file may take."""

_HOME = Path(__file__).parents[3]
_REFUSED = 3
_BROKEN = "Tệp PDF bị hỏng hoặc có cấu trúc bất thường, không đọc được; xin lưu lại rồi gửi lại."
_SCAN = "Tệp PDF là bản chụp, không có chữ để đọc; xin gửi phiếu đánh máy (.docx, .pdf) hoặc nhập từng phiếu."
_LOCKED = "Tệp PDF có mật khẩu, không mở được; xin bỏ mật khẩu rồi gửi lại."
_LONG = f"Tệp PDF dài quá {MAX_PAGES} trang, không phải một phiếu đăng ký."


def read_pdf(data: bytes, seconds: int = SECONDS) -> str:
    """The text of a PDF, in NFC, read apart from this process.

    seconds: of one processor that it may take.

    Raises:
        UnreadableDocument: a scan, locked, damaged, too long, or made to waste time.
    """
    try:
        read = subprocess.run(  # noqa: S603 - our own program, and nothing from outside among its arguments
            [sys.executable, "-m", "services.intake.reading.pdf", str(seconds)],
            input=data,
            capture_output=True,
            cwd=_HOME,
            timeout=3 * seconds,
            check=False,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise UnreadableDocument(_BROKEN) from error
    said = read.stdout.decode("utf-8", errors="replace")
    if read.returncode:
        raise UnreadableDocument(said if read.returncode == _REFUSED else _BROKEN)
    return legible(said)


def text_of(data: bytes) -> str:
    """The text of a PDF as it comes, one line for each that is printed, read in this process and as long as it takes.

    Raises:
        UnreadableDocument: see `read_pdf`.
    """
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):  # many may be read by all and only not be changed
            raise UnreadableDocument(_LOCKED)
        pages = list(islice(reader.pages, MAX_PAGES + 1))
        if len(pages) > MAX_PAGES:
            raise UnreadableDocument(_LONG)
        texts = []
        for page in pages:
            if (drawing := page.get_contents()) is not None and len(drawing.get_data()) > MAX_STREAM:
                raise UnreadableDocument(_BROKEN)
            texts.append(_filled(page) or page.extract_text())
            if sum(map(len, texts)) > MAX_TEXT:
                raise UnreadableDocument(_BROKEN)
    except UnreadableDocument:
        raise
    except PdfReadError as error:
        raise UnreadableDocument(_LOCKED if "decrypt" in str(error) else _BROKEN) from error
    except Exception as error:  # a damaged file fails anywhere in pypdf
        raise UnreadableDocument(_BROKEN) from error
    text = "\n".join(texts)
    if not any(map(str.isalnum, text)):
        raise UnreadableDocument(_SCAN)
    return text


@dataclass(frozen=True, slots=True)
class _Piece:
    """Some text on a page. x, y: where it begins, in points from the lower left."""

    x: float
    y: float
    text: str


LINE = 3.0
"""Points that pieces of one line may differ in height."""


def _filled(page: PageObject) -> str:
    """The lines of a page with what is written in its fields put where it is seen; nothing where it has no such."""
    fields = list(_fields(page))
    if not fields:
        return ""
    printed: list[_Piece] = []

    def note(text: str, around: list[float], within: list[float], *_: object) -> None:
        if text.strip():
            x, y = within[4], within[5]
            printed.append(
                _Piece(
                    around[0] * x + around[2] * y + around[4],
                    around[1] * x + around[3] * y + around[5],
                    text.replace("\n", ""),
                )
            )

    page.extract_text(visitor_text=note)
    heights = [piece.y for piece in printed]
    return "\n".join(_lines(printed + [piece for field in fields for piece in field.pieces(heights)]))


@dataclass(frozen=True, slots=True)
class _Field:
    """A field that holds text. left, bottom, top: of its frame."""

    left: float
    bottom: float
    top: float
    text: str

    def pieces(self, heights: list[float]) -> Iterator[_Piece]:
        """What is written in it, on the height of the printed line beside it or, for several lines, one by one."""
        lines = self.text.splitlines()
        beside = [height for height in heights if self.bottom - LINE <= height <= self.top]
        for number, line in enumerate(lines):
            step = (self.top - self.bottom) / (len(lines) + 1)
            height = beside[0] if len(lines) == 1 and beside else self.top - (number + 1) * step
            yield _Piece(self.left, height, f" {line} ")


def _fields(page: PageObject) -> Iterator[_Field]:
    for reference in islice(page.annotations or (), 500):
        widget = reference.get_object()
        if not isinstance(widget, DictionaryObject) or widget.get("/Subtype") != "/Widget":
            continue
        parent = widget.get("/Parent", DictionaryObject()).get_object()
        value, kind = (widget.get(key, parent.get(key)) for key in ("/V", "/FT"))
        if kind in ("/Tx", "/Ch") and isinstance(value, str) and value.strip():
            frame = RectangleObject(widget["/Rect"])  # type: ignore[arg-type]
            yield _Field(frame.left, frame.bottom, frame.top, value)


def _lines(pieces: list[_Piece]) -> Iterator[str]:
    line: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: -piece.y):
        if line and line[0].y - piece.y > LINE:
            yield _joined(line)
            line = []
        line.append(piece)
    yield _joined(line)


def _joined(line: list[_Piece]) -> str:
    return "".join(piece.text for piece in sorted(line, key=lambda piece: piece.x))


def _main(seconds: int) -> int:
    """Read the PDF on standard input; say its text, or why it has none."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    try:
        sys.stdout.write(text_of(sys.stdin.buffer.read()))
    except UnreadableDocument as error:
        sys.stdout.write(error.reason)
        return _REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(_main(int(sys.argv[1])))
