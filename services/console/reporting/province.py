"""Communes side by side, in numbers alone: what they owe, and what they keep. Nobody is named, no case can be told.

Whatever is counted here is counted as in the reports of the communes themselves (`facts/figures.py`).
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Literal

from services.console.facts import figures, instant
from services.console.hall import conferences
from services.console.hall.conferences import Place
from services.console.reporting import charts, reports
from services.console.reporting.charts import Strip
from services.console.reporting.reports import Row, Terms
from services.console.words import FIELDS
from shared.communes import Profile
from shared.web import HANOI

OTHER_SUPERIOR = "Cơ quan cấp trên khác"
"""Where a question went that is no commune's direct superior: what was typed there may name anybody."""


Part = Literal["terms", "days", "above"]
"""What is counted only where a page shows it: terms of every rule; each day; what was put before the province."""
PARTS: frozenset[Part] = frozenset({"terms", "days", "above"})


@dataclass(frozen=True, slots=True)
class Referral:
    """Questions of one field that were referred up in the year. waiting: not yet reported; oldest: since when."""

    commune: str
    field: str
    superior: str
    number: int
    waiting: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One commune in one year.

    held, ahead, warned, missed: slots of its programme; of one that was warned of the term is near and no dialogue is
    planned. late_open: questions whose answer is late today. terms: of every rule. to_province: missed terms put
    before the province; unseen: those of them that are still owed and nobody there has acknowledged. returned: letters
    that came back. late_now, late_days: questions whose department is late now, and on each day of the year.
    """

    commune: str
    name: str
    kind: str
    superior: str
    held: int
    ahead: int
    warned: int
    missed: int
    questions: Row
    late_open: int
    terms: tuple[Terms, ...]
    to_province: int
    unseen: int = 0
    returned: int = 0
    referrals: tuple[Referral, ...] = ()
    late_now: int = 0
    late_days: Strip = field(default_factory=lambda: charts.strip(date.min, date.min, ()))

    @property
    def slots(self) -> int:
        return self.held + self.ahead + self.warned + self.missed

    @property
    def kept_terms(self) -> int:
        return sum(one.kept_first for one in self.terms)

    @property
    def late_terms(self) -> int:
        return sum(one.late_first for one in self.terms)

    @property
    def referred(self) -> int:
        return sum(one.number for one in self.referrals)

    @property
    def waiting(self) -> int:
        return sum(one.waiting for one in self.referrals)

    @property
    def oldest(self) -> datetime | None:
        return min((one.oldest for one in self.referrals if one.oldest), default=None)

    def kept(self, *rules: str) -> tuple[int, int]:
        """How many terms of these rules were kept by their first end, and how many were not."""
        own = [one for one in self.terms if one.rule in rules]
        return sum(one.kept_first for one in own), sum(one.late_first for one in own)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of one commune. peak: the most questions that were late at the end of one of its days."""

    month: str
    name: str
    questions: Row
    peak: int | None


@dataclass(frozen=True, slots=True)
class Insight:
    """One commune in one year, in more detail. levels: how many questions were late at the end of each day."""

    standing: Standing
    months: tuple[Month, ...]
    fields: tuple[Row, ...]
    departments: tuple[Row, ...]
    levels: Mapping[date, int]


def standings(
    db: sqlite3.Connection, profiles: Sequence[Profile], year: int, now: datetime, parts: Collection[Part] = PARTS
) -> list[Standing]:
    """Each of these communes, in their order. parts: what is asked of them besides; the rest is empty."""
    only = profiles[0].id if len(profiles) == 1 else None
    bounds, at = (f"{year}-01", f"{year + 1}-01"), instant(now)
    totals = {one.commune: one for one in figures.counted(db, "all", *bounds, at, commune=only)}
    terms: dict[str, list[figures.Total]] = {}
    for one in figures.counted(db, "rule", *bounds, at, commune=only) if "terms" in parts else ():
        terms.setdefault(one.commune, []).append(one)
    places = conferences.programmes(db, profiles, year, now)
    first, end = _days(year, now)
    changes = _late_days(db, first, end, only) if "days" in parts else {}
    late = figures.late_now(db, at, only) if "days" in parts and now.astimezone(HANOI).year == year else {}
    above = "above" in parts
    referred = _referred(db, profiles, year) if above else {}
    unseen, returned = (_unseen(db), _returned(db, year)) if above else ({}, {})
    found = []
    for profile in profiles:
        total, states = totals.get(profile.id), Counter(map(_state, places[profile.id]))
        own = terms.get(profile.id, [])
        found.append(
            Standing(
                commune=profile.id,
                name=profile.name,
                kind=profile.name.partition(" ")[0],
                superior=profile.superior,
                held=states["held"],
                ahead=states["planned"] + states["open"],
                warned=states["warned"],
                missed=states["missed"],
                questions=reports.row_of(total, profile.id, profile.name),
                late_open=total.late_open if total else 0,
                terms=reports.terms_of(own),
                to_province=sum(one.to_province for one in own),
                unseen=unseen.get(profile.id, 0),
                returned=returned.get(profile.id, 0),
                referrals=tuple(referred.get(profile.id, ())),
                late_now=late.get(profile.id, 0),
                late_days=charts.strip(first, end, changes.get(profile.id, ())),
            )
        )
    return found


