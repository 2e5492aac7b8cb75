"""The pages of parked messages: what "all" means, what the record says of it, and which replay a form began."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.console.streams import deadletters, replays
from services.console.streams.deadletters import ANY, Chosen, Parked
from services.console.streams.spoken import DONE
from tests.builders import COMMUNE, NOW
from tests.unit.test_console_pages import RECEIVED, console

LIST = "/van-hanh/bi-giu"
HANDLER, OTHER = "notify-note-answer", "deadlines-set-term"


class Store:
    """DEADLETTERS, and what became of it."""

    def __init__(self) -> None:
        self.lying: dict[int, Parked] = {}

    def park(self, *numbers: int, handler: str = HANDLER) -> None:
        for number in numbers:
            subject = "event.routing.x.y.answer-approved"
            self.lying[number] = Parked(number, handler, subject, "ValueError", 8, NOW, number, b"{}", number)

    async def parked(self, _: Any, chosen: Chosen = ANY, after: int = 0, most: int = 100) -> list[Parked]:
        return [one for number, one in sorted(self.lying.items()) if number > after and chosen(one)][:most]

    async def one(self, _: Any, number: int) -> Parked | None:
        return self.lying.get(number)

    async def discard(self, _: Any, message: Parked, reason: str) -> None:
        self.lying.pop(message.number, None)


class Record:
    """The console's audit."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    async def note(self, kind: str, outcome: str, **told: Any) -> None:
        self.rows.append(told)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Store:
    made = Store()
    for name in ("parked", "one", "discard"):
        monkeypatch.setattr(deadletters, name, getattr(made, name))

    async def nothing(*_: Any) -> None:
        pass

    monkeypatch.setattr(replays, "_carry_out", nothing)
    return made


@pytest.fixture
def record() -> Record:
    return Record()


@pytest.fixture
def browser(tmp_path: Path, record: Record) -> Callable[[], httpx.AsyncClient]:
    app = console(tmp_path, [RECEIVED], NOW)
    app.state.audit = record
    return lambda: httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://127.0.0.1",
        headers={"sec-fetch-site": "same-origin"},
        cookies={"doithoai_console": f"{COMMUNE}/van-hanh"},
    )


def hidden(html: str) -> dict[str, str]:
    """What the form of the list sends besides what is chosen."""
    [form] = re.findall(r"<form method=\"post\" action=\"/van-hanh/bi-giu\".*?</form>", html, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))


def ranges(store: Store) -> list[int]:
    return sorted(store.lying)


async def test_all_is_everything_that_the_page_counted_and_nothing_that_came_since(store, record, browser):
    store.park(*range(1, 121))
    async with browser() as desk:
        html = (await desk.get(f"{LIST}?sau=100")).text
        assert "cả 120 sự kiện bị giữ" in html
        store.park(121, handler=OTHER)
        typed = hidden(html) | {"which": "all", "do": "discard", "reason": "trùng"}
        answer = await desk.post(LIST, data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?xong=discard")
    assert ranges(store) == [121]
    [row] = record.rows
    assert (row["verb"], row["reason"], row["about"]) == ("discard", "trùng", f"{HANDLER}: 120 (1–120)")


async def test_all_of_a_filter_leaves_what_does_not_match(store, browser):
    store.park(1, 2, 4)
    store.park(3, handler=OTHER)
    async with browser() as desk:
        html = (await desk.get(f"{LIST}?noi={HANDLER}")).text
        assert "cả 3 sự kiện khớp bộ lọc" in html
        store.park(5)
        await desk.post(LIST, data=hidden(html) | {"which": "all", "do": "discard", "reason": "x"})
    assert ranges(store) == [3, 5]


@pytest.mark.parametrize("upto", [None, "", "x", "-1", "²"])
async def test_all_without_an_end_is_refused(store, record, browser, upto):
    store.park(1, 2)
    typed = {"which": "all", "do": "discard", "reason": "x"} | ({} if upto is None else {"den": upto})
    async with browser() as desk:
        answer = await desk.post(LIST, data=typed)
    assert answer.status_code == 422
    assert (ranges(store), record.rows) == ([1, 2], [])


async def test_the_record_names_each_that_was_meant(store, record, browser):
    store.park(1, 2, 3, 5, 8)
    store.park(9, handler=OTHER)
    async with browser() as desk:
        await desk.post(
            LIST,
            data={"which": "ticked", "number": ["1", "2", "3", "8", "9"], "do": "discard", "reason": "x"},
        )
    assert ranges(store) == [5]
    assert record.rows[0]["about"] == f"{OTHER}, {HANDLER}: 5 (1–3, 8, 9)"


def ticked(key: str, *numbers: int) -> dict[str, Any]:
    return {"which": "ticked", "number": [str(number) for number in numbers], "do": "replay", "key": key}


async def test_a_form_that_is_sent_twice_is_one_replay_and_one_row(store, record, browser):
    store.park(1, 2)
    async with browser() as desk:
        first = await desk.post(LIST, data=ticked("K", 1, 2))
        store.lying.clear()  # given back, and so not there any more
        again = await desk.post(LIST, data=ticked("K", 2, 1))
    assert first.headers["location"] == again.headers["location"]
    assert len(record.rows) == 1


async def test_so_it_is_on_the_page_of_one(store, record, browser):
    store.park(1)
    async with browser() as desk:
        first = await desk.post(f"{LIST}/1", data={"do": "replay", "key": "K"})
        store.lying.clear()
        again = await desk.post(f"{LIST}/1", data={"do": "replay", "key": "K"})
    assert (again.status_code, again.headers["location"]) == (303, first.headers["location"])
    assert len(record.rows) == 1


async def test_a_form_that_is_sent_again_with_other_ticks_is_another_replay(store, record, browser):
    """The browser's Back gives the form with its key as it was."""
    store.park(1, 2)
    async with browser() as desk:
        first = await desk.post(LIST, data=ticked("K", 1))
        other = await desk.post(LIST, data=ticked("K", 2))
    assert first.headers["location"] != other.headers["location"]
    assert [row["about"] for row in record.rows] == [f"{HANDLER} 1 (EVENTS 1)", f"{HANDLER} 2 (EVENTS 2)"]


async def test_a_replay_that_another_console_began_leads_to_the_list_that_knows(store, browser):
    store.park(1)
    async with browser() as desk:
        answer = await desk.get(f"{LIST}/giao-lai/01JOTHER")
        assert (answer.status_code, answer.headers["location"]) == (303, f"{LIST}?xong=replay-unknown")
        assert DONE["replay-unknown"] in (await desk.get(answer.headers["location"])).text


@pytest.mark.parametrize(
    ("numbers", "told"),
    [([], ""), ([4], "4"), ([1, 2], "1, 2"), ([1, 2, 3], "1–3"), ([9, 3, 2, 1, 7], "1–3, 7, 9")],
)
def test_numbers_are_told_as_ranges(numbers: Sequence[int], told: str) -> None:
    assert deadletters.ranges(numbers) == told
