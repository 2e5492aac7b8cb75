"""A question that held several matters was split: what its form, its sender and his letters make of that."""

from datetime import timedelta
from itertools import permutations
from pathlib import Path

import pytest

from services.console.case import dossier
from services.intake import aftercare
from services.intake.pages.tracking import stories
from services.notify import rules
from shared.contracts import TooEarly, routing
from shared.contracts.taxonomy import Scope
from tests.builders import COMMUNE, NOW, QUESTION, SUBMISSION, of_question, question, submission_received
from tests.unit.test_aftercare import form, settled, withdrawal
from tests.unit.test_console_view import view_of
from tests.unit.test_tracking import CENTRE, NAMES, dialogue, envelopes, line, submission

HOUR = timedelta(hours=1)
PART = f"{QUESTION}-1"
KEPT = "Cấp lại giấy khai sinh cần giấy tờ gì?"
FEE = question(3, "Lệ phí là bao nhiêu?").model_copy(update={"id": PART})
SPLIT = of_question(routing.QuestionSplit, text=KEPT, parts=(FEE,), occurred_at=NOW)
LATER = of_question(
    routing.QuestionSplit,
    text="Cần giấy tờ gì?",
    parts=(question(4, "Mấy ngày thì xong?").model_copy(update={"id": f"{QUESTION}-2"}),),
    occurred_at=NOW + HOUR,
)
ASSIGNED = of_question(routing.QuestionAssigned)
HANDED_BACK = of_question(routing.QuestionHandedBack, department=ASSIGNED.department, reason="Thuộc lĩnh vực đất đai")
ELSEWHERE = of_question(routing.QuestionAssigned, department="phong-kinh-te", assigned_by="Trần Thị Hạnh")
TRANSFERRED = of_question(routing.QuestionTransferred, department="phong-kinh-te", clock="keeps-running")
BACK = of_question(
    routing.QuestionTransferred,
    from_department="phong-kinh-te",
    department=ASSIGNED.department,
    clock="keeps-running",
    occurred_at=NOW + HOUR,
)
CULTURE = {"phong-van-hoa-xa-hoi": "Phòng Văn hóa - Xã hội"}
BOTH = ["Phòng Kinh tế", *CULTURE.values()]


def asked(*departments: str, later: timedelta = timedelta()) -> routing.CoordinationAsked:
    fact: routing.CoordinationAsked = of_question(
        routing.CoordinationAsked, department=ASSIGNED.department, departments=departments, occurred_at=NOW + later
    )
    return fact


ASKED = asked("phong-kinh-te")


@pytest.mark.parametrize("order", list(permutations([SPLIT, LATER, SPLIT])))
def test_each_matter_is_a_question_of_the_form_however_the_facts_arrive(order) -> None:
    state = form()
    for fact in order:
        state, said = aftercare.note_split(state, fact, NOW)
        assert not said
    assert [(one.id, one.text) for one in state.questions] == [
        (QUESTION, "Cần giấy tờ gì?"),
        (f"{SUBMISSION}-2", question(2).text),
        (PART, FEE.text),
        (f"{QUESTION}-2", "Mấy ngày thì xong?"),
    ]


def test_a_form_is_settled_with_the_last_of_its_matters() -> None:
    state, _ = aftercare.note_split(form(questions=(question(1),)), SPLIT, NOW)
    state, _ = aftercare.note_settled(state, settled(QUESTION))
    assert state.settled_at is None
    state, _ = aftercare.note_settled(state, settled(PART))
    assert state.settled_at is not None


def test_a_form_that_was_settled_before_its_split_was_heard_of_is_not() -> None:
    state, _ = aftercare.note_settled(form(questions=(question(1),)), settled(QUESTION))
    state, _ = aftercare.note_split(state, SPLIT, NOW)
    assert state.settled_at is None


def test_a_matter_may_be_withdrawn_by_itself() -> None:
    state, _ = aftercare.note_split(form(), SPLIT, NOW)
    state, [withdrawn] = aftercare.withdraw_questions(state, withdrawal(PART), NOW)
    assert (withdrawn.questions, withdrawn.entirely) == ((PART,), False)


@pytest.mark.parametrize(("named", "entirely"), [((QUESTION,), False), ((), True)])
def test_what_was_withdrawn_while_it_was_being_split_is_withdrawn_with_all_its_matters(named, entirely) -> None:
    state, _ = aftercare.withdraw_questions(form(), withdrawal(*named), NOW)
    state, [withdrawn] = aftercare.note_split(state, SPLIT, NOW)
    assert (withdrawn.questions, withdrawn.entirely, withdrawn.withdrawn_by) == ((PART,), entirely, None)
    assert aftercare.note_split(state, SPLIT, NOW) == (state, []), "a second delivery changes nothing"


