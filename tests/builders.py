"""Facts and people with sensible defaults; a test names only what it is about."""

from datetime import UTC, date, datetime
from typing import Any

from shared.contracts import Actor, Event, Role, deadlines, intake, notify, routing
from shared.contracts.people import Question, Registrant

NOW = datetime(2026, 4, 20, 2, 30, tzinfo=UTC)
"""Monday 20 April 2026, 09:30 in Hanoi."""

COMMUNE = "thanh-tri"
SUBMISSION = "01JSUBMISSION"
QUESTION = f"{SUBMISSION}-1"
DIALOGUE = "thanh-tri-2026-1"
TITLE = "Hội nghị đối thoại về thủ tục hành chính lần 1 năm 2026"
PLACE = "Hội trường UBND xã Thanh Trì"
HELD_AT = datetime(2026, 5, 14, 1, 30, tzinfo=UTC)
CLOSES_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def registrant(**changes: Any) -> Registrant:
    known: dict[str, Any] = {
        "name": "Nguyễn Thị Mai",
        "phone": "0912345678",
        "email": "mai@nguoidan.example",
        "address": "Số 5, thôn Nội, xã Thanh Trì",
    }
    return Registrant(**known | changes)


def question(number: int = 1, text: str = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?") -> Question:
    return Question(id=f"{SUBMISSION}-{number}", number=number, section="procedures", text=text)


def actor(role: Role = Role.CLERK, **changes: Any) -> Actor:
    known: dict[str, Any] = {"name": "Trần Thị Hạnh", "role": role, "commune": COMMUNE}
    return Actor(**known | changes)


def _said(contract: type[Event], defaults: dict[str, Any], changes: dict[str, Any]) -> Any:
    return contract(**{"commune": COMMUNE, "case": SUBMISSION, "occurred_at": NOW} | defaults | changes)


def of_dialogue(contract: type[Event], **changes: Any) -> Any:
    """An event of the dialogue: planned, announced, held or concluded."""
    fields: dict[str, Any] = {
        "title": TITLE,
        "held_at": HELD_AT,
        "place": PLACE,
        "registration_closes_at": CLOSES_AT,
        "notice": "15/TB-UBND",
        "summary": "Các phòng thực hiện đúng nội dung đã kết luận.",
    }
    own = {name: value for name, value in fields.items() if name in contract.model_fields}
    return _said(contract, {"case": DIALOGUE} | own, changes)


def submission_received(**changes: Any) -> intake.SubmissionReceived:
    defaults = {
        "code": "K7QX-3M9D",
        "dialogue": DIALOGUE,
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": registrant(),
        "questions": (question(),),
    }
    received: intake.SubmissionReceived = _said(intake.SubmissionReceived, defaults, changes)
    return received


def of_attendance(contract: type[Event], **changes: Any) -> Any:
    fields = {"dialogue": DIALOGUE, "reason": "Đi công tác xa", "present": True}
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_question(contract: type[Event], **changes: Any) -> Any:
    """An event of routing."""
    fields: dict[str, Any] = {
        "question": QUESTION,
        "dialogue": DIALOGUE,
        "field": "civil-status",
        "department": "trung-tam-hanh-chinh-cong",
        "because": ("giấy khai sinh",),
        "confidence": 0.9,
        "assigned_by": None,
        "scope": "complaint",
        "proposals": (),
        "authority": "Ban Tiếp công dân xã Thanh Trì",
        "guidance": "Ông/bà gửi đơn đến Ban Tiếp công dân xã.",
        "decided_by": "Trần Thị Hạnh",
        "draft": 1,
        "text": "Ông/bà mang căn cước đến Trung tâm Phục vụ hành chính công để được cấp lại.",
        "drafted_by": "Đỗ Minh Quân",
        "remarks": "Xin nêu rõ lệ phí.",
        "returned_by": "Lê Quang Huy",
        "approved_by": "Nguyễn Văn Lợi",
        "working_days": 5,
        "reason": "Cần xác minh hồ sơ lưu.",
        "requested_by": "Đỗ Minh Quân",
        "granted_by": "Nguyễn Văn Lợi",
        "how": "answered-in-writing",
    }
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_deadline(contract: type[Event], **changes: Any) -> Any:
    due_at = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
    fields: dict[str, Any] = {
        "deadline": f"{QUESTION}:department-answer",
        "rule": "department-answer",
        "about": QUESTION,
        "department": "trung-tam-hanh-chinh-cong",
        "due_on": date(2026, 4, 28),
        "due_at": due_at,
        "original_due_at": due_at,
        "basis": "Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.2",
        "provisional": False,
        "reason": "Gia hạn để xác minh.",
        "met_at": NOW,
        "late": False,
        "step": 1,
        "to": Role.OFFICER,
    }
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_message(contract: type[Event], **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "notification": f"{SUBMISSION}.answer.1",
        "kind": "answer",
        "channel": "email",
        "questions": (QUESTION,),
        "reference": f"<{SUBMISSION}.answer.1@hanoi.gov.vn>",
        "uncertain": False,
        "reason": "550 5.1.1 mailbox unknown",
    }
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def any_of(contract: type[Event]) -> Event:
    """One example of any event."""
    if contract is intake.SubmissionReceived:
        return submission_received()
    if issubclass(contract, intake.IntakeEvent):
        build = of_dialogue if contract.__name__.startswith("Dialogue") else of_attendance
    elif issubclass(contract, routing.RoutingEvent):
        build = of_question
    elif issubclass(contract, deadlines.DeadlineEvent):
        build = of_deadline
    else:
        assert issubclass(contract, notify.NotifyEvent)
        build = of_message
    event: Event = build(contract)
    return event
