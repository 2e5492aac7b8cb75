"""What the province and the reports count, counted once: figures by month and commune, kept beside the view's rows.

A case of which something was said is uncounted until `settle` takes away what was counted of it and counts it anew. Who
reads (`counted`) takes what is settled month by month, and the uncounted cases as they are now: so figures are always
those of the view, whatever is settled; `live` gives the same without any.

A question counts in the month it was received, in Vietnam. What it owes counts with it; what a dialogue owes, in the
month it is held; a slot of the programme, in the month of its end. What is owed now is late from an instant on that is
kept with it, for nobody says anything when time passes.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from services.console.facts import working_days
from shared.logs import in_short, logger

CHUNK = 100
"""Cases that are counted at once: the reader of the stream waits no longer than that takes."""

NEVER = "9"
"""Sorts after every instant: nothing is owed that could be late."""

OUTCOMES = ("at_dialogue", "in_writing", "redirected", "referred_up", "withdrawn", "open")
CLASSES = (5, 7, 10, 20, 30)
"""Working days that plans give for an answer, a notice, a promise. `within_5`: up to five; `within_7`: six or seven."""
WITHIN = (*(f"within_{days}" for days in CLASSES), "longer")
OF_TERMS = ("number", "kept_first", "late_first", "kept", "late", "cancelled", "to_province")
COLUMNS = (*OF_TERMS, *OUTCOMES, "extended", "extended_days", "escalated", *WITHIN)
"""What is added up. number: how many questions, or terms; of terms there is nothing else than `OF_TERMS`."""
KINDS = ("all", "channel", "field", "department", "term", "rule")
"""By what: all questions, or each value of one of their columns; all terms, or those of each rule."""


@dataclass(frozen=True, slots=True)
class Total:
    """What was added up, as of an instant: what is owed and over by then is late.

    id: the value of what was asked by. late_open: questions without an answer of which some term is over.
    """

    commune: str
    month: str
    id: str
    number: int = 0
    kept_first: int = 0
    late_first: int = 0
    kept: int = 0
    late: int = 0
    cancelled: int = 0
    to_province: int = 0
    at_dialogue: int = 0
    in_writing: int = 0
    redirected: int = 0
    referred_up: int = 0
    withdrawn: int = 0
    open: int = 0
    extended: int = 0
    extended_days: int = 0
    escalated: int = 0
    within_5: int = 0
    within_7: int = 0
    within_10: int = 0
    within_20: int = 0
    within_30: int = 0
    longer: int = 0
    late_open: int = 0

    @property
    def not_due(self) -> int:
        """Neither done nor over."""
        return self.number - self.kept - self.late - self.cancelled


Key = tuple[str, str, str]
"""Commune, month and value."""
NUMBERS = tuple(one.name for one in fields(Total))[3:]


def mark(db: sqlite3.Connection, cases: Iterable[str]) -> None:
    """Something was said of these cases."""
    db.executemany(
        "INSERT INTO uncounted (case_id) VALUES (?) ON CONFLICT (case_id) DO UPDATE SET refused = 0 WHERE refused",
        [(case,) for case in cases],
    )


def settle(db: sqlite3.Connection, most: int = CHUNK) -> int:
    """Count some of the uncounted cases anew; how many they were.

    One of which the figures do not admit what it says stays uncounted until more is said of it, and holds up no other.
    """
    cases = [row[0] for row in db.execute("SELECT case_id FROM uncounted WHERE NOT refused LIMIT ?", (most,))]
    if not cases:
        return 0
    _know_working_days(db)
    if _error_of(db, cases) is not None:
        for case in cases:
            if (error := _error_of(db, [case])) is not None:
                logger().error("case-not-counted", case=case, error=in_short(error))
                db.execute("UPDATE uncounted SET refused = 1 WHERE case_id = ?", (case,))
    return len(cases)


def _error_of(db: sqlite3.Connection, cases: Sequence[str]) -> sqlite3.IntegrityError | None:
    """Count these, all or none; why none of them could be."""
    db.execute("SAVEPOINT counting")
    try:
        _count(db, cases)
    except sqlite3.IntegrityError as error:
        db.execute("ROLLBACK TO counting")
        return error
    finally:
        db.execute("RELEASE counting")
    return None


def _count(db: sqlite3.Connection, cases: Sequence[str]) -> None:
    known = {"cases": json.dumps(cases)}
    _add(db, known, -1)
    db.execute(f"DELETE FROM counted WHERE case_id IN ({_CASES})", known)
    db.execute(f"INSERT INTO counted ({_KEYS}, {', '.join(COLUMNS)}) {_of_cases(_CASES)}", known)
    _add(db, known, 1)
    db.execute("DELETE FROM month_figure WHERE number = 0")
    db.execute("DELETE FROM day_figure WHERE change = 0")
    db.execute(f"DELETE FROM uncounted WHERE case_id IN ({_CASES})", known)


def counted(
    db: sqlite3.Connection, by: str, first: str, end: str, now: str, *, commune: str | None = None, months: bool = False
) -> list[Total]:
    """The figures of one commune, or of each.

    Args:
        by: one of `KINDS`.
        first: the month they begin with, as `2026-04`; end: the first one that is left out.
        now: what is over by this instant is late.
        months: month by month.
    """
    known = {"by": by, "first": first, "end": end, "now": now, "commune": commune}
    where = "month >= :first AND month < :end" + (" AND commune = :commune" if commune is not None else "")
    group, sums = _group(months, _value(by)), dict[Key, list[int]]()
    over = ", ".join(f"sum({_OVER[one]} < :now)" if one in _OVER else "0" for one in _numbers(by))
    _add_up(sums, db, f"SELECT {_group(months)}, {_sums(by)} FROM month_figure WHERE by = :by AND {where}", known)
    _add_up(sums, db, f"SELECT {group}, {over} FROM counted {_of(by)} AND {_IS_OVER} AND {where}", known)
    if _some_wait(db):
        for rows, sign in _ANEW:
            _add_up(sums, db, f"SELECT {group}, {_sums_now(by, sign)} FROM ({rows}) {_of(by)} AND {where}", known)
    return _totals(sums, by)


def live(db: sqlite3.Connection, by: str, cases: Sequence[str], now: str) -> list[Total]:
    """The same of these cases, in whichever month, as they are in the view."""
    _know_working_days(db)
    sums = dict[Key, list[int]]()
    query = f"SELECT {_group(False, _value(by))}, {_sums_now(by, 1)} FROM ({_of_cases(_CASES)}) {_of(by)}"
    _add_up(sums, db, query, {"cases": json.dumps(cases), "now": now})
    return _totals(sums, by)


def late_now(db: sqlite3.Connection, now: str, commune: str | None = None) -> dict[str, int]:
    """How many questions of each commune are late at this instant, whenever they were received.

    Late is a question of which the term of the department's answer is over, by its end as extended, and not met.
    """
    known = {"now": now, "commune": commune}
    own = "rule = '' AND last_end < :now" + (" AND commune = :commune" if commune is not None else "")
    rows = db.execute(f"SELECT commune, count(*) FROM counted WHERE {own} AND {_IS_OVER} GROUP BY commune", known)
    found = dict(rows.fetchall())
    if _some_wait(db):
        for source, sign in _ANEW:
            changes = db.execute(f"SELECT commune, count(*) FROM ({source}) WHERE {own} GROUP BY commune", known)
            for name, number in changes:
                found[name] = found.get(name, 0) + sign * number
    return {name: number for name, number in found.items() if number}


def late_by_day(
    db: sqlite3.Connection, first: str, end: str, commune: str | None = None
) -> dict[str, list[tuple[str, int]]]:
    """How many questions of each commune were late at the end of a day, from each day on which that changed.

    Args:
        first: a day as `2026-01-01`; what was late before it is late on it.
        end: the first day that is left out: one that is not over yet knows only `late_now`.
    """
    known = {"first": first, "end": end, "commune": commune}
    own = "day < :end" + (" AND commune = :commune" if commune is not None else "")
    changes = f"SELECT commune, max(day, :first) AS day, change FROM day_figure WHERE {own}"
    if _some_wait(db):
        for rows, sign in _ANEW:
            for column, change in (("late_on", sign), ("met_on", -sign)):
                changes += (
                    f" UNION ALL SELECT commune, max(day, :first), {change} "
                    f"FROM (SELECT commune, {column} AS day FROM ({rows})) WHERE {own}"
                )
    found: dict[str, list[tuple[str, int]]] = {}
    name, level = None, 0
    for row_of, day, change in db.execute(f"{changes} ORDER BY 1, 2", known):
        name, level = row_of, change + (level if row_of == name else 0)
        levels = found.setdefault(name, [])
        if levels and levels[-1][0] == day:
            levels.pop()
        if level != (levels[-1][1] if levels else 0):
            levels.append((day, level))
    return {name: levels for name, levels in found.items() if levels}


def _some_wait(db: sqlite3.Connection) -> bool:
    _know_working_days(db)
    return bool(db.execute("SELECT EXISTS (SELECT 1 FROM uncounted)").fetchone()[0])


def _add_up(sums: dict[Key, list[int]], db: sqlite3.Connection, query: str, known: Mapping[str, str | None]) -> None:
    for commune, month, value, *numbers in db.execute(f"{query} GROUP BY 1, 2, 3", known):
        before = sums.get((commune, month, value))
        sums[commune, month, value] = (
            [one + other for one, other in zip(before, numbers, strict=True)] if before else numbers
        )


def _totals(sums: Mapping[Key, Sequence[int]], by: str) -> list[Total]:
    names, found = _numbers(by), []
    for (commune, month, value), numbers in sorted(sums.items()):
        known: dict[str, Any] = dict(zip(names, numbers, strict=True))
        if known["number"] > 0:
            found.append(Total(commune, month, value, **known))
    return found


def _numbers(by: str) -> tuple[str, ...]:
    """Those that there are of questions, or of terms; `number` is the first."""
    return OF_TERMS if by in ("term", "rule") else NUMBERS


def _sums(by: str) -> str:
    return ", ".join("0" if one == "late_open" else f"sum({one})" for one in _numbers(by))


def _sums_now(by: str, sign: int) -> str:
    """Of rows that know from when on they are late."""
    late = {one: f"({end} < :now)" for one, end in _OVER.items()}
    return ", ".join(
        f"{sign} * sum({' + '.join(filter(None, (one if one in COLUMNS else '', late.get(one, ''))))})"
        for one in _numbers(by)
    )


def _group(months: bool, value: str = "value") -> str:
    return f"commune, {'month' if months else repr('')}, {value}"


def _value(by: str) -> str:
    return by if by in ("channel", "field", "department", "rule") else "''"


def _of(by: str) -> str:
    return "WHERE rule <> ''" if by in ("term", "rule") else "WHERE rule = ''"


def _add(db: sqlite3.Connection, known: Mapping[str, Any], sign: int) -> None:
    """Add to the figures, or take away from them, what is counted of some cases."""
    for by in KINDS:
        columns = [one for one in COLUMNS if one in _numbers(by)]
        sums = ", ".join(f"{sign} * sum({one})" for one in columns)
        changes = ", ".join(f"{one} = {one} + excluded.{one}" for one in columns)
        db.execute(
            f"INSERT INTO month_figure (by, commune, month, value, {', '.join(columns)}) "
            f"SELECT '{by}', {_group(True, _value(by))}, {sums} FROM counted {_of(by)} AND case_id IN ({_CASES}) "
            f"GROUP BY 1, 2, 3, 4 ON CONFLICT (by, commune, month, value) DO UPDATE SET {changes}",
            known,
        )
    for column, change in (("late_on", sign), ("met_on", -sign)):
        db.execute(
            f"INSERT INTO day_figure (commune, day, change) SELECT commune, {column}, {change} * count(*) FROM counted "
            f"WHERE case_id IN ({_CASES}) AND {column} IS NOT NULL GROUP BY 1, 2 "
            "ON CONFLICT (commune, day) DO UPDATE SET change = change + excluded.change",
            known,
        )


def _know_working_days(db: sqlite3.Connection) -> None:
    db.create_function("working_days", 2, working_days.taken, deterministic=True)


def _of_cases(cases: str) -> str:
    """What is counted of these cases: a row for each question, and for each term. Cut-offs are owed by nobody."""
    return f"""
