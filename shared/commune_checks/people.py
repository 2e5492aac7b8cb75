"""Who there is: departments and people, and whom a missed term is put before."""

from collections.abc import Callable, Iterator
from itertools import pairwise

from shared.commune_checks.looking import Data, at, departments_with, each, repeated
from shared.contracts.base import Role
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import Finding, meant, written

LADDER = (Role.OFFICER, Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE)
"""Whom a missed term is put before, from the bottom up."""

NEEDED = (Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE)
"""Without one of these no form is taken in, no question assigned, no answer approved, or a dialogue that was never held
is known to nobody above."""

OF_A_DEPARTMENT = (Role.OFFICER, Role.HEAD)


# --- departments and people ------------------------------------------------------------------------------------------


def _same_ids(data: Data) -> Iterator[Finding]:
    for what in (("departments",), ("programme",)):
        yield from repeated(each(data, str, *what, ..., "id"), "id {!r} đã dùng ở {}")
    of_dialogue = [
        *each(data, str, "conference", "duties", ..., "id"),
        *each(data, str, "conference", "lists", ..., "id"),
    ]
    yield from repeated(iter(of_dialogue), "id {!r} đã dùng ở {}")


def _unknown_departments(data: Data) -> Iterator[Finding]:
    known = [id for _, id in each(data, str, "departments", ..., "id")]
    for place, id in each(data, str, "office"):
        if id not in known:
            yield place, f"office: không có phòng nào có id {id!r}{meant(id, known)}"
    for what in (("people", ..., "department"), ("conference", "duties", ..., "department")):
        for place, id in each(data, str, *what):
            if id not in known:
                yield place, f"{written(place)}: phòng {id!r} không có trong departments{meant(id, known)}"


def _one_owner_of_each_field(data: Data) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for place, field in each(data, str, "departments", ..., "fields", ...):
        owner = str(at(data, (*place[:2], "id")))
        if field in owners:
            yield place, f"departments: lĩnh vực {field} được giao cho cả {owners[field]} và {owner}"
        owners.setdefault(field, owner)
    missing = [field for field in QuestionField if field not in owners and field is not QuestionField.OTHER]
    if missing:
        yield ("departments",), f"departments: chưa giao lĩnh vực {', '.join(missing)} cho phòng nào"


def _people_without_place(data: Data) -> Iterator[Finding]:
    """An officer without a department would be reminded of the work of all of them."""
    for place, role in each(data, str, "people", ..., "role"):
        person, department = place[:2], at(data, (*place[:2], "department"))
        if role in OF_A_DEPARTMENT and department is None:
            yield person, f"{written(person)}: vai trò {role} phải ghi department"
        elif role in tuple(Role) and role not in OF_A_DEPARTMENT and department is not None:
            yield person, f"{written(person)}: chỉ {' và '.join(OF_A_DEPARTMENT)} ghi department, {role} thì không"


def _nobody_there(data: Data) -> Iterator[Finding]:
    held = {role for _, role in each(data, str, "people", ..., "role")}
    for role in NEEDED:
        if role not in held:
            yield ("people",), f"people: chưa có ai giữ vai trò {role}"
    staffed = departments_with(data, *OF_A_DEPARTMENT)
    for place, id in each(data, str, "departments", ..., "id"):
        if id not in staffed:
            yield place, f"departments: phòng {id} chưa có công chức nào trong people (officer hoặc head)"


def _same_mailbox(data: Data) -> Iterator[Finding]:
    emails = ((place, email.casefold()) for place, email in each(data, str, "people", ..., "email"))
    yield from repeated(emails, "địa chỉ {!r} đã là của người ở {}; mỗi người một địa chỉ")


def _same_hamlets(data: Data) -> Iterator[Finding]:
    names = ((place, " ".join(name.casefold().split())) for place, name in each(data, str, "hamlets", ...))
    yield from repeated(names, "{!r} đã có ở {}")
    if at(data, ("conference", "per_hamlet")) is not None and not at(data, ("hamlets",)):
        yield ("conference", "per_hamlet"), "conference.per_hamlet: chưa có hamlets nên không chia chỗ theo thôn được"


