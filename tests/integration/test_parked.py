"""Parked messages on a real broker: listed, given back to their handler alone, parked again, given up; the history."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import nats
import pytest
from nats.aio.client import Client
from nats.js.api import ConsumerConfig

from services.console.streams import deadletters, health, history, monitor
from services.console.streams.deadletters import Chosen
from services.console.streams.replays import NOBODY, Replay, Replays
from services.console.streams.tail import Wanted
from shared.broker import DEADLETTERS, EVENTS, Patience, Pauses, provision_streams
from shared.contracts import Event
from shared.contracts.routing import QuestionAssigned
from shared.handlers import Handlers
from shared.service import Service
from shared.settings import Settings
from tests.builders import COMMUNE, NOW, any_of, of_question
from tests.integration.test_console_reader import publish, received
from tests.servers import Servers

TIME_LIMIT_S = 20.0
HASTY = Patience(failing=Pauses(0.01, 0.05, tries=3), early=Pauses(0.01, 0.05, tries=3), waiting=Pauses(0.01, 0.05))
HANDLER = "routing-note"


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    await provision_streams(client.jetstream(), 1)
    yield client
    await client.close()


class Unwell:
    """A handler that fails until it is mended."""

    def __init__(self) -> None:
        self.mended = False
        self.noted: list[str] = []
        self.handlers = Handlers("routing")

        @self.handlers(QuestionAssigned)
        async def note(assigned: QuestionAssigned) -> None:
            if not self.mended:
                raise ValueError("the department is unknown")
            self.noted.append(assigned.question)


@asynccontextmanager
async def serving(servers: Servers, handlers: Handlers) -> AsyncIterator[Service]:
    service = Service("routing", Settings(nats_url=servers.nats_url, mongo_url=servers.mongo_url), patience=HASTY)
    service.hears(handlers)
    async with service.app.router.lifespan_context(service.app):
        await asyncio.wait_for(service.started.wait(), TIME_LIMIT_S)
        yield service


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


async def parked_so_many(client: Client, number: int) -> list[deadletters.Parked]:
    async def are_there() -> bool:
        return len(await deadletters.parked(client)) == number

    await until(are_there)
    return await deadletters.parked(client)


async def finished(replay: Replay) -> Replay:
    assert replay.task is not None
    await asyncio.wait_for(replay.task, TIME_LIMIT_S)
    return replay


async def say(client: Client, *cases: str) -> None:
    for case in cases:
        await publish(client.jetstream(), of_question(QuestionAssigned, case=case, question=f"{case}-1"))


async def park(client: Client, handler: str, error: str = "NoCalendar: No working calendar for 2027") -> None:
    """By hand, as the broker's middleware does."""
    await client.jetstream().publish(
        f"deadletter.{handler.replace('-', '.', 1)}",
        any_of(QuestionAssigned).model_dump_json().encode(),
        stream=DEADLETTERS,
        headers={
            "Doithoai-Handler": handler,
            "Doithoai-Subject": "event.routing.thanh-tri.01J.question-assigned",
            "Doithoai-Sequence": "7",
            "Doithoai-Delivered": "8",
            "Doithoai-Error": error,
        },
    )


async def test_what_a_handler_cannot_do_is_parked_read_replayed_and_parked_again(
    fresh: Servers, client: Client
) -> None:
    unwell, replays = Unwell(), Replays()
    async with serving(fresh, unwell.handlers):
        await say(client, "A", "B", "C")
        first, *_ = await parked_so_many(client, 3)  # in no order: the three were tried at once
        case = first.subject.split(".")[3]
        assert (first.handler, first.event, first.error) == (
            HANDLER,
            "question-assigned",
            "ValueError: the department is unknown",
        )
        assert await monitor.parked_by_handler(client) == {HANDLER: 3}

        again = await finished(replays.begin(client, [first], "An"))
        assert again.counts == {"parked-again": 1}
        [item] = again.items
        new = await deadletters.one(client, item.again)
        assert new is not None
        assert (new.subject, new.error) == (first.subject, first.error)
        assert (first.first, new.first, new.position) == (first.position, first.position, item.position)
        assert new.position > 3, "it came by its handler's own subject"
        lying = await history.at_place(client, new.first)
        assert lying is not None
        assert lying.subject == new.subject

        unwell.mended = True
        one = await finished(replays.begin(client, [new], "An"))
        assert one.counts == {"done": 1}
        assert unwell.noted == [f"{case}-1"]

        rest = await finished(replays.begin(client, await deadletters.parked(client), "An"))
        assert rest.counts == {"done": 2}
        assert sorted(unwell.noted) == ["A-1", "B-1", "C-1"]
        assert await deadletters.parked(client) == []


