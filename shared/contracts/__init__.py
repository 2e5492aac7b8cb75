"""Every event and command, one module per speaking service. What one service may know of another."""

from shared.contracts import deadlines, handbook, intake, notify, routing
from shared.contracts.base import (
    COMMANDS,
    EVENTS,
    SERVICES,
    Actor,
    Command,
    Done,
    Envelope,
    Event,
    Refusal,
    Refused,
    Reply,
    Role,
    Service,
    TooEarly,
    UnknownEvent,
)

__all__ = [
    "COMMANDS",
    "EVENTS",
    "SERVICES",
    "Actor",
    "Command",
    "Done",
    "Envelope",
    "Event",
    "Refusal",
    "Refused",
    "Reply",
    "Role",
    "Service",
    "TooEarly",
    "UnknownEvent",
    "deadlines",
    "handbook",
    "intake",
    "notify",
    "routing",
]
