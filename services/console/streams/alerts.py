"""What somebody must be told of: conditions with their thresholds, since when each holds, and what ended in a day.

Prometheus knows the same conditions by the same names (`deploy/grafana`); what to do about each stands in
`deploy/guide/van-hanh.md` under its name.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.console.streams.monitor import Handler, Stream

LAG = 100
"""Fewer events than this are worked off before anybody has read of them."""
OLDEST = timedelta(minutes=5)
UNPUBLISHED = timedelta(minutes=1)
VIEW_BEHIND = 500
NEARLY_FULL = 0.8
SWEEP_LATE = timedelta(minutes=2)
REFUSED = 3
"""Mails that failed within ten minutes, while none went out."""
BOUNCED_SHARE, BOUNCED_OF = 0.1, 20
"""A tenth of at least so many mails within an hour."""

A_DAY = timedelta(days=1)
MOST_KEPT = 500


@dataclass(frozen=True, slots=True)
class ServiceTold:
    """What the replicas of one service say of themselves, together.

    replicas: how many answered. expected: it has handlers, so somebody should. reason: why one is not ready.
    database_ms: the slowest database; None where it does not answer. swept_at: of the one that is furthest behind.
    unpublished_for: how long the oldest save waits that the stream has not confirmed.
    """

    name: str
    replicas: int = 0
    expected: bool = True
    reason: str = ""
    has_database: bool = True
    database_ms: float | None = 0.0
    unpublished_for: timedelta = timedelta()
    swept_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mails:
    """What became of mails within ten minutes, and within the hour. A bounced one was sent and failed."""

    sent: int = 0
    failed: int = 0
    hour_sent: int = 0
    hour_failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """The installation at one instant.

    at: real time, as the broker has it. clock: the installation's time, which a rehearsal moves.
    lag_before: of each handler, five minutes ago. oldest: since when the first event waits for a handler.
    parked: by handler. sync_always: None where the broker's settings cannot be read.
    """

    at: datetime
    clock: datetime | None = None
    nats: bool = True
    handlers: Sequence[Handler] = ()
    lag_before: Mapping[str, int] = field(default_factory=dict)
    oldest: Mapping[str, datetime] = field(default_factory=dict)
    parked: Mapping[str, int] = field(default_factory=dict)
    services: Sequence[ServiceTold] = ()
    streams: Sequence[Stream] = ()
    view_behind: int = 0
    view_trouble: str = ""
    mails: Mails = Mails()
    sync_always: bool | None = None


Finding = tuple[str, Mapping[str, str | int]]
"""What it is about (a handler, a service, a stream), and the values that its words name."""


@dataclass(frozen=True, slots=True)
class Condition:
    """name: the same in Prometheus. words: with places for the values. after: how long it must hold before it is told.

    urgent: somebody is woken at night; the others wait for the morning.
    """

    name: str
    words: str
    find: Callable[[Observed], Iterable[Finding]]
    after: timedelta = timedelta()
    urgent: bool = False


def _nats_away(seen: Observed) -> Iterator[Finding]:
    if not seen.nats:
        yield "NATS", {}


def _service_away(seen: Observed) -> Iterator[Finding]:
    for service in seen.services:
        if service.expected and not service.replicas:
            yield service.name, {"service": service.name}


def _service_not_ready(seen: Observed) -> Iterator[Finding]:
    for service in seen.services:
        if service.reason and (service.database_ms is not None or not service.has_database):
            yield service.name, {"service": service.name, "reason": service.reason}


def _database_away(seen: Observed) -> Iterator[Finding]:
    for service in seen.services:
        if service.replicas and service.has_database and service.database_ms is None:
            yield service.name, {"service": service.name}


def _handler_silent(seen: Observed) -> Iterator[Finding]:
    """Of a service that is away as a whole, the service is told of, not each of its handlers."""
    away = {service.name for service in seen.services if service.expected and not service.replicas}
    for handler in seen.handlers:
        if not handler.listening and handler.service not in away:
            yield handler.name, {"handler": handler.name, "lag": handler.lag}


def _lag_grows(seen: Observed) -> Iterator[Finding]:
    for handler in seen.handlers:
        before = seen.lag_before.get(handler.name)
        if before is not None and handler.lag >= LAG and handler.lag > before:
            yield handler.name, {"handler": handler.name, "lag": handler.lag, "before": before}


def _oldest_waits(seen: Observed) -> Iterator[Finding]:
    for handler, since in sorted(seen.oldest.items()):
        if (waited := seen.at - since) > OLDEST:
            yield handler, {"handler": handler, "minutes": int(waited / timedelta(minutes=1))}


def _parked(seen: Observed) -> Iterator[Finding]:
    for handler, number in sorted(seen.parked.items()):
        if number:
            yield handler, {"handler": handler, "number": number}


def _outbox_waits(seen: Observed) -> Iterator[Finding]:
    """Also of what can never be published, which no count of what is under way tells of."""
    for service in seen.services:
        if (waited := service.unpublished_for) > UNPUBLISHED:
            yield service.name, {"service": service.name, "minutes": int(waited / timedelta(minutes=1))}


def _view_behind(seen: Observed) -> Iterator[Finding]:
    if seen.view_behind > VIEW_BEHIND:
        yield "console", {"number": seen.view_behind}


def _view_not_written(seen: Observed) -> Iterator[Finding]:
    if seen.view_trouble:
        yield "console", {"reason": seen.view_trouble}


def _nearly_full(seen: Observed) -> Iterator[Finding]:
    for stream in seen.streams:
        if stream.used is not None and stream.used >= NEARLY_FULL:
            yield stream.name, {"stream": stream.name, "percent": round(stream.used * 100)}


def _copies_missing(seen: Observed) -> Iterator[Finding]:
    for stream in seen.streams:
        if stream.current < stream.replicas:
            yield stream.name, {"stream": stream.name, "current": stream.current, "replicas": stream.replicas}


def _sweep_late(seen: Observed) -> Iterator[Finding]:
    for service in seen.services:
        if seen.clock and service.swept_at and (late := seen.clock - service.swept_at) > SWEEP_LATE:
            yield service.name, {"service": service.name, "minutes": int(late / timedelta(minutes=1))}


def _mail_refused(seen: Observed) -> Iterator[Finding]:
    if seen.mails.failed >= REFUSED and not seen.mails.sent:
        yield "notify", {"number": seen.mails.failed}


def _mails_bounce(seen: Observed) -> Iterator[Finding]:
    wrong, of = seen.mails.hour_failed, max(seen.mails.hour_sent, seen.mails.hour_failed)
    if of >= BOUNCED_OF and wrong / of >= BOUNCED_SHARE:
        yield "notify", {"percent": round(100 * wrong / of), "of": of}


def _not_synced(seen: Observed) -> Iterator[Finding]:
    if seen.sync_always is False:
        yield "NATS", {}


CONDITIONS: Sequence[Condition] = (
    Condition(
        "NatsAway", "Mất kết nối NATS: sự kiện không đi đâu cả, lệnh chưa thực hiện được.", _nats_away, urgent=True
    ),
    Condition(
        "ServiceAway",
        "Dịch vụ %(service)s không trả lời; sự kiện của nó đang chờ.",
        _service_away,
        after=timedelta(seconds=30),
        urgent=True,
    ),
    Condition(
        "DatabaseAway",
        "Dịch vụ %(service)s không hỏi được cơ sở dữ liệu.",
        _database_away,
        after=timedelta(seconds=15),
        urgent=True,
    ),
    Condition(
        "ServiceNotReady",
        "Dịch vụ %(service)s chưa sẵn sàng: %(reason)s.",
        _service_not_ready,
        after=timedelta(minutes=1),
        urgent=True,
    ),
    Condition(
        "HandlerSilent",
        "Không ai nghe cho %(handler)s; %(lag)s sự kiện đang chờ.",
        _handler_silent,
        after=timedelta(seconds=30),
        urgent=True,
    ),
    Condition(
        "OldestWaits",
        "Sự kiện cũ nhất của %(handler)s đã chờ %(minutes)s phút.",
        _oldest_waits,
        urgent=True,
    ),
    Condition(
        "LagGrows",
        "%(handler)s làm không kịp: còn %(lag)s sự kiện, năm phút trước là %(before)s.",
        _lag_grows,
        after=timedelta(minutes=1),
    ),
    Condition("MessagesParked", "%(handler)s có %(number)s sự kiện bị giữ lại, chờ người xem.", _parked),
    Condition(
        "OutboxWaits",
        "Có thay đổi của %(service)s đã lưu %(minutes)s phút mà chưa báo được lên luồng.",
        _outbox_waits,
        after=timedelta(minutes=1),
        urgent=True,
    ),
    Condition(
        "ViewBehind",
        "Bàn làm việc còn %(number)s sự kiện chưa đọc; các trang chưa đầy đủ.",
        _view_behind,
        after=timedelta(minutes=1),
    ),
    Condition(
        "ViewNotWritten", "Bàn làm việc không ghi được dữ liệu hiển thị: %(reason)s.", _view_not_written, urgent=True
    ),
    Condition(
        "StreamNearlyFull",
        "Luồng %(stream)s đã dùng %(percent)s%% dung lượng; đầy thì không nhận thêm sự kiện.",
        _nearly_full,
        urgent=True,
    ),
    Condition(
        "CopiesMissing",
        "Luồng %(stream)s chỉ còn %(current)s trong %(replicas)s bản sao theo kịp.",
        _copies_missing,
        after=timedelta(minutes=1),
    ),
    Condition(
        "SweepLate",
        "%(service)s xử lý việc đến giờ chậm %(minutes)s phút: nhắc việc và thời hạn bị trễ.",
        _sweep_late,
        after=timedelta(seconds=30),
        urgent=True,
    ),
    Condition(
        "MailRefused",
        "Máy chủ thư từ chối: %(number)s thư không đi được trong mười phút, không thư nào đi.",
        _mail_refused,
    ),
    Condition("MailsBounce", "%(percent)s%% trong %(of)s thư một giờ qua không đến nơi.", _mails_bounce),
    Condition(
        "NotSynced", "NATS không ghi đĩa ngay (sync_interval): mất điện có thể mất sự kiện đã nhận.", _not_synced
    ),
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition that holds, or held. about: the handler, service or stream. until: None while it holds."""

    condition: Condition
    about: str
    values: Mapping[str, str | int]
    since: datetime
    until: datetime | None = None


