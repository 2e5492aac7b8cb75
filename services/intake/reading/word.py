"""Word's `.docx`: its paragraphs as lines, in the order they are read."""

from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from typing import Any

import docx
from docx.oxml.ns import qn

from services.intake.reading.archives import must_be_honest
from services.intake.reading.fonts import Fonts, converted
from services.intake.reading.legacy import legible
from services.intake.reading.unreadable import UnreadableDocument

MAX_XML = 4 * 1024 * 1024
"""Bytes of the XML of a form once unpacked."""
MAX_TAGS = 200_000
MAX_PARAGRAPHS = 20_000
_TOO_GREAT = "Tệp .docx giải nén ra quá lớn, không phải một phiếu đăng ký."


def read_docx(data: bytes) -> str:
    """The text of a Word document, in NFC.

    Raises:
        UnreadableDocument: damaged, or greater than a form can be once unpacked.
    """
    try:
        must_be_honest(data, MAX_XML, MAX_TAGS, _TOO_GREAT)
        return legible("\n".join(_paragraphs(docx.Document(BytesIO(data)))))
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
    fonts = Fonts(document)
    paragraphs = list(islice(_paragraph_elements(document.element.body), MAX_PARAGRAPHS + 1))
    if len(paragraphs) > MAX_PARAGRAPHS:
        raise UnreadableDocument(_TOO_GREAT)
    texts = converted(list(_runs(paragraph, fonts, fonts.of_paragraph(paragraph))) for paragraph in paragraphs)
    for paragraph, text in zip(paragraphs, texts, strict=True):
        level = _list_level(paragraph, listing_styles)
        yield text if level is None or not text.strip() else f"{'+' if level else '-'} {text}"


_STANDS_FOR = {
    qn("w:tab"): "\t",
    qn("w:br"): "\n",
    qn("w:cr"): "\n",
    qn("w:noBreakHyphen"): "-",
    qn("w:softHyphen"): "\u00ad",  # the code of ư in TCVN3
    qn("w:pPr"): "",
}
_NOT_SHOWN = (qn("w:moveFrom"), "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")
"""What was moved elsewhere, and the copy of a text box for older versions of Word."""


def _paragraph_elements(element: Any) -> Iterator[Any]:
    for child in element:
        if child.tag == qn("w:p"):
            yield child
        if child.tag not in _NOT_SHOWN:
            yield from _paragraph_elements(child)


def _runs(element: Any, fonts: Fonts, font: str) -> Iterator[tuple[str, str]]:
    """The fonts and texts of a paragraph, without those of a text box in it, which is a paragraph of its own."""
    for child in element:
        if child.tag == qn("w:t"):
            yield font, child.text or ""
        elif child.tag in _STANDS_FOR:
            yield font, _STANDS_FOR[child.tag]
        elif child.tag != qn("w:p") and child.tag not in _NOT_SHOWN:
            yield from _runs(child, fonts, fonts.of_run(child, font) if child.tag == qn("w:r") else font)


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
