"""One text for like questions: those that follow another get its answer, word for word, each with a letter of its own.

What becomes of the leading question is told to those that follow it. The rule looks at how the leading question
stands, not at what was said last, so that late, doubled and crossing news lead to the same end. What is mirrored has
the instant it had at the leading question: it is one decision about all of them.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from services.routing.answers import MOST_KEPT, certain_in, room_for
from services.routing.approval import remaining
from services.routing.moves import DEPARTMENT, WITH_DEPARTMENT, permit
from services.routing.owed import about, reckon
from services.routing.question import Decision, Draft, Question, Return, State
from services.routing.rules import take_up
from shared.contracts import Event, Refusal
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    JoinQuestion,
    PartQuestion,
    QuestionAssigned,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionReopened,
    QuestionTransferred,
    TransferAccepted,
)
from shared.contracts.taxonomy import Scope

FOLLOWING = WITH_DEPARTMENT | {State.DRAFTED}
"""The states in which a question may follow another. With the approval it has its answer, and goes its own way."""

PRIVATE = "Câu trả lời chung có thông tin riêng của một người hỏi, nên câu hỏi này được trả lời riêng."

E = TypeVar("E", bound=Event)


# --- joined and parted by a person ------------------------------------------------------------------------------------


def join_question(
    question: Question,
    command: JoinQuestion,
    lead: Question | None,
    followed: bool,
    now: datetime,
    public: Collection[str] = (),
) -> Decision:
    """A question gets the answer of another that the same department is working on, and as much time for it.

    More time that was asked for it alone is not asked for any more: nobody could grant it.

    Args:
        lead: the other one; None where there is no such question.
        followed: other questions get the answer of this one.
        public: what an answer to several may name, as of `draft_answer`.
    """
    permit(question, command)
    if lead is None or lead.commune != question.commune:
        raise Refusal("not-found", f"Không tìm thấy câu hỏi {command.lead} để trả lời chung.")
    if lead.id == question.id:
        raise Refusal("invalid", "Một câu hỏi không trả lời chung với chính nó. Xin chọn câu hỏi khác.")
    if question.follows == lead.id:
        raise Refusal("invalid", f"Câu hỏi đã được trả lời chung với câu hỏi của phiếu {lead.code} từ trước.")
    if question.follows is not None:
        raise Refusal("not-now", "Câu hỏi đang được trả lời chung với câu hỏi khác; xin tách ra trước khi gộp lại.")
    if followed:
        raise Refusal(
            "not-now",
            "Có câu hỏi khác đang được trả lời chung theo câu hỏi này; xin gộp các câu hỏi theo chiều ngược lại.",
        )
    if lead.follows is not None:
        raise Refusal("not-now", "Câu hỏi được chọn đang trả lời chung theo câu hỏi khác; xin chọn chính câu hỏi đó.")
    if {question.scope, lead.scope} != {Scope.IN_SCOPE}:
        raise Refusal("invalid", "Nội dung khiếu nại, tố cáo không trả lời chung với câu hỏi khác.")
    if lead.state not in WITH_DEPARTMENT or lead.department != question.department:
        raise Refusal("not-now", "Chỉ trả lời chung với câu hỏi mà chính phòng này đang soạn câu trả lời.")
    if lead.drafts and (personal := certain_in(lead.drafts[-1].text, public)):
        raise Refusal(
            "not-now",
            "Câu trả lời chung không nêu thông tin riêng của ai; "
            f"dự thảo của câu hỏi được chọn còn {personal}. Xin lưu một bản không còn thông tin này, rồi gộp.",
        )
    if not room_for(question, most=MOST_KEPT):
        raise Refusal(
            "not-now",
            "Câu hỏi này đã có nhiều bản dự thảo của riêng nó; xin gộp các câu hỏi theo chiều ngược lại.",
        )
    question, accepted = take_up(question, command.actor, now) if command.actor.role in DEPARTMENT else (question, [])
    joined = replace(question, follows=lead.id, follows_code=lead.code, extension_requested=None)
    told = QuestionJoined(**about(question, now), lead=lead.id, lead_code=lead.code, joined_by=command.actor.name)
    return joined, [*accepted, told]


def part_question(question: Question, command: PartQuestion, now: datetime) -> Decision:
    """The question gets an answer of its own again. A draft that was handed in for it stays before those who decide."""
    permit(question, command)
    if question.follows is None:
        raise Refusal("not-now", "Câu hỏi không trả lời chung với câu hỏi nào; không có gì phải tách.")
    return _parted(question, command.reason, command.actor.name, now)


# --- what becomes of the leading question -----------------------------------------------------------------------------


def names_somebody(lead: Question, public: Collection[str]) -> bool:
    """Whether the answer tells for certain who somebody is: it was handed in while nobody else was to get it."""
    return lead.state in (State.DRAFTED, State.APPROVED) and bool(certain_in(_handed_in(lead).text, public))


def keep_up(
    question: Question | None, lead: Question, said: Sequence[Event], now: datetime, *, private: bool = False
) -> Decision:
    """A question that follows another comes to where that one stands. There already, it stays quiet.

    Args:
        lead: as it is now. said: everything that was said of it, in order, at least up to there.
        private: its answer is for its own asker alone (`names_somebody`).
    """
    assert question is not None, "questions are never removed"
    if question.follows != lead.id or question.state not in FOLLOWING:
        return question, []
    if private:
        return _parted(question, PRIVATE, None, now)
    if lead.approved_at is not None and lead.state in (State.APPROVED, State.SETTLED):
        return _approved(question, lead, said, now)
    if reason := _why_part(question, lead):
        return _parted(question, reason, None, now)
    if lead.state is State.DRAFTED:
        return _drafted(question, lead, said)
    if lead.state is State.RETURNED and question.state is State.DRAFTED:
        question, returned = _returned(question, lead)
        question, extended = _extended(question, said, now)
        return question, [*returned, *extended]
    return _extended(question, said, now)


def _why_part(question: Question, lead: Question) -> str | None:
    """Why the leading question has no answer for this one any more; words that its asker may read, too."""
    if lead.follows is not None:
        return "Câu hỏi được chọn để trả lời chung nay lại được trả lời theo một câu hỏi khác."
    if lead.state is State.SETTLED:
        return "Câu hỏi được trả lời chung đã kết thúc trước khi có câu trả lời bằng văn bản."
    if lead.department != question.department or lead.state not in FOLLOWING:
        return "Câu hỏi được trả lời chung không còn do phòng này trả lời."
    if lead.state is State.ASSIGNED and question.state is State.DRAFTED:
        return "Câu hỏi được trả lời chung đã được giao lại từ đầu."
    return None


def _approved(question: Question, lead: Question, said: Sequence[Event], now: datetime) -> Decision:
    question, events = _drafted(question, lead, said)
    approval = _last(AnswerApproved, said)
    approved = replace(
        question,
        state=State.APPROVED,
        follows=None,
        follows_code=None,
        awaits=(),
        endorsed_by=lead.endorsed_by,
        approved_at=lead.approved_at,
    )
    told = AnswerApproved(
        **about(question, approval.occurred_at),
        dialogue=question.dialogue,
        department=question.in_charge,
        text=approval.text,
        approved_by=approval.approved_by,
        round=question.round,
    )
    approved, what_follows = reckon(approved, now)
    return approved, [*events, told, *what_follows]


def _drafted(question: Question, lead: Question, said: Sequence[Event]) -> Decision:
    """It waits for those who decide on the leading question, with the same text, as far as they are."""
    events: list[Event] = []
    handed_in, draft = _last(AnswerDrafted, said), _handed_in(lead)
    own = question.drafts[-1] if question.drafts else None
    if question.state is not State.DRAFTED or own is None or (own.text, own.at) != (draft.text, draft.at):
        own = replace(draft, number=len(question.drafts) + 1)
        if question.awaits_acceptance:
            accepted = about(question, handed_in.occurred_at)
            events.append(TransferAccepted(**accepted, department=question.in_charge, accepted_by=handed_in.drafted_by))
        question = replace(
            question,
            state=State.DRAFTED,
            drafts=(*question.drafts, own),
            awaits=lead.awaits,
            endorsed_by=(),
            extension_requested=None,
            awaits_acceptance=False,
        )
        events.append(
            AnswerDrafted(
                **about(question, handed_in.occurred_at),
                department=question.in_charge,
                draft=own.number,
                text=own.text,
                drafted_by=handed_in.drafted_by,
                awaits=handed_in.awaits,
                follows=lead.id,
            )
        )
    steps = [one for one in said if isinstance(one, AnswerEndorsed) and one.draft == draft.number]
    missed = steps[len(question.endorsed_by) : len(lead.endorsed_by)]
    events.extend(
        AnswerEndorsed(
            **about(question, endorsed.occurred_at),
            department=question.in_charge,
            draft=own.number,
            endorsed_by=endorsed.endorsed_by,
            role=endorsed.role,
            awaits=endorsed.awaits,
        )
        for endorsed in missed
    )
    return replace(question, awaits=lead.awaits, endorsed_by=lead.endorsed_by) if missed else question, events


def _returned(question: Question, lead: Question) -> Decision:
    """The department mends one text; what was wrong with it stands on each question."""
    why, number = lead.returns[-1], question.drafts[-1].number
    returned = Return(number, why.remarks, why.by, why.at)
    back = replace(question, state=State.RETURNED, awaits=(), endorsed_by=(), returns=(*question.returns, returned))
    return back, [
        AnswerReturned(
            **about(question, why.at),
            department=question.in_charge,
            draft=number,
            remarks=why.remarks,
            returned_by=why.by,
        )
    ]


def _extended(question: Question, said: Sequence[Event], now: datetime) -> Decision:
    """Whoever waits for the same answer waits as long: it gets what it lacks of the leading question's more time."""
    granted = _more_time(said)
    days = sum(one.working_days for one in granted) - question.extended_by
    if question.state not in WITH_DEPARTMENT or days < 1:
        return question, []
    alike = {"case": question.case, "question": question.id, "occurred_at": now, "working_days": days}
    return replace(question, extended_by=question.extended_by + days), [granted[-1].model_copy(update=alike)]


