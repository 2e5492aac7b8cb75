"""A form laid out in the cells of a spreadsheet: the label in one cell, its value beside or below it."""

from collections.abc import Iterator
from itertools import pairwise, takewhile

from services.intake.reading.headings import headings_of
from services.intake.reading.labels import LABEL
from services.intake.reading.legacy import legible
from services.intake.reading.page import heading_of, lines_of
from services.intake.reading.spelling import fold
from services.intake.reading.table_files import Row, Sheet, read_sheets
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.people import MediaType

EXCEL: MediaType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_A_LIST = "Tệp Excel là danh sách của nhiều người, không phải một phiếu; xin gửi bằng mục nhận danh sách."


def read_xlsx(data: bytes) -> list[str]:
    """The text of each sheet that is no list, in NFC, with labels and values on lines of their own.

    Raises:
        UnreadableDocument: damaged, too great, empty, or a list of many people.
    """
    sheets = read_sheets(EXCEL, data)
    forms = [sheet for sheet in sheets if not is_list(sheet)]
    if not forms:
        raise UnreadableDocument(_A_LIST)
    return [legible("\n".join(_lines(sheet))) for sheet in forms]


def holds_only_lists(data: bytes) -> bool:
    """Whether a workbook is to be read as a list; False for one that cannot be read at all."""
    try:
        return all(map(is_list, read_sheets(EXCEL, data)))
    except UnreadableDocument:
        return False


def is_list(sheet: Sheet) -> bool:
    """Whether a sheet is a table of people; one person below a heading, with nothing asked beside, is a form."""
    headings = headings_of(sheet)
    if headings is None:
        return False
    column = next(headings.fields[field] for field in ("name", "organisation") if field in headings.fields)
    below = takewhile(lambda row: not any(map(_is_heading, row.cells)), sheet[headings.last + 1 :])
    names = ("".join(row.cells[column : column + 1]) for row in below)
    people = sum(1 for name in names if name and not _is_label(name))
    return people > 1 or (people == 1 and "text" in headings.fields)


def _lines(sheet: Sheet) -> Iterator[str]:
    labels: Row | None = None
    last = 0
    for row in sheet:
        if row.number > last + 1:
            yield ""
        last = row.number
        if labels is not None and not any(map(_is_label, row.cells)):
            yield from _paired(labels, row)
            labels = None
            continue
        if labels is not None:
            yield from _read_across(labels)
        labels = row if _is_all_labels(row) else None
        if labels is None:
            yield from _read_across(row)
    if labels is not None:
        yield from _read_across(labels)


def _is_heading(cell: str) -> bool:
    return any(map(heading_of, lines_of(cell)))


def _is_label(cell: str) -> bool:
    label = LABEL.match(folded := fold(cell))
    return label is not None and label.end() == len(folded)


def _is_all_labels(row: Row) -> bool:
    cells = list(filter(None, row.cells))
    return len(cells) > 1 and all(map(_is_label, cells))


def _paired(labels: Row, values: Row) -> Iterator[str]:
    """Each label with what stands below it, up to the next label: a value may take several cells."""
    starts = [place for place, cell in enumerate(labels.cells) if cell] + [len(values.cells)]
    for start, end in pairwise(starts):
        yield f"{_titled(labels.cells[start])} {' '.join(filter(None, values.cells[start:end]))}"


def _read_across(row: Row) -> Iterator[str]:
    """The cells of a row in their order, a label beginning a line and the heading of a section having one to itself."""
    line: list[str] = []
    for cell in filter(None, row.cells):
        if _is_heading(cell):
            yield from filter(None, (" ".join(line), cell))
            line = []
        elif _is_label(cell):
            if line:
                yield " ".join(line)
            line = [_titled(cell)]
        else:
            line.append(cell)
    if line:
        yield " ".join(line)


def _titled(label: str) -> str:
    return label.rstrip(" :.…_") + ":"
