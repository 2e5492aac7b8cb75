"""What is owed for a dialogue: before it, of it, after it.

A dialogue can be put off before anything is known of it here. So what is heard of each is kept, and what that means
is told to its terms as a whole, again and again; each term keeps what it has not heard yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from textwrap import shorten
from typing import Protocol

from services.deadlines.deadline import Duty, Told
from services.deadlines.explain import OfficeHours, Term, WorkingDays, count, local_date
from services.deadlines.programme import Slot, expect_dialogue, slot_duty, slots_of
from services.deadlines.turns import (
    Done,
    Dropped,
    Lengthened,
    Planned,
    Rescheduled,
    Started,
    Unplanned,
)
from shared.contracts import Event
from shared.contracts.conference import DialogueKind, ExpectedList, ListKind, Span
from shared.contracts.conference import Duty as PreparationDuty
from shared.contracts.deadlines import RuleId
from shared.contracts.intake import (
    CommitmentExtended,
    CommitmentFulfilled,
    DelegateReported,
    DialogueAnnounced,
    DialogueCancelled,
    DialogueConcluded,
    DialogueHeld,
    DialoguePlanned,
    DialogueRescheduled,
    DutyCompleted,
    ListReceived,
    ResultReported,
)

OF_LIST: dict[ListKind, RuleId] = {"opinions": "opinions-collected", "participants": "participant-list"}
LONGEST = 160
"""Characters of what a commitment says in the words of its term."""
SHORT_NOTICE = "hội nghị đột xuất được lập sau hạn này nên phải xong chậm nhất ngày làm việc trước hội nghị"


@dataclass(frozen=True, slots=True)
class Plan:
    """What was planned at first. audiences: whom its sessions are for, where they name any."""

    at: datetime
    held_at: datetime
    kind: DialogueKind
    duties: tuple[PreparationDuty, ...] = ()
    lists: tuple[ExpectedList, ...] = ()
    audiences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Change:
    """It was put off, or cancelled. held_at: when it is held now; None when it is not."""

    at: datetime
    held_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Conference:
    """What deadlines knows of a dialogue, in whatever order it came. `changes` in the order they happened."""

    id: str
    commune: str
    plan: Plan | None = None
    changes: tuple[Change, ...] = ()
    held_at: datetime | None = None
    version: int = 0


class Terms(Protocol):
    """The commune's own terms, programme and office hours, and the days off."""

    @property
    def calendar(self) -> WorkingDays: ...
    @property
    def hours(self) -> OfficeHours: ...
    @property
    def slots(self) -> Sequence[Slot]: ...
    def term(self, rule: RuleId) -> Term: ...


DialogueFact = DialoguePlanned | DialogueRescheduled | DialogueCancelled | DialogueHeld


def note(conference: Conference | None, fact: DialogueFact) -> tuple[Conference, Sequence[Event]]:
    """Keep what is heard of a dialogue. Says nothing."""
    one = conference or Conference(fact.case, fact.commune)
    match fact:
        case DialoguePlanned():
            return replace(one, plan=one.plan or _plan(fact)), []
        case DialogueRescheduled():
            return _changed(one, Change(fact.occurred_at, fact.held_at, fact.reason)), []
        case DialogueCancelled():
            return _changed(one, Change(fact.occurred_at, None, fact.reason)), []
        case DialogueHeld():
            return replace(one, held_at=fact.held_at), []


def _plan(planned: DialoguePlanned) -> Plan:
    return Plan(
        at=planned.occurred_at,
        held_at=planned.held_at,
        kind=planned.kind,
        duties=planned.duties or (),
        lists=planned.lists or (),
        audiences=tuple(session.audience for session in planned.sessions or () if session.audience),
    )


def _changed(conference: Conference, change: Change) -> Conference:
    if any(known.at == change.at for known in conference.changes):
        return conference
    changes = sorted((*conference.changes, change), key=lambda one: one.at)
    return replace(conference, changes=tuple(changes))


def prepare(conference: Conference, terms: Terms) -> Iterator[Told]:
    """All that is known of a dialogue, for every term that is counted back from it.

    An ad hoc dialogue is called at short notice: nothing is announced days before.
    """
    plan = conference.plan
    if plan is None:
        return
    for duty, term, department in _owed_before(conference, plan, terms):
        yield Told(duty, Started(plan.at, local_date(plan.held_at), term, department))
        for change in conference.changes:
            if change.held_at is None:
                yield Told(duty, Dropped(change.at), f"Hội nghị đối thoại không tổ chức được: {change.reason}")
            else:
                yield Told(duty, Rescheduled(change.at, local_date(change.held_at)), change.reason)


def _owed_before(conference: Conference, plan: Plan, terms: Terms) -> Iterator[tuple[Duty, Term, str | None]]:
    if plan.kind == "periodic":
        for rule in ("announcement", "registration-cutoff"):
            yield Duty(conference.commune, conference.id, rule, conference.id), terms.term(rule), None
    for duty in plan.duties:
        owed = _part(conference, "preparation", duty.id)
        yield replace(owed, what=duty.what, owner=duty.owner), _in_time(duty, plan, terms), duty.department
    for expected in plan.lists:
        owed = _part(conference, OF_LIST[expected.kind], expected.id)
        yield replace(owed, owner=expected.sender), _term(expected.term), None


