"""The words of the console: states, roles, terms. Every page takes them from here; tables are in Vietnamese.

What happened and what was done is said in `event_words`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.console.language import count, language, say
from shared.contracts.taxonomy import FIELD_NAMES
from shared.web import HANOI, capital

STAGES: Mapping[str, str] = {
    "received": "Đã tiếp nhận",
    "awaits-triage": "Chờ phân loại",
    "assigned": "Đã giao",
    "drafting": "Đang soạn trả lời",
    "awaiting-approval": "Chờ duyệt",
    "approved": "Đã duyệt",
    "answered-at-dialogue": "Đã trả lời tại hội nghị",
    "sent": "Đã gửi",
    "referred-up": "Đã báo cáo cấp trên",
    "redirected": "Đã hướng dẫn đến cơ quan có thẩm quyền",
    "out-of-scope": "Đã hướng dẫn gửi đơn đúng nơi",
    "settled": "Đã giải quyết xong",
    "withdrawn": "Đã rút",
}
"""What may be shown as the state of a question, in the order of its life."""

DEED_STATES: Mapping[str, str] = {
    "awaits-triage": STAGES["awaits-triage"],
    "assigned": "Đã giao phòng",
    "drafted": STAGES["awaiting-approval"],
    "returned": STAGES["drafting"],
    "approved": STAGES["approved"],
    "redirected": STAGES["redirected"],
    "referred-up": STAGES["referred-up"],
    "settled": STAGES["settled"],
}
"""States of a question as routing keeps them, where it tells who did what."""

HOLDERS: Mapping[str, str] = {"office": "Văn phòng", "leaders": "Lãnh đạo", "nobody": "Không ai: đã xong"}
"""Whose turn it is, where that is no department."""

HOW_SETTLED: Mapping[str, str] = {
    "answered-at-dialogue": "đã trả lời tại hội nghị",
    "answered-in-writing": "đã trả lời bằng văn bản",
    "redirected": "đã hướng dẫn bằng văn bản",
    "referred-up": "đã báo cáo cấp trên và thông báo cho người hỏi",
    "withdrawn": "người hỏi đã rút",
}
MARKS: Mapping[int, str] = {
    1: "chưa trả lời đúng câu hỏi",
    2: "trả lời còn thiếu nhiều",
    3: "tạm được, còn chỗ chưa rõ",
    4: "rõ",
    5: "rất rõ, đủ",
}
"""How well a question was answered, in the words that its asker chose from."""

MAIL_OUTCOMES: Mapping[str, str] = {
    "registered": "đã đăng ký thành phiếu",
    "attached": "đã gắn vào phiếu có sẵn",
    "ignored": "không phải thư của người dân",
    "quarantined": "cần cán bộ xem",
}
MAIL_SETTLED: Mapping[str, str] = {
    "registered": "đã đăng ký thành phiếu",
    "attached": "đã gắn vào phiếu có sẵn",
    "discarded": "đã bỏ qua",
}
MEDIA_TYPES: Mapping[str, str] = {
    "application/pdf": "PDF",
    "image/png": "ảnh PNG",
    "image/jpeg": "ảnh JPEG",
    "image/webp": "ảnh WebP",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "text/csv": "bảng CSV",
    "text/plain": "văn bản thuần",
    "message/rfc822": "thư điện tử",
}
"""What a file is, beside its size."""

FILE_SOURCES: Mapping[str, str] = {"form": "kèm theo phiếu", "added": "bổ sung", "mail": "gửi theo thư"}
DIALOGUE_STATES: Mapping[str, str] = {
    "planned": "Đã lên kế hoạch",
    "announced": "Đang nhận phiếu đăng ký",
    "registration-closed": "Đã hết hạn đăng ký",
    "held": "Đã tổ chức, chờ kết luận",
    "concluded": "Đã có thông báo kết luận",
    "settled": "Đã giải quyết xong mọi việc",
    "reported": "Đã báo cáo kết quả",
    "cancelled": "Không tổ chức được",
}
DIALOGUE_KINDS: Mapping[str, str] = {"periodic": "Định kỳ", "ad-hoc": "Đột xuất"}
LIST_KINDS: Mapping[str, str] = {"opinions": "Tổng hợp ý kiến", "participants": "Danh sách người tham dự"}
CONCLUSION_STATES: Mapping[str, str] = {
    "drafted": "Chờ duyệt",
    "returned": "Được trả lại để sửa",
    "approved": "Đã duyệt, chờ ban hành",
    "published": "Đã ban hành",
}
ATTENDANCE: Mapping[str | None, str] = {
    "expected": "Dự kiến có mặt",
    "excused": "Đã báo vắng",
    "present": "Có mặt",
    "absent": "Vắng mặt",
    "no-seat": "Không có chỗ",
    "withdrawn": "Đã rút phiếu",
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
FIELDS: Mapping[str, str] = {field: capital(name) for field, name in FIELD_NAMES.items()}
"""As on a line of its own."""

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
    "province": "Cấp trên trực tiếp",
    "operator": "Vận hành",
    "system": "Hệ thống",
}
RULES: Mapping[str, str] = {
    "periodic-dialogue": "Hạn tổ chức đối thoại định kỳ",
    "announcement": "Hạn thông báo hội nghị",
    "registration-cutoff": "Hạn nhận phiếu đăng ký",
    "opinions-collected": "Hạn gửi tổng hợp ý kiến",
    "participant-list": "Hạn gửi danh sách người tham dự",
    "preparation": "Hạn chuẩn bị hội nghị",
    "triage": "Hạn phân loại, giao câu hỏi",
    "department-answer": "Hạn trả lời của phòng chuyên môn",
    "approval": "Hạn xem xét, duyệt câu trả lời",
    "revision": "Hạn hoàn thiện dự thảo được trả lại",
    "written-answer": "Hạn trả lời bằng văn bản",
    "posting": "Hạn gửi thư qua bưu điện",
    "guidance": "Hạn gửi văn bản hướng dẫn",
    "superior-report": "Hạn báo cáo cấp trên",
    "delegate-report": "Hạn báo cáo lại Chủ tịch",
    "conclusion-notice": "Hạn ban hành thông báo kết luận",
    "resolution": "Hạn thực hiện kết luận",
    "resolution-extended": "Hạn thực hiện kết luận, đã gia hạn",
    "result-report": "Hạn báo cáo kết quả",
}
SHORT_RULES: Mapping[str, str] = {
    "triage": "phân loại, giao câu hỏi",
    "approval": "xem xét, duyệt câu trả lời",
    "revision": "hoàn thiện dự thảo được trả lại",
    "guidance": "gửi văn bản hướng dẫn",
    "written-answer": "trả lời bằng văn bản",
    "posting": "gửi thư qua bưu điện",
    "superior-report": "báo cáo cấp trên",
}
"""Said beside a question's term where it is not its department's."""

CLOCKS: Mapping[str, str] = {
    "keeps-running": "Tiếp tục tính: phòng mới phải trả lời trong đúng hạn còn lại",
    "pauses": "Tạm dừng: dừng cho đến khi phòng mới nhận (chậm nhất 2 ngày làm việc), rồi tính tiếp phần còn lại",
    "starts-anew": "Tính lại từ đầu: phòng mới có đủ thời hạn, kể từ ngày chuyển; hạn ban đầu vẫn được ghi lại",
}
"""What a transfer does to the term, each explained in a line."""

CLOCKS_IN_SHORT: Mapping[str, str] = {
    "keeps-running": "thời hạn tiếp tục tính",
    "pauses": "thời hạn tạm dừng đến khi phòng mới nhận",
    "starts-anew": "thời hạn tính lại từ đầu",
}
MOVE_CAUSES: Mapping[str, str] = {
    "extension": "gia hạn",
    "transfer": "chuyển phòng",
    "resumed": "tính tiếp sau khi tạm dừng",
    "rescheduled": "hội nghị đổi ngày",
    "calendar": "lịch nghỉ thay đổi",
    "passed-on": "đến bước duyệt tiếp theo",
}
WRITTEN_BECAUSE: Mapping[str, str] = {
    "excused": "người hỏi đã báo vắng",
    "absent": "người hỏi vắng mặt tại hội nghị",
    "no-seat": "hội nghị không còn chỗ cho người hỏi",
    "late": "phiếu đến sau hạn đăng ký",
    "unscheduled": "không có hội nghị nào đang nhận phiếu",
    "outside-subject": "câu hỏi nằm ngoài nội dung của hội nghị",
    "taken": "hội nghị tiếp nhận để trả lời bằng văn bản",
    "afterwards": "tại hội nghị chưa có câu trả lời",
    "cancelled": "hội nghị không tổ chức được",
    "reopened": "câu trả lời trước chưa đạt, câu hỏi được mở lại",
}
"""Why an answer is owed in writing."""

MESSAGE_KINDS: Mapping[str, str] = {
    "receipt": "Giấy tiếp nhận",
    "invitation": "Giấy mời dự hội nghị",
    "waitlist": "Thông báo về danh sách chờ",
    "rescheduled": "Thông báo đổi lịch hội nghị",
    "cancelled": "Thông báo không tổ chức hội nghị",
    "answer": "Văn bản trả lời",
    "guidance": "Văn bản hướng dẫn",
    "referral": "Thông báo đã báo cáo cấp trên",
    "extension": "Thông báo gia hạn trả lời",
    "conclusion": "Thông báo kết luận",
    "resolution": "Thông báo kết quả giải quyết",
    "apology": "Thư xin lỗi, hẹn ngày trả lời",
    "dialogue-reminder": "Thư nhắc ngày hội nghị",
    "digest": "Thư tổng hợp việc trong ngày (nội bộ)",
    "reminder": "Thư nhắc cán bộ",
    "escalation": "Thư báo việc quá hạn (nội bộ)",
}
MESSAGE_CHANNELS: Mapping[str, str] = {"email": "thư điện tử", "letter": "thư giấy", "in-person": "trao trực tiếp"}
MESSAGE_STATES: Mapping[str, str] = {"queued": "Chờ gửi", "sent": "Đã gửi", "failed": "Không gửi được"}
DELIVERY_REPORTS: Mapping[str, str] = {
    "failed": "Máy chủ của người nhận trả lại thư điện tử",
    "delayed": "Máy chủ của người nhận chưa nhận thư, còn đang thử lại",
    "complained": "Người nhận báo thư này là thư rác",
}
"""What a mail server says later of a mail that was sent."""

REGISTERS: Mapping[str, str] = {
    "letter": "Công văn, thư trả lời",
    "invitation": "Giấy mời",
    "transfer": "Phiếu chuyển",
    "conclusion": "Thông báo kết luận",
    "report": "Báo cáo",
}
"""The books of the outgoing register."""

SERVICES: Mapping[str, str] = {
    "intake": "Tiếp nhận",
    "routing": "Phân công và trả lời",
    "deadlines": "Thời hạn",
    "notify": "Thư và thông báo",
    "console": "Bàn làm việc",
}

Urgency = Literal["in-time", "near", "late", "done"]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as a page shows it.

    id: of the deadline. words: `còn 2 ngày`, `quá hạn 1 ngày`, `đúng hạn`, in calendar days. owed: somebody must act;
    a paused one stands still. used: percent of it that has passed, for the bar. cause: why it was moved.
    """

    id: str
    rule: str
    state: str
    words: str
    urgency: Urgency
    owed: bool
    used: int
    due_at: datetime
    original_due_at: datetime
    basis: str
    provisional: bool
    moved_because: str | None
    cause: str | None = None
    paused_because: str | None = None

    @property
    def moved(self) -> bool:
        return self.due_at != self.original_due_at

    @property
    def runs(self) -> bool:
        return self.owed and self.state != "paused"


