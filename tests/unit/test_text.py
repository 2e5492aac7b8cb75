import re
import unicodedata

import pytest

from services.intake.reading.spelling import clean as in_files
from shared.text import clean, says_something, whole_number


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


def test_nothing_that_shows_nothing_is_kept():
    """Format characters (Cf) of every script, code points that are no characters, and fillers."""
    formats = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    last_two = [chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)]
    none = ["\ufdd0", "\ufdef", *last_two]
    for character in (*formats, *none, *"\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"):
        assert clean(character * 3) == "", f"U+{ord(character):04X}"
        assert in_files(character * 3).strip() == "", f"U+{ord(character):04X}"
        assert clean(f"Ma{character}i") == "Mai", f"U+{ord(character):04X}"


@pytest.mark.parametrize(
    ("text", "says"),
    [("Mai", True), ("12", True), ("...", False), ("", False), ("\u2800", False), ("🙏", False), ("? a", True)],
)
def test_only_letters_and_digits_say_something(text, says):
    assert says_something(text) is says


@pytest.mark.parametrize(
    ("text", "number", "because"),
    [
        ("0", 0, ""),
        ("2026", 2026, ""),
        ("007", 7, "a number may begin with 0"),
        ("999999999", 999_999_999, "as long as it may be"),
        ("1000000000", None, "longer than anybody means"),
        ("9" * 5_000, None, "Python reads no number of so many digits"),
        ("", None, "nothing"),
        ("-1", None, "less than nothing"),
        (" 1", None, "a blank is no digit"),
        ("1_000", None, "nor is a line"),
        ("²", None, "nor what stands above one"),
        ("１２", None, "nor those of other scripts"),
    ],
)
def test_a_number_of_an_address_is_a_number_or_none(text, number, because):
    assert whole_number(text) == number, because
