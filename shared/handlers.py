"""What a service listens to: its handlers, declared beside the function, wired by shared/broker.py."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import getdoc
from typing import Any, TypeVar, get_type_hints

from shared.contracts import Command, Event, Refused, Service
from shared.contracts.base import Done

H = TypeVar("H", bound=Callable[..., Awaitable[Any]])


@dataclass(frozen=True, slots=True)
class Provided:
    """Marks what a handler asks its service for: `Deadlines = Annotated[DeadlineStore, Provided("deadlines")]`."""

    name: str


@dataclass(frozen=True, slots=True)
class Listener:
    """One function and the events that reach it, through one durable consumer of its own."""

    name: str
    events: tuple[type[Event], ...]
    handle: Callable[..., Awaitable[None]]

    @property
    def does(self) -> str | None:
        """What its docstring says first."""
        return (getdoc(self.handle) or "").split("\n\n")[0].replace("\n", " ") or None


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

    def include(self, *others: "Handlers") -> None:
        """Hear what these hear, too: the handlers of one service may stand in several files."""
        for other in others:
            self.listeners += other.listeners
            self.answerers += other.answerers


def supplied(handle: Callable[..., Awaitable[Any]], what: Any, provided: Mapping[str, Any]) -> Callable[[Any], Any]:
    """The handler with all it asks for, so that only the event or command is missing.

    FastStream could inject these itself, but resolves each in a worker thread, for each message.

    Args:
        what: the type of the event or command, for FastStream's description of the handler.

    Raises:
        KeyError: when the handler asks for something the service does not provide.
    """
    hints = get_type_hints(handle, include_extras=True)
    asked = {
        parameter: marker.name
        for parameter, hint in hints.items()
        for marker in getattr(hint, "__metadata__", ())
        if isinstance(marker, Provided)
    }
    given = {parameter: provided[name] for parameter, name in asked.items()}

    async def handle_it(message: Any) -> Any:
        return await handle(message, **given)

    handle_it.__name__, handle_it.__doc__ = handle.__name__, handle.__doc__
    handle_it.__annotations__ = {"message": what, "return": hints.get("return")}
    return handle_it
