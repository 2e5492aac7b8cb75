"""Which hamlet an address names: seats are counted by it, and letters sorted.

Services must agree on it: who has a seat of Thôn Nội gets his letter in the bundle of Thôn Nội.
"""

import re
import unicodedata
from collections.abc import Sequence

_KINDS = {
    "thon": r"thon|th\.|t\.",
    "to dan pho": r"to dan pho|to dp|tdp|to|khu pho|kp",
    "xom": r"xom",
    "ap": r"ap",
    "ban": r"ban",
    "khu": r"khu pho|khu",
}
"""What a hamlet is called, and how people write it. All of it without diacritics."""
_ANY = "|".join(_KINDS.values())
_BEGINNING = re.compile(rf"(?:(?P<kind>{_ANY})\b\.?\s*)?(?:so\s+)?(?P<name>.+)")


def hamlet_in(address: str | None, hamlets: Sequence[str]) -> str | None:
    """The hamlet that an address names, written with or without diacritics; the longest name where several fit.

    A name counts after its kind (`thôn Nội`, `TDP 5`, `tổ 5`), after what else a hamlet may be called (`xóm Nội`; of
    numbers this is not so), or alone between two commas, so `Hà Nội` names none.
    """
    if not address:
        return None
    plain = folded(address)
    best: tuple[tuple[int, int, int], str] | None = None
    for hamlet in hamlets:
        kind, name = _parts(hamlet)
        own = re.search(rf"\b({_KINDS.get(kind, _ANY)})\.?\s*(?:so\s+)?0*{re.escape(name)}(?![\w/])", plain)
        other = not name.isdigit() and re.search(rf"\b(?:{_ANY})\.?\s*{re.escape(name)}(?![\w/])", plain)
        alone = not name.isdigit() and name in (part.strip() for part in re.split(r"[,;\n]| - ", plain))
        if not (own or other or alone):
            continue
        told = (2 if own[1] == "to" else 3) if own else 1 if other else 0  # `tổ 1, TDP 5` is in TDP 5
        rank = (told, len(name), hamlet.casefold() in address.casefold())
        if best is None or rank > best[0]:
            best = (rank, hamlet)
    return best[1] if best else None


def folded(text: str) -> str:
    """Lower case without diacritics, every run of white space one blank: for comparing."""
    letters = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(letter for letter in letters if not unicodedata.combining(letter)).split())


def _parts(hamlet: str) -> tuple[str, str]:
    """The kind and the bare name of a hamlet: `tổ dân phố` and `5`."""
    found = _BEGINNING.fullmatch(folded(hamlet))
    if found is None:
        return "", folded(hamlet)
    written = found["kind"] or ""
    kind = next((kind for kind, spellings in _KINDS.items() if written and re.fullmatch(spellings, written)), "")
    return kind, found["name"].lstrip("0") or found["name"]
