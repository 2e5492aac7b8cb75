"""The same documents for a word processor (DOCX), so that the office can go on writing in them."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any, Protocol

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.notify.contents import LetterPromise, name_lines
from services.notify.paper.conclusion import ASSIGNING, NAME, Notice
from services.notify.paper.slip import NAME as SLIP
from services.notify.paper.slip import Slip
from services.notify.wording import one_line, paragraphs
from shared.communes import Letterhead, Signer

FACE = "Times New Roman"
BODY, HEAD, SMALL, LIST = Pt(14), Pt(13), Pt(12), Pt(11)
NONE, GAP = Pt(0), Pt(6)
CENTRED, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY


class Headed(Protocol):
    """A document under the commune's letterhead. bears: the day in the file's own data."""

    @property
    def letterhead(self) -> Letterhead: ...
    @property
    def symbol(self) -> str: ...
    @property
    def number(self) -> str | None: ...
    @property
    def dateline(self) -> str: ...
    @property
    def signer(self) -> Signer: ...
    @property
    def copies(self) -> tuple[str, ...]: ...
    @property
    def bears(self) -> date: ...


def notice_as_word(said: Notice) -> bytes:
    """The conclusion notice in the layout of Decree 30/2020/NĐ-CP, to be edited."""
    document = _page(said.subject, said)
    if said.is_draft:
        _line(document, "DỰ THẢO", HEAD, bold=True)
    _heads(document, said)
    _line(document, NAME, BODY, bold=True, align=CENTRED, before=Pt(14))
    _line(document, said.subject, BODY, bold=True, align=CENTRED, after=Pt(12))
    for words in (*said.opening, *said.summary):
        _body(document, words)
    if said.promises:
        _body(document, ASSIGNING, bold=True).paragraph_format.keep_with_next = True
        _promises(document, said.promises)
    _body(document, said.closing, before=GAP)
    _signature(document, said)
    return _saved(document)


def slip_as_word(said: Slip) -> bytes:
    """The transfer slip in the layout of Decree 30/2020/NĐ-CP, to be edited."""
    document = _page(f"{SLIP} {said.subject}", said)
    _heads(document, said)
    _line(document, SLIP, BODY, bold=True, align=CENTRED, before=Pt(14))
    _line(document, said.subject, BODY, bold=True, align=CENTRED, after=Pt(12))
    _line(document, f"Kính gửi: {said.authority}", BODY, align=CENTRED, after=Pt(10))
    _body(document, said.opening)
    for name, words in said.asker:
        _named(document, name, words)
    *before, last = said.question
    for place, words in enumerate([*before, f"{last}”"]):
        if place == 0:
            _named(document, "Nội dung nêu", f"“{words}", italic=True)
        else:
            _body(document, words, italic=True)
    _body(document, said.because_name, bold=True).paragraph_format.keep_with_next = True
    for words in said.because:
        _body(document, words)
    _body(document, said.request, before=GAP).paragraph_format.keep_with_next = True
    _signature(document, said)
    return _saved(document)


def text_as_word(heading: str, lines: Sequence[str]) -> bytes:
    """A text to be read aloud, in large letters."""
    document = _page(heading, None)
    _line(document, heading.upper(), Pt(16), bold=True, align=CENTRED, after=Pt(12))
    for words in lines:
        paragraph = _body(document, words, size=Pt(16))
        paragraph.paragraph_format.line_spacing = 1.5
    return _saved(document)


def _page(title: str, said: Headed | None) -> Any:
    """A4 with the decree's margins; pages are numbered at the top from the second on."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, BODY
    fonts = style.element.rPr.rFonts
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(script), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.rPr.append(language)
    _number_pages(section.header.paragraphs[0])
    properties = document.core_properties
    properties.title, properties.language, properties.author = title, "vi-VN", ""
    if said is not None:
        written = datetime.combine(said.bears, time(), tzinfo=UTC)
        properties.author, properties.created, properties.modified = one_line(said.letterhead.issuer), written, written
    return document


