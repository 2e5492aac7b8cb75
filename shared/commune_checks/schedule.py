"""When what is done: the commune's own terms, the slots of its programme, how a dialogue is prepared and announced."""

import string
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import Any

from shared.commune_checks.looking import Data, at, each
from shared.contracts.deadlines import RuleId
from shared.strict_yaml import Finding, Place, meant, written

Lengths = Mapping[RuleId, tuple[int, str]]
"""Count and unit of a rule where a profile is silent."""

PLACEHOLDERS = ("title", "day", "hour", "place", "closes", "commune")
"""What a loudspeaker text may name."""

COUNTED_BACK = ("announcement", "registration-cutoff", "opinions-collected", "participant-list", "preparation")
"""Rules that end before the dialogue; all others end after what they are counted from."""


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


def _announced_later_than_the_law_has_it(data: Data) -> Iterator[Finding]:
    announced = _length(data, "announcement", {})
    if announced and announced[1] == "days" and announced[0] < 7:
        yield ("terms", "announcement"), "terms.announcement: Luật 72/2025/QH15, Điều 43 yêu cầu ít nhất 7 ngày"


def closed_before_it_is_known(data: Data, defaults: Lengths) -> Iterator[Finding]:
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


def _length(data: Data, rule: RuleId, defaults: Lengths) -> tuple[int, str] | None:
    term = at(data, ("terms", rule))
    if term is None:
        return defaults.get(rule)
    count, unit = at(term, ("count",)), at(term, ("unit",))
    return (count, unit) if isinstance(count, int) and isinstance(unit, str) else None


# --- the programme ---------------------------------------------------------------------------------------------------


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


# --- the conference --------------------------------------------------------------------------------------------------


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


CONTRADICTIONS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _terms_the_wrong_way,
    _extension_shorter_than_the_term,
    _slots_that_cannot_be_told_apart,
    _conferences_outside_their_slot,
    _lists_of_nobody,
    _loudspeaker,
)

REMARKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    _announced_later_than_the_law_has_it,
    _sessions_of_some_slots,
    _slots_inside_others,
    _slots_of_days_off,
)
