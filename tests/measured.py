"""A page of a PDF as it is measured: every run of words, every line and every picture that is drawn on it.

All in points from the lower left corner of the page, from the page's own operators and the fonts inside the file.
"""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdf
from pypdf.generic import ContentStream, NumberObject

MM = 72 / 25.4
A4 = (210 * MM, 297 * MM)
LEFT, RIGHT = 30 * MM, 195 * MM
TOP, BOTTOM = 277 * MM, 20 * MM
"""Of the type area: margins of 30, 15, 20 and 20 mm."""

Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Run:
    """Words of one font and size."""

    text: str
    left: float
    right: float
    baseline: float
    size: float
    font: str

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


@dataclass(frozen=True)
class Rule:
    """A stroke along the line."""

    left: float
    right: float
    height: float
    thickness: float

    @property
    def length(self) -> float:
        return self.right - self.left

    @property
    def middle(self) -> float:
        return (self.left + self.right) / 2


def pages_of(pdf: bytes) -> list[Any]:
    return list(pypdf.PdfReader(io.BytesIO(pdf)).pages)


def words_of(pdf: bytes) -> str:
    """All its words. A line may end after the stroke of `ông/bà`."""
    return " ".join(" ".join(page.extract_text() for page in pages_of(pdf)).split()).replace("/ bà", "/bà")


def run_with(text: str, page: Any) -> Run:
    [found] = [run for run in runs(page) if text in run.text]
    return found


def runs(page: Any) -> list[Run]:
    fonts = {name: _Font(font.get_object()) for name, font in page["/Resources"]["/Font"].items()}
    found: list[Run] = []
    font, size, text_matrix = None, 0.0, (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    for operands, operator, matrix in _operations(page):
        match operator:
            case b"Tf":
                font, size = fonts[operands[0]], float(operands[1])
            case b"Tm":
                text_matrix = _matrix(operands)
            case b"TJ" | b"Tj":
                assert font is not None
                text, width = font.read(operands[0] if operator == b"TJ" else operands)
                scale, _, _, _, left, baseline = _times(text_matrix, matrix)
                found.append(Run(text, left, left + scale * width * size / 1000, baseline, size * scale, font.name))
    return found


def rules(page: Any, shortest: float = 5) -> list[Rule]:
    """Strokes along the line that are at least `shortest` points long, from the top of the page down."""
    return sorted((rule for rule in _strokes(page) if rule.length >= shortest), key=lambda rule: -rule.height)


def dark_modules(page: Any, left: float, top: float, width: float, modules: int) -> set[tuple[int, int]]:
    """Rows and columns that are dark in a QR code which stands there."""
    side = width / modules
    dark = set()
    for stroke in _strokes(page):
        row, first = (top - stroke.height) / side - 0.5, (stroke.left - left) / side
        if stroke.thickness and abs(row - round(row)) < 0.05 and 0 <= round(row) < modules and first > -0.05:
            dark |= {(round(row), round(first) + column) for column in range(round(stroke.length / side))}
    return dark


def _strokes(page: Any) -> Iterator[Rule]:
    begun: tuple[float, float] | None = None
    lines: list[tuple[tuple[float, float], tuple[float, float]]] = []
    widths = [1.0]
    for operands, operator, matrix in _operations(page):
        match operator:
            case b"q":
                widths.append(widths[-1])
            case b"Q":
                widths.pop()
            case b"w":
                widths[-1] = float(operands[0])
            case b"m":
                begun = _at(operands, matrix)
            case b"l":
                assert begun is not None
                end = _at(operands, matrix)
                lines.append((begun, end))
                begun = end
            case b"S" | b"s":
                for (x, y), (to_x, to_y) in lines:
                    if abs(y - to_y) < 0.01:
                        yield Rule(min(x, to_x), max(x, to_x), y, widths[-1] * abs(matrix[0]))
                lines = []
            case b"f" | b"f*" | b"n" | b"B":
                lines = []


def _operations(page: Any) -> Iterator[tuple[Any, bytes, Matrix]]:
    """Every operator with its operands and the matrix it is under."""
    matrix: Matrix = (1, 0, 0, 1, 0, 0)
    kept: list[Matrix] = []
    for operands, operator in ContentStream(page.get_contents(), page.pdf).operations:
        match operator:
            case b"q":
                kept.append(matrix)
            case b"Q":
                matrix = kept.pop()
            case b"cm":
                matrix = _times(_matrix(operands), matrix)
        yield operands, operator, matrix


def _matrix(operands: Any) -> Matrix:
    a, b, c, d, e, f = (float(one) for one in operands)
    return a, b, c, d, e, f


def _times(one: Matrix, other: Matrix) -> Matrix:
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _at(operands: Any, matrix: Matrix) -> tuple[float, float]:
    x, y = (float(one) for one in operands)
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


class _Font:
    def __init__(self, font: Any) -> None:
        self.name = font["/BaseFont"].split("+")[1]
        table = font["/DescendantFonts"][0].get_object()["/W"]
        self._widths = {
            code: float(width)
            for first, last, width in zip(table[0::3], table[1::3], table[2::3], strict=True)
            for code in range(first, last + 1)
        }
        pairs = re.findall(r"<([0-9A-F]{4})> <([0-9A-F]+)>", font["/ToUnicode"].get_data().decode())
        self._letters = {
            int(code, 16): bytes.fromhex(letters).decode("utf-16-be", "replace") for code, letters in pairs
        }

    def read(self, parts: Any) -> tuple[str, float]:
        """The words, and how far they reach, in thousandths of their size; a blank at the end reaches nowhere."""
        text, at, reached = "", 0.0, 0.0
        for part in parts:
            if isinstance(part, NumberObject | float):
                at -= float(part)
                continue
            codes = part.original_bytes
            for code in (int.from_bytes(codes[place : place + 2]) for place in range(0, len(codes), 2)):
                text += self._letters[code]
                at += self._widths[code]
                reached = reached if self._letters[code].isspace() else at
        return text.rstrip(), reached
