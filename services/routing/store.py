"""What routing remembers: one aggregate a question, one a dialogue, and one of what each office has taught."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from time import monotonic
from typing import Any, NamedTuple

from services.routing.conference import Conference
from services.routing.handbook import Handbook
from services.routing.moves import ANSWERED
from services.routing.question import Question, as_told
from shared.contracts import TooEarly
from shared.contracts.taxonomy import QuestionField, Scope
from shared.store import Database, Index, Saved, Store

MEMORY_S = 0.25
"""How long a dialogue is taken to be as it was last read. Its sessions never change once it is announced; that it is
over is told again to its questions after this time (`close_conference`)."""
FORGOTTEN_S = MEMORY_S + 0.05
"""After so long nobody remembers it otherwise, though a timer may go off a little early."""
MOST_REMEMBERED = 10_000
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""Before all that routing remembers."""

Taught = tuple[str, QuestionField, str, datetime]
"""A question, the field and department that a person gave it, and when."""


_SENT_AWAY = ["redirected", "referred-up"]
"""Its department could not answer it: that it was given there teaches nothing. These are states and settlements."""


class Asked(NamedTuple):
    """A question without all that was done with it."""

    id: str
    code: str
    text: str


class Questions(Store[Question]):
    def __init__(self, database: Database) -> None:
        indexes = [
            Index(("case",)),
            Index(("dialogue",), sparse=True),
            Index(("follows",), sparse=True),
            Index(("commune", "state")),
            Index(("commune", "decided_at")),
            Index(("commune", "received_at")),
            Index(("commune", "settled_at")),
        ]
        super().__init__(database, "questions", Question, indexes)

    def as_json(self, aggregate: Question) -> dict[str, Any]:
        return as_told(super().as_json(aggregate))

    async def of_case(self, case: str) -> list[str]:
        """Ids of all of a submission's questions.

        Raises:
            TooEarly: while they have not all been handed out.
        """
        found = await self.ids({"case": case})
        if f"{case}-1" not in found:
            raise TooEarly(f"the questions of {case} are not handed out yet")
        return found

    async def of_dialogue(self, dialogue: str) -> list[str]:
        """Ids of every question registered for a dialogue."""
        return await self.ids({"dialogue": dialogue})

    async def followers(self, lead: str) -> list[str]:
        """Ids of the questions that get the answer of another."""
        return await self.ids({"follows": lead})

    async def numbers(self, case: str) -> dict[str, tuple[int, int]]:
        """Of each question of a form its number, and how many were made of it."""
        cursor = self._collection.find({"case": case}, {"number": 1, "parts": 1})
        return {found["_id"]: (found["number"], found.get("parts", 0)) async for found in cursor}

    async def answered(self, commune: str, since: datetime) -> AsyncIterator[tuple[str, str, datetime]]:
        """Id, text and end of what was answered since an instant, the first answered first. No complaints."""
        query = {
            "commune": commune,
            "settled_at": {"$gte": since},
            "settled_how": {"$in": sorted(ANSWERED)},
            "scope": Scope.IN_SCOPE.value,
        }
        cursor = self._collection.find(query, {"text": 1, "settled_at": 1}).sort("settled_at", 1)
        async for document in cursor:
            yield document["_id"], document["text"], document["settled_at"]

    async def latest(self, commune: str, limit: int) -> list[Asked]:
        """The questions received last, the newest first. No complaints."""
        query = {"commune": commune, "scope": Scope.IN_SCOPE.value}
        cursor = self._collection.find(query, {"code": 1, "text": 1}).sort("received_at", -1).limit(limit)
        return [Asked(found["_id"], found["code"], found["text"]) async for found in cursor]

    async def taught_at(self, commune: str) -> datetime | None:
        """When a person last said whose a question is; None while nobody has."""
        async for _, _, _, decided_at in self._taught(commune, 1):
            return decided_at
        return None

    async def lessons(self, commune: str, limit: int = 2_000) -> list[Taught]:
        """What people have said of whose a question is, the newest first.

        Complaints teach nothing, nor what was sent away since.
        """
        return [taught async for taught in self._taught(commune, limit)]

    async def _taught(self, commune: str, limit: int) -> AsyncIterator[Taught]:
        query = {
            "commune": commune,
            "decided_at": {"$gt": BEGINNING},
            "department": {"$exists": True},
            "scope": Scope.IN_SCOPE.value,
            "state": {"$nin": _SENT_AWAY},
            "settled_how": {"$nin": _SENT_AWAY},
        }
        wanted = {"text": 1, "field": 1, "department": 1, "decided_at": 1}
        async for found in self._collection.find(query, wanted).sort("decided_at", -1).limit(limit):
            yield found["text"], QuestionField(found["field"]), found["department"], found["decided_at"]

    async def registered_for(self, dialogue: str) -> list[Question]:
        return await self.find({"dialogue": dialogue})

    async def unsettled(self, commune: str) -> list[Question]:
        return await self.find({"commune": commune, "state": {"$ne": "settled"}})


class Conferences(Store[Conference]):
    """Dialogues, and a memory of them: each question that comes in asks for its dialogue, so the database is not
    asked each time."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "conferences", Conference, [Index(("commune",))])
        self._remembered: dict[str, tuple[float, Conference]] = {}

    async def lately(self, dialogue: str | None) -> Conference | None:
        """As it was at most MEMORY_S ago; None where there is no dialogue to ask for.

        Raises:
            TooEarly: when it was announced, but that has not been heard here yet.
        """
        if dialogue is None:
            return None
        asked_at = monotonic()
        read_at, conference = self._remembered.get(dialogue, (0.0, None))
        if conference is not None and asked_at - read_at < MEMORY_S:
            return conference
        conference = await self.get(dialogue)
        if conference is None:
            raise TooEarly(f"the dialogue {dialogue} is not known here yet")
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[dialogue] = asked_at, conference
        return conference

    async def now(self, dialogue: str | None) -> Conference | None:
        """As it is, read from the database."""
        return await self.get(dialogue) if dialogue is not None else None

    async def over(self, commune: str) -> set[str]:
        """Ids of the commune's dialogues that were held or cancelled."""
        return {conference.id for conference in await self.find({"commune": commune}) if conference.over}


class Handbooks(Store[Handbook]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "handbooks", Handbook)

    async def as_it_stands(self, commune: str) -> Saved[Handbook]:
        """What the office has taught, and the length of its history; an empty one while it has taught nothing."""
        document = await self._collection.find_one({"_id": commune}, {"events": 0})
        return Saved(self._read(document), document["said"]) if document else Saved(Handbook(commune, commune), 0)

    async def begun(self, commune: str) -> None:
        """From here on the commune has one, be it empty."""
        if await self.get(commune) is None:
            await self.create(Handbook(commune, commune), [])
