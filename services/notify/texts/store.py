"""Where communes' own texts live: one document a commune and kind, with all its versions."""

from datetime import datetime, timedelta

from services.notify.texts.shipped import shipped
from services.notify.texts.text import Text
from services.notify.texts.versions import OwnText, id_of, text_of
from shared.contracts.notify import MessageKind
from shared.store import Database, Index, Store

OVERLAP = timedelta(minutes=5)
"""By so much the clocks of replicas may differ."""


class Texts(Store[OwnText]):
    """Which version counts is known without asking: it is settled for every message that is taken on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "texts", OwnText, [Index(("saved_at",)), Index(("commune",))])
        self._newest: dict[str, int] = {}
        self._known: dict[tuple[str, int], Text] = {}
        self._seen_until: datetime | None = None

    def current(self, commune: str, kind: MessageKind) -> int:
        """The version that counts, as of the last refresh; 0 is the shipped text."""
        return self._newest.get(id_of(commune, kind), 0)

    async def refresh(self) -> None:
        """Learn what was saved since the last time, here or by another replica."""
        since = {"saved_at": {"$gte": self._seen_until - OVERLAP}} if self._seen_until else {}
        async for document in self._collection.find(since, {"versions.number": 1, "saved_at": 1}):
            self._newest[document["_id"]] = document["versions"][-1]["number"]
            self._seen_until = max(filter(None, (self._seen_until, document["saved_at"])))

    async def of_commune(self, commune: str) -> dict[MessageKind, OwnText]:
        """What it has written itself, by kind."""
        cursor = self._collection.find({"commune": commune}, {"events": 0})
        return {own.kind: own async for own in (self._read(document) async for document in cursor)}

    async def text(self, commune: str, kind: MessageKind, version: int) -> Text:
        """A version never changes, so it is read once.

        Raises:
            LookupError: there is no such version, or messages of this kind have no text.
        """
        if version == 0:
            return shipped(kind)
        id = id_of(commune, kind)
        if (id, version) not in self._known:
            self._known[id, version] = text_of(await self.get(id), version, shipped(kind))
        return self._known[id, version]
