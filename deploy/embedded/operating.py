"""`doithoai deadletters`, `doithoai console`: what an operator does without a page, by the same rules as on one.

Where a stack runs on the data folder, it is that one's; else the one that the environment names (`NATS_URL`,
`MONGO_URL`, `DOITHOAI_DATA`). Whatever changes something is in the console's record.
"""

import asyncio
import getpass
import logging
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import nats
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError
from ulid import ULID

from deploy.embedded.installation import running
from services.console.streams import deadletters
from services.console.streams.comparing import compare
from services.console.streams.deadletters import Chosen, Parked
from services.console.streams.deeds import note_deed
from services.console.streams.monitor import Away, handlers
from services.console.streams.outlook import cause_of, outlook
from services.console.streams.replays import LONGEST_S, Given, Replay, follow, give_all
from services.console.view import View
from shared.broker import EVENTS
from shared.clock import real_now
from shared.settings import Settings
from shared.store import OUTAGES, Database

LONGEST_REBUILD_S = 3600.0


class CannotOperate(Exception):
    """NATS does not answer, or what was named is not there. The text is Vietnamese."""


@dataclass(frozen=True, slots=True)
class Desk:
    """An installation, as an operator at the command line has it."""

    nats: Client
    data: Path
    command: str
    mongo_url: str

    async def find(self, numbers: Sequence[int], chosen: Chosen | None) -> list[Parked]:
        """Those that are named, or all that are meant.

        Raises:
            CannotOperate: one that is named is not there.
        """
        if chosen is not None:
            return await deadletters.parked(self.nats, chosen, most=deadletters.MOST_LOOKED_AT)
        found = [await deadletters.one(self.nats, number) for number in numbers]
        if missing := [str(number) for number, one in zip(numbers, found, strict=True) if one is None]:
            raise CannotOperate(f"Không có sự kiện bị giữ số {', '.join(missing)}: đã giao lại hoặc đã bỏ.")
        return [one for one in found if one is not None]

    async def show(self, number: int, reason: str = "") -> dict[str, Any]:
        """One beside its contract; reason: why its values are read, which is recorded. Without one they stay masked."""
        [message] = await self.find([number], None)
        compared = compare(message.body, masked=not reason)
        if reason:
            await self.note("parked-read", f"{message.handler} {number}", reason)
        fields = [
            {
                "path": field.place,
                "verdict": field.verdict,
                "expected": field.expected,
                "kind": field.kind,
                "problem": field.problem,
                **({"value": field.value} if field.value is not None else {}),
            }
            for field in compared.fields
            if field.verdict != "left-out"
        ]
        later = outlook(message, compared, await handlers(self.nats), None)
        return {**told(message), "outlook": later.words, "trouble": compared.trouble, "fields": fields}

    async def replay(self, messages: Sequence[Parked], patience_s: float) -> list[Given]:
        """Give them back, and watch for so long what becomes of each."""
        await self.note("replay", deadletters.about(messages))
        given = Replay(str(ULID()), self.command, real_now(), [Given(one.number, one.handler) for one in messages])
        await give_all(self.nats, given)
        try:
            async with asyncio.timeout(min(patience_s, LONGEST_S)):
                await follow(self.nats, given)
        except TimeoutError:
            pass
        return given.items

    async def discard(self, messages: Sequence[Parked], reason: str) -> None:
        await self.note("discard", deadletters.about(messages), reason)
        for message in messages:
            await deadletters.discard(self.nats, message, reason)

    async def rebuild(self, progress: Callable[[int, int, float], None]) -> int:
        """Empty the console's view; it notices and builds it again. Returns how many places of the stream it read.

        progress: called with the position, the end and the events a second.

        Raises:
            CannotOperate: there is no view here, or no console that builds it.
        """
        file = self.data / "console" / "view.db"
        if not file.exists():
            raise CannotOperate(f"Không có dữ liệu hiển thị ở {file}: hãy chạy lệnh này nơi bàn làm việc chạy.")
        view = View(file)
        await self.note("rebuild-view", f"from position {view.position}")
        await asyncio.to_thread(view.rebuild, view.stream)
        last = (await self.nats.jetstream().stream_info(EVENTS)).state.last_seq
        begun, moved_at, before = monotonic(), monotonic(), 0
        while (position := await asyncio.to_thread(lambda: view.position)) < last:
            if position != before:
                before, moved_at = position, monotonic()
            elif monotonic() - moved_at > 30:
                raise CannotOperate(
                    "Dữ liệu đã được xóa để dựng lại, nhưng bàn làm việc không đọc: nó có đang chạy không?"
                )
            progress(position, last, position / max(0.1, monotonic() - begun))
            await asyncio.sleep(0.2)
        progress(last, last, last / max(0.1, monotonic() - begun))
        return last

    async def note(self, what: str, about: str, reason: str = "") -> None:
        """Into the record, without which nothing is discarded (`deeds.FIRST_RECORDED`); into the log in any case."""
        from services.console.door.audit import Audit

        database = Database(self.mongo_url, "console")
        try:
            await note_deed(Audit(database), f"{getpass.getuser()} ({self.command})", self.command, what, about, reason)
        finally:
            database.close()


@asynccontextmanager
async def desk(data: Path, command: str) -> AsyncIterator[Desk]:
    """An operator at the command line.

    Raises:
        CannotOperate: NATS does not answer.
    """
    stack, settings = running(data), Settings()
    try:
        client = await nats.connect(
            stack.nats_url if stack else settings.nats_url, connect_timeout=3, max_reconnect_attempts=3
        )
    except (NatsError, OSError) as error:
        raise CannotOperate(
            f"Không kết nối được NATS ({type(error).__name__}). Hãy chạy `doithoai up` trước, hoặc đặt NATS_URL."
        ) from None
    try:
        yield Desk(client, data if stack else settings.data, command, stack.mongo_url if stack else settings.mongo_url)
    except (NatsError, Away, *OUTAGES) as error:
        raise CannotOperate(f"NATS hoặc cơ sở dữ liệu không trả lời ({type(error).__name__}).") from None
    finally:
        await client.close()


async def with_desk(data: Path, command: str, work: Callable[[Desk], Awaitable[Any]]) -> Any:
    """Do this at such a desk. Logs go to stderr: stdout is for whoever reads the result."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    async with desk(data, command) as found:
        return await work(found)


def told(message: Parked) -> dict[str, Any]:
    """One parked message, without anything of what was said in it."""
    return {
        "number": message.number,
        "handler": message.handler,
        "event": message.event,
        "subject": message.subject,
        "error": message.error,
        "cause": cause_of(message.error),
        "parked_at": message.parked_at.isoformat(),
        "delivered": message.delivered,
        "position": message.position,
        "first": message.first,
    }
