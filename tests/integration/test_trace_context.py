"""A trace goes on where its messages go: through a crash, a second delivery, a command; and the log names it."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import traces
from shared.broker import provision_streams
from shared.cases import read
from shared.commands import send
from shared.contracts import Done, Envelope, Refusal, Refused, Role, routing
from shared.handlers import Handlers
from shared.logs import logger
from tests.builders import COMMUNE, actor
from tests.integration.test_delivery import drafted, message, say, serving, settled
from tests.integration.test_outbox import at_work, drained, make, outbox_of, process
from tests.servers import Servers

BEFORE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
_, TRACE, PARENT, _ = BEFORE.split("-")


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.record("routing", exporter)
    yield exporter
    traces.stop()


@pytest.fixture
async def client(fresh: Servers) -> AsyncIterator[Client]:
    client = await nats.connect(fresh.nats_url)
    await provision_streams(client.jetstream(), 1)
    yield client
    await client.close()


def named(recorded: InMemorySpanExporter, name: str) -> list[ReadableSpan]:
    traces.stop()
    return [span for span in recorded.get_finished_spans() if span.name == name]


def parent(span: ReadableSpan) -> str:
    assert span.parent is not None
    return f"{span.parent.span_id:016x}"


def ids(span: ReadableSpan) -> tuple[str, str]:
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}"


async def in_stream(client: Client) -> list[Envelope]:
    return [envelope async for _, envelope in read(client, "event.>")]


async def test_what_another_process_publishes_after_a_crash_belongs_to_the_trace_that_saved_it(
    fresh: Servers, client: Client, recorded: InMemorySpanExporter
) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        with traces.span("request", parent=BEFORE):
            await make(matters, "m")
    async with process(fresh.mongo_url) as (database, _), at_work(outbox_of(database, client)):
        await drained(database)
    [envelope] = await in_stream(client)
    [saved], [published] = named(recorded, "insert matters"), named(recorded, "publish answer-drafted")
    assert ids(saved)[0] == ids(published)[0] == TRACE
    assert envelope.traceparent == "-".join(("00", *ids(saved), "01"))
    assert (published.kind.name, parent(published)) == ("PRODUCER", ids(saved)[1])


async def test_what_was_saved_while_nobody_traced_begins_no_trace_when_it_is_published(
    fresh: Servers, client: Client
) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        await make(matters, "m")
    exporter = InMemorySpanExporter()
    traces.record("routing", exporter)
    async with process(fresh.mongo_url) as (database, _), at_work(outbox_of(database, client)):
        await drained(database)
    traces.stop()
    assert exporter.get_finished_spans() == ()
    assert [envelope.traceparent for envelope in await in_stream(client)] == [None]


async def test_each_attempt_at_an_event_is_a_span_of_its_own_in_the_trace_of_the_event(
    fresh: Servers, client: Client, recorded: InMemorySpanExporter, capsys: pytest.CaptureFixture[str]
) -> None:
    consumes, tried = Handlers("routing"), 0

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None:
        nonlocal tried
        tried += 1
        logger().info("trying")
        if tried == 1:
            raise RuntimeError("bà Mận, 0953000077")

    async with serving(fresh, consumes):
        event = drafted()
        await say(client, event, message(event, traceparent=BEFORE))
        await settled(client)
    first, second = named(recorded, "process routing-note")
    assert [ids(span)[0] for span in (first, second)] == [TRACE, TRACE]
    assert [parent(span) for span in (first, second)] == [PARENT, PARENT]
    assert [f"{link.context.span_id:016x}" for link in first.links] == [PARENT]
    told: list[dict[str, Any]] = [dict(span.attributes or {}) for span in (first, second)]
    assert [one["doithoai.attempt"] for one in told] == [1, 2]
    assert [one["doithoai.outcome"] for one in told] == ["again", "done"]
    assert [one.get("error.type") for one in told] == ["RuntimeError", None]
    assert "Mận" not in first.to_json()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"trying"' in line]
    assert [(line["trace_id"], line["span_id"]) for line in lines] == [ids(first), ids(second)]


async def test_what_cannot_be_read_is_told_with_the_handler_that_parked_it(
    fresh: Servers, client: Client, recorded: InMemorySpanExporter
) -> None:
    consumes = Handlers("routing")

    @consumes(routing.AnswerDrafted)
    async def note(_: routing.AnswerDrafted) -> None: ...

    async with serving(fresh, consumes):
        await say(client, drafted(), b"{")
        await settled(client)
    [span] = named(recorded, "process routing-note")
    assert dict(span.attributes or {})["doithoai.outcome"] == "parked"
    assert span.parent is None


@pytest.mark.parametrize(("refused", "outcome"), [(False, "done"), (True, "not-now")])
async def test_a_command_is_answered_in_the_trace_of_whoever_sent_it(
    fresh: Servers, client: Client, recorded: InMemorySpanExporter, refused: bool, outcome: str
) -> None:
    consumes = Handlers("routing")

    @consumes.command(routing.ApproveAnswer)
    async def approve(_: routing.ApproveAnswer) -> Done | Refused:
        if refused:
            raise Refusal("not-now", "Bà Mận chưa đồng ý.")
        return Done(version=1, state={})

    async with serving(fresh, consumes):
        with traces.span("page", parent=BEFORE):
            await send(client, routing.ApproveAnswer(actor=actor(Role.CHAIRMAN), key="k", question="q"))
    asked, answered = named(recorded, "routing/approve-answer")[::-1]
    assert (asked.kind.name, answered.kind.name) == ("CLIENT", "SERVER")
    [page] = named(recorded, "page")
    assert (parent(page), parent(asked), parent(answered)) == (PARENT, ids(page)[1], ids(asked)[1])
    for span in (asked, answered):
        told = dict(span.attributes or {})
        assert (told["doithoai.outcome"], told["doithoai.commune"]) == (outcome, COMMUNE)
        assert span.status.is_unset
        assert "Mận" not in span.to_json()


async def test_a_store_tells_to_which_trace_the_latest_event_belongs_that_said_something(
    fresh: Servers, recorded: InMemorySpanExporter
) -> None:
    async with process(fresh.mongo_url) as (_, matters):
        with traces.span("request", parent=BEFORE):
            await make(matters, "m")
        assert (await matters.traceparent("m", draft=1) or "").split("-")[1] == TRACE
        assert await matters.traceparent("m", draft=7) is None
        assert await matters.traceparent("nobody") is None
        traces.stop()
        assert await matters.traceparent("m") is None, "nobody asks the database while nobody traces"
