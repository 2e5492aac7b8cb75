from datetime import UTC, datetime, timedelta
from itertools import count, permutations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pydantic import TypeAdapter

from services.routing import rules
from services.routing.classification import Classification
from services.routing.question import (
    ENDINGS,
    HOLDERS,
    MOST_EXTENSION,
    MOVES,
    WITH_DEPARTMENT,
    Draft,
    Question,
    State,
)
from shared.contracts import COMMANDS, Actor, Refusal, Role, TooEarly
from shared.contracts.intake import AttendanceRecorded, DialogueHeld, RegistrantExcused, SubmissionReceived
from shared.contracts.notify import NotificationSent
from shared.contracts.people import Question as Asked
from shared.contracts.people import Registrant
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerReturned,
    ApproveAnswer,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    ExtensionGranted,
    ExtensionRequested,
    Proposal,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionRedirected,
    QuestionSettled,
    RedirectQuestion,
    RequestExtension,
    ReturnAnswer,
)
from shared.contracts.taxonomy import QuestionField, Scope

COMMUNE, CASE, QUESTION, DIALOGUE = "thanh-tri", "01J9", "01J9-1", "thang-10"
LAND, HEALTH = QuestionField.LAND, QuestionField.HEALTH
DEPARTMENTS = ("phong-kinh-te", "phong-van-hoa-xa-hoi", "van-phong")
NOW = datetime(2026, 10, 5, 9, 0, tzinfo=UTC)
HELD_AT, ENDED_AT = datetime(2026, 10, 20, 1, 0, tzinfo=UTC), datetime(2026, 10, 20, 4, 30, tzinfo=UTC)

CLERK = Actor(name="Trần Thị Hạnh", role=Role.CLERK, commune=COMMUNE)
OFFICER = Actor(name="Nguyễn Đức Toàn", role=Role.OFFICER, commune=COMMUNE, department="phong-kinh-te")
HEAD = Actor(name="Đinh Văn Sơn", role=Role.HEAD, commune=COMMUNE, department="phong-kinh-te")
OTHER_OFFICER = Actor(name="Vũ Thị Lan", role=Role.OFFICER, commune=COMMUNE, department="phong-van-hoa-xa-hoi")
OFFICE_HEAD = Actor(name="Lê Quang Huy", role=Role.OFFICE_HEAD, commune=COMMUNE)
CHAIRMAN = Actor(name="Nguyễn Văn Lợi", role=Role.CHAIRMAN, commune=COMMUNE)
PROVINCE = Actor(name="Cấp tỉnh", role=Role.PROVINCE, commune=COMMUNE)
STRANGER = Actor(name="Chánh Văn phòng xã khác", role=Role.OFFICE_HEAD, commune="thanh-mai")
ACTING_HEAD = Actor(name=OFFICE_HEAD.name, role=Role.HEAD, commune=COMMUNE, department="phong-kinh-te")
STAFF = (CLERK, OFFICER, HEAD, ACTING_HEAD, OTHER_OFFICER, OFFICE_HEAD, CHAIRMAN, PROVINCE, STRANGER)


# --- builders ---------------------------------------------------------------------------------------------------------


def a_question(state=State.ASSIGNED, **fields):
    drafts = (
        (Draft(1, "Trả lời.", OFFICER.name, NOW),) if state in (State.DRAFTED, State.RETURNED, State.APPROVED) else ()
    )
    where = {} if state is State.AWAITS_TRIAGE else {"field": LAND, "department": "phong-kinh-te"}
    known = {
        "id": QUESTION,
        "commune": COMMUNE,
        "case": CASE,
        "code": "K7QX-3M9M",
        "number": 1,
        "section": "procedures",
        "text": "Bao giờ có sổ đỏ?",
        "received_at": NOW,
        "on_time": True,
        "dialogue": DIALOGUE,
        "state": state,
        "drafts": drafts,
        "approved_at": NOW if state is State.APPROVED else None,
    }
    return Question(**(known | where | fields))


