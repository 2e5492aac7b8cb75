"""What a question is about, told from the words in it, and always with the words that decided.

Words are compared whole, syllable by syllable, for Vietnamese writes each syllable apart. Case, digits,
punctuation, the place of the tone mark (hoà, hòa) and i for y (kí, ký) make no difference; hỏi and ngã may be
confused. A text written without diacritics is matched without them. In any other text a syllable that carries
a diacritic must carry the right one: `đặt` is never `đất`.

The work grows with the length of the text, whatever stands in it.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, Generic, TypeVar

from shared.contracts.routing import Proposal
from shared.contracts.taxonomy import QuestionField, Scope

COMMUNE_OUTWEIGHS = 6.0
"""What a word of the commune's own rules counts more than its weight says: it knows its own market by name."""

BECAUSE_AT_MOST = 6
"""Words given as the reason. An officer reads these at a glance."""

PROPOSALS = 3

WITHOUT_DIACRITICS = 0.9
ONE_SYLLABLE_WITHOUT_DIACRITICS = 0.2
"""`dat` may be đất, đặt or đạt: alone it says next to nothing."""
SOME_DIACRITICS_MISSING = 0.5
MISSPELT = 0.9

ENOUGH_EVIDENCE = 1.25
"""Weight at which the evidence alone gives a confidence of 1 - 1/e; one usual word (1.5) stands at 0.70."""

PLAIN_BELOW = 0.3
"""Share of syllables with a diacritic under which a text is taken to be written without them. Usual is 0.7 to 0.8."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """Words that speak for a field. Alone, a word of weight 1.5 is surer than the usual threshold."""

    field: QuestionField
    weight: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ScopeWords:
    """How a complaint or a denunciation shows.

    named: calls itself so. Asking where or how one makes such a thing does not make one.
    deeds: says it without the name: `hủy quyết định`, `nhận hối lộ`.
    concrete: with it a named one is meant, also in a sentence that asks.
    not_meant: holds a word of the others and is none: `thủ tục khiếu nại`, `không tố cáo`.
    """

    named: tuple[str, ...] = ()
    deeds: tuple[str, ...] = ()
    concrete: tuple[str, ...] = ()
    not_meant: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that all communes share.

    ignored: phrases that hold a word of some field and do not speak of it: `đất nước`.
    asking: with it a sentence asks about complaints, and does not make one.
    """

    fields: tuple[FieldWords, ...] = ()
    ignored: tuple[str, ...] = ()
    scopes: Mapping[Scope, ScopeWords] = field(default_factory=dict)
    asking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Classification:
    """What the words of a question say.

    confidence: probability that `field` is right, 0 to 1.
    because: the words found, as they stand in the text, the heaviest first; those that put it out of scope before all.
    proposals: the best three fields that anything speaks for.
    triage: a person decides, for the confidence is below the commune's threshold or the scope is not a dialogue's.
    """

    text: str
    scope: Scope
    field: QuestionField
    department: str
    confidence: float
    because: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    triage: bool

    def to_json(self) -> dict[str, Any]:
        """One line of `doithoai classify --json`."""
        return {
            "text": self.text,
            "scope": str(self.scope),
            "field": str(self.field),
            "department": self.department,
            "confidence": self.confidence,
            "because": list(self.because),
            "triage": self.triage,
        }


