"""What the province and the reports count, counted once: figures by month and commune, kept beside the view's rows.

A case of which something was said is uncounted until `settle` takes away what was counted of it and counts it anew. Who
reads (`counted`) takes month by month what is settled, and of the uncounted cases what they are now: so figures are
always those of the view, whatever is settled, and `live` gives the same without any.

A question counts in the month it was received, in Vietnam. What it owes counts with it; what a dialogue owes, in the
month it is held; a slot of the programme, in the month of its end. Of what is owed now the instants are kept from which
on it is late, so that time needs no event.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from services.console import working_days

CHUNK = 200
"""Cases that are counted at once: the reader of the stream waits no longer than that takes."""

NEVER = "9"
"""Sorts after every instant: nothing is owed that could be late."""

OUTCOMES = ("at_dialogue", "in_writing", "redirected", "referred_up", "withdrawn", "open")
CLASSES = (5, 7, 10, 20, 30)
"""Working days that plans give for an answer, a notice, a promise. `within_5`: up to five; `within_7`: six or seven."""
WITHIN = (*(f"within_{days}" for days in CLASSES), "longer")
COLUMNS = (
    "number",
    *OUTCOMES,
    "kept_first",
    "late_first",
    "kept",
    "late",
    "extended",
    "extended_days",
    "escalated",
    *WITHIN,
    "cancelled",
    "to_province",
)
"""What is added up. number: how many questions, or terms."""

OWED = "('running', 'near', 'missed', 'paused')"
RUNS = "('running', 'near', 'missed')"


@dataclass(frozen=True, slots=True)
class Total:
    """What was added up, as of an instant: what is owed and over by then is late. not_due: neither done nor over.

    id: the value of what was asked by. late_open: questions without an answer of which some term is over.
    """

    commune: str
    month: str
    id: str
    number: int
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
    cancelled: int
    to_province: int
    late_open: int

    @property
    def not_due(self) -> int:
        return self.number - self.kept - self.late - self.cancelled


def mark(db: sqlite3.Connection, cases: Iterable[str]) -> None:
    """Something was said of these cases."""
    db.executemany("INSERT OR IGNORE INTO uncounted (case_id) VALUES (?)", [(case,) for case in cases])


def settle(db: sqlite3.Connection, most: int = CHUNK) -> int:
    """Count some of the uncounted cases anew; how many they were."""
    cases = [row[0] for row in db.execute("SELECT case_id FROM uncounted LIMIT ?", (most,))]
    if not cases:
        return 0
    _know_working_days(db)
    known = {"cases": json.dumps(cases)}
    _add(db, known, -1)
    db.execute(f"DELETE FROM counted WHERE case_id IN ({_CASES})", known)
    db.execute(f"INSERT INTO counted ({_KEYS}, {', '.join(COLUMNS)}) {_of_cases(_CASES)}", known)
    _add(db, known, 1)
    db.execute("DELETE FROM month_figure WHERE number = 0")
    db.execute("DELETE FROM day_figure WHERE change = 0")
    db.execute(f"DELETE FROM uncounted WHERE case_id IN ({_CASES})", known)
    return len(cases)


def counted(
    db: sqlite3.Connection, by: str, first: str, end: str, now: str, *, commune: str | None = None, months: bool = False
) -> list[Total]:
    """The figures of one commune, or of each.

    Args:
        by: `all`, `channel`, `field`, `department`: of questions; `rule`: of terms.
        first: the month they begin with, as `2026-04`; end: the first one that is left out.
        now: what is over by this instant is late.
        months: month by month.
    """
    known = {"by": by, "first": first, "end": end, "now": now, "commune": commune}
    return _totals(db, f"{_STORED} UNION ALL {_WAITING}", known, months)


def live(db: sqlite3.Connection, by: str, cases: Sequence[str], now: str) -> list[Total]:
    """The same of these cases, in whichever month, as they are in the view."""
    known = {"by": by, "first": "", "end": NEVER, "now": now, "commune": None, "cases": json.dumps(cases)}
    return _totals(db, _sign(f"({_of_cases(_CASES)})", 1), known, False)


def late_by_day(
    db: sqlite3.Connection, first: str, end: str, commune: str | None = None
) -> dict[str, list[tuple[str, int]]]:
    """How many questions of each commune were late at the end of a day, from each day on which that changed.

    Late is a question of which the term of the department's answer was over, by its end as extended, and not met.

    Args:
        first: a day as `2026-01-01`; what was late before it is late on it.
        end: the first day that is left out: one that is not over yet knows only `late_now`.
    """
    _know_working_days(db)
    rows = db.execute(
        f"SELECT commune, max(day, :first) AS day, sum(change) AS change FROM ({_CHANGES}) "
        "WHERE day < :end AND (:commune IS NULL OR commune = :commune) GROUP BY commune, 2 ORDER BY commune, 2",
        {"first": first, "end": end, "commune": commune},
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for name, day, change in rows:
        levels = found.setdefault(name, [])
        level = (levels[-1][1] if levels else 0) + change
        if change:
            levels.append((day, level))
    return found


def late_now(db: sqlite3.Connection, now: str, commune: str | None = None) -> dict[str, int]:
    """How many questions of each commune are late at this instant, whenever they were received."""
    known = {"by": "all", "first": "", "end": NEVER, "now": now, "commune": commune}
    _know_working_days(db)
    rows = db.execute(
        f"SELECT commune, sum(number) FROM ({_STORED} AND last_end < :now UNION ALL {_WAITING}) "
        "WHERE last_end < :now GROUP BY commune",
        known,
    )
    return dict(rows.fetchall())


def _totals(db: sqlite3.Connection, source: str, known: dict[str, str | None], months: bool) -> list[Total]:
    _know_working_days(db)
    month = "month" if months else "''"
    rows = db.execute(
        f"SELECT commune, {month}, value, {_SUMS} FROM ({source}) "
        f"GROUP BY commune, {month}, value HAVING sum(number) > 0 ORDER BY commune, {month}, value",
        known,
    )
    return [Total(*row) for row in rows]


def _add(db: sqlite3.Connection, known: dict[str, str], sign: int) -> None:
    changes = ", ".join(f"{one} = {one} + excluded.{one}" for one in COLUMNS)
    sums = ", ".join(f"sum({sign} * {one})" for one in COLUMNS)
    db.execute(
        f"INSERT INTO month_figure (by, {_GROUP}, {', '.join(COLUMNS)}) "
        f"SELECT k.by, commune, month, {_VALUE}, first_end, last_end, late_from, {sums} "
        f"FROM counted JOIN {_BY} WHERE case_id IN ({_CASES}) GROUP BY 1, 2, 3, 4, 5, 6, 7 "
        f"ON CONFLICT (by, {_GROUP}) DO UPDATE SET {changes}",
        known,
    )
    for column, change in (("late_on", sign), ("met_on", -sign)):
        db.execute(
            f"INSERT INTO day_figure (commune, day, change) SELECT commune, {column}, sum({change}) FROM counted "
            f"WHERE case_id IN ({_CASES}) AND {column} IS NOT NULL GROUP BY 1, 2 "
            "ON CONFLICT (commune, day) DO UPDATE SET change = change + excluded.change",
            known,
        )


def _know_working_days(db: sqlite3.Connection) -> None:
    db.create_function("working_days", 2, working_days.taken, deterministic=True)


def _sign(source: str, sign: int) -> str:
    """Rows of cases as rows of figures, to be added or taken away."""
    numbers = ", ".join(f"{sign} * {one} AS {one}" for one in COLUMNS)
    return (
        f"SELECT commune, month, {_VALUE} AS value, first_end, last_end, late_from, {numbers} FROM {source} "
        f"JOIN {_BY} WHERE k.by = :by AND {_WITHIN}"
    )


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
  {_numbers({**_OUTCOMES, **_KEPT, **_OF_QUESTION, **_TAKEN})}
FROM question q JOIN submission s ON s.id = q.submission
LEFT JOIN term t ON t.about = q.id AND t.rule = 'department-answer'
WHERE q.submission IN ({cases}) AND s.received_at IS NOT NULL
UNION ALL
SELECT
  c.case_id, t.id, t.commune, coalesce({_month("s.received_at")}, {_month("d.held_at")}, {_month("t.due_at")}),
  '', '', '', t.rule, {_ENDS}, '{NEVER}', NULL, NULL,
  {_numbers({**_KEPT, **_OF_TERM})}
FROM ({cases}) c JOIN term t ON t.about >= c.case_id AND t.about < c.case_id || '.' AND t.case_id = c.case_id
LEFT JOIN question q ON q.id = t.about LEFT JOIN submission s ON s.id = q.submission
LEFT JOIN dialogue d ON d.id = t.case_id
WHERE t.rule <> 'registration-cutoff' AND t.due_at IS NOT NULL AND (
  s.received_at IS NOT NULL OR (q.id IS NULL AND (d.held_at IS NOT NULL OR t.rule = 'periodic-dialogue'))
)"""