SELECT
  q.submission AS case_id, q.id AS id, s.commune AS commune, {_month("s.received_at")} AS month,
  coalesce(s.channel, '') AS channel, coalesce(q.field, '') AS field, coalesce(q.department, '') AS department,
  '' AS rule, {_ENDS},
  coalesce((
    SELECT min(o.due_at) FROM term o WHERE o.about = q.id AND o.state IN {RUNS} AND {OUTCOME} = 'open'
  ), '{NEVER}') AS late_from,
  CASE WHEN t.state IN {RUNS} OR {_LATE} THEN {_day("t.due_at")} END AS late_on,
  CASE WHEN {_LATE} THEN {_day("t.met_at")} END AS met_on,
  {_columns({**_OUTCOMES, **_KEPT, **_OF_QUESTION, **_TAKEN})}
FROM question q JOIN submission s ON s.id = q.submission
LEFT JOIN term t ON t.about = q.id AND t.rule = 'department-answer'
WHERE q.submission IN ({cases}) AND s.received_at IS NOT NULL
UNION ALL
SELECT
  c.case_id, t.id, t.commune, coalesce({_month("s.received_at")}, {_month("d.held_at")}, {_month("t.due_at")}),
  '', '', '', t.rule, {_ENDS}, '{NEVER}', NULL, NULL,
  {_columns({**_KEPT, **_OF_TERM})}
