"""What the words of a question say about its field: a commune's own words first, then those that all share."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from services.routing.classifying.phrases import Phrases
from services.routing.classifying.words import Words, same_phrase
from shared.contracts.taxonomy import QuestionField

COMMUNE_OUTWEIGHS = 6.0
"""What a word of the commune's own rules counts more than its weight says: it knows its own market by name."""

ENOUGH_EVIDENCE = 1.25
"""Weight at which the evidence alone gives a confidence of 1 - 1/e; one usual word (1.5) stands at 0.70."""

Target = tuple[QuestionField, str | None]
"""A field, and who answers it where a rule names another department than the field's."""


@dataclass(frozen=True, slots=True)
class FieldWords:
    """Words that speak for a field. Alone, a word of weight 1.5 is surer than the usual threshold.

    department: who answers; None where it is the one of the field.
    """

    field: QuestionField
    weight: float
    words: tuple[str, ...]
    department: str | None = None


Evidence = dict[Target, dict[str, float]]
"""For each target the words found, as they were first written, and what each of them weighs."""


class FieldEvidence:
    """The words of a commune and those that all communes share, compiled once.

    Args:
        rules: the commune's own words, which are looked for first and outweigh the shared ones.
        shared: the words of all communes.
        ignored: phrases that hold a word of some field and do not speak of it: `đất nước`.
    """

    def __init__(self, rules: Iterable[FieldWords], shared: Sequence[FieldWords], ignored: Sequence[str]) -> None:
        own: list[tuple[str, tuple[Target, float] | None]] = [
            (word, ((group.field, group.department), group.weight * COMMUNE_OUTWEIGHS))
            for group in rules
            for word in group.words
        ]
        overruled = {same_phrase(word) for word, _ in own}
        self._own = Phrases(own)
        common = (tuple(shared), tuple(ignored))
        self._shared = _compiled(*common, _spelled(*common) & overruled)

    def of_the_commune(self, words: Words) -> Evidence:
        """What the commune's own words say."""
        return _weighed(words, self._own)

    def found_in(self, words: Words) -> Evidence:
        """What the commune's own and the shared words say."""
        return _weighed(words, self._own, self._shared)

    def expressions(self, words: Words) -> list[range]:
        """The words of a text that make one expression, whatever it says: `vắc xin`."""
        mentions = [*self._own.find(words), *self._shared.find(words)]
        return [range(start, start + len(phrase.words)) for phrase, start, _ in mentions]


@lru_cache(maxsize=8)
def _spelled(shared: tuple[FieldWords, ...], ignored: tuple[str, ...]) -> frozenset[str]:
    return frozenset(same_phrase(word) for words in (*(group.words for group in shared), ignored) for word in words)


@lru_cache(maxsize=8)
def _compiled(
    shared: tuple[FieldWords, ...], ignored: tuple[str, ...], overruled: frozenset[str]
) -> Phrases[tuple[Target, float] | None]:
    """The words of all communes without those a commune overrules. Most overrule none: they share what was compiled."""
    common: list[tuple[str, tuple[Target, float] | None]] = [
        *((word, ((group.field, group.department), group.weight)) for group in shared for word in group.words),
        *((word, None) for word in ignored),
    ]
    return Phrases((word, meaning) for word, meaning in common if same_phrase(word) not in overruled)


def _weighed(words: Words, *known: Phrases[tuple[Target, float] | None]) -> Evidence:
    """Said again, a word weighs half as much again, then a quarter: a long text is not surer for repeating itself."""
    mentions = [mention for phrases in known for mention in phrases.find(words)]
    times = Counter(phrase for phrase, _, _ in mentions)
    firsts = {phrase: (start, certainty) for phrase, start, certainty in reversed(mentions)}
    evidence: Evidence = {}
    for phrase in times:
        if phrase.meaning is None:
            continue
        (target, weight), (start, certainty) = phrase.meaning, firsts[phrase]
        written, found = words.written(start, start + len(phrase.words)), evidence.setdefault(target, {})
        found[written] = found.get(written, 0) + weight * certainty * (2 - 0.5 ** (times[phrase] - 1))
    return evidence


def confidences(evidence: Mapping[Target, Mapping[str, float]]) -> dict[Target, float]:
    """Probability of each target: how much speaks for it at all, times its share against the others.

    It grows with a target's own evidence and shrinks with that of any other. The rest to 1 is what no word told.
    """
    scores = {target: sum(found.values()) for target, found in evidence.items()}
    squares = sum(score * score for score in scores.values())
    return {
        target: round((1 - math.exp(-score / ENOUGH_EVIDENCE)) * score * score / squares, 3)
        for target, score in scores.items()
    }
