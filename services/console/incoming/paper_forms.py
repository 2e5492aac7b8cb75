"""A paper form, from what a clerk keys in to a command; and what the desk remembers from one to the next. Pure."""

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from services.console import offers
from services.console.hall.dialogue_forms import EMAIL, PHONE
from services.console.language import say
from services.console.offers import WrongFields
from shared.contracts import Actor, Command
from shared.contracts.intake import MAX_BOX, RegisterSubmission
from shared.text import clean, one_line
from shared.web import HANOI

FIELDS = ("name", "phone", "address", "email", "procedures", "handling")
"""In the order of the paper."""
KEPT = ("dialogue", "received", "late_because")
"""What the forms of one pile have in common."""
REMEMBERED = 10
LONGEST_REASON = 200

_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})(?:[/.-](\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_HOUR = re.compile(r"(\d{1,2})\s*(?::|h|g|giờ)\s*(\d{2})?")


@dataclass(frozen=True, slots=True)
class Pile:
    """What this browser has entered, the newest first, and what its next form has in common with the last one."""

    commune: str
    codes: tuple[str, ...] = ()
    kept: Mapping[str, str] = field(default_factory=dict)

    def with_form(self, code: str, typed: Mapping[str, str]) -> "Pile":
        """After one more form. A duplicate is in the list once."""
        codes = (code, *(one for one in self.codes if one != code))[:REMEMBERED]
        kept = {name: typed[name] for name in KEPT if typed.get(name)} if "keep" in typed else {}
        return replace(self, codes=codes, kept=kept | {"keep": "1"} if kept else {})

    def written(self) -> str:
        """For a cookie, which is the clerk's own: what is in it is checked like anything typed."""
        told = {"commune": self.commune, "codes": self.codes, "kept": dict(self.kept)}
        return base64.urlsafe_b64encode(json.dumps(told, ensure_ascii=False).encode()).decode()


def read_pile(cookie: str, commune: str) -> Pile:
    """An empty one where the cookie is none of ours, or of another commune."""
    try:
        told: Any = json.loads(base64.urlsafe_b64decode(cookie.encode()))
        codes = tuple(str(code)[:20] for code in told["codes"])[:REMEMBERED]
        kept = {name: str(told["kept"][name]) for name in (*KEPT, "keep") if name in told["kept"]}
        return Pile(commune, codes, kept) if told["commune"] == commune else Pile(commune)
    except (binascii.Error, ValueError, KeyError, TypeError):
        return Pile(commune)


def command(actor: Actor, typed: Mapping[str, str], attachments: Sequence[str], now: datetime) -> Command:
    """The command of a form that was keyed in; its boxes stay whole, for intake tells questions apart.

    Args:
        typed: `FIELDS`, `KEPT` and `key`; `unreachable` where the clerk says that the paper names no way to answer.
        attachments: ids of its scans.

    Raises:
        WrongFields: naming each field that must be mended.
    """
    wrong: dict[str, str] = {}
    registrant = _registrant(typed, wrong)
    boxes = {box: text for box in ("procedures", "handling") if (text := clean(typed.get(box, "")))}
    if not boxes:
        wrong["procedures"] = "Xin nhập nội dung ở mục 1 hoặc mục 2."
    wrong |= {box: "Nội dung quá dài. Xin đính kèm bản chụp của phiếu." for box in boxes if len(boxes[box]) > MAX_BOX}
    received_at, because = _past(typed, now, wrong)
    if wrong:
        raise WrongFields(wrong)
    values: dict[str, Any] = {
        "key": typed.get("key", ""),
        "channel": "paper",
        "registrant": registrant,
        "boxes": boxes,
        "dialogue": typed.get("dialogue") or None,
        "attachments": tuple(attachments),
        "received_at": received_at,
        "late_because": because,
    }
    return offers.valid(RegisterSubmission, actor, values)


def _registrant(typed: Mapping[str, str], wrong: dict[str, str]) -> dict[str, str | None]:
    name, address, email = (one_line(typed.get(one, "")) for one in ("name", "address", "email"))
    phone = re.sub(r"[\s.()–-]", "", one_line(typed.get("phone", "")))
    if not any(map(str.isalpha, name)):
        wrong["name"] = "Xin nhập họ tên như trên phiếu."
    elif len(name) > 200:
        wrong["name"] = "Họ tên dài quá 200 ký tự."
    if phone and not PHONE.fullmatch(phone):
        wrong["phone"] = "Số điện thoại gồm 9 đến 15 chữ số; nếu phiếu có nhiều số, nhập một số."
    if email and not (EMAIL.fullmatch(email) and email.isascii() and len(email) <= 254):
        wrong["email"] = "Địa chỉ thư điện tử chưa đúng, ví dụ ten@example.vn."
    if len(address) > 500:
        wrong["address"] = "Địa chỉ dài quá 500 ký tự."
    if not (phone or email or address or "unreachable" in typed):
        wrong["contact"] = "Phiếu không có điện thoại, địa chỉ hay thư điện tử nào để trả lời."
    return {"name": name, "phone": phone or None, "address": address or None, "email": email or None}


def _past(typed: Mapping[str, str], now: datetime, wrong: dict[str, str]) -> tuple[datetime | None, str | None]:
    told, because = one_line(typed.get("received", "")), one_line(typed.get("late_because", ""))
    if not told:
        return None, None
    received_at = instant(told, now)
    if received_at is None:
        wrong["received"] = "Xin ghi ngày và giờ nhận, ví dụ 18/4 9:30."
    elif received_at > now:
        wrong["received"] = "Lúc nhận phải trước bây giờ. Nếu vừa nhận, xin để trống."
    if not because:
        wrong["late_because"] = "Xin ghi vì sao nay mới nhập phiếu."
    elif len(because) > LONGEST_REASON:
        wrong["late_because"] = say("Xin ghi gọn lại, không quá %(number)s ký tự.", number=LONGEST_REASON)
    return received_at, because


def instant(told: str, now: datetime) -> datetime | None:
    """Day and hour in Vietnam as a clerk writes them: `18/4 9:30`, `18/04/2026 9h30`, `2026-04-18T09:30`.

    Without a year it is the last such day. None where a part is missing, or there is no such day or hour.
    """
    day, hour = _ISO.search(told) or _DAY.search(told), None
    rest = told if day is None else told[: day.start()] + " " + told[day.end() :]
    if (hour := _HOUR.search(rest)) is None or day is None:
        return None
    parts = [int(part) if part else None for part in day.groups()]
    number, month, year = reversed(parts) if day.re is _ISO else parts
    if year is not None and year < 100:
        year += 2000
    this_year = now.astimezone(HANOI).year
    for one in [year] if year else [this_year, this_year - 1]:
        try:
            found = datetime(one, month or 0, number or 0, int(hour[1]), int(hour[2] or 0), tzinfo=HANOI)
        except ValueError:
            continue
        if year or found <= now:
            return found
    return None