def submission(**fields):
    known = {
        "commune": COMMUNE,
        "case": CASE,
        "occurred_at": NOW,
        "code": "K7QX-3M9M",
        "dialogue": DIALOGUE,
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": Registrant(name="Nguyễn Thị Hoa", phone="0912345678"),
        "questions": (ASKED,),
    }
    return SubmissionReceived(**(known | fields))


ASKED = Asked(id=QUESTION, number=1, section="procedures", text="Bao giờ có sổ đỏ?")


def classified(**fields):
    known = {
        "text": ASKED.text,
        "scope": Scope.IN_SCOPE,
        "field": LAND,
        "department": "phong-kinh-te",
        "confidence": 0.86,
        "because": ("sổ đỏ",),
        "proposals": (Proposal(field=LAND, department="phong-kinh-te", confidence=0.86),),
        "triage": False,
    }
    return Classification(**(known | fields))


def said(event, **fields):
    return event(commune=COMMUNE, case=CASE, occurred_at=NOW, **fields)


def assign(actor=CLERK, field=HEALTH, department="phong-van-hoa-xa-hoi"):
    return AssignQuestion(
        actor=actor, key="k", question=QUESTION, field=field, department=department, reason="Đúng việc"
    )


def redirect(actor=CLERK, scope=Scope.COMPLAINT):
    return RedirectQuestion(
        actor=actor, key="k", question=QUESTION, scope=scope, authority="Ban Tiếp công dân", guidance="Gửi đơn tới ..."
    )


def draft(actor=OFFICER, text="Trả lời."):
    return DraftAnswer(actor=actor, key="k", question=QUESTION, text=text)


def give_back(actor=OFFICE_HEAD):
    return ReturnAnswer(actor=actor, key="k", question=QUESTION, remarks="Thiếu căn cứ")


def approve(actor=CHAIRMAN):
    return ApproveAnswer(actor=actor, key="k", question=QUESTION)


def ask_for_more(actor=OFFICER, working_days=5):
    return RequestExtension(actor=actor, key="k", question=QUESTION, working_days=working_days, reason="Cần đo lại")


def extend(actor=OFFICE_HEAD, working_days=5):
    return ExtendTerm(actor=actor, key="k", question=QUESTION, working_days=working_days, reason="Cần đo lại")


COMMAND_OF = {
    AssignQuestion: assign,
    RedirectQuestion: redirect,
    DraftAnswer: draft,
    ReturnAnswer: give_back,
    ApproveAnswer: approve,
    RequestExtension: ask_for_more,
    ExtendTerm: extend,
}


def carry_out(question, command, now=NOW):
    match command:
        case AssignQuestion():
            return rules.assign_question(question, command, DEPARTMENTS, now)
        case RedirectQuestion():
            return rules.redirect_question(question, command, now)
        case DraftAnswer():
            return rules.draft_answer(question, command, now)
        case ReturnAnswer():
            return rules.return_answer(question, command, now)
        case ApproveAnswer():
            return rules.approve_answer(question, command, now)
        case RequestExtension():
            return rules.request_extension(question, command, now)
        case ExtendTerm():
            return rules.extend_term(question, command, now)


def attendance(present=True, dialogue=DIALOGUE):
    return said(AttendanceRecorded, dialogue=dialogue, present=present)


def excuse():
    return said(RegistrantExcused, dialogue=DIALOGUE, reason="Đi viện")


def held(ended_at=ENDED_AT, dialogue=DIALOGUE):
    return DialogueHeld(commune=COMMUNE, case=dialogue, occurred_at=ended_at, title="Đối thoại", held_at=HELD_AT)


def sent(kind="answer", questions=(QUESTION,)):
    return said(
        NotificationSent,
        notification=f"{CASE}.{kind}.1",
        kind=kind,
        channel="email",
        questions=questions,
        reference="<1@xa>",
    )


