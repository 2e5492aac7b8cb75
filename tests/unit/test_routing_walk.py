"""One question, whatever people do with it and however facts arrive: somebody always holds it, and it can be ended."""

from datetime import timedelta
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.routing.answers import MOST_EXTENSION
from services.routing.approval import DEFAULT, Approval
from services.routing.moves import ANSWERED, MOVES, TO_BE_ANSWERED, WITH_DEPARTMENT
from services.routing.question import State
from services.routing.review import Finding, note_finding
from services.routing.templates import unfilled
from services.routing.together import keep_up
from services.routing.turns import holder
from shared.contracts import Actor, Refusal, Role, TooEarly
from shared.contracts.intake import AnswerRated, QuestionsWithdrawn
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerPublished,
    AnswerReturned,
    AnswerUnpublished,
    ApproveAnswer,
    DraftAnswer,
    DraftKept,
    ExtensionGranted,
    GiveOpinion,
    KeepDraft,
    OpinionGiven,
    Part,
    PublishAnswer,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionSplit,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    SplitQuestion,
    SuperiorReported,
    TransferAccepted,
    UnpublishAnswer,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import QuestionField, Scope
from tests.unit.routing_questions import (
    CHAIRMAN,
    DEPARTMENTS,
    DIALOGUE,
    HEAD,
    LAND,
    LEAD,
    LONG,
    NOW,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    QUESTION,
    STAFF,
    UNSURE,
    a_conference,
    a_question,
    accept,
    answer_aloud,
    approve,
    ask_for_more,
    ask_others,
    assign,
    attendance,
    cancelled,
    carry_out,
    classified,
    draft,
    excuse,
    extend,
    give_back,
    group,
    hand_back,
    held,
    invite,
    join,
    keep,
    names,
    of_department,
    opened,
    opine,
    part,
    prioritise,
    publish,
    rated,
    redirect,
    refer_up,
    reopen,
    report_up,
    sent,
    split,
    submission,
    take,
    take_note,
    transfer,
    unpublish,
    waitlist,
    withdrawn,
)