class Alarms:
    """Remembers since when each condition holds, and what has ended within a day; in memory."""

    def __init__(self, conditions: Sequence[Condition] = CONDITIONS) -> None:
        self._conditions = conditions
        self._holding: dict[tuple[str, str], Alarm] = {}
        self._told: set[tuple[str, str]] = set()
        self._over: deque[Alarm] = deque(maxlen=MOST_KEPT)

    def note(self, seen: Observed) -> None:
        """Compare with what is so now."""
        holding: dict[tuple[str, str], Alarm] = {}
        for condition in self._conditions:
            for about, values in condition.find(seen):
                key = (condition.name, about)
                since = self._holding[key].since if key in self._holding else seen.at
                holding[key] = Alarm(condition, about, values, since)
                if seen.at - since >= condition.after:
                    self._told.add(key)
        for key in self._told - holding.keys():
            self._over.append(replace(self._holding[key], until=seen.at))
        self._told &= holding.keys()
        self._holding = holding
        while self._over and seen.at - (self._over[0].until or seen.at) > A_DAY:
            self._over.popleft()

    @property
    def now(self) -> list[Alarm]:
        """What holds long enough to be told, the urgent first, then as the table has them."""
        told = [alarm for key, alarm in self._holding.items() if key in self._told]
        return sorted(told, key=lambda alarm: not alarm.condition.urgent)

    @property
    def over(self) -> list[Alarm]:
        """What ended within a day, the latest first."""
        return list(self._over)[::-1]
