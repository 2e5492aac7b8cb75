"""What deadlines decides: how long each duty may take, when it is near, missed, met, and who hears of it then.

What happened is dated by the facts, what time did by its schedule, so the same facts give the same history
whenever they are handled. A fact that is older than the assignment the clock runs for has been overtaken.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, TypeVar

from services.deadlines.explain import ONE_DAY, OfficeHours, Term, WorkingDays, count, local, local_date
from shared.contracts import Event, Role, TooEarly
from shared.contracts.deadlines import (
    DeadlineCancelled,
    DeadlineEvent,
    DeadlineMet,
    DeadlineMissed,
    DeadlineMoved,
    DeadlineNear,
    DeadlineSet,
    EscalationRaised,
    RuleId,
)
from shared.contracts.intake import DialogueConcluded, DialogueHeld, DialoguePlanned
from shared.contracts.routing import (
    AnswerDrafted,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionRedirected,
)

DEFAULTS: Mapping[RuleId, Term] = {
    # No law sets these two; ten days and five working days are the product's own, and say so.
    "registration-cutoff": Term(10, "days", "before", "Mặc định của hệ thống khi kế hoạch của xã không quy định"),
    "department-answer": Term(5, "working-days", "after", "Mặc định của hệ thống khi kế hoạch của xã không quy định"),
    # Law 72/2025/QH15, art. 43: the results of the dialogue are made public within ten days.
    "conclusion-notice": Term(
        10,
        "days",
        "after",
        "Luật Tổ chức chính quyền địa phương số 72/2025/QH15, Điều 43 (công khai kết quả trong 10 ngày sau đối thoại)",
    ),
}

State = Literal["running", "near", "missed", "met", "cancelled", "passed"]

OPEN: frozenset[State] = frozenset({"running", "near", "missed"})
"""The duty is still owed. `passed` is a cut-off that closed: nobody owed anything."""

CUT_OFFS: frozenset[RuleId] = frozenset({"registration-cutoff"})
"""Terms that only close: no reminder, nobody to miss them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a commune's ladder, so many working days after the term was missed."""

    to: Role
    after_working_days: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """One term. `id` is `<about>:<rule>`, `about` the question or the dialogue.

    as_of: the instant of the fact it runs for, or was cancelled by; older facts have been overtaken.
    step: how many rungs of the ladder have been raised.
    next_fire_at: when time will next change something; None when it never will.
    draft, drafted_at: the latest answer handed in. returned: the latest one sent back.
    extended: when each extension was granted.
    """

    id: str
    commune: str
    case: str
    rule: RuleId
    about: str
    anchor: date
    original_due_at: datetime
    due_on: date
    due_at: datetime
    basis: str
    provisional: bool
    as_of: datetime
    department: str | None = None
    state: State = "running"
    step: int = 0
    next_fire_at: datetime | None = None
    met_at: datetime | None = None
    draft: int = 0
    drafted_at: datetime | None = None
    returned: int = 0
    extended: tuple[datetime, ...] = ()
    version: int = 0

    @property
    def late(self) -> bool:
        return self.met_at is not None and self.met_at > self.due_at


Decision = tuple[Deadline, Sequence[Event]]


def deadline_id(about: str, rule: RuleId) -> str:
    return f"{about}:{rule}"


def term_for(rule: RuleId, own: Mapping[RuleId, Term]) -> Term:
    """The commune's own term, else the default of the law or of the product."""
    return own.get(rule) or DEFAULTS[rule]


def close_registration(
    deadline: Deadline | None, planned: DialoguePlanned, term: Term, calendar: WorkingDays, hours: OfficeHours
) -> Decision:
    """Forms are taken until so many days before the dialogue."""
    if deadline is not None:
        return deadline, []
    return _start("registration-cutoff", planned.case, planned, local_date(planned.held_at), term, calendar, hours)


