"""What a dialogue is made of: its sessions, who must prepare what by when, who sends a list, what was promised."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.base import Model, Token
from shared.contracts.people import Matter, Registrant
from shared.contracts.taxonomy import QuestionField

DialogueKind = Literal["periodic", "ad-hoc"]
"""Periodic (định kỳ) ones stand in the yearly plan; an ad hoc (đột xuất) one is called when a matter needs it."""

ListKind = Literal["opinions", "participants"]
"""Opinions collected from members or inhabitants; or the names of those who will attend."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class Span(Model):
    """A length of time counted from the dialogue. basis: the line of the plan it rests on, in Vietnamese."""

    count: int = Field(ge=0, le=365)
    unit: Literal["working-days", "days"]
    counted: Literal["after", "before"] = "before"
    basis: str


class Session(Model):
    """One part (đợt) of a conference with an audience and a subject of its own.

    number: from 1. fields: what it is about; empty when it is about everything.
    """

    number: int = Field(ge=1)
    title: Name
    audience: Name | None = None
    fields: tuple[QuestionField, ...] = ()


class Duty(Model):
    """Something to be prepared for the conference. `id` is unique within the dialogue.

    owner: the unit as the plan names it. department: the same, where it is one of the commune's departments.
    """

    id: Token
    what: Name
    owner: Name
    department: Token | None = None
    term: Span


class ExpectedList(Model):
    """A list that an organisation, a hamlet or a department sends before the conference."""

    id: Token
    kind: ListKind
    sender: Name
    term: Span


class Opinion(Model):
    """One line of a collected list: who says it, and what. Each asker keeps an answer of his own."""

    registrant: Registrant
    matters: Annotated[tuple[Matter, ...], Field(min_length=1, max_length=20)]


class Representative(Model):
    """Somebody invited without having registered: a delegate of an organisation, of a hamlet, of the superior level."""

    id: Token
    name: Name
    organisation: Name | None = None
    hamlet: Name | None = None
    email: str | None = None
    phone: str | None = None


class Promise(Model):
    """What the conclusion tells a department to settle, before it has a number. questions: whom it answers."""

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000)]
    department: Token
    questions: tuple[Token, ...] = ()


class Commitment(Promise):
    """A promise of a published conclusion. `id` is the dialogue's id, `-c` and its number from 1."""

    id: Token


class DayWithReason(Model):
    """A day on which the office does not keep its usual hours, and why, in Vietnamese."""

    day: date
    why: Name


class CalendarYear(Model):
    """The days of a year that are not as the week has them.

    off: closed all day. worked: weekend days worked by a swap. half: only the morning is worked.
    provisional: the decree is not out yet. decree: what it rests on, the yearly notice first.
    """

    year: int = Field(ge=2000, le=2100)
    provisional: bool
    decree: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] | None = None
    off: tuple[DayWithReason, ...] = ()
    worked: tuple[date, ...] = ()
    half: tuple[DayWithReason, ...] = ()
