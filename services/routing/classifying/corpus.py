"""The shipped texts that teach the machine, from `deploy/training`. Their labels follow deploy/guide/linh-vuc.md."""

import hashlib
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.routing.classifying.vocabulary import shared_vocabulary
from shared.contracts.taxonomy import QuestionField, Scope

TRAINING = Path(__file__).parents[3] / "deploy" / "training"

NEITHER = "neither"
"""File of what sounds like a complaint or a denunciation, and is none."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A text and what it is: its field, its scope, or both; None where its file says nothing of it."""

    text: str
    field: QuestionField | None
    scope: Scope | None


@dataclass(frozen=True, slots=True)
class Several:
    """A question with several matters: the whole, and its parts in order with the field of each."""

    text: str
    parts: tuple[tuple[QuestionField, str], ...]


def questions(folder: Path = TRAINING) -> list[Labelled]:
    """Whole questions: of each field, complaints, denunciations, and what sounds like them."""
    found = [
        Labelled(line, field, Scope.IN_SCOPE) for field in QuestionField for line in _lines(folder / f"{field}.txt")
    ]
    for name, scope in (
        (Scope.COMPLAINT, Scope.COMPLAINT),
        (Scope.DENUNCIATION, Scope.DENUNCIATION),
        (NEITHER, Scope.IN_SCOPE),
    ):
        found += [Labelled(text, field, scope) for field, text in _of_fields(folder / f"{name}.txt")]
    return found


def terms(folder: Path = TRAINING) -> list[Labelled]:
    """Short wording: of fields, from the vocabulary and from `terms`; and of scopes, which says nothing of a field."""
    of_fields = [(word, group.field) for group in shared_vocabulary().fields for word in group.words]
    of_fields += [(term, field) for field in QuestionField for term in _terms(folder, field)]
    found = [Labelled(term, field, Scope.IN_SCOPE) for term, field in dict.fromkeys(of_fields)]
    for name, scope in (
        (Scope.COMPLAINT, Scope.COMPLAINT),
        (Scope.DENUNCIATION, Scope.DENUNCIATION),
        (NEITHER, Scope.IN_SCOPE),
    ):
        found += [Labelled(term, None, scope) for term in _terms(folder, name)]
    return found


def several(folder: Path = TRAINING) -> list[Several]:
    """Questions with several matters."""
    found = []
    for block in "\n".join(_lines(folder / "several.txt", keep_blank=True)).split("\n\n"):
        whole, *parts = [line for line in block.splitlines() if line] or [""]
        if whole:
            found.append(Several(whole.removeprefix("= "), tuple(_of_field(part) for part in parts)))
    return found


def one_matter(folder: Path = TRAINING) -> list[Labelled]:
    """Long questions that hold one matter, however much they tell beside it."""
    return [Labelled(text, field, Scope.IN_SCOPE) for field, text in _of_fields(folder / "one-matter.txt")]


def digest(folder: Path = TRAINING) -> str:
    """Differs as soon as any of the texts does."""
    known = [
        *(f"{one.field} {one.scope} {one.text}" for one in [*questions(folder), *terms(folder), *one_matter(folder)]),
        *(f"{field} {part}" for one in several(folder) for field, part in one.parts),
    ]
    return hashlib.sha256("\n".join(known).encode()).hexdigest()


def _terms(folder: Path, name: str) -> list[str]:
    return [
        term.strip() for line in _lines(folder / "terms" / f"{name}.txt") for term in line.split(";") if term.strip()
    ]


def _of_fields(file: Path) -> Iterator[tuple[QuestionField, str]]:
    return (_of_field(line) for line in _lines(file))


def _of_field(line: str) -> tuple[QuestionField, str]:
    field, text = line.split(": ", 1)
    return QuestionField(field), text


def _lines(file: Path, keep_blank: bool = False) -> list[str]:
    lines = [unicodedata.normalize("NFC", line.strip()) for line in file.read_text("utf-8").splitlines()]
    return [line for line in lines if not line.startswith("#") and (line or keep_blank)]
