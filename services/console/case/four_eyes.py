"""Who may judge a draft: nobody what he wrote or handed in himself, nor twice. Courtesy: routing refuses the rest.

Names are compared as routing does; a test holds the two together.
"""

import re
import unicodedata
from collections.abc import Sequence

from services.console.case.question import Draft

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_I_OR_Y = re.compile(r"(?:h|k|l|m|s|t|qu)[iy]")


def may_judge(name: str, drafts: Sequence[Draft]) -> bool:
    """Whether somebody of this name may decide on the last version. To hand the same words in again writes nothing.

    Args:
        drafts: every version, the first first.
    """
    if not drafts:
        return True
    last = drafts[-1]
    same = [draft for draft in drafts if draft.text.split() == last.text.split()]
    others = {by for draft in same for by in (draft.written_by, draft.handed_in_by) if by}
    others |= {step.endorsed_by for step in last.endorsed}
    return plain_name(name) not in map(plain_name, others)


def plain_name(name: str) -> str:
    """The same for all ways to write a person's name: capitals, blanks, the place of the tone mark (Hoà, Hòa)."""
    return " ".join(map(_spelling, name.casefold().split()))


def _spelling(word: str) -> str:
    """Its letters, and its tone after them; i for y where both are written."""
    signs = unicodedata.normalize("NFD", word)
    bare = "".join(sign for sign in signs if sign not in _TONES)
    tone = "".join(sign for sign in signs if sign in _TONES)
    return (f"{bare[:-1]}i" if _I_OR_Y.fullmatch(bare) else bare) + tone
