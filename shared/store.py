"""Where aggregates live: one document each, which keeps its own history of events.

Saving a change and telling of it are one write. The events that are not published yet are the outbox.
The driver is imported here alone (see deploy/decisions/0002-motor.md).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Generic, Protocol, TypeVar

from bson.codec_options import CodecOptions, TypeEncoder, TypeRegistry
from gridfs.errors import FileExists, NoFile
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorGridFSBucket
from pydantic import TypeAdapter
from pymongo.errors import ConnectionFailure, DuplicateKeyError, ExecutionTimeout, WTimeoutError

from shared import traces
from shared.clock import real_now
from shared.contracts import Envelope, Event

OUTAGES = (ConnectionFailure, ExecutionTimeout, WTimeoutError)
"""What the driver raises while the database is away: wait and try again, the data are not at fault."""

ATTEMPTS = 8
MARKED_AT_ONCE = 100
"""Ids in one update: what an `$in` costs the embedded database grows with the square of their number."""
KEYS_REMEMBERED = 50


class Aggregate(Protocol):
    """A frozen dataclass that is loaded, decided on and saved as a whole."""

    @property
    def id(self) -> str: ...
    @property
    def commune(self) -> str: ...
    @property
    def version(self) -> int: ...


A = TypeVar("A", bound=Aggregate)
Decision = tuple[A, Sequence[Event]]


class StaleSave(RuntimeError):
    """Others kept changing the same aggregate; the message will be delivered again."""

    names_nobody = True


class Outdated(Exception):
    """A command was decided on an older state. `changes`: names of the events that came since."""

    def __init__(self, state: dict[str, Any], changes: tuple[str, ...]) -> None:
        self.state = state
        self.changes = changes
        super().__init__(", ".join(changes))


@dataclass(frozen=True, slots=True)
class Saved(Generic[A]):
    """An aggregate as it now stands, and the length of its history."""

    state: A
    said: int


@dataclass(frozen=True, slots=True)
class Cause:
    """What is being handled, for the correlation and causation of the events that come of it; and its trace."""

    id: str
    correlation: str
    traceparent: str | None = None


cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


@dataclass(frozen=True, slots=True)
class Unpublished:
    """The part of an aggregate's history that the stream may not have yet.

    said: length of the history. fresh: how many of the envelopes were saved just now; those before them are of
    earlier saves, perhaps by a process that died, and may be in the stream without a mark.
    published: how much of the history is marked as published, as far as was known when it was saved.
    since: when it was saved, of what was found later.
    """

    collection: str
    id: str
    said: int
    envelopes: tuple[dict[str, Any], ...]
    fresh: int = 0
    published: int = 0
    since: datetime | None = None


class _DateAsText(TypeEncoder):
    """BSON knows instants only; a day is kept as `YYYY-MM-DD`."""

    @property
    def python_type(self) -> type[date]:
        return date

    def transform_python(self, value: date) -> str:
        return value.isoformat()


_OPTIONS: CodecOptions[dict[str, Any]] = CodecOptions(tz_aware=True, type_registry=TypeRegistry([_DateAsText()]))
_OWN_FIELDS = frozenset({"_id", "version", "events", "said", "published", "outbox", "seen"})


@dataclass(frozen=True, slots=True)
class Index:
    """An index of a store. `sparse`: documents without the field are left out."""

    fields: tuple[str, ...]
    unique: bool = False
    sparse: bool = False


class Database:
    """One service's database, and the news of what was saved in it."""

    def __init__(self, url: str, service: str, name: str | None = None) -> None:
        self.service = service
        self._client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
            url, serverSelectionTimeoutMS=5_000, connectTimeoutMS=5_000, socketTimeoutMS=20_000, appname=service
        )
        self._database = self._client.get_database(name or f"doithoai_{service}", codec_options=_OPTIONS)
        self._collections: dict[str, tuple[Index, ...]] = {}
        self.saved: Callable[[Unpublished], None] = lambda _: None
        self.taken: Callable[[str, str], int] = lambda _collection, _id: 0

    def collection(self, name: str) -> Any:
        return self._database[name]

    async def ping(self) -> None:
        await self._client.admin.command("ping")

    def register(self, name: str, indexes: Iterable[Index]) -> None:
        self._collections[name] = tuple(indexes)

    async def prepare(self) -> None:
        """Make the indexes of every store. Repeating it changes nothing."""
        for name, indexes in self._collections.items():
            collection = self._database[name]
            await collection.create_index("outbox", sparse=True)
            for index in indexes:
                await collection.create_index(
                    [(field, 1) for field in index.fields],
                    unique=index.unique,
                    sparse=index.sparse,
                )

    async def unpublished(self, older_than: timedelta, limit: int) -> list[Unpublished]:
        """Histories whose end was saved a while ago and is still not marked as published."""
        found: list[Unpublished] = []
        for name in self._collections:
            cursor = self._database[name].find({"outbox": {"$lt": real_now() - older_than}}).limit(limit)
            for document in await cursor.to_list(limit):
                rest = tuple(document["events"][document["published"] :])
                marked, since = document["published"], document["outbox"]
                found.append(Unpublished(name, document["_id"], document["said"], rest, published=marked, since=since))
        return found

    async def mark_published(self, collection: str, marks: Mapping[str, int]) -> None:
        """Move the marks of many aggregates, with one update for all whose histories are of a length.

        An aggregate that went on meanwhile keeps its place in the outbox.
        """
        of_length: dict[int, list[str]] = defaultdict(list)
        for id, said in marks.items():
            of_length[said].append(id)
        for said, ids in of_length.items():
            for first in range(0, len(ids), MARKED_AT_ONCE):
                await self._database[collection].update_many(
                    {"_id": {"$in": ids[first : first + MARKED_AT_ONCE]}, "said": said},
                    {"$set": {"published": said}, "$unset": {"outbox": ""}},
                )

    def close(self) -> None:
        self._client.close()


