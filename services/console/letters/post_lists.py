"""The post's own list of numbers, as it is uploaded: which column is what, which rows can be used.

It comes from outside, so it is bounded before it is opened, and read as plain text alone.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import openpyxl

from services.console.facts import folded
from services.console.language import say
from services.console.letters.posting import Letter, as_listed, places
from shared.text import one_line

MOST_BYTES = 4_000_000
MOST_UNPACKED = 12_000_000
"""Bytes. The office's own list of ten thousand letters has seven million."""
MOST_TAGS = 800_000
"""Of the XML in a spreadsheet. Such a list has some half a million."""
MOST_PARTS = 500
MOST_CELLS = 200
"""In one row, which is taken in as a whole."""
MOST_ROWS = 10_000
MOST_COLUMNS = 60
LOOKED_AT = 30
"""Rows among which the headings are looked for."""
TRACKING = ("so hieu", "ma buu gui", "ma van don", "so van don", "ma vach", "tracking")
REFERENCE = ("tham chieu", "reference")
PLACE = ("stt", "so tt", "so thu tu", "tt")
_DELIMITERS = ";,\t"
_ROW = re.compile(rb"<(?:[^\s<>/:]*:)?row[\s/>]")
_CELL = re.compile(rb"<(?:[^\s<>/:]*:)?c[\s/>]")
_SHORTEST, _LONGEST = 5, 30
_TOO_LARGE = "Tệp giải nén ra quá lớn nên không được mở. Xin gửi bảng chỉ có số hiệu và tham chiếu."


class Unreadable(ValueError):
    """What is wrong with a list, in words for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list. line: in the file, from 1. wrong: why it cannot be used."""

    line: int
    reference: str
    tracking: str
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class PostList:
    """A list as it was understood. by: heading of the column that names the letters, and of the one with numbers."""

    rows: tuple[Row, ...]
    by: str
    numbers: str

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.wrong]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.wrong]


def read(name: str, data: bytes, items: Sequence[Letter]) -> PostList:
    """The list of a file.

    Args:
        items: the letters of the run, in their order: a row that names none of them is not used.

    Raises:
        Unreadable: it is no list, too large, or has no such columns.
    """
    if len(data) > MOST_BYTES:
        raise Unreadable("Tệp lớn hơn 4 MB. Xin gửi bảng chỉ có số hiệu và tham chiếu.")
    table = list(islice(_cells(name, data), MOST_ROWS + LOOKED_AT + 1))
    if len(table) > MOST_ROWS + LOOKED_AT:
        raise Unreadable("Bảng có quá 10.000 dòng. Xin chia thành nhiều tệp.")
    head, reference, tracking = _columns(table)
    known = places(items)
    rows, seen = list[Row](), dict[str, int]()
    for line, cells in enumerate(table[head + 1 :], head + 2):
        named, number = _cell(cells, reference), _cell(cells, tracking).replace(" ", "").upper()
        if named or number:
            rows.append(Row(line, named[:200], number[:60], _wrong(named, number, known, seen, line)))
    if not rows:
        raise Unreadable("Bảng không có dòng nào dưới tiêu đề cột.")
    return PostList(tuple(rows), one_line(table[head][reference]), one_line(table[head][tracking]))


def as_text(found: PostList) -> str:
    """The rows that can be used, to be sent along with the page that shows them."""
    return "\n".join(f"{row.reference}\t{row.tracking}" for row in found.good)


def from_text(text: str) -> tuple[tuple[str, str], ...]:
    """The rows of `as_text`."""
    pairs = (line.split("\t") for line in text.replace("\r\n", "\n").split("\n")[:MOST_ROWS])
    return tuple((pair[0], pair[1]) for pair in pairs if len(pair) == 2)


def _wrong(named: str, number: str, known: frozenset[str], seen: dict[str, int], line: int) -> str:
    if not number:
        return "chưa có số hiệu bưu gửi"
    if not number.isascii() or not number.isalnum() or not _SHORTEST <= len(number) <= _LONGEST:
        return "số hiệu bưu gửi chưa đúng"
    if not named:
        return "không có tham chiếu"
    if as_listed(named) not in known:
        return "không có thư này trong đợt"
    if (earlier := seen.setdefault(number, line)) != line:
        return say("số hiệu này đã có ở dòng %(number)s", number=earlier)
    return ""


