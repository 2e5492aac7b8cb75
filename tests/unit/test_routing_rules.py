"""Where a question goes: to which department, to which other authority, to which topic; and who may decide that."""

import dataclasses
from typing import get_args, get_type_hints

import pytest
from pydantic import TypeAdapter

from services.routing import rules
from services.routing.conference import Conference, keep_end, keep_sessions, place_of
from services.routing.moves import APPROVERS, ENDINGS, MOVES
from services.routing.names import STATE_NAMES
from services.routing.question import ExtensionRequest, Publication, Question, State
from services.routing.turns import holder, whose_turn
from shared.contracts import COMMANDS, Refusal, Role, TooEarly
from shared.contracts.conference import Session
from shared.contracts.intake import DialogueAnnounced, DialoguePlanned, QuestionsWithdrawn
from shared.contracts.routing import (
    AcceptTransfer,
    AnswerOnTheSpot,
    ApproveAnswer,
    AskCoordination,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    GiveOpinion,
    GroupQuestion,
    HandBack,
    JoinQuestion,
    KeepDraft,
    PartQuestion,
    PrioritiseQuestion,
    ProposePublication,
    PublishAnswer,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionPrioritised,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionTransferred,
    ReadHistory,
    RedirectQuestion,
    ReferQuestionUp,
    ReopenQuestion,
    ReportToSuperior,
    RequestExtension,
    ReturnAnswer,
    RoutingCommand,
    SplitQuestion,
    SuggestAnswers,
    SuperiorReported,
    TakeForWrittenAnswer,
    TransferAccepted,
    TransferQuestion,
    UnpublishAnswer,
    WrittenAnswerOwed,
)
from shared.contracts.taxonomy import QuestionField, Scope
from tests.unit.routing_questions import (
    ASKED,
    CHAIRMAN,
    CLERK,
    COMMAND_OF,
    COMMUNE,
    CULTURE,
    DIALOGUE,
    ECONOMY,
    HEALTH,
    HELD_AT,
    LAND,
    LEAD,
    NOW,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    STAFF,
    STRANGER,
    a_conference,
    a_question,
    accept,
    answer_aloud,
    approve,
    ask_for_more,
    assign,
    attendance,
    cancelled,
    carry_out,
    classified,
    draft,
    extend,
    give_back,
    group,
    held,
    names,
    opened,
    prioritise,
    redirect,
    refer_up,
    report_up,
    said,
    submission,
    take,
    take_note,
    transfer,
)

# --- a question comes in ----------------------------------------------------------------------------------------------


def test_a_question_the_rules_are_sure_of_goes_to_its_department_with_the_reason():
    question, [event] = opened()
    assert (question.state, question.field, question.department) == (State.ASSIGNED, LAND, ECONOMY)
    assert event == said(
        QuestionAssigned,
        question=QUESTION,
        dialogue=DIALOGUE,
        field=LAND,
        department=ECONOMY,
        because=("sổ đỏ",),
        confidence=0.86,
        assigned_by=None,
    )


@pytest.mark.parametrize(
    ("scope", "because"),
    [(Scope.IN_SCOPE, "the rules are not sure enough"), (Scope.COMPLAINT, "not for a dialogue: an officer decides")],
)
def test_any_other_question_waits_for_a_person_with_proposals(scope, because):
    question, [event] = opened(scope=scope, triage=True)
    assert (question.state, question.field, question.department) == (State.AWAITS_TRIAGE, None, None)
    assert isinstance(event, QuestionAwaitsTriage)
    assert (event.scope, event.because, event.proposals[0].field) == (scope, ("sổ đỏ",), LAND)


def test_a_form_that_is_delivered_again_opens_nothing():
    question, _ = opened()
    assert rules.open_question(question, submission(), ASKED, classified(triage=True), None, NOW) == (question, [])


# --- what a dialogue is about -----------------------------------------------------------------------------------------

BUILDING, BUSINESS = QuestionField.CONSTRUCTION, QuestionField.BUSINESS


