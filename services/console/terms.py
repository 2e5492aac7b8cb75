"""Terms of every kind: what is owed in a commune, by whom and until when; and how deadlines explains a count."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError
from ulid import ULID

from services.console.acting import Acting
from services.console.facts import instant
from services.console.language import count, language, say
from services.console.rows import into, term_of
from services.console.words import Term
from shared.commands import send
from shared.contracts import Actor, Done, Role
from shared.contracts.base import Model
from shared.contracts.deadlines import ExplainTerms
from shared.logs import in_short, logger

PAGE = 50
"""Terms on one page."""
PATIENCE_S = 1.0
"""A page waits so long for deadlines to explain its terms, and goes without if it does not."""
Situation = Literal["late", "near"]
MOST = 200
"""Terms that one command asks of."""


@dataclass(frozen=True, slots=True)
class Escalation:
    """A missed term that was put before somebody; note: what he said he does about it, once he has seen it."""

    term: str
    step: int
    put_before: str
    raised_at: datetime
    acknowledged_by: str | None
    note: str | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Owed:
    """A term that somebody must act upon.

    case: the submission or dialogue; None of a slot of the programme, which is about no dialogue yet.
    what: the question's own words, or the duty in words; None where the rule says it, or nobody may read it here.
    owner: who must act, as the plan names him, where that is no department. escalations: the earliest first.
    """

    id: str
    rule: str
    about: str
    case: str | None
    of_question: bool
    confidential: bool
    what: str | None
    department: str | None
    owner: str | None
    term: Term
    escalations: list[Escalation]


class Skipped(Model):
    """A day that was not counted, and why."""

    date: date
    why: str


class Left(Model):
    """Working time that is left, or since the end of what is late. words: in Vietnamese, as deadlines says it.

    days, hours, minutes: None where it cannot be counted.
    """

    words: str
    late: bool = False
    days: int | None = None
    hours: int | None = None
    minutes: int | None = None


class Explained(Model):
    """How deadlines counts a term: every day it counted and skipped, and the working time that is left."""

    basis: str = ""
    provisional: bool = False
    counted: tuple[date, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    left: Left | None = None


Explanations = Mapping[str, Explained]
"""By id of the term; what deadlines did not say is missing."""


_SITUATION = """CASE :situation
  WHEN 'late' THEN state <> 'paused' AND due_at < :now
  WHEN 'near' THEN state = 'near' AND due_at >= :now
  ELSE true
