"""The outgoing register as notify tells of it: its rows, the letters that wait for a number, and the book as a file."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date

from pydantic import AwareDatetime

from services.console import report_files, words
from services.console.posting import TICKED, Letter
from services.console.report_files import Table
from shared.contracts.base import Model
from shared.web import local_day

PAGE = 500
"""Rows that notify tells at once."""
ORDER = "xep-"
"""Begins the name of the field that says which letter comes when."""
LAST = 100_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
COLUMNS = ("Số, ký hiệu", "Ngày văn bản", "Trích yếu", "Người cấp số", "Cấp số lúc", "Ghi chú")


class Row(Model):
    """One number that was given. struck: why the document did not leave after all."""

    number: str
    given_on: date | None = None
    given_at: AwareDatetime | None = None
    notification: str | None = None
    about: str = ""
    given_by: str | None = None
    struck: str | None = None

    @property
    def case(self) -> str | None:
        """Id of the form or dialogue that the letter is about."""
        return self.notification.partition(".")[0] if self.notification else None

    @property
    def place(self) -> int | None:
        """Its number alone, without the symbol."""
        number = self.number.partition("/")[0]
        return int(number) if number.isdecimal() else None


class Book(Model):
    """A book of a year. next: the number that comes next. rows: the latest first. waiting: the oldest first."""

    next: int = 1
    automatic: bool = False
    symbol: str = ""
    rows: tuple[Row, ...] = ()
    waiting: tuple[Letter, ...] = ()


def chosen(typed: Mapping[str, str]) -> tuple[str, ...]:
    """The letters that were ticked: those with a place first, by it; then the others, in the order of the page."""

    def place(letter: str) -> int:
        typed_place = typed.get(f"{ORDER}{letter}", "").strip()
        return int(typed_place) if typed_place.isdecimal() else LAST

    return tuple(sorted((name.removeprefix(TICKED) for name in typed if name.startswith(TICKED)), key=place))


def table(book: str, year: int, rows: Sequence[Row]) -> Table:
    """The book as a table, the first number first."""
    cells = tuple(
        (
            row.number,
            local_day(row.given_on) if row.given_on else None,
            row.about,
            row.given_by,
            row.given_at,
            f"Đã gạch: {row.struck}" if row.struck else None,
        )
        for row in reversed(rows)
    )
    return Table(f"{words.REGISTERS[book]} {year}", COLUMNS, cells)


def spreadsheet(book: str, year: int, rows: Sequence[Row]) -> bytes:
    return report_files.workbook([table(book, year, rows)])


def comma_separated(book: str, year: int, rows: Sequence[Row]) -> bytes:
    """For programs, and for Excel, which tells UTF-8 by its mark. No text is a formula, whatever it begins with."""
    file = io.StringIO()
    writer = csv.writer(file)
    found = table(book, year, rows)
    writer.writerow(found.columns)
    for row in found.rows:
        writer.writerow([_harmless(report_files.as_text(value)) for value in row])
    return file.getvalue().encode("utf-8-sig")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
