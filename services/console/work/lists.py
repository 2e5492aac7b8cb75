"""The list of questions, and how many there are. Whoever asks names the commune, and gets nothing of another one."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from services.console.case.four_eyes import may_judge, plain_name
from services.console.case.question_rows import drafts_of
from services.console.facts import folded, instant, one_word
from services.console.rows import into, term_of
from services.console.words import Term, waiting

PAGE = 50
"""Questions on one page of the list."""
PHONE_END = 9
"""Digits by which a phone number is known, with the country's number before them or the 0 of calls within it."""
PHONE_MARKS = re.compile(r"[\s.+()-]")

Only = Literal[
    "late", "near", "wanted", "undelivered", "in-writing", "first", "acceptance", "to-decide", "coordinating"
]
"""What a question may be looked for besides its state."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of questions. A field is None while its speaker has not said it.

    department: id of who has it. put_before: the role that heard last of its being late.
    undelivered: an answer or guidance that could not be sent, so that somebody must call.
    confidential: it reads like a denunciation, or is one; a list names neither its sender nor his words. Who wrote
    such a one is not named beside another question of his form either.
    waiting: for how long it has waited for somebody who has no term, in words; "" when it does not.
    has_files: its form came with files, or some were put to it. rating: 1 to 5, as its asker says of the answer.
    owed_in_writing: why its answer is owed in writing. recurs: it was raised before and never settled.
    awaits_acceptance: another department has handed it over, and its term stands still until it is taken up.
    awaits: roles of which one decides next on its draft. follows_code: the form whose question's answer it gets.
    followers: how many questions get its answer. coordinating: ids of departments that say what they know.
    """

    id: str
    submission: str
    number: int | None
    text: str | None
    code: str | None
    name: str | None
    stage: str
    standing: str
    department: str | None
    settled_how: str | None
    extended_days: int | None
    wanted_days: int | None
    put_before: str | None
    owed_in_writing: str | None
    pressing: bool | None
    rating: int | None
    reopened_round: int | None
    has_files: bool
    undelivered: bool
    confidential: bool
    recurs: bool
    awaits_acceptance: bool
    awaits: list[str] | None
    follows_code: str | None
    followers: int
    coordinating: list[str]
    waiting: str
    term: Term | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions there are. received = open + answered + redirected + withdrawn.

    late, near: open ones whose term has ended, or ends soon. in_writing: open ones whose answer is owed in writing.
    first: open ones that are pressing, or were raised before. acceptance: those that wait for the department they were
    handed to. to_decide: those whose draft whoever asks may decide on. coordinating: open ones that a department, or
    any, coordinates. stages: open ones by stage.
    """

    open: int
    answered: int
    redirected: int
    withdrawn: int
    late: int
    near: int
    wanted: int
    undelivered: int
    in_writing: int
    first: int
    acceptance: int
    to_decide: int
    coordinating: int
    stages: Mapping[str, int]

    @property
    def received(self) -> int:
        return self.open + self.answered + self.redirected + self.withdrawn


@dataclass(frozen=True, slots=True)
class Decider:
    """Who decides on drafts: a head on those of the own department alone, others on those of any; nobody of this name
    on what he wrote himself."""

    role: str
    name: str
    department: str | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions to show.

    standing: `open`, `answered`, `redirected`, `withdrawn`, or None for all. search: words, a name or a code; for whom
    contacts are `reachable`, also a whole phone number or mail address.
    department: which answers it; with `coordinating`, which says what it knows. decider: of `to-decide`.
    """

    standing: str | None = None
    stage: str | None = None
    only: Only | None = None
    department: str | None = None
    search: str = ""
    reachable: bool = False
    decider: Decider | None = None


def questions(db: sqlite3.Connection, commune: str, wanted: Filter, now: datetime, page: int = 1) -> list[Item]:
    """A page of the list: what must be done first stands first. One line more than `PAGE` tells of a next page."""
    conditions, values = _wanted(db, commune, wanted, now)
    if search_for(wanted.search) and (lines := _few_lines(db, values)) is not None:
        conditions, values = conditions.replace(_FOUND, _IN_LINES), values | {"lines": json.dumps(lines)}
    rows = db.execute(
        f"SELECT * FROM item WHERE {conditions} ORDER BY rank, id LIMIT :limit OFFSET :offset",  # noqa: S608 - no value is in the text
        values | {"limit": PAGE + 1, "offset": PAGE * (page - 1)},
    )
    return [_item(db, row, now) for row in rows]


def every_id(db: sqlite3.Connection, commune: str, wanted: Filter, now: datetime) -> list[str]:
    """All of the list, in its order."""
    conditions, values = _wanted(db, commune, wanted, now)
    rows = db.execute(f"SELECT id FROM item WHERE {conditions} ORDER BY rank, id", values)  # noqa: S608 - no value is in the text
    return [row["id"] for row in rows]


