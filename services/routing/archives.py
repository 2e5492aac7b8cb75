"""The archive of each commune's answered questions, kept in memory and brought up to date from the database."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
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
MOST_KEPT = 5_000
"""Answers of one commune that are searched, the latest: of many years, in 20 MB of memory where no two are alike."""
SPARE = MOST_KEPT // 4
"""So many more before the oldest are forgotten, all in one go."""


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
        fresh = list[tuple[str, str]]()
        until = self._until.get(commune, BEGINNING)
        async for id, text, settled_at in self._questions.answered(commune, until - LATE):
            until = max(until, settled_at)
            fresh.append((id, text))
            if len(fresh) == AT_ONCE:
                await self._add(commune, fresh)
                fresh = []
        await self._add(commune, fresh)
        self._until[commune] = until

    async def _add(self, commune: str, questions: Sequence[tuple[str, str]]) -> None:
        self._archives[commune] = await asyncio.to_thread(with_more, self._archives[commune], questions)


def with_more(archive: Archive, questions: Iterable[tuple[str, str]]) -> Archive:
    """The archive with more questions, (id, text) each, the latest last; one of the latest where it grew too large."""
    for id, text in questions:
        archive.put(id, text)
    return archive.latest(MOST_KEPT) if len(archive) >= MOST_KEPT + SPARE else archive
