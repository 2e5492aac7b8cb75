"""The rows of lists that leave the house: what the page shows of each, and nobody whom the page does not name.

What is in a list is asked for once; its rows then in parts, each in a snapshot of its own. So every line is there once,
in the order of the list, while the writing goes on: a snapshot that is held for as long as somebody's line takes to
download would keep SQLite from using the room of its log again.
"""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from services.console import terms, words
from services.console.rows import term_of
from services.console.terms import Situation
from services.console.view import View
from services.console.work import lists
from services.console.work.exports import Value
from services.console.work.lists import Filter
from shared.communes import Profile

PART = 500
"""Rows of one snapshot."""

QUESTIONS = (
    "Phiếu",
    "Câu",
    "Nhận lúc",
    "Kênh",
    "Người hỏi",
    "Nội dung",
    "Lĩnh vực",
    "Phòng, đơn vị",
    "Tình trạng",
    "Hạn",
    "Hạn ban đầu",
    "Thời hạn",
    "Xong lúc",
    "Gia hạn (ngày làm việc)",
    "Trả lời bằng văn bản vì",
    "Người hỏi đánh giá",
)
TERMS = ("Hạn", "Hạn ban đầu", "Thời hạn", "Loại", "Việc", "Phòng, đơn vị", "Ai làm", "Căn cứ", "Tạm tính")
LETTERS = (
    "Phiếu",
    "Loại",
    "Số, ký hiệu",
    "Đợt in",
    "Tình trạng",
    "Gửi ngày",
    "Số hiệu bưu gửi",
    "Phát ngày",
    "Chuyển hoàn ngày",
    "Lý do",
)
LIBRARY = ("Lĩnh vực", "Câu hỏi", "Câu trả lời", "Công khai lúc", "Người hỏi đánh giá")


def questions(view: View, profile: Profile, wanted: Filter, now: datetime) -> Iterator[Sequence[Value]]:
    """As the list of questions shows them. Whoever wrote what reads like a denunciation is named nowhere."""
    names = {department.id: department.name for department in profile.departments}

    def told(row: sqlite3.Row) -> Sequence[Value]:
        term = term_of(row, now)
        return (
            row["code"],
            row["number"],
            _at(row["received_at"]),
            words.CHANNELS.get(row["channel"] or "", ""),
            None if row["of_denouncer"] else row["name"],
            None if row["scope"] == "denunciation" else row["text"],
            words.FIELDS.get(row["field"] or ""),
            names.get(row["department"] or "", row["department"]),
            words.STAGES.get(row["stage"], row["stage"]),
            term.due_at if term else None,
            term.original_due_at if term else None,
            term.words if term else None,
            _at(row["met_at"]),
            row["extended_days"],
            words.WRITTEN_BECAUSE.get(row["owed_in_writing"] or ""),
            row["rating"],
        )

    return _rows(
        view,
        lambda db: lists.every_id(db, profile.id, wanted, now),
        "SELECT i.code, i.number, s.received_at, s.channel, i.name, i.of_denouncer, i.scope, i.text, i.field, "
        "i.department, i.stage, i.extended_days, i.owed_in_writing, i.rating, i.term_id, i.rule, i.term_state, "
        "i.set_at, i.due_at, i.original_due_at, i.met_at, i.basis, i.provisional, i.moved_because, i.cause, "
        "i.paused_because FROM json_each(?) j JOIN item i ON i.id = j.value "
        "LEFT JOIN submission s ON s.id = i.submission ORDER BY j.key",
        told,
    )


def owed(
    view: View, profile: Profile, now: datetime, rule: str | None, department: str | None, situation: Situation | None
) -> Iterator[Sequence[Value]]:
    """As the page of terms shows them."""
    names = {one.id: one.name for one in profile.departments}

    def told(row: sqlite3.Row) -> Sequence[Value]:
        term = term_of(row, now)
        assert term is not None, "what is owed has an end"
        return (
            term.due_at,
            term.original_due_at,
            term.words,
            words.RULES.get(term.rule, term.rule),
            None if row["scope"] == "denunciation" else row["what"] or row["text"],
            names.get(row["department"] or "", row["department"] or "Văn phòng"),
            row["owner"],
            term.basis,
            "tạm tính" if term.provisional else None,
        )

    return _rows(
        view,
        lambda db: terms.every_id(db, profile.id, now, rule=rule, department=department, situation=situation),
        "SELECT o.* FROM json_each(?) j JOIN owed o ON o.id = j.value ORDER BY j.key",
        told,
    )


def letters(view: View, commune: str) -> Iterator[Sequence[Value]]:
    """Letters on paper and what became of them, the latest first."""

    def told(row: sqlite3.Row) -> Sequence[Value]:
        return (
            row["code"],
            words.MESSAGE_KINDS.get(row["kind"], row["kind"]),
            row["register_number"],
            words.run_of(row["run"]) if row["run"] else None,
            words.MESSAGE_STATES.get(row["state"], row["state"]),
            _on(row["posted_on"]),
            row["tracking"],
            _on(row["delivered_on"]),
            _on(row["returned_on"]),
            row["returned_because"] or row["reason"],
        )

    return _rows(
        view,
        _ids_of(
            "SELECT id FROM message WHERE commune = ? AND channel = 'letter' ORDER BY changed_at DESC, id", commune
        ),
        "SELECT m.*, s.code FROM json_each(?) j JOIN message m ON m.id = j.value "
        "LEFT JOIN submission s ON s.id = m.case_id ORDER BY j.key",
        told,
    )


def published(view: View, commune: str) -> Iterator[Sequence[Value]]:
    """What everybody may read, the latest first."""

    def told(row: sqlite3.Row) -> Sequence[Value]:
        return (
            words.FIELDS.get(row["published_field"] or ""),
            row["published_asked"],
            row["published_answered"],
            _at(row["published_at"]),
            row["rating"],
        )

    return _rows(
        view,
        _ids_of(
            "SELECT id FROM question WHERE commune = ? AND published_at IS NOT NULL ORDER BY published_at DESC, id",
            commune,
        ),
        "SELECT q.* FROM json_each(?) j JOIN question q ON q.id = j.value AND q.published_at IS NOT NULL "
        "ORDER BY j.key",
        told,
    )


def _rows(
    view: View,
    ids: Callable[[sqlite3.Connection], Sequence[str]],
    query: str,
    told: Callable[[sqlite3.Row], Sequence[Value]],
) -> Iterator[Sequence[Value]]:
    with view.reading() as db:
        waiting = ids(db)
    for first in range(0, len(waiting), PART):
        with view.reading() as db:
            found = db.execute(query, (json.dumps(waiting[first : first + PART]),)).fetchall()
        yield from map(told, found)


def _ids_of(query: str, commune: str) -> Callable[[sqlite3.Connection], Sequence[str]]:
    return lambda db: [row["id"] for row in db.execute(query, (commune,))]


def _at(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if value else None


def _on(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None
