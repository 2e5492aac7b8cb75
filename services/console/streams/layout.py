"""Where the boxes and arrows of the flow picture stand: the same services always give the same picture.

Boxes stand on an oval. Of all orders around it the one is taken whose arrows are shortest, the first service staying
on the left. Arrows bend to their left, so that two of opposite direction run beside each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from math import cos, hypot, pi, sin, tau

WIDTH, HEIGHT = 960, 580
CENTRE = (480.0, 290.0)
RADII = (376.0, 186.0)
BOX = (184.0, 84.0)
BEND = 0.16
GAP = 6.0
"""Between an arrow and its boxes."""
LABEL, FAR_LABEL = 0.32, 0.42
"""How far along an arrow its rate stands: of one across the picture further, where the others do not cross it."""
LOOP = 52.0
MOST_TRIED = 7
"""Of more services the given order is taken: the number of orders grows too fast."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Box:
    """middle of a service's box."""

    name: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """An arrow as SVG draws it. label: where its rate stands; end: where it arrives, for what waits there."""

    tail: str
    head: str
    path: str
    label: Point
    end: Point


@dataclass(frozen=True, slots=True)
class Picture:
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def draw(names: Sequence[str], links: Sequence[tuple[str, str]]) -> Picture:
    """links: pairs of names, the arrow's tail and head; a pair of one name is a loop."""
    return _drawn(tuple(names), tuple(links))


@lru_cache(maxsize=16)
def _drawn(names: tuple[str, ...], links: tuple[tuple[str, str], ...]) -> Picture:
    boxes = {name: _on_the_oval(name, place, len(names)) for place, name in enumerate(_best_order(names, links))}
    curves = [_loop(boxes[tail]) if tail == head else _curve(boxes[tail], boxes[head]) for tail, head in links]
    return Picture(tuple(boxes[name] for name in names), tuple(curves))


def _best_order(names: Sequence[str], links: Sequence[tuple[str, str]]) -> Sequence[str]:
    if not names or len(names) > MOST_TRIED:
        return names
    first, *others = names

    def length(order: Sequence[str]) -> int:
        place = {name: number for number, name in enumerate(order)}
        apart = (abs(place[tail] - place[head]) for tail, head in links)
        return sum(min(steps, len(order) - steps) for steps in apart)

    return min(((first, *rest) for rest in permutations(others)), key=length)  # of equals the first, so the same always


def _on_the_oval(name: str, place: int, of: int) -> Box:
    angle = pi + tau * place / max(of, 1)
    return Box(name, round(CENTRE[0] + RADII[0] * cos(angle), 1), round(CENTRE[1] + RADII[1] * sin(angle), 1))


def _curve(tail: Box, head: Box) -> Curve:
    (ax, ay), (bx, by) = (tail.x, tail.y), (head.x, head.y)
    dx, dy = bx - ax, by - ay
    through = ((ax + bx) / 2 + dy * BEND, (ay + by) / 2 - dx * BEND)
    start, end = _border(tail, through, GAP), _border(head, through, GAP * 2)
    return Curve(
        tail.name,
        head.name,
        f"M{_told(start)} Q{_told(through)} {_told(end)}",
        _rounded(_along(start, through, end, FAR_LABEL if hypot(dx, dy) > RADII[0] * 1.5 else LABEL)),
        _rounded(_along(start, through, end, 0.8)),
    )


def _loop(box: Box) -> Curve:
    """On the side that looks away from the middle, towards the box's outer corner."""
    side = 1 if box.y > CENTRE[1] + 1 else -1
    out = 1 if box.x > CENTRE[0] + 1 else -1
    edge = box.y + side * (BOX[1] / 2 + GAP)
    near, far = box.x + out * 14, box.x + out * 66
    top = edge + side * LOOP
    path = f"M{_told((near, edge))} C{_told((near, top))} {_told((far, top))} {_told((far, edge + side * GAP))}"
    return Curve(
        box.name, box.name, path, _rounded(((near + far) / 2, edge + side * LOOP * 0.72)), _rounded((far, edge))
    )


def _border(box: Box, towards: Point, gap: float) -> Point:
    """Where the line from the middle of a box to a point leaves the box."""
    dx, dy = towards[0] - box.x, towards[1] - box.y
    scale = min(
        (BOX[0] / 2) / abs(dx) if dx else float("inf"),
        (BOX[1] / 2) / abs(dy) if dy else float("inf"),
    )
    scale += gap / (hypot(dx, dy) or 1)
    return box.x + dx * scale, box.y + dy * scale


def _along(start: Point, through: Point, end: Point, part: float) -> Point:
    """A point of the curve, `part` of the way."""
    rest = 1 - part
    return (
        rest * rest * start[0] + 2 * rest * part * through[0] + part * part * end[0],
        rest * rest * start[1] + 2 * rest * part * through[1] + part * part * end[1],
    )


def _told(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)


def thickness(rate: float) -> float:
    """Of an arrow, in pixels: one that nothing passes is thin; each doubling of the rate adds as much again."""
    width = 1.5
    while rate >= 1 and width < 9:
        width += 0.75
        rate /= 2
    return width
