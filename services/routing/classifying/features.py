"""What the statistical model sees of a text: syllables and runs of letters, each as a number.

Three kinds, for three ways in which citizens write. Syllables and their pairs as they are spelt tell đất from đặt; the
same without diacritics serve whoever writes none; runs of letters across syllables outlast a slip of the finger. A
feature's number is a hash, so that a word never seen in training has its place, too, and can be learned by a commune.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from services.routing.classifying.words import I_OR_Y, Words, spelling

BUCKETS = 1 << 16
"""Places for features. More than the shipped texts fill, so that few have to share one."""

RUNS = (3, 4, 5)
"""Letters in a run. A blank counts, so a run of five reaches into the next syllable."""

Integers = NDArray[np.int32]
_Hashes = NDArray[np.uint32]

_TELEX = re.compile(r"dd|aa|ee|oo|w|(?<=[aeiouyngchmpt])[sfrxj]+$")
_BLANK = ord(" ")


@dataclass(frozen=True, slots=True)
class Kind:
    """Features of one kind, in no order: the bucket of each, and the number of the word it begins at."""

    buckets: Integers
    words: Integers


Features = tuple[Kind, Kind, Kind]
"""Syllables without diacritics, syllables as they are spelt, runs of letters."""


def features(words: Words) -> Features:
    """All features of a text. The effort grows with its length."""
    known = [
        (number, *_syllable(folded, lower))
        for number, (folded, lower) in enumerate(zip(words.folded, words.lower, strict=True))
        if folded
    ]
    places = np.array([number for number, *_ in known], np.int32)
    plain = np.array([number for _, _, number, _ in known], np.uint32)
    spelt = np.array([number for *_, number in known], np.uint32)
    marked = spelt != 0
    either = marked[:-1] | marked[1:]
    accented = np.where(marked, spelt, plain)
    return (
        _kind((_spread(plain, 1), places), (_spread(_pairs(plain), 2), places[:-1])),
        _kind((_spread(spelt[marked], 3), places[marked]), (_spread(_pairs(accented)[either], 4), places[:-1][either])),
        _kind(*_runs([text for _, text, _, _ in known], places)),
    )


def _kind(*found: tuple[_Hashes, Integers]) -> Kind:
    hashes = np.concatenate([hashes for hashes, _ in found])
    return Kind((hashes % np.uint32(BUCKETS)).astype(np.int32), np.concatenate([places for _, places in found]))


def _runs(syllables: list[str], places: Integers) -> Iterator[tuple[_Hashes, Integers]]:
    """Runs of letters; each begins at the syllable of its first letter, or at the one after its first blank."""
    line = np.frombuffer(f" {' '.join(syllables)} ".encode("ascii"), np.uint8).astype(np.uint32)
    at = np.minimum(np.cumsum(line == _BLANK) - 1, max(len(places) - 1, 0))
    run = line
    for length in range(2, max(RUNS) + 1):
        run = run[:-1] * np.uint32(257) + line[length - 1 :]
        if length in RUNS:
            yield _spread(run, 16 * length), places[at[: len(run)]] if len(places) else places


@lru_cache(maxsize=20_000)
def _syllable(folded: str, lower: str) -> tuple[str, int, int]:
    """A syllable without diacritics, its hash, and that of its spelling; 0 where it carries no diacritic."""
    if folded == lower and (meant := _TELEX.sub(_letter, folded)):
        folded = meant
    if I_OR_Y.fullmatch(folded):
        folded = folded[:-1] + "i"
    return folded, crc32(folded.encode()), 0 if lower.isascii() else crc32(spelling(lower).encode())


def _letter(telex: re.Match[str]) -> str:
    """What the keys of a Vietnamese keyboard stand for where they reached the page themselves: `ddaats` is đất."""
    keys = telex.group()
    return keys[0] if keys in ("dd", "aa", "ee", "oo") else ""


def _pairs(hashes: _Hashes) -> _Hashes:
    return hashes[:-1] * np.uint32(31) + hashes[1:]


def _spread(hashes: _Hashes, salt: int) -> _Hashes:
    """So that what differs in its last letter alone does not lie side by side, nor two kinds in one place."""
    hashes = (hashes + np.uint32(salt)) * np.uint32(0x9E3779B1)
    hashes = (hashes ^ (hashes >> np.uint32(15))) * np.uint32(0x85EBCA77)
    return hashes ^ (hashes >> np.uint32(13))
