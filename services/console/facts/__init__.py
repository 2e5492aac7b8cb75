"""What each event changes in the console's view. It repeats what was said and decides nothing.

Every function writes the columns of its own speaker alone, so events of different speakers may come in any order.
"""

from services.console.facts import answers, deadlines, dialogues, handbook, mails, notify, routing, submissions
from services.console.facts.writing import folded, instant, one_word, record
from shared.contracts import Event
from shared.contracts.deadlines import DeadlineEvent
from shared.contracts.notify import NotifyEvent
from shared.contracts.routing import RoutingEvent

__all__ = ["aggregate_of", "folded", "instant", "one_word", "record"]

SPEAKERS = (dialogues, submissions, mails, routing, answers, handbook, deadlines, notify)
"""Modules that must be known for `record` to find every event."""


def aggregate_of(event: Event) -> str:
    """Id of what the event is told of by its speaker, whose events are numbered without gaps."""
    match event:
        case RoutingEvent():
            return event.question
        case DeadlineEvent():
            return event.deadline
        case NotifyEvent():
            return event.notification
        case _:
            return event.case
