"""How many letters there are, and where: for whoever watches."""

from collections import Counter

from services.notify.metrics import LETTERS
from services.notify.posting.store import PrintRuns
from services.notify.store import Correspondences


async def count_letters(correspondences: Correspondences, runs: PrintRuns) -> None:
    """As they stand now: ready for a print run, in a closed run, posted, delivered, returned."""
    counted = Counter[tuple[str, str]]()
    async for commune, ready in correspondences.ready_letters():
        counted[commune, "ready"] += ready
    async for commune, letters, posted, delivered, returned in runs.fates():
        under_way = posted - delivered - returned
        states = {"closed": letters - posted, "posted": under_way, "delivered": delivered, "returned": returned}
        counted.update({(commune, state): max(number, 0) for state, number in states.items()})
    LETTERS.clear()
    for (commune, state), number in counted.items():
        LETTERS.labels(commune, state).set(number)
