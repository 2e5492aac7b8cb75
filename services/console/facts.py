"""What each event changes in the console's view. It repeats what was said and decides nothing.

Every function writes the columns of its own speaker alone, so events of different speakers may come in any order.
"""

import json
import sqlite3
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, singledispatch
from typing import Any

from shared.contracts import Event
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlineSet,
    EscalationRaised,
)
from shared.contracts.intake import (
    AttendanceRecorded,
    DialogueAnnounced,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    RegistrantExcused,
    SubmissionReceived,
)
from shared.contracts.notify import (
    NotificationFailed,
    NotificationQueued,
    NotificationSent,
    NotifyEvent,
)
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerReturned,
    ExtensionGranted,
    ExtensionRequested,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionRedirected,
    QuestionSettled,
    RoutingEvent,
)

NOTHING_WANTED: Mapping[str, None] = {"wanted_days": None, "wanted_reason": None, "wanted_by": None}
"""No extension is asked for."""

NOT_DONE: Mapping[str, None] = {"met_at": None, "late": None, "cancelled_because": None}
"""The term is owed."""


def instant(at: datetime) -> str:
    """An instant as text that sorts."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def aggregate_of(event: Event) -> str:
    """Id of what the event is told of by its speaker, whose events are numbered without gaps."""
    match event:
        case RoutingEvent():
            return event.question
        case DeadlineEvent():
            return event.deadline
        case NotifyEvent():
            return event.notification
        case _:
            return event.case


def folded(text: str) -> str:
    """Text without capitals and diacritics, as people type when they search."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


@singledispatch
def record(event: Event, db: sqlite3.Connection) -> None:
    """Write what the event says. One that no page shows only counts for the version of its aggregate."""


@record.register
def _(event: DialoguePlanned, db: sqlite3.Connection) -> None:
    _put(db, "dialogue", event.case, commune=event.commune, title=event.title, held_at=event.held_at, place=event.place)


@record.register
def _(event: DialogueAnnounced, db: sqlite3.Connection) -> None:
    _put(
        db,
        "dialogue",
        event.case,
        commune=event.commune,
        state="announced",
        title=event.title,
        held_at=event.held_at,
        place=event.place,
        registration_closes_at=event.registration_closes_at,
        announced_at=event.occurred_at,
    )


@record.register
def _(event: DialogueHeld, db: sqlite3.Connection) -> None:
    _put(
        db,
        "dialogue",
        event.case,
        commune=event.commune,
        state="held",
        title=event.title,
        held_at=event.held_at,
        ended_at=event.occurred_at,
    )


@record.register
def _(event: DialogueConcluded, db: sqlite3.Connection) -> None:
    _put(
        db,
        "dialogue",
        event.case,
        commune=event.commune,
        state="concluded",
        notice=event.notice,
        summary=event.summary,
        concluded_at=event.occurred_at,
    )


@record.register
def _(event: SubmissionReceived, db: sqlite3.Connection) -> None:
    _put(
        db,
        "submission",
        event.case,
        commune=event.commune,
        code=event.code,
        dialogue=event.dialogue,
        channel=event.channel,
        received_at=event.received_at,
        on_time=event.on_time,
        name=event.registrant.name,
        phone=event.registrant.phone,
        email=event.registrant.email,
        address=event.registrant.address,
        attendance="expected" if event.on_time and event.dialogue else None,
    )
    for question in event.questions:
        words = folded(f"{event.code} {event.registrant.name} {event.registrant.phone or ''} {question.text}")
        db.execute("INSERT INTO words (question, plain) VALUES (?, ?)", (question.id, words))
        _put(
            db,
            "question",
            question.id,
            commune=event.commune,
            submission=event.case,
            number=question.number,
            section=question.section,
            text=question.text,
        )


@record.register
def _(event: RegistrantExcused, db: sqlite3.Connection) -> None:
    _put(db, "submission", event.case, commune=event.commune, attendance="excused", excuse=event.reason)


@record.register
def _(event: AttendanceRecorded, db: sqlite3.Connection) -> None:
    _put(db, "submission", event.case, commune=event.commune, attendance="present" if event.present else "absent")


@record.register
def _(event: QuestionAwaitsTriage, db: sqlite3.Connection) -> None:
    proposals = [proposal.model_dump(mode="json") for proposal in event.proposals]
    _question(db, event, state="awaits-triage", scope=event.scope, because=event.because, proposals=proposals)


@record.register
def _(event: QuestionAssigned, db: sqlite3.Connection) -> None:
    """Where only the field is corrected, the department keeps what it has done so far."""
    known = db.execute("SELECT department, state FROM question WHERE id = ?", (event.question,)).fetchone()
    elsewhere = known is None or known["department"] != event.department
    _question(
        db,
        event,
        state="assigned" if elsewhere else known["state"],
        scope="in-scope",
        because=event.because,
        proposals=None,
        field=event.field,
        department=event.department,
        confidence=event.confidence,
        assigned_by=event.assigned_by,
        assigned_at=event.occurred_at,
    )
    if elsewhere:
        _question(db, event, **NOTHING_WANTED)


