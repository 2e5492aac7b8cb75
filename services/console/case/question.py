"""A question as its case shows it, and the work on it: drafts, steps of approval, opinions, what it has to do with."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.console.terms import Escalation
from services.console.words import Term


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
