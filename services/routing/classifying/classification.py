"""What a classifier says of one question."""

from dataclasses import dataclass
from typing import Any

from shared.contracts.routing import Proposal, ProposedMatter
from shared.contracts.taxonomy import QuestionField, Scope


@dataclass(frozen=True, slots=True)
class Classification:
    """What the words of a question say.

    confidence: probability that `field` is right, 0 to 1.
    because: the words found, as they stand in the text, the heaviest first; those that put it out of scope before all.
    proposals: the best three fields that anything speaks for.
    triage: a person decides, for the confidence is below the commune's threshold or the scope is not a dialogue's.
    matters: how the question may be split, the parts in order; empty where it holds one matter.
    """

    text: str
    scope: Scope
    field: QuestionField
    department: str
    confidence: float
    because: tuple[str, ...]
    proposals: tuple[Proposal, ...]
    triage: bool
    matters: tuple[ProposedMatter, ...] = ()

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
