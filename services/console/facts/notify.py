"""Letters and mails, and whether they went out."""

import sqlite3
from typing import Any

from services.console.facts.writing import put, record
from shared.contracts.notify import (
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
    NotifyEvent,
)


@record.register
def _(event: NotificationQueued, db: sqlite3.Connection) -> None:
    _message(db, event, state="queued")
    _answer(db, event, undelivered=None)


@record.register
def _(event: NotificationSent, db: sqlite3.Connection) -> None:
    _message(
        db,
        event,
        state="sent",
        sent_at=event.occurred_at,
        reference=event.reference,
        uncertain=event.uncertain,
        reason=None,
    )
    _answer(db, event, sent_at=event.occurred_at, undelivered=None)


@record.register
def _(event: NotificationFailed, db: sqlite3.Connection) -> None:
    _message(db, event, state="failed", reason=event.reason)
    _answer(db, event, undelivered=event.reason)


def _answer(db: sqlite3.Connection, event: NotifyEvent, **values: Any) -> None:
    """What became of the message is what became of the questions it answers."""
    if event.kind in ("answer", "guidance", "referral"):
        for question in event.questions:
            put(db, "question", question, commune=event.commune, submission=event.case, **values)


def _message(db: sqlite3.Connection, event: NotifyEvent, **values: Any) -> None:
    put(
        db,
        "message",
        event.notification,
        commune=event.commune,
        case_id=event.case,
        kind=event.kind,
        channel=event.channel,
        questions=event.questions,
        changed_at=event.occurred_at,
        **values,
    )
