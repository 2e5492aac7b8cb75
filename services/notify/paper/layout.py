"""A page as the data that the template lays out. Words of people are data, never markup."""

import re
from collections.abc import Sequence
from typing import Any, assert_never

from services.notify.contents import name_lines
from services.notify.paper.arranging import Beside, Laid, arranged, has_figures
from services.notify.paper.drawn import qr_svg, small_qr_svg
from services.notify.paper.page import Page
from services.notify.texts.blocks import Code, Lead, Line, Paragraph, Point, Quote, Run, Steps, Table
from services.notify.wording import one_line

Words = list[str | list[str]]
"""Runs: plain text, or text and its style, `b`, `i` or `bi`."""

MAY_BREAK = "\u200b"
POINTS = 165 / 25.4 * 72
"""Width of the type area."""
BODY, ISSUER, TITLE, ABOUT, CAPACITY, COPY, FACTS, NOTE, REFERENCE = 33, 14, 27, 13, 16, 20, 24, 8, 120
"""So many of the widest letters stand on a line of each place; a longer word may break anywhere in it."""


def inputs_of(page: Page) -> dict[str, Any]:
    """What `document.typ` reads.

    Raises:
        CannotPrint: an address is too long for its QR code.
    """
    head, body = page.letterhead, arranged(page.blocks)
    return {
        "title": f"{page.title} {page.about}".strip() if page.title else f"V/v {page.about}",
        "name": page.title,
        "about": _fitting(page.about, TITLE if page.title else ABOUT),
        "draft": page.is_draft,
        "number": _fitting(page.number, ISSUER) if page.number else None,
        "symbol": _fitting(page.symbol, ISSUER),
        "parent-lines": [_fitting(line, ISSUER) for line in name_lines(head.parent or "")],
        "issuer": one_line(head.issuer),
        "issuer-lines": [_fitting(line, ISSUER) for line in name_lines(head.issuer)],
        "dateline": _fitting(page.dateline, CAPACITY),
        "date": {"year": page.bears.year, "month": page.bears.month, "day": page.bears.day},
        "addressee": _fitting(page.addressee, BODY) if page.addressee else None,
        "address": _fitting(page.address, BODY) if page.address else None,
        "body": [_laid(block) for block in body.blocks],
        "closing": _words(body.closing.line) if body.closing else None,
        "capacity": [_fitting(one_line(line), CAPACITY) for line in page.signer.capacity],
        "signer": _fitting(one_line(page.signer.name), CAPACITY),
        "by-hand": page.by_hand,
        "copies": None if page.copies is None else [_fitting(copy, COPY) for copy in page.copies],
        "reference": _fitting(page.reference, REFERENCE),
        "scan": small_qr_svg(page.scan) if page.scan else None,
    }


def _laid(block: Laid, room: int = BODY) -> dict[str, Any]:
    match block:
        case Lead(line):
            return {"is": "lead", "line": _words(line)}
        case Paragraph(line):
            return {"is": "paragraph", "line": _words(line)}
        case Quote(lines, label):
            return {
                "is": "quote",
                "label": _fitting(label) if label else None,
                "lines": [_words(line) for line in lines],
            }
        case Point(name, lines):
            return {"is": "point", "name": _fitting(name, room), "lines": [_words(line, room) for line in lines]}
        case Steps(steps):
            return {"is": "steps", "steps": [{"when": _fitting(when), "line": _words(line)} for when, line in steps]}
        case Code(code, note):
            return {"is": "code", "code": _fitting(code, room // 2), "note": _fitting(note, room)}
        case Table():
            return _table(block)
        case Beside(facts, drawing):
            return {
                "is": "beside",
                "facts": [_laid(fact, FACTS) for fact in facts],
                "qr": qr_svg(drawing.url),
                "note": _fitting(drawing.note, NOTE if facts else BODY),
            }
        case _:
            assert_never(block)


def _table(table: Table) -> dict[str, Any]:
    every = sum(table.widths)
    rooms = [max(1, int((POINTS * share / every - 10) / 13)) for share in table.widths]
    return {
        "is": "table",
        "head": _fitted(table.head, rooms),
        "rows": [
            [[_fitting(words, room) for words in cell] for cell, room in zip(row, rooms, strict=True)]
            for row in table.rows
        ],
        "widths": list(table.widths),
        "figures": [has_figures(table, place) for place in range(len(table.head))],
    }


def _fitted(texts: Sequence[str], rooms: Sequence[int]) -> list[str]:
    return [_fitting(text, room) for text, room in zip(texts, rooms, strict=True)]


def _words(line: Line, room: int = BODY) -> Words:
    return [_run(run, room) for run in line]


def _run(run: Run, room: int) -> str | list[str]:
    style = ("b" if run.bold else "") + ("i" if run.italic else "")
    text = _fitting(run.text, room)
    return [text, style] if style else text


def _fitting(text: str, room: int = BODY) -> str:
    """A word that no line can hold, such as a long address of a page, breaks anywhere."""
    if len(text) <= room:
        return text
    return re.sub(rf"\S{{{room + 1},}}", lambda found: MAY_BREAK.join(found[0]), text)
