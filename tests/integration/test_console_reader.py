"""The console's reader keeps up with the stream, whatever happens to its consumer, the broker or the stream."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from sqlite3 import DatabaseError
from typing import Any

import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StreamInfo

from services.console import terms
from services.console.acting import Acting
from services.console.reader import Reader
from services.console.streams.tail import Tail, Wanted
from services.console.view import Seen, View, recent
from services.console.words import Term
from shared.broker import EVENTS, provision_streams
from shared.communes import Communes
from shared.contracts import Done, Envelope, Event, Role
from shared.contracts.deadlines import ExplainTerms
from shared.contracts.routing import QuestionAssigned
from shared.tasks import end
from tests.builders import COMMUNE, NOW, of_question, question, submission_received
from tests.servers import Servers

TIME_LIMIT_S = 20.0


@pytest.fixture
async def js(fresh: Servers) -> AsyncIterator[JetStreamContext]:
    client = await nats.connect(fresh.nats_url)
    await provision_streams(client.jetstream(), 1)
    yield client.jetstream()
    await client.close()


@pytest.fixture
def view(tmp_path: Path) -> View:
    return View(tmp_path / "view.db")


@asynccontextmanager
async def reading(url: str, reader: Reader) -> AsyncIterator[Client]:
    client = await nats.connect(url)
    task = asyncio.create_task(reader.run(client))
    try:
        yield client
    finally:
        await end([task])
        await client.close()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(TIME_LIMIT_S):
        while not await condition():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def at_the_end(js: JetStreamContext, reader: Reader) -> None:
    """Wait until the view has what the stream has."""

    async def caught_up() -> bool:
        return reader.position == (await js.stream_info(EVENTS)).state.last_seq

    await until(caught_up)


def received(case: str) -> Event:
    mine = question(1).model_copy(update={"id": f"{case}-1"})
    return submission_received(case=case, code=case, questions=(mine,))


async def publish(js: JetStreamContext, *events: Event, sequence: int = 1) -> None:
    for event in events:
        envelope = Envelope(
            id=f"{event.speaker}:{event.case}:{sequence}",
            source=f"/services/{event.speaker}",
            type=event.type,
            subject=event.subject,
            time=event.occurred_at,
            sequence=sequence,
            correlationid=event.case,
            data=event.model_dump(mode="json"),
        )
        await js.publish(event.subject, envelope.model_dump_json().encode(), stream=EVENTS)


def cases(view: View) -> list[str]:
    with view.reading() as db:
        return [row["submission"] for row in db.execute("SELECT submission FROM question ORDER BY submission")]


async def own_consumers(js: JetStreamContext) -> list[str]:
    return [info.name for info in await js.consumers_info(EVENTS) if not info.config.durable_name]


async def test_what_is_in_the_stream_and_what_comes_is_in_the_view(
    fresh: Servers, js: JetStreamContext, view: View
) -> None:
    await publish(js, received("A"))
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("B"))
        assert await reader.until("intake", "B", 1, patience_s=TIME_LIMIT_S)
    assert (cases(view), reader.behind, view.malformed) == (["A", "B"], 0, 0)


async def test_it_goes_on_where_it_was_after_a_restart(fresh: Servers, js: JetStreamContext, view: View) -> None:
    for number in range(3):
        await publish(js, received(f"C{number}"))
        reader = Reader(view)
        async with reading(fresh.nats_url, reader):
            await at_the_end(js, reader)
        assert reader.position == number + 1
    assert cases(view) == ["C0", "C1", "C2"]


async def test_it_makes_a_new_consumer_when_its_own_was_deleted(
    fresh: Servers, js: JetStreamContext, view: View
) -> None:
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("A"))
        await at_the_end(js, reader)
        for name in await own_consumers(js):
            await js.delete_consumer(EVENTS, name)
        await publish(js, received("B"))
        await at_the_end(js, reader)
    assert cases(view) == ["A", "B"]


async def test_it_leaves_no_consumer_behind(fresh: Servers, js: JetStreamContext, view: View) -> None:
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("A"))
        await at_the_end(js, reader)
        assert len(await own_consumers(js)) == 1
    assert await own_consumers(js) == []


async def test_another_stream_makes_another_view(fresh: Servers, js: JetStreamContext, view: View) -> None:
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("A"), received("B"))
        await at_the_end(js, reader)
        await js.delete_stream(EVENTS)
        await provision_streams(js, 1)
        await publish(js, received("C"), received("D"), received("E"))

        async def is_the_new_one() -> bool:
            return cases(view) == ["C", "D", "E"]

        await until(is_the_new_one)


async def test_an_emptied_view_is_built_again(fresh: Servers, js: JetStreamContext, view: View) -> None:
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("A"), received("B"))
        await at_the_end(js, reader)
        view.rebuild()

        async def is_built() -> bool:
            return cases(view) == ["A", "B"]

        await until(is_built)


async def test_a_view_that_is_removed_under_it_is_built_again(
    fresh: Servers, js: JetStreamContext, view: View, tmp_path: Path
) -> None:
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await publish(js, received("A"), received("B"))
        await at_the_end(js, reader)
        (tmp_path / "view.db").unlink()

        async def is_built() -> bool:
            with suppress(DatabaseError):
                return cases(view) == ["A", "B"]
            return False

        await until(is_built)
        await publish(js, received("C"))
        assert await reader.until("intake", "C", 1, patience_s=TIME_LIMIT_S)
    assert (cases(view), reader.trouble) == (["A", "B", "C"], None)


async def test_an_erased_case_leaves_the_reader_at_the_end(fresh: Servers, js: JetStreamContext, view: View) -> None:
    await publish(js, received("A"), received("ERASED"))
    await js.purge_stream(EVENTS, subject=f"event.*.{COMMUNE}.ERASED.>")
    reader = Reader(view)
    async with reading(fresh.nats_url, reader):
        await at_the_end(js, reader)
    assert (cases(view), reader.behind) == (["A"], 0)


async def test_two_processes_on_one_file_do_everything_once(fresh: Servers, js: JetStreamContext, view: View) -> None:
    await publish(js, received("A"))
    first = Reader(view)
    async with reading(fresh.nats_url, first):
        await at_the_end(js, first)
    heard: tuple[list[int], list[int]] = ([], [])
    one = Reader(view, lambda seen: heard[0].extend(event.position for event in seen))
    other = Reader(view, lambda seen: heard[1].extend(event.position for event in seen))
    async with reading(fresh.nats_url, one), reading(fresh.nats_url, other):
        await publish(js, *(received(f"C{number:02d}") for number in range(50)))

        async def has_all() -> bool:
            return len(cases(view)) == 51 and all(len(mine) == 50 for mine in heard)

        await until(has_all)
    assert heard == (list(range(2, 52)),) * 2, "whoever brought an event into the view, both have news of it"
    with view.reading() as db:
        assert len(recent(db)) == 51


async def test_what_another_process_brings_in_while_the_stream_is_asked_does_not_make_it_another_stream(
    fresh: Servers, js: JetStreamContext, view: View, monkeypatch: pytest.MonkeyPatch
) -> None:
    await publish(js, received("A"))
    first, heard, asked = Reader(view), list[int](), JetStreamContext.stream_info
    async with reading(fresh.nats_url, first):
        await at_the_end(js, first)
    late = Reader(view, lambda seen: heard.extend(event.position for event in seen))

    async def answered_late(mine: JetStreamContext, *stream: Any) -> StreamInfo:
        info = await asked(mine, *stream)
        monkeypatch.setattr(JetStreamContext, "stream_info", asked)
        await publish(js, received("B"))
        async with reading(fresh.nats_url, quick := Reader(view)):
            await at_the_end(js, quick)
        return info

    monkeypatch.setattr(JetStreamContext, "stream_info", answered_late)
    async with reading(fresh.nats_url, late):

        async def has_news() -> bool:
            return bool(heard) and late.position == 2

        await until(has_news)
    assert heard == [2], "the view was not emptied and built again"


async def test_the_tail_shows_what_was_missed_and_what_comes(fresh: Servers, js: JetStreamContext, view: View) -> None:
    tail = Tail()
    reader = Reader(view, tail.tell)
    await publish(js, received("A"), received("B"))

    def earlier() -> Sequence[Seen]:
        with view.reading() as db:
            return recent(db, after=1)

    async with reading(fresh.nats_url, reader), asyncio.timeout(TIME_LIMIT_S):
        await at_the_end(js, reader)
        lines = tail.watch(Wanted(commune=COMMUNE, case="B"), earlier)
        assert (await anext(lines)).startswith(b"retry:")
        assert b'"case": "B"' in await anext(lines)
        await publish(js, of_question(QuestionAssigned, case="A", question="A-1"))
        await publish(js, of_question(QuestionAssigned, case="B", question="B-1"))
        told = await anext(lines)
        assert told.startswith(b"id: 4\n")
        assert b"question-assigned" in told
        await lines.aclose()  # type: ignore[attr-defined]


# --- terms as deadlines explains them -------------------------------------------------------------------------------


def a_term() -> Term:
    return Term(
        id="01J-1:department-answer",
        rule="department-answer",
        state="running",
        words="còn 2 ngày",
        urgency="in-time",
        owed=True,
        used=50,
        due_at=NOW,
        original_due_at=NOW,
        basis="",
        provisional=False,
        moved_because=None,
    )


async def test_deadlines_is_asked_once_for_all_terms_of_a_page(fresh: Servers, js: JetStreamContext) -> None:
    asked: list[ExplainTerms] = []
    left = {"left": {"days": 2, "hours": 3, "minutes": 0, "late": False, "words": "còn 2 ngày 3 giờ làm việc"}}

    async def answer(msg: Msg) -> None:
        asked.append(ExplainTerms.model_validate_json(msg.data))
        known = dict.fromkeys(asked[-1].deadlines, left)
        await msg.respond(Done(version=0, state={"terms": known}).model_dump_json().encode())

    client = await nats.connect(fresh.nats_url)
    await client.subscribe(ExplainTerms.everywhere(), cb=answer)
    found = await terms.explain(client, Acting(Communes.load()[COMMUNE]), [a_term(), None, a_term()])
    await client.close()
    assert [one.deadlines for one in asked] == [("01J-1:department-answer",)]
    assert (asked[0].actor.role, asked[0].actor.commune) == (Role.SYSTEM, COMMUNE)
    explained = found["01J-1:department-answer"].left
    assert explained is not None
    assert explained.words == "còn 2 ngày 3 giờ làm việc"


@pytest.mark.parametrize("subscribed", [True, False])
async def test_a_page_does_without_deadlines_when_it_is_away(
    fresh: Servers, js: JetStreamContext, subscribed: bool
) -> None:
    async def never(msg: Msg) -> None:
        """It hangs."""

    client = await nats.connect(fresh.nats_url)
    if subscribed:
        await client.subscribe(ExplainTerms.everywhere(), cb=never)
    async with asyncio.timeout(terms.PATIENCE_S * 3):
        assert await terms.explain(client, Acting(Communes.load()[COMMUNE]), [a_term()]) == {}
    await client.close()
