"""Numbers and addresses on the net that tell who somebody is: telephones, papers, mails, accounts.

What they are is told from their digits, however these are grouped, and from the word that stands before them. The work
grows with the length of the text.
"""

import re
from collections.abc import Collection, Iterator
from typing import Literal

from services.routing.personal_names import Span

NumberKind = Literal["phone", "email", "id-number", "account"]

# Between two digits of one number: it is grouped in many ways.
_SEP = r"[ ./_\u00a0-]"
_GAP = r"[ ./_)\u00a0-]{0,2}"
_MONTH = r"(?:0?[1-9]|1[0-2])"
# 08.05.2026 is a day before an hour or another day, but 09.12.2013.45 a telephone.
_YEAR = r"(?:19|20)\d\d(?!\d|[./_]\d|-\d(?!\d?[./-]\d))"
_DAY = rf"(?:0?[1-9]|[12]\d|3[01])[ ./-]{_MONTH}[ ./-]{_YEAR}"
_UNIT = r"\s{0,2}(?:đồng|đ(?![\w/])|vnđ|vnd|triệu|tỷ|tỉ|nghìn|m2|m²)"

_MAIL_WORD = r"[^\s@<>(){}\[\],;:“”\"]"
# From the beginning of a word alone: else a word of n letters would be gone through n times.
_MAIL = re.compile(
    rf"""
    (?<!{_MAIL_WORD}){_MAIL_WORD}++
    (?: @{_MAIL_WORD}+\.[^\s@<>(){{}}\[\],;:“”\".]+
      | [ ]?(?:@|[\[({{][ ]?(?:at|a[ ]còng)[ ]?[\])}}]|\ba[ ]?còng\b)[ ]?(?:[\w-]++\.)+[^\W\d_]{{2,}}+ )
    """,
    re.VERBOSE | re.IGNORECASE,
)

_NUMBERS = re.compile(
    rf"""
    # Of something else, and passed over as a whole: a day, a law, a procedure, a sum (none begins with 0), a file.
    (?<!\d)(?: {_DAY} | {_MONTH}[./-]{_YEAR} | \d{{1,2}}/\d{{1,2}}(?![/\d]|[ ._-]?\d{{3}})
        | \d{{1,5}}/(?:19|20)\d\d/[^\W\d_][\w-]*+ | \d\.\d{{6}}(?:\.[A-Z\d]++)++
        | [1-9]\d{{0,2}}(?:[., \u00a0]\d{{3}}){{1,5}}+(?={_UNIT}) | [1-9]\d{{0,11}}+(?={_UNIT}) )
    | \bH\d\d(?:[.-]\d++)++

    # An old identity card has nine digits, a citizen's card twelve.
    | \b(?:căn\s?cước|can\s?cuoc|cccd|cmnd|cmt|chứng\s?minh|chung\s?minh|định\s?danh|dinh\s?danh)\b[^\d\n]{{0,30}}
        (?!{_DAY})(?P<card> \d(?:{_SEP}?\d){{11}}(?!\d) | \d{{9}}(?!\d) | \d(?:{_SEP}?\d){{8}}(?!{_SEP}?\d) )
    | \b(?:hộ\s?chiếu|ho\s?chieu|passport)\b[^\d\n]{{0,20}}?\b(?P<passport> [A-Z][ ]?\d{{7}} )\b
    # A citizen's card begins with the number of a province, 001 to 096. Of its groups none is shorter than three:
    # `0912 345 678 15 giờ` is a telephone and an hour.
    | (?<!\d)(?P<citizen> 0\d\d(?:(?:{_SEP}(?=\d{{3}}))?\d){{9}} )(?!\d)

    # Mobiles have nine digits after the 0 (of old: ten, from 01), landlines nine or ten, from 02.
    | (?<!\d)(?<!\d\.)(?P<phone>
        (?:\(?\+{_SEP}?84|84|\(?0){_GAP}(?:\(0\){_GAP})?(?: [35789](?:{_GAP}\d){{8}} | [12](?:{_GAP}\d){{8,9}} ) )(?!\d)

    | (?<!\d)(?<!\d[.,/-])(?P<number> \d{{12}} | \d{{9}} | \d{{3}}(?:[ \u00a0]\d{{3}}){{2,3}} )(?!\d|[.,/-]\d)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ACCOUNTS = re.compile(
    rf"""
    \b(?:tài\s?khoản|tai\s?khoan|stk)\b[^\d\n]{{0,30}}
        (?!{_DAY})(?P<bank> \d(?:[ .-]?\d){{5,18}}+ )(?!\d|{_UNIT}|[ ]?%)
    | \b(?P<page> (?:facebook|fb|zalo|tiktok)\.(?:com|me)/[\w.?=&/@-]*\w )
    """,
    re.VERBOSE | re.IGNORECASE,
)


SHORTEST_KNOWN = 7
"""Digits of a known number; a shorter one may be anything."""


def numbers_in(text: str, known: Collection[str] = ()) -> Iterator[tuple[Span, NumberKind]]:
    """Where telephones, mail addresses and papers stand. Two may overlap: the one that begins first counts.

    Args:
        text: in Unicode NFC.
        known: telephone numbers that are looked for, also from abroad.
    """
    for match in _MAIL.finditer(text):
        yield match.span(), "email"
    for match in _NUMBERS.finditer(text):
        if match.lastgroup is not None:
            yield match.span(match.lastgroup), "phone" if match.lastgroup == "phone" else "id-number"
    for digits in ("".join(filter(str.isdecimal, one)) for one in known):
        if len(digits) >= SHORTEST_KNOWN:
            for match in re.finditer(rf"(?<!\d){_GAP.join(digits)}(?!\d)", text):
                yield match.span(), "phone"


def accounts_in(text: str) -> Iterator[Span]:
    """Where an account at a bank or a page on the net stands: somebody's, or the office's."""
    for match in _ACCOUNTS.finditer(text):
        yield match.span(match.lastgroup or 0)
