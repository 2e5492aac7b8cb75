"""The little language of texts: one block a paragraph, told by what its first line begins with.

    # words                   what a mail is about, above its words
    ## words                  a line in bold that stays with what follows
    > **label:** quotation    what somebody wrote; the label may be left out
    - **name:** words         a named fact
    1. **when:** what         a step; those that follow each other are one list
    ! code | note             the code of a form, large
    => address | words        a way to a page
    @ address | note          the QR code of an address
    {{ table }}               a table of the data, alone on its line

Anything else is a paragraph; a line of such a beginning alone is a mistake. Inside lines `**bold**` and `*italic*`. A
blank line ends a block, and so does a line that begins another; a line of one's own that has no such beginning belongs
to the block above it.

All of this is recognised in the characters of the text alone. What is filled in stands in it as a single character of
a private area (`mark`), so that no word of it can be markup, and is put in its place at the very end. A value of
several paragraphs makes as many paragraphs of the block it stands in.
"""

import re
from collections.abc import Iterator, Sequence
from unicodedata import normalize

from services.notify.texts.blocks import (
    Block,
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Line,
    Paragraph,
    Point,
    Quote,
    Run,
    Steps,
    Table,
)

Value = tuple[str, ...] | Table
"""What was filled in: paragraphs of words, one at least, or a table."""

FIRST_MARK = 0xF0000
MOST_VALUES = 0xFFFD
"""The size of the private area."""

_MARK = "[\U000f0000-\U000ffffd]"
_MARKS = re.compile(_MARK)
_MARKED = re.compile(f"({_MARK})")
_FIRST = chr(FIRST_MARK)
_BLANKS = re.compile(r"\s+")
_BEGINS = re.compile(r"(?:#{1,2}|>|-|\d{1,2}\.|!|=>|@) ")
_ONE_LINE = re.compile(r"(?:#{1,2}|!|=>|@) ")
_ONLY_A_MARK = re.compile(r"(?:#{1,2}|>|-|\d{1,2}\.|!|=>|@)?[*\s]*")
_NAMED = re.compile(r"\*\*(?P<name>[^*]+?)(?::\*\*|\*\*:) ?(?P<words>.*)")
_WEIGHTS = re.compile(r"(\*{1,2})")
_ADDRESS = re.compile(r"https?://[^\s<>\"]+")


class Misread(ValueError):
    """What a block says cannot be laid out. The message is Vietnamese, for whoever wrote the text."""


def mark(place: int) -> str:
    """What stands in a text for the value at this place."""
    return chr(FIRST_MARK + place)


def without_marks(text: str) -> str:
    """Characters that would be taken for values are no words."""
    return _MARKS.sub("", text)


def words_of(text: str, values: Sequence[Value]) -> str:
    """One line of plain words, without markup.

    Raises:
        Misread: a table stands in it.
    """
    words = _MARKS.sub(lambda found: " ".join(_paragraphs(found[0], values)), text)
    return normalize("NFC", " ".join(words.split()))


def blocks_of(text: str, values: Sequence[Value]) -> tuple[Block, ...]:
    """The blocks of a text whose values are filled in as marks.

    Raises:
        Misread: a block lacks one of its parts, an address is none, or a table stands among words.
    """
    found: list[Block] = []
    for source in _sources(text, values):
        block = _block(source, values)
        previous = found[-1] if found else None
        if isinstance(block, Steps) and isinstance(previous, Steps):
            found[-1] = Steps(previous.steps + block.steps)
        elif isinstance(block, tuple):
            found += block
        else:
            found.append(block)
    return tuple(found)


def _sources(text: str, values: Sequence[Value]) -> Iterator[str]:
    """The source of each block as a line."""
    gathered: list[str] = []
    for line in (line.strip() for line in text.splitlines()):
        if line and _ONLY_A_MARK.fullmatch(line):
            raise Misread(f"“{line}”: sau dấu này cần có nội dung.")
        if gathered and (not line or _begins(line, values) or _is_one_line(gathered[0], values)):
            yield " ".join(gathered)
            gathered = []
        if line:
            gathered.append(line)
    if gathered:
        yield " ".join(gathered)


def _begins(line: str, values: Sequence[Value]) -> bool:
    return bool(_BEGINS.match(line)) or _table(line, values) is not None


def _is_one_line(line: str, values: Sequence[Value]) -> bool:
    return bool(_ONE_LINE.match(line)) or _table(line, values) is not None


def _table(source: str, values: Sequence[Value]) -> Table | None:
    """The table that stands alone on a line."""
    value = values[ord(source) - FIRST_MARK] if len(source) == 1 and _MARKS.match(source) else None
    return value if isinstance(value, Table) else None


