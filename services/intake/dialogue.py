"""A dialogue and its states, and the one table of who may do what with it, and when. The rules look there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from services.intake.seating import Guest, Room
from shared.contracts import Event, Refusal, Role
from shared.contracts.conference import Commitment, DialogueKind, Duty, ExpectedList, Representative, Session
from shared.contracts.deadlines import DeadlineMoved, DeadlinePassed
from shared.contracts.intake import (
    AnnounceDialogue,
    ApproveConclusion,
    CancelDialogue,
    CheckInRepresentative,
    CompleteDuty,
    ConcludeDialogue,
    DelegateChair,
    DialogueSettled,
    DraftConclusion,
    ExtendCommitment,
    FulfilCommitment,
    HoldDialogue,
    IntakeCommand,
    InviteRepresentative,
    PlanDialogue,
    ReceiveList,
    ReportBack,
    ReportResult,
    RescheduleDialogue,
    ResultReported,
    ReturnConclusion,
)


class State(StrEnum):
    PLANNED = "planned"
    ANNOUNCED = "announced"
    REGISTRATION_CLOSED = "registration-closed"
    HELD = "held"
    CONCLUDED = "concluded"
    SETTLED = "settled"
    REPORTED = "reported"
    CANCELLED = "cancelled"


AHEAD = frozenset({State.PLANNED, State.ANNOUNCED, State.REGISTRATION_CLOSED})
"""The conference has not been held yet; it can still be moved or cancelled."""
TOLD = frozenset({State.ANNOUNCED, State.REGISTRATION_CLOSED})
"""The public knows of it, and forms come in for it: in time, or late."""
OVER = frozenset({State.HELD, State.CONCLUDED, State.SETTLED, State.REPORTED})


@dataclass(frozen=True, slots=True)
class Conference:
    """What the commune's profile and the office lay down for one dialogue. seats, per_hamlet: None is no limit."""

    sessions: tuple[Session, ...] = ()
    seats: int | None = None
    per_hamlet: int | None = None
    duties: tuple[Duty, ...] = ()
    lists: tuple[ExpectedList, ...] = ()


@dataclass(frozen=True, slots=True)
class Completed:
    """A duty that is done, and how one can see that."""

    duty: str
    proof: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Arrived:
    """A list that has come in, perhaps in several parts. count: opinions or names so far."""

    list: str
    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Delegation:
    """The deputy presides. report: what he told the chairman afterwards."""

    deputy: str
    reason: str
    at: datetime
    report: str | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """The conclusion notice as last drafted. Numbered from 1. returned: what is wrong with it."""

    number: int
    summary: str
    commitments: tuple[Commitment, ...]
    by: str
    returned: str | None = None
    approved_by: str | None = None


