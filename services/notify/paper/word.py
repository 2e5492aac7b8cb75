"""The same pages for a word processor (DOCX), so that the office can go on writing in them."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime, time
from typing import Any, assert_never

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.notify.contents import name_lines
from services.notify.paper.arranging import Beside, Laid, arranged, has_figures
from services.notify.paper.drawn import qr_png
from services.notify.paper.page import Page
from services.notify.texts.blocks import Code, Drawing, Lead, Line, Paragraph, Point, Quote, Run, Steps, Table
from services.notify.wording import one_line

FACE = "Times New Roman"
LARGE, BODY, HEAD, SMALL, LIST = Pt(22), Pt(14), Pt(13), Pt(12), Pt(11)
NONE, GAP = Pt(0), Pt(6)
CENTRED, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
LINE, LEFT, RIGHT = Mm(165), Mm(68), Mm(97)
"""The type area, and its columns at the top: the right one holds the State's name at 13 points (95 mm)."""
MOTTO = Mm(60.4)
CAPITAL = 0.64
"""Average width of a bold capital, in its size."""


def page_as_word(page: Page) -> bytes:
    """The page in the layout of Decree 30/2020/NĐ-CP, to be edited."""
    document = _sheet(f"{page.title} {page.about}".strip() if page.title else page.about, page)
    body = arranged(page.blocks)
    if page.is_draft:
        _line(document, "DỰ THẢO", HEAD, bold=True)
    _heads(document, page)
    if page.title:
        _line(document, page.title, BODY, bold=True, align=CENTRED, before=Pt(14))
        if page.about:
            _line(document, page.about, BODY, bold=True, align=CENTRED)
        _rule(document, Mm(min(55, 0.4 * len(page.about) * 2.6)), LINE, after=Pt(10))
    if page.addressee:
        _line(document, f"Kính gửi: {page.addressee}", BODY, align=CENTRED, before=Pt(0 if page.title else 14))
        if page.address:
            _line(document, f"(Địa chỉ: {page.address})", HEAD, align=CENTRED)
        _gap(document, Pt(6))
    for block in body.blocks:
        _block(document, block)
    if body.closing:
        _said(_body(document, "", before=GAP), body.closing.line).paragraph_format.keep_with_next = True
    _signature(document, page)
    return _saved(document)


def text_as_word(heading: str, lines: Sequence[str]) -> bytes:
    """A text to be read aloud, in large letters."""
    document = _sheet(heading, None)
    _line(document, heading.upper(), Pt(16), bold=True, align=CENTRED, after=Pt(12))
    for words in lines:
        paragraph = _body(document, words, size=Pt(16))
        paragraph.paragraph_format.line_spacing = 1.5
    return _saved(document)


def _sheet(title: str, page: Page | None) -> Any:
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
    if page is not None:
        written = datetime.combine(page.bears, time(), tzinfo=UTC)
        properties.author, properties.created, properties.modified = one_line(page.letterhead.issuer), written, written
    return document


def _heads(document: Any, page: Page) -> None:
    head = page.letterhead
    left, right = _columns(document, LEFT, RIGHT)
    issuer = name_lines(head.issuer)
    for line in name_lines(head.parent or ""):
        _line(left, line.upper(), HEAD, align=CENTRED)
    for line in issuer:
        _line(left, line.upper(), HEAD, bold=True, align=CENTRED)
    _rule(left, Mm(min(22, len(issuer[-1]) * CAPITAL * HEAD.mm * 0.42)), LEFT, after=Pt(4))
    if page.symbol:
        _line(left, f"Số: {page.number or f'            /{page.symbol}'}", HEAD, align=CENTRED)
    if not page.title:
        _line(left, f"V/v {page.about}", SMALL, align=CENTRED)
    _line(right, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", HEAD, bold=True, align=CENTRED)
    _line(right, "Độc lập - Tự do - Hạnh phúc", BODY, bold=True, align=CENTRED)
    _rule(right, MOTTO, RIGHT, after=Pt(4))
    _line(right, page.dateline, BODY, italic=True, align=CENTRED)


def _block(place: Any, block: Laid) -> None:
    match block:
        case Lead(line):
            _said(_body(place, ""), line, bold=True).paragraph_format.keep_with_next = True
        case Paragraph(line):
            _said(_body(place, ""), line)
        case Quote(lines, label):
            _quote(place, lines, label)
        case Point(name, lines):
            first, *others = lines or ((),)
            _said(_body(place, f"{name}: ", bold=True), first)
            for line in others:
                _said(_body(place, ""), line)
        case Steps(steps):
            for when, line in steps:
                _said(_body(place, f"{when}: ", bold=True), line)
        case Code(code, note):
            _line(place, code, LARGE, bold=True, align=CENTRED, before=GAP)
            _line(place, note, SMALL, italic=True, align=CENTRED, after=GAP)
        case Table():
            _table(place, block)
        case Beside(facts, drawing):
            _beside(place, facts, drawing)
        case _:
            assert_never(block)


def _quote(place: Any, lines: Sequence[Line], label: str | None) -> None:
    """In the writer's own words, so between marks."""
    for number, line in enumerate(lines):
        opening, closing = "“" if number == 0 else "", "”" if number == len(lines) - 1 else ""
        paragraph = _body(place, f"{label}: " if label and number == 0 else "", bold=True)
        _said(paragraph, (Run(opening), *line, Run(closing)), italic=True)


def _table(document: Any, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.head))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    _repeat_at_the_top(table.rows[0])
    for cell, name in zip(table.rows[0].cells, block.head, strict=True):
        _line(cell, name, HEAD, bold=True, align=CENTRED)
    for row in block.rows:
        for place, (cell, lines) in enumerate(zip(table.add_row().cells, row, strict=True)):
            for words in lines:
                _line(cell, words, HEAD, align=CENTRED if has_figures(block, place) else None)
    every = sum(block.widths)
    for row in table.rows:
        for cell, share in zip(row.cells, block.widths, strict=True):
            cell.width = Mm(LINE.mm * share / every)
    _gap(document, Pt(4))


