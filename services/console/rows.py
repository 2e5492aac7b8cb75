"""Rows of the view as values: the one place where columns become instants, days, lists and terms."""

import json
import sqlite3
from dataclasses import fields
from datetime import date, datetime
from typing import Any, TypeVar

from services.console.words import Term, how_long, used_up

T = TypeVar("T")


LISTS = frozenset(
    {"because", "proposals", "matters", "awaits", "recurs", "questions", "sessions", "conclusion_promises"}
)
"""Columns that hold JSON."""
FLAGS = frozenset({"on_time", "uncertain", "withdrawn", "confidential", "of_denouncer", "pressing", "outside_subject"})
OWED = frozenset({"running", "near", "missed", "paused"})
"""States of a term while somebody must act."""


def term_of(row: sqlite3.Row, now: datetime) -> Term | None:
    """The term in the columns of the view `timing`; None when there is none."""
    if row["due_at"] is None:
        return None
    due_at, met_at = datetime.fromisoformat(row["due_at"]), row["met_at"] and datetime.fromisoformat(row["met_at"])
    set_at = datetime.fromisoformat(row["set_at"]) if row["set_at"] else None
    words, urgency = how_long(row["term_state"], due_at, now, met_at)
    return Term(
        id=row["term_id"],
        rule=row["rule"],
        state=row["term_state"],
        words=words,
        urgency=urgency,
        owed=row["term_state"] in OWED,
        used=used_up(set_at, due_at, met_at or now),
        due_at=due_at,
        original_due_at=datetime.fromisoformat(row["original_due_at"] or row["due_at"]),
        basis=row["basis"] or "",
        provisional=bool(row["provisional"]),
        moved_because=row["moved_because"],
        cause=row["cause"],
        paused_because=row["paused_because"],
    )


def into(shape: type[T], row: sqlite3.Row, **more: Any) -> T:
    """A row as a value: instants and days by the ends of their names, lists from JSON."""
    known = set(row.keys())
    taken = {
        field.name: _value(field.name, row[field.name])
        for field in fields(shape)  # type: ignore[arg-type]
        if field.name in known and field.name not in more
    }
    return shape(**taken, **more)


def _value(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name.endswith("_at"):
        return datetime.fromisoformat(value)
    if name.endswith("_on"):
        return date.fromisoformat(value)
    if name in LISTS and isinstance(value, str):  # a count of questions is a number
        return json.loads(value)
    if name in FLAGS:
        return bool(value)
    return value