class Bucket:
    """Files of one service, in GridFS. Each has an id of ours and describes itself."""

    def __init__(self, database: Database, name: str) -> None:
        self._files, self._chunks = database.collection(f"{name}.files"), database.collection(f"{name}.chunks")
        self._begun = database.collection(f"{name}.begun")
        self._database, self._name = database.collection(name).database, name

    @cached_property
    def _bucket(self) -> Any:
        """Made when first used: it binds itself to the event loop that runs then."""
        return AsyncIOMotorGridFSBucket(self._database, self._name)

    async def put(self, id: str, data: bytes, about: Mapping[str, Any]) -> bool:
        """Keep a file. False, and nothing is written, when the id is taken.

        That it was begun is noted before: of what a crash cuts off nobody else would know.
        """
        if await self._files.find_one({"_id": id}, {"_id": 1}):
            return False
        await self._begun.replace_one({"_id": id}, {"at": real_now()}, upsert=True)
        try:
            await self._bucket.upload_from_stream_with_id(id, id, data, metadata=dict(about))
        except (FileExists, DuplicateKeyError):  # two at once
            return False
        await self._begun.delete_one({"_id": id})
        return True

    async def remove_torn(self, before: datetime) -> None:
        """Remove the pieces of files that were begun before an instant and never became whole."""
        async for begun in self._begun.find({"at": {"$lt": before}}, {"_id": 1}):
            if not await self._files.find_one({"_id": begun["_id"]}, {"_id": 1}):
                await self._chunks.delete_many({"files_id": begun["_id"]})
            await self._begun.delete_one({"_id": begun["_id"]})

    async def about(self, id: str) -> dict[str, Any] | None:
        """What was told of a file when it was put; None when there is none."""
        found = await self._files.find_one({"_id": id}, {"metadata": 1})
        return dict(found["metadata"]) if found else None

    async def read(self, id: str) -> bytes | None:
        try:
            stream = await self._bucket.open_download_stream(id)
            return bytes(await stream.read())
        except NoFile:
            return None

    async def note(self, ids: Sequence[str], **about: Any) -> None:
        """Change what is told of files."""
        await self._files.update_many(
            {"_id": {"$in": list(ids)}}, {"$set": {f"metadata.{name}": value for name, value in about.items()}}
        )

    async def older(self, than: datetime, limit: int, **about: Any) -> list[str]:
        """Ids of files put before an instant of which this is told; None for what is not told."""
        query = {f"metadata.{name}": value for name, value in about.items()}
        cursor = self._files.find({"uploadDate": {"$lt": than}, **query}, {"_id": 1}).limit(limit)
        return [document["_id"] async for document in cursor]

    async def delete(self, id: str) -> None:
        with suppress(NoFile):
            await self._bucket.delete(id)


