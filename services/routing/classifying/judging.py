"""What speaks for each field of a text, however that was found: rules, the statistical model, what an office taught."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from services.routing.classifying.lessons import Target
from services.routing.classifying.model import COLUMNS, FIELDS, SCOPES, Model, Numbers, probabilities
from services.routing.classifying.scope import Marked
from shared.contracts.taxonomy import QuestionField, Scope

IN_SCOPE = SCOPES.index(Scope.IN_SCOPE)


@dataclass(frozen=True, slots=True)
class Chances:
    """How probably each target is right, the most probable first; and the words that speak for the first."""

    ranked: Sequence[tuple[Target, float]]
    because: tuple[str, ...]


def outside(model: Model, sums: Numbers, marked: Marked) -> tuple[float, Scope]:
    """How probably a text complains or denounces, and which of the two is the likelier.

    Args:
        sums: (COLUMNS,) of the text.
    """
    chances = probabilities(sums[len(FIELDS) :] + np.array(marked.features, np.float32) @ model.marks)
    likelier = max((Scope.COMPLAINT, Scope.DENUNCIATION), key=lambda scope: chances[SCOPES.index(scope)])
    return float(1 - chances[IN_SCOPE]), likelier


def speaks_for_field(field: QuestionField, chances: Mapping[QuestionField, float]) -> Numbers:
    """(COLUMNS,) the direction of a field against all others, each as far as it is a rival."""
    direction = np.zeros(COLUMNS, np.float32)
    rivals = {other: chance for other, chance in chances.items() if other is not field}
    total = sum(rivals.values()) or 1.0
    for other, chance in rivals.items():
        direction[FIELDS.index(other)] = -chance / total
    direction[FIELDS.index(field)] = 1.0
    return direction


def speaks_for_scope(scope: Scope) -> Numbers:
    """(COLUMNS,) the direction of a scope against being in scope."""
    direction = np.zeros(COLUMNS, np.float32)
    direction[len(FIELDS) + SCOPES.index(scope)] = 1.0
    direction[len(FIELDS) + IN_SCOPE] = -1.0
    return direction
