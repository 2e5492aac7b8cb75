"""A day at one glance: what ends today or is late, what was decided yesterday, which dialogues the week brings."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.console import offers
from services.console.acting import Acting
from services.console.facts import instant
from services.console.offers import local
from shared.web import HANOI

MOST = 5
"""Decisions that are named; the others are counted."""
A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer that was approved. text: None where nobody may read it in a list."""

    id: str
    submission: str
    code: str | None
    text: str | None
    approved_by: str


@dataclass(frozen=True, slots=True)
class Meeting:
    """A dialogue of these days."""

    id: str
    title: str
    held_at: datetime
    place: str | None
    registered: int


@dataclass(frozen=True, slots=True)
class Today:
    """department: whose work is counted; None: everybody's. late, ends_today, near: open questions.

    decided: answers that were approved yesterday, or on the last day before on which any was, `decided_on`.
    """

    day: date
    department: str | None
    late: int
    ends_today: int
    near: int
    decided_on: date | None
    decided: int
    decisions: Sequence[Decision]
    meetings: Sequence[Meeting]


def today(db: sqlite3.Connection, who: Acting, now: datetime) -> Today:
    """Of one's own department, or of the whole commune for those who answer for all of it."""
    own = who.worker.department if who.worker and who.role in offers.EXPERTS else None
    day = local(now)
    late, ends_today, near = _owed(db, who.commune, own, now)
    decided_on, decided, decisions = _decided(db, who.commune, own, day)
    return Today(day, own, late, ends_today, near, decided_on, decided, decisions, _meetings(db, who.commune, day))


def _owed(db: sqlite3.Connection, commune: str, own: str | None, now: datetime) -> tuple[int, int, int]:
    """Late, ending today, and near besides."""
    row = db.execute(
        "SELECT total(owed_until < :now), total(owed_until >= :now AND owed_until < :midnight), "
        "total(owed_until >= :midnight AND first_state = 'near') FROM question "
        "WHERE commune = :commune AND rank < '1' AND (:own IS NULL OR department = :own)",
        {"commune": commune, "own": own, "now": instant(now), "midnight": instant(_begins(local(now) + timedelta(1)))},
    ).fetchone()
    late, ends_today, near = map(int, row)
    return late, ends_today, near


def _decided(
    db: sqlite3.Connection, commune: str, own: str | None, day: date
) -> tuple[date | None, int, list[Decision]]:
    """On a Monday, what was decided on Friday: the last day on which anything was, of a week."""
    of = "commune = :commune AND approved_at >= :begin AND approved_at < :end AND (:own IS NULL OR department = :own)"
    values = {"commune": commune, "own": own, "begin": instant(_begins(day - A_WEEK)), "end": instant(_begins(day))}
    last = db.execute(f"SELECT max(approved_at) FROM question WHERE {of}", values).fetchone()[0]  # noqa: S608 - no value is in the text
    if last is None:
        return None, 0, []
    on = local(datetime.fromisoformat(last))
    values |= {"begin": instant(_begins(on))}
    rows = db.execute(
        f"SELECT id, submission, code, scope, text, approved_by FROM item WHERE {of} ORDER BY approved_at DESC",  # noqa: S608
        values,
    ).fetchall()
    decisions = [
        Decision(
            row["id"],
            row["submission"],
            row["code"],
            None if row["scope"] == "denunciation" else row["text"],
            row["approved_by"],
        )
        for row in rows[:MOST]
    ]
    return on, len(rows), decisions


def _meetings(db: sqlite3.Connection, commune: str, day: date) -> list[Meeting]:
    rows = db.execute(
        "SELECT id, title, held_at, place, (SELECT count(*) FROM submission s WHERE s.dialogue = d.id) AS registered "
        "FROM dialogue d WHERE commune = ? AND held_at >= ? AND held_at < ? AND cancelled_at IS NULL ORDER BY held_at",
        (commune, instant(_begins(day)), instant(_begins(day + A_WEEK))),
    )
    return [
        Meeting(row["id"], row["title"], datetime.fromisoformat(row["held_at"]), row["place"], row["registered"])
        for row in rows
    ]


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), HANOI)
