"""What a commune's profile lays down for a dialogue: sessions, seats, what must be prepared, who sends a list."""

from collections.abc import Sequence
from datetime import date, datetime

from services.intake.dialogue import Announcement, Conference, State
from services.intake.rules import HANOI
from shared.communes import DutyPlan, ListPlan, Profile, Slot
from shared.communes import Span as OwnSpan
from shared.contracts.conference import Duty, ExpectedList, ListKind, Session, Span
from shared.contracts.deadlines import RuleId
from shared.contracts.intake import PlanDialogue

RULES: dict[ListKind, RuleId] = {"opinions": "opinions-collected", "participants": "participant-list"}
_DEFAULT = "Mặc định của hệ thống khi kế hoạch của xã không quy định"
DEFAULTS: dict[ListKind, Span] = {
    "opinions": Span(count=7, unit="days", counted="before", basis=_DEFAULT),
    "participants": Span(count=5, unit="days", counted="before", basis=_DEFAULT),
}
"""Where neither the list nor `terms` of the profile says more; deadlines has the same."""


def conference_of(profile: Profile, command: PlanDialogue, others: Sequence[Announcement]) -> Conference:
    """What the command leaves open is taken from the profile.

    An ad hoc dialogue has its participants named case by case: no lists, and seats only where the command says so.

    Args:
        others: the dialogues that the commune has planned so far.
    """
    periodic = command.kind == "periodic"
    own = profile.conference
    sessions = command.sessions if command.sessions is not None else _sessions(profile, command, others)
    return Conference(
        sessions=sessions,
        seats=command.seats or (own.seats if periodic else None),
        per_hamlet=command.per_hamlet or (own.per_hamlet if periodic else None),
        duties=tuple(_duty(duty) for duty in own.duties),
        lists=tuple(_list(one, profile) for one in own.lists if periodic and _concerns(one, sessions)),
    )


def _sessions(profile: Profile, command: PlanDialogue, others: Sequence[Announcement]) -> tuple[Session, ...]:
    """Those of the slot of the programme that the day lies in; of several, the first whose audience is not served."""
    if command.kind == "ad-hoc":
        return ()
    slots = [slot for slot in profile.programme if slot.opens <= _day(command.held_at) <= slot.closes]
    slot = next((slot for slot in slots if not _is_served(slot, command, others)), next(iter(slots), None))
    if slot is None:
        return ()
    return tuple(
        Session(number=number, title=plan.title, audience=plan.audience, fields=plan.fields)
        for number, plan in enumerate(slot.sessions, 1)
    )


def _is_served(slot: Slot, command: PlanDialogue, others: Sequence[Announcement]) -> bool:
    audiences = {plan.audience for plan in slot.sessions}
    return any(
        one.id != command.dialogue
        and one.state is not State.CANCELLED
        and slot.opens <= _day(one.held_at) <= slot.closes
        and audiences == {session.audience for session in one.sessions}
        for one in others
    )


def _day(held_at: datetime) -> date:
    return held_at.astimezone(HANOI).date()


def _concerns(plan: ListPlan, sessions: Sequence[Session]) -> bool:
    return plan.audience is None or any(session.audience == plan.audience for session in sessions)


def _duty(plan: DutyPlan) -> Duty:
    return Duty(id=plan.id, what=plan.what, owner=plan.owner, department=plan.department, term=_span(plan.term))


def _list(plan: ListPlan, profile: Profile) -> ExpectedList:
    own = plan.term or profile.terms.get(RULES[plan.kind])
    term = _span(own) if own else DEFAULTS[plan.kind]
    return ExpectedList(id=plan.id, kind=plan.kind, sender=plan.sender, term=term)


def _span(span: OwnSpan) -> Span:
    return Span(count=span.count, unit=span.unit, counted=span.counted, basis=span.basis)
