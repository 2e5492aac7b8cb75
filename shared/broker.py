"""NATS JetStream as this product uses it: streams and consumers as we want them, delivery that loses nothing.

FastStream carries the messages to the handlers; its defaults are trusted for nothing: streams and consumers are
provisioned here, and a middleware of our own decides what is acknowledged, delivered again or parked.
"""

import asyncio
import json
import random
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, Literal, Union
from urllib.parse import quote

from faststream import AckPolicy, BaseMiddleware, ContextRepo
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from faststream.nats.subscriber.usecases.stream_pull_subscriber import PullStreamSubscriber
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as ConsumerAck
from nats.js.api import ConsumerConfig, DeliverPolicy, DiscardPolicy, Header, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from shared import traces
from shared.commands import about
from shared.contracts import Command, Envelope, Event, Refusal, Refused, TooEarly, UnknownEvent
from shared.handlers import Answerer, Handlers, Listener, supplied
from shared.logs import in_short, logger
from shared.metrics import COMMAND_SECONDS, COMMANDS, HANDLED, PARKED, SECONDS
from shared.pulling import Pull
from shared.store import OUTAGES, Cause, StaleSave, cause

EVENTS, DEADLETTERS = "EVENTS", "DEADLETTERS"
FIRST = "Doithoai-First-"
"""Headers by which a message that was given back tells of the event itself; parked again, it keeps them."""
DUPLICATE_WINDOW = 120.0
ACK_WAIT = 10.0
"""Seconds without a sign of life after which a message goes to somebody else: whoever had it is dead."""
BATCH = 20
UNTIL_PROMPT_S = 0.05
LISTEN_S = 2.0
"""How long one request for messages stands; a broker that was killed has forgotten it."""

PLAIN = "".join(map(chr, range(32, 127))).replace("%", "")
"""What a header may carry as it is; clients read other letters each in their own way, so those come as in an URL."""

UNREADABLE = (ValidationError, UnknownEvent, json.JSONDecodeError, UnicodeDecodeError)
AWAY = (*OUTAGES, NatsError, OSError, asyncio.TimeoutError)

Outcome = Literal["done", "again", "parked"]
"""What became of a message that was delivered."""


def streams(replicas: int) -> list[StreamConfig]:
    """The streams of a province. Events are kept; the oldest are never dropped to make room."""
    common: dict[str, Any] = {
        "retention": RetentionPolicy.LIMITS,
        "storage": StorageType.FILE,
        "discard": DiscardPolicy.NEW,
        "num_replicas": replicas,
        "duplicate_window": DUPLICATE_WINDOW,
        "allow_direct": True,
    }
    return [
        StreamConfig(name=EVENTS, subjects=["event.>", "replay.>"], deny_delete=True, **common),
        StreamConfig(name=DEADLETTERS, subjects=["deadletter.>"], **common),
    ]


async def provision_streams(js: JetStreamContext, replicas: int) -> None:
    """Make the streams, or bring those that differ to what they must be.

    Raises:
        nats.js.errors.APIError: when a difference cannot be mended while the stream exists.
    """
    for wanted in streams(replicas):
        assert wanted.name
        try:
            present = (await js.stream_info(wanted.name)).config
        except NotFoundError:
            await js.add_stream(wanted)
            continue
        if differs := difference(wanted, present):
            logger().warning("stream-differs", stream=wanted.name, fields=sorted(differs))
            await js.update_stream(wanted)


def consumer(service: str, listener: Listener, ack_wait: float = ACK_WAIT) -> ConsumerConfig:
    """The durable pull consumer of one handler, shared by all replicas of the service.

    It also hears `replay.<handler>`, so that a parked message goes back to this handler alone.
    """
    return ConsumerConfig(
        name=listener.name,
        durable_name=listener.name,
        description=listener.does,
        filter_subjects=[*(event.everywhere() for event in listener.events), f"replay.{listener.name}"],
        ack_policy=ConsumerAck.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=ack_wait,
        max_deliver=-1,
        max_ack_pending=1_000,
        metadata={"service": service},
    )


