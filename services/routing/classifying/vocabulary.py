"""The words that all communes share, read strictly from `deploy/vocabulary.yaml`, and a classifier made of them."""

from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from services.routing.classifying.classifier import Classifier, Vocabulary
from services.routing.classifying.evidence import FieldWords
from services.routing.classifying.model import shared_model
from services.routing.classifying.scope import ScopeWords
from services.routing.classifying.words import same_phrase
from shared.communes import Profile
from shared.contracts.taxonomy import QuestionField, Scope
from shared.strict_yaml import Mistake, Strict, YamlError, line_of, read_strictly

VOCABULARY = Path(__file__).parents[3] / "deploy" / "vocabulary.yaml"

LONGEST_PHRASE = 12
"""Syllables. What is longer is a sentence, and nobody writes the same sentence."""


def _phrase(value: str) -> str:
    syllables = len(same_phrase(value).split())
    if not syllables:
        raise ValueError(f"{value!r} không có chữ cái nào")
    if syllables > LONGEST_PHRASE:
        raise ValueError(f"cụm từ dài quá {LONGEST_PHRASE} tiếng: {value!r}")
    return value


Phrase = Annotated[str, AfterValidator(_phrase)]
PhraseList = Annotated[tuple[Phrase, ...], Field(strict=False)]


class _Weights(Strict):
    """What a word of each strength weighs; a commune's own rules come on top of it."""

    decisive: float = Field(gt=0, le=3, strict=False)
    usual: float = Field(gt=0, le=3, strict=False)
    hint: float = Field(gt=0, le=3, strict=False)


class _FieldSection(Strict):
    name: str = Field(min_length=1)
    decisive: PhraseList = Field(min_length=1)
    usual: PhraseList = ()
    hint: PhraseList = ()


class _ScopeSection(Strict):
    named: PhraseList = Field(min_length=1)
    deeds: PhraseList = ()
    concrete: PhraseList = ()
    not_meant: PhraseList = ()


class _Scopes(Strict):
    complaint: _ScopeSection
    denunciation: _ScopeSection
    asking: PhraseList = ()


class _VocabularyFile(Strict):
    weights: _Weights
    fields: dict[Annotated[QuestionField, Field(strict=False)], _FieldSection]
    ignored: PhraseList = ()
    scopes: _Scopes


@cache
def shared_vocabulary() -> Vocabulary:
    """The vocabulary that is shipped."""
    return read_vocabulary(VOCABULARY)


def read_vocabulary(file: Path) -> Vocabulary:
    """Read and check a vocabulary: every field has words, and no phrase speaks for two fields.

    Raises:
        YamlError: each mistake with its line.
    """
    content, tree = read_strictly(file, _VocabularyFile)
    mistakes = [Mistake(file, line_of(tree, place), what) for place, what in _contradictions(content)]
    if mistakes:
        raise YamlError(sorted(mistakes, key=lambda mistake: mistake.line))
    weights = content.weights.model_dump()
    return Vocabulary(
        fields=tuple(
            FieldWords(field, weights[strength], getattr(section, strength))
            for field, section in content.fields.items()
            for strength in weights
        ),
        ignored=content.ignored,
        scopes={
            scope: ScopeWords(section.named, section.deeds, section.concrete, section.not_meant)
            for scope, section in _sections(content.scopes).items()
        },
        asking=content.scopes.asking,
    )


def classifier_for(profile: Profile, vocabulary: Vocabulary | None = None) -> Classifier:
    """The classifier of a commune: its own rules first, then the shared model; its own departments and threshold."""
    return Classifier(
        vocabulary or shared_vocabulary(),
        departments={field: profile.department_for(field).id for field in QuestionField},
        rules=[FieldWords(rule.field, rule.weight, rule.words) for rule in profile.classification.rules],
        threshold=profile.classification.threshold,
        model=shared_model(),
        offices=frozenset(department.id for department in profile.departments),
    )


Place = tuple[int | str, ...]


def _contradictions(content: _VocabularyFile) -> Iterator[tuple[Place, str]]:
    missing = [field for field in QuestionField if field not in content.fields]
    if missing:
        yield ("fields",), f"fields: chưa có từ cho lĩnh vực {', '.join(missing)}"
    strengths: list[tuple[Place, PhraseList]] = [
        (("fields", field, strength), getattr(section, strength))
        for field, section in content.fields.items()
        for strength in _Weights.model_fields
    ]
    yield from _repetitions([*strengths, (("ignored",), content.ignored)])
    yield from _repetitions(
        [
            (("scopes", scope, kind), getattr(section, kind))
            for scope, section in _sections(content.scopes).items()
            for kind in ("named", "deeds", "not_meant")
        ]
    )


def _repetitions(lists: Iterable[tuple[Place, PhraseList]]) -> Iterator[tuple[Place, str]]:
    """A phrase that stands in two places would speak for both, and nobody would see why."""
    first: dict[str, str] = {}
    for place, phrases in lists:
        for number, phrase in enumerate(phrases):
            where = ".".join(map(str, place))
            earlier = first.setdefault(same_phrase(phrase), where)
            if earlier is not where:
                yield (*place, number), f"{where}: cụm từ {phrase!r} đã có ở {earlier}"


def _sections(scopes: _Scopes) -> dict[Scope, _ScopeSection]:
    return {Scope.COMPLAINT: scopes.complaint, Scope.DENUNCIATION: scopes.denunciation}
