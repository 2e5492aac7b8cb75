"""A text cut into words, and what makes two ways to write a word the same.

Vietnamese writes each syllable apart. Case, digits, punctuation, the place of the tone mark (hoà, hòa) and i for y
(kí, ký) make no difference. The work grows with the length of the text, whatever stands in it.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

PLAIN_BELOW = 0.3
"""Share of syllables with a diacritic under which a text is taken to be written without them. Usual is 0.7 to 0.8."""

_WORD = re.compile(r"((?:[^\W\d_]++[\u0300-\u036f]{0,3}+)++)")
"""Letters with their marks, composed or not. No letter has more than three marks: with a longer heap of them,
sorting it into its normal form would take time that grows with the square of its length."""

_SENTENCE_ENDS = re.compile(r"[.?!;…](?:\s|$)|\n\s*\n")

_TONES = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0309": "?", "\u0323": "."}
I_OR_Y = re.compile(r"(?:h|k|l|m|s|t|qu)[iy]")


@dataclass(frozen=True, slots=True)
class Words:
    """A text cut into words: as written; in lower case; without diacritics; and what stands between them.

    plain: the whole text is written without diacritics.
    """

    as_written: list[str]
    lower: list[str]
    folded: list[str]
    between: list[str]
    plain: bool

    @classmethod
    def of(cls, text: str) -> "Words":
        pieces = _WORD.split(text)
        words = pieces[1::2]
        lower = " ".join(words).lower()
        with_diacritics = len(words) - sum(map(str.isascii, words))
        return cls(
            as_written=words,
            lower=lower.split(" "),
            folded=fold(lower).split(" "),
            between=pieces[0::2],
            plain=with_diacritics < PLAIN_BELOW * len(words),
        )

    def written(self, start: int, end: int) -> str:
        """Words as the text has them."""
        return unicodedata.normalize("NFC", " ".join(self.as_written[start:end]))

    def sentences(self) -> list[int]:
        """For each word the number of its sentence."""
        return list(accumulate(_SENTENCE_ENDS.search(before) is not None for before in self.between[:-1]))


def unaccented(text: str) -> str:
    """The same text as somebody writes it who sets no diacritics."""
    letters = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return unicodedata.normalize("NFC", "".join(letter for letter in letters if not unicodedata.combining(letter)))


def fold(lower: str) -> str:
    """Without diacritics; of foreign letters nothing is left, of blanks all."""
    line = lower.replace("đ", "d").replace("ð", "d")
    return unicodedata.normalize("NFD", line).encode("ascii", "ignore").decode("ascii")


@lru_cache(maxsize=10_000)
def spelling(word: str) -> str:
    """The same for all ways to write a word: its letters, and its tone as a mark of its own at the end.

    `Hoà`, `hòa` and `HÒA` are `hoa` and a falling tone; `kỹ` and `kĩ` are `ki` and a broken one.
    """
    letters, tone = [], ""
    for letter in unicodedata.normalize("NFD", word.lower().replace("ð", "đ")):
        if letter in _TONES:
            tone = _TONES[letter]
        else:
            letters.append(letter)
    bare = "".join(letters)
    if I_OR_Y.fullmatch(bare):
        bare = bare[:-1] + "i"
    return bare + tone


def syllables(text: str) -> list[str]:
    """The words of a text in lower case, without diacritics, with i for y: `Kỹ thuật` is `ki thuat`."""
    return [word[:-1] + "i" if I_OR_Y.fullmatch(word) else word for word in Words.of(text).folded if word]


def same_phrase(phrase: str) -> str:
    """The same for all ways to write a phrase; one word of it for each syllable, none where it has no letter."""
    return " ".join(map(spelling, _WORD.findall(phrase)))
