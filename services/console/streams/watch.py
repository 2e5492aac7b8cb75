"""What the operators' pages know: told by the reader, and asked of JetStream and the services every few seconds."""

from collections.abc import Sequence
from time import monotonic

from services.console.streams.rates import Rates
from services.console.streams.tail import Tail
from services.console.view import Seen


class Watch:
    """Looks on, in memory: what it has seen begins with the process."""

    def __init__(self) -> None:
        self.tail = Tail()
        self.rates = Rates()

    def tell(self, events: Sequence[Seen]) -> None:
        """Called by the reader with what it has applied."""
        self.tail.tell(events)
        self.rates.count(events, monotonic())
