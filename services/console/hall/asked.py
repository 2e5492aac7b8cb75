"""The questions of a dialogue with their askers, as the room calls them.

Whoever wrote what reads like a denunciation is named nowhere.
"""

import sqlite3
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.console.rows import into, term_of
from services.console.words import Term

WORDS_OF_ASKED = ("text", "topic", "draft_text", "answer", "guidance", "taken_note", "spoken_answer")
"""What may name somebody of whom a denunciation tells."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a dialogue, with its asker.

    named: how the room calls it, code and number. first: it is pressing, or was raised before and never settled.
    confidential: it reads like a denunciation; neither its words nor what came of them is shown.
    """

    id: str
    submission: str
    number: int | None
    code: str | None
    name: str | None
    text: str | None
    received_at: datetime | None
    on_time: bool | None
    channel: str | None
    attendance: str | None
    state: str
    stage: str
    standing: str
    scope: str | None
    field: str | None
    department: str | None
    session: int | None
    outside_subject: bool | None
    topic: str | None
    pressing: bool | None
    pressing_because: str | None
    recurs: list[str] | None
    resembles: str | None
    likeness: float | None
    draft_text: str | None
    answer: str | None
    authority: str | None
    guidance: str | None
    superior: str | None
    referred_because: str | None
    taken_note: str | None
    taken_at: datetime | None
    owed_in_writing: str | None
    spoken_answer: str | None
    answered_by: str | None
    heard_at: datetime | None
    settled_how: str | None
    version: int
    term: Term | None
    confidential: bool
    of_denouncer: bool

    @property
    def named(self) -> str:
        return f"{self.code}-{self.number}" if self.code else self.id

    @property
    def first(self) -> bool:
        return bool(self.pressing or self.recurs)

    @property
    def outcome(self) -> Literal["answered", "taken", "referred", "redirected", "written", "withdrawn"] | None:
        """What the conference did with it; `written` where it was, or will be, answered apart from it."""
        if self.standing == "withdrawn":
            return "withdrawn"
        if self.heard_at is not None:
            return "answered"
        if self.taken_at is not None:
            return "taken"
        if self.state == "referred-up":
            return "referred"
        if self.state == "redirected":
            return "redirected"
        return "written" if self.settled_how is not None else None

    @property
    def on_agenda(self) -> bool:
        """It came in time, on the right subject, and its asker has not said that he stays away.

        What was called and found no answer stays in the record, also once its letter is out.
        """
        return (
            bool(self.on_time)
            and not self.outside_subject
            and self.attendance in ("expected", "present")
            and self.scope not in ("complaint", "denunciation")
            and self.outcome != "withdrawn"
            and (self.outcome != "written" or self.owed_in_writing == "afterwards")
        )

    @property
    def can_be_called(self) -> bool:
        return self.on_agenda and self.attendance == "present" and self.outcome is None


def asked(db: sqlite3.Connection, commune: str, dialogue: str, now: datetime) -> list[Asked]:
    """Every question of a dialogue: by session, the pressing and recurring ones first, then in the order registered."""
    rows = db.execute(
        "SELECT i.*, s.attendance, s.received_at, s.on_time, s.channel, i.scope = 'denunciation' AS confidential, "
        "coalesce((SELECT said FROM aggregate WHERE speaker = 'routing' AND about = i.id), 0) AS version "
        "FROM item i JOIN submission s ON s.id = i.submission WHERE s.dialogue = ? AND s.commune = ? "
        "ORDER BY i.session IS NULL, i.session, i.pressing IS NOT 1 AND i.recurs IS NULL, "
        "s.received_at, s.id, i.number",
        (dialogue, commune),
    )
    return [_asked(row, now) for row in rows]


def _asked(row: sqlite3.Row, now: datetime) -> Asked:
    found: Asked = into(
        Asked,
        row,
        term=term_of(row, now),
        confidential=bool(row["confidential"]),
    )
    if found.of_denouncer:
        found = replace(found, name=None)
    if found.confidential:
        hidden: dict[str, Any] = dict.fromkeys(WORDS_OF_ASKED)
        found = replace(found, **hidden)
    return found
