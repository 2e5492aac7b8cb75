"""What becomes of an answer: drafted, judged by another, given; and how much more time the department gets for it."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.routing.approval import Approval, remaining
from services.routing.masking import find_personal
from services.routing.moves import MOVES, after, permit
from services.routing.names import plain_name, role_names
from services.routing.owed import about, reckon, settled
from services.routing.question import Decision, Draft, ExtensionRequest, Question, Return, State
from services.routing.rules import take_up
from services.routing.templates import MOST_NAMED, permit_filled
from shared.contracts import Refusal, Role
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerOnTheSpot,
    AnswerReturned,
    ApproveAnswer,
    DraftAnswer,
    DraftKept,
    ExtendTerm,
    ExtensionGranted,
    ExtensionRequested,
    KeepDraft,
    QuestionAnsweredAtDialogue,
    QuestionTakenForWrittenAnswer,
    RequestExtension,
    ReturnAnswer,
    TakeForWrittenAnswer,
)

MOST_EXTENSION = 30
"""Working days that all extensions of one question may come to (plan of Chánh Lộ, `resolution-extended`)."""

MOST_VERSIONS, MOST_KEPT = 60, 40
"""Versions of one question's answer, and how many there may be when one more is only kept: who keeps many can still
hand in the last."""
USUAL_LENGTH = 10_000
"""Characters that a version may have on an average. Each stands in the question and in its history, and a document of
the database holds 16 MB: beyond, nothing could be saved any more, not even a withdrawal."""


# --- the answer in writing ------------------------------------------------------------------------------------------


def keep_draft(question: Question, command: KeepDraft, now: datetime) -> Decision:
    """A version is kept and not handed in yet. The same text as the last version changes nothing."""
    permit(question, command)
    question, accepted = take_up(question, command.actor, now)
    if question.drafts and question.drafts[-1].text == command.text:
        return question, accepted
    draft = _next_version(question, command, now, handed_in=False)
    return replace(question, drafts=(*question.drafts, draft)), [
        *accepted,
        DraftKept(
            **about(question, now),
            department=question.in_charge,
            draft=draft.number,
            text=draft.text,
            kept_by=draft.by,
        ),
    ]


def draft_answer(
    question: Question,
    command: DraftAnswer,
    approval: Approval,
    now: datetime,
    *,
    askers: int = 1,
    public: Collection[str] = (),
) -> Decision:
    """The department hands in its answer; a new one takes the place of one that is not approved yet.

    A version that was kept is handed in under its own number, and stays the work of who wrote it.

    Args:
        approval: how the commune approves its answers.
        askers: how many get it. public: what it may name: the office's own telephone number, and so on.
    """
    permit(question, command)
    permit_filled(command.text, before="trình")
    if askers > 1 and (personal := certain_in(command.text, public)):
        raise Refusal(
            "invalid",
            f"Câu trả lời này gửi cho {askers} người hỏi nên không nêu thông tin riêng của ai; còn {personal}. "
            "Xin bỏ đi, hoặc tách câu hỏi khỏi nhóm trả lời chung để trả lời riêng.",
        )
    question, accepted = take_up(question, command.actor, now)
    earlier, draft = _version_handed_in(question, command, now)
    question = replace(question, drafts=(*earlier, draft))
    steps = approval.chain_for(question.in_charge, _written_by_head(question))
    drafted = replace(
        question,
        state=after(command),
        awaits=steps,
        endorsed_by=(),
        extension_requested=None,
    )
    return drafted, [
        *accepted,
        AnswerDrafted(
            **about(question, now),
            department=question.in_charge,
            draft=draft.number,
            text=draft.text,
            drafted_by=command.actor.name,
            awaits=steps[0],
        ),
    ]


def certain_in(text: str, public: Collection[str]) -> str:
    """What in a text tells for certain who somebody is, in words; the first ten. Empty where nothing does.

    Args:
        public: as of `draft_answer`.
    """
    found = [one for one in find_personal(text, public) if one.certain]
    return ", ".join(map(str, found[:MOST_NAMED]))


def _version_handed_in(question: Question, command: DraftAnswer, now: datetime) -> tuple[tuple[Draft, ...], Draft]:
    """The versions before, and the one that counts now."""
    *earlier, last = question.drafts or (None,)
    if last is None or last.handed_in or last.text != command.text:
        return question.drafts, _next_version(question, command, now, handed_in=True)
    by = command.actor
    if plain_name(by.name) == plain_name(last.by):
        return tuple(earlier), replace(last, handed_in=True)
    handed_in = replace(
        last, handed_in=True, handed_in_by=by.name, handed_in_role=by.role, handed_in_department=by.department
    )
    return tuple(earlier), handed_in


def _written_by_head(question: Question) -> bool:
    """Whether the department's own head has written, or handed in, what counts now."""
    same = _versions_that_say_the_same(question)
    by = {(one.role, one.department) for one in same} | {(one.handed_in_role, one.handed_in_department) for one in same}
    return (Role.HEAD, question.department) in by


