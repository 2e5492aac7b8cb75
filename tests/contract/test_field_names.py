"""A field has one name: pages and papers take it from the contracts, and what people read and edit says the same."""

import re
from pathlib import Path

from shared.contracts.taxonomy import FIELD_NAMES, QuestionField

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_every_field_has_a_name_of_its_own() -> None:
    assert list(FIELD_NAMES) == list(QuestionField)
    assert len(set(FIELD_NAMES.values())) == len(FIELD_NAMES)


def test_the_guide_and_the_vocabulary_call_the_fields_by_these_names() -> None:
    guide = (DEPLOY / "guide" / "linh-vuc.md").read_text(encoding="utf-8")
    vocabulary = (DEPLOY / "vocabulary.yaml").read_text(encoding="utf-8")
    fields = "|".join(QuestionField)
    assert dict(re.findall(rf"^\| `({fields})` \| ([^|]+) \|", guide, re.MULTILINE)) == FIELD_NAMES
    assert dict(re.findall(rf"^  ({fields}):\n    name: (.+)$", vocabulary, re.MULTILINE)) == FIELD_NAMES
