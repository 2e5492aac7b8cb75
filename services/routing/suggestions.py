"""Which answered questions are like one that is to be answered, so that nobody writes the same twice.

Two questions are like each other by the words and word pairs they share, each counted by how rare it is among what was
answered (weighted Jaccard). Only what shares a rare one is compared at all, so the work does not grow with the archive.
"""

import math
from array import array
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any

from services.routing.likeness import telling_words
from services.routing.moves import ANSWERED
from services.routing.question import Question, State
from services.routing.templates import AnswerTemplate, fill, unfilled
from shared.contracts.taxonomy import Scope

MOST = 5
"""Suggestions for one question. Who writes an answer reads no more."""
AT_LEAST = 0.15
"""Likeness from which an answer is worth a look (tests/unit/test_routing_suggestions.py)."""
MOST_CANDIDATES = 1_000
MOST_WORDS = 200
"""Of a question; a longer one is found by its beginning."""
OF_A_WORD = 0.5
"""What a single word counts beside a pair: words of Vietnamese are of two syllables mostly."""


class Archive:
    """The answered questions of one commune, by their words. It holds no texts.

    One thread at a time may add; others may search meanwhile.
    """

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._place: dict[str, int] = {}
        self._features: dict[str, int] = {}
        self._single = array("b")
        self._places: list[array[int]] = []
        self._of: list[array[int]] = []

    def __len__(self) -> int:
        return len(self._place)

    def put(self, id: str, text: str) -> None:
        """Add a question, or find it by its words of now: reopened, it may have been split before it was answered."""
        self._put(id, features_of(text))

    def latest(self, count: int) -> "Archive":
        """An archive of the questions put last, and of their words alone."""
        names, kept = list(self._features), Archive()
        for place in sorted(self._place.values())[-count:]:
            kept._put(self._ids[place], {names[number] for number in self._of[place]})
        return kept

    def _put(self, id: str, features: Collection[str]) -> None:
        numbers = array("i", sorted(self._number(feature) for feature in features))
        before = self._place.get(id)
        if before is not None and self._of[before] == numbers:
            return
        place = len(self._ids)
        self._of.append(numbers)  # all of it is here before anybody who searches meanwhile can find it
        self._ids.append(id)
        self._place[id] = place
        if before is not None:
            self._of[before] = array("i")  # like nothing any more
        for number in numbers:
            self._places[number].append(place)

    def nearest(self, text: str, but: Iterable[str] = (), count: int = MOST) -> list[tuple[float, str]]:
        """The questions most like a text, with their likeness from AT_LEAST to 1, the most like and latest first."""
        asked = features_of(text)
        weights = _Weights(self)
        known = {number: weights[number] for one in asked if (number := self._features.get(one)) is not None}
        # `asked - self._features.keys()` would go through all words of the archive
        new = sum(OF_A_WORD if " " not in one else 1.0 for one in asked if one not in self._features)
        total = sum(known.values()) + new * math.log(1 + len(self))
        left_out = {self._place[id] for id in but if id in self._place}
        found = []
        for place in self._sharing(known) - left_out:
            shared = sum(known.get(number, 0.0) for number in self._of[place])
            own = sum(weights[number] for number in self._of[place])
            likeness = shared / (total + own - shared) if shared else 0.0
            if likeness >= AT_LEAST:
                found.append((likeness, place))
        found.sort(key=lambda one: (-one[0], -one[1]))
        return [(round(likeness, 3), self._ids[place]) for likeness, place in found[:count]]

    def _sharing(self, known: Mapping[int, float]) -> set[int]:
        """The questions that share the rarest words and pairs with one; of those that many share, the latest."""
        sharing: set[int] = set()
        for number in sorted(known, key=lambda one: (-known[one], one)):
            room = MOST_CANDIDATES - len(sharing)
            if room <= 0:
                break
            sharing.update(self._places[number][-room:])
        return sharing

    def weight(self, number: int) -> float:
        """How much a word or pair tells: the rarer, the more."""
        rarity = math.log(1 + len(self) / max(1, len(self._places[number])))
        return rarity * OF_A_WORD if self._single[number] else rarity

    def _number(self, feature: str) -> int:
        number = self._features.setdefault(feature, len(self._features))
        if number == len(self._places):
            self._places.append(array("i"))
            self._single.append(" " not in feature)
        return number


class _Weights(dict[int, float]):
    """What each word and pair tells now, reckoned once."""

    def __init__(self, archive: Archive) -> None:
        super().__init__()
        self._archive = archive

    def __missing__(self, number: int) -> float:
        weight = self[number] = self._archive.weight(number)
        return weight


def may_be_suggested(question: Question) -> bool:
    """Answered, and no complaint; what was reopened since was not enough."""
    return question.state is State.SETTLED and question.settled_how in ANSWERED and question.scope is Scope.IN_SCOPE


def templates_for(
    question: Question, templates: Iterable[AnswerTemplate], known: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The templates of the question's field, or of the one it seems to belong to, filled in as far as it is known.

    Returns:
        [{"name", "text", "missing"}], missing being the placeholders that are left.
    """
    field = question.field or next((proposal.field for proposal in question.proposals), None)
    filled = [(one.title, fill(one.text, known)) for one in templates if one.field is field]
    return [{"name": title, "text": text, "missing": list(unfilled(text))} for title, text in filled]


def features_of(text: str) -> set[str]:
    """The words of a question that tell something, and the pairs of them that follow each other."""
    words = telling_words(text)[:MOST_WORDS]
    return {*words, *(f"{first} {second}" for first, second in pairwise(words))}