@dataclass(frozen=True, slots=True)
class Undertaking:
    """What the published conclusion assigned, and what became of it."""

    commitment: Commitment
    extended_at: datetime | None = None
    fulfilled_at: datetime | None = None
    result: str | None = None
    proof: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """The result as it was reported to the superior."""

    document: str
    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Announcement:
    """The part of a dialogue that the public sees, and that a form needs: small, whoever is invited.

    state, and the others, as of `Dialogue`.
    """

    id: str
    commune: str
    title: str
    held_at: datetime
    place: str
    state: State = State.PLANNED
    registration_closes_at: datetime | None = None
    kind: DialogueKind = "periodic"
    sessions: tuple[Session, ...] = ()
    previously_at: datetime | None = None
    reason: str | None = None
    notice: str | None = None
    ended_at: datetime | None = None

    def takes_registrations(self, now: datetime) -> bool:
        """A form that comes in now is in time."""
        return self.state is State.ANNOUNCED and self.in_time(now)

    def in_time(self, at: datetime) -> bool:
        """A form that came in at that instant was in time, whenever it is entered."""
        closes_at = self.registration_closes_at
        return at < self.held_at and (closes_at is None or at <= closes_at)

    def was_held(self, at: datetime) -> bool:
        """The conference was under way at that instant, as far as is known."""
        went_ahead = self.state not in (State.PLANNED, State.CANCELLED)
        return went_ahead and self.held_at <= at and (self.ended_at is None or at <= self.ended_at)


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A conference of a commune with its citizens, from plan to report.

    registration_closes_at: forms are in time until then; `counted_at`: when that was last counted.
    previously_at, reason: the hour it was moved from, and why; of a cancelled one only why.
    sessions: empty when it is one conference about everything. seats, per_hamlet: None when there is room for all.
    guests: who has a seat or waits for one, registrants and representatives, in their order. gone: excused ones.
    attended: ids of representatives who came. summary: of the published conclusion.
    """

    id: str
    commune: str
    title: str
    held_at: datetime
    place: str
    state: State = State.PLANNED
    registration_closes_at: datetime | None = None
    announced_at: datetime | None = None
    ended_at: datetime | None = None
    notice: str | None = None
    kind: DialogueKind = "periodic"
    sessions: tuple[Session, ...] = ()
    seats: int | None = None
    per_hamlet: int | None = None
    duties: tuple[Duty, ...] = ()
    lists: tuple[ExpectedList, ...] = ()
    counted_at: datetime | None = None
    previously_at: datetime | None = None
    reason: str | None = None
    completed: tuple[Completed, ...] = ()
    arrived: tuple[Arrived, ...] = ()
    representatives: tuple[Representative, ...] = ()
    attended: tuple[str, ...] = ()
    guests: tuple[Guest, ...] = ()
    gone: tuple[str, ...] = ()
    delegation: Delegation | None = None
    draft: Draft | None = None
    summary: str | None = None
    concluded_at: datetime | None = None
    undertakings: tuple[Undertaking, ...] = ()
    report: Report | None = None
    version: int = 0

    @property
    def room(self) -> Room:
        return Room(self.seats, self.per_hamlet)

    @property
    def announcement(self) -> Announcement:
        return Announcement(
            id=self.id,
            commune=self.commune,
            title=self.title,
            held_at=self.held_at,
            place=self.place,
            state=self.state,
            registration_closes_at=self.registration_closes_at,
            kind=self.kind,
            sessions=self.sessions,
            previously_at=self.previously_at,
            reason=self.reason,
            notice=self.notice,
            ended_at=self.ended_at,
        )

    @property
    def fulfilled(self) -> bool:
        """Everything the conclusion assigned is settled."""
        return all(undertaking.fulfilled_at is not None for undertaking in self.undertakings)

    def undertaking(self, commitment: str) -> Undertaking:
        """Raises:
        Refusal: the conclusion does not have it.
        """
        for one in self.undertakings:
            if one.commitment.id == commitment:
                return one
        raise Refusal("not-found", f"Thông báo kết luận không có nhiệm vụ mang mã {commitment}.")

    def duty(self, id: str) -> Duty:
        """Raises:
        Refusal: nobody has this duty.
        """
        for one in self.duties:
            if one.id == id:
                return one
        raise Refusal("not-found", f"Hội nghị này không có việc chuẩn bị mang mã {id}.")

    def expected(self, id: str) -> ExpectedList:
        """Raises:
        Refusal: no such list is expected.
        """
        for one in self.lists:
            if one.id == id:
                return one
        raise Refusal("not-found", f"Hội nghị này không chờ danh sách nào mang mã {id}.")


# --- who may do what, when ------------------------------------------------------------------------------------------

OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN})
WRITERS = frozenset({Role.CLERK, Role.OFFICE_HEAD})
LEADERS = frozenset({Role.OFFICE_HEAD, Role.CHAIRMAN})
CHAIR = frozenset({Role.CHAIRMAN})
DEPARTMENT = frozenset({Role.OFFICER, Role.HEAD})


@dataclass(frozen=True, slots=True)
class Move:
    """One thing that can be done with a dialogue.

    does: in the words of a person, `thông báo hội nghị`.
    by: the roles that may; an officer or head only for what is his own department's.
    when: the states it may be done in.
    leads_to: the state it ends in; None where the state stays.
    otherwise: what to do where the state does not allow it, a Vietnamese sentence.
    """

    does: str
    by: frozenset[Role]
    when: frozenset[State]
    leads_to: State | None
    otherwise: str


MOVES: Mapping[type[IntakeCommand], Move] = {
    PlanDialogue: Move(
        "lập hội nghị đối thoại",
        by=OFFICE,
        when=frozenset(),
        leads_to=State.PLANNED,
        otherwise="Mã hội nghị đối thoại này đã được dùng. Xin đặt một mã khác.",
    ),
    AnnounceDialogue: Move(
        "thông báo hội nghị",
        by=OFFICE,
        when=frozenset({State.PLANNED}),
        leads_to=State.ANNOUNCED,
        otherwise="Chỉ thông báo một lần; nếu thời gian, địa điểm thay đổi, xin dùng việc dời hội nghị.",
    ),
    RescheduleDialogue: Move(
        "dời hội nghị",
        by=OFFICE,
        when=AHEAD,
        leads_to=None,
        otherwise="Chỉ dời được hội nghị chưa diễn ra và chưa bị hủy; nếu cần, xin lập một hội nghị mới.",
    ),
    CancelDialogue: Move(
        "hủy hội nghị",
        by=OFFICE,
        when=AHEAD,
        leads_to=State.CANCELLED,
        otherwise="Chỉ hủy được hội nghị chưa diễn ra và chưa bị hủy.",
    ),
    DelegateChair: Move(
        "ủy quyền chủ trì",
        by=CHAIR,
        when=AHEAD,
        leads_to=None,
        otherwise="Chỉ ủy quyền chủ trì trước khi hội nghị diễn ra.",
    ),
    ReportBack: Move(
        "báo cáo Chủ tịch kết quả hội nghị",
        by=OFFICE,
        when=OVER,
        leads_to=None,
        otherwise="Xin báo cáo sau khi hội nghị đã được ghi nhận là đã tổ chức.",
    ),
    HoldDialogue: Move(
        "ghi nhận hội nghị đã tổ chức",
        by=OFFICE,
        when=TOLD,
        leads_to=State.HELD,
        otherwise="Chỉ hội nghị đã thông báo và chưa diễn ra mới được ghi nhận là đã tổ chức.",
    ),
    CompleteDuty: Move(
        "ghi nhận việc chuẩn bị đã xong",
        by=OFFICE | DEPARTMENT,
        when=AHEAD | OVER,
        leads_to=None,
        otherwise="Hội nghị đã hủy nên các việc chuẩn bị không còn phải làm.",
    ),
    ReceiveList: Move(
        "nhận danh sách",
        by=OFFICE,
        when=AHEAD,
        leads_to=None,
        otherwise="Danh sách chỉ nhận trước hội nghị. Ý kiến gửi sau, xin nhập từng phiếu; phiếu vẫn được trả lời.",
    ),
    InviteRepresentative: Move(
        "mời đại biểu",
        by=OFFICE,
        when=AHEAD,
        leads_to=None,
        otherwise="Chỉ mời được đại biểu trước khi hội nghị diễn ra.",
    ),
    CheckInRepresentative: Move(
        "ghi nhận đại biểu có mặt",
        by=OFFICE,
        when=TOLD,
        leads_to=None,
        otherwise="Chỉ ghi nhận có mặt khi hội nghị đã thông báo và chưa kết thúc.",
    ),
    DraftConclusion: Move(
        "dự thảo thông báo kết luận",
        by=WRITERS,
        when=frozenset({State.HELD}),
        leads_to=None,
        otherwise="Chỉ dự thảo sau khi hội nghị đã tổ chức và trước khi thông báo kết luận được ban hành.",
    ),
    ReturnConclusion: Move(
        "trả lại dự thảo kết luận",
        by=LEADERS,
        when=frozenset({State.HELD}),
        leads_to=None,
        otherwise="Xin chờ Văn phòng trình dự thảo thông báo kết luận; kết luận đã ban hành thì không trả lại được.",
    ),
    ApproveConclusion: Move(
        "duyệt thông báo kết luận",
        by=LEADERS,
        when=frozenset({State.HELD}),
        leads_to=None,
        otherwise="Xin chờ Văn phòng trình dự thảo thông báo kết luận; kết luận đã ban hành thì không duyệt lại.",
    ),
    ConcludeDialogue: Move(
        "ban hành thông báo kết luận",
        by=OFFICE,
        when=frozenset({State.HELD}),
        leads_to=State.CONCLUDED,
        otherwise="Chỉ ban hành thông báo kết luận sau khi hội nghị đã diễn ra, và chỉ một lần.",
    ),
    ExtendCommitment: Move(
        "gia hạn nhiệm vụ của kết luận",
        by=LEADERS,
        when=frozenset({State.CONCLUDED}),
        leads_to=None,
        otherwise="Chỉ gia hạn nhiệm vụ chưa hoàn thành của thông báo kết luận đã ban hành.",
    ),
    FulfilCommitment: Move(
        "ghi nhận hoàn thành nhiệm vụ của kết luận",
        by=OFFICE | DEPARTMENT,
        when=frozenset({State.CONCLUDED}),
        leads_to=None,
        otherwise="Chỉ ghi nhận nhiệm vụ chưa hoàn thành của thông báo kết luận đã ban hành.",
    ),
    ReportResult: Move(
        "báo cáo kết quả lên cấp trên",
        by=OFFICE,
        when=frozenset({State.CONCLUDED, State.SETTLED}),
        leads_to=None,
        otherwise="Chỉ báo cáo sau khi ban hành thông báo kết luận, và chỉ một lần.",
    ),
}
"""Every command about a dialogue that intake answers. What is not here may not be done."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A fact, rather than a person, that brings a dialogue on."""

    when: State
    leads_to: State


