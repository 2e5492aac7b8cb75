"""What deadlines remembers: every term, and when time will next change something about it."""

from datetime import datetime

from services.deadlines.rules import Deadline
from shared.store import Database, Index, Store

AT_ONCE = 200


class Deadlines(Store[Deadline]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "deadlines", Deadline, [Index(("next_fire_at",), sparse=True)])

    async def due(self, now: datetime, except_for: set[str]) -> list[str]:
        """Ids of terms whose time has come, at most 200."""
        return await self.ids({"next_fire_at": {"$lte": now}, "_id": {"$nin": sorted(except_for)}}, limit=AT_ONCE)
