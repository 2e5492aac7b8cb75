"""The statistical model: multinomial logistic regression over syllables and runs of letters, for fields and for scopes.

Its weights are made from the shipped texts by `python -m services.routing.classifying.train`, and shipped as numbers
only (`deploy/training/model.npz`): decisions/0011 says why. Reading a text is one look-up for each of its features and
a sum, so any part of it can be judged without reading it again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from services.routing.classifying.features import BUCKETS, Features, features
from services.routing.classifying.words import Words
from shared.contracts.taxonomy import QuestionField, Scope

MODEL = Path(__file__).parents[3] / "deploy" / "training" / "model.npz"

FIELDS = tuple(QuestionField)
SCOPES = tuple(Scope)
COLUMNS = len(FIELDS) + len(SCOPES)
"""Of the weights: a column for each field, then one for each scope."""

SHARES = (1.6, 1.8, 0.8)
"""How long the part of a text that each kind of feature makes is, whatever its number of words. Of those tried by
cross-validation, none of the kinds can be left out, and what they weigh matters little."""

CONSTANT = 0.55
"""The feature that every text has."""

MARKS = 5
"""Features of the scope alone: see `ScopeMarks`."""

Numbers = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """What training gives.

    rarity: (BUCKETS,) what each feature tells by itself: the rarer in the shipped texts, the more.
    weights: (BUCKETS, COLUMNS). constants: (COLUMNS,). marks: (MARKS, scopes).
    sharpness: what the fields' sums are multiplied with, so that a probability means what it says.
    flagged: probability of a complaint or a denunciation from which a text is flagged.
    digest: of the texts it was made from.
    """

    rarity: Numbers
    weights: Numbers
    constants: Numbers
    marks: Numbers
    sharpness: float
    flagged: float
    digest: str

    @classmethod
    def load(cls, file: Path) -> "Model":
        with np.load(file, allow_pickle=False) as kept:
            weights = np.zeros((BUCKETS, COLUMNS), np.float32)
            weights[kept["used"]] = kept["weights"].astype(np.float32)
            return cls(
                rarity=kept["rarity"].astype(np.float32),
                weights=weights,
                constants=kept["constants"],
                marks=kept["marks"],
                sharpness=float(kept["sharpness"]),
                flagged=float(kept["flagged"]),
                digest=str(kept["digest"]),
            )

    def read(self, words: Words) -> "Reading":
        found = features(words)
        told = [self.rarity[kind.buckets] for kind in found]
        said = [self.weights[kind.buckets] * told[:, None] for kind, told in zip(found, told, strict=True)]
        return Reading(self, found, told, said, len(words.lower))


@cache
def shared_model() -> Model:
    """The model that is shipped."""
    return Model.load(MODEL)


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What each feature of a text says, one kind after the other.

    told: what it tells at all. said: (features, COLUMNS) what it says for each field and scope.
    """

    model: Model
    found: Features
    told: Sequence[Numbers]
    said: Sequence[Numbers]
    length: int

    @property
    def empty(self) -> bool:
        return not len(self.told[0])

    def sums(self) -> Numbers:
        """(COLUMNS,) what the whole text says; the marks of the scope are not in it."""
        sums = self.model.constants * CONSTANT
        for said, scale in zip(self.said, self._scales(), strict=True):
            sums = sums + said.sum(axis=0) * scale
        return sums

    def parts(self, of_word: NDArray[np.intp], number: int) -> tuple[Numbers, Numbers]:
        """What each part of the text says, before it is scaled, for any of them to be put together (`together`).

        Args:
            of_word: for each word the part it belongs to.
            number: of parts.

        Returns:
            (parts, kinds, COLUMNS) what is said, and (parts, kinds) the square of what is told.
        """
        said = np.zeros((number, len(self.found), COLUMNS), np.float32)
        told = np.zeros((number, len(self.found)), np.float32)
        for kind, (found, says, tells) in enumerate(zip(self.found, self.said, self.told, strict=True)):
            part = of_word[found.words]
            belongs = (part == np.arange(number)[:, None]).astype(np.float32)
            said[:, kind] = belongs @ says
            told[:, kind] = belongs @ (tells * tells)
        return said, told

    def together(self, said: Numbers, told: Numbers) -> Numbers:
        """(COLUMNS,) what a text of these parts says; their sums over parts as `parts` gives them."""
        scales = np.array(SHARES, np.float32) / np.sqrt(np.maximum(told, 1e-12))
        found: Numbers = (self.model.constants * CONSTANT + scales @ said).astype(np.float32)
        return found

    def by_word(self, direction: Numbers) -> Numbers:
        """(words,) how much each word speaks for a direction, (COLUMNS,). A pair of syllables counts for its first."""
        total = np.zeros(self.length, np.float32)
        for found, said, scale in zip(self.found, self.said, self._scales(), strict=True):
            total += np.bincount(found.words, weights=said @ direction * scale, minlength=self.length).astype(
                np.float32
            )
        return total

    def _scales(self) -> list[float]:
        return [share / max(float(np.sqrt(told @ told)), 1e-6) for share, told in zip(SHARES, self.told, strict=True)]


def probabilities(sums: Numbers) -> Numbers:
    """Of sums along the last axis."""
    powers = np.exp(sums - sums.max(axis=-1, keepdims=True))
    return cast("Numbers", powers / powers.sum(axis=-1, keepdims=True))
