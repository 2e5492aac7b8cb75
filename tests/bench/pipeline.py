"""How many submissions a second pass through the whole system, beside a floor measured in the same run.

From the API's 201 to the answer's term set and the receipt handed to the mail server, on the embedded stack with all
services. The floor is one bare script that does the same number of acknowledged JetStream publishes and of
single-document database writes, of the same sizes, with the same two servers and nothing else.
"""

import asyncio
import json
import os
import platform
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nats
from nats.aio.client import Client

from deploy.embedded.installation import RunningStack
from deploy.embedded.ports import free_block
from deploy.embedded.quiet import until_quiet
from deploy.embedded.supervisor import Stack
from shared.commands import send
from shared.contracts import Actor, Refused, Role
from shared.contracts.intake import AnnounceDialogue, PlanDialogue
from shared.store import Database, Index
from tests.bench.load import CLIENTS, Http, percentile, side_by_side

SUBMISSIONS = 600
WARM_UP = 100
SERVICES = ("intake", "routing", "deadlines", "notify")


async def measure(submissions: int = SUBMISSIONS, warm_up: int = WARM_UP) -> dict[str, Any]:
    """Run once on an own stack in a temporary folder. Figures: rates per second, times in milliseconds."""
    with tempfile.TemporaryDirectory(prefix="doithoai-bench-") as folder:
        stack = Stack(Path(folder), free_block().base, "real", environment={"DOITHOAI_FORMS_AN_HOUR": "0"})
        running = await stack.start()
        client = await nats.connect(running.nats_url)
        try:
            await _open_registration(running, client)
            await _pass_through(running, client, warm_up, "nóng máy")
            before = await _work_done(running, client)
            rate, waits = await _pass_through(running, client, submissions, "đo")
            after = await _work_done(running, client)
            publishes, writes = ((after[n] - before[n]) / submissions for n in (0, 1))
            floor = await _floor(running, client, submissions, round(publishes), round(writes))
        finally:
            await client.close()
            await stack.stop()
    return {
        "bench": "pipeline",
        "submissions": submissions,
        "clients": CLIENTS,
        "per_second": round(rate, 1),
        "accepted_p50_ms": round(percentile(waits, 0.5) * 1000, 1),
        "accepted_p99_ms": round(percentile(waits, 0.99) * 1000, 1),
        "publishes_per_submission": round(publishes, 1),
        "writes_per_submission": round(writes, 1),
        "floor_per_second": round(floor, 1),
        "ratio": round(rate / floor, 3),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


async def _open_registration(running: RunningStack, client: Client) -> None:
    """Forms are usually for a dialogue that is announced; without one each is owed an answer in writing at once."""
    clerk = Actor(name="Trần Thị Hạnh", role=Role.CLERK, commune="thanh-tri")
    plan = PlanDialogue(
        actor=clerk,
        key="plan",
        dialogue="thanh-tri-do-toc-do",
        title="Hội nghị đối thoại",
        held_at=datetime.now(UTC) + timedelta(days=30),
        place="Hội trường",
    )
    for command in (plan, AnnounceDialogue(actor=clerk, key="announce", dialogue=plan.dialogue)):
        while isinstance(reply := await send(client, command), Refused):
            if reply.code != "not-now":
                raise RuntimeError(reply.reason)
            await until_quiet(client, running.services)  # until the cut-off is counted


async def _pass_through(running: RunningStack, client: Client, number: int, mark: str) -> tuple[float, list[float]]:
    """Submissions a second from the first request until the last has its term and its receipt."""
    waits: list[float] = []
    url = urlsplit(f"{running.public_url}/api/v1/communes/thanh-tri/submissions")
    began = time.perf_counter()
    async with _finished(client, number) as finished:
        await side_by_side(
            range(number),
            lambda: Http(url.hostname or "", url.port or 0),
            lambda n, http: _submit(n, http, url.path, mark, waits),
        )
        await asyncio.wait_for(finished.wait(), 300)
        took = time.perf_counter() - began
    await until_quiet(client, running.services)
    return number / took, waits


async def _submit(number: int, http: Http, path: str, mark: str, waits: list[float]) -> None:
    body = {
        "name": f"Nguyễn Văn Thử {number}",
        "phone": f"09{number:08}",
        "email": f"thu{number}@nguoidan.example",
        "address": f"Số {number}, thôn Nội, xã Thanh Trì",
        "questions": [
            {
                "section": "procedures",
                "text": f"Đăng ký khai sinh quá hạn cho con ({mark} {number}) thì cần những giấy tờ gì?",
            }
        ],
    }
    began = time.perf_counter()
    status, answer = await http.post(path, json.dumps(body).encode())
    waits.append(time.perf_counter() - began)
    if status != 201:
        raise RuntimeError(f"{status}: {answer[:300]!r}")


@asynccontextmanager
async def _finished(client: Client, number: int) -> AsyncIterator[asyncio.Event]:
    """Set once so many submissions have both their term and their receipt."""
    done, terms, receipts = asyncio.Event(), set(), set()

    async def note(message: Any) -> None:
        _, _, _, case, name = message.subject.split(".")
        (terms if name == "deadline-set" else receipts).add(case)
        if len(terms) >= number and len(terms & receipts) >= number:
            done.set()

    subscriptions = [
        await client.subscribe(f"event.{subject}", cb=note)
        for subject in ("deadlines.*.*.deadline-set", "notify.*.*.notification-sent")
    ]
    await client.flush()
    try:
        yield done
    finally:
        for subscription in subscriptions:
            await subscription.unsubscribe()


async def _work_done(running: RunningStack, client: Client) -> tuple[int, int]:
    """Publishes and single-document writes so far: each save raises a version, each history was marked once or more."""
    published = (await client.jetstream().stream_info("EVENTS")).state.last_seq
    written = 0
    for service in SERVICES:
        database = Database(running.mongo_url, service)
        for name in ("submissions", "questions", "deadlines", "correspondence"):
            async for document in database.collection(name).find({}, {"version": 1, "published": 1}):
                written += document["version"] + (document["published"] > 0)
        database.close()
    return published, written


async def _floor(running: RunningStack, client: Client, number: int, publishes: int, writes: int) -> float:
    """The same work by one bare script: half of the writes insert, as saves do, half update, as marks do."""
    database = Database(running.mongo_url, "floor")
    database.register("plain", [Index(("code",), unique=True)])
    await database.prepare()
    plain, js = database.collection("plain"), client.jetstream()
    body = json.dumps({"data": "x" * 900}).encode()

    async def one(n: int, _: None) -> None:
        for step in range(writes):
            if step % 2 == 0:
                await plain.insert_one(
                    {"_id": f"{n}-{step}", "code": f"{n}-{step}", "text": "x" * 600, "events": ["y" * 900]}
                )
            else:
                await plain.update_one({"_id": f"{n}-{step - 1}"}, {"$set": {"published": 1}})
        for step in range(publishes):
            await js.publish(
                f"event.floor.none.{n}.step-{step}", body, stream="EVENTS", headers={"Nats-Msg-Id": f"floor:{n}:{step}"}
            )

    began = time.perf_counter()
    await side_by_side(range(number), _nothing, one)
    took = time.perf_counter() - began
    database.close()
    return number / took


def _nothing() -> None:
    return None


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure()), indent=2))  # noqa: T201 - that is what it is for