def _beside(document: Any, facts: Sequence[Point | Code], drawing: Drawing) -> None:
    left, right = _columns(document, Mm(125), Mm(40)) if facts else (None, document)
    for fact in facts:
        _block(left, fact)
    picture = _line(right, "", BODY, align=CENTRED)
    picture.add_run().add_picture(io.BytesIO(qr_png(drawing.url)), width=Mm(30))
    _line(right, drawing.note, LIST, align=CENTRED, after=GAP)


def _signature(document: Any, page: Page) -> None:
    left, right = _columns(document, Mm(82), Mm(83))
    if page.copies is not None:
        _line(left, "Nơi nhận:", SMALL, bold=True, italic=True)
        for copy in page.copies:
            _line(left, f"- {one_line(copy)}", LIST)
    for line in page.signer.capacity:
        _line(right, one_line(line).upper(), BODY, bold=True, align=CENTRED)
    name = one_line(page.signer.name)
    if page.by_hand:
        _line(right, name, HEAD, italic=True, align=CENTRED, after=Pt(60))
    else:
        _line(right, name, BODY, bold=True, align=CENTRED, before=Pt(72))


def _columns(document: Any, *widths: Any) -> list[Any]:
    """A table of one row without lines, as letterheads are made in word processors; it does not break."""
    table = document.add_table(rows=1, cols=len(widths))
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("w:left", "w:right"):
        margin = OxmlElement(side)
        margin.set(qn("w:w"), "0")
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    table._tbl.tblPr.append(margins)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, width in zip(table.rows[0].cells, widths, strict=True):
        cell.width = width
    return list(table.rows[0].cells)


def _rule(place: Any, length: Any, room: Any, *, after: Any) -> None:
    """A solid line of this length in the middle, as the border of a paragraph that has no words."""
    paragraph = _line(place, "", Pt(1), after=after)
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Mm(max(0, (room.mm - length.mm) / 2))
    layout.line_spacing = Pt(2)
    borders, top = OxmlElement("w:pBdr"), OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    properties = paragraph._p.get_or_add_pPr()
    properties.insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _gap(place: Any, height: Any) -> None:
    _line(place, "", height).paragraph_format.line_spacing = height


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
    align: Any = None,
    before: Any = NONE,
    after: Any = NONE,
) -> Any:
    """A paragraph at the end of a document or cell; a cell begins with an empty one, which is used first."""
    fresh = hasattr(place, "_tc") and len(place.paragraphs) == 1 and not place.paragraphs[0]._p.getchildren()
    paragraph = place.paragraphs[0] if fresh else place.add_paragraph()
    if words:
        _words(paragraph, words, size, bold=bold, italic=italic)
    paragraph.alignment = align
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after = before, after
    layout.line_spacing = 1.0
    return paragraph


def _said(paragraph: Any, line: Line, *, bold: bool = False, italic: bool = False) -> Any:
    """Runs at the end of a paragraph, each with its weight."""
    for run in line:
        if run.text:
            _words(paragraph, run.text, BODY, bold=bold or run.bold, italic=italic or run.italic)
    return paragraph


def _words(paragraph: Any, words: str, size: Any, *, bold: bool = False, italic: bool = False) -> None:
    run = paragraph.add_run(words)
    run.font.name, run.font.size, run.bold, run.italic = FACE, size, bold, italic


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
