"""What was saved reaches the stream: in order, once, and whatever dies on the way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import Header
from pymongo.errors import AutoReconnect

from shared.broker import EVENTS, provision_streams, streams
from shared.cases import read
from shared.contracts import Envelope, Event, routing
from shared.outbox import Outbox
from shared.store import Database, Decision, Saved, Store
from tests.builders import COMMUNE, of_question
from tests.servers import RunningSystem, Servers, running

AT_ONCE = timedelta(seconds=-1)
TIME_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True)
class Matter:
    id: str
    commune: str = COMMUNE
    count: int = 1
    version: int = 0


def said(matter: Matter, text: str = "Kính gửi ông/bà.") -> Event:
    event: Event = of_question(routing.AnswerDrafted, case=matter.id, draft=matter.count, text=text)
    return event


def count_up(matter: Matter | None) -> Decision[Matter]:
    after = replace(matter, count=matter.count + 1) if matter else Matter("m")
    return after, [said(after)]


async def make(store: Store[Matter], id: str, text: str = "Kính gửi ông/bà.") -> Saved[Matter]:
    saved = await store.create(Matter(id), [said(Matter(id), text)])
    assert saved is not None
    return saved


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    await provision_streams(client.jetstream(), 1)
    yield client
    await client.close()


@asynccontextmanager
async def process(url: str, kind: type[Database] = Database) -> AsyncIterator[tuple[Database, Store[Matter]]]:
    """What one replica of a service has of the database; its saves are told to nobody until it has an outbox."""
    database = kind(url, "routing")
    store = Store(database, "matters", Matter)
    await database.prepare()
    try:
        yield database, store
    finally:
        database.close()


@asynccontextmanager
async def at_work(outbox: Outbox) -> AsyncIterator[Outbox]:
    task = asyncio.create_task(outbox.run())
    try:
        yield outbox
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


def outbox_of(database: Database, client: Client, lane_length: int = 100) -> Outbox:
    """One that sweeps at once, for tests in which somebody has died."""
    return Outbox(database, client.jetstream(), lane_length=lane_length, left_behind=AT_ONCE, sweep_every_s=0.02)


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def drained(database: Database) -> None:
    """Wait until nothing that was saved is unpublished."""

    async def is_drained() -> bool:
        return not await database.unpublished(AT_ONCE, 1)

    await until(is_drained)


async def in_stream(client: Client) -> dict[str, list[int]]:
    """The places in their history of all events of each case, in the stream's order."""
    found: dict[str, list[int]] = {}
    async for _, envelope in read(client, "event.>"):
        found.setdefault(envelope.subject.split(".")[3], []).append(envelope.sequence)
    return found


async def test_events_of_each_aggregate_come_in_order_whoever_saves_at_the_same_time(
    fresh: Servers, client: Client
) -> None:
    async with process(fresh.mongo_url) as (database, matters), at_work(Outbox(database, client.jetstream())) as outbox:

        async def live(id: str) -> None:
            await make(matters, id)
            for _ in range(3):
                await asyncio.gather(*(matters.change(id, count_up) for _ in range(3)))

        names = [f"m{n}" for n in range(20)]
        await asyncio.gather(*map(live, names))
        await asyncio.wait_for(outbox.drain(), TIME_LIMIT_S)
        assert await in_stream(client) == {name: list(range(1, 11)) for name in names}
        assert not await database.unpublished(AT_ONCE, 10)


async def test_events_come_in_order_and_once_when_two_replicas_save_in_turns(fresh: Servers, client: Client) -> None:
    async with (
        process(fresh.mongo_url) as (one_database, one),
        process(fresh.mongo_url) as (other_database, other),
        at_work(Outbox(one_database, client.jetstream())),
        at_work(Outbox(other_database, client.jetstream())),
    ):
        await make(one, "m")
        for _ in range(10):
            await one.change("m", count_up)
            await other.change("m", count_up)
        await drained(one_database)
        assert await in_stream(client) == {"m": list(range(1, 22))}


