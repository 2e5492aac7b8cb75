"""What an office's own decisions teach its classifier, over what the province's texts have taught it.

An office decides two things of a question: its field, and which department answers it. Both together are its target; a
pair that the profile does not name starts a little below its field, and is learned from there. What is learned is a
correction of the province's sums by likeness (logistic regression with a Gaussian prior that is centred on them): a
question is corrected as those were that the province would have put into the same field, and the more, the more words
it shares with them. So a policy for one field does not reach into another, and a few wrong decisions stay where they
were made. Where newer decisions contradict older ones on like questions, the older ones fade.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import cast

import numpy as np
from numpy.typing import NDArray

from services.routing.classifying.model import FIELDS, Model, Numbers, Reading, probabilities
from services.routing.classifying.words import Words
from shared.contracts.taxonomy import QuestionField

Target = tuple[QuestionField, str]
"""A field and the department that answers it."""

PLACES = 512
"""Into which all features of a question are folded for comparing it with others."""

SAME_FIELD = 0.25
"""How alike two questions of one field are by that alone, where the same words make 1: squared it counts."""

ANY_FIELD = 0.5
"""What likeness of words counts where the fields differ."""

RESTRAINT = 0.01
NEW_PAIR = -2.0
"""Where a pair that the profile does not name begins, below its field."""

REACH = 3.0
WITHIN_REACH_AFTER = 5
"""So many decisions that took a target in place of the same field bring it within reach of that field's questions,
however sure the province was. Fewer do so by less."""

MOST = 1_000
"""Lessons that are learned: all that contradict the province, newest first, then the newest that agree."""

LEAST_WEIGHT = 0.02
STEPS = 60


@dataclass(frozen=True, slots=True)
class Lesson:
    """A person's decision on a question."""

    text: str
    field: QuestionField
    department: str
    at: datetime


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """Targets, and what was learned of them.

    targets: each field with its own department, in the order of FIELDS; then the pairs that decisions added.
    likenings: (lessons, PLACES) and beliefs: (lessons, fields), what each lesson's question is compared by.
    corrections: (lessons, targets). nearer: (fields, targets) how far a target may lie below the best field at most.
    """

    targets: tuple[Target, ...]
    fields: Sequence[int]
    likenings: Numbers
    beliefs: Numbers
    corrections: Numbers
    nearer: Numbers

    def adjusted(self, reading: Reading, sums: Numbers) -> Numbers:
        """(targets,) the province's sharpened sums for fields, (fields,), corrected by what was learned."""
        begin = self.begun(sums[None])
        if not len(self.likenings):
            return cast("Numbers", begin[0])
        likeness = _likeness(_likening(reading)[None], probabilities(sums[None]), self.likenings, self.beliefs)
        return cast("Numbers", (begin + likeness @ self.corrections)[0])

    def begun(self, sums: Numbers) -> Numbers:
        """(texts, targets) where the targets of texts stand before any likeness corrects them."""
        apart = np.where(np.arange(len(self.targets)) < len(FIELDS), 0, NEW_PAIR).astype(np.float32)
        begin = sums[:, self.fields] + apart
        return cast("Numbers", np.maximum(begin, sums.max(axis=1, keepdims=True) - self.nearer[sums.argmax(axis=1)]))


