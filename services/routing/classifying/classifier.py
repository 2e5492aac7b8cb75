"""What a question is about, told from the words in it, and always with the words that decided."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from services.routing.classifying.classification import Classification
from services.routing.classifying.evidence import FieldEvidence, FieldWords, confidences
from services.routing.classifying.scope import ScopeMarks, ScopeWords
from services.routing.classifying.words import Words
from shared.contracts.routing import Proposal
from shared.contracts.taxonomy import QuestionField, Scope

BECAUSE_AT_MOST = 6
"""Words given as the reason. An officer reads these at a glance."""

PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that all communes share.

    ignored: phrases that hold a word of some field and do not speak of it: `đất nước`.
    asking: with it a sentence asks about complaints, and does not make one.
    """

    fields: tuple[FieldWords, ...] = ()
    ignored: tuple[str, ...] = ()
    scopes: Mapping[Scope, ScopeWords] = field(default_factory=dict)
    asking: tuple[str, ...] = ()


class Classifier:
    """The words of one commune, compiled once.

    Args:
        vocabulary: the shared words.
        departments: who answers each field in this commune; every field has somebody.
        rules: the commune's own words, which are looked for first and outweigh the shared ones.
        threshold: confidence below which a person decides.
    """

    def __init__(
        self,
        vocabulary: Vocabulary,
        departments: Mapping[QuestionField, str],
        rules: Iterable[FieldWords] = (),
        threshold: float = 0.6,
    ) -> None:
        missing = [field for field in QuestionField if field not in departments]
        if missing:
            raise ValueError(f"no department answers {', '.join(missing)}")
        self._departments = dict(departments)
        self._threshold = threshold
        self._evidence = FieldEvidence(rules, vocabulary.fields, vocabulary.ignored)
        self._scope = ScopeMarks(vocabulary.scopes, vocabulary.asking)

    def classify(self, text: str) -> Classification:
        """What `text` is about. Empty or foreign text is `other` with confidence 0, for a person to read."""
        words = Words.of(text)
        scope, marks = self._scope.found_in(words)
        evidence = self._evidence.found_in(words)
        scores = {field: sum(found.values()) for field, found in evidence.items()}
        sure = confidences(scores)
        ranked = sorted(sure, key=lambda field: (-sure[field], field))
        best = ranked[0] if ranked else QuestionField.OTHER
        confidence = sure.get(best, 0.0)
        reasons = sorted(evidence.get(best, {}).items(), key=lambda item: -item[1])
        return Classification(
            text=text,
            scope=scope,
            field=best,
            department=self._departments[best],
            confidence=confidence,
            because=tuple(dict.fromkeys([*marks, *(word for word, _ in reasons)]))[:BECAUSE_AT_MOST],
            proposals=tuple(
                Proposal(field=field, department=self._departments[field], confidence=sure[field])
                for field in ranked[:PROPOSALS]
            ),
            triage=scope is not Scope.IN_SCOPE or confidence < self._threshold,
        )
