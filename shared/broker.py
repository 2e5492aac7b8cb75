"""NATS JetStream as this product uses it: streams and consumers as we want them, delivery that loses nothing.

FastStream carries the messages to the handlers; its defaults are trusted for nothing: streams and consumers are
provisioned here, and a middleware of our own decides what is acknowledged, delivered again or parked.
"""

import asyncio
import json
import random
from time import perf_counter
from typing import Any

from faststream import AckPolicy, BaseMiddleware
from faststream.nats import JStream, NatsBroker, NatsMessage, PullSub
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as ConsumerAck
from nats.js.api import ConsumerConfig, DeliverPolicy, DiscardPolicy, Header, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from pydantic import ValidationError
from structlog.contextvars import bound_contextvars

from shared.contracts import Command, Envelope, Event, Refusal, Refused, TooEarly, UnknownEvent
from shared.handlers import Answerer, Handlers, Listener
from shared.logs import in_short, logger
from shared.metrics import HANDLED, PARKED, SECONDS
from shared.store import OUTAGES, Cause, StaleSave, cause

EVENTS, DEADLETTERS = "EVENTS", "DEADLETTERS"
DUPLICATE_WINDOW = 120.0
ACK_WAIT = 30.0
BATCH = 20
TRIES = 8
"""Deliveries after which a message that its handler cannot cope with is parked: about a minute."""

UNREADABLE = (ValidationError, UnknownEvent, json.JSONDecodeError, UnicodeDecodeError)
AWAY = (*OUTAGES, NatsError, OSError, asyncio.TimeoutError)


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


def consumer(service: str, listener: Listener) -> ConsumerConfig:
    """The durable pull consumer of one handler, shared by all replicas of the service.

    It also hears `replay.<handler>`, so that a parked message goes back to this handler alone.
    """
    return ConsumerConfig(
        name=listener.name,
        durable_name=listener.name,
        filter_subjects=[*(event.everywhere() for event in listener.events), f"replay.{listener.name}"],
        ack_policy=ConsumerAck.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=ACK_WAIT,
        max_deliver=-1,
        max_ack_pending=1_000,
        metadata={"service": service},
    )


async def provision_consumers(js: JetStreamContext, handlers: Handlers) -> None:
    """Make each handler's consumer, or mend one whose configuration is another."""
    for listener in handlers.listeners:
        wanted = consumer(handlers.service, listener)
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


def subscribe(broker: NatsBroker, handlers: Handlers) -> None:
    """Let the broker carry events and commands to a service's handlers. Call before `broker.start()`."""
    for listener in handlers.listeners:
        broker.subscriber(
            listener.events[0].everywhere(),
            durable=listener.name,
            stream=JStream(EVENTS, declare=False),
            pull_sub=PullSub(batch_size=BATCH, timeout=5),
            config=ConsumerConfig(
                filter_subjects=[event.everywhere() for event in listener.events], ack_policy=ConsumerAck.EXPLICIT
            ),
            ack_policy=AckPolicy.MANUAL,
            decoder=_open_event,
            title=listener.name,
        )(listener.handle)
    for answerer in handlers.answerers:
        broker.subscriber(
            answerer.command.everywhere(),
            queue=handlers.service,
            decoder=_command_reader(answerer),
            title=answerer.command.verb,
        )(answerer.handle)


async def _open_event(message: Any) -> Event:
    envelope = Envelope.model_validate_json(message.body)
    event = envelope.open()
    cause.set(Cause(envelope.id, envelope.correlationid))
    return event


def _command_reader(answerer: Answerer) -> Any:
    async def read(message: Any) -> Command:
        command = answerer.command.model_validate_json(message.body)
        if message.raw_message.subject != command.subject:
            raise Refusal("forbidden", "Lệnh được gửi nhân danh một xã khác.")
        cause.set(Cause(command.key, command.key))
        return command

    return read


class Delivery(BaseMiddleware[Any, Any]):
    """What becomes of a message: acknowledged, answered, delivered again after a pause, or parked.

    An event that cannot be read is parked at once. While the database or the broker is away the message waits and
    comes again for as long as it takes. Any other error is tried 8 times, then the message is parked for a person.
    """

    async def consume_scope(self, call_next: Any, msg: NatsMessage) -> Any:  # type: ignore[override]
        if msg.raw_message.reply.startswith("$JS.ACK"):
            return await self._event(call_next, msg)
        return await self._command(call_next, msg)

    async def _event(self, call_next: Any, msg: NatsMessage) -> None:
        metadata = msg.raw_message.metadata
        handler = str(metadata.consumer)
        token = cause.set(None)
        started = perf_counter()
        with bound_contextvars(handler=handler, subject=msg.raw_message.subject, sequence=metadata.sequence.stream):
            try:
                await call_next(msg)
            except UNREADABLE as error:
                await self._park(msg, handler, error)
            except TooEarly as error:
                await self._again_or_park(msg, handler, error, pause=0.05)
            except (*AWAY, StaleSave) as error:
                logger().warning("waiting", error=in_short(error))
                await self._again(msg, handler, pause=0.5)
            except Exception as error:  # noqa: BLE001 - whatever a handler raises must not lose the message
                await self._again_or_park(msg, handler, error, pause=0.25)
            else:
                await msg.ack()
                HANDLED.labels(handler, "done").inc()
            finally:
                SECONDS.labels(handler).observe(perf_counter() - started)
                cause.reset(token)

    async def _again_or_park(self, msg: NatsMessage, handler: str, error: Exception, pause: float) -> None:
        if msg.raw_message.metadata.num_delivered >= TRIES:
            await self._park(msg, handler, error)
            return
        logger().warning("again", error=in_short(error), exc_info=None if isinstance(error, TooEarly) else error)
        await self._again(msg, handler, pause)

    async def _again(self, msg: NatsMessage, handler: str, pause: float) -> None:
        delay = min(pause * 2 ** min(msg.raw_message.metadata.num_delivered - 1, 10), 30)
        await msg.nack(delay=delay * random.uniform(0.8, 1.2))  # noqa: S311 - jitter, not a secret
        HANDLED.labels(handler, "again").inc()

    async def _park(self, msg: NatsMessage, handler: str, error: Exception) -> None:
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
                "Doithoai-Error": _in_words(error),
            },
        )
        await msg.reject()
        logger().error("parked", error=_in_words(error))
        HANDLED.labels(handler, "parked").inc()
        PARKED.labels(handler).inc()

    async def _command(self, call_next: Any, msg: NatsMessage) -> Any:
        verb = msg.raw_message.subject.rsplit(".", 1)[-1]
        token = cause.set(None)
        with bound_contextvars(handler=verb):
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
        HANDLED.labels(verb, getattr(reply, "outcome", "done")).inc()
        return reply


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