def how_long(state: str, due_at: datetime, now: datetime, met_at: datetime | None = None) -> tuple[str, Urgency]:
    """How long there is still, in calendar days of Vietnam, and how it stands.

    Args:
        state: of the term as deadlines says it: running, near, missed, paused, met, cancelled, passed.
    """
    if state == "cancelled":
        return say("không còn tính hạn"), "done"
    if state == "passed":
        return say("đã hết hạn"), "done"
    if state == "paused":
        return say("tạm dừng"), "in-time"
    if met_at is not None:
        late = _days(due_at, met_at)
        if met_at <= due_at:
            return say("đúng hạn"), "done"
        return (count("trễ %(number)s ngày", late) if late else say("trễ trong ngày")), "late"
    days = _days(now, due_at)
    if now > due_at:
        return (count("quá hạn %(number)s ngày", -days) if days else say("quá hạn từ hôm nay")), "late"
    if state == "missed":
        return say("quá hạn"), "late"
    near: Urgency = "near" if state == "near" or days == 0 else "in-time"
    if days == 0:
        return say("hết hạn %(time)s hôm nay", time=f"{due_at.astimezone(HANOI):%H:%M}"), near
    return count("còn %(number)s ngày", days), near


def waiting(since: datetime, now: datetime) -> str:
    """How long something has waited, in calendar days of Vietnam."""
    days = _days(since, now)
    return count("chờ %(number)s ngày", days) if days > 0 else say("chờ từ hôm nay")


