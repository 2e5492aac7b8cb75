"""The outgoing register (sổ văn bản đi): which document is numbered in which book, and which number comes next.

Every book is of one commune, one kind of document and one year, and runs from 01 (Decree 30/2020, art. 15 and annex I,
II.3). No number is given twice or left out, and none is ever taken back: of what did not leave after all, it is struck.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.notify import delivery
from services.notify.correspondence import Correspondence, Message
from services.notify.correspondence import Decision as Noted
from services.notify.numbers.books import book_id, book_of, day_in_vietnam, waits_in
from services.notify.wording import day, one_line, two_digits
from shared.communes import Letterhead, NumberingMode
from shared.contracts import Actor, Event, Refusal, Role
from shared.contracts.post import GiveNumbers, OpenRegister, Register

MAY_NUMBER = (Role.CLERK, Role.OFFICE_HEAD)


@dataclass(frozen=True, slots=True)
class Book:
    """One register of one year. id: `<commune>.<book>.<year>`.

    first: what it begins with; more than 1 where it goes on from a book on paper. begun: a number of it was asked for.
    """

    id: str
    commune: str
    first: int = 1
    begun: bool = False
    version: int = 0


@dataclass(frozen=True, slots=True)
class Row:
    """One number that was given. id: of the message, so that a message has one.

    book: id of the book. symbol: behind the number. given_on: the day that the document bears. key: of the command that
    asked for it; None where it was numbered when it was made. struck: why the document did not leave after all.
    """

    id: str
    commune: str
    book: str
    number: int
    symbol: str
    given_on: date
    given_at: datetime
    given_by: str
    about: str
    key: str | None = None
    struck: str | None = None
    version: int = 0

    @property
    def text(self) -> str:
        """`05/UBND-VP`: as it stands on the document."""
        return written(self.number, self.symbol)


def symbol_of(book: Register, letterhead: Letterhead) -> str:
    """What stands behind the number: of letters the office's own symbol, of titled documents that of their kind."""
    return one_line(letterhead.symbol if book == "letter" else getattr(letterhead.numbers, book))


def written(number: int, symbol: str) -> str:
    """`05/UBND-VP`: below 10 with a leading zero."""
    return f"{two_digits(number)}/{symbol}"


# --- the book --------------------------------------------------------------------------------------------------------


def begin(book: Book | None, id: str, commune: str) -> tuple[Book, list[Event]]:
    """From its first number on, what a register begins with stands fast."""
    return replace(book or Book(id, commune), begun=True), []


def open_at(book: Book | None, command: OpenRegister) -> tuple[Book, list[Event]]:
    """The office numbered on paper until now, and goes on here. A mistake can be mended until the first number."""
    must_be_clerk(command.actor)
    commune = command.actor.commune
    known = book or Book(book_id(commune, command.book, command.year), commune)
    if known.begun:
        raise Refusal(
            "not-now",
            f"Sổ năm {command.year} đã có văn bản được cấp số trên hệ thống nên không đặt lại số bắt đầu được nữa.",
        )
    return replace(known, first=command.next), []


def next_number(book: Book | None, last: Row | None) -> int:
    return max(book.first if book else 1, last.number + 1 if last else 1)


# --- which letter, which day -----------------------------------------------------------------------------------------


