"""Who comes to a dialogue, as the view knows it: who registered, who was invited, and how each is found at the door."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console.facts import folded
from services.console.rows import into
from shared.communes import Profile


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody invited without having registered. `representative` is his name within the dialogue."""

    id: str
    representative: str
    name: str | None
    organisation: str | None
    hamlet: str | None
    invited_at: datetime | None
    attended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever has registered. hamlet: the one that his address names. attendance is None of a late form."""

    id: str
    code: str | None
    name: str | None
    address: str | None
    channel: str | None
    received_at: datetime | None
    on_time: bool | None
    collected_by: str | None
    seat: int | None
    waiting_place: int | None
    attendance: str | None
    excuse: str | None
    questions: int
    version: int
    confidential: bool
    hamlet: str | None = None


def representatives(db: sqlite3.Connection, dialogue: str) -> list[Representative]:
    rows = db.execute(
        "SELECT * FROM representative WHERE dialogue = ? ORDER BY organisation IS NULL, organisation, name, id",
        (dialogue,),
    )
    return [into(Representative, row) for row in rows]


def guests(db: sqlite3.Connection, profile: Profile, dialogue: str) -> list[Guest]:
    """Who registered: those with a seat, then who waits for one, in the order of registration; late forms last."""
    rows = db.execute(
        "SELECT s.*, (SELECT count(*) FROM question q WHERE q.submission = s.id) AS questions, "
        "coalesce((SELECT said FROM aggregate WHERE speaker = 'intake' AND about = s.id), 0) AS version, "
        "EXISTS (SELECT 1 FROM question q WHERE q.submission = s.id AND q.scope = 'denunciation') AS confidential "
        "FROM submission s WHERE s.dialogue = ? AND s.commune = ? "
        "ORDER BY s.attendance IS NULL, s.seat IS NULL, s.seat, s.waiting_place IS NULL, s.waiting_place, "
        "s.received_at, s.id",
        (dialogue, profile.id),
    )
    return [_guest(row, profile) for row in rows]


def find_guest(db: sqlite3.Connection, commune: str, dialogue: str, code: str) -> str | None:
    """The form of a dialogue that has this code, written without its dash."""
    row = db.execute(
        "SELECT id FROM submission WHERE dialogue = ? AND commune = ? AND replace(code, '-', '') = ?",
        (dialogue, commune, code),
    ).fetchone()
    return str(row["id"]) if row else None


def named_like(
    people: Sequence[Guest], invited: Sequence[Representative], typed: str
) -> tuple[list[Guest], list[Representative]]:
    """Whose name has all the words that were typed, with or without diacritics. Who is confidential is not found."""
    wanted = folded(typed).split()

    def fits(name: str | None) -> bool:
        return bool(wanted) and name is not None and all(word in folded(name).split() for word in wanted)

    return [one for one in people if fits(one.name)], [one for one in invited if fits(one.name)]


def _guest(row: sqlite3.Row, profile: Profile) -> Guest:
    if row["confidential"]:
        return into(Guest, row, name=None, address=None, excuse=None, collected_by=None, confidential=True)
    return into(Guest, row, hamlet=_hamlet(row["address"], profile))


def _hamlet(address: str | None, profile: Profile) -> str | None:
    """The longest name of a hamlet that stands in the address."""
    words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in folded(address or '')).split())} "
    named = [hamlet for hamlet in profile.hamlets if f" {folded(hamlet)} " in words]
    return max(named, key=len) if named else None


def told_of(db: sqlite3.Connection, commune: str, submission: str) -> tuple[str, ...]:
    """What a form tells of its sender: his name, his address, and how he is reached."""
    row = db.execute(
        "SELECT name, address, phone, email FROM submission WHERE id = ? AND commune = ?", (submission, commune)
    ).fetchone()
    return tuple(one for one in row if one) if row else ()
