"""What deadlines says of each term. The case is the submission's or the dialogue's id.

A term's id is what it is about, a dash-separated question or dialogue id, and its rule:
`01J…-1:department-answer`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from shared.contracts.base import Event, Role, Token

RuleId = Literal["registration-cutoff", "department-answer", "conclusion-notice"]


class DeadlineEvent(Event, speaker="deadlines"):
    """Said by deadlines about one term.

    about: id of the question or dialogue the term is about.
    department: who must act; None when it is the office (Văn phòng).
    """

    deadline: str
    rule: RuleId
    about: Token
    department: Token | None


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


class DeadlineNear(DeadlineEvent):
    """The reminder: the term ends soon and nothing has been done."""

    due_at: AwareDatetime


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
    """A missed term is put before the next person of the ladder. `step` counts from 1."""

    due_at: AwareDatetime
    step: int
    to: Role
