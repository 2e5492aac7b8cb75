"""The figures of a period or of one dialogue, counted in the view. Lateness shows by the first end of a term as well.

A question counts where it was received; a dialogue, and what is owed of it, where it is held. Every table of questions
adds up to the same sum: received = answered at a dialogue + in writing + redirected + referred up + withdrawn + open.
"""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from services.console.facts import instant
from services.console.words import FIELDS, RULES
from shared.communes import Profile
from shared.web import HANOI

ROMAN = ("I", "II", "III", "IV")
PERIOD = re.compile(r"^(20\d\d)(?:-Q([1-4]))?$")


@dataclass(frozen=True, slots=True)
class Period:
    """Half-open: from the first instant of its first day to that of the day after its last, in Vietnam.

    slug: `2026-Q2` or `2026`. name: in the middle of a sentence.
    """

    slug: str
    name: str
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class Subject:
    """What is reported on: a period, or one dialogue of it. name: in the middle of a sentence."""

    name: str
    slug: str
    start: str
    end: str
    dialogue: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """Questions of one field, department or channel, or all of them.

    kept_first, late_first: answered by the department in time, or not, by the first end of the term; kept, late: by
    the end as it was extended. What was still due when the report was made is late once its end has passed, and
    counts in neither before. extended: questions whose term was; extended_days: working days granted to them.
    escalated: questions whose lateness was put before somebody.
    """

    id: str
    name: str
    received: int
    at_dialogue: int
    in_writing: int
    redirected: int
    referred_up: int
    withdrawn: int
    open: int
    kept_first: int
    late_first: int
    kept: int
    late: int
    extended: int
    extended_days: int
    escalated: int

    @property
    def share_first(self) -> float | None:
        return share(self.kept_first, self.late_first)

    @property
    def share(self) -> float | None:
        return share(self.kept, self.late)


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one rule. not_due: neither done nor over. cancelled ones are in no other figure."""

    rule: str
    name: str
    set: int
    kept_first: int
    late_first: int
    kept: int
    late: int
    not_due: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Unit:
    """What one department owed by published conclusions."""

    id: str
    name: str
    promised: int
    fulfilled: int
    kept_first: int
    late_first: int
    kept: int
    late: int
    extended: int


@dataclass(frozen=True, slots=True)
class Held:
    """A dialogue of the period. registered: in time; floor: who had not registered and spoke at the conference."""

    id: str
    title: str
    held_at: datetime | None
    kind: str
    state: str
    notice: str | None
    concluded_at: datetime | None
    report_document: str | None
    registered: int
    present: int
    floor: int
    invited: int
    attended: int
    questions: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One question as the list behind the figures has it: no name, no words."""

    code: str
    received_at: datetime
    channel: str
    field: str
    department: str
    outcome: str
    first_due_at: datetime | None
    due_at: datetime | None
    met_at: datetime | None
    extended_days: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything a report says.

    forms: submissions received. to_province: missed terms put before the province. late_open: questions whose answer
    is late now, by the end as it was extended.
    """

    subject: Subject
    made_at: datetime
    forms: int
    total: Row
    channels: tuple[Row, ...]
    fields: tuple[Row, ...]
    departments: tuple[Row, ...]
    terms: tuple[Terms, ...]
    units: tuple[Unit, ...]
    dialogues: tuple[Held, ...]
    to_province: int
    late_open: int

    @property
    def promised(self) -> int:
        return sum(unit.promised for unit in self.units)


def share(kept: int, late: int) -> float | None:
    """The part that was in time, 0 to 1; None where nothing was due."""
    return kept / (kept + late) if kept + late else None


def period(typed: str) -> Period | None:
    """`2026-Q2` or `2026`; None when it is neither."""
    if not (found := PERIOD.match(typed.strip().upper())):
        return None
    year, quarter = int(found[1]), found[2]
    if quarter is None:
        return Period(str(year), f"năm {year}", _first(year, 1), _first(year + 1, 1))
    month = 3 * int(quarter) - 2
    end = _first(year, month + 3) if month < 10 else _first(year + 1, 1)
    return Period(f"{year}-Q{quarter}", f"quý {ROMAN[int(quarter) - 1]} năm {year}", _first(year, month), end)


def quarter_of(now: datetime) -> Period:
    """The quarter that is under way."""
    local = now.astimezone(HANOI)
    found = period(f"{local.year}-Q{(local.month + 2) // 3}")
    assert found is not None, "a quarter of a year is a period"
    return found


def of_period(one: Period) -> Subject:
    return Subject(one.name, one.slug, instant(one.start), instant(one.end))


def of_dialogue(id: str, held_at: datetime | None) -> Subject:
    """All that came in for a dialogue, whenever it did."""
    day = f" ngày {held_at.astimezone(HANOI):%d/%m/%Y}" if held_at else ""
    return Subject(f"hội nghị đối thoại{day}", id, "", "9", id)


def figures(db: sqlite3.Connection, profile: Profile, subject: Subject, now: datetime) -> Figures:
    """Count everything for one report."""
    known = {"commune": profile.id, "now": instant(now), **_bounds(subject)}
    names = {department.id: department.name for department in profile.departments}
    forms = db.execute(f"SELECT count(*) FROM submission s WHERE {_RECEIVED}", known).fetchone()[0]
    province = db.execute(
        "SELECT count(DISTINCT e.term) FROM escalation e JOIN term t ON t.id = e.term "
        f"WHERE e.put_before = 'province' AND {_OWN_TERM}",
        known,
    ).fetchone()[0]
    return Figures(
        subject=subject,
        made_at=now,
        forms=forms,
        total=_total(db, known),
        channels=_rows(db, known, "channel", CHANNELS),
        fields=_rows(db, known, "field", {**FIELDS, "": NO_FIELD}),
        departments=_rows(db, known, "department", {**names, "": NO_DEPARTMENT}),
        terms=_terms(db, known),
        units=_units(db, known, names),
        dialogues=_dialogues(db, known),
        to_province=province,
        late_open=db.execute(_LATE_OPEN, known).fetchone()[0],
    )


def entries(db: sqlite3.Connection, profile: Profile, subject: Subject, now: datetime) -> list[Entry]:
    """The questions behind the figures, in the order received."""
    known = {"commune": profile.id, "now": instant(now), **_bounds(subject)}
    names = {department.id: department.name for department in profile.departments}
    rows = db.execute(f"{_ASKED} SELECT * FROM asked ORDER BY received_at, code, number", known)
    return [
        Entry(
            code=f"{row['code']}-{row['number']}",
            received_at=datetime.fromisoformat(row["received_at"]),
            channel=CHANNELS.get(row["channel"] or "", ""),
            field=FIELDS.get(row["field"] or "", NO_FIELD),
            department=names.get(row["department"] or "", row["department"] or NO_DEPARTMENT),
            outcome=OUTCOMES[row["outcome"]],
            first_due_at=_at(row["original_due_at"]),
            due_at=_at(row["due_at"]),
            met_at=_at(row["met_at"]),
            extended_days=row["extended_days"] or 0,
        )
        for row in rows
    ]


OUTCOMES: Mapping[str, str] = {
    "at_dialogue": "Đã trả lời tại hội nghị",
    "in_writing": "Đã trả lời bằng văn bản",
    "redirected": "Đã hướng dẫn đến cơ quan có thẩm quyền",
    "referred_up": "Đã báo cáo cấp trên",
    "withdrawn": "Người hỏi đã rút",
    "open": "Đang giải quyết",
}
CHANNELS: Mapping[str, str] = {
    "web": "Trang web",
    "email": "Thư điện tử",
    "paper": "Phiếu giấy",
    "list": "Danh sách tổng hợp ý kiến",
    "floor": "Phát biểu tại hội nghị",
}
NO_FIELD, NO_DEPARTMENT = "Chưa phân loại", "Chưa giao phòng nào"

_RECEIVED = (
    "s.commune = :commune AND s.received_at >= :start AND s.received_at < :end "
    "AND (:dialogue IS NULL OR s.dialogue = :dialogue)"
)

# A question that was referred up is so from the day it was: what is still to be told, its terms say.
_ASKED = f"""
WITH asked AS (
  SELECT
    q.*, s.code, s.channel, s.received_at,
    CASE
      WHEN q.standing = 'withdrawn' THEN 'withdrawn'
      WHEN q.state = 'referred-up' OR q.settled_how = 'referred-up' THEN 'referred_up'
      WHEN q.standing = 'redirected' THEN 'redirected'
      WHEN q.standing = 'open' THEN 'open'
      WHEN q.heard OR q.settled_how = 'answered-at-dialogue' THEN 'at_dialogue'
      ELSE 'in_writing'
    END AS outcome,
    t.state AS term_state, t.due_at, coalesce(t.original_due_at, t.due_at) AS original_due_at, t.met_at,
    EXISTS (SELECT 1 FROM escalation e WHERE e.about = q.id) AS escalated
  FROM question q
  JOIN submission s ON s.id = q.submission
  LEFT JOIN term t ON t.about = q.id AND t.rule = 'department-answer'
  WHERE {_RECEIVED}
)"""

# A term that stands still is over only by its first end, which did not.
_KEPT = """
  total(term_state = 'met' AND met_at <= original_due_at) AS kept_first,
  total((term_state = 'met' AND met_at > original_due_at)
    OR (term_state IN ('running', 'near', 'missed', 'paused') AND :now > original_due_at)) AS late_first,
  total(term_state = 'met' AND met_at <= due_at) AS kept,
  total((term_state = 'met' AND met_at > due_at)
    OR (term_state IN ('running', 'near', 'missed') AND :now > due_at)) AS late