def used_up(set_at: datetime | None, due_at: datetime, now: datetime) -> int:
    """Percent of a term that has passed."""
    if set_at is None or due_at <= set_at:
        return 100 if now >= due_at else 0
    return max(0, min(100, round(100 * ((now - set_at) / (due_at - set_at)))))


def likely(probability: float) -> str:
    """How sure the machine is, in words."""
    if probability >= 0.9:
        return "gần như chắc chắn"
    if probability >= 0.7:
        return "nhiều khả năng"
    if probability >= 0.4:
        return "có thể"
    return "ít khả năng"


def percent(share: float) -> str:
    """`87 %`. What is not quite certain is not called so."""
    whole = round(share * 100)
    return f"{min(whole, 99) if share < 1 else 100} %"


def one_of(roles: Sequence[str]) -> str:
    """`Chánh Văn phòng hoặc Chủ tịch`."""
    return " hoặc ".join(ROLES[role] for role in roles)


def spoken_roles(roles: Sequence[str]) -> str:
    """The same in the language of the page: `Head of the office or Chairman`."""
    return say(" hoặc ").join(say(ROLES[role]) for role in roles)


def question_of(number: int | None, code: str | None) -> str:
    """`câu 2 của phiếu K7QX-3M9D`; what is not known, or may not be told, is left out."""
    told = f"câu {number}" if number else "một câu hỏi"
    return f"{told} của phiếu {code}" if code else told


