"""What a mail server says to people of a mail it could not deliver, in English and in Vietnamese."""

import re
from collections.abc import Iterable
from typing import Literal

from services.intake.reading.spelling import clean, fold

Fate = Literal["failed", "delayed", "arrived"]

MOST_READ = 20_000
"""Characters that are looked through."""
MOST_SAID = 300

STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
"""An enhanced status code (RFC 3463)."""
_ANSWER = re.compile(r"(?<![\d.])[45]\d\d(?=[ -])")
_REFUSED = re.compile(r"(?<![\d.])5\d\d(?=[ -])|(?<![\d.])5\.\d{1,3}\.\d{1,3}(?![\d.])")

_LATE = re.compile(
    r"delay|will (?:be retried|retry|keep trying|continue)|attempts will continue|still (?:being )?(?:trying|retried)"
    r"|not yet been delivered|no action is required|temporary (?:failure|problem|error)"
    r"|(?:bi|gui|chuyen) cham|cham tre|tri hoan|se (?:tiep tuc )?(?:thu|gui) lai|dang (?:tiep tuc )?thu lai"
    r"|chua (?:the )?(?:gui|chuyen) duoc"
)
_GIVEN_UP = re.compile(
    r"given up|giving up|gave up|permanent|will not (?:be retried|retry)|khong (?:thu|gui) lai nua|ngung thu|vinh vien"
)
_ARRIVED = re.compile(
    r"success(?:fully|ful)? (?:deliver|relay)|(?:was|were|been) (?:deliver|relay)ed|(?:gui|chuyen) thanh cong"
)
_LOST = re.compile(
    r"undeliver|(?:could|can|was|were|did)(?:n't| ?not)(?: be| able to)? deliver|unable to deliver|returned to sender"
    r"|delivery (?:has )?failed|delivery to .{0,80}failed|failure notice"
    r"|user unknown|unknown user|no such (?:user|mailbox|address|recipient)|does(?: not|n't) exist"
    r"|mailbox (?:is )?(?:full|unavailable|not found)"
    r"|khong (?:the )?(?:gui|phat|chuyen|phan phoi)|khong den duoc|khong ton tai|hop thu (?:da )?day|bi tra lai|tu choi"
)
_COPY = re.compile(
    r"^[-_ >]{0,10}(?:below this line is a copy|this is a copy of|original message|returned message"
    r"|the (?:body|headers?) of|bản sao|thư gốc|nội dung thư gốc|return-path:|received:)",
    re.IGNORECASE | re.MULTILINE,
)


def before_the_copy(words: str) -> str:
    """What the server says itself, without the copy of the mail that some put below."""
    return _COPY.split(words[:MOST_READ], maxsplit=1)[0]


def fate_told(subject: str, words: str) -> Fate | None:
    """What is meant; None where the words are none of those that servers use."""
    told = fold(clean(f"{subject}\n{words}"))
    refused = bool(_REFUSED.search(words))
    if _LATE.search(told) and not (refused or _GIVEN_UP.search(told)):
        return "delayed"
    if refused or _LOST.search(told) or _GIVEN_UP.search(told):
        return "failed"
    return "arrived" if _ARRIVED.search(told) else None


def telling_line(words: str) -> str:
    """The line with the answer of the other server, and what it goes on to; "" where there is none."""
    lines = [line.strip() for line in words.splitlines()]
    for place, line in enumerate(lines):
        if STATUS.search(line) or _ANSWER.search(line):
            return " ".join([line, *lines[place + 1 : place + 2]])
    return ""


_IN_BRACKETS = re.compile(r"<[^<>]{0,300}@[^<>]{0,300}>")
_ADDRESS = re.compile(r"(?<![^\s<>,;:()\"'\[\]])[^\s<>@,;:()\"'\[\]]++@[^\s<>,;()\"'\[\]]+")
"""From the beginning of a word alone, as in quotations.py."""


def without_addresses(said: str, users: Iterable[str]) -> str:
    """One line of at most 300 characters that names nobody.

    Args:
        users: what stands before the @ of the receivers' addresses; servers repeat that alone, too.
    """
    line = " ".join(clean(said[:2_000]).split())
    line = _ADDRESS.sub("…", _IN_BRACKETS.sub("…", line))
    for user in users:
        if len(user) >= 3:
            line = re.sub(rf"(?<!\w){re.escape(user)}(?!\w)", "…", line, flags=re.IGNORECASE)
    return line[:MOST_SAID].strip()


def user_of(address: str) -> str:
    """What stands before the @; "" where there is none."""
    found = re.search(r"([^\s<>@,;:()\"']{1,64})@", address[:1_000])
    return found[1] if found else ""
