"""Letters and mails, whether they went out, and what became of them; print runs."""

import sqlite3
from typing import Any

from services.console.facts.writing import put, record
from shared.contracts.intake import DeliveryReported
from shared.contracts.notify import (
    NotificationFailed,
    NotificationNumbered,
    NotificationQueued,
    NotificationSent,
    NotifyEvent,
)
from shared.contracts.post import LetterDelivered, LetterPosted, LetterReturned, PrintRunClosed, PrintRunPosted


@record.register
def _(event: NotificationQueued, db: sqlite3.Connection) -> None:
    _message(db, event, state="queued", withdrawn=False)
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
        withdrawn=False,
        text_version=event.text,
        run=event.run,
        **({} if event.number is None else {"register_number": event.number}),
    )
    _answer(db, event, sent_at=event.occurred_at, undelivered=None)


@record.register
def _(event: NotificationFailed, db: sqlite3.Connection) -> None:
    """Of what nobody wants any more nobody has to be told."""
    _message(db, event, state="failed", reason=event.reason, withdrawn=event.withdrawn)
    _answer(db, event, undelivered=None if event.withdrawn else event.reason)


@record.register
def _(event: NotificationNumbered, db: sqlite3.Connection) -> None:
    """Before or after it left."""
    known = db.execute("SELECT state FROM message WHERE id = ?", (event.notification,)).fetchone()
    _message(db, event, state=known["state"] if known else "queued", register_number=event.number)


@record.register
def _(event: LetterPosted, db: sqlite3.Connection) -> None:
    """A second time, where it had come back before."""
    known = db.execute("SELECT returned_on FROM message WHERE id = ?", (event.notification,)).fetchone()
    returned_on = known["returned_on"] if known else None
    told: dict[str, Any] = {} if event.tracking is None else {"tracking": event.tracking}
    again = returned_on is not None and event.posted_on.isoformat() >= returned_on
    told |= {"returned_on": None, "returned_because": None} if again else {}
    _message(db, event, state="sent", run=event.run, posted_on=event.posted_on, **told)
    if again:
        _answer(db, event, undelivered=None)


@record.register
def _(event: LetterDelivered, db: sqlite3.Connection) -> None:
    _message(db, event, state="sent", run=event.run, delivered_on=event.delivered_on)


@record.register
def _(event: LetterReturned, db: sqlite3.Connection) -> None:
    returned = {"returned_on": event.returned_on, "returned_because": event.because}
    _message(db, event, state="sent", run=event.run, **returned)
    _answer(db, event, undelivered=f"Bưu điện chuyển hoàn: {event.because}")


@record.register
def _(event: PrintRunClosed, db: sqlite3.Connection) -> None:
    closed = {"closed_at": event.occurred_at, "letters": event.letters, "envelopes": event.envelopes}
    put(db, "print_run", event.run, commune=event.commune, **closed)


@record.register
def _(event: PrintRunPosted, db: sqlite3.Connection) -> None:
    put(db, "print_run", event.run, commune=event.commune, posted_on=event.posted_on, posted_at=event.occurred_at)


@record.register
def _(event: DeliveryReported, db: sqlite3.Connection) -> None:
    """Intake reads it in the mailbox; notify says by itself that a message failed."""
    told = {"action": event.action, "status": event.status, "said": event.said, "reported_at": event.occurred_at}
    put(db, "delivery_report", event.notification, commune=event.commune, **told)


def _answer(db: sqlite3.Connection, event: NotifyEvent, **values: Any) -> None:
    """What became of the message is what became of the questions it answers; of which form they are, others say."""
    if event.kind in ("answer", "guidance", "referral"):
        for question in event.questions:
            known = db.execute("SELECT submission FROM question WHERE id = ?", (question,)).fetchone()
            form = known["submission"] if known else event.case
            put(db, "question", question, commune=event.commune, submission=form, **values)


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