"""

_COUNTED = ", ".join(
    (
        "count(*) AS received",
        *(f"total(outcome = '{outcome}') AS {outcome}" for outcome in OUTCOMES),
        _KEPT,
        "total(extended_days IS NOT NULL) AS extended",
        "total(extended_days) AS extended_days",
        "total(escalated) AS escalated",
    )
)

_LATE_OPEN = f"""{_ASKED}
SELECT count(*) FROM asked WHERE outcome = 'open' AND EXISTS (
  SELECT 1 FROM term t WHERE t.about = asked.id AND t.state IN ('running', 'near', 'missed') AND :now > t.due_at
)"""

# Terms of questions go with their question, all others with their dialogue.
_HELD = "d.commune = :commune AND d.held_at >= :start AND d.held_at < :end AND (:dialogue IS NULL OR d.id = :dialogue)"
_OWN_TERM = f"""
t.commune = :commune AND (
  t.about IN (SELECT q.id FROM question q JOIN submission s ON s.id = q.submission WHERE {_RECEIVED})
  OR (t.case_id IN (SELECT d.id FROM dialogue d WHERE {_HELD}))
  OR (:dialogue IS NULL AND t.rule = 'periodic-dialogue' AND t.due_at >= :start AND t.due_at < :end)
)"""


def _rows(db: sqlite3.Connection, known: Mapping[str, Any], by: str, names: Mapping[str, str]) -> tuple[Row, ...]:
    """One row for each value of the column `by`, in the order of `names`; "" is the name of what has none."""
    found = db.execute(
        f"{_ASKED} SELECT coalesce({by}, '') AS id, {_COUNTED} FROM asked GROUP BY 1",
        known,
    ).fetchall()
    order = {id: place for place, id in enumerate(names)}
    found.sort(key=lambda row: order.get(row["id"], len(order)))
    return tuple(_row(row, row["id"], names.get(row["id"], row["id"])) for row in found)


def _total(db: sqlite3.Connection, known: Mapping[str, Any]) -> Row:
    row = db.execute(f"{_ASKED} SELECT {_COUNTED} FROM asked", known).fetchone()
    return _row(row, "", "Tổng số")


def _row(row: sqlite3.Row, id: str, name: str) -> Row:
    return Row(id, name, **{one.name: int(row[one.name]) for one in fields(Row) if one.name not in ("id", "name")})


def _terms(db: sqlite3.Connection, known: Mapping[str, Any]) -> tuple[Terms, ...]:
    found = db.execute(
        "WITH own AS (SELECT rule, state AS term_state, due_at, coalesce(original_due_at, due_at) AS original_due_at, "
        f"met_at FROM term t WHERE t.rule <> 'registration-cutoff' AND {_OWN_TERM}) "
        f"SELECT rule, count(*) AS 'set', {_KEPT}, total(term_state = 'cancelled') AS cancelled, "
        "total(term_state = 'paused' OR (term_state IN ('running', 'near', 'missed') AND :now <= due_at)) AS not_due "
        "FROM own GROUP BY rule",
        known,
    ).fetchall()
    order = list(RULES)
    return tuple(
        Terms(
            rule=row["rule"],
            name=RULES[row["rule"]],
            **{one.name: int(row[one.name]) for one in fields(Terms) if one.name not in ("rule", "name")},
        )
        for row in sorted(found, key=lambda row: order.index(row["rule"]))
    )


def _units(db: sqlite3.Connection, known: Mapping[str, Any], names: Mapping[str, str]) -> tuple[Unit, ...]:
    found = db.execute(
        "WITH own AS (SELECT c.department, c.fulfilled_at, c.extended_at, t.state AS term_state, t.due_at, "
        "coalesce(t.original_due_at, t.due_at) AS original_due_at, t.met_at FROM commitment c "
        "JOIN dialogue d ON d.id = c.dialogue LEFT JOIN term t ON t.about = c.id AND t.rule = 'resolution' "
        f"WHERE {_HELD}) SELECT department AS id, count(*) AS promised, count(fulfilled_at) AS fulfilled, {_KEPT}, "
        "count(extended_at) AS extended FROM own GROUP BY department",
        known,
    ).fetchall()
    order = {id: place for place, id in enumerate(names)}
    return tuple(
        Unit(
            id=row["id"],
            name=names.get(row["id"], row["id"]),
            **{one.name: int(row[one.name]) for one in fields(Unit) if one.name not in ("id", "name")},
        )
        for row in sorted(found, key=lambda row: order.get(row["id"], len(order)))
    )


def _dialogues(db: sqlite3.Connection, known: Mapping[str, Any]) -> tuple[Held, ...]:
    rows = db.execute(
        "SELECT d.*, "
        "(SELECT count(*) FROM submission s WHERE s.dialogue = d.id AND s.attendance <> 'withdrawn' "
        "AND s.channel IS NOT 'floor') AS registered, "
        "(SELECT count(*) FROM submission s WHERE s.dialogue = d.id AND s.attendance = 'present' "
        "AND s.channel IS NOT 'floor') AS present, "
        "(SELECT count(*) FROM submission s WHERE s.dialogue = d.id AND s.channel = 'floor') AS floor, "
        "(SELECT count(*) FROM representative r WHERE r.dialogue = d.id) AS invited, "
        "(SELECT count(r.attended_at) FROM representative r WHERE r.dialogue = d.id) AS attended, "
        "(SELECT count(*) FROM question q JOIN submission s ON s.id = q.submission WHERE s.dialogue = d.id) "
        "AS questions "
        f"FROM dialogue d WHERE {_HELD} ORDER BY d.held_at, d.id",
        known,
    )
    return tuple(
        Held(
            id=row["id"],
            title=row["title"] or "",
            held_at=_at(row["held_at"]),
            kind=row["kind"] or "periodic",
            state=row["state"],
            notice=row["notice"],
            concluded_at=_at(row["concluded_at"]),
            report_document=row["report_document"],
            **{name: row[name] for name in ("registered", "present", "floor", "invited", "attended", "questions")},
        )
        for row in rows
    )


def _bounds(subject: Subject) -> dict[str, str | None]:
    return {"start": subject.start, "end": subject.end, "dialogue": subject.dialogue}


def _first(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=HANOI)


def _at(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
