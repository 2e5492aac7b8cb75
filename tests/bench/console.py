"""How long the console's pages take while a province has a hundred thousand questions, beside the same pages while it
has a thousand; and how fast a view is built again from the stream, beside reading the same messages and doing nothing.

Pages are asked for one after the other, as the browser of each role does, through the whole application but its
sockets. What deadlines says of the terms on a page is answered by a stand-in on the real broker, at once: its own time
is measured by `doithoai bench deadlines`. The province is tests/bench/province_events.py: 126 communes, a fifth of all
questions in one.
"""

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import nats
from fastapi import FastAPI
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig

from deploy.embedded.ports import free_block
from deploy.embedded.supervisor import Stack
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import Message, View
from services.console.web import add_routes
from shared.broker import EVENTS, provision_streams
from shared.communes import Communes
from shared.contracts import Done
from shared.contracts.deadlines import ExplainTerms
from shared.logs import configure_logs
from shared.service import Service
from tests.bench.load import percentile
from tests.bench.province_events import BEGAN, NOW, events, province
from tests.builders import COMMUNE
from tests.door import COOKIE, KnownDoor
from tests.remembered import remembered

QUESTIONS, BESIDE, COMMUNES, ROUNDS, REBUILT = 100_000, 1_000, 126, 25, 60_000
AT_ONCE = 500
DAYS = tuple(BEGAN.date() + timedelta(days=n) for n in range(12))

CLERK, HEAD_OFFICE, CHAIRMAN = "hanh.clerk@hanoi.example", "huy.vanphong@hanoi.example", "loi.lanhdao@hanoi.example"
OFFICER, PROVINCE, OPERATOR = "toan.kinhte@hanoi.example", "cap-tinh", "van-hanh"

PAGES: dict[str, tuple[str, str]] = {
    "my work, clerk": (CLERK, "/"),
    "my work, officer": (OFFICER, "/"),
    "my work, chairman": (CHAIRMAN, "/"),
    "open questions": (CLERK, "/?loc=dang-giai-quyet"),
    "all questions": (CLERK, "/?loc=tat-ca&phong="),
    "late questions": (CHAIRMAN, "/?loc=qua-han&phong="),
    "answered, page 40": (CLERK, "/?loc=da-tra-loi&phong=&trang=40"),
    "terms": (CLERK, "/viec?phong="),
    "a case": (OFFICER, "/ho-so/{case}"),
    "dialogues": (CLERK, "/hoi-nghi"),
    "letters": (CLERK, "/buu-chinh"),
    "report of a year": (CHAIRMAN, "/bao-cao?ky=2026"),
    "province": (PROVINCE, "/tinh"),
}
SEARCHES = (
    "thu tuc",
    "khai sinh cho con",
    "nguyen thi hanh",
    "ho so dat dai",
    "n",
    "0900001234",
    "2222-2ZZ5",
    "trợ cấp xã hội",
)
"""Words that are everywhere, a name, a letter, a phone number, a code, with marks and without."""


@dataclass(frozen=True, eq=False)
class Size:
    """A province and its view."""

    questions: int
    communes: Communes
    view: View
    built_per_second: float


