"""What in a text tells who somebody is: looked for before question and answer are shown to everybody.

Names and addresses look like any other words and are not found: whoever publishes has read the text.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal["phone", "email", "id-number"]

NAMES: dict[Kind, str] = {"phone": "số điện thoại", "email": "thư điện tử", "id-number": "số giấy tờ tùy thân"}

_GAP = r"[ .\u00a0-]?"
_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    # From the beginning of a word alone: else a word of n letters would be gone through n times.
    (
        "email",
        re.compile(
            r"(?<![^\s@<>(),;:“”\"])[^\s@<>(),;:“”\"]++@[^\s@<>(),;:“”\"]+\.[^\s@<>(),;:“”\".]+",
        ),
    ),
    # Mobiles have nine digits after the 0 (of old: ten, from 01), landlines nine or ten, from 02. A day such as
    # 08.05.2026 before an hour is none.
    (
        "phone",
        re.compile(
            rf"(?<![\d.])(?!\d{{2}}[. -]\d{{2}}[. -]\d{{4}}\b)"
            rf"(?:\+{_GAP}84|\b84|\(?0){_GAP}[1-35789]\)?(?:[ .)\u00a0-]{{0,2}}\d){{8,9}}(?!\d)"
        ),
    ),
    # An old identity card has nine digits, a citizen's card twelve. Money may stand in groups of three, too, but with
    # its unit; with dots between the groups it is no number of a paper.
    (
        "id-number",
        re.compile(
            r"(?<![\d.,/-])(?:\d{12}|\d{9}|\d{3}(?:[ \u00a0]\d{3}){2,3})(?![\d/-]|[.,]\d)"
            r"(?!\s*(?:đồng|đ\b|vnđ|vnd|m2|m²))",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """kind: of what. text: as it stands there."""

    kind: Kind
    text: str

    def __str__(self) -> str:
        return f"{NAMES[self.kind]} “{self.text}”"


def find_personal(text: str, public: Collection[str] = ()) -> tuple[Found, ...]:
    """Telephone numbers, e-mail addresses and numbers of identity papers, each once, in the order of the text.

    Args:
        text: in Unicode NFC.
        public: the office's own number and address, which everybody may read.
    """
    known = {_plain(own) for own in public}
    found: dict[tuple[int, int], Found] = {}
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if _plain(match[0]) in known or any(start < to and since < end for since, to in found):
                continue
            found[start, end] = Found(kind, match[0].strip())
    return tuple(dict.fromkeys(found[place] for place in sorted(found)))


def _plain(written: str) -> str:
    """The same however it is grouped: a number by its digits, the country's code as 0; an address in small letters."""
    if "@" in written:
        return written.strip().casefold()
    digits = re.sub(r"\D", "", written)
    return "0" + digits[2:] if digits.startswith("84") and len(digits) > 10 else digits
