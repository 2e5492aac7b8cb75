"""What notify remembers of print runs: one record a run."""

from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from services.notify.posting.letters import Receiver
from services.notify.posting.runs import Item, PrintRun
from shared.store import Database, Index, Store

Letters = tuple[tuple[Item, ...], tuple[Receiver, ...] | None]

AT_ONCE = 50
AT_HAND = 4
"""Runs whose letters a process keeps; those of one with 10,000 take some 15 MB."""
WRITTEN_ONCE = frozenset({"items", "receivers"})
WITHOUT_LETTERS = {"events": 0, "items": 0, "receivers": 0, "fates": 0, "dropped": 0, "late": 0, "to_tell": 0}


class PrintRuns(Store[PrintRun]):
    """A run is large, and what it was put together of never changes: that is written once, and read once by a process
    that keeps coming back to it. Where letters are not needed a run is read without them."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            "print_run",
            PrintRun,
            [
                Index(("commune", "day")),
                Index(("commune", "closed_at")),
                Index(("unfinished",), sparse=True),
                Index(("look_again_at",), sparse=True),
                Index(("forgotten_at",), sparse=True),
            ],
        )
        self._letters: OrderedDict[str, Letters] = OrderedDict()

    async def unfinished(self) -> list[str]:
        """Ids of runs that somebody began to close or to tell of; at most 50."""
        return await self.ids({"unfinished": True}, limit=AT_ONCE)

    async def being_closed(self, commune: str) -> list[str]:
        """Ids of a commune's runs of which not every letter is known to have left."""
        return await self.ids({"unfinished": True, "commune": commune, "to_note": {"$exists": True}})

    async def in_doubt(self, now: datetime) -> list[str]:
        """Ids of runs with letters that are to be looked at again; at most 50."""
        return await self.ids({"look_again_at": {"$lte": now}}, limit=AT_ONCE)

    async def doubtful(self, commune: str) -> frozenset[str]:
        """Letters of a commune of which it is not known whether they left in a run."""
        query = {"look_again_at": {"$exists": True}, "commune": commune}
        found = self._collection.find(query, {"doubtful": 1})
        return frozenset([id async for document in found for id in document["doubtful"]])

    async def fates(self) -> AsyncIterator[tuple[str, int, int, int, int]]:
        """Of each run: its commune, its letters, and how many were posted, delivered, returned."""
        names = ("commune", "letters", "posted", "delivered", "returned")
        async for run in self._collection.find({}, dict.fromkeys(names, 1)):
            commune, letters, posted, delivered, returned = (run[name] for name in names)
            yield commune, letters, posted, delivered, returned

    async def count_of_day(self, commune: str, on: date) -> int:
        return len(await self.ids({"commune": commune, "day": on.isoformat()}))

    async def of_late(self, commune: str, limit: int) -> list[PrintRun]:
        """The latest runs of a commune, the newest first, without their letters."""
        query = {"commune": commune, "letters": {"$gt": 0}}
        cursor = self._collection.find(query, WITHOUT_LETTERS).sort("closed_at", -1).limit(limit)
        return [self._read(document) async for document in cursor]

    async def with_old_addresses(self, commune: str, closed_by: datetime, unposted_by: datetime) -> list[str]:
        """Ids of runs of a commune that keep names and addresses, and were closed by then; of those that are not posted
        yet, by `unposted_by`. At most 50."""
        posted = {"closed_at": {"$lte": closed_by}, "posted_on": {"$exists": True}}
        query = {"receivers": {"$exists": True}, "$or": [posted, {"closed_at": {"$lte": unposted_by}}]}
        return await self.ids({"commune": commune, **query}, limit=AT_ONCE)

    async def forgotten_by(self, by: datetime) -> list[str]:
        """Ids of runs whose names and addresses were forgotten by then, and whose files may not be; at most 50."""
        return await self.ids({"forgotten_at": {"$lte": by}}, limit=AT_ONCE)

    def as_json(self, aggregate: PrintRun) -> dict[str, Any]:
        """As a command's reply carries it: without its letters, which would not fit."""
        return {
            "run": aggregate.id,
            "closed_at": aggregate.closed_at.isoformat(),
            "letters": aggregate.letters,
            "envelopes": aggregate.envelopes,
            "bundles": aggregate.bundles,
            "posted": aggregate.posted,
            "delivered": aggregate.delivered,
            "returned": aggregate.returned,
            "posted_on": aggregate.posted_on.isoformat() if aggregate.posted_on else None,
            "doubtful": len(aggregate.doubtful),
            "finished": not aggregate.unfinished,
        }

    def _read(self, document: Mapping[str, Any]) -> PrintRun:
        if not document.get("items"):
            return super()._read(document)
        id, kept = document["_id"], "receivers" in document
        if id not in self._letters:
            run = super()._read(document)
            self._letters[id] = run.items, run.receivers
            if len(self._letters) > AT_HAND:
                self._letters.popitem(last=False)
            return run
        items, receivers = self._letters[id]
        light = {field: value for field, value in document.items() if field not in WRITTEN_ONCE}
        return replace(super()._read(light), items=items, receivers=receivers if kept else None)

    def _fields(self, aggregate: PrintRun) -> dict[str, Any]:
        if not aggregate.version:
            return super()._fields(aggregate)
        fields = super()._fields(replace(aggregate, items=(), receivers=None))
        return {**fields, "items": None, "receivers": True if aggregate.receivers is not None else None}
