"""One question, whatever people do with it and however facts arrive: somebody always holds it, and it can be ended."""

from datetime import timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.routing.answers import MOST_EXTENSION
from services.routing.moves import HOLDERS, MOVES, TO_BE_ANSWERED, WITH_DEPARTMENT
from services.routing.question import State
from services.routing.review import Finding, note_finding
from shared.contracts import Refusal, TooEarly
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerReturned,
    ApproveAnswer,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionReferredUp,
    QuestionResembles,
    QuestionSettled,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import QuestionField, Scope
from tests.unit.routing_questions import (
    DEPARTMENTS,
    DIALOGUE,
    LAND,
    NOW,
    OFFICER,
    QUESTION,
    STAFF,
    a_conference,
    accept,
    answer_aloud,
    approve,
    ask_for_more,
    assign,
    attendance,
    cancelled,
    carry_out,
    draft,
    excuse,
    extend,
    give_back,
    group,
    held,
    invite,
    names,
    of_department,
    opened,
    prioritise,
    redirect,
    refer_up,
    report_up,
    sent,
    submission,
    take,
    take_note,
    transfer,
    waitlist,
)

actors = st.sampled_from([*STAFF, *(of_department(OFFICER, department) for department in DEPARTMENTS)])
fields, departments = st.sampled_from(list(QuestionField)), st.sampled_from([*DEPARTMENTS, "phong-la"])
commands = st.one_of(
    st.builds(assign, actors, fields, departments),
    st.builds(transfer, actors, fields, departments, st.sampled_from(["keeps-running", "pauses", "starts-anew"])),
    st.builds(accept, actors),
    st.builds(redirect, actors, st.sampled_from(list(Scope))),
    st.builds(refer_up, actors),
    st.builds(report_up, actors),
    st.builds(draft, actors),
    st.builds(give_back, actors),
    st.builds(approve, actors),
    st.builds(ask_for_more, actors, st.integers(1, 30)),
    st.builds(extend, actors, st.integers(1, 30)),
    st.builds(answer_aloud, actors),
    st.builds(take, actors),
    st.builds(group, actors, st.sampled_from(["Cấp sổ đỏ", "Rác thải"])),
    st.builds(prioritise, actors, st.booleans()),
)
facts = st.one_of(
    st.builds(attendance, st.booleans(), st.sampled_from([DIALOGUE, "thang-5"])),
    st.builds(excuse),
    st.builds(waitlist, st.sampled_from([DIALOGUE, "thang-5"])),
    st.builds(invite),
    st.builds(held, st.just(NOW + timedelta(hours=30))),
    st.builds(cancelled),
    st.builds(sent, st.sampled_from(["receipt", "answer", "guidance", "referral"])),
)
CONFERENCES = (a_conference(), a_conference((LAND,), (QuestionField.HEALTH,)), a_conference(("business",)))
TOLD_ONCE = (QuestionReferredUp, SuperiorReported, QuestionTakenForWrittenAnswer, WrittenAnswerOwed, QuestionSettled)


