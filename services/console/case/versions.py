"""What changed between two versions of an answer, word by word; and what nobody has filled in yet."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from services.console.case.question import Draft

_WORD = re.compile(r"\S+\s*|\s+")
_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,200}\}?")
LONG = 2_000
"""Words beyond which those that are everywhere are not looked for: the time would grow with their square."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words that stayed, came or went."""

    kind: Literal["same", "added", "removed"]
    text: str


@dataclass(frozen=True, slots=True)
class Version:
    """A draft. changes: how it differs from the one before, where that was asked for; of the first, nothing.

    before: number of the one before, None of the first.
    """

    draft: Draft
    before: int | None
    changes: Sequence[Piece] = ()

    @property
    def added(self) -> int:
        return _count(self.changes, "added")

    @property
    def removed(self) -> int:
        return _count(self.changes, "removed")


def versions(drafts: Sequence[Draft], asked: int | None = None) -> list[Version]:
    """Every version, the latest first; one of them compared, for two long texts take a second.

    Args:
        drafts: the first first.
        asked: number of the one to compare; the latest, where there is no such one.
    """
    numbers = [draft.number for draft in drafts]
    compared = asked if asked in numbers else max(numbers, default=None)
    found = list[Version]()
    for before, draft in zip((None, *drafts), drafts, strict=False):
        changes = list(compare(before.text, draft.text)) if before and draft.number == compared else []
        found.append(Version(draft, before.number if before else None, changes))
    return found[::-1]


def since_handed_in(drafts: Sequence[Draft]) -> Version:
    """The last version, with what changed since whoever decides saw one; a first one has changed nothing."""
    last = drafts[-1]
    before = next((draft for draft in reversed(drafts[:-1]) if draft.handed_in_at), None)
    return Version(last, before.number, list(compare(before.text, last.text))) if before else Version(last, None)


def since_last(drafts: Sequence[Draft], text: str) -> Version:
    """What is being written, with what changed since the version that was kept last."""
    last = drafts[-1]
    return Version(last, last.number, list(compare(last.text, text)))


def compare(before: str, after: str) -> Iterator[Piece]:
    """The later text with what went from the earlier one in its place. Blanks between words do not count."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    matcher = SequenceMatcher(
        None, [word.strip() for word in old], [word.strip() for word in new], autojunk=max(len(old), len(new)) > LONG
    )
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            yield Piece("same", "".join(new[new_from:new_to]))
            continue
        if old_to > old_from:
            yield Piece("removed", "".join(old[old_from:old_to]))
        if new_to > new_from:
            yield Piece("added", "".join(new[new_from:new_to]))


def unfilled(text: str) -> list[str]:
    """The placeholders left in a text, `{số tiền}`, each once. Courtesy: routing refuses a draft that has some."""
    return list(dict.fromkeys(found.strip() for found in _PLACEHOLDER.findall(text)))


def _count(pieces: Sequence[Piece], kind: str) -> int:
    return sum(len(piece.text.split()) for piece in pieces if piece.kind == kind)