def expect_conclusion(
    deadline: Deadline | None, held: DialogueHeld, term: Term, calendar: WorkingDays, hours: OfficeHours
) -> Decision:
    """The office owes the conclusion notice, counted from the day of the dialogue."""
    if deadline is not None:
        return deadline, []
    return _start("conclusion-notice", held.case, held, local_date(held.held_at), term, calendar, hours)


def accept_conclusion(deadline: Deadline | None, concluded: DialogueConcluded) -> Decision:
    """The conclusion notice is out."""
    if deadline is None:
        raise TooEarly(f"no conclusion is expected of {concluded.case} yet")
    return _meet(deadline, concluded.occurred_at)


def expect_answer(
    deadline: Deadline | None, assigned: QuestionAssigned, term: Term, calendar: WorkingDays, hours: OfficeHours
) -> Decision:
    """The day of assignment is not counted. Another department that takes over must answer, and gets the whole term.

    A department that is named again gets no second one.
    """
    if deadline is not None and (_overtaken(deadline, assigned) or _is_named_again(deadline, assigned)):
        return deadline, []
    anchor = local_date(assigned.occurred_at)
    started, said = _start(
        "department-answer", assigned.question, assigned, anchor, term, calendar, hours, assigned.department
    )
    if deadline is None:
        return started, said
    if deadline.state == "cancelled":
        return replace(started, version=deadline.version), said
    moved = replace(started, original_due_at=deadline.original_due_at, version=deadline.version)
    return moved, [_moved(moved, assigned, "Câu hỏi được giao cho đơn vị khác, thời hạn tính lại từ ngày giao.")]


def accept_answer(deadline: Deadline | None, drafted: AnswerDrafted) -> Decision:
    """A department has done its duty once its answer is with the office, in time or late."""
    if deadline is None or _rests_on_a_later_assignment(deadline, drafted):
        raise TooEarly(f"{drafted.department} does not owe the answer to {drafted.question} yet")
    if _overtaken(deadline, drafted) or drafted.draft <= deadline.returned:
        return deadline, []
    if drafted.draft > deadline.draft:
        deadline = replace(deadline, draft=drafted.draft, drafted_at=drafted.occurred_at)
    return _meet(deadline, drafted.occurred_at)


def reopen(deadline: Deadline | None, returned: AnswerReturned, calendar: WorkingDays, hours: OfficeHours) -> Decision:
    """An answer sent back before the term has ended is owed again; the term itself stays as it was.

    One that is sent back later was handed in, and its department keeps the date on which it did so.
    """
    if deadline is None or _rests_on_a_later_assignment(deadline, returned):
        raise TooEarly(f"{returned.department} does not owe the answer to {returned.question} yet")
    if _overtaken(deadline, returned) or returned.draft <= deadline.returned:
        return deadline, []
    if returned.draft > deadline.draft:
        raise TooEarly(f"draft {returned.draft} for {returned.question} is not here yet")
    deadline = replace(deadline, returned=returned.draft)
    if returned.occurred_at >= deadline.due_at or _met_since(deadline, returned):
        return deadline, []
    if deadline.drafted_at is not None and deadline.draft > returned.draft:
        return _meet(replace(deadline, met_at=None), deadline.drafted_at)
    running = _run(replace(deadline, met_at=None), returned.occurred_at, calendar, hours)
    return running, [_set(running, returned)]


def extend(deadline: Deadline | None, granted: ExtensionGranted, calendar: WorkingDays, hours: OfficeHours) -> Decision:
    """The term ends so many working days after its present end; one that was missed runs again."""
    if deadline is None or _rests_on_a_later_assignment(deadline, granted):
        raise TooEarly(f"{granted.department} does not owe the answer to {granted.question} yet")
    if _overtaken(deadline, granted) or granted.occurred_at in deadline.extended:
        return deadline, []
    due_on = calendar.nth_working_day_after(deadline.due_on, granted.working_days)
    moved = replace(
        deadline,
        due_on=due_on,
        due_at=local(due_on, hours.closes),
        provisional=deadline.provisional or calendar.provisional(due_on.year),
        extended=(*deadline.extended, granted.occurred_at),
    )
    if moved.state in OPEN:
        moved = _run(replace(moved, step=0), granted.occurred_at, calendar, hours)
    said: list[Event] = [_moved(moved, granted, granted.reason)]
    if moved.late != deadline.late:
        said.append(_met(moved))
    return moved, said


