"""From the bytes of a table to its rows: Excel's `.xlsx`, CSV, and the tables of Word's `.docx`.

Files come from anybody, so sizes are bounded before anything is unpacked, and whatever is wrong with a file
surfaces as `UnreadableDocument`. What the rows mean is `tables.py`.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from io import BytesIO, StringIO
from itertools import islice
from typing import Any

import docx
import openpyxl
from docx.oxml.ns import qn

from services.intake.reading.archives import must_be_honest
from services.intake.reading.legacy import restored
from services.intake.reading.plain import decoded
from services.intake.reading.spelling import clean
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import MediaType

MOST_ROWS = 2_000
"""Rows that hold something; a title, headings and notes around them come on top."""
AROUND = 100
MOST_COLUMNS = 50
MOST_SHEETS = 20
MAX_XML = 16 * 1024 * 1024
"""Bytes of the XML of one file once unpacked: two thousand rows of a thousand letters each, and as much again."""
MAX_TAGS = 600_000
"""Of that XML: two thousand rows of fifty cells have some five hundred thousand."""
LAST_ROW = 2**20
"""The last row a spreadsheet has. Some programs note how high it is, and all above it then comes as empty rows."""
MOST_LOOKED_AT = 3 * LAST_ROW
"""Rows of a whole workbook."""
_TOO_GREAT = "Tệp giải nén ra quá lớn, không phải một danh sách. Xin chia thành nhiều tệp."


@dataclass(frozen=True, slots=True)
class Row:
    """One row that is not empty. number: from 1, as the program shows it that the file is made with."""

    number: int
    cells: tuple[str, ...]


Sheet = tuple[Row, ...]


def read_sheets(media_type: MediaType, data: bytes) -> list[Sheet]:
    """The tables of a file, the likeliest first: of a workbook in their order, of a Word file the largest first.

    A sheet holds at most a few rows more than a list may have, so that one which is too long shows.

    Raises:
        UnreadableDocument: damaged, too great, without any table, or no table at all.
    """
    try:
        match media_type:
            case "text/csv" | "text/plain":
                found = [_of_csv(decoded(data))]
            case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
                found = _of_excel(data)
            case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
                found = _of_word(data)
            case _:
                raise UnreadableDocument("Chỉ đọc được danh sách dạng Excel (.xlsx), CSV hoặc Word (.docx).")
    except UnreadableDocument:
        raise
    except Exception as error:  # a damaged file fails anywhere in zipfile, lxml, openpyxl and python-docx
        raise UnreadableDocument("Tệp danh sách bị hỏng, không mở được. Xin lưu lại rồi gửi lại.") from error
    if not (found := [sheet for sheet in found if sheet]):
        raise UnreadableDocument("Tệp không có bảng nào, hoặc bảng không có nội dung.")
    return found


def _sheet(rows: Iterable[tuple[int, Sequence[str]]]) -> Sheet:
    """The rows that are not empty, without the empty cells behind the last. rows: as they stand in the file."""
    found = ((number, _trimmed(cells)) for number, cells in rows)
    written = list(islice((row for row in found if row[1]), MOST_ROWS + AROUND))
    if any(len(cells) > MOST_COLUMNS for _, cells in written):
        raise UnreadableDocument(f"Bảng có quá {MOST_COLUMNS} cột. Xin chỉ giữ những cột cần gửi.")
    legible = _legible([cell for _, cells in written for cell in cells])
    readable = ((number, _trimmed(tuple(islice(legible, len(cells))))) for number, cells in written)
    return tuple(Row(number, cells) for number, cells in readable if cells)


def _legible(cells: Sequence[str]) -> Iterator[str]:
    """Each cell in NFC. One table is in one font: whether it is an old one, all its cells together tell."""
    lines = [cell.split("\n") for cell in cells]
    restored_lines = iter(restored("\n".join(line for of_cell in lines for line in of_cell)).split("\n"))
    return (clean("\n".join(islice(restored_lines, len(of_cell)))).strip() for of_cell in lines)


def _trimmed(cells: Sequence[str]) -> tuple[str, ...]:
    last = max((place for place, cell in enumerate(cells, 1) if cell.strip()), default=0)
    return tuple(cells[:last])


# --- Excel ----------------------------------------------------------------------------------------------------------


def _of_excel(data: bytes) -> list[Sheet]:
    must_be_honest(data, MAX_XML, MAX_TAGS, _TOO_GREAT)
    book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"][:MOST_SHEETS]
        places = iter(range(MOST_LOOKED_AT))
        return [_sheet(_rows_of(sheet, places)) for sheet in shown]
    finally:
        book.close()


def _rows_of(sheet: Any, places: Iterator[int]) -> Iterator[tuple[int, Sequence[str]]]:
    """Whatever extent the file claims for the sheet. places: one for each row that may still be looked at."""
    sheet.reset_dimensions()
    rows = sheet.iter_rows(max_row=LAST_ROW, max_col=MOST_COLUMNS + 1, values_only=True)
    for (number, values), _ in zip(enumerate(rows, 1), places, strict=False):
        if values.count(None) < len(values):
            yield number, [_shown(value) for value in values]
    if next(places, None) is None:
        raise UnreadableDocument("Bảng có quá nhiều dòng trống. Xin xóa những dòng không dùng.")


def _shown(value: object) -> str:
    """A cell as a person sees it; a whole number without a decimal point, however it is stored."""
    match value:
        case None:
            return ""
        case bool():
            return "Có" if value else "Không"
        case datetime() if value.time() == time():
            return f"{value:%d/%m/%Y}"
        case datetime():
            return f"{value:%d/%m/%Y %H:%M}"
        case date():
            return f"{value:%d/%m/%Y}"
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case _:
            return str(value)


# --- CSV ------------------------------------------------------------------------------------------------------------

DELIMITERS = "\t;,"
_SAMPLE = 50
"""Lines by which the delimiter is told."""


def _of_csv(text: str) -> Sheet:
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").lstrip("\ufeff")
    if told := re.match(r"sep=([\t;,])\n", text):  # a line for Excel, which does not count it
        text, delimiters = text[told.end() :], told[1]
    else:
        delimiters = DELIMITERS
    ways = [_parted(text, delimiter) for delimiter in delimiters]
    best = max(ways, key=_regular)
    return _sheet(enumerate(best, 1))


def _parted(text: str, delimiter: str) -> list[list[str]]:
    """Cells with quotes as RFC 4180 has them; where quotes are not paired they are letters like others."""
    try:
        records = list(csv.reader(StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error:
        records = [line.split(delimiter) for line in text.split("\n")]
    return records


def _regular(records: list[list[str]]) -> tuple[float, int]:
    """How much a way of reading looks like a table: the share of rows with the usual number of cells, and that number.

    One cell a row is no table.
    """
    widths = Counter(len(record) for record in records[:_SAMPLE] if any(record))
    width, rows = max(widths.items(), key=lambda one: (one[1], one[0]), default=(0, 0))
    return (rows / widths.total(), width) if width > 1 else (0.0, width)


# --- Word -----------------------------------------------------------------------------------------------------------

_NOT_SHOWN = (qn("w:moveFrom"), qn("w:del"))


def _of_word(data: bytes) -> list[Sheet]:
    must_be_honest(data, MAX_XML, MAX_TAGS, _TOO_GREAT)
    body = docx.Document(BytesIO(data)).element.body
    found = [_sheet(_rows_of_table(table)) for table in islice(body.iter(qn("w:tbl")), MOST_SHEETS)]
    return sorted(found, key=lambda sheet: sum(len(row.cells) for row in sheet), reverse=True)


def _rows_of_table(table: Any) -> Iterator[tuple[int, Sequence[str]]]:
    """A cell that was merged over several rows is in each of them."""
    above: list[str] = []
    for number, row in enumerate(_children(table, "w:tr"), 1):
        cells: list[str] = [""] * _amount(row, "w:trPr", "w:gridBefore", 0)
        for cell in _children(row, "w:tc"):
            merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
            goes_on = merged is not None and merged.get(qn("w:val"), "continue") == "continue"
            text = above[len(cells)] if goes_on and len(cells) < len(above) else _text(cell)
            cells += [text, *[""] * (_amount(cell, "w:tcPr", "w:gridSpan", 1) - 1)]
        above = cells
        yield number, cells


def _children(element: Any, tag: str) -> Iterator[Any]:
    """Of this element, also those that a content control holds."""
    for child in element:
        if child.tag == qn(tag):
            yield child
        elif child.tag in (qn("w:sdt"), qn("w:sdtContent"), qn("w:ins")):
            yield from _children(child, tag)


def _amount(element: Any, properties: str, name: str, otherwise: int) -> int:
    found = element.find(f"{qn(properties)}/{qn(name)}")
    value = found.get(qn("w:val"), "") if found is not None else ""
    return min(int(value), MOST_COLUMNS + 1) if value.isdigit() else otherwise


def _text(cell: Any) -> str:
    lines = ("".join(_letters(paragraph)) for paragraph in cell.iter(qn("w:p")))
    return "\n".join(lines)


def _letters(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag == qn("w:noBreakHyphen"):
            yield "-"
        elif child.tag in (qn("w:br"), qn("w:cr")):
            yield "\n"
        elif child.tag == qn("w:tab"):
            yield " "
        elif child.tag not in (*_NOT_SHOWN, qn("w:pPr")):
            yield from _letters(child)
