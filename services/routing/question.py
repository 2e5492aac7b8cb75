"""A question, from its arrival until nothing is owed to the asker. Who may do what with it stands in moves.py."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from shared.contracts import Event, Role
from shared.contracts.people import Section
from shared.contracts.routing import Proposal, ProposedMatter, Settlement, WrittenBecause
from shared.contracts.taxonomy import QuestionField, Scope


class State(StrEnum):
    AWAITS_TRIAGE = "awaits-triage"
    ASSIGNED = "assigned"
    DRAFTED = "drafted"
    RETURNED = "returned"
    APPROVED = "approved"
    REDIRECTED = "redirected"
    REFERRED_UP = "referred-up"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Draft:
    """A version of an answer. Numbered from 1; the last one counts.

    handed_in: for approval; else it was only kept. role, department: of who wrote it.
    handed_in_by, handed_in_role, handed_in_department: of who handed in what another had written; else None.
    """

    number: int
    text: str
    by: str
    at: datetime
    handed_in: bool = True
    role: Role = Role.OFFICER
    department: str | None = None
    handed_in_by: str | None = None
    handed_in_role: Role | None = None
    handed_in_department: str | None = None

    @property
    def words(self) -> str:
        """What it says, however its blanks and lines are set."""
        return " ".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a coordinating department knows. department: which."""

    department: str
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Return:
    """Why a draft went back."""

    draft: int
    remarks: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtensionRequest:
    """requirement, responsible: None in a request of before these were asked for."""

    working_days: int
    reason: str
    by: str
    requirement: str | None = None
    responsible: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """A question beyond the commune's authority.

    document: number and symbol of the report to the superior; None until it is out.
    told: the asker has been told.
    """

    authority: str
    document: str | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Publication:
    """Question and answer as they stand in the commune's library, in words that name nobody."""

    asked: str
    answered: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a form.

    case: id of the submission it came with.
    dialogue: where it would be answered; None when none was open.
    field, department: None until the rules or an officer have decided.
    session, outside_subject: its place in the dialogue, by its field; see conference.py.
    proposals: what the rules held likely, for the officer who decides. matters: how it may be split.
    decided_at: when a person last said whose it is; what he said teaches the rules.
    whole: its text before it was split. parts: how many questions were made of it so far, beside itself.
    coordinating: departments that are to say what they know. opinions: what they said.
    follows: the question whose answer it gets; None while it gets its own. follows_code: the code of that one's form.
    awaits: the steps of approval that the draft handed in has still to pass; the roles of which one decides, for each.
    endorsed_by: who decided the steps before.
    awaits_acceptance: it was handed over and its term stands still until the department takes it up.
    extended_by: working days granted so far.
    topic: what the office grouped it under. pressing: the office wants it first at the conference.
    recurs: earlier questions that were the same and never settled. resembles: those of the same dialogue.
    taken: at the conference it was taken for a written answer.
    waitlisted: the registrant was told that he waits for a seat. invited: he was given one, at once or later.
    present: whether the registrant came to the dialogue; None until that is known.
    dialogue_ended_at: the instant the dialogue was over; None before.
    owed_because: why the answer is owed in writing, once that was said.
    settled_how, settled_at: set with the state `settled`; the instant is None in what was settled before it was kept.
    round: 2 once the question was reopened, and so on. reopened_at: when that was last. The drafts and returns of the
        rounds before stay.
    publication: None while it is not in the library.
    """

    id: str
    commune: str
    case: str
    code: str
    number: int
    section: Section
    text: str
    received_at: datetime
    on_time: bool
    dialogue: str | None = None
    state: State = State.AWAITS_TRIAGE
    scope: Scope = Scope.IN_SCOPE
    field: QuestionField | None = None
    department: str | None = None
    session: int | None = None
    outside_subject: bool = False
    because: tuple[str, ...] = ()
    confidence: float = 0.0
    proposals: tuple[Proposal, ...] = ()
    matters: tuple[ProposedMatter, ...] = ()
    decided_at: datetime | None = None
    whole: str | None = None
    parts: int = 0
    coordinating: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    follows: str | None = None
    follows_code: str | None = None
    awaits: tuple[tuple[Role, ...], ...] = ()
    endorsed_by: tuple[str, ...] = ()
    awaits_acceptance: bool = False
    drafts: tuple[Draft, ...] = ()
    returns: tuple[Return, ...] = ()
    approved_at: datetime | None = None
    extension_requested: ExtensionRequest | None = None
    extended_by: int = 0
    referral: Referral | None = None
    topic: str | None = None
    pressing: bool = False
    recurs: tuple[str, ...] = ()
    resembles: tuple[str, ...] = ()
    taken: bool = False
    excused: bool = False
    waitlisted: bool = False
    invited: bool = False
    present: bool | None = None
    dialogue_ended_at: datetime | None = None
    dialogue_cancelled: bool = False
    owed_because: WrittenBecause | None = None
    settled_how: Settlement | None = None
    settled_at: datetime | None = None
    round: int = 1
    reopened_at: datetime | None = None
    publication: Publication | None = None
    version: int = 0

    @property
    def in_charge(self) -> str:
        """The department that answers. Only a question that waits for triage has none."""
        assert self.department is not None, f"{self.id} waits for triage"
        return self.department


def as_told(state: dict[str, Any]) -> dict[str, Any]:
    """A question as a reply carries it: of its versions only the last has its text, of its opinions none.

    All of them together are more than a message may hold; whoever shows them has heard them as they were said.
    """
    for earlier in (*state["drafts"][:-1], *state["opinions"]):
        del earlier["text"]
    return state


def released(question: Question) -> Question:
    """The question without what binds it to the department that had it. What was written and said stays."""
    return replace(
        question,
        coordinating=(),
        follows=None,
        follows_code=None,
        awaits=(),
        endorsed_by=(),
        awaits_acceptance=False,
        extension_requested=None,
    )


Decision = tuple[Question, Sequence[Event]]
