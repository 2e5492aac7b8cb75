"""Who decides next on an answer, by name, for whoever is about to hand it in. Courtesy: routing keeps the steps."""

from collections.abc import Iterator

from services.console import words
from services.console.acting import Acting
from services.console.language import say
from shared.communes import Profile
from shared.contracts import Role


def first_deciders(who: Acting, department: str | None) -> str:
    """`Trưởng phòng Bùi Thị Hải`, of an answer that this person hands in for a department."""
    return in_words(who.profile, next(_steps(who, department), who.profile.approval[-1]), department)


def in_words(profile: Profile, roles: tuple[str, ...], department: str | None) -> str:
    """`Chánh Văn phòng Đặng Quốc Trung hoặc Chủ tịch Nguyễn Văn Lợi`; a role that nobody holds goes by itself."""
    return say(" hoặc ").join(_holder(profile, Role(role), department) for role in roles)


def _steps(who: Acting, department: str | None) -> Iterator[tuple[Role, ...]]:
    """No step waits for a head where there is none or who wrote it himself; the office's is the office-head."""
    profile = who.profile
    has_head = bool(department and profile.holders(Role.HEAD, department)) and who.role is not Role.HEAD
    for step in profile.approval:
        roles = [Role.OFFICE_HEAD if department == profile.office and role is Role.HEAD else role for role in step]
        if left := tuple(dict.fromkeys(role for role in roles if has_head or role is not Role.HEAD)):
            yield left


def _holder(profile: Profile, role: Role, department: str | None) -> str:
    of_department = department if role is Role.HEAD else None
    names = say(" hoặc ").join(person.name for person in profile.holders(role, of_department))
    return f"{say(words.ROLES[role])} {names}".strip()
