"""Telephone numbers and mail addresses as they stand in the cells of a list."""

import re
from dataclasses import dataclass

from services.intake.reading.spelling import fold

LONGEST_CELL = 1_000
"""Characters looked at of a cell that is to hold a number or an address."""

_EMAIL = re.compile(r"(?<![^@\s<>,;()\"'])[^@\s<>,;()\"']++@[^@\s<>,;()\"']+\.[^@\s<>,;()\"'.]+")
"""Looked for from the beginning of a word alone, or a word of n letters would be gone through n times."""
_MOBILE_WITHOUT_0 = re.compile(r"[35789][0-9]{8}")
_PHONE = re.compile(r"\+?[0-9]{9,15}")
_WRITTEN = re.compile(r"\+?\(?[0-9][0-9\s.()\-]{6,20}[0-9]")
_APART = re.compile(r"[;,/|\n]|\s[-–]\s|\s(?:hoặc|và)\s")
_SHORTENED = re.compile(r"([0-9])[.,]([0-9]+)[eE]\+?([0-9]{1,2})")
_NONE_WRITTEN = re.compile(r"(?:(?:khong|ko|chua|k)(?: (?:co|dung|ro|biet|nho))*|x+|[-–/.?_]+)?")


@dataclass(frozen=True, slots=True)
class Contacts:
    """phone: digits, perhaps after a +. wrong: why the cells cannot be taken; note: what was mended or left out."""

    phone: str | None = None
    email: str | None = None
    wrong: str = ""
    note: str = ""


def read_contacts(*cells: str) -> Contacts:
    """What the cells for telephone and mail of one row say, whichever stands in which; of several the first counts."""
    phones, emails, notes = list[str](), list[str](), list[str]()
    for cell in (one[:LONGEST_CELL] for one in cells):
        emails += (found := _EMAIL.findall(cell))
        rest = _EMAIL.sub(" ", cell).strip(" ,;.")
        if _NONE_WRITTEN.fullmatch(fold(rest).strip()):
            continue
        if shortened := _SHORTENED.fullmatch(rest):
            if len(shortened[2]) != int(shortened[3]):
                return Contacts(wrong=f"Excel đã rút gọn số điện thoại thành “{rest}”, không còn đủ chữ số.")
            rest = shortened[1] + shortened[2]
        numbers = [number for part in _APART.split(rest) if (number := _number(part))]
        if not numbers and not found:
            return Contacts(wrong=f"“{rest[:40]}” không phải số điện thoại hay thư điện tử.")
        phones += numbers
    mended = [f"0{phone}" if _MOBILE_WITHOUT_0.fullmatch(phone) else phone for phone in phones]
    if mended[:1] != phones[:1]:
        notes.append("Đã thêm số 0 ở đầu số điện thoại.")
    elif mended and len(mended[0]) == 9:
        notes.append("Số điện thoại chỉ có 9 chữ số; xin kiểm tra.")
    if len(set(mended)) > 1:
        notes.append("Có nhiều số điện thoại; ghi nhận số đầu.")
    if len({email.lower() for email in emails}) > 1:
        notes.append("Có nhiều thư điện tử; ghi nhận thư đầu.")
    email = emails[0] if emails else None
    if email and len(email) > 254:
        return Contacts(wrong="Thư điện tử quá dài.")
    return Contacts(mended[0] if mended else None, email, note=" ".join(notes))


def _number(written: str) -> str | None:
    """The digits of the telephone number that a text holds; names and remarks beside it are left out."""
    found = _WRITTEN.search(written)
    digits = re.sub(r"[\s.()\-]", "", found[0]) if found else ""
    return digits if _PHONE.fullmatch(digits) else None
