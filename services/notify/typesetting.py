"""Setting pages with Typst in the fonts that are shipped, as PDF/A-2b: the same bytes for the same data."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, Literal, cast

import typst

FONTS = Path(__file__).parent / "fonts"
TEMPLATES = Path(__file__).parent / "templates"
FAMILY = "Liberation Serif"
FACES = {("normal", 400): "Regular", ("italic", 400): "Italic", ("normal", 700): "Bold", ("italic", 700): "BoldItalic"}


class CannotPrint(ValueError):
    """The data cannot become a letter, however often it is tried. The message is Vietnamese, for the clerk.

    character: the one that the letter's font does not have, or None where that is not the reason.
    """

    def __init__(self, message: str, character: str | None = None) -> None:
        self.character = character
        super().__init__(message)


class FontMissing(RuntimeError):
    """The fonts that letters are set in are not where they must be, or are too old for Vietnamese."""


def set_in_type(template: str, inputs: Mapping[str, Any], on: date) -> bytes:
    """A page or several as PDF. Safe to call from several threads; they take turns.

    Args:
        template: name of a `.typ` file of the templates.
        on: the day the document bears, also in its metadata.

    Raises:
        CannotPrint: the font lacks a character.
    """
    return cast("bytes", compile_typst(template, inputs, on, "pdf"))


def check_fonts(folder: Path = FONTS) -> None:
    """For start-up and `doithoai doctor`.

    Raises:
        FontMissing: a face is missing, or has no Vietnamese letters, as Liberation 1.x has none.
    """
    found = {(font.style, font.weight) for font in _fonts(folder).fonts() if font.family == FAMILY}
    missing = [f"LiberationSerif-{name}.ttf" for face, name in FACES.items() if face not in found]
    if missing:
        raise FontMissing(f"Thiếu phông {', '.join(missing)} trong {folder}: cài lại Liberation Serif 2.x")
    letters = "".join(chr(code) for code in range(0x1EA0, 0x1EFA)) + "ĂÂĐÊÔƠƯăâđêôơư"
    probe = TEMPLATES / "font-check.typ"
    compiler = typst.Compiler(probe, root=probe.parent, font_paths=_fonts(folder), ignore_system_fonts=True)
    try:
        compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=0, sys_inputs={"text": letters})
    except typst.TypstError as error:
        raise FontMissing(f"Phông trong {folder} không có đủ chữ tiếng Việt: cài Liberation Serif 2.x") from error


def compile_typst(
    template: str, inputs: Mapping[str, Any], on: date, format: Literal["pdf", "png"]
) -> bytes | list[bytes]:
    """As `set_in_type`; as PNG for looking at, a page each."""
    with _turn:
        try:
            compiled = _compiler(template).compile(
                format=format,
                sys_inputs={"letter": json.dumps(inputs, ensure_ascii=False)},
                pdf_standards="a-2b" if format == "pdf" else [],
                timestamp=datetime.combine(on, time(), tzinfo=UTC),
            )
        except typst.TypstError as error:
            raise _because_of(error, template, inputs) from error
    assert compiled is not None
    return compiled


_turn = Lock()
_unprintable = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)


@cache
def _fonts(folder: Path) -> typst.Fonts:
    """Only the fonts that are shipped: another font on the machine would silently move the lines."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(TEMPLATES / template, root=TEMPLATES, font_paths=_fonts(FONTS), ignore_system_fonts=True)


def _because_of(error: typst.TypstError, template: str, inputs: Mapping[str, Any]) -> Exception:
    """PDF/A forbids a missing glyph, so Typst names the text that has one; anything else is our own mistake."""
    found = _unprintable.search(error.message)
    if not found:
        return RuntimeError(f"{template} does not compile: {error.message}")
    escaped = re.match(r"\\u\{([0-9a-f]+)\}", found[1])
    character = chr(int(escaped[1], 16)) if escaped else found[1][:1]
    name, where = unicodedata.name(character, "không tên"), _place(character, inputs)
    return CannotPrint(
        f"Phông chữ của thư không có ký tự “{character}” (U+{ord(character):04X}, {name}) ở {where}. "
        "Xin thay ký tự này rồi in lại.",
        character,
    )


_PLACES = {
    "addressee": "tên người nhận",
    "address": "địa chỉ",
    "subject": "trích yếu",
    "contact": "nơi liên hệ",
    "extension": "nội dung gia hạn",
    "move": "thời gian, địa điểm mới",
    "dialogue": "tên, địa điểm hội nghị",
    "conclusion": "nội dung kết luận",
    "result": "kết quả giải quyết",
    "summary": "nội dung kết luận",
    "promises": "nội dung giao đơn vị",
}


def _place(character: str, inputs: Mapping[str, Any]) -> str:
    for number, item in enumerate(inputs.get("items", ()), 1):
        if any(character in line for line in item["question"]):
            return f"câu hỏi {number}"
        if any(character in line for line in item["answer"]):
            return f"nội dung trả lời {number}"
    return next(
        (words for key, words in _PLACES.items() if character in json.dumps(inputs.get(key), ensure_ascii=False)),
        "phần đầu hoặc cuối thư",
    )
