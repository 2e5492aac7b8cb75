"""Who stands at the door: what a code or a form says of him, and what is to be said to him."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.console.hall.attendees import Guest

Standing = Literal["expected", "excused", "waiting", "late", "withdrawn", "present", "absent"]
"""expected: he may come in. excused: he had said that he would not come. waiting: no seat is his yet. late: his form
came too late, or he is not invited. The last two need nothing done, or nothing can be."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A code that is of this commune, but of another dialogue, or of none."""

    title: str | None
    held_at: datetime | None


def standing(guest: Guest) -> Standing:
    """How somebody who registered stands at the door. Whoever waits for a seat has none until somebody lets him in."""
    match guest.attendance:
        case "present":
            return "present"
        case "absent" | "no-seat":
            return "absent"
        case "withdrawn":
            return "withdrawn"
        case None:
            return "late"
        case "excused":
            return "excused"
        case _:
            return "waiting" if guest.seat is None and guest.waiting_place is not None else "expected"


def free_seats(seats: int | None, guests: Sequence[Guest], invited: int) -> int | None:
    """Seats that nobody has been given or has taken by coming; None where there are enough for everybody.

    invited: representatives; each has one.
    """
    if seats is None:
        return None
    return max(0, seats - invited - sum(one.seat is not None or one.attendance == "present" for one in guests))


def elsewhere(db: sqlite3.Connection, commune: str, dialogue: str, code: str) -> Elsewhere | None:
    """What a code of this commune is of, where it is not of this dialogue. code: as `scanned_code` gives it."""
    row = db.execute(
        "SELECT d.title, d.held_at FROM submission s LEFT JOIN dialogue d ON d.id = s.dialogue "
        "WHERE s.commune = ? AND replace(s.code, '-', '') = ? AND s.dialogue IS NOT ?",
        (commune, code, dialogue),
    ).fetchone()
    if row is None:
        return None
    return Elsewhere(row["title"], datetime.fromisoformat(row["held_at"]) if row["held_at"] else None)
