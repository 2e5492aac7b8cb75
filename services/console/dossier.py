"""One case: a form with all that became of it. Whoever asks names the commune, and gets nothing of another one."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, TypeVar

from services.console.facts import instant
from services.console.rows import into, term_of
from services.console.view import said
from services.console.words import Term

CaseKind = Literal["submission", "dialogue", "programme", "staff-mail", "handbook"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Submission:
    """A form and its sender. version: how many of its events are known, for commands to intake.

    seat: where he sits at the conference. waiting_place: which one he is of those who wait for a seat.
    collected_by: the organisation on whose list the form came. notice: version of the data notice agreed to.
    entered_at: where it was received before it was entered. withdrawn_at: all of it that was open.
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
    notice: str | None
    entered_at: datetime | None
    entered_by: str | None
    entered_because: str | None
    corrected_at: datetime | None
    corrected_by: str | None
    corrected_because: str | None
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    version: int

    def without_person(self) -> "Submission":
        """Without who sent it, and without what may tell."""
        return replace(
            self,
            name=None,
            phone=None,
            email=None,
            address=None,
            excuse=None,
            entered_because=None,
            corrected_because=None,
            withdrawn_because=None,
        )


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
    """Another question that has to do with this one. Of one that reads like a denunciation, nothing is told."""

    id: str
    submission: str
    code: str | None
    number: int | None
    text: str | None
    topic: str | None
    stage: str


@dataclass(frozen=True, slots=True)
class Endorsement:
    """A step of the approval of a draft that is done."""

    role: str
    endorsed_by: str
    endorsed_at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of an answer. One that was only kept was handed in by nobody. endorsed: the steps done, in order."""

    number: int
    text: str
    written_by: str
    written_at: datetime
    handed_in_by: str | None
    handed_in_at: datetime | None
    remarks: str | None
    returned_by: str | None
    returned_at: datetime | None
    endorsed: list[Endorsement]


@dataclass(frozen=True, slots=True)
class Coordination:
    """A department that is to say what it knows, and about what."""

    department: str
    matter: str
    asked_by: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a coordinating department said."""

    department: str
    text: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class HandBack:
    """That a department gave the question back to the office, and why."""

    department: str
    reason: str
    handed_back_by: str
    handed_back_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """A question as its case shows it: all that routing, deadlines and notify said of it.

    form_text: as the form has it; text: what is left of it after a split. matters: how it may be split.
    part_of: the question that it was split from; parts: those that were split from it.
    awaits: roles of which one decides next on the draft that was handed in. drafts: every version, the first first.
    coordinating: departments that are to say what they know to the one that answers. opinions: in their order.
    follows: the question whose answer it gets; followers: those that get its own.
    term: the one that counts first; terms: every one it has or had. earlier: where it was raised before, unsettled.
    like: questions of the same dialogue that are much like it.
    """

    id: str
    number: int | None
    section: str | None
    text: str | None
    form_text: str | None
    split_by: str | None
    split_at: datetime | None
    state: str
    stage: str
    standing: str
    scope: str | None
    because: list[str] | None
    proposals: list[dict[str, Any]] | None
    matters: list[dict[str, Any]] | None
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
    awaits: list[str] | None
    awaited_at: datetime | None
    joined_by: str | None
    joined_at: datetime | None
    parted_because: str | None
    parted_by: str | None
    parted_at: datetime | None
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
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    withdrawn_by: str | None
    rating: int | None
    rating_words: str | None
    rated_at: datetime | None
    reopened_round: int | None
    reopened_because: str | None
    reopened_by: str | None
    reopened_at: datetime | None
    published_at: datetime | None
    published_by: str | None
    published_asked: str | None
    published_answered: str | None
    awaits_acceptance: bool
    version: int
    term: Term | None
    terms: list[Term]
    escalations: list[Escalation]
    earlier: list[Related]
    like: list[Related]
    part_of: Related | None
    parts: list[Related]
    follows: Related | None
    followers: list[Related]
    drafts: list[Draft]
    coordinating: list[Coordination]
    opinions: list[Opinion]
    hand_backs: list[HandBack]

    @property
    def last_draft(self) -> Draft | None:
        """The version that counts."""
        return self.drafts[-1] if self.drafts else None

    @property
    def answered_before(self) -> bool:
        """Whether what stands there as its answer is the one that was not enough."""
        return self.reopened_at is not None and self.approved_at is not None and self.approved_at <= self.reopened_at

    @property
    def given_answer(self) -> str:
        """What the asker was told: the approved answer, or what was said at the conference."""
        return self.answer or self.spoken_answer or ""

    def without_words(self) -> "Question":
        """Without what may repeat the words of a denunciation, or name who wrote it."""
        return replace(
            self,
            text=None,
            form_text=None,
            because=[],
            draft_text=None,
            remarks=None,
            answer=None,
            matters=None,
            topic=None,
            parted_because=None,
            pressing_because=None,
            transferred_because=None,
            referred_because=None,
            taken_note=None,
            spoken_answer=None,
            withdrawn_because=None,
            rating_words=None,
            reopened_because=None,
            earlier=[],
            like=[],
            drafts=[],
            coordinating=[replace(one, matter="") for one in self.coordinating],
            opinions=[],
            hand_backs=[replace(one, reason="") for one in self.hand_backs],
        )