def test_a_split_before_its_form_is_heard_again_later() -> None:
    with pytest.raises(TooEarly):
        aftercare.note_split(None, SPLIT, NOW)


# --- what reads like a denunciation ---------------------------------------------------------------------------------

SECRET = of_question(routing.QuestionAwaitsTriage, scope="denunciation", occurred_at=NOW - HOUR)
OF_A_SECRET = SPLIT.model_copy(update={"scope": Scope.DENUNCIATION})
TO_A_PERSON = of_question(routing.QuestionAssigned, assigned_by="Trần Thị Hạnh", occurred_at=NOW)
PART_WAITS = of_question(routing.QuestionAwaitsTriage, question=PART, scope="denunciation", occurred_at=NOW + HOUR)
PART_DECIDED = of_question(
    routing.QuestionAssigned, question=PART, assigned_by="Trần Thị Hạnh", occurred_at=NOW + 2 * HOUR
)
AT_ONCE = OF_A_SECRET.model_copy(
    update={"assigned": (routing.PartAssigned(question=PART, field="land", department="phong-kinh-te"),)}
)
OF_A_COMPLAINT = SPLIT.model_copy(update={"scope": Scope.COMPLAINT})


@pytest.mark.parametrize(
    ("facts", "confidential", "because"),
    [
        ([SECRET, OF_A_SECRET, TO_A_PERSON], True, "the words of it may stand in the part, of which nothing is heard"),
        ([SECRET, OF_A_SECRET, TO_A_PERSON, PART_WAITS], True, "nor has anybody looked at it yet"),
        ([SECRET, OF_A_SECRET, TO_A_PERSON, PART_WAITS, PART_DECIDED], False, "somebody has seen that it is none"),
        ([SECRET, OF_A_SECRET, PART_DECIDED], True, "the first matter is held as it was"),
        ([SECRET, AT_ONCE, TO_A_PERSON], False, "whoever split it has said whose each matter is"),
        ([OF_A_COMPLAINT, TO_A_PERSON], False, "a complaint is made in one's own name"),
    ],
)
def test_what_a_denunciation_is_split_into_is_secret_from_that_moment(facts, confidential, because, tmp_path) -> None:
    for order in permutations(facts):
        state = form()
        for fact in order * 2:
            if isinstance(fact, routing.QuestionSplit):
                state, _ = aftercare.note_split(state, fact, NOW)
            elif aftercare.is_judgement(fact):
                state, _ = aftercare.note_reading(state, fact)
        assert state.confidential is confidential, because
    of_the_parent, of_the_part = ([one for one in facts if one.question == id] for id in (QUESTION, PART))
    for place, order in enumerate([facts, of_the_part + of_the_parent]):
        folder = tmp_path / str(place)
        folder.mkdir()
        assert is_secret_on_the_console(folder, *order) is confidential, because


def is_secret_on_the_console(folder: Path, *events) -> bool:
    with view_of(folder, submission_received(), *events).reading() as db:
        found = dossier.case(db, COMMUNE, SUBMISSION, NOW)
    return found.reads_like_denunciation


# --- what its sender reads ------------------------------------------------------------------------------------------


def test_both_matters_tell_of_the_split() -> None:
    state, _ = aftercare.note_split(submission(), SPLIT, NOW)
    whole, part = stories(state, dialogue(), envelopes(ASSIGNED, SPLIT), NAMES.__getitem__)
    assert line(whole)[:3] == ["✓ Đã tiếp nhận", "✓ Đã tách các nội dung khác thành câu hỏi riêng", f"✓ {CENTRE}"]
    assert whole.steps[1].note == "Xem câu hỏi 3."
    assert line(part)[:3] == ["✓ Đã tiếp nhận", "✓ Được tách ra từ câu hỏi 1", "● Chờ phân loại"]


def test_what_was_split_twice_tells_of_each_split() -> None:
    [told] = stories(submission(), dialogue(), envelopes(SPLIT, LATER, SPLIT), NAMES.__getitem__)
    assert [step.note for step in told.steps[1:3]] == ["Xem câu hỏi 3.", "Xem câu hỏi 4."]
    assert told.steps[3].label == "Chờ phân loại", "a second delivery is no third split"


def test_a_matter_that_was_split_itself_tells_whose_it_was_and_what_became_of_it() -> None:
    state, _ = aftercare.note_split(submission(), SPLIT, NOW)
    again = LATER.model_copy(update={"question": PART})
    told = stories(state, dialogue(), envelopes(SPLIT, again), NAMES.__getitem__)[1]
    assert line(told)[1:3] == ["✓ Được tách ra từ câu hỏi 1", "✓ Đã tách các nội dung khác thành câu hỏi riêng"]
    assert told.steps[2].note == "Xem câu hỏi 4."