TURNS: Mapping[type[Event], Turn] = {
    DeadlinePassed: Turn(State.ANNOUNCED, State.REGISTRATION_CLOSED),
    DeadlineMoved: Turn(State.REGISTRATION_CLOSED, State.ANNOUNCED),
    DialogueSettled: Turn(State.CONCLUDED, State.SETTLED),
    ResultReported: Turn(State.SETTLED, State.REPORTED),
}
"""The two facts about terms are of rule `registration-cutoff`. A report made early counts once all is settled."""

STATE_NAMES: Mapping[State, str] = {
    State.PLANNED: "mới được lập, chưa thông báo",
    State.ANNOUNCED: "đã thông báo, đang nhận đăng ký",
    State.REGISTRATION_CLOSED: "đã hết hạn đăng ký",
    State.HELD: "đã tổ chức, chưa ban hành thông báo kết luận",
    State.CONCLUDED: "đã ban hành thông báo kết luận",
    State.SETTLED: "đã giải quyết xong mọi việc",
    State.REPORTED: "đã báo cáo cấp trên",
    State.CANCELLED: "đã hủy",
}

ROLE_NAMES: Mapping[Role, str] = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức chuyên môn",
    Role.HEAD: "trưởng phòng chuyên môn",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch, Phó Chủ tịch",
}


