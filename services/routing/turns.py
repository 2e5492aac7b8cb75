"""Whose turn it is: every question that is not settled has somebody who must act, or see to it that others do."""

from collections.abc import Collection, Mapping
from typing import Literal

from services.routing.approval import remaining
from services.routing.question import Question, State
from shared.contracts import Role

Holder = Literal["office", "department", "leaders", "nobody"]

_HOLDERS: Mapping[State, Holder] = {
    State.AWAITS_TRIAGE: "office",
    State.ASSIGNED: "department",
    State.RETURNED: "department",
    State.DRAFTED: "leaders",
    State.APPROVED: "office",
    State.REDIRECTED: "office",
    State.REFERRED_UP: "office",
    State.SETTLED: "nobody",
}


def holder(question: Question) -> Holder:
    """Whose turn it is."""
    return whose_turn(question.state, remaining(question)[0])


def whose_turn(state: State, step: Collection[Role] = ()) -> Holder:
    """Whose turn it is in a state; of a draft handed in, by the next step of its approval.

    Approved and redirected questions wait for the dialogue or the letter, those referred up for the letter and the
    report: the office sees to all of them.
    """
    if state is State.DRAFTED and set(step) == {Role.HEAD}:
        return "department"
    return _HOLDERS[state]
