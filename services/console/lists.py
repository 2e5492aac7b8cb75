"""What the pages ask of the view. Every question names the commune, and gets nothing of another one."""

import json
import re
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from services.console.facts import folded, instant
from services.console.rows import into, term_of
from services.console.view import said
from services.console.words import Term, waiting

PAGE = 50
"""Questions on one page of the list."""
PHONE_END = 9
"""Digits by which a phone number is known, with the country's number before them or the 0 of calls within it."""
PHONE_MARKS = re.compile(r"[\s.+()-]")

Only = Literal["late", "near", "wanted", "undelivered", "in-writing", "first", "acceptance"]
"""What a question may be looked for besides its state."""
CaseKind = Literal["submission", "dialogue", "programme", "staff-mail"]


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list of questions. A field is None while its speaker has not said it.

    department: id of who has it. put_before: the role that heard last of its being late.
    undelivered: an answer or guidance that could not be sent, so that somebody must call.
    confidential: it reads like a denunciation, or is one; a list names neither its sender nor his words.
    waiting: for how long it has waited for somebody who has no term, in words; "" when it does not.
    owed_in_writing: why its answer is owed in writing. recurs: it was raised before and never settled.
    awaits_acceptance: another department has handed it over, and its term stands still until it is taken up.
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
    undelivered: bool
    confidential: bool
    recurs: bool
    awaits_acceptance: bool
    waiting: str
    term: Term | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many questions there are. received = open + answered + redirected + withdrawn.

    late, near: open ones whose term has ended, or ends soon. in_writing: open ones whose answer is owed in writing.
    first: open ones that are pressing, or were raised before. acceptance: those that wait for the department they were
    handed to. stages: open ones by stage.
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
    stages: Mapping[str, int]

    @property
    def received(self) -> int:
        return self.open + self.answered + self.redirected + self.withdrawn


