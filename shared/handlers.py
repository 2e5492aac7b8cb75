"""What a service listens to: its handlers, declared beside the function, wired by shared/broker.py."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shared.contracts import Command, Event, Refused, Service
from shared.contracts.base import Done

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Listener:
    """One function and the events that reach it, through one durable consumer of its own."""

    name: str
    events: tuple[type[Event], ...]
    handle: Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Answerer:
    """One function and the command it answers."""

    command: type[Command]
    handle: Callable[..., Awaitable[Done | Refused]]


class Handlers:
    """All that one service hears.

    consumes = Handlers("deadlines")

    @consumes(QuestionAssigned)
    async def start_the_clock(assigned: QuestionAssigned, deadlines: Deadlines, now: Now) -> None: ...

    @consumes.command(ExtendTerm)
    async def extend_term(extend: ExtendTerm, questions: Questions, now: Now) -> Done | Refused: ...
    """

    def __init__(self, service: Service | str) -> None:
        self.service = service
        self.listeners: list[Listener] = []
        self.answerers: list[Answerer] = []

    def __call__(self, *events: type[Event]) -> Callable[[H], H]:
        def declare(handle: H) -> H:
            name = f"{self.service}-{handle.__name__.replace('_', '-')}"
            self.listeners.append(Listener(name, events, handle))
            return handle

        return declare

    def command(self, command: type[Command]) -> Callable[[H], H]:
        def declare(handle: H) -> H:
            self.answerers.append(Answerer(command, handle))
            return handle

        return declare
