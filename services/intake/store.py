"""What intake remembers: dialogues, submissions and mails."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from services.intake.dialogue import TOLD, Announcement, Dialogue, State
from services.intake.mailbox.incoming import Incoming
from services.intake.submissions import Submission
from services.intake.together import Together
from shared.contracts.people import submission_of
from shared.store import Database, Index, Store

_ANNOUNCEMENT = TypeAdapter(Announcement)
_PUBLIC = {field.name: 1 for field in fields(Announcement) if field.name != "id"}


class Dialogues(Store[Dialogue]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "dialogues", Dialogue, [Index(("commune", "state"))])
        self._documents = database.collection("dialogues")
        self._told = Together(self._told_of)

    async def told(self, commune: str) -> list[Announcement]:
        """The dialogues of a commune that the public knows of and that are not over: what a form may be for."""
        return [*await self._told(commune)]

    async def _told_of(self, commune: str) -> list[Announcement]:
        return await self._announcements({"commune": commune, "state": {"$in": [str(state) for state in TOLD]}})

    async def all_told(self) -> list[Announcement]:
        """The same of every commune."""
        return await self._announcements({"state": {"$in": [str(state) for state in TOLD]}})

    async def programme(self, commune: str) -> list[Announcement]:
        """Every dialogue of a commune, the latest first."""
        found = await self._announcements({"commune": commune})
        return sorted(found, key=lambda one: one.held_at, reverse=True)

    async def is_concluded(self, id: str) -> bool:
        """Its conclusion is out, and something may still be owed."""
        return bool(await self.ids({"_id": id, "state": str(State.CONCLUDED)}, limit=1))

    async def _announcements(self, query: Mapping[str, Any]) -> list[Announcement]:
        """Without its guests, whom it may have thousands of: forms come in while they wait."""
        cursor = self._documents.find(query, _PUBLIC)
        return [_ANNOUNCEMENT.validate_python({"id": found.pop("_id"), **found}) async for found in cursor]


class Submissions(Store[Submission]):
    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            "submissions",
            Submission,
            [
                Index(("fingerprint",), unique=True),
                Index(("code",), unique=True),
                Index(("dialogue",), sparse=True),
                Index(("attachments.id",), sparse=True),
                Index(("collected_by",), sparse=True),
                Index(("mail",), sparse=True),
            ],
        )

    def _read(self, document: Mapping[str, Any]) -> Submission:
        return super()._read(as_kept_now(document))

    async def by_code(self, code: str) -> Submission | None:
        return next(iter(await self.find({"code": code}, limit=1)), None)

    async def by_fingerprint(self, fingerprint: str) -> Submission | None:
        return next(iter(await self.find({"fingerprint": fingerprint}, limit=1)), None)

    async def of_mail(self, mail: str) -> list[Submission]:
        """The forms that came by a mail."""
        return await self.find({"mail": mail})

    async def collected(self, commune: str, sender: str, dialogue: str | None) -> list[Submission]:
        """What came for a dialogue, or for none, on the lists of one sender."""
        return await self.find({"collected_by": sender, "commune": commune, "dialogue": dialogue})

    async def naming(self, files: Sequence[str]) -> dict[str, str]:
        """Which of these files a form names, and which form."""
        found = await self.find({"attachments.id": {"$in": list(files)}})
        return {file.id: form.id for form in found for file in form.attachments if file.id in files}

    async def of_file(self, file: str, named_by: str | None) -> Submission | None:
        """The form that names a file, also where a crash kept the file from knowing it."""
        if named_by is not None:
            return await self.get(named_by)
        return next(iter(await self.find({"attachments.id": file}, limit=1)), None)

    async def without_seat(self, dialogue: str) -> list[Submission]:
        """Who is expected at a dialogue and has no seat."""
        return await self.find({"dialogue": dialogue, "on_time": True, "attendance": "expected", "seat": None})

    async def owed(self, dialogue: str) -> bool:
        """Whether a question of a dialogue's forms is not settled."""
        return bool(await self.ids({"dialogue": dialogue, "settled_at": None}, limit=1))

    async def not_of(self, dialogue: str, questions: set[str]) -> set[str]:
        """Those of these questions that were not asked at a dialogue."""
        forms = {question: submission_of(question) for question in questions}
        if not forms:
            return set()
        asked = await self.find({"_id": {"$in": sorted(set(forms.values()))}, "dialogue": dialogue})
        return questions - {question.id for submission in asked for question in submission.questions}


def as_kept_now(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """A form that was stored before it was kept how and when each question was settled: then only which were."""
    if not (before := document.get("settled")):
        return document
    kept, reopened = document.get("settlements", {}), document.get("reopenings", {})
    settled = {id: {"how": None, "at": document["received_at"]} for id in before if id not in reopened}
    return {**document, "settlements": settled | kept}


class Incomings(Store[Incoming]):
    """The mails that came in, and how often reading one was tried that is not taken in yet."""

    def __init__(self, database: Database) -> None:
        super().__init__(
            database,
            "mails",
            Incoming,
            [
                Index(("commune", "outcome")),
                Index(("original.id",), sparse=True),
                Index(("submissions",)),
                Index(("sender", "received_at")),
            ],
        )
        self._tries = database.collection("mail_tries")

    async def naming(self, files: Sequence[str]) -> dict[str, str]:
        """Which of these files are the original of a mail, and of which."""
        found = await self.find({"original.id": {"$in": list(files)}})
        return {mail.original.id: mail.id for mail in found}

    async def forms_of(self, commune: str, sender: str | None, start: datetime, end: datetime) -> int:
        """How many forms the mails of a sender became that came in from `start` to `end`."""
        sent = {"commune": commune, "sender": sender, "received_at": {"$gt": start, "$lte": end}}
        found = await self.find({**sent, "why": "form", "submissions": {"$ne": []}})
        return sum(len(mail.submissions) for mail in found)

    async def replies_to(self, form: str, limit: int) -> int:
        """How many mails were attached to a form by themselves."""
        return len(await self.ids({"submissions": form, "outcome": "attached"}, limit=limit))

    async def ignored(self, before: datetime, limit: int) -> list[Incoming]:
        """Mails that were ignored before an instant and whose originals are still here."""
        query = {"outcome": "ignored", "received_at": {"$lt": before}, "original_gone": {"$ne": True}}
        return await self.find(query, limit=limit)

    async def original_gone(self, commune: str, file: str) -> bool:
        """Whether a file was the original of a mail of this commune, and was removed."""
        return bool(await self.ids({"original.id": file, "commune": commune, "original_gone": True}, limit=1))

    async def tried(self, id: str) -> int:
        """Note one more try at a mail, before it is made: it may end this process. Returns how many there were."""
        await self._tries.update_one({"_id": id}, {"$inc": {"count": 1}}, upsert=True)
        found = await self._tries.find_one({"_id": id})
        return int(found["count"])

    async def forget_tries(self, id: str) -> None:
        await self._tries.delete_one({"_id": id})