def _in_time(duty: PreparationDuty, plan: Plan, terms: Terms) -> Term:
    """What should have been ready before an ad hoc dialogue was called at all is due on the working day before it."""
    term = _term(duty.term)
    if plan.kind == "periodic":
        return term
    if count(term, local_date(plan.held_at), terms.calendar, terms.hours).due_at > plan.at:
        return term
    return Term(1, "working-days", "before", f"{term.basis}; {SHORT_NOTICE}")


def _part(conference: Conference, rule: RuleId, part: str) -> Duty:
    return Duty(conference.commune, conference.id, rule, f"{conference.id}-{part}")


def _term(span: Span) -> Term:
    return Term(span.count, span.unit, span.counted, span.basis)


def in_the_programme(conference: Conference, terms: Terms) -> Iterator[Told]:
    """All that is known of a dialogue, for the slots of the programme it is planned and held in; not of an ad hoc one.

    A slot that was over when it was planned is left alone.
    """
    plan = conference.plan
    if plan is None or plan.kind == "ad-hoc":
        return
    for at, held_at, until in _days(conference, plan):
        for slot in _slots(conference, plan, held_at, terms):
            if local_date(at) <= slot.closes:
                yield expect_dialogue(conference.commune, slot, terms.calendar, at)
                yield Told(slot_duty(conference.commune, slot), Planned(at, conference.id, local_date(held_at)))
                if until is not None:
                    yield Told(slot_duty(conference.commune, slot), Unplanned(until, conference.id))
    if conference.held_at is not None:
        for slot in _slots(conference, plan, conference.held_at, terms):
            yield expect_dialogue(conference.commune, slot, terms.calendar, min(plan.at, conference.held_at))
            yield Told(slot_duty(conference.commune, slot), Done(conference.held_at))


def _days(conference: Conference, plan: Plan) -> Iterator[tuple[datetime, datetime, datetime | None]]:
    """Since when it was planned for which day, and until when."""
    at, held_at = plan.at, plan.held_at
    for change in conference.changes:
        yield at, held_at, change.at
        if change.held_at is None:
            return
        at, held_at = change.at, change.held_at
    yield at, held_at, None


def _slots(conference: Conference, plan: Plan, held_at: datetime, terms: Terms) -> tuple[Slot, ...]:
    return slots_of(conference.commune, terms.slots, local_date(held_at), plan.audiences)


def accept_announcement(announced: DialogueAnnounced) -> Iterator[Told]:
    if announced.kind == "periodic":
        yield Told(_of(announced, "announcement"), Done(announced.occurred_at))


def accept_preparation(completed: DutyCompleted) -> Told:
    return Told(_of(completed, "preparation", completed.duty), Done(completed.occurred_at))


def accept_list(received: ListReceived) -> Told:
    return Told(_of(received, OF_LIST[received.kind], received.list), Done(received.occurred_at))


def expect_conclusion(held: DialogueHeld, terms: Terms) -> Iterator[Told]:
    """The notice and the report to the superior, counted from the day of the dialogue; and the deputy's own report."""
    anchor = local_date(held.held_at)
    for rule in ("conclusion-notice", "result-report"):
        yield Told(_of(held, rule), Started(held.occurred_at, anchor, terms.term(rule)))
    if held.presided_by is not None:
        duty = replace(_of(held, "delegate-report"), owner=held.presided_by)
        yield Told(duty, Started(held.occurred_at, anchor, terms.term("delegate-report")))


def accept_conclusion(concluded: DialogueConcluded, terms: Terms) -> Iterator[Told]:
    """The notice is out: from its day on the departments owe what it assigns to them."""
    at = concluded.occurred_at
    yield Told(_of(concluded, "conclusion-notice"), Done(at))
    for commitment in concluded.commitments or ():
        duty = _commitment(concluded, commitment.id, commitment.text)
        yield Told(duty, Started(at, local_date(at), terms.term("resolution"), commitment.department))


def extend_commitment(extended: CommitmentExtended, terms: Terms) -> Told:
    """The longer term is counted from the notice's day, as the first one was."""
    duty = _commitment(extended, extended.commitment, extended.text)
    return Told(duty, Lengthened(extended.occurred_at, terms.term("resolution-extended")), extended.reason)


def accept_resolution(fulfilled: CommitmentFulfilled) -> Told:
    return Told(_commitment(fulfilled, fulfilled.commitment, fulfilled.text), Done(fulfilled.occurred_at))


def accept_result_report(reported: ResultReported) -> Told:
    return Told(_of(reported, "result-report"), Done(reported.occurred_at))


def accept_delegates_report(reported: DelegateReported) -> Told:
    return Told(_of(reported, "delegate-report"), Done(reported.occurred_at))


def _of(fact: Event, rule: RuleId, part: str | None = None) -> Duty:
    return Duty(fact.commune, fact.case, rule, fact.case if part is None else f"{fact.case}-{part}")


def _commitment(fact: Event, commitment: str, text: str) -> Duty:
    return Duty(fact.commune, fact.case, "resolution", commitment, what=shorten(text, LONGEST, placeholder=" …"))
