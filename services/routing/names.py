"""What states and roles are called where staff read of them; and when two names are of one person."""

from collections.abc import Collection, Mapping

from services.routing.classifying.words import spelling
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
    Role.CHAIRMAN: "Chủ tịch hoặc Phó Chủ tịch",
}


def role_names(roles: Collection[Role]) -> str:
    """Of which one is enough: `Chánh Văn phòng, Chủ tịch hoặc Phó Chủ tịch`."""
    named = " hoặc ".join(ROLE_NAMES[role] for role in Role if role in roles)
    return named.replace(" hoặc ", ", ", max(named.count(" hoặc ") - 1, 0))


def plain_name(name: str) -> str:
    """The same for all ways to write a person's name: capitals, blanks, the place of the tone mark (Hoà, Hòa)."""
    return " ".join(map(spelling, name.casefold().split()))