def _heads(document: Any, said: Headed) -> None:
    head = said.letterhead
    left, right = _columns(document, Mm(69), Mm(96))
    for line in name_lines(head.parent or ""):
        _line(left, line.upper(), HEAD, align=CENTRED)
    for line in name_lines(head.issuer):
        _line(left, line.upper(), HEAD, bold=True, align=CENTRED)
    _line(left, "_______", SMALL, align=CENTRED)
    number = said.number or f"            /{said.symbol}"
    _line(left, f"Số: {number}", HEAD, align=CENTRED)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", HEAD, bold=True, align=CENTRED)
    _line(right, "Độc lập - Tự do - Hạnh phúc", BODY, bold=True, align=CENTRED, underline=True)
    _line(right, "", SMALL)
    _line(right, said.dateline, BODY, italic=True, align=CENTRED)


def _promises(document: Any, promises: Sequence[LetterPromise]) -> None:
    terms = any(promise.term for promise in promises)
    widths = (Mm(12), Mm(75), Mm(42), Mm(36)) if terms else (Mm(12), Mm(103), Mm(50))
    names = ("TT", "Nội dung", "Đơn vị thực hiện", *(("Thời hạn",) if terms else ()))
    table = document.add_table(rows=1, cols=len(names))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _repeat_at_the_top(table.rows[0])
    for cell, name in zip(table.rows[0].cells, names, strict=True):
        _line(cell, name, HEAD, bold=True, align=CENTRED)
    for number, promise in enumerate(promises, 1):
        row = table.add_row().cells
        _line(row[0], str(number), HEAD, align=CENTRED)
        for words in paragraphs(promise.text):
            _line(row[1], words, HEAD)
        _line(row[2], one_line(promise.department), HEAD)
        if terms:
            _line(row[3], one_line(promise.term or ""), HEAD)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width


def _signature(document: Any, said: Headed) -> None:
    left, right = _columns(document, Mm(82), Mm(83))
    _line(left, "Nơi nhận:", SMALL, bold=True, italic=True)
    for copy in said.copies:
        _line(left, f"- {one_line(copy)}", LIST)
    for line in said.signer.capacity:
        _line(right, one_line(line).upper(), BODY, bold=True, align=CENTRED)
    _line(right, one_line(said.signer.name), BODY, bold=True, align=CENTRED, before=Pt(72))


def _columns(document: Any, *widths: Any) -> list[Any]:
    """A table of one row without lines, as letterheads are made in word processors."""
    table = document.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = width
    return list(table.rows[0].cells)


def _named(place: Any, name: str, words: str, *, italic: bool = False) -> None:
    """A point of a list: its name in bold, then its words."""
    _words(_body(place, f"{name}: ", bold=True), words, BODY, italic=italic)


def _body(
    place: Any, words: str, *, size: Any = BODY, bold: bool = False, italic: bool = False, before: Any = NONE
) -> Any:
    paragraph = _line(place, words, size, bold=bold, italic=italic, align=JUSTIFIED, before=before, after=GAP)
    paragraph.paragraph_format.first_line_indent = Mm(12.7)
    return paragraph


def _line(
    place: Any,
    words: str,
    size: Any,
    *,
    bold: bool = False,
    italic: bool = False,
    underline: bool = False,
    align: Any = None,
    before: Any = NONE,
    after: Any = NONE,
) -> Any:
    """A paragraph at the end of a document or cell; a cell begins with an empty one, which is used first."""
    empty = [one for one in place.paragraphs[:1] if not one.runs] if hasattr(place, "_tc") else []
    paragraph = empty[0] if empty and len(place.paragraphs) == 1 else place.add_paragraph()
    _words(paragraph, words, size, bold=bold, italic=italic, underline=underline)
    paragraph.alignment = align
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = before, after, 1.0
    return paragraph


def _words(
    paragraph: Any, words: str, size: Any, *, bold: bool = False, italic: bool = False, underline: bool = False
) -> None:
    run = paragraph.add_run(words)
    run.font.name, run.font.size, run.bold, run.italic, run.underline = FACE, size, bold, italic, underline


def _number_pages(paragraph: Any) -> None:
    paragraph.alignment = CENTRED
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _repeat_at_the_top(row: Any) -> None:
    """The names of the columns stand on each page that the table runs over."""
    properties = row._tr.get_or_add_trPr()
    properties.append(OxmlElement("w:tblHeader"))


def _saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()
