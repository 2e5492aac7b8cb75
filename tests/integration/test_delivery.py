"""What becomes of a message, on a real broker: handled once, tried again, or parked with its reason."""

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any
from urllib.parse import unquote

import httpx
import nats
import pytest
from fastapi import FastAPI
from nats.aio.client import Client
from nats.js.api import ConsumerConfig, StreamConfig
from pymongo.errors import AutoReconnect, ExecutionTimeout, ServerSelectionTimeoutError

from deploy.embedded.quiet import until_quiet
from services.routing import app as routing_app
from shared.broker import (
    DEADLETTERS,
    EVENTS,
    Patience,
    Pauses,
    consumer,
    difference,
    provision_consumers,
    provision_streams,
    streams,
)
from shared.cases import read
from shared.commands import send
from shared.contracts import Done, Envelope, Event, Refusal, Refused, Role, TooEarly, intake, routing
from shared.handlers import Handlers
from shared.outbox import Outbox
from shared.service import Service
from shared.settings import Settings
from shared.store import Database, StaleSave, Store
from shared.web import HeldUntil
from tests.builders import COMMUNE, NOW, actor, of_dialogue, of_question, question, submission_received
from tests.servers import RunningSystem, Servers, running

TIME_LIMIT_S = 30.0
HASTY = Patience(failing=Pauses(0.01, 0.05, tries=4), early=Pauses(0.01, 0.05, tries=500), waiting=Pauses(0.01, 0.05))


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    yield client
    await client.close()


@asynccontextmanager
async def serving(
    servers: Servers, handlers: Handlers, patience: Patience = HASTY, **context: Any
) -> AsyncIterator[Service]:
    """A service with these handlers, started in this process and stopped in order."""
    service = Service("routing", settings_of(servers), patience=patience)
    service.hears(handlers, **context)
    async with started(service):
        yield service


def settings_of(servers: Servers) -> Settings:
    return Settings(nats_url=servers.nats_url, mongo_url=servers.mongo_url)


@asynccontextmanager
async def started(service: Service) -> AsyncIterator[None]:
    async with service.app.router.lifespan_context(service.app):

        async def is_ready() -> bool:
            return await why_not_ready(service) is None

        await until(is_ready)
        yield


async def why_not_ready(service: Service) -> str | None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://service") as http:
        answer = await http.get("/readyz")
    assert answer.status_code == (200 if answer.json()["ready"] else 503)
    reason: str | None = answer.json()["reason"]
    return reason


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def settled(client: Client) -> None:
    """Wait until every message has been handled or parked."""
    await until_quiet(client, ())


def drafted(number: int = 1) -> routing.AnswerDrafted:
    event: routing.AnswerDrafted = of_question(routing.AnswerDrafted, draft=number)
    return event


def message(event: Event, **changes: Any) -> bytes:
    envelope = {
        "id": "1",
        "source": "/services/routing",
        "type": event.type,
        "subject": event.subject,
        "time": NOW,
        "sequence": 1,
        "correlationid": event.case,
        "data": event.model_dump(mode="json"),
    }
    return Envelope.model_validate(envelope | changes).model_dump_json().encode()


async def say(client: Client, event: Event, body: bytes | None = None) -> int:
    """Publish without an id, as if it were new; its place in the stream."""
    ack = await client.jetstream().publish(event.subject, body or message(event), stream=EVENTS)
    return ack.seq


@dataclass(frozen=True, slots=True)
class Parked:
    subject: str
    body: bytes
    headers: dict[str, str]


async def parked(client: Client) -> list[Parked]:
    found: list[Parked] = []
    last = (await client.jetstream().stream_info(DEADLETTERS)).state.last_seq
    for sequence in range(1, last + 1):
        one = await client.jetstream().get_msg(DEADLETTERS, sequence)
        found.append(Parked(one.subject or "", one.data or b"", dict(one.headers or {})))
    return found


