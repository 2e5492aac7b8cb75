"""How a fact is written: one function for each event, found by its type; columns of one row, whatever came before."""

import json
import sqlite3
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, singledispatch
from typing import Any

from shared.contracts import Event
from shared.contracts.base import Model


@singledispatch
def record(event: Event, db: sqlite3.Connection) -> None:
    """Write what the event says. One that no page shows only counts for the version of its aggregate."""


def instant(at: datetime) -> str:
    """An instant as text that sorts."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds")


def folded(text: str) -> str:
    """Text without capitals and diacritics, as people type when they search."""
    plain = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def one_word(id: str) -> str:
    """An id as the full-text index takes it for a single word."""
    return "".join(letter for letter in folded(id) if letter.isalnum())


def models(values: Sequence[Model]) -> list[dict[str, Any]]:
    return [value.model_dump(mode="json") for value in values]


def put(db: sqlite3.Connection, table: str, id: str, **values: Any) -> None:
    """Write these columns of a row, whether it is there already or not."""
    db.execute(_upsert(table, tuple(values)), (id, *map(_plain, values.values())))


def make_findable(db: sqlite3.Connection, submission: str) -> None:
    """The words under which its questions are found, each in the row that has its question's number."""
    rows = db.execute(
        "SELECT q.rowid, q.commune, q.text, s.code, s.name FROM question q JOIN submission s ON s.id = q.submission "
        "WHERE q.submission = ? AND q.text IS NOT NULL AND s.name IS NOT NULL",
        (submission,),
    ).fetchall()
    db.executemany(
        "INSERT OR REPLACE INTO words (rowid, commune, plain) VALUES (?, ?, ?)",
        [
            (row["rowid"], one_word(row["commune"]), folded(f"{row['code']} {row['name']} {row['text']}"))
            for row in rows
        ],
    )


def make_findable_anew(db: sqlite3.Connection, submission: str) -> None:
    """The same, once those words have changed: in a full-text index, to replace costs more than to add."""
    db.execute("DELETE FROM words WHERE rowid IN (SELECT rowid FROM question WHERE submission = ?)", (submission,))
    make_findable(db, submission)


def make_findable_in_library(db: sqlite3.Connection, question: str) -> None:
    """The words that everybody may read of it now; none where it is not published."""
    row = db.execute(
        "SELECT rowid, commune, published_asked || ' ' || published_answered AS text FROM question WHERE id = ?",
        (question,),
    ).fetchone()
    db.execute("DELETE FROM library WHERE rowid = ?", (row["rowid"],))
    if row["text"] is not None:
        db.execute(
            "INSERT INTO library (rowid, commune, plain) VALUES (?, ?, ?)",
            (row["rowid"], one_word(row["commune"]), folded(row["text"])),
        )


@lru_cache(maxsize=128)
def _upsert(table: str, columns: Sequence[str]) -> str:
    names, holes = ", ".join(columns), ", ?" * len(columns)
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns)
    return f"INSERT INTO {table} (id, {names}) VALUES (?{holes}) ON CONFLICT (id) DO UPDATE SET {changes}"  # noqa: S608 - names from this file


def _plain(value: Any) -> str | int | float | None:
    match value:
        case datetime():
            return instant(value)
        case date():
            return value.isoformat()
        case tuple() | list() | dict():
            return json.dumps(value, ensure_ascii=False)
        case str():
            return str(value)
        case None | int() | float():
            return value
        case _:
            raise TypeError(f"no column holds a {type(value).__name__}")
