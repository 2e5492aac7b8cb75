"""Vietnamese from before Unicode: TCVN3 (the fonts .VnTime), VNI-Windows (VNI-Times), and encodings taken for others.

The bytes of such a text are those of Western letters and signs, so `Céng hßa` may stand where `Cộng hòa` was meant.
Nothing in the file says so; but Vietnamese obeys strict rules of spelling, and text in the wrong encoding breaks them
in nearly every word. A text is converted where as it stands it breaks them and converted it obeys. What can be
neither trusted nor converted is flagged for a clerk.

Source of the tables: TCVN 5712:1993, VN3; VNI Software, VNI-Windows.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from services.intake.reading.spelling import clean
from services.intake.reading.syllables import is_syllable
from shared.text import composed

Encoding = Literal["tcvn3", "vni", "cp1258", "utf8"]
"""What a text really is in: the last two were taken for Western European."""

DOUBT = "Văn bản có thể dùng phông cũ (TCVN3/VNI); xin kiểm tra lại chữ."


# The tables. TCVN3 has small letters only; its fonts for capitals (.VnTimeH) draw the same codes as capitals.

_TCVN3_CODES = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
_TCVN3: Mapping[str, str] = {
    chr(first + step): letter for first, letters in _TCVN3_CODES.items() for step, letter in enumerate(letters)
}

_VNI_MARKS = {
    "a": dict(zip("ùøûõïêéèúüëâáàåãä", "áàảãạăắằẳẵặâấầẩẫậ", strict=True)),
    "e": dict(zip("ùøûõïâáàåãä", "éèẻẽẹêếềểễệ", strict=True)),
    "o": dict(zip("ùøûõïâáàåãä", "óòỏõọôốồổỗộ", strict=True)),
    "u": dict(zip("ùøûõï", "úùủũụ", strict=True)),
    "y": dict(zip("ùøûõ", "ýỳỷỹ", strict=True)),
    "ô": dict(zip("ùøûõï", "ớờởỡợ", strict=True)),
    "ö": dict(zip("ùøûõï", "ứừửữự", strict=True)),
}
_VNI_SINGLE = dict(zip("íìæóòîôöñ", "íìỉĩịỵơưđ", strict=True))
_VNI: Mapping[str, str] = {
    **{base + mark: letter for base, marks in _VNI_MARKS.items() for mark, letter in marks.items()},
    **{base.upper() + mark: letter.upper() for base, marks in _VNI_MARKS.items() for mark, letter in marks.items()},
    **{
        base.upper() + mark.upper(): letter.upper()
        for base, marks in _VNI_MARKS.items()
        for mark, letter in marks.items()
    },
    **_VNI_SINGLE,
    **{code.upper(): letter.upper() for code, letter in _VNI_SINGLE.items()},
}
_VNI_CODE = re.compile("|".join(map(re.escape, sorted(_VNI, key=len, reverse=True))))
_TCVN3_TABLE = str.maketrans(dict(_TCVN3))


def from_tcvn3(text: str) -> str:
    """TCVN3 as Unicode. Marked letters in a line or word of capitals are capitals, too: `CéNG HßA` is `CỘNG HÒA`."""
    return "\n".join(map(_line_from_tcvn3, text.split("\n")))


_SMALL_CODES = str.maketrans("", "", "".join(code for code, letter in _TCVN3.items() if letter.islower()))
_WORD = re.compile(r"[^\W\d_]+")


def _line_from_tcvn3(line: str) -> str:
    converted = line.translate(_TCVN3_TABLE)  # letter by letter: places in both are the same
    if _in_capitals(line, least=3):
        return converted.upper()
    return _WORD.sub(
        lambda word: word[0].upper() if _in_capitals(line[word.start() : word.end()], least=2) else word[0], converted
    )


def _in_capitals(text: str, least: int) -> bool:
    """Whether all letters are capitals that can be told: the codes of small letters with marks tell nothing."""
    telling = text.translate(_SMALL_CODES).translate(_TCVN3_TABLE)
    return telling.isupper() and sum(map(str.isalpha, telling)) >= least


def from_vni(text: str) -> str:
    """VNI-Windows as Unicode."""
    return _VNI_CODE.sub(lambda code: _VNI[code[0]], text)


def _misread(encoding: str) -> Callable[[str], str]:
    def reread(text: str) -> str:
        """Once more, from the bytes that were taken for windows-1252; as it is where it cannot be."""
        try:
            return unicodedata.normalize("NFC", text.translate(_TO_BYTES).encode("latin-1").decode(encoding))
        except UnicodeError:
            return text

    return reread


_TO_BYTES = {ord(bytes([byte]).decode("cp1252", errors="ignore") or chr(byte)): chr(byte) for byte in range(0x80, 0xA0)}
_CONVERT: Mapping[Encoding, Callable[[str], str]] = {
    "tcvn3": from_tcvn3,
    "vni": from_vni,
    "cp1258": _misread("cp1258"),
    "utf8": _misread("utf-8"),
}


# Which of them a text is in.

_SIGNS = "".join(map(chr, range(0xA1, 0xC0))) + "×÷"
_TOKEN = re.compile(rf"(?:[^\W\d_]|[{_SIGNS}])+")
_LATER = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168\u0169\u01a0\u01a1\u01af\u01b0\u1ea0-\u1ef9]")
"""Vietnamese letters that Western European has not: a word that holds one is Unicode already."""

LEAST_WORDS = 3
"""So many words must be mended before a text is converted; two, where they are all it has."""
MEND_SHARE = 0.85
SPOILED_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class _Evidence:
    """The words with marks in a text as it is read in one way: those that are syllables, and those that are not."""

    sound: int
    broken: int

    @property
    def share(self) -> float:
        return self.sound / max(1, self.sound + self.broken)


def restored(text: str) -> str:
    """The text in NFC, with its words in an old encoding converted where that is certain.

    Correct Vietnamese, with or without its marks, and other languages stay as they are.
    """
    text = composed(text)
    lines = text.split("\n")
    troubled = {line for line in lines if _evidence(line).broken}
    if not troubled:
        return text
    mixed = {line for line in troubled if _LATER.search(line)}
    encoding = _certain("\n".join(troubled - mixed)) or _certain(" ".join(_broken_words(mixed)), least=LEAST_WORDS)
    if encoding is None:
        return text
    is_all_old = not any(map(_LATER.search, lines))
    convert = _CONVERT[encoding]
    return "\n".join(
        _converted_words(line, convert) if line in mixed else convert(line) if is_all_old or line in troubled else line
        for line in lines
    )


def legible(text: str) -> str:
    """`restored`, then `clean`: in this order, for the codes of some letters are those of signs that nobody sees."""
    return clean(restored(text))


def from_one_byte(data: bytes) -> str:
    """Bytes that are no UTF-8: windows-1258, which Windows itself writes, where TCVN3 or VNI read no better."""
    western = data.decode("cp1252", errors="replace")
    if _certain(western) in ("tcvn3", "vni"):
        return western
    return composed(data.decode("cp1258", errors="replace"))


def is_doubtful(text: str) -> bool:
    """Whether so many words are misspelled with Western letters that a clerk should look at the text."""
    if text.isascii():
        return False
    found = _evidence(text)
    return found.broken >= LEAST_WORDS and found.share < 0.5


def _certain(text: str, least: int = 2) -> Encoding | None:
    """The one encoding in which the words of a text are Vietnamese, which as they stand they are not."""
    now = _evidence(text)
    if now.broken < least or now.share > 1 - SPOILED_SHARE:
        return None
    found = {encoding: _evidence(convert(text)) for encoding, convert in _CONVERT.items()}
    best = max(found, key=lambda encoding: found[encoding].sound - found[encoding].broken)
    evidence = found[best]
    rivals = [one for one in found if one != best and found[one] == evidence]
    if any(_CONVERT[one](text) != _CONVERT[best](text) for one in rivals):
        return None
    enough = evidence.share >= MEND_SHARE if evidence.sound >= LEAST_WORDS else not evidence.broken
    return best if enough and evidence.sound > now.sound else None


def _evidence(text: str) -> _Evidence:
    """Each word once: a foreign one that comes often is no evidence."""
    words = {word for word in _words(text) if not word.isascii()}
    sound = sum(map(_is_sound, words))
    return _Evidence(sound, len(words) - sound)


def _words(text: str) -> list[str]:
    return [] if text.isascii() else [word.strip(_SIGNS) for word in _TOKEN.findall(text)]


def _is_sound(word: str) -> bool:
    return (word.islower() or word.isupper() or word.istitle()) and is_syllable(word)


def _broken_words(lines: Iterable[str]) -> list[str]:
    words = dict.fromkeys(word for line in lines for word in _words(line))
    return [word for word in words if not word.isascii() and not _LATER.search(word) and not _is_sound(word)]


def _converted_words(line: str, convert: Callable[[str], str]) -> str:
    """Only the words that are none as they stand, and are with it."""

    def convert_word(found: re.Match[str]) -> str:
        word, converted = found[0], convert(found[0])
        is_old = not word.isascii() and not _LATER.search(word) and not _is_sound(word)
        return converted if is_old and is_syllable(converted) else word

    return _TOKEN.sub(convert_word, line)


# What the name of a font says.

_FONTS: Mapping[Encoding, re.Pattern[str]] = {
    "tcvn3": re.compile(r"\.vn[a-z].*", re.IGNORECASE),
    "vni": re.compile(r"vni[ -].*", re.IGNORECASE),
}


def encoding_of_font(name: str) -> Encoding | None:
    """`.VnTime` and `VNI-Times` were made for one encoding each; other fonts say nothing."""
    return next((encoding for encoding, names in _FONTS.items() if names.fullmatch(name.strip())), None)


def is_set_in(name: str, text: str) -> bool:
    """Whether all the text of a document in one such font reads better in its encoding than as Unicode."""
    encoding = encoding_of_font(name)
    return encoding is not None and _evidence(_CONVERT[encoding](text)).sound >= _evidence(text).sound


def from_font(name: str, text: str) -> str:
    """Text that is set in such a font; as it is in any other, or where it is Unicode in spite of its font."""
    encoding = encoding_of_font(name)
    if encoding is None or _LATER.search(text):
        return text
    converted = _CONVERT[encoding](text)
    return converted.upper() if encoding == "tcvn3" and name.strip().endswith("H") else converted
