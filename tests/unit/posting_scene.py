"""Letters that lie ready, and runs of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from services.notify.correspondence import Correspondence, Message
from services.notify.messages import put
from services.notify.posting import letters, runs
from services.notify.posting.letters import Ready, Receiver
from services.notify.posting.runs import PrintRun
from tests.builders import COMMUNE, registrant

CUT_OFF = datetime(2026, 6, 5, 9, 30, tzinfo=UTC)
"""Friday 5 June 2026, 16:30 in Hanoi."""
RUN = f"{COMMUNE}-20260605"
HAMLETS = ("Thôn Nội", "Thôn Đông Phù", "Thôn Tự Khoát")


def letter_of(case: str) -> str:
    return f"{case}.answer.1"


def drawn(case: str, leaves_at: datetime = CUT_OFF, **known: Any) -> Correspondence:
    """A case with one letter that lies ready."""
    state = Correspondence(
        id=case, commune=COMMUNE, registrant=registrant(email=None, **known), code="K7QX-3M9D", received_at=leaves_at
    )
    return draw(state, leaves_at)


def draw(state: Correspondence, leaves_at: datetime = CUT_OFF, by: str | None = None) -> Correspondence:
    message = Message(
        letter_of(state.id), "answer", "letter", (), (), leaves_at - timedelta(hours=1), state="drawn", attempts=1
    )
    return put(state, Message(**{**_fields(message), "leaves_at": leaves_at, "text": 3, "drawn_by": by}))


def _fields(message: Message) -> dict[str, Any]:
    return {name: getattr(message, name) for name in Message.__slots__}


def ready(
    number: int, address: str | None = None, name: str | None = None, phone: str | None = None, by_hand: bool = False
) -> Ready:
    case = f"01J{number:05}"
    to = Receiver(name or f"Người thứ {number}", address, by_hand)
    return Ready(letter_of(case), case, "answer", to, phone, pages=1)


def run_of(them: Iterable[Ready], *, together: bool = False, noted: bool = True) -> PrintRun:
    run = runs.put_together(RUN, COMMUNE, them, HAMLETS, together=together, cut_off=CUT_OFF, now=CUT_OFF)
    return runs.noted(run, len(run.items), (), CUT_OFF)[0] if noted else run


def left(state: Correspondence, run: str = RUN, now: datetime = CUT_OFF) -> Correspondence:
    return letters.left(state, letter_of(state.id), run, CUT_OFF, now)[0]
