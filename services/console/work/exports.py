"""Lists that leave the house as CSV or XLSX, however long they are: never more than a chunk of rows is held.

Rows are read and written in threads of their own, a chunk at a time, so that pages are answered meanwhile. A CSV file
is sent as it is made; when its rows end with an error the connection is broken off, so that no part looks whole. An
XLSX file is made first, for its directory comes last; it lies in a file without a name, gone with whoever asked for it.
"""

import asyncio
import csv
import io
import re
import time
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from datetime import date, datetime
from itertools import islice
from tempfile import TemporaryFile
from typing import IO, Any, Literal, TypeVar

from fastapi.responses import Response, StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from services.console.language import language
from services.console.pages import attached
from shared.web import HANOI

Format = Literal["csv", "xlsx"]
Value = str | int | float | date | datetime | bool | None
"""A float is a part of 1, and shown in percent."""
Rows = Iterable[Sequence[Value]] | AsyncIterable[Sequence[Value]]
T = TypeVar("T")

CHUNK = 200
"""Rows that are read and written at once: other work waits no longer than that takes."""
PIECE = 64 * 1024
MOST_ROWS = 1_000_000
"""On one sheet, which holds 1,048,576; the others follow on the next."""
GIVE_WAY_S = 0.001
CSV = "text/csv; charset=utf-8"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEPARATOR = ";"
"""Where the decimal sign is a comma, as in Vietnam, Excel reads columns that are separated by this."""
FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BEFORE_A_SIGN = re.compile(r'(?<![,;|"\s])[,;|"\s]++(?=[=+\-@])')
"""Begins where a run does, and goes back nowhere: long runs cost what they are long."""
_SEPARATES = frozenset(",;|\t\r\n")
_threads = ThreadPoolExecutor(2, "export")
"""Two exports at a time; a third one waits for its turn, chunk by chunk."""


async def stream(format: Format, name: str, title: str, head: Sequence[str], rows: Rows) -> Response:
    """The file that was asked for, in Vietnamese whoever takes it. name: of the file, without its ending."""
    language.set("vi")
    if format == "csv":
        return stream_csv(head, rows, name=name)
    return await stream_xlsx(title, head, rows, name=name)


def stream_csv(head: Sequence[str], rows: Rows, *, name: str) -> Response:
    """Sent as it is made: UTF-8 with its mark, which tells Excel so."""

    async def body() -> AsyncIterator[bytes]:
        async with aclosing(_chunks(rows)) as chunks:
            yield "\ufeff".encode() + _lines([head])
            async for chunk in chunks:
                yield await _in_thread(_lines, chunk)

    return StreamingResponse(body(), media_type=CSV, headers=attached(f"{name}.csv"))


async def stream_xlsx(title: str, head: Sequence[str], rows: Rows, *, name: str) -> Response:
    """Made first, then sent piece by piece, with its length told before."""
    file = TemporaryFile()  # noqa: SIM115 - closed once it is sent, or will not be
    try:
        async with aclosing(_chunks(rows)) as chunks:
            book = _Book(title, head)
            try:
                async for chunk in chunks:
                    await _in_thread(book.append, chunk)
                await _in_thread(book.save, file)
            finally:
                book.forget()
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = attached(f"{name}.xlsx") | {"Content-Length": str(length)}
    return StreamingResponse(_pieces(file), media_type=XLSX, headers=headers)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    """A file, piece by piece; closed, and so gone, whatever becomes of the response."""
    with file:
        while piece := await _in_thread(file.read, PIECE):
            yield piece


