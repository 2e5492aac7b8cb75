"""What the model sees of a text, how any part of it is judged, and which words are given as the reason."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.classifying.features import BUCKETS, features
from services.routing.classifying.model import COLUMNS, FIELDS, probabilities, shared_model
from services.routing.classifying.vocabulary import classifier_for
from services.routing.classifying.words import Words, unaccented
from shared.communes import PROFILES, read_profile

PLAIN, SPELT, LETTERS = range(3)


def kinds(text):
    return [sorted(kind.buckets.tolist()) for kind in features(Words.of(text))]


@pytest.mark.parametrize(
    ("one", "other", "because"),
    [
        ("Kỹ thuật", "KĨ THUẬT", "capitals, and i for y"),
        ("hoà giải", "hòa giải", "the place of the tone mark"),
        ("đất, vườn", "đất 12 vườn!", "digits and punctuation"),
        ("đất", unicodedata.normalize("NFD", "đất"), "decomposed letters"),
    ],
)
def test_two_ways_to_write_the_same_have_the_same_features(one, other, because):
    assert kinds(one) == kinds(other), because


def test_without_diacritics_a_text_keeps_all_but_its_spelling():
    spelt, plain = kinds("đường vào xóm"), kinds(unaccented("đường vào xóm"))
    assert spelt[PLAIN] == plain[PLAIN]
    assert spelt[LETTERS] == plain[LETTERS]
    assert spelt[SPELT]
    assert not plain[SPELT]


def test_another_tone_is_another_spelling_only():
    assert kinds("đất")[PLAIN] == kinds("đặt")[PLAIN]
    assert kinds("đất")[SPELT] != kinds("đặt")[SPELT]


@pytest.mark.parametrize(("typed", "meant"), [("ddaats", "dat"), ("nhuw thees", "nhu the"), ("quyeen", "quyen")])
def test_keys_that_reached_the_page_are_read_as_what_they_stand_for(typed, meant):
    assert kinds(typed)[PLAIN] == kinds(meant)[PLAIN]


@given(st.text(max_size=200))
def test_any_text_has_its_features_in_place(text):
    words = Words.of(text)
    for kind in features(words):
        assert len(kind.buckets) == len(kind.words)
        assert all(0 <= bucket < BUCKETS for bucket in kind.buckets)
        assert all(0 <= word < len(words.lower) for word in kind.words)


# --- parts ------------------------------------------------------------------------------------------------------------

TEXT = "Đường vào xóm ngập quá. Thẻ bảo hiểm y tế của cháu chưa có, bao giờ phát?"


def test_the_parts_of_a_text_put_together_say_what_the_whole_says():
    words = Words.of(TEXT)
    reading = shared_model().read(words)
    said, told = reading.parts(np.arange(len(words.lower)) % 3, 3)
    assert reading.together(said.sum(axis=0), told.sum(axis=0)) == pytest.approx(reading.sums(), abs=1e-3)


def test_what_the_words_say_one_by_one_is_what_the_text_says():
    reading = shared_model().read(Words.of(TEXT))
    for field in (0, len(FIELDS) - 1):
        direction = np.eye(COLUMNS, dtype=np.float32)[field]
        constant = shared_model().constants[field] * 0.55
        assert reading.by_word(direction).sum() + constant == pytest.approx(reading.sums()[field], abs=1e-3)


def test_probabilities_are_shares_even_of_what_is_far_from_nil():
    assert probabilities(np.array([1000.0, 0.0, -1000.0], np.float32)).tolist() == [1.0, 0.0, 0.0]


# --- reasons ----------------------------------------------------------------------------------------------------------


CLASSIFIER = classifier_for(read_profile(PROFILES / "thanh-tri.yaml"))


@pytest.mark.parametrize(
    ("text", "reason", "because"),
    [
        ("Trạm y tế hết vắc xin cho trẻ", "vắc xin", "an expression is not torn apart, though any asker says xin"),
        ("Đề nghị xã cho nạo vét KÊNH MƯƠNG để bà con gieo sạ", "KÊNH MƯƠNG", "as it was written"),
        ("xin hoi lam can cuoc cho be o dau", "can cuoc", "nor is it where its first syllable could be cần"),
    ],
)
def test_the_reason_is_what_tells_whole_and_as_it_was_written(text, reason, because):
    assert any(reason in given for given in CLASSIFIER.classify(text).because), because


@pytest.mark.parametrize("text", [TEXT, "Cho tôi hỏi, tôi xin hỏi: đề nghị xã giúp tôi với ạ", "sao vậy"])
def test_what_stands_in_any_question_is_no_reason(text):
    said = {"tôi", "hỏi", "xin", "đề", "nghị", "xã", "với", "ạ", "bao", "giờ", "sao", "vậy", "cho"}
    for reason in CLASSIFIER.classify(text).because:
        assert not set(reason.lower().split()) <= said, reason
