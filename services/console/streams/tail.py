"""The live tail: what happens now, as server-sent events, with nothing in it of what people said or who they are."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.console.event_words import event_name
from services.console.streams.news import LASTS_S
from services.console.streams.spoken import service_name
from services.console.view import Seen
from shared.web import HANOI

LONGEST_QUEUE = 2_000
HEARTBEAT_S = 10.0
RETRY_MS = 1_000
TOKEN = re.compile("[A-Za-z0-9_-]{1,64}")
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events a viewer wants to see; None: any."""

    commune: str | None = None
    name: str | None = None
    case: str | None = None
    speaker: str | None = None

    def __call__(self, seen: Seen) -> bool:
        return (
            self.commune in (None, seen.commune)
            and self.name in (None, seen.name)
            and self.case in (None, seen.case)
            and self.speaker in (None, seen.speaker)
        )

    @property
    def subject(self) -> str:
        """The subjects of these events, as the stream is asked for them."""
        return ".".join(("event", *(part or "*" for part in (self.speaker, self.commune, self.case, self.name))))


def wanted(commune: str = "", name: str = "", case: str = "", speaker: str = "") -> Wanted:
    """From what stands in an address; nothing matches what cannot be part of a subject."""
    parts = ((part if TOKEN.fullmatch(part) else NOTHING) if part else None for part in (commune, name, case, speaker))
    return Wanted(*parts)


class Tail:
    """Hands on what the reader has applied to whoever watches."""

    def __init__(self) -> None:
        self._viewers: set[asyncio.Queue[Seen | None]] = set()

    def tell(self, events: Sequence[Seen]) -> None:
        """Never waits: a viewer who does not keep up is cut off, connects again and catches up from where he was."""
        for queue in list(self._viewers):
            try:
                for seen in events:
                    queue.put_nowait(seen)
            except asyncio.QueueFull:
                self._viewers.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)

    async def watch(
        self, wanted: Wanted, earlier: Callable[[], Sequence[Seen]], lasts_s: float = LASTS_S
    ) -> AsyncIterator[bytes]:
        """An event stream as browsers read it: `earlier` first, then what comes, each with its position as id.

        It ends after a while: the browser comes again through the door, says what it saw last, and misses nothing.
        """
        queue: asyncio.Queue[Seen | None] = asyncio.Queue(LONGEST_QUEUE)
        until = asyncio.get_running_loop().time() + lasts_s
        self._viewers.add(queue)
        try:
            yield f"retry: {RETRY_MS}\n\n".encode()
            position = 0
            for seen in await asyncio.to_thread(earlier):
                position = seen.position
                if wanted(seen):
                    yield _line(seen)
            while (left := until - asyncio.get_running_loop().time()) > 0:
                next_one: Seen | None = None
                with suppress(TimeoutError):
                    async with asyncio.timeout(min(HEARTBEAT_S, left)):
                        next_one = await queue.get()
                        if next_one is None:
                            return
                if next_one is None:
                    yield b": still here\n\n"
                elif next_one.position > position and wanted(next_one):
                    yield _line(next_one)
        finally:
            self._viewers.discard(queue)


def shown(seen: Seen) -> dict[str, str | int]:
    """One line of the tail."""
    return {
        "position": seen.position,
        "at": f"{seen.occurred_at.astimezone(HANOI):%d/%m/%Y %H:%M:%S}",
        "commune": seen.commune,
        "case": seen.case,
        "speaker": service_name(seen.speaker),
        "service": seen.speaker,
        "name": seen.name,
        "words": event_name(seen.name),
    }


def _line(seen: Seen) -> bytes:
    return f"id: {seen.position}\ndata: {json.dumps(shown(seen), ensure_ascii=False)}\n\n".encode()
