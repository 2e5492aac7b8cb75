"""What intake decides of a list: who may hand it in, what of it is here already, what is shown of it before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.intake.admission import REGISTRARS
from services.intake.dialogue import OFFICE, allow_role
from services.intake.reading.tables import LABELS, Collected, Line, Table, same_words
from services.intake.submissions import Submission
from shared.contracts import Refusal
from shared.contracts.conference import ExpectedList, Opinion
from shared.contracts.intake import ReadTable, ReceiveTable
from shared.contracts.people import Registrant

GOOD_ROWS_SHOWN = 20
MOST_SHOWN = 400
"""Rows of a preview: those that something is said of, and the first good ones."""
LONGEST_CELL = 300
LONGEST_PREVIEW = 400_000
"""Letters of all cells of a preview, so that one message carries it."""


def permit_reading(command: ReadTable) -> None:
    allow_role(command, "đọc danh sách", REGISTRARS)


def permit_receiving(command: ReceiveTable) -> None:
    """Who may take in forms may take in a list of them; who is invited, the office decides."""
    allow_role(command, "nhận danh sách", REGISTRARS if command.kind == "opinions" else OFFICE)
    if command.kind == "participants" and command.dialogue is None:
        raise Refusal("invalid", "Danh sách người dự phải thuộc một hội nghị. Xin nhận danh sách tại trang hội nghị.")


def must_be_of(expected: ExpectedList, command: ReceiveTable) -> None:
    """Refuse a list of names where opinions are expected, and the other way round."""
    if expected.kind == command.kind:
        return
    if expected.kind == "opinions":
        raise Refusal("invalid", "Đây là danh sách ý kiến; xin gửi danh sách người tham dự theo mục riêng.")
    raise Refusal("invalid", "Đây là danh sách người tham dự; xin gửi ý kiến theo mục tổng hợp ý kiến.")


# --- before it is taken in ------------------------------------------------------------------------------------------


def preview(table: Table) -> dict[str, Any]:
    """The list as it was understood, for a person to look at: every row that something is said of, as far as fits."""
    return {
        "kind": table.kind,
        "columns": list(table.columns),
        "mapping": dict(table.mapping),
        "missing": [LABELS[one] for one in table.missing],
        "rows": [_shown(line) for line in _worth_showing(table.lines)],
        "good": sum(line.good for line in table.lines),
        "wrong": sum(bool(line.wrong) for line in table.lines),
        "aside": sum(bool(line.aside) for line in table.lines),
        "people": len(table.opinions or table.participants),
    }


def _worth_showing(lines: Sequence[Line]) -> list[Line]:
    plain = [line for line in lines if line.good and not line.note][:GOOD_ROWS_SHOWN]
    told = [line for line in lines if not line.good or line.note]
    shown, letters = list[Line](), 0
    for line in (*plain, *sorted(told, key=lambda line: not line.wrong))[:MOST_SHOWN]:
        letters += sum(min(len(cell), LONGEST_CELL) for cell in line.row.cells)
        if letters > LONGEST_PREVIEW:
            break
        shown.append(line)
    return sorted(shown, key=lambda line: line.row.number)


def _shown(line: Line) -> dict[str, Any]:
    cells = [cell if len(cell) <= LONGEST_CELL else f"{cell[:LONGEST_CELL]}…" for cell in line.row.cells]
    return {"row": line.row.number, "cells": cells, "wrong": line.wrong, "aside": line.aside, "note": line.note}


def not_taken(table: Table) -> list[dict[str, Any]]:
    """Rows that were not taken, each with its reason."""
    return [{"row": line.row.number, "why": line.wrong} for line in table.lines if line.wrong]


# --- what of it is here already -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Parted:
    """One person's part of a list. fresh: what is new of it. earlier: receipt codes of the rest, with their rows."""

    fresh: Opinion | None
    rows: tuple[int, ...]
    earlier: Mapping[str, tuple[int, ...]]


class Known:
    """The matters that came on earlier lists of the same sender.

    A list is mended and sent again: a person may then have one matter more than before, and only that one is new.
    """

    def __init__(self, submissions: Iterable[Submission]) -> None:
        self._codes = {
            (_person(one.registrant), same_words(question.text)): one.code
            for one in submissions
            for question in one.questions
        }

    def part(self, collected: Collected) -> Parted:
        opinion, person = collected.opinion, _person(collected.opinion.registrant)
        fresh, rows, earlier = [], list[int](), dict[str, tuple[int, ...]]()
        for matter, standing in zip(opinion.matters, collected.rows_of, strict=True):
            if code := self._codes.get((person, same_words(matter.text))):
                earlier[code] = (*earlier.get(code, ()), *standing)
            else:
                fresh.append(matter)
                rows += standing
        new = Opinion(registrant=opinion.registrant, matters=tuple(fresh)) if fresh else None
        return Parted(new, tuple(sorted(rows)), earlier)


def _person(registrant: Registrant) -> tuple[str, str]:
    """As a fingerprint knows a person: an address that was corrected since does not make another of him."""
    reached = registrant.phone or registrant.email or registrant.address or ""
    return same_words(registrant.name), same_words(reached)
