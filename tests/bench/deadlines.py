"""What a sweep costs while a million terms are open, beside one while ten thousand are, with as many due in both; and
how soon after its moment a missed term is announced.

Both collections lie on the same database server. They are filled past the store, for speed, with copies of a term that
the store has saved; those that are not due come without their history, which no sweep reads. Then rounds of sweeps are
measured in turn on the one and on the other. Last, the service itself runs on the large one in real time, and the delay
of its DeadlineMissed is measured as a listener sees it: of terms that end one after the other, and of as many as are
due in a round, that all end at the same moment, as a province's do when its offices close. Then it explains terms,
fifty at a time.
"""

import asyncio
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import nats
from nats.aio.client import Client
from pymongo import MongoClient

from deploy.embedded.installation import RunningStack
from deploy.embedded.ports import free_block
from deploy.embedded.supervisor import Stack
from services.deadlines.deadline import Duty, Told
from services.deadlines.rules import hear
from services.deadlines.store import Deadlines
from services.deadlines.sweep import fire_what_is_due
from services.deadlines.terms import Offices
from services.deadlines.turns import Started
from services.deadlines.working_days import load_calendar
from shared.clock import real_now
from shared.commands import send
from shared.communes import Communes
from shared.contracts import Actor, Done, Role
from shared.contracts.deadlines import ExplainTerms
from shared.store import Database

OPEN, BESIDE, DUE, ROUNDS = 1_000_000, 10_000, 1_000, 3
SINGLE = 40
ASKED = 100
SET_AND_MISSED = 2
"""Events in the history of a term that has ended."""
COMMUNE = "thanh-tri"
LARGE, SMALL, TEMPLATE = "doithoai_deadlines", "doithoai_beside", "doithoai_template"
AT_ONCE = 5_000
APART = timedelta(milliseconds=250)
AHEAD = timedelta(seconds=4)
"""Time enough to have terms inserted before their moment."""

Documents = Iterator[dict[str, Any]]


async def measure(open_terms: int = OPEN, beside: int = BESIDE, due: int = DUE, single: int = SINGLE) -> dict[str, Any]:
    """Run once on own servers in a temporary folder. Figures: seconds."""
    offices = Offices(Communes.load(), load_calendar())
    async with AsyncExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="doithoai-bench-")))
        servers = await _running(cleanup, Stack(folder / "servers", free_block().base, "real", services=()))
        began = time.perf_counter()
        moments = [real_now() + timedelta(milliseconds=n) for n in range(ROUNDS)]
        template = await _template(servers.mongo_url, offices)
        for name, number in ((SMALL, beside), (LARGE, open_terms)):
            await asyncio.to_thread(_fill, servers.mongo_url, name, _terms(template, number, due, moments))
        filled = time.perf_counter() - began
        took = await _rounds(servers.mongo_url, offices, moments, due)
        await _publish_nothing_of_the_rounds(servers.mongo_url, due)
        service = Stack(
            folder / "service",
            free_block().base,
            "real",
            nats_url=servers.nats_url,
            mongo_url=servers.mongo_url,
            services=["deadlines"],
        )
        running = await _running(cleanup, service)
        client = await nats.connect(running.nats_url)
        cleanup.push_async_callback(client.close)
        one_by_one = await _delays(running, client, template, "single", single, APART)
        all_at_once = await _delays(running, client, template, "closing", due, timedelta())
        explained = await _explained(client, open_terms)
    large, small = statistics.median(took[LARGE]), statistics.median(took[SMALL])
    return {
        "bench": "deadlines",
        "open": open_terms,
        "open_beside": beside,
        "due": due,
        "sweep_s": round(large, 3),
        "sweep_beside_s": round(small, 3),
        "ratio": round(large / small, 3),
        "announced_within_s": round(max(one_by_one), 3),
        "announced_median_s": round(statistics.median(one_by_one), 3),
        "all_due_at_once_announced_within_s": round(max(all_at_once), 3),
        "explaining_50_p50_ms": round(statistics.median(explained) * 1000, 1),
        "explaining_50_p95_ms": round(statistics.quantiles(explained, n=20)[-1] * 1000, 1),
        "filling_s": round(filled, 1),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        "date": time.strftime("%Y-%m-%d"),
    }


async def _running(cleanup: AsyncExitStack, stack: Stack) -> RunningStack:
    cleanup.push_async_callback(stack.stop)
    return await stack.start()


async def _template(mongo_url: str, offices: Offices) -> dict[str, Any]:
    """A term as the store saves it, all its indexes made."""
    office, now = offices[COMMUNE], real_now()
    owed = Duty(COMMUNE, "template", "department-answer", "template")
    started = Started(now, now.date(), office.term("department-answer"), "phong-kinh-te")
    deadline, said = hear(None, Told(owed, started), office.calendar, office.hours)
    async with _store(mongo_url, TEMPLATE) as deadlines:
        await deadlines.create(replace(deadline, state="near"), said)
    with MongoClient[Any](mongo_url) as client:
        document: dict[str, Any] = client[TEMPLATE]["deadlines"].find_one({}) or {}
    del document["outbox"]
    return {**document, "published": document["said"]}


@asynccontextmanager
async def _store(mongo_url: str, name: str) -> Any:
    database = Database(mongo_url, "deadlines", name)
    deadlines = Deadlines(database)
    await database.prepare()
    try:
        yield deadlines
    finally:
        database.close()


