"""What became of the invitations to a dialogue: by mail or by letter, arrived or not."""

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invitations:
    """How many were made, and where they are. waiting: made, and not out yet. lost: returned, or never got out."""

    made: int
    mailed: int
    posted: int
    handed_over: int
    waiting: int
    lost: int


def of(db: sqlite3.Connection, commune: str, dialogue: str) -> Invitations:
    """Of registrants, whose case is their form, and of representatives, whose case is the dialogue."""
    row = db.execute(
        "SELECT count(*) AS made, "
        "total(state = 'sent' AND channel = 'email' AND returned_on IS NULL) AS mailed, "
        "total(state = 'sent' AND channel = 'letter' AND returned_on IS NULL) AS posted, "
        "total(state = 'sent' AND channel = 'in-person') AS handed_over, "
        "total(state = 'queued') AS waiting, "
        "total(state = 'failed' OR returned_on IS NOT NULL) AS lost "
        "FROM message WHERE commune = ?1 AND kind = 'invitation' AND withdrawn IS NOT 1 "
        "AND case_id IN (SELECT id FROM submission WHERE dialogue = ?2 UNION ALL SELECT ?2)",
        (commune, dialogue),
    ).fetchone()
    return Invitations(**{name: int(row[name]) for name in Invitations.__dataclass_fields__})