class Classifier:
    """The words of one commune, compiled once.

    Args:
        vocabulary: the shared words.
        departments: who answers each field in this commune; every field has somebody.
        rules: the commune's own words, which are looked for first and outweigh the shared ones.
        threshold: confidence below which a person decides.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        departments: Mapping[QuestionField, str],
        rules: Iterable[FieldWords] = (),
        threshold: float = 0.6,
    ) -> None:
        missing = [field for field in QuestionField if field not in departments]
        if missing:
            raise ValueError(f"no department answers {', '.join(missing)}")
        self._departments = dict(departments)
        self._threshold = threshold
        own: list[tuple[str, _FieldWeight | None]] = [
            (word, (group.field, group.weight * COMMUNE_OUTWEIGHS)) for group in rules for word in group.words
        ]
        overruled = {same_phrase(word) for word, _ in own}
        self._own = Phrases(own)
        shared: list[tuple[str, _FieldWeight | None]] = [
            *((word, (group.field, group.weight)) for group in vocabulary.fields for word in group.words),
            *((word, None) for word in vocabulary.ignored),
        ]
        self._shared = Phrases((word, meaning) for word, meaning in shared if same_phrase(word) not in overruled)
        self._marks = Phrases(
            (word, mark)
            for scope, words in vocabulary.scopes.items()
            for marks, mark in (
                (words.named, _Mark(scope)),
                (words.deeds, _Mark(scope, is_deed=True)),
                (words.not_meant, None),
            )
            for word in marks
        )
        self._concrete = Phrases((word, scope) for scope, words in vocabulary.scopes.items() for word in words.concrete)
        self._asking = Phrases((word, None) for word in vocabulary.asking)

    def classify(self, text: str) -> Classification:
        """What `text` is about. Empty or foreign text is `other` with confidence 0, for a person to read."""
        words = Words.of(text)
        scope, marks = self._scope(words)
        evidence = self._evidence(words)
        scores = {field: sum(found.values()) for field, found in evidence.items()}
        confidences = _confidences(scores)
        ranked = sorted(confidences, key=lambda field: (-confidences[field], field))
        best = ranked[0] if ranked else QuestionField.OTHER
        confidence = confidences.get(best, 0.0)
        reasons = sorted(evidence.get(best, {}).items(), key=lambda item: -item[1])
        return Classification(
            text=text,
            scope=scope,
            field=best,
            department=self._departments[best],
            confidence=confidence,
            because=tuple(dict.fromkeys([*marks, *(word for word, _ in reasons)]))[:BECAUSE_AT_MOST],
            proposals=tuple(
                Proposal(field=field, department=self._departments[field], confidence=confidences[field])
                for field in ranked[:PROPOSALS]
            ),
            triage=scope is not Scope.IN_SCOPE or confidence < self._threshold,
        )

    def _evidence(self, words: "Words") -> dict[QuestionField, dict[str, float]]:
        """For each field the words found, as they were first written, and what each of them weighs.

        Said again, a word weighs half as much again, then a quarter: a long text is not surer for repeating itself.
        """
        mentions = self._own.find(words) + self._shared.find(words)
        times = Counter(phrase for phrase, _, _ in mentions)
        firsts = {phrase: (start, certainty) for phrase, start, certainty in reversed(mentions)}
        evidence: dict[QuestionField, dict[str, float]] = {}
        for phrase in times:
            if phrase.meaning is None:
                continue
            (field, weight), (start, certainty) = phrase.meaning, firsts[phrase]
            written, found = words.written(phrase, start), evidence.setdefault(field, {})
            found[written] = found.get(written, 0) + weight * certainty * (2 - 0.5 ** (times[phrase] - 1))
        return evidence

    def _scope(self, words: "Words") -> tuple[Scope, list[str]]:
        """Whether the text complains or denounces, and by which words.

        A denouncer needs more protection than a complainant, so that comes first where both are found.
        """
        marks = [(phrase, phrase.meaning, start) for phrase, start, _ in self._marks.find(words)]
        if not any(mark for _, mark, _ in marks):
            return Scope.IN_SCOPE, []
        sentence = words.sentences()
        asking = {sentence[start] for _, start, _ in self._asking.find(words)}
        concrete = {(sentence[start], phrase.meaning) for phrase, start, _ in self._concrete.find(words)}
        concrete |= {(sentence[start], mark.scope) for _, mark, start in marks if mark and mark.is_deed}
        meant: dict[Scope, list[str]] = {}
        for phrase, mark, start in marks:
            if mark and (sentence[start] not in asking or (sentence[start], mark.scope) in concrete):
                found = meant.setdefault(mark.scope, [])
                if len(found) < BECAUSE_AT_MOST:
                    found.append(words.written(phrase, start))
        scope = next((scope for scope in (Scope.DENUNCIATION, Scope.COMPLAINT) if scope in meant), Scope.IN_SCOPE)
        return scope, meant.get(scope, [])


def _confidences(scores: Mapping[QuestionField, float]) -> dict[QuestionField, float]:
    """Probability of each field: how much speaks for it at all, times its share against the others.

    It grows with a field's own evidence and shrinks with that of any other. The rest to 1 is what no word told.
    """
    squares = sum(score * score for score in scores.values())
    return {
        field: round((1 - math.exp(-score / ENOUGH_EVIDENCE)) * score * score / squares, 3)
        for field, score in scores.items()
    }


_FieldWeight = tuple[QuestionField, float]


@dataclass(frozen=True, slots=True)
class _Mark:
    scope: Scope
    is_deed: bool = False


# --- finding phrases ------------------------------------------------------------------------------------------------

_WORD = re.compile(r"((?:[^\W\d_]++[\u0300-\u036f]{0,3}+)++)")
"""Letters with their marks, composed or not. No letter has more than three marks: with a longer heap of them,
sorting it into its normal form would take time that grows with the square of its length."""

_SENTENCE_ENDS = re.compile(r"[.?!;…](?:\s|$)|\n\s*\n")

_TONES = {"\u0300": "`", "\u0301": "'", "\u0303": "~", "\u0309": "?", "\u0323": "."}
_I_OR_Y = re.compile(r"(?:h|k|l|m|s|t|qu)[iy]")

T = TypeVar("T")


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
            folded=_fold(lower).split(" "),
            between=pieces[0::2],
            plain=with_diacritics < PLAIN_BELOW * len(words),
        )

    def written(self, phrase: "Phrase[Any]", start: int) -> str:
        """A phrase as the text has it."""
        return unicodedata.normalize("NFC", " ".join(self.as_written[start : start + len(phrase.words)]))

    def sentences(self) -> list[int]:
        """For each word the number of its sentence."""
        return list(accumulate(_SENTENCE_ENDS.search(before) is not None for before in self.between[:-1]))


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
            for spelling in (word[:-1] + "i", word[:-1] + "y") if _I_OR_Y.fullmatch(word) else (word,):
                self.after[spelling] = grown
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
            node.phrases.append(Phrase(words.lower, list(map(_spelling, words.lower)), meaning))

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
    certainties = [_certainty(phrase.spelling, lower) for phrase in phrases]
    best = max(certainties)
    if not best:
        return []
    share = best / certainties.count(best)
    return [(phrase, start, share) for phrase, certainty in zip(phrases, certainties, strict=True) if certainty == best]


def _certainty(spelling: list[str], words: list[str]) -> float:
    """How surely these words, in a text with diacritics, are so spelt; 0 when they are others."""
    certainty = 1.0
    for expected, word in zip(spelling, words, strict=True):
        spelt = _spelling(word)
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


def _fold(lower: str) -> str:
    """Without diacritics; of foreign letters nothing is left, of blanks all."""
    line = lower.replace("đ", "d").replace("ð", "d")
    return unicodedata.normalize("NFD", line).encode("ascii", "ignore").decode("ascii")


@lru_cache(maxsize=10_000)
def _spelling(word: str) -> str:
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
    if _I_OR_Y.fullmatch(bare):
        bare = bare[:-1] + "i"
    return bare + tone


def syllables(text: str) -> list[str]:
    """The words of a text in lower case, without diacritics, with i for y: `Kỹ thuật` is `ki thuat`."""
    return [word[:-1] + "i" if _I_OR_Y.fullmatch(word) else word for word in Words.of(text).folded if word]


def same_phrase(phrase: str) -> str:
    """The same for all ways to write a phrase; one word of it for each syllable, none where it has no letter."""
    return " ".join(map(_spelling, _WORD.findall(phrase)))
