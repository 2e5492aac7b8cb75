"""The mailbox: what came in, what it became, and how a clerk dealt with it."""

import sqlite3

from services.console.facts.writing import put, record
from shared.contracts.intake import MailSettled, MailTakenIn


@record.register
def _(event: MailTakenIn, db: sqlite3.Connection) -> None:
    put(
        db,
        "mail",
        event.case,
        commune=event.commune,
        outcome=event.outcome,
        why=event.why,
        sender=event.sender,
        subject_line=event.subject_line,
        received_at=event.received_at,
        original=event.original.model_dump(mode="json"),
        submissions=event.submissions,
        told=event.told,
        proposed=event.proposed,
    )


@record.register
def _(event: MailSettled, db: sqlite3.Connection) -> None:
    put(
        db,
        "mail",
        event.case,
        commune=event.commune,
        submissions=event.submissions,
        settled_how=event.how,
        settled_because=event.reason,
        settled_by=event.settled_by,
        settled_at=event.occurred_at,
    )