# Somebody dies


async def test_what_was_saved_and_not_published_is_found_and_published(fresh: Servers, client: Client) -> None:
    async with process(fresh.mongo_url) as (database, matters):
        for id in ("m", "n"):
            await make(matters, id)
            await matters.change(id, count_up)
    async with process(fresh.mongo_url) as (database, _), at_work(outbox_of(database, client)):
        await drained(database)
        assert await in_stream(client) == {"m": [1, 2], "n": [1, 2]}


async def test_whoever_starts_publishes_at_once_what_was_left_behind(fresh: Servers, client: Client) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        await make(matters, "m")
    async with process(fresh.mongo_url) as (database, _):
        outbox = Outbox(database, client.jetstream(), left_behind=timedelta(days=1), sweep_every_s=3600)
        async with at_work(outbox):
            await drained(database)
        assert await in_stream(client) == {"m": [1]}


async def test_whoever_saves_next_publishes_first_what_the_dead_had_not(fresh: Servers, client: Client) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        await make(matters, "m")
    async with process(fresh.mongo_url) as (database, matters), at_work(Outbox(database, client.jetstream())) as outbox:
        await matters.change("m", count_up)
        await outbox.drain()
        assert await in_stream(client) == {"m": [1, 2]}


async def test_what_was_published_and_not_marked_is_in_the_stream_once(fresh: Servers, client: Client) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        await matters.create(Matter("m"), [said(Matter("m")), said(Matter("m", count=2))])
        await published_by_the_dead(client, await matters.history("m"))
    async with process(fresh.mongo_url) as (database, _), at_work(outbox_of(database, client)):
        await drained(database)
        assert await in_stream(client) == {"m": [1, 2]}


@pytest.mark.parametrize("next_save", [False, True])
async def test_also_when_the_broker_has_forgotten_the_ids_meanwhile(
    fresh: Servers, client: Client, next_save: bool
) -> None:
    await forget_ids_soon(client)
    async with process(fresh.mongo_url) as (_, matters):
        await matters.create(Matter("m"), [said(Matter("m")), said(Matter("m", count=2))])
        first, _ = await matters.history("m")
        await published_by_the_dead(client, [first])
        await until_forgotten(client)
    async with process(fresh.mongo_url) as (database, matters):
        outbox = Outbox(database, client.jetstream()) if next_save else outbox_of(database, client)
        async with at_work(outbox):
            if next_save:
                await matters.change("m", count_up)
            await drained(database)
            assert await in_stream(client) == {"m": [1, 2, 3] if next_save else [1, 2]}


async def published_by_the_dead(client: Client, envelopes: Sequence[Envelope]) -> None:
    for envelope in envelopes:
        await client.jetstream().publish(
            envelope.subject, envelope.model_dump_json().encode(), stream=EVENTS, headers={Header.MSG_ID: envelope.id}
        )


async def forget_ids_soon(client: Client) -> None:
    """A broker that remembers ids for a tenth of a second instead of two minutes."""
    config = streams(1)[0].evolve(duplicate_window=0.1)
    await client.jetstream().update_stream(config)


async def until_forgotten(client: Client) -> None:
    """What is published now is forgotten last."""

    async def is_taken_as_new() -> bool:
        subject = "event.routing.thanh-tri.probe.answer-drafted"
        ack = await client.jetstream().publish(subject, b"{}", headers={Header.MSG_ID: "probe"})
        return not ack.duplicate

    assert await is_taken_as_new()
    await until(is_taken_as_new)


# Somebody is away


@pytest.fixture(scope="module")
def breakable() -> Iterator[RunningSystem]:
    """NATS and a database that a test may kill."""
    with running(services=()) as system:
        yield system


