"""What Prometheus is told of streams and handlers: what the operators' pages see, told when it is asked for."""

from collections.abc import Iterator

from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from services.console.streams.health import Disk
from services.console.streams.watch import Snapshot, Watch


class Figures(Collector):
    """Nothing while the broker is away: a figure of before would be told as one of now."""

    def __init__(self) -> None:
        self.watch: Watch | None = None

    def collect(self) -> Iterator[GaugeMetricFamily]:
        if self.watch is not None and self.watch.latest.connected:
            yield from _of_handlers(self.watch.latest)
            yield from _of_streams(self.watch.latest)
            yield _of_disk(self.watch.disk)


FIGURES = Figures()
"""One for the process, as Prometheus wants it; it tells what the latest `Watch` sees."""
REGISTRY.register(FIGURES)


def _of_disk(disk: Disk | None) -> GaugeMetricFamily:
    """Without a sample where the broker's settings cannot be read."""
    missing = GaugeMetricFamily(
        "doithoai_nats_sync_missing", "1 where the broker confirms an event before it is on the disk"
    )
    if disk is not None:
        missing.add_metric([], 0 if disk.sync_always else 1)
    return missing


def _of_handlers(seen: Snapshot) -> Iterator[GaugeMetricFamily]:
    pending = GaugeMetricFamily(
        "doithoai_handler_pending", "Events that a handler has not been given yet", labels=["handler"]
    )
    under_way = GaugeMetricFamily(
        "doithoai_handler_under_way", "Events given to a handler and not acknowledged", labels=["handler"]
    )
    redelivered = GaugeMetricFamily(
        "doithoai_handler_redelivered", "Of the events under way, those given more than once", labels=["handler"]
    )
    listening = GaugeMetricFamily(
        "doithoai_handler_listening", "1 while a process asks for the handler's events", labels=["handler"]
    )
    oldest = GaugeMetricFamily(
        "doithoai_handler_oldest_seconds", "Age of the oldest event that a handler has not done", labels=["handler"]
    )
    parked = GaugeMetricFamily(
        "doithoai_handler_parked", "Messages of a handler that lie in DEADLETTERS", labels=["handler"]
    )
    for handler in seen.handlers:
        pending.add_metric([handler.name], handler.pending)
        under_way.add_metric([handler.name], handler.under_way)
        redelivered.add_metric([handler.name], handler.redelivered)
        listening.add_metric([handler.name], handler.listening)
        since = seen.oldest.get(handler.name)
        oldest.add_metric([handler.name], max(0.0, (seen.at - since).total_seconds()) if since else 0.0)
        parked.add_metric([handler.name], seen.parked.get(handler.name, 0))
    yield from (pending, under_way, redelivered, listening, oldest, parked)


def _of_streams(seen: Snapshot) -> Iterator[GaugeMetricFamily]:
    messages = GaugeMetricFamily("doithoai_stream_messages", "Messages that a stream holds", labels=["stream"])
    size = GaugeMetricFamily("doithoai_stream_bytes", "Bytes that a stream holds", labels=["stream"])
    used = GaugeMetricFamily(
        "doithoai_stream_used_ratio",
        "The part of a stream's limits that is taken; 0 without a limit",
        labels=["stream"],
    )
    missing = GaugeMetricFamily(
        "doithoai_stream_copies_missing", "Copies of a stream that are not up to date", labels=["stream"]
    )
    for stream in seen.streams:
        messages.add_metric([stream.name], stream.messages)
        size.add_metric([stream.name], stream.size)
        used.add_metric([stream.name], stream.used or 0.0)
        missing.add_metric([stream.name], stream.replicas - stream.current)
    yield from (messages, size, used, missing)
