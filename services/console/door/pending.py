"""What waits for somebody to come back: a link to a first password, a second step, a provider's answer. Each once."""

from datetime import datetime, timedelta
from typing import Any, Literal

from services.console.door.tokens import hashed, new_token
from shared.store import Database, Index

Kind = Literal["link", "step", "provider"]
LASTS = {"link": timedelta(hours=24), "step": timedelta(minutes=10), "provider": timedelta(minutes=10)}


class Pending:
    """In the console's database, by what the token hashes to."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("pending")
        database.register("pending", [Index(("about",)), Index(("ends_at",))])

    async def put(self, kind: Kind, about: str, now: datetime, **data: Any) -> str:
        """Keep it; returns the token. about: the account, where it is known; of a sign-in at
        the provider what its address is counted as."""
        token = new_token()
        kept = {"_id": hashed(token), "kind": kind, "about": about, "data": data, "ends_at": now + LASTS[kind]}
        await self._collection.insert_one(kept)
        return token

    async def waiting(self, kind: Kind, about: str, now: datetime, most: int) -> int:
        """How many of a kind wait; counted up to `most`."""
        wanted = {"about": about, "kind": kind, "ends_at": {"$gt": now}}
        return int(await self._collection.count_documents(wanted, limit=most))

    async def get(self, kind: Kind, token: str, now: datetime) -> tuple[str, dict[str, Any]] | None:
        """What a token is about, and what was kept with it; None when it is used up or over."""
        found = await self._collection.find_one({"_id": hashed(token), "kind": kind}) if token else None
        if found is None or found["ends_at"] <= now:
            return None
        return found["about"], found["data"]

    async def take(self, kind: Kind, token: str, now: datetime) -> tuple[str, dict[str, Any]] | None:
        """The same, used up by that: of two who take it at once, one gets it."""
        found = await self.get(kind, token, now)
        if found is None:
            return None
        removed = await self._collection.delete_one({"_id": hashed(token)})
        return found if removed.deleted_count else None

    async def drop(self, about: str) -> None:
        """Whatever waits for an account is void."""
        await self._collection.delete_many({"about": about})

    async def tidy(self, now: datetime) -> None:
        await self._collection.delete_many({"ends_at": {"$lt": now}})
