"""Makes the shipped model from the shipped texts: `python -m services.routing.classifying.train`.

Every question teaches twice, as it stands and without diacritics, half each: citizens write both ways. Short wording
(`deploy/training/terms`, and the vocabulary) teaches as much as a question does, and more for its length: see
decisions/0011. Training needs scipy; what it gives is read with numpy alone.
"""

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import sparse  # type: ignore[import-untyped]
from scipy.optimize import minimize, minimize_scalar  # type: ignore[import-untyped]

from services.routing.classifying import corpus
from services.routing.classifying.corpus import Labelled
from services.routing.classifying.features import BUCKETS, features
from services.routing.classifying.model import CONSTANT, FIELDS, MARKS, MODEL, SCOPES, SHARES, Numbers, probabilities
from services.routing.classifying.scope import ScopeMarks
from services.routing.classifying.vocabulary import shared_vocabulary
from services.routing.classifying.words import Words, unaccented
from shared.contracts.taxonomy import Scope

RESTRAINT = 0.005
"""How strongly weights are held at nil. Half or twice as much makes no difference that cross-validation would see."""

TERM_OF_A_FIELD = 0.1
"""What short wording of a field counts as an example of what is in scope."""

FLAGGED_FROM = 0.3
"""Probability of a complaint or a denunciation from which, by cross-validation, 95 of 100 flagged texts are one."""

FOLDS = 5
TOLD_APART = 1e-4
"""Weights nearer to nil are not shipped."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts as numbers: x (texts, features), y the column that is right, weight, and fold; -1 for short wording.

    asked: so many of them, the first, are questions as they stand.
    """

    x: sparse.csr_matrix
    y: NDArray[np.intp]
    weight: Numbers
    fold: NDArray[np.intp]
    asked: int

    def part(self, chosen: NDArray[np.bool_]) -> "Examples":
        return Examples(self.x[chosen], self.y[chosen], self.weight[chosen], self.fold[chosen], 0)


@dataclass(frozen=True, slots=True)
class Judged:
    """What cross-validation says of every question as it stands: sums (questions, columns), and what is right."""

    sums: Numbers
    y: NDArray[np.intp]


# --- texts as numbers -------------------------------------------------------------------------------------------------


def rarity_of(texts: Iterable[str]) -> Numbers:
    """(BUCKETS,) 1 for what every text has, more for what few have."""
    holding, known = np.zeros(BUCKETS), list(texts)
    for text in known:
        holding[np.unique(np.concatenate([kind.buckets for kind in features(Words.of(text))]))] += 1
    return (np.log((1 + len(known)) / (1 + holding)) + 1).astype(np.float32)


def matrix(texts: Sequence[str], rarity: Numbers, marks: ScopeMarks | None = None) -> sparse.csr_matrix:
    """(texts, BUCKETS + 1) as `Reading.sums` sees them, the last column the constant; then the marks."""
    columns, values, ends = [], [], [0]
    for text in texts:
        words = Words.of(text)
        for kind, share in zip(features(words), SHARES, strict=True):
            told = rarity[kind.buckets]
            columns.append(kind.buckets)
            values.append(told * np.float32(share / max(float(np.sqrt(told @ told)), 1e-6)))
        always = [CONSTANT, *(marks.found_in(words).features if marks else ())]
        columns.append(np.arange(BUCKETS, BUCKETS + len(always), dtype=np.int32))
        values.append(np.array(always, np.float32))
        ends.append(ends[-1] + sum(map(len, columns[-len(SHARES) - 1 :])))
    width = BUCKETS + 1 + (MARKS if marks else 0)
    found = sparse.csr_matrix((np.concatenate(values), np.concatenate(columns), np.array(ends)), (len(texts), width))
    found.sum_duplicates()
    return found


def rarity_of_questions() -> Numbers:
    return rarity_of(one.text for one in corpus.questions())


def field_examples(rarity: Numbers) -> Examples:
    asked = [*corpus.questions(), *corpus.one_matter()]
    asked += [Labelled(text, field, Scope.IN_SCOPE) for one in corpus.several() for field, text in one.parts]
    terms = [(one, 1.0) for one in corpus.terms() if one.field]
    return _examples(
        asked, terms, [FIELDS.index(one.field) for one in (*asked, *map(_first, terms)) if one.field], rarity
    )


def scope_examples(rarity: Numbers) -> Examples:
    vocabulary = shared_vocabulary()
    asked = [*corpus.questions(), *corpus.one_matter()]
    asked += [Labelled(one.text, None, Scope.IN_SCOPE) for one in corpus.several()]
    terms = [(one, TERM_OF_A_FIELD if one.field else 1.0) for one in corpus.terms()]
    right = [SCOPES.index(one.scope) for one in (*asked, *map(_first, terms)) if one.scope]
    return _examples(asked, terms, right, rarity, ScopeMarks(vocabulary.scopes, vocabulary.asking))