FROM ({cases}) c JOIN term t ON t.about >= c.case_id AND t.about < c.case_id || '.' AND t.case_id = c.case_id
LEFT JOIN question q ON q.id = t.about LEFT JOIN submission s ON s.id = q.submission
LEFT JOIN dialogue d ON d.id = t.case_id
WHERE t.rule <> 'registration-cutoff' AND t.due_at IS NOT NULL AND (
  s.received_at IS NOT NULL OR (q.id IS NULL AND (d.held_at IS NOT NULL OR t.rule = 'periodic-dialogue'))
)"""


def _columns(known: Mapping[str, str]) -> str:
    """All columns; what is not counted of a row is 0."""
    return ", ".join(f"coalesce({known.get(one, '0')}, 0) AS {one}" for one in COLUMNS)


def _month(instant: str) -> str:
    return f"strftime('%Y-%m', {instant}, '+7 hours')"


def _day(instant: str) -> str:
    return f"date({instant}, '+7 hours')"


OWED = "('running', 'near', 'missed', 'paused')"
RUNS = "('running', 'near', 'missed')"

# A question that was referred up is so from the day it was: what is still to be told, its terms say.
OUTCOME = """CASE
    WHEN q.standing = 'withdrawn' THEN 'withdrawn'
    WHEN q.state = 'referred-up' OR q.settled_how = 'referred-up' THEN 'referred_up'
    WHEN q.standing = 'redirected' THEN 'redirected'
    WHEN q.standing = 'open' THEN 'open'
    WHEN q.heard OR q.settled_how = 'answered-at-dialogue' THEN 'at_dialogue'
    ELSE 'in_writing'
  END"""
_OUTCOMES = {"number": "1"} | {one: f"{OUTCOME} = '{one}'" for one in OUTCOMES}

# A term that stands still is over only by its first end, which did not.
_ENDS = f"""
  coalesce(CASE WHEN t.state IN {OWED} THEN coalesce(t.original_due_at, t.due_at) END, '{NEVER}') AS first_end,
  coalesce(CASE WHEN t.state IN {RUNS} THEN t.due_at END, '{NEVER}') AS last_end"""
_OVER = {"late_first": "first_end", "late": "last_end", "late_open": "late_from"}
"""From when on what is owed counts as late."""
_IS_OVER = f"over_from <> '{NEVER}' AND over_from < :now"
_LATE = "(t.state IS 'met' AND t.met_at > t.due_at)"
_KEPT = {
    "kept_first": "t.state = 'met' AND t.met_at <= coalesce(t.original_due_at, t.due_at)",
    "late_first": "t.state = 'met' AND t.met_at > coalesce(t.original_due_at, t.due_at)",
    "kept": "t.state = 'met' AND t.met_at <= t.due_at",
    "late": "t.state = 'met' AND t.met_at > t.due_at",
}
_OF_QUESTION = {
    "extended": "q.extended_days IS NOT NULL",
    "extended_days": "q.extended_days",
    "escalated": "EXISTS (SELECT 1 FROM escalation e WHERE e.about = q.id)",
}
_OF_TERM = {
    "number": "1",
    "cancelled": "t.state IN ('cancelled', 'passed')",
    "to_province": "EXISTS (SELECT 1 FROM escalation e WHERE e.about = t.about AND e.term = t.id "
    "AND e.put_before = 'province')",
}

# From the day on which the term began, not counted, to the day of the answer.
_DAYS = "CASE WHEN t.state = 'met' THEN working_days(t.set_at, t.met_at) END"
_TAKEN = {
    name: f"{_DAYS} BETWEEN {above + 1} AND {most}"
    for name, above, most in zip(WITHIN, (-1, *CLASSES), (*CLASSES, 100_000), strict=True)
}

_KEYS = "case_id, id, commune, month, channel, field, department, rule, first_end, last_end, late_from, late_on, met_on"
_CASES = "SELECT value AS case_id FROM json_each(:cases)"
_UNCOUNTED = "SELECT case_id FROM uncounted"
_ANEW = ((f"SELECT * FROM counted WHERE case_id IN ({_UNCOUNTED})", -1), (_of_cases(_UNCOUNTED), 1))
"""What was counted of the uncounted cases is taken away, and added as it is now."""