def cancel(deadline: Deadline | None, redirected: QuestionRedirected) -> Decision:
    """Nobody here owes an answer to a question that belongs elsewhere.

    Redirected before any assignment is known: what is kept makes an assignment that comes late stay quiet.
    """
    if deadline is None:
        return _never_owed(redirected), []
    if _overtaken(deadline, redirected):
        return deadline, []
    if deadline.state not in OPEN:
        return replace(deadline, as_of=redirected.occurred_at), []
    cancelled = replace(deadline, state="cancelled", as_of=redirected.occurred_at, next_fire_at=None)
    reason = f"Câu hỏi được hướng dẫn gửi đến {redirected.authority}."
    return cancelled, [_say(DeadlineCancelled, cancelled, redirected.occurred_at, reason=reason)]


def accept_answer_at_dialogue(deadline: Deadline | None, answered: QuestionAnsweredAtDialogue) -> Decision:
    """The registrant has heard the answer: nothing is owed any more."""
    if deadline is None:
        raise TooEarly(f"no answer to {answered.question} is owed yet")
    if _overtaken(deadline, answered) or deadline.state == "cancelled":
        return deadline, []
    return _meet(deadline, answered.occurred_at)


def fire(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, now: datetime
) -> Decision:
    """Everything that became due until `now`, each thing once, in order, dated when it was due.

    The reminder comes when the office opens on the working day before the last one. The term is missed when the
    office closes on the last one. The ladder's steps for the same day come with the miss, the others when the
    office opens so many working days later.

    Raises:
        NoCalendar: nothing is lost; the same call does it all once the calendar is there.
    """
    said: list[Event] = []
    while deadline.next_fire_at is not None and deadline.next_fire_at <= now:
        deadline, event = _fire_once(deadline, ladder, calendar, hours, deadline.next_fire_at)
        said += event
    return deadline, said


def _fire_once(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, at: datetime
) -> Decision:
    if deadline.rule in CUT_OFFS:
        return replace(deadline, state="passed", next_fire_at=None), []
    if deadline.state == "missed":
        return _escalate(deadline, ladder, calendar, hours, at)
    if at < deadline.due_at:
        near = replace(deadline, state="near", next_fire_at=deadline.due_at)
        return near, [_say(DeadlineNear, near, at, due_at=near.due_at)]
    missed = replace(deadline, state="missed", next_fire_at=_next_step_at(deadline, ladder, calendar, hours))
    return missed, [_say(DeadlineMissed, missed, at, due_at=missed.due_at)]


def _escalate(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours, at: datetime
) -> Decision:
    if deadline.step >= len(ladder):  # the commune has shortened its ladder
        return replace(deadline, next_fire_at=None), []
    to = _in_order(ladder)[deadline.step].to
    raised = replace(deadline, step=deadline.step + 1)
    raised = replace(raised, next_fire_at=_next_step_at(raised, ladder, calendar, hours))
    return raised, [_say(EscalationRaised, raised, at, due_at=raised.due_at, step=raised.step, to=to)]


def _next_step_at(
    deadline: Deadline, ladder: Sequence[Step], calendar: WorkingDays, hours: OfficeHours
) -> datetime | None:
    if deadline.step >= len(ladder):
        return None
    days = _in_order(ladder)[deadline.step].after_working_days
    if days == 0:
        return deadline.due_at
    return local(calendar.nth_working_day_after(deadline.due_on, days), hours.opens)


def _in_order(ladder: Sequence[Step]) -> Sequence[Step]:
    return sorted(ladder, key=lambda step: step.after_working_days)