def _examples(
    asked: Sequence[Labelled],
    terms: Sequence[tuple[Labelled, float]],
    right: Sequence[int],
    rarity: Numbers,
    marks: ScopeMarks | None = None,
) -> Examples:
    texts = [one.text for one in asked]
    texts += [*map(unaccented, texts), *(term.text for term, _ in terms)]
    folds = np.arange(len(asked)) % FOLDS
    return Examples(
        matrix(texts, rarity, marks),
        np.array([*right[: len(asked)], *right]),
        np.array([0.5] * (2 * len(asked)) + [weight for _, weight in terms], np.float32),
        np.concatenate([folds, folds, np.full(len(terms), -1)]),
        len(asked),
    )


def _first(term: tuple[Labelled, float]) -> Labelled:
    return term[0]


# --- fitting ----------------------------------------------------------------------------------------------------------


def fit(examples: Examples, columns: int, start: Numbers | None = None, steps: int = 150) -> tuple[Numbers, float]:
    """Weights (features, columns) that explain the examples best while they stay small, and how badly they do.

    The sum has one minimum only, so where one begins is no matter.
    """
    x, backward = examples.x, examples.x.T.tocsr()
    right = np.zeros((len(examples.y), columns), np.float32)
    right[np.arange(len(examples.y)), examples.y] = 1

    def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        weights = flat.reshape(-1, columns).astype(np.float32)
        chances = probabilities(x @ weights)
        surprise = -np.log(np.maximum(chances[np.arange(len(examples.y)), examples.y], 1e-12))
        slope = backward @ ((chances - right) * examples.weight[:, None]) + RESTRAINT * weights
        total = float(examples.weight @ surprise) + RESTRAINT / 2 * float(np.vdot(weights, weights))
        return total, slope.astype(np.float64).ravel()

    begin = np.zeros((x.shape[1], columns)) if start is None else start
    found = minimize(
        loss, begin.ravel(), jac=True, method="L-BFGS-B", options={"maxiter": steps, "maxcor": 8, "ftol": 3e-6}
    )
    return found.x.reshape(-1, columns).astype(np.float32), float(found.fun)


def cross_validate(examples: Examples, columns: int, folds: Sequence[int] = range(FOLDS)) -> Judged:
    """Every question of the folds, as it stands, judged by what was learned from all but its own fold."""
    sums, right = [], []
    for fold in folds:
        weights, _ = fit(examples.part(examples.fold != fold), columns)
        chosen = np.flatnonzero(examples.fold[: examples.asked] == fold)
        sums.append(examples.x[chosen] @ weights)
        right.append(examples.y[chosen])
    return Judged(np.concatenate(sums), np.concatenate(right))


def sharpness_of(judged: Judged) -> float:
    """What sums are multiplied with so that what was said of unseen questions is as probable as it turned out."""

    def surprise(sharpness: float) -> float:
        chances = probabilities(judged.sums * np.float32(sharpness))
        return float(-np.log(np.maximum(chances[np.arange(len(judged.y)), judged.y], 1e-12)).mean())

    return float(minimize_scalar(surprise, bounds=(0.3, 3), method="bounded").x)


# --- the file ---------------------------------------------------------------------------------------------------------


def write(file: Path, rarity: Numbers, fields: Numbers, scopes: Numbers, sharpness: float) -> None:
    """Numbers only, rounded to half precision; decisions do not change by it."""
    together = np.hstack([fields[:BUCKETS], scopes[:BUCKETS]])
    used = np.flatnonzero(np.abs(together).max(axis=1) > TOLD_APART)
    np.savez_compressed(
        file,
        used=used.astype(np.uint16),
        weights=together[used].astype(np.float16),
        rarity=rarity.astype(np.float16),
        constants=np.concatenate([fields[BUCKETS], scopes[BUCKETS]]),
        marks=scopes[BUCKETS + 1 :],
        sharpness=np.float64(sharpness),
        flagged=np.float64(FLAGGED_FROM),
        digest=np.array(corpus.digest()),
    )


def main() -> None:
    rarity = rarity_of_questions()
    of_fields, of_scopes = field_examples(rarity), scope_examples(rarity)
    fields, scopes = cross_validate(of_fields, len(FIELDS)), cross_validate(of_scopes, len(SCOPES))
    sharpness = sharpness_of(fields)
    weights, _ = fit(of_fields, len(FIELDS))
    of_scope, _ = fit(of_scopes, len(SCOPES))
    write(MODEL, rarity, weights, of_scope, sharpness)
    best = probabilities(fields.sums * np.float32(sharpness))
    outside = 1 - probabilities(scopes.sums)[:, SCOPES.index(Scope.IN_SCOPE)] >= FLAGGED_FROM
    meant = scopes.y != SCOPES.index(Scope.IN_SCOPE)
    for figure, value in {
        "questions": of_fields.asked,
        "right": (best.argmax(1) == fields.y).mean(),
        "among the best three": (np.argsort(-best, axis=1)[:, :3] == fields.y[:, None]).any(axis=1).mean(),
        "sharpness": sharpness,
        "of those outside the scope flagged": outside[meant].mean(),
        "of the flagged outside the scope": meant[outside].mean(),
        "bytes": MODEL.stat().st_size,
    }.items():
        sys.stdout.write(f"{figure:<40} {value:.4g}\n")


if __name__ == "__main__":
    main()
