"""What the dialogue room asks of the view: a dialogue with its preparation, people, questions and promises.

As in `lists`, every question names the commune, and whoever wrote what reads like a denunciation is named nowhere.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Literal

from services.console.facts import folded
from services.console.rows import into, term_of
from services.console.view import said
from services.console.words import Term
from shared.communes import Profile, Slot
from shared.contracts.conference import DialogueKind, ListKind
from shared.web import HANOI

BEFORE = frozenset({"planned", "announced", "registration-closed"})
"""States of a dialogue that lies ahead, or is being held."""
WORDS_OF_ASKED = ("text", "topic", "draft_text", "answer", "guidance", "taken_note", "spoken_answer")
"""What may name somebody of whom a denunciation tells."""
AFTER = frozenset({"held", "concluded", "settled", "reported"})


@dataclass(frozen=True, slots=True)
class Session:
    """One part (đợt) of a conference; `fields` is empty when it is about everything."""

    number: int
    title: str
    audience: str | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Conference:
    """A dialogue and all that was said of it. A field is None while nobody has said it.

    terms: what is owed of the dialogue as a whole, by rule.
    """

    id: str
    state: str
    title: str | None
    held_at: datetime | None
    place: str | None
    kind: DialogueKind | None
    seats: int | None
    per_hamlet: int | None
    registration_closes_at: datetime | None
    announced_at: datetime | None
    registration_closed_at: datetime | None
    previously_at: datetime | None
    rescheduled_because: str | None
    cancelled_because: str | None
    cancelled_at: datetime | None
    deputy: str | None
    delegated_because: str | None
    delegated_by: str | None
    delegated_at: datetime | None
    delegate_report: str | None
    delegate_reported_by: str | None
    delegate_reported_at: datetime | None
    ended_at: datetime | None
    presided_by: str | None
    conclusion_state: str | None
    conclusion_draft: int | None
    conclusion_text: str | None
    conclusion_promises: list[dict[str, Any]] | None
    drafted_by: str | None
    drafted_at: datetime | None
    remarks: str | None
    returned_by: str | None
    approved_by: str | None
    approved_at: datetime | None
    notice: str | None
    summary: str | None
    concluded_at: datetime | None
    settled_at: datetime | None
    report_document: str | None
    report_recipient: str | None
    reported_by: str | None
    reported_at: datetime | None
    sessions: tuple[Session, ...]
    version: int
    terms: Mapping[str, Term]

    @property
    def ahead(self) -> bool:
        return self.state in BEFORE

    def has_begun(self, now: datetime) -> bool:
        return self.held_at is not None and now >= self.held_at

    def is_today(self, now: datetime) -> bool:
        return self.held_at is not None and now.astimezone(HANOI).date() == self.held_at.astimezone(HANOI).date()


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be prepared. `duty` is its name within the dialogue."""

    id: str
    duty: str
    what: str | None
    owner: str | None
    department: str | None
    done_at: datetime | None
    proof: str | None
    done_by: str | None
    term: Term | None


@dataclass(frozen=True, slots=True)
class ExpectedList:
    """A list that somebody sends. `list` is its name within the dialogue."""

    id: str
    list: str
    kind: ListKind | None
    sender: str | None
    received_at: datetime | None
    count: int | None
    term: Term | None


