"""Who passes an answer before it may be given: the steps of the commune, as they are for one department and writer."""

from dataclasses import dataclass

from services.routing.question import Question
from shared.contracts import Role

Steps = tuple[tuple[Role, ...], ...]
"""In order; of each the roles of which one decides."""

DEFAULT: Steps = ((Role.OFFICE_HEAD, Role.CHAIRMAN),)
"""Of a draft that was handed in before a commune could name its steps."""


@dataclass(frozen=True, slots=True)
class Approval:
    """How a commune approves its answers.

    heads: ids of the departments that have a head. office: id of the office's own department, whose head is the
    office-head.
    """

    steps: Steps = DEFAULT
    heads: frozenset[str] = frozenset()
    office: str | None = None

    def chain_for(self, department: str, written_by_head: bool) -> Steps:
        """The steps of an answer of this department."""
        writer = Role.HEAD if written_by_head else Role.OFFICER
        is_office = department == self.office
        return chain(self.steps, writer=writer, has_head=department in self.heads, is_office=is_office)


def chain(steps: Steps, *, writer: Role, has_head: bool, is_office: bool) -> Steps:
    """The steps that an answer has to pass. Never empty: the last step stays.

    No step waits for a head where there is none, or where the head wrote it himself. In the office's own department
    the office-head stands for the head; nobody is asked twice, so a role counts where it comes first.
    """
    asked: set[Role] = set()
    passing: list[tuple[Role, ...]] = []
    for step in steps:
        roles = [Role.OFFICE_HEAD if is_office and role is Role.HEAD else role for role in step]
        if not has_head or writer is Role.HEAD:
            roles = [role for role in roles if role is not Role.HEAD]
        left = tuple(role for role in dict.fromkeys(roles) if role not in asked)
        asked.update(left)
        if left:
            passing.append(left)
    return tuple(passing) or steps[-1:]


def remaining(question: Question) -> Steps:
    """The steps that a draft handed in has still to pass, the next one first."""
    return question.awaits or DEFAULT
