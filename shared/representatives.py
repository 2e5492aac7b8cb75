"""The natural id of somebody who is invited: whoever reads the same list twice invites nobody twice."""

import re
import unicodedata
import zlib


def representative_id(name: str, organisation: str | None, hamlet: str | None) -> str:
    """Follows from what is known of the person, whatever its capitals and diacritics; a token of a subject."""
    slug = re.sub(r"[^a-z0-9]+", "-", _plain(name)).strip("-")[:40]
    mark = zlib.crc32(_plain(";".join((name, organisation or "", hamlet or ""))).encode())
    return f"{slug or 'dai-bieu'}-{mark:08x}"


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
