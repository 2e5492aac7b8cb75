"""What becomes of a question: whose it is, how it ends. Its answer stands in `answers`."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from services.console.facts.writing import (
    instant,
    make_findable_anew,
    make_findable_in_library,
    models,
    put,
    record,
)
from shared.contracts.routing import (
    AnswerPublished,
    AnswerUnpublished,
    CoordinationAsked,
    ExtensionGranted,
    ExtensionRequested,
    OpinionGiven,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionSplit,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    RoutingEvent,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import Scope

NOTHING_WANTED: Mapping[str, None] = dict.fromkeys(
    ("wanted_days", "wanted_reason", "wanted_by", "wanted_requirement", "wanted_responsible")
)
"""No extension is asked for."""

NOT_PUBLISHED: Mapping[str, None] = dict.fromkeys(
    ("published_at", "published_by", "published_field", "published_asked", "published_answered")
)
"""Only those read it who see the case."""

BY_ITSELF: Mapping[str, None] = dict.fromkeys(("awaits", "awaited_at", "follows", "joined_by", "joined_at"))
"""No draft of it waits for approval, and it gets the answer of no other question."""

NOBODYS: Mapping[str, None] = dict.fromkeys(("field", "department", "session", "outside_subject"))
"""No department has it."""

NO_REMARKS: Mapping[str, None] = dict.fromkeys(("remarks", "returned_by", "returned_at"))

NOT_HANDED_OVER: Mapping[str, None] = dict.fromkeys(
    (
        "transferred_from",
        "transferred_because",
        "transferred_by",
        "transferred_at",
        "clock",
        "accepted_by",
        "accepted_at",
    )
)
"""The department has it from the office, not from another department."""


@record.register
def _(event: QuestionAwaitsTriage, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="awaits-triage",
        scope=event.scope,
        because=event.because,
        proposals=models(event.proposals),
        matters=models(event.matters),
    )


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
        matters=None,
        field=event.field,
        department=event.department,
        confidence=event.confidence,
        assigned_by=event.assigned_by,
        assigned_at=event.occurred_at,
        session=event.session,
        outside_subject=event.outside_subject,
    )
    if elsewhere:
        _question(db, event, **NOTHING_WANTED, **NOT_HANDED_OVER, **NO_REMARKS)
        _release(db, event)


@record.register
def _(event: QuestionTransferred, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="assigned",
        because=(event.reason,),
        field=event.field,
        department=event.department,
        confidence=1.0,
        assigned_by=event.transferred_by,
        assigned_at=event.occurred_at,
        session=event.session,
        outside_subject=event.outside_subject,
        transferred_from=event.from_department,
        transferred_because=event.reason,
        transferred_by=event.transferred_by,
        transferred_at=event.occurred_at,
        clock=event.clock,
        accepted_by=None,
        accepted_at=None,
        **NOTHING_WANTED,
        **BY_ITSELF,
        **NO_REMARKS,
    )
    db.execute("DELETE FROM coordination WHERE question = ? AND department = ?", (event.question, event.department))


@record.register
def _(event: QuestionHandedBack, db: sqlite3.Connection) -> None:
    """The office has it again. Nothing is proposed: what was held likely led to the department that gave it back."""
    _question(
        db,
        event,
        state="awaits-triage",
        because=(event.reason,),
        proposals=None,
        matters=None,
        **NOBODYS,
        **NOTHING_WANTED,
        **NOT_HANDED_OVER,
        **NO_REMARKS,
    )
    _release(db, event)
    db.execute(
        "INSERT INTO hand_back SELECT ?, count(*) + 1, ?, ?, ?, ?, ? FROM hand_back WHERE question = ?",
        (
            event.question,
            event.commune,
            event.department,
            event.reason,
            event.handed_back_by,
            instant(event.occurred_at),
            event.question,
        ),
    )


@record.register
def _(event: QuestionSplit, db: sqlite3.Connection) -> None:
    """Each part is a question of the form, also before anything else is heard of it.

    What a complaint or denunciation is split into is held for no less from that moment, but for what a person gave to a
    department. What was heard of a part itself counts.
    """
    _question(db, event, matters=None, split_text=event.text, split_by=event.split_by, split_at=event.occurred_at)
    by_a_person = {one.question for one in event.assigned}
    for part in event.parts:
        held = event.scope is not Scope.IN_SCOPE and part.id not in by_a_person and _scope_of(db, part.id) is None
        put(
            db,
            "question",
            part.id,
            commune=event.commune,
            submission=event.case,
            part_number=part.number,
            part_section=part.section,
            part_of=event.question,
            split_text=part.text,
            **({"scope": event.scope} if held else {}),
        )
    make_findable_anew(db, event.case)


@record.register
def _(event: CoordinationAsked, db: sqlite3.Connection) -> None:
    """Who was asked before stays asked about what he was asked."""
    others = ", ".join("?" * len(event.departments))
    db.execute(
        f"DELETE FROM coordination WHERE question = ? AND department NOT IN ({others})",  # noqa: S608 - holes alone
        (event.question, *event.departments),
    )
    db.executemany(
        "INSERT OR IGNORE INTO coordination VALUES (?, ?, ?, ?, ?, ?)",
        [
            (event.question, department, event.commune, event.matter, event.asked_by, instant(event.occurred_at))
            for department in event.departments
        ],
    )


@record.register
def _(event: OpinionGiven, db: sqlite3.Connection) -> None:
    db.execute(
        "INSERT INTO opinion SELECT ?, count(*) + 1, ?, ?, ?, ?, ? FROM opinion WHERE question = ?",
        (
            event.question,
            event.commune,
            event.department,
            event.text,
            event.given_by,
            instant(event.occurred_at),
            event.question,
        ),
    )


@record.register
def _(event: TransferAccepted, db: sqlite3.Connection) -> None:
    _question(db, event, accepted_by=event.accepted_by, accepted_at=event.occurred_at)


@record.register
def _(event: QuestionReferredUp, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="referred-up",
        superior=event.authority,
        referred_because=event.reason,
        referred_by=event.referred_by,
        referred_at=event.occurred_at,
        **NOTHING_WANTED,
    )
    _release(db, event)


@record.register
def _(event: SuperiorReported, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        superior_document=event.document,
        superior_reported_by=event.reported_by,
        superior_reported_at=event.occurred_at,
    )


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
    _release(db, event)


@record.register
def _(event: ExtensionRequested, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        wanted_days=event.working_days,
        wanted_reason=event.reason,
        wanted_by=event.requested_by,
        wanted_requirement=event.requirement,
        wanted_responsible=event.responsible,
    )


@record.register
def _(event: ExtensionGranted, db: sqlite3.Connection) -> None:
    """A question may be extended more than once; what counts is all of it."""
    known = db.execute("SELECT extended_days FROM question WHERE id = ?", (event.question,)).fetchone()
    before = known["extended_days"] if known and known["extended_days"] else 0
    _question(
        db,
        event,
        **NOTHING_WANTED,
        extended_days=before + event.working_days,
        extended_reason=event.reason,
        extended_by=event.granted_by,
        extended_at=event.occurred_at,
        requirement=event.requirement,
        responsible=event.responsible,
    )


@record.register
def _(event: QuestionAnsweredAtDialogue, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        state="answered-at-dialogue",
        spoken_answer=event.answer,
        answered_by=event.answered_by,
        heard_at=event.occurred_at,
        awaits=None,
        awaited_at=None,
        **NOTHING_WANTED,
    )


@record.register
def _(event: QuestionTakenForWrittenAnswer, db: sqlite3.Connection) -> None:
    _question(db, event, taken_note=event.note, taken_by=event.taken_by, taken_at=event.occurred_at)


@record.register
def _(event: WrittenAnswerOwed, db: sqlite3.Connection) -> None:
    _question(db, event, owed_in_writing=event.because, owed_since=event.occurred_at)


@record.register
def _(event: QuestionGrouped, db: sqlite3.Connection) -> None:
    _question(db, event, topic=event.topic)


@record.register
def _(event: QuestionJoined, db: sqlite3.Connection) -> None:
    """More time is granted with that of the question whose answer it gets; what it wanted itself is over."""
    _question(
        db,
        event,
        follows=event.lead,
        joined_by=event.joined_by,
        joined_at=event.occurred_at,
        parted_because=None,
        parted_by=None,
        parted_at=None,
        **NOTHING_WANTED,
    )


@record.register
def _(event: QuestionParted, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        follows=None,
        joined_by=None,
        joined_at=None,
        parted_because=event.reason,
        parted_by=event.parted_by,
        parted_at=event.occurred_at,
    )


@record.register
def _(event: QuestionPrioritised, db: sqlite3.Connection) -> None:
    _question(db, event, pressing=event.pressing, pressing_because=event.reason)


@record.register
def _(event: QuestionRecurs, db: sqlite3.Connection) -> None:
    _question(db, event, recurs=event.earlier)


@record.register
def _(event: QuestionResembles, db: sqlite3.Connection) -> None:
    """Of several, the most alike is shown."""
    known = db.execute("SELECT likeness FROM question WHERE id = ?", (event.question,)).fetchone()
    if known is None or known["likeness"] is None or known["likeness"] < event.likeness:
        _question(db, event, resembles=event.like, likeness=event.likeness)


@record.register
def _(event: QuestionSettled, db: sqlite3.Connection) -> None:
    """Whose answer it got, and who coordinated, stays to be read; not where nobody answered it."""
    _question(
        db,
        event,
        settled_how=event.how,
        settled_at=event.occurred_at,
        awaits=None,
        awaited_at=None,
        **NOTHING_WANTED,
    )
    if event.how == "withdrawn":
        _release(db, event)


@record.register
def _(event: QuestionReopened, db: sqlite3.Connection) -> None:
    """The office has it again, and the department that answered is proposed; what was answered stays to be read."""
    known = db.execute("SELECT field, department FROM question WHERE id = ?", (event.question,)).fetchone()
    had = known is not None and known["field"] is not None and known["department"] is not None
    _question(
        db,
        event,
        state="awaits-triage",
        because=(event.reason,),
        proposals=[{"field": known["field"], "department": known["department"], "confidence": 1.0}] if had else None,
        matters=None,
        settled_how=None,
        settled_at=None,
        reopened_round=event.round,
        reopened_because=event.reason,
        reopened_by=event.reopened_by,
        reopened_at=event.occurred_at,
        **NOBODYS,
        **NOTHING_WANTED,
        **NOT_HANDED_OVER,
        **NO_REMARKS,
        **dict.fromkeys(("draft", "draft_text", "drafted_by", "drafted_at")),
    )
    _release(db, event)


@record.register
def _(event: AnswerPublished, db: sqlite3.Connection) -> None:
    _question(
        db,
        event,
        published_at=event.occurred_at,
        published_by=event.published_by,
        published_field=event.field,
        published_asked=event.asked,
        published_answered=event.answered,
    )
    make_findable_in_library(db, event.question)


@record.register
def _(event: AnswerUnpublished, db: sqlite3.Connection) -> None:
    _question(db, event, **NOT_PUBLISHED)
    make_findable_in_library(db, event.question)


def _scope_of(db: sqlite3.Connection, question: str) -> str | None:
    known = db.execute("SELECT scope FROM question WHERE id = ?", (question,)).fetchone()
    return known["scope"] if known else None


def _release(db: sqlite3.Connection, event: RoutingEvent) -> None:
    """What bound it to its department, and to others beside it. What they wrote and said stays."""
    _question(db, event, **BY_ITSELF)
    db.execute("DELETE FROM coordination WHERE question = ?", (event.question,))


def _question(db: sqlite3.Connection, event: RoutingEvent, **values: Any) -> None:
    put(db, "question", event.question, commune=event.commune, submission=event.case, **values)
