"""Where saved filters live: the console's own database."""

from collections.abc import Mapping
from typing import Any, Protocol

from pydantic import TypeAdapter

from services.console.work.saved_filters import MOST, SavedFilter
from shared.store import Database, Index


class Filters(Protocol):
    """What the list asks of the store. Nobody reaches another account's filters."""

    async def of(self, commune: str, worker: str) -> list[SavedFilter]:
        """The filters of one account, the first first."""

    async def save(self, filter: SavedFilter) -> None:
        """Keep a filter; one whose id its account knows already was sent twice, and is kept once."""

    async def rename(self, commune: str, worker: str, id: str, name: str) -> bool:
        """Whether there was such a filter."""

    async def remove(self, commune: str, worker: str, id: str) -> bool:
        """Whether there was such a filter."""


class StoredFilters:
    """In the console's database, each under its account and its id: a browser chooses the id."""

    def __init__(self, database: Database) -> None:
        self._documents = database.collection("saved_filters")
        self._adapter: TypeAdapter[SavedFilter] = TypeAdapter(SavedFilter)
        database.register("saved_filters", [Index(("commune", "worker"))])

    async def of(self, commune: str, worker: str) -> list[SavedFilter]:
        cursor = self._documents.find({"commune": commune, "worker": worker}).sort("saved_at", 1).limit(MOST)
        return [self._read(document) async for document in cursor]

    async def save(self, filter: SavedFilter) -> None:
        fields = self._adapter.dump_python(filter)
        del fields["id"]
        key = _key(filter.commune, filter.worker, filter.id)
        await self._documents.update_one({"_id": key}, {"$setOnInsert": fields}, upsert=True)

    async def rename(self, commune: str, worker: str, id: str, name: str) -> bool:
        own = {"_id": _key(commune, worker, id)}
        return bool((await self._documents.update_one(own, {"$set": {"name": name}})).matched_count)

    async def remove(self, commune: str, worker: str, id: str) -> bool:
        return bool((await self._documents.delete_one({"_id": _key(commune, worker, id)})).deleted_count)

    def _read(self, document: Mapping[str, Any]) -> SavedFilter:
        id = document["_id"].removeprefix(_key(document["commune"], document["worker"], ""))
        return self._adapter.validate_python({**document, "id": id})


def _key(commune: str, worker: str, id: str) -> str:
    return f"{commune}/{worker}/{id}"