def learn(model: Model, lessons: Iterable[Lesson], departments: Mapping[QuestionField, str]) -> Taught:
    """What the lessons teach. Of more than MOST not all are learned; what a text consists of is kept for a while."""
    newest = sorted(lessons, key=lambda lesson: lesson.at, reverse=True)
    own: list[Target] = [(field, departments[field]) for field in FIELDS]
    targets = [*own, *sorted({(one.field, one.department) for one in newest} - set(own))]
    start = _taught_nothing(targets)
    if not newest:
        return start
    seen = [_seen(model, lesson.text) for lesson in newest]
    sums = np.stack([sums for _, sums in seen])
    right = np.array([targets.index((lesson.field, lesson.department)) for lesson in newest])
    agrees = start.begun(sums).argmax(axis=1) == right
    chosen = np.sort(np.argsort(agrees, kind="stable")[:MOST])
    sums, right, agrees = sums[chosen], right[chosen], agrees[chosen]
    likenings, beliefs = np.stack([seen[one][0] for one in chosen]), probabilities(sums)
    nearer = start.nearer.copy()
    against = np.zeros_like(nearer)
    np.add.at(against, (sums.argmax(axis=1)[~agrees], right[~agrees]), 1)
    taught = against > 0
    nearer[taught] = np.maximum(REACH, REACH + WITHIN_REACH_AFTER - against[taught])
    nearest = Taught(start.targets, start.fields, likenings, beliefs, start.corrections, nearer)
    likeness = _likeness(likenings, beliefs, likenings, beliefs)
    weight = _weights(likeness, right)
    corrections = _corrections(likeness, nearest.begun(sums), right, weight)
    return Taught(start.targets, start.fields, likenings, beliefs, corrections, nearer)


def _taught_nothing(targets: Sequence[Target]) -> Taught:
    return Taught(
        targets=tuple(targets),
        fields=[FIELDS.index(field) for field, _ in targets],
        likenings=np.zeros((0, PLACES), np.float32),
        beliefs=np.zeros((0, len(FIELDS)), np.float32),
        corrections=np.zeros((0, len(targets)), np.float32),
        nearer=np.full((len(FIELDS), len(targets)), np.inf, np.float32),
    )


def _weights(likeness: Numbers, right: NDArray[np.intp]) -> Numbers:
    """A lesson fades by half for each newer one on the very same question that decided otherwise. Newest first."""
    other = right[:, None] != right[None, :]
    contradicted = np.tril(np.where(other, np.maximum(likeness, 0), 0), -1).sum(axis=1)
    return cast("Numbers", np.maximum(0.5**contradicted, LEAST_WEIGHT).astype(np.float32))


def _corrections(likeness: Numbers, begin: Numbers, right: NDArray[np.intp], weight: Numbers) -> Numbers:
    """(lessons, targets) by which the lessons are most probable while the correction stays small.

    The curvature of the loss is nowhere more than a half, so a step that assumes a half everywhere never goes too far.
    """
    wanted = np.zeros_like(begin)
    wanted[np.arange(len(begin)), right] = 1
    steps = np.linalg.inv(0.5 * weight[:, None] * likeness + RESTRAINT * np.eye(len(begin), dtype=np.float32))
    found = ahead = np.zeros_like(begin)
    for step in range(STEPS):
        wrong = probabilities(begin + likeness @ ahead) - wanted
        better = ahead - steps @ (weight[:, None] * wrong + RESTRAINT * ahead)
        ahead = better + step / (step + 3) * (better - found)
        found = better
    return found.astype(np.float32)


def _likeness(some: Numbers, some_beliefs: Numbers, others: Numbers, other_beliefs: Numbers) -> Numbers:
    """How alike questions are: by their words, and the more where the province puts them into the same fields."""
    of_words = some @ others.T
    return cast("Numbers", (some_beliefs @ other_beliefs.T) * (SAME_FIELD**2 + of_words) + ANY_FIELD * of_words)


def _likening(reading: Reading) -> Numbers:
    """(PLACES,) a text's features, folded; half of them with the sign turned, so that what meets by chance cancels."""
    total = np.zeros(PLACES, np.float32)
    for kind, told in zip(reading.found, reading.told, strict=True):
        signed = np.where((kind.buckets // PLACES) & 1, told, -told) / max(float(np.sqrt(told @ told)), 1e-6)
        total += np.bincount(kind.buckets % PLACES, weights=signed, minlength=PLACES).astype(np.float32)
    return total / max(float(np.sqrt(total @ total)), 1e-6)


@lru_cache(maxsize=4_096)
def _seen(model: Model, text: str) -> tuple[Numbers, Numbers]:
    """What a lesson's text is compared by, and the province's sharpened sums for fields: learning begins anew often."""
    reading = model.read(Words.of(text))
    return _likening(reading), reading.sums()[: len(FIELDS)] * np.float32(model.sharpness)
