"""A page as the data that the template lays out. Words of people are data, never markup."""

from typing import Any, assert_never

from services.notify.contents import name_lines
from services.notify.paper.arranging import Beside, Laid, arranged, has_figures
from services.notify.paper.drawn import qr_svg
from services.notify.paper.page import Page
from services.notify.texts.blocks import Code, Lead, Line, Paragraph, Point, Quote, Run, Steps, Table
from services.notify.wording import one_line

Words = list[Any]
"""Runs: plain text, or `[text, style]` with style `b`, `i` or `bi`."""


def inputs_of(page: Page) -> dict[str, Any]:
    """What `document.typ` reads."""
    head, body = page.letterhead, arranged(page.blocks)
    return {
        "title": f"{page.title} {page.about}" if page.title else f"V/v {page.about}",
        "name": page.title,
        "about": page.about,
        "draft": page.is_draft,
        "number": page.number,
        "symbol": page.symbol,
        "parent-lines": name_lines(head.parent or ""),
        "issuer": one_line(head.issuer),
        "issuer-lines": name_lines(head.issuer),
        "dateline": page.dateline,
        "date": {"year": page.bears.year, "month": page.bears.month, "day": page.bears.day},
        "addressee": page.addressee,
        "address": page.address,
        "body": [_laid(block) for block in body.blocks],
        "closing": _words(body.closing.line) if body.closing else None,
        "capacity": [one_line(line) for line in page.signer.capacity],
        "signer": one_line(page.signer.name),
        "by-hand": page.by_hand,
        "copies": None if page.copies is None else list(page.copies),
        "reference": page.reference,
        "scan": qr_svg(page.scan, "l") if page.scan else None,
    }


def _laid(block: Laid) -> dict[str, Any]:
    match block:
        case Lead(line):
            return {"is": "lead", "line": _words(line)}
        case Paragraph(line):
            return {"is": "paragraph", "line": _words(line)}
        case Quote(lines, label):
            return {"is": "quote", "label": label, "lines": [_words(line) for line in lines]}
        case Point(name, lines):
            return {"is": "point", "name": name, "lines": [_words(line) for line in lines]}
        case Steps(steps):
            return {"is": "steps", "steps": [{"when": when, "line": _words(line)} for when, line in steps]}
        case Code(code, note):
            return {"is": "code", "code": code, "note": note}
        case Table(head, rows, widths) as table:
            return {
                "is": "table",
                "head": list(head),
                "rows": [[list(cell) for cell in row] for row in rows],
                "widths": list(widths),
                "figures": [has_figures(table, place) for place in range(len(head))],
            }
        case Beside(facts, drawing):
            return {
                "is": "beside",
                "facts": [_laid(fact) for fact in facts],
                "qr": qr_svg(drawing.url),
                "note": drawing.note,
            }
        case _:
            assert_never(block)


def _words(line: Line) -> Words:
    return [_run(run) for run in line]


def _run(run: Run) -> str | list[str]:
    style = ("b" if run.bold else "") + ("i" if run.italic else "")
    return [run.text, style] if style else run.text
