"""The page of a form: its lines sorted into what stands at each label and what is written in each section."""

import re
from dataclasses import dataclass
from typing import Literal

from services.intake.reading.labels import (
    DATED,
    DOTTED,
    END_OF_VALUE,
    FAREWELL,
    HEADING,
    HINTS,
    LABEL,
    MAIL_FOOTER,
    NEXT_LABEL,
    PRINT,
    QUOTED,
    SIGNED,
    TITLE,
    WORDS,
    Label,
)
from services.intake.reading.questions import is_marked
from services.intake.reading.spelling import fold
from shared.contracts.people import Section


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the page. folded: the same, lower case and without diacritics."""

    text: str
    folded: str

    @property
    def written(self) -> str:
        """What a person wrote in it; empty for a dotted line."""
        written = " ".join(self.text.replace(PRINT, " ").split())
        return "" if re.fullmatch(r"[\s.…*_|·]*", written) else written

    def after(self, place: int, until: int | None = None) -> str:
        return Line(self.text[place:until], "").written


@dataclass(frozen=True, slots=True)
class Value:
    """What stands beside and below a label. copy: how many sections came before it on the page."""

    sure: bool
    copy: int
    lines: list[str]

    @property
    def written(self) -> str:
        return " ".join(filter(None, self.lines)).strip(" .…;,:|*_")


@dataclass(frozen=True, slots=True)
class Page:
    """The parts of a text, in their order: what is written at each label, and the lines of each section."""

    values: dict[Label, list[Value]]
    sections: list[tuple[Section, list[str]]]

    @property
    def is_form(self) -> bool:
        """A telephone and an e-mail address alone are the signature of a mail."""
        labelled = {label for label, found in self.values.items() if any(value.sure for value in found)}
        return bool(self.sections) or ("name" in labelled and len(labelled) > 1)

    def first(self, label: Label) -> list[str]:
        """All that is written at a label, the surest first."""
        return [
            value.written for value in sorted(self.values[label], key=lambda value: not value.sure) if value.written
        ]


def scan(text: str) -> Page:
    """Sort the lines of a clean text into labels and sections.

    A form may come twice, blank and filled or below a reply to it; every copy is read, and blank ones give nothing.
    """
    page = Page({label: [] for label in WORDS}, [])
    lines = lines_of(_own_words(text))
    part: Literal["head", "section", "past"] = "head"
    value: tuple[Label, Value] | None = None
    for place, line in enumerate(lines):
        if part == "past" and _asks_for_a_name(line):
            part, value = "head", None
        if heading := heading_of(line):
            part = "section"
            page.sections.append(("handling" if heading["handling"] else "procedures", [line.after(heading.end())]))
        elif TITLE.fullmatch(line.folded):
            part, value = "head", None
        elif part == "head":
            if LABEL.match(line.folded):
                value = _read_labels(page, line)
            elif END_OF_VALUE.match(line.folded):
                value = None
            elif value and _continues(*value, line.written):
                value[1].lines.append(line.written)
        elif part == "section":
            if _ends_section(lines, place):
                part = "past"
            else:
                page.sections[-1][1].append(line.written)
    return page


def _asks_for_a_name(line: Line) -> bool:
    """Below a closed form another one begins; `Người đăng ký` stands above signatures, too."""
    label = LABEL.match(line.folded)
    return label is not None and label["sure"] is not None and (label["name"] or "").startswith("ho")


def _own_words(text: str) -> str:
    """The text without what it quotes; all of it where the form stands only in the quotation."""
    own = "\n".join(line for line in text.split("\n") if not QUOTED.match(line))
    if len(own) == len(text) or any(map(heading_of, lines_of(own))):
        return own
    return QUOTED.sub("", text)


def lines_of(text: str) -> list[Line]:
    """The lines of a clean text, with hints and dotted lines marked as print."""
    pieces, end = [], 0
    for hint in HINTS.finditer(fold(text)):
        start, stop = hint.span("of_section" if hint["of_section"] else "of_form")
        pieces += [text[end:start], PRINT]
        end = stop
    lines = "".join([*pieces, text[end:]]).split("\n")
    lines = [DOTTED.sub(PRINT, re.sub(" {2,}", " ", line.strip())) for line in lines]
    return [Line(line, fold(line)) for line in lines]


def heading_of(line: Line) -> re.Match[str] | None:
    """The heading of a section. A wrapped line can read just like it, but has no number and no capital."""
    heading = HEADING.match(line.folded)
    if heading and (heading["number"] or heading["printed"] or line.text.lstrip("*_#| ")[:1].isupper()):
        return heading
    return None


def _read_labels(page: Page, line: Line) -> tuple[Label, Value] | None:
    """Put down what follows each label of the line; the last value may go on in the next line."""
    label = LABEL.match(line.folded)
    sure = bool(label and label["sure"] is not None)
    last = None
    while label:
        following = NEXT_LABEL.search(line.folded, label.end())
        name = next(name for name in WORDS if label[name])
        last = (
            name,
            Value(sure, len(page.sections), [line.after(label.end(), following.start() if following else None)]),
        )
        page.values[name].append(last[1])
        label, sure = following, True
    return last


def _continues(label: Label, value: Value, written: str) -> bool:
    """Whether a line without a label goes on with the value above it."""
    match label:
        case "phone":
            return any(character in "0123456789" for character in written)
        case "email":
            return " " not in written
        case "name":  # once it is written, an empty line ends it
            return bool(written) or not value.written
        case "address":
            return True


def _ends_section(lines: list[Line], place: int) -> bool:
    """Whether the closing of the form, a signature or the footer of a mail begins here."""
    line = lines[place]
    following = lines[place + 1].folded if place + 1 < len(lines) else ""
    if MAIL_FOOTER.fullmatch(line.folded) or MAIL_FOOTER.fullmatch(f"{line.folded} {following}"):
        return True
    if SIGNED.fullmatch(line.folded) and line.text.isupper():
        return True
    if line.folded == "--":  # above the signature of a mail, where firms add whole paragraphs
        return _nothing_is_asked(lines, place + 1, most_lines=12, widest=2_000)
    closing = SIGNED.fullmatch(line.folded) or DATED.fullmatch(line.folded) or FAREWELL.fullmatch(line.folded)
    return bool(closing) and _nothing_is_asked(lines, place + 1, most_lines=6, widest=80)


def _nothing_is_asked(lines: list[Line], start: int, most_lines: int, widest: int) -> bool:
    """Only a signature stands from `start` up to the next heading or footer, so nothing said is lost with it."""
    count = 0
    for place in range(start, len(lines)):
        line = lines[place]
        if heading_of(line) or TITLE.fullmatch(line.folded) or MAIL_FOOTER.fullmatch(line.folded):
            break
        if not line.written:
            continue
        count += 1
        if count > most_lines or len(line.written) > widest or "?" in line.written or is_marked(line.written):
            return False
    return True
