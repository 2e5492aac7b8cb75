"""The letters people and their programs write, made the same: for comparing, and for keeping."""

import unicodedata
from collections.abc import Callable

from shared.text import composed, is_invisible


def clean(text: str) -> str:
    r"""Unicode NFC with `\n` line ends and plain blanks; control, zero-width and broken characters are gone."""
    return composed(text.replace("\r\n", "\n").translate(_CLEANED))


def fold(text: str) -> str:
    """Lower case without diacritics, character by character: places in `text` and in the result are the same."""
    return text.translate(_FOLDED)


class _Table(dict[int, str]):
    """A table for `str.translate` that fills itself, up to a size no honest text reaches."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        self._rule = rule

    def __missing__(self, code: int) -> str:
        value = self._rule(chr(code))
        if len(self) < 10_000:
            self[code] = value
        return value


def _cleaned(character: str) -> str:
    if character in "\n\v\f\r\x85\u2028\u2029":
        return "\n"
    if character in "Ðð":  # the Icelandic letter, which some keyboards write for Đ
        return "Đ" if character == "Ð" else "đ"
    if "\uf000" <= character <= "\uf0ff":  # what Word writes for the bullets of its symbol fonts
        return "•"
    category = unicodedata.category(character)
    if character == "\t" or category == "Zs":
        return " "
    return "" if category in ("Cc", "Cf", "Cs") or is_invisible(character) else character


def _folded(character: str) -> str:
    if character in "đĐ":
        return "d"
    if character in "：﹕":  # colons of East Asian keyboards
        return ":"
    return unicodedata.normalize("NFD", character)[0].lower()[0]


_CLEANED = _Table(_cleaned)
_FOLDED = _Table(_folded)