@dataclass(frozen=True, slots=True)
class Representative:
    """Somebody invited without having registered. `representative` is his name within the dialogue."""

    id: str
    representative: str
    name: str | None
    organisation: str | None
    hamlet: str | None
    invited_at: datetime | None
    attended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Guest:
    """Whoever has registered. hamlet: the one that his address names. attendance is None of a late form."""

    id: str
    code: str | None
    name: str | None
    address: str | None
    channel: str | None
    received_at: datetime | None
    on_time: bool | None
    collected_by: str | None
    seat: int | None
    waiting_place: int | None
    attendance: str | None
    excuse: str | None
    questions: int
    version: int
    confidential: bool
    hamlet: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a dialogue, with its asker.

    named: how the room calls it, code and number. first: it is pressing, or was raised before and never settled.
    confidential: it reads like a denunciation; neither its words nor what came of them is shown.
    """

    id: str
    submission: str
    number: int | None
    code: str | None
    name: str | None
    text: str | None
    received_at: datetime | None
    on_time: bool | None
    channel: str | None
    attendance: str | None
    state: str
    stage: str
    standing: str
    scope: str | None
    field: str | None
    department: str | None
    session: int | None
    outside_subject: bool | None
    topic: str | None
    pressing: bool | None
    pressing_because: str | None
    recurs: list[str] | None
    resembles: str | None
    likeness: float | None
    draft_text: str | None
    answer: str | None
    authority: str | None
    guidance: str | None
    superior: str | None
    referred_because: str | None
    taken_note: str | None
    taken_at: datetime | None
    owed_in_writing: str | None
    spoken_answer: str | None
    answered_by: str | None
    heard_at: datetime | None
    settled_how: str | None
    version: int
    term: Term | None
    confidential: bool
    of_denouncer: bool

    @property
    def named(self) -> str:
        return f"{self.code}-{self.number}" if self.code else self.id

    @property
    def first(self) -> bool:
        return bool(self.pressing or self.recurs)

    @property
    def outcome(self) -> Literal["answered", "taken", "referred", "redirected", "written", "withdrawn"] | None:
        """What the conference did with it; `written` where it was, or will be, answered apart from it."""
        if self.standing == "withdrawn":
            return "withdrawn"
        if self.heard_at is not None:
            return "answered"
        if self.taken_at is not None:
            return "taken"
        if self.state == "referred-up":
            return "referred"
        if self.state == "redirected":
            return "redirected"
        return "written" if self.settled_how is not None else None

    @property
    def on_agenda(self) -> bool:
        """It came in time, on the right subject, and its asker has not said that he stays away.

        What was called and found no answer stays in the record, also once its letter is out.
        """
        return (
            bool(self.on_time)
            and not self.outside_subject
            and self.attendance in ("expected", "present")
            and self.scope not in ("complaint", "denunciation")
            and self.outcome != "withdrawn"
            and (self.outcome != "written" or self.owed_in_writing == "afterwards")
        )

    @property
    def can_be_called(self) -> bool:
        return self.on_agenda and self.attendance == "present" and self.outcome is None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What the published conclusion assigns to a department. questions: ids of those it answers."""

    id: str
    number: int | None
    text: str | None
    department: str | None
    questions: list[str] | None
    extended_because: str | None
    requirement: str | None
    responsible: str | None
    extended_at: datetime | None
    result: str | None
    proof: str | None
    fulfilled_by: str | None
    fulfilled_at: datetime | None
    term: Term | None


@dataclass(frozen=True, slots=True)
class Turnout:
    """Who comes. expected, excused, present, absent, late: registrants; invited, attended: representatives.

    no_seat: registrants who waited for a seat to the last. withdrawn: who took their forms back, and do not count
    as registered. floor: who had not registered and spoke there.
    """

    expected: int
    excused: int
    present: int
    absent: int
    no_seat: int
    withdrawn: int
    late: int
    floor: int
    seated: int
    waiting: int
    invited: int
    attended: int

    @property
    def registered(self) -> int:
        return self.expected + self.excused + self.present + self.absent + self.no_seat


@dataclass(frozen=True, slots=True)
class Place:
    """A slot of the programme and what has become of it.

    state: `held`, `planned` (a dialogue is), `open` (none is yet), `missed`. dialogue: id of the one in it.
    """

    slot: Slot
    state: Literal["held", "planned", "open", "missed"]
    dialogue: str | None
    held_at: datetime | None
    term: Term | None


def conference(db: sqlite3.Connection, commune: str, id: str, now: datetime) -> Conference | None:
    """A dialogue of this commune."""
    row = db.execute("SELECT * FROM dialogue WHERE id = ? AND commune = ?", (id, commune)).fetchone()
    return _conference(db, row, now) if row else None


def conferences(db: sqlite3.Connection, commune: str, now: datetime) -> list[Conference]:
    """Every dialogue of this commune, the latest first."""
    rows = db.execute("SELECT * FROM dialogue WHERE commune = ? ORDER BY held_at DESC, id", (commune,)).fetchall()
    return [_conference(db, row, now) for row in rows]


def programme(db: sqlite3.Connection, profile: Profile, year: int, now: datetime) -> list[Place]:
    """The slots of a year in their order; a year of which the plan says nothing is one slot, as the law has it.

    A dialogue is of every slot whose days hold the day it is held on; of several, of those for its sessions' audiences.
    """
    dialogues = db.execute(
        "SELECT id, state, held_at, sessions FROM dialogue "
        "WHERE commune = ? AND held_at IS NOT NULL AND state <> 'cancelled' "
        "AND coalesce(kind, 'periodic') = 'periodic' ORDER BY ended_at IS NULL, held_at, id",
        (profile.id,),
    ).fetchall()
    slots, found = _slots(db, profile, year, now), []
    for slot in slots:
        inside = next((row for row in dialogues if slot in _slots_of(row, slots)), None)
        term = _terms_about(db, f"{profile.id}-{slot.id}", now).get("periodic-dialogue")
        held_at = datetime.fromisoformat(inside["held_at"]) if inside else None
        state: Literal["held", "planned", "open", "missed"]
        if inside and inside["state"] in AFTER:
            state = "held"
        elif now.astimezone(HANOI).date() > slot.closes:
            state = "missed"
        else:
            state = "planned" if inside else "open"
        found.append(Place(slot, state, inside["id"] if inside else None, held_at, term))
    return found


