"""Templates of answers as an office reads and edits them: by field, with the places that are to be filled in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import ValidationError

from services.console import words
from shared.contracts.base import Model
from shared.contracts.taxonomy import QuestionField
from shared.text import one_line

FILLED: Mapping[str, str] = {
    "mã phiếu": "mã phiếu của người hỏi",
    "ngày nhận": "ngày nhận phiếu",
    "đơn vị": "phòng trả lời câu hỏi",
    "tên xã": "tên xã, phường",
    "địa chỉ trụ sở": "địa chỉ của Ủy ban nhân dân",
    "điện thoại": "số điện thoại của Ủy ban nhân dân",
    "thư điện tử": "hộp thư của Ủy ban nhân dân",
}
"""Placeholders that need nobody to fill them in, and what with."""

_PLACE = re.compile(r"(\{[^{}\n]{0,200}\})")


class Template(Model):
    """One template. own: the commune wrote it itself."""

    field: QuestionField
    title: str
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a template. kind: words; a place that fills itself; one that somebody fills in."""

    text: str
    kind: Literal["words", "filled", "open"]


def read(told: Sequence[Mapping[str, Any]]) -> tuple[Template, ...]:
    """The templates of a reply, those of a commune before the shipped ones; one that does not fit is left out."""
    found = []
    for one in told:
        try:
            found.append(Template.model_validate(one))
        except ValidationError:  # of a field that is not known here
            continue
    order = list(words.FIELDS)
    return tuple(sorted(found, key=lambda one: (order.index(one.field), not one.own, one.title.casefold())))


def pieces(text: str) -> list[Piece]:
    """A template in stretches, to be shown with its places marked."""
    return [
        Piece(part, "words" if not number % 2 else "filled" if _name(part) in FILLED else "open")
        for number, part in enumerate(_PLACE.split(text))
        if part
    ]


def left_open(text: str) -> list[str]:
    """The places that whoever takes the template fills in, each once."""
    return list(dict.fromkeys(piece.text for piece in pieces(text) if piece.kind == "open"))


def wrong_braces(text: str) -> str | None:
    """What is wrong with the places of a template; None where nothing is."""
    rest = _PLACE.sub("", text)
    if "{" in rest or "}" in rest:
        return "Có dấu ngoặc nhọn chưa đủ cặp. Mỗi chỗ cần điền ghi trên một dòng, trong một cặp ngoặc: {số tiền}."
    if any(not _name(piece.text) for piece in pieces(text) if piece.kind == "open"):
        return "Có chỗ cần điền chưa ghi tên. Xin ghi điều cần điền vào trong ngoặc: {số tiền}."
    return None


def find(templates: Sequence[Template], field: str, title: str) -> Template | None:
    """The commune's own before the shipped one of that name."""
    return next((one for one in templates if one.field == field and one.title == title), None)


def _name(place: str) -> str:
    return one_line(place.strip("{}")).casefold()
