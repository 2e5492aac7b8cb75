"""The shipped model is what the shipped texts give."""

from services.routing.classifying import corpus
from services.routing.classifying.model import FIELDS, MODEL, shared_model
from shared.contracts.taxonomy import Scope
from tests.bench.routing import QUESTIONS

REMEDY = "the texts that teach have changed: run `python -m services.routing.classifying.train`"


def test_the_model_was_made_from_the_texts_that_are_shipped():
    assert shared_model().digest == corpus.digest(), REMEDY


def test_it_is_small_enough_to_be_kept_beside_the_code():
    assert MODEL.stat().st_size < 3_000_000


def test_every_field_and_scope_is_taught_by_many_different_texts():
    taught = corpus.questions()
    assert len({one.text.casefold() for one in taught}) == len(taught)
    for field in FIELDS:
        assert sum(one.field is field for one in taught) >= 60
    for scope in Scope:
        assert sum(one.scope is scope for one in taught) >= 400


def test_no_text_that_measures_teaches():
    teaching = {one.text.casefold() for one in corpus.questions()}
    assert not teaching & {one.text.casefold() for one in corpus.questions(QUESTIONS)}
