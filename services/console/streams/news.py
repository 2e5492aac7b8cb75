"""News for whoever has a page open: that something changed in the own commune, and in which cases. Nothing of what."""

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from services.console.view import Seen

HEARTBEAT_S = 10.0
GATHER_S = 0.3
"""What happens close together is told at once."""
LASTS_S = 60.0
"""A browser then connects again, through the door: a session that has ended ends its news."""
RETRY_MS = 1_000
MOST_CASES = 200


@dataclass(slots=True)
class _Page:
    """An open page, and what it has not been told yet. cut: there were more cases than are named."""

    changed: asyncio.Event = field(default_factory=asyncio.Event)
    cases: set[str] = field(default_factory=set)
    terms: bool = False
    cut: bool = False

    def take(self, events: Sequence[Seen]) -> None:
        for seen in events:
            self.terms = self.terms or seen.speaker == "deadlines"
            if len(self.cases) < MOST_CASES:
                self.cases.add(seen.case)
            else:
                self.cut = True
        self.changed.set()

    def told(self) -> dict[str, object]:
        news = {"cases": sorted(self.cases), "terms": self.terms, "cut": self.cut}
        self.changed.clear()
        self.cases, self.terms, self.cut = set(), False, False
        return news


class News:
    """Tells every open page of its own commune's changes; whoever is slow is told less often, of as much."""

    def __init__(self) -> None:
        self._pages: dict[str, list[_Page]] = defaultdict(list)

    def tell(self, events: Sequence[Seen]) -> None:
        """Called by the reader with what it has applied. Never waits."""
        if not self._pages:
            return
        of_commune: dict[str, list[Seen]] = defaultdict(list)
        for seen in events:
            of_commune[seen.commune].append(seen)
        for commune, some in of_commune.items():
            for page in self._pages.get(commune, ()):
                page.take(some)

    async def watch(
        self, commune: str, position: Callable[[], int], behind: Callable[[], int], lasts_s: float = LASTS_S
    ) -> AsyncIterator[bytes]:
        """An event stream as browsers read it.

        `news`: {"position", "behind", "cases", "terms", "cut"}; `beat`, every ten seconds and at first:
        {"position", "behind"}, where `behind` counts events that no page shows yet.
        """
        page, until = _Page(), asyncio.get_running_loop().time() + lasts_s
        self._pages[commune].append(page)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode() + _line("beat", position=position(), behind=behind())
            while (left := until - asyncio.get_running_loop().time()) > 0:
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(HEARTBEAT_S, left)):
                        await page.changed.wait()
                if page.changed.is_set():
                    await asyncio.sleep(GATHER_S)
                    yield _line("news", position=position(), behind=behind(), **page.told())
                else:
                    yield _line("beat", position=position(), behind=behind())
        finally:
            self._pages[commune].remove(page)
            if not self._pages[commune]:
                del self._pages[commune]


def _line(event: str, **told: object) -> bytes:
    return f"event: {event}\ndata: {json.dumps(told)}\n\n".encode()