@pytest.mark.parametrize(
    ("conference", "session", "outside", "because"),
    [
        (None, None, False, "registered for no dialogue"),
        (a_conference(), None, False, "one conference about everything"),
        (a_conference((LAND, BUILDING), (BUSINESS,)), 1, False, "the session that names the field"),
        (a_conference((BUSINESS,), (LAND,)), 2, False, "the second session names it"),
        (a_conference((), (LAND,)), 2, False, "named comes before everything"),
        (a_conference((BUSINESS,), ()), 2, False, "a session without fields is about everything"),
        (a_conference((LAND,), (LAND,)), 1, False, "of two the first"),
        (a_conference((BUILDING,), (BUSINESS,)), None, True, "the dialogue is about other fields"),
    ],
)
def test_a_field_has_its_place_in_a_dialogue_or_none(conference, session, outside, because):
    place = place_of(LAND, conference)
    assert (place.session, place.outside_subject) == (session, outside)


def test_an_assigned_question_says_its_session():
    question, [event] = opened(conference=a_conference((BUSINESS,), (LAND,)))
    assert (event.session, event.outside_subject) == (question.session, question.outside_subject) == (2, False)


def test_what_is_outside_the_subject_is_still_received_and_owed_in_writing():
    _, [assigned, written] = opened(conference=a_conference((BUSINESS,)))
    assert assigned.outside_subject
    assert written == said(WrittenAnswerOwed, question=QUESTION, dialogue=DIALOGUE, because="outside-subject")


@pytest.mark.parametrize("correct", [assign, transfer])
@pytest.mark.parametrize(
    ("field", "session", "events"),
    [(HEALTH, 2, 1), (BUSINESS, None, 2)],
    ids=["inside", "outside, so it is owed in writing"],
)
def test_a_corrected_field_has_its_own_place(correct, field, session, events):
    question, _ = opened(conference=a_conference((LAND,), (HEALTH,)))
    question, told = carry_out(
        question, correct(field=field, department=CULTURE), conference=a_conference((LAND,), (HEALTH,))
    )
    assert (told[0].session, told[0].outside_subject) == (session, session is None)
    assert (question.session, question.outside_subject) == (session, session is None)
    assert len(told) == events


def test_an_answer_owed_in_writing_stays_so_when_the_field_is_corrected():
    question, _ = opened(conference=a_conference((BUSINESS,)))
    question, told = carry_out(
        question, assign(field=BUSINESS, department=ECONOMY), conference=a_conference((BUSINESS,))
    )
    assert (question.outside_subject, question.owed_because) == (False, "outside-subject")
    assert names(told) == [QuestionAssigned]


def planned(**fields):
    known = {"commune": COMMUNE, "case": DIALOGUE, "occurred_at": NOW, "title": "Đối thoại", "held_at": HELD_AT}
    return DialoguePlanned(**known | {"place": "Hội trường"} | fields)


def announced(**fields):
    return DialogueAnnounced(**planned().model_dump() | {"registration_closes_at": HELD_AT} | fields)


ONE, TWO = ((Session(number=1, title="Đợt 1", fields=(field,)),) for field in (LAND, BUSINESS))


@pytest.mark.parametrize("facts", [(planned(sessions=ONE), announced(sessions=TWO)), (announced(sessions=TWO),) * 2])
def test_what_was_announced_counts_whichever_arrives_first(facts):
    for order in (facts, facts[::-1]):
        conference = None
        for fact in order:
            conference, _ = keep_sessions(conference, fact)
        assert (conference.announced, conference.sessions) == (True, TWO)


def test_opinions_collected_before_the_announcement_find_the_planned_sessions():
    conference, _ = keep_sessions(None, planned(sessions=ONE))
    assert (conference.announced, place_of(LAND, conference).session) == (False, 1)


@pytest.mark.parametrize(("fact", "ended_at", "off"), [(held(), held().occurred_at, False), (cancelled(), None, True)])
def test_the_end_of_a_dialogue_is_kept_once_and_never_before_its_plan(fact, ended_at, off):
    with pytest.raises(TooEarly):
        keep_end(None, fact)
    over, _ = keep_end(a_conference((LAND,)), fact)
    assert (over.ended_at, over.cancelled, over.over) == (ended_at, off, True)
    assert keep_end(over, fact)[0] == over
    assert keep_sessions(over, announced(sessions=ONE))[0].over