@record.register
def _(event: QuestionRedirected, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="redirected",
        scope=event.scope,
        authority=event.authority,
        guidance=event.guidance,
        decided_by=event.decided_by,
        redirected_at=event.occurred_at,
        **NOTHING_WANTED,
    )


@record.register
def _(event: AnswerDrafted, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="awaiting-approval",
        draft=event.draft,
        draft_text=event.text,
        drafted_by=event.drafted_by,
        drafted_at=event.occurred_at,
        **NOTHING_WANTED,
    )


@record.register
def _(event: AnswerReturned, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="drafting",
        remarks=event.remarks,
        returned_by=event.returned_by,
        returned_at=event.occurred_at,
    )


@record.register
def _(event: AnswerApproved, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="approved",
        answer=event.text,
        approved_by=event.approved_by,
        approved_at=event.occurred_at,
    )


@record.register
def _(event: ExtensionRequested, db: sqlite3.Connection) -> None:
    _question(db, event, wanted_days=event.working_days, wanted_reason=event.reason, wanted_by=event.requested_by)


@record.register
def _(event: ExtensionGranted, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        **NOTHING_WANTED,
        extended_days=event.working_days,
        extended_reason=event.reason,
        extended_by=event.granted_by,
    )


@record.register
def _(event: QuestionAnsweredAtDialogue, db: sqlite3.Connection) -> None:
    _question(db, event, state="answered-at-dialogue", heard_at=event.occurred_at)


@record.register
def _(event: QuestionSettled, db: sqlite3.Connection) -> None:
    _question(db, event, settled_how=event.how, settled_at=event.occurred_at)


@record.register
def _(event: DeadlineSet, db: sqlite3.Connection) -> None:
    """A term that runs again to the same end, because an answer was sent back, is still the first promise."""
    known = db.execute("SELECT due_at FROM term WHERE id = ?", (event.deadline,)).fetchone()
    if known is None or known["due_at"] != instant(event.due_at):
        _term(db, event, set_at=event.occurred_at, original_due_at=event.due_at, moved_because=None)
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
        **({} if stays_met else {"state": "running", **NOT_DONE}),
    )


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
def _(event: NotificationQueued, db: sqlite3.Connection) -> None:
    _message(db, event, state="queued")
    _answer(db, event, undelivered=None)


@record.register
def _(event: NotificationSent, db: sqlite3.Connection) -> None:
    _message(
        db,
        event,
        state="sent",
        sent_at=event.occurred_at,
        reference=event.reference,
        uncertain=event.uncertain,
        reason=None,
    )
    _answer(db, event, sent_at=event.occurred_at, undelivered=None)


@record.register
def _(event: NotificationFailed, db: sqlite3.Connection) -> None:
    _message(db, event, state="failed", reason=event.reason)
    _answer(db, event, undelivered=event.reason)


def _answer(db: sqlite3.Connection, event: NotifyEvent, **values: Any) -> None:
    """What became of the message is what became of the questions it answers."""
    if event.kind in ("answer", "guidance"):
        for question in event.questions:
            _put(db, "question", question, commune=event.commune, submission=event.case, **values)


def _question(db: sqlite3.Connection, event: RoutingEvent, **values: Any) -> None:
    _put(db, "question", event.question, commune=event.commune, submission=event.case, **values)


def _term(db: sqlite3.Connection, event: DeadlineEvent, **values: Any) -> None:
    _put(
        db,
        "term",
        event.deadline,
        commune=event.commune,
        about=event.about,
        rule=event.rule,
        department=event.department,
        **values,
    )


def _message(db: sqlite3.Connection, event: NotifyEvent, **values: Any) -> None:
    _put(
        db,
        "message",
        event.notification,
        commune=event.commune,
        case_id=event.case,
        kind=event.kind,
        channel=event.channel,
        questions=event.questions,
        changed_at=event.occurred_at,
        **values,
    )


def _put(db: sqlite3.Connection, table: str, id: str, **values: Any) -> None:
    """Write these columns of a row, whether it is there already or not."""
    db.execute(_upsert(table, tuple(values)), (id, *map(_plain, values.values())))


@lru_cache(maxsize=64)
def _upsert(table: str, columns: Sequence[str]) -> str:
    names, holes = ", ".join(columns), ", ?" * len(columns)
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"INSERT INTO {table} (id, {names}) VALUES (?{holes}) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608 - names from this file


def _plain(value: Any) -> str | int | float | None:
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case tuple() | list():
            return json.dumps(value, ensure_ascii=False)
        case str():
            return str(value)
        case None | int() | float():
            return value
        case _:
            raise TypeError(f"no column holds a {type(value).__name__}")