class Store(Generic[A]):
    """All aggregates of one kind.

    Args:
        contract: the frozen dataclass.
        indexes: besides those on the id and the outbox.

    Raises:
        TypeError: when a field has the name of one that the store keeps for itself.
    """

    def __init__(self, database: Database, name: str, contract: type[A], indexes: Sequence[Index] = ()) -> None:
        if taken := (_OWN_FIELDS - {"version"}) & contract.__annotations__.keys():
            raise TypeError(f"{contract.__name__} has fields that the store keeps for itself: {sorted(taken)}")
        self._database = database
        self._name = name
        self._collection = database.collection(name)
        self._adapter: TypeAdapter[A] = TypeAdapter(contract)
        database.register(name, indexes)

    async def get(self, id: str) -> A | None:
        document = await self._collection.find_one({"_id": id}, {"events": 0})
        return self._read(document) if document else None

    async def find(self, query: Mapping[str, Any], *, limit: int = 0, sort: str | None = None) -> list[A]:
        """Aggregates that match; all of them when `limit` is 0."""
        cursor = self._collection.find(query, {"events": 0})
        if sort:
            cursor = cursor.sort(sort.removeprefix("-"), -1 if sort.startswith("-") else 1)
        if limit:
            cursor = cursor.limit(limit)
        return [self._read(document) async for document in cursor]

    async def ids(self, query: Mapping[str, Any], *, limit: int = 0) -> list[str]:
        cursor = self._collection.find(query, {"_id": 1})
        if limit:
            cursor = cursor.limit(limit)
        return [document["_id"] async for document in cursor]

    async def history(self, id: str) -> list[Envelope]:
        """Every event of the aggregate, in order."""
        document = await self._collection.find_one({"_id": id}, {"events": 1})
        return [Envelope.model_validate(event) for event in document["events"]] if document else []

    async def traceparent(self, id: str, **said: Any) -> str | None:
        """The trace to which the latest event of an aggregate belongs that said this; None where nobody traces."""
        if not traces.is_on():
            return None
        wanted = {"events.traceparent": 1, **{f"events.data.{name}": 1 for name in said}}
        document = await self._collection.find_one({"_id": id}, wanted)
        for event in reversed(document["events"] if document else []):
            if said.items() <= event.get("data", {}).items() and "traceparent" in event:
                return str(event["traceparent"])
        return None

    def as_json(self, aggregate: A) -> dict[str, Any]:
        """The aggregate as a command's reply carries it."""
        state: dict[str, Any] = self._adapter.dump_python(aggregate, mode="json")
        return state

    async def create(self, aggregate: A, events: Sequence[Event], *, key: str | None = None) -> "Saved[A] | None":
        """Save a new aggregate and what there is to say of it.

        Returns:
            None, and nothing is written, when the id or another unique value is taken.
        """
        with self._span("insert"):
            return await self._create(aggregate, events, key)

    async def _create(self, aggregate: A, events: Sequence[Event], key: str | None) -> "Saved[A] | None":
        envelopes = self._envelopes(aggregate.id, 1, events)
        document = {
            "_id": aggregate.id,
            **{field: value for field, value in self._fields(aggregate).items() if value is not None},
            "version": 1,
            "said": len(envelopes),
            "published": 0,
            "events": envelopes,
        }
        if envelopes:
            document["outbox"] = real_now()
        if key:
            document["seen"] = [key]
        try:
            await self._collection.insert_one(document)
        except DuplicateKeyError:
            return None
        self._tell(aggregate.id, len(envelopes), [], envelopes, published=0)
        return Saved(_with_version(aggregate, 1), len(envelopes))

    async def change(
        self,
        id: str,
        decide: Callable[[A | None], Decision[A]],
        *,
        key: str | None = None,
        seen: int | None = None,
        last: "Saved[A] | None" = None,
    ) -> "Saved[A]":
        """Load, decide, save; decide again on the new state when somebody else was faster.

        Args:
            decide: a rule, given the present state (None when there is none).
            key: idempotency key of a command; a key that was seen decides nothing.
            seen: how much of the aggregate's history the decision rests on; None when that does not matter.
            last: what this process saved last, to decide on without loading; if others saved since, it is loaded.

        Raises:
            Outdated: when the aggregate has said more than was seen.
            StaleSave: after 8 attempts.
        """
        if last is not None and (saved := await self._go_on(last, decide)):
            return saved
        for _ in range(ATTEMPTS):
            document = await self._collection.find_one({"_id": id}, {"events": 0})
            if document is None:
                after, events = decide(None)
                if saved := await self.create(after, events, key=key):
                    return saved
                continue
            before = self._read(document)
            if key is not None and key in document.get("seen", ()):
                return Saved(before, document["said"])
            if seen is not None and seen != document["said"]:
                raise Outdated(self.as_json(before), await self._names_since(id, seen))
            after, events = decide(before)
            if after == before and not events:
                return Saved(before, document["said"])
            if await self._update(document, before, after, events, key):
                return Saved(_with_version(after, before.version + 1), document["said"] + len(events))
        raise StaleSave(f"{self._name} {id} was changed by others {ATTEMPTS} times in a row")

    async def _go_on(self, last: "Saved[A]", decide: Callable[[A | None], Decision[A]]) -> "Saved[A] | None":
        before = last.state
        after, events = decide(before)
        if after == before and not events:
            return last
        document = {"_id": before.id, "said": last.said, "published": 0}  # as far as is known here
        if await self._update(document, before, after, events, None):
            return Saved(_with_version(after, before.version + 1), last.said + len(events))
        return None

    async def _names_since(self, id: str, seen: int) -> tuple[str, ...]:
        return tuple(envelope.subject.rsplit(".", 1)[-1] for envelope in (await self.history(id))[seen:])

    async def _update(
        self, document: dict[str, Any], before: A, after: A, events: Sequence[Event], key: str | None
    ) -> bool:
        with self._span("update") as span:
            saved = await self._replace(document, before, after, events, key)
            span.note("doithoai.outcome", "saved" if saved else "stale")
            return saved

    async def _replace(
        self, document: dict[str, Any], before: A, after: A, events: Sequence[Event], key: str | None
    ) -> bool:
        old, new = self._fields(before), self._fields(after)
        envelopes = self._envelopes(after.id, document["said"] + 1, events)
        said = document["said"] + len(envelopes)
        setting: dict[str, Any] = {
            field: value for field, value in new.items() if value is not None and old.get(field) != value
        }
        setting["version"] = before.version + 1
        update: dict[str, Any] = {"$set": setting}
        pushing: dict[str, Any] = {}
        if gone := {field: "" for field, value in new.items() if value is None and old.get(field) is not None}:
            update["$unset"] = gone
        if envelopes:
            setting |= {"said": said, "outbox": real_now()}
            pushing["events"] = {"$each": envelopes}
        if key:
            pushing["seen"] = {"$each": [key], "$slice": -KEYS_REMEMBERED}
        if pushing:
            update["$push"] = pushing
        earlier = await self._earlier(document) if envelopes else []  # before the save: after it nothing may fail
        result = await self._collection.update_one({"_id": after.id, "version": before.version}, update)
        if not result.modified_count:
            return False
        self._tell(after.id, said, earlier, envelopes, published=document["published"])
        return True

    async def _earlier(self, document: dict[str, Any]) -> list[dict[str, Any]]:
        """Events of before that may not be published yet: the stream must get them first."""
        count = document["said"] - document["published"]
        if not count or self._database.taken(self._name, document["_id"]) >= document["said"]:
            return []
        found = await self._collection.find_one(
            {"_id": document["_id"]}, {"events": {"$slice": [document["published"], count]}}
        )
        return list(found["events"])

    def _tell(
        self, id: str, said: int, earlier: list[dict[str, Any]], fresh: list[dict[str, Any]], published: int
    ) -> None:
        if fresh:
            self._database.saved(Unpublished(self._name, id, said, (*earlier, *fresh), len(fresh), published))

    def _span(self, operation: str) -> traces.Span:
        """The events that are saved within tell that they came of it, whoever publishes them, and when."""
        about = {"db.system.name": "mongodb", "db.operation.name": operation, "db.collection.name": self._name}
        return traces.span(f"{operation} {self._name}", "client", about)

    def _read(self, document: Mapping[str, Any]) -> A:
        fields = {field: value for field, value in document.items() if field not in _OWN_FIELDS}
        return self._adapter.validate_python({"id": document["_id"], "version": document["version"], **fields})

    def _fields(self, aggregate: A) -> dict[str, Any]:
        fields: dict[str, Any] = self._adapter.dump_python(aggregate)
        del fields["id"], fields["version"]
        return fields

    def _envelopes(self, id: str, first: int, events: Sequence[Event]) -> list[dict[str, Any]]:
        service, because, traceparent = self._database.service, cause.get(), traces.traceparent()
        return [
            Envelope(
                id=f"{service}:{id}:{sequence}",
                source=f"/services/{service}",
                type=event.type,
                subject=event.subject,
                time=event.occurred_at,
                sequence=sequence,
                correlationid=because.correlation if because else event.case,
                causationid=because.id if because else None,
                traceparent=traceparent,
                data=event.model_dump(mode="json"),
            ).model_dump(mode="json", exclude_none=True)
            for sequence, event in enumerate(events, first)
        ]


def _with_version(aggregate: A, version: int) -> A:
    return replace(aggregate, version=version)  # type: ignore[type-var]


__all__ = [
    "OUTAGES",
    "Aggregate",
    "Bucket",
    "Cause",
    "Database",
    "Decision",
    "Index",
    "StaleSave",
    "Store",
    "Unpublished",
    "cause",
]
