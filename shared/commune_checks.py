"""What in a commune's profile contradicts itself, and what is allowed but surely not meant.

Looks at the file as it is written, before it is known to have the right shape, so that one run tells an office
everything that is wrong. What has the wrong type is passed over here; the profile's own types object to it.
"""

import string
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations, pairwise
from types import EllipsisType
from typing import Any, TypeVar

from shared.contracts.base import Role
from shared.contracts.deadlines import RuleId
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import Finding, Place, meant, written

Data = Mapping[str, Any]
T = TypeVar("T")

Lengths = Mapping[RuleId, tuple[int, str]]
"""Count and unit of a rule where a profile is silent."""

PLACEHOLDERS = ("title", "day", "hour", "place", "closes", "commune")
"""What a loudspeaker text may name."""

LADDER = (Role.OFFICER, Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE)
"""Whom a missed term is put before, from the bottom up."""

NEEDED = (Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN, Role.PROVINCE)
"""Without one of these no form is taken in, no question assigned, no answer approved, or a dialogue that was never held
is known to nobody above."""

OF_A_DEPARTMENT = (Role.OFFICER, Role.HEAD)

APPROVERS = (Role.HEAD, Role.OFFICE_HEAD, Role.CHAIRMAN)
"""Who may be a step of the approval of an answer; the last two are there for every department."""

COUNTED_BACK = ("announcement", "registration-cutoff", "opinions-collected", "participant-list", "preparation")
"""Rules that end before the dialogue; all others end after what they are counted from."""


def contradictions(data: Data) -> Iterator[Finding]:
    """What makes a profile unusable."""
    for check in _CONTRADICTIONS:
        yield from check(data)


def remarks(data: Data, defaults: Lengths) -> Iterator[Finding]:
    """What an office should look at again, and may leave as it is.

    Args:
        data: the file.
        defaults: the terms that hold where the file gives none.
    """
    for check in _REMARKS:
        yield from check(data)
    yield from _closed_before_it_is_known(data, defaults)


# --- departments and people ------------------------------------------------------------------------------------------


def _same_ids(data: Data) -> Iterator[Finding]:
    for what in (("departments",), ("programme",)):
        yield from _repeated(each(data, str, *what, ..., "id"), "id {!r} đã dùng ở {}")
    of_dialogue = [
        *each(data, str, "conference", "duties", ..., "id"),
        *each(data, str, "conference", "lists", ..., "id"),
    ]
    yield from _repeated(iter(of_dialogue), "id {!r} đã dùng ở {}")


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
    staffed = _departments_with(data, *OF_A_DEPARTMENT)
    for place, id in each(data, str, "departments", ..., "id"):
        if id not in staffed:
            yield place, f"departments: phòng {id} chưa có công chức nào trong people (officer hoặc head)"


def _same_mailbox(data: Data) -> Iterator[Finding]:
    emails = ((place, email.casefold()) for place, email in each(data, str, "people", ..., "email"))
    yield from _repeated(emails, "địa chỉ {!r} đã là của người ở {}; mỗi người một địa chỉ")


def _same_hamlets(data: Data) -> Iterator[Finding]:
    names = ((place, " ".join(name.casefold().split())) for place, name in each(data, str, "hamlets", ...))
    yield from _repeated(names, "{!r} đã có ở {}")
    if at(data, ("conference", "per_hamlet")) is not None and not at(data, ("hamlets",)):
        yield ("conference", "per_hamlet"), "conference.per_hamlet: chưa có hamlets nên không chia chỗ theo thôn được"


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