@dataclass(frozen=True, slots=True)
class Filter:
    """Which questions to show.

    standing: `open`, `answered`, `redirected`, `withdrawn`, or None for all. search: words, a name or a code; for whom
    contacts are `reachable`, also a whole phone number or mail address.
    """

    standing: str | None = None
    stage: str | None = None
    only: Only | None = None
    department: str | None = None
    search: str = ""
    reachable: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A form and its sender. version: how many of its events are known, for commands to intake.

    seat: where he sits at the conference. waiting_place: which one he is of those who wait for a seat.
    collected_by: the organisation on whose list the form came.
    """

    id: str
    commune: str
    code: str | None
    dialogue: str | None
    channel: str | None
    received_at: datetime | None
    on_time: bool | None
    name: str | None
    phone: str | None
    email: str | None
    address: str | None
    attendance: str | None
    excuse: str | None
    collected_by: str | None
    seat: int | None
    waiting_place: int | None
    version: int


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
class Related:
    """Another question that this one is like. Of one that reads like a denunciation, nothing is told."""

    id: str
    submission: str
    code: str | None
    text: str | None
    topic: str | None
    stage: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its case shows it: all that routing, deadlines and notify said of it.

    term: the one that counts first; terms: every one it has or had. earlier: where it was raised before, unsettled.
    like: questions of the same dialogue that are much like it.
    """

    id: str
    number: int | None
    section: str | None
    text: str | None
    state: str
    stage: str
    standing: str
    scope: str | None
    because: list[str] | None
    proposals: list[dict[str, Any]] | None
    field: str | None
    department: str | None
    confidence: float | None
    assigned_by: str | None
    assigned_at: datetime | None
    draft: int | None
    draft_text: str | None
    drafted_by: str | None
    drafted_at: datetime | None
    remarks: str | None
    returned_by: str | None
    returned_at: datetime | None
    answer: str | None
    approved_by: str | None
    approved_at: datetime | None
    authority: str | None
    guidance: str | None
    decided_by: str | None
    redirected_at: datetime | None
    wanted_days: int | None
    wanted_reason: str | None
    wanted_by: str | None
    wanted_requirement: str | None
    wanted_responsible: str | None
    extended_days: int | None
    extended_reason: str | None
    extended_by: str | None
    requirement: str | None
    responsible: str | None
    session: int | None
    outside_subject: bool | None
    transferred_from: str | None
    transferred_because: str | None
    transferred_by: str | None
    transferred_at: datetime | None
    clock: str | None
    accepted_by: str | None
    accepted_at: datetime | None
    superior: str | None
    referred_because: str | None
    referred_by: str | None
    referred_at: datetime | None
    superior_document: str | None
    superior_reported_by: str | None
    superior_reported_at: datetime | None
    topic: str | None
    pressing: bool | None
    pressing_because: str | None
    owed_in_writing: str | None
    taken_note: str | None
    taken_by: str | None
    taken_at: datetime | None
    spoken_answer: str | None
    answered_by: str | None
    heard_at: datetime | None
    settled_how: str | None
    settled_at: datetime | None
    awaits_acceptance: bool
    version: int
    term: Term | None
    terms: list[Term]
    escalations: list[Escalation]
    earlier: list[Related]
    like: list[Related]

    def without_words(self) -> "Question":
        """Without what may repeat the words of a denunciation, or name who wrote it."""
        return replace(
            self,
            text=None,
            topic=None,
            pressing_because=None,
            transferred_because=None,
            referred_because=None,
            taken_note=None,
            spoken_answer=None,
            earlier=[],
            like=[],
        )


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail or letter and its fate."""

    id: str
    kind: str
    channel: str
    state: str
    changed_at: datetime
    sent_at: datetime | None
    reference: str | None
    uncertain: bool | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Dialogue:
    """The conference that a form is registered for; `conferences` knows the rest of it."""

    id: str
    state: str
    held_at: datetime | None


@dataclass(frozen=True, slots=True)
class Case:
    """A form with all that became of it. dialogue: the one it is registered for. topics: those of its questions."""

    submission: Submission
    questions: list[Question]
    letters: list[Letter]
    dialogue: Dialogue | None
    topics: list[str]

    @property
    def reads_like_denunciation(self) -> bool:
        return any(question.scope == "denunciation" for question in self.questions)

    def for_others(self) -> "Case":
        """As those see it who must not know who denounced: without the person, and without words that may name him."""
        return replace(
            self,
            submission=replace(self.submission, name=None, phone=None, email=None, address=None, excuse=None),
            letters=[replace(letter, reference=None, reason=None) for letter in self.letters],
            questions=[
                question.without_words() if question.scope == "denunciation" else question
                for question in self.questions
            ],
        )


def questions(db: sqlite3.Connection, commune: str, wanted: Filter, now: datetime, page: int = 1) -> list[Item]:
    """A page of the list: what must be done first stands first. One line more than `PAGE` tells of a next page."""
    rows = db.execute(
        f"SELECT * FROM item WHERE {_WANTED} "  # noqa: S608 - no value is in the text
        "ORDER BY standing <> 'open', owed_until IS NULL, owed_until, id LIMIT :limit OFFSET :offset",
        _values(commune, wanted, now) | {"limit": PAGE + 1, "offset": PAGE * (page - 1)},
    )
    return [_item(row, now) for row in rows]


def counts(db: sqlite3.Connection, commune: str, now: datetime, department: str | None = None) -> Counts:
    """Of a commune, or of what one department has."""
    values = {"commune": commune, "department": department, "now": instant(now)}
    standings: dict[str, int] = dict.fromkeys(("open", "answered", "redirected", "withdrawn"), 0)
    stages: dict[str, int] = {}
    for row in db.execute(
        "SELECT standing, stage, count(*) AS number FROM question "
        "WHERE commune = :commune AND (:department IS NULL OR department = :department) GROUP BY standing, stage",
        values,
    ):
        standings[row["standing"]] += row["number"]
        if row["standing"] == "open":
            stages[row["stage"]] = row["number"]
    row = db.execute(
        "SELECT total(owed_until < :now) AS late, total(owed_until >= :now AND term_state = 'near') AS near, "
        "total(wanted_days IS NOT NULL) AS wanted, total(undelivered IS NOT NULL AND NOT heard) AS undelivered, "
        "total(standing = 'open' AND owed_in_writing IS NOT NULL) AS in_writing, "
        "total(standing = 'open' AND (pressing = 1 OR recurs IS NOT NULL)) AS first, "
        "total(standing = 'open' AND awaits_acceptance) AS acceptance "
        "FROM item "
        "WHERE commune = :commune AND standing NOT IN ('answered', 'withdrawn') "
        "AND (:department IS NULL OR department = :department)",
        values,
    ).fetchone()
    return Counts(**standings, **{name: int(number) for name, number in dict(row).items()}, stages=stages)


def case(db: sqlite3.Connection, commune: str, id: str, now: datetime) -> Case | None:
    """A form of this commune, as far as it is known."""
    if (found := submission(db, commune, id)) is None:
        return None
    return Case(
        submission=found,
        questions=questions_of(db, commune, id, now),
        letters=letters_of(db, id),
        dialogue=dialogue(db, commune, found.dialogue, now) if found.dialogue else None,
        topics=topics(db, found.dialogue) if found.dialogue else [],
    )


def submission(db: sqlite3.Connection, commune: str, id: str) -> Submission | None:
    """A form of this commune."""
    row = db.execute("SELECT * FROM submission WHERE id = ? AND commune = ?", (id, commune)).fetchone()
    return into(Submission, row, version=said(db, "intake", id)) if row else None


def commune_of(db: sqlite3.Connection, case: str) -> tuple[CaseKind, str] | None:
    """What a case is, and whose: a slot of the programme and a mail to staff are cases, too, and have no page."""
    row = db.execute(
        "SELECT 'submission' AS kind, commune FROM submission WHERE id = :case "
        "UNION ALL SELECT 'dialogue', commune FROM dialogue WHERE id = :case "
        "UNION ALL SELECT 'programme', commune FROM term WHERE about = :case AND rule = 'periodic-dialogue' "
        "UNION ALL SELECT 'staff-mail', commune FROM message WHERE case_id = :case "
        "AND kind IN ('digest', 'reminder', 'escalation') LIMIT 1",
        {"case": case},
    ).fetchone()
    return (row["kind"], row["commune"]) if row else None


def questions_of(db: sqlite3.Connection, commune: str, submission: str, now: datetime) -> list[Question]:
    """Every question of a form, in its order."""
    rows = db.execute(
        "SELECT * FROM item WHERE submission = ? AND commune = ? ORDER BY number, id", (submission, commune)
    ).fetchall()
    return [
        into(
            Question,
            row,
            version=said(db, "routing", row["id"]),
            term=term_of(row, now),
            terms=terms_about(db, row["id"], now),
            escalations=escalations(db, row["id"]),
            awaits_acceptance=bool(row["awaits_acceptance"]),
            earlier=related(db, commune, json.loads(row["recurs"] or "[]")),
            like=related(db, commune, _like(db, row)),
        )
        for row in rows
    ]


def related(db: sqlite3.Connection, commune: str, ids: Sequence[str]) -> list[Related]:
    """Questions of this commune that others name, in their order."""
    found = [
        db.execute(
            "SELECT id, submission, code, text, topic, stage, scope FROM item WHERE id = ? AND commune = ?",
            (id, commune),
        ).fetchone()
        for id in ids
    ]
    hidden = {"text": None, "topic": None, "code": None}
    return [into(Related, row, **(hidden if row["scope"] == "denunciation" else {})) for row in found if row]


def topics(db: sqlite3.Connection, dialogue: str) -> list[str]:
    """The topics that questions of a dialogue were grouped under; none that a denunciation alone has."""
    rows = db.execute(
        "SELECT DISTINCT q.topic FROM submission s JOIN question q ON q.submission = s.id "
        "WHERE s.dialogue = ? AND q.topic IS NOT NULL AND q.scope IS NOT 'denunciation' ORDER BY q.topic",
        (dialogue,),
    )
    return [row["topic"] for row in rows]


def terms_about(db: sqlite3.Connection, about: str, now: datetime) -> list[Term]:
    """Every term of a question, a duty or whatever else is owed, in the order of their ends."""
    rows = db.execute("SELECT * FROM timing WHERE about = ? ORDER BY due_at, rule", (about,))
    return [term for row in rows if (term := term_of(row, now))]


def escalations(db: sqlite3.Connection, about: str) -> list[Escalation]:
    """Before whom the lateness of something was put, the earliest first."""
    rows = db.execute("SELECT * FROM escalation WHERE about = ? ORDER BY raised_at, step", (about,))
    return [into(Escalation, row) for row in rows]


def letters_of(db: sqlite3.Connection, case: str) -> list[Letter]:
    """Every message written because of a case, the latest last."""
    rows = db.execute("SELECT * FROM message WHERE case_id = ? ORDER BY changed_at, id", (case,))
    return [into(Letter, row) for row in rows]


def dialogue(db: sqlite3.Connection, commune: str, id: str, now: datetime) -> Dialogue | None:
    """A dialogue of this commune. One whose cut-off was moved to a later day takes forms again."""
    row = db.execute(
        "SELECT d.id, d.held_at, CASE WHEN d.state = 'registration-closed' AND t.term_state IN ('running', 'near') "
        "AND t.due_at >= ? THEN 'announced' ELSE d.state END AS state "
        "FROM dialogue d LEFT JOIN timing t ON t.about = d.id AND t.rule = 'registration-cutoff' "
        "WHERE d.id = ? AND d.commune = ?",
        (instant(now), id, commune),
    ).fetchone()
    return into(Dialogue, row) if row else None


def search_for(typed: str) -> str:
    """What a person typed as a full-text query: every word must be there, the last may be unfinished."""
    found = [word for word in "".join(c if c.isalnum() else " " for c in folded(typed)).split() if word]
    return " ".join(f'"{word}"' for word in found) + ("*" if found else "")


_WANTED = """
    commune = :commune
    AND (:standing IS NULL OR standing = :standing)
    AND (:stage IS NULL OR stage = :stage)
    AND (:department IS NULL OR department = :department)
    AND CASE :only
      WHEN 'late' THEN owed_until < :now
      WHEN 'near' THEN owed_until >= :now AND term_state = 'near'
      WHEN 'wanted' THEN standing = 'open' AND wanted_days IS NOT NULL
      WHEN 'undelivered' THEN standing NOT IN ('answered', 'withdrawn') AND undelivered IS NOT NULL AND NOT heard
      WHEN 'in-writing' THEN standing = 'open' AND owed_in_writing IS NOT NULL
      WHEN 'first' THEN standing = 'open' AND (pressing = 1 OR recurs IS NOT NULL)
      WHEN 'acceptance' THEN standing = 'open' AND awaits_acceptance
      ELSE true
    END
    AND (
      :search = ''
      OR id IN (SELECT question FROM words WHERE words MATCH :search) AND (scope IS NOT 'denunciation' OR code = :typed)
      OR submission IN (
        SELECT id FROM submission WHERE phone IS NOT NULL AND phone_end = :phone_end
        UNION ALL SELECT id FROM submission WHERE email IS NOT NULL AND email_folded = :email
      ) AND scope IS NOT 'denunciation'
    )