async def test_a_form_that_is_sent_twice_is_one_replay(fresh: Servers, client: Client) -> None:
    unwell, replays = Unwell(), Replays()
    async with serving(fresh, unwell.handlers):
        await say(client, "A")
        found = await parked_so_many(client, 1)
        unwell.mended = True
        one = replays.begin(client, found, "An", "key")
        assert replays.begin(client, found, "An", "key") is one
        await finished(one)
        gone = await finished(replays.begin(client, found, "An", "other"))
    assert unwell.noted == ["A-1"]
    assert gone.counts == {"gone": 1}


async def test_a_message_goes_back_to_its_handler_alone_and_once_a_click(client: Client) -> None:
    await park(client, "deadlines-start-the-clock")
    [message] = await deadletters.parked(client)
    assert (message.position, message.delivered) == (7, 8)
    assert await deadletters.replay(client, message, key="once") == 1
    assert await deadletters.replay(client, message, key="once") == 1
    replayed = await client.jetstream().get_last_msg(EVENTS, "replay.deadlines-start-the-clock")
    assert replayed.headers
    assert (replayed.headers["Doithoai-First-Sequence"], replayed.headers["Doithoai-First-Subject"]) == (
        "7",
        message.subject,
    )
    assert replayed.data == message.body
    assert (await client.jetstream().stream_info(EVENTS)).state.messages == 1
    assert await deadletters.parked(client) == []


@pytest.mark.parametrize(
    ("filters", "because"),
    [
        (None, "its handler has another name now"),
        (["event.routing.*.*.question-assigned"], "a consumer that does not hear what is given back"),
    ],
)
async def test_what_nobody_would_receive_stays_where_it_lies(
    client: Client, filters: list[str] | None, because: str
) -> None:
    if filters:
        config = ConsumerConfig(durable_name=HANDLER, filter_subjects=filters)
        await client.jetstream().add_consumer(EVENTS, config)
    await park(client, HANDLER)
    await park(client, HANDLER)
    found = await deadletters.parked(client)
    replay = await finished(Replays().begin(client, found, "An"))
    assert [(item.fate, item.error) for item in replay.items] == [("failed", NOBODY)] * 2, because
    assert await deadletters.parked(client) == found
    assert (await client.jetstream().stream_info(EVENTS)).state.messages == 0


async def test_those_of_a_handler_and_an_error_are_found_and_counted(client: Client) -> None:
    for handler, error in (("notify-a", "X: 1"), ("notify-a", "Y: 2"), ("deadlines-b", "X: 1"), ("notify-a", "X: 1")):
        await park(client, handler, error)
    everything = await deadletters.parked(client)
    assert deadletters.kinds(everything)[0] == ("notify-a", "X: 1", 2)
    assert [one.number for one in await deadletters.parked(client, Chosen("notify-a"))] == [1, 2, 4]
    assert [one.number for one in await deadletters.parked(client, Chosen("notify-a", "X: 1"), after=1)] == [4]
    assert [one.number for one in await deadletters.parked(client, Chosen(service="deadlines"))] == [3]
    young = Chosen(parked_before=everything[0].parked_at - timedelta(minutes=5))
    assert await deadletters.parked(client, young) == []


async def test_more_than_one_page_of_them_is_read(client: Client) -> None:
    await asyncio.gather(*(park(client, f"notify-{number % 3}") for number in range(230)))
    assert len(await deadletters.parked(client, most=1_000)) == 230
    assert len(await deadletters.parked(client)) == 100


async def test_a_discarded_message_is_gone_and_nothing_else(client: Client) -> None:
    await park(client, "deadlines-start-the-clock")
    await park(client, "notify-acknowledge")
    first, second = await deadletters.parked(client)
    await deadletters.discard(client, first, "thử")
    await deadletters.discard(client, first, "lần nữa")
    assert await deadletters.one(client, first.number) is None
    assert await deadletters.parked(client) == [second]


