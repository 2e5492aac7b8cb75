"""The separate questions in one box of the form: marked points, paragraphs, what starts anew after a question mark."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.intake.reading.spelling import clean, fold


def separate(text: str) -> list[str]:
    """The separate questions of what somebody wrote into one box, in their order."""
    return separated([line.strip() for line in clean(text).split("\n")])


_UNMARKED = 9
_MARKS = {
    0: r"(?:(?:cau(?: hoi)?|y(?: kien)?|van de|noi dung)\s*)?\d{1,2}\s*(?:[.):/](?!\d)|[-–]\s+(?=[^\W\d]))|\(\d{1,2}\)"
    r"|[ivx]{1,4}[.)](?=\s)",
    1: r"\d{1,2}(?:\.\d{1,2})+(?:[.):/](?!\d)|(?=\s+[^\W\d]))",
    2: r"\(?[a-h]\)|[a-h]\.(?=\s)",
    3: r"[•●▪◦*](?=\s|\w|$)",
    4: r"[-–—](?=\s|[^\W\d]|$)",
    5: r"\+(?=\s|[^\W\d]|$)",
}
"""How people mark separate points, the outermost first: a point marked further in belongs to the one around it."""
_MARK = re.compile("|".join(f"(?P<mark{rank}>{mark})" for rank, mark in _MARKS.items()))
_ANNOUNCES = re.compile(r"\b(?:hoi|de nghi|kien nghi|y kien|nhu sau|sau day|gom)\b")
_NOTHING_ASKED = re.compile(
    r"(?:(?:toi|chung toi|gia dinh|hien) )*(?:khong|ko|chua)(?: co)?"
    r"(?: (?:y kien|cau hoi|noi dung|thac mac|vuong mac|gop y|de nghi|gi|them|khac|nao|ca))*[ .!]*"
)
_COURTEOUS = re.compile(r"\b(?:cam on|tran trong|kinh (?:gui|thua|chao|chuc|mong)|mong)\b")
_COURTESY_WORDS = (
    "a anh ba ban bo cac cam can cap chan chao chi chinh cho chu chung chuc con cong cuoc cu dan dao dap doan doi "
    "dong du duoc em gia giai giup gui hdnd he hoi hoc huong khoe kinh lam lanh lien loi mong nghi nhan nhieu on "
    "ong phan phong quan quy rat ro soat som suc tac tham thanh the thoai thua tich toan toi tra tran tri trong "
    "tu tuc ubnd uy va vi voi xa xem xet xin"
)
_COURTESIES = frozenset(_COURTESY_WORDS.split())


@dataclass(slots=True)
class _Item:
    """A question in the making. rank: of its mark. points: what is marked further in."""

    rank: int
    mark: str
    parts: list[str]
    points: list["_Item"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return " ".join(self.parts)

    @property
    def is_topic(self) -> bool:
        """A title over its points, such as `Đất đai:`, rather than a sentence."""
        words = fold(self.text[:80]).rstrip(": ")
        return (
            0 < len(words.split()) <= 6
            and not words.endswith((".", "?", "!", ",", ";"))
            and not _ANNOUNCES.search(words)
        )

    @property
    def goes_on(self) -> bool:
        """What stands here is no sentence of its own yet: an address to the reader, or an announcement."""
        return not self.parts or self.parts[-1].endswith((":", ",")) or (len(self.parts) < 4 and _courteous(self.text))

    @property
    def number(self) -> list[int]:
        return [int(number) for number in re.findall("[0-9]+", self.mark)]

    @property
    def latest(self) -> list["_Item"]:
        """The item, its last point, the last point of that one and so on."""
        return [self, *(self.points[-1].latest if self.points else [])]

    def add(self, line: "_Item") -> None:
        if self.points and line.rank > self.points[-1].rank:
            self.points[-1].add(line)
        elif line.rank < _UNMARKED and self.parts and not (self.rank == _UNMARKED and not self.is_topic):
            self.points.append(line)
        else:
            self.parts += line.parts
            self.rank = min(self.rank, line.rank)
            self.mark = self.mark or line.mark

    def questions(self) -> Iterator[str]:
        """The points one by one under a title; a sentence together with its points."""
        if self.points and self.is_topic:
            yield from (f"{self.text.rstrip(': ')}: {point.whole()}" for point in self.points)
        else:
            yield self.whole()

    def whole(self) -> str:
        return " ".join([*self.parts, *(f"{point.mark} {point.whole()}" for point in self.points)]).strip()


def is_marked(line: str) -> bool:
    """Whether a line begins with a number or another mark of a point."""
    return _MARK.match(fold(line)) is not None


def separated(lines: list[str]) -> list[str]:
    """The separate questions of a section: marked points, paragraphs, and what starts anew after a question mark."""
    items: list[_Item] = []
    gap = False
    for written in lines:
        if not written:
            gap = True
            continue
        line = _item(written, items[-1].latest if items and not gap else [])
        if items and not _begins(items[-1], line, gap):
            items[-1].add(line)
        else:
            items.append(line)
        gap = False
    return [question for item in items for question in item.questions() if _asks(question)]


def _item(written: str, before: list[_Item]) -> _Item:
    """One line with its mark. before: what it follows without an empty line between."""
    if mark := _MARK.match(fold(written)):
        rest = written[mark.end() :].strip()
        item = _Item(int(str(mark.lastgroup).removeprefix("mark")), mark[0].strip(), [rest] if rest else [])
        if not _is_wrapped(item, before):
            return item
    return _Item(_UNMARKED, "", [written])


def _is_wrapped(line: _Item, before: list[_Item]) -> bool:
    """A sentence can break before `12. Đến nay` or `1.5 triệu`: such a number does not go on with a list."""
    if line.rank == 1 and line.mark[-1].isdigit() and not line.text[:1].isupper():
        return True
    if not before or line.mark[-1] not in ".0123456789" or not line.number or line.number[-1] == 1:
        return False
    counted = next((item.number for item in reversed(before) if item.rank == line.rank), [])
    if not counted or line.number[:-1] != counted[:-1]:
        return True
    step = line.number[-1] - counted[-1]
    finished = bool(before[-1].parts) and before[-1].parts[-1].endswith((".", "?", "!", ":", ";"))
    return step != 1 and not (finished and step in (0, 2))  # people skip and repeat numbers


def _begins(last: _Item, line: _Item, gap: bool) -> bool:
    """Whether a line begins a question of its own, after `last` and, with `gap`, an empty line."""
    if line.rank < _UNMARKED:
        return not (last.goes_on or last.is_topic) if last.rank == _UNMARKED else line.rank <= last.rank
    if _courteous(line.text):
        return False
    if gap:
        return not last.goes_on
    asked = last.parts and last.parts[-1].rstrip("\"'”’»)! .").endswith("?")
    return last.rank == _UNMARKED and bool(asked) and line.text.lstrip("\"'“‘«(")[:1].isupper()


def _courteous(text: str) -> bool:
    """An address, thanks, or a wish for an answer and nothing else: it belongs to the question beside it."""
    if len(text) > 200:
        return False
    words = re.findall(r"[a-z]+", fold(text))
    return bool(_COURTEOUS.search(fold(text))) and _COURTESIES.issuperset(words) and "?" not in text


def _asks(text: str) -> bool:
    if _NOTHING_ASKED.fullmatch(fold(text[:200])) or not any(map(str.isalpha, text)):
        return False
    return not _courteous(text) or "mong" in fold(text)
