"""Who did what with a question, told from its events: who, when, from what to what, and why."""

from datetime import timedelta
from itertools import count

import pytest

from services.routing.history import entries, permit_reading
from services.routing.question import State
from services.routing.turns import holder
from shared.contracts import EVENTS, Refusal, Role
from shared.contracts.routing import QuestionJoined, QuestionSplit, RoutingEvent
from shared.contracts.taxonomy import Scope
from tests.builders import any_of
from tests.unit.routing_questions import (
    CHAIRMAN,
    CLERK,
    CULTURE,
    ECONOMY,
    HEAD,
    HEALTH,
    LAND,
    LONG_APPROVAL,
    NOW,
    OFFICE,
    OFFICE_HEAD,
    OFFICER,
    OTHER_OFFICER,
    QUESTION,
    a_question,
    approve,
    ask_others,
    assign,
    carry_out,
    draft,
    give_back,
    hand_back,
    keep,
    opened,
    opine,
    prioritise,
    rated,
    said,
    sent,
    submission,
    take_note,
    transfer,
)

UNITS = {ECONOMY: "Phòng Kinh tế", CULTURE: "Phòng Văn hóa - Xã hội", OFFICE: "Văn phòng"}
ROLES = {person.name: person.role for person in (CLERK, OFFICER, OTHER_OFFICER, HEAD, OFFICE_HEAD, CHAIRMAN)}
T, A, D, R, OK, END = (
    State.AWAITS_TRIAGE,
    State.ASSIGNED,
    State.DRAFTED,
    State.RETURNED,
    State.APPROVED,
    State.SETTLED,
)


def lived(*steps, **classification):
    """A question with what people did and what was heard, an hour apart; each entry beside the question of then."""
    hours = count(1)
    question, said = opened(submission(on_time=False), **classification)
    said, then = list(said), [question] * len(said)
    for step in steps:
        now = NOW + timedelta(hours=next(hours))
        do = take_note if hasattr(step, "speaker") else carry_out
        more = {} if do is take_note else {"approval": LONG_APPROVAL}
        question, events = do(question, step, now, **more)
        said += events
        then += [question] * len(events)
    return entries(said, ROLES, UNITS), then


def test_every_step_is_told_with_who_what_from_where_to_where_and_why():
    told, _ = lived(
        hand_back(),
        assign(field=HEALTH, department=CULTURE, coordinating=(ECONOMY,)),
        transfer(OTHER_OFFICER, LAND, ECONOMY),
        ask_others(),
        opine(),
        keep(),
        draft(),
        approve(HEAD),
        give_back(OFFICE_HEAD),
        draft(),
        approve(HEAD),
        approve(OFFICE_HEAD),
        approve(CHAIRMAN),
        sent(),
        rated(NOW + timedelta(hours=20)),
    )
    heads, culture, economy = "Chánh Văn phòng", "Phòng Văn hóa - Xã hội", "Phòng Kinh tế"
    assert [(one.who, one.role, one.what, one.before, one.after, one.holder, one.why) for one in told] == [
        (None, None, f"Phân công cho {economy} theo từ ngữ của câu hỏi", None, A, ECONOMY, "sổ đỏ"),
        (None, None, "Phải trả lời bằng văn bản", A, A, ECONOMY, "phiếu đến sau hạn đăng ký"),
        (
            *(OFFICER.name, Role.OFFICER, f"{economy} trả lại câu hỏi cho Văn phòng"),
            *(A, T, "office", "Thuộc lĩnh vực của phòng khác"),
        ),
        (CLERK.name, Role.CLERK, f"Phân công cho {culture}", T, A, CULTURE, "Đúng việc"),
        (
            *(CLERK.name, Role.CLERK, f"Đề nghị phối hợp: {economy}"),
            *(A, A, CULTURE, "Đề nghị cho ý kiến về nội dung thuộc lĩnh vực phòng phụ trách."),
        ),
        (
            *(OTHER_OFFICER.name, Role.OFFICER, f"Chuyển từ {culture} sang {economy}"),
            *(A, A, ECONOMY, "Thuộc phòng khác"),
        ),
        (OFFICER.name, Role.OFFICER, f"Đề nghị phối hợp: {culture}", A, A, ECONOMY, "Diện tích xây trường"),
        (OTHER_OFFICER.name, Role.OFFICER, f"{culture} gửi ý kiến phối hợp", A, A, ECONOMY, None),
        (OFFICER.name, Role.OFFICER, "Lưu bản nháp số 1", A, A, ECONOMY, None),
        (OFFICER.name, Role.OFFICER, "Trình dự thảo số 2", A, D, ECONOMY, None),
        (HEAD.name, Role.HEAD, f"Duyệt dự thảo số 2, chuyển {heads} xem xét", D, D, "leaders", None),
        (OFFICE_HEAD.name, Role.OFFICE_HEAD, "Trả lại dự thảo số 2", D, R, ECONOMY, "Thiếu căn cứ"),
        (OFFICER.name, Role.OFFICER, "Trình dự thảo số 3", R, D, ECONOMY, None),
        (HEAD.name, Role.HEAD, f"Duyệt dự thảo số 3, chuyển {heads} xem xét", D, D, "leaders", None),
        (
            *(OFFICE_HEAD.name, Role.OFFICE_HEAD, "Duyệt dự thảo số 3, chuyển Chủ tịch hoặc Phó Chủ tịch xem xét"),
            *(D, D, "leaders", None),
        ),
        (CHAIRMAN.name, Role.CHAIRMAN, "Duyệt câu trả lời", D, OK, "office", None),
        (None, None, "Kết thúc: đã trả lời bằng văn bản", OK, END, "nobody", None),
        (
            *(None, None, "Người hỏi đánh giá 1/5; câu hỏi được mở lại, trả lời lần 2"),
            *(END, T, "office", "Chưa nêu lệ phí."),
        ),
        (None, None, "Phải trả lời bằng văn bản", T, T, "office", "câu trả lời trước chưa đáp ứng"),
    ]
    assert [one.at for one in told] == sorted(one.at for one in told)


