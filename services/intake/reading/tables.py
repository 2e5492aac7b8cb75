"""From the rows of a list to opinions and participants: one meaning for what is pasted, uploaded or sent by a program.

Pure. A row is taken, or it says why not; nothing of a list is passed over in silence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from pydantic import ValidationError

from services.intake.reading.contacts import Contacts, read_contacts
from services.intake.reading.headings import FIELDS, Field, bare_columns, field_of, headings_of
from services.intake.reading.spelling import fold
from services.intake.reading.table_files import MOST_ROWS, Row, Sheet
from services.intake.reading.unreadable import UnreadableDocument
from shared.contracts.conference import ListKind, Opinion, Representative
from shared.contracts.people import MAX_QUESTION, Matter, Registrant, Section
from shared.representatives import representative_id
from shared.text import one_line

MOST_MATTERS = 20
"""Of one form; who has more is on several."""
EXAMPLE = "Ví dụ"
"""Stands in the template where a row has its number: that row shows how to fill in the list."""
LABELS: Mapping[Field, str] = {
    "number": "Số thứ tự",
    "name": "Họ và tên",
    "phone": "Điện thoại",
    "email": "Thư điện tử",
    "address": "Địa chỉ",
    "hamlet": "Thôn, tổ dân phố",
    "text": "Nội dung",
    "section": "Mục của phiếu",
    "organisation": "Đơn vị",
    "position": "Chức vụ",
}
T = TypeVar("T")
NEEDED: Mapping[ListKind, tuple[Field, ...]] = {"opinions": ("name", "text"), "participants": ("name",)}


@dataclass(frozen=True, slots=True)
class Line:
    """One row, and what became of it.

    wrong: why it cannot be taken. aside: why it is no row of the list. note: what to know of one that is taken.
    """

    row: Row
    wrong: str = ""
    aside: str = ""
    note: str = ""

    @property
    def good(self) -> bool:
        return not (self.wrong or self.aside)


@dataclass(frozen=True, slots=True)
class Collected:
    """What one person says. rows_of: for each of his matters the numbers of the rows it stands in."""

    opinion: Opinion
    rows_of: tuple[tuple[int, ...], ...]

    @property
    def rows(self) -> tuple[int, ...]:
        return tuple(sorted(number for rows in self.rows_of for number in rows))


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody who will attend."""

    rows: tuple[int, ...]
    representative: Representative


@dataclass(frozen=True, slots=True)
class Table:
    """A list as it was understood. mapping: the column of each field, from 0."""

    kind: ListKind
    columns: tuple[str, ...]
    mapping: Mapping[Field, int]
    lines: tuple[Line, ...]
    opinions: tuple[Collected, ...] = ()
    participants: tuple[Named, ...] = ()

    @property
    def missing(self) -> tuple[Field, ...]:
        """Fields without which no row can be taken, and which no column is known for."""
        return tuple(one for one in NEEDED[self.kind] if one not in self.mapping)


def read_table(
    sheets: Sequence[Sheet], kind: ListKind, section: Section = "procedures", mapping: Mapping[str, int] | None = None
) -> Table:
    """Understand the first of these sheets that has a heading; the first of all where none has.

    Args:
        section: the box of the form that a matter belongs to whose row does not say.
        mapping: the columns as a person has put them; None to go by the heading.

    Raises:
        UnreadableDocument: too long, without rows below the heading, or the mapping does not fit.
    """
    headed = [(sheet, headings) for sheet in sheets if (headings := headings_of(sheet))]
    sheet, headings = headed[0] if headed else (sheets[0], None)
    columns = headings.columns if headings else bare_columns(sheet)
    known = headings.fields if headings and mapping is None else _checked(mapping or {}, kind, len(columns))
    known = {one: known[one] for one in FIELDS[kind] if one in known}
    rows = sheet[headings.last + 1 :] if headings else sheet
    if not rows:
        raise UnreadableDocument("Dưới dòng tiêu đề chưa có dòng nào.")
    if len(rows) > MOST_ROWS:
        raise UnreadableDocument(f"Danh sách dài quá {MOST_ROWS:,} dòng. Xin chia thành nhiều tệp.".replace(",", "."))
    table = Table(kind, columns, known, ())
    entries = [_Entry(row, known, aside=_aside(row, known, first=row is rows[0])) for row in rows]
    return (_with_opinions if kind == "opinions" else _with_participants)(table, entries, section)


