"""What Prometheus is told of mails and letters."""

from prometheus_client import Counter, Gauge, Histogram

MAILS = Counter(
    "doithoai_mail_attempts_total",
    "Mails handed to the mail server, by what came of it and whose domain the first receiver's is",
    ["outcome", "domain"],
)
MAIL_SECONDS = Histogram(
    "doithoai_mail_seconds",
    "Time from asking for a connection until the mail server has answered",
    buckets=(0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
REPORTS = Counter("doithoai_mail_reports_total", "What mail servers report of mails that have left", ["action"])
LETTERS = Gauge("doithoai_letters", "Letters by commune and state", ["commune", "state"])
