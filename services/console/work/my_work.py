"""What waits for one person: questions to answer by their terms, drafts to decide on, questions to sort."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from services.console import offers
from services.console.acting import Acting
from services.console.facts import instant
from services.console.rows import into, term_of
from services.console.view import said
from services.console.words import Term
from services.console.work.lists import Decider, to_decide
from shared.contracts import Role
from shared.contracts.base import Token
from shared.contracts.taxonomy import QuestionField

MOST = 30
"""Questions of one section; the rest is in the list of questions."""
MOST_PROPOSED = 3

When = Literal["late", "today", "near", "later"]
WHEN: tuple[When, ...] = ("late", "today", "near", "later")


@dataclass(frozen=True, slots=True)
class Proposed:
    """Where a question that waits may belong."""

    field: QuestionField
    department: Token
    confidence: float


@dataclass(frozen=True, slots=True)
class Task:
    """A question that waits for somebody.

    confidential: it reads like a denunciation, or is one; the desk names neither its sender nor his words. Who wrote
    such a one is not named beside another question of his form either.
    draft: number of the last version, draft_text its words; kept_at: when it was kept, while it was not handed in.
    matter: what a coordinating department is asked about; told: how often it has said something.
    handed_back_by: the department that gave it back. version: of routing, for commands.
    """

    id: str
    submission: str
    number: int | None
    code: str | None
    name: str | None
    text: str | None
    state: str
    scope: str | None
    because: list[str] | None
    department: str | None
    draft: int | None
    draft_text: str | None
    drafted_by: str | None
    drafted_at: datetime | None
    remarks: str | None
    returned_by: str | None
    returned_at: datetime | None
    wanted_days: int | None
    wanted_reason: str | None
    kept_by: str | None
    kept_at: datetime | None
    matter: str | None
    told: int
    handed_back_by: str | None
    awaits_acceptance: bool
    confidential: bool
    matters: list[dict[str, Any]] | None
    proposals: tuple[Proposed, ...]
    version: int
    term: Term | None


@dataclass(frozen=True, slots=True)
class LostLetter:
    """A mail or letter to a citizen that did not arrive, and that nobody has handed over since.

    what: came back, was called back or could go no way, or its text is wrong. name: of its receiver, where a form tells
    and he did not denounce.
    """

    id: str
    case: str
    kind: str
    what: Literal["returned", "failed", "text"]
    reason: str
    since: datetime
    name: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class ToPost:
    """A print run of which not every letter was posted."""

    id: str
    letters: int
    closed_at: datetime
    term: Term | None


@dataclass(frozen=True, slots=True)
class Work:
    """What waits for one person, each question in the section where it is to be done.

    to_decide: drafts that he may approve. returned: with remarks, to be mended. own: of his department, by their terms.
    kept: of these and of the returned ones those whose last version was not handed in. coordinating: where his
    department says what it knows. triage: for the office to give to a department. wanted: more time, to be granted.
    late: of the whole commune, for who answers for all of it. lost: letters that arrive nowhere, for the office to find
    another way. to_post: print runs that still lie in the office. cut: there is more than is shown.
    """

    to_decide: Sequence[Task] = ()
    returned: Sequence[Task] = ()
    own: Mapping[When, Sequence[Task]] = field(default_factory=dict)
    coordinating: Sequence[Task] = ()
    triage: Sequence[Task] = ()
    wanted: Sequence[Task] = ()
    late: Sequence[Task] = ()
    lost: Sequence[LostLetter] = ()
    to_post: Sequence[ToPost] = ()
    cut: bool = False

    @property
    def any(self) -> bool:
        return bool(self.all or self.lost or self.to_post)

    @property
    def terms(self) -> list[Term | None]:
        return [*(run.term for run in self.to_post), *(task.term for task in self.all)]

    @property
    def kept(self) -> list[Task]:
        return [task for task in (*self.returned, *self.by_term) if task.kept_at]

    @property
    def by_term(self) -> list[Task]:
        return [task for when in WHEN for task in self.own.get(when, ())]

    @property
    def all(self) -> list[Task]:
        return [
            *self.to_decide,
            *self.returned,
            *self.by_term,
            *self.coordinating,
            *self.triage,
            *self.wanted,
            *self.late,
        ]


def has_desk(who: Acting) -> bool:
    """Whether questions may wait for this person."""
    return who.role in offers.OFFICE | offers.EXPERTS


def work(db: sqlite3.Connection, who: Acting, now: datetime) -> Work:
    """Everything that waits for somebody of a commune, the first to end first."""
    if who.worker is None or not has_desk(who):
        return Work()
    decider = Decider(who.worker.role, who.worker.name, who.worker.department)
    find = _Finder(db, who.commune, now, who.worker.department)
    expert, office, leads = who.role in offers.EXPERTS, who.role in offers.CLERKS, who.role in offers.LEADERS
    answered = find(_OWN) if expert else []
    returned = [task for task in answered if task.remarks]
    found = Work(
        to_decide=find(_DECIDES, to_decide(db, who.commune, decider)) if leads or who.role is Role.HEAD else (),
        returned=returned,
        own=by_term([task for task in answered if not task.remarks], now),
        coordinating=find(_COORDINATING) if expert else (),
        triage=find("stage = 'awaits-triage'") if office else (),
        wanted=find("wanted_days IS NOT NULL") if leads else (),
        late=find("rank < '0 ' || :now AND stage <> 'awaits-triage'") if leads else (),
    )
    if office:
        found = replace(found, lost=lost_letters(db, who.commune), to_post=to_post(db, who.commune, now))
    return replace(found, cut=find.cut or len(found.lost) > MOST, lost=found.lost[:MOST])


def lost_letters(db: sqlite3.Connection, commune: str) -> list[LostLetter]:
    """Messages that arrive nowhere, the longest known first; one more than `MOST` tells of more.

    Of a mail in whose place a letter was written, the letter counts. What was not to go out after all is nobody's loss.
    """
    rows = db.execute(_LOST, {"commune": commune, "limit": MOST + 1})
    return [
        LostLetter(
            row["id"],
            row["case_id"],
            row["kind"],
            "returned" if row["returned"] else "text" if _OF_TEXT.match(row["reason"] or "") else "failed",
            (row["returned_because"] if row["returned"] else row["reason"]) or "",
            datetime.fromisoformat(row["changed_at"]),
            None if row["of_denouncer"] else row["name"],
            row["code"],
        )
        for row in rows
    ]


def to_post(db: sqlite3.Connection, commune: str, now: datetime) -> list[ToPost]:
    """Print runs that still lie in the office, the oldest first."""
    rows = db.execute(
        "SELECT r.id, r.letters, r.closed_at, t.* FROM print_run r "
        "LEFT JOIN timing t ON t.about = r.id AND t.rule = 'posting' "
        "WHERE r.commune = ? AND r.closed_at IS NOT NULL AND r.posted_on IS NULL ORDER BY r.closed_at LIMIT ?",
        (commune, MOST),
    )
    return [
        ToPost(row["id"], row["letters"], datetime.fromisoformat(row["closed_at"]), term_of(row, now)) for row in rows
    ]


def by_term(tasks: Sequence[Task], now: datetime) -> dict[When, list[Task]]:
    """Tasks by how soon they end; what has no term, or stands still, comes later."""
    return {when: [task for task in tasks if ends(task.term, now) == when] for when in WHEN}


def ends(term: Term | None, now: datetime) -> When:
    """How soon a term ends, by the calendar of Vietnam."""
    if term is None or not term.runs:
        return "later"
    if term.urgency == "late":
        return "late"
    if offers.local(term.due_at) == offers.local(now):
        return "today"
    return "near" if term.urgency == "near" else "later"


_OF_TEXT = re.compile(r"(?:Nội dung|Trích yếu|Tiêu đề)[^:]*dòng [0-9]")
"""Begins notify's reason where a text could not be filled in."""
_LOST = """
SELECT m.*, s.name, s.code, m.returned_on IS NOT NULL AND m.channel = 'letter' AS returned,
  EXISTS (SELECT 1 FROM question f WHERE f.submission = m.case_id AND f.scope = 'denunciation') AS of_denouncer
FROM message m LEFT JOIN submission s ON s.id = m.case_id
WHERE m.commune = :commune AND (m.state = 'failed' OR m.returned_on IS NOT NULL)
  AND (m.state = 'failed' OR m.channel = 'letter') AND m.kind NOT IN ('digest', 'reminder', 'escalation')
  AND coalesce(m.withdrawn, 0) = 0
  AND NOT EXISTS (SELECT 1 FROM message l WHERE l.id = m.id || '.letter')
ORDER BY m.changed_at, m.id LIMIT :limit
"""
_DECIDES = "id IN (SELECT value FROM json_each(:among))"
_OWN = "department = :own AND state IN ('assigned', 'drafting') AND follows IS NULL"
"""What gets the answer of another is written with that one."""
_COORDINATING = (
    "state IN ('assigned', 'drafting', 'awaiting-approval') "
    "AND id IN (SELECT question FROM coordination WHERE commune = :commune AND department = :own)"
)