def _checked(mapping: Mapping[str, int], kind: ListKind, width: int) -> dict[Field, int]:
    """Raises:
    UnreadableDocument: a field this kind of list does not have, a column that is not there, or one for two fields.
    """
    known: dict[Field, int] = {one: mapping[one] for one in FIELDS[kind] if one in mapping}
    if len(known) < len(mapping) or any(not 0 <= column < width for column in known.values()):
        raise UnreadableDocument("Cách xếp cột không khớp với danh sách này. Xin chọn lại cột.")
    if len(set(known.values())) < len(known):
        raise UnreadableDocument("Có một cột được chọn cho hai mục. Xin chọn lại cột.")
    return known


@dataclass(slots=True)
class _Entry:
    """One row while it is understood."""

    row: Row
    mapping: Mapping[Field, int]
    aside: str = ""
    wrong: str = ""
    notes: list[str] = field(default_factory=list)
    contacts: Contacts = Contacts()  # noqa: RUF009 - frozen

    def __getitem__(self, wanted: Field) -> str:
        column = self.mapping.get(wanted)
        return self.row.cells[column] if column is not None and column < len(self.row.cells) else ""

    def line(self, wanted: Field) -> str:
        """The cell with what was broken over several lines in one."""
        return one_line(", ".join(part.strip(" ,;") for part in self[wanted].split("\n") if part.strip(" ,;")))

    @property
    def is_open(self) -> bool:
        return not (self.wrong or self.aside)

    def read_contacts(self) -> None:
        self.contacts = read_contacts(self["phone"], self["email"])
        self.wrong = self.wrong or self.contacts.wrong
        self.notes += filter(None, [self.contacts.note])

    @property
    def told(self) -> Line:
        return Line(self.row, self.wrong, self.aside, "" if self.wrong or self.aside else " ".join(self.notes))


_COUNTED = re.compile(r"\(?(?:\d{1,2}|[a-c])\)?")


def _aside(row: Row, mapping: Mapping[Field, int], *, first: bool) -> str:
    """Why a row below the heading belongs to no person; "" for any other. first: it follows the heading."""
    written = [cell for cell in row.cells if cell]
    empty_but_for = {mapping.get("number"), mapping.get("section")}
    if fold(written[0]).strip(" ().:") in ("vi du", "vd"):
        return f"Dòng ví dụ, không nhận. Nếu là người thật, xin xóa chữ “{EXAMPLE}”."
    if first and len(written) > 1 and all(_COUNTED.fullmatch(fold(cell)) for cell in written):
        return "Dòng đánh số cột."
    if all(column in empty_but_for for column, cell in enumerate(row.cells) if cell):
        return "Dòng trống."
    at = {column: one for one, column in mapping.items()}
    named = [at.get(column) == field_of(cell) for column, cell in enumerate(row.cells) if cell and field_of(cell)]
    return "Dòng tiêu đề lặp lại." if len(named) > 1 and all(named) and len(named) == len(written) else ""


def same_words(text: str) -> str:
    """Equal for the same words, whatever their spacing and capitals."""
    return " ".join(text.casefold().split())


# --- opinions -------------------------------------------------------------------------------------------------------


def _with_opinions(table: Table, entries: Sequence[_Entry], section: Section) -> Table:
    """Rows of the same person are one opinion with several matters."""
    people: dict[tuple[str, ...], _Person] = {}
    before: tuple[_Entry, _Person] | None = None
    for entry in filter(lambda one: one.is_open, entries):
        if before and _goes_on(entry, before[0]):
            person: _Person | None = before[1]
            entry.notes.append(f"Cùng người ở dòng {before[0].row.number}.")
        else:
            person = _registered(entry)
            before = (entry, person) if person else None
        matter = _matter(entry, section)
        if person and matter:
            people.setdefault(person.key, person).add(matter, entry)
    collected = tuple(one for person in people.values() for one in person.opinions())
    return replace(table, lines=tuple(entry.told for entry in entries), opinions=collected)


def _goes_on(entry: _Entry, before: _Entry) -> bool:
    """A cell that was merged over several rows stands in the first: the others have a text, and not even a number."""
    others = [one for one in entry.mapping if one not in ("text", "section")]
    return bool(entry["text"] and before["number"]) and not any(entry[one] for one in others)


