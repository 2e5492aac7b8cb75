"""What intake remembers: dialogues and submissions."""

from datetime import datetime

from services.intake.rules import Dialogue, Submission
from shared.store import Database, Index, Store


class Dialogues(Store[Dialogue]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "dialogues", Dialogue, [Index(("commune", "state"))])

    async def open_at(self, commune: str, now: datetime) -> Dialogue | None:
        """The next announced dialogue of a commune: what a form that comes in now is for."""
        ahead = await self.find({"commune": commune, "state": "announced"})
        return min((one for one in ahead if one.held_at > now), key=lambda one: one.held_at, default=None)


class Submissions(Store[Submission]):
    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            "submissions",
            Submission,
            [Index(("fingerprint",), unique=True), Index(("code",), unique=True), Index(("dialogue",), sparse=True)],
        )

    async def by_code(self, code: str) -> Submission | None:
        return next(iter(await self.find({"code": code}, limit=1)), None)

    async def by_fingerprint(self, fingerprint: str) -> Submission | None:
        return next(iter(await self.find({"fingerprint": fingerprint}, limit=1)), None)
