"""Who registers, and how to reach them: of what is written at the labels, what can be used."""

import re
from dataclasses import dataclass, field

from services.intake.reading.page import Page
from services.intake.reading.spelling import fold

MAX_NAME = 200
MAX_ADDRESS = 500
MAX_EMAIL = 254

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
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
    names = [name for name in page.first("name") if any(map(str.isalpha, name))]
    phones, emails, addresses = (
        [value for value in page.first(label) if not _NONE_WRITTEN.fullmatch(fold(value))]
        for label in ("phone", "email", "address")
    )
    contact = Contact(
        name=names[0] if names else "",
        phone=next(filter(None, map(_phone, phones)), None),
        email=next(filter(None, map(_email, emails)), None),
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


def _note_what_is_wrong(contact: Contact, phones: list[str], emails: list[str], sender: str | None) -> None:
    """A wrong number or address is a problem only where nothing else reaches the person."""
    wrong: list[tuple[str, str]] = []
    if phones and not contact.phone:
        wrong.append(("Số điện thoại ghi trên phiếu không đúng", phones[0]))
    if emails and not contact.email:
        wrong.append(("Email ghi trên phiếu không đúng", emails[0]))
    if not contact.email and (usable := _email(sender or "")):
        contact.email = usable
        contact.notes.append("Phiếu không ghi email dùng được; đã lấy địa chỉ email của thư gửi đến.")
    if contact.phone or contact.email or contact.address:
        contact.notes += [f"{what}, đã bỏ qua: {value[:100]}" for what, value in wrong]
    elif wrong:
        contact.problems += [f"{what}, và không có cách liên hệ nào khác." for what, _ in wrong]
    else:
        contact.problems.append("Phiếu chưa có cách liên hệ: xin ghi số điện thoại, email hoặc địa chỉ.")


def _of_several_people(page: Page) -> bool:
    names = {value.copy: fold(value.written) for value in reversed(page.values["name"]) if value.sure and value.written}
    return len(set(names.values())) > 1


def _phone(written: str) -> str | None:
    """The first number of those written: digits, led by + where the country is given."""
    for part in re.split(r"[^0-9+ .()-]|\s[-–]\s", written):
        for number in (part, *re.split(r"\s+(?=[+0])", part)):
            digits = re.sub(r"[ .()-]", "", number)
            if _PHONE.fullmatch(digits):
                return str(digits)
    return None


def _email(written: str) -> str | None:
    """The first usable address; one with blanks or a line end at its `@` and dots is joined again."""
    for text in (written, re.sub(r"\s*([@._-])\s*", r"\1", written)):
        for part in re.split(r"[\s<>,;:()\[\]\"'|]+", text):
            address = part.strip(".")
            if _EMAIL.fullmatch(address) and ".." not in address and len(address) <= MAX_EMAIL:
                return address
    return None