actors = st.sampled_from([*STAFF, *(of_department(one, place) for one in (OFFICER, HEAD) for place in DEPARTMENTS)])
fields, departments = st.sampled_from(list(QuestionField)), st.sampled_from([*DEPARTMENTS, "phong-la"])
others = st.lists(departments, min_size=1, max_size=3).map(tuple)
parts = st.builds(Part, text=st.sampled_from(["Bao giờ có sổ đỏ?", "Lệ phí bao nhiêu?"])) | st.builds(
    Part, text=st.just("Bao giờ có sổ đỏ?"), field=fields, department=departments
)
several = st.lists(parts, min_size=2, max_size=3).map(tuple)
texts = st.sampled_from(["Trả lời.", "Trả lời đủ.", "Lệ phí {mức lệ phí}."])
commands = st.one_of(
    st.builds(assign, actors, fields, departments),
    st.builds(assign, actors, fields, departments, coordinating=others),
    st.builds(hand_back, actors),
    st.builds(ask_others, actors, others),
    st.builds(split, actors, several),
    st.builds(join, actors, st.sampled_from([LEAD, QUESTION])),
    st.builds(part, actors),
    st.builds(opine, actors, st.sampled_from(["Đã có quy hoạch.", "Còn 2 ha."])),
    st.builds(keep, actors, texts),
    st.builds(transfer, actors, fields, departments, st.sampled_from(["keeps-running", "pauses", "starts-anew"])),
    st.builds(accept, actors),
    st.builds(redirect, actors, st.sampled_from(list(Scope))),
    st.builds(refer_up, actors),
    st.builds(report_up, actors),
    st.builds(draft, actors, texts),
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
readings = st.builds(
    lambda scope, sure: classified(scope=scope, triage=scope is not Scope.IN_SCOPE or not sure),
    st.sampled_from(list(Scope)),
    st.booleans(),
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
APPROVALS = [
    Approval(steps, heads, OFFICE)
    for steps in (DEFAULT, LONG, ((Role.HEAD, Role.OFFICE_HEAD), (Role.CHAIRMAN,)))
    for heads in (frozenset(), frozenset(DEPARTMENTS))
]
TOLD_ONCE = (QuestionReferredUp, SuperiorReported, QuestionTakenForWrittenAnswer)
TOLD_ONCE_A_ROUND = (WrittenAnswerOwed, QuestionSettled, AnswerApproved, QuestionAnsweredAtDialogue)
MAY_CHANGE_NOTHING = (PublishAnswer, UnpublishAnswer, KeepDraft, GiveOpinion)


class AnyWalk(RuleBasedStateMachine):
    @initialize(
        on_time=st.booleans(),
        dialogue=st.sampled_from([DIALOGUE, None]),
        reading=readings,
        conference=st.sampled_from(CONFERENCES),
        channel=st.sampled_from(["web", "floor"]),
        approval=st.sampled_from(APPROVALS),
    )
    def comes_in(self, on_time, dialogue, reading, conference, channel, approval):
        self.hours = count(1)
        self.of_the_asker, self.judged, self.steps = [], [], ()
        self.approval = approval
        self.conference = conference if dialogue else None
        received = submission(on_time=on_time, dialogue=dialogue, channel=channel)
        self.question, self.events = opened(received, self.conference, scope=reading.scope, triage=reading.triage)

    def now(self):
        return NOW + timedelta(hours=next(self.hours))

    def goes_on(self, after, events):
        before = self.question
        if before.state is State.SETTLED and after.state is not State.SETTLED:
            assert names(events) == [QuestionReopened, WrittenAnswerOwed], "only a better answer may be owed again"
            assert before.settled_how in ANSWERED
        assert _written(after)[: len(before.drafts)] == _written(before), "what was written stays to be read"
        assert after.opinions[: len(before.opinions)] == before.opinions
        assert events or after.state is before.state, "every change of state is told"
        self.question, self.events = after, [*self.events, *events]

    @rule(command=commands, reading=readings)
    def is_commanded(self, command, reading=UNSURE):
        before, now = self.question, self.now()
        try:
            after, events = carry_out(before, command, now, self.conference, self.approval, reading)
        except Refusal:
            return
        move = MOVES[type(command)]
        assert before.follows is None or not move.alone
        assert before.state in move.when
        assert command.actor.role in move.by
        assert command.actor.commune == before.commune
        assert events or isinstance(command, MAY_CHANGE_NOTHING)
        assert all(event.question == QUESTION and event.occurred_at == now for event in events)
        match command:
            case DraftAnswer():
                self.judged = []
                assert not unfilled(command.text)
                heads = {(one.role, one.department) for one in _same_words(after)}
                heads |= {(one.handed_in_role, one.handed_in_department) for one in _same_words(after)}
                heads.add((command.actor.role, command.actor.department))
                self.steps = self.approval.chain_for(after.department, (Role.HEAD, after.department) in heads)
                assert (after.awaits, events[-1].awaits) == (self.steps, self.steps[0])
            case ApproveAnswer():
                self.is_another_who_judges(command.actor)
            case SplitQuestion():
                self.is_handed_out_by_the_rules_only_where_they_may(before, events)
        self.goes_on(after, events)

    def is_handed_out_by_the_rules_only_where_they_may(self, before, events):
        """Not what was held for a complaint, handed back or answered badly: a person decides on each matter of that."""
        handed_back = QuestionHandedBack in names(self.events)
        may = before.scope is Scope.IN_SCOPE and before.round == 1 and not handed_back
        assert may or not events[0].by_the_rules
        assert events[0].scope is before.scope
        assigned = [event for event in events if isinstance(event, QuestionAssigned)]
        assert may or all(event.assigned_by for event in assigned)
        assert before.state is State.AWAITS_TRIAGE or all(event.assigned_by for event in assigned)

    def is_another_who_judges(self, judge):
        """Each step by one of its roles, and by somebody who has neither written it nor judged it before."""
        chain, writers = self.question.awaits, {one.by for one in _same_words(self.question)}
        assert judge.role in chain[0]
        assert judge.role is not Role.HEAD or judge.department == self.question.department
        assert judge.name not in {*writers, *(one.handed_in_by for one in _same_words(self.question)), *self.judged}
        self.judged.append(judge.name)

    @precondition(lambda self: self.question.state is State.DRAFTED)
    @rule(judge=st.sampled_from([HEAD, OFFICE_HEAD, CHAIRMAN]))
    def is_judged(self, judge):
        own = of_department(judge, self.question.department) if judge is HEAD else judge
        self.is_commanded(approve(own))

    @precondition(lambda self: self.question.state is State.AWAITS_TRIAGE)
    @rule(matters=several, reading=readings)
    def is_split(self, matters, reading):
        self.is_commanded(split(parts=matters), reading)

    @precondition(lambda self: self.question.state in WITH_DEPARTMENT and self.question.follows is None)
    @rule()
    def gets_the_answer_of_another(self):
        self.is_commanded(join())
        assert self.question.follows == LEAD

    @precondition(lambda self: self.question.follows == LEAD)
    @rule(returned=st.booleans())
    def the_other_is_worked_on(self, returned):
        now, department = self.now(), self.question.department
        leading, said = carry_out(
            a_question(id=LEAD, case="01J8", department=department),
            draft(of_department(OFFICER, department), "Trả lời chung."),
            now,
            approval=self.approval,
        )
        steps = leading.awaits
        if returned:
            leading, more = carry_out(leading, give_back(_who_may(leading)), now)
            said = [*said, *more]
        after, events = keep_up(self.question, leading, said, now)
        assert keep_up(after, leading, said, now) == (after, [])
        if AnswerDrafted in names(events):
            self.steps, self.judged = steps, []
        self.goes_on(after, events)

    @precondition(lambda self: self.question.follows is not None)
    @rule()
    def gets_an_answer_of_its_own_again(self):
        self.is_commanded(part())
        assert self.question.follows is None

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
        match holder(question):
            case "office":
                away = (State.AWAITS_TRIAGE, State.REDIRECTED, State.REFERRED_UP)
                assert question.department is not None or question.state in away
            case "department":
                assert question.department in DEPARTMENTS
                assert question.state is not State.DRAFTED or question.awaits[0] == (Role.HEAD,)
            case "leaders":
                assert question.drafts[-1].handed_in
                assert {Role.OFFICE_HEAD, Role.CHAIRMAN} & set(question.awaits[0])
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
        assert heard.count(AnswerDrafted) == sum(one.handed_in for one in question.drafts)
        numbers = {event.draft for event in self.events if isinstance(event, AnswerDrafted | DraftKept)}
        assert sorted(numbers) == [one.number for one in question.drafts] == list(range(1, len(numbers) + 1))
        assert heard.count(OpinionGiven) == len(question.opinions)
        split_off = [one.id for event in self.events if isinstance(event, QuestionSplit) for one in event.parts]
        assert len(set(split_off)) == len(split_off) == question.parts
        assert (question.whole is None) == (question.parts == 0)
        common = [event for event in self.events if isinstance(event, QuestionJoined | QuestionParted)]
        assert question.follows is None or isinstance(common[-1], QuestionJoined)
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
            if isinstance(event, QuestionAssigned | QuestionTransferred | QuestionReopened | QuestionHandedBack)
        ]
        if not placing or isinstance(placing[-1], QuestionReopened | QuestionHandedBack):
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
            handed_over = [event for event in placing if isinstance(event, QuestionTransferred)][-1]
            assert (handed_over.clock, handed_over.department) == ("pauses", question.department)
            assert TransferAccepted not in names(self.events[self.events.index(handed_over) :])

    @invariant()
    def an_answer_passes_every_step_or_is_not_given(self):
        question, passed = self.question, self.passed()
        assert bool(question.awaits) == (question.state is State.DRAFTED)
        if question.state is State.DRAFTED:
            assert passed + len(question.awaits) == len(self.steps)
        if question.state is State.APPROVED:
            assert passed + 1 == len(self.steps)
        if question.state not in (State.DRAFTED, State.APPROVED):
            assert question.endorsed_by == ()

    def passed(self):
        """The steps that were endorsed since the answer was handed in last."""
        since = [index for index, event in enumerate(self.events) if isinstance(event, AnswerDrafted)]
        return names(self.events[since[-1] :]).count(AnswerEndorsed) if since else 0

    @invariant()
    def who_coordinates_is_another_than_the_lead(self):
        question = self.question
        assert question.department not in question.coordinating
        assert set(question.coordinating) <= set(DEPARTMENTS)
        if question.state in (State.AWAITS_TRIAGE, State.REDIRECTED, State.REFERRED_UP):
            assert question.coordinating == ()
            assert question.follows is None

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
        if question.follows is not None:
            question, _ = carry_out(question, part(), now)
        if question.state is State.AWAITS_TRIAGE:
            question, _ = carry_out(question, assign(), now)
        if question.state in WITH_DEPARTMENT:
            question, _ = carry_out(
                question, draft(of_department(OFFICER, question.department)), now, approval=self.approval
            )
        while question.state is State.DRAFTED:
            question, _ = carry_out(question, approve(_who_may(question)), now)
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


def _written(question):
    """What stays of each version; one that was kept may be handed in later."""
    return [(one.number, one.text, one.by, one.at) for one in question.drafts]


def _same_words(question):
    return [one for one in question.drafts if one.text == question.drafts[-1].text]


def _who_may(question):
    """Somebody who has had nothing to do with the answer, for its next step."""
    role = question.awaits[0][0]
    name = f"Người thứ {len(question.endorsed_by)}"
    return Actor(name=name, role=role, commune=question.commune, department=question.department)


TestAnyWalk = AnyWalk.TestCase
TestAnyWalk.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