# A handler that cannot cope


async def test_a_handler_that_fails_is_tried_with_growing_pauses_then_the_message_is_parked(
    fresh: Servers, client: Client
) -> None:
    consumes, clock, tried_at = Handlers("routing"), asyncio.get_running_loop(), list[float]()

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None:
        tried_at.append(clock.time())
        raise ValueError("the department\nis unknown")

    patience = replace(HASTY, failing=Pauses(0.05, 0.2, tries=5))
    async with serving(fresh, consumes, patience):
        sequence = await say(client, drafted())
        await settled(client)
    pauses = [after - before for before, after in pairwise(tried_at)]
    assert len(pauses) == 4
    for pause, least in zip(pauses, (0.05, 0.1, 0.2, 0.2), strict=True):
        assert pause >= least * 0.8
    [dead] = await parked(client)
    assert (dead.subject, dead.body) == ("deadletter.routing.note", message(drafted()))
    assert (
        dead.headers
        | {
            "Doithoai-Handler": "routing-note",
            "Doithoai-Subject": drafted().subject,
            "Doithoai-Sequence": str(sequence),
            "Doithoai-Delivered": "5",
            "Doithoai-Error": "ValueError: the department is unknown",
        }
        == dead.headers
    )


async def test_a_reason_in_vietnamese_can_be_read_on_the_parked_message(fresh: Servers, client: Client) -> None:
    consumes = Handlers("routing")

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None:
        raise ValueError("Không có lịch làm việc năm 2031")

    async with serving(fresh, consumes):
        await say(client, drafted())
        await settled(client)
    [dead] = await parked(client)
    assert unquote(dead.headers["Doithoai-Error"]) == "ValueError: Không có lịch làm việc năm 2031"


async def test_one_bad_message_keeps_nobody_waiting(fresh: Servers, client: Client) -> None:
    consumes, heard = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        if drafted.draft == 3:
            raise ValueError("never")
        heard.append(drafted.draft)

    async with serving(fresh, consumes):
        for number in range(1, 101):
            await say(client, drafted(number))
        await settled(client)
    assert sorted(heard) == [number for number in range(1, 101) if number != 3]
    assert len(await parked(client)) == 1


async def test_a_message_in_hand_goes_to_nobody_else_however_long_it_takes(fresh: Servers, client: Client) -> None:
    consumes, begun = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def take_your_time(drafted: routing.AnswerDrafted) -> None:
        begun.append(drafted.draft)
        await asyncio.sleep(1)

    async with serving(fresh, consumes, replace(HASTY, ack_wait=0.2)):
        await say(client, drafted())
        await settled(client)
    assert begun == [1]


UNREADABLE = [
    (b"not even JSON", "broken JSON"),
    (b"", "nothing at all"),
    (b"\xff\xfe\x00", "not text"),
    (b"[1, 2]", "JSON, but no envelope"),
    (message(drafted(), type="vn.doithoai.answer.whispered.v1"), "a type that no contract has"),
    (message(drafted(), data={"commune": COMMUNE}), "data that do not fit the contract"),
    (message(drafted(), data=drafted().model_dump(mode="json") | {"draft": "0912345678x"}), "one wrong value"),
    (message(drafted()).replace(b'"specversion":"1.0"', b'"specversion":"0.3"'), "another CloudEvents version"),
]


@pytest.mark.parametrize(("body", "because"), UNREADABLE, ids=[because for _, because in UNREADABLE])
async def test_what_cannot_be_read_is_parked_on_its_first_delivery(
    fresh: Servers, client: Client, body: bytes, because: str
) -> None:
    consumes, heard = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        heard.append(drafted.draft)

    async with serving(fresh, consumes):
        await client.jetstream().publish(drafted().subject, body, stream=EVENTS)
        await say(client, drafted(7))
        await settled(client)
    [dead] = await parked(client)
    assert (dead.body, dead.headers["Doithoai-Delivered"]) == (body, "1"), because
    assert dead.headers["Doithoai-Error"]
    assert "0912345678" not in str(dead.headers), "values may be personal data"
    assert heard == [7]


