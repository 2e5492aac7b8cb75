"""The conclusion notice: who writes it, who answers for it, what it assigns, and what becomes of that."""

from dataclasses import replace
from typing import Any

import pytest

from services.intake import conclusion
from services.intake.dialogue import MOVES, Dialogue, State
from shared.contracts import Refusal, Role
from shared.contracts.conference import Promise
from shared.contracts.intake import (
    ApproveConclusion,
    ConcludeDialogue,
    DraftConclusion,
    ExtendCommitment,
    FulfilCommitment,
    IntakeCommand,
    ReturnConclusion,
)
from tests.builders import CLOSES_AT, COMMITMENT, COMMUNE, DIALOGUE, HELD_AT, NOW, PLACE, QUESTION, TITLE, actor

DEPARTMENTS = ("trung-tam-hanh-chinh-cong", "phong-kinh-te")
PROMISE = Promise(text=COMMITMENT.text, department=COMMITMENT.department, questions=(QUESTION,))
SUMMARY = "Các phòng thực hiện đúng nội dung đã kết luận."
FIELDS: dict[type[IntakeCommand], dict[str, Any]] = {
    DraftConclusion: {"summary": SUMMARY, "promises": (PROMISE,)},
    ReturnConclusion: {"remarks": "Xin nêu rõ thời hạn."},
    ApproveConclusion: {},
    ConcludeDialogue: {"notice": "15/TB-UBND"},
    ExtendCommitment: {
        "commitment": COMMITMENT.id,
        "reason": "Cần xác minh.",
        "requirement": "Đối chiếu danh mục.",
        "responsible": "Trung tâm",
    },
    FulfilCommitment: {"commitment": COMMITMENT.id, "result": "Đã niêm yết.", "proof": "Ảnh chụp bảng niêm yết"},
}
DEFAULT_ROLE = {ReturnConclusion: Role.CHAIRMAN, ApproveConclusion: Role.CHAIRMAN, ExtendCommitment: Role.CHAIRMAN}


def do(dialogue: Dialogue, contract: type[IntakeCommand], role: Role | None = None, **changes: Any) -> Any:
    role = role or DEFAULT_ROLE.get(contract, Role.CLERK)
    name = changes.pop("name", "Nguyễn Văn Lợi" if role is Role.CHAIRMAN else "Trần Thị Hạnh")
    unknown = changes.pop("unknown", ())
    by = actor(role, name=name, department=changes.pop("department", None))
    command: Any = contract(actor=by, key="k", dialogue=DIALOGUE, **FIELDS[contract] | changes)
    match command:
        case DraftConclusion():
            return conclusion.draft_conclusion(dialogue, command, DEPARTMENTS, unknown, NOW)
        case ReturnConclusion():
            return conclusion.return_conclusion(dialogue, command, NOW)
        case ApproveConclusion():
            return conclusion.approve_conclusion(dialogue, command, NOW)
        case ConcludeDialogue():
            return conclusion.conclude_dialogue(dialogue, command, NOW)
        case ExtendCommitment():
            return conclusion.extend_commitment(dialogue, command, NOW)
        case FulfilCommitment():
            return conclusion.fulfil_commitment(dialogue, command, NOW)
    raise AssertionError(command)


def held(**changes: Any) -> Dialogue:
    return replace(Dialogue(DIALOGUE, COMMUNE, TITLE, HELD_AT, PLACE, State.HELD, CLOSES_AT), **changes)


def drafted() -> Dialogue:
    dialogue: Dialogue = do(held(), DraftConclusion)[0]
    return dialogue


def approved() -> Dialogue:
    dialogue: Dialogue = do(drafted(), ApproveConclusion)[0]
    return dialogue


def concluded() -> Dialogue:
    dialogue: Dialogue = do(approved(), ConcludeDialogue)[0]
    return dialogue


@pytest.mark.parametrize(
    ("contract", "role"), [(contract, role) for contract in FIELDS for role in sorted(set(Role) - MOVES[contract].by)]
)
def test_a_role_it_is_not_for_is_told_for_whom_it_is(contract: type[IntakeCommand], role: Role) -> None:
    with pytest.raises(Refusal, match="việc này dành cho"):
        do(held(), contract, role)


@pytest.mark.parametrize(
    ("contract", "state"),
    [(contract, state) for contract in FIELDS for state in sorted(set(State) - MOVES[contract].when)],
)
def test_a_step_out_of_turn_is_refused_with_what_to_do_instead(contract: type[IntakeCommand], state: State) -> None:
    with pytest.raises(Refusal) as refused:
        do(held(state=state), contract)
    assert refused.value.reason.endswith(MOVES[contract].otherwise)


