"""The body of a page as it is laid out: what paper does not show is left out, the closing words are set apart."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

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
    Steps,
    Table,
)


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
    if laid and isinstance(last := laid[-1], Paragraph):
        return Body(tuple(laid[:-1]), last)
    return Body(tuple(laid), None)


def has_figures(table: Table, place: int) -> bool:
    """Whether a column, counted from 0, has nothing but figures: they stand in its middle."""
    return all(re.fullmatch(r"[\d.,%/ –-]*", words) for row in table.rows for words in row[place])


def _taken_from_the_end(laid: list[Laid]) -> tuple[Point | Code, ...]:
    facts: list[Point | Code] = []
    while laid and isinstance(last := laid[-1], Point | Code):
        facts.append(last)
        laid.pop()
    return tuple(reversed(facts))
