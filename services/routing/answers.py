"""What becomes of an answer: drafted, judged by another, given; and how much more time the department gets for it."""

import unicodedata
from dataclasses import replace
from datetime import datetime

from services.routing.moves import MOVES, after, permit
from services.routing.owed import about, reckon, settled
from services.routing.question import Decision, Draft, ExtensionRequest, Question, Return
from services.routing.rules import take_up
from shared.contracts import Refusal
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerOnTheSpot,
    AnswerReturned,
    ApproveAnswer,
    DraftAnswer,
    ExtendTerm,
    ExtensionGranted,
    ExtensionRequested,
    QuestionAnsweredAtDialogue,
    QuestionTakenForWrittenAnswer,
    RequestExtension,
    ReturnAnswer,
    TakeForWrittenAnswer,
)

MOST_EXTENSION = 30
"""Working days that all extensions of one question may come to (plan of Chánh Lộ, `resolution-extended`)."""


# --- the answer in writing ------------------------------------------------------------------------------------------


def draft_answer(question: Question, command: DraftAnswer, now: datetime) -> Decision:
    """The department hands in its answer; a new one takes the place of one that is not approved yet."""
    permit(question, command)
    question, accepted = take_up(question, command.actor, now)
    draft = Draft(len(question.drafts) + 1, command.text, command.actor.name, now)
    drafted = replace(question, state=after(command), drafts=(*question.drafts, draft), extension_requested=None)
    return drafted, [
        *accepted,
        AnswerDrafted(
            **about(question, now),
            department=question.in_charge,
            draft=draft.number,
            text=draft.text,
            drafted_by=draft.by,
        ),
    ]


def return_answer(question: Question, command: ReturnAnswer, now: datetime) -> Decision:
    """The answer goes back with what is wrong with it."""
    permit(question, command)
    draft = _seen_by_another(question, command)
    returned = Return(draft.number, command.remarks, command.actor.name, now)
    return replace(question, state=after(command), returns=(*question.returns, returned)), [
        AnswerReturned(
            **about(question, now),
            department=question.in_charge,
            draft=draft.number,
            remarks=command.remarks,
            returned_by=command.actor.name,
        )
    ]


def approve_answer(question: Question, command: ApproveAnswer, now: datetime) -> Decision:
    """Another than its writer answers for it; from now on it may be given, at the dialogue or in writing."""
    permit(question, command)
    draft = _seen_by_another(question, command)
    approved = AnswerApproved(
        **about(question, now),
        dialogue=question.dialogue,
        department=question.in_charge,
        text=draft.text,
        approved_by=command.actor.name,
        round=question.round,
    )
    question, events = reckon(replace(question, state=after(command), approved_at=now), now)
    return question, [approved, *events]


def _seen_by_another(question: Question, command: ApproveAnswer | ReturnAnswer) -> Draft:
    """Four eyes: an answer is judged by another than its writer.

    Returns:
        The draft that counts.
    """
    draft = question.drafts[-1]
    if _plain(draft.by) == _plain(command.actor.name):
        raise Refusal(
            "forbidden",
            f"Người soạn dự thảo không tự {MOVES[type(command)].does}. Xin chuyển cho lãnh đạo khác xem xét.",
        )
    return draft


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


# --- more time for it -----------------------------------------------------------------------------------------------


def request_extension(question: Question, command: RequestExtension, now: datetime) -> Decision:
    """The department says why it needs more time, what is required and who answers for it; its term runs on."""
    permit(question, command)
    _within_the_most(question, command.working_days)
    question, accepted = take_up(question, command.actor, now)
    request = ExtensionRequest(
        command.working_days, command.reason, command.actor.name, command.requirement, command.responsible
    )
    return replace(question, extension_requested=request), [
        *accepted,
        ExtensionRequested(
            **about(question, now),
            department=question.in_charge,
            working_days=request.working_days,
            reason=request.reason,
            requested_by=request.by,
            requirement=request.requirement,
            responsible=request.responsible,
        ),
    ]


def extend_term(question: Question, command: ExtendTerm, now: datetime) -> Decision:
    """The term moves, whether or not the department had asked.

    Plan of Chánh Lộ: the asker is told what, what is required, until when, and who is responsible.
    """
    permit(question, command)
    _within_the_most(question, command.working_days)
    extended = replace(question, extended_by=question.extended_by + command.working_days, extension_requested=None)
    return extended, [
        ExtensionGranted(
            **about(question, now),
            department=question.in_charge,
            working_days=command.working_days,
            reason=command.reason,
            granted_by=command.actor.name,
            requirement=command.requirement,
            responsible=command.responsible,
        )
    ]


def _within_the_most(question: Question, working_days: int) -> None:
    left = MOST_EXTENSION - question.extended_by
    if working_days > left:
        raise Refusal(
            "invalid",
            f"Tổng thời gian gia hạn không quá {MOST_EXTENSION} ngày làm việc; "
            + (f"câu hỏi này còn được gia hạn {left} ngày." if left else "câu hỏi này đã dùng hết."),
        )


# --- at the conference ----------------------------------------------------------------------------------------------


def answer_on_the_spot(question: Question, command: AnswerOnTheSpot, now: datetime) -> Decision:
    """Plans of Chánh Lộ and Thanh Trì: the chairman, a deputy or a head of department answers whoever is there."""
    permit(question, command)
    dialogue = _dialogue_that_took_place(question)
    if not question.present:
        raise Refusal("not-now", "Người hỏi chưa được ghi nhận có mặt. Xin điểm danh trước, hoặc trả lời bằng văn bản.")
    done, events = settled(question, "answered-at-dialogue", now)
    answered = QuestionAnsweredAtDialogue(
        **about(question, now), dialogue=dialogue, answer=command.text, answered_by=command.answered_by
    )
    return done, [answered, *events]


def take_for_written_answer(question: Question, command: TakeForWrittenAnswer, now: datetime) -> Decision:
    """Plans of Chánh Lộ and Thanh Trì: what nobody can answer at once is taken, and answered in writing."""
    permit(question, command)
    dialogue = _dialogue_that_took_place(question)
    if question.taken:
        raise Refusal("not-now", "Câu hỏi đã được tiếp thu để trả lời bằng văn bản; xin theo dõi việc soạn trả lời.")
    taken = QuestionTakenForWrittenAnswer(
        **about(question, now), dialogue=dialogue, note=command.note, taken_by=command.actor.name
    )
    question, events = reckon(replace(question, taken=True), now)
    return question, [taken, *events]


def _dialogue_that_took_place(question: Question) -> str:
    if question.round > 1:
        raise Refusal("not-now", "Câu hỏi được mở lại sau khi đã trả lời; lần này xin trả lời bằng văn bản.")
    if question.dialogue is None:
        raise Refusal("not-now", "Câu hỏi không đăng ký cho hội nghị nào; xin trả lời bằng văn bản.")
    if question.dialogue_cancelled:
        raise Refusal("not-now", "Hội nghị này không tổ chức được; câu hỏi được trả lời bằng văn bản.")
    return question.dialogue
