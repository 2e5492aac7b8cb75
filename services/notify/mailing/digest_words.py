"""What a digest says of each term: what must be done, since when, by whom, and what its reader is asked to do."""

from collections.abc import Mapping
from typing import Any

from services.notify.contents import department_name
from services.notify.correspondence import Correspondence, Entry, Message
from services.notify.digests import in_order
from services.notify.reminded import doer, put_before
from services.notify.wording import clock_and_day, day, one_line
from shared.communes import Profile
from shared.contracts import Role
from shared.contracts.deadlines import RuleId

TASKS: Mapping[RuleId, str] = {
    "periodic-dialogue": "Tổ chức hội nghị đối thoại định kỳ",
    "announcement": "Thông báo thời gian, địa điểm hội nghị đối thoại",
    "registration-cutoff": "Chốt danh sách đăng ký đối thoại",
    "opinions-collected": "Gửi bản tổng hợp ý kiến",
    "participant-list": "Gửi danh sách người tham dự",
    "preparation": "Chuẩn bị hội nghị đối thoại",
    "department-answer": "Soạn câu trả lời",
    "written-answer": "Gửi văn bản trả lời người đăng ký",
    "triage": "Phân loại, giao câu hỏi",
    "approval": "Xem xét, duyệt câu trả lời",
    "revision": "Hoàn thiện dự thảo được trả lại",
    "posting": "Gửi bưu điện đợt thư đã in",
    "guidance": "Gửi văn bản hướng dẫn, thông báo cho người hỏi",
    "superior-report": "Báo cáo cấp trên nội dung vượt thẩm quyền",
    "delegate-report": "Báo cáo Chủ tịch kết quả hội nghị được ủy quyền chủ trì",
    "conclusion-notice": "Ban hành thông báo kết luận hội nghị đối thoại",
    "resolution": "Giải quyết nội dung được giao tại thông báo kết luận",
    "resolution-extended": "Giải quyết nội dung được giao tại thông báo kết luận (đã gia hạn)",
    "result-report": "Báo cáo kết quả đối thoại lên cấp trên",
}

ROLES: Mapping[Role, str] = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức được giao",
    Role.HEAD: "lãnh đạo đơn vị thực hiện",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch UBND {commune}",
    Role.PROVINCE: "cơ quan cấp trên",
}


def digest_in_words(state: Correspondence, message: Message, profile: Profile, desk_url: str = "") -> dict[str, Any]:
    """What its text may name. `items`: what is overdue first, then what ends soon, each by its end.

    Args:
        desk_url: of the staff's pages, without a slash at the end.
    """
    assert state.digest is not None, "only digests are sent to staff"
    to = state.digest.to.casefold()
    reader = next((person.name for person in profile.people if person.email.casefold() == to), None)
    entries = enumerate(in_order(state, message), 1)
    items = [{"number": number, **_item(entry, profile, desk_url)} for number, entry in entries]
    missed = sum(item["missed"] for item in items)
    return {
        "addressee": f"ông/bà {one_line(reader)}" if reader else "ông/bà",
        "you": "ông/bà",
        "You": "Ông/bà",
        "day": day(state.digest.day),
        "missed": missed,
        "near": len(items) - missed,
        "supplement": message.id != state.id,
        "items": items,
    }


def _item(entry: Entry, profile: Profile, desk_url: str) -> dict[str, Any]:
    who = _who(entry, profile)
    return {
        "missed": entry.step > 0,
        "task": TASKS[entry.rule],
        "what": one_line(entry.what) if entry.what else None,
        "reference": one_line(entry.reference),
        "who": who,
        "due": clock_and_day(entry.due_at),
        "ask": _ask(entry, who, profile),
        "why": _why(entry, profile),
        "page": f"{desk_url}/buu-chinh/{entry.about}" if desk_url and entry.rule == "posting" else None,
    }


def _who(entry: Entry, profile: Profile) -> str:
    """Who must act."""
    if entry.rule == "approval" and entry.department is None:
        return "người có thẩm quyền duyệt"
    if entry.department is not None:
        department = department_name(entry.department, profile)
        return f"lãnh đạo {department}" if entry.rule == "approval" else department
    return one_line(entry.owner) if entry.owner else department_name(profile.office, profile)


def _ask(entry: Entry, who: str, profile: Profile) -> str:
    """Whoever owes it is asked to do it, whoever is set over him to have it done, the superior to watch."""
    others = entry.department is None and entry.owner is not None
    offices_own = not others and entry.department in (None, profile.office)
    if entry.step == 0:
        if others:
            return f"Đôn đốc {who} hoàn thành trước hạn."
        if entry.rule == "approval":
            return "Duyệt, hoặc trả lại kèm ý kiến, trước hạn."
        if entry.rule == "department-answer":
            return "Hoàn thành trước hạn; nếu cần thêm thời gian để xác minh, xin gia hạn trước khi hết hạn."
        return "Hoàn thành trước hạn."
    if entry.rule == "approval" and put_before(entry) is doer(entry):
        return "Duyệt, hoặc trả lại kèm ý kiến, ngay; nếu chưa xong, việc được báo cáo lên cấp trên."
    match entry.to:
        case Role.OFFICER | Role.CLERK if not others:
            return "Hoàn thành ngay; nếu chưa xong, việc được báo cáo lên cấp trên."
        case Role.OFFICE_HEAD if offices_own:
            return "Chỉ đạo Văn phòng hoàn thành ngay."
        case Role.CHAIRMAN:
            return f"Chỉ đạo {who} hoàn thành và cho ý kiến xử lý việc chậm trễ."
        case Role.PROVINCE:
            return f"Để biết và theo dõi; khi cần, đôn đốc Ủy ban nhân dân {profile.name}."
    return f"Đôn đốc {who} hoàn thành ngay."


def _why(entry: Entry, profile: Profile) -> str | None:
    """Which rung of the ladder it is; None for a reminder."""
    if entry.step == 0 or entry.to is None:
        return None
    role = ROLES.get(put_before(entry), "người phụ trách").format(commune=profile.name)
    return f"Bước {entry.step} của quy định báo cáo việc quá hạn, gửi {role}"
