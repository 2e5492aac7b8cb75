"""A question and its states, and the one table of who may do what with it, and when. The rules look there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from shared.contracts import Event, Role
from shared.contracts.intake import DialogueHeld
from shared.contracts.notify import MessageKind, NotificationSent
from shared.contracts.people import Section
from shared.contracts.routing import (
    ApproveAnswer,
    AssignQuestion,
    DraftAnswer,
    ExtendTerm,
    Proposal,
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

STATE_NAMES = {
    State.AWAITS_TRIAGE: "đang chờ phân loại",
    State.ASSIGNED: "đang ở phòng chuyên môn",
    State.DRAFTED: "đang chờ duyệt câu trả lời",
    State.RETURNED: "đã được trả lại phòng chuyên môn",
    State.APPROVED: "đã có câu trả lời được duyệt",
    State.REDIRECTED: "đã được chuyển hướng",
    State.SETTLED: "đã giải quyết xong",
}

ROLE_NAMES = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức chuyên môn",
    Role.HEAD: "trưởng phòng chuyên môn",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch, Phó Chủ tịch",
}