def _slots(db: sqlite3.Connection, profile: Profile, year: int, now: datetime) -> list[Slot]:
    """The law is not applied to years before this one, unless a term says that it is."""
    planned = sorted((one for one in profile.programme if one.closes.year == year), key=lambda one: one.opens)
    if planned:
        return planned
    term = _terms_about(db, f"{profile.id}-{year}", now).get("periodic-dialogue")
    if term is None and year != now.astimezone(HANOI).year:
        return []
    basis = (
        term.basis if term and term.basis else "Luật số 72/2025/QH15, Điều 43: mỗi năm ít nhất một hội nghị đối thoại"
    )
    name = f"Hội nghị đối thoại năm {year}"
    return [Slot(id=str(year), name=name, opens=date(year, 1, 1), closes=date(year, 12, 31), basis=basis)]


def _slots_of(row: sqlite3.Row, slots: Sequence[Slot]) -> list[Slot]:
    day = datetime.fromisoformat(row["held_at"]).astimezone(HANOI).date()
    audiences = {one.get("audience") for one in json.loads(row["sessions"] or "[]")} - {None}
    of_day = [slot for slot in slots if slot.opens <= day <= slot.closes]
    return [slot for slot in of_day if audiences & {one.audience for one in slot.sessions}] or of_day


def turnouts(db: sqlite3.Connection, commune: str) -> dict[str, Turnout]:
    """Who comes, of every dialogue of a commune by its id."""
    rows = db.execute(
        "WITH form AS (SELECT dialogue, on_time, seat, waiting_place, "
        "iif(channel IS 'floor', 'floor', coalesce(attendance, 'late')) AS part FROM submission WHERE commune = ?1) "
        "SELECT d.id, total(s.on_time = 1 AND s.part = 'expected') AS expected, "
        "total(s.part = 'excused') AS excused, total(s.part = 'present') AS present, "
        "total(s.part = 'absent') AS absent, total(s.part = 'no-seat') AS no_seat, "
        "total(s.part = 'withdrawn') AS withdrawn, "
        "total(s.part = 'late') AS late, total(s.part = 'floor') AS floor, "
        "total(s.seat IS NOT NULL) AS seated, total(s.waiting_place IS NOT NULL) AS waiting, "
        "(SELECT count(*) FROM representative r WHERE r.dialogue = d.id) AS invited, "
        "(SELECT count(r.attended_at) FROM representative r WHERE r.dialogue = d.id) AS attended "
        "FROM dialogue d LEFT JOIN form s ON s.dialogue = d.id WHERE d.commune = ?1 GROUP BY d.id",
        (commune,),
    )
    return {row["id"]: Turnout(**{name: int(row[name]) for name in Turnout.__dataclass_fields__}) for row in rows}


def duties(db: sqlite3.Connection, dialogue: str, now: datetime) -> list[Duty]:
    """The checklist, in the order of the plan."""
    rows = _with_term(db, "duty", "preparation", dialogue)
    return [into(Duty, row, term=term_of(row, now)) for row in rows]


def expected_lists(db: sqlite3.Connection, dialogue: str, now: datetime) -> list[ExpectedList]:
    rows = _with_term(db, "expected_list", "", dialogue)
    return [into(ExpectedList, row, term=term_of(row, now)) for row in rows]


def commitments(db: sqlite3.Connection, dialogue: str, now: datetime) -> list[Commitment]:
    """What the published conclusion promises, in its order."""
    rows = _with_term(db, "commitment", "resolution", dialogue)
    return [into(Commitment, row, term=term_of(row, now)) for row in rows]


def representatives(db: sqlite3.Connection, dialogue: str) -> list[Representative]:
    rows = db.execute(
        "SELECT * FROM representative WHERE dialogue = ? ORDER BY organisation IS NULL, organisation, name, id",
        (dialogue,),
    )
    return [into(Representative, row) for row in rows]


def guests(db: sqlite3.Connection, profile: Profile, dialogue: str) -> list[Guest]:
    """Who registered: those with a seat, then who waits for one, in the order of registration; late forms last."""
    rows = db.execute(
        "SELECT s.*, (SELECT count(*) FROM question q WHERE q.submission = s.id) AS questions, "
        "coalesce((SELECT said FROM aggregate WHERE speaker = 'intake' AND about = s.id), 0) AS version, "
        "EXISTS (SELECT 1 FROM question q WHERE q.submission = s.id AND q.scope = 'denunciation') AS confidential "
        "FROM submission s WHERE s.dialogue = ? AND s.commune = ? "
        "ORDER BY s.attendance IS NULL, s.seat IS NULL, s.seat, s.waiting_place IS NULL, s.waiting_place, "
        "s.received_at, s.id",
        (dialogue, profile.id),
    )
    return [_guest(row, profile) for row in rows]