def test_a_dialogue_is_kept_and_read_back_as_it_was():
    conference, _ = keep_end(a_conference((LAND, BUILDING), ()), held())
    kept = TypeAdapter(Conference)
    assert kept.validate_python(kept.dump_python(conference)) == conference
    hints = get_type_hints(Conference)
    for field in dataclasses.fields(Conference):
        assert type(None) not in get_args(hints[field.name]) or field.default is None


# --- who may do what, when --------------------------------------------------------------------------------------------


def test_every_command_of_routing_has_its_row():
    of_a_question = {command for command in COMMANDS.values() if issubclass(command, RoutingCommand)}
    assert set(MOVES) == of_a_question - READINGS
    assert set(COMMAND_OF) == set(MOVES)


READINGS = {ReadHistory, SuggestAnswers, ProposePublication}
AT_THE_CONFERENCE = {AnswerOnTheSpot, TakeForWrittenAnswer, GroupQuestion, PrioritiseQuestion}
BEFORE_APPROVAL = {AssignQuestion, RedirectQuestion, ReferQuestionUp} | AT_THE_CONFERENCE
IN_HAND = {
    *(DraftAnswer, KeepDraft, RequestExtension, ExtendTerm, TransferQuestion, AcceptTransfer, HandBack),
    *(AskCoordination, GiveOpinion, SplitQuestion, JoinQuestion, PartQuestion),
}
ON_THE_DRAFT = {DraftAnswer, ReturnAnswer, ApproveAnswer, GiveOpinion, PartQuestion}


@pytest.mark.parametrize(
    ("state", "possible"),
    [
        (State.AWAITS_TRIAGE, BEFORE_APPROVAL | {SplitQuestion}),
        (State.ASSIGNED, BEFORE_APPROVAL | IN_HAND),
        (State.DRAFTED, BEFORE_APPROVAL | ON_THE_DRAFT),
        (State.RETURNED, BEFORE_APPROVAL | IN_HAND),
        (State.APPROVED, AT_THE_CONFERENCE),
        (State.REDIRECTED, set()),
        (State.REFERRED_UP, {ReportToSuperior}),
        (State.SETTLED, {ReopenQuestion, PublishAnswer}),
    ],
)
def test_the_table_allows_in_each_state(state, possible):
    assert {command for command, move in MOVES.items() if state in move.when} == possible | {UnpublishAnswer}


ONCE_ANSWERED = {ReopenQuestion, PublishAnswer, UnpublishAnswer}
OF_THE_OFFICE = {RedirectQuestion, ReferQuestionUp, ReportToSuperior} | AT_THE_CONFERENCE | ONCE_ANSWERED
OF_THE_APPROVERS = {ReturnAnswer, ApproveAnswer}
OF_THE_LEADERS = OF_THE_APPROVERS | {ExtendTerm}
OF_BOTH = {TransferQuestion, AskCoordination, JoinQuestion, PartQuestion}
OF_THE_DESK = OF_THE_OFFICE | OF_BOTH | {AssignQuestion, SplitQuestion}
OF_A_DEPARTMENT = OF_BOTH | {DraftAnswer, KeepDraft, RequestExtension, AcceptTransfer, HandBack, GiveOpinion}


@pytest.mark.parametrize(
    ("role", "possible"),
    [
        (Role.CLERK, OF_THE_DESK),
        (Role.OFFICER, OF_A_DEPARTMENT),
        (Role.HEAD, OF_A_DEPARTMENT | OF_THE_APPROVERS),
        (Role.OFFICE_HEAD, OF_THE_DESK | OF_THE_LEADERS),
        (Role.CHAIRMAN, OF_THE_OFFICE | OF_THE_LEADERS),
        (Role.PROVINCE, set()),
        (Role.OPERATOR, set()),
        (Role.SYSTEM, set()),
    ],
)
def test_the_table_allows_each_role(role, possible):
    assert {command for command, move in MOVES.items() if role in move.by} == possible


def test_every_state_has_a_name_a_holder_and_every_holder_a_way_on():
    assert set(STATE_NAMES) == set(State)
    ends = {state for (fact, _), ending in ENDINGS.items() if fact is not QuestionsWithdrawn for state in ending.when}
    for state in State:
        ways_on = {move.leads_to for move in MOVES.values() if state in move.when and move.leads_to and not move.how}
        assert (whose_turn(state) == "nobody") == (state is State.SETTLED)
        assert bool(ways_on - {state} or state in ends) == (state is not State.SETTLED)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("command", COMMAND_OF)
