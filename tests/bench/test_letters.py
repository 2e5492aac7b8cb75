"""The benchmark works and measures what it says it measures. How fast it is, is measured by name: `doithoai bench`."""

import pytest

from services.notify.paper.letters import render_page
from tests.bench.in_html import printer
from tests.bench.letters import made, measure
from tests.measured import A4, pages_of, words_of


async def test_letters_are_measured_beside_the_same_words_by_weasyprint():
    measured = await measure(letters=3, beside=1, run=4, rounds=1)
    assert (measured["letters"], measured["weasyprint_letters"], measured["run_letters"]) == (3, 1, 4)
    assert measured["ratio"] == pytest.approx(measured["weasyprint_letter_ms"] / measured["letter_ms"], rel=0.02)
    assert measured["ratio"] > 1
    assert 0 < measured["words_ms"] < measured["letter_ms"]
    assert measured["run_bundles"] == 1


def test_both_print_the_same_words_on_the_same_sheet():
    page = made(7)
    ours, theirs = render_page(page), printer()(page)
    for sheet in (*pages_of(ours), *pages_of(theirs)):
        assert (float(sheet.mediabox.width), float(sheet.mediabox.height)) == pytest.approx(A4, abs=0.1)
    assert len(pages_of(ours)) == len(pages_of(theirs))
    letters = ["".join(sorted(words_of(pdf).replace(" ", "").replace("\xa0", ""))) for pdf in (ours, theirs)]
    assert letters[0] == letters[1]


def test_no_two_letters_say_the_same():
    assert words_of(render_page(made(1))) != words_of(render_page(made(2)))
