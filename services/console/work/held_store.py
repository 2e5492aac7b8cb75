"""Where acts that are held back live: the console's own database, which all its replicas share."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from services.console.work import held
from services.console.work.held import Act, NotNow, State
from shared.store import Database, Index, Store

MOST_DUE = 20
"""Acts that one console takes up in one round."""
MOST_SHOWN = 50


class HeldActs(Protocol):
    """What pages and the worker ask of the store."""

    async def add(self, act: Act) -> Act | None:
        """Keep an act. One whose id is known already is not kept; returned is what was kept under that id before."""

    async def change(self, id: str, decide: Callable[[Act], Act]) -> Act | None:
        """Decide on an act as it is, and keep what comes of it, unless somebody else was faster: then decide again.

        Returns:
            The act as it is now; None when there is none.

        Raises:
            NotNow: as `decide` does.
        """

    async def due(self, now: datetime) -> list[str]:
        """Ids of acts that a console should take up, the longest due first."""

    async def of(self, commune: str, worker: str, since: datetime) -> list[Act]:
        """The acts of one account since an instant, the latest first."""

    async def forget(self, before: datetime) -> None:
        """Remove acts from before an instant."""


class StoredActs:
    """In the database, one document each."""

    def __init__(self, database: Database) -> None:
        self._documents = database.collection("held_acts")
        self._store = Store(
            database, "held_acts", Act, [Index(("next_at",), sparse=True), Index(("commune", "worker", "held_at"))]
        )

    async def add(self, act: Act) -> Act | None:
        return None if await self._store.create(act, []) else await self._store.get(act.id)

    async def change(self, id: str, decide: Callable[[Act], Act]) -> Act | None:
        def decided(act: Act | None) -> tuple[Act, list[object]]:
            if act is None:
                raise _Missing
            return decide(act), []

        try:
            return (await self._store.change(id, decided)).state  # type: ignore[arg-type]
        except _Missing:
            return None

    async def due(self, now: datetime) -> list[str]:
        return await self._store.ids({"next_at": {"$lte": now}}, limit=MOST_DUE)

    async def of(self, commune: str, worker: str, since: datetime) -> list[Act]:
        query = {"commune": commune, "worker": worker, "held_at": {"$gte": since}}
        return await self._store.find(query, limit=MOST_SHOWN, sort="-held_at")

    async def void(self, account: str) -> None:
        """Take back what an account has done and no console has begun."""
        while ids := await self._store.ids({"account": account, "state": State.HELD}, limit=MOST_DUE):
            for id in ids:
                await self.change(id, held.void)

    async def forget(self, before: datetime) -> None:
        await self._documents.delete_many({"held_at": {"$lt": before}})


class _Missing(NotNow):
    """There is no such act."""