# A fact that comes before the one it rests on


async def test_a_fact_that_comes_too_early_waits_for_the_one_it_rests_on(fresh: Servers, client: Client) -> None:
    consumes, known, tries = Handlers("routing"), set[str](), list[int]()
    handled = asyncio.Event()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        tries.append(drafted.draft)
        if drafted.question not in known:
            raise TooEarly("the question is not here yet")
        handled.set()

    @consumes(routing.QuestionAssigned)
    async def learn(assigned: routing.QuestionAssigned) -> None:
        known.add(assigned.question)

    async with serving(fresh, consumes):
        await say(client, drafted())
        await until(lambda: _true_once(len(tries) > 2 * (HASTY.failing.tries or 0)))
        await say(client, of_question(routing.QuestionAssigned))
        await asyncio.wait_for(handled.wait(), TIME_LIMIT_S)
        await settled(client)
    assert not await parked(client)


async def _true_once(value: bool) -> bool:
    return value


async def test_a_fact_whose_ground_never_comes_is_parked_in_the_end(fresh: Servers, client: Client) -> None:
    consumes = Handlers("routing")

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None:
        raise TooEarly("the question is not here yet")

    async with serving(fresh, consumes, replace(HASTY, early=Pauses(0.01, 0.01, tries=6))):
        await say(client, drafted())
        await settled(client)
    [dead] = await parked(client)
    assert dead.headers["Doithoai-Error"] == "TooEarly: the question is not here yet"
    assert dead.headers["Doithoai-Delivered"] == "6"


def test_who_comes_too_early_is_waited_for_longer_than_a_dead_process_holds_its_messages() -> None:
    patience = Patience()
    assert patience.early.tries is not None
    assert sum(map(patience.early.after, range(1, patience.early.tries))) > 3_500
    assert patience.failing.tries is not None
    assert 25 < sum(map(patience.failing.after, range(1, patience.failing.tries))) < 60
    assert patience.waiting.tries is None


# Somebody is away


