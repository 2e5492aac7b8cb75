"""Passwords: which are taken, and how they are kept (argon2id, RFC 9106 section 4, second recommended option)."""

import asyncio
import unicodedata
from functools import cache

from argon2 import PasswordHasher, profiles
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 256
MOST_TYPED = 4 * LONGEST + 1
"""So many signs are looked at. No letter is composed of more than four, so whoever typed more typed too much."""
AT_A_TIME = 2
"""Each takes 64 MiB and some 50 ms of the processor."""
WEAK = frozenset(
    """
    matkhau matkhaumoi matkhaucuatoi khongcomatkhau doilamatkhau password passw0rd mypassword letmein changeme welcome
    iloveyou trustno anhyeuem emyeuanh toiyeuvietnam vietnam vietnammuonnam hanoi saigon quangngai xinchao
    doithoai bandoithoai banlamviec uybannhandan vanphong hethong congchuc chutich quantri quantrivien admin
    administrator qwerty qwertyuiop asdfghjkl zxcvbnm abcdef abcdefghijkl
    """.split()  # noqa: SIM905 - read as a list of words
)
"""Words that, alone, said twice, or with digits around them, everybody tries first; without diacritics and blanks."""


def normal(password: str) -> str:
    """The same word for every way of typing it (NFKC), as RFC 8265 has it.

    One that is too long stays too long, but is cut first: anybody sends one, and the time grows with its square.
    """
    return unicodedata.normalize("NFKC", password[:MOST_TYPED])


def complaint(password: str, account: str) -> str | None:
    """Why a password is not taken, in words; None when it is. account: the e-mail it is for."""
    password = normal(password)
    if len(password) < SHORTEST:
        return f"Mật khẩu cần ít nhất {SHORTEST} ký tự; một câu dài dễ nhớ là tốt nhất."
    if len(password) > LONGEST:
        return f"Mật khẩu dài nhất là {LONGEST} ký tự."
    if is_weak(password, account):
        return "Mật khẩu này quá dễ đoán. Xin chọn một câu khác, không dùng tên, địa chỉ thư hay dãy phím liền nhau."
    return None


def is_weak(password: str, account: str) -> bool:
    """Whether it is among the first that somebody would try who knows the account."""
    told = _plain(password)
    letters = "".join(letter for letter in told if letter.isalpha())
    half = letters[: len(letters) // 2]
    word = half if half * 2 == letters else letters
    name = _plain(account).partition("@")[0]
    own = {"", name, "".join(letter for letter in name if letter.isalpha()), _plain(account), _letters_of(account)}
    return len(set(told)) < 5 or _is_run(told) or word in WEAK or told == _plain(account) or word in own


def _plain(text: str) -> str:
    """Small letters without diacritics and blanks."""
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(one for one in apart if unicodedata.category(one) != "Mn" and not one.isspace())


def _letters_of(account: str) -> str:
    return "".join(letter for letter in _plain(account) if letter.isalpha())


def _is_run(told: str) -> bool:
    """Keys that lie side by side, or digits that follow each other."""
    rows = ("01234567890123456789", "abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "1qaz2wsx3edc4rfv5tgb")
    return any(told in row or told in row[::-1] for row in rows)


_HASHER = PasswordHasher.from_parameters(profiles.RFC_9106_LOW_MEMORY)


@cache
def _of_nobody() -> str:
    """Verified in place of an account that does not exist, so that it takes as long."""
    return _HASHER.hash("nobody has this password")


class Hashing:
    """Hashes and verifies away from the event loop, a few at a time: memory is what it costs."""

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(AT_A_TIME)

    async def hash(self, password: str) -> str:
        async with self._free:
            return await asyncio.to_thread(_HASHER.hash, normal(password))

    async def verify(self, kept: str | None, password: str) -> bool:
        """Whether it is the password; of nobody's (None) it takes as long to say no."""
        async with self._free:
            return await asyncio.to_thread(_verify, kept, normal(password)[: LONGEST + 1])


def is_outdated(kept: str) -> bool:
    """Whether it was hashed with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def _verify(kept: str | None, password: str) -> bool:
    try:
        right = _HASHER.verify(kept or _of_nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
    return right and kept is not None
