"""Forms that were handed in, as the view knows them: what the desk shows of those it has entered, and their slip."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console.facts import instant
from services.console.rows import into
from shared.communes import Profile
from shared.receipts import Meeting, Step, next_steps


@dataclass(frozen=True, slots=True)
class Entered:
    """A form, and the dialogue that it is for. questions_count: how many it asks."""

    id: str
    code: str
    name: str | None
    channel: str
    received_at: datetime
    entered_at: datetime | None
    withdrawn_at: datetime | None
    attendance: str | None
    seat: int | None
    waiting_place: int | None
    questions_count: int
    title: str | None
    held_at: datetime | None
    place: str | None
    dialogue_state: str | None
    cancelled_because: str | None

    def next_steps(self, commune: Profile) -> Sequence[Step]:
        """What its sender is told will happen."""
        meeting = None
        if self.held_at is not None:
            cancelled = self.dialogue_state == "cancelled"
            meeting = Meeting(self.held_at, self.place or "", cancelled, self.cancelled_because)
        return next_steps(
            commune,
            self.received_at,
            meeting,
            invited=self.attendance is not None,
            seat=self.seat,
            from_the_floor=self.channel == "floor",
            withdrawn=self.withdrawn_at is not None,
        )


@dataclass(frozen=True, slots=True)
class Open:
    """A dialogue that a form can still be for."""

    id: str
    title: str
    held_at: datetime
    registration_closes_at: datetime | None


_FORM = """
SELECT s.*, d.title, d.held_at, d.place, d.state AS dialogue_state, d.cancelled_because,
  (SELECT count(*) FROM question q WHERE q.submission = s.id) AS questions_count
FROM submission s LEFT JOIN dialogue d ON d.id = s.dialogue
"""


def entered(db: sqlite3.Connection, commune: str, codes: Sequence[str]) -> list[Entered]:
    """The forms with these codes, in their order; of one that is not here (yet), nothing."""
    marks = ", ".join("?" * len(codes))
    rows = db.execute(f"{_FORM} WHERE s.commune = ? AND s.code IN ({marks})", (commune, *codes)).fetchall()
    found = {row["code"]: into(Entered, row) for row in rows}
    return [found[code] for code in codes if code in found]


def form(db: sqlite3.Connection, commune: str, id: str) -> Entered | None:
    """One form; None where the commune has none of this id."""
    row = db.execute(f"{_FORM} WHERE s.commune = ? AND s.id = ? AND s.code IS NOT NULL", (commune, id)).fetchone()
    return into(Entered, row) if row else None


def open_dialogues(db: sqlite3.Connection, commune: str, now: datetime) -> list[Open]:
    """Those that are announced and lie ahead, the next one first."""
    rows = db.execute(
        "SELECT id, title, held_at, registration_closes_at FROM dialogue WHERE commune = ? "
        "AND state IN ('announced', 'registration-closed') AND held_at > ? ORDER BY held_at",
        (commune, instant(now)),
    )
    return [into(Open, row) for row in rows]
