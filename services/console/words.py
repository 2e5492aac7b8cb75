"""The Vietnamese words of the console: states, terms, events, roles. Every page takes them from here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.web import HANOI

STAGES: Mapping[str, str] = {
    "received": "Đã tiếp nhận",
    "awaits-triage": "Chờ phân loại",
    "assigned": "Đã giao",
    "drafting": "Đang soạn trả lời",
    "awaiting-approval": "Chờ duyệt",
    "approved": "Đã duyệt",
    "answered-at-dialogue": "Đã trả lời tại hội nghị",
    "sent": "Đã gửi",
    "redirected": "Đã hướng dẫn đến cơ quan có thẩm quyền",
    "out-of-scope": "Đã hướng dẫn gửi đơn đúng nơi",
    "settled": "Đã giải quyết xong",
}
"""What may be shown as the state of a question, in the order of its life."""

HOW_SETTLED: Mapping[str, str] = {
    "answered-at-dialogue": "đã trả lời tại hội nghị",
    "answered-in-writing": "đã trả lời bằng văn bản",
    "redirected": "đã hướng dẫn bằng văn bản",
}
DIALOGUE_STATES: Mapping[str, str] = {
    "planned": "Đã lên kế hoạch",
    "announced": "Đã thông báo",
    "held": "Đã tổ chức, chờ kết luận",
    "concluded": "Đã có thông báo kết luận",
}
ATTENDANCE: Mapping[str | None, str] = {
    "expected": "Dự kiến có mặt",
    "excused": "Đã báo vắng",
    "present": "Có mặt",
    "absent": "Vắng mặt",
    None: "Trả lời bằng văn bản",
}
SECTIONS: Mapping[str, str] = {"procedures": "Về thủ tục hành chính", "handling": "Về việc giải quyết thủ tục"}
CHANNELS: Mapping[str, str] = {
    "web": "trang web",
    "email": "thư điện tử",
    "paper": "phiếu giấy",
    "list": "danh sách của thôn, tổ dân phố",
    "floor": "phát biểu tại hội nghị",
}
FIELDS: Mapping[str, str] = {
    "civil-status": "Hộ tịch, chứng thực",
    "land": "Đất đai",
    "construction": "Xây dựng, trật tự đô thị",
    "environment": "Môi trường",
    "social-policy": "Chính sách xã hội, người có công",
    "health": "Y tế, bảo hiểm y tế",
    "education": "Giáo dục",
    "culture": "Văn hóa, thể thao, truyền thanh",
    "finance": "Tài chính, phí, lệ phí",
    "residence-security": "Cư trú, căn cước, an ninh trật tự",
    "one-stop-service": "Bộ phận một cửa, thái độ phục vụ",
    "digital": "Dịch vụ công trực tuyến, chuyển đổi số",
    "infrastructure": "Giao thông, thoát nước, chiếu sáng, cấp nước",
    "agriculture": "Nông nghiệp, thủy lợi",
    "business": "Hộ kinh doanh, chợ",
    "other": "Lĩnh vực khác",
}
SCOPES: Mapping[str, str] = {
    "in-scope": "Kiến nghị, câu hỏi thuộc thẩm quyền cơ quan khác",
    "complaint": "Khiếu nại",
    "denunciation": "Tố cáo",
}
ROLES: Mapping[str, str] = {
    "clerk": "Cán bộ Văn phòng",
    "officer": "Công chức chuyên môn",
    "head": "Trưởng phòng",
    "office-head": "Chánh Văn phòng",
    "chairman": "Chủ tịch",
    "province": "Cấp tỉnh",
    "operator": "Vận hành",
    "system": "Hệ thống",
}
RULES: Mapping[str, str] = {
    "registration-cutoff": "Hạn nhận phiếu đăng ký",
    "department-answer": "Hạn trả lời của phòng chuyên môn",
    "conclusion-notice": "Hạn ban hành thông báo kết luận",
}
MESSAGE_KINDS: Mapping[str, str] = {
    "receipt": "Giấy tiếp nhận",
    "answer": "Văn bản trả lời",
    "guidance": "Văn bản hướng dẫn",
    "reminder": "Thư nhắc cán bộ",
    "escalation": "Thư báo việc quá hạn (nội bộ)",
}
MESSAGE_CHANNELS: Mapping[str, str] = {"email": "thư điện tử", "letter": "thư giấy"}
MESSAGE_STATES: Mapping[str, str] = {"queued": "Chờ gửi", "sent": "Đã gửi", "failed": "Không gửi được"}
SERVICES: Mapping[str, str] = {
    "intake": "Tiếp nhận",
    "routing": "Phân công và trả lời",
    "deadlines": "Thời hạn",
    "notify": "Thư và thông báo",
    "console": "Bàn làm việc",
}
EVENTS: Mapping[str, str] = {
    "dialogue-planned": "Lập kế hoạch hội nghị",
    "dialogue-announced": "Thông báo hội nghị",
    "dialogue-held": "Hội nghị đã diễn ra",
    "dialogue-concluded": "Ban hành thông báo kết luận",
    "submission-received": "Tiếp nhận phiếu",
    "registrant-excused": "Người đăng ký báo vắng",
    "attendance-recorded": "Ghi nhận việc tham dự",
    "question-assigned": "Giao câu hỏi",
    "question-awaits-triage": "Chờ phân loại",
    "question-redirected": "Hướng dẫn đến nơi có thẩm quyền",
    "answer-drafted": "Trình dự thảo trả lời",
    "answer-returned": "Trả lại dự thảo",
    "answer-approved": "Duyệt câu trả lời",
    "extension-requested": "Xin gia hạn",
    "extension-granted": "Gia hạn",
    "question-answered-at-dialogue": "Trả lời tại hội nghị",
    "question-settled": "Giải quyết xong câu hỏi",
    "deadline-set": "Bắt đầu tính thời hạn",
    "deadline-moved": "Dời thời hạn",
    "deadline-near": "Sắp đến hạn",
    "deadline-missed": "Quá hạn",
    "deadline-met": "Hoàn thành thời hạn",
    "deadline-cancelled": "Bỏ thời hạn",
    "escalation-raised": "Báo cáo lên cấp trên",
    "notification-queued": "Soạn xong thư",
    "notification-sent": "Đã gửi thư",
    "notification-failed": "Không gửi được thư",
}

DONE: Mapping[str, str] = {
    "assign-question": "Đã giao câu hỏi.",
    "redirect-question": "Đã hướng dẫn; văn bản hướng dẫn sẽ được gửi cho người đăng ký.",
    "draft-answer": "Đã trình câu trả lời để duyệt.",
    "return-answer": "Đã trả lại dự thảo cho phòng chuyên môn.",
    "approve-answer": "Đã duyệt câu trả lời.",
    "request-extension": "Đã gửi đề nghị gia hạn.",
    "extend-term": "Đã gia hạn.",
    "excuse-registrant": "Đã ghi nhận người đăng ký báo vắng.",
    "check-in": "Đã ghi nhận có mặt.",
    "plan-dialogue": "Đã lên kế hoạch hội nghị.",
    "announce-dialogue": "Đã thông báo hội nghị.",
    "hold-dialogue": "Đã ghi nhận hội nghị đã tổ chức.",
    "conclude-dialogue": "Đã ghi nhận thông báo kết luận.",
    "replay": "Đã giao lại sự kiện cho nơi xử lý.",
    "discard": "Đã bỏ sự kiện khỏi danh sách kẹt.",
    "rebuild": "Đang dựng lại dữ liệu hiển thị từ sự kiện đầu tiên.",
}
"""What a page says after a command took effect."""

Urgency = Literal["in-time", "near", "late", "done"]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as a page shows it.

    words: `còn 2 ngày`, `quá hạn 1 ngày`, `đúng hạn`. owed: it runs. used: percent of it that has passed, for the bar.
    """

    words: str
    urgency: Urgency
    owed: bool
    used: int
    due_at: datetime
    original_due_at: datetime
    basis: str
    provisional: bool
    moved_because: str | None

    @property
    def moved(self) -> bool:
        return self.due_at != self.original_due_at


