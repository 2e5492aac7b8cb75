"""What somebody means to do at a moment of simulated time."""

import heapq
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from itertools import count

Act = Callable[[], Awaitable[None]]


class Agenda:
    """Acts in the order of their moments; of the same moment, in the order they were entered."""

    def __init__(self) -> None:
        self._entries: list[tuple[datetime, int, Act]] = []
        self._order = count()

    def add(self, at: datetime, act: Act) -> None:
        heapq.heappush(self._entries, (at, next(self._order), act))

    @property
    def next_at(self) -> datetime | None:
        return self._entries[0][0] if self._entries else None

    def due(self, at: datetime) -> Iterator[Act]:
        """Everything up to `at`, each once."""
        while self._entries and self._entries[0][0] <= at:
            yield heapq.heappop(self._entries)[2]