def counts(
    db: sqlite3.Connection,
    commune: str,
    now: datetime,
    department: str | None = None,
    decider: Decider | None = None,
) -> Counts:
    """Of a commune, or of what one department has. Of what others coordinate, what the department does."""
    values = {"commune": commune, "department": department, "now": instant(now)}
    standings: dict[str, int] = dict.fromkeys(("open", "answered", "redirected", "withdrawn"), 0)
    stages: dict[str, int] = {}
    for row in db.execute(
        "SELECT standing, stage, count(*) AS number FROM question "  # noqa: S608 - no value is in the text
        f"WHERE commune = :commune {_of_department(department)} GROUP BY standing, stage",
        values,
    ):
        standings[row["standing"]] += row["number"]
        if row["standing"] == "open":
            stages[row["stage"]] = row["number"]
    row = db.execute(
        "SELECT total(owed_until < :now) AS late, total(owed_until >= :now AND first_state = 'near') AS near, "  # noqa: S608 - no value is in the text
        "total(wanted_days IS NOT NULL) AS wanted, total(undelivered IS NOT NULL AND NOT heard) AS undelivered, "
        "total(standing = 'open' AND owed_in_writing IS NOT NULL) AS in_writing, "
        "total(standing = 'open' AND (pressing = 1 OR recurs IS NOT NULL)) AS first, "
        "total(standing = 'open' AND awaits_acceptance) AS acceptance "
        "FROM question "
        f"WHERE commune = :commune AND standing IN ('open', 'redirected') {_of_department(department)}",
        values,
    ).fetchone()
    coordinated = db.execute(
        "SELECT count(DISTINCT q.id) FROM coordination c JOIN question q ON q.id = c.question "
        "WHERE c.commune = :commune AND (:department IS NULL OR c.department = :department) AND q.standing = 'open'",
        values,
    ).fetchone()[0]
    figures = {name: int(number) for name, number in dict(row).items()}
    awaited = len(to_decide(db, commune, decider, department)) if decider else 0
    return Counts(**standings, **figures, to_decide=awaited, coordinating=coordinated, stages=stages)


def to_decide(db: sqlite3.Connection, commune: str, decider: Decider, department: str | None = None) -> list[str]:
    """The questions whose draft waits for this person, of a commune or of one department; they are few."""
    rows = db.execute(
        "SELECT id FROM question WHERE commune = :commune AND standing = 'open' AND stage = 'awaiting-approval' "  # noqa: S608 - no value is in the text
        f"AND {TO_DECIDE} {_of_department(department)}",
        {"commune": commune, "department": department, "role": decider.role, "own": decider.department},
    ).fetchall()
    ids = [row["id"] for row in rows]
    known = _known_to(db, ids, decider.name)
    return [id for id in ids if id not in known or may_judge(decider.name, drafts_of(db, id))]


def _known_to(db: sqlite3.Connection, ids: Sequence[str], name: str) -> set[str]:
    """Those of the questions in which this person has written, handed in or endorsed a version: few, of many."""
    named = db.execute(
        "SELECT question, written_by AS name FROM draft WHERE question IN (SELECT value FROM json_each(:ids)) "
        "UNION SELECT question, handed_in_by FROM draft WHERE question IN (SELECT value FROM json_each(:ids)) "
        "UNION SELECT question, endorsed_by FROM endorsement WHERE question IN (SELECT value FROM json_each(:ids))",
        {"ids": json.dumps(ids)},
    ).fetchall()
    own = plain_name(name)
    his = {one for one in {row["name"] for row in named} if one and plain_name(one) == own}
    return {row["question"] for row in named if row["name"] in his}


def words_of(commune: str, typed: str) -> str:
    """What was typed as it is looked for in a full-text index, among a commune's own."""
    return f'commune : "{one_word(commune)}" AND plain : ({search_for(typed)})'


def search_for(typed: str) -> str:
    """What a person typed as a full-text query: every word must be there, the last perhaps unfinished."""
    found = [word for word in "".join(c if c.isalnum() else " " for c in folded(typed)).split() if word]
    return " ".join(f'"{word}"' for word in found) + ("*" if found and len(found[-1]) > 1 else "")


TO_DECIDE = """(
    state = 'awaiting-approval' AND follows IS NULL
    AND EXISTS (SELECT 1 FROM json_each(awaits) WHERE value = :role) AND (:role <> 'head' OR department = :own)
)"""
"""What gets the answer of another is decided with that one."""