def run_of(run: str) -> str:
    """`Đợt in 05/06/2026`, `Đợt in 05/06/2026, lần 2`, of a print run's id `<commune>-20260605-2`."""
    day, again = _day_of(run)
    return f"Đợt in {day}" + (f", lần {again}" if again else "")


def spoken_run(run: str) -> str:
    """The same in the language of the page: `Print run of 05/06/2026, no. 2`."""
    day, again = _day_of(run)
    told = say("Đợt in %(day)s", day=day)
    return say("%(run)s, lần %(number)s", run=told, number=again) if again else told


_SWAPPED = str.maketrans(",.", ".,")


def plain_number(value: float) -> str:
    """`12.345` and `2,5`, as numbers are written in Vietnam; in English `12,345` and `2.5`."""
    told = f"{value:,}"
    return told if language.get() == "en" else told.translate(_SWAPPED)


def size(length: int) -> str:
    """Bytes in words: `1,2 MB`."""
    bytes_ = float(length)
    for unit in ("B", "kB", "MB"):
        if bytes_ < 1_000:
            return f"{bytes_:.0f} {unit}" if unit == "B" else _tenths(bytes_, unit)
        bytes_ /= 1_000
    return _tenths(bytes_, "GB")


def _tenths(value: float, unit: str) -> str:
    return f"{plain_number(round(value, 1))} {unit}"


def _day_of(run: str) -> tuple[str, str | None]:
    """Its day, and its number where the day has several; the id itself where it is another's."""
    found = re.fullmatch(r".*-([0-9]{4})([0-9]{2})([0-9]{2})(?:-([0-9]+))?", run)
    if found is None:
        return run, None
    year, month, day, again = found.groups()
    return f"{day}/{month}/{year}", again


def _days(start: datetime, end: datetime) -> int:
    return (_local(end) - _local(start)).days


def _local(at: datetime) -> date:
    return at.astimezone(HANOI).date()
