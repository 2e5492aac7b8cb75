"""One case: a form with all that became of it. Whoever asks names the commune, and gets nothing of another one."""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from services.console.case.question import Question
from services.console.case.question_rows import questions_of
from services.console.facts import instant
from services.console.rows import into
from services.console.view import said

CaseKind = Literal["submission", "dialogue", "programme", "staff-mail", "handbook", "print-run"]


@dataclass(frozen=True, slots=True)
class Submission:
    """A form and its sender. version: how many of its events are known, for commands to intake.

    seat: where he sits at the conference. waiting_place: which one he is of those who wait for a seat.
    collected_by: the organisation on whose list the form came. notice: version of the data notice agreed to.
    entered_at: where it was received before it was entered. withdrawn_at: all of it that was open.
    news_declined_at: he wants no mail any more that he need not have.
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
    news_declined_at: datetime | None
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
    """A mail or letter and its fate.

    withdrawn: it was no longer wanted. register_number: of the outgoing register. text_version: of the commune's own
    text; 0 is the shipped one. run: the print run of a letter. action, status, said: what a mail server reported of it
    later.
    """

    id: str
    kind: str
    channel: str
    state: str
    changed_at: datetime
    sent_at: datetime | None
    reference: str | None
    uncertain: bool | None
    reason: str | None
    withdrawn: bool | None
    register_number: str | None
    text_version: int | None
    run: str | None
    posted_on: date | None
    tracking: str | None
    delivered_on: date | None
    returned_on: date | None
    returned_because: str | None
    action: str | None
    status: str | None
    said: str | None

    @property
    def is_returned(self) -> bool:
        """The post brought it back, and nobody has handed it over since."""
        return self.channel == "letter" and self.returned_on is not None


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter with whom it is for, as far as a form tells; case: the form or dialogue that it is about."""

    letter: Letter
    case: str
    name: str | None
    address: str | None
    code: str | None


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
        """As those see it who must not know who denounced: without the person, and without words that may name him.

        What the form said before a question of it was split holds the words of every part.
        """
        return replace(
            self,
            submission=self.submission.without_person(),
            files=[],
            words=[],
            letters=[
                replace(letter, reference=None, reason=None, returned_because=None, said=None)
                for letter in self.letters
            ],
            questions=[
                question.without_words() if question.scope == "denunciation" else replace(question, form_text=None)
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


def with_code(db: sqlite3.Connection, commune: str, code: str) -> str | None:
    """Id of the form of this commune that has the code, written without its dash."""
    row = db.execute(
        "SELECT id FROM submission WHERE commune = ? AND code = ?", (commune, f"{code[:4]}-{code[4:]}")
    ).fetchone()
    return str(row["id"]) if row else None


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


def letters_of(db: sqlite3.Connection, case: str) -> list[Letter]:
    """Every message written because of a case, the latest last."""
    rows = db.execute(f"{_LETTER} WHERE m.case_id = ? ORDER BY m.changed_at, m.id", (case,))
    return [into(Letter, row) for row in rows]


def became_letters(letters: Sequence[Letter]) -> set[str]:
    """Ids of the mails in whose place a letter was written."""
    ids = {letter.id for letter in letters}
    return {id for id in ids if f"{id}.letter" in ids}


def envelope(db: sqlite3.Connection, commune: str, notification: str) -> Envelope | None:
    """A letter of this commune, with whom it is for."""
    row = db.execute(
        f"{_LETTER} WHERE m.id = ? AND m.commune = ? AND m.channel <> 'email'", (notification, commune)
    ).fetchone()
    if row is None:
        return None
    form = submission(db, commune, row["case_id"])
    told = (form.name, form.address, form.code) if form else (None, None, None)
    return Envelope(into(Letter, row), row["case_id"], *told)


_LETTER = "SELECT m.*, r.action, r.status, r.said FROM message m LEFT JOIN delivery_report r ON r.id = m.id"


def topics(db: sqlite3.Connection, dialogue: str) -> list[str]:
    """The topics that questions of a dialogue were grouped under; none that a denunciation alone has."""
    rows = db.execute(
        "SELECT DISTINCT q.topic FROM submission s JOIN question q ON q.submission = s.id "
        "WHERE s.dialogue = ? AND q.topic IS NOT NULL AND q.scope IS NOT 'denunciation' ORDER BY q.topic",
        (dialogue,),
    )
    return [row["topic"] for row in rows]


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


def commune_of(db: sqlite3.Connection, case: str) -> tuple[CaseKind, str] | None:
    """What a case is, and whose: a slot of the programme, a mail to staff, a print run and a commune's handbook are
    cases, too."""
    row = db.execute(
        "SELECT 'submission' AS kind, commune FROM submission WHERE id = :case "
        "UNION ALL SELECT 'dialogue', commune FROM dialogue WHERE id = :case "
        "UNION ALL SELECT 'programme', commune FROM term WHERE about = :case AND rule = 'periodic-dialogue' "
        "UNION ALL SELECT 'staff-mail', commune FROM message WHERE case_id = :case "
        "AND kind IN ('digest', 'reminder', 'escalation') "
        "UNION ALL SELECT 'print-run', commune FROM print_run WHERE id = :case "
        "UNION ALL SELECT 'handbook', commune FROM lesson WHERE commune = :case LIMIT 1",
        {"case": case},
    ).fetchone()
    return (row["kind"], row["commune"]) if row else None