"""


def _values(commune: str, wanted: Filter, now: datetime) -> dict[str, Any]:
    digits = PHONE_MARKS.sub("", wanted.search)
    is_phone = wanted.reachable and digits.isascii() and digits.isdigit() and len(digits) >= PHONE_END
    return {
        "commune": commune,
        "standing": wanted.standing,
        "stage": wanted.stage,
        "department": wanted.department,
        "only": wanted.only,
        "search": search_for(wanted.search),
        "typed": wanted.search.upper(),
        "phone_end": digits[-PHONE_END:] if is_phone else None,
        "email": wanted.search.strip().lower() if wanted.reachable and "@" in wanted.search else None,
        "now": instant(now),
    }


def _item(row: sqlite3.Row, now: datetime) -> Item:
    since, confidential = row["waiting_since"], row["scope"] == "denunciation"
    return into(
        Item,
        row,
        term=term_of(row, now),
        undelivered=_is_undelivered(row),
        confidential=confidential,
        recurs=row["recurs"] is not None,
        awaits_acceptance=bool(row["awaits_acceptance"]),
        waiting=waiting(datetime.fromisoformat(since), now) if since else "",
        **({"name": None, "text": None} if confidential else {}),
    )


def _is_undelivered(row: sqlite3.Row) -> bool:
    over = row["standing"] in ("answered", "withdrawn")
    return row["undelivered"] is not None and not row["heard"] and not over


def _like(db: sqlite3.Connection, row: sqlite3.Row) -> list[str]:
    """The question that this one was found to be like, and those that were found to be like this one."""
    later = db.execute("SELECT id FROM question WHERE resembles = ? ORDER BY id LIMIT 10", (row["id"],))
    return [*([row["resembles"]] if row["resembles"] else []), *(one["id"] for one in later)]
