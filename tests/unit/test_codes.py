import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.codes import ALPHABET, new_code, normalise

codes = st.lists(st.sampled_from(ALPHABET), min_size=7, max_size=7).map(lambda drawn: new_code(_dealing(drawn)))


def _dealing(characters):
    """The number of which these are the digits."""
    return lambda _: sum(ALPHABET.index(one) * 31**place for place, one in enumerate(reversed(characters)))


def test_the_alphabet_has_31_characters_that_no_one_confuses():
    assert len(set(ALPHABET)) == 31
    assert not set(ALPHABET) & set("0O1IL")


def test_a_drawn_code_is_grouped_by_four_and_checks():
    code = new_code()
    assert len(code) == 9
    assert code[4] == "-"
    assert normalise(code) == code


def test_the_code_follows_from_what_was_drawn():
    assert new_code(_dealing("K7QX3M9")) == "K7QX-3M9M"


def test_codes_do_not_repeat():
    assert len({new_code() for _ in range(2_000)}) == 2_000


@given(codes)
def test_every_single_wrong_character_is_caught(code):
    for place, right in enumerate(code):
        for wrong in ALPHABET:
            if right not in ("-", wrong):
                assert normalise(code[:place] + wrong + code[place + 1 :]) is None


@given(codes)
def test_every_swap_of_neighbours_is_caught(code):
    plain = code.replace("-", "")
    for place in range(7):
        swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
        assert swapped == plain or normalise(swapped) is None


@given(codes)
def test_what_people_type_is_understood(code):
    first, second = code.split("-")
    for typed in (
        code.lower(),
        f" {first} {second}\n",
        first + second,
        f"{first}–{second}",
        f"{first} - {second.lower()}",
    ):
        assert normalise(typed) == code


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "nothing was typed"),
        ("K7QX-3M9", "a character is missing"),
        ("K7QX-3M9MM", "a character is too many"),
        ("K7QX-3M90", "0 is not in the alphabet"),
        ("K7QX-3M9Đ", "a Vietnamese letter"),
        ("K7QX-3Mß", "a letter that grows when capitalised"),
        ("９" * 8, "full-width digits"),
    ],
)
def test_what_cannot_be_a_code_is_none(text, because):
    assert normalise(text) is None


@given(st.text(alphabet=string.printable + "Đêß\u0000"))
def test_whatever_is_typed_the_result_is_none_or_a_code(text):
    code = normalise(text)
    assert code is None or normalise(code) == code
