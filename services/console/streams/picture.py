"""The flow picture as a page draws it: boxes and arrows with their figures, and the figures alone for what follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from zlib import crc32

from services.console.streams.flow import Arrow, names_in_order
from services.console.streams.layout import BOX, Box, Curve, draw, thickness
from services.console.streams.rates import Kind, said_by
from services.console.streams.watch import Snapshot, Watch

Condition = Literal["idle", "busy", "silent", "never"]
"""silent: nobody listens for one of its handlers at least; never: it has none yet."""


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A service. replicas: None where none has ever said how many there are."""

    box: Box
    condition: Condition
    lag: int
    outbox: int
    parked: int
    said: int
    replicas: int | None

    @property
    def name(self) -> str:
        return self.box.name

    @property
    def left(self) -> float:
        return self.box.x - BOX[0] / 2

    @property
    def top(self) -> float:
        return self.box.y - BOX[1] / 2

    @property
    def width(self) -> float:
        return BOX[0]

    @property
    def height(self) -> float:
        return BOX[1]


@dataclass(frozen=True, slots=True)
class ShownArrow:
    """What one service says to another. rate: events in the last minute."""

    arrow: Arrow
    curve: Curve
    rate: int

    @property
    def id(self) -> str:
        return self.arrow.id

    @property
    def width(self) -> float:
        return thickness(self.rate)


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole picture. read: events the console has read in the last minute."""

    boxes: Sequence[ShownBox]
    arrows: Sequence[ShownArrow]
    rates: Mapping[Kind, int]
    read: int
    behind: int

    def arrow(self, id: str) -> ShownArrow | None:
        return next((one for one in self.arrows if one.id == id), None)

    def figures(self) -> dict[str, Any]:
        """What of the picture moves, by the names that the page gives its parts."""
        texts: dict[str, int] = {"read": self.read, "behind": self.behind}
        states: dict[str, str] = {}
        for box in self.boxes:
            texts |= {f"{box.name}.lag": box.lag, f"{box.name}.outbox": box.outbox, f"{box.name}.parked": box.parked}
            texts[f"{box.name}.said"] = box.said
            states[f"{box.name}"] = box.condition
        for one in self.arrows:
            texts |= {f"{one.id}.rate": one.rate, f"{one.id}.lag": one.arrow.lag}
        widths = {one.id: one.width for one in self.arrows}
        return {"texts": texts, "states": states, "widths": widths, "shape": self.shape}

    @property
    def shape(self) -> int:
        """Another number when another picture is to be drawn: a service or an arrow came or went."""
        parts = [*(f"{box.name}{box.replicas}" for box in self.boxes), *(one.id for one in self.arrows)]
        return crc32(" ".join(parts).encode())


def flow(watch: Watch, seen: Snapshot) -> Flow:
    """The picture of what was last seen."""
    rates = watch.a_minute()
    found = seen.arrows
    names = names_in_order(seen.handlers)
    drawn = draw(names, [(one.speaker, one.hearer) for one in found])
    return Flow(
        [_box(box, watch, seen, rates) for box in drawn.boxes],
        [
            ShownArrow(arrow, curve, sum(rates.get((arrow.speaker, name), 0) for name in arrow.events))
            for arrow, curve in zip(found, drawn.curves, strict=True)
        ],
        rates,
        sum(rates.values()),
        watch.reader.behind,
    )


def _box(box: Box, watch: Watch, seen: Snapshot, rates: Mapping[Kind, int]) -> ShownBox:
    state = next((one for one in seen.services if one.name == box.name), None)
    told = watch.replicas.get(box.name)
    condition: Condition = "never"
    if state is not None and state.handlers:
        condition = "silent" if state.silent else "busy" if state.lag else "idle"
    return ShownBox(
        box,
        condition,
        lag=state.lag if state else 0,
        outbox=sum(one.outbox for one in told or ()),
        parked=seen.parked_at(box.name),
        said=said_by(rates, box.name),
        replicas=len(told) if told else None,
    )