def must_be_clerk(actor: Actor) -> None:
    if actor.role not in MAY_NUMBER:
        raise Refusal("forbidden", "Chỉ cán bộ Văn phòng hoặc Chánh Văn phòng được xem sổ và cấp số văn bản đi.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A letter that is to be numbered. given: what the register says of it already."""

    state: Correspondence
    message: Message
    book: Register
    given: Row | None


def chosen(state: Correspondence | None, notification: str, given: Row | None, command: GiveNumbers) -> Chosen:
    """The letter, where this command may give it a number, or has begun to.

    Args:
        given: what the register says of it. A number that did not reach the letter is noted now.
    """
    must_be_clerk(command.actor)
    if state is not None and state.commune != command.actor.commune:
        raise Refusal("forbidden", "Văn bản này thuộc một xã khác.")
    if state is None or not state.has(notification):
        raise Refusal("not-found", f"Không tìm thấy văn bản {notification}; có thể văn bản không còn phải gửi.")
    message = state.message(notification)
    book = book_of(message.kind)
    if book is None:
        raise Refusal("invalid", "Phiếu tiếp nhận và thư nhắc nội bộ không cấp số văn bản đi.")
    if given is not None and (message.number is None or given.key == command.key):
        return Chosen(state, message, book, given)
    if message.number is not None:
        raise Refusal("not-now", f"Văn bản {notification} đã có số {message.number}.")
    if not message.lacks_number:
        raise Refusal("not-now", f"Văn bản {notification} chưa in, hoặc không gửi bằng thư, nên chưa cấp số.")
    return Chosen(state, message, book, None)


def row_of(one: Chosen, command: GiveNumbers, letterhead: Letterhead, about: str, now: datetime) -> Row:
    """Its row, whose number is still to be found."""
    return Row(
        id=one.message.id,
        commune=one.state.commune,
        book=book_id(one.state.commune, one.book, command.given_on.year),
        number=0,
        symbol=symbol_of(one.book, letterhead),
        given_on=command.given_on,
        given_at=now,
        given_by=command.actor.name,
        about=about,
        key=command.key,
    )


def must_be_late(mode: NumberingMode) -> None:
    """What is numbered when it is made is not numbered by hand: the order of a book would be nobody's."""
    if mode == "automatic":
        raise Refusal("not-now", "Xã để hệ thống cấp số loại văn bản này khi lập, nên không cấp số sau khi ký.")


def check_day(given_on: date, message: Message, now: datetime) -> None:
    """A document is numbered on the day it is signed: not before it was written, and not ahead of time."""
    if given_on > day_in_vietnam(now):
        raise Refusal("invalid", f"Ngày cấp số {day(given_on)} chưa đến.")
    if given_on < (made_on := day_in_vietnam(message.created_at)):
        raise Refusal("invalid", f"Ngày cấp số {day(given_on)} trước ngày lập văn bản {day(made_on)}.")


def check_order(given_on: date, last: Row | None) -> None:
    """Numbers rise with the days: documents are numbered in the order in which they are issued (art. 15)."""
    if last is not None and given_on < last.given_on:
        raise Refusal(
            "invalid",
            f"Ngày cấp số {day(given_on)} trước ngày của số gần nhất trong sổ: {last.text}, {day(last.given_on)}.",
        )


# --- the letter ------------------------------------------------------------------------------------------------------


def numbered(state: Correspondence | None, notification: str, number: str, now: datetime) -> Noted:
    """The letter has its number. One that lies ready is then drawn anew, as whatever says something else by now."""
    if state is None:
        raise Refusal("not-found", f"Không tìm thấy văn bản {notification}.")
    if not state.has(notification):
        return state, []
    return delivery.numbered(state, state.message(notification), number, now)


def written_as(notification: str) -> Iterator[str]:
    """Ids under which a document may have its number: its own, then those that it was written under before, as a mail
    that became a letter (`x.letter`), or a letter that was sent once more (`x.letter.again`)."""
    yield notification
    before = re.sub(r"\.(letter|again)$", "", notification)
    if before != notification:
        yield from written_as(before)


def left_after_all(state: Correspondence | None, row: Row) -> bool:
    """Whether a document bears this number that is on its way or has left: the letter, or the one a mail became."""
    if state is None:
        return False
    alive = [message for message in state.messages if message.state != "failed"]
    return any(row.id == message.id or row.text == message.number for message in alive)


# --- as it is shown --------------------------------------------------------------------------------------------------


def shown(row: Row) -> dict[str, object]:
    """As `ReadRegister` replies."""
    return {
        "number": row.text,
        "given_on": row.given_on.isoformat(),
        "given_at": row.given_at.isoformat(),
        "notification": row.id,
        "about": row.about,
        "given_by": row.given_by,
        "struck": row.struck,
    }


def waiting_in(state: Correspondence, book: Register, year: int) -> list[Message]:
    """Letters of a year that are made or have left, and belong into a book, without a number."""
    id = book_id(state.commune, book, year)
    return [
        message
        for message in state.messages
        if message.lacks_number and waits_in(state.commune, message.kind, message.created_at) == id
    ]
