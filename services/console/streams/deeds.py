"""What operators did, and why: in the record of who did what, and in the log."""

from typing import Any, Protocol

from services.console.acting import Acting
from shared.logs import logger
from shared.service import Service

FIRST_RECORDED = frozenset({"event-read", "parked-read", "discard"})
"""What is not done unless the record says so before: somebody's words are shown, or something is given up for good."""


class Record(Protocol):
    """The console's audit."""

    async def note(self, kind: Any, outcome: str, *, must: bool = False, **told: Any) -> None: ...


async def note_deed(record: Record | None, who: str, name: str, what: str, about: str, reason: str = "") -> None:
    """what: a short English name; about: ids and numbers, nobody's data; reason: in the operator's own words.

    Raises:
        OUTAGES: it must be recorded, and cannot be.
    """
    logger().warning("operator-did", what=what, about=about, by=who)
    if record is not None:
        told = {"who": who, "name": name, "role": "operator", "verb": what, "about": about, "reason": reason}
        await record.note("operation", "done", must=what in FIRST_RECORDED, **told)


class Deeds:
    """Those done on the pages of one console. Without a door that keeps a record they are in the log alone."""

    def __init__(self, service: Service) -> None:
        self._service = service

    async def note(self, who: Acting, what: str, about: str, reason: str = "") -> None:
        record: Record | None = getattr(self._service.app.state, "audit", None)
        worker = who.worker
        await note_deed(record, worker.id if worker else "", worker.name if worker else "", what, about, reason)