def take_note(question, fact, now=NOW):
    match fact:
        case AttendanceRecorded():
            return rules.note_attendance(question, fact, now)
        case RegistrantExcused():
            return rules.note_excuse(question, fact)
        case DialogueHeld():
            return rules.note_dialogue_held(question, fact, now)
        case NotificationSent():
            return rules.note_sent(question, fact, now)


def names(events):
    return [type(event) for event in events]


# --- a question comes in ----------------------------------------------------------------------------------------------


def test_a_question_the_rules_are_sure_of_goes_to_its_department_with_the_reason():
    question, [event] = rules.open_question(None, submission(), ASKED, classified(), NOW)
    assert (question.state, question.field, question.department) == (State.ASSIGNED, LAND, "phong-kinh-te")
    assert event == said(
        QuestionAssigned,
        question=QUESTION,
        dialogue=DIALOGUE,
        field=LAND,
        department="phong-kinh-te",
        because=("sổ đỏ",),
        confidence=0.86,
        assigned_by=None,
    )


@pytest.mark.parametrize(
    ("scope", "because"),
    [(Scope.IN_SCOPE, "the rules are not sure enough"), (Scope.COMPLAINT, "not for a dialogue: an officer decides")],
)
def test_any_other_question_waits_for_a_person_with_proposals(scope, because):
    question, [event] = rules.open_question(None, submission(), ASKED, classified(scope=scope, triage=True), NOW)
    assert (question.state, question.field, question.department) == (State.AWAITS_TRIAGE, None, None)
    assert isinstance(event, QuestionAwaitsTriage)
    assert (event.scope, event.because, event.proposals[0].field) == (scope, ("sổ đỏ",), LAND)


def test_a_form_that_is_delivered_again_opens_nothing():
    question, _ = rules.open_question(None, submission(), ASKED, classified(), NOW)
    assert rules.open_question(question, submission(), ASKED, classified(triage=True), NOW) == (question, [])


# --- who may do what, when --------------------------------------------------------------------------------------------


def test_every_command_of_routing_has_its_row():
    assert set(MOVES) == {command for name, command in COMMANDS.items() if name.startswith("routing.")}


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (State.AWAITS_TRIAGE, {AssignQuestion, RedirectQuestion}),
        (State.ASSIGNED, {AssignQuestion, RedirectQuestion, DraftAnswer, RequestExtension, ExtendTerm}),
        (State.DRAFTED, {AssignQuestion, RedirectQuestion, DraftAnswer, ReturnAnswer, ApproveAnswer}),
        (State.RETURNED, {AssignQuestion, RedirectQuestion, DraftAnswer, RequestExtension, ExtendTerm}),
        (State.APPROVED, set()),
        (State.REDIRECTED, set()),
        (State.SETTLED, set()),
    ],
)
def test_the_table_allows_in_each_state(state, possible):
    assert {command for command, move in MOVES.items() if state in move.when} == possible


@pytest.mark.parametrize(
    ("role", "possible"),
    [
        (Role.CLERK, {AssignQuestion, RedirectQuestion}),
        (Role.OFFICER, {DraftAnswer, RequestExtension}),
        (Role.HEAD, {DraftAnswer, RequestExtension}),
        (Role.OFFICE_HEAD, {AssignQuestion, RedirectQuestion, ReturnAnswer, ApproveAnswer, ExtendTerm}),
        (Role.CHAIRMAN, {RedirectQuestion, ReturnAnswer, ApproveAnswer, ExtendTerm}),
        (Role.PROVINCE, set()),
        (Role.OPERATOR, set()),
        (Role.SYSTEM, set()),
    ],
)
def test_the_table_allows_each_role(role, possible):
    assert {command for command, move in MOVES.items() if role in move.by} == possible


