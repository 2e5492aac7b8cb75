"""What a written Vietnamese syllable is: onset, rime and tone, by the rules of spelling.

Six thousand or so are in use and no dictionary of words is needed: letters that were put together by accident,
such as those of a text read with the wrong encoding, hardly ever obey the rules.
"""

import unicodedata
from functools import lru_cache

TONES = "\u0300\u0301\u0303\u0309\u0323"
"""Grave, acute, tilde, hook, dot below."""
_CHECKED = "\u0301\u0323"
"""The two tones that a syllable ending in a stop can have."""

_SPELT_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_ONSETS = frozenset(_SPELT_ONSETS.split())
_FRONT = "eêiy"
_BEFORE_FRONT = {"c": False, "g": False, "ng": False, "k": True, "gh": True, "ngh": True}
"""Which spelling of a sound stands before e, ê, i and y."""
_SPELT_RIMES = """
    a ac ach ai ak am an ang anh ao ap at au ay ăc ăk ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu
    i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
    u ua uân uâng uât uây uc uê uêch uênh ui um un ung uơ uôc uôi uôm uôn uông uôt up ut
    uy uya uych uyên uyêt uynh uyp uyt uyu
    ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu
"""
_RIMES = frozenset(_SPELT_RIMES.split())
_VOWELS = frozenset("aăâeêioôơuưy")
_EITHER_VOWEL = frozenset(("oa", "oe", "uy"))
"""`hòa` and `hoà` are both written."""
_STOPS = ("c", "ch", "k", "p", "t")


@lru_cache(maxsize=20_000)
def is_syllable(word: str) -> bool:
    """Whether a word in NFC can be a Vietnamese syllable with its marks, in small letters or in capitals."""
    if not 0 < len(word) <= 7:
        return False
    letters, tones = [], []
    for place, letter in enumerate(word.lower()):
        marks = unicodedata.normalize("NFD", letter)
        tones += [(place, mark) for mark in marks if mark in TONES]
        letters.append(unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in TONES)))
    if len(tones) > 1:
        return False
    plain = "".join(letters)
    return any(
        _is_toned_well(plain[len(onset) :], [(place - len(onset), mark) for place, mark in tones])
        for onset in (plain[:length] for length in range(4))
        if (not onset or onset in _ONSETS) and _agree(onset, plain[len(onset) :])
    )


def _agree(onset: str, rime: str) -> bool:
    if rime not in _RIMES:
        return False
    if onset == "qu":
        return rime[0] not in "ouư"
    if onset in _BEFORE_FRONT:
        alone = onset == "g" and rime in ("i", "in", "iêng")  # gì, gìn, giếng
        return alone or (rime[0] in _FRONT) is _BEFORE_FRONT[onset]
    return True


def _is_toned_well(rime: str, tones: list[tuple[int, str]]) -> bool:
    if rime.endswith(_STOPS) and tones and tones[0][1] not in _CHECKED:
        return False
    return not tones or tones[0][0] in _places_of_tone(rime)


@lru_cache(maxsize=500)
def _places_of_tone(rime: str) -> frozenset[int]:
    vowels = [place for place, letter in enumerate(rime) if letter in _VOWELS]
    marked = [place for place in vowels if rime[place] in "ăâêôơư"]
    if marked:
        return frozenset(marked[-1:])
    if rime in _EITHER_VOWEL:
        return frozenset(vowels)
    if len(vowels) < len(rime):
        return frozenset(vowels[-1:])
    return frozenset(vowels[1:2] if len(vowels) > 2 else vowels[:1])