class AnyWalk(RuleBasedStateMachine):
    @initialize(
        on_time=st.booleans(),
        dialogue=st.sampled_from([DIALOGUE, None]),
        triage=st.booleans(),
        conference=st.sampled_from(CONFERENCES),
        channel=st.sampled_from(["web", "floor"]),
    )
    def comes_in(self, on_time, dialogue, triage, conference, channel):
        self.hours = count(1)
        self.conference = conference if dialogue else None
        received = submission(on_time=on_time, dialogue=dialogue, channel=channel)
        self.question, self.events = opened(received, self.conference, triage=triage)

    def now(self):
        return NOW + timedelta(hours=next(self.hours))

    def goes_on(self, after, events):
        before = self.question
        assert before.state is not State.SETTLED or (after, events) == (before, []), "settled is final"
        assert events or after.state is before.state, "every change of state is told"
        self.question, self.events = after, [*self.events, *events]

    @rule(command=commands)
    def is_commanded(self, command):
        before, now = self.question, self.now()
        try:
            after, events = carry_out(before, command, now, self.conference)
        except Refusal:
            return
        move = MOVES[type(command)]
        assert before.state in move.when
        assert command.actor.role in move.by
        assert command.actor.commune == before.commune
        assert events
        assert all(event.question == QUESTION and event.occurred_at == now for event in events)
        if isinstance(command, ApproveAnswer):
            assert command.actor.name != before.drafts[-1].by
        self.goes_on(after, events)

    @precondition(lambda self: self.question.state is State.DRAFTED)
    @rule()
    def is_approved(self):
        self.is_commanded(approve())

    @precondition(lambda self: self.question.state in WITH_DEPARTMENT)
    @rule()
    def is_drafted(self):
        self.is_commanded(draft(of_department(OFFICER, self.question.department)))

    @rule(fact=facts)
    def hears(self, fact):
        now = self.now()
        try:
            after, events = take_note(self.question, fact, now)
        except TooEarly:
            return
        assert take_note(after, fact, now) == (after, []), "a second delivery changes nothing"
        if self.question.state is State.SETTLED:
            assert events == []
            self.question = after
            return
        self.goes_on(after, events)

    @rule(earlier=st.lists(st.sampled_from(["a-1", "b-1"]), unique=True), like=st.sampled_from(["c-1", "d-1", None]))
    def is_found_to_recur(self, earlier, like):
        finding = Finding(QUESTION, tuple(earlier), like, 0.5)
        after, events = note_finding(self.question, finding, self.now())
        assert note_finding(after, finding, self.now()) == (after, [])
        self.goes_on(after, events)

    @invariant()
    def it_has_a_holder_or_an_end(self):
        question = self.question
        match HOLDERS[question.state]:
            case "office":
                away = (State.AWAITS_TRIAGE, State.REDIRECTED, State.REFERRED_UP)
                assert question.department is not None or question.state in away
            case "department":
                assert question.department in DEPARTMENTS
            case "leaders":
                assert question.drafts
            case "nobody":
                assert question.settled_how is not None
        assert (question.state is State.SETTLED) == (question.settled_how is not None)
        assert question.state in WITH_DEPARTMENT or not question.awaits_acceptance

    @invariant()
    def what_was_said_agrees_with_what_is(self):
        question, heard = self.question, names(self.events)
        assert heard[0] in (QuestionAssigned, QuestionAwaitsTriage)
        assert all(heard.count(once) <= 1 for once in TOLD_ONCE)
        assert heard.count(QuestionSettled) == (question.state is State.SETTLED)
        assert heard.count(AnswerApproved) == (question.approved_at is not None) <= 1
        assert heard.count(AnswerDrafted) == len(question.drafts)
        assert heard.count(AnswerReturned) == len(question.returns)
        assert heard.count(QuestionTakenForWrittenAnswer) == question.taken
        assert heard.count(QuestionReferredUp) == (question.referral is not None)
        granted = sum(event.working_days for event in self.events if isinstance(event, ExtensionGranted))
        assert granted == question.extended_by <= MOST_EXTENSION
        assert self.last(QuestionGrouped, "topic") == question.topic
        assert bool(self.last(QuestionPrioritised, "pressing")) == question.pressing
        assert (self.last(QuestionRecurs, "earlier") or ()) == question.recurs
        assert heard.count(QuestionResembles) == len(question.resembles)
        assert self.last(WrittenAnswerOwed, "because") == question.owed_because

    @invariant()
    def where_it_is_was_said(self):
        question = self.question
        placing = [event for event in self.events if isinstance(event, QuestionAssigned | QuestionTransferred)]
        if not placing:
            assert question.department is None
            return
        last = placing[-1]
        assert (last.department, last.field, last.session, last.outside_subject) == (
            question.department,
            question.field,
            question.session,
            question.outside_subject,
        )
        if question.awaits_acceptance:
            assert last.clock == "pauses"
            assert TransferAccepted not in names(self.events[self.events.index(last) :])

    @invariant()
    def nobody_is_left_without_an_answer(self):
        question = self.question
        if QuestionAnsweredAtDialogue in names(self.events):
            assert question.settled_how == "answered-at-dialogue"
            assert question.present
        if question.state not in TO_BE_ANSWERED or question.owed_because:
            return
        assert question.dialogue
        assert question.on_time
        assert not any((question.outside_subject, question.taken, question.dialogue_cancelled))
        assert question.dialogue_ended_at is None or (question.present is None and not question.excused)

    @invariant()
    def somebody_can_always_bring_it_to_an_end(self):
        question, now = self.question, NOW + timedelta(days=90)
        if question.state is State.AWAITS_TRIAGE:
            question, _ = carry_out(question, assign(), now)
        if question.state in WITH_DEPARTMENT:
            question, _ = carry_out(question, draft(of_department(OFFICER, question.department)), now)
        if question.state is State.DRAFTED:
            question, _ = carry_out(question, approve(), now)
        if question.state is State.REFERRED_UP and question.referral.document is None:
            question, _ = carry_out(question, report_up(), now)
        if question.state is State.APPROVED and question.owed_because is None:
            question, _ = take_note(question, attendance(present=False), now)
            question, _ = take_note(question, held(now), now)
        if question.state is not State.SETTLED:
            kind = {State.REDIRECTED: "guidance", State.REFERRED_UP: "referral"}.get(question.state, "answer")
            question, _ = take_note(question, sent(kind), now)
        assert question.state is State.SETTLED

    def last(self, contract, field):
        return next((getattr(event, field) for event in reversed(self.events) if isinstance(event, contract)), None)


TestAnyWalk = AnyWalk.TestCase
TestAnyWalk.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
