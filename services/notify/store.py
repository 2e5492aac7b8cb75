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
