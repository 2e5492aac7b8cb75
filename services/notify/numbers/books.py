"""Which document is numbered in which book of the outgoing register, and in that of which year."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal

from services.notify.wording import VIETNAM
from shared.contracts.notify import MessageKind
from shared.contracts.post import Register

Numbered = MessageKind | Literal["transfer-slip", "conclusion-notice", "report"]
"""What may bear a number: messages, and the documents that are made as files."""

_BOOKS: Mapping[Numbered, Register | None] = {
    "receipt": None,
    "digest": None,
    "reminder": None,
    "escalation": None,
    "invitation": "invitation",
    "waitlist": "letter",
    "rescheduled": "letter",
    "cancelled": "letter",
    "answer": "letter",
    "guidance": "letter",
    "referral": "letter",
    "extension": "letter",
    "conclusion": "letter",
    "resolution": "letter",
    "apology": "letter",
    "dialogue-reminder": "letter",
    "transfer-slip": "transfer",
    "conclusion-notice": "conclusion",
    "report": "report",
}


def book_of(kind: Numbered) -> Register | None:
    """The register that a kind of document is numbered in; None for what is not a document of the office."""
    return _BOOKS[kind]


def book_id(commune: str, book: Register, year: int) -> str:
    return f"{commune}.{book}.{year}"


def day_in_vietnam(instant: datetime) -> date:
    """A year of the register begins at midnight in Vietnam."""
    return instant.astimezone(VIETNAM).date()


def waits_in(commune: str, kind: MessageKind, created_at: datetime) -> str | None:
    """Id of the book that a letter belongs into while it has no number: that of the year it was written in."""
    book = book_of(kind)
    return None if book is None else book_id(commune, book, day_in_vietnam(created_at).year)