def permit(dialogue: Dialogue, command: IntakeCommand) -> None:
    """Refuse what this person may not do, or not now."""
    move = MOVES[type(command)]
    if command.actor.commune != dialogue.commune:
        raise Refusal("forbidden", "Hội nghị này thuộc xã khác; xin chuyển cho cán bộ của xã đó.")
    allow_role(command, move.does, move.by)
    if dialogue.state not in move.when:
        raise Refusal("not-now", f"Hội nghị {STATE_NAMES[dialogue.state]} nên không {move.does} được. {move.otherwise}")


def permit_department(command: IntakeCommand, department: str | None) -> None:
    """An officer or head acts for his own department only; the office for all."""
    actor = command.actor
    if actor.role in DEPARTMENT and (department is None or actor.department != department):
        raise Refusal(
            "forbidden",
            f"Việc này được giao cho đơn vị khác, nên ông/bà không được {MOVES[type(command)].does}. "
            "Xin báo đơn vị đó, hoặc Văn phòng.",
        )


def allow_role(command: IntakeCommand, does: str, by: frozenset[Role]) -> None:
    """Refuse a role that may not do this, naming those that may."""
    if command.actor.role not in by:
        names = ", ".join(ROLE_NAMES[role] for role in ROLE_NAMES if role in by)
        raise Refusal("forbidden", f"Vai trò của ông/bà không được {does}; việc này dành cho {names}.")


def moved(dialogue: Dialogue, command: IntakeCommand, **changes: Any) -> Dialogue:
    """The dialogue after a command that was permitted."""
    return replace(dialogue, state=MOVES[type(command)].leads_to or dialogue.state, **changes)


def turned(dialogue: Dialogue, fact: type[Event]) -> Dialogue:
    """The dialogue after a fact; unchanged where the fact does not meet it in the state it turns."""
    turn = TURNS[fact]
    return replace(dialogue, state=turn.leads_to) if dialogue.state is turn.when else dialogue
