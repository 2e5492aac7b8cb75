"""What is written in answer to a question: every version, what became of it, and whose turn it is."""

import sqlite3
from typing import Any

from services.console.facts.routing import NOTHING_WANTED
from services.console.facts.writing import instant, put, record
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    DraftKept,
    RoutingEvent,
)


@record.register
def _(event: DraftKept, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR REPLACE INTO draft (question, number, commune, text, written_by, written_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        (event.question, event.draft, event.commune, event.text, event.kept_by, instant(event.occurred_at)),
    )
    _question(
        db,
        event,
        state="drafting",
        draft=event.draft,
        draft_text=event.text,
        drafted_by=event.kept_by,
        drafted_at=event.occurred_at,
    )


@record.register
def _(event: AnswerDrafted, db: sqlite3.Connection) -> None:
    """A version that was kept is handed in as it is, and stays the work of who wrote it."""
    at = instant(event.occurred_at)
    db.execute(
        "INSERT INTO draft (question, number, commune, text, written_by, written_at, handed_in_by, handed_in_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (question, number) DO UPDATE "
        "SET text = excluded.text, handed_in_by = excluded.handed_in_by, handed_in_at = excluded.handed_in_at",
        (event.question, event.draft, event.commune, event.text, event.drafted_by, at, event.drafted_by, at),
    )
    writer = db.execute(
        "SELECT written_by FROM draft WHERE question = ? AND number = ?", (event.question, event.draft)
    ).fetchone()
    _question(
        db,
        event,
        state="awaiting-approval",
        draft=event.draft,
        draft_text=event.text,
        drafted_by=writer["written_by"],
        drafted_at=event.occurred_at,
        awaits=event.awaits,
        awaited_at=event.occurred_at,
        **NOTHING_WANTED,
    )


@record.register
def _(event: AnswerEndorsed, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO endorsement SELECT ?, ?, count(*) + 1, ?, ?, ?, ? FROM endorsement "
        "WHERE question = ? AND draft = ?",
        (
            event.question,
            event.draft,
            event.commune,
            event.role,
            event.endorsed_by,
            instant(event.occurred_at),
            event.question,
            event.draft,
        ),
    )
    _question(db, event, awaits=event.awaits, awaited_at=event.occurred_at)


@record.register
def _(event: AnswerReturned, db: sqlite3.Connection) -> None:
    db.execute(
        "UPDATE draft SET remarks = ?, returned_by = ?, returned_at = ? WHERE question = ? AND number = ?",
        (event.remarks, event.returned_by, instant(event.occurred_at), event.question, event.draft),
    )
    _question(
        db,
        event,
        state="drafting",
        remarks=event.remarks,
        returned_by=event.returned_by,
        returned_at=event.occurred_at,
        awaits=None,
        awaited_at=None,
    )


@record.register
def _(event: AnswerApproved, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="approved",
        answer=event.text,
        approved_by=event.approved_by,
        approved_at=event.occurred_at,
        awaits=None,
        awaited_at=None,
    )


def _question(db: sqlite3.Connection, event: RoutingEvent, **values: Any) -> None:
    put(db, "question", event.question, commune=event.commune, submission=event.case, **values)
