"""A list on its way to intake: what was pasted becomes a file like any other, what was chosen becomes a mapping.

Here a text is only parted into cells. What the cells mean, intake decides, for every list the same.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from io import StringIO
from typing import Any, get_args

from services.console.facts import folded
from services.console.language import say
from services.console.offers import WrongFields, valid
from services.console.pages import Sent
from shared.contracts import Actor
from shared.contracts.conference import ListKind
from shared.contracts.intake import ReadTable, ReceiveTable
from shared.text import clean, one_line

PASTED = "danh-sach-dan.csv"
NUMBERED = re.compile(r"^\s*\d{1,4}\s*[.)\t;]\s*")
"""The running number that a list begins its lines with."""
HEADED = ("ho ten", "ho va ten", "stt", "tt\t", "tt;")
FIELDS: Mapping[ListKind, Mapping[str, str]] = {
    "opinions": {
        "name": "Họ và tên",
        "phone": "Điện thoại",
        "address": "Địa chỉ",
        "hamlet": "Thôn, tổ dân phố",
        "email": "Thư điện tử",
        "organisation": "Đơn vị",
        "text": "Nội dung",
        "section": "Mục của phiếu (1, 2)",
        "number": "Số thứ tự",
    },
    "participants": {
        "name": "Họ và tên",
        "position": "Chức vụ",
        "organisation": "Đơn vị",
        "hamlet": "Thôn, tổ dân phố",
        "address": "Địa chỉ",
        "phone": "Điện thoại",
        "email": "Thư điện tử",
        "number": "Số thứ tự",
    },
}
"""What a column may hold, as intake calls it, and in words."""
PASTED_AS: Mapping[ListKind, tuple[str, ...]] = {
    "opinions": ("name", "phone", "address", "text"),
    "participants": ("name", "organisation", "hamlet", "phone"),
}
"""The cells of a pasted line that has no heading above it."""
MOST_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the forms of the list pages carry from one to the next. dialogue, list: "" outside of a dialogue.

    seen: the mapping as it was previewed; a list is taken in only as it was seen.
    """

    kind: ListKind
    dialogue: str
    list: str
    sender: str
    section: str
    file: str
    lines: str
    mapping: Mapping[str, int] | None
    seen: str
    key: str

    @property
    def hidden(self) -> dict[str, str]:
        """What stays the same through all pages."""
        return {"kind": self.kind, "dialogue": self.dialogue, "list": self.list, "sender": self.sender}


def chosen(typed: Mapping[str, str]) -> Chosen:
    """What a form says, but for the columns."""
    kind: ListKind = "participants" if typed.get("kind") == "participants" else "opinions"
    plain = {name: one_line(typed.get(name, ""))[:300] for name in ("dialogue", "list", "sender", "file", "key")}
    return Chosen(
        kind=kind,
        section="handling" if typed.get("section") == "handling" else "procedures",
        lines=typed.get("lines", ""),
        mapping=None,
        seen=typed.get("seen", ""),
        **plain,
    )


def mapping_of(kind: ListKind, typed: Mapping[str, str]) -> dict[str, int] | None:
    """From the selects, one for each column; None where there were none yet.

    Raises:
        WrongFields: the same was chosen for two columns.
    """
    columns = [column for column in range(MOST_COLUMNS) if f"column-{column}" in typed]
    if not columns:
        return None
    found: dict[str, int] = {}
    for column in columns:
        if (field := typed[f"column-{column}"]) not in FIELDS[kind]:
            continue
        if field in found:
            words = say(FIELDS[kind][field])
            raise WrongFields({"mapping": say("Có hai cột cùng được chọn là “%(words)s”. Xin chọn lại.", words=words)})
        found[field] = column
    return found


def as_seen(mapping: Mapping[str, int]) -> str:
    """A mapping in a hidden field, to be compared with what is chosen later."""
    return " ".join(f"{field}:{column}" for field, column in sorted(mapping.items()))


def seen_in(text: str) -> dict[str, int] | None:
    """The mapping that `as_seen` wrote; None where it is none."""
    pairs = [one.partition(":") for one in text.split()]
    return {field: int(column) for field, _, column in pairs if re.fullmatch(r"[0-9]{1,2}", column)} or None


def pasted(kind: ListKind, text: str) -> tuple[Sent, Mapping[str, int] | None]:
    """Pasted lines as a table in CSV, each in the row of its own number, and the mapping of their cells.

    Cells are parted by semicolons or, as copied from a spreadsheet, by tabs. With a heading in the first line it
    decides what they are; without one they are as of `PASTED_AS`, running numbers are left out, and what more there is
    belongs to the last cell.

    Raises:
        WrongFields: nothing was pasted.
    """
    lines = clean(text).split("\n")
    first = next((line for line in lines if line.strip()), "")
    if not first:
        raise WrongFields({"lines": "Xin chọn tệp danh sách, hoặc dán danh sách, mỗi người một dòng."})
    headed = folded(NUMBERED.sub("", first)).startswith(HEADED)
    mapping = None if headed else {field: place for place, field in enumerate(PASTED_AS[kind])}
    file = StringIO()
    file.write("sep=;\n")
    write = csv.writer(file, delimiter=";", lineterminator="\n")
    for line in lines:
        write.writerow(_cells(line, headed=headed) if line.strip() else [])
    return Sent(PASTED, file.getvalue().encode()), mapping


def _cells(line: str, *, headed: bool) -> list[str]:
    line = line if headed else NUMBERED.sub("", line)
    parted = line.split("\t" if "\t" in line else ";", -1 if headed else 3)
    return [one_line(cell) for cell in parted] + [""] * (4 - len(parted))


def to_read(actor: Actor, what: Chosen) -> ReadTable:
    command = valid(ReadTable, actor, _said(what))
    assert isinstance(command, ReadTable)
    return command


def to_receive(actor: Actor, what: Chosen) -> ReceiveTable:
    """Raises:
    WrongFields: nobody is named who has collected the list.
    """
    if not what.sender:
        raise WrongFields({"sender": "Xin ghi nơi gửi danh sách."})
    said = _said(what) | {"sender": what.sender, "dialogue": what.dialogue or None, "list": what.list or None}
    command = valid(ReceiveTable, actor, said)
    assert isinstance(command, ReceiveTable)
    return command


def _said(what: Chosen) -> dict[str, Any]:
    mapping = dict(what.mapping) if what.mapping is not None else None
    return {"key": what.key, "file": what.file, "kind": what.kind, "section": what.section, "mapping": mapping}


assert set(FIELDS) == set(PASTED_AS) == set(get_args(ListKind))
