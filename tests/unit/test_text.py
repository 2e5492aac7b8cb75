import time
import unicodedata

import pytest

from shared.text import clean


def test_decomposed_letters_are_composed_whatever_stands_beside_them():
    line = "Họ tên……………………………………………… Nguyễn Thị Hoà────────────────────────────────────────────────"
    assert clean(unicodedata.normalize("NFD", line)) == line


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("a" + "\u0323\u0301" * 50_000, "marks from below and above in turn"),
        ("a" + "\u05b0\u05bc" * 50_000, "marks of another script"),
        (("a" + "\u0323\u0301" * 14) * 3_000, "many heaps as high as they may be"),
    ],
)
def test_a_heap_of_marks_takes_no_longer_than_its_length_allows(text, because):
    began = time.perf_counter()
    clean(text)
    assert time.perf_counter() - began < 1
