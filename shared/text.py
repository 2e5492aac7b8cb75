"""Text as it is kept: Unicode NFC, without control characters and invisible marks."""

import re
import unicodedata

_CONTROLS = "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029\ud800-\udfff"
_FORMATS = (
    "\u00ad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e007f"
)
_FILLERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"
_LAST_TWO = (chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF))
_NO_CHARACTERS = "\ufdd0-\ufdef" + "".join(_LAST_TWO)
_INVISIBLE = re.compile(f"[{_CONTROLS}{_FORMATS}{_FILLERS}{_NO_CHARACTERS}]")

_HEAP = re.compile(r"[^\w\s\x00-\x7f]{31,}")
"""No letter carries more than 30 marks (Unicode Standard Annex 15, stream-safe text). Putting a longer heap of them
into order takes time that grows with the square of its length."""


def _lighter(heap: re.Match[str]) -> str:
    carried, rest = heap.group()[:30], heap.group()[30:]
    return carried + "".join(character for character in rest if not unicodedata.combining(character))


def composed(text: str) -> str:
    """Unicode NFC, in time that grows with the length of the text, whatever the text."""
    return unicodedata.normalize("NFC", _HEAP.sub(_lighter, text))


def clean(text: str) -> str:
    """NFC, line ends as `\\n`, trimmed; halves of characters and what nobody sees or steers a terminal are gone."""
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))  # before NFC: a letter meets its mark
    text = composed(text)
    return text.replace("\u00a0", " ").strip()


def one_line(text: str) -> str:
    """`clean`, and every run of white space is one blank."""
    return " ".join(clean(text).split())


def is_invisible(character: str) -> bool:
    return _INVISIBLE.match(character) is not None


def whole_number(text: str, most_digits: int = 9) -> int | None:
    """A number as an address or a form says it, from 0 on; None of what is none, or of one longer than anybody means.

    Python refuses to read thousands of digits; those of other scripts are no digits here.
    """
    return int(text) if len(text) <= most_digits and text.isascii() and text.isdecimal() else None


def says_something(text: str) -> bool:
    """It has a letter or a digit."""
    return any(map(str.isalnum, text))


def sentence(text: str | None) -> str:
    """With a full stop, where it ends in no mark of its own."""
    text = (text or "").strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