async def provision_consumers(js: JetStreamContext, handlers: Handlers, ack_wait: float = ACK_WAIT) -> None:
    """Make each handler's consumer, or mend one whose configuration is another."""
    for listener in handlers.listeners:
        wanted = consumer(handlers.service, listener, ack_wait)
        try:
            present = (await js.consumer_info(EVENTS, listener.name)).config
        except NotFoundError:
            await js.add_consumer(EVENTS, wanted)
            continue
        if differs := difference(wanted, present):
            logger().warning("consumer-differs", consumer=listener.name, fields=sorted(differs))
            await js.add_consumer(EVENTS, wanted)


def difference(wanted: StreamConfig | ConsumerConfig, present: StreamConfig | ConsumerConfig | None) -> set[str]:
    """Fields that are asked for and are otherwise. The server adds fields of its own; those are its business."""
    asked = {field: value for field, value in vars(wanted).items() if value is not None and field != "metadata"}
    return {field for field, value in asked.items() if getattr(present, field, None) != value}


def subscribe(broker: NatsBroker, handlers: Handlers, provided: Mapping[str, Any]) -> None:
    """Let the broker carry events and commands to a service's handlers. Call before `broker.start()`.

    Args:
        provided: what the handlers ask for, by name.
    """
    for listener in handlers.listeners:
        broker.subscriber(
            listener.events[0].everywhere(),
            durable=listener.name,
            stream=JStream(EVENTS, declare=False),
            pull_sub=PullSub(batch_size=BATCH, timeout=UNTIL_PROMPT_S),
            config=ConsumerConfig(
                filter_subjects=[event.everywhere() for event in listener.events], ack_policy=ConsumerAck.EXPLICIT
            ),
            ack_policy=AckPolicy.MANUAL,
            decoder=_open_event,
            title=listener.name,
        )(supplied(listener.handle, Union[listener.events], provided))  # noqa: UP007 - made of a tuple
    for answerer in handlers.answerers:
        broker.subscriber(
            answerer.command.everywhere(),
            queue=handlers.service,
            decoder=_command_reader(answerer),
            title=answerer.command.verb,
        )(supplied(answerer.handle, answerer.command, provided))


async def pull_promptly(broker: NatsBroker, nats: Client) -> None:
    """Let every handler ask for its messages through `Pull`. Call after `broker.start()`, which asks in its own way."""
    for subscriber in broker.subscribers:
        if isinstance(subscriber, PullStreamSubscriber) and subscriber.subscription is not None:
            await subscriber.subscription.unsubscribe()
            subscriber.subscription = Pull(nats, EVENTS, subscriber.extra_options["durable"])  # type: ignore[assignment]
            subscriber.pull_sub.timeout = LISTEN_S


async def _open_event(message: Any) -> Event:
    envelope = Envelope.model_validate_json(message.body)
    event = envelope.open()
    cause.set(Cause(envelope.id, envelope.correlationid, envelope.traceparent))
    return event


def _command_reader(answerer: Answerer) -> Any:
    async def read(message: Any) -> Command:
        command = answerer.command.model_validate_json(message.body)
        if message.raw_message.subject != command.subject:
            raise Refusal("forbidden", "Lệnh được gửi nhân danh một xã khác.")
        cause.set(Cause(command.key, command.key))
        span = traces.current()
        for name, value in about(command).items():
            span.note(name, value)
        return command

    return read


