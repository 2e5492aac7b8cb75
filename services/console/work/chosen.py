"""Questions that somebody has chosen on a list: each as it is now, and to whom anything done to it would go."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.console.case.question import Question
from services.console.case.question_rows import questions_of
from services.console.language import say


@dataclass(frozen=True, slots=True)
class Chosen:
    """A question on which something is to be done with others.

    name, email, address: of its asker; None where nobody may read them in a list, as of whoever denounces.
    """

    question: Question
    submission: str
    code: str | None
    name: str | None
    email: str | None
    address: str | None
    confidential: bool

    @property
    def id(self) -> str:
        return self.question.id

    @property
    def called(self) -> str:
        """`K7QX-3M9D, câu 2`."""
        told = self.code or self.id
        number = self.question.number
        return say("%(code)s, câu %(number)s", code=told, number=number) if number else told


def chosen(db: sqlite3.Connection, commune: str, ids: Sequence[str], now: datetime) -> list[Chosen]:
    """These questions of a commune, in the order in which they were chosen; those that are not there are left out."""
    found: list[Chosen] = []
    for id in ids:
        row = db.execute(
            "SELECT q.submission, q.scope, s.code, s.name, s.email, s.address, EXISTS "
            "(SELECT 1 FROM question f WHERE f.submission = q.submission AND f.scope = 'denunciation') AS of_denouncer "
            "FROM question q LEFT JOIN submission s ON s.id = q.submission WHERE q.id = ? AND q.commune = ?",
            (id, commune),
        ).fetchone()
        if row is None:
            continue
        [question] = [one for one in questions_of(db, commune, row["submission"], now) if one.id == id]
        secret, nameless = row["scope"] == "denunciation", bool(row["of_denouncer"])
        found.append(
            Chosen(
                question=question.without_words() if secret else question,
                submission=row["submission"],
                code=row["code"],
                name=None if nameless else row["name"],
                email=None if nameless else row["email"],
                address=None if nameless else row["address"],
                confidential=secret,
            )
        )
    return found
