"""The body of a page as it is laid out: what paper does not show is left out, the closing words are set apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.notify.texts.blocks import (
    Block,
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Paragraph,
    Point,
    Quote,
    Run,
    Steps,
    Table,
)

MOST_KEPT = 1_000
"""Characters of the closing paragraph that stay together with the signature: about a quarter of a sheet."""


@dataclass(frozen=True, slots=True)
class Beside:
    """A drawing in a column of its own beside the facts before it; where there are none, beside those after it."""

    facts: tuple[Point | Code, ...]
    drawing: Drawing


Laid = Lead | Paragraph | Quote | Point | Steps | Code | Table | Beside


@dataclass(frozen=True, slots=True)
class Body:
    """closing: the last paragraph, which stays with the signature; None where the last block is no paragraph."""

    blocks: tuple[Laid, ...]
    closing: Paragraph | None


def arranged(blocks: Sequence[Block]) -> Body:
    """Headings and buttons are for mails."""
    laid: list[Laid] = []
    awaits_facts = False
    for block in blocks:
        match block:
            case Heading() | Button():
                continue
            case Drawing():
                facts = _taken_from_the_end(laid)
                laid.append(Beside(facts, block))
                awaits_facts = not facts
            case Point() | Code() if awaits_facts and isinstance(beside := laid[-1], Beside):
                laid[-1] = Beside((*beside.facts, block), beside.drawing)
            case _:
                laid.append(block)
                awaits_facts = False
    if not (laid and isinstance(last := laid[-1], Paragraph)):
        return Body(tuple(laid), None)
    before, closing = _parted(last)
    return Body((*laid[:-1], *before), closing)


def has_figures(table: Table, place: int) -> bool:
    """Whether a column, counted from 0, has nothing but figures: they stand in its middle."""
    return all(re.fullmatch(r"[\d.,%/ –-]*", words) for row in table.rows for words in row[place])


def _parted(last: Paragraph) -> tuple[tuple[Paragraph, ...], Paragraph]:
    """A paragraph that is too long to stay with the signature gives it its last sentences, else its last words."""
    runs = list(last.line)
    room, kept = MOST_KEPT, list[Run]()
    while runs and len(runs[-1].text) <= room:
        room -= len(runs[-1].text)
        kept.insert(0, runs.pop())
    if not runs:
        return (), last
    torn = runs.pop()
    place = _cut(torn.text, len(torn.text) - room)
    kept.insert(0, replace(torn, text=torn.text[place:].lstrip()))
    runs.append(replace(torn, text=torn.text[:place].rstrip()))
    return (Paragraph(tuple(runs)),), Paragraph(tuple(kept))


def _cut(text: str, first: int) -> int:
    """Where the last part of a text begins, at `first` at the earliest."""
    sentence = text.find(". ", first)
    word = text.find(" ", first)
    return sentence + 2 if sentence >= 0 else word + 1 if word >= 0 else first


def _taken_from_the_end(laid: list[Laid]) -> tuple[Point | Code, ...]:
    facts: list[Point | Code] = []
    while laid and isinstance(last := laid[-1], Point | Code):
        facts.append(last)
        laid.pop()
    return tuple(reversed(facts))