def _signers_who_are_not_here(data: Data) -> Iterator[Finding]:
    chairmen = [
        name
        for place, role in each(data, str, "people", ..., "role")
        if role == Role.CHAIRMAN and isinstance(name := at(data, (*place[:2], "name")), str)
    ]
    signers = (
        *each(data, str, "letterhead", "signer", "name"),
        *each(data, str, "letterhead", "deputies", ..., "name"),
    )
    for place, name in signers:
        if name not in chairmen:
            yield (
                place,
                f"{written(place)}: {name} không phải là chairman nào trong people{meant(name, chairmen)}",
            )


def _hamlets_by_another_word(data: Data) -> Iterator[Finding]:
    word, other = ("thôn", "tổ dân phố") if at(data, ("hamlet_word",)) in (None, "thôn") else ("tổ dân phố", "thôn")
    for place, name in each(data, str, "hamlets", ...):
        if name.casefold().startswith(other):
            yield place, f"{written(place)}: {name!r} nhưng hamlet_word là {word}"


def _rehearsal_addresses(data: Data) -> Iterator[Finding]:
    places = (("email",), ("departments", ..., "email"), ("people", ..., "email"))
    mailboxes = [(place, email) for path in places for place, email in each(data, str, *path)]
    rehearsal = [place for place, email in mailboxes if email.endswith(".example")]
    if rehearsal:
        yield (
            rehearsal[0],
            f"{len(rehearsal)} địa chỉ thư kết thúc bằng .example chỉ để diễn tập; thay trước khi dùng thật",
        )


# --- the ladder ------------------------------------------------------------------------------------------------------


def _ladder_without_holders(data: Data) -> Iterator[Finding]:
    held = {role for _, role in each(data, str, "people", ..., "role")}
    for place, role in each(data, str, "escalation", ..., "to"):
        if role in tuple(Role) and role not in held:
            yield place, f"{written(place)}: không có ai trong people giữ vai trò {role}, nên bước này không đến ai"


def _ladder_out_of_order(data: Data) -> Iterator[Finding]:
    steps = [
        (place, step)
        for place, step in each(data, dict, "escalation", ...)
        if step.get("to") in LADDER and type(step.get("after_working_days")) is int
    ]
    for (_, lower), (place, upper) in pairwise(steps):
        if LADDER.index(Role(upper["to"])) <= LADDER.index(Role(lower["to"])):
            yield place, f"{written(place)}: {upper['to']} phải đứng trước {lower['to']}; bậc thang đi từ dưới lên"
        if upper["after_working_days"] < lower["after_working_days"]:
            yield place, f"{written(place)}: báo {upper['to']} sớm hơn {lower['to']}; số ngày phải tăng dần"


def _steps_that_reach_nobody(data: Data) -> Iterator[Finding]:
    """The office has a head of its own, the office-head."""
    office = at(data, ("office",))
    for role in OF_A_DEPARTMENT:
        staffed = departments_with(data, role)
        without = [
            id
            for _, id in each(data, str, "departments", ..., "id")
            if id not in staffed and not (role == Role.HEAD and id == office)
        ]
        for place, to in each(data, str, "escalation", ..., "to"):
            if to == role and staffed and without:
                yield (
                    place,
                    f"{written(place)}: không có {role} ở phòng {', '.join(without)}; ở đó bước này không đến ai",
                )


CONTRADICTIONS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _same_ids,
    _unknown_departments,
    _one_owner_of_each_field,
    _people_without_place,
    _nobody_there,
    _same_mailbox,
    _same_hamlets,
    _ladder_without_holders,
    _ladder_out_of_order,
)

REMARKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _signers_who_are_not_here,
    _hamlets_by_another_word,
    _rehearsal_addresses,
    _steps_that_reach_nobody,
)
