"""Where the notes of the rooms are kept: in the console's own database, or as long as it runs where it has none."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from services.console.hall.order import Floor
from shared.store import Database, Decision, Index, Store

COLLECTION = "speaking_order"
Rule = Callable[[Floor], Floor]


class Notes:
    """The notes of every room, and word of it when they change here.

    Another replica's changes are seen when the notes are read again.
    """

    def __init__(self, database: Database | None) -> None:
        self._store = Store(database, COLLECTION, Floor, [Index(("commune",))]) if database is not None else None
        self._here: dict[str, Floor] = {}
        self._changed = asyncio.Event()

    async def of(self, commune: str, dialogue: str) -> Floor:
        """What is noted of a dialogue; nothing yet, where nobody has noted anything."""
        found = await self._store.get(dialogue) if self._store is not None else self._here.get(dialogue)
        return found if found is not None and found.commune == commune else Floor(dialogue, commune)

    async def change(self, commune: str, dialogue: str, rule: Rule) -> Floor:
        """Load, decide, keep; decided again on what somebody else has noted meanwhile."""

        def decide(before: Floor | None) -> Decision[Floor]:
            return rule(before or Floor(dialogue, commune)), []

        if self._store is not None:
            after = (await self._store.change(dialogue, decide)).state
        else:
            before = self._here.get(dialogue) or Floor(dialogue, commune)
            after = self._here[dialogue] = replace(rule(before), version=before.version + 1)
        self._changed.set()
        self._changed = asyncio.Event()
        return after

    async def changed(self, within_s: float) -> None:
        """Wait until something is noted here, or so long."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._changed.wait(), within_s)
