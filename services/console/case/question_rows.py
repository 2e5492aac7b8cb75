"""The questions of a form out of the view, each with the work on it; and what others have to do with them."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from services.console.case.question import Coordination, Draft, Endorsement, HandBack, Opinion, Question, Related
from services.console.rows import into, term_of
from services.console.terms import escalations, terms_about
from services.console.view import said

T = TypeVar("T")

MOST_JOINABLE = 100


@dataclass(frozen=True, slots=True)
class Joinable:
    """A question whose answer another may get. alike: much like it, or of the same topic."""

    id: str
    code: str | None
    number: int | None
    text: str | None
    alike: bool


def questions_of(db: sqlite3.Connection, commune: str, submission: str, now: datetime) -> list[Question]:
    """Every question of a form, in its order."""
    rows = db.execute(
        "SELECT * FROM item WHERE submission = ? AND commune = ? ORDER BY number, id", (submission, commune)
    ).fetchall()
    return [_question(db, commune, row, now) for row in rows]


def _question(db: sqlite3.Connection, commune: str, row: sqlite3.Row, now: datetime) -> Question:
    id = row["id"]

    def one(other: str | None) -> Related | None:
        return next(iter(related(db, commune, [other])), None) if other else None

    return into(
        Question,
        row,
        version=said(db, "routing", id),
        term=term_of(row, now),
        terms=terms_about(db, id, now),
        escalations=escalations(db, id),
        awaits_acceptance=bool(row["awaits_acceptance"]),
        earlier=related(db, commune, json.loads(row["recurs"] or "[]")),
        like=related(db, commune, _like(db, row)),
        part_of=one(row["part_of"]),
        parts=related(db, commune, _naming(db, "part_of", row)),
        follows=one(row["follows"]),
        followers=related(db, commune, _naming(db, "follows", row)),
        drafts=drafts_of(db, id),
        coordinating=_all_of(db, Coordination, "coordination", id, "asked_at, department"),
        opinions=_all_of(db, Opinion, "opinion", id, "place"),
        hand_backs=_all_of(db, HandBack, "hand_back", id, "place"),
    )


def drafts_of(db: sqlite3.Connection, question: str) -> list[Draft]:
    """Every version of an answer, the first first, with the steps of its approval."""
    rows = db.execute("SELECT * FROM draft WHERE question = ? ORDER BY number", (question,)).fetchall()
    steps = db.execute("SELECT * FROM endorsement WHERE question = ? ORDER BY draft, step", (question,)).fetchall()
    return [
        into(Draft, row, endorsed=[into(Endorsement, step) for step in steps if step["draft"] == row["number"]])
        for row in rows
    ]


def joinable(db: sqlite3.Connection, commune: str, question: Question) -> list[Joinable]:
    """Questions that the same department is working on, those first that are alike, then by code.

    None of a form that holds a denunciation: its code leads to who wrote it.
    """
    alike = [one.id for one in question.like]
    rows = db.execute(
        "SELECT id, code, number, text, "
        "id IN (SELECT value FROM json_each(:alike)) OR topic IS :topic AND topic IS NOT NULL AS alike "
        "FROM item WHERE commune = :commune AND department = :department AND state IN ('assigned', 'drafting') "
        "AND standing = 'open' AND scope = 'in-scope' AND follows IS NULL AND id <> :id AND NOT of_denouncer "
        "ORDER BY alike DESC, code, number, id LIMIT :most",
        {
            "alike": json.dumps(alike),
            "topic": question.topic,
            "commune": commune,
            "department": question.department,
            "id": question.id,
            "most": MOST_JOINABLE,
        },
    )
    return [into(Joinable, row, alike=bool(row["alike"])) for row in rows]


def related(db: sqlite3.Connection, commune: str, ids: Sequence[str]) -> list[Related]:
    """Questions of this commune that others name, in their order."""
    found = [
        db.execute(
            "SELECT id, submission, code, number, text, topic, stage, scope FROM item WHERE id = ? AND commune = ?",
            (id, commune),
        ).fetchone()
        for id in ids
    ]
    hidden = {"text": None, "topic": None, "code": None, "number": None}
    return [into(Related, row, **(hidden if row["scope"] == "denunciation" else {})) for row in found if row]


def _naming(db: sqlite3.Connection, column: Literal["part_of", "follows"], row: sqlite3.Row) -> list[str]:
    """The questions that name this one in a column."""
    rows = db.execute(f"SELECT id FROM question WHERE {column} = ? ORDER BY number, id", (row["id"],))  # noqa: S608 - one of two names
    return [one["id"] for one in rows]


def _all_of(db: sqlite3.Connection, shape: type[T], table: str, question: str, order: str) -> list[T]:
    rows = db.execute(f"SELECT * FROM {table} WHERE question = ? ORDER BY {order}", (question,))  # noqa: S608 - names from this file
    return [into(shape, row) for row in rows]


def _like(db: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """The question that this one was found to be like, and those that were found to be like this one."""
    later = db.execute("SELECT id FROM question WHERE resembles = ? ORDER BY id LIMIT 10", (row["id"],))
    return [*([row["resembles"]] if row["resembles"] else []), *(one["id"] for one in later)]
