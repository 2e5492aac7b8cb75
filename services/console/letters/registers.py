"""The outgoing register as notify tells of it: its rows, the letters that wait for a number, the book as a table."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pydantic import AwareDatetime

from services.console.letters.posting import TICKED, Letter
from services.console.work.exports import Value
from shared.contracts.base import Model
from shared.text import whole_number

PAGE = 500
"""Rows that notify tells at once."""
ORDER = "xep-"
"""Begins the name of the field that says which letter comes when."""
LAST = 100_000
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
        return whole_number(self.number.partition("/")[0])


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
        typed_place = whole_number(typed.get(f"{ORDER}{letter}", "").strip())
        return LAST if typed_place is None else typed_place

    return tuple(sorted((name.removeprefix(TICKED) for name in typed if name.startswith(TICKED)), key=place))


def cells(rows: Sequence[Row]) -> Iterator[tuple[Value, ...]]:
    """The book as a table, the first number first."""
    for row in reversed(rows):
        struck = f"Đã gạch: {row.struck}" if row.struck else None
        yield row.number, row.given_on, row.about, row.given_by, row.given_at, struck
