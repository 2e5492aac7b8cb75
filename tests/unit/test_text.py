import re
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
def test_no_letter_keeps_a_heap_of_marks(text, because):
    """Putting a heap into normal form takes time that grows with the square of its height."""
    heaps = re.findall(r"[^\w\s\x00-\x7f]+", clean(text))
    assert max(map(len, heaps), default=0) <= 30, because


@pytest.mark.parametrize(
    ("text", "cleaned", "because"),
    [
        ("Viê\u200b\u0323t", "Việt", "a letter meets its mark once nothing invisible stands between them"),
        ("Hỏi \ud83d gì?", "Hỏi  gì?", "half of a character cannot be kept in any database"),
        ("Hỏi\x00 \x1b[31mgì?\u202e", "Hỏi [31mgì?", "what steers a terminal or turns the line round"),
    ],
)
def test_what_nobody_sees_is_gone(text, cleaned, because):
    assert clean(text) == cleaned, because
