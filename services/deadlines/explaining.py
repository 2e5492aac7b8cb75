"""What is told of a term to whoever asks: how it was counted, and how much working time is left of it."""

from datetime import datetime
from typing import TypedDict

from services.deadlines.deadline import OPEN, Deadline, State, counted
from services.deadlines.explain import HANOI, OfficeHours, SkippedDay, WorkingDays, as_explanation
from services.deadlines.working_time import Left, left


class ExplainedTerm(TypedDict):
    """One term of `ExplainTerms`. counted, skipped: empty where its days cannot be shown."""

    due_at: str
    state: State
    basis: str
    provisional: bool
    counted: list[str]
    skipped: list[SkippedDay]
    left: Left


def explain_term(
    deadline: Deadline, counted_with: WorkingDays, calendar: WorkingDays, hours: OfficeHours, now: datetime
) -> ExplainedTerm:
    """How its present end was counted, and what is left until then. There is always an answer.

    Args:
        counted_with: the calendar as it was when the term was counted.
        calendar: as it is now.
    """
    days, skipped = _days(deadline, counted_with, hours)
    return ExplainedTerm(
        due_at=deadline.due_at.astimezone(HANOI).isoformat(),
        state=deadline.state,
        basis=deadline.basis,
        provisional=deadline.provisional,
        counted=days,
        skipped=skipped,
        left=left_of(deadline, calendar, hours, now),
    )


def left_of(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours, now: datetime) -> Left:
    """Working time, while there is something to do; else how it ended."""
    if deadline.state == "paused":
        words = f"tạm dừng, còn {deadline.left} ngày làm việc"
        return Left(days=deadline.left, hours=0, minutes=0, late=False, words=words)
    if deadline.state in OPEN:
        return left(now, deadline.due_at, calendar, hours)
    return Left(days=None, hours=None, minutes=None, late=deadline.late, words=_how_it_ended(deadline))


def _days(deadline: Deadline, calendar: WorkingDays, hours: OfficeHours) -> tuple[list[str], list[SkippedDay]]:
    """A count that does not lead to the end that was told would explain another term, and is not shown."""
    try:
        found = counted(deadline, calendar, hours)
    except LookupError:  # NoCalendar: a year that it was counted through is not known any more
        return [], []
    if found is None or found.due_on != deadline.due_on:
        return [], []
    told = as_explanation(found)
    return told["counted"], told["skipped"]


def _how_it_ended(deadline: Deadline) -> str:
    if deadline.state == "met":
        return "đã hoàn thành, chậm so với thời hạn" if deadline.late else "đã hoàn thành đúng hạn"
    return "đã hết thời gian nhận" if deadline.state == "passed" else "không còn phải thực hiện"
