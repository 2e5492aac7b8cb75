"""What notify remembers: one correspondence a case, and the mails of a day that were put together."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from pydantic import ValidationError

from services.notify.correspondence import Correspondence
from services.notify.together import Envelope, Member, Waiting
from shared.logs import in_short, logger
from shared.store import Database, Index, Store

AT_ONCE = 200
WITHOUT_QUESTIONS = {"events": 0, "seen": 0, "questions": 0}
MOST_IN_QUERY = 100
"""What an `$in` costs the embedded database grows with the square of its ids."""


class Correspondences(Store[Correspondence]):
    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            "correspondence",
            Correspondence,
            [
                Index(("next_action_at",), sparse=True),
                Index(("dialogue",), sparse=True),
                Index(("tell_again_at",), sparse=True),
                Index(("leaves_at",), sparse=True),
                Index(("envelopes_at",), sparse=True),
                Index(("remind_at",), sparse=True),
                Index(("addresses_since",), sparse=True),
                Index(("discarded",), sparse=True),
                Index(("unnumbered",), sparse=True),
            ],
        )

    async def waiting(self, now: datetime) -> list[str]:
        """Ids of what has something to send, or a claim that went stale; at most 200."""
        return await self.ids({"next_action_at": {"$lte": now}}, limit=AT_ONCE)

    async def of_dialogue(self, dialogue: str) -> list[str]:
        """Ids of every form registered for a dialogue."""
        return await self.ids({"dialogue": dialogue})

    async def to_tell_again(self, now: datetime) -> list[str]:
        """Ids of dialogues whose news is to be told once more; at most 200."""
        return await self.ids({"tell_again_at": {"$lte": now}}, limit=AT_ONCE)

    async def to_seal(self, by: datetime) -> list[Waiting]:
        """Mails that wait for others to the same address, whose cut-off comes by then; not those known to be sealed."""
        names = ("id", "state", "to", "created_at", "leaves_at", "envelope", "sealed")
        fields = {"commune": 1, **{f"messages.{name}": 1 for name in names}}
        found = self._collection.find({"envelopes_at": {"$lte": by}}, fields).batch_size(AT_ONCE)
        return [
            Waiting(one["envelope"], case["commune"], one["to"][0], Member(case["_id"], one["id"]), one["created_at"])
            async for case in found
            for one in case["messages"]
            if one["state"] == "queued" and one.get("envelope") is not None and not one.get("sealed")
            if one.get("leaves_at") is not None and one["leaves_at"] <= by
        ]

    async def ready_letters(self) -> AsyncIterator[tuple[str, int]]:
        """Of each case that has some: its commune, and how many letters lie ready for a print run."""
        fields = {"commune": 1, "messages.state": 1}
        async for case in self._collection.find({"leaves_at": {"$exists": True}}, fields).batch_size(AT_ONCE):
            yield case["commune"], sum(message["state"] == "drawn" for message in case["messages"])

    async def with_discarded(self) -> list[str]:
        """Ids of what has files of letters that will not leave; at most 200."""
        return await self.ids({"discarded": {"$exists": True}}, limit=AT_ONCE)

    async def with_unnumbered(self, book: str, limit: int) -> list[Correspondence]:
        """What has letters that belong into this book and have no number yet, the oldest cases first. They are read
        without their questions, to look at."""
        found = self._collection.find({"unnumbered": book}, WITHOUT_QUESTIONS).sort("_id", 1).limit(limit)
        return [self._read(document) async for document in found]

    async def to_remind(self, now: datetime) -> list[str]:
        """Ids of whose day is near; at most 200."""
        return await self.ids({"remind_at": {"$lte": now}}, limit=AT_ONCE)

    async def with_old_addresses(self, commune: str, sent_by: datetime) -> list[str]:
        """Of a commune, ids of what keeps addresses of mails that left by then; at most 200."""
        return await self.ids({"addresses_since": {"$lte": sent_by}, "commune": commune}, limit=AT_ONCE)

    async def communes_with_letters(self, by: datetime) -> list[str]:
        """Communes that have letters lying ready whose cut-off comes by then."""
        found = await self._collection.distinct("commune", {"leaves_at": {"$lte": by}, "messages.state": "drawn"})
        return sorted(found)

    async def ready_by(self, commune: str, by: datetime) -> AsyncIterator[Correspondence]:
        """One by one, what has letters lying ready whose cut-off comes by then. What cannot be read is named."""
        query = {"leaves_at": {"$lte": by}, "commune": commune, "messages.state": "drawn"}
        async for document in self._collection.find(query, {"events": 0}).batch_size(AT_ONCE):
            try:
                state = self._read(document)
            except ValidationError as error:
                logger().error("not-gathered", case=document["_id"], error=in_short(error))
            else:
                yield state

    async def lying_ready(self, commune: str) -> list[tuple[datetime, str, str]]:
        """Of a commune, the letters that lie ready, by cut-off: that, the case's id and the message's."""
        fields = {"messages.id": 1, "messages.state": 1, "messages.leaves_at": 1}
        query = {"leaves_at": {"$exists": True}, "commune": commune, "messages.state": "drawn"}
        found = self._collection.find(query, fields).batch_size(AT_ONCE)
        return sorted(
            [
                (message["leaves_at"], document["_id"], message["id"])
                async for document in found
                for message in document["messages"]
                if message["state"] == "drawn" and message.get("leaves_at") is not None
            ]
        )

    async def numbers(self, ids: Sequence[str]) -> dict[str, str]:
        """Of these cases, the numbers of the outgoing register, by message."""
        found: dict[str, str] = {}
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), MOST_IN_QUERY):
            query = {"_id": {"$in": wanted[first : first + MOST_IN_QUERY]}}
            async for document in self._collection.find(query, {"messages.id": 1, "messages.number": 1}):
                numbered = [message for message in document.get("messages", ()) if message.get("number")]
                found |= {message["id"]: message["number"] for message in numbered}
        return found

    async def several(self, ids: Sequence[str]) -> dict[str, Correspondence]:
        """By id, those there are."""
        found: dict[str, Correspondence] = {}
        wanted = sorted(set(ids))
        for first in range(0, len(wanted), MOST_IN_QUERY):
            for state in await self.find({"_id": {"$in": wanted[first : first + MOST_IN_QUERY]}}):
                found[state.id] = state
        return found


class Envelopes(Store[Envelope]):
    def __init__(self, database: Database) -> None:
        indexes = [Index(("next_action_at",), sparse=True), Index(("kept_since",), sparse=True)]
        super().__init__(database, "envelopes", Envelope, indexes)

    async def waiting(self, now: datetime) -> list[str]:
        """Ids of what is to be sent, has a claim that went stale, or members that do not know yet; at most 200."""
        return await self.ids({"next_action_at": {"$lte": now}}, limit=AT_ONCE)

    async def kept_since(self, commune: str, by: datetime) -> list[str]:
        """Of a commune, ids of what was sealed by then and keeps its address and members; at most 200."""
        query = {"kept_since": {"$lte": by}, "commune": commune, "next_action_at": {"$exists": False}}
        return await self.ids(query, limit=AT_ONCE)
