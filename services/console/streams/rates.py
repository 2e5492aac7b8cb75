"""How many events of each kind came in the last hour: counted as they come, in slots of five seconds, in memory."""

from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence

from services.console.view import Seen

SLOT_S = 5
HOUR_S = 3600
MINUTE_S = 60

Kind = tuple[str, str]
"""Who said it, and its name: `("routing", "question-assigned")`."""


class Rates:
    """Counts each place of the stream once, and only what came while this process looked on.

    A view that is built again reads a whole history within seconds; none of it happens now.
    """

    def __init__(self) -> None:
        self._after: int | None = None
        self._slots: deque[tuple[int, Counter[Kind]]] = deque()

    def begin(self, position: int) -> None:
        """Count what comes after this place. Said again it changes nothing, unless the stream is a shorter one."""
        if self._after is None or position < self._after:
            self._after = position

    def count(self, events: Iterable[Seen], now: float) -> None:
        """Take over what has come. now: seconds of a clock that only goes forward."""
        if self._after is None:
            return
        for seen in events:
            if seen.position > self._after:
                self._after = seen.position
                self._slot(now)[seen.speaker, seen.name] += 1

    def within(self, seconds: float, now: float) -> Counter[Kind]:
        """What came in these last seconds."""
        oldest = int((now - seconds) // SLOT_S)
        total: Counter[Kind] = Counter()
        for slot, counted in self._slots:
            if slot > oldest:
                total += counted
        return total

    def a_minute(self, now: float) -> Counter[Kind]:
        """What came in the last minute."""
        return self.within(MINUTE_S, now)

    def _slot(self, now: float) -> Counter[Kind]:
        number = int(now // SLOT_S)
        if not self._slots or self._slots[-1][0] < number:
            self._slots.append((number, Counter()))
            while self._slots[0][0] <= number - HOUR_S // SLOT_S:
                self._slots.popleft()
        return self._slots[-1][1]


def said_by(counted: Mapping[Kind, int], speaker: str) -> int:
    return sum(number for (who, _), number in counted.items() if who == speaker)


def named(counted: Mapping[Kind, int], names: Sequence[str]) -> int:
    return sum(number for (_, name), number in counted.items() if name in names)
