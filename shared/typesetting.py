"""Setting pages with Typst in the fonts that are shipped, as PDF/A-2b: the same bytes for the same data.

Typst is loaded when the first page is set: a service that rarely sets one does not hold it at rest.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, cast

if TYPE_CHECKING:
    import typst

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Liberation Serif"
FACES = {("normal", 400): "Regular", ("italic", 400): "Italic", ("normal", 700): "Bold", ("italic", 700): "BoldItalic"}

Inputs = Mapping[str, Any]
Place = Callable[[str, Inputs], str]
"""Where in the data a character stands, in the words of the person who can mend it."""


class CannotPrint(ValueError):
    """The data cannot become a page, however often it is tried. The message is Vietnamese, for the clerk.

    character: the one that the font does not have, or None where that is not the reason.
    """

    def __init__(self, message: str, character: str | None = None) -> None:
        self.character = character
        super().__init__(message)


class FontMissing(RuntimeError):
    """The fonts that pages are set in are not where they must be, or are too old for Vietnamese."""

    names_nobody = True


Standard = Literal["a-2b", "ua-1"]


class Typesetter:
    """Sets the templates of one folder. Safe to use from several threads; they take turns.

    A template finds its data, as JSON text, in `sys.inputs.letter`, so that no words of people are ever markup.

    Args:
        templates: the folder; a template can import no file from outside it.
        place: for the message of `CannotPrint`.
        standards: besides PDF/A-2b, what its PDF files keep to; `ua-1` wants another text for every picture.
        function: of the templates, which is then called with the data. What does not depend on them is then made
            once and not for each page, which takes a fifth less time.
    """

    def __init__(
        self, templates: Path, place: Place, standards: tuple[Standard, ...] = ("a-2b",), function: str | None = None
    ) -> None:
        self._templates = templates
        self._place = place
        self._standards: list[Any] = list(standards)
        self._function = function

    def pdf(self, template: str, inputs: Inputs, on: date) -> bytes:
        """A page or several as PDF/A-2b.

        Args:
            template: name of a `.typ` file of the folder.
            on: the day the document bears, also in its metadata.

        Raises:
            CannotPrint: the font lacks a character.
        """
        return cast("bytes", self._compile(template, inputs, on, "pdf"))

    def png(self, template: str, inputs: Inputs, on: date, ppi: float = 144) -> list[bytes]:
        """As `pdf`, for looking at: a picture of each page. ppi: dots an inch."""
        pictures = self._compile(template, inputs, on, "png", ppi)
        return pictures if isinstance(pictures, list) else [pictures]

    def _compile(
        self, template: str, inputs: Inputs, on: date, format: Literal["pdf", "png"], ppi: float | None = None
    ) -> bytes | list[bytes]:
        import typst

        data = json.dumps(inputs, ensure_ascii=False)
        with _turn:
            try:
                compiled = _compiler(self._templates, template).compile(
                    input=self._call(template, data) if self._function else None,
                    format=format,
                    ppi=ppi,
                    sys_inputs={} if self._function else {"letter": data},
                    pdf_standards=self._standards if format == "pdf" else [],
                    timestamp=datetime.combine(on, time(), tzinfo=UTC),
                )
            except typst.TypstError as error:
                raise self._because_of(error.message, template, inputs) from error
        assert compiled is not None
        return compiled

    def _call(self, template: str, data: str) -> bytes:
        """A main file that hands the data to the template. JSON has no line breaks or control characters of its own, so
        in a string of Typst only these two have to be told from its own."""
        quoted = data.replace("\\", "\\\\").replace('"', '\\"')
        return f'#import "{template}": {self._function}\n#{self._function}(json(bytes("{quoted}")))'.encode()

    def _because_of(self, message: str, template: str, inputs: Inputs) -> Exception:
        """PDF/A forbids a missing glyph, so Typst names the text that has one; anything else is our own mistake."""
        found = _unprintable.search(message)
        if not found:
            return RuntimeError(f"{template} does not compile: {message}")
        escaped = re.match(r"\\u\{([0-9a-f]+)\}", found[1])
        character = chr(int(escaped[1], 16)) if escaped else found[1][:1]
        name, where = unicodedata.name(character, "không tên"), self._place(character, inputs)
        return CannotPrint(
            f"Phông chữ của văn bản không có ký tự “{character}” (U+{ord(character):04X}, {name}) ở {where}. "
            "Xin thay ký tự này rồi in lại.",
            character,
        )


def check_fonts(folder: Path = FONTS) -> None:
    """For start-up and `doithoai doctor`.

    Raises:
        FontMissing: a face is missing, or has no Vietnamese letters, as Liberation 1.x has none.
    """
    import typst

    found = {(font.style, font.weight) for font in _fonts(folder).fonts() if font.family == FAMILY}
    missing = [f"LiberationSerif-{name}.ttf" for face, name in FACES.items() if face not in found]
    if missing:
        raise FontMissing(f"Thiếu phông {', '.join(missing)} trong {folder}: cài lại Liberation Serif 2.x")
    letters = "".join(chr(code) for code in range(0x1EA0, 0x1EFA)) + "ĂÂĐÊÔƠƯăâđêôơư"
    probe = FONTS / "font-check.typ"
    compiler = typst.Compiler(probe, root=probe.parent, font_paths=_fonts(folder), ignore_system_fonts=True)
    try:
        compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=0, sys_inputs={"text": letters})
    except typst.TypstError as error:
        raise FontMissing(f"Phông trong {folder} không có đủ chữ tiếng Việt: cài Liberation Serif 2.x") from error


_turn = Lock()
_unprintable = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)


@cache
def _fonts(folder: Path) -> "typst.Fonts":
    """Only the fonts that are shipped: another font on the machine would silently move the lines."""
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _compiler(templates: Path, template: str) -> "typst.Compiler":
    import typst

    return typst.Compiler(templates / template, root=templates, font_paths=_fonts(FONTS), ignore_system_fonts=True)
