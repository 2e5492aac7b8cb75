"""The history of a case in plain Vietnamese: when, who, what. One line an event."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError

from services.console import words
from services.console.story import of_deadlines, of_intake, of_notify, of_routing
from services.console.story.telling import Told, Unit
from shared.contracts import Envelope, Event, UnknownEvent, deadlines, intake, notify, routing

EVENTS_OF_SENDER = frozenset({intake.SubmissionReceived.type})
"""Events whose line names the sender."""

RULES_OF_QUESTIONS = frozenset({"department-answer", "written-answer", "superior-report"})
"""Rules whose term is about a question; any other term is about the dialogue or a part of it."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `about`: number of the question it is about, where a form has several. `late`: a term was missed."""

    at: datetime
    who: str
    what: str
    more: str = ""
    about: str = ""
    late: bool = False


def tell(envelopes: Sequence[Envelope], unit: Unit, *, confidential: bool = False) -> list[Line]:
    """The whole history, the earliest first. `confidential`: without the sender's name and what was written of it."""
    lines = [_line(envelope, unit) for envelope in envelopes]
    if not confidential:
        return lines
    return [
        replace(line, who="Người gửi" if envelope.type in EVENTS_OF_SENDER else line.who, more="")
        for envelope, line in zip(envelopes, lines, strict=True)
    ]


def _line(envelope: Envelope, unit: Unit) -> Line:
    try:
        event = envelope.open()
    except (UnknownEvent, ValidationError):
        return Line(envelope.time, "Hệ thống", f"Sự kiện mà phiên bản này chưa đọc được: {envelope.type}")
    who, what, more = _told(event, unit)
    late = isinstance(event, deadlines.DeadlineMissed | deadlines.EscalationRaised)
    return Line(event.occurred_at, who, what, more, _number(event), late)


def _number(event: Event) -> str:
    match event:
        case routing.RoutingEvent():
            return event.question.rpartition("-")[2]
        case deadlines.DeadlineEvent() if event.rule in RULES_OF_QUESTIONS:
            return event.about.rpartition("-")[2]
        case notify.NotifyEvent():
            own = [question for question in event.questions if question.startswith(f"{event.case}-")]
            return ", ".join(question.rpartition("-")[2] for question in own)
        case _:
            return ""


def _told(event: Event, unit: Unit) -> Told:
    match event:
        case intake.IntakeEvent():
            return of_intake.told(event, unit)
        case routing.RoutingEvent():
            return of_routing.told(event, unit)
        case deadlines.DeadlineEvent():
            return of_deadlines.told(event, unit)
        case notify.NotifyEvent():
            return of_notify.told(event)
        case _:
            return "Hệ thống", words.EVENTS.get(event.name, event.name), ""
