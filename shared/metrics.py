"""What Prometheus is told of every service."""

from prometheus_client import Counter, Gauge, Histogram

PUBLISHED = Counter("doithoai_events_published_total", "Events confirmed by the stream")
OUTBOX_BACKLOG = Gauge("doithoai_outbox_backlog", "Saves whose events the stream has not confirmed")
HANDLED = Counter("doithoai_messages_total", "Messages by handler and what became of them", ["handler", "outcome"])
SECONDS = Histogram(
    "doithoai_handler_seconds",
    "Time in a handler",
    ["handler"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
PARKED = Counter("doithoai_parked_total", "Messages parked in DEADLETTERS", ["handler"])
