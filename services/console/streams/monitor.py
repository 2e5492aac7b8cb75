"""What JetStream holds and who listens to it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from nats.aio.client import Client

from shared.broker import DEADLETTERS, EVENTS
from shared.contracts import EVENTS as CONTRACTS
from shared.contracts import SERVICES

PATIENCE_S = 2.0
API = "$JS.API"
NO_CONSUMER = 10014


class Away(Exception):
    """JetStream says that it cannot. code: its own for why."""

    names_nobody = True

    def __init__(self, what: str, code: int = 0) -> None:
        super().__init__(f"{what}: {code}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream. `size` in bytes; `first`, `last`: sequence numbers. most_bytes, most_messages: 0 where it has no limit.

    current: copies that are up to date, of `replicas` that are kept.
    """

    name: str
    messages: int
    size: int
    first: int
    last: int
    first_at: datetime | None = None
    last_at: datetime | None = None
    most_bytes: int = 0
    most_messages: int = 0
    replicas: int = 1
    current: int = 1
    leader: str = ""

    @property
    def used(self) -> float | None:
        """The part of its limits that is taken; None where it has none."""
        parts = [
            taken / most for taken, most in ((self.size, self.most_bytes), (self.messages, self.most_messages)) if most
        ]
        return max(parts, default=None)


@dataclass(frozen=True, slots=True)
class Handler:
    """The consumer of one handler.

    hears: events that reach it, as `(speaker, name)`.
    pending: events it has not been given yet. under_way: given and not acknowledged. redelivered: of those, given
    more than once. delivered: how often it was given one. acknowledged: up to here everything is done.
    waiting: requests for messages that stand open, one for each idle replica.
    """

    name: str
    service: str
    pending: int = 0
    under_way: int = 0
    redelivered: int = 0
    delivered: int = 0
    acknowledged: int = 0
    waiting: int = 0
    paused: bool = False
    filters: tuple[str, ...] = ()

    @property
    def lag(self) -> int:
        return self.pending + self.under_way

    @property
    def listening(self) -> bool:
        """A process asks for messages, or is busy with some."""
        return self.waiting > 0 or self.under_way > 0

    @property
    def hears(self) -> tuple[tuple[str, str], ...]:
        return _heard_through(self.filters)


@dataclass(frozen=True, slots=True)
class ServiceState:
    """What the handlers of one service tell of it. `silent`: names of those that nobody listens for."""

    name: str
    handlers: Sequence[Handler]

    @property
    def pending(self) -> int:
        return sum(handler.pending for handler in self.handlers)

    @property
    def under_way(self) -> int:
        return sum(handler.under_way for handler in self.handlers)

    @property
    def redelivered(self) -> int:
        return sum(handler.redelivered for handler in self.handlers)

    @property
    def lag(self) -> int:
        return self.pending + self.under_way

    @property
    def silent(self) -> list[str]:
        return [handler.name for handler in self.handlers if not handler.listening]


@dataclass(frozen=True, slots=True)
class Account:
    """What JetStream uses of what it may, in bytes; `most_*` is 0 where nobody has set a limit."""

    memory: int
    storage: int
    most_memory: int
    most_storage: int


async def streams(nats: Client) -> list[Stream]:
    """The product's streams first, then others."""
    found = [read_stream(one) for one in await _all(nats, "STREAM.LIST", "streams")]
    order = {EVENTS: 0, DEADLETTERS: 1}
    return sorted(found, key=lambda stream: (order.get(stream.name, 2), stream.name))


async def handlers(nats: Client) -> list[Handler]:
    """Every durable consumer of the events, by name."""
    found = await _all(nats, f"CONSUMER.LIST.{EVENTS}", "consumers")
    return sorted(
        (read_handler(one) for one in found if one["config"].get("durable_name")), key=lambda handler: handler.name
    )


