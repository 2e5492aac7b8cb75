"""Lists as files, the way hamlets and organisations make them."""

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO

import docx
import openpyxl

from shared.contracts.people import MediaType

EXCEL: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD: MediaType = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CSV: MediaType = "text/csv"

Rows = Sequence[Sequence[object]]


def as_excel(rows: Rows, *, merged: Sequence[str] = (), before: Sequence[Rows] = ()) -> bytes:
    """merged: ranges. before: sheets that stand in front of the list."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for number, content in enumerate((*before, rows), 1):
        sheet = book.create_sheet(f"Trang {number}")
        for row, cells in enumerate(content, 1):
            for column, value in enumerate(cells, 1):
                sheet.cell(row, column, value if value != "" else None)  # type: ignore[arg-type]
    for place in merged:
        book.worksheets[-1].merge_cells(place)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def as_csv(rows: Rows, delimiter: str = ",", encoding: str = "utf-8-sig") -> bytes:
    file = StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    return file.getvalue().encode(encoding)


def as_word(rows: Rows, *, before: Sequence[Rows] = ()) -> bytes:
    """before: tables that stand in front of the list, as the State's letterhead does."""
    document = docx.Document()
    for content in (*before, rows):
        table = document.add_table(len(content), max(map(len, content)))
        for row, cells in zip(table.rows, content, strict=True):
            for cell, value in zip(row.cells, cells, strict=False):
                cell.text = str(value)
        document.add_paragraph()
    file = BytesIO()
    document.save(file)
    return file.getvalue()
