"""A commune's terms in memory: facts go in, in any order, and what is owed and was said can be looked at.

August 2026: Saturday 22 is worked, Monday 31 is off.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from services.deadlines import answers, conferences, posting, rules
from services.deadlines.conferences import Conference
from services.deadlines.deadline import Deadline, Told
from services.deadlines.explain import HANOI, OfficeHours, Term
from services.deadlines.ladder import Step
from services.deadlines.programme import Slot
from services.deadlines.working_days import WorkingCalendar, Year
from shared.contracts import Event, Role, intake, post, routing
from shared.contracts.deadlines import RuleId
from tests import builders

OFF = {
    date(2026, 1, 1): "Tết Dương lịch",
    date(2026, 8, 31): "Nghỉ hoán đổi, làm bù ngày 22/08/2026",
    date(2026, 9, 1): "Quốc khánh",
    date(2026, 9, 2): "Quốc khánh",
}
CALENDAR = WorkingCalendar([Year(2026, off=OFF, worked=frozenset({date(2026, 8, 22)}))])
HOURS = OfficeHours(opens=time(8), noon_closes=time(12), noon_opens=time(13, 30), closes=time(17))
LADDER = (Step(Role.OFFICER, 0), Step(Role.OFFICE_HEAD, 1), Step(Role.CHAIRMAN, 2))
FIVE = Term(5, "working-days", "after", "Kế hoạch, mục III.2")
COMMUNE, CASE, QUESTION, DIALOGUE = "thanh-tri", "01SUBMISSION", "01SUBMISSION-1", "thanh-tri-2026-2"
ANSWER = f"{QUESTION}:department-answer"

AUTUMN = Slot("thanh-tri-quy-3", "Đối thoại quý III", date(2026, 7, 1), date(2026, 9, 30), "Kế hoạch, mục II.1")
WINTER = Slot("thanh-tri-quy-4", "Đối thoại quý IV", date(2026, 10, 1), date(2026, 12, 31), "Kế hoạch, mục II.1")


def at(text: str) -> datetime:
    """`08-24 08:00`, local time of 2026."""
    return datetime.fromisoformat(f"2026-{text}").replace(tzinfo=HANOI)


def of_question(contract: type[Event], when: str, **changes: Any) -> Any:
    known = {"commune": COMMUNE, "case": CASE, "question": QUESTION, "dialogue": DIALOGUE}
    own = {name: value for name, value in known.items() if name in contract.model_fields}
    return builders.of_question(contract, **own | {"occurred_at": at(when)} | changes)


def of_dialogue(contract: type[Event], when: str, held: str | None = None, **changes: Any) -> Any:
    own: dict[str, Any] = {"commune": COMMUNE, "case": DIALOGUE, "occurred_at": at(when)}
    if held is not None:
        own["held_at"] = at(held)
    return builders.of_dialogue(contract, **own | changes)


@dataclass
class World:
    """The service without its database and its broker.

    of: the rules whose events a test reads; None for all. Every term is kept.
    """

    of: Collection[RuleId] | None = None
    own: dict[RuleId, Term] = field(default_factory=lambda: {"department-answer": FIVE})
    slots: Sequence[Slot] = ()
    ladder: Sequence[Step] = LADDER
    calendar: WorkingCalendar = CALENDAR
    hours: OfficeHours = HOURS
    terms: dict[str, Deadline] = field(default_factory=dict)
    dialogues: dict[str, Conference] = field(default_factory=dict)

    def __getitem__(self, id: str) -> Deadline:
        return self.terms[id]

    def term(self, rule: RuleId) -> Term:
        return rules.term_for(rule, self.own)

    def hear(self, *facts: Event) -> list[Event]:
        """What is said of them."""
        said = [event for fact in facts for event in self.take_in(self.told(fact))]
        return said if self.of is None else [event for event in said if event.rule in self.of]

    def take_in(self, tellings: Iterable[Told]) -> list[Event]:
        said: list[Event] = []
        of_term = defaultdict(list)
        for told in tellings:
            of_term[told.duty.id].append(told)
        for id, its_own in of_term.items():
            self.terms[id], news = rules.hear_all(self.terms.get(id), its_own, self.calendar, self.hours)
            said += news
        return said

    def told(self, fact: Event) -> list[Told]:
        """What handlers.py makes of a fact."""
        answer = self.term("department-answer")
        match fact:
            case (
                intake.DialoguePlanned()
                | intake.DialogueRescheduled()
                | intake.DialogueCancelled()
                | intake.DialogueHeld()
            ):
                known, said = conferences.note(self.dialogues.get(fact.case), fact)
                assert not said
                self.dialogues[fact.case] = known
                after = conferences.expect_conclusion(fact, self) if isinstance(fact, intake.DialogueHeld) else ()
                return [*conferences.prepare(known, self), *conferences.in_the_programme(known, self), *after]
            case intake.DialogueAnnounced():
                return [*conferences.accept_announcement(fact)]
            case intake.DutyCompleted():
                return [conferences.accept_preparation(fact)]
            case intake.ListReceived():
                return [conferences.accept_list(fact)]
            case intake.DelegateReported():
                return [conferences.accept_delegates_report(fact)]
            case intake.DialogueConcluded():
                return [*conferences.accept_conclusion(fact, self)]
            case intake.CommitmentExtended():
                return [conferences.extend_commitment(fact, self)]
            case intake.CommitmentFulfilled():
                return [conferences.accept_resolution(fact)]
            case intake.ResultReported():
                return [conferences.accept_result_report(fact)]
            case post.PrintRunClosed():
                return [*posting.expect_posting(fact, self.term("posting"))]
            case post.PrintRunPosted():
                return [posting.accept_posting(fact, self.hours)]
            case routing.QuestionAssigned():
                return [answers.expect_answer(fact, answer), *answers.what_else_is_done(fact)]
            case routing.QuestionAwaitsTriage():
                return [*answers.expect_triage(fact, self.term("triage"))]
            case routing.QuestionHandedBack():
                return [*answers.hand_back(fact), *answers.expect_triage(fact, self.term("triage"))]
            case routing.QuestionTransferred():
                return [*answers.hand_over(fact, answer)]
            case routing.TransferAccepted():
                return [answers.take_up(fact)]
            case routing.AnswerDrafted():
                return [*answers.accept_answer(fact), *answers.expect_approval(fact, self.term("approval"))]
            case routing.AnswerEndorsed():
                return [answers.pass_on(fact)]
            case routing.QuestionParted():
                return [*answers.expect_approval_by_itself(fact, self.term("approval"))]
            case routing.AnswerApproved():
                return [answers.accept_judgement(fact)]
            case routing.AnswerReturned():
                return [*answers.send_back(fact, self.term("revision"))]
            case routing.ExtensionGranted():
                return [answers.extend(fact)]
            case routing.QuestionRedirected():
                return [*answers.redirect(fact, self.term("guidance"))]
            case routing.QuestionAnsweredAtDialogue():
                return [*answers.accept_answer_at_dialogue(fact)]
            case routing.QuestionReferredUp():
                return [*answers.refer_up(fact, self.term("superior-report"), self.term("guidance"))]
            case routing.SuperiorReported():
                return [answers.accept_report(fact)]
            case routing.WrittenAnswerOwed():
                return [answers.expect_letter(fact, self.term("written-answer"))]
            case routing.QuestionSettled():
                return [*answers.accept_settlement(fact)]
            case routing.QuestionReopened():
                return [*answers.begin_again(fact), *answers.expect_triage(fact, self.term("triage"))]
        raise AssertionError(fact)

    def fire(self, id: str, until: str) -> list[Event]:
        return self.fire_at(id, at(until))

    def fire_at(self, id: str, until: datetime) -> list[Event]:
        self.terms[id], said = rules.fire(self.terms[id], self.ladder, self.calendar, self.hours, until)
        return list(said)

    def owed(self) -> dict[str, tuple[object, ...]]:
        """What is owed, of every term that ever was."""
        return {
            id: (one.state,)
            if one.state == "cancelled"
            else (
                one.state,
                one.department,
                one.due_at,
                one.original_due_at,
                one.met_at,
                one.late,
                one.planned,
                one.next_fire_at,
                one.what,
                one.owner,
            )
            for id, one in self.terms.items()
        }


ANSWERING: tuple[RuleId, ...] = ("department-answer", "written-answer", "superior-report")
"""What is owed to the asker; how the office hands a question out and judges its answer is read by other tests."""


def names(events: Iterable[Event]) -> list[str]:
    return [type(event).__name__ for event in events]