def find_guest(db: sqlite3.Connection, commune: str, dialogue: str, code: str) -> str | None:
    """The form of a dialogue that has this code, written without its dash."""
    row = db.execute(
        "SELECT id FROM submission WHERE dialogue = ? AND commune = ? AND replace(code, '-', '') = ?",
        (dialogue, commune, code),
    ).fetchone()
    return str(row["id"]) if row else None


def named_like(
    people: Sequence[Guest], invited: Sequence[Representative], typed: str
) -> tuple[list[Guest], list[Representative]]:
    """Whose name has all the words that were typed, with or without diacritics. Who is confidential is not found."""
    wanted = folded(typed).split()

    def fits(name: str | None) -> bool:
        return bool(wanted) and name is not None and all(word in folded(name).split() for word in wanted)

    return [one for one in people if fits(one.name)], [one for one in invited if fits(one.name)]


def asked(db: sqlite3.Connection, commune: str, dialogue: str, now: datetime) -> list[Asked]:
    """Every question of a dialogue: by session, the pressing and recurring ones first, then in the order registered."""
    rows = db.execute(
        "SELECT i.*, s.attendance, s.received_at, s.on_time, s.channel, i.scope = 'denunciation' AS confidential, "
        "coalesce((SELECT said FROM aggregate WHERE speaker = 'routing' AND about = i.id), 0) AS version "
        "FROM item i JOIN submission s ON s.id = i.submission WHERE s.dialogue = ? AND s.commune = ? "
        "ORDER BY i.session IS NULL, i.session, i.pressing IS NOT 1 AND i.recurs IS NULL, "
        "s.received_at, s.id, i.number",
        (dialogue, commune),
    )
    return [_asked(row, now) for row in rows]


def _asked(row: sqlite3.Row, now: datetime) -> Asked:
    found: Asked = into(
        Asked,
        row,
        term=term_of(row, now),
        confidential=bool(row["confidential"]),
    )
    if found.of_denouncer:
        found = replace(found, name=None)
    if found.confidential:
        hidden: dict[str, Any] = dict.fromkeys(WORDS_OF_ASKED)
        found = replace(found, **hidden)
    return found


def _guest(row: sqlite3.Row, profile: Profile) -> Guest:
    if row["confidential"]:
        return into(Guest, row, name=None, address=None, excuse=None, collected_by=None, confidential=True)
    return into(Guest, row, hamlet=_hamlet(row["address"], profile))


def _hamlet(address: str | None, profile: Profile) -> str | None:
    """The longest name of a hamlet that stands in the address."""
    words = f" {' '.join(''.join(c if c.isalnum() else ' ' for c in folded(address or '')).split())} "
    named = [hamlet for hamlet in profile.hamlets if f" {folded(hamlet)} " in words]
    return max(named, key=len) if named else None


def _conference(db: sqlite3.Connection, row: sqlite3.Row, now: datetime) -> Conference:
    sessions = tuple(
        Session(one["number"], one["title"], one.get("audience"), tuple(one.get("fields", ())))
        for one in json.loads(row["sessions"] or "[]")
    )
    version, terms = said(db, "intake", row["id"]), _terms_about(db, row["id"], now)
    state, cutoff = row["state"], terms.get("registration-cutoff")
    if state == "registration-closed" and cutoff and cutoff.owed and now <= cutoff.due_at:
        state = "announced"  # it was moved to a later day, and takes forms again
    return into(Conference, row, state=state, sessions=sessions, version=version, terms=terms)


def _terms_about(db: sqlite3.Connection, about: str, now: datetime) -> dict[str, Term]:
    rows = db.execute("SELECT * FROM timing WHERE about = ?", (about,))
    return {row["rule"]: term for row in rows if (term := term_of(row, now)) is not None}


def _with_term(db: sqlite3.Connection, table: str, rule: str, dialogue: str) -> list[sqlite3.Row]:
    """Rows with the term about the same id. rule: "" for whichever there is."""
    return db.execute(
        f"SELECT o.*, t.* FROM {table} o LEFT JOIN timing t ON t.about = o.id AND (? = '' OR t.rule = ?) "  # noqa: S608 - from this file
        "WHERE o.dialogue = ? ORDER BY o.number IS NULL, o.number, o.id",
        (rule, rule, dialogue),
    ).fetchall()