@dataclass(slots=True)
class _Person:
    registrant: Registrant
    matters: dict[str, tuple[Matter, list[int]]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, ...]:
        one = self.registrant
        return tuple((part or "").casefold() for part in (one.name, one.phone, one.email, one.address))

    def add(self, matter: Matter, entry: _Entry) -> None:
        _, rows = self.matters.setdefault(same_words(matter.text), (matter, []))
        if rows:
            entry.notes.append(f"Trùng với dòng {rows[0]}; chỉ nhận một lần.")
        rows.append(entry.row.number)

    def opinions(self) -> list[Collected]:
        said = list(self.matters.values())
        parts = [said[start : start + MOST_MATTERS] for start in range(0, len(said), MOST_MATTERS)]
        return [
            Collected(
                Opinion(registrant=self.registrant, matters=tuple(matter for matter, _ in part)),
                tuple(tuple(rows) for _, rows in part),
            )
            for part in parts
        ]


def _registered(entry: _Entry) -> _Person | None:
    """Who has asked; a row without a name is of the organisation it names."""
    name, address = entry.line("name") or entry.line("organisation"), entry.line("address")
    hamlet = entry.line("hamlet")
    if hamlet and fold(hamlet) not in fold(address):
        address = f"{address}, {hamlet}" if address else hamlet
    entry.wrong = _wrong_name(name, 200) or ("Địa chỉ quá dài." if len(address) > 500 else "")
    entry.read_contacts()
    if entry.wrong:
        return None
    phone, email = entry.contacts.phone, entry.contacts.email
    if not (phone or email or address):
        entry.notes.append("Không có điện thoại, địa chỉ: chưa biết gửi trả lời về đâu.")
    person = _valid(entry, lambda: Registrant(name=name, phone=phone, email=email, address=address or None))
    return _Person(person) if person else None


def _matter(entry: _Entry, otherwise: Section) -> Matter | None:
    text = entry["text"]
    if not any(map(str.isalpha, text)) or len(text) > MAX_QUESTION:
        entry.wrong = entry.wrong or ("Nội dung quá dài." if len(text) > MAX_QUESTION else "Thiếu nội dung.")
        return None
    section = _section(entry["section"])
    if section is None and entry["section"]:
        entry.notes.append(f"Không rõ mục “{entry['section'][:40]}”; xếp vào mục đã chọn chung.")
    return Matter(section=section or otherwise, text=text)


def _section(cell: str) -> Section | None:
    plain = fold(cell)
    if re.search(r"\b2\b|\bii\b|giai quyet", plain):
        return "handling"
    return "procedures" if re.search(r"\b1\b|\bi\b|thu tuc|tthc", plain) else None


# --- participants ---------------------------------------------------------------------------------------------------


def _with_participants(table: Table, entries: Sequence[_Entry], _: Section) -> Table:
    found: dict[str, Named] = {}
    for entry in filter(lambda one: one.is_open, entries):
        if (one := _representative(entry)) is None:
            continue
        if one.id in found:
            entry.notes.append(f"Trùng với dòng {found[one.id].rows[0]}; chỉ mời một lần.")
            found[one.id] = replace(found[one.id], rows=(*found[one.id].rows, entry.row.number))
        else:
            found[one.id] = Named((entry.row.number,), one)
    return replace(table, lines=tuple(entry.told for entry in entries), participants=tuple(found.values()))


def _representative(entry: _Entry) -> Representative | None:
    name, hamlet = entry.line("name"), entry.line("hamlet") or entry.line("address")
    organisation = ", ".join(filter(None, (entry.line("position"), entry.line("organisation"))))
    entry.wrong = _wrong_name(name, 300)
    if len(organisation) > 300 or len(hamlet) > 300:
        entry.wrong = entry.wrong or "Xin ghi mục quá dài ngắn lại."
    entry.read_contacts()
    if entry.wrong:
        return None
    return _valid(
        entry,
        lambda: Representative(
            id=representative_id(name, organisation, hamlet),
            name=name,
            organisation=organisation or None,
            hamlet=hamlet or None,
            email=entry.contacts.email,
            phone=entry.contacts.phone,
        ),
    )


def _wrong_name(name: str, most: int) -> str:
    if not any(map(str.isalpha, name)):
        return "Họ tên không có chữ cái nào." if name else "Thiếu họ tên."
    return "Họ tên quá dài." if len(name) > most else ""


def _valid(entry: _Entry, make: Callable[[], T]) -> T | None:
    """What the contract has the last word on."""
    try:
        return make()
    except ValidationError:
        entry.wrong = "Thông tin của người này chưa đúng."
        return None