@dataclass(frozen=True, slots=True)
class File:
    """A file of a form. size: bytes. source: of `facts.submissions.Source`. added_by: None where its sender did it."""

    id: str
    name: str
    media_type: str
    size: int
    source: str
    added_at: datetime
    added_by: str | None
    note: str | None


@dataclass(frozen=True, slots=True)
class Word:
    """What a registrant wrote after his form, by mail."""

    text: str
    at: datetime


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
    """A form with all that became of it. dialogue: the one it is registered for. topics: those of its questions.

    words: what its sender wrote afterwards.
    """

    submission: Submission
    questions: list[Question]
    letters: list[Letter]
    dialogue: Dialogue | None
    topics: list[str]
    files: list[File]
    words: list[Word]

    @property
    def reads_like_denunciation(self) -> bool:
        return any(question.scope == "denunciation" for question in self.questions)

    def for_others(self) -> "Case":
        """As those see it who must not know who denounced: without the person, and without words that may name him."""
        return replace(
            self,
            submission=self.submission.without_person(),
            files=[],
            words=[],
            letters=[replace(letter, reference=None, reason=None) for letter in self.letters],
            questions=[
                question.without_words() if question.scope == "denunciation" else question
                for question in self.questions
            ],
        )


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
        files=files_of(db, commune, id),
        words=words_of(db, id),
    )


def submission(db: sqlite3.Connection, commune: str, id: str) -> Submission | None:
    """A form of this commune."""
    row = db.execute("SELECT * FROM submission WHERE id = ? AND commune = ?", (id, commune)).fetchone()
    return into(Submission, row, version=said(db, "intake", id)) if row else None


def files_of(db: sqlite3.Connection, commune: str, submission: str) -> list[File]:
    """The files of a form of this commune, in the order in which they came."""
    rows = db.execute(
        "SELECT * FROM attachment WHERE submission = ? AND commune = ? ORDER BY added_at, name, id",
        (submission, commune),
    )
    return [into(File, row) for row in rows]


def is_denounced(db: sqlite3.Connection, submission: str) -> bool:
    """Whether a question of a form reads like a denunciation, or is one."""
    row = db.execute(
        "SELECT EXISTS (SELECT 1 FROM question WHERE submission = ? AND scope = 'denunciation')", (submission,)
    )
    return bool(row.fetchone()[0])


def words_of(db: sqlite3.Connection, submission: str) -> list[Word]:
    """What a registrant wrote, in its order."""
    rows = db.execute("SELECT * FROM word WHERE submission = ? ORDER BY at, length(id), id", (submission,))
    return [Word(row["text"], datetime.fromisoformat(row["at"])) for row in rows]


def commune_of(db: sqlite3.Connection, case: str) -> tuple[CaseKind, str] | None:
    """What a case is, and whose: a slot of the programme, a mail to staff and a commune's handbook are cases, too."""
    row = db.execute(
        "SELECT 'submission' AS kind, commune FROM submission WHERE id = :case "
        "UNION ALL SELECT 'dialogue', commune FROM dialogue WHERE id = :case "
        "UNION ALL SELECT 'programme', commune FROM term WHERE about = :case AND rule = 'periodic-dialogue' "
        "UNION ALL SELECT 'staff-mail', commune FROM message WHERE case_id = :case "
        "AND kind IN ('digest', 'reminder', 'escalation') "
        "UNION ALL SELECT 'handbook', commune FROM lesson WHERE commune = :case LIMIT 1",
        {"case": case},
    ).fetchone()
    return (row["kind"], row["commune"]) if row else None


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


@dataclass(frozen=True, slots=True)
class Joinable:
    """A question whose answer another may get. alike: much like it, or of the same topic."""

    id: str
    code: str | None
    number: int | None
    text: str | None
    alike: bool


MOST_JOINABLE = 100


def joinable(db: sqlite3.Connection, commune: str, question: Question) -> list[Joinable]:
    """Questions that the same department is working on, those first that are alike, then by code."""
    alike = [one.id for one in question.like]
    rows = db.execute(
        "SELECT q.id, s.code, q.number, q.text, "
        "q.id IN (SELECT value FROM json_each(:alike)) OR q.topic IS :topic AND q.topic IS NOT NULL AS alike "
        "FROM question q LEFT JOIN submission s ON s.id = q.submission "
        "WHERE q.commune = :commune AND q.department = :department AND q.state IN ('assigned', 'drafting') "
        "AND q.standing = 'open' AND q.scope = 'in-scope' AND q.follows IS NULL AND q.id <> :id "
        "ORDER BY alike DESC, s.code, q.number, q.id LIMIT :most",
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
