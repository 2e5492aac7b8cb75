"""Receipt codes such as `K7QX-3M9M`: read out on the telephone, written on paper, never guessed.

Seven random characters and one that checks them. The alphabet leaves out 0 O, 1 I and L, which look alike, and
so has 31 characters. 31 is prime: in a weighted sum modulo 31 no single wrong character and no swap of two
characters goes unnoticed.
"""

import re
import secrets
from collections.abc import Callable

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_DRAWN = 7
_VALUE = {character: value for value, character in enumerate(ALPHABET)}


def new_code(random: Callable[[int], int] = secrets.randbelow) -> str:
    """Draw a code. random: a number below another, asked once, for it costs a call into the system; codes can clash."""
    number = random(len(ALPHABET) ** _DRAWN)
    drawn = "".join(ALPHABET[number // len(ALPHABET) ** place % len(ALPHABET)] for place in reversed(range(_DRAWN)))
    return _grouped(drawn + ALPHABET[-_weighted(drawn) % len(ALPHABET)])


def normalise(text: str) -> str | None:
    """The code as it was given out, from what a person typed; None where it cannot be a code of ours.

    Lower case, blanks and a missing or long dash are taken as they are meant.
    """
    typed = re.sub(r"[\s\u200b\u2010-\u2015\u2212.-]", "", text).upper()
    if len(typed) != _DRAWN + 1 or not _VALUE.keys() >= set(typed) or _weighted(typed) % len(ALPHABET):
        return None
    return _grouped(typed)


def _weighted(characters: str) -> int:
    """The weights 8, 7 … 1 all differ modulo 31, which is what makes a swap visible."""
    return sum(_VALUE[character] * (_DRAWN + 1 - place) for place, character in enumerate(characters))


def _grouped(characters: str) -> str:
    return f"{characters[:4]}-{characters[4:]}"
