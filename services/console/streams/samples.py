"""Figures of the last hour, kept every five seconds in memory: what a picture over time is drawn from."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.console.streams.monitor import Handler, Stream

EVERY_S = 5.0
HOUR_S = 3600.0
MINUTE_S = 60.0
LAG_BEFORE_S = 300.0
A_DAY_S = 86_400.0
POINTS = 60


@dataclass(frozen=True, slots=True)
class OfStream:
    at: float
    size: int
    last: int


@dataclass(frozen=True, slots=True)
class OfHandler:
    at: float
    lag: int
    delivered: int


class Samples:
    """at, now: seconds of a clock that only goes forward."""

    def __init__(self) -> None:
        self.since: float | None = None
        self._latest = 0.0
        self._streams: dict[str, deque[OfStream]] = {}
        self._handlers: dict[str, deque[OfHandler]] = {}

    def note(self, now: float, streams: Sequence[Stream], handlers: Sequence[Handler]) -> None:
        """Keep these figures, unless some were kept less than five seconds ago."""
        if self.since is None:
            self.since = now
        elif now - self._latest < EVERY_S:
            return
        self._latest = now
        for stream in streams:
            kept = self._streams.setdefault(stream.name, deque())
            if kept and stream.last < kept[-1].last:
                kept.clear()  # another stream of this name
            kept.append(OfStream(now, stream.size, stream.last))
            while now - kept[0].at > HOUR_S:
                kept.popleft()
        for handler in handlers:
            told = self._handlers.setdefault(handler.name, deque())
            told.append(OfHandler(now, handler.lag, handler.delivered))
            while now - told[0].at > LAG_BEFORE_S:
                told.popleft()

    def a_minute(self, stream: str, now: float) -> Sequence[float]:
        """Messages that came in each of the last sixty minutes, the oldest first; minutes nobody watched are 0."""
        counts = [0.0] * POINTS
        for earlier, later in pairwise(self._streams.get(stream, ())):
            ago = int((now - later.at) // MINUTE_S)
            if 0 <= ago < POINTS:
                counts[POINTS - 1 - ago] += later.last - earlier.last
        return counts

    def growth_a_day(self, stream: str) -> float | None:
        """Bytes, if it goes on as it was watched; None before it was watched for a minute."""
        kept = self._streams.get(stream)
        if not kept or (seconds := kept[-1].at - kept[0].at) < MINUTE_S:
            return None
        return (kept[-1].size - kept[0].size) / seconds * A_DAY_S

    def lag_before(self) -> Mapping[str, int]:
        """Of each handler, five minutes ago; of those alone that were watched for so long."""
        oldest = {name: kept[0] for name, kept in self._handlers.items() if kept}
        return {name: one.lag for name, one in oldest.items() if self._latest - one.at >= LAG_BEFORE_S - EVERY_S * 2}

    def handled_a_minute(self, handler: str) -> float:
        """Events it was given in the last minute."""
        kept = self._handlers.get(handler)
        if not kept:
            return 0.0
        start = next(one for one in kept if kept[-1].at - one.at <= MINUTE_S)
        return max(0.0, float(kept[-1].delivered - start.delivered))


def polyline(values: Sequence[float], width: float, height: float) -> str:
    """The points of a line in an SVG of this size, the largest value at the top."""
    most = max([*values, 1])
    step = width / max(1, len(values) - 1)
    return " ".join(f"{number * step:.1f},{height - value / most * height:.1f}" for number, value in enumerate(values))
