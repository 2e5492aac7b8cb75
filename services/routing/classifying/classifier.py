"""What a question is about, and always with the words that decided.

The commune's own rules decide first. What they do not know the statistical model judges, over a province-wide prior
and what this office has taught. Complaints and denunciations are told by their phrases and the model together.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np

from services.routing.classifying.classification import Classification
from services.routing.classifying.evidence import Evidence, FieldEvidence, FieldWords, confidences
from services.routing.classifying.judging import Chances, outside, speaks_for_field, speaks_for_scope
from services.routing.classifying.lessons import Lesson, Target, learn
from services.routing.classifying.matters import grouped, of_words, pieces
from services.routing.classifying.model import FIELDS, Model, Numbers, Reading, probabilities
from services.routing.classifying.reasons import weightiest
from services.routing.classifying.scope import Marked, ScopeMarks, ScopeWords
from services.routing.classifying.words import Words
from shared.contracts.routing import Proposal, ProposedMatter
from shared.contracts.taxonomy import QuestionField, Scope

BECAUSE_AT_MOST = 6
"""Words given as the reason. An officer reads these at a glance."""

MARKS_BY_THE_MODEL = 3
"""Words given for a complaint or a denunciation that no phrase tells."""

PROPOSALS = 3

FAIR = 0.4
"""Confidence of each part from which it is proposed to split a question."""


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The words that all communes share. It is compared by identity, so that what is compiled from it can be kept.

    ignored: phrases that hold a word of some field and do not speak of it: `đất nước`.
    asking: with it a sentence asks about complaints, and does not make one.
    """

    fields: tuple[FieldWords, ...] = ()
    ignored: tuple[str, ...] = ()
    scopes: Mapping[Scope, ScopeWords] = field(default_factory=dict)
    asking: tuple[str, ...] = ()


@lru_cache(maxsize=8)
def _scope_marks(vocabulary: Vocabulary) -> ScopeMarks:
    return ScopeMarks(vocabulary.scopes, vocabulary.asking)


