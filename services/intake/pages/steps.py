"""One step of the line that a citizen reads: done, under way, or ahead."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Progress = Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line. `at`: when it was done. `note`: a sentence to it, empty where there is none."""

    label: str
    progress: Progress
    at: datetime | None = None
    note: str = ""


def step(words: tuple[str, str, str], at: datetime | None, *, begun: bool, note: str = "") -> Step:
    """words: what it will be, what it is while under way, what it is once done."""
    ahead, under_way, over = words
    if at is not None:
        return Step(over, "done", at)
    return Step(under_way, "now", note=note) if begun else Step(ahead, "ahead", note=note)
