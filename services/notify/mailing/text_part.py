"""The words of a mail for programs that show no HTML, and for people who want none."""

from collections.abc import Iterable, Sequence

from services.notify.texts.blocks import (
    Block,
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Paragraph,
    Point,
    Quote,
    Steps,
    Table,
    plain,
)


def as_text(office: str, blocks: Iterable[Block], footer: Sequence[str]) -> str:
    """The whole part, with line feeds. footer: below the line that mail programs cut at (`-- `)."""
    pieces: list[str] = [office]
    before: Block | None = None
    for block in blocks:
        together = isinstance(block, Point) and isinstance(before, Point) and len(before.lines) < 2
        pieces.append(("\n" if together else "\n\n") + _piece(block))
        before = block
    return "".join(pieces) + "\n\n-- \n" + "\n".join(footer) + "\n"


def _piece(block: Block) -> str:
    match block:
        case Heading(text):
            return text
        case Lead(line) | Paragraph(line):
            return plain(line)
        case Quote(lines, label):
            said = [plain(line) for line in lines]
            if label:
                said = [f"{label}: {said[0]}" if said else f"{label}:", *said[1:]]
            return "\n".join(f"> {line}" for line in said)
        case Point(name, lines):
            first, *more = [plain(line) for line in lines] or [""]
            return "\n\n".join([f"{name}: {first}".rstrip(), *more])
        case Steps(steps):
            return "\n".join(f"{place}. {when}: {plain(what)}" for place, (when, what) in enumerate(steps, 1))
        case Code(code, note):
            return f"    {code}\n\n{note}"
        case Button(url, words):
            return f"{words}: {url}"
        case Drawing(url, note):
            return f"{note}: {url}"
        case Table(head, rows):
            return "\n\n".join(_row(head, row) for row in rows)


def _row(head: Sequence[str], row: Sequence[Sequence[str]]) -> str:
    """Every cell on a line of its own: no column is as narrow as a telephone."""
    return "\n".join(
        f"{name}: {' '.join(cell)}" if name else " ".join(cell) for name, cell in zip(head, row, strict=True) if cell
    )
