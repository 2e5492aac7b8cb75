"""Who registers, and how to reach them: of what is written at the labels, what can be used."""

import re
from dataclasses import dataclass, field

from services.intake.reading.labels import Label
from services.intake.reading.page import Page
from services.intake.reading.spelling import fold

MAX_NAME = 200
MAX_ADDRESS = 500
MAX_EMAIL = 254

LONGEST_VALUE = 1_000
"""Characters looked at of what stands at a label: all that may be kept of a name or an address, and more."""

_OF_A_USER = r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]"
_EMAIL = re.compile(rf"(?<!{_OF_A_USER}){_OF_A_USER}++@[A-Za-z0-9-]++(?:\.[A-Za-z0-9-]++)++")
"""Looked for from the beginning of a word alone, or a word of n letters would be gone through n times."""
_PHONE = re.compile(r"\+?[0-9]{9,15}")
_NONE_WRITTEN = re.compile(r"(?:khong|ko|chua)(?: (?:co|dung))?(?: (?:e-?mail|(?:so )?dien thoai))?|x+|[-/]+")


@dataclass(slots=True)
class Contact:
    """How the registrant is called and reached. problems, notes: Vietnamese sentences; notes may quote the form."""

    name: str = ""
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def contact_of(page: Page, sender: str | None) -> Contact:
    """Who registers, by what is written at the labels.

    sender: the e-mail address the form came from, used where the form gives none.
    """
    names = [name for name in _written(page, "name") if any(map(str.isalpha, name))]
    phones, emails, addresses = (
        [value for value in _written(page, label) if not _NONE_WRITTEN.fullmatch(fold(value))]
        for label in ("phone", "email", "address")
    )
    phones, emails = (  # under `Điện thoại/Email` and the like stand both
        phones + [value for value in emails if _VIETNAMESE.search(_EMAIL.sub(" ", value))],
        emails + [value for value in phones if "@" in value],
    )
    contact = Contact(
        name=names[0] if names else "",
        phone=next((number for value in phones for number in _phones(value)), None),
        email=next((address for value in emails for address in _emails(value)), None),
        address=next((address for address in addresses if any(map(str.isalnum, address))), None),
    )
    if not names:
        contact.problems.append("Phiếu chưa ghi họ tên người đăng ký.")
    elif len(contact.name) > MAX_NAME:
        contact.problems.append(f"Họ tên dài quá {MAX_NAME} ký tự.")
    if _of_several_people(page):
        contact.problems.append("Văn bản có phiếu của nhiều người; xin gửi mỗi phiếu một tệp.")
    if contact.address and len(contact.address) > MAX_ADDRESS:
        contact.problems.append(f"Địa chỉ dài quá {MAX_ADDRESS} ký tự.")
    _note_what_is_wrong(contact, phones, emails, sender)
    return contact


def _written(page: Page, label: Label) -> list[str]:
    return [value[:LONGEST_VALUE] for value in page.first(label)]


def _note_what_is_wrong(contact: Contact, phones: list[str], emails: list[str], sender: str | None) -> None:
    """A wrong number or address is a problem only where nothing else reaches the person."""
    wrong: list[tuple[str, str]] = []
    if phones and not contact.phone:
        wrong.append(("Số điện thoại ghi trên phiếu không đúng", phones[0]))
    if emails and not contact.email:
        wrong.append(("Email ghi trên phiếu không đúng", emails[0]))
    if not contact.email and (usable := _emails((sender or "")[:LONGEST_VALUE])):
        contact.email = usable[0]
        contact.notes.append("Phiếu không ghi email dùng được; đã lấy địa chỉ email của thư gửi đến.")
    _note_others(contact, phones, emails)
    if contact.phone or contact.email or contact.address:
        contact.notes += [f"{what}, đã bỏ qua: {value[:100]}" for what, value in wrong]
    elif wrong:
        contact.problems += [f"{what}, và không có cách liên hệ nào khác." for what, _ in wrong]
    else:
        contact.problems.append("Phiếu chưa có cách liên hệ: xin ghi số điện thoại, email hoặc địa chỉ.")


def _note_others(contact: Contact, phones: list[str], emails: list[str]) -> None:
    """One number and one address are kept; a clerk may want to try the others."""
    others = dict.fromkeys(number for value in phones for number in _phones(value) if number != contact.phone)
    if contact.phone and others:
        contact.notes.append(f"Phiếu ghi nhiều số điện thoại; đã lấy số đầu, còn: {', '.join(others)[:200]}.")
    written = dict.fromkeys(address for value in emails for address in _emails(value))
    if others := dict.fromkeys(one for one in written if one.lower() != (contact.email or "").lower()):
        contact.notes.append(f"Phiếu ghi nhiều email; đã lấy địa chỉ đầu, còn: {', '.join(others)[:300]}.")


def _of_several_people(page: Page) -> bool:
    names = {value.copy: fold(value.written) for value in reversed(page.values["name"]) if value.sure and value.written}
    return len(set(names.values())) > 1


_APART = r"[ .()–-]{0,3}"
_VIETNAMESE = re.compile(
    rf"(?<![0-9+])(?:(?P<abroad>\+?84|0084){_APART}(?:0{_APART})?|0{_APART})"
    rf"(?P<rest>[35789](?:{_APART}[0-9]){{8}}|2(?:{_APART}[0-9]){{8,9}}|1(?:{_APART}[0-9]){{9}})(?![0-9])"
)
"""Numbers of mobiles (3, 5, 7, 8, 9), landlines (2) and, as they were until 2018, mobiles (1); with 0 or with 84."""
_WITHOUT_ZERO = re.compile("[35789][0-9]{8}")


def _phones(written: str) -> list[str]:
    """The numbers written, in their order: digits, led by + where the country is given. Others where none is usual."""
    found = [
        ("+84" if number["abroad"] else "0") + re.sub("[^0-9]", "", number["rest"])
        for number in _VIETNAMESE.finditer(_EMAIL.sub(" ", written))
    ]
    return found or list(filter(None, [_unusual_phone(written)]))


def _unusual_phone(written: str) -> str | None:
    """Of another country, or short of its 0 where a spreadsheet took it for a count."""
    for part in re.split(r"[^0-9+ .()-]|\s[-–]\s", written):
        for number in (part, *re.split(r"\s+(?=[+0])", part)):
            digits = re.sub(r"[ .()-]", "", number)
            if _PHONE.fullmatch(digits):
                return f"0{digits}" if _WITHOUT_ZERO.fullmatch(digits) else str(digits)
    return None


def _emails(written: str) -> list[str]:
    """The usable addresses in their order; one with blanks or a line end at its `@` and dots is joined again."""
    for text in (written, re.sub(r"\s*([@._-])\s*", r"\1", written)):
        parts = (part.strip(".") for part in re.split(r"[\s<>,;:()\[\]\"'|]+", text))
        if found := [part for part in parts if _EMAIL.fullmatch(part) and ".." not in part and len(part) <= MAX_EMAIL]:
            return found
    return []
