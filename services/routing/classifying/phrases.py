"""Phrases, found in a text whether or not its writer set every diacritic.

Words are compared whole, syllable by syllable. Hỏi and ngã may be confused. A text written without diacritics is
matched without them. In any other text a syllable that carries a diacritic must carry the right one: `đặt` is never
`đất`.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.routing.classifying.words import I_OR_Y, Words, spelling

WITHOUT_DIACRITICS = 0.9
ONE_SYLLABLE_WITHOUT_DIACRITICS = 0.2
"""`dat` may be đất, đặt or đạt: alone it says next to nothing."""
SOME_DIACRITICS_MISSING = 0.5
MISSPELT = 0.9

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Phrase(Generic[T]):
    """Its words in lower case, how they are spelt, and what it means."""

    words: list[str]
    spelling: list[str]
    meaning: T


Mention = tuple[Phrase[T], int, float]
"""A phrase found, the word it starts at, and how surely: 1 where it stands as in the vocabulary, else less."""


class _Node(Generic[T]):
    """Where the words so far have led: the phrases they are, and the words that may follow."""

    __slots__ = ("after", "phrases")

    def __init__(self) -> None:
        self.after: dict[str, _Node[T]] = {}
        self.phrases: list[Phrase[T]] = []

    def grow(self, word: str) -> "_Node[T]":
        """The next node, reached by either spelling of a word that may be written with i or y."""
        if word not in self.after:
            grown: _Node[T] = _Node()
            for either in (word[:-1] + "i", word[:-1] + "y") if I_OR_Y.fullmatch(word) else (word,):
                self.after[either] = grown
        return self.after[word]


class Phrases(Generic[T]):
    """Phrases and what they mean, as a tree over their words without diacritics."""

    def __init__(self, phrases: Iterable[tuple[str, T]]) -> None:
        self._root: _Node[T] = _Node()
        for text, meaning in phrases:
            words = Words.of(unicodedata.normalize("NFC", text))
            if not words.as_written:
                raise ValueError(f"{text!r} has no letters")
            node = self._root
            for word in words.folded:
                node = node.grow(word)
            node.phrases.append(Phrase(words.lower, list(map(spelling, words.lower)), meaning))

    def find(self, words: Words) -> list[Mention[T]]:
        """From left to right the longest phrase at each place; what was found is not looked at again."""
        found: list[Mention[T]] = []
        if not self._root.after:
            return found
        folded, looked_at = [*words.folded, _END], 0
        for start, first in enumerate(map(self._root.after.get, folded)):
            if first is None or start < looked_at:
                continue
            end = start + 1
            node = first.after.get(folded[end])
            if node is None and not first.phrases:
                continue
            ends = [(end, first.phrases)]
            while node is not None:
                end += 1
                ends.append((end, node.phrases))
                node = node.after.get(folded[end])
            for end, phrases in reversed(ends):
                if phrases and (standing := _standing(phrases, words, start, end)):
                    found += standing
                    looked_at = end
                    break
        return found


_END = " "
"""No word is a blank."""


def _standing(phrases: list[Phrase[T]], words: Words, start: int, end: int) -> list[Mention[T]]:
    """The phrases that stand there best. Where several do, none of them is more than its share."""
    lower = words.lower[start:end]
    for phrase in phrases:
        if phrase.words == lower:
            return [(phrase, start, 1.0)]
    if words.plain and all(map(str.isascii, lower)):
        certainty = WITHOUT_DIACRITICS if len(lower) > 1 else ONE_SYLLABLE_WITHOUT_DIACRITICS
        return [(phrase, start, certainty / len(phrases)) for phrase in phrases]
    certainties = [_certainty(phrase, lower) for phrase in phrases]
    best = max(certainties)
    if not best:
        return []
    share = best / certainties.count(best)
    return [(phrase, start, share) for phrase, certainty in zip(phrases, certainties, strict=True) if certainty == best]


def _certainty(phrase: Phrase[T], words: list[str]) -> float:
    """How surely these words, in a text with diacritics, are so spelt; 0 when they are others."""
    certainty = 1.0
    for expected, word in zip(phrase.spelling, words, strict=True):
        spelt = spelling(word)
        if spelt == expected:
            continue
        if len(words) == 1:
            return 0.0
        if word.isascii():
            certainty = min(certainty, SOME_DIACRITICS_MISSING)
        elif spelt.replace("?", "~") == expected.replace("?", "~"):
            certainty = min(certainty, MISSPELT)
        else:
            return 0.0
    return certainty
