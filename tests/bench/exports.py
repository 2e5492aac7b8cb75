"""What a long list costs on its way out of the house: seconds, memory above that of the idle process, and how long
other work in the same process has to wait meanwhile.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, islice

import psutil
from fastapi.responses import StreamingResponse

from services.console.view import View
from services.console.work import export_rows, exports
from services.console.work.exports import Value
from services.console.work.lists import Filter
from shared.communes import Profile
from tests.bench.load import percentile

MB = 1_000_000


@dataclass(frozen=True)
class Cost:
    """megabytes: of the file. memory_mb: the most that was held above what was before. cpu_s: of the whole process, and
    what else was asked in it. wait_p95_ms, wait_max_ms: how long that took meanwhile; idle_p95_ms: otherwise.
    """

    rows: int
    seconds: float
    cpu_s: float
    megabytes: float
    memory_mb: float
    idle_p95_ms: float
    wait_p95_ms: float
    wait_max_ms: float


def all_questions(view: View, profiles: Iterable[Profile], now: datetime, most: int) -> Iterable[Sequence[Value]]:
    """The questions of these communes, one after the other, as their lists have them."""
    return islice(
        chain.from_iterable(export_rows.questions(view, profile, Filter(), now) for profile in profiles), most
    )


async def cost_of(
    format: exports.Format,
    rows: Callable[[], Iterable[Sequence[Value]]],
    meanwhile: Callable[[], Awaitable[object]],
) -> Cost:
    """Make one file, and ask something else again and again while it is made and sent.

    Args:
        rows: of the list of questions.
        meanwhile: what else is asked, such as a page.
    """
    idle = [await _timed(meanwhile) for _ in range(20)]
    process, told, waits = psutil.Process(), 0, list[float]()
    before = most = process.memory_info().rss
    size = 0

    def counted() -> Iterable[Sequence[Value]]:
        nonlocal told
        for row in rows():
            told += 1
            yield row

    async def make() -> None:
        nonlocal size
        response = await exports.stream(format, "do", "Đo", export_rows.QUESTIONS, counted())
        assert isinstance(response, StreamingResponse)
        async for piece in response.body_iterator:
            size += len(piece)

    began, worked = time.perf_counter(), time.process_time()
    making = asyncio.create_task(make())
    while not making.done():
        waits.append(await _timed(meanwhile))
        most = max(most, process.memory_info().rss)
        await asyncio.sleep(0.05)
    await making
    return Cost(
        rows=told,
        seconds=time.perf_counter() - began,
        cpu_s=time.process_time() - worked,
        megabytes=size / MB,
        memory_mb=(most - before) / MB,
        idle_p95_ms=1_000 * percentile(idle, 0.95),
        wait_p95_ms=1_000 * percentile(waits, 0.95),
        wait_max_ms=1_000 * max(waits),
    )


async def _timed(work: Callable[[], Awaitable[object]]) -> float:
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began
