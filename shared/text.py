"""Text as it is kept: Unicode NFC, without control characters and invisible marks."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb]"
)

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


def sentence(text: str | None) -> str:
    """With a full stop, where it ends in no mark of its own."""
    text = (text or "").strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