@dataclass(slots=True)
class _Finder:
    """Looks for what waits for one person. cut: it found more than `MOST` of something."""

    db: sqlite3.Connection
    commune: str
    now: datetime
    own: str | None
    cut: bool = False

    def __call__(self, waits: str, among: Sequence[str] = ()) -> list[Task]:
        """waits: a condition on a row of the view `item`, which may name ids as `:among`."""
        rows = self.db.execute(
            f"SELECT i.*, {_MORE} FROM item i WHERE commune = :commune AND rank < '2' AND {waits} "  # noqa: S608
            "ORDER BY rank, id LIMIT :limit",
            {
                "commune": self.commune,
                "own": self.own,
                "now": instant(self.now),
                "limit": MOST + 1,
                "among": json.dumps(among),
            },
        ).fetchall()
        self.cut = self.cut or len(rows) > MOST
        return [self._task(row) for row in rows[:MOST]]

    def _task(self, row: sqlite3.Row) -> Task:
        secret = row["scope"] == "denunciation"
        hidden = ("text", "remarks", "wanted_reason", "matter", "because") if secret else ()
        nameless = ("name",) if row["of_denouncer"] else ()
        proposals = json.loads(row["proposals"] or "[]")[:MOST_PROPOSED] if row["scope"] == "in-scope" else []
        over = () if row["state"] == "drafting" else ("remarks", "returned_by", "returned_at")
        return into(
            Task,
            row,
            confidential=secret,
            awaits_acceptance=bool(row["awaits_acceptance"]),
            proposals=tuple(Proposed(one["field"], one["department"], one["confidence"]) for one in proposals),
            version=said(self.db, "routing", row["id"]),
            term=term_of(row, self.now),
            **dict.fromkeys({*hidden, *nameless, *over}),
        )


_KEPT = "FROM draft d WHERE d.question = i.id AND d.number = i.draft AND d.handed_in_at IS NULL"
_MORE = (
    f"(SELECT written_by {_KEPT}) AS kept_by, (SELECT written_at {_KEPT}) AS kept_at, "  # noqa: S608 - no value is in the text
    "(SELECT matter FROM coordination c WHERE c.question = i.id AND c.department = :own) AS matter, "
    "(SELECT count(*) FROM opinion o WHERE o.question = i.id AND o.department = :own) AS told, "
    "(SELECT department FROM hand_back h WHERE h.question = i.id AND i.state = 'awaits-triage' "
    "AND h.handed_back_at > coalesce(i.reopened_at, '') ORDER BY place DESC LIMIT 1) AS handed_back_by"
)
