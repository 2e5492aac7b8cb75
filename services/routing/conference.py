"""A dialogue as routing knows it: what it is about, and whether it is over."""

from dataclasses import dataclass, replace
from datetime import datetime

from shared.contracts import Event, TooEarly
from shared.contracts.conference import Session
from shared.contracts.intake import DialogueAnnounced, DialogueCancelled, DialogueHeld, DialoguePlanned
from shared.contracts.taxonomy import QuestionField


@dataclass(frozen=True, slots=True)
class Conference:
    """One dialogue of a commune.

    announced: the public knows its sessions, which stay as they are from then on.
    sessions: none when it is one conference about everything.
    ended_at: the instant it was over. cancelled: it could not be held.
    """

    id: str
    commune: str
    announced: bool = False
    sessions: tuple[Session, ...] = ()
    ended_at: datetime | None = None
    cancelled: bool = False
    version: int = 0

    @property
    def over(self) -> bool:
        return self.cancelled or self.ended_at is not None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field belongs in a dialogue.

    session: its number; None where the dialogue has no sessions, or none for the field.
    outside_subject: the dialogue is about other fields.
    """

    session: int | None = None
    outside_subject: bool = False


Known = tuple[Conference, list[Event]]


def keep_sessions(conference: Conference | None, fact: DialoguePlanned | DialogueAnnounced) -> Known:
    """What was announced counts; until then what is planned, for opinions are collected before the announcement."""
    announced = isinstance(fact, DialogueAnnounced)
    conference = conference or Conference(id=fact.case, commune=fact.commune)
    if conference.announced and not announced:
        return conference, []
    return replace(conference, announced=announced, sessions=fact.sessions or ()), []


def keep_end(conference: Conference | None, fact: DialogueHeld | DialogueCancelled) -> Known:
    """It is over. Kept here before any question is told, for those that are opened meanwhile."""
    if conference is None:
        raise TooEarly(f"{fact.name} came before the dialogue was planned: {fact.case}")
    if conference.over:
        return conference, []
    if isinstance(fact, DialogueHeld):
        return replace(conference, ended_at=fact.occurred_at), []
    return replace(conference, cancelled=True), []


def place_of(field: QuestionField, conference: Conference | None) -> Place:
    """A session with fields is about these, one without is about everything; the dialogue is about what they all are.

    Of several sessions that fit, one that names the field comes before one for everything, and an earlier before a
    later one.
    """
    if conference is None or not conference.sessions:
        return Place()
    in_order = sorted(conference.sessions, key=lambda session: (not session.fields, session.number))
    for session in in_order:
        if field in session.fields or not session.fields:
            return Place(session.number)
    return Place(outside_subject=True)
