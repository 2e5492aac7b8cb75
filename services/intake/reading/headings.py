"""Which column of a list holds what, told from its headings as people write them.

A heading is made of the words of headings alone: `Thôn` is one, `Thôn Nội` is where somebody lives.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, get_args

from services.intake.reading.spelling import fold
from services.intake.reading.table_files import Row, Sheet
from shared.contracts.conference import ListKind

Field = Literal["number", "name", "phone", "email", "address", "hamlet", "text", "section", "organisation", "position"]
FIELDS: Mapping[ListKind, tuple[Field, ...]] = {
    "opinions": ("number", "name", "phone", "email", "address", "hamlet", "organisation", "text", "section"),
    "participants": ("number", "name", "position", "organisation", "hamlet", "address", "phone", "email"),
}
"""What each kind of list may say of a row, in the order of the template."""

_FROM_THE_TOP = 20
"""Rows among which the heading is looked for; above it stand the title and who has sent the list."""

_HAMLET = r"(?:thon|xom|ap|ban|buon|lang|to dan pho|to dp|tdp|khu pho|khu dan cu|kdc|khu|to)"
_UNIT = (
    r"(?:don vi|co quan|to chuc|doan the|hoi doan the|doi tuong|noi cong tac|noi lam viec|chi hoi|chi doan|chi bo"
    r"|hoi vien|doan vien|dai dien)"
)
_PERSON = (
    r"(?:nguoi dan|nguoi|cu tri|cong dan|ca nhan|to chuc|doanh nghiep|ho gia dinh|chu ho|dai bieu|hoi vien|doan vien"
    r"|thanh nien|nhan dan|thanh phan)"
)
_ASKED = (
    r"(?:noi dung|y kien|cau hoi|kien nghi|de xuat|de nghi|phan anh|vuong mac|kho khan|thac mac|gop y|dong gop"
    r"|nguyen vong|van de)"
)
_DOES = r"(?:dang ky|kien nghi|co|y kien|gui|hoi|phat bieu|phan anh|tham gia|tham du|du|hop|neu|doi thoai|duoc moi)"
_JOINS = r"(?:va|hoac|cua|cac|tai|ve|theo|neu|cu the|chi tiet|tom tat|day du)"
_DWELLS = r"(?:cu tru|sinh song|thuong tru|tam tru|o|hien nay|hien tai|lien he|lien lac|nhan thu|so nha|duong|cong tac)"
_WORDS: Mapping[Field, str] = {
    "number": r"stt|tt|so tt|so thu tu|thu tu",
    "email": r"(?:dia chi |hop )?(?:e ?mail|thu dien tu|thu)(?: (?:lien he|neu co|dien tu))*",
    "phone": r"(?:so )?(?:dien thoai|dt|sdt|dtdd|dd|di dong|phone|tel|mobile|zalo)"
    r"(?: (?:so|dien thoai|lien he|lien lac|di dong|zalo|ca nhan|neu co|cua|e ?mail|thu dien tu)| "
    rf"{_PERSON}| {_DOES})*|so lien (?:he|lac)|lien (?:he|lac)",
    "organisation": rf"(?:ten |chuc vu |chuc danh )?{_UNIT}(?: {_UNIT}| {_JOINS}| {_DWELLS}| {_DOES}| lam viec)*",
    "position": r"(?:chuc vu|chuc danh|nghe nghiep)(?: (?:cong tac|hien nay|neu co|chuc danh))*",
    "name": rf"(?:ho(?: va)? ten(?: dem)?|ho ten dem|ten|quy danh)(?: {_PERSON}| {_DOES}| {_JOINS})*"
    rf"|{_PERSON}(?: {_PERSON}| {_DOES}| {_JOINS})*",
    "hamlet": rf"(?:ten |noi o )?{_HAMLET}(?: {_HAMLET}| {_JOINS}| {_DWELLS})*",
    "address": r"(?:dia chi|noi o|noi|cho o|ho khau|noi cu tru|cu tru|thuong tru)"
    rf"(?: {_HAMLET}| {_JOINS}| {_DWELLS}| noi| {_PERSON})*",
    "section": r"(?:thuoc )?(?:muc|phan)(?: (?:so|cua|tren|trong|phieu|[12]|hoac))*",
    "text": rf"{_ASKED}(?: {_ASKED}| {_JOINS}| {_PERSON}| {_DOES}| can| thu tuc hanh chinh| tthc)*",
}
_HEADINGS: Mapping[Field, re.Pattern[str]] = {field: re.compile(words) for field, words in _WORDS.items()}
assert set(_HEADINGS) == set(get_args(Field))


def field_of(cell: str) -> Field | None:
    """What a heading says its column holds; None for any other cell."""
    plain = " ".join(re.sub(r"\([^()]*\)|[^\w\s]|_", " ", fold(cell[:200])).split())
    return next((field for field, heading in _HEADINGS.items() if heading.fullmatch(plain)), None) if plain else None


class Headings:
    """The heading of a sheet. fields: what each of its columns holds. first, last: places of its rows in the sheet."""

    def __init__(self, sheet: Sheet, first: int, last: int) -> None:
        self.first, self.last = first, last
        self.columns = _columns(sheet, sheet[first : last + 1])
        self.fields: dict[Field, int] = {}
        for row in reversed(sheet[first : last + 1]):
            for column, cell in enumerate(row.cells):
                if (field := field_of(cell)) and field not in self.fields and column not in self.fields.values():
                    self.fields[field] = column


def headings_of(sheet: Sheet) -> Headings | None:
    """The rows near the top that name the columns; None where none does. A heading may take two rows."""
    known = [_known(row) for row in sheet[:_FROM_THE_TOP]]
    places = [place for place, fields in enumerate(known) if len(fields) > 1 and _names_people(fields)]
    if not places:
        return None
    best = max(places, key=lambda place: (len(known[place]), -place))
    first = best - 1 if best and known[best - 1] - known[best] else best
    below = known[best + 1] if best + 1 < len(known) else set()
    last = best + 1 if len(below) > 1 and below - known[best] and first == best else best
    return Headings(sheet, first, last)


def bare_columns(sheet: Sheet) -> tuple[str, ...]:
    """Names for the columns of a sheet without a heading, as a spreadsheet has them."""
    return _columns(sheet, ())


def _known(row: Row) -> set[Field]:
    return {field for cell in row.cells if (field := field_of(cell))}


def _names_people(fields: Iterable[Field]) -> bool:
    return not {"name", "organisation"}.isdisjoint(fields)


def _columns(sheet: Sheet, headings: Sequence[Row]) -> tuple[str, ...]:
    """The heading of each column in one line; `Cột C` where it has none."""
    width = max((len(row.cells) for row in sheet), default=0)
    told = [dict.fromkeys(" ".join("".join(row.cells[at : at + 1]).split()) for row in headings) for at in range(width)]
    return tuple(" ".join(filter(None, words))[:100] or f"Cột {_letter(at)}" for at, words in enumerate(told))


def _letter(column: int) -> str:
    """A, B … Z, AA, AB."""
    more, last = divmod(column, 26)
    return (_letter(more - 1) if more else "") + chr(ord("A") + last)
