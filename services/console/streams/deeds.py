"""What operators did, and why: noted where the audit can show it, and in the log without anybody's data."""

from typing import Protocol

from services.console.acting import Acting
from shared.logs import logger


class Deeds(Protocol):
    """Where it is noted."""

    async def note(self, who: Acting, what: str, about: str, reason: str = "") -> None:
        """what: a short English name; about: ids and numbers, nobody's data; reason: in his own words."""


class Logged:
    """In the log alone."""

    async def note(self, who: Acting, what: str, about: str, reason: str = "") -> None:
        logger().warning("operator-did", what=what, about=about, by=who.worker.id if who.worker else "", reason=reason)
