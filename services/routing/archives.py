"""The archive of each commune's answered questions, kept in memory and brought up to date from the database."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from time import monotonic

from services.routing.store import BEGINNING, Questions
from services.routing.suggestions import Archive

LOOK_EVERY_S = 10.0
"""So long a question that was just answered may not be suggested yet."""
LATE = timedelta(minutes=10)
"""What was settled at an instant may be saved after what was settled later; so far back is looked at again."""
AT_ONCE = 500
"""Questions arranged in one go; other work comes in between."""


class Archives:
    def __init__(self, questions: Questions) -> None:
        self._questions = questions
        self._archives: dict[str, Archive] = defaultdict(Archive)
        self._until: dict[str, datetime] = {}
        self._looked_at: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def of(self, commune: str) -> Archive:
        """A commune's archive, at most LOOK_EVERY_S behind."""
        async with self._locks[commune]:
            if commune not in self._looked_at or monotonic() - self._looked_at[commune] >= LOOK_EVERY_S:
                self._looked_at[commune] = monotonic()
                await self._look(commune)
        return self._archives[commune]

    async def warm(self, communes: Iterable[str]) -> None:
        """Have every archive ready before anybody waits for it."""
        for commune in communes:
            await self.of(commune)

    async def _look(self, commune: str) -> None:
        archive, fresh = self._archives[commune], list[tuple[str, str]]()
        until = self._until.get(commune, BEGINNING)
        async for id, text, settled_at in self._questions.answered(commune, until - LATE):
            until = max(until, settled_at)
            if id not in archive:
                fresh.append((id, text))
            if len(fresh) == AT_ONCE:
                await asyncio.to_thread(_add, archive, fresh)
                fresh = []
        await asyncio.to_thread(_add, archive, fresh)
        self._until[commune] = until


def _add(archive: Archive, questions: Iterable[tuple[str, str]]) -> None:
    for id, text in questions:
        archive.put(id, text)
