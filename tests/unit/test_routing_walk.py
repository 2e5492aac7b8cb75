"""One question, whatever people do with it and however facts arrive: somebody always holds it, and it can be ended."""

from datetime import timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.routing.answers import MOST_EXTENSION
from services.routing.moves import ANSWERED, HOLDERS, MOVES, TO_BE_ANSWERED, WITH_DEPARTMENT
from services.routing.question import State
from services.routing.review import Finding, note_finding
from shared.contracts import Refusal, TooEarly
from shared.contracts.intake import AnswerRated, QuestionsWithdrawn
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerPublished,
    AnswerReturned,
    AnswerUnpublished,
    ApproveAnswer,
    ExtensionGranted,
    PublishAnswer,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    SuperiorReported,
    TransferAccepted,
    UnpublishAnswer,
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
    publish,
    rated,
    redirect,
    refer_up,
    reopen,
    report_up,
    sent,
    submission,
    take,
    take_note,
    transfer,
    unpublish,
    waitlist,
    withdrawn,
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
    st.builds(reopen, actors),
    st.builds(publish, actors, answered=st.sampled_from(["Quý IV.", "Tháng 12."])),
    st.builds(unpublish, actors),
)
moments = st.integers(0, 60).map(lambda hours: NOW + timedelta(hours=hours))
facts = st.one_of(
    st.builds(attendance, st.booleans(), st.sampled_from([DIALOGUE, "thang-5"])),
    st.builds(excuse),
    st.builds(waitlist, st.sampled_from([DIALOGUE, "thang-5"])),
    st.builds(invite),
    st.builds(held, st.just(NOW + timedelta(hours=30))),
    st.builds(cancelled),
    st.builds(sent, st.sampled_from(["receipt", "answer", "guidance", "referral"])),
    st.builds(sent, round=st.integers(1, 4)),
    st.builds(withdrawn, moments),
    st.builds(rated, moments, st.integers(1, 5)),
)
CONFERENCES = (a_conference(), a_conference((LAND,), (QuestionField.HEALTH,)), a_conference(("business",)))
TOLD_ONCE = (QuestionReferredUp, SuperiorReported, QuestionTakenForWrittenAnswer)
TOLD_ONCE_A_ROUND = (WrittenAnswerOwed, QuestionSettled, AnswerApproved, QuestionAnsweredAtDialogue)
MAY_CHANGE_NOTHING = (PublishAnswer, UnpublishAnswer)


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
        self.of_the_asker = []
        self.conference = conference if dialogue else None
        received = submission(on_time=on_time, dialogue=dialogue, channel=channel)
        self.question, self.events = opened(received, self.conference, triage=triage)

    def now(self):
        return NOW + timedelta(hours=next(self.hours))

    def goes_on(self, after, events):
        before = self.question
        if before.state is State.SETTLED and after.state is not State.SETTLED:
            assert names(events) == [QuestionReopened, WrittenAnswerOwed], "only a better answer may be owed again"
            assert before.settled_how in ANSWERED
        assert after.drafts[: len(before.drafts)] == before.drafts, "what was written stays to be read"
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
        assert events or isinstance(command, MAY_CHANGE_NOTHING)
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
        if isinstance(fact, QuestionsWithdrawn | AnswerRated):
            self.of_the_asker.append(fact)
        self.goes_on(after, events)

    @precondition(lambda self: self.of_the_asker)
    @rule(chosen=st.randoms(use_true_random=False))
    def hears_again_what_the_asker_said(self, chosen):
        """Much later, also in another round: it is about the answer of then."""
        fact = chosen.choice(self.of_the_asker)
        if fact.occurred_at > (self.question.reopened_at or NOW):
            return
        if self.question.round > 1:
            assert take_note(self.question, fact, self.now()) == (self.question, [])

    @precondition(lambda self: self.question.settled_how in ANSWERED)
    @rule(mark=st.integers(1, 2))
    def is_contested(self, mark):
        now = self.now()
        after, events = take_note(self.question, rated(now, mark), now)
        assert after.round == self.question.round + 1
        assert take_note(after, rated(now, mark), now) == (after, [])
        self.goes_on(after, events)

    @precondition(lambda self: self.question.state is State.APPROVED and self.question.owed_because)
    @rule()
    def is_answered_by_letter(self):
        now, letter = self.now(), sent(round=self.question.round)
        earlier = sent(round=self.question.round - 1) if self.question.round > 1 else None
        assert earlier is None or take_note(self.question, earlier, now) == (self.question, [])
        self.goes_on(*take_note(self.question, letter, now))
        assert self.question.settled_how == "answered-in-writing"

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
        assert all(heard.count(once) <= question.round for once in TOLD_ONCE_A_ROUND)
        assert heard.count(QuestionReopened) == question.round - 1
        assert heard.count(QuestionSettled) == question.round - (question.state is not State.SETTLED)
        assert self.this_round().count(AnswerApproved) == (question.approved_at is not None)
        shown = [event for event in self.events if isinstance(event, AnswerPublished | AnswerUnpublished)]
        assert (question.publication is not None) == (bool(shown) and isinstance(shown[-1], AnswerPublished))
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
        placing = [
            event
            for event in self.events
            if isinstance(event, QuestionAssigned | QuestionTransferred | QuestionReopened)
        ]
        if not placing or isinstance(placing[-1], QuestionReopened):
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
        if QuestionAnsweredAtDialogue in self.this_round():
            assert question.settled_how == "answered-at-dialogue"
            assert question.present
            assert question.round == 1
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
            question, _ = take_note(question, sent(kind, round=question.round), now)
        assert question.state is State.SETTLED

    @invariant()
    def its_asker_can_always_withdraw_it(self):
        later = NOW + timedelta(days=90)
        question, events = take_note(self.question, withdrawn(later), later)
        assert question.state is State.SETTLED
        assert names(events) == ([] if self.question.state is State.SETTLED else [QuestionSettled])

    def this_round(self):
        """What was said since it came in, or was reopened last."""
        heard = names(self.events)
        return heard[len(heard) - 1 - heard[::-1].index(QuestionReopened) :] if QuestionReopened in heard else heard

    def last(self, contract, field):
        return next((getattr(event, field) for event in reversed(self.events) if isinstance(event, contract)), None)


TestAnyWalk = AnyWalk.TestCase
TestAnyWalk.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
