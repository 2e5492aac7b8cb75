"""How much two questions have in common, told from their words; and which of many are like one.

A question is the set of its word pairs (shingles): two syllables that follow each other, without diacritics, case,
digits and punctuation. What is said in any question (`cho tôi hỏi`, `cần những giấy tờ gì`) is left out before, or it
would make strangers alike. The likeness of two questions is the share of their pairs that both have (Jaccard). Of the
measures tried on the table in tests/unit/test_likeness.py it parts the like from the unlike best: containment also
takes a short question for part of any long one.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from services.routing.classifying.words import syllables

ALIKE = Fraction(35, 100)
"""Likeness from which two questions are shown to the office as alike; a person decides. On the table of the tests one
pair of sixteen that ask the same lies below, and one of sixteen that do not lies above."""

SAID_IN_ANY_QUESTION = (
    *("kính gửi", "ủy ban nhân dân", "ubnd", "xã", "phường", "người dân", "bà con"),
    *("gia đình tôi", "nhà tôi", "chúng tôi", "tôi", "em"),
    *("cho tôi hỏi", "tôi xin hỏi", "xin hỏi", "cho hỏi", "hỏi", "xin", "đề nghị", "kiến nghị", "mong"),
    *("thủ tục", "hồ sơ gồm", "cần những giấy tờ gì", "cần giấy tờ gì", "cần những gì", "giấy tờ gì"),
    *("nộp ở đâu", "làm ở đâu", "ở đâu", "phải làm thế nào", "thì làm thế nào", "làm thế nào", "làm sao", "ra sao"),
    *("mất bao lâu", "bao lâu", "là bao nhiêu", "bao nhiêu", "bao giờ", "khi nào", "vì sao", "tại sao", "năm nay"),
    *("có được không", "có", "không", "được", "bị", "đã", "chưa", "rồi", "các", "những"),
    *("thì", "là", "mà", "và", "vì", "cứ", "ạ", "à", "nhé"),
)

Shingles = frozenset[tuple[str, str]]


def shingles(text: str) -> Shingles:
    """The word pairs of a question. Empty where fewer than two words tell anything: it is like no other."""
    return frozenset(pairwise(telling_words(text)))


def telling_words(text: str) -> list[str]:
    """The words of a question, in lower case and without diacritics, but for what is said in any question."""
    return _telling(syllables(text))


def likeness(one: Shingles, other: Shingles) -> Fraction:
    """The share of word pairs that both have, 0 to 1."""
    shared = len(one & other)
    return Fraction(shared, len(one) + len(other) - shared) if shared else Fraction(0)


class Likenesses:
    """Many questions, arranged so that those like a given one are found without comparing it with all.

    Two sets of pairs are alike only if the rarest few of the one meet the rarest few of the other: were all these
    different, what is left could not come to the share. Only those few are looked up, so what stands in nearly every
    question costs nothing. Questions with the same pairs are kept, and compared, as one.

    Args:
        questions: the word pairs of each, by id. Their order is kept.
        at_least: the likeness looked for, above 0.
    """

    def __init__(self, questions: Mapping[str, Shingles], at_least: Fraction = ALIKE) -> None:
        self._at_least = at_least
        self._ids: dict[Shingles, list[str]] = defaultdict(list)
        for id, pairs in questions.items():
            if pairs:
                self._ids[pairs].append(id)
        self._place = {pairs: number for number, pairs in enumerate(self._ids)}
        self._frequency = Counter(pair for pairs in self._ids for pair in pairs)
        self._by_rare_pair: dict[tuple[str, str], list[Shingles]] = defaultdict(list)
        for pairs in self._ids:
            for pair in self._rarest(pairs):
                self._by_rare_pair[pair].append(pairs)
        self._found: dict[Shingles, list[tuple[Fraction, Sequence[str]]]] = {}

    def like(self, pairs: Shingles) -> list[tuple[Fraction, Sequence[str]]]:
        """The questions like one, itself among them: how much, and their ids; the most like first, then the first."""
        if pairs not in self._found:
            candidates = {found for pair in self._rarest(pairs) for found in self._by_rare_pair.get(pair, ())}
            alike = [(share, found) for found in candidates if (share := likeness(pairs, found)) >= self._at_least]
            alike.sort(key=lambda one: (-one[0], self._place[one[1]]))
            self._found[pairs] = [(share, self._ids[found]) for share, found in alike]
        return self._found[pairs]

    def _rarest(self, pairs: Shingles) -> list[tuple[str, str]]:
        must_be_shared = -(-self._at_least.numerator * len(pairs) // self._at_least.denominator)
        return sorted(pairs, key=lambda pair: (self._frequency[pair], pair))[: len(pairs) - must_be_shared + 1]


def _telling(words: list[str]) -> list[str]:
    """The words without the phrases that any question has, the longest of them first."""
    telling, at = [], 0
    while at < len(words):
        length = next((n for n, phrase in _PHRASES.get(words[at], ()) if words[at : at + n] == phrase), 0)
        if not length:
            telling.append(words[at])
        at += length or 1
    return telling


def _by_first_word(phrases: Iterable[str]) -> dict[str, list[tuple[int, list[str]]]]:
    found: dict[str, list[tuple[int, list[str]]]] = defaultdict(list)
    for words in sorted(map(syllables, phrases), key=len, reverse=True):
        found[words[0]].append((len(words), words))
    return dict(found)


_PHRASES = _by_first_word(SAID_IN_ANY_QUESTION)