async def parked_by_handler(nats: Client) -> dict[str, int]:
    """How many messages are parked, by the handler that could not cope with them."""
    told = await ask(nats, f"STREAM.INFO.{DEADLETTERS}", {"subjects_filter": "deadletter.>"})
    counts: Mapping[str, int] = told["state"].get("subjects") or {}
    return {subject.removeprefix("deadletter.").replace(".", "-", 1): number for subject, number in counts.items()}


async def account(nats: Client) -> Account:
    told = await ask(nats, "INFO", {})
    limits = told.get("limits", {})
    return Account(
        told.get("memory", 0),
        told.get("storage", 0),
        max(0, limits.get("max_memory", 0)),
        max(0, limits.get("max_storage", 0)),
    )


def services(found: Sequence[Handler]) -> list[ServiceState]:
    """Each service that has handlers, and how far they are."""
    names = dict.fromkeys([*SERVICES, *(handler.service for handler in found)])
    return [ServiceState(name, [one for one in found if one.service == name]) for name in names]


async def ask(nats: Client, what: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """One question to JetStream, read as it comes: a page of consumers as nats-py's objects costs three times as much.

    Raises:
        Away: it says that it cannot.
        nats.errors.Error: no answer came.
    """
    answer = await nats.request(f"{API}.{what}", json.dumps(request).encode(), timeout=PATIENCE_S)
    told: dict[str, Any] = json.loads(answer.data)
    if error := told.get("error"):
        raise Away(what, error.get("err_code", error.get("code", 0)))
    return told


async def _all(nats: Client, what: str, key: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    found: list[dict[str, Any]] = []
    while True:
        page = await ask(nats, what, {"offset": len(found)})
        found += page.get(key) or []
        if not page.get(key) or len(found) >= page["total"]:
            return found


def read_stream(info: Mapping[str, Any]) -> Stream:
    state, config, cluster = info["state"], info["config"], info.get("cluster") or {}
    peers = cluster.get("replicas") or []
    return Stream(
        name=config["name"],
        messages=state["messages"],
        size=state["bytes"],
        first=state["first_seq"],
        last=state["last_seq"],
        first_at=_instant(state.get("first_ts")),
        last_at=_instant(state.get("last_ts")),
        most_bytes=max(0, config.get("max_bytes", 0)),
        most_messages=max(0, config.get("max_msgs", 0)),
        replicas=config.get("num_replicas", 1),
        current=1 + sum(1 for peer in peers if peer.get("current") and not peer.get("offline")),
        leader=cluster.get("leader", ""),
    )


def read_handler(info: Mapping[str, Any]) -> Handler:
    config = info["config"]
    name = config.get("durable_name") or info["name"]
    return Handler(
        name=name,
        service=(config.get("metadata") or {}).get("service", name.split("-")[0]),
        pending=info.get("num_pending", 0),
        under_way=info.get("num_ack_pending", 0),
        redelivered=info.get("num_redelivered", 0),
        delivered=(info.get("delivered") or {}).get("consumer_seq", 0),
        acknowledged=(info.get("ack_floor") or {}).get("stream_seq", 0),
        waiting=info.get("num_waiting", 0),
        paused=bool(info.get("paused")),
        filters=tuple(config.get("filter_subjects") or filter(None, [config.get("filter_subject")])),
    )


@lru_cache(maxsize=1_000)
def _heard_through(filters: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Asked again and again of the same filters: a picture asks all of them."""
    return tuple(
        (event.speaker, event.name)
        for event in CONTRACTS.values()
        if any(_matches(one, event.everywhere()) for one in filters)
    )


def _matches(filter_subject: str, subject: str) -> bool:
    """Whether messages of `subject` come through the filter; both may hold `*`."""
    wanted, given = filter_subject.split("."), subject.split(".")
    for number, part in enumerate(wanted):
        if part == ">":
            return len(given) > number
        if number >= len(given) or part not in ("*", given[number]):
            return False
    return len(wanted) == len(given)


def _instant(told: str | None) -> datetime | None:
    """An empty stream says the year 1."""
    if not told or told.startswith("0001"):
        return None
    return datetime.fromisoformat(told)
