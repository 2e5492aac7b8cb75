"""What states and roles are called where staff read of them."""

from collections.abc import Collection, Mapping

from services.routing.question import State
from shared.contracts import Role

STATE_NAMES: Mapping[State, str] = {
    State.AWAITS_TRIAGE: "đang chờ phân loại",
    State.ASSIGNED: "đang ở phòng chuyên môn",
    State.DRAFTED: "đang chờ duyệt câu trả lời",
    State.RETURNED: "đã được trả lại phòng chuyên môn",
    State.APPROVED: "đã có câu trả lời được duyệt",
    State.REDIRECTED: "đã được chuyển hướng",
    State.REFERRED_UP: "đã được chuyển lên cấp trên",
    State.SETTLED: "đã giải quyết xong",
}
"""After the word for a question: `Câu hỏi đang chờ phân loại`."""

ROLE_NAMES: Mapping[Role, str] = {
    Role.CLERK: "cán bộ Văn phòng",
    Role.OFFICER: "công chức chuyên môn",
    Role.HEAD: "trưởng phòng chuyên môn",
    Role.OFFICE_HEAD: "Chánh Văn phòng",
    Role.CHAIRMAN: "Chủ tịch, Phó Chủ tịch",
}


def role_names(roles: Collection[Role]) -> str:
    return ", ".join(ROLE_NAMES[role] for role in Role if role in roles)
