"""Reading a filled registration form (Phiếu đăng ký tham gia đối thoại): text in, registrant and matters out.

Pure: how the text came out of a file is `documents.py`. The layout is that of the form annexed to the commune's
plan. People fill it by hand, in Word and in a mail, so labels are recognised without their diacritics, values may
stand on the next line, and what surrounds the form is passed over. A form is read whole or not at all.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from services.intake.reading.questions import is_marked, separated
from services.intake.reading.spelling import clean, fold
from shared.contracts.people import MAX_QUESTION, Matter, Registrant, Section

MAX_TEXT = 500_000
"""Characters of a whole document; twenty questions of the greatest length fit in."""
MAX_LINES = 20_000
MAX_MATTERS = 20
MAX_NAME = 200
MAX_ADDRESS = 500
MAX_EMAIL = 254


@dataclass(frozen=True, slots=True)
class Form:
    """A form that was read. notes: what a clerk should look at, in Vietnamese; may quote the form."""

    registrant: Registrant
    matters: tuple[Matter, ...]
    notes: tuple[str, ...] = ()


class UnreadableForm(ValueError):
    """A text that cannot be taken in. problems: every reason found, Vietnamese sentences without personal data."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(" ".join(problems))


def read_form(text: str, sender: str | None = None) -> Form:
    """Read one filled form.

    text: as it came, in either Unicode form, with any line ends.
    sender: the e-mail address the form came from, used where the form gives none.

    Raises:
        UnreadableForm: with all problems at once.
    """
    text = clean(text)
    if _is_too_long(text):
        raise UnreadableForm(
            [f"Văn bản dài quá {_number(MAX_TEXT)} ký tự hoặc {_number(MAX_LINES)} dòng, không phải một phiếu đăng ký."]
        )
    page = _scan(text)
    if not page.is_form:
        raise UnreadableForm(
            [
                "Văn bản không theo mẫu Phiếu đăng ký tham gia đối thoại: "
                "không thấy mục họ tên, điện thoại, địa chỉ, email hay nội dung đăng ký."
            ]
        )
    contact = _contact(page, sender)
    matters = _matters(page, contact.name)
    if problems := contact.problems + _problems_of_matters(matters):
        raise UnreadableForm(problems)
    return Form(
        Registrant(name=contact.name, phone=contact.phone, email=contact.email, address=contact.address),
        tuple(Matter(section=section, text=text) for section, text in matters),
        tuple(contact.notes),
    )


def looks_like_form(text: str) -> bool:
    """Whether the text has a section of the form, or its labels: the choice among the parts of a mail."""
    text = clean(text)
    return not _is_too_long(text) and _scan(text).is_form


def _is_too_long(text: str) -> bool:
    return len(text) > MAX_TEXT or text.count("\n") > MAX_LINES


# The lines of the form. All patterns run on folded text.

_PRINT = "\0"
"""Stands where the form had a hint or a dotted line; `clean` lets no such character through."""

_PROCEDURES = r"(?:thu\s+tuc\s+hanh\s+chinh|tthc)"
_CLOSED = r"(?:[^()]{0,400}\)|[^()\n]*)"
_HINTS = re.compile(
    rf"{_PROCEDURES}[\s*_:]*(?P<of_section>\([\s*_]*(?:chat\s+luong|co\s+so\s+vat\s+chat){_CLOSED})"
    rf"|(?P<of_form>\([\s*_]*(?:ghi\s+ro\s+so\s+nha|ky,?\s+(?:va\s+)?ghi\s+ro){_CLOSED}"
    rf"|\([\s*_]*phieu\s+duoc\s+(?:danh|viet){_CLOSED}(?:[\s*_]*hoac\s+gui\s+(?:qua|ve|den)\s+e-?mail\s*:\s*\S+)?)"
)
"""What the form says to the person who fills it in; the office's own addresses stand there, too."""
_DOTTED = re.compile(r"[.…]{4,}|…{2,}|_{3,}|(?<!\S)(?:[.…] ){2,}[.…]*")
_QUOTED = re.compile(r"^ *(?:> ?)+", re.MULTILINE)

