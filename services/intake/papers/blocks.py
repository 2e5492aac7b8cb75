"""What a paper is made of, whatever file it becomes: lines, dots to write on, tables. Pure."""

from dataclasses import dataclass
from typing import Literal

Align = Literal["left", "centred", "justified"]


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. more: what goes on in italics. before, after: points. aside: it stands in the right half."""

    words: str
    more: str = ""
    bold: bool = False
    italic: bool = False
    align: Align = "left"
    before: int = 0
    after: int = 0
    aside: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """level: 1 is the title of the paper, of which there is one."""

    words: str
    level: Literal[1, 2] = 2


@dataclass(frozen=True, slots=True)
class Dots:
    """A line to write on, up to the margin, after a label or without one."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """widths: millimetres, of which a line has 165."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


Block = Line | Heading | Dots | Table


@dataclass(frozen=True, slots=True)
class Paper:
    """title, author: in the file's properties. Equal papers become equal files."""

    title: str
    author: str
    blocks: tuple[Block, ...]
