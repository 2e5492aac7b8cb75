"""Who is told of a term that is near, or was missed: whoever can do what it is about."""

from services.notify.correspondence import Entry
from shared.communes import Person, Profile
from shared.contracts import Role
from shared.contracts.deadlines import RuleId

OF_CLERKS: frozenset[RuleId] = frozenset({"triage", "guidance"})
"""The office's daily work."""


def reminded(entry: Entry, profile: Profile) -> list[str]:
    """E-mail addresses of those who hold the role, each once; of officers and heads, in the department that must act.

    Empty where nobody in the profile holds it.
    """
    people = [person for role in _roles(entry, profile) for person in _holders(role, entry.department, profile)]
    return list(dict.fromkeys(person.email for person in people))


def doer(rule: RuleId, department: str | None) -> Role:
    """Who has to do it himself."""
    if rule == "approval":
        return Role.HEAD if department else Role.OFFICE_HEAD
    return Role.OFFICER if department else Role.CLERK if rule in OF_CLERKS else Role.OFFICE_HEAD


def put_before(entry: Entry) -> Role:
    """The role that is told. On the lowest rung of the ladder it is whoever has to do it himself."""
    lowest = entry.to is Role.OFFICER and (entry.rule == "approval" or entry.rule in OF_CLERKS)
    return doer(entry.rule, entry.department) if entry.to is None or lowest else entry.to


def _roles(entry: Entry, profile: Profile) -> tuple[Role, ...]:
    """Of an answer that waits for a leader the term does not say which: the chairman is told where a step is his."""
    role = put_before(entry)
    if role is Role.CLERK and entry.rule in OF_CLERKS and not profile.holders(role):
        return (Role.OFFICE_HEAD,)
    to_a_leader = entry.rule == "approval" and entry.department is None and role is Role.OFFICE_HEAD
    return (role, Role.CHAIRMAN) if to_a_leader and _chairman_decides(profile) else (role,)


def _chairman_decides(profile: Profile) -> bool:
    return any(Role.CHAIRMAN in step and Role.OFFICE_HEAD not in step for step in profile.approval)


def _holders(role: Role, department: str | None, profile: Profile) -> list[Person]:
    """What no department owes is the office's; its head is the head of the office (Chánh Văn phòng)."""
    of_department = department or profile.office if role in (Role.OFFICER, Role.HEAD) else None
    people = profile.holders(role, of_department)
    if not people and of_department == profile.office:
        people = profile.holders(Role.OFFICE_HEAD)
    return list(people)
