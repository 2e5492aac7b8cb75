"""What services, the broker and its disk say of themselves."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from time import monotonic
from typing import Any

from nats.aio.client import Client
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import AwareDatetime, BaseModel, ValidationError

GATHER_S = 0.3
"""How long replicas are waited for: nobody knows how many there are."""
SLOW_S = 2.5
"""How long, while a service has not answered at all: it looks for its database for up to two seconds."""


class Replica(BaseModel):
    """What one process answers on `health.<service>`; database_ms is None where it has none, or it does not answer.

    outbox: saves under way to the stream. outbox_oldest_s: how long the oldest waits that the stream has not confirmed.
    """

    service: str
    ready: bool = True
    reason: str | None = None
    database_ms: float | None = None
    outbox: int = 0
    outbox_oldest_s: float = 0.0
    memory_mb: float | None = None
    started_at: AwareDatetime | None = None
    swept_at: AwareDatetime | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """What the broker says on its monitoring port. sync_always: it writes to the disk before it confirms."""

    sync_always: bool
    storage: int
    most_storage: int
    memory: int
    most_memory: int
    connections: int
    slow_consumers: int
    started_at: datetime


@dataclass(frozen=True, slots=True)
class Broker:
    """The NATS server that this process talks to."""

    name: str
    version: str
    address: str
    max_payload: int


async def replicas(nats: Client, services: Sequence[str], wait_s: float = GATHER_S) -> dict[str, list[Replica]]:
    """Everybody who answers, by service. One that is there and waits for its database is given longer."""
    inbox = nats.new_inbox()
    subscription = await nats.subscribe(f"{inbox}.*")
    found: dict[str, list[Replica]] = {service: [] for service in services}
    silent = set(services)
    try:
        for service in services:
            await nats.publish(f"health.{service}", reply=f"{inbox}.{service}")
        begun = monotonic()
        while (left := begun + (SLOW_S if silent else wait_s) - monotonic()) > 0:
            with suppress(NatsTimeoutError):
                message = await subscription.next_msg(min(left, wait_s))
                silent.discard(message.subject.rsplit(".", 1)[-1])
                with suppress(ValidationError):  # the broker's own word that nobody is there
                    told = Replica.model_validate_json(message.data)
                    found.setdefault(told.service, []).append(told)
    finally:
        with suppress(Exception):
            await subscription.unsubscribe()
    return found


def broker(nats: Client) -> Broker:
    told: Mapping[str, Any] = nats._server_info
    address = nats.connected_url.netloc.rsplit("@", 1)[-1] if nats.connected_url else ""
    return Broker(
        str(told.get("server_name", "")),
        str(told.get("version", "")),
        address,
        int(told.get("max_payload", 0)),
    )


async def disk(monitor_url: str | None) -> Disk | None:
    """None where the monitoring port is not known or does not answer."""
    if not monitor_url:
        return None
    import httpx  # only where there is such a port

    try:
        async with httpx.AsyncClient(timeout=2) as http:
            told = (await http.get(f"{monitor_url.rstrip('/')}/varz")).json()
        config, stats = told["jetstream"]["config"], told["jetstream"]["stats"]
        return Disk(
            sync_always=bool(config.get("sync_always", False)),
            storage=stats["storage"],
            most_storage=config["max_storage"],
            memory=stats["memory"],
            most_memory=config["max_memory"],
            connections=told["connections"],
            slow_consumers=told["slow_consumers"],
            started_at=datetime.fromisoformat(told["start"]),
        )
    except (httpx.HTTPError, ValueError, KeyError):
        return None


def slowest(told: Sequence[Replica]) -> float | None:
    """Of the databases of one service's replicas; None where one does not answer."""
    times = [one.database_ms for one in told]
    return None if None in times else max((time for time in times if time is not None), default=None)


def furthest_behind(told: Sequence[Replica]) -> datetime | None:
    return min((one.swept_at for one in told if one.swept_at), default=None)