# --- the approval of answers ------------------------------------------------------------------------------------------


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
    yield from _repeated(
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


# --- terms -----------------------------------------------------------------------------------------------------------


def _terms_the_wrong_way(data: Data) -> Iterator[Finding]:
    for place, term in each(data, dict, "terms", ...):
        back = place[1] in COUNTED_BACK
        if back != (term.get("counted", "after") == "before") and term.get("counted") in (None, "after", "before"):
            way = "đếm lùi từ ngày đối thoại (counted: before)" if back else "đếm tới (counted: after)"
            yield place, f"{written(place)}: thời hạn này phải {way}"
        if place[1] == "periodic-dialogue":
            yield place, f"{written(place)}: kỳ đối thoại ghi ở programme, không ghi ở terms"
    for what in ("duties", "lists"):
        for place, term in each(data, dict, "conference", what, ..., "term"):
            if term.get("counted", "after") == "after":
                yield place, f"{written(place)}: việc chuẩn bị phải xong trước đối thoại (counted: before)"


def _extension_shorter_than_the_term(data: Data) -> Iterator[Finding]:
    usual, longer = _length(data, "resolution", {}), _length(data, "resolution-extended", {})
    if usual and longer and usual[1] == longer[1] and longer[0] < usual[0]:
        yield ("terms", "resolution-extended"), "terms.resolution-extended: ngắn hơn terms.resolution"


# --- the programme and the conference --------------------------------------------------------------------------------


def _slots_that_cannot_be_told_apart(data: Data) -> Iterator[Finding]:
    """Which slot a dialogue fulfils is told by its day, and by its audience where slots share days.

    Only a slot inside a longer one, the quarter's in the year's, is meant to be fulfilled together with it.
    """
    for earlier, slot, place in _overlapping(data):
        if _holds(earlier, slot) or _holds(slot, earlier):
            continue
        both = f"{written(place)}: trùng thời gian với kỳ {earlier.get('id')}"
        if not (_audiences(slot) and _audiences(earlier)):
            yield place, f"{both}; hai kỳ trùng nhau thì mỗi kỳ ghi sessions với audience khác nhau"
        elif same := _audiences(slot) & _audiences(earlier):
            yield place, f"{both} và cùng đối tượng {', '.join(sorted(same))}, nên không biết hội nghị thuộc kỳ nào"


def _conferences_outside_their_slot(data: Data) -> Iterator[Finding]:
    for place, slot in each(data, dict, "programme", ...):
        period, held_at = _period(slot), slot.get("held_at")
        if period and isinstance(held_at, datetime) and not period[0] <= held_at.date() <= period[1]:
            yield (*place, "held_at"), f"{written(place)}: held_at không nằm trong kỳ, từ opens đến closes"


def _lists_of_nobody(data: Data) -> Iterator[Finding]:
    audiences = {audience for _, slot in each(data, dict, "programme", ...) for audience in _audiences(slot)}
    for place, audience in each(data, str, "conference", "lists", ..., "audience"):
        if audience not in audiences:
            near = meant(audience, audiences)
            yield place, f"{written(place)}: không đợt nào trong programme có đối tượng {audience!r}{near}"


def _loudspeaker(data: Data) -> Iterator[Finding]:
    for place, text in each(data, str, "loudspeaker"):
        try:
            named = [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
        except ValueError:
            yield place, "loudspeaker: dấu ngoặc { } không đi thành cặp"
            continue
        for name in dict.fromkeys(named):
            if name not in PLACEHOLDERS:
                known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
                yield place, f"loudspeaker: không có {{{name}}}{meant(name, PLACEHOLDERS)} (được dùng: {known})"


# --- remarks ---------------------------------------------------------------------------------------------------------


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


def _steps_that_reach_nobody(data: Data) -> Iterator[Finding]:
    """The office has a head of its own, the office-head."""
    office = at(data, ("office",))
    for role in OF_A_DEPARTMENT:
        staffed = _departments_with(data, role)
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


def _steps_without_a_head(data: Data) -> Iterator[Finding]:
    """There the step is left out. The office has a head of its own, the office-head."""
    office, headed = at(data, ("office",)), _departments_with(data, Role.HEAD)
    without = [id for _, id in each(data, str, "departments", ..., "id") if id not in headed and id != office]
    for place, role in each(data, str, "approval", ..., ...):
        if role == Role.HEAD and headed and without:
            yield place, f"{written(place)}: không có head ở phòng {', '.join(without)}; ở đó bước này được bỏ qua"


def _sessions_of_some_slots(data: Data) -> Iterator[Finding]:
    slots = list(each(data, dict, "programme", ...))
    if any(slot.get("sessions") for _, slot in slots):
        for place, slot in slots:
            if not slot.get("sessions"):
                yield (
                    place,
                    f"{written(place)}: kỳ khác ghi sessions, kỳ này không, nên dành cho mọi đối tượng, lĩnh vực",
                )


def _slots_inside_others(data: Data) -> Iterator[Finding]:
    for earlier, slot, place in _overlapping(data):
        apart = _audiences(slot) and _audiences(earlier) and not _audiences(slot) & _audiences(earlier)
        if not apart and (_holds(earlier, slot) or _holds(slot, earlier)):
            yield place, f"{written(place)}: một hội nghị được tính cho cả kỳ này và kỳ {earlier.get('id')}"


def _slots_of_days_off(data: Data) -> Iterator[Finding]:
    for place, slot in each(data, dict, "programme", ...):
        if not (period := _period(slot)):
            continue
        days = (period[0] + timedelta(days=days) for days in range(min((period[1] - period[0]).days, 6) + 1))
        if all(day.weekday() >= 5 for day in days):
            yield place, f"{written(place)}: kỳ chỉ có thứ Bảy, Chủ nhật; hạn kết thúc vào ngày làm việc kế tiếp"


def _hamlets_by_another_word(data: Data) -> Iterator[Finding]:
    word, other = ("thôn", "tổ dân phố") if at(data, ("hamlet_word",)) in (None, "thôn") else ("tổ dân phố", "thôn")
    for place, name in each(data, str, "hamlets", ...):
        if name.casefold().startswith(other):
            yield place, f"{written(place)}: {name!r} nhưng hamlet_word là {word}"


def _announced_later_than_the_law_has_it(data: Data) -> Iterator[Finding]:
    announced = _length(data, "announcement", {})
    if announced and announced[1] == "days" and announced[0] < 7:
        yield ("terms", "announcement"), "terms.announcement: Luật 72/2025/QH15, Điều 43 yêu cầu ít nhất 7 ngày"


def _rehearsal_addresses(data: Data) -> Iterator[Finding]:
    places = (("email",), ("departments", ..., "email"), ("people", ..., "email"))
    mailboxes = [(place, email) for path in places for place, email in each(data, str, *path)]
    rehearsal = [place for place, email in mailboxes if email.endswith(".example")]
    if rehearsal:
        yield (
            rehearsal[0],
            f"{len(rehearsal)} địa chỉ thư kết thúc bằng .example chỉ để diễn tập; thay trước khi dùng thật",
        )


def _closed_before_it_is_known(data: Data, defaults: Lengths) -> Iterator[Finding]:
    """Plans really do that; whoever announces on the last day leaves nobody time to register."""
    both: tuple[RuleId, ...] = ("registration-cutoff", "announcement")
    stated = [rule for rule in both if _length(data, rule, {})]
    cut_off, announced = _length(data, "registration-cutoff", defaults), _length(data, "announcement", defaults)
    if stated and cut_off and announced and cut_off[1] == announced[1] and cut_off[0] >= announced[0]:
        yield (
            ("terms", stated[0]),
            f"terms.{stated[0]}: ngừng nhận phiếu trước đối thoại {cut_off[0]} ngày mà hạn thông báo là trước "
            f"{announced[0]} ngày; phải thông báo sớm hơn hạn thì người dân mới kịp đăng ký",
        )


_CONTRADICTIONS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _same_ids,
    _unknown_departments,
    _one_owner_of_each_field,
    _people_without_place,
    _nobody_there,
    _same_mailbox,
    _same_hamlets,
    _ladder_without_holders,
    _ladder_out_of_order,
    _steps_that_approve_nothing,
    _steps_of_the_same,
    _approval_that_may_end_with_nobody,
    _terms_the_wrong_way,
    _extension_shorter_than_the_term,
    _slots_that_cannot_be_told_apart,
    _conferences_outside_their_slot,
    _lists_of_nobody,
    _loudspeaker,
)

_REMARKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _signers_who_are_not_here,
    _steps_that_reach_nobody,
    _steps_without_a_head,
    _sessions_of_some_slots,
    _slots_inside_others,
    _slots_of_days_off,
    _hamlets_by_another_word,
    _announced_later_than_the_law_has_it,
    _rehearsal_addresses,
)


