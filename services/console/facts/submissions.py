"""Forms: who sent them, what is asked, which files came, who comes; and what the sender did afterwards."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from services.console.facts.writing import instant, make_findable, make_findable_anew, put, record
from shared.contracts import Event
from shared.contracts.intake import (
    AnswerRated,
    AttendanceRecorded,
    FilesAdded,
    NewsDeclined,
    QuestionsWithdrawn,
    RegistrantCorrected,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RegistrantWrote,
    SubmissionReceived,
)
from shared.contracts.people import Attachment, Registrant

Source = Literal["form", "added", "mail"]
"""How a file came: with the form, put to it by a clerk, or by a later mail of the registrant."""


@record.register
def _(event: SubmissionReceived, db: sqlite3.Connection) -> None:
    _submission(
        db,
        event,
        code=event.code,
        dialogue=event.dialogue,
        channel=event.channel,
        received_at=event.received_at,
        on_time=event.on_time,
        collected_by=event.collected_by,
        notice=event.notice,
        entered_at=event.entered_at,
        entered_by=event.entered_by,
        entered_because=event.entered_because,
        attendance="expected" if event.on_time and event.dialogue else None,
        **_reached(event.registrant),
    )
    for question in event.questions:
        _question(
            db, event, question.id, form_number=question.number, form_section=question.section, form_text=question.text
        )
    _files(db, event, event.attachments or (), "form", event.entered_at or event.received_at, event.entered_by)
    make_findable(db, event.case)


@record.register
def _(event: NewsDeclined, db: sqlite3.Connection) -> None:
    _submission(db, event, news_declined_at=event.occurred_at)


@record.register
def _(event: RegistrantCorrected, db: sqlite3.Connection) -> None:
    _submission(
        db,
        event,
        corrected_at=event.occurred_at,
        corrected_by=event.corrected_by,
        corrected_because=event.reason,
        **_reached(event.registrant),
    )
    make_findable_anew(db, event.case)


@record.register
def _(event: QuestionsWithdrawn, db: sqlite3.Connection) -> None:
    """Nobody is expected who asks nothing any more; who was there has been there."""
    for question in event.questions:
        _question(
            db,
            event,
            question,
            withdrawn_at=event.occurred_at,
            withdrawn_because=event.reason,
            withdrawn_by=event.withdrawn_by,
        )
    if not event.entirely:
        return
    known = db.execute("SELECT attendance FROM submission WHERE id = ?", (event.case,)).fetchone()
    came = known is not None and known["attendance"] != "expected"
    _submission(db, event, withdrawn_at=event.occurred_at, withdrawn_because=event.reason)
    if not came:
        _submission(db, event, attendance="withdrawn", seat=None, waiting_place=None)


@record.register
def _(event: AnswerRated, db: sqlite3.Connection) -> None:
    """The last word counts."""
    _question(db, event, event.question, rating=event.mark, rating_words=event.words, rated_at=event.occurred_at)


@record.register
def _(event: FilesAdded, db: sqlite3.Connection) -> None:
    _files(db, event, event.attachments, "added", event.occurred_at, event.added_by, event.note)


@record.register
def _(event: RegistrantWrote, db: sqlite3.Connection) -> None:
    """Numbered in the order in which he wrote."""
    before = db.execute("SELECT count(*) FROM word WHERE submission = ?", (event.case,)).fetchone()[0]
    put(
        db,
        "word",
        f"{event.case}-{before + 1}",
        commune=event.commune,
        submission=event.case,
        text=event.text,
        at=event.occurred_at,
    )
    _files(db, event, event.attachments, "mail", event.occurred_at)


@record.register
def _(event: RegistrantInvited, db: sqlite3.Connection) -> None:
    _submission(db, event, seat=event.seat, waiting_place=None, invited_at=event.occurred_at)


@record.register
def _(event: RegistrantWaitlisted, db: sqlite3.Connection) -> None:
    _submission(db, event, seat=None, waiting_place=event.place)


@record.register
def _(event: RegistrantExcused, db: sqlite3.Connection) -> None:
    """His seat is free for another."""
    _submission(db, event, attendance="excused", excuse=event.reason, seat=None, waiting_place=None)


@record.register
def _(event: AttendanceRecorded, db: sqlite3.Connection) -> None:
    """Who waited for a seat to the last has not stayed away."""
    waits = "SELECT 1 FROM submission WHERE id = ? AND waiting_place IS NOT NULL"
    missed = "no-seat" if db.execute(waits, (event.case,)).fetchone() else "absent"
    _submission(db, event, attendance="present" if event.present else missed)


def _submission(db: sqlite3.Connection, event: Event, **values: Any) -> None:
    put(db, "submission", event.case, commune=event.commune, **values)


def _question(db: sqlite3.Connection, event: Event, id: str, **values: Any) -> None:
    put(db, "question", id, commune=event.commune, submission=event.case, **values)


def _reached(registrant: Registrant) -> dict[str, str | None]:
    return {
        "name": registrant.name,
        "phone": registrant.phone,
        "email": registrant.email,
        "address": registrant.address,
    }


def _files(
    db: sqlite3.Connection,
    event: Event,
    files: Sequence[Attachment],
    source: Source,
    at: datetime,
    by: str | None = None,
    note: str | None = None,
) -> None:
    """Of several forms in one mail each has its files; a file that is named again stays as it was."""
    if not files:
        return
    db.executemany(
        "INSERT OR IGNORE INTO attachment "
        "(submission, id, commune, name, media_type, size, source, added_at, added_by, note) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (event.case, file.id, event.commune, file.name, file.media_type, file.size, source, instant(at), by, note)
            for file in files
        ],
    )
