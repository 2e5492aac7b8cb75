"""What becomes of a question."""

import sqlite3
from collections.abc import Mapping
from typing import Any

from services.console.facts.writing import put, record
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerPublished,
    AnswerReturned,
    AnswerUnpublished,
    ExtensionGranted,
    ExtensionRequested,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    RoutingEvent,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)

NOTHING_WANTED: Mapping[str, None] = dict.fromkeys(
    ("wanted_days", "wanted_reason", "wanted_by", "wanted_requirement", "wanted_responsible")
)
"""No extension is asked for."""

NOT_PUBLISHED: Mapping[str, None] = dict.fromkeys(
    ("published_at", "published_by", "published_field", "published_asked", "published_answered")
)
"""Only those read it who see the case."""

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
        session=event.session,
        outside_subject=event.outside_subject,
    )
    if elsewhere:
        _question(db, event, **NOTHING_WANTED, **NOT_HANDED_OVER)


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
    _question(db, event, settled_how=event.how, settled_at=event.occurred_at, **NOTHING_WANTED)


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
        field=None,
        department=None,
        session=None,
        outside_subject=None,
        settled_how=None,
        settled_at=None,
        reopened_round=event.round,
        reopened_because=event.reason,
        reopened_by=event.reopened_by,
        reopened_at=event.occurred_at,
        **NOTHING_WANTED,
        **NOT_HANDED_OVER,
        **dict.fromkeys(("draft", "draft_text", "drafted_by", "drafted_at", "remarks", "returned_by", "returned_at")),
    )


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


@record.register
def _(event: AnswerUnpublished, db: sqlite3.Connection) -> None:
    _question(db, event, **NOT_PUBLISHED)


def _question(db: sqlite3.Connection, event: RoutingEvent, **values: Any) -> None:
    put(db, "question", event.question, commune=event.commune, submission=event.case, **values)