ONLY: Mapping[Only, str] = {
    "late": "rank < '0 ' || :now",
    "near": "rank BETWEEN '0 ' || :now AND '1' AND first_state = 'near'",
    "wanted": "standing = 'open' AND wanted_days IS NOT NULL",
    "undelivered": "standing IN ('open', 'redirected') AND undelivered IS NOT NULL AND NOT heard",
    "in-writing": "standing = 'open' AND owed_in_writing IS NOT NULL",
    "first": "standing = 'open' AND (pressing = 1 OR recurs IS NOT NULL)",
    "acceptance": "standing = 'open' AND awaits_acceptance",
    "to-decide": "id IN (SELECT value FROM json_each(:to_decide))",
    "coordinating": "standing = 'open' AND id IN (SELECT question FROM coordination WHERE commune = :commune "
    "AND (:department IS NULL OR department = :department))",
}
_BY_CONTACT = """
SELECT id FROM submission WHERE phone IS NOT NULL AND phone_end = :phone_end
UNION ALL SELECT id FROM submission WHERE email IS NOT NULL AND email_folded = :email
"""
_FOUND = f"""(
    line IN (SELECT rowid FROM words WHERE words MATCH :search) AND (NOT of_denouncer OR code = :typed)
    OR submission IN ({_BY_CONTACT}) AND NOT of_denouncer
)"""  # noqa: S608 - no value is in the text
_IN_LINES = "line IN (SELECT value FROM json_each(:lines)) AND (NOT of_denouncer OR code = :typed)"
FEW = 500
"""Questions that are looked at one by one; where more are found, the list is walked until a page is full."""


def _wanted(db: sqlite3.Connection, commune: str, wanted: Filter, now: datetime) -> tuple[str, dict[str, Any]]:
    """Conditions on a row of the view `item`, and their values: no more than are asked for, so that an index serves."""
    conditions = ["commune = :commune"]
    if wanted.standing is not None:
        conditions.append("standing = :standing")
        conditions.append("rank < '2'" if wanted.standing == "open" else "rank >= '2'")
    if wanted.stage is not None:
        conditions.append("stage = :stage")
    if wanted.only is not None:
        conditions.append(ONLY[wanted.only])
    if wanted.department is not None and wanted.only != "coordinating":
        conditions.append("department = :department")
    if search_for(wanted.search):
        conditions.append(_FOUND)
    elif wanted.search:
        conditions.append("0")  # nothing has what no word can say
    return " AND ".join(conditions), _values(db, commune, wanted, now)


def _few_lines(db: sqlite3.Connection, values: Mapping[str, Any]) -> list[int] | None:
    """Rows of all questions that a search finds; None where they are many."""
    by_words = db.execute("SELECT rowid FROM words WHERE words MATCH :search LIMIT :most", {**values, "most": FEW + 1})
    by_contact = db.execute(f"SELECT rowid FROM question WHERE submission IN ({_BY_CONTACT})", values)  # noqa: S608
    lines = [row[0] for found in (by_words, by_contact) for row in found]
    return lines if len(lines) <= FEW else None


def _of_department(department: str | None) -> str:
    return "AND department = :department" if department is not None else ""


def _values(db: sqlite3.Connection, commune: str, wanted: Filter, now: datetime) -> dict[str, Any]:
    digits = PHONE_MARKS.sub("", wanted.search)
    is_phone = wanted.reachable and digits.isascii() and digits.isdigit() and len(digits) >= PHONE_END
    return {
        "commune": commune,
        "standing": wanted.standing,
        "stage": wanted.stage,
        "department": wanted.department,
        "only": wanted.only,
        "search": words_of(commune, wanted.search),
        "typed": wanted.search.upper(),
        "phone_end": digits[-PHONE_END:] if is_phone else None,
        "email": wanted.search.strip().lower() if wanted.reachable and "@" in wanted.search else None,
        "now": instant(now),
        "to_decide": json.dumps(_to_decide(db, commune, wanted)),
    }


def _to_decide(db: sqlite3.Connection, commune: str, wanted: Filter) -> list[str]:
    return to_decide(db, commune, wanted.decider) if wanted.only == "to-decide" and wanted.decider else []


def _item(db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> Item:
    files = db.execute("SELECT EXISTS (SELECT 1 FROM attachment WHERE submission = ?)", (row["submission"],))
    followers = db.execute("SELECT count(*) FROM question WHERE follows = ?", (row["id"],)).fetchone()[0]
    lead = db.execute("SELECT code FROM item WHERE id = ?", (row["follows"],)).fetchone() if row["follows"] else None
    others = db.execute("SELECT department FROM coordination WHERE question = ? ORDER BY department", (row["id"],))
    since, confidential = row["waiting_since"], row["scope"] == "denunciation"
    return into(
        Item,
        row,
        term=term_of(row, now),
        undelivered=_is_undelivered(row),
        confidential=confidential,
        recurs=row["recurs"] is not None,
        has_files=bool(files.fetchone()[0]),
        awaits_acceptance=bool(row["awaits_acceptance"]),
        followers=followers,
        follows_code=lead["code"] if lead else None,
        coordinating=[one["department"] for one in others],
        waiting=waiting(datetime.fromisoformat(since), now) if since else "",
        **({"name": None} if row["of_denouncer"] else {}),
        **({"text": None} if confidential else {}),
    )


def _is_undelivered(row: sqlite3.Row) -> bool:
    over = row["standing"] in ("answered", "withdrawn")
    return row["undelivered"] is not None and not row["heard"] and not over
