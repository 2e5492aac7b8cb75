"""A paper as a Word file (DOCX)."""

from collections.abc import Mapping
from functools import lru_cache
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from services.intake.papers.blocks import Align, Dots, Heading, Line, Paper, Table

FACE = "Times New Roman"
WIDTH = Mm(165)
ALIGN: Mapping[Align, Any] = {
    "left": None,
    "centred": WD_ALIGN_PARAGRAPH.CENTER,
    "justified": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@lru_cache(maxsize=128)
def as_word(paper: Paper) -> bytes:
    """A4. Made once for each content."""
    document = _page(paper)
    for block in paper.blocks:
        match block:
            case Line():
                _line(document, block)
            case Heading(words, 1):
                _paragraph(document, words, bold=True, align="centred", before=14, size=14)
            case Heading(words):
                _paragraph(document, words, bold=True, before=8, after=3).paragraph_format.keep_with_next = True
            case Dots(label):
                _dotted(document, label)
            case Table():
                _table(document, block)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _page(paper: Paper) -> Any:
    """A4 with the margins of Decree 30/2020/NĐ-CP, annex I."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    style = document.styles["Normal"]
    style.font.name, style.font.size = FACE, Pt(13)
    for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        style.element.rPr.rFonts.set(qn(script), FACE)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), "vi-VN")
    style.element.rPr.append(language)
    properties = document.core_properties
    properties.title, properties.author, properties.language = paper.title[:255], paper.author[:255], "vi-VN"
    return document


def _line(document: Any, line: Line) -> None:
    paragraph = _paragraph(
        document, line.words, bold=line.bold, italic=line.italic, align=line.align, before=line.before, after=line.after
    )
    if line.more:
        paragraph.add_run(f" {line.more}").italic = True
    if line.aside:
        paragraph.paragraph_format.left_indent = Mm(75)
        paragraph.paragraph_format.keep_with_next = True


def _paragraph(
    document: Any,
    words: str,
    *,
    bold: bool = False,
    italic: bool = False,
    align: Align = "left",
    before: int = 0,
    after: int = 0,
    size: int = 13,
) -> Any:
    paragraph = document.add_paragraph()
    run = paragraph.add_run(words)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    paragraph.alignment = ALIGN[align]
    layout = paragraph.paragraph_format
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), 1.0
    return paragraph


def _dotted(document: Any, label: str) -> None:
    """A line of dots up to the margin. They lead a tab, so that they make room for what is typed."""
    paragraph = _paragraph(document, f"{label} \t" if label else "\t", before=3)
    paragraph.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _table(document: Any, block: Table) -> None:
    """A table with lines, whose first row stands on each page it runs over."""
    table = document.add_table(rows=0, cols=len(block.names))
    table.style, table.autofit = "Table Grid", False
    for row in (block.names, *block.rows):
        for cell, words, width in zip(table.add_row().cells, row, block.widths, strict=True):
            cell.width = Mm(width)
            run = cell.paragraphs[0].add_run(words)
            run.bold, run.font.size = row is block.names, Pt(12)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
