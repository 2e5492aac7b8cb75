"""The history of a case in plain Vietnamese: when, who, what. One line an event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from services.console.event_words import EVENTS
from services.console.story import of_answers, of_deadlines, of_handbook, of_intake, of_notify, of_routing
from services.console.story.telling import Number, Told, Unit
from shared.contracts import Envelope, Event, UnknownEvent, deadlines, handbook, intake, notify, post, routing

EVENTS_OF_SENDER = frozenset({intake.SubmissionReceived.type})
"""Events whose line names the sender."""

RULES_OF_QUESTIONS = frozenset(
    {"triage", "department-answer", "approval", "revision", "written-answer", "guidance", "superior-report"}
)
"""Rules whose term is about a question; any other term is about the dialogue or a part of it."""


MACHINES = frozenset({"Hệ thống", "Máy chủ thư", "Bưu điện"})
"""Whose lines tell what nobody of the office did."""

Kind = Literal["people", "terms", "letters", "system"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `about`: number of the question it is about, where a form has several. `late`: a term was missed.

    id: of its event. kind: what it tells of. by_system: nobody did it, it came about. sequence: its place in the
    history of `on`, the id of the form or question whose version a command names; "" where commands name none.
    """

    at: datetime
    who: str
    what: str
    more: str = ""
    about: str = ""
    late: bool = False
    id: str = ""
    kind: Kind = "people"
    by_system: bool = False
    on: str = ""
    sequence: int = 0


def tell(envelopes: Sequence[Envelope], unit: Unit, *, confidential: bool = False) -> list[Line]:
    """The whole history, the earliest first. `confidential`: without the sender's name and what was written of it."""
    opened = [_open(envelope) for envelope in envelopes]
    number = _numbers([event for event in opened if event])
    lines = [_line(envelope, event, unit, number) for envelope, event in zip(envelopes, opened, strict=True)]
    if not confidential:
        return lines
    return [
        replace(line, who="Người gửi" if envelope.type in EVENTS_OF_SENDER else line.who, more="")
        for envelope, line in zip(envelopes, lines, strict=True)
    ]


def _open(envelope: Envelope) -> Event | None:
    try:
        return envelope.open()
    except (UnknownEvent, ValidationError):
        return None


def _numbers(events: Sequence[Event]) -> Number:
    """The numbers of the questions of a form, as the form gives them, or the split that a question came from."""
    known = dict[str, str]()
    for event in events:
        match event:
            case intake.SubmissionReceived():
                known |= {question.id: str(question.number) for question in event.questions}
            case routing.QuestionSplit():
                known |= {part.id: str(part.number) for part in event.parts}
    return lambda question: known.get(question, question.rpartition("-")[2])


def _line(envelope: Envelope, event: Event | None, unit: Unit, number: Number) -> Line:
    if event is None:
        unread = f"Sự kiện mà phiên bản này chưa đọc được: {envelope.type}"
        return Line(envelope.time, "Hệ thống", unread, id=envelope.id, kind="system", by_system=True)
    who, what, more = _told(event, unit, number)
    late = isinstance(event, deadlines.DeadlineMissed | deadlines.EscalationRaised)
    by_system = _came_about(event, who)
    return Line(
        event.occurred_at,
        who,
        what,
        more,
        _about(event, number),
        late,
        id=envelope.id,
        kind=_kind(event, by_system),
        by_system=by_system,
        on=_on(event),
        sequence=envelope.sequence,
    )


def _came_about(event: Event, who: str) -> bool:
    """A department is told to have kept its term; the clock saw it, nobody recorded it."""
    if isinstance(event, deadlines.DeadlineEvent):
        return not isinstance(event, deadlines.EscalationAcknowledged)
    return who in MACHINES


def _kind(event: Event, by_system: bool) -> Kind:
    match event:
        case deadlines.DeadlineEvent() | routing.ExtensionRequested() | routing.ExtensionGranted():
            return "terms"
        case notify.NotifyEvent() | post.RunEvent() | intake.DeliveryReported():
            return "letters"
        case _:
            return "system" if by_system else "people"


def _on(event: Event) -> str:
    match event:
        case routing.RoutingEvent():
            return event.question
        case intake.IntakeEvent():
            return event.case
        case _:
            return ""


def _about(event: Event, number: Number) -> str:
    match event:
        case routing.RoutingEvent():
            return number(event.question)
        case deadlines.DeadlineEvent() if event.rule in RULES_OF_QUESTIONS:
            return number(event.about)
        case notify.NotifyEvent():
            return ", ".join(number(one) for one in event.questions if one.startswith(f"{event.case}-"))
        case _:
            return ""


def _told(event: Event, unit: Unit, number: Number) -> Told:
    match event:
        case intake.IntakeEvent():
            return of_intake.told(event, unit, number)
        case routing.RoutingEvent():
            return of_answers.told(event) or of_routing.told(event, unit, number)
        case handbook.HandbookEvent():
            return of_handbook.told(event)
        case deadlines.DeadlineEvent():
            return of_deadlines.told(event, unit)
        case notify.NotifyEvent():
            return of_notify.told(event)
        case post.RunEvent():
            return of_notify.told_of_run(event)
        case _:
            return "Hệ thống", EVENTS.get(event.name, event.name), ""
