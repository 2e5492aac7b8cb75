"""What a mail server's answer means for a mail: later, never, or unknown (RFC 5321, 4.2; RFC 3463). Pure."""

import re
from typing import Literal

Stage = Literal["mail", "rcpt", "data"]
"""What the server answered: who sends it, whom to, or the mail itself."""

_ENHANCED = re.compile(r"\s*([245])\.(\d{1,3})\.(\d{1,3})(?!\d)")
_ASKS_FOR_LOGIN = frozenset({530, 534, 535, 538})
_OUT_OF_STORAGE = 552


class NotNow(Exception):
    """The mail server did not take it, and may do so later. The text is what it said."""


class Away(NotNow):
    """The mail server cannot be had, whatever the mail: it is down, its certificate is wrong, it refuses our login."""


class NotEver(Exception):
    """The mail server will never take it. The text is what it said."""


class Unknown(Exception):
    """The connection broke after the mail was handed over and before the server confirmed it."""


def refusal(stage: Stage, code: int, text: str) -> NotNow | NotEver:
    """What to make of any answer but a yes.

    Never is said only where the reply code and, where there is one, the enhanced code say so: a letter instead costs
    more than another attempt. A full mailbox may be emptied. What is said of the sender is not about the receiver;
    what is said of our login is not about the mail.
    """
    said = in_one_line(code, text)
    if code in _ASKS_FOR_LOGIN:
        return Away(said)
    kind, about = _enhanced(text)
    full = about == (2, 2)
    too_large = about in ((3, 4), (2, 3)) or (code == _OUT_OF_STORAGE and stage != "rcpt" and not full)
    if not 500 <= code < 600 or kind == 4 or full:
        return NotNow(said)
    if stage == "mail" and not too_large:
        return NotNow(said)
    if stage == "rcpt" and code == _OUT_OF_STORAGE and not too_large:  # RFC 5321, 4.5.3.1.10: meant as 452
        return NotNow(said)
    return NotEver(said)


def in_one_line(code: int, text: str) -> str:
    return " ".join(f"{code} {text}".split())[:300]


def _enhanced(text: str) -> tuple[int | None, tuple[int, int] | None]:
    """Class, and subject with detail: 4 and (2, 2) of `4.2.2 over quota`."""
    found = _ENHANCED.match(text)
    return (int(found[1]), (int(found[2]), int(found[3]))) if found else (None, None)
