"""What routing decides: who answers a question, whether the answer may be given, and when nothing is owed any more.

Everything that may be done, in which state and by whom, stands in `MOVES`; the functions below look there.
"""

import unicodedata
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from services.routing.classification import Classification
from services.routing.question import (
    DEPARTMENT,
    ENDINGS,
    MOST_EXTENSION,
    MOVES,
    ROLE_NAMES,
    STATE_NAMES,
    Decision,
    Draft,
    Ending,
    ExtensionRequest,
    Question,
    Return,
    State,
)
from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.intake import AttendanceRecorded, DialogueHeld, RegistrantExcused, SubmissionReceived
from shared.contracts.notify import NotificationSent
from shared.contracts.people import Question as Asked
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
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionRedirected,
    QuestionSettled,
    RedirectQuestion,
    RequestExtension,
    ReturnAnswer,
    RoutingCommand,
)
from shared.contracts.taxonomy import Scope

# --- a question comes in --------------------------------------------------------------------------------------------


def open_question(
    question: Question | None, received: SubmissionReceived, asked: Asked, classification: Classification, now: datetime
) -> Decision:
    """A question of a form goes to the department the rules are sure of, or waits for a person.

    Plan III.1: the office collates, classifies and hands each question on.
    """
    if question is not None:
        return question, []
    opened = Question(
        id=asked.id,
        commune=received.commune,
        case=received.case,
        code=received.code,
        number=asked.number,
        section=asked.section,
        text=asked.text,
        received_at=received.received_at,
        on_time=received.on_time,
        dialogue=received.dialogue,
        scope=classification.scope,
        because=classification.because,
        confidence=classification.confidence,
        proposals=classification.proposals,
    )
    if classification.triage:
        return opened, [
            QuestionAwaitsTriage(
                **_about(opened, now),
                dialogue=opened.dialogue,
                scope=classification.scope,
                because=classification.because,
                proposals=classification.proposals,
            )
        ]
    assigned = replace(opened, state=State.ASSIGNED, field=classification.field, department=classification.department)
    return assigned, [_assigned(assigned, None, now)]


# --- commands -------------------------------------------------------------------------------------------------------


def assign_question(
    question: Question, command: AssignQuestion, departments: Collection[str], now: datetime
) -> Decision:
    """The office decides, or corrects, which department answers; it has judged the question fit for the dialogue.

    A new department starts anew. Where only the field is corrected, the department keeps what it has done.

    Args:
        departments: ids of this commune's departments.
    """
    _may(question, command)
    if command.department not in departments:
        raise Refusal(
            "invalid", f"Xã không có phòng nào mang mã {command.department}. Xin chọn một phòng trong danh sách."
        )
    elsewhere = command.department != question.department
    if not elsewhere and command.field == question.field:
        raise Refusal("invalid", "Câu hỏi đang do phòng này giải quyết, đúng lĩnh vực này; không có gì thay đổi.")
    assigned = replace(
        question,
        scope=Scope.IN_SCOPE,
        field=command.field,
        department=command.department,
        because=(command.reason,),
        confidence=1.0,
    )
    if elsewhere:
        assigned = replace(assigned, state=_after(command), extension_requested=None)
    return assigned, [_assigned(assigned, command.actor.name, now)]


def redirect_question(question: Question, command: RedirectQuestion, now: datetime) -> Decision:
    """Plan II.1 and III.2: what is not for this dialogue or this commune is sent where it belongs, in writing."""
    _may(question, command)
    return replace(question, state=_after(command), scope=command.scope, extension_requested=None), [
        QuestionRedirected(
            **_about(question, now),
            scope=command.scope,
            authority=command.authority,
            guidance=command.guidance,
            decided_by=command.actor.name,
        )
    ]


def draft_answer(question: Question, command: DraftAnswer, now: datetime) -> Decision:
    """The department hands in its answer; a new one takes the place of one that is not approved yet."""
    _may(question, command)
    draft = Draft(len(question.drafts) + 1, command.text, command.actor.name, now)
    drafted = replace(question, state=_after(command), drafts=(*question.drafts, draft), extension_requested=None)
    return drafted, [
        AnswerDrafted(
            **_about(question, now),
            department=_department(question),
            draft=draft.number,
            text=draft.text,
            drafted_by=draft.by,
        )
    ]