# --- the oldest, and the history ---


async def test_the_oldest_that_waits_is_the_first_a_handler_has_not_done(fresh: Servers, client: Client) -> None:
    unwell = Unwell()
    unwell.mended = True
    async with serving(fresh, unwell.handlers):
        await say(client, "A")

        async def is_done() -> bool:
            return unwell.noted == ["A-1"] and not (await monitor.handlers(client))[0].lag

        await until(is_done)
    await publish(client.jetstream(), received("OTHER"))
    await say(client, "B", "C")
    [handler] = await monitor.handlers(client)
    assert (handler.pending, handler.listening, handler.hears) == (2, False, (("routing", "question-assigned"),))
    oldest = await history.oldest_of(client, handler.filters, handler.acknowledged)
    [lying] = await history.read(client, "event.routing.>", handler.acknowledged + 1, 1)
    assert (oldest, lying.position) == (lying.at, 3)
    assert await history.oldest_of(client, ["event.notify.>"], 0) is None


def told(event: Event, minutes: int) -> Event:
    return event.model_copy(update={"occurred_at": NOW + timedelta(minutes=minutes)})


@pytest.fixture
async def with_a_gap(client: Client) -> Client:
    """Six events a minute apart; of the case that was erased, two are missing."""
    for minute, case in enumerate(("A", "ERASED", "B", "ERASED", "A", "B")):
        await publish(client.jetstream(), told(received(case), minute))
    await client.jetstream().purge_stream(EVENTS, subject=f"event.*.{COMMUNE}.ERASED.>")
    return client


def places(found: list[history.Lying]) -> list[int]:
    return [one.position for one in found]


async def test_the_history_is_read_both_ways_over_gaps(with_a_gap: Client) -> None:
    everything = Wanted()
    assert places(await history.after(with_a_gap, everything, 0, 10)) == [1, 3, 5, 6]
    assert places(await history.after(with_a_gap, everything, 1, 2)) == [3, 5]
    assert places(await history.before(with_a_gap, everything, 6, 2)) == [3, 5]
    assert places(await history.before(with_a_gap, everything, 1, 2)) == []
    assert places(await history.before(with_a_gap, Wanted(case="B"), 100, 5)) == [3, 6]
    assert await history.at_place(with_a_gap, 2) is None
    lying = await history.at_place(with_a_gap, 3)
    assert lying is not None
    assert (lying.seen.case, lying.seen.occurred_at) == ("B", NOW + timedelta(minutes=2))


@pytest.mark.parametrize(
    ("minutes", "first", "because"),
    [
        (-10, 1, "before everything"),
        (0, 1, "the very instant"),
        (1, 3, "what happened then was erased, so the next"),
        (4.5, 6, "between two"),
        (60, None, "nothing happened since"),
    ],
)
async def test_the_history_is_read_from_a_time_on(
    with_a_gap: Client, minutes: float, first: int | None, because: str
) -> None:
    place = await history.place_of(with_a_gap, Wanted(), NOW + timedelta(minutes=minutes), 6)
    found = places(await history.after(with_a_gap, Wanted(), place, 1))
    assert found == ([first] if first else []), because


async def test_far_back_what_is_rare_is_found(client: Client) -> None:
    js = client.jetstream()
    await publish(js, received("RARE"))
    await asyncio.gather(*(publish(js, received(f"C{number}")) for number in range(600)))
    assert places(await history.before(client, Wanted(case="RARE"), 601, 5)) == [1]


async def test_every_replica_of_a_service_is_heard(client: Client) -> None:
    async def answer(message: nats.aio.msg.Msg) -> None:
        await message.respond(json.dumps({"service": "notify", "ready": True, "database_ms": 2.5}).encode())

    await client.subscribe("health.notify", cb=answer)
    await client.subscribe("health.notify", cb=answer)
    found = await health.replicas(client, ["notify", "routing"])
    assert (len(found["notify"]), found["routing"]) == (2, [])
    assert health.slowest(found["notify"]) == 2.5
