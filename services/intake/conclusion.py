"""The conclusion notice: drafted by the office, approved by another, published; and what it assigned."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.intake.dialogue import Dialogue, Draft, Undertaking, moved, permit, permit_department
from services.intake.rules import Decision, about
from shared.contracts import Refusal
from shared.contracts.conference import Commitment
from shared.contracts.intake import (
    ApproveConclusion,
    CommitmentExtended,
    CommitmentFulfilled,
    ConcludeDialogue,
    ConclusionApproved,
    ConclusionDrafted,
    ConclusionReturned,
    DialogueConcluded,
    DraftConclusion,
    ExtendCommitment,
    FulfilCommitment,
    IntakeCommand,
    ReturnConclusion,
)


def draft_conclusion(
    dialogue: Dialogue,
    command: DraftConclusion,
    departments: Collection[str],
    unknown: Collection[str],
    now: datetime,
) -> Decision:
    """The office writes it from the record. A new draft takes the place of the last one, and of its approval.

    Args:
        departments: ids of this commune's departments.
        unknown: questions of the promises that were not asked at this dialogue.
    """
    permit(dialogue, command)
    for promise in command.promises:
        if promise.department not in departments:
            raise Refusal(
                "invalid", f"Xã không có phòng nào mang mã {promise.department}. Xin chọn một phòng trong danh sách."
            )
    if unknown:
        raise Refusal("invalid", f"Không phải câu hỏi của hội nghị này: {', '.join(sorted(unknown))}.")
    draft = Draft(
        number=dialogue.draft.number + 1 if dialogue.draft else 1,
        summary=command.summary,
        commitments=tuple(
            Commitment(id=f"{dialogue.id}-c{number}", **promise.model_dump())
            for number, promise in enumerate(command.promises, 1)
        ),
        by=command.actor.name,
    )
    return moved(dialogue, command, draft=draft), [
        ConclusionDrafted(
            **about(dialogue, now),
            draft=draft.number,
            summary=draft.summary,
            commitments=draft.commitments,
            drafted_by=draft.by,
        )
    ]


def return_conclusion(dialogue: Dialogue, command: ReturnConclusion, now: datetime) -> Decision:
    """The draft goes back to the office, with what is wrong with it."""
    permit(dialogue, command)
    draft = _pending(dialogue, command)
    return moved(dialogue, command, draft=replace(draft, returned=command.remarks)), [
        ConclusionReturned(
            **about(dialogue, now), draft=draft.number, remarks=command.remarks, returned_by=command.actor.name
        )
    ]


def approve_conclusion(dialogue: Dialogue, command: ApproveConclusion, now: datetime) -> Decision:
    """Another than its drafter answers for it; from now on it may be numbered and published."""
    permit(dialogue, command)
    draft = _pending(dialogue, command)
    return moved(dialogue, command, draft=replace(draft, approved_by=command.actor.name)), [
        ConclusionApproved(**about(dialogue, now), draft=draft.number, approved_by=command.actor.name)
    ]


def conclude_dialogue(dialogue: Dialogue, command: ConcludeDialogue, now: datetime) -> Decision:
    """The approved draft is published, under the number the office gave it."""
    permit(dialogue, command)
    draft = dialogue.draft
    if draft is None or draft.approved_by is None:
        raise Refusal(
            "not-now", "Thông báo kết luận chưa được duyệt. Xin trình dự thảo và chờ lãnh đạo duyệt rồi mới ban hành."
        )
    concluded = moved(
        dialogue,
        command,
        notice=command.notice,
        summary=draft.summary,
        concluded_at=now,
        undertakings=tuple(Undertaking(commitment) for commitment in draft.commitments),
    )
    return concluded, [
        DialogueConcluded(
            **about(dialogue, now), notice=command.notice, summary=draft.summary, commitments=draft.commitments
        )
    ]


def extend_commitment(dialogue: Dialogue, command: ExtendCommitment, now: datetime) -> Decision:
    """Plan of Chánh Lộ, II.4.3: the longer term, once, with what is required and who answers for it."""
    permit(dialogue, command)
    undertaking = _unfulfilled(dialogue, command.commitment)
    if undertaking.extended_at is not None:
        raise Refusal("not-now", "Nhiệm vụ này đã được gia hạn một lần; không gia hạn thêm được.")
    assigned = undertaking.commitment
    return _with(dialogue, command, replace(undertaking, extended_at=now)), [
        CommitmentExtended(
            **about(dialogue, now),
            commitment=assigned.id,
            department=assigned.department,
            text=assigned.text,
            questions=assigned.questions,
            reason=command.reason,
            requirement=command.requirement,
            responsible=command.responsible,
            extended_by=command.actor.name,
        )
    ]


def fulfil_commitment(dialogue: Dialogue, command: FulfilCommitment, now: datetime) -> Decision:
    """What the conclusion assigned is settled, and where that can be seen."""
    permit(dialogue, command)
    undertaking = _unfulfilled(dialogue, command.commitment)
    assigned = undertaking.commitment
    permit_department(command, assigned.department)
    fulfilled = replace(undertaking, fulfilled_at=now, result=command.result, proof=command.proof)
    return _with(dialogue, command, fulfilled), [
        CommitmentFulfilled(
            **about(dialogue, now),
            commitment=assigned.id,
            department=assigned.department,
            text=assigned.text,
            questions=assigned.questions,
            result=command.result,
            proof=command.proof,
            fulfilled_by=command.actor.name,
        )
    ]


def _pending(dialogue: Dialogue, command: ReturnConclusion | ApproveConclusion) -> Draft:
    """The draft that waits for a decision, seen by another than its drafter."""
    draft = dialogue.draft
    if draft is None or draft.returned is not None:
        raise Refusal("not-now", "Chưa có dự thảo thông báo kết luận nào đang chờ duyệt. Xin chờ Văn phòng trình.")
    if draft.approved_by is not None:
        raise Refusal("not-now", "Dự thảo đã được duyệt. Nếu cần sửa, xin đề nghị Văn phòng trình dự thảo mới.")
    if draft.by == command.actor.name:
        raise Refusal("forbidden", "Người dự thảo không tự duyệt hoặc trả lại; xin trình lãnh đạo khác.")
    return draft


def _unfulfilled(dialogue: Dialogue, commitment: str) -> Undertaking:
    undertaking = dialogue.undertaking(commitment)
    if undertaking.fulfilled_at is not None:
        raise Refusal("not-now", "Nhiệm vụ này đã được ghi nhận hoàn thành; không cần ghi lại.")
    return undertaking


def _with(dialogue: Dialogue, command: IntakeCommand, changed: Undertaking) -> Dialogue:
    undertakings = tuple(
        changed if one.commitment.id == changed.commitment.id else one for one in dialogue.undertakings
    )
    return moved(dialogue, command, undertakings=undertakings)