async def measure(
    questions: int = QUESTIONS,
    beside: int = BESIDE,
    communes: int = COMMUNES,
    rounds: int = ROUNDS,
    rebuilt: int = REBUILT,
) -> dict[str, Any]:
    """Run once in a temporary folder on an own broker. Figures: milliseconds, events a second."""
    configure_logs("bench", "ERROR")
    async with AsyncExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="doithoai-bench-")))
        client = await cleanup.enter_async_context(_broker(folder))
        await client.subscribe(ExplainTerms.everywhere(), cb=_explain)
        large, small = (_build(folder / f"{number}.db", number, communes) for number in (questions, beside))
        took = {size: await _pages(client, size, rounds) for size in (large, small)}
        searches = await _searches(client, large, rounds)
        rebuild = await _rebuilt(client, folder / "again.db", communes, rebuilt)
    worst = max(took[large], key=lambda page: percentile(took[large][page], 0.95))
    everything = [one for page in took[large].values() for one in page]
    beside_it = [one for page in took[small].values() for one in page]
    return {
        "bench": "console",
        "questions": questions,
        "questions_beside": beside,
        "communes": communes,
        "ratio": round(statistics.median(everything) / statistics.median(beside_it), 2),
        "page_p50_ms": _ms(everything, 0.5),
        "page_p95_ms": _ms(everything, 0.95),
        "page_beside_p50_ms": _ms(beside_it, 0.5),
        "page_beside_p95_ms": _ms(beside_it, 0.95),
        "slowest_page": worst,
        "slowest_page_p95_ms": _ms(took[large][worst], 0.95),
        "pages_p95_ms": {page: _ms(waits, 0.95) for page, waits in took[large].items()},
        "search_p50_ms": _ms(searches, 0.5),
        "search_p95_ms": _ms(searches, 0.95),
        "view_built_events_per_second": round(large.built_per_second),
        **rebuild,
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


def _ms(waits: Sequence[float], part: float) -> float:
    return round(percentile(waits, part) * 1000, 1)


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[Client]:
    """A real NATS of its own, with the product's streams."""
    stack = Stack(folder / "servers", free_block().base, "real", services=())
    running = await stack.start()
    client = await nats.connect(running.nats_url)
    try:
        await provision_streams(client.jetstream(), 1)
        yield client
    finally:
        await client.close()
        await stack.stop()


async def _explain(asked: Msg) -> None:
    """As much as deadlines says of each term: twelve days, their reasons and what is left."""
    wanted = ExplainTerms.model_validate_json(asked.data)
    told = {
        "basis": "Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.1",
        "counted": [day.isoformat() for day in DAYS[:8]],
        "skipped": [{"date": day.isoformat(), "why": "Thứ Bảy"} for day in DAYS[8:]],
        "left": {"words": "còn 2 ngày 3 giờ làm việc", "late": False},
    }
    reply = Done(version=0, state={"terms": dict.fromkeys(wanted.deadlines, told)})
    await asked.respond(reply.model_dump_json().encode())


def _build(file: Path, questions: int, communes: int) -> Size:
    """A view, filled as its reader fills it, its figures settled as they are where nothing is to be read."""
    known, view, spent, count = province(communes), View(file), 0.0, 0
    for batch in _batches(events(known, questions)):
        began = time.perf_counter()
        count += len(view.apply(view.position, batch).seen)
        spent += time.perf_counter() - began
    while view.settle():
        pass
    return Size(questions, known, view, count / spent)


def _batches(found: Iterable[Message]) -> Iterator[list[Message]]:
    rest = iter(found)
    while batch := list(islice(rest, AT_ONCE)):
        yield batch


def _console(client: Client, size: Size) -> FastAPI:
    app = FastAPI()
    service = SimpleNamespace(
        app=app,
        communes=size.communes,
        clock=lambda: NOW,
        nats=client,
        database=None,
        settings=SimpleNamespace(host="127.0.0.1", console_url="http://127.0.0.1", public_url="http://127.0.0.1:8080"),
    )
    add_routes(cast("Service", service), size.view, Reader(size.view), Watch(), KnownDoor(), remembered())
    return app


async def _pages(client: Client, size: Size, rounds: int) -> dict[str, list[float]]:
    """Seconds of each page, asked for in turns; a case is another one each time."""
    app = _console(client, size)
    with size.view.reading() as db:
        rows = db.execute(
            "SELECT submission FROM question WHERE commune = ? ORDER BY rank, id LIMIT ?",
            (COMMUNE, rounds + 1),
        ).fetchall()
    waits: dict[str, list[float]] = {name: [] for name in PAGES}
    for turn in range(rounds + 1):
        for name, (worker, path) in PAGES.items():
            took = await _asked(app, worker, path.format(case=rows[turn % len(rows)]["submission"]))
            if turn:  # the first reads templates and files
                waits[name].append(took)
    return waits


async def _searches(client: Client, size: Size, rounds: int) -> list[float]:
    app = _console(client, size)
    asked = [f"/?loc=tat-ca&phong=&tim={typed}" for typed in SEARCHES]
    await _asked(app, CLERK, asked[0])
    return [await _asked(app, CLERK, path) for _ in range(rounds) for path in asked]


async def _asked(app: FastAPI, worker: str, path: str) -> float:
    """Seconds until the answer is whole."""
    cookies = {COOKIE: f"{COMMUNE}/{worker}"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://127.0.0.1", cookies=cookies
    ) as http:
        began = time.perf_counter()
        answer = await http.get(path)
        took = time.perf_counter() - began
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    return took


async def _rebuilt(client: Client, file: Path, communes: int, wanted: int) -> dict[str, float]:
    """A view built again from the real stream by its reader; and the same messages by a consumer that drops them."""
    js = client.jetstream()
    found = list(islice(events(province(communes), wanted), wanted))
    for batch in _batches(found):
        for message in batch:
            await client.publish(message.subject, message.body)
        await client.flush()
    async with asyncio.timeout(120):
        while (await js.stream_info(EVENTS)).state.messages < len(found):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)
    floor = await _read_only(client, len(found))
    reader = Reader(View(file))
    began = time.perf_counter()
    reading = asyncio.create_task(reader.run(client))
    while reader.position < len(found):  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)
    took = time.perf_counter() - began
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    return {
        "rebuilt_events_per_second": round(len(found) / took),
        "read_only_events_per_second": round(floor),
        "rebuild_to_reading": round(len(found) / took / floor, 3),
    }


async def _read_only(client: Client, wanted: int) -> float:
    js = client.jetstream()
    unasked = ConsumerConfig(ack_policy=AckPolicy.NONE)
    subscription = await js.pull_subscribe("event.>", stream=EVENTS, config=unasked)
    began, seen = time.perf_counter(), 0
    while seen < wanted:
        seen += len(await subscription.fetch(AT_ONCE, 5))
    took = time.perf_counter() - began
    await subscription.unsubscribe()
    return seen / took