def test_only_what_the_table_allows_can_be_done(command, state):
    question = a_question(
        state,
        present=True,
        awaits_acceptance=True,
        coordinating=(CULTURE,) if command is GiveOpinion else (),
        awaits=(tuple(APPROVERS),),
        follows=LEAD if command is PartQuestion else None,
        publication=Publication("Hỏi", "Đáp", OFFICE_HEAD.name, NOW) if command is UnpublishAnswer else None,
    )
    move = MOVES[command]
    whose = {"lead": question.department, "coordinating": CULTURE}[move.whose]
    for actor in STAFF:
        own = actor.role not in (Role.OFFICER, Role.HEAD) or actor.department == whose
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
        (a_question(), assign(OFFICER), "forbidden", "việc này dành cho cán bộ Văn phòng hoặc Chánh Văn phòng"),
        (a_question(), assign(department="phong-la"), "invalid", "Xin chọn một phòng trong danh sách"),
        (a_question(), assign(field=LAND, department=ECONOMY), "invalid", "không có gì thay đổi"),
        (a_question(State.APPROVED), assign(), "not-now", "đã có câu trả lời được duyệt, nên không phân công"),
        (a_question(), draft(OTHER_OFFICER), "forbidden", "xin báo Văn phòng phân công lại"),
        (a_question(State.AWAITS_TRIAGE), draft(), "not-now", "cần được phân công cho phòng"),
        (a_question(), approve(), "not-now", "Xin chờ phòng chuyên môn trình"),
        (a_question(State.DRAFTED), ask_for_more(), "not-now", "Chỉ gia hạn khi phòng chuyên môn đang soạn"),
        (a_question(extended_by=26), extend(), "invalid", "còn được gia hạn 4 ngày"),
        (a_question(extended_by=30), ask_for_more(), "invalid", "đã dùng hết"),
        (a_question(State.SETTLED), redirect(), "not-now", "đã giải quyết xong"),
        (a_question(State.AWAITS_TRIAGE), transfer(), "not-now", "câu hỏi chưa phân công thì xin phân công"),
        (a_question(State.DRAFTED), transfer(), "not-now", "xin trả lại trước"),
        (a_question(), transfer(CHAIRMAN), "forbidden", "công chức chuyên môn"),
        (a_question(), transfer(OTHER_OFFICER), "forbidden", "giao cho phòng khác"),
        (a_question(), transfer(department="phong-la"), "invalid", "Xin chọn một phòng trong danh sách"),
        (a_question(), transfer(department=ECONOMY), "invalid", "xin báo Văn phòng phân công lại"),
        (a_question(), accept(), "not-now", "xin soạn và trình dự thảo"),
        (a_question(awaits_acceptance=True), accept(OTHER_OFFICER), "forbidden", "giao cho phòng khác"),
        (a_question(State.APPROVED), refer_up(), "not-now", "chưa có câu trả lời được duyệt"),
        (a_question(), report_up(), "not-now", "Xin chuyển câu hỏi lên cấp trên trước"),
        (a_question(State.REFERRED_UP), report_up(OFFICER), "forbidden", "việc này dành cho"),
        (a_question(present=None), answer_aloud(), "not-now", "Xin điểm danh trước"),
        (a_question(present=False), answer_aloud(), "not-now", "hoặc trả lời bằng văn bản"),
        (a_question(dialogue=None), answer_aloud(), "not-now", "không đăng ký cho hội nghị nào"),
        (a_question(dialogue_cancelled=True), take(), "not-now", "không tổ chức được"),
        (a_question(taken=True), take(), "not-now", "đã được tiếp thu"),
        (a_question(State.REDIRECTED), take(), "not-now", "câu hỏi mà Ủy ban còn phải trả lời"),
        (a_question(topic="Cấp sổ đỏ"), group(), "invalid", "không có gì thay đổi"),
        (a_question(), prioritise(pressing=False), "invalid", "chưa được đánh dấu"),
        (a_question(pressing=True), prioritise(), "invalid", "đã được đánh dấu"),
    ],
)
def test_a_refusal_says_why_and_what_to_do(question, command, code, says):
    with pytest.raises(Refusal) as refused:
        carry_out(question, command)
    assert refused.value.code == code
    assert says in refused.value.reason


