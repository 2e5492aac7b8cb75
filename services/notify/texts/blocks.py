"""What a text says, as blocks that paper, mail and a word processor each lay out in their own way.

The words of people come in as data: by the time a block exists, none of them can be markup.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """Words of one weight; a line of Unicode NFC without line breaks."""

    text: str
    bold: bool = False
    italic: bool = False


Line = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """`# …`: what a mail is about, above its words. Paper has its own head and leaves it out."""

    text: str


@dataclass(frozen=True, slots=True)
class Lead:
    """`## …`: a line in bold that stays with what follows."""

    line: Line


@dataclass(frozen=True, slots=True)
class Paragraph:
    line: Line


@dataclass(frozen=True, slots=True)
class Quote:
    """`> …`: what somebody wrote, in his words, a paragraph each. label: in bold before the first, without a colon."""

    lines: tuple[Line, ...]
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """`- **name:** …`: a named fact. More lines are paragraphs below the first."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Steps:
    """`1. **when:** what`, in their order."""

    steps: tuple[tuple[str, Line], ...]


@dataclass(frozen=True, slots=True)
class Code:
    """`! code | note`: the code of a form, large in a mail, a point on paper."""

    code: str
    note: str


@dataclass(frozen=True, slots=True)
class Button:
    """`=> url | words`: a way to a page. Paper leaves it out."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """`@ url | note`: the QR code of an address."""

    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Table:
    """A value of the data on a line of its own. rows: of each cell its paragraphs. widths: shares of the line."""

    head: tuple[str, ...]
    rows: tuple[tuple[tuple[str, ...], ...], ...]
    widths: tuple[int, ...]


Block = Heading | Lead | Paragraph | Quote | Point | Steps | Code | Button | Drawing | Table


@dataclass(frozen=True, slots=True)
class Written:
    """A text with its data filled in.

    about: the trích yếu, after `V/v`, or below the title. subject: of the mail.
    version: of the commune's own text; 0 is the shipped one.
    """

    about: str
    subject: str
    blocks: tuple[Block, ...]
    version: int = 0


def plain(line: Iterable[Run]) -> str:
    """A line without its weights."""
    return "".join(run.text for run in line)
