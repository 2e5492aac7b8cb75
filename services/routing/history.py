"""Who did what with a question, when, from what to what, and why: told from its own events, which nobody can change."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.routing.moves import LEADERS, OFFICE, STAFF, permit_person
from services.routing.names import role_names
from services.routing.question import Question, State
from services.routing.turns import whose_turn
from shared.contracts import Actor, Event, Role
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerPublished,
    AnswerReturned,
    AnswerUnpublished,
    CoordinationAsked,
    DraftKept,
    ExtensionGranted,
    ExtensionRequested,
    OpinionGiven,
    QuestionAnsweredAtDialogue,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionJoined,
    QuestionParted,
    QuestionPrioritised,
    QuestionRecurs,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionResembles,
    QuestionSettled,
    QuestionSplit,
    QuestionTakenForWrittenAnswer,
    QuestionTransferred,
    Settlement,
    SuperiorReported,
    TransferAccepted,
    WrittenAnswerOwed,
    WrittenBecause,
)
from shared.contracts.taxonomy import Scope


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.

    who: the person's name; None where nobody did it: the rules, the calendar, what another service told.
    role: his office, where it is known. before: None at the first entry. holder: as of `ReadHistory`.
    """

    at: datetime
    who: str | None
    role: Role | None
    what: str
    before: State | None
    after: State
    holder: str
    why: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "at": self.at.isoformat(),
            "who": self.who,
            "role": self.role,
            "what": self.what,
            "from": self.before,
            "to": self.after,
            "holder": self.holder,
            "why": self.why,
        }


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where a question is: its state, its department, and the next step of its answer."""

    state: State | None = None
    department: str | None = None
    step: tuple[Role, ...] = ()

    @property
    def holder(self) -> str:
        assert self.state is not None, "a question begins with being assigned or waiting"
        turn = whose_turn(self.state, self.step)
        return self.department if turn == "department" and self.department is not None else turn


@dataclass(frozen=True, slots=True)
class _Telling:
    """How an event is told.

    what: with the event's fields in braces, departments by their names; or what makes such words of it.
    who, why: the fields that say so.
    """

    what: str | Callable[[Any], str]
    who: str | None = None
    why: str | None = None


def permit_reading(question: Question, said: Sequence[Event], actor: Actor) -> None:
    """Whoever works on questions may read what was done with them; what was held against somebody, those who decide.

    Law on Denunciations 25/2018/QH14, article 8: who denounces, and what, is kept secret. A matter that stayed of a
    denunciation tells of the others by its history.

    Args:
        said: the question's events.
    """
    split_off = any(isinstance(event, QuestionSplit) and event.scope is Scope.DENUNCIATION for event in said)
    secret = question.scope is Scope.DENUNCIATION or split_off
    permit_person(question, actor, OFFICE | LEADERS if secret else STAFF, "xem lịch sử xử lý câu hỏi")


def entries(said: Sequence[Event], roles: Mapping[str, Role], units: Mapping[str, str]) -> list[Entry]:
    """All that happened to a question, the oldest first.

    Args:
        said: its events, in order.
        roles: of the people of the commune, by name.
        units: names of its departments, by id.
    """
    told: list[Entry] = []
    standing = _Standing()
    for event in said:
        before, standing = standing, _after(standing, event)
        assert standing.state is not None, "a question begins with being assigned or waiting"
        telling = _TOLD[type(event)]
        who = getattr(event, telling.who) if telling.who else None
        told.append(
            Entry(
                at=event.occurred_at,
                who=who,
                role=event.role if isinstance(event, AnswerEndorsed) else roles.get(who or ""),
                what=_what(telling, event, units),
                before=before.state,
                after=standing.state,
                holder=standing.holder,
                why=_why(telling, event),
            )
        )
    return told


def _after(standing: _Standing, event: Event) -> _Standing:
    match event:
        case QuestionAssigned(department=same) if same == standing.department:
            return standing  # only the field was corrected
        case QuestionAssigned() | QuestionTransferred():
            return _Standing(State.ASSIGNED, event.department)
        case QuestionAwaitsTriage() | QuestionHandedBack() | QuestionReopened():
            return _Standing(State.AWAITS_TRIAGE)
        case AnswerDrafted():
            return replace(standing, state=State.DRAFTED, step=event.awaits)
        case AnswerEndorsed():
            return replace(standing, step=event.awaits)
        case _ if (state := _LEADS_TO.get(type(event))) is not None:
            return replace(standing, state=state, step=())
    return standing


_LEADS_TO: Mapping[type[Event], State] = {
    AnswerReturned: State.RETURNED,
    AnswerApproved: State.APPROVED,
    QuestionRedirected: State.REDIRECTED,
    QuestionReferredUp: State.REFERRED_UP,
    QuestionSettled: State.SETTLED,
}


def _what(telling: _Telling, event: Event, units: Mapping[str, str]) -> str:
    what = telling.what if isinstance(telling.what, str) else telling.what(event)
    fields = {name: getattr(event, name) for name in type(event).model_fields}
    for name in ("department", "from_department"):
        if name in fields:
            fields[name] = units.get(fields[name], fields[name])
    if "departments" in fields:
        fields["departments"] = ", ".join(units.get(id, id) for id in fields["departments"])
    return what.format_map(fields)


def _why(telling: _Telling, event: Event) -> str | None:
    if isinstance(event, WrittenAnswerOwed):
        return _OWED_BECAUSE[event.because]
    reason = getattr(event, telling.why) if telling.why else None
    return "; ".join(reason) or None if isinstance(reason, tuple) else reason


# --- in words ---------------------------------------------------------------------------------------------------------


def _assigned(event: QuestionAssigned) -> str:
    return "Phân công cho {department}" if event.assigned_by else "Phân công cho {department} theo từ ngữ của câu hỏi"


def _endorsed(event: AnswerEndorsed) -> str:
    return f"Duyệt dự thảo số {{draft}}, chuyển {role_names(event.awaits)} xem xét"


def _prioritised(event: QuestionPrioritised) -> str:
    return "Đánh dấu câu hỏi bức xúc" if event.pressing else "Bỏ dấu câu hỏi bức xúc"


def _reopened(event: QuestionReopened) -> str:
    if event.mark is None:
        return "Mở lại câu hỏi, trả lời lần {round}"
    return "Người hỏi đánh giá {mark}/5; câu hỏi được mở lại, trả lời lần {round}"


def _split(event: QuestionSplit) -> str:
    return f"Tách thành {len(event.parts) + 1} câu hỏi"


def _joined(event: QuestionJoined) -> str:
    return f"Gộp để trả lời chung với {'câu hỏi của phiếu {lead_code}' if event.lead_code else 'một câu hỏi khác'}"


def _settled(event: QuestionSettled) -> str:
    return f"Kết thúc: {_SETTLED_HOW[event.how]}"


_SETTLED_HOW: Mapping[Settlement, str] = {
    "answered-at-dialogue": "đã trả lời tại hội nghị",
    "answered-in-writing": "đã trả lời bằng văn bản",
    "redirected": "đã hướng dẫn đến cơ quan có thẩm quyền",
    "referred-up": "đã báo cáo cấp trên và thông báo cho người hỏi",
    "withdrawn": "người hỏi rút câu hỏi",
}

_OWED_BECAUSE: Mapping[WrittenBecause, str] = {
    "excused": "người hỏi báo vắng",
    "absent": "người hỏi vắng mặt",
    "no-seat": "người hỏi không có chỗ dự hội nghị",
    "late": "phiếu đến sau hạn đăng ký",
    "unscheduled": "phiếu không đăng ký cho hội nghị nào",
    "outside-subject": "ngoài nội dung của hội nghị",
    "taken": "được tiếp thu tại hội nghị để trả lời sau",
    "afterwards": "đến hết hội nghị chưa có câu trả lời được duyệt",
    "cancelled": "hội nghị không tổ chức được",
    "reopened": "câu trả lời trước chưa đáp ứng",
}

_TOLD: Mapping[type[Event], _Telling] = {
    QuestionAssigned: _Telling(_assigned, "assigned_by", "because"),
    QuestionAwaitsTriage: _Telling("Chờ Văn phòng phân loại", why="because"),
    QuestionTransferred: _Telling("Chuyển từ {from_department} sang {department}", "transferred_by", "reason"),
    TransferAccepted: _Telling("{department} tiếp nhận câu hỏi", "accepted_by"),
    QuestionHandedBack: _Telling("{department} trả lại câu hỏi cho Văn phòng", "handed_back_by", "reason"),
    QuestionSplit: _Telling(_split, "split_by"),
    CoordinationAsked: _Telling("Đề nghị phối hợp: {departments}", "asked_by", "matter"),
    OpinionGiven: _Telling("{department} gửi ý kiến phối hợp", "given_by"),
    QuestionRedirected: _Telling("Hướng dẫn người hỏi đến {authority}", "decided_by", "guidance"),
    QuestionReferredUp: _Telling("Chuyển lên {authority}", "referred_by", "reason"),
    SuperiorReported: _Telling("Báo cáo {authority} bằng văn bản {document}", "reported_by"),
    DraftKept: _Telling("Lưu bản nháp số {draft}", "kept_by"),
    AnswerDrafted: _Telling("Trình dự thảo số {draft}", "drafted_by"),
    AnswerEndorsed: _Telling(_endorsed, "endorsed_by"),
    AnswerReturned: _Telling("Trả lại dự thảo số {draft}", "returned_by", "remarks"),
    AnswerApproved: _Telling("Duyệt câu trả lời", "approved_by"),
    ExtensionRequested: _Telling("Đề nghị gia hạn {working_days} ngày làm việc", "requested_by", "reason"),
    ExtensionGranted: _Telling("Gia hạn {working_days} ngày làm việc", "granted_by", "reason"),
    QuestionAnsweredAtDialogue: _Telling("Trả lời tại hội nghị", "answered_by"),
    QuestionTakenForWrittenAnswer: _Telling("Tiếp thu tại hội nghị để trả lời bằng văn bản", "taken_by", "note"),
    WrittenAnswerOwed: _Telling("Phải trả lời bằng văn bản", why="because"),
    QuestionGrouped: _Telling("Xếp vào nhóm “{topic}”", "grouped_by"),
    QuestionJoined: _Telling(_joined, "joined_by"),
    QuestionParted: _Telling("Tách ra để trả lời riêng", "parted_by", "reason"),
    QuestionPrioritised: _Telling(_prioritised, "prioritised_by", "reason"),
    QuestionRecurs: _Telling("Nội dung đã được nêu trước đây mà chưa giải quyết xong"),
    QuestionResembles: _Telling("Giống một câu hỏi khác của hội nghị"),
    QuestionSettled: _Telling(_settled),
    QuestionReopened: _Telling(_reopened, "reopened_by", "reason"),
    AnswerPublished: _Telling("Công khai câu hỏi và câu trả lời", "published_by"),
    AnswerUnpublished: _Telling("Gỡ câu hỏi và câu trả lời đã công khai", "unpublished_by", "reason"),
}
"""Every event of a question."""