def insight(db: sqlite3.Connection, profile: Profile, year: int, now: datetime) -> Insight:
    """One commune by month, field and department."""
    [standing] = standings(db, [profile], year, now)
    bounds, at = (f"{year}-01", f"{year + 1}-01"), instant(now)

    def counted(by: str) -> list[figures.Total]:
        return figures.counted(db, by, *bounds, at, commune=profile.id)

    names = {department.id: department.name for department in profile.departments}
    first, end = _days(year, now)
    levels = charts.levels(first, end, _late_days(db, first, end, profile.id).get(profile.id, ()))
    months = []
    for number, row in enumerate(reports.by_month(db, profile, year, now), 1):
        own = [level for day, level in levels.items() if day.month == number]
        months.append(Month(row.id, row.name, row, max(own) if own else None))
    return Insight(
        standing,
        tuple(months),
        reports.rows_of(counted("field"), {**FIELDS, "": reports.NO_FIELD}),
        reports.rows_of(counted("department"), {**names, "": reports.NO_DEPARTMENT}),
        levels,
    )


def _late_days(
    db: sqlite3.Connection, first: date, end: date, commune: str | None
) -> dict[str, list[tuple[date, int]]]:
    found = figures.late_by_day(db, first.isoformat(), end.isoformat(), commune)
    return {id: [(_date(day), level) for day, level in changes] for id, changes in found.items()}


_date = lru_cache(maxsize=2_000)(date.fromisoformat)
"""The days of a few years, many times each."""


def _days(year: int, now: datetime) -> tuple[date, date]:
    """The days of a year that are over."""
    first, today = date(year, 1, 1), now.astimezone(HANOI).date()
    return first, max(first, min(date(year + 1, 1, 1), today))


def _state(place: Place) -> str:
    near = place.state == "open" and place.term is not None and place.term.urgency in ("near", "late")
    return "warned" if near else place.state


def _referred(db: sqlite3.Connection, profiles: Sequence[Profile], year: int) -> dict[str, list[Referral]]:
    known = {profile.superior for profile in profiles}
    rows = db.execute(
        "SELECT q.commune, coalesce(q.field, '') AS field, q.superior, count(*) AS number, "
        "count(*) - count(q.superior_reported_at) AS waiting, "
        "min(iif(q.superior_reported_at IS NULL, q.referred_at, NULL)) AS oldest FROM question q "
        "WHERE q.commune IN (SELECT value FROM json_each(:communes)) AND q.referred_at >= :first "
        "AND q.referred_at < :end AND (q.state = 'referred-up' OR q.settled_how IS 'referred-up') "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3",
        {"communes": json.dumps([profile.id for profile in profiles])} | _instants(year),
    )
    found: dict[str, list[Referral]] = {}
    for row in rows:
        superior = row["superior"] if row["superior"] in known else OTHER_SUPERIOR
        name = FIELDS.get(row["field"], reports.NO_FIELD)
        oldest = datetime.fromisoformat(row["oldest"]) if row["oldest"] else None
        one = Referral(row["commune"], name, superior, row["number"], row["waiting"], oldest)
        found.setdefault(one.commune, []).append(one)
    return found


def together(referrals: Sequence[Referral]) -> list[Referral]:
    """Of all communes: by superior and field, the most first."""
    found: dict[tuple[str, str], Referral] = {}
    for one in referrals:
        key = one.superior, one.field
        before = found.get(key, Referral("", one.field, one.superior, 0, 0, None))
        oldest = min((at for at in (before.oldest, one.oldest) if at), default=None)
        found[key] = Referral(
            "", one.field, one.superior, before.number + one.number, before.waiting + one.waiting, oldest
        )
    return sorted(found.values(), key=lambda one: (-one.number, one.superior, one.field))


def _unseen(db: sqlite3.Connection) -> dict[str, int]:
    return _numbers(
        db,
        "SELECT e.commune, count(DISTINCT e.term) FROM escalation e JOIN term t ON t.id = e.term "
        "WHERE e.put_before = 'province' AND e.acknowledged_at IS NULL AND t.state IN ('running', 'near', 'missed') "
        "GROUP BY e.commune",
        {},
    )


def _returned(db: sqlite3.Connection, year: int) -> dict[str, int]:
    return _numbers(
        db,
        "SELECT commune, count(*) FROM message WHERE returned_on IS NOT NULL AND returned_on >= :first "
        "AND returned_on < :end GROUP BY commune",
        {"first": f"{year}-01-01", "end": f"{year + 1}-01-01"},
    )


def _numbers(db: sqlite3.Connection, query: str, known: Mapping[str, Any]) -> dict[str, int]:
    return dict(db.execute(query, known).fetchall())


def _instants(year: int) -> dict[str, str]:
    first, end = (datetime(one, 1, 1, tzinfo=HANOI) for one in (year, year + 1))
    return {"first": instant(first), "end": instant(end)}
