"""What in a text tells who somebody is: looked for, and put out of sight, before it is shown to everybody.

Telephone numbers, mail addresses and numbers of identity papers are certain. Names and addresses look like other words,
an account may be the office's: these are likely only (how well: tests/unit/test_masking.py), and whoever publishes has
read the text.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from services.routing.classifying.words import fold
from services.routing.personal_names import Span, is_same_name, names_in
from services.routing.personal_numbers import NumberKind, accounts_in, numbers_in
from services.routing.personal_places import addresses_in

Kind = NumberKind | Literal["name", "address"]

NAMES: dict[Kind, str] = {
    "phone": "số điện thoại",
    "email": "thư điện tử",
    "id-number": "số giấy tờ tùy thân",
    "account": "tài khoản",
    "name": "họ tên",
    "address": "địa chỉ",
}
CERTAIN: frozenset[Kind] = frozenset({"phone", "email", "id-number"})
"""These are never published; of the others a person may say that they name nobody."""


@dataclass(frozen=True, slots=True)
class Found:
    """kind: of what. text: as it stands there."""

    kind: Kind
    text: str

    @property
    def certain(self) -> bool:
        return self.kind in CERTAIN

    @property
    def mask(self) -> str:
        return f"[{NAMES[self.kind]}]"

    def __str__(self) -> str:
        return f"{NAMES[self.kind]} “{self.text}”"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text in which what was found is replaced, and what was found, each once, in the order of the text."""

    text: str
    found: tuple[Found, ...]


def find_personal(text: str, public: Collection[str] = (), known: Collection[str] = ()) -> tuple[Found, ...]:
    """What tells who somebody is, each once, in the order of the text.

    Args:
        text: in Unicode NFC.
        public: what everybody may read: the office's own number, addresses and name.
        known: of the asker: name, address, telephone number, mail address; found however they are written.
    """
    return tuple(dict.fromkeys(Found(kind, text[start:end]) for (start, end), kind in _spans(text, public, known)))


def mask(text: str, public: Collection[str] = (), known: Collection[str] = ()) -> Masked:
    """The text with `[họ tên]` in the place of a name, and so on; other words stay as they are.

    Args: as of `find_personal`.
    """
    pieces, at = list[str](), 0
    found: dict[Found, None] = {}
    for (start, end), kind in _spans(text, public, known):
        one = Found(kind, text[start:end])
        found[one] = None
        pieces += text[at:start], one.mask
        at = end
    return Masked("".join([*pieces, text[at:]]), tuple(found))


_MANY_LIVE_IN = frozenset(["thon", "xom", "ap", "ban", "buon", "lang", "doi", "to", "tdp", "khu", "cum"])


def tells_the_asker(found: Found, known: Collection[str]) -> bool:
    """Whether something found is the asker's very name, or the house he lives in, and not another's.

    Args:
        known: as of `find_personal`.
    """
    people, places, _ = _told_apart(known)
    if found.kind == "name":
        return any(is_same_name(found.text, name) for name in people)
    houses = [one for one in places if fold(one.split()[0].lower()) not in _MANY_LIVE_IN]
    return any(map(str.isdigit, found.text)) and bool(_known_places(found.text, houses))


def _spans(text: str, public: Collection[str], known: Collection[str]) -> list[tuple[Span, Kind]]:
    """Each place once: what is certain first, then addresses, then names; in the order of the text."""
    everybody = _Public(public)
    people, places, numbers = _told_apart(known)
    taken: list[tuple[Span, Kind]] = []
    _take(taken, numbers_in(text, numbers))
    names = list(names_in(text, people))
    _take(taken, ((span, "account") for span in accounts_in(text)))
    _take(taken, ((span, "address") for span in _known_places(text, places)))
    _take(taken, ((span, "address") for span in addresses_in(text, names)))
    _take(taken, ((span, "name") for span in names))
    return [(span, kind) for span, kind in taken if not everybody.may_read(kind, text[slice(*span)])]


def _take(taken: list[tuple[Span, Kind]], found: Iterable[tuple[Span, Kind]]) -> None:
    """Add what overlaps nothing that was found before. Both are in the order of the text, and so is what comes out."""
    merged, before = [], iter([*taken, None])
    earlier = next(before)
    for (start, end), kind in sorted(found):
        while earlier is not None and earlier[0][1] <= start:
            merged.append(earlier)
            earlier = next(before)
        free = (earlier is None or end <= earlier[0][0]) and (not merged or merged[-1][0][1] <= start)
        if free:
            merged.append(((start, end), kind))
    while earlier is not None:
        merged.append(earlier)
        earlier = next(before)
    taken[:] = merged


class _Public:
    """What everybody may read, however it is written."""

    def __init__(self, public: Collection[str]) -> None:
        names, places, _ = _told_apart(public)
        self._exactly = {_plain(one) for one in public}
        self._named = [f" {_words(one)} " for one in names]
        self._within = [*self._named, *(f" {_words(one)} " for one in places)]

    def may_read(self, kind: Kind, written: str) -> bool:
        """Of a road in the office's address somebody may have the name."""
        if kind in CERTAIN:
            return _plain(written) in self._exactly
        return any(f" {_words(written)} " in one for one in (self._named if kind == "name" else self._within))


def _words(written: str) -> str:
    return " ".join(re.findall(r"[a-z0-9]+", fold(written.lower())))


def _plain(written: str) -> str:
    """The same however it is grouped: a number by its digits, the country's code as 0; an address in small letters."""
    if "@" in written:
        return written.strip().casefold()
    digits = re.sub(r"\D", "", written)
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 10 else digits


def _told_apart(known: Collection[str]) -> tuple[list[str], list[str], list[str]]:
    """Names of people; places: an address holds a number or a comma; and telephones. Mails are found anyway."""
    written = [one for one in known if "@" not in one]
    numbers = [one for one in written if not any(map(str.isalpha, one))]
    places = [one for one in written if one not in numbers and ("," in one or any(map(str.isdigit, one)))]
    return [one for one in written if one not in places and one not in numbers], places, numbers


_WORD_OR_NUMBER = re.compile(r"[^\W_]+")


def _known_places(text: str, places: Collection[str]) -> list[Span]:
    """Where an address stands, or so much of its beginning as tells the house: at least two of its parts."""
    found: list[Span] = []
    here = [(match[0], match.span()) for match in _WORD_OR_NUMBER.finditer(text)]
    words = [fold(word.lower()) for word, _ in here]
    for place in places:
        parts = place.split(",")
        wanted = [
            [fold(word.lower()) for word in _WORD_OR_NUMBER.findall(",".join(parts[:count]))]
            for count in range(len(parts), min(2, len(parts)) - 1, -1)
        ]
        at = 0
        while at < len(words):
            length = next((len(one) for one in wanted if one and words[at : at + len(one)] == one), 0)
            if length:
                found.append((here[at][1][0], here[at + length - 1][1][1]))
            at += length or 1
    return found
