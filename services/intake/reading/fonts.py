"""In which font each run of a Word document is set: for text from before Unicode the font names the encoding."""

from collections.abc import Iterable
from typing import Any

from docx.oxml.ns import qn

from services.intake.reading.legacy import from_font, is_set_in

MAX_DEPTH = 20
"""Styles that stand on each other; who writes them in a ring gets no further."""


class Fonts:
    """Finds the font of a run as Word does: its own, that of its style, of its paragraph's style, of the document."""

    def __init__(self, document: Any) -> None:
        styles = document.styles.element
        self._styles = {style.get(qn("w:styleId")): style for style in styles.iter(qn("w:style"))}
        self._default = _named(styles.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")) or ""
        self._usual = next(
            (
                id
                for id, style in self._styles.items()
                if style.get(qn("w:default")) in ("1", "true") and style.get(qn("w:type")) == "paragraph"
            ),
            None,
        )

    def of_paragraph(self, paragraph: Any) -> str:
        """The font of its runs that name none."""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        return self._of_style(self._usual if style is None else style.get(qn("w:val"))) or self._default

    def of_run(self, run: Any, around: str) -> str:
        """around: the font of its paragraph."""
        properties = run.find(qn("w:rPr"))
        if properties is None:
            return around
        style = properties.find(qn("w:rStyle"))
        return _named(properties) or (self._of_style(style.get(qn("w:val"))) if style is not None else None) or around

    def _of_style(self, id: str | None) -> str | None:
        for _ in range(MAX_DEPTH):
            style = self._styles.get(id)
            if style is None:
                return None
            if named := _named(style.find(qn("w:rPr"))):
                return named
            base = style.find(qn("w:basedOn"))
            id = None if base is None else base.get(qn("w:val"))
        return None


def _named(properties: Any) -> str | None:
    """The font for letters beyond ASCII, which is the one that tells."""
    fonts = None if properties is None else properties.find(qn("w:rFonts"))
    if fonts is None:
        return None
    font = fonts.get(qn("w:hAnsi")) or fonts.get(qn("w:ascii"))
    return None if font is None else str(font)


Runs = list[tuple[str, str]]
"""The font and the text of each run of a paragraph."""


def converted(paragraphs: Iterable[Runs]) -> list[str]:
    """The text of each paragraph, with what is set in fonts from before Unicode converted.

    A document keeps the name of such a font where its text has been Unicode for long; then the name says nothing.
    """
    joined = [_joined(runs) for runs in paragraphs]
    set_in: dict[str, list[str]] = {}
    for runs in joined:
        for font, text in runs:
            set_in.setdefault(font, []).append(text)
    true = {font for font, texts in set_in.items() if is_set_in(font, "\n".join(texts))}
    return ["".join(from_font(font, text) if font in true else text for font, text in runs) for runs in joined]


def _joined(runs: Runs) -> Runs:
    """Neighbours in one font as one: Word parts words anywhere, and VNI writes a letter and its mark apart."""
    joined: list[tuple[str, list[str]]] = []
    for font, text in runs:
        if joined and joined[-1][0] == font:
            joined[-1][1].append(text)
        else:
            joined.append((font, [text]))
    return [(font, "".join(texts)) for font, texts in joined]
