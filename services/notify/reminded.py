"""Who is told of a term that is near, or was missed: whoever can do what it is about."""

from services.notify.correspondence import Entry
from shared.communes import Person, Profile
from shared.contracts import Role
from shared.contracts.deadlines import RuleId

OF_CLERKS: frozenset[RuleId] = frozenset({"triage", "guidance"})
"""The office's daily work."""


def reminded(entry: Entry, profile: Profile) -> list[str]:
    """E-mail addresses of those who hold the role; of officers and heads, in the department that must act.

    Empty where nobody in the profile holds it.
    """
    role = put_before(entry)
    if role is Role.CLERK and entry.rule in OF_CLERKS and not profile.holders(role):
        role = Role.OFFICE_HEAD
    return [person.email for person in _holders(role, entry.department, profile)]


def doer(entry: Entry) -> Role:
    """Who has to do it himself."""
    if entry.rule == "approval" and entry.department is None:
        return Role.CHAIRMAN if entry.awaits and Role.OFFICE_HEAD not in entry.awaits else Role.OFFICE_HEAD
    if entry.department is not None:
        return Role.HEAD if entry.rule == "approval" else Role.OFFICER
    return Role.CLERK if entry.rule in OF_CLERKS else Role.OFFICE_HEAD


def put_before(entry: Entry) -> Role:
    """The role that is told. On the lowest rung of the ladder it is whoever has to do it himself."""
    lowest = entry.to is Role.OFFICER and (entry.rule == "approval" or entry.rule in OF_CLERKS)
    return doer(entry) if entry.to is None or lowest else entry.to


def _holders(role: Role, department: str | None, profile: Profile) -> list[Person]:
    """What no department owes is the office's; its head is the head of the office (Chánh Văn phòng)."""
    of_department = department or profile.office if role in (Role.OFFICER, Role.HEAD) else None
    people = profile.holders(role, of_department)
    if not people and of_department == profile.office:
        people = profile.holders(Role.OFFICE_HEAD)
    return list(people)