def test_every_state_has_a_holder_and_every_holder_a_way_on():
    ends = {ending.when for ending in ENDINGS.values()}
    for state, holder in HOLDERS.items():
        ways_on = {move.leads_to for move in MOVES.values() if state in move.when and move.leads_to}
        assert (holder == "nobody") == (state is State.SETTLED)
        assert bool(ways_on - {state} or state in ends) == (state is not State.SETTLED)
    assert set(HOLDERS) == set(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", MOVES)
def test_only_what_the_table_allows_can_be_done(command, state):
    question, move = a_question(state), MOVES[command]
    for actor in STAFF:
        own = actor.role not in (Role.OFFICER, Role.HEAD) or actor.department == question.department
        allowed = actor.commune == COMMUNE and actor.role in move.by and own and state in move.when
        if allowed:
            after, events = carry_out(question, COMMAND_OF[command](actor))
            assert after.state == (move.leads_to or state)
            assert events
        else:
            with pytest.raises(Refusal, match=r"\.$"):
                carry_out(question, COMMAND_OF[command](actor))


@pytest.mark.parametrize(
    ("question", "command", "code", "says"),
    [
        (a_question(), assign(STRANGER), "forbidden", "thuộc xã khác"),
        (a_question(), assign(OFFICER), "forbidden", "việc này dành cho cán bộ Văn phòng, Chánh Văn phòng"),
        (a_question(), assign(department="phong-la"), "invalid", "Xin chọn một phòng trong danh sách"),
        (a_question(), assign(field=LAND, department="phong-kinh-te"), "invalid", "không có gì thay đổi"),
        (a_question(State.APPROVED), assign(), "not-now", "đã có câu trả lời được duyệt, nên không phân công"),
        (a_question(), draft(OTHER_OFFICER), "forbidden", "xin báo Văn phòng phân công lại"),
        (a_question(State.AWAITS_TRIAGE), draft(), "not-now", "cần được phân công cho phòng"),
        (a_question(), approve(), "not-now", "Xin chờ phòng chuyên môn trình"),
        (a_question(State.DRAFTED), ask_for_more(), "not-now", "Chỉ gia hạn khi phòng chuyên môn đang soạn"),
        (a_question(extended_by=26), extend(), "invalid", "còn được gia hạn 4 ngày"),
        (a_question(extended_by=30), ask_for_more(), "invalid", "đã dùng hết"),
        (a_question(State.SETTLED), redirect(), "not-now", "đã giải quyết xong"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(question, command, code, says):
    with pytest.raises(Refusal) as refused:
        carry_out(question, command)
    assert refused.value.code == code
    assert says in refused.value.reason


# --- from the assignment to the approval ------------------------------------------------------------------------------


def test_the_office_assigns_what_waits_and_so_judges_it_fit_for_the_dialogue():
    question, [event] = carry_out(a_question(State.AWAITS_TRIAGE, scope=Scope.COMPLAINT), assign())
    assert (question.state, question.scope) == (State.ASSIGNED, Scope.IN_SCOPE)
    assert (event.department, event.because, event.confidence) == ("phong-van-hoa-xa-hoi", ("Đúng việc",), 1.0)
    assert event.assigned_by == CLERK.name


def test_another_department_starts_anew():
    waiting = a_question(State.DRAFTED, extended_by=5)
    question, _ = carry_out(waiting, assign())
    assert (question.state, question.extension_requested, question.extended_by) == (State.ASSIGNED, None, 5)


def test_where_only_the_field_is_corrected_the_department_keeps_its_draft():
    question, [event] = carry_out(a_question(State.DRAFTED), assign(field=HEALTH, department="phong-kinh-te"))
    assert (question.state, question.field) == (State.DRAFTED, HEALTH)
    assert isinstance(event, QuestionAssigned)


def test_a_question_for_another_authority_is_redirected_with_guidance():
    question, [event] = carry_out(a_question(State.AWAITS_TRIAGE), redirect())
    assert (question.state, question.scope) == (State.REDIRECTED, Scope.COMPLAINT)
    assert event == said(
        QuestionRedirected,
        question=QUESTION,
        scope=Scope.COMPLAINT,
        authority="Ban Tiếp công dân",
        guidance="Gửi đơn tới ...",
        decided_by=CLERK.name,
    )


def test_the_department_hands_in_its_answer():
    question, [event] = carry_out(a_question(), draft())
    assert question.state is State.DRAFTED
    assert event == said(
        AnswerDrafted,
        question=QUESTION,
        department="phong-kinh-te",
        draft=1,
        text="Trả lời.",
        drafted_by=OFFICER.name,
    )


@pytest.mark.parametrize("state", [State.DRAFTED, State.RETURNED])
def test_a_new_draft_takes_the_place_of_one_that_is_not_approved(state):
    question, [event] = carry_out(a_question(state), draft(HEAD, "Trả lời lại."))
    assert (question.state, event.draft, question.drafts[-1].text) == (State.DRAFTED, 2, "Trả lời lại.")
    _, [approved] = carry_out(question, approve())
    assert approved.text == "Trả lời lại."


def test_an_answer_goes_back_with_what_is_wrong_with_it():
    question, [event] = carry_out(a_question(State.DRAFTED), give_back())
    assert question.state is State.RETURNED
    assert question.returns[-1].remarks == "Thiếu căn cứ"
    assert event == said(
        AnswerReturned,
        question=QUESTION,
        department="phong-kinh-te",
        draft=1,
        remarks="Thiếu căn cứ",
        returned_by=OFFICE_HEAD.name,
    )


def test_an_approved_answer_may_be_given():
    question, [event] = carry_out(a_question(State.DRAFTED), approve())
    assert (question.state, question.approved_at) == (State.APPROVED, NOW)
    assert event == said(
        AnswerApproved,
        question=QUESTION,
        dialogue=DIALOGUE,
        department="phong-kinh-te",
        text="Trả lời.",
        approved_by=CHAIRMAN.name,
    )


@pytest.mark.parametrize("judge", [approve, give_back])
def test_nobody_judges_his_own_answer(judge):
    drafted = a_question(State.DRAFTED, drafts=(Draft(1, "Trả lời.", "lê  quang HUY", NOW),))
    with pytest.raises(Refusal, match="Người soạn dự thảo không tự"):
        carry_out(drafted, judge(OFFICE_HEAD))
    assert carry_out(drafted, judge(CHAIRMAN))[1]


def test_a_request_for_more_time_moves_nothing_yet():
    question, [event] = carry_out(a_question(), ask_for_more())
    assert (question.state, question.extended_by) == (State.ASSIGNED, 0)
    assert (type(event), event.working_days, event.requested_by) == (ExtensionRequested, 5, OFFICER.name)


def test_extensions_add_up_to_30_working_days_at_most():
    question, [event] = carry_out(a_question(extended_by=25), extend(working_days=5))
    assert question.extended_by == 30
    assert (type(event), event.working_days, event.granted_by) == (ExtensionGranted, 5, OFFICE_HEAD.name)
    with pytest.raises(Refusal):
        carry_out(question, extend(working_days=1))


def test_a_granted_request_is_no_longer_open():
    asking, _ = carry_out(a_question(), ask_for_more())
    assert asking.extension_requested.working_days == 5
    assert carry_out(asking, extend())[0].extension_requested is None


# --- how it ends ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(["present", "end", "approval"])))
def test_who_was_there_has_heard_an_answer_approved_before_the_end_whatever_arrives_first(order):
    question, events = a_question(State.DRAFTED), []
    for step in order:
        match step:
            case "present":
                question, new = take_note(question, attendance())
            case "end":
                question, new = take_note(question, held())
            case "approval":
                question, new = carry_out(question, approve(), ENDED_AT - timedelta(minutes=1))
        events += new
    assert (question.state, question.settled_how) == (State.SETTLED, "answered-at-dialogue")
    assert names(events)[-2:] == [QuestionAnsweredAtDialogue, QuestionSettled]
    assert names(events).count(QuestionSettled) == 1


@pytest.mark.parametrize(
    ("question", "facts", "because"),
    [
        (a_question(State.APPROVED), [attendance(), held(NOW)], "approved at the very end, so not heard"),
        (a_question(State.APPROVED), [attendance(), held(NOW - timedelta(hours=1))], "approved after the end"),
        (a_question(State.APPROVED), [attendance(present=False), held()], "was not there"),
        (a_question(State.APPROVED), [excuse(), held()], "excused himself and did not come"),
        (a_question(State.APPROVED), [attendance()], "the dialogue is not over"),
        (a_question(State.APPROVED), [attendance(dialogue="thang-5"), held()], "came to another dialogue"),
        (a_question(State.APPROVED), [attendance(), held(dialogue="thang-5")], "another dialogue is over"),
        (a_question(State.APPROVED, on_time=False), [attendance(), held()], "a late form is answered in writing"),
        (a_question(State.APPROVED, dialogue=None), [attendance(), held()], "registered for no dialogue"),
        (a_question(State.DRAFTED), [attendance(), held()], "not approved yet"),
    ],
)
def test_otherwise_the_answer_is_still_owed_in_writing(question, facts, because):
    for fact in facts:
        question, events = take_note(question, fact)
        assert events == []
    assert question.state is not State.SETTLED


def test_who_excused_himself_and_came_all_the_same_has_heard():
    question = a_question(State.APPROVED)
    for fact in (excuse(), attendance(), held()):
        question, _ = take_note(question, fact)
    assert question.settled_how == "answered-at-dialogue"


def test_who_was_seen_was_there_whichever_record_arrives_first():
    for records in permutations([attendance(present=True), attendance(present=False)]):
        question = a_question()
        for record in records:
            question, _ = take_note(question, record)
        assert question.present is True


@pytest.mark.parametrize(
    ("state", "kind", "how"),
    [(State.APPROVED, "answer", "answered-in-writing"), (State.REDIRECTED, "guidance", "redirected")],
)
def test_what_has_gone_out_in_writing_settles(state, kind, how):
    question, [event] = take_note(a_question(state), sent(kind))
    assert (question.state, question.settled_how) == (State.SETTLED, how)
    assert event == said(QuestionSettled, question=QUESTION, how=how)


@pytest.mark.parametrize(
    ("fact", "because"),
    [
        (sent("receipt", ()), "a receipt answers nothing"),
        (sent("reminder", ()), "a reminder goes to staff"),
        (sent("answer", ("01J9-2",)), "it answers another question of the form"),
    ],
)
def test_other_messages_settle_nothing(fact, because):
    question = a_question(State.APPROVED)
    assert take_note(question, fact) == (question, [])


@pytest.mark.parametrize("fact", [attendance(), excuse(), held(), sent()])
def test_a_fact_about_a_question_that_is_not_here_yet_comes_again(fact):
    with pytest.raises(TooEarly):
        take_note(None, fact)


@pytest.mark.parametrize(("state", "kind"), [(State.DRAFTED, "answer"), (State.APPROVED, "guidance")])
def test_a_message_before_its_reason_comes_again(state, kind):
    with pytest.raises(TooEarly):
        take_note(a_question(state), sent(kind))


def test_a_question_is_kept_and_read_back_as_it_was():
    question, _ = rules.open_question(None, submission(), ASKED, classified(), NOW)
    for command in (ask_for_more(), draft(), give_back(), draft(HEAD), approve()):
        question, _ = carry_out(question, command)
    kept = TypeAdapter(Question)
    assert kept.validate_python(kept.dump_python(question)) == question
    assert kept.validate_json(kept.dump_json(question)) == question


# --- any walk through all of it ---------------------------------------------------------------------------------------

actors = st.sampled_from(STAFF)
commands = st.one_of(
    st.builds(assign, actors, st.sampled_from(list(QuestionField)), st.sampled_from([*DEPARTMENTS, "phong-la"])),
    st.builds(redirect, actors, st.sampled_from(list(Scope))),
    st.builds(draft, actors),
    st.builds(give_back, actors),
    st.builds(approve, actors),
    st.builds(ask_for_more, actors, st.integers(1, 30)),
    st.builds(extend, actors, st.integers(1, 30)),
)
facts = st.one_of(
    st.builds(attendance, st.booleans(), st.sampled_from([DIALOGUE, "thang-5"])),
    st.builds(excuse),
    st.builds(held, st.just(NOW + timedelta(hours=30))),
    st.builds(sent, st.sampled_from(["receipt", "answer", "guidance"])),
)


class AnyWalk(RuleBasedStateMachine):
    """One question, whatever people do and however facts arrive."""

    @initialize(on_time=st.booleans(), dialogue=st.sampled_from([DIALOGUE, None]), triage=st.booleans())
    def comes_in(self, on_time, dialogue, triage):
        self.hours = count(1)
        received = submission(on_time=on_time, dialogue=dialogue)
        self.question, self.events = rules.open_question(None, received, ASKED, classified(triage=triage), NOW)

    def now(self):
        return NOW + timedelta(hours=next(self.hours))

    @rule(command=commands)
    def is_commanded(self, command):
        before, now = self.question, self.now()
        move = MOVES[type(command)]
        try:
            after, events = carry_out(before, command, now)
        except Refusal:
            return
        assert before.state in move.when
        assert command.actor.role in move.by
        assert command.actor.commune == before.commune
        assert events
        assert all(event.question == QUESTION and event.occurred_at == now for event in events)
        if isinstance(command, ApproveAnswer):
            assert command.actor.name != before.drafts[-1].by
        self.question, self.events = after, [*self.events, *events]

    @precondition(lambda self: self.question.state is State.DRAFTED)
    @rule()
    def is_approved(self):
        self.is_commanded(approve())

    @rule(fact=facts)
    def hears(self, fact):
        now = self.now()
        try:
            after, events = take_note(self.question, fact, now)
        except TooEarly:
            return
        assert take_note(after, fact, now) == (after, []), "a second delivery changes nothing"
        self.question, self.events = after, [*self.events, *events]

    @invariant()
    def it_has_a_holder_or_an_end(self):
        question = self.question
        match HOLDERS[question.state]:
            case "office":
                assert question.department is not None or question.state in (State.AWAITS_TRIAGE, State.REDIRECTED)
            case "department":
                assert question.department in DEPARTMENTS
            case "leaders":
                assert question.drafts
            case "nobody":
                assert question.settled_how is not None
        assert (question.state is State.SETTLED) == (question.settled_how is not None)

    @invariant()
    def what_was_said_agrees_with_what_is(self):
        question, heard = self.question, names(self.events)
        assert heard[0] in (QuestionAssigned, QuestionAwaitsTriage)
        assert heard.count(QuestionSettled) == (question.state is State.SETTLED)
        assert heard.count(AnswerApproved) == (question.approved_at is not None) <= 1
        assert heard.count(AnswerDrafted) == len(question.drafts)
        assert heard.count(AnswerReturned) == len(question.returns)
        granted = sum(event.working_days for event in self.events if isinstance(event, ExtensionGranted))
        assert granted == question.extended_by <= MOST_EXTENSION
        if QuestionAnsweredAtDialogue in heard:
            assert question.present
            assert question.approved_at < question.dialogue_ended_at

    @invariant()
    def somebody_can_always_bring_it_to_an_end(self):
        question = self.question
        now = NOW + timedelta(days=90)
        if question.state is State.AWAITS_TRIAGE:
            question, _ = carry_out(question, assign(), now)
        if question.state in WITH_DEPARTMENT:
            question, _ = carry_out(question, draft(replace_department(OFFICER, question.department)), now)
        if question.state is State.DRAFTED:
            question, _ = carry_out(question, approve(), now)
        if question.state is not State.SETTLED:
            question, _ = take_note(question, sent("guidance" if question.state is State.REDIRECTED else "answer"), now)
        assert question.state is State.SETTLED


def replace_department(actor, department):
    return actor.model_copy(update={"department": department})


TestAnyWalk = AnyWalk.TestCase
TestAnyWalk.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
