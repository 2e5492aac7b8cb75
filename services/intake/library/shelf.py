"""The commune's library: questions that were answered and published, in words that name nobody, and how they are found.

Pure. What is searched lies in memory: ten thousand entries take some tens of megabytes.
"""

import hashlib
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from sys import intern
from typing import TypeVar

from services.intake.reading.spelling import fold
from shared.contracts import Event, TooEarly
from shared.contracts.routing import AnswerPublished, AnswerUnpublished
from shared.contracts.taxonomy import QuestionField


@dataclass(frozen=True, slots=True)
class Published:
    """One question of the library. `id` is its own: see `entry_id`.

    shown: False once it was taken out; its words are gone then. decided_at: when that was last said.
    noted_at: when it was saved here, for those who follow.
    """

    id: str
    commune: str
    field: QuestionField | None
    asked: str
    answered: str
    published_at: datetime
    decided_at: datetime
    noted_at: datetime
    shown: bool = True
    version: int = 0


Decision = tuple[Published, Sequence[Event]]


def entry_id(question: str) -> str:
    """What an address of the library names: anybody reads it, and a question's own id names the form it stands on."""
    return hashlib.sha256(question.encode()).hexdigest()[:16]


def publish(entry: Published | None, said: AnswerPublished, now: datetime) -> Decision:
    """It stands in the library, with the words of the last time it was published."""
    if entry is not None and said.occurred_at <= entry.decided_at:
        return entry, []
    return Published(
        id=entry_id(said.question),
        commune=said.commune,
        field=said.field,
        asked=said.asked,
        answered=said.answered,
        published_at=said.occurred_at,
        decided_at=said.occurred_at,
        noted_at=now,
        version=entry.version if entry else 0,
    ), []


def unpublish(entry: Published | None, said: AnswerUnpublished, now: datetime) -> Decision:
    """It is taken out, and its words with it: they may have named somebody."""
    if entry is None:
        raise TooEarly(f"question {said.question} was not published yet")
    if said.occurred_at <= entry.decided_at:
        return entry, []
    gone = replace(entry, asked="", answered="", shown=False, decided_at=said.occurred_at, noted_at=now)
    return gone, []


# --- finding --------------------------------------------------------------------------------------------------------

LIKE = 0.3
"""From which likeness on an entry is offered to somebody who is typing a question."""
ENOUGH = 0.55
"""The share of what a search asks for, by weight, that an entry must have."""
IN_THE_ANSWER = 0.6
"""What a word counts that stands in the answer alone."""
IN_ORDER = 0.2
"""What two words count that follow each other as they were searched."""
MOST_WORDS = 80
"""Of a query; a question longer than that is found by its beginning."""
CLOSEST = 50
"""Entries that are compared closely with a question."""

_SAID_ANYWHERE = frozenset(
    ("a", "cho", "co", "duoc", "gi", "hoi", "khong", "la", "ma", "nao", "nhu", "o", "thi", "toi", "va", "xin")
)
_WORD = re.compile(r"[a-z0-9]+")


def words_of(text: str) -> list[str]:
    """The words that tell something, without diacritics; all of them where none does."""
    found = _WORD.findall(fold(text))
    return [word for word in found if word not in _SAID_ANYWHERE] or found


Pair = tuple[str, str]
"""Two words that follow each other: words of Vietnamese are of two syllables mostly."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """asked: its words in their order, for pairs. answered: those that stand in the answer alone."""

    published_at: datetime
    asked: tuple[str, ...]
    answered: tuple[str, ...]

    @property
    def pairs(self) -> set[Pair]:
        return set(pairwise(self.asked))


class Shelf:
    """The entries of one commune, by the words in them."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._asked: dict[str, set[str]] = {}
        self._answered: dict[str, set[str]] = {}
        self._pairs: dict[Pair, set[str]] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, published: Published) -> None:
        """Stand it here in place of what it was before; or take it out, where it is not shown any more."""
        id = published.id
        if before := self._entries.pop(id, None):
            _remove(self._asked, before.asked, id)
            _remove(self._answered, before.answered, id)
            _remove(self._pairs, before.pairs, id)
        if published.shown:
            asked = tuple(map(intern, words_of(published.asked)))
            answered = tuple(map(intern, set(words_of(published.answered)).difference(asked)))
            entry = self._entries[id] = _Entry(published.published_at, asked, answered)
            _add(self._asked, entry.asked, id)
            _add(self._answered, entry.answered, id)
            _add(self._pairs, entry.pairs, id)

    def latest(self) -> list[str]:
        """Ids of all, the last published first."""
        return sorted(self._entries, key=lambda one: (self._entries[one].published_at, one), reverse=True)

    def search(self, query: str) -> list[str]:
        """Ids of what has most of the words of the query, in the question rather than in the answer; the best first."""
        words = list(dict.fromkeys(words_of(query)[:MOST_WORDS]))
        scores: dict[str, float] = defaultdict(float)
        total = 0.0
        for word in words:
            asked, answered = self._asked.get(word, set()), self._answered.get(word, set())
            weight = self._weight(len(asked) + len(answered))
            total += weight
            for id in asked:
                scores[id] += weight
            for id in answered:
                scores[id] += weight * IN_THE_ANSWER
        enough = [id for id, score in scores.items() if score >= total * ENOUGH]
        for pair in pairwise(words):
            for id in self._pairs.get(pair, set()).intersection(enough):
                scores[id] += IN_ORDER
        return sorted(enough, key=lambda one: (-scores[one], -self._entries[one].published_at.timestamp(), one))

    def like(self, question: str, most: int) -> list[str]:
        """Ids of questions that ask much the same; the likest first.

        Compared are pairs of words, the rare ones counting more: the cosine of the two sets.
        """
        pairs = set(pairwise(words_of(question)[:MOST_WORDS]))
        shared: dict[str, float] = defaultdict(float)
        for pair in pairs:
            for id in self._pairs.get(pair, ()):
                shared[id] += self._weight_of(pair)
        closest = sorted(shared, key=lambda one: (-shared[one], one))[:CLOSEST]
        own = sum(map(self._weight_of, pairs))
        likeness = {
            id: shared[id] / math.sqrt(own * sum(map(self._weight_of, self._entries[id].pairs))) for id in closest
        }
        found = [id for id in closest if likeness[id] >= LIKE]
        return sorted(found, key=lambda one: (-likeness[one], one))[:most]

    def _weight_of(self, pair: Pair) -> float:
        return self._weight(len(self._pairs.get(pair, ())))

    def _weight(self, frequency: int) -> float:
        """What is rare tells more."""
        return math.log(1 + (len(self._entries) + 1) / (frequency + 1))


K = TypeVar("K")


def _add(index: dict[K, set[str]], keys: Iterable[K], id: str) -> None:
    for key in keys:
        index.setdefault(key, set()).add(id)


def _remove(index: dict[K, set[str]], keys: Iterable[K], id: str) -> None:
    for key in set(keys):
        index[key].discard(id)
        if not index[key]:
            del index[key]
