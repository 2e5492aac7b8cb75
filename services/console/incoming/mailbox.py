"""The mails of a commune, as the view knows them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.console.language import say
from services.console.rows import into
from services.console.view import said

LATEST = 100
"""Mails that are shown below those that wait."""

WHY: Mapping[str, str] = {
    "form": "Phiếu chưa đủ",
    "no-form": "Không thấy phiếu",
    "unreadable": "Không đọc được",
    "unknown-code": "Mã phiếu cần xác minh",
    "reply": "Thư trả lời",
    "automatic-reply": "Thư trả lời tự động",
    "bounce": "Báo không gửi được",
    "newsletter": "Bản tin",
}
BECAME: Mapping[str, str] = {
    "registered": "Đã thành phiếu",
    "attached": "Đã gắn vào phiếu",
    "ignored": "Không phải xử lý",
    "quarantined": "Chờ xử lý",
    "discarded": "Đã bỏ qua",
}


@dataclass(frozen=True, slots=True)
class Form:
    """What a mail became, or belongs to."""

    id: str
    code: str | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. version: for commands. original: id of the whole mail as a file.

    proposed: code of the form that it seems to belong to.
    """

    id: str
    outcome: str
    why: str
    sender: str | None
    subject_line: str | None
    received_at: datetime
    told: str | None
    proposed: str | None
    settled_how: str | None
    settled_because: str | None
    settled_by: str | None
    settled_at: datetime | None
    original: str
    forms: Sequence[Form]
    version: int

    @property
    def waits(self) -> bool:
        return self.outcome == "quarantined" and self.settled_how is None

    @property
    def reason(self) -> str:
        return WHY.get(self.why, self.why)

    @property
    def became(self) -> str:
        """What there is to say of it in two or three words."""
        state = self.settled_how or self.outcome
        told = say(BECAME[state])
        return f"{told}: {say(self.reason).lower()}" if state == "ignored" else told


def count_waiting(db: sqlite3.Connection, commune: str) -> int:
    """How many mails wait for a clerk."""
    row = db.execute(
        "SELECT count(*) AS count FROM mail WHERE commune = ? AND outcome = 'quarantined' AND settled_how IS NULL",
        (commune,),
    ).fetchone()
    return int(row["count"])


def waiting(db: sqlite3.Connection, commune: str) -> list[Mail]:
    """Those that wait for a clerk, the oldest first."""
    rows = db.execute(
        "SELECT * FROM mail WHERE commune = ? AND outcome = 'quarantined' AND settled_how IS NULL "
        "ORDER BY received_at, id",
        (commune,),
    )
    return [_mail(db, row) for row in rows.fetchall()]


def latest(db: sqlite3.Connection, commune: str) -> list[Mail]:
    """The others, the latest first."""
    rows = db.execute(
        "SELECT * FROM mail WHERE commune = ? AND (outcome <> 'quarantined' OR settled_how IS NOT NULL) "
        "ORDER BY received_at DESC, id LIMIT ?",
        (commune, LATEST),
    )
    return [_mail(db, row) for row in rows.fetchall()]


def one(db: sqlite3.Connection, commune: str, id: str) -> Mail | None:
    row = db.execute(
        "SELECT * FROM mail WHERE commune = ? AND id = ? AND outcome IS NOT NULL", (commune, id)
    ).fetchone()
    return _mail(db, row) if row else None


def _mail(db: sqlite3.Connection, row: sqlite3.Row) -> Mail:
    original: dict[str, Any] = json.loads(row["original"])
    ids: list[str] = json.loads(row["submissions"] or "[]")
    rows = db.execute(
        "SELECT id, code, name FROM submission WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(ids),)
    )
    found = {form["id"]: into(Form, form) for form in rows}
    forms = [found.get(id, Form(id, None, None)) for id in ids]
    return into(Mail, row, original=original["id"], forms=forms, version=said(db, "intake", row["id"]))
