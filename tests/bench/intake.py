"""How many forms a second intake takes in at its API, beside a bare handler measured in the same run.

The bare handler (tests/bench/bare.py) only writes the same document to the same database, publishes the same event to
the same stream and answers 201. Both are loaded by the same generator, in turns. A rate is counted until every form
has been answered and its event is in the stream: intake answers as soon as the form is durable, the bare handler after.
"""

import asyncio
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.aio.client import Client

from deploy.embedded import LOOPBACK
from deploy.embedded.installation import RunningStack
from deploy.embedded.ports import Block, free_block
from deploy.embedded.process import HOME
from deploy.embedded.quiet import until_quiet
from deploy.embedded.supervisor import Stack
from shared.commands import send
from shared.contracts import Actor, Envelope, Refused, Role
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.intake import AnnounceDialogue, PlanDialogue
from shared.outbox import STREAM
from tests.bench.load import CLIENTS, Http, percentile, side_by_side

SUBMISSIONS = 3_000
WARM_UP = 300
TURNS = 6
DIALOGUE = "thanh-tri-do-toc-do"
HELD_AT = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)


@dataclass
class Side:
    """One of the two, and what was measured of it. took: seconds until all were in the stream."""

    port: int
    path: str
    sent: int = 0
    took: float = 0.0
    waits: list[float] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.waits) / self.took

    def figures(self, name: str) -> dict[str, float]:
        return {
            f"{name}per_second": round(self.per_second, 1),
            f"{name}accepted_p50_ms": round(percentile(self.waits, 0.5) * 1000, 1),
            f"{name}accepted_p99_ms": round(percentile(self.waits, 0.99) * 1000, 1),
        }


async def measure(submissions: int = SUBMISSIONS, warm_up: int = WARM_UP) -> dict[str, Any]:
    """Run once on an own stack in a temporary folder. Figures: rates per second, times in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="doithoai-bench-") as folder:
        ports = free_block()
        unlimited = {"DOITHOAI_FORMS_AN_HOUR": "0"}
        stack = Stack(Path(folder), ports.base, "real", services=("intake",), environment=unlimited)
        running = await stack.start()
        client = await nats.connect(running.nats_url)
        intake = Side(ports["intake"], "/api/v1/communes/thanh-tri/submissions")
        try:
            await _open_registration(client)
            await _load(client, intake, warm_up)
            async with _bare(running, ports) as bare:
                await _load(client, bare, warm_up)
                for side in (intake, bare):
                    side.took, side.waits = 0.0, []
                for _ in range(TURNS):
                    for side in (intake, bare):
                        await _load(client, side, -(-submissions // TURNS))
                        await until_quiet(client, ["intake"])
        finally:
            await client.close()
            await stack.stop()
    return {
        "bench": "intake",
        "submissions": len(intake.waits),
        "clients": CLIENTS,
        **intake.figures(""),
        **bare.figures("bare_"),
        "ratio": round(intake.per_second / bare.per_second, 3),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


async def _open_registration(client: Client) -> None:
    """Forms are usually for a dialogue that is announced. Its cut-off is said here: deadlines does not run."""
    clerk = Actor(name="Trần Thị Hạnh", role=Role.CLERK, commune="thanh-tri")
    plan = PlanDialogue(
        actor=clerk, key="plan", dialogue=DIALOGUE, title="Hội nghị đối thoại", held_at=HELD_AT, place="Hội trường"
    )
    due_at = HELD_AT - timedelta(days=10)
    cut_off = DeadlineSet(
        commune="thanh-tri",
        case=DIALOGUE,
        occurred_at=datetime.now(UTC),
        deadline=f"{DIALOGUE}:registration-cutoff",
        rule="registration-cutoff",
        about=DIALOGUE,
        department=None,
        due_on=due_at.date(),
        due_at=due_at,
        basis="Phép đo",
        provisional=False,
    )
    await _done(client, plan)
    envelope = Envelope(
        id="deadlines:bench:1",
        source="/services/deadlines",
        type=cut_off.type,
        subject=cut_off.subject,
        time=cut_off.occurred_at,
        sequence=1,
        correlationid=DIALOGUE,
        data=cut_off.model_dump(mode="json"),
    )
    await client.jetstream().publish(cut_off.subject, envelope.model_dump_json().encode(), stream=STREAM)
    await until_quiet(client, ["intake"])
    await _done(client, AnnounceDialogue(actor=clerk, key="announce", dialogue=DIALOGUE))


async def _done(client: Client, command: PlanDialogue | AnnounceDialogue) -> None:
    reply = await send(client, command)
    if isinstance(reply, Refused):
        raise RuntimeError(reply.reason)


@asynccontextmanager
async def _bare(running: RunningStack, ports: Block) -> AsyncIterator[Side]:
    """The bare handler in a process of its own, on the port that the console would have."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bench.bare", str(ports["console"])),
        cwd=HOME,
        env={**os.environ, "NATS_URL": running.nats_url, "MONGO_URL": running.mongo_url},
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{ports['console']}") as http, asyncio.timeout(30):
            while not await _answers(http):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.05)
        yield Side(ports["console"], "/")
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _answers(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False


async def _load(client: Client, side: Side, number: int) -> None:
    """So many forms more; waits for their answers and for their events."""
    first, side.sent = side.sent, side.sent + number

    async def submit(n: int, http: Http) -> None:
        began = time.perf_counter()
        status, answer = await http.post(side.path, _form(n))
        side.waits.append(time.perf_counter() - began)
        if status != 201:
            raise RuntimeError(f"{status}: {answer[:300]!r}")

    async with _told(client, number) as told:
        began = time.perf_counter()
        await side_by_side(range(first, first + number), lambda: Http(LOOPBACK, side.port), submit)
        await asyncio.wait_for(told.wait(), 60)
        side.took += time.perf_counter() - began


@asynccontextmanager
async def _told(client: Client, number: int) -> AsyncIterator[asyncio.Event]:
    """Set once so many forms are on the stream."""
    done, heard = asyncio.Event(), 0

    async def note(_: Any) -> None:
        nonlocal heard
        heard += 1
        if heard >= number:
            done.set()

    subscription = await client.subscribe("event.*.*.*.submission-received", cb=note)
    await client.flush()
    try:
        yield done
    finally:
        await subscription.unsubscribe()


def _form(number: int) -> bytes:
    asked = f"Đăng ký khai sinh quá hạn cho con (hồ sơ {number}) thì cần những giấy tờ gì?"
    return json.dumps(
        {
            "name": f"Nguyễn Văn Thử {number}",
            "phone": f"09{number:08}",
            "email": f"thu{number}@nguoidan.example",
            "address": f"Số {number}, thôn Nội, xã Thanh Trì",
            "questions": [{"section": "procedures", "text": asked}],
        }
    ).encode()


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))  # noqa: T201 - that is what it is for