_BEFORE = r"[\s*_#|]{0,6}"
_NUMBERED = rf"{_BEFORE}(?P<number>(?:(?:muc|phan)\s+)?(?:\d|i{{1,3}})\s*[.):/-]+|[-–+•])?{_BEFORE}"
_HEADING = re.compile(
    rf"{_NUMBERED}ve\s+(?:viec\s+)?(?P<handling>giai\s+quyet\s+)?(?:cac\s+)?{_PROCEDURES}"
    rf"[\s*_]*(?:(?P<printed>[{_PRINT}:])|\([\s.…]*\)|[.…]|$)[\s{_PRINT}:.…*_]*"
)
_TITLE = re.compile(rf"{_BEFORE}phieu dang ky (?:tham gia )?(?:hoi nghi )?doi thoai(?: nam \d+)?{_BEFORE}")

_Label = Literal["name", "phone", "email", "address"]
_WORDS: dict[_Label, str] = {
    "email": r"(?:dia chi\s+)?(?:e-?mail|(?:hop\s+)?thu dien tu)",
    "name": r"ho\s*(?:,\s*chu dem\s*)?(?:va|,|&|/)?\s*ten(?:\s+(?:ca nhan|to chuc|nguoi dang ky))?"
    r"|(?:ten\s+)?nguoi dang ky|ten (?:ca nhan|to chuc|doanh nghiep)(?:\s*[,/]\s*to chuc)?",
    "phone": r"(?:so\s+)?(?:dien thoai|dtdd|sdt|dt|tel)(?:\s*/\s*zalo|\s+(?:lien he|di dong))?",
    "address": r"dia chi(?:\s+(?:lien he|thuong tru|nhan thu))?|(?:noi|cho) (?:o|thuong tru)(?:\s+hien nay)?",
}
_LABELS = "|".join(f"(?P<{label}>{words})" for label, words in _WORDS.items())
_LABEL = re.compile(
    rf"{_NUMBERED}(?:{_LABELS})[\s*_]*(?:\([^()]{{0,60}}\)[\s*_]*)?"
    rf"(?:(?P<sure>[{_PRINT}:=][\s{_PRINT}:=.…*_]*|[.…]+\s*|$)|(?<=\s))"
)
_NEXT_LABEL = re.compile(rf"(?<=[\s;,|.…{_PRINT}])(?:{_LABELS})\s*(?::|{_PRINT}\s*:)[\s{_PRINT}:.…]*")
_END_OF_VALUE = re.compile(
    rf"{_BEFORE}(?:kinh gui|(?:toi )?(?:xin )?dang ky tham gia|cong hoa xa hoi|doc lap|noi dung|(?:ngay|nam) sinh"
    r"|sinh (?:ngay|nam)|gioi tinh|(?:so )?(?:cccd|cmnd|can cuoc|dinh danh)|nghe nghiep|chuc vu|don vi|dan toc)\b"
)
"""Lines of the form, and of forms like it, that are no part of the value above them."""

_SIGNED = re.compile(rf"{_BEFORE}nguoi (?:dang ky|viet phieu|lam don)[\s{_PRINT}:]*")
_DATED = re.compile(rf"(?:[^,]{{2,40}},\s*)?ngay[\s.…/\d{_PRINT}]*thang[\s.…/\d{_PRINT}]*nam[\s.…\d{_PRINT}]*")
_FAREWELL = re.compile(r"(?:tran trong|kinh (?:thu|bao|don|chao)|best regards|thanks)[\s.,!]*|nguoi dang ky:.*")
_MAIL_FOOTER = re.compile(
    r"-{2,} ?(?:original message|forwarded message|thu goc|thu da chuyen tiep).*"
    r"|sent from .{1,40}|(?:duoc )?gui tu (?:iphone|ipad|dien thoai|thiet bi|yahoo|outlook|gmail|zalo|samsung).{0,60}"
    r"|(?:vao|on|luc|ngay) (?=.*(?:@|\d:\d)).{1,200}(?:da viet|wrote):"
    r"|(?:from|tu): .{1,200} (?:sent|date|da gui|gui|ngay): .{1,100}"
)
"""What mail programs put below; some break it over two lines."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the page. folded: the same, lower case and without diacritics."""

    text: str
    folded: str

    @property
    def written(self) -> str:
        """What a person wrote in it; empty for a dotted line."""
        written = " ".join(self.text.replace(_PRINT, " ").split())
        return "" if re.fullmatch(r"[\s.…*_|·]*", written) else written

    def after(self, place: int, until: int | None = None) -> str:
        return _Line(self.text[place:until], "").written


