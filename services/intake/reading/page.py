"""The page of a form: its lines sorted into what stands at each label and what is written in each section."""

import re
from collections.abc import Set
from dataclasses import dataclass
from typing import Literal

from services.intake.reading.labels import (
    BESIDE_VALUE,
    DATED,
    DOTTED,
    END_OF_VALUE,
    FAREWELL,
    GENERAL_HEADING,
    HAMLET,
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


_BLANK = " .…;,:|*_(-–"
"""What alone says nothing at a label."""


@dataclass(frozen=True, slots=True)
class Value:
    """What stands beside and below a label.

    copy: how many sections came before it on the page. place: of its line.
    """

    sure: bool
    copy: int
    place: int
    lines: list[str]

    def add(self, line: str) -> None:
        """One more line; dots and dashes alone add nothing."""
        if line.strip(_BLANK):
            self.lines.append(line)

    @property
    def is_empty(self) -> bool:
        return not any(line.strip(_BLANK) for line in self.lines)

    @property
    def written(self) -> str:
        return " ".join(filter(None, self.lines)).strip(" .…;,:|*_").rstrip("(-– .,;")


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
        """All that is written at a label, the surest first; what stands above the name may be the office's own."""
        names = [value.place for value in self.values["name"] if value.sure and value.written]
        begins = names[0] if names else 0
        found = sorted(self.values[label], key=lambda value: (not value.sure, value.place < begins))
        return [value.written for value in found if value.written]


def scan(text: str) -> Page:
    """Sort the lines of a clean text into labels and sections.

    A form may come twice, blank and filled or below a reply to it; every copy is read, and blank ones give nothing.
    What is quoted counts only where the text around it has no form.
    """
    own = "\n".join(line for line in text.split("\n") if not QUOTED.match(line))
    page = _Scan(lines_of(own)).page
    return page if len(own) == len(text) or page.sections else _Scan(lines_of(QUOTED.sub("", text))).page


class _Scan:
    """Goes down a page line by line, once.

    part: of the form, where it stands. value: which the next line may go on with. named: the copy of the form that
    has given a name last. names: all that were given above the section, folded.
    """

    def __init__(self, lines: list[Line]) -> None:
        self.page = Page({label: [] for label in WORDS}, [])
        self._lines = lines
        self._part: Literal["head", "section", "general", "past"] = "head"
        self._value: tuple[Label, Value] | None = None
        self._named: int | None = None
        self._names: set[str] = set()
        self._counted = 0
        for place, line in enumerate(lines):
            self._read(place, line)

    @property
    def _is_named(self) -> bool:
        return self._named == len(self.page.sections)

    def _read(self, place: int, line: Line) -> None:
        if self._begins_again(line):
            self._part, self._value = "head", None
        if heading := heading_of(line) or self._bare_heading(line):
            self._begin("section", "handling" if heading["handling"] else "procedures", line.after(heading.end()))
        elif TITLE.fullmatch(line.folded):
            self._part, self._value = "head", None
            self._forget_the_letterhead()
        elif self._part == "head":
            self._read_head(place, line)
        elif self._part != "past":
            if _ends_section(self._lines, place, self._names):
                self._part = "past"
            else:
                self.page.sections[-1][1].append(line.written)

    def _begin(self, part: Literal["section", "general"], section: Section, written: str) -> None:
        names = self.page.values["name"]
        self._names |= {fold(value.written) for value in names[self._counted :] if value.sure and value.written}
        self._counted = len(names)
        self._part = part
        self.page.sections.append((section, [written]))

    def _begins_again(self, line: Line) -> bool:
        """Below a closed form another one begins; `Người đăng ký` stands above signatures, too.

        A form can also have what is asked above the name, and without its sections any label ends it.
        """
        label = LABEL.match(line.folded) if self._part != "head" else None
        if label is None or label["sure"] is None:
            return False
        if self._part == "general" and not label["name"] and ":" in label["sure"]:
            return True
        is_for_a_name = (label["name"] or "").startswith("ho")
        return is_for_a_name and (self._part == "past" or not self._names)

    def _bare_heading(self, line: Line) -> re.Match[str] | None:
        """What is a heading only below the name: elsewhere it could be a wrapped line, or said in a letter."""
        if self._part != "head" or not self._is_named:
            return None
        bare = HEADING.fullmatch(line.folded)
        return bare if bare and bare["about"] else None

    def _read_head(self, place: int, line: Line) -> None:
        page = self.page
        if LABEL.match(line.folded):
            self._value = _read_labels(page, place, line)
            if any(value.sure and value.place == place for value in page.values["name"][-1:]):
                self._named = len(page.sections)
        elif (hamlet := HAMLET.match(line.folded)) and not (self._value and self._value[0] == "address"):
            written = f"{line.after(0, hamlet.end()).rstrip(' :.…*_')} {line.after(hamlet.end())}"
            value = Value(True, len(page.sections), place, [written])
            page.values["address"].append(value)
            self._value = "address", value
        elif (heading := GENERAL_HEADING.match(line.folded)) and self._is_named:
            self._begin("general", "procedures", line.after(heading.end()))
        elif END_OF_VALUE.match(line.folded):
            self._value = None
        elif self._value and _continues(*self._value, line.written):
            self._value[1].add(line.written)

    def _forget_the_letterhead(self) -> None:
        """The office's own telephone and address stand above the title."""
        if not self._is_named:
            for values in self.page.values.values():
                while values and values[-1].copy == len(self.page.sections):
                    values.pop()
            self._counted = min(self._counted, len(self.page.values["name"]))


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
    if heading is None:
        return None
    if not heading["about"]:
        return heading if heading["number"] and heading.end() == len(line.folded) else None
    is_set_off = heading["number"] or heading["printed"] or line.text.lstrip("*_#| ")[:1].isupper()
    return heading if is_set_off else None


def _read_labels(page: Page, place: int, line: Line) -> tuple[Label, Value] | None:
    """Put down what follows each label of the line; the last value may go on in the next line."""
    label = LABEL.match(line.folded)
    sure = bool(label and label["sure"] is not None)
    last = None
    while label:
        following = NEXT_LABEL.search(line.folded, label.end())
        end = following.start() if following else len(line.folded)
        beside = BESIDE_VALUE.search(line.folded, label.end(), end)
        name = next(name for name in WORDS if label[name])
        value = Value(sure, len(page.sections), place, [line.after(label.end(), beside.start() if beside else end)])
        page.values[name].append(value)
        last = None if beside else (name, value)
        label, sure = following, True
    return last


def _continues(label: Label, value: Value, written: str) -> bool:
    """Whether a line without a label goes on with the value above it."""
    match label:
        case "phone":
            return any(character in "0123456789" for character in written)
        case "email":
            return " " not in written
        case "name":  # once it is written, an empty line ends it, and a label that is not known
            return value.is_empty or (bool(written) and ":" not in written)
        case "address":
            return True


def _ends_section(lines: list[Line], place: int, names: Set[str]) -> bool:
    """Whether the closing of the form, a signature or the footer of a mail begins here."""
    line = lines[place]
    following = lines[place + 1].folded if place + 1 < len(lines) else ""
    if MAIL_FOOTER.fullmatch(line.folded) or MAIL_FOOTER.fullmatch(f"{line.folded} {following}"):
        return True
    if SIGNED.fullmatch(line.folded) and line.text.isupper():
        return True
    if line.folded == "--":  # above the signature of a mail, where firms add whole paragraphs
        return _nothing_is_asked(lines, place + 1, most_lines=12, widest=2_000)
    if line.folded.strip(" .") in names:  # a signature, unless it is in the middle of a sentence
        above = lines[place - 1].written
        is_apart = not above or above.endswith((".", "!", "?", ","))
        return is_apart and _nothing_is_asked(lines, place + 1, most_lines=3, widest=60)
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