def _more_time(said: Sequence[Event]) -> list[ExtensionGranted]:
    """What was granted on the term that is running: one that begins anew has nothing on top."""
    granted: list[ExtensionGranted] = []
    department = None
    for event in said:
        match event:
            case ExtensionGranted():
                granted.append(event)
            case QuestionHandedBack() | QuestionReopened():
                granted = []
            case QuestionTransferred():
                granted, department = granted if event.clock != "starts-anew" else [], event.department
            case QuestionAssigned():
                granted, department = granted if department in (None, event.department) else [], event.department
    return granted


def _parted(question: Question, reason: str, by: str | None, now: datetime) -> Decision:
    assert question.follows is not None, "checked by both callers"
    return replace(question, follows=None, follows_code=None), [
        QuestionParted(
            **about(question, now),
            lead=question.follows,
            reason=reason,
            parted_by=by,
            department=question.department,
            awaits=remaining(question)[0] if question.state is State.DRAFTED else (),
        )
    ]


def _handed_in(lead: Question) -> Draft:
    """The version that counts: the last one that was handed in."""
    return next(draft for draft in reversed(lead.drafts) if draft.handed_in)


def _last(contract: type[E], said: Sequence[Event]) -> E:
    """The last of its kind. Each state of a question was said before it can be seen."""
    return next(event for event in reversed(said) if isinstance(event, contract))