class _Book:
    """A workbook that is written row by row: headings stay in sight, days and instants are such, text is no formula."""

    def __init__(self, title: str, head: Sequence[str]) -> None:
        self._title, self._head = title, head
        self._book = Workbook(write_only=True)
        self._sheets: list[Any] = []
        self._rows = 0
        self._next_sheet()

    def append(self, rows: Sequence[Sequence[Value]]) -> None:
        for row in rows:
            if self._rows == MOST_ROWS:
                self._next_sheet()
            self._sheets[-1].append([self._cell(value) for value in row])
            self._rows += 1
            if self._rows % 50 == 0:
                time.sleep(GIVE_WAY_S)

    def save(self, file: IO[bytes]) -> None:
        self._filter()
        self._book.save(file)

    def forget(self) -> None:
        """The parts of a book that was not saved lie on the disk until somebody removes them."""
        for sheet in self._sheets:
            with suppress(Exception):
                sheet.close()
            with suppress(OSError, ValueError, AttributeError):
                sheet._writer.cleanup()

    def _next_sheet(self) -> None:
        self._filter()
        sheet: Any = self._book.create_sheet(self._title[:28] + (f" {len(self._sheets) + 1}" if self._sheets else ""))
        sheet.freeze_panes = "A2"
        for place, name in enumerate(self._head, 1):
            sheet.column_dimensions[get_column_letter(place)].width = _width(name)
        self._sheets.append(sheet)
        self._rows = 0
        heads = [WriteOnlyCell(sheet, name) for name in self._head]
        for cell in heads:
            cell.font, cell.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
        sheet.append(heads)

    def _filter(self) -> None:
        if self._sheets:
            self._sheets[-1].auto_filter.ref = f"A1:{get_column_letter(len(self._head))}{self._rows + 1}"

    def _cell(self, value: Value) -> Any:
        match value:
            case str():
                text = ILLEGAL_CHARACTERS_RE.sub("", value)
                return self._made(text, kind="s") if text.startswith("=") else text
            case datetime():
                return self._made(value.astimezone(HANOI).replace(tzinfo=None, microsecond=0), "dd/mm/yyyy hh:mm")
            case date():
                return self._made(value, "dd/mm/yyyy")
            case float():
                return self._made(value, "0.0%")
            case bool():
                return "có" if value else "không"
            case _:
                return value

    def _made(self, value: Any, shown: str | None = None, kind: str | None = None) -> Any:
        cell = WriteOnlyCell(self._sheets[-1], value)
        if shown:
            cell.number_format = shown
        if kind:
            cell.data_type = kind
        return cell


def _width(name: str) -> int:
    """Of a column, by its name: what people wrote is longer than what it is called."""
    return 60 if name in ("Nội dung", "Trích yếu", "Câu trả lời", "Việc") else max(12, min(28, len(name) + 4))


def _lines(rows: Iterable[Sequence[Value]]) -> bytes:
    file = io.StringIO()
    csv.writer(file, delimiter=SEPARATOR).writerows([_text(value) for value in row] for row in rows)
    return file.getvalue().encode()


def _text(value: Value) -> str:
    """As Excel reads it in any language of Windows; no text is a formula, whatever it begins with."""
    match value:
        case None:
            return ""
        case bool():
            return "có" if value else "không"
        case datetime():
            return value.astimezone(HANOI).strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case float():
            return f"{100 * value:.1f}%".replace(".", ",")
        case int():
            return str(value)
        case _:
            inside = _BEFORE_A_SIGN.sub(_kept_text, value)
            return f"'{inside}" if value.startswith(FORMULA) else inside


def _kept_text(found: re.Match[str]) -> str:
    """Where a list is separated by commas, as in English, a sign behind one would begin a cell, and so a formula."""
    return f"{found[0]}'" if _SEPARATES & set(found[0]) else found[0]


async def _chunks(rows: Rows) -> AsyncGenerator[list[Sequence[Value]]]:
    if isinstance(rows, AsyncIterable):
        held: list[Sequence[Value]] = []
        async for row in rows:
            held.append(row)
            if len(held) == CHUNK:
                yield held
                held = []
        if held:
            yield held
        return
    waiting = iter(rows)
    try:
        while chunk := await _in_thread(_take, waiting):
            yield chunk
    finally:
        if (close := getattr(waiting, "close", None)) is not None:
            await _in_thread(close)


def _take(rows: Iterator[Sequence[Value]]) -> list[Sequence[Value]]:
    return list(islice(rows, CHUNK))


async def _in_thread(work: Callable[..., T], *arguments: Any) -> T:
    """Whoever does not wait for it any more still lets it end: nothing is closed beneath a thread that uses it."""
    working = asyncio.get_running_loop().run_in_executor(_threads, work, *arguments)
    try:
        return await asyncio.shield(working)
    except asyncio.CancelledError:
        await asyncio.wait([working])
        raise
