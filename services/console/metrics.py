"""What Prometheus is told of the console."""

from prometheus_client import Counter, Gauge

APPLIED = Counter("doithoai_view_events_total", "Events taken over into the console's view")
MALFORMED = Counter("doithoai_view_malformed_total", "Messages of the stream that could not be read")
FAILING = Gauge("doithoai_view_failing", "1 while the console's view cannot be written")
BEHIND = Gauge("doithoai_view_behind", "Messages of the stream that are not in the console's view yet")
