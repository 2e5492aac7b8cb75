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


def models(values: Sequence[Model]) -> list[dict[str, Any]]:
    return [value.model_dump(mode="json") for value in values]


def put(db: sqlite3.Connection, table: str, id: str, **values: Any) -> None:
    """Write these columns of a row, whether it is there already or not."""
    db.execute(_upsert(table, tuple(values)), (id, *map(_plain, values.values())))


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