def _versions_that_say_the_same(question: Question) -> list[Draft]:
    """The version that counts, and those before it in the same words: to hand them in again makes no other writer."""
    last = question.drafts[-1]
    return [one for one in question.drafts if one.words == last.words]


def _next_version(question: Question, command: KeepDraft | DraftAnswer, now: datetime, *, handed_in: bool) -> Draft:
    if not room_for(question, command.text, most=MOST_VERSIONS if handed_in else MOST_KEPT):
        written = f"Câu trả lời này đã có {len(question.drafts)} bản, không lưu thêm được"
        if not handed_in:
            raise Refusal("invalid", f"{written} bản nháp. Xin soạn tiếp bên ngoài, rồi trình bản đã hoàn chỉnh.")
        if question.state is State.DRAFTED:
            raise Refusal("invalid", f"{written}. Xin để người duyệt quyết định bản đang chờ duyệt.")
        raise Refusal(
            "invalid",
            f"{written}. Xin rút gọn, hoặc đề nghị Văn phòng hướng dẫn người hỏi bằng văn bản (chuyển hướng câu hỏi).",
        )
    number, by = len(question.drafts) + 1, command.actor
    return Draft(number, command.text, by.name, now, handed_in, role=by.role, department=by.department)


def room_for(question: Question, text: str = "", *, most: int) -> bool:
    """Whether another version may be added to a question that holds at most so many."""
    written = sum(len(one.text) for one in question.drafts) + len(text)
    return len(question.drafts) < most and written <= most * USUAL_LENGTH


def return_answer(question: Question, command: ReturnAnswer, now: datetime) -> Decision:
    """The answer goes back with what is wrong with it. After it the approval begins anew."""
    permit(question, command)
    if not any(command.actor.role in step for step in remaining(question)):
        raise _not_his_step(question, command)
    draft = _seen_by_another(question, command)
    returned = Return(draft.number, command.remarks, command.actor.name, now)
    given_back = replace(question, state=after(command), awaits=(), endorsed_by=())
    return replace(given_back, returns=(*question.returns, returned)), [
        AnswerReturned(
            **about(question, now),
            department=question.in_charge,
            draft=draft.number,
            remarks=command.remarks,
            returned_by=command.actor.name,
        )
    ]


def approve_answer(question: Question, command: ApproveAnswer, now: datetime) -> Decision:
    """Another than its writer answers for it: one step after the other, each another person.

    After the last step it may be given, at the dialogue or in writing.
    """
    permit(question, command)
    this_step, *further = remaining(question)
    if command.actor.role not in this_step:
        raise _not_his_step(question, command)
    draft = _seen_by_another(question, command)
    judged = replace(question, awaits=tuple(further), endorsed_by=(*question.endorsed_by, command.actor.name))
    if further:
        return judged, [
            AnswerEndorsed(
                **about(question, now),
                department=question.in_charge,
                draft=draft.number,
                endorsed_by=command.actor.name,
                role=command.actor.role,
                awaits=further[0],
            )
        ]
    approved = AnswerApproved(
        **about(question, now),
        dialogue=question.dialogue,
        department=question.in_charge,
        text=draft.text,
        approved_by=command.actor.name,
        round=question.round,
    )
    question, events = reckon(replace(judged, state=after(command), approved_at=now), now)
    return question, [approved, *events]


def _not_his_step(question: Question, command: ApproveAnswer | ReturnAnswer) -> Refusal:
    this_step, *further = remaining(question)
    waits = f"Dự thảo đang chờ {role_names(this_step)} xem xét"
    if any(command.actor.role in step for step in further):
        return Refusal("not-now", f"{waits} trước; xin chờ đến lượt.")
    return Refusal("forbidden", f"{waits}, nên ông/bà không {MOVES[type(command)].does} ở bước này.")


def _seen_by_another(question: Question, command: ApproveAnswer | ReturnAnswer) -> Draft:
    """Four eyes: an answer is judged by another than its writer, and at each step by somebody else.

    Returns:
        The draft that counts.
    """
    judge = plain_name(command.actor.name)
    writers = {name for one in _versions_that_say_the_same(question) for name in (one.by, one.handed_in_by) if name}
    if judge in map(plain_name, writers):
        raise Refusal(
            "forbidden",
            f"Người soạn dự thảo không tự {MOVES[type(command)].does}. Xin chuyển cho lãnh đạo khác xem xét.",
        )
    if judge in map(plain_name, question.endorsed_by):
        raise Refusal(
            "forbidden",
            "Ông/bà đã duyệt dự thảo này ở bước trước. Xin chuyển cho lãnh đạo khác xem xét bước này.",
        )
    return question.drafts[-1]


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
    permit_filled(command.text, before="ghi nhận")
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