def test_the_state_and_the_holder_told_are_those_the_question_had():
    told, then = lived(
        assign(),
        assign(department=CULTURE, field=LAND),
        draft(OTHER_OFFICER),
        assign(department=CULTURE, field=HEALTH),
        prioritise(),
        approve(OFFICE_HEAD),
        assign(field=LAND, department=ECONOMY),
        draft(),
        approve(HEAD),
        triage=True,
    )
    for entry, question in zip(told, then, strict=True):
        assert entry.after is question.state, entry.what
        turn = holder(question)
        assert entry.holder == (question.department if turn == "department" else turn), entry.what
    assert [one.before for one in told[1:]] == [one.after for one in told[:-1]]


@pytest.mark.parametrize(
    "event", [event for event in EVENTS.values() if issubclass(event, RoutingEvent)], ids=lambda one: one.name
)
def test_every_event_of_a_question_can_be_told(event):
    example = any_of(event)
    units = {getattr(example, "department", ECONOMY): "Phòng Kinh tế"}
    [*_, entry] = entries([*opened()[1], example], {}, units)
    assert entry.what[0].isupper()
    assert "{" not in entry.what
    assert entry.to_json().keys() == {"at", "who", "role", "what", "from", "to", "holder", "why"}


def test_the_question_whose_answer_it_gets_is_told_by_the_code_of_its_form():
    joined = said(QuestionJoined, question=QUESTION, lead="01J8-1", lead_code="P2WX-77QD", joined_by=CLERK.name)
    of_old = joined.model_copy(update={"lead_code": None})
    told = entries([*opened()[1], joined, of_old], {}, {})
    assert [one.what for one in told[-2:]] == [
        "Gộp để trả lời chung với câu hỏi của phiếu P2WX-77QD",
        "Gộp để trả lời chung với một câu hỏi khác",
    ]


def test_a_department_or_a_person_who_is_gone_is_told_as_he_was():
    told = entries(opened()[1], {}, {})
    assert (told[0].what, told[0].role) == (f"Phân công cho {ECONOMY} theo từ ngữ của câu hỏi", None)


@pytest.mark.parametrize(
    ("scope", "split_from", "actor", "may", "because"),
    [
        (Scope.IN_SCOPE, None, OTHER_OFFICER, True, "whoever works here"),
        (Scope.COMPLAINT, None, OFFICER, True, "a complaint has its way, but is no secret"),
        (Scope.DENUNCIATION, None, OFFICER, False, "his department may be the one that is accused"),
        (Scope.DENUNCIATION, None, HEAD, False, "the head, too"),
        (Scope.DENUNCIATION, None, CLERK, True, "the office sends it on"),
        (Scope.DENUNCIATION, None, CHAIRMAN, True, "the chairman decides"),
        (Scope.IN_SCOPE, Scope.DENUNCIATION, OFFICER, False, "its history tells what was split off"),
        (Scope.IN_SCOPE, Scope.DENUNCIATION, OFFICE_HEAD, True, "the office split it"),
        (Scope.IN_SCOPE, Scope.IN_SCOPE, OFFICER, True, "two matters and no secret"),
    ],
)
def test_what_was_done_with_a_denunciation_is_read_by_those_alone_who_decide_on_it(
    scope, split_from, actor, may, because
):
    events = [any_of(QuestionSplit).model_copy(update={"scope": split_from})] if split_from else []
    if may:
        permit_reading(a_question(scope=scope), events, actor)
        return
    with pytest.raises(Refusal) as refusal:
        permit_reading(a_question(scope=scope), events, actor)
    assert refusal.value.code == "forbidden", because
