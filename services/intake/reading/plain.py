"""Plain text, and which encoding it is in."""

import codecs

from services.intake.reading.legacy import from_one_byte, legible

_BOMS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_UTF_16 = ("utf-16", "utf-16le", "utf-16be", "utf-16-le", "utf-16-be")


def read_text(data: bytes) -> str:
    """The text of a text file, in NFC."""
    return legible(decoded(data))


def decoded(data: bytes, declared: str | None = None) -> str:
    """Text of doubtful encoding.

    What a mail or a text file holds is UTF-8 or one of the old Vietnamese encodings, whatever its header declares:
    Vietnamese in another encoding is as good as never valid UTF-8.
    """
    for bom, encoding in _BOMS.items():
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, errors="replace")
    if declared in _UTF_16 and b"\0" in data:
        return data.decode(declared, errors="replace")
    text = data.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = len(text) - len(text.encode("ascii", errors="ignore")) - broken
    return text if sound >= broken else from_one_byte(data)