def return_answer(question: Question, command: ReturnAnswer, now: datetime) -> Decision:
    """The answer goes back with what is wrong with it."""
    _may(question, command)
    draft = _seen_by_another(question, command)
    returned = Return(draft.number, command.remarks, command.actor.name, now)
    return replace(question, state=_after(command), returns=(*question.returns, returned)), [
        AnswerReturned(
            **_about(question, now),
            department=_department(question),
            draft=draft.number,
            remarks=command.remarks,
            returned_by=command.actor.name,
        )
    ]


def approve_answer(question: Question, command: ApproveAnswer, now: datetime) -> Decision:
    """Another than its writer answers for it; from now on it may be given, at the dialogue or in writing."""
    _may(question, command)
    draft = _seen_by_another(question, command)
    approved = AnswerApproved(
        **_about(question, now),
        dialogue=question.dialogue,
        department=_department(question),
        text=draft.text,
        approved_by=command.actor.name,
    )
    question, events = _settle_what_was_heard(replace(question, state=_after(command), approved_at=now), now)
    return question, [approved, *events]


def request_extension(question: Question, command: RequestExtension, now: datetime) -> Decision:
    """The department says why it needs more time; its term runs on until somebody grants it."""
    _may(question, command)
    _within_the_most(question, command.working_days)
    request = ExtensionRequest(command.working_days, command.reason, command.actor.name)
    return replace(question, extension_requested=request), [
        ExtensionRequested(
            **_about(question, now),
            department=_department(question),
            working_days=request.working_days,
            reason=request.reason,
            requested_by=request.by,
        )
    ]


def extend_term(question: Question, command: ExtendTerm, now: datetime) -> Decision:
    """The term moves, for a reason that is recorded, whether or not the department had asked."""
    _may(question, command)
    _within_the_most(question, command.working_days)
    extended = replace(question, extended_by=question.extended_by + command.working_days, extension_requested=None)
    return extended, [
        ExtensionGranted(
            **_about(question, now),
            department=_department(question),
            working_days=command.working_days,
            reason=command.reason,
            granted_by=command.actor.name,
        )
    ]


# --- facts ----------------------------------------------------------------------------------------------------------


def note_attendance(question: Question | None, attendance: AttendanceRecorded, now: datetime) -> Decision:
    """Who was seen was there, also where he had excused himself or was missed at first."""
    question = _known(question, attendance)
    if attendance.dialogue != question.dialogue or question.present or attendance.present == question.present:
        return question, []
    return _settle_what_was_heard(replace(question, present=attendance.present), now)


def note_excuse(question: Question | None, excused: RegistrantExcused) -> Decision:
    """He said that he must be absent; he may come all the same."""
    question = _known(question, excused)
    if excused.dialogue != question.dialogue:
        return question, []
    return replace(question, excused=True), []


def note_dialogue_held(question: Question | None, held: DialogueHeld, now: datetime) -> Decision:
    """The dialogue is over. To be told to each question registered for it.

    A question that comes in later need not be told: its answer cannot have been ready then.
    """
    question = _known(question, held)
    if held.case != question.dialogue or question.dialogue_held:
        return question, []
    return _settle_what_was_heard(replace(question, dialogue_ended_at=held.occurred_at), now)


def note_sent(question: Question | None, sent: NotificationSent, now: datetime) -> Decision:
    """The answer, or the guidance where it was redirected, has gone out: nothing is owed any more."""
    ending = ENDINGS.get((NotificationSent, sent.kind))
    question = _known(question, sent)
    if ending is None or question.id not in sent.questions or question.state is State.SETTLED:
        return question, []
    if question.state is not ending.when:
        raise TooEarly(f"{sent.kind} for {question.id} was sent while it is {question.state}")
    return _settled(question, ending, now)