def _terms(template: dict[str, Any], number: int, due: int, moments: list[datetime]) -> Documents:
    """So many open terms, of which in each round so many end; the others in the next sixty days."""
    for n in range(number):
        if n < due * len(moments):
            yield _ending(template, _about(n), moments[n // due])
        else:
            far = timedelta(days=1, seconds=n * 60 * 86_400 // number)
            yield {**_ending(template, _about(n), moments[-1] + far), "events": []}


def _about(n: int) -> str:
    return f"T{n:07}"


def _ending(template: dict[str, Any], about: str, due_at: datetime) -> dict[str, Any]:
    times = {"due_at": due_at, "original_due_at": due_at, "next_fire_at": due_at}
    return {**template, **times, "_id": f"{about}:department-answer", "about": about, "case": about}


def _fill(mongo_url: str, name: str, documents: Documents) -> None:
    """The indexes are made afterwards, which takes half as long: the same that the store has made elsewhere."""
    with MongoClient[Any](mongo_url) as client:
        filled, made = client[name]["deadlines"], client[TEMPLATE]["deadlines"].index_information()
        del made["_id_"]
        while batch := list(islice(documents, AT_ONCE)):
            filled.insert_many(batch, ordered=False)
        for index in made.values():
            filled.create_index(index["key"], sparse=index.get("sparse", False), unique=index.get("unique", False))


async def _rounds(mongo_url: str, offices: Offices, moments: list[datetime], due: int) -> dict[str, list[float]]:
    """Seconds of each sweep, all its saves included; the large and the small in turn, so that noise meets both."""
    took: dict[str, list[float]] = {LARGE: [], SMALL: []}
    for moment in moments:
        for name, seconds in took.items():
            async with _store(mongo_url, name) as deadlines:
                before = await _missed(deadlines, due)
                began = time.perf_counter()
                await fire_what_is_due(deadlines, offices, _standing_at(moment))
                seconds.append(time.perf_counter() - began)
                assert await _missed(deadlines, due) - before == due, "a sweep fires all that is due"
    return took


def _standing_at(moment: datetime) -> Callable[[], datetime]:
    return lambda: moment


async def _missed(deadlines: Deadlines, due: int) -> int:
    return sum([len(await deadlines.ids({"_id": {"$in": chunk}, "state": "missed"})) for chunk in _of_the_rounds(due)])


async def _publish_nothing_of_the_rounds(mongo_url: str, due: int) -> None:
    """What the rounds have saved lies in the outbox; a service that starts would be busy with it for a while."""
    database = Database(mongo_url, "deadlines", LARGE)
    for chunk in _of_the_rounds(due):
        await database.mark_published("deadlines", dict.fromkeys(chunk, SET_AND_MISSED))
    left = await database.collection("deadlines").count_documents({"outbox": {"$gt": datetime.min.replace(tzinfo=UTC)}})
    database.close()
    assert not left, f"{left} terms of the rounds are still to be published"


def _of_the_rounds(due: int) -> list[list[str]]:
    """Few ids at a time: the embedded server compares each document with each id that it was asked for."""
    ids = [f"{_about(n)}:department-answer" for n in range(due * ROUNDS)]
    return [ids[first : first + 100] for first in range(0, len(ids), 100)]


async def _delays(
    running: RunningStack, client: Client, template: dict[str, Any], name: str, number: int, apart: timedelta
) -> list[float]:
    """Seconds from each term's moment until a listener hears that it was missed."""
    ends = (
        {f"{name}-{n}": real_now() + AHEAD + n * apart for n in range(number)}
        if apart
        else dict.fromkeys([f"{name}-{n}" for n in range(number)], real_now() + AHEAD)
    )
    delays: dict[str, float] = {}
    all_heard = asyncio.Event()

    async def hear_of(message: Any) -> None:
        about = message.subject.split(".")[3]
        if about in ends and about not in delays:
            delays[about] = (datetime.now(ends[about].tzinfo) - ends[about]).total_seconds()
            if len(delays) == number:
                all_heard.set()

    subscription = await client.subscribe("event.deadlines.*.*.deadline-missed", cb=hear_of)
    await client.flush()
    terms = [_ending(template, about, due_at) for about, due_at in ends.items()]
    with MongoClient[Any](running.mongo_url) as database:
        await asyncio.to_thread(database[LARGE]["deadlines"].insert_many, terms)
    assert real_now() < min(ends.values()), "the terms were inserted too late to be measured"
    await asyncio.wait_for(all_heard.wait(), 120)
    await subscription.unsubscribe()
    return list(delays.values())


async def _explained(client: Client, open_terms: int) -> list[float]:
    """Seconds that a page waits for the explanation of fifty terms."""
    operator, took = Actor(name="bench", role=Role.OPERATOR, commune="province"), []
    for n in range(ASKED):
        ids = tuple(f"{_about((n * 50 + k) % open_terms)}:department-answer" for k in range(50))
        began = time.perf_counter()
        reply = await send(client, ExplainTerms(actor=operator, key=str(n), deadlines=ids))
        took.append(time.perf_counter() - began)
        assert isinstance(reply, Done), reply
        assert len(reply.state["terms"]) == 50
    return took
