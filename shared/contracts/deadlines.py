"""What deadlines says of each term, and what it can be asked. The case is the submission's or the dialogue's id.

A term's id is what it is about, a dash-separated question or dialogue id, and its rule:
`01J…-1:department-answer`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from shared.contracts.base import Command, Event, Role, Token
from shared.contracts.conference import CalendarYear

RuleId = Literal[
    "periodic-dialogue",
    "announcement",
    "registration-cutoff",
    "opinions-collected",
    "participant-list",
    "preparation",
    "triage",
    "department-answer",
    "approval",
    "revision",
    "written-answer",
    "posting",
    "guidance",
    "superior-report",
    "delegate-report",
    "conclusion-notice",
    "resolution",
    "resolution-extended",
    "result-report",
]

MoveCause = Literal["extension", "transfer", "resumed", "rescheduled", "calendar", "passed-on"]
"""Why a term ends on another day: more time was granted; another department took over; it runs again after a pause;
the dialogue is on another day; a decree changed the days off; a draft has come to who decides next on it."""


class DeadlineEvent(Event, speaker="deadlines"):
    """Said by deadlines about one term.

    about: id of what is owed: a question, a dialogue, `<dialogue>-<duty>`, `<dialogue>-<list>`, a commitment, or a
    slot of the programme.
    department: who must act; None when it is the office (Văn phòng), or the unit that `owner` names.
    what: the duty in words, where the rule alone does not say it. owner: who must act, as the plan names him.
    awaits: of an answer that is to be decided on, the roles of which one does now.
    """

    deadline: str
    rule: RuleId
    about: Token
    department: Token | None
    what: str | None = None
    owner: str | None = None
    awaits: tuple[Role, ...] = ()


class DeadlineSet(DeadlineEvent):
    """A term runs. It ends at `due_at`, the close of office hours on `due_on`.

    basis: the law or the line of the plan it rests on, in Vietnamese.
    provisional: the decree on days off of a year that was counted through is not out yet.
    """

    due_on: date
    due_at: AwareDatetime
    basis: str
    provisional: bool


class DeadlineMoved(DeadlineEvent):
    """The term ends on another day. `original_due_at` stays the first one, so that lateness shows."""

    original_due_at: AwareDatetime
    due_on: date
    due_at: AwareDatetime
    reason: str
    cause: MoveCause | None = None
    provisional: bool | None = None


class DeadlinePaused(DeadlineEvent):
    """The term stands still until the department that a question was handed to takes it up."""

    reason: str


class DeadlinePassed(DeadlineEvent):
    """A cut-off has closed: nobody owed anything, but what comes now is late."""

    due_at: AwareDatetime


class DeadlineNear(DeadlineEvent):
    """The reminder: the term ends soon and nothing has been done. Said when the office opens.

    office_reopens_at: the next opening after this one, for a reminder that misses today's mail.
    """

    due_at: AwareDatetime
    office_reopens_at: AwareDatetime | None = None


class DeadlineMissed(DeadlineEvent):
    """Office hours have closed on the last day, and nothing had been done."""

    due_at: AwareDatetime


class DeadlineMet(DeadlineEvent):
    """Done; `late` when it was done after the (possibly extended) term."""

    due_at: AwareDatetime
    met_at: AwareDatetime
    late: bool


class DeadlineCancelled(DeadlineEvent):
    """Nothing is owed any more, for a reason other than having been done."""

    reason: str


class EscalationRaised(DeadlineEvent):
    """A missed term is put before the next person of the ladder. `step` counts from 1. Said when the office opens.

    office_reopens_at: as of `DeadlineNear`.
    """

    due_at: AwareDatetime
    step: int
    to: Role
    office_reopens_at: AwareDatetime | None = None


class EscalationAcknowledged(DeadlineEvent):
    """Whom a missed term was put before has seen it, and says what he does about it."""

    step: int
    note: str
    acknowledged_by: str


class DeadlineCommand(Command, listener="deadlines"):
    """Asked of deadlines."""


class AcknowledgeEscalation(DeadlineCommand):
    """Whom a missed term was put before has seen it. note: what he does about it."""

    deadline: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1_000)]


class ExplainTerms(DeadlineCommand):
    """How these terms are counted and how much working time is left; changes nothing.

    The reply's state holds "terms": by id, each with due_at, state, basis, provisional, `counted` and `skipped` days as
    of `doithoai deadline --json`, and `left`: {"days", "hours", "minutes", "late", "words"} in working time, where
    "words" is `còn 2 ngày 3 giờ làm việc`. Terms of other communes and unknown ones are left out.
    """

    deadlines: Annotated[tuple[str, ...], Field(max_length=200)]


class PreviewCalendar(DeadlineCommand):
    """Which open terms a change of the days off would move; changes nothing.

    The reply's state holds "moves": [{"deadline", "commune", "rule", "about", "from", "to"}], dates as YYYY-MM-DD.
    """

    year: CalendarYear


class ApplyCalendar(DeadlineCommand):
    """From now on the days off of the year are these. The terms that this moves are moved, and say why."""

    year: CalendarYear


class ShowCalendar(DeadlineCommand):
    """The days off as terms are counted by them now; changes nothing.

    The reply's state holds "revision", how many changes were applied, and "years": [{"revision", …}], each year that is
    known as of `CalendarYear`, with the revision that changed it last, 0 where it is as its file has it.
    """