@pytest.mark.parametrize(
    "away",
    [
        AutoReconnect("connection closed"),
        ServerSelectionTimeoutError("no server"),
        ExecutionTimeout("too slow"),
        ConnectionRefusedError("broker away"),
        nats.errors.TimeoutError(),
        StaleSave("others were faster"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_while_something_is_away_a_message_waits_and_its_tries_are_not_used_up(
    fresh: Servers, client: Client, away: Exception
) -> None:
    """After the outage it has all its tries for errors, and for coming too early."""
    errors = (HASTY.failing.tries or 0) - 1
    ahead: list[Exception] = [*[away] * 15, *[TooEarly("")] * 5, *[ValueError("unlucky")] * errors]
    consumes, heard = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        if ahead:
            raise ahead.pop(0)
        heard.append(drafted.draft)

    async with serving(fresh, consumes):
        await say(client, drafted())
        await settled(client)
    assert heard == [1]
    assert not await parked(client)


@dataclass(frozen=True, slots=True)
class Matter:
    id: str
    commune: str = COMMUNE
    count: int = 0
    version: int = 0


@pytest.fixture(scope="module")
def breakable() -> Iterator[RunningSystem]:
    """NATS and a database that a test may kill."""
    with running(services=()) as system:
        yield system


async def test_while_the_database_is_down_nothing_is_parked_and_afterwards_everything_is_handled(
    breakable: RunningSystem,
) -> None:
    consumes, place = Handlers("routing"), breakable.addresses
    database = Database(place.mongo_url, "routing")
    matters = Store(database, "matters", Matter)

    @consumes(routing.AnswerDrafted)
    async def count(drafted: routing.AnswerDrafted) -> None:
        await matters.create(Matter(f"m{drafted.draft}", count=1), [])

    client = await nats.connect(place.nats_url)
    service = Service("routing", Settings(nats_url=place.nats_url, mongo_url=place.mongo_url))
    service.hears(consumes)
    async with started(service):
        breakable.kill("database")
        for number in range(1, 41):
            await say(client, drafted(number))
        await settled(client)
    assert len(await matters.find({})) == 40
    assert not await parked(client)
    await client.close()
    database.close()


# The same fact again


async def test_the_same_fact_again_changes_nothing_and_says_nothing(fresh: Servers, client: Client) -> None:
    received = submission_received(questions=(question(1), question(2, "Cấp sổ đỏ lần đầu cần giấy tờ gì?")))
    service = routing_app.build(settings_of(fresh))
    async with started(service):
        await say(client, of_dialogue(intake.DialogueAnnounced))
        for _ in range(3):
            await say(client, received)
        await settled(client)
        assert isinstance(service.outbox, Outbox)
        await service.outbox.drain()
        said = [envelope.type async for _, envelope in read(client, "event.routing.>")]
        assert said == [routing.QuestionAssigned.type] * 2
        assert (await client.jetstream().stream_info(EVENTS)).state.messages == 1 + 3 + 2


async def test_replicas_share_the_messages_and_each_is_handled_once(fresh: Servers, client: Client) -> None:
    heard: dict[str, list[int]] = {"one": [], "other": []}

    def replica(name: str) -> Handlers:
        consumes = Handlers("routing")

        @consumes(routing.AnswerDrafted)
        async def note(drafted: routing.AnswerDrafted) -> None:
            heard[name].append(drafted.draft)

        return consumes

    async with serving(fresh, replica("one")), serving(fresh, replica("other")):
        for number in range(1, 201):
            await say(client, drafted(number))
        await settled(client)
    assert sorted([*heard["one"], *heard["other"]]) == list(range(1, 201))
    assert heard["one"]
    assert heard["other"]


# How streams and consumers are kept


async def test_a_consumer_and_a_stream_of_another_configuration_are_mended(fresh: Servers, client: Client) -> None:
    consumes, heard = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        heard.append(drafted.draft)

    js = client.jetstream()
    await js.add_stream(StreamConfig(name=EVENTS, subjects=["event.>"], duplicate_window=7, max_age=3600))
    other = ConsumerConfig(
        durable_name="routing-note", filter_subject="event.routing.*.*.answer-returned", ack_wait=77, max_ack_pending=1
    )
    await js.add_consumer(EVENTS, other)
    async with serving(fresh, consumes):
        await say(client, drafted())
        await settled(client)
        stream, durable = await js.stream_info(EVENTS), await js.consumer_info(EVENTS, "routing-note")
    assert difference(streams(1)[0], stream.config) == set()
    assert difference(consumer("routing", consumes.listeners[0]), durable.config) == set()
    assert heard == [1]


async def test_what_is_as_it_must_be_is_left_alone(fresh: Servers, client: Client) -> None:
    consumes = Handlers("routing")

    @consumes(routing.AnswerDrafted, routing.AnswerReturned)
    async def note(_: Event) -> None: ...

    js = client.jetstream()
    await provision_streams(js, 1)
    await provision_consumers(js, consumes)
    for wanted in streams(1):
        assert difference(wanted, (await js.stream_info(wanted.name or "")).config) == set()
    durable = await js.consumer_info(EVENTS, "routing-note")
    assert difference(consumer("routing", consumes.listeners[0]), durable.config) == set()


async def test_without_its_consumer_a_service_says_that_it_is_not_ready(fresh: Servers, client: Client) -> None:
    consumes, heard = Handlers("routing"), list[int]()

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        heard.append(drafted.draft)

    async with serving(fresh, consumes) as service:
        await client.jetstream().delete_consumer(EVENTS, "routing-note")
        assert await why_not_ready(service) == "thiếu consumer: routing-note"
        await say(client, drafted())
        await provision_consumers(client.jetstream(), consumes)
        assert await why_not_ready(service) is None
        await settled(client)
    assert heard == [1], "and once somebody has made it again, nothing is missing"


async def test_a_start_that_fails_half_way_is_tried_again(fresh: Servers, client: Client) -> None:
    consumes, heard, failures = Handlers("routing"), list[int](), [TimeoutError(), AutoReconnect("gone again")]

    @consumes(routing.AnswerDrafted)
    async def note(drafted: routing.AnswerDrafted) -> None:
        heard.append(drafted.draft)

    async def fail_twice() -> None:
        if failures:
            raise failures.pop()

    service = Service("routing", settings_of(fresh), patience=HASTY)
    service.hears(consumes)
    service.at_start(fail_twice)
    async with started(service):
        await say(client, drafted())
        await settled(client)
    assert heard == [1]


async def test_why_a_service_does_not_start_is_told_without_addresses(fresh: Servers) -> None:
    service, again = Service("routing", settings_of(fresh)), asyncio.Event()

    async def fail() -> None:
        if service.why_not != "đang khởi động":
            again.set()
        raise ConnectionRefusedError(errno.ECONNREFUSED, "mongodb://doithoai:secret@10.0.0.5 refused")

    service.at_start(fail)
    async with service.app.router.lifespan_context(service.app):
        await again.wait()
        assert await why_not_ready(service) == "ConnectionRefusedError ECONNREFUSED"


async def test_a_request_that_comes_before_a_service_has_started_waits_for_it(fresh: Servers, client: Client) -> None:
    """It would find no clock, no index against duplicates, and nobody to publish what it saves."""
    service, may_start = Service("routing", settings_of(fresh)), asyncio.Event()
    service.at_start(may_start.wait)
    service.app.get("/page")(_nothing)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url="http://service") as http,
    ):
        early = asyncio.create_task(http.get("/page"))
        assert (await http.get("/healthz")).status_code == 200
        assert (await http.get("/readyz")).status_code == 503
        assert not early.done()
        may_start.set()
        assert (await early).status_code == 200


async def _nothing() -> None: ...


async def test_a_service_that_cannot_start_refuses_after_a_while() -> None:
    app = FastAPI()
    app.get("/page")(_nothing)
    app.add_middleware(HeldUntil, ready=asyncio.Event(), always=frozenset(), limit_s=0.01)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service") as http:
        answer = await http.get("/page")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert "đang khởi động" in answer.json()["detail"]


# Parked, and given back


async def test_a_parked_message_that_is_replayed_reaches_the_handler_that_had_failed_and_nobody_else(
    fresh: Servers, client: Client
) -> None:
    consumes, heard, mended = Handlers("routing"), list[str](), list[bool]()

    @consumes(routing.AnswerDrafted, routing.AnswerReturned)
    async def fail_first(_: Event) -> None:
        if not mended:
            raise ValueError("a mistake in the code")
        heard.append("fail-first")

    @consumes(routing.AnswerDrafted)
    async def listen_too(_: routing.AnswerDrafted) -> None:
        heard.append("listen-too")

    async with serving(fresh, consumes):
        await say(client, drafted())
        await settled(client)
        [dead] = await parked(client)
        mended.append(True)
        await client.jetstream().publish(f"replay.{dead.headers['Doithoai-Handler']}", dead.body, stream=EVENTS)
        await settled(client)
    assert heard == ["listen-too", "fail-first"]
    assert len(await parked(client)) == 1


async def test_what_fails_again_after_a_replay_is_parked_again(fresh: Servers, client: Client) -> None:
    consumes = Handlers("routing")

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None:
        raise ValueError("still wrong")

    async with serving(fresh, consumes):
        await say(client, drafted())
        await settled(client)
        await client.jetstream().publish("replay.routing-note", (await parked(client))[0].body, stream=EVENTS)
        await settled(client)
    first, second = await parked(client)
    assert first.body == second.body
    assert second.headers["Doithoai-Subject"] == "replay.routing-note"


# Commands


def approve(**changes: Any) -> routing.ApproveAnswer:
    known: dict[str, Any] = {"actor": actor(Role.CHAIRMAN), "key": "k", "question": "q"}
    return routing.ApproveAnswer(**known | changes)


def answering(error: Exception | None = None) -> Handlers:
    consumes = Handlers("routing")

    @consumes.command(routing.ApproveAnswer)
    async def approve_answer(command: routing.ApproveAnswer) -> Done | Refused:
        if error is not None:
            raise error
        return Done(version=1, state={"question": command.question})

    return consumes


async def test_a_command_is_answered(fresh: Servers, client: Client) -> None:
    async with serving(fresh, answering()):
        assert await send(client, approve()) == Done(version=1, state={"question": "q"})


@pytest.mark.parametrize(
    ("error", "code", "reason"),
    [
        (Refusal("not-now", "Xin chờ phòng chuyên môn."), "not-now", "Xin chờ phòng chuyên môn."),
        (AutoReconnect("connection closed"), "unavailable", "thử lại"),
        (StaleSave("others were faster"), "unavailable", "thử lại"),
        (nats.errors.TimeoutError(), "unavailable", "thử lại"),
        (RuntimeError("a mistake in the code"), "unavailable", "lỗi đã được ghi lại"),
    ],
)
async def test_a_command_that_cannot_be_carried_out_is_refused_with_a_reason(
    fresh: Servers, client: Client, error: Exception, code: str, reason: str
) -> None:
    async with serving(fresh, answering(error)):
        reply = await send(client, approve())
    assert isinstance(reply, Refused)
    assert reply.code == code
    assert reason in reply.reason


@pytest.mark.parametrize(
    ("body", "names", "because"),
    [
        (b"", "json", "nothing"),
        (b"{not json", "json", "broken JSON"),
        (b"{}", "actor", "nobody gives the command"),
        (approve().model_dump_json().replace('"q"', '"no.token*"').encode(), "question", "no id of a question"),
    ],
)
async def test_a_command_that_cannot_be_read_is_refused_and_the_field_is_named(
    fresh: Servers, client: Client, body: bytes, names: str, because: str
) -> None:
    async with serving(fresh, answering()):
        reply = Refused.model_validate_json((await client.request(approve().subject, body)).data)
    assert reply.code == "invalid"
    assert names in reply.reason, because
    assert "no.token*" not in reply.reason


async def test_a_command_in_the_name_of_another_commune_is_refused(fresh: Servers, client: Client) -> None:
    """What a connection may publish is decided by the subject; what is inside must not say otherwise."""
    async with serving(fresh, answering()):
        body = approve(actor=actor(Role.CHAIRMAN, commune="thanh-mai")).model_dump_json().encode()
        reply = Refused.model_validate_json((await client.request(approve().subject, body)).data)
    assert reply.code == "forbidden"


async def test_a_command_that_nobody_answers_is_refused_as_unavailable(fresh: Servers, client: Client) -> None:
    reply = await send(client, approve())
    assert isinstance(reply, Refused)
    assert (reply.code, "không hoạt động" in reply.reason) == ("unavailable", True)


async def test_a_command_that_is_not_answered_in_time_is_refused_and_may_be_sent_again(
    fresh: Servers, client: Client
) -> None:
    async def keep_silent(_: Any) -> None: ...

    await client.subscribe(routing.ApproveAnswer.everywhere(), cb=keep_silent)
    reply = await send(client, approve(), timeout=0.05)
    assert isinstance(reply, Refused)
    assert (reply.code, "không bị làm hai lần" in reply.reason) == ("unavailable", True)
