"""What the library remembers, and what of it is at hand for searching."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from services.intake.library.shelf import Published, Shelf
from shared.store import Database, Index, Store

OVERLAP = timedelta(minutes=1)
"""How far the clocks of two replicas may differ."""
AT_ONCE = 50
"""Entries after which others get their turn while a whole library is loaded."""


class Library(Store[Published]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "library", Published, [Index(("noted_at",))])

    async def noted_since(self, at: datetime | None) -> list[Published]:
        """What was saved since, by whichever replica; everything for None."""
        return await self.find({"noted_at": {"$gte": at}} if at else {}, sort="noted_at")

    async def in_order(self, ids: Sequence[str]) -> list[Published]:
        """The entries with these ids that are shown, in this order."""
        found = {one.id: one for one in await self.find({"_id": {"$in": list(ids)}, "shown": True})} if ids else {}
        return [found[id] for id in ids if id in found]


class Catalogue:
    """The shelves of all communes in this process. They follow the store, for other replicas hear of entries, too."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._shelves: dict[str, Shelf] = defaultdict(Shelf)
        self._versions: dict[str, int] = {}
        self._seen: datetime | None = None

    def shelf(self, commune: str) -> Shelf:
        return self._shelves[commune]

    def put(self, entry: Published) -> None:
        """Stand an entry on its shelf, unless a newer one stands there."""
        if self._versions.get(entry.id, -1) < entry.version:
            self._versions[entry.id] = entry.version
            self._shelves[entry.commune].put(entry)

    async def refresh(self) -> None:
        """Learn what was saved since the last time."""
        entries = await self._library.noted_since(self._seen - OVERLAP if self._seen else None)
        for number, entry in enumerate(entries):
            self.put(entry)
            if number % AT_ONCE == 0:
                await asyncio.sleep(0)
        if entries:
            self._seen = entries[-1].noted_at
