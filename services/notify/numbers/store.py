"""Where the numbers of the outgoing registers are kept, each once and none left out, however many ask at a time.

A row is a document of its own with the id of its message, and no two rows of a book have the same number. The next
number is the one after the highest there is; who loses the race for it looks again. Nothing is ever deleted.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from services.notify.numbers import registers
from services.notify.numbers.books import book_id
from services.notify.numbers.registers import Book, Row
from shared.clock import Clock, real_now
from shared.contracts.post import OpenRegister, Register
from shared.store import Database, Index, StaleSave, Store

ATTEMPTS = 1_000
"""Each lost race is somebody else's number, so whoever waits is served; this many at once there never are."""


class Numbers:
    """The registers of all communes."""

    def __init__(self, database: Database, now: Clock = real_now) -> None:
        self._books: Store[Book] = Store(database, "registers", Book)
        self._rows: Store[Row] = Store(database, "numbers", Row, [Index(("book", "number"), unique=True)])
        self._now = now
        self._begun: dict[str, Book] = {}
        self._last: dict[str, Row] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def number(
        self, commune: str, book: Register, on: date, notification: str, about: str, symbol: str, given_by: str
    ) -> Row:
        """The number of a message. Asked for a second time it is the same one, of the day it was first asked for.

        Args:
            on: today in Vietnam; its year is the register's. Where the book has a number of a later day, that day.
            notification: id of the message.
            about: what it is about (trích yếu), for the register.
        """
        row = Row(notification, commune, book_id(commune, book, on.year), 0, symbol, on, self._now(), given_by, about)
        return await self._give(row, lambda last: max(on, last.given_on) if last else on)

    async def again(self, notification: str, number: str | None) -> Row | None:
        """The number that a message has already, which is to leave with it, even if it was not to leave before.

        Args:
            number: as the message knows it. With this one what it was written as before may have been numbered.
        """
        row = await self.known(notification, number)
        return await self._unstruck(row) if row else None

    async def known(self, notification: str, number: str | None) -> Row | None:
        """The same, of what is only looked at: what was struck stays so."""
        row = await self.row_of(notification)
        return row if row is not None and (row.id == notification or row.text == number) else None

    async def give(self, row: Row) -> Row:
        """As a clerk says: the row with the next number of its book, or the one that its message has.

        Raises:
            Refusal: the book has a number of a later day already.
        """

        def day(last: Row | None) -> date:
            registers.check_order(row.given_on, last)
            return row.given_on

        return await self._give(row, day)

    async def _give(self, wanted: Row, day: Callable[[Row | None], date]) -> Row:
        async with self._turns[wanted.book]:  # so that only other replicas are rivals
            for _ in range(ATTEMPTS):
                if (known := await self._rows.get(wanted.id)) is not None:
                    return await self._unstruck(known)
                book, last = await self._begin(wanted.book, wanted.commune), await self.last(wanted.book)
                row = replace(wanted, number=registers.next_number(book, last), given_on=day(last))
                if (saved := await self._rows.create(row, [])) is not None:
                    return saved.state
        raise StaleSave(f"{ATTEMPTS} others took numbers of {wanted.book} first")

    async def _begin(self, id: str, commune: str) -> Book:
        if (book := self._begun.get(id)) is None:
            book = (await self._books.change(id, lambda one: registers.begin(one, id, commune))).state
            self._begun[id] = book
        return book

    async def _unstruck(self, row: Row) -> Row:
        """It is to leave after all, under the number it had."""
        return row if row.struck is None else await self._struck(row.id, None)

    async def last(self, book: str) -> Row | None:
        """The row of a book with the highest number. What was the highest once is still there, so only what came since
        is looked through."""
        known = self._last.get(book)
        query: dict[str, Any] = {"book": book} | ({"number": {"$gt": known.number}} if known else {})
        last = next(iter(await self._rows.find(query, limit=1, sort="-number")), known)
        if last is not None:
            self._last[book] = last
        return last

    async def open(self, command: OpenRegister) -> Book:
        """Go on from a book on paper.

        Raises:
            Refusal: a number of it was asked for, or the actor may not.
        """
        id = book_id(command.actor.commune, command.book, command.year)
        saved = await self._books.change(id, lambda one: registers.open_at(one, command), key=command.key)
        return saved.state

    async def next(self, book: str) -> int:
        return registers.next_number(await self._books.get(book), await self.last(book))

    async def row(self, notification: str) -> Row | None:
        return await self._rows.get(notification)

    async def row_of(self, notification: str) -> Row | None:
        """Of what a mail became, or what was sent once more, that of the document as it was numbered first."""
        for id in registers.written_as(notification):
            if (row := await self._rows.get(id)) is not None:
                return row
        return None

    async def rows(self, book: str, *, below: int | None = None, limit: int = 0) -> list[Row]:
        """Rows of a book, the highest number first. below: only those with a lower number."""
        query: dict[str, Any] = {"book": book} | ({"number": {"$lt": below}} if below is not None else {})
        return await self._rows.find(query, limit=limit, sort="-number")

    async def strike(self, notification: str, reason: str | None) -> None:
        """The document did not leave (None: it leaves after all). The number stays, and is nobody else's."""
        if await self._rows.get(notification) is not None:
            await self._struck(notification, reason)

    async def _struck(self, notification: str, reason: str | None) -> Row:
        def decide(row: Row | None) -> tuple[Row, list[Any]]:
            assert row is not None, "a row is never deleted"
            return replace(row, struck=reason), []

        return (await self._rows.change(notification, decide)).state
