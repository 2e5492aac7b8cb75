"""Whom a missed term is put before, and when. Nobody is told anything while the office is closed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from services.deadlines.explain import OfficeHours, WorkingDays, local, local_date
from shared.contracts import Role
from shared.contracts.deadlines import RuleId


@dataclass(frozen=True, slots=True)
class Step:
    """One rung of a commune's ladder, so many working days after the term was missed."""

    to: Role
    after_working_days: int


PROGRAMME = (Step(Role.OFFICE_HEAD, 0), Step(Role.CHAIRMAN, 1), Step(Role.PROVINCE, 2))
"""A dialogue that was not held is the commune's own failure, so the province hears of it, whatever the commune says."""

BOTTOM_UP = (Role.OFFICER, Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN)

WITHOUT_DEPARTMENT = {Role.OFFICER: Role.CLERK, Role.HEAD: Role.OFFICE_HEAD}
"""Where the office itself owes the duty, or must see that a unit does it."""


def rungs(
    ladder: Sequence[Step], rule: RuleId, department: str | None, awaits: Collection[Role] = ()
) -> Sequence[Step]:
    """The steps of one term, in the order in which they are climbed. department, awaits: as of `DeadlineEvent`."""
    if rule == "periodic-dialogue":
        return PROGRAMME
    if rule == "approval":
        ladder = _who_decide(ladder, department, awaits)
    elif department is None:
        ladder = [replace(step, to=WITHOUT_DEPARTMENT.get(step.to, step.to)) for step in ladder]
    return sorted(ladder, key=lambda step: step.after_working_days)


def _who_decide(ladder: Sequence[Step], department: str | None, awaits: Collection[Role]) -> list[Step]:
    """Only those who can decide on an answer, or are above them, each once: no officer judges what he wrote."""
    if department is not None:
        first = Role.HEAD
    else:
        first = Role.CHAIRMAN if awaits and Role.OFFICE_HEAD not in awaits else Role.OFFICE_HEAD
    below = BOTTOM_UP[: BOTTOM_UP.index(first)]
    told: dict[Role, Step] = {}
    for step in sorted(ladder, key=lambda step: step.after_working_days):
        to = first if step.to in below else step.to
        told.setdefault(to, replace(step, to=to))
    return list(told.values())


def step_at(step: Step, missed_at: datetime, calendar: WorkingDays, hours: OfficeHours) -> datetime:
    """The opening after the miss, or of the working day that many later.

    Raises:
        NoCalendar: when that day is in a year whose days off are not known.
    """
    if step.after_working_days == 0:
        return next_opening(missed_at, calendar, hours)
    return local(calendar.nth_working_day_after(local_date(missed_at), step.after_working_days), hours.opens)


def next_opening(at: datetime, calendar: WorkingDays, hours: OfficeHours) -> datetime:
    """The first opening of the office after this instant."""
    day = local_date(at)
    if calendar.why_not(day) is None and local(day, hours.opens) > at:
        return local(day, hours.opens)
    return local(calendar.nth_working_day_after(day, 1), hours.opens)
