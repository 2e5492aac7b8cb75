"""Terms, and before whom the missed ones were put."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from services.console.facts.writing import instant, put, record
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlinePassed,
    DeadlinePaused,
    DeadlineSet,
    EscalationAcknowledged,
    EscalationRaised,
)

NOT_DONE: Mapping[str, None] = {
    "met_at": None,
    "late": None,
    "cancelled_because": None,
    "paused_because": None,
}
"""The term is owed."""


@record.register
def _(event: DeadlineSet, db: sqlite3.Connection) -> None:
    """A term that runs again to the same end, because an answer was sent back, is still the first promise."""
    known = db.execute("SELECT due_at FROM term WHERE id = ?", (event.deadline,)).fetchone()
    if known is None or known["due_at"] != instant(event.due_at):
        _term(db, event, set_at=event.occurred_at, original_due_at=event.due_at, moved_because=None, cause=None)
    _term(
        db,
        event,
        state="running",
        due_on=event.due_on,
        due_at=event.due_at,
        basis=event.basis,
        provisional=event.provisional,
        **NOT_DONE,
    )


@record.register
def _(event: DeadlineMoved, db: sqlite3.Connection) -> None:
    """A term that was met stays so when it is only extended; another department that takes over starts anew."""
    known = db.execute("SELECT state, department FROM term WHERE id = ?", (event.deadline,)).fetchone()
    stays_met = known is not None and known["state"] == "met" and known["department"] == event.department
    _term(
        db,
        event,
        due_on=event.due_on,
        due_at=event.due_at,
        original_due_at=event.original_due_at,
        moved_because=event.reason,
        cause=event.cause,
        **({} if event.provisional is None else {"provisional": event.provisional}),
        **({} if stays_met else {"state": "running", **NOT_DONE}),
    )


@record.register
def _(event: DeadlinePaused, db: sqlite3.Connection) -> None:
    _term(db, event, state="paused", paused_because=event.reason)


@record.register
def _(event: DeadlinePassed, db: sqlite3.Connection) -> None:
    _term(db, event, state="passed", due_at=event.due_at)


@record.register
def _(event: DeadlineNear, db: sqlite3.Connection) -> None:
    _term(db, event, state="near", due_at=event.due_at)


@record.register
def _(event: DeadlineMissed, db: sqlite3.Connection) -> None:
    _term(db, event, state="missed", due_at=event.due_at)


@record.register
def _(event: DeadlineMet, db: sqlite3.Connection) -> None:
    _term(db, event, state="met", due_at=event.due_at, met_at=event.met_at, late=event.late)


@record.register
def _(event: DeadlineCancelled, db: sqlite3.Connection) -> None:
    _term(db, event, state="cancelled", cancelled_because=event.reason)


@record.register
def _(event: EscalationRaised, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT OR REPLACE INTO escalation "
        "(term, step, due_at, commune, about, rule, department, put_before, raised_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            event.deadline,
            event.step,
            instant(event.due_at),
            event.commune,
            event.about,
            event.rule,
            event.department,
            event.to,
            instant(event.occurred_at),
        ),
    )


@record.register
def _(event: EscalationAcknowledged, db: sqlite3.Connection) -> None:
    """Of the term as it last ran out: after an extension the same step may come again."""
    db.execute(
        "UPDATE escalation SET acknowledged_by = ?, note = ?, acknowledged_at = ? WHERE term = ? AND step = ? "
        "AND due_at = (SELECT max(due_at) FROM escalation WHERE term = ? AND step = ?)",
        (
            event.acknowledged_by,
            event.note,
            instant(event.occurred_at),
            event.deadline,
            event.step,
            event.deadline,
            event.step,
        ),
    )


def _term(db: sqlite3.Connection, event: DeadlineEvent, **values: Any) -> None:
    """What is owed and by whom stays known where a later event does not repeat it."""
    told = {"what": event.what, "owner": event.owner}
    put(
        db,
        "term",
        event.deadline,
        commune=event.commune,
        case_id=event.case,
        about=event.about,
        rule=event.rule,
        department=event.department,
        **{name: value for name, value in told.items() if value is not None},
        **values,
    )
