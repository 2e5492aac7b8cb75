"""Who says what to whom: from the contracts, and from what each handler's consumer asks the stream for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.console.streams.monitor import Handler
from shared.contracts import EVENTS, SERVICES


@dataclass(frozen=True, slots=True)
class Arrow:
    """Everything one service says that another hears.

    events: their names, in the order of the contracts. handlers: those of the hearer that hear any of them.
    """

    speaker: str
    hearer: str
    events: tuple[str, ...]
    handlers: tuple[Handler, ...]

    @property
    def id(self) -> str:
        return f"{self.speaker}-{self.hearer}"

    @property
    def lag(self) -> int:
        """Events that wait at its end. A handler that hears several services counts on each of their arrows."""
        return sum(handler.lag for handler in self.handlers)

    def heard_by(self, event: str) -> list[Handler]:
        return [handler for handler in self.handlers if (self.speaker, event) in handler.hears]


def arrows(handlers: Iterable[Handler]) -> list[Arrow]:
    """One for each pair of services of which one hears the other, or itself; in the order of the services."""
    heard: dict[tuple[str, str], tuple[set[str], dict[str, Handler]]] = {}
    for handler in handlers:
        for speaker, name in handler.hears:
            names, hearers = heard.setdefault((speaker, handler.service), (set(), {}))
            names.add(name)
            hearers[handler.name] = handler
    order = names_in_order(handler for _, hearers in heard.values() for handler in hearers.values())
    return [
        Arrow(speaker, hearer, tuple(name for name in said_by(speaker) if name in names), tuple(hearers.values()))
        for (speaker, hearer), (names, hearers) in sorted(
            heard.items(), key=lambda one: (order.index(one[0][0]), order.index(one[0][1]))
        )
    ]


def names_in_order(handlers: Iterable[Handler]) -> list[str]:
    """The services, those of the contracts first."""
    return list(dict.fromkeys([*SERVICES, *sorted(handler.service for handler in handlers)]))


def said_by(speaker: str) -> list[str]:
    """Names of the events that a service may say."""
    return [event.name for event in EVENTS.values() if event.speaker == speaker]


def heard_by_nobody(found: Sequence[Arrow], speaker: str) -> list[str]:
    """Events that no handler asks for; the console alone reads them."""
    heard = {name for arrow in found if arrow.speaker == speaker for name in arrow.events}
    return [name for name in said_by(speaker) if name not in heard]
