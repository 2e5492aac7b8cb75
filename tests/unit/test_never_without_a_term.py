"""Whatever people do with a question, and however facts arrive: until it is settled somebody has it until some day.

Routing's rules and those of deadlines are played together: what the one says the other hears.
"""

from hypothesis import settings
from hypothesis.stateful import invariant

from services.deadlines.answers import OF_A_QUESTION
from services.deadlines.deadline import OPEN
from services.routing.question import State
from services.routing.turns import holder
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionHandedBack,
    QuestionParted,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSettled,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from tests.unit.deadline_world import World
from tests.unit.test_routing_walk import AnyWalk

HEARD = (
    QuestionAwaitsTriage,
    QuestionAssigned,
    QuestionHandedBack,
    QuestionTransferred,
    TransferAccepted,
    AnswerDrafted,
    AnswerEndorsed,
    QuestionParted,
    AnswerApproved,
    AnswerReturned,
    ExtensionGranted,
    QuestionRedirected,
    QuestionReferredUp,
    SuperiorReported,
    QuestionAnsweredAtDialogue,
    WrittenAnswerOwed,
    QuestionSettled,
    QuestionReopened,
)
"""What moves the terms of a question."""

OF_THE_HOLDER = {
    State.AWAITS_TRIAGE: {"triage"},
    State.ASSIGNED: {"department-answer"},
    State.RETURNED: {"department-answer", "revision"},
    State.DRAFTED: {"approval"},
    State.APPROVED: {"written-answer"},
    State.REDIRECTED: {"guidance"},
    State.REFERRED_UP: {"superior-report", "guidance"},
    State.SETTLED: set(),
}
"""One of these runs, in each state."""

ONLY_WHILE = {
    "triage": {State.AWAITS_TRIAGE},
    "approval": {State.DRAFTED},
    "revision": {State.RETURNED},
    "guidance": {State.REDIRECTED, State.REFERRED_UP},
}
"""Each of these runs in no other state."""


class WatchedWalk(AnyWalk):
    def __init__(self):
        super().__init__()
        self.world, self.heard = World(), 0

    def open_terms(self):
        """The rules of which a term is running, or was missed and is still owed, once all that was said is heard."""
        self.world.hear(*(event for event in self.events[self.heard :] if isinstance(event, HEARD)))
        self.heard = len(self.events)
        return {one.rule: one for one in self.world.terms.values() if one.state in OPEN}

    @invariant()
    def somebody_has_it_until_some_day(self):
        running, question = self.open_terms(), self.question
        assert set(running) <= set(OF_A_QUESTION)
        if question.state is State.SETTLED:
            assert not running, "nothing is owed any more"
        elif question.state is State.DRAFTED and question.follows is not None:
            assert not running.keys() & {"approval", "revision"}, (
                "it waits with the question that leads, whose term runs"
            )
        elif not self.waits_for_its_dialogue():
            owed = OF_THE_HOLDER[question.state] & set(running)
            assert owed, f"{question.state} has none but {set(running)}"

    @invariant()
    def nothing_runs_that_the_question_has_left_behind(self):
        for rule, states in ONLY_WHILE.items():
            assert rule not in self.open_terms() or self.question.state in states, rule

    @invariant()
    def what_runs_for_a_department_runs_for_the_one_that_has_it(self):
        running, question = self.open_terms(), self.question
        for rule in ("department-answer", "revision"):
            if rule in running and question.state is not State.SETTLED:
                assert running[rule].department == question.department
        if "approval" in running:
            of_department = question.department if holder(question) == "department" else None
            assert running["approval"].department == of_department

    @invariant()
    def what_stands_still_waits_for_its_department(self):
        answer = self.open_terms().get("department-answer")
        if answer is not None and answer.state == "paused":
            assert self.question.awaits_acceptance

    def waits_for_its_dialogue(self):
        """It is answered there: the dialogue is still to come, or who came is still to be told."""
        question = self.question
        if question.state is not State.APPROVED or question.owed_because is not None:
            return False
        return question.dialogue_ended_at is None or question.present is None


TestNeverWithoutATerm = WatchedWalk.TestCase
TestNeverWithoutATerm.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
