"""Dialogues, from the plan to the report."""

import sqlite3
from typing import Any

from services.console.facts.writing import models, put, record
from shared.contracts import Event
from shared.contracts.intake import (
    ChairDelegated,
    CommitmentExtended,
    CommitmentFulfilled,
    ConclusionApproved,
    ConclusionDrafted,
    ConclusionReturned,
    DelegateReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DialogueSettled,
    DutyCompleted,
    ListReceived,
    RegistrationClosed,
    RepresentativeAttended,
    RepresentativeInvited,
    ResultReported,
)


@record.register
def _(event: DialoguePlanned, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        title=event.title,
        held_at=event.held_at,
        place=event.place,
        kind=event.kind,
        sessions=models(event.sessions or ()),
        seats=event.seats,
        per_hamlet=event.per_hamlet,
    )
    for number, duty in enumerate(event.duties or (), 1):
        _of_dialogue(
            db,
            "duty",
            duty.id,
            event,
            number=number,
            duty=duty.id,
            what=duty.what,
            owner=duty.owner,
            department=duty.department,
        )
    for number, one in enumerate(event.lists or (), 1):
        _of_dialogue(db, "expected_list", one.id, event, number=number, list=one.id, kind=one.kind, sender=one.sender)


@record.register
def _(event: DialogueAnnounced, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        state="announced",
        title=event.title,
        held_at=event.held_at,
        place=event.place,
        kind=event.kind,
        registration_closes_at=event.registration_closes_at,
        announced_at=event.occurred_at,
        **({} if event.sessions is None else {"sessions": models(event.sessions)}),
    )


@record.register
def _(event: RegistrationClosed, db: sqlite3.Connection) -> None:
    _dialogue(db, event, state="registration-closed", registration_closed_at=event.occurred_at)


@record.register
def _(event: DialogueRescheduled, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        title=event.title,
        held_at=event.held_at,
        place=event.place,
        previously_at=event.previously_at,
        rescheduled_because=event.reason,
        rescheduled_at=event.occurred_at,
    )


@record.register
def _(event: DialogueCancelled, db: sqlite3.Connection) -> None:
    _dialogue(db, event, state="cancelled", cancelled_because=event.reason, cancelled_at=event.occurred_at)


@record.register
def _(event: ChairDelegated, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        deputy=event.deputy,
        delegated_because=event.reason,
        delegated_by=event.delegated_by,
        delegated_at=event.occurred_at,
    )


@record.register
def _(event: DelegateReported, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        delegate_report=event.report,
        delegate_reported_by=event.reported_by,
        delegate_reported_at=event.occurred_at,
    )


@record.register
def _(event: DialogueHeld, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        state="held",
        title=event.title,
        held_at=event.held_at,
        ended_at=event.occurred_at,
        presided_by=event.presided_by,
    )


@record.register
def _(event: DutyCompleted, db: sqlite3.Connection) -> None:
    _of_dialogue(
        db,
        "duty",
        event.duty,
        event,
        duty=event.duty,
        done_at=event.occurred_at,
        proof=event.proof,
        done_by=event.completed_by,
    )


@record.register
def _(event: ListReceived, db: sqlite3.Connection) -> None:
    _of_dialogue(
        db,
        "expected_list",
        event.list,
        event,
        list=event.list,
        kind=event.kind,
        sender=event.sender,
        received_at=event.occurred_at,
        count=event.count,
    )


@record.register
def _(event: RepresentativeInvited, db: sqlite3.Connection) -> None:
    one = event.representative
    _of_dialogue(
        db,
        "representative",
        one.id,
        event,
        representative=one.id,
        name=one.name,
        organisation=one.organisation,
        hamlet=one.hamlet,
        email=one.email,
        invited_at=event.occurred_at,
    )


@record.register
def _(event: RepresentativeAttended, db: sqlite3.Connection) -> None:
    _of_dialogue(
        db,
        "representative",
        event.representative,
        event,
        representative=event.representative,
        attended_at=event.occurred_at,
    )


@record.register
def _(event: ConclusionDrafted, db: sqlite3.Connection) -> None:
    """A new draft is neither approved nor returned."""
    _dialogue(
        db,
        event,
        conclusion_state="drafted",
        conclusion_draft=event.draft,
        conclusion_text=event.summary,
        conclusion_promises=models(event.commitments),
        drafted_by=event.drafted_by,
        drafted_at=event.occurred_at,
        **dict.fromkeys(("remarks", "returned_by", "returned_at", "approved_by", "approved_at")),
    )


@record.register
def _(event: ConclusionReturned, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        conclusion_state="returned",
        remarks=event.remarks,
        returned_by=event.returned_by,
        returned_at=event.occurred_at,
    )


@record.register
def _(event: ConclusionApproved, db: sqlite3.Connection) -> None:
    _dialogue(db, event, conclusion_state="approved", approved_by=event.approved_by, approved_at=event.occurred_at)


@record.register
def _(event: DialogueConcluded, db: sqlite3.Connection) -> None:
    _dialogue(
        db,
        event,
        state="concluded",
        conclusion_state="published",
        notice=event.notice,
        summary=event.summary,
        concluded_at=event.occurred_at,
    )
    for number, one in enumerate(event.commitments or (), 1):
        _commitment(db, event, one.id, number=number, text=one.text, department=one.department, questions=one.questions)


@record.register
def _(event: CommitmentExtended, db: sqlite3.Connection) -> None:
    _commitment(
        db,
        event,
        event.commitment,
        extended_because=event.reason,
        requirement=event.requirement,
        responsible=event.responsible,
        extended_by=event.extended_by,
        extended_at=event.occurred_at,
    )


@record.register
def _(event: CommitmentFulfilled, db: sqlite3.Connection) -> None:
    _commitment(
        db,
        event,
        event.commitment,
        result=event.result,
        proof=event.proof,
        fulfilled_by=event.fulfilled_by,
        fulfilled_at=event.occurred_at,
    )


@record.register
def _(event: DialogueSettled, db: sqlite3.Connection) -> None:
    known = db.execute("SELECT reported_at FROM dialogue WHERE id = ?", (event.case,)).fetchone()
    reported = known is not None and known["reported_at"] is not None
    _dialogue(db, event, state="reported" if reported else "settled", settled_at=event.occurred_at)


@record.register
def _(event: ResultReported, db: sqlite3.Connection) -> None:
    """Reported while something is still owed, it stays concluded until nothing is."""
    known = db.execute("SELECT settled_at FROM dialogue WHERE id = ?", (event.case,)).fetchone()
    settled = known is not None and known["settled_at"] is not None
    _dialogue(
        db,
        event,
        report_document=event.document,
        report_recipient=event.recipient,
        reported_by=event.reported_by,
        reported_at=event.occurred_at,
        **({"state": "reported"} if settled else {}),
    )


def _dialogue(db: sqlite3.Connection, event: Event, **values: Any) -> None:
    put(db, "dialogue", event.case, commune=event.commune, **values)


def _of_dialogue(db: sqlite3.Connection, table: str, id: str, event: Event, **values: Any) -> None:
    """Something whose id is unique within the dialogue."""
    put(db, table, f"{event.case}-{id}", commune=event.commune, dialogue=event.case, **values)


def _commitment(db: sqlite3.Connection, event: Event, id: str, **values: Any) -> None:
    put(db, "commitment", id, commune=event.commune, dialogue=event.case, **values)
