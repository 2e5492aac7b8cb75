"""The figures of a period or of one dialogue. Lateness shows by the first end of a term as well.

What is counted, and where, `facts/figures.py` says, for the reports of a commune and for the province alike. Every
table of questions adds up to the same sum: received = answered at a dialogue + in writing + redirected + referred up +
withdrawn + open.
"""

import re
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from services.console.facts import figures as counting
from services.console.facts import instant
from services.console.facts.figures import Total
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
    escalated: questions whose lateness was put before somebody. within_5 to longer: what the department has answered,
    by the working days it took from the day it got the question; each in one class.
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
    within_5: int
    within_7: int
    within_10: int
    within_20: int
    within_30: int
    longer: int

    @property
    def within(self) -> tuple[int, ...]:
        """Questions that the department has answered, by classes of working days."""
        return self.within_5, self.within_7, self.within_10, self.within_20, self.within_30, self.longer

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
    total, terms = _counted(db, profile, subject, "all", now), _counted(db, profile, subject, "rule", now)
    return Figures(
        subject=subject,
        made_at=now,
        forms=forms,
        total=row_of(total[0] if total else None, "", "Tổng số"),
        channels=rows_of(_counted(db, profile, subject, "channel", now), CHANNELS),
        fields=rows_of(_counted(db, profile, subject, "field", now), {**FIELDS, "": NO_FIELD}),
        departments=rows_of(_counted(db, profile, subject, "department", now), {**names, "": NO_DEPARTMENT}),
        terms=terms_of(terms),
        units=_units(db, known, names),
        dialogues=_dialogues(db, known),
        to_province=sum(one.to_province for one in terms),
        late_open=total[0].late_open if total else 0,
    )


def by_month(db: sqlite3.Connection, profile: Profile, year: int, now: datetime) -> tuple[Row, ...]:
    """The questions of each month of a year."""
    found = counting.counted(db, "all", f"{year}-01", f"{year + 1}-01", instant(now), commune=profile.id, months=True)
    totals = {one.month: one for one in found}
    months = [f"{year}-{number:02}" for number in range(1, 13)]
    return tuple(row_of(totals.get(month), month, f"Tháng {int(month[-2:])}") for month in months)


def months_of(subject: Subject) -> tuple[str, str]:
    """The first month of a period, and the first one after it, in Vietnam."""
    return _month(subject.start), _month(subject.end)


def rows_of(totals: Iterable[Total], names: Mapping[str, str]) -> tuple[Row, ...]:
    """In the order of the names; what has no name is called by its id, and stands last."""
    order = {id: place for place, id in enumerate(names)}
    found = sorted(totals, key=lambda one: order.get(one.id, len(order)))
    return tuple(row_of(one, one.id, names.get(one.id, one.id)) for one in found)


def row_of(total: Total | None, id: str, name: str) -> Row:
    """A row of a table; None: nothing was received."""
    numbers = [one.name for one in fields(Row) if one.name not in ("id", "name", "received")]
    return Row(id, name, total.number if total else 0, **{one: getattr(total, one, 0) for one in numbers})


def terms_of(totals: Iterable[Total]) -> tuple[Terms, ...]:
    """In the order in which they come in the life of a dialogue and a question."""
    order = list(RULES)
    numbers = [one.name for one in fields(Terms) if one.name not in ("rule", "name", "set")]
    return tuple(
        Terms(one.id, RULES[one.id], one.number, **{name: getattr(one, name) for name in numbers})
        for one in sorted(totals, key=lambda one: order.index(one.id))
    )


def _counted(db: sqlite3.Connection, profile: Profile, subject: Subject, by: str, now: datetime) -> list[Total]:
    """Of one dialogue all that came in for it, and all that it owes itself; of a period, month by month."""
    if subject.dialogue is None:
        return counting.counted(db, by, *months_of(subject), instant(now), commune=profile.id)
    cases = db.execute(
        "SELECT id FROM submission WHERE commune = ? AND dialogue = ? UNION ALL "
        "SELECT id FROM dialogue WHERE commune = ? AND id = ?",
        (profile.id, subject.dialogue) * 2,
    )
    return counting.live(db, by, [case["id"] for case in cases], instant(now))


def _month(at: str) -> str:
    return datetime.fromisoformat(at).astimezone(HANOI).strftime("%Y-%m") if len(at) > 1 else at


def entries(db: sqlite3.Connection, profile: Profile, subject: Subject, now: datetime) -> list[Entry]:
    """The questions behind the figures, in the order received."""
    known = {"commune": profile.id, "now": instant(now), **_bounds(subject)}
    names = {department.id: department.name for department in profile.departments}
    rows = db.execute(
        f"SELECT q.*, s.code, s.channel, s.received_at, {counting.OUTCOME} AS outcome, t.due_at, "
        "coalesce(t.original_due_at, t.due_at) AS original_due_at, t.met_at "
        "FROM submission s JOIN question q ON q.submission = s.id "
        "LEFT JOIN term t ON t.about = q.id AND t.rule = 'department-answer' "
        f"WHERE {_RECEIVED} ORDER BY s.received_at, s.code, q.number",
        known,
    )
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

# A term that stands still is over only by its first end, which did not.
_KEPT = """
  total(term_state = 'met' AND met_at <= original_due_at) AS kept_first,
  total((term_state = 'met' AND met_at > original_due_at)
    OR (term_state IN ('running', 'near', 'missed', 'paused') AND :now > original_due_at)) AS late_first,
  total(term_state = 'met' AND met_at <= due_at) AS kept,
  total((term_state = 'met' AND met_at > due_at)
    OR (term_state IN ('running', 'near', 'missed') AND :now > due_at)) AS late
"""

_HELD = "d.commune = :commune AND d.held_at >= :start AND d.held_at < :end AND (:dialogue IS NULL OR d.id = :dialogue)"


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
