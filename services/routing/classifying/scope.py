"""Whether a text asks, complains or denounces, told from phrases. The machine only flags; an officer decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.routing.classifying.phrases import Phrases
from services.routing.classifying.words import Words
from shared.contracts.taxonomy import Scope

MARKS_AT_MOST = 6


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
class _Mark:
    scope: Scope
    is_deed: bool = False


class ScopeMarks:
    """The phrases of complaints and denunciations, compiled once.

    Args:
        scopes: the phrases of each scope that is not a dialogue's.
        asking: with it a sentence asks about complaints, and does not make one.
    """

    def __init__(self, scopes: Mapping[Scope, ScopeWords], asking: Iterable[str]) -> None:
        self._marks = Phrases(
            (word, mark)
            for scope, words in scopes.items()
            for marks, mark in (
                (words.named, _Mark(scope)),
                (words.deeds, _Mark(scope, is_deed=True)),
                (words.not_meant, None),
            )
            for word in marks
        )
        self._concrete = Phrases((word, scope) for scope, words in scopes.items() for word in words.concrete)
        self._asking = Phrases((word, None) for word in asking)

    def found_in(self, words: Words) -> "Marked":
        """Whether the text complains or denounces by its phrases, and by which.

        A denouncer needs more protection than a complainant, so that comes first where both are found.
        """
        marks = [(phrase, phrase.meaning, start) for phrase, start, _ in self._marks.find(words)]
        asks = self._asking.find(words)
        if not any(mark for _, mark, _ in marks):
            return Marked(Scope.IN_SCOPE, (), bool(marks), bool(asks))
        sentence = words.sentences()
        asking = {sentence[start] for _, start, _ in asks}
        concrete = {(sentence[start], phrase.meaning) for phrase, start, _ in self._concrete.find(words)}
        concrete |= {(sentence[start], mark.scope) for _, mark, start in marks if mark and mark.is_deed}
        meant: dict[Scope, list[str]] = {}
        for phrase, mark, start in marks:
            if mark and (sentence[start] not in asking or (sentence[start], mark.scope) in concrete):
                found = meant.setdefault(mark.scope, [])
                if len(found) < MARKS_AT_MOST:
                    found.append(words.written(start, start + len(phrase.words)))
        scope = next((scope for scope in (Scope.DENUNCIATION, Scope.COMPLAINT) if scope in meant), Scope.IN_SCOPE)
        return Marked(scope, tuple(meant.get(scope, ())), any(mark is None for _, mark, _ in marks), bool(asks))


@dataclass(frozen=True, slots=True)
class Marked:
    """What the phrases of a text say of its scope.

    words: the phrases, as the text has them. denied: there is one that holds such a word and means none. asks: the text
    asks about complaints.
    """

    scope: Scope
    words: tuple[str, ...]
    denied: bool
    asks: bool

    @property
    def features(self) -> tuple[float, ...]:
        """For the statistical model: one for each scope, then whether it is denied, and whether it asks."""
        return (*(float(self.scope is scope) for scope in Scope), float(self.denied), float(self.asks))