def test_a_question_handed_back_says_why_and_who_has_it_now() -> None:
    [told] = stories(submission(), dialogue(), envelopes(ASSIGNED, HANDED_BACK), NAMES.__getitem__)
    assert line(told)[1:4] == [
        f"✓ {CENTRE}",
        "✓ Trung tâm Phục vụ hành chính công đã chuyển lại Văn phòng",
        "● Chờ phân loại",
    ]
    assert (told.steps[2].note, told.holder) == ("Lý do: Thuộc lĩnh vực đất đai.", "Văn phòng")


def test_the_way_stays_readable_once_another_department_has_it() -> None:
    events = envelopes(ASSIGNED, HANDED_BACK, HANDED_BACK, ELSEWHERE, ELSEWHERE)
    [told] = stories(submission(), dialogue(), events, NAMES.__getitem__)
    assert line(told)[1:5] == [
        f"✓ {CENTRE}",
        "✓ Trung tâm Phục vụ hành chính công đã chuyển lại Văn phòng",
        "✓ Đã chuyển đến Phòng Kinh tế",
        "● Đang soạn trả lời",
    ]
    assert told.holder == "Phòng Kinh tế"


@pytest.mark.parametrize(
    ("awaits", "endorsed", "holder", "because"),
    [
        (("head",), None, "Trung tâm Phục vụ hành chính công", "the department's own head reads it first"),
        (("head",), ("chairman",), "Lãnh đạo UBND", "the head has read it"),
        (("office-head", "chairman"), None, "Lãnh đạo UBND", "there is no step of the head's"),
    ],
)
def test_the_one_who_decides_on_the_draft_has_the_question(awaits, endorsed, holder, because) -> None:
    events = [ASSIGNED, of_question(routing.AnswerDrafted, awaits=awaits)]
    if endorsed:
        events.append(of_question(routing.AnswerEndorsed, awaits=endorsed))
    [told] = stories(submission(), dialogue(), envelopes(*events), NAMES.__getitem__)
    assert told.holder == holder, because


def test_who_helps_to_answer_is_named() -> None:
    [told] = stories(submission(), dialogue(), envelopes(ASSIGNED, ASKED), NAMES.__getitem__)
    assert told.now.note == "Cùng phối hợp: Phòng Kinh tế."


@pytest.mark.parametrize(
    ("events", "helps", "because"),
    [
        ([ELSEWHERE], [], "whoever was asked was asked by the department before"),
        ([TRANSFERRED], ["Phòng Văn hóa - Xã hội"], "nobody coordinates with himself"),
        ([TRANSFERRED, BACK], ["Phòng Văn hóa - Xã hội"], "nor is he asked anew by having had it"),
        ([HANDED_BACK, ASSIGNED], [], "the office decides anew who answers, and who helps"),
        ([asked("phong-van-hoa-xa-hoi", later=HOUR)], ["Phòng Văn hóa - Xã hội"], "it is told who is asked now"),
        ([asked("phong-van-hoa-xa-hoi", later=-HOUR)], BOTH, "what was said before says nothing of now"),
        ([ELSEWHERE, ASKED], [], "the department before asks nobody any more"),
        ([], BOTH, "all that were asked"),
    ],
)
def test_only_who_helps_now_is_named(events, helps, because) -> None:
    both = asked("phong-kinh-te", "phong-van-hoa-xa-hoi")
    [told] = stories(submission(), dialogue(), envelopes(ASSIGNED, both, *events), {**NAMES, **CULTURE}.__getitem__)
    assert told.now.note == (f"Cùng phối hợp: {', '.join(helps)}." if helps else ""), because


# --- what he is written ---------------------------------------------------------------------------------------------


def answered(question: str, text: str) -> routing.AnswerApproved:
    fact: routing.AnswerApproved = of_question(routing.AnswerApproved, question=question, text=text)
    return fact


def test_each_matter_has_a_letter_with_its_own_words_and_answer() -> None:
    state, _ = rules.acknowledge(None, submission_received(on_time=False, dialogue=None), NOW)
    with pytest.raises(TooEarly):
        rules.note_answer(state, answered(PART, "8.000 đồng."), NOW)
    for fact in (LATER, SPLIT, SPLIT):
        state, _ = rules.note_split(state, fact, NOW)
    for id, text in ((QUESTION, "Căn cước."), (PART, "8.000 đồng.")):
        state, _ = rules.note_owed(state, of_question(routing.WrittenAnswerOwed, question=id, because="late"), NOW)
        state, _ = rules.note_answer(state, answered(id, text), NOW)
    assert [one.questions for one in state.messages if one.kind == "answer"] == [(QUESTION,), (PART,)]
    assert [state.asked(id).question.text for id in (QUESTION, PART)] == ["Cần giấy tờ gì?", FEE.text]
