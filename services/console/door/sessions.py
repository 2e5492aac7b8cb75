"""How long somebody stays signed in, and where that is kept: not the cookie's token, only what it hashes to."""

import time
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from services.console.door.tokens import hashed, new_token
from shared.contracts import Role
from shared.store import Database, Index

IDLE = timedelta(hours=8)
LONGEST = timedelta(days=7)
NOTED_EVERY = timedelta(minutes=1)
KNOWN_FOR_S = 3.0
"""So long a process believes what it last read of a session: a revoked one is over everywhere within it."""
MOST_KNOWN = 5_000

How = Literal["password", "provider", "rehearsal", "machine"]


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that is signed in.

    id: what its token hashes to. account: the person's e-mail; in a rehearsal the id of the worker he plays.
    commune: whose profile says who he is; "" where `role` and `name` do, of those who belong to no commune.
    """

    id: str
    account: str
    commune: str
    how: How
    began_at: datetime
    seen_at: datetime
    role: Role | None = None
    name: str = ""
    device: str = ""
    address: str = ""

    @property
    def ends_at(self) -> datetime:
        """When it is over if nothing more is done in it."""
        return min(self.seen_at + IDLE, self.began_at + LONGEST)


def is_over(session: Session, now: datetime) -> bool:
    return now >= session.ends_at


class Sessions:
    """All sessions, in the console's database; those used of late in this process, too."""

    def __init__(self, database: Database) -> None:
        self._collection = database.collection("sessions")
        database.register("sessions", [Index(("account",)), Index(("seen_at",))])
        self._known: dict[str, tuple[float, Session]] = {}

    async def begin(self, session: Session) -> str:
        """Keep a session, whose id is chosen here; returns the token for the cookie."""
        token = new_token()
        kept = _document(replace(session, id=hashed(token)))
        await self._collection.insert_one(kept)
        return token

    async def find(self, token: str, now: datetime) -> Session | None:
        """The session of a token; None when there is none, or it is over. That it was used is noted, by the minute."""
        id = hashed(token)
        session = self._remembered(id) or await self._read(id)
        if session is None or is_over(session, now):
            return None
        if now - session.seen_at >= NOTED_EVERY:
            session = replace(session, seen_at=now)
            await self._collection.update_one({"_id": id}, {"$set": {"seen_at": now}})
            self._remember(session)
        return session

    async def last(self, token: str) -> Session | None:
        """The session of a token, also one that is over, as long as it is kept."""
        return await self._read(hashed(token))

    async def of(self, account: str, now: datetime) -> list[Session]:
        """Where somebody is signed in, the last used first."""
        found = [_session(one) async for one in self._collection.find({"account": account})]
        alive = [one for one in found if not is_over(one, now)]
        return sorted(alive, key=lambda one: one.seen_at, reverse=True)

    async def end(self, account: str, id: str) -> bool:
        """End one session of a person; False when it is none of his."""
        self._known.pop(id, None)
        return bool((await self._collection.delete_one({"_id": id, "account": account})).deleted_count)

    async def end_all(self, account: str, but: str = "") -> int:
        """End every session of a person, but for one; returns how many."""
        for id in [id for id, (_, one) in self._known.items() if one.account == account and id != but]:
            del self._known[id]
        return int((await self._collection.delete_many({"account": account, "_id": {"$ne": but}})).deleted_count)

    async def tidy(self, now: datetime) -> None:
        """Forget what was over a day ago: until then it is still known whose it was."""
        await self._collection.delete_many({"seen_at": {"$lt": now - LONGEST - timedelta(days=1)}})

    async def _read(self, id: str) -> Session | None:
        found = await self._collection.find_one({"_id": id})
        if found is None:
            self._known.pop(id, None)
            return None
        session = _session(found)
        self._remember(session)
        return session

    def _remember(self, session: Session) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[session.id] = (time.monotonic(), session)

    def _remembered(self, id: str) -> Session | None:
        read_at, session = self._known.get(id, (0.0, None))
        return session if session is not None and time.monotonic() - read_at < KNOWN_FOR_S else None


def _document(session: Session) -> dict[str, Any]:
    fields = {name: value for name, value in asdict(session).items() if name != "id"}
    return {"_id": session.id, **fields, "role": session.role.value if session.role else None}


def _session(document: dict[str, Any]) -> Session:
    fields = {name: value for name, value in document.items() if name != "_id"}
    role = fields.pop("role", None)
    return Session(id=document["_id"], **fields, role=Role(role) if role else None)
