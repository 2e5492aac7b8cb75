"""What Prometheus is told of terms."""

from prometheus_client import Gauge

from services.deadlines.deadline import OPEN
from services.deadlines.store import Deadlines

TERMS = Gauge("doithoai_terms_open", "Terms that are still owed, by commune and state", ["commune", "state"])


async def count_terms(deadlines: Deadlines) -> None:
    """As they stand now. A commune whose last late term was met says 0."""
    counted = await deadlines.open_by_state()
    communes = {commune for commune, _ in counted}
    TERMS.clear()
    for commune in communes:
        for state in OPEN:
            TERMS.labels(commune, state).set(counted.get((commune, state), 0))
