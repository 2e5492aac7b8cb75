"""What routing decides: who answers a question, whether the answer may be given, and when nothing is owed any more.

Everything that may be done, in which state and by whom, stands in `MOVES`; the functions below look there.
"""

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypedDict

from services.routing.classification import Classification
from shared.contracts import Event, Refusal, Role, TooEarly
from shared.contracts.intake import AttendanceRecorded, DialogueHeld, RegistrantExcused, SubmissionReceived
from shared.contracts.notify import MessageKind, NotificationSent
from shared.contracts.people import Question as Asked
from shared.contracts.people import Section
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
    RoutingCommand,
)
from shared.contracts.taxonomy import QuestionField, Scope

MOST_EXTENSION = 30
"""Working days that all extensions of one question may come to (plan of Chánh Lộ, `resolution-extended`)."""

Settlement = Literal["answered-at-dialogue", "answered-in-writing", "redirected"]


class State(StrEnum):
    AWAITS_TRIAGE = "awaits-triage"
    ASSIGNED = "assigned"
    DRAFTED = "drafted"
    RETURNED = "returned"
    APPROVED = "approved"
    REDIRECTED = "redirected"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer as a department handed it in. Numbered from 1; the last one counts."""

    number: int
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """Why a draft went back."""

    draft: int
    remarks: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    working_days: int
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form, from its arrival until nothing is owed to the asker.

    case: id of the submission it came with.
    dialogue: where it would be answered; None when none was open.
    field, department: None until the rules or an officer have decided.
    proposals: what the rules held likely, for the officer who decides.
    extended_by: working days granted so far.
    present: whether the registrant came to the dialogue; None until that is known.
    dialogue_ended_at: the instant the dialogue was over; None before.
    settled_how: set with the state `settled`.
    """

    id: str
    commune: str
    case: str
    code: str
    number: int
    section: Section
    text: str
    received_at: datetime
    on_time: bool
    dialogue: str | None = None
    state: State = State.AWAITS_TRIAGE
    scope: Scope = Scope.IN_SCOPE
    field: QuestionField | None = None
    department: str | None = None
    because: tuple[str, ...] = ()
    confidence: float = 0.0
    proposals: tuple[Proposal, ...] = ()
    drafts: tuple[Draft, ...] = ()
    returns: tuple[Return, ...] = ()
    approved_at: datetime | None = None
    extension_requested: ExtensionRequest | None = None
    extended_by: int = 0
    excused: bool = False
    present: bool | None = None
    dialogue_ended_at: datetime | None = None
    settled_how: Settlement | None = None
    version: int = 0

    @property
    def dialogue_held(self) -> bool:
        return self.dialogue_ended_at is not None


Decision = tuple[Question, Sequence[Event]]


# --- who may do what, when ------------------------------------------------------------------------------------------

OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD})
LEADERS = frozenset({Role.OFFICE_HEAD, Role.CHAIRMAN})
DEPARTMENT = frozenset({Role.OFFICER, Role.HEAD})

WITH_DEPARTMENT = frozenset({State.ASSIGNED, State.RETURNED})
UNAPPROVED = frozenset({State.AWAITS_TRIAGE, State.ASSIGNED, State.DRAFTED, State.RETURNED})


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that can be done with a question.

    does: in the words of a person, `phân công câu hỏi`.
    by: the roles that may; an officer or head only for the question's own department.
    when: the states it may be done in.
    leads_to: the state it ends in; None where the state stays.
    otherwise: what to do where the state does not allow it, a Vietnamese sentence.
    """

    does: str
    by: frozenset[Role]
    when: frozenset[State]
    leads_to: State | None
    otherwise: str


MOVES: Mapping[type[RoutingCommand], Move] = {
    AssignQuestion: Move(
        "phân công câu hỏi",
        by=OFFICE,
        when=UNAPPROVED,
        leads_to=State.ASSIGNED,
        otherwise="Câu trả lời đã được duyệt hoặc câu hỏi đã giải quyết xong thì không phân công lại.",
    ),
    RedirectQuestion: Move(
        "chuyển hướng câu hỏi",
        by=OFFICE | LEADERS,
        when=UNAPPROVED,
        leads_to=State.REDIRECTED,
        otherwise="Chỉ chuyển hướng được câu hỏi chưa có câu trả lời được duyệt và chưa được hướng dẫn.",
    ),
    DraftAnswer: Move(
        "trình dự thảo trả lời",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT | {State.DRAFTED},
        leads_to=State.DRAFTED,
        otherwise="Câu hỏi cần được phân công cho phòng, và chưa có câu trả lời được duyệt.",
    ),
    ReturnAnswer: Move(
        "trả lại dự thảo",
        by=LEADERS,
        when=frozenset({State.DRAFTED}),
        leads_to=State.RETURNED,
        otherwise="Xin chờ phòng chuyên môn trình dự thảo trả lời.",
    ),
    ApproveAnswer: Move(
        "duyệt câu trả lời",
        by=LEADERS,
        when=frozenset({State.DRAFTED}),
        leads_to=State.APPROVED,
        otherwise="Xin chờ phòng chuyên môn trình dự thảo trả lời.",
    ),
    RequestExtension: Move(
        "đề nghị gia hạn",
        by=DEPARTMENT,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ gia hạn khi phòng chuyên môn đang soạn câu trả lời.",
    ),
    ExtendTerm: Move(
        "gia hạn",
        by=LEADERS,
        when=WITH_DEPARTMENT,
        leads_to=None,
        otherwise="Chỉ gia hạn khi phòng chuyên môn đang soạn câu trả lời.",
    ),
}
"""Every command routing answers. What is not here may not be done."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A fact after which nothing is owed any more."""

    when: State
    how: Settlement


ENDINGS: Mapping[tuple[type[Event], MessageKind | None], Ending] = {
    (DialogueHeld, None): Ending(State.APPROVED, "answered-at-dialogue"),
    (NotificationSent, "answer"): Ending(State.APPROVED, "answered-in-writing"),
    (NotificationSent, "guidance"): Ending(State.REDIRECTED, "redirected"),
}
"""How a question ends, by the fact and, of a message, its kind. The dialogue ends only what its rule says was heard."""

Holder = Literal["office", "department", "leaders", "nobody"]

HOLDERS: Mapping[State, Holder] = {
    State.AWAITS_TRIAGE: "office",
    State.ASSIGNED: "department",
    State.RETURNED: "department",
    State.DRAFTED: "leaders",
    State.APPROVED: "office",
    State.REDIRECTED: "office",
    State.SETTLED: "nobody",
}
"""Whose turn it is. Approved and redirected questions wait for the dialogue or the letter, which the office sees to."""

_STATE_NAMES = {
    State.AWAITS_TRIAGE: "đang chờ phân loại",
    State.ASSIGNED: "đang ở phòng chuyên môn",
    State.DRAFTED: "đang chờ duyệt câu trả lời",
    State.RETURNED: "đã được trả lại phòng chuyên môn",
    State.APPROVED: "đã có câu trả lời được duyệt",
    State.REDIRECTED: "đã được chuyển hướng",
    State.SETTLED: "đã giải quyết xong",
}

_ROLE_NAMES = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức chuyên môn",
    Role.HEAD: "trưởng phòng chuyên môn",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch, Phó Chủ tịch",
}


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
        raise Refusal(
            "not-now", f"Câu hỏi {_STATE_NAMES[question.state]}, nên không {move.does} được. {move.otherwise}"
        )


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
    return ", ".join(_ROLE_NAMES[role] for role in Role if role in roles)
