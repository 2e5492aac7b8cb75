"""Texts to start an answer from, with placeholders in braces: `{mã phiếu}`. One left unfilled holds the answer up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from shared.contracts import Refusal
from shared.contracts.taxonomy import QuestionField

_PLACEHOLDER = re.compile(r"\{[^{}\n]{0,200}\}?")
"""One that was cut off, `{mã phiếu`, is not filled in either."""

MOST_NAMED = 10
"""Of the placeholders left in a text: enough to see what is wrong with it."""


@dataclass(frozen=True, slots=True)
class AnswerTemplate:
    """One template of a field. title: what an officer chooses it by. own: the commune wrote it itself."""

    field: QuestionField
    title: str
    text: str
    own: bool = False


def unfilled(text: str) -> tuple[str, ...]:
    """The placeholders left in a text, with their braces, each once, in its order."""
    return tuple(dict.fromkeys(found.strip() for found in _PLACEHOLDER.findall(text)))


def permit_filled(text: str, *, before: str) -> None:
    """Refuse a text that somebody is to read while a placeholder is left in it. before: what is to be done with it."""
    places = unfilled(text)
    if places:
        more = f" và {len(places) - MOST_NAMED} chỗ khác" if len(places) > MOST_NAMED else ""
        named = ", ".join(places[:MOST_NAMED])
        raise Refusal("invalid", f"Còn chỗ chưa điền: {named}{more}. Xin điền hoặc bỏ đi trước khi {before}.")


def broken(text: str) -> str | None:
    """The first placeholder that was not closed or says nothing, or a brace too many; None where all are whole."""
    for placeholder in unfilled(text):
        if not placeholder.endswith("}") or not any(map(str.isalpha, placeholder)):
            return placeholder
    return "}" if text.count("{") != text.count("}") else None


def fill(text: str, known: Mapping[str, str]) -> str:
    """A template with what is known in place of its placeholders; the others stay for the officer.

    Args:
        known: by the words between the braces, `mã phiếu`; blanks around them and capitals make no difference.
    """
    by_name = {_name(name): value for name, value in known.items()}
    return _PLACEHOLDER.sub(lambda found: by_name.get(_name(found[0].strip("{}")), found[0]), text)


def _name(written: str) -> str:
    return " ".join(written.casefold().split())