class Classifier:
    """What one commune knows of its questions. It never changes: what is taught makes another one.

    Args:
        vocabulary: the shared words.
        departments: who answers each field in this commune; every field has somebody.
        rules: the commune's own words, which decide first.
        threshold: confidence below which a person decides.
        model: None where words alone decide.
        lessons: the office's own decisions.
        offices: the departments there are. What was decided for one that is gone teaches nothing; None: all are there.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        departments: Mapping[QuestionField, str],
        rules: Iterable[FieldWords] = (),
        threshold: float = 0.6,
        model: Model | None = None,
        lessons: Sequence[Lesson] = (),
        offices: Collection[str] | None = None,
    ) -> None:
        missing = [field for field in QuestionField if field not in departments]
        if missing:
            raise ValueError(f"no department answers {', '.join(missing)}")
        self._known: dict[str, Any] = {
            "vocabulary": vocabulary,
            "departments": dict(departments),
            "rules": tuple(rules),
            "threshold": threshold,
            "model": model,
            "lessons": tuple(lessons),
            "offices": offices,
        }
        self._departments = dict(departments)
        self._threshold = threshold
        self._model = model
        self._evidence = FieldEvidence(self._known["rules"], vocabulary.fields, vocabulary.ignored)
        self._scope = _scope_marks(vocabulary)
        heeded = [one for one in lessons if offices is None or one.department in offices]
        self._taught = learn(model, heeded, departments) if model else None

    def ruled(self, rules: Iterable[FieldWords]) -> "Classifier":
        """The same with other rules of the commune."""
        return Classifier(**self._known | {"rules": tuple(rules)})

    def taught(self, lessons: Sequence[Lesson]) -> "Classifier":
        """The same, having learned from these decisions of the office and no others."""
        return Classifier(**self._known | {"lessons": tuple(lessons)})

    def classify(self, text: str) -> Classification:
        """What `text` is about. Empty or foreign text is `other` with confidence 0, for a person to read."""
        words = Words.of(text)
        reading = self._model.read(words) if self._model else None
        scope, marks = self._scope_of(words, reading)
        chances = self._chances(words, reading)
        (field, department), confidence = chances.ranked[0] if chances.ranked else self._nobody_knows()
        matters = self._matters(text, words, reading) if reading is not None else ()
        return Classification(
            text=text,
            scope=scope,
            field=field,
            department=department,
            confidence=confidence,
            because=_once([*marks, *chances.because])[:BECAUSE_AT_MOST],
            proposals=tuple(
                Proposal(field=field, department=department, confidence=chance)
                for (field, department), chance in chances.ranked[:PROPOSALS]
            ),
            triage=scope is not Scope.IN_SCOPE or confidence < self._threshold or bool(matters),
            matters=matters,
        )

    # --- its scope

    def _scope_of(self, words: Words, reading: Reading | None) -> tuple[Scope, Sequence[str]]:
        marked: Marked = self._scope.found_in(words)
        if reading is None or self._model is None or reading.empty:
            return marked.scope, marked.words
        chance, likelier = outside(self._model, reading.sums(), marked)
        if chance < self._model.flagged:
            return Scope.IN_SCOPE, ()
        if marked.scope is not Scope.IN_SCOPE and marked.words:
            return marked.scope if marked.scope is Scope.DENUNCIATION else likelier, marked.words
        weights = reading.by_word(speaks_for_scope(likelier))
        return likelier, weightiest(words, weights, self._evidence.expressions(words), MARKS_BY_THE_MODEL)

    # --- its field

    def _chances(self, words: Words, reading: Reading | None) -> Chances:
        """By the commune's own words where there are any, else by the model and what it was taught."""
        own = self._evidence.of_the_commune(words)
        if reading is None or (own and not reading.empty):
            evidence = own if reading is not None else self._evidence.found_in(words)
            return self._by_words(evidence, reading)
        if reading.empty:
            return Chances((), ())
        return self._by_the_model(words, reading)

    def _by_words(self, evidence: Evidence, reading: Reading | None) -> Chances:
        sure = confidences(evidence)
        ranked = sorted(sure, key=lambda target: (-sure[target], target[0], target[1] or ""))
        reasons = sorted(evidence[ranked[0]].items(), key=lambda item: -item[1]) if ranked else []
        told = [(self._answerer(*target), sure[target]) for target in ranked]
        if reading is not None:
            told += self._of_the_rest({answerer for answerer, _ in told}, 1 - sum(sure.values()), reading)
        return Chances(told, tuple(word for word, _ in reasons))

    def _of_the_rest(self, known: set[Target], left: float, reading: Reading) -> list[tuple[Target, float]]:
        """What is left of the probability, as the model would share it out."""
        ranked = self._ranked(reading)
        others = [(answerer, chance) for answerer, chance in ranked if answerer not in known]
        return [(answerer, round(max(left, 0.0) * chance, 3)) for answerer, chance in others[:PROPOSALS]]

    def _by_the_model(self, words: Words, reading: Reading) -> Chances:
        ranked = self._ranked(reading)
        (best, _), _ = ranked[0]
        of_fields = _of_fields(ranked)
        weights = reading.by_word(speaks_for_field(best, of_fields))
        because = weightiest(words, weights, self._evidence.expressions(words), BECAUSE_AT_MOST)
        return Chances(ranked[: 2 * PROPOSALS], tuple(because))

    def _ranked(self, reading: Reading) -> list[tuple[Target, float]]:
        """Every target by the model and what the office taught it, the most probable first."""
        assert self._model is not None, "there is a reading"
        assert self._taught is not None
        sums = reading.sums()[: len(FIELDS)] * np.float32(self._model.sharpness)
        chances = probabilities(self._taught.adjusted(reading, sums))
        order = np.argsort(-chances, kind="stable")
        return [(self._taught.targets[place], round(float(chances[place]), 3)) for place in order]

    def _answerer(self, field: QuestionField, department: str | None) -> Target:
        return field, department or self._departments[field]

    def _nobody_knows(self) -> tuple[Target, float]:
        return self._answerer(QuestionField.OTHER, None), 0.0

    # --- its matters

    def _matters(self, text: str, words: Words, reading: Reading) -> tuple[ProposedMatter, ...]:
        """How the question may be split; empty where it holds one matter, or nobody could say whose the parts are."""
        found = pieces(words)
        if len(found) < 2 or reading.empty:
            return ()
        said, told = reading.parts(of_words(found, len(words.lower)), len(found))
        groups = grouped(found, np.array([self._of_departments(reading, *one) for one in zip(said, told, strict=True)]))
        if len(groups) < 2:
            return ()
        parts = [text[found[group.start].begin : found[group.stop - 1].end].strip() for group in groups]
        matters = tuple(self._matter(part) for part in parts)
        departments = {matter.department for matter in matters}
        return matters if len(departments) > 1 and min(one.confidence for one in matters) >= FAIR else ()

    def _of_departments(self, reading: Reading, said: Numbers, told: Numbers) -> Numbers:
        """(departments,) how probably each answers a part of the text."""
        assert self._model is not None, "there is a reading"
        sums = reading.together(said, told)[: len(FIELDS)] * np.float32(self._model.sharpness)
        names = sorted(set(self._departments.values()))
        found = np.zeros(len(names), np.float32)
        for one, chance in zip(FIELDS, probabilities(sums), strict=True):
            found[names.index(self._departments[one])] += chance
        return found

    def _matter(self, part: str) -> ProposedMatter:
        words = Words.of(part)
        chances = self._chances(words, self._model.read(words) if self._model else None)
        (field, department), confidence = chances.ranked[0] if chances.ranked else self._nobody_knows()
        return ProposedMatter(text=part, field=field, department=department, confidence=confidence)


def _of_fields(ranked: Iterable[tuple[Target, float]]) -> dict[QuestionField, float]:
    found = dict.fromkeys(FIELDS, 0.0)
    for (one, _), chance in ranked:
        found[one] += chance
    return found


def _once(reasons: Iterable[str]) -> tuple[str, ...]:
    """Without those that stand in an earlier one."""
    found: list[str] = []
    for reason in reasons:
        if not any(f" {reason.lower()} " in f" {earlier.lower()} " for earlier in found):
            found.append(reason)
    return tuple(found)