def test_a_conclusion_is_drafted_approved_and_published_under_its_number() -> None:
    dialogue, [draft] = do(held(), DraftConclusion)
    assert (draft.draft, draft.commitments, draft.drafted_by) == (1, (COMMITMENT,), "Trần Thị Hạnh")
    dialogue, [approval] = do(dialogue, ApproveConclusion)
    assert (approval.draft, approval.approved_by) == (1, "Nguyễn Văn Lợi")
    dialogue, [said] = do(dialogue, ConcludeDialogue)
    assert (said.notice, said.summary, said.commitments) == ("15/TB-UBND", SUMMARY, (COMMITMENT,))
    assert (dialogue.state, dialogue.notice, dialogue.summary) == (State.CONCLUDED, "15/TB-UBND", SUMMARY)
    assert not dialogue.fulfilled


def test_what_is_not_approved_is_not_published() -> None:
    for dialogue in (held(), drafted()):
        with pytest.raises(Refusal, match="chưa được duyệt"):
            do(dialogue, ConcludeDialogue)


def test_a_new_draft_withdraws_the_approval_of_the_last() -> None:
    dialogue, [again] = do(approved(), DraftConclusion, summary="Bổ sung thời hạn.")
    assert again.draft == 2
    with pytest.raises(Refusal, match="chưa được duyệt"):
        do(dialogue, ConcludeDialogue)


def test_a_returned_draft_waits_for_a_new_one() -> None:
    dialogue, [returned] = do(drafted(), ReturnConclusion)
    assert (returned.draft, returned.remarks) == (1, "Xin nêu rõ thời hạn.")
    for contract in (ApproveConclusion, ReturnConclusion):
        with pytest.raises(Refusal, match="Chưa có dự thảo"):
            do(dialogue, contract)
    assert do(do(dialogue, DraftConclusion)[0], ApproveConclusion)[1][0].draft == 2


@pytest.mark.parametrize("contract", [ApproveConclusion, ReturnConclusion])
def test_nobody_decides_on_his_own_draft_or_twice(contract: type[IntakeCommand]) -> None:
    own, _ = do(held(), DraftConclusion, Role.OFFICE_HEAD, name="Lê Quang Huy")
    with pytest.raises(Refusal, match="không tự duyệt"):
        do(own, contract, Role.OFFICE_HEAD, name="Lê Quang Huy")
    with pytest.raises(Refusal, match="đã được duyệt"):
        do(approved(), contract)
    with pytest.raises(Refusal, match="Chưa có dự thảo"):
        do(held(), contract)


@pytest.mark.parametrize(
    ("changes", "told", "because"),
    [
        ({"promises": (PROMISE.model_copy(update={"department": "so-y-te"}),)}, "so-y-te", "no such department"),
        ({"unknown": ("01JOTHER-1",)}, "01JOTHER-1", "a question that was not asked here"),
    ],
)
def test_a_promise_to_nobody_is_refused(changes: dict[str, Any], told: str, because: str) -> None:
    with pytest.raises(Refusal, match=told):
        do(held(), DraftConclusion, **changes)


def test_a_commitment_is_extended_once_with_the_four_points() -> None:
    dialogue, [said] = do(concluded(), ExtendCommitment)
    assert (said.text, said.requirement, said.responsible) == (COMMITMENT.text, "Đối chiếu danh mục.", "Trung tâm")
    assert (said.questions, said.department) == (COMMITMENT.questions, COMMITMENT.department)
    with pytest.raises(Refusal, match="không gia hạn thêm"):
        do(dialogue, ExtendCommitment)


def test_a_commitment_is_fulfilled_once_with_its_proof() -> None:
    dialogue, [said] = do(concluded(), FulfilCommitment)
    assert (said.result, said.proof, dialogue.fulfilled) == ("Đã niêm yết.", "Ảnh chụp bảng niêm yết", True)
    for contract in (FulfilCommitment, ExtendCommitment):
        with pytest.raises(Refusal, match="đã được ghi nhận hoàn thành"):
            do(dialogue, contract)


def test_the_department_itself_says_when_it_has_fulfilled_its_commitment() -> None:
    own = do(concluded(), FulfilCommitment, Role.OFFICER, department=COMMITMENT.department)
    assert own[0].fulfilled
    with pytest.raises(Refusal, match="giao cho đơn vị khác"):
        do(concluded(), FulfilCommitment, Role.HEAD, department="phong-kinh-te")


@pytest.mark.parametrize("contract", [ExtendCommitment, FulfilCommitment])
def test_what_the_conclusion_did_not_assign_cannot_be_done(contract: type[IntakeCommand]) -> None:
    with pytest.raises(Refusal) as refused:
        do(concluded(), contract, commitment=f"{DIALOGUE}-c9")
    assert refused.value.code == "not-found"
