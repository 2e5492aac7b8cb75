"""Who approves an answer: steps that somebody can take, each by another person."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from shared.commune_checks.looking import Data, at, departments_with, each, repeated
from shared.commune_checks.people import OF_A_DEPARTMENT
from shared.contracts.base import Role
from shared.strict_yaml import Finding, Place, written

APPROVERS = (Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN)
"""Who may be a step of the approval of an answer; the last two are there for every department."""


def _steps_that_approve_nothing(data: Data) -> Iterator[Finding]:
    held = {role for _, role in each(data, str, "people", ..., "role")}
    for place, role in each(data, str, "approval", ..., ...):
        if role in tuple(Role) and role not in APPROVERS:
            allowed = ", ".join(APPROVERS)
            yield place, f"{written(place)}: {role} không duyệt câu trả lời; bước duyệt chỉ ghi {allowed}"
        elif role in APPROVERS and role not in held:
            yield place, f"{written(place)}: không có ai trong people giữ vai trò {role}, nên không ai duyệt bước này"


def _steps_of_the_same(data: Data) -> Iterator[Finding]:
    """Nobody judges an answer twice; who would have to holds it up for ever."""
    yield from repeated(
        each(data, str, "approval", ..., ...), "vai trò {!r} đã duyệt ở {}; mỗi vai trò chỉ duyệt một bước"
    )


def _approval_that_may_end_with_nobody(data: Data) -> Iterator[Finding]:
    """A department may have no head, and a head does not pass what he wrote himself."""
    steps = list(each(data, list, "approval", ...))
    if (
        steps
        and Role.HEAD in steps[-1][1]
        and not {Role.OFFICE_HEAD, Role.CHAIRMAN} & {role for role in steps[-1][1] if isinstance(role, str)}
    ):
        place, _ = steps[-1]
        yield place, f"{written(place)}: bước cuối phải có office-head hoặc chairman; trưởng phòng không duyệt sau cùng"


def _steps_that_wait_for_who_may_not(data: Data) -> Iterator[Finding]:
    """Nobody judges an answer twice: where one man holds two offices, somebody else must be there for one of them."""
    for place, roles, waiting in _steps_of_one(data):
        if stuck := [one for one in waiting if one.before == {one.name}]:
            yield (
                place,
                f"{written(place)}: ở {_where(stuck)} chỉ có {stuck[0].name} giữ vai trò {roles}, mà bước trước cũng "
                "chỉ có người này duyệt; không ai duyệt hai bước. Xin thêm người, hoặc bỏ bớt một bước",
            )


def _steps_that_may_wait_for_who_may_not(data: Data) -> Iterator[Finding]:
    """Nor what he wrote himself."""
    for place, roles, waiting in _steps_of_one(data):
        if may_be := [one for one in waiting if one.before != {one.name} and (one.writes or one.name in one.before)]:
            yield (
                place,
                f"{written(place)}: ở {_where(may_be)} chỉ có {may_be[0].name} giữ vai trò {roles}; câu trả lời mà "
                "người này tự soạn hoặc đã duyệt ở bước trước thì không còn ai duyệt bước này",
            )


@dataclass(frozen=True, slots=True)
class _Alone:
    """The one person who can take a step in a department.

    before: who can take the earlier step that the fewest can, of those that he can. writes: answers of this department.
    """

    department: str
    name: str
    before: frozenset[str]
    writes: bool


def _steps_of_one(data: Data) -> Iterator[tuple[Place, str, list[_Alone]]]:
    """The steps that somewhere one person alone can take, with their roles."""
    steps = [(place, [role for role in step if role in APPROVERS]) for place, step in each(data, list, "approval", ...)]
    departments = [id for _, id in each(data, str, "departments", ..., "id")]
    for number, (place, roles) in enumerate(steps):
        alone = [one for id in departments if (one := _alone(data, [step for _, step in steps[: number + 1]], id))]
        if alone:
            yield place, ", ".join(roles), alone


def _alone(data: Data, steps: list[list[str]], department: str) -> _Alone | None:
    """Who alone can take the last of these steps there: a step is left out as when an answer is handed in."""
    asked: set[str] = set()
    taken_by: list[frozenset[str]] = []
    for step in steps:
        in_office = department == at(data, ("office",))
        roles = {str(Role.OFFICE_HEAD) if in_office and role == Role.HEAD else role for role in step} - asked
        asked |= roles
        taken_by.append(_holders(data, roles, department))
    *earlier, last = taken_by
    if len(last) != 1:
        return None
    [name] = last
    before = min((one for one in earlier if name in one), key=len, default=frozenset[str]())
    writes = roles != {Role.HEAD} and name in _holders(data, set(OF_A_DEPARTMENT), department)
    return _Alone(department, name, before, writes)


def _holders(data: Data, roles: Collection[str], department: str) -> frozenset[str]:
    """Names of the people who hold one of the roles there."""
    return frozenset(
        " ".join(name.split()).title()
        for place, role in each(data, str, "people", ..., "role")
        if role in roles
        and (role not in OF_A_DEPARTMENT or at(data, (*place[:2], "department")) == department)
        and isinstance(name := at(data, (*place[:2], "name")), str)
    )


def _where(waiting: list[_Alone]) -> str:
    return f"phòng {', '.join(one.department for one in waiting)}"


def _steps_without_a_head(data: Data) -> Iterator[Finding]:
    """There the step is left out. The office has a head of its own, the office-head."""
    office, headed = at(data, ("office",)), departments_with(data, Role.HEAD)
    without = [id for _, id in each(data, str, "departments", ..., "id") if id not in headed and id != office]
    for place, role in each(data, str, "approval", ..., ...):
        if role == Role.HEAD and headed and without:
            yield place, f"{written(place)}: không có head ở phòng {', '.join(without)}; ở đó bước này được bỏ qua"


CONTRADICTIONS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _steps_that_approve_nothing,
    _steps_of_the_same,
    _approval_that_may_end_with_nobody,
    _steps_that_wait_for_who_may_not,
)

REMARKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _steps_without_a_head,
    _steps_that_may_wait_for_who_may_not,
)
