"""Placeholders of answer templates: found, filled in where something is known, left where nothing is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.templates import fill, unfilled
from tests.effort import calls


@pytest.mark.parametrize(
    ("text", "left", "because"),
    [
        ("Phiếu {mã phiếu} nhận ngày {ngày nhận}.", ("{mã phiếu}", "{ngày nhận}"), "in the order of the text"),
        ("{tên} và {tên}", ("{tên}",), "each once"),
        ("Lệ phí là 8.000 đồng.", (), "nothing to fill in"),
        ("Xin đến { } trước", ("{ }",), "an empty one says nothing"),
        ("Xin đến {nơi nộp trước 5 giờ.", ("{nơi nộp trước 5 giờ.",), "the closing brace was deleted"),
        ("{a {b} c", ("{a", "{b}"), "one within another"),
        ("", (), "no text"),
    ],
)
def test_what_is_left_to_fill_in_is_named(text, left, because):
    assert unfilled(text) == left, because


def test_what_is_known_is_filled_in_and_the_rest_is_left():
    text = "Phiếu {mã phiếu}, {Ngày  nhận}: {số tiền}."
    known = {"mã phiếu": "K7QX-3M9M", "ngày nhận": "05/10/2026"}
    assert fill(text, known) == "Phiếu K7QX-3M9M, 05/10/2026: {số tiền}."


def test_what_is_filled_in_is_not_read_again():
    assert fill("{tên} {mã}", {"tên": "{mã}", "mã": "K7"}) == "{mã} K7", "no text of a citizen becomes a placeholder"


@given(st.text(alphabet="{} aạ\n", max_size=60))
def test_a_text_is_filled_in_once_no_brace_opens_in_it(text):
    assert bool(unfilled(text)) == ("{" in text)


def test_many_braces_cost_their_number():
    assert calls(lambda: unfilled("{" * 20_000)) < 5 * 20_000