def _columns(table: Sequence[Sequence[str]]) -> tuple[int, int, int]:
    """The row of the headings, the column that names letters, and the one with the post's numbers."""
    for place, cells in enumerate(table[:LOOKED_AT]):
        plain = [folded(one_line(cell)) for cell in cells[:MOST_COLUMNS]]
        tracking = _headed(plain, TRACKING)
        reference = _headed(plain, REFERENCE)
        if reference is None:
            reference = next((column for column, head in enumerate(plain) if head.strip(". ") in PLACE), None)
        if tracking is not None and reference is not None and tracking != reference:
            return place, reference, tracking
    raise Unreadable(
        "Không tìm thấy cột. Bảng cần một cột “Số hiệu”, “Mã bưu gửi” hoặc “Mã vận đơn”, và một cột “Tham chiếu” "
        "hoặc “STT”."
    )


def _headed(plain: Sequence[str], words: Sequence[str]) -> int | None:
    return next((column for word in words for column, head in enumerate(plain) if word in head), None)


def _cell(cells: Sequence[str], column: int) -> str:
    return one_line(cells[column]) if column < len(cells) else ""


def _cells(name: str, data: bytes) -> Iterator[Sequence[str]]:
    if data[:4] == b"PK\x03\x04":
        yield from _of_excel(data)
    elif name.lower().endswith((".csv", ".txt", ".tsv")):
        yield from _of_csv(_decoded(data))
    else:
        raise Unreadable("Chỉ đọc được bảng Excel (.xlsx) hoặc CSV. Tệp .xls cũ xin lưu lại thành .xlsx.")


def _of_excel(data: bytes) -> list[Sequence[str]]:
    """The first sheet."""
    try:
        _must_be_honest(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = sheet.iter_rows(max_row=MOST_ROWS + LOOKED_AT + 1, max_col=MOST_COLUMNS, values_only=True)
            return [[_shown(value) for value in row] for row in rows]
        finally:
            book.close()
    except Unreadable:
        raise
    except Exception as error:  # a damaged file fails anywhere in zipfile, the XML parser and openpyxl
        raise Unreadable("Tệp Excel bị hỏng, không mở được. Xin lưu lại rồi gửi lại.") from error


def _must_be_honest(data: bytes) -> None:
    """Refuse what would unpack to more than a list holds, and entities: no program writes them into a spreadsheet.

    Raises:
        Unreadable: too much of something, or strange.
        zipfile.BadZipFile: and whatever else `zipfile` raises of what is no archive.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNPACKED:
            raise Unreadable(_TOO_LARGE)
        parts = [archive.read(member).replace(b"\0", b"") for member in members]  # letters may be two bytes wide
    if any(b"<!DOCTYPE" in part for part in parts):
        raise Unreadable("Tệp Excel có cấu trúc bất thường nên không được mở. Xin lưu lại rồi gửi lại.")
    if sum(part.count(b"<") for part in parts) > MOST_TAGS:
        raise Unreadable(_TOO_LARGE)
    if any(len(_CELL.findall(row)) > MOST_CELLS for part in parts for row in _ROW.split(part)):
        raise Unreadable("Bảng có quá nhiều cột. Xin chỉ giữ các cột số hiệu và tham chiếu.")


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _of_csv(text: str) -> Iterator[Sequence[str]]:
    sample = text.split("\n", LOOKED_AT)[:LOOKED_AT]
    delimiter = max(_DELIMITERS, key=lambda one: sum(line.count(one) for line in sample))
    try:
        yield from csv.reader(io.StringIO(text), delimiter=delimiter)
    except csv.Error as error:
        raise Unreadable("Tệp CSV bị hỏng, không đọc được. Xin lưu lại rồi gửi lại.") from error


def _decoded(data: bytes) -> str:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1258", errors="replace")
