"""What notify remembers: one correspondence a case."""

from datetime import datetime

from services.notify.correspondence import Correspondence
from shared.store import Database, Index, Store

AT_ONCE = 200


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
                Index(("remind_at",), sparse=True),
                Index(("addresses_since",), sparse=True),
                Index(("discarded",), sparse=True),
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

    async def leaving(self, commune: str, by: datetime) -> list[Correspondence]:
        """Of a commune, everything with letters or mails in envelopes whose cut-off comes by then."""
        return await self.find({"leaves_at": {"$lte": by}, "commune": commune})

    async def with_discarded(self) -> list[str]:
        """Ids of what has files of letters that will not leave; at most 200."""
        return await self.ids({"discarded": {"$exists": True}}, limit=AT_ONCE)

    async def to_remind(self, now: datetime) -> list[str]:
        """Ids of whose day is near; at most 200."""
        return await self.ids({"remind_at": {"$lte": now}}, limit=AT_ONCE)

    async def with_old_addresses(self, commune: str, sent_by: datetime) -> list[str]:
        """Of a commune, ids of what keeps addresses of mails that left by then; at most 200."""
        return await self.ids({"addresses_since": {"$lte": sent_by}, "commune": commune}, limit=AT_ONCE)
