"""What JetStream holds and who listens to it."""

from collections.abc import Sequence
from dataclasses import dataclass

from nats.js import JetStreamContext
from nats.js.api import ConsumerInfo

from shared.broker import DEADLETTERS, EVENTS

PAGE = 256


@dataclass(frozen=True, slots=True)
class Stream:
    """A stream. `size` in bytes; `first`, `last`: sequence numbers."""

    name: str
    messages: int
    size: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Handler:
    """The consumer of one handler.

    pending: events it has not been given yet. under_way: given and not acknowledged. redelivered: of those, given
    more than once. listening: a process is asking for messages, or busy with some.
    """

    name: str
    service: str
    pending: int
    under_way: int
    redelivered: int
    acknowledged: int
    listening: bool


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


async def streams(js: JetStreamContext) -> list[Stream]:
    """The product's streams first, then others."""
    found = [
        Stream(
            name=info.config.name or "",
            messages=info.state.messages,
            size=info.state.bytes,
            first=info.state.first_seq,
            last=info.state.last_seq,
        )
        for info in await js.streams_info()
    ]
    order = {EVENTS: 0, DEADLETTERS: 1}
    return sorted(found, key=lambda stream: (order.get(stream.name, 2), stream.name))


async def services(js: JetStreamContext) -> list[ServiceState]:
    """Each service that has handlers, and how far they are."""
    handlers = [_handler(info) for info in await _consumers(js) if info.config.durable_name]
    names = dict.fromkeys(("intake", "routing", "deadlines", "notify"))
    names |= dict.fromkeys(handler.service for handler in handlers)
    return [ServiceState(name, [one for one in handlers if one.service == name]) for name in names]


async def _consumers(js: JetStreamContext) -> list[ConsumerInfo]:
    found: list[ConsumerInfo] = []
    while True:
        page = await js.consumers_info(EVENTS, offset=len(found))
        found += page
        if len(page) < PAGE:
            return found


def _handler(info: ConsumerInfo) -> Handler:
    under_way = info.num_ack_pending or 0
    name = info.config.durable_name or info.name
    return Handler(
        name=name,
        service=(info.config.metadata or {}).get("service", name.split("-")[0]),
        pending=info.num_pending or 0,
        under_way=under_way,
        redelivered=info.num_redelivered or 0,
        acknowledged=info.ack_floor.stream_seq if info.ack_floor else 0,
        listening=bool(info.num_waiting) or under_way > 0,
    )