def how_long(state: str, due_at: datetime, now: datetime, met_at: datetime | None = None) -> tuple[str, Urgency]:
    """How long there is still, in calendar days of Vietnam, and how it stands.

    Args:
        state: of the term as deadlines says it: running, near, missed, met, cancelled.
    """
    if state == "cancelled":
        return "không còn tính hạn", "done"
    if met_at is not None:
        late = _days(due_at, met_at)
        if met_at <= due_at:
            return "đúng hạn", "done"
        return (f"trễ {late} ngày" if late else "trễ trong ngày"), "late"
    days = _days(now, due_at)
    if now > due_at:
        return (f"quá hạn {-days} ngày" if days else "quá hạn từ hôm nay"), "late"
    if state == "missed":
        return "quá hạn", "late"
    near: Urgency = "near" if state == "near" or days == 0 else "in-time"
    if days == 0:
        return f"hết hạn {due_at.astimezone(HANOI):%H:%M} hôm nay", near
    return f"còn {days} ngày", near


def waiting(since: datetime, now: datetime) -> str:
    """How long something has waited, in calendar days of Vietnam."""
    days = _days(since, now)
    return f"chờ {days} ngày" if days > 0 else "chờ từ hôm nay"


def used_up(set_at: datetime | None, due_at: datetime, now: datetime) -> int:
    """Percent of a term that has passed."""
    if set_at is None or due_at <= set_at:
        return 100 if now >= due_at else 0
    return max(0, min(100, round(100 * ((now - set_at) / (due_at - set_at)))))


def plain_number(value: int) -> str:
    """`12.345`, as numbers are written in Vietnam."""
    return f"{value:,}".replace(",", ".")


def size(count: int) -> str:
    """Bytes in words: `1,2 MB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}".replace(".", ",")
        count /= 1_000  # type: ignore[assignment]
    return f"{count:.1f} GB".replace(".", ",")


def _days(start: datetime, end: datetime) -> int:
    return (_local(end) - _local(start)).days


def _local(at: datetime) -> date:
    return at.astimezone(HANOI).date()
