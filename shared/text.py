"""Text as it is kept: Unicode NFC, without control characters and invisible marks."""

import re
import unicodedata

_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]"
)


def clean(text: str) -> str:
    """NFC, line ends as `\\n`, trimmed; characters that nobody sees or that steer a terminal are gone."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _INVISIBLE.sub("", text).replace("\u00a0", " ").strip()


def one_line(text: str) -> str:
    """`clean`, and every run of white space is one blank."""
    return " ".join(clean(text).split())