@dataclass(frozen=True, slots=True)
class _Value:
    """What stands beside and below a label. copy: how many sections came before it on the page."""

    sure: bool
    copy: int
    lines: list[str]

    @property
    def written(self) -> str:
        return " ".join(filter(None, self.lines)).strip(" .…;,:|*_")


@dataclass(frozen=True, slots=True)
class _Page:
    """The parts of a text, in their order: what is written at each label, and the lines of each section."""

    values: dict[_Label, list[_Value]]
    sections: list[tuple[Section, list[str]]]

    @property
    def is_form(self) -> bool:
        """A telephone and an e-mail address alone are the signature of a mail."""
        labelled = {label for label, found in self.values.items() if any(value.sure for value in found)}
        return bool(self.sections) or ("name" in labelled and len(labelled) > 1)

    def first(self, label: _Label) -> list[str]:
        """All that is written at a label, the surest first."""
        return [
            value.written for value in sorted(self.values[label], key=lambda value: not value.sure) if value.written
        ]


def _scan(text: str) -> _Page:
    """Sort the lines of a clean text into labels and sections.

    A form may come twice, blank and filled or below a reply to it; every copy is read, and blank ones give nothing.
    """
    page = _Page({label: [] for label in _WORDS}, [])
    lines = _lines(_own_words(text))
    part: Literal["head", "section", "past"] = "head"
    value: tuple[_Label, _Value] | None = None
    for place, line in enumerate(lines):
        if part == "past" and _asks_for_a_name(line):
            part, value = "head", None
        if heading := _heading(line):
            part = "section"
            page.sections.append(("handling" if heading["handling"] else "procedures", [line.after(heading.end())]))
        elif _TITLE.fullmatch(line.folded):
            part, value = "head", None
        elif part == "head":
            if _LABEL.match(line.folded):
                value = _read_labels(page, line)
            elif _END_OF_VALUE.match(line.folded):
                value = None
            elif value and _continues(*value, line.written):
                value[1].lines.append(line.written)
        elif part == "section":
            if _ends_section(lines, place):
                part = "past"
            else:
                page.sections[-1][1].append(line.written)
    return page


def _asks_for_a_name(line: _Line) -> bool:
    """Below a closed form another one begins; `Người đăng ký` stands above signatures, too."""
    label = _LABEL.match(line.folded)
    return label is not None and label["sure"] is not None and (label["name"] or "").startswith("ho")


def _own_words(text: str) -> str:
    """The text without what it quotes; all of it where the form stands only in the quotation."""
    own = "\n".join(line for line in text.split("\n") if not _QUOTED.match(line))
    if len(own) == len(text) or any(map(_heading, _lines(own))):
        return own
    return _QUOTED.sub("", text)


def _lines(text: str) -> list[_Line]:
    """The lines of a clean text, with hints and dotted lines marked as print."""
    pieces, end = [], 0
    for hint in _HINTS.finditer(fold(text)):
        start, stop = hint.span("of_section" if hint["of_section"] else "of_form")
        pieces += [text[end:start], _PRINT]
        end = stop
    lines = "".join([*pieces, text[end:]]).split("\n")
    lines = [_DOTTED.sub(_PRINT, re.sub(" {2,}", " ", line.strip())) for line in lines]
    return [_Line(line, fold(line)) for line in lines]


def _heading(line: _Line) -> re.Match[str] | None:
    """The heading of a section. A wrapped line can read just like it, but has no number and no capital."""
    heading = _HEADING.match(line.folded)
    if heading and (heading["number"] or heading["printed"] or line.text.lstrip("*_#| ")[:1].isupper()):
        return heading
    return None


def _read_labels(page: _Page, line: _Line) -> tuple[_Label, _Value] | None:
    """Put down what follows each label of the line; the last value may go on in the next line."""
    label = _LABEL.match(line.folded)
    sure = bool(label and label["sure"] is not None)
    last = None
    while label:
        following = _NEXT_LABEL.search(line.folded, label.end())
        name = next(name for name in _WORDS if label[name])
        last = (
            name,
            _Value(sure, len(page.sections), [line.after(label.end(), following.start() if following else None)]),
        )
        page.values[name].append(last[1])
        label, sure = following, True
    return last


