"""What Prometheus is told of every service. Names end with their unit; no label holds a case, a person or an address.

What one service alone has to tell stands in its own `metrics.py`.
"""

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]  # when each series began nobody asks

QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
"""Seconds. A page of the console may take 0.05, an answer to a citizen 0.25; a command is waited for 10."""

REQUESTS = Counter(
    "doithoai_http_requests_total", "HTTP requests by route template and status", ["method", "route", "status"]
)
REQUEST_SECONDS = Histogram(
    "doithoai_http_request_seconds",
    "Time from a request to the end of its answer; streams of news are left out",
    ["method", "route"],
    buckets=QUICK,
)

COMMANDS = Counter("doithoai_commands_total", "Commands answered, by what became of them", ["verb", "outcome"])
COMMAND_SECONDS = Histogram("doithoai_command_seconds", "Time to answer a command", ["verb"], buckets=QUICK)
UNANSWERED = Counter("doithoai_commands_unanswered_total", "Commands sent that a service left unanswered", ["listener"])

HANDLED = Counter("doithoai_messages_total", "Events by handler and what became of them", ["handler", "outcome"])
SECONDS = Histogram(
    "doithoai_handler_seconds",
    "Time in a handler",
    ["handler"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
PARKED = Counter("doithoai_parked_total", "Messages parked in DEADLETTERS", ["handler"])

PUBLISHED = Counter("doithoai_events_published_total", "Events confirmed by the stream, by their name", ["event"])
OUTBOX_BACKLOG = Gauge("doithoai_outbox_backlog", "Saves whose events the stream has not confirmed")
OUTBOX_OLDEST = Gauge(
    "doithoai_outbox_oldest_seconds", "Age of the oldest save left unpublished; 0 while there is none"
)

READY = Gauge("doithoai_ready", "1 while the service can do its work")
NATS_UP = Gauge("doithoai_nats_up", "1 while the service is connected to NATS")
DATABASE_UP = Gauge("doithoai_database_up", "1 while the service's database answers")
DATABASE_SECONDS = Gauge("doithoai_database_ping_seconds", "Time the database took to answer, when last asked")
SWEEP_LAG = Gauge(
    "doithoai_sweep_lag_seconds", "How long ago everything was done that time makes due, by the installation's clock"
)