END"""


def owed(
    db: sqlite3.Connection,
    commune: str,
    now: datetime,
    *,
    rule: str | None = None,
    department: str | None = None,
    situation: Situation | None = None,
    page: int = 1,
) -> list[Owed]:
    """What is owed in a commune, the first to end first; what stands still, last. One more than `PAGE` tells of more.

    A cut-off is owed by nobody.
    """
    rows = db.execute(
        "SELECT * FROM owed WHERE commune = :commune AND (:rule IS NULL OR rule = :rule) "  # noqa: S608 - no value is in the text
        f"AND (:department IS NULL OR department = :department) AND {_SITUATION} "
        "ORDER BY state = 'paused', due_at, id LIMIT :limit OFFSET :offset",
        {
            "commune": commune,
            "rule": rule,
            "department": department,
            "situation": situation,
            "now": instant(now),
            "limit": PAGE + 1,
            "offset": PAGE * (page - 1),
        },
    ).fetchall()
    return [_owed(db, row, term, now) for row in rows if (term := term_of(row, now))]


def every_id(
    db: sqlite3.Connection,
    commune: str,
    now: datetime,
    *,
    rule: str | None = None,
    department: str | None = None,
    situation: Situation | None = None,
) -> list[str]:
    """All of them, in their order."""
    rows = db.execute(
        "SELECT id FROM owed WHERE commune = :commune AND (:rule IS NULL OR rule = :rule) "  # noqa: S608 - no value is in the text
        f"AND (:department IS NULL OR department = :department) AND {_SITUATION} ORDER BY state = 'paused', due_at, id",
        {"commune": commune, "rule": rule, "department": department, "situation": situation, "now": instant(now)},
    )
    return [row["id"] for row in rows]


def counts(
    db: sqlite3.Connection,
    commune: str,
    now: datetime,
    department: str | None = None,
    situation: Situation | None = None,
) -> dict[str, tuple[int, int]]:
    """How many terms are owed, by rule, and how many of them are late."""
    rows = db.execute(
        "SELECT rule, count(*) AS number, total(state <> 'paused' AND due_at < :now) AS late "  # noqa: S608 - no value is in the text
        "FROM owed WHERE commune = :commune AND (:department IS NULL OR department = :department) "
        f"AND {_SITUATION} GROUP BY rule",
        {"commune": commune, "department": department, "situation": situation, "now": instant(now)},
    )
    return {row["rule"]: (row["number"], int(row["late"])) for row in rows}


def terms_about(db: sqlite3.Connection, about: str, now: datetime) -> list[Term]:
    """Every term of a question, a duty or whatever else is owed, in the order of their ends."""
    rows = db.execute("SELECT * FROM timing WHERE about = ? ORDER BY due_at, rule", (about,))
    return [term for row in rows if (term := term_of(row, now))]


def escalations(db: sqlite3.Connection, about: str) -> list[Escalation]:
    """Before whom the lateness of something was put, the earliest first."""
    rows = db.execute("SELECT * FROM escalation WHERE about = ? ORDER BY raised_at, step", (about,))
    return [into(Escalation, row) for row in rows]


def left_of(term: Term, told: Explained | None) -> str:
    """What is left of a term: in working time as deadlines counts it; in days of the calendar while it does not say."""
    if not term.owed or told is None or told.left is None:
        return term.words
    return told.left.words if language.get() == "vi" else _counted(term, told.left) or term.words


async def explain(nats: Client, who: Acting, terms: Iterable[Term | None]) -> Explanations:
    """What deadlines says of these terms; nothing while it is away, for a page can do without."""
    ids = tuple(dict.fromkeys(term.id for term in terms if term))[:MOST]
    if not ids or not nats.is_connected:
        return {}
    actor = who.actor if who.worker else Actor(name="Bàn làm việc", role=Role.SYSTEM, commune=who.commune)
    try:
        reply = await send(nats, ExplainTerms(actor=actor, key=str(ULID()), deadlines=ids), PATIENCE_S)
    except (NatsError, TimeoutError) as error:
        logger().warning("terms-not-explained", error=in_short(error))
        return {}
    return read(reply.state) if isinstance(reply, Done) else {}


def read(state: Mapping[str, Any]) -> Explanations:
    """The explanations of a reply; one that does not fit is left out."""
    found: dict[str, Explained] = {}
    for id, told in (state.get("terms") or {}).items():
        try:
            found[id] = Explained.model_validate(told)
        except ValidationError as error:
            logger().warning("explanation-not-read", errors=error.error_count())
    return found


def _counted(term: Term, left: Left) -> str:
    """`2 working days 3 hours left`; "" where there is nothing to count."""
    days, hours, minutes = left.days or 0, left.hours or 0, left.minutes or 0
    parts = [
        count("%(number)s ngày làm việc", days) if days else "",
        count("%(number)s giờ" if days else "%(number)s giờ làm việc", hours) if hours else "",
        count("%(number)s phút", minutes) if minutes and not days else "",
    ]
    if not (time := " ".join(part for part in parts if part)):
        return ""
    if term.state == "paused":
        return say("tạm dừng, còn %(time)s", time=time)
    return say("quá hạn %(time)s", time=time) if left.late else say("còn %(time)s", time=time)


def _owed(db: sqlite3.Connection, row: sqlite3.Row, term: Term, now: datetime) -> Owed:
    confidential = row["scope"] == "denunciation"
    return into(
        Owed,
        row,
        case=row["case_id"] if row["question"] or row["dialogue"] else None,
        of_question=row["question"] is not None,
        confidential=confidential,
        what=None if confidential else row["what"] or row["text"],
        term=term,
        escalations=[one for one in escalations(db, row["about"]) if one.term == row["id"]],
    )