def _continues(label: _Label, value: _Value, written: str) -> bool:
    """Whether a line without a label goes on with the value above it."""
    match label:
        case "phone":
            return any(character in "0123456789" for character in written)
        case "email":
            return " " not in written
        case "name":  # once it is written, an empty line ends it
            return bool(written) or not value.written
        case "address":
            return True


def _ends_section(lines: list[_Line], place: int) -> bool:
    """Whether the closing of the form, a signature or the footer of a mail begins here."""
    line = lines[place]
    following = lines[place + 1].folded if place + 1 < len(lines) else ""
    if _MAIL_FOOTER.fullmatch(line.folded) or _MAIL_FOOTER.fullmatch(f"{line.folded} {following}"):
        return True
    if _SIGNED.fullmatch(line.folded) and line.text.isupper():
        return True
    if line.folded == "--":  # above the signature of a mail, where firms add whole paragraphs
        return _nothing_is_asked(lines, place + 1, most_lines=12, widest=2_000)
    closing = _SIGNED.fullmatch(line.folded) or _DATED.fullmatch(line.folded) or _FAREWELL.fullmatch(line.folded)
    return bool(closing) and _nothing_is_asked(lines, place + 1, most_lines=6, widest=80)


def _nothing_is_asked(lines: list[_Line], start: int, most_lines: int, widest: int) -> bool:
    """Only a signature stands from `start` up to the next heading or footer, so nothing said is lost with it."""
    count = 0
    for place in range(start, len(lines)):
        line = lines[place]
        if _heading(line) or _TITLE.fullmatch(line.folded) or _MAIL_FOOTER.fullmatch(line.folded):
            break
        if not line.written:
            continue
        count += 1
        if count > most_lines or len(line.written) > widest or "?" in line.written or is_marked(line.written):
            return False
    return True


# Who registers, and how to reach them.

_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_PHONE = re.compile(r"\+?[0-9]{9,15}")
_NONE_WRITTEN = re.compile(r"(?:khong|ko|chua)(?: (?:co|dung))?(?: (?:e-?mail|(?:so )?dien thoai))?|x+|[-/]+")


@dataclass(slots=True)
class _Contact:
    name: str = ""
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _contact(page: _Page, sender: str | None) -> _Contact:
    names = [name for name in page.first("name") if any(map(str.isalpha, name))]
    phones, emails, addresses = (
        [value for value in page.first(label) if not _NONE_WRITTEN.fullmatch(fold(value))]
        for label in ("phone", "email", "address")
    )
    contact = _Contact(
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


def _note_what_is_wrong(contact: _Contact, phones: list[str], emails: list[str], sender: str | None) -> None:
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


def _of_several_people(page: _Page) -> bool:
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


# What is asked.


def _matters(page: _Page, name: str) -> list[tuple[Section, str]]:
    """What is asked in each section, in the order of the page; a copy of the form asks nothing twice."""
    found = [(section, text) for section, lines in page.sections for text in separated(lines)]
    return [matter for matter in dict.fromkeys(found) if fold(matter[1]) != fold(name)]


_NUMBER_OF_SECTION: dict[Section, int] = {"procedures": 1, "handling": 2}


def _problems_of_matters(matters: list[tuple[Section, str]]) -> list[str]:
    if not matters:
        return ["Phiếu chưa ghi câu hỏi nào ở mục 1 hoặc mục 2."]
    problems = []
    if len(matters) > MAX_MATTERS:
        problems.append(f"Phiếu có {len(matters)} câu hỏi; mỗi phiếu nhận nhiều nhất {MAX_MATTERS} câu hỏi.")
    counted: dict[Section, int] = {"procedures": 0, "handling": 0}
    for section, text in matters:
        counted[section] += 1
        if len(text) > MAX_QUESTION:
            problems.append(
                f"Câu hỏi thứ {counted[section]} ở mục {_NUMBER_OF_SECTION[section]} dài quá {_number(MAX_QUESTION)} "
                "ký tự; xin viết gọn lại và gửi kèm tài liệu."
            )
    return problems


def _number(value: int) -> str:
    return f"{value:,}".replace(",", ".")
