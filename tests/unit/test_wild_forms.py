import unicodedata

import pytest

from services.intake.reading.forms import looks_like_form, read_form
from services.intake.reading.spelling import fold
from tests.unit.wild_forms import FORMS


def taken(text, sender=None):
    form = read_form(text, sender)
    who = form.registrant
    numbers = {"procedures": 1, "handling": 2}
    asked = tuple((numbers[matter.section], matter.text) for matter in form.matters)
    return (who.name, who.phone, who.email, who.address, asked), form.notes


@pytest.mark.parametrize("wild", FORMS, ids=[wild.because for wild in FORMS])
@pytest.mark.parametrize("unicode_form", ["NFC", "NFD"])
def test_a_form_from_real_life_is_read(wild, unicode_form):
    text = unicodedata.normalize(unicode_form, wild.text)
    assert looks_like_form(text)
    found, notes = taken(text, wild.sender)
    assert found == (wild.name, wild.phone, wild.email, wild.address, wild.matters)
    assert len(notes) == len(wild.notes)
    for note, words in zip(notes, wild.notes, strict=True):
        assert words in note


@pytest.mark.parametrize("wild", FORMS, ids=[wild.because for wild in FORMS])
def test_the_same_form_is_read_without_any_marks(wild):
    (name, phone, email, address, asked), _ = taken(fold(wild.text), wild.sender)
    assert (name, phone, email, address) == (
        fold(wild.name),
        wild.phone,
        wild.email,
        fold(wild.address) if wild.address else None,
    )
    assert asked == tuple((number, fold(text)) for number, text in wild.matters)