def _numbers(known: Mapping[str, str]) -> str:
    """All columns; what is not counted of a row is 0."""
    return ", ".join(f"coalesce({known.get(one, '0')}, 0) AS {one}" for one in COLUMNS)


def _month(instant: str) -> str:
    return f"strftime('%Y-%m', {instant}, '+7 hours')"


def _day(instant: str) -> str:
    return f"date({instant}, '+7 hours')"


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
_GROUP = "commune, month, value, first_end, last_end, late_from"
_CASES = "SELECT value AS case_id FROM json_each(:cases)"
_BY = (
    "(SELECT 'all' AS by UNION ALL SELECT 'channel' UNION ALL SELECT 'field' UNION ALL SELECT 'department' "
    "UNION ALL SELECT 'rule') k ON (k.by = 'rule') = (rule <> '')"
)
_VALUE = (
    "CASE k.by WHEN 'channel' THEN channel WHEN 'field' THEN field WHEN 'department' THEN department "
    "WHEN 'rule' THEN rule ELSE '' END"
)
_WITHIN = "(:commune IS NULL OR commune = :commune) AND month >= :first AND month < :end"
_STORED = f"SELECT {_GROUP}, {', '.join(COLUMNS)} FROM month_figure WHERE by = :by AND {_WITHIN}"
_UNCOUNTED = "SELECT case_id FROM uncounted"
_WAITING = " UNION ALL ".join(
    (_sign(f"(SELECT * FROM counted WHERE case_id IN ({_UNCOUNTED}))", -1), _sign(f"({_of_cases(_UNCOUNTED)})", 1))
)
_OVER = {"late_first": "first_end", "late": "last_end"}
_SUMS = ", ".join(
    (
        *(f"sum({one} + ({_OVER[one]} < :now) * number)" if one in _OVER else f"sum({one})" for one in COLUMNS),
        "sum((late_from < :now) * number)",
    )
)
_CHANGES = " UNION ALL ".join(
    (
        "SELECT commune, day, change FROM day_figure",
        *(
            f"SELECT commune, {column}, {change} FROM ({source}) WHERE {column} IS NOT NULL"
            for column, sign in (("late_on", 1), ("met_on", -1))
            for source, change in (
                (f"SELECT * FROM counted WHERE case_id IN ({_UNCOUNTED})", -sign),
                (_of_cases(_UNCOUNTED), sign),
            )
        ),
    )
)
