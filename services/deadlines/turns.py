"""What can happen to a term. Facts come from several speakers, in any order, some twice: each is kept as a turn."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from services.deadlines.explain import Term
from shared.contracts import Role


@dataclass(frozen=True, slots=True)
class Started:
    """Somebody owes something, counted from `anchor`. A department that is named again gets no second term.

    awaits: of a decision, the roles of which one takes it.
    """

    at: datetime
    anchor: date
    term: Term
    department: str | None = None
    awaits: tuple[Role, ...] = ()
    kind: Literal["started"] = "started"


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Another department owes it now, by the same day."""

    at: datetime
    giver: str
    department: str
    kind: Literal["handed-over"] = "handed-over"


@dataclass(frozen=True, slots=True)
class Suspended:
    """Another department owes it, and the term stands still until that takes it up. One that has ended does not."""

    at: datetime
    giver: str
    department: str
    kind: Literal["suspended"] = "suspended"


@dataclass(frozen=True, slots=True)
class PassedOn:
    """What was to be decided on is before the next who decides, with the whole term. department: his, if he has one.

    awaits: as of `Started`.
    """

    at: datetime
    anchor: date
    department: str | None = None
    awaits: tuple[Role, ...] = ()
    kind: Literal["passed-on"] = "passed-on"


@dataclass(frozen=True, slots=True)
class Resumed:
    """A term that stood still runs again, with the working days that were left."""

    at: datetime
    department: str | None
    kind: Literal["resumed"] = "resumed"


@dataclass(frozen=True, slots=True)
class Extended:
    """More working days, counted on from the present end."""

    at: datetime
    department: str
    working_days: int
    kind: Literal["extended"] = "extended"


@dataclass(frozen=True, slots=True)
class Lengthened:
    """Another, longer term from the same anchor."""

    at: datetime
    term: Term
    kind: Literal["lengthened"] = "lengthened"


@dataclass(frozen=True, slots=True)
class Rescheduled:
    """What it is counted from is on another day. What was done before stays done."""

    at: datetime
    anchor: date
    kind: Literal["rescheduled"] = "rescheduled"


@dataclass(frozen=True, slots=True)
class Planned:
    """A dialogue is planned in this slot of the programme, so nobody needs to be reminded."""

    at: datetime
    dialogue: str
    day: date
    kind: Literal["planned"] = "planned"


@dataclass(frozen=True, slots=True)
class Unplanned:
    """That dialogue is cancelled, or is held on another day."""

    at: datetime
    dialogue: str
    kind: Literal["unplanned"] = "unplanned"


@dataclass(frozen=True, slots=True)
class Done:
    """What was owed has been done. department: None where it does not matter who did it.

    draft: number of an answer that may be sent back; None for what is done for good.
    """

    at: datetime
    department: str | None = None
    draft: int | None = None
    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class SentBack:
    """An answer handed in was not good enough, nor were those before it."""

    at: datetime
    department: str
    draft: int
    kind: Literal["sent-back"] = "sent-back"


@dataclass(frozen=True, slots=True)
class Dropped:
    """Nobody owes it any more, though it was not done."""

    at: datetime
    kind: Literal["dropped"] = "dropped"


@dataclass(frozen=True, slots=True)
class Reopened:
    """What was done was not enough. It stays done, in time or late; whoever owes it next owes it anew."""

    at: datetime
    kind: Literal["reopened"] = "reopened"


Turn = Annotated[
    Started
    | HandedOver
    | Suspended
    | PassedOn
    | Resumed
    | Extended
    | Lengthened
    | Rescheduled
    | Planned
    | Unplanned
    | Done
    | SentBack
    | Dropped
    | Reopened,
    Field(discriminator="kind"),
]

_RANK = {
    name: rank
    for rank, names in enumerate(
        [
            ("reopened",),
            ("started",),
            ("passed-on",),
            ("handed-over", "suspended"),
            ("resumed",),
            ("extended", "lengthened", "rescheduled"),
            ("unplanned",),
            ("planned",),
            ("done", "sent-back"),
            ("dropped",),
        ]
    )
    for name in names
}
"""Of the same instant, each follows from the one before: a rehearsal does in a millisecond what takes people a day."""


def is_same(turn: Turn, other: Turn) -> bool:
    """Whether the one is a second delivery of the other."""
    return _name(turn) == _name(other)


def in_order(turns: Iterable[Turn]) -> tuple[Turn, ...]:
    return tuple(sorted(turns, key=_place))


def _name(turn: Turn) -> tuple[object, ...]:
    return turn.at, turn.kind, *(getattr(turn, field, None) for field in ("department", "draft", "dialogue"))


def _place(turn: Turn) -> tuple[datetime, int, int, str, str]:
    """A draft comes before its return, and that before the next draft."""
    draft = turn.draft if isinstance(turn, Done | SentBack) else None
    who = getattr(turn, "department", None) or getattr(turn, "dialogue", None) or ""
    return turn.at, _RANK[turn.kind], 1_000_000 if draft is None else draft, turn.kind, who