async def test_while_the_broker_is_away_saves_are_kept_and_later_published_in_order(breakable: RunningSystem) -> None:
    client = await nats.connect(breakable.addresses.nats_url, max_reconnect_attempts=-1, reconnect_time_wait=0.1)
    await provision_streams(client.jetstream(), 1)
    async with (
        process(breakable.addresses.mongo_url) as (database, matters),
        at_work(Outbox(database, client.jetstream())) as outbox,
    ):
        names = [f"m{n}" for n in range(10)]
        await asyncio.gather(*(make(matters, name) for name in names))
        breakable.kill("nats")
        for _ in range(5):
            await asyncio.gather(*(matters.change(name, count_up) for name in names))
        assert outbox.backlog
        await asyncio.wait_for(outbox.drain(), TIME_LIMIT_S)
        assert await in_stream(client) == {name: [1, 2, 3, 4, 5, 6] for name in names}
    await client.close()


class ForgetfulDatabase(Database):
    """Its marks fail at first: because it is away, or for a reason that nobody foresaw."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.failures: list[Exception] = [AutoReconnect("connection closed"), RuntimeError("unforeseen")]

    async def mark_published(self, *arguments: Any) -> None:
        if self.failures:
            raise self.failures.pop()
        await super().mark_published(*arguments)


async def test_a_mark_that_fails_is_moved_later(fresh: Servers, client: Client) -> None:
    async with (
        process(fresh.mongo_url, ForgetfulDatabase) as (database, matters),
        at_work(Outbox(database, client.jetstream())) as outbox,
    ):
        await make(matters, "m")
        await asyncio.wait_for(outbox.drain(), TIME_LIMIT_S)
        assert not await database.unpublished(AT_ONCE, 10)
        assert await in_stream(client) == {"m": [1]}


# A lane is full, or blocked


async def test_what_found_no_place_in_a_full_lane_is_published_before_what_came_after_it(
    fresh: Servers, client: Client
) -> None:
    async with process(fresh.mongo_url) as (database, matters):
        outbox = outbox_of(database, client, lane_length=1)
        for _ in range(3):
            await matters.change("m", count_up)
        assert outbox.backlog == 1, "two did not get in"
        async with at_work(outbox):
            await drained(database)
        assert await in_stream(client) == {"m": [1, 2, 3]}


async def test_also_when_the_save_after_it_did_not_load(fresh: Servers, client: Client) -> None:
    """Such a save cannot know what is published; the relay must not mark over what is missing."""
    async with process(fresh.mongo_url) as (database, matters):
        outbox = outbox_of(database, client, lane_length=1)
        last = await make(matters, "m")
        last = await matters.change("m", count_up, last=last)
        assert outbox.taken("matters", "m") == 1, "the second did not get in"
        async with at_work(outbox):
            await until_published(client, 1)
            last = await matters.change("m", count_up, last=last)
            await matters.change("m", count_up, last=last)
            await drained(database)
        assert await in_stream(client) == {"m": [1, 2, 3, 4]}


async def until_published(client: Client, number: int) -> None:
    async def is_there() -> bool:
        return (await client.jetstream().stream_info(EVENTS)).state.messages >= number

    await until(is_there)


async def test_an_event_that_the_broker_never_takes_holds_up_its_own_aggregate_alone(
    fresh: Servers, client: Client
) -> None:
    async with process(fresh.mongo_url) as (database, matters), at_work(outbox_of(database, client)) as outbox:
        await make(matters, "huge", "x" * client.max_payload)
        await matters.change("huge", count_up)
        names = [f"m{n}" for n in range(64)]
        await asyncio.gather(*(make(matters, name) for name in names))

        async def one_is_left() -> bool:
            left = await database.unpublished(AT_ONCE, 10)
            return [(one.id, len(one.envelopes)) for one in left] == [("huge", 2)]

        await until(one_is_left)
        assert await in_stream(client) == {name: [1] for name in names}, "nothing is said of it before what came first"

        async def an_operator_can_know() -> bool:
            return outbox.oldest_s > 0

        await until(an_operator_can_know)