# --- looking around in a file of unknown shape -----------------------------------------------------------------------


def each(data: Any, kind: type[T], *path: str | EllipsisType, here: Place = ()) -> Iterator[tuple[Place, T]]:
    """Every value of a kind at a path, with its place; `...` stands for each item of a list and each key of a map."""
    if not path:
        if isinstance(data, kind):
            yield here, data
        return
    key, *rest = path
    if key is ... and isinstance(data, list):
        inner: Any = enumerate(data)
    elif key is ... and isinstance(data, dict):
        inner = data.items()
    elif isinstance(data, Mapping) and key in data:
        inner = [(key, data[key])]
    else:
        return
    for name, value in inner:
        yield from each(value, kind, *rest, here=(*here, name))


def at(data: Any, place: Place) -> Any:
    """What stands at a place; None when nothing does."""
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def _repeated(values: Iterator[tuple[Place, str]], said: str) -> Iterator[Finding]:
    first: dict[str, Place] = {}
    for place, value in values:
        if first.setdefault(value, place) is not place:
            yield place, f"{written(place)}: {said.format(value, written(first[value]))}"


def _departments_with(data: Data, *roles: Role) -> list[Any]:
    """The departments of the people who hold one of the roles."""
    people = each(data, str, "people", ..., "role")
    return [at(data, (*place[:2], "department")) for place, role in people if role in roles]


def _length(data: Data, rule: RuleId, defaults: Lengths) -> tuple[int, str] | None:
    term = at(data, ("terms", rule))
    if term is None:
        return defaults.get(rule)
    count, unit = at(term, ("count",)), at(term, ("unit",))
    return (count, unit) if isinstance(count, int) and isinstance(unit, str) else None


def _period(slot: Mapping[str, Any]) -> tuple[date, date] | None:
    opens, closes = slot.get("opens"), slot.get("closes")
    if type(opens) is date and type(closes) is date and opens <= closes:
        return opens, closes
    return None


def _overlapping(data: Data) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any], Place]]:
    """Each two slots that share days, the earlier in the file first, and the place of the later."""
    slots = [(place, slot) for place, slot in each(data, dict, "programme", ...) if _period(slot)]
    for (_, earlier), (place, slot) in combinations(slots, 2):
        if slot["opens"] <= earlier["closes"] and earlier["opens"] <= slot["closes"]:
            yield earlier, slot, place


def _holds(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    """Whether one slot is longer than the other and holds all of it."""
    same = (outer["opens"], outer["closes"]) == (inner["opens"], inner["closes"])
    return bool(not same and outer["opens"] <= inner["opens"] and inner["closes"] <= outer["closes"])


def _audiences(slot: Mapping[str, Any]) -> set[str]:
    return {audience for _, audience in each(slot, str, "sessions", ..., "audience")}