def _start(
    rule: RuleId,
    about: str,
    fact: Event,
    anchor: date,
    term: Term,
    calendar: WorkingDays,
    hours: OfficeHours,
    department: str | None = None,
) -> Decision:
    counted = count(term, anchor, calendar, hours)
    deadline = Deadline(
        id=deadline_id(about, rule),
        commune=fact.commune,
        case=fact.case,
        rule=rule,
        about=about,
        department=department,
        anchor=anchor,
        original_due_at=counted.due_at,
        due_on=counted.due_on,
        due_at=counted.due_at,
        basis=counted.basis,
        provisional=counted.provisional,
        as_of=fact.occurred_at,
    )
    running = _run(deadline, fact.occurred_at, calendar, hours)
    return running, [_set(running, fact)]


def _run(deadline: Deadline, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> Deadline:
    reminder = None if deadline.rule in CUT_OFFS else _reminder_at(deadline.due_on, since, calendar, hours)
    return replace(deadline, state="running", next_fire_at=reminder or deadline.due_at)


def _reminder_at(due_on: date, since: datetime, calendar: WorkingDays, hours: OfficeHours) -> datetime | None:
    """The opening of the last working day before the last one; none when the term is too short to have one."""
    begun_on, day = local_date(since), due_on - ONE_DAY
    while day > begun_on:
        if calendar.why_not(day) is None:
            return local(day, hours.opens)
        day -= ONE_DAY
    return None


def _meet(deadline: Deadline, at: datetime) -> Decision:
    """The earliest fact that did the duty counts, in whatever order they arrive."""
    if deadline.met_at is not None and deadline.met_at <= at:
        return deadline, []
    met = replace(deadline, state="met", met_at=at, next_fire_at=None)
    return met, [_met(met)]


def _never_owed(redirected: QuestionRedirected) -> Deadline:
    at = redirected.occurred_at
    return Deadline(
        id=deadline_id(redirected.question, "department-answer"),
        commune=redirected.commune,
        case=redirected.case,
        rule="department-answer",
        about=redirected.question,
        anchor=local_date(at),
        original_due_at=at,
        due_on=local_date(at),
        due_at=at,
        basis="Câu hỏi không được giao cho đơn vị nào của xã",
        provisional=False,
        as_of=at,
        state="cancelled",
    )


def _overtaken(deadline: Deadline, fact: Event) -> bool:
    if deadline.state == "cancelled":
        return fact.occurred_at <= deadline.as_of
    return fact.occurred_at < deadline.as_of


def _is_named_again(deadline: Deadline, assigned: QuestionAssigned) -> bool:
    return assigned.department == deadline.department and deadline.state != "cancelled"


def _rests_on_a_later_assignment(deadline: Deadline, fact: AnswerDrafted | AnswerReturned | ExtensionGranted) -> bool:
    owes_nothing = deadline.state == "cancelled" or fact.department != deadline.department
    return owes_nothing and not _overtaken(deadline, fact)


def _met_since(deadline: Deadline, returned: AnswerReturned) -> bool:
    return deadline.met_at is not None and returned.occurred_at < deadline.met_at


E = TypeVar("E", bound=DeadlineEvent)


def _say(event: type[E], deadline: Deadline, at: datetime, **said: Any) -> E:
    return event(
        commune=deadline.commune,
        case=deadline.case,
        occurred_at=at,
        deadline=deadline.id,
        rule=deadline.rule,
        about=deadline.about,
        department=deadline.department,
        **said,
    )


def _set(deadline: Deadline, fact: Event) -> DeadlineSet:
    return _say(
        DeadlineSet,
        deadline,
        fact.occurred_at,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        basis=deadline.basis,
        provisional=deadline.provisional,
    )


def _moved(deadline: Deadline, fact: Event, reason: str) -> DeadlineMoved:
    return _say(
        DeadlineMoved,
        deadline,
        fact.occurred_at,
        original_due_at=deadline.original_due_at,
        due_on=deadline.due_on,
        due_at=deadline.due_at,
        reason=reason,
    )


def _met(deadline: Deadline) -> DeadlineMet:
    assert deadline.met_at is not None
    return _say(
        DeadlineMet, deadline, deadline.met_at, due_at=deadline.due_at, met_at=deadline.met_at, late=deadline.late
    )
