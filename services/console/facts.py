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
from shared.contracts.base import Model
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlinePassed,
    DeadlinePaused,
    DeadlineSet,
    EscalationAcknowledged,
    EscalationRaised,
)
from shared.contracts.intake import (
    AttendanceRecorded,
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
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    RegistrationClosed,
    RepresentativeAttended,
    RepresentativeInvited,
    ResultReported,
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
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionRedirected,
    QuestionReferredUp,
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

NOT_DONE: Mapping[str, None] = {
    "met_at": None,
    "late": None,
    "cancelled_because": None,
    "paused_because": None,
}
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
    _dialogue(
        db,
        event,
        title=event.title,
        held_at=event.held_at,
        place=event.place,
        kind=event.kind,
        sessions=_models(event.sessions or ()),
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
        **({} if event.sessions is None else {"sessions": _models(event.sessions)}),
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
        conclusion_promises=_models(event.commitments),
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
        collected_by=event.collected_by,
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
def _(event: RegistrantInvited, db: sqlite3.Connection) -> None:
    _put(
        db,
        "submission",
        event.case,
        commune=event.commune,
        seat=event.seat,
        waiting_place=None,
        invited_at=event.occurred_at,
    )


@record.register
def _(event: RegistrantWaitlisted, db: sqlite3.Connection) -> None:
    _put(db, "submission", event.case, commune=event.commune, seat=None, waiting_place=event.place)


@record.register
def _(event: RegistrantExcused, db: sqlite3.Connection) -> None:
    """His seat is free for another."""
    _put(
        db,
        "submission",
        event.case,
        commune=event.commune,
        attendance="excused",
        excuse=event.reason,
        seat=None,
        waiting_place=None,
    )


@record.register
def _(event: AttendanceRecorded, db: sqlite3.Connection) -> None:
    """Who waited for a seat to the last has not stayed away."""
    waits = "SELECT 1 FROM submission WHERE id = ? AND waiting_place IS NOT NULL"
    missed = "no-seat" if db.execute(waits, (event.case,)).fetchone() else "absent"
    _put(db, "submission", event.case, commune=event.commune, attendance="present" if event.present else missed)


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
    _question(db, event, settled_how=event.how, settled_at=event.occurred_at)


@record.register
def _(event: DeadlineSet, db: sqlite3.Connection) -> None:
    """A term that runs again to the same end, because an answer was sent back, is still the first promise."""
    known = db.execute("SELECT due_at FROM term WHERE id = ?", (event.deadline,)).fetchone()
    if known is None or known["due_at"] != instant(event.due_at):
        _term(db, event, set_at=event.occurred_at, original_due_at=event.due_at, moved_because=None, cause=None)
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
        cause=event.cause,
        **({} if event.provisional is None else {"provisional": event.provisional}),
        **({} if stays_met else {"state": "running", **NOT_DONE}),
    )


@record.register
def _(event: DeadlinePaused, db: sqlite3.Connection) -> None:
    _term(db, event, state="paused", paused_because=event.reason)


@record.register
def _(event: DeadlinePassed, db: sqlite3.Connection) -> None:
    _term(db, event, state="passed", due_at=event.due_at)


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
def _(event: EscalationAcknowledged, db: sqlite3.Connection) -> None:
    """Of the term as it last ran out: after an extension the same step may come again."""
    db.execute(
        "UPDATE escalation SET acknowledged_by = ?, note = ?, acknowledged_at = ? WHERE term = ? AND step = ? "
        "AND due_at = (SELECT max(due_at) FROM escalation WHERE term = ? AND step = ?)",
        (
            event.acknowledged_by,
            event.note,
            instant(event.occurred_at),
            event.deadline,
            event.step,
            event.deadline,
            event.step,
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
    if event.kind in ("answer", "guidance", "referral"):
        for question in event.questions:
            _put(db, "question", question, commune=event.commune, submission=event.case, **values)


def _dialogue(db: sqlite3.Connection, event: Event, **values: Any) -> None:
    _put(db, "dialogue", event.case, commune=event.commune, **values)


def _of_dialogue(db: sqlite3.Connection, table: str, id: str, event: Event, **values: Any) -> None:
    """Something whose id is unique within the dialogue."""
    _put(db, table, f"{event.case}-{id}", commune=event.commune, dialogue=event.case, **values)


def _commitment(db: sqlite3.Connection, event: Event, id: str, **values: Any) -> None:
    _put(db, "commitment", id, commune=event.commune, dialogue=event.case, **values)


def _models(values: Sequence[Model]) -> list[dict[str, Any]]:
    return [value.model_dump(mode="json") for value in values]


def _question(db: sqlite3.Connection, event: RoutingEvent, **values: Any) -> None:
    _put(db, "question", event.question, commune=event.commune, submission=event.case, **values)


def _term(db: sqlite3.Connection, event: DeadlineEvent, **values: Any) -> None:
    """What is owed and by whom stays known where a later event does not repeat it."""
    told = {"what": event.what, "owner": event.owner}
    _put(
        db,
        "term",
        event.deadline,
        commune=event.commune,
        case_id=event.case,
        about=event.about,
        rule=event.rule,
        department=event.department,
        **{name: value for name, value in told.items() if value is not None},
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


@lru_cache(maxsize=128)
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
