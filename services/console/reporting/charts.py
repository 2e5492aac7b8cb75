"""Small charts as shapes for inline SVG: where lines and days lie. What they mean stands in a table beside them."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 320, 96
"""Of a line chart, in its own units; the page scales it."""
LEVELS = (1, 3, 6, 11)
"""From how many on a day is in the next shade: 1 to 2, 3 to 5, 6 to 10, more."""
STRIP = 12
"""Height of a strip of days; a day is as wide as a unit."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through the values of some months. runs: points of each part without a gap; most: what the top stands for.

    ticks: x and name of each month.
    """

    runs: tuple[str, ...]
    dots: tuple[tuple[float, float], ...]
    ticks: tuple[tuple[float, str], ...]
    most: float


@dataclass(frozen=True, slots=True)
class Strip:
    """A row of days. shades: of each shade the path of its days, a line as thick as the strip is high.

    peak: the highest level, and the first day it had. days: on how many days there was anything.
    """

    width: int
    shades: tuple[str, ...]
    peak: int
    peak_on: date | None
    days: int


def line(names: Sequence[str], values: Sequence[float | None], most: float | None = None) -> Line:
    """Months from left to right, each with its value; None leaves a gap. most: what stands for the top."""
    known = [value for value in values if value is not None]
    top = most if most is not None else max([*known, 1])
    step = WIDTH / max(len(values), 1)
    points = [
        (round(step * (place + 0.5), 1), round(HEIGHT - HEIGHT * value / top, 1)) if value is not None else None
        for place, value in enumerate(values)
    ]
    return Line(
        runs=tuple(_runs(points)),
        dots=tuple(point for point in points if point is not None),
        ticks=tuple((round(step * (place + 0.5), 1), name) for place, name in enumerate(names)),
        most=top,
    )


def _runs(points: Sequence[tuple[float, float] | None]) -> Iterator[str]:
    run: list[str] = []
    for point in (*points, None):
        if point is not None:
            run.append(f"{point[0]},{point[1]}")
        elif run:
            yield " ".join(run)
            run = []


def strip(first: date, end: date, changes: Sequence[tuple[date, int]]) -> Strip:
    """The days from `first` up to `end`, which is left out.

    Args:
        changes: how many there were from a day on, in the order of the days.
    """
    paths: list[list[str]] = [[] for _ in LEVELS]
    begin, peak, peak_on, days = first.toordinal(), 0, None, 0
    drawn, since = 0, 0
    for day, level in (*changes, (end, 0)):
        now, at = bisect_right(LEVELS, level), day.toordinal() - begin
        if now != drawn:
            if drawn:
                paths[drawn - 1].append(f"M{since} {STRIP // 2}h{at - since}")
                days += at - since
            drawn, since = now, at
        if level > peak:
            peak, peak_on = level, day
    return Strip(end.toordinal() - begin, tuple("".join(path) for path in paths), peak, peak_on, days)


def shade(level: int) -> int:
    """0 for none, then by `LEVELS`."""
    return bisect_right(LEVELS, level)


def levels(first: date, end: date, changes: Sequence[tuple[date, int]]) -> dict[date, int]:
    """How many there were on each day."""
    found = {first + timedelta(days=number): 0 for number in range((end - first).days)}
    for begun, ended, level in _spans(end, changes):
        for number in range((ended - begun).days):
            found[begun + timedelta(days=number)] = level
    return found


def _spans(end: date, changes: Sequence[tuple[date, int]]) -> Iterator[tuple[date, date, int]]:
    """From which day to which other there were how many."""
    for (begun, level), (ended, _) in zip(changes, (*changes[1:], (end, 0)), strict=False):
        yield begun, ended, level
