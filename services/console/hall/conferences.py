"""What the dialogue room asks of the view: a dialogue with its preparation, turnout and promises.

Who comes is in `attendees`, what they ask in `asked`. As in `lists`, every question names the commune.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from services.console.rows import into, term_of
from services.console.view import said
from services.console.words import Term
from shared.communes import Profile, Slot
from shared.contracts.conference import DialogueKind, ListKind
from shared.web import HANOI

BEFORE = frozenset({"planned", "announced", "registration-closed"})
"""States of a dialogue that lies ahead, or is being held."""
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
    return programmes(db, [profile], year, now)[profile.id]


def programmes(db: sqlite3.Connection, profiles: Sequence[Profile], year: int, now: datetime) -> dict[str, list[Place]]:
    """The same of each of these communes, by their ids."""
    ids = [profile.id for profile in profiles]
    rows = db.execute(
        "SELECT commune, id, state, held_at, sessions FROM dialogue "
        "WHERE commune IN (SELECT value FROM json_each(?)) AND held_at IS NOT NULL AND state <> 'cancelled' "
        "AND coalesce(kind, 'periodic') = 'periodic' ORDER BY ended_at IS NULL, held_at, id",
        (json.dumps(ids),),
    ).fetchall()
    dialogues: dict[str, list[sqlite3.Row]] = {id: [] for id in ids}
    for row in rows:
        dialogues[row["commune"]].append(row)
    slots = {profile.id: [slot.id for slot in profile.programme] for profile in profiles}
    abouts = [f"{id}-{slot}" for id, known in slots.items() for slot in (*known, year)]
    terms = {
        row["about"]: term_of(row, now)
        for row in db.execute(
            "SELECT t.* FROM json_each(?) JOIN timing t ON t.about = value AND t.rule = 'periodic-dialogue'",
            (json.dumps(abouts),),
        )
    }
    return {profile.id: _places(profile, year, now, dialogues[profile.id], terms) for profile in profiles}


def _places(
    profile: Profile, year: int, now: datetime, dialogues: Sequence[sqlite3.Row], terms: Mapping[str, Term | None]
) -> list[Place]:
    slots, found = _slots(profile, year, now, terms.get(f"{profile.id}-{year}")), []
    for slot in slots:
        inside = next((row for row in dialogues if slot in _slots_of(row, slots)), None)
        held_at = datetime.fromisoformat(inside["held_at"]) if inside else None
        state: Literal["held", "planned", "open", "missed"]
        if inside and inside["state"] in AFTER:
            state = "held"
        elif now.astimezone(HANOI).date() > slot.closes:
            state = "missed"
        else:
            state = "planned" if inside else "open"
        term = terms.get(f"{profile.id}-{slot.id}")
        found.append(Place(slot, state, inside["id"] if inside else None, held_at, term))
    return found


def _slots(profile: Profile, year: int, now: datetime, term: Term | None) -> list[Slot]:
    """The law is not applied to years before this one, unless a term says that it is."""
    planned = sorted((one for one in profile.programme if one.closes.year == year), key=lambda one: one.opens)
    if planned:
        return planned
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