# --- who answers it ---------------------------------------------------------------------------------------------------


def test_the_office_assigns_what_waits_and_so_judges_it_fit_for_the_dialogue():
    question, [event] = carry_out(a_question(State.AWAITS_TRIAGE, scope=Scope.COMPLAINT), assign())
    assert (question.state, question.scope) == (State.ASSIGNED, Scope.IN_SCOPE)
    assert (event.department, event.because, event.confidence) == (CULTURE, ("Đúng việc",), 1.0)
    assert event.assigned_by == CLERK.name


def test_another_department_starts_anew():
    waiting = a_question(State.DRAFTED, extended_by=5)
    question, _ = carry_out(waiting, assign())
    assert (question.state, question.extension_requested, question.extended_by) == (State.ASSIGNED, None, 5)


@pytest.mark.parametrize(
    ("state", "department", "sets_aside", "because"),
    [
        (State.DRAFTED, CULTURE, True, "nobody judges the draft of the former department"),
        (State.RETURNED, CULTURE, True, "nobody mends it"),
        (State.DRAFTED, ECONOMY, False, "only the field was set right"),
        (State.ASSIGNED, CULTURE, False, "there was no draft"),
    ],
)
def test_an_assignment_says_whether_a_draft_is_set_aside(state, department, sets_aside, because):
    question = a_question(state)
    _, [told, *_] = carry_out(question, assign(department=department))
    assert told.sets_aside is sets_aside, because


def test_where_only_the_field_is_corrected_the_department_keeps_its_draft():
    question, [event] = carry_out(a_question(State.DRAFTED), assign(field=HEALTH, department=ECONOMY))
    assert (question.state, question.field) == (State.DRAFTED, HEALTH)
    assert isinstance(event, QuestionAssigned)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.RETURNED])
@pytest.mark.parametrize("actor", [CLERK, OFFICE_HEAD, OFFICER], ids=lambda actor: actor.role)
@pytest.mark.parametrize("clock", ["keeps-running", "pauses", "starts-anew"])
def test_a_question_is_handed_over_and_what_that_does_to_the_term_is_said(state, actor, clock):
    asking = a_question(state, extension_requested=ExtensionRequest(5, "Cần đo lại", OFFICER.name), extended_by=7)
    question, [event] = carry_out(asking, transfer(actor, clock=clock))
    assert (question.state, question.department, question.field) == (State.ASSIGNED, CULTURE, HEALTH)
    assert (question.extension_requested, question.extended_by) == (None, 7)
    assert question.awaits_acceptance == (clock == "pauses")
    assert event == said(
        QuestionTransferred,
        question=QUESTION,
        from_department=ECONOMY,
        department=CULTURE,
        field=HEALTH,
        reason="Thuộc phòng khác",
        clock=clock,
        transferred_by=actor.name,
    )


def test_the_new_department_accepts_once():
    question, _ = carry_out(a_question(), transfer(clock="pauses"))
    question, [event] = carry_out(question, accept(OTHER_OFFICER))
    assert event == said(TransferAccepted, question=QUESTION, department=CULTURE, accepted_by=OTHER_OFFICER.name)
    with pytest.raises(Refusal):
        carry_out(question, accept(OTHER_OFFICER))


@pytest.mark.parametrize("work", [draft, ask_for_more])
def test_who_works_on_what_was_handed_over_has_accepted_it(work):
    question, _ = carry_out(a_question(), transfer(clock="pauses"))
    question, [first, _] = carry_out(question, work(OTHER_OFFICER))
    assert (type(first), question.awaits_acceptance) == (TransferAccepted, False)
    _, events = carry_out(a_question(), work())
    assert len(events) == 1


@pytest.mark.parametrize(
    "leave",
    [lambda: assign(department=ECONOMY), redirect, refer_up, lambda: transfer(OTHER_OFFICER, department="van-phong")],
)
def test_what_goes_on_elsewhere_no_longer_waits_for_the_department(leave):
    question, _ = carry_out(a_question(), transfer(clock="pauses"))
    assert not carry_out(question, leave())[0].awaits_acceptance