def _settle_what_was_heard(question: Question, now: datetime) -> Decision:
    """Plan II.3: a form in time is answered at the conference; who was there heard what was approved before its end.

    Approval, attendance and the end may arrive in any order; the last one settles it. Who did not hear it is written
    to, and both is told from the same two instants, so that nobody is left without.
    """
    ending = ENDINGS[DialogueHeld, None]
    dialogue, approved_at, ended_at = question.dialogue, question.approved_at, question.dialogue_ended_at
    if question.state is not ending.when or not question.on_time or not question.present:
        return question, []
    if dialogue is None or approved_at is None or ended_at is None or approved_at >= ended_at:
        return question, []
    settled, events = _settled(question, ending, now)
    return settled, [QuestionAnsweredAtDialogue(**_about(question, now), dialogue=dialogue), *events]


class _About(TypedDict):
    commune: str
    case: str
    occurred_at: datetime
    question: str


def _about(question: Question, now: datetime) -> _About:
    """What every event of routing says."""
    return _About(commune=question.commune, case=question.case, occurred_at=now, question=question.id)


def _settled(question: Question, ending: Ending, now: datetime) -> Decision:
    return replace(question, state=State.SETTLED, settled_how=ending.how), [
        QuestionSettled(**_about(question, now), how=ending.how)
    ]


def _known(question: Question | None, fact: Event) -> Question:
    if question is None:
        raise TooEarly(f"{fact.name} came before the question it is about: {fact.case}")
    return question


def _assigned(question: Question, by: str | None, now: datetime) -> QuestionAssigned:
    assert question.field is not None, "both callers have set it"
    return QuestionAssigned(
        **_about(question, now),
        dialogue=question.dialogue,
        field=question.field,
        department=_department(question),
        because=question.because,
        confidence=question.confidence,
        assigned_by=by,
    )


# --- refusals -------------------------------------------------------------------------------------------------------


def _may(question: Question, command: RoutingCommand) -> None:
    """Refuse what this person may not do, or not now."""
    move, actor = MOVES[type(command)], command.actor
    if actor.commune != question.commune:
        raise Refusal("forbidden", "Câu hỏi này thuộc xã khác; xin chuyển cho cán bộ của xã đó.")
    if actor.role not in move.by:
        raise Refusal("forbidden", f"Vai trò của ông/bà không được {move.does}; việc này dành cho {_names(move.by)}.")
    if actor.role in DEPARTMENT and question.department is not None and actor.department != question.department:
        raise Refusal(
            "forbidden",
            f"Câu hỏi này được giao cho phòng khác, nên ông/bà không được {move.does}. "
            "Nếu câu hỏi thuộc phòng của ông/bà, xin báo Văn phòng phân công lại.",
        )
    if question.state not in move.when:
        raise Refusal("not-now", f"Câu hỏi {STATE_NAMES[question.state]}, nên không {move.does} được. {move.otherwise}")


def _department(question: Question) -> str:
    assert question.department is not None, "only a question that waits for triage has none"
    return question.department


def _after(command: RoutingCommand) -> State:
    state = MOVES[type(command)].leads_to
    assert state is not None, "asked only for moves that lead somewhere"
    return state


def _seen_by_another(question: Question, command: ApproveAnswer | ReturnAnswer) -> Draft:
    """Four eyes: an answer is judged by another than its writer.

    Returns:
        The draft that counts.
    """
    draft = question.drafts[-1]
    if _same_name(draft.by, command.actor.name):
        raise Refusal(
            "forbidden",
            f"Người soạn dự thảo không tự {MOVES[type(command)].does}. Xin chuyển cho lãnh đạo khác xem xét.",
        )
    return draft


def _same_name(one: str, other: str) -> bool:
    return _plain(one) == _plain(other)


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _within_the_most(question: Question, working_days: int) -> None:
    left = MOST_EXTENSION - question.extended_by
    if working_days > left:
        raise Refusal(
            "invalid",
            f"Tổng thời gian gia hạn không quá {MOST_EXTENSION} ngày làm việc; "
            + (f"câu hỏi này còn được gia hạn {left} ngày." if left else "câu hỏi này đã dùng hết."),
        )


def _names(roles: Collection[Role]) -> str:
    return ", ".join(ROLE_NAMES[role] for role in Role if role in roles)
