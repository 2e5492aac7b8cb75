"""Whatever is asked of a dialogue, in whatever order: its state moves along the table alone, and events tell of it."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from services.intake import conclusion, rules
from services.intake.dialogue import MOVES, TOLD, TURNS, Conference, Dialogue, State
from shared.contracts import Event, Refusal, Role, intake
from shared.contracts.conference import Promise
from shared.contracts.deadlines import DeadlineMoved, DeadlinePassed, DeadlineSet
from tests.builders import DIALOGUE, DUTY, HELD_AT, LIST, NOW, PLACE, REPRESENTATIVE, TITLE, actor, of_deadline

ALONG = {(before, turn.leads_to) for turn in TURNS.values() for before in [turn.when]} | {
    (before, move.leads_to) for move in MOVES.values() if move.leads_to for before in move.when
}
SKIPS = {(State.PLANNED, State.REGISTRATION_CLOSED), (State.CONCLUDED, State.REPORTED)}
"""Two steps in one: announced after its cut-off; settled with its report already out."""

TOLD_BY: dict[type[Event], State] = {
    intake.DialoguePlanned: State.PLANNED,
    intake.DialogueAnnounced: State.ANNOUNCED,
    intake.RegistrationClosed: State.REGISTRATION_CLOSED,
    intake.DialogueCancelled: State.CANCELLED,
    intake.DialogueHeld: State.HELD,
    intake.DialogueConcluded: State.CONCLUDED,
    intake.DialogueSettled: State.SETTLED,
}
PROMISE = Promise(text="Niêm yết công khai.", department="van-phong")
FIELDS: dict[type[intake.IntakeCommand], dict[str, Any]] = {
    intake.AnnounceDialogue: {},
    intake.RescheduleDialogue: {"reason": "Bão."},
    intake.CancelDialogue: {"reason": "Bão."},
    intake.DelegateChair: {"deputy": "Lê Quang Huy", "reason": "Đi công tác."},
    intake.ReportBack: {"report": "Tốt."},
    intake.HoldDialogue: {},
    intake.CompleteDuty: {"duty": DUTY.id, "proof": "Biên bản"},
    intake.ReceiveList: {"list": LIST.id},
    intake.InviteRepresentative: {"representative": REPRESENTATIVE},
    intake.CheckInRepresentative: {"representative": REPRESENTATIVE.id},
    intake.DraftConclusion: {"summary": "Kết luận.", "promises": (PROMISE,)},
    intake.ReturnConclusion: {"remarks": "Sửa lại."},
    intake.ApproveConclusion: {},
    intake.ConcludeDialogue: {"notice": "15/TB-UBND"},
    intake.ExtendCommitment: {
        "commitment": f"{DIALOGUE}-c1",
        "reason": "Cần xác minh.",
        "requirement": "Đối chiếu.",
        "responsible": "Văn phòng",
    },
    intake.FulfilCommitment: {"commitment": f"{DIALOGUE}-c1", "result": "Xong.", "proof": "Ảnh"},
    intake.ReportResult: {"document": "45/BC-UBND", "recipient": "UBND thành phố"},
}
USUAL: dict[State, tuple[tuple[type[intake.IntakeCommand], Role], ...]] = {
    State.PLANNED: ((intake.AnnounceDialogue, Role.CLERK),),
    State.ANNOUNCED: ((intake.HoldDialogue, Role.CLERK),),
    State.REGISTRATION_CLOSED: ((intake.HoldDialogue, Role.CLERK),),
    State.HELD: (
        (intake.DraftConclusion, Role.CLERK),
        (intake.ApproveConclusion, Role.CHAIRMAN),
        (intake.ConcludeDialogue, Role.CLERK),
    ),
    State.CONCLUDED: ((intake.FulfilCommitment, Role.CLERK),),
    State.SETTLED: ((intake.ReportResult, Role.CLERK),),
}
DECIDE: dict[type[intake.IntakeCommand], Any] = {
    intake.AnnounceDialogue: rules.announce_dialogue,
    intake.RescheduleDialogue: rules.reschedule_dialogue,
    intake.CancelDialogue: rules.cancel_dialogue,
    intake.DelegateChair: rules.delegate_chair,
    intake.ReportBack: rules.report_back,
    intake.HoldDialogue: rules.hold_dialogue,
    intake.CompleteDuty: rules.complete_duty,
    intake.ReceiveList: lambda one, asked, now: rules.receive_list(one, asked, 0, (), now),
    intake.InviteRepresentative: lambda one, asked, now: rules.invite_representative(one, asked, (), now),
    intake.CheckInRepresentative: rules.check_in_representative,
    intake.DraftConclusion: lambda one, asked, now: conclusion.draft_conclusion(one, asked, ("van-phong",), (), now),
    intake.ReturnConclusion: conclusion.return_conclusion,
    intake.ApproveConclusion: conclusion.approve_conclusion,
    intake.ConcludeDialogue: conclusion.conclude_dialogue,
    intake.ExtendCommitment: conclusion.extend_commitment,
    intake.FulfilCommitment: conclusion.fulfil_commitment,
    intake.ReportResult: rules.report_result,
}


def test_every_command_about_a_dialogue_is_in_the_table() -> None:
    assert {*FIELDS, intake.PlanDialogue} == set(MOVES) == {*DECIDE, intake.PlanDialogue}


class Life(RuleBasedStateMachine):
    """One dialogue and everybody who wants something of it. `told`: the state as a listener knows it."""

    @initialize()
    def plan(self) -> None:
        self.now = NOW
        self.told: State | None = None
        self.reported = self.settled = False
        asked = intake.PlanDialogue(
            actor=actor(), key="k", dialogue=DIALOGUE, title=TITLE, held_at=HELD_AT, place=PLACE
        )
        self.dialogue, events = rules.plan_dialogue(None, asked, Conference(duties=(DUTY,), lists=(LIST,)), NOW)
        self.listen(events)

    @rule(contract=st.sampled_from(list(FIELDS)), role=st.sampled_from(list(Role)))
    def ask(self, contract: type[intake.IntakeCommand], role: Role) -> None:
        before = self.dialogue
        decided = self.decide(contract, role)
        if decided is not None:
            after, events = decided
            assert role in MOVES[contract].by
            assert before.state in MOVES[contract].when
            assert events or after == before, "a change that nobody hears of"
            self.go_on(after, events)

    @rule()
    def go_the_usual_way(self) -> None:
        """Random requests alone would seldom come far."""
        self.now = max(self.now, self.dialogue.held_at) if self.dialogue.state in TOLD else self.now
        for contract, role in USUAL.get(self.dialogue.state, ()):
            if (decided := self.decide(contract, role)) is not None:
                self.go_on(*decided)

    def decide(self, contract: type[intake.IntakeCommand], role: Role) -> Any:
        """What comes of it; None where it is refused, which is told in a sentence."""
        more = {"held_at": self.now + timedelta(days=20)} if contract is intake.RescheduleDialogue else {}
        name = {Role.CHAIRMAN: "Nguyễn Văn Lợi"}.get(role, "Trần Thị Hạnh")
        asked = contract(actor=actor(role, name=name), key="k", dialogue=DIALOGUE, **FIELDS[contract] | more)
        try:
            return DECIDE[contract](self.dialogue, asked, self.now)
        except Refusal as refusal:
            self.reason = refusal.reason
        assert self.reason.endswith(".")
        return None

    @rule(hours=st.sampled_from([1, 24, 24 * 12]))
    def wait(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        closes_at = self.dialogue.registration_closes_at
        if closes_at is not None and closes_at < self.now:
            passed = of_deadline(DeadlinePassed, **self.cut_off(closes_at), occurred_at=closes_at)
            self.go_on(*rules.close_registration(self.dialogue, passed))

    @rule()
    def count_the_cut_off(self) -> None:
        contract = DeadlineSet if self.dialogue.counted_at is None else DeadlineMoved
        due_at = self.dialogue.held_at - timedelta(days=10)
        counted = of_deadline(contract, **self.cut_off(due_at), occurred_at=self.now)
        after, events = rules.learn_when_registration_closes(self.dialogue, counted, self.now)
        if (self.dialogue.state, after.state) == (State.REGISTRATION_CLOSED, State.ANNOUNCED):
            self.told = State.ANNOUNCED  # deadlines tells this, not intake
        self.go_on(after, events)

    @rule()
    def settle(self) -> None:
        self.go_on(*rules.settle(self.dialogue, self.now))

    @rule()
    def say_everything_again(self) -> None:
        if self.dialogue.registration_closes_at is not None:
            passed = of_deadline(DeadlinePassed, **self.cut_off(self.dialogue.registration_closes_at))
            closed, _ = rules.close_registration(self.dialogue, passed)
            assert rules.close_registration(closed, passed) == (closed, [])
        settled, _ = rules.settle(self.dialogue, self.now)
        assert rules.settle(settled, self.now) == (settled, [])

    def cut_off(self, due_at: datetime) -> dict[str, Any]:
        return {"rule": "registration-cutoff", "about": DIALOGUE, "case": DIALOGUE, "due_at": due_at}

    def go_on(self, after: Dialogue, events: Any) -> None:
        moved = (self.dialogue.state, after.state)
        assert moved[0] is moved[1] or moved in ALONG | SKIPS, moved
        self.dialogue = after
        self.listen(events)

    def listen(self, events: Any) -> None:
        for event in events:
            self.told = TOLD_BY.get(type(event), self.told)
            self.reported |= isinstance(event, intake.ResultReported)
            self.settled |= isinstance(event, intake.DialogueSettled)
        if self.reported and self.settled:
            self.told = State.REPORTED

    @invariant()
    def the_events_tell_the_state(self) -> None:
        if hasattr(self, "dialogue"):
            assert self.dialogue.state is self.told


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
test_a_dialogue_moves_along_the_table_alone = Life.TestCase