# --- where else it goes -----------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize("state", [State.AWAITS_TRIAGE, State.ASSIGNED, State.DRAFTED, State.RETURNED])
def test_what_is_beyond_the_commune_is_referred_up_and_reported(state):
    question, [event] = carry_out(a_question(state), refer_up())
    assert (question.state, holder(question)) == (State.REFERRED_UP, "office")
    assert event == said(
        QuestionReferredUp,
        question=QUESTION,
        dialogue=DIALOGUE,
        authority="UBND thành phố",
        reason="Vượt thẩm quyền",
        referred_by=OFFICE_HEAD.name,
    )
    question, [event] = carry_out(question, report_up())
    assert event == said(
        SuperiorReported,
        question=QUESTION,
        authority="UBND thành phố",
        document="45/BC-UBND",
        reported_by=CLERK.name,
    )
    with pytest.raises(Refusal, match="45/BC-UBND"):
        carry_out(question, report_up(document="46/BC-UBND"))


def test_what_is_referred_up_says_what_it_was_held_for():
    """Who denounces is named in no letter."""
    _, [event] = carry_out(a_question(State.AWAITS_TRIAGE, scope=Scope.DENUNCIATION), refer_up())
    assert event.scope is Scope.DENUNCIATION


# --- how it is prepared -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.AWAITS_TRIAGE, State.ASSIGNED, State.APPROVED])
def test_like_questions_are_put_under_a_topic_and_pressing_ones_first(state):
    question, [grouped] = carry_out(a_question(state), group())
    question, [prioritised] = carry_out(question, prioritise())
    assert (question.topic, question.pressing, question.state) == ("Cấp sổ đỏ", True, state)
    assert grouped == said(QuestionGrouped, question=QUESTION, topic="Cấp sổ đỏ", grouped_by=CLERK.name)
    assert prioritised == said(
        QuestionPrioritised, question=QUESTION, pressing=True, reason="Nhiều hộ cùng hỏi", prioritised_by=CLERK.name
    )
    question, [event] = carry_out(question, prioritise(pressing=False))
    assert (question.pressing, event.pressing) == (False, False)
    assert carry_out(question, group(topic="Đất đai"))[0].topic == "Đất đai"


# --- how it is kept ---------------------------------------------------------------------------------------------------


def test_a_question_is_kept_and_read_back_as_it_was():
    question, _ = opened(conference=a_conference((LAND,)))
    for command in (
        *(ask_for_more(), draft(), give_back(), transfer(clock="pauses"), draft(OTHER_OFFICER), approve()),
        *(group(), prioritise(), take()),
    ):
        question, _ = carry_out(question, command)
    question, _ = take_note(question, attendance())
    kept = TypeAdapter(Question)
    assert kept.validate_python(kept.dump_python(question)) == question
    assert kept.validate_json(kept.dump_json(question)) == question
    referred, _ = carry_out(carry_out(a_question(), refer_up())[0], report_up())
    assert kept.validate_python(kept.dump_python(referred)) == referred


def test_a_question_kept_before_there_were_sessions_and_transfers_is_still_read():
    old = {
        "id": QUESTION,
        "commune": COMMUNE,
        "case": "01J9",
        "code": "K7QX-3M9M",
        "number": 1,
        "section": "procedures",
        "text": ASKED.text,
        "received_at": NOW,
        "on_time": True,
        "dialogue": DIALOGUE,
        "state": "returned",
        "scope": "in-scope",
        "field": "land",
        "department": ECONOMY,
        "because": ["sổ đỏ"],
        "confidence": 0.86,
        "proposals": [{"field": "land", "department": ECONOMY, "confidence": 0.86}],
        "drafts": [{"number": 1, "text": "Trả lời.", "by": OFFICER.name, "at": NOW}],
        "returns": [{"draft": 1, "remarks": "Thiếu căn cứ", "by": OFFICE_HEAD.name, "at": NOW}],
        "extension_requested": {"working_days": 5, "reason": "Cần đo lại", "by": OFFICER.name},
        "extended_by": 0,
        "excused": False,
        "version": 4,
    }
    question = TypeAdapter(Question).validate_python(old)
    assert question.extension_requested == ExtensionRequest(5, "Cần đo lại", OFFICER.name)
    assert carry_out(question, draft())[0].state is State.DRAFTED