def _block(source: str, values: Sequence[Value]) -> Block | tuple[Paragraph, ...]:
    kind, blank, rest = source.partition(" ")
    match kind if blank else "":
        case "#":
            return Heading(words_of(rest, values))
        case "##":
            return Lead(_single(rest, values))
        case ">":
            label, words = _named(rest)
            return Quote(_filled(words, values, source), words_of(label, values) if label else None)
        case "-":
            label, words = _named(rest)
            if label is None:
                raise Misread(f"“{_shown(source, values)}”: sau dấu - cần có tên in đậm, ví dụ: - **Lý do:** nội dung.")
            return Point(words_of(label, values), _filled(words, values, source))
        case "!":
            return Code(*_halves(rest, values, source))
        case "=>":
            return Button(*_addressed(rest, values, source))
        case "@":
            return Drawing(*_addressed(rest, values, source))
    if re.fullmatch(r"\d{1,2}\.", kind):
        label, words = _named(rest)
        if label is None:
            raise Misread(
                f"“{_shown(source, values)}”: sau số thứ tự cần có phần in đậm, ví dụ: 1. **Khi nào:** việc gì."
            )
        _filled(words, values, source)
        return Steps(((words_of(label, values), _single(words, values)),))
    if (table := _table(source, values)) is not None:
        return table
    return tuple(Paragraph(line) for line in _lines(source, values))


def _named(rest: str) -> tuple[str | None, str]:
    found = _NAMED.fullmatch(rest)
    return (found["name"], found["words"]) if found else (None, rest)


def _filled(words: str, values: Sequence[Value], source: str) -> tuple[Line, ...]:
    lines = _lines(words, values)
    if not lines:
        raise Misread(f"“{_shown(source, values)}”: thiếu nội dung.")
    return lines


def _halves(rest: str, values: Sequence[Value], source: str) -> tuple[str, str]:
    first, bar, second = rest.partition("|")
    left, right = words_of(first, values), words_of(second, values)
    if not (left and bar and right):
        raise Misread(f"“{_shown(source, values)}”: cần hai phần cách nhau bằng dấu |.")
    return left, right


def _addressed(rest: str, values: Sequence[Value], source: str) -> tuple[str, str]:
    address, words = _halves(rest, values, source)
    if not _ADDRESS.fullmatch(address):
        raise Misread(f"“{_shown(source, values)}”: địa chỉ trang phải bắt đầu bằng https:// hoặc http://.")
    return address, words


def _single(source: str, values: Sequence[Value]) -> Line:
    """Several paragraphs follow each other in the line."""
    found: list[Run] = []
    for line in _lines(source, values):
        found += ([Run(" ")] if found else []) + list(line)
    return _tidy(found)


def _lines(source: str, values: Sequence[Value]) -> tuple[Line, ...]:
    """Words with their weights, a line for each paragraph."""
    lines: list[list[Run]] = [[]]
    words: list[str] = []
    for piece, bold, italic in _weighted(source) if "*" in source else ((source, False, False),):
        for part in _MARKED.split(piece):
            if not part:
                continue
            if part[0] < _FIRST or not _MARKS.match(part):
                words.append(part)
                continue
            first, *more = _paragraphs(part, values)
            words.append(first)
            for paragraph in more:
                lines[-1].append(Run("".join(words), bold, italic))
                lines.append([])
                words = [paragraph]
        if words:
            lines[-1].append(Run("".join(words), bold, italic))
            words = []
    return tuple(line for line in map(_tidy, lines) if line)


def _weighted(source: str) -> Iterator[tuple[str, bool, bool]]:
    """Pieces with their weight. A star that is not closed, or stands between blanks, is a star."""
    bold = italic = False
    pieces = _WEIGHTS.split(source)
    last = {piece: place for place, piece in enumerate(pieces) if place % 2}
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            yield piece, bold, italic
            continue
        is_open = bold if piece == "**" else italic
        opens = last[piece] > place and pieces[place + 1] != "" and not pieces[place + 1][0].isspace()
        if not is_open and not opens:
            yield piece, bold, italic
        elif piece == "**":
            bold = not bold
        else:
            italic = not italic


def _paragraphs(character: str, values: Sequence[Value]) -> tuple[str, ...]:
    value = values[ord(character) - FIRST_MARK]
    if isinstance(value, Table):
        raise Misread("Bảng phải đứng riêng một dòng, trước và sau nó là dòng trống.")
    return value


def _tidy(runs: Sequence[Run]) -> Line:
    """Runs of one weight are one; no blank at either end, and never two together."""
    if len(runs) == 1:
        [run] = runs
        text = normalize("NFC", " ".join(run.text.split()))
        return (Run(text, run.bold, run.italic),) if text else ()
    weights: list[tuple[bool, bool]] = []
    texts: list[list[str]] = []
    after_a_blank = True
    for run in runs:
        text = _BLANKS.sub(" ", run.text)
        if after_a_blank:
            text = text.lstrip(" ")
        if not text:
            continue
        if not weights or weights[-1] != (run.bold, run.italic):
            weights.append((run.bold, run.italic))
            texts.append([])
        texts[-1].append(text)
        after_a_blank = text.endswith(" ")
    words = ["".join(parts) for parts in texts]
    if words and not words[-1].strip(" "):
        words.pop()
    if words:
        words[-1] = words[-1].rstrip(" ")
    return tuple(Run(normalize("NFC", text), *weight) for text, weight in zip(words, weights, strict=False))


def _shown(source: str, values: Sequence[Value]) -> str:
    words = _MARKS.sub(lambda found: " ".join(_paragraphs(found[0], values)), source)
    return words if len(words) <= 60 else f"{words[:60]}…"
