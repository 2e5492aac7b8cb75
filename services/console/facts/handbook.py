"""What an office has taught routing: who, when, why. The rules and templates themselves are asked of routing."""

import sqlite3

from services.console.facts.writing import instant, record
from shared.contracts.handbook import AnswerTemplateRemoved, AnswerTemplateSaved, HandbookEvent, WordRulesSaved


@record.register
def _(event: WordRulesSaved, db: sqlite3.Connection) -> None:
    _lesson(db, event, event.saved_by, reason=event.reason)


@record.register
def _(event: AnswerTemplateSaved, db: sqlite3.Connection) -> None:
    _lesson(db, event, event.saved_by, event.field, event.title)


@record.register
def _(event: AnswerTemplateRemoved, db: sqlite3.Connection) -> None:
    _lesson(db, event, event.removed_by, event.field, event.title)


def _lesson(
    db: sqlite3.Connection,
    event: HandbookEvent,
    by: str,
    field: str | None = None,
    title: str | None = None,
    reason: str | None = None,
) -> None:
    db.execute(
        "INSERT INTO lesson SELECT ?, count(*) + 1, ?, ?, ?, ?, ?, ? FROM lesson WHERE commune = ?",
        (event.commune, event.name, field, title, reason, by, instant(event.occurred_at), event.commune),
    )
