"""What deadlines remembers: every term, when time will next change something about it; what is known of dialogues."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from services.deadlines.conferences import Conference
from services.deadlines.deadline import OPEN, Deadline
from shared.store import Database, Index, Store

AT_ONCE = 200

COUNTED_WITH = "counted_with"
"""The revision of the calendar again, of open terms alone: an index of it finds them among all that ever were."""


class Deadlines(Store[Deadline]):
    def __init__(self, database: Database) -> None:
        indexes = [Index(("next_fire_at",), sparse=True), Index((COUNTED_WITH,), sparse=True)]
        super().__init__(database, "deadlines", Deadline, indexes)

    async def due(self, now: datetime, except_for: Collection[str]) -> list[str]:
        """Ids of terms whose time has come, at most 200."""
        return await self.ids({"next_fire_at": {"$lte": now}, "_id": {"$nin": sorted(except_for)}}, limit=AT_ONCE)

    def counted_before(self, revision: int) -> AsyncIterator[list[Deadline]]:
        """Open terms that were counted with an older revision of the calendar, at most 200 at a time."""
        return self._batches({COUNTED_WITH: {"$lt": revision}})

    def open_from(self, day: date) -> AsyncIterator[list[Deadline]]:
        """Open terms that end, or are counted back from, that day or later, at most 200 at a time."""
        return self._batches({COUNTED_WITH: {"$gte": 0}, "$or": [{"due_on": {"$gte": day}}, {"anchor": {"$gte": day}}]})

    async def open_by_state(self) -> dict[tuple[str, str], int]:
        """How many terms are still owed, by commune and state."""
        grouped = {"_id": {"commune": "$commune", "state": "$state"}, "terms": {"$sum": 1}}
        found = self._collection.aggregate([{"$match": {COUNTED_WITH: {"$gte": 0}}}, {"$group": grouped}])
        return {(one["_id"]["commune"], one["_id"]["state"]): one["terms"] async for one in found}

    async def mark_counted(self, ids: Sequence[str], version: int, revision: int) -> None:
        """Note of many terms at once that this revision leaves them as they are; not of those saved meanwhile."""
        await self._collection.update_many(
            {"_id": {"$in": ids}, "version": version},
            {"$set": {"calendar": revision, COUNTED_WITH: revision}, "$inc": {"version": 1}},
        )

    async def _batches(self, query: Mapping[str, Any]) -> AsyncIterator[list[Deadline]]:
        batch: list[Deadline] = []
        async for document in self._collection.find(query, {"events": 0}).batch_size(AT_ONCE):
            batch.append(self._read(document))
            if len(batch) == AT_ONCE:
                yield batch
                batch = []
        if batch:
            yield batch

    def _fields(self, aggregate: Deadline) -> dict[str, Any]:
        counted_with = aggregate.calendar if aggregate.state in OPEN else None
        return {**super()._fields(aggregate), COUNTED_WITH: counted_with}

    async def missing(self, ids: Iterable[str]) -> set[str]:
        """Which of these terms are not there yet."""
        wanted = set(ids)
        return wanted.difference(await self.ids({"_id": {"$in": sorted(wanted)}}))


class Conferences(Store[Conference]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "conferences", Conference)
