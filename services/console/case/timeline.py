"""The history of a case as a time line: by days, what the system did in one minute as one entry, the last day open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from services.console.language import spoken_day
from services.console.story import Line
from shared.web import HANOI

SIGHTS: Mapping[str, str] = {"": "Tất cả", "nguoi": "Người làm", "han": "Thời hạn", "thu": "Thư từ"}
"""What of it is wanted, as an address says it; the words stand on chips."""
SHORT = 12
"""A history of so few lines is shown whole."""
DIGEST = 3
"""Things that a folded day is told by."""


@dataclass(frozen=True, slots=True)
class Burst:
    """What the system did in one minute, one thing because of another."""

    lines: tuple[Line, ...]

    @property
    def id(self) -> str:
        return f"{self.lines[0].id}-cum"

    @property
    def at(self) -> datetime:
        return self.lines[0].at


@dataclass(frozen=True, slots=True)
class Day:
    """One day. count: of its lines. open: shown at once. digest: what people did, for a day that is folded."""

    on: date
    heading: str
    entries: tuple[Line | Burst, ...]
    count: int
    open: bool
    late: bool
    digest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Timeline:
    """counts: how many lines each sight has. total: all of them."""

    days: tuple[Day, ...]
    sight: str
    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return self.counts[""]


def timeline(lines: Sequence[Line], sight: str = "") -> Timeline:
    """The time line of a history, the earliest first.

    Args:
        sight: of `SIGHTS`; one that is none of them shows everything. What was asked for is never folded.
    """
    sight = sight if sight in SIGHTS else ""
    seen = [line for line in lines if is_of(line, sight)]
    by_day = [(on, tuple(found)) for on, found in groupby(seen, key=lambda line: _local(line.at).date())]
    whole = bool(sight) or len(seen) <= SHORT
    days = tuple(
        _day(on, found, open=whole or place == len(by_day), fold=not sight)
        for place, (on, found) in enumerate(by_day, 1)
    )
    return Timeline(days, sight, {one: sum(is_of(line, one) for line in lines) for one in SIGHTS})


def is_of(line: Line, sight: str) -> bool:
    match sight:
        case "nguoi":
            return not line.by_system
        case "han":
            return line.kind == "terms"
        case "thu":
            return line.kind == "letters"
        case _:
            return True


def _day(on: date, lines: tuple[Line, ...], *, open: bool, fold: bool) -> Day:
    people = tuple(line.what for line in lines if not line.by_system)
    return Day(
        on=on,
        heading=spoken_day(lines[0].at),
        entries=tuple(_folded(lines)) if fold else lines,
        count=len(lines),
        open=open,
        late=any(line.late for line in lines),
        digest=(people or tuple(line.what for line in lines))[:DIGEST],
    )


def _folded(lines: Sequence[Line]) -> Iterator[Line | Burst]:
    """What is late is never inside a burst."""
    for (quiet, _), found in groupby(lines, key=lambda line: (line.by_system and not line.late, _minute(line))):
        together = tuple(found)
        if quiet and len(together) > 1:
            yield Burst(together)
        else:
            yield from together


def _minute(line: Line) -> datetime:
    return _local(line.at).replace(second=0, microsecond=0)


def _local(at: datetime) -> datetime:
    return at.astimezone(HANOI)