@dataclass(frozen=True, slots=True)
class Pauses:
    """Seconds between the attempts at one message, doubling from `first` up to `longest`.

    tries: attempts after which it is parked; None: it is tried for as long as it takes.
    """

    first: float
    longest: float
    tries: int | None = None

    def after(self, failures: int) -> float:
        return min(self.first * 2.0 ** min(failures - 1, 20), self.longest)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a message is tried before a person must see to it.

    failing: its handler cannot cope with it; half a minute.
    early: the fact it rests on is on its way, perhaps behind a long backlog; an hour.
    waiting: the database or the broker is away.
    ack_wait: seconds without a sign of life.
    """

    failing: Pauses = Pauses(0.25, 30, tries=8)
    early: Pauses = Pauses(0.05, 10, tries=367)
    waiting: Pauses = Pauses(0.5, 30)
    ack_wait: float = ACK_WAIT


class Failures:
    """How often this process has tried a message in vain, and why.

    The broker's own count says less: it also goes up while the database is away and whenever a process dies, and would
    have a message parked at its first real error. A process that starts anew begins to count anew.
    """

    MOST = 10_000

    def __init__(self) -> None:
        self._counts: OrderedDict[tuple[str, int], Counter[Pauses]] = OrderedDict()

    def count(self, handler: str, sequence: int, pauses: Pauses) -> int:
        """One more; how many that makes of this kind."""
        counts = self._counts.setdefault((handler, sequence), Counter())
        counts[pauses] += 1
        self._counts.move_to_end((handler, sequence))
        if len(self._counts) > self.MOST:
            self._counts.popitem(last=False)
        return counts[pauses]

    def forget(self, handler: str, sequence: int) -> None:
        self._counts.pop((handler, sequence), None)


def delivery(patience: Patience) -> Callable[..., "Delivery"]:
    """The middleware of one process."""
    return partial(Delivery, patience=patience, failures=Failures())


class Delivery(BaseMiddleware[Any, Any]):
    """What becomes of a message: acknowledged, answered, delivered again after a pause, or parked.

    An event that cannot be read is parked at once. While the database or the broker is away the message waits and
    comes again for as long as it takes. Any other error is tried a few times, then the message is parked for a person.
    """

    def __init__(self, msg: Any, /, *, context: ContextRepo, patience: Patience, failures: Failures) -> None:
        super().__init__(msg, context=context)
        self._patience = patience
        self._failures = failures

    async def consume_scope(self, call_next: Any, msg: NatsMessage) -> Any:  # type: ignore[override]
        if msg.raw_message.reply.startswith("$JS.ACK"):
            return await self._event(call_next, msg)
        return await self._command(call_next, msg)

    async def _event(self, call_next: Any, msg: NatsMessage) -> None:
        metadata = msg.raw_message.metadata
        handler, sequence = str(metadata.consumer), metadata.sequence.stream
        token = cause.set(None)
        started = perf_counter()
        event: Event | None = None
        with suppress(Exception):  # what cannot be read says so again below; what can is read once
            event = await msg.decode()
        with (
            bound_contextvars(handler=handler, subject=msg.raw_message.subject, sequence=sequence),
            _signs_of_life(msg, self._patience.ack_wait / 3),
            _handling(handler, event, metadata.num_delivered) as span,
        ):
            try:
                outcome = await self._handled(call_next, msg, handler, span)
            finally:
                SECONDS.labels(handler).observe(perf_counter() - started)
                cause.reset(token)
            span.note("doithoai.outcome", outcome)
            HANDLED.labels(handler, outcome).inc()

    async def _handled(self, call_next: Any, msg: NatsMessage, handler: str, span: traces.Span) -> Outcome:
        try:
            await call_next(msg)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises must not lose the message
            span.failed(type(error).__qualname__)
            if isinstance(error, UNREADABLE):
                return await self._park(msg, handler, error)
            return await self._again_or_park(msg, handler, error, self._pauses(error))
        await msg.ack()
        self._failures.forget(handler, msg.raw_message.metadata.sequence.stream)
        return "done"

    def _pauses(self, error: Exception) -> Pauses:
        if isinstance(error, TooEarly):
            return self._patience.early
        return self._patience.waiting if isinstance(error, (*AWAY, StaleSave)) else self._patience.failing

    async def _again_or_park(self, msg: NatsMessage, handler: str, error: Exception, pauses: Pauses) -> Outcome:
        failures = self._failures.count(handler, msg.raw_message.metadata.sequence.stream, pauses)
        if pauses.tries is not None and failures >= pauses.tries:
            return await self._park(msg, handler, error)
        unexpected = error if pauses is self._patience.failing else None
        logger().warning("again", failures=failures, error=in_short(error), exc_info=unexpected)
        await msg.nack(delay=pauses.after(failures) * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
        return "again"

    async def _park(self, msg: NatsMessage, handler: str, error: Exception) -> Outcome:
        """Keep the message as it is, with what went wrong; give it up only once that is safe."""
        metadata = msg.raw_message.metadata
        js: JetStreamContext = self.context.get("js")
        await js.publish(
            f"deadletter.{handler.replace('-', '.', 1)}",
            msg.raw_message.data,
            stream=DEADLETTERS,
            timeout=10,
            headers={
                Header.MSG_ID: f"{metadata.stream}:{handler}:{metadata.sequence.stream}",
                "Doithoai-Handler": handler,
                "Doithoai-Subject": msg.raw_message.subject,
                "Doithoai-Sequence": str(metadata.sequence.stream),
                "Doithoai-Delivered": str(metadata.num_delivered),
                "Doithoai-Error": quote(_in_words(error), safe=PLAIN),
                **{name: told for name, told in (msg.raw_message.headers or {}).items() if name.startswith(FIRST)},
            },
        )
        await msg.reject()
        self._failures.forget(handler, metadata.sequence.stream)
        logger().error("parked", error=in_short(error))
        PARKED.labels(handler).inc()
        return "parked"

    async def _command(self, call_next: Any, msg: NatsMessage) -> Any:
        _, service, _, verb = msg.raw_message.subject.split(".")
        token = cause.set(None)
        sender = (msg.raw_message.headers or {}).get(traces.HEADER)
        with (
            bound_contextvars(handler=verb),
            COMMAND_SECONDS.labels(verb).time(),
            traces.span(f"{service}/{verb}", "server", parent=sender) as span,
        ):
            try:
                reply = await call_next(msg)
            except Refusal as refusal:
                reply = Refused(code=refusal.code, reason=refusal.reason)
            except UNREADABLE as error:
                reply = Refused(code="invalid", reason=f"Lệnh không hợp lệ: {_in_words(error)}")
            except (*AWAY, StaleSave) as error:
                logger().warning("unavailable", error=in_short(error))
                reply = Refused(
                    code="unavailable", reason="Hệ thống đang bận hoặc tạm gián đoạn. Xin thử lại sau ít phút."
                )
            except Exception as error:  # noqa: BLE001 - the sender gets an answer whatever happens
                logger().error("command-failed", exc_info=error)
                reply = Refused(code="unavailable", reason="Hệ thống gặp lỗi khi thực hiện lệnh; lỗi đã được ghi lại.")
            finally:
                cause.reset(token)
            outcome = reply.code if isinstance(reply, Refused) else "done"
            span.note("doithoai.outcome", outcome)
        COMMANDS.labels(verb, outcome).inc()
        return reply


def _handling(handler: str, event: Event | None, attempt: int) -> traces.Span:
    """Each attempt at an event is a child of what was saved when it came about, as its envelope says."""
    because = cause.get()
    traceparent = because.traceparent if because else None
    about = {
        "messaging.system": "nats",
        "messaging.operation.type": "process",
        "messaging.operation.name": "process",
        "messaging.destination.name": EVENTS,
        "messaging.consumer.group.name": handler,
        "messaging.message.id": because.id if because else None,
        "doithoai.event": event.name if event else None,
        "doithoai.commune": event.commune if event else None,
        "doithoai.case": event.case if event else None,
        "doithoai.attempt": attempt,
    }
    return traces.span(f"process {handler}", "consumer", about, parent=traceparent, links=[traceparent])


@contextmanager
def _signs_of_life(msg: NatsMessage, every: float) -> Iterator[None]:
    """Tell the broker now and then that the message is still in hand, however long its handler takes."""

    async def give() -> None:
        while True:
            with suppress(NatsError, OSError):
                await msg.in_progress()
            await asyncio.sleep(every)

    given: list[asyncio.Task[None]] = []  # most handlers are done before the first
    timer = asyncio.get_running_loop().call_later(every, lambda: given.append(asyncio.create_task(give())))
    try:
        yield
    finally:
        timer.cancel()
        for task in given:
            task.cancel()


def _in_words(error: Exception) -> str:
    """What was wrong and where, without the values: those may be personal data. One header line."""
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, found['loc']))}: {found['type']}" for found in error.errors())[:500]
    return f"{type(error).__name__}: {error}".replace("\n", " ").replace("\r", " ")[:500]


async def missing_consumers(nats: Client, handlers: Handlers) -> list[str]:
    """Handlers whose durable consumer is gone: they would be silent without knowing it."""
    js = nats.jetstream()
    missing = []
    for listener in handlers.listeners:
        try:
            await js.consumer_info(EVENTS, listener.name)
        except NotFoundError:
            missing.append(listener.name)
    return missing
