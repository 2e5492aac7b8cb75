"""Numbers of the outgoing register on a real database: none twice, none left out, whoever asks and whatever crashes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest

from services.notify.numbers.books import book_id
from services.notify.numbers.registers import Row
from services.notify.numbers.store import Numbers
from shared.contracts import Refusal
from shared.contracts.post import OpenRegister, Register
from shared.store import Database
from tests.builders import COMMUNE, NOW, actor
from tests.servers import Servers

TODAY = date(2026, 4, 20)
BOOK = book_id(COMMUNE, "letter", 2026)


@pytest.fixture
async def database(fresh: Servers) -> AsyncIterator[Database]:
    database = Database(fresh.mongo_url, "notify")
    yield database
    database.close()


@pytest.fixture
async def numbers(database: Database) -> Numbers:
    numbers = Numbers(database, lambda: NOW)
    await database.prepare()
    return numbers


async def number(
    numbers: Numbers, letter: str, on: date = TODAY, *, commune: str = COMMUNE, book: Register = "letter"
) -> str:
    return (await numbers.number(commune, book, on, letter, "trả lời kiến nghị", "UBND-VP", "hệ thống")).text


def a_row(letter: str, on: date = TODAY, key: str = "k1") -> Row:
    return Row(letter, COMMUNE, BOOK, 0, "UBND-VP", on, NOW, "Trần Thị Hạnh", "trả lời kiến nghị", key)


def opening(next: int, key: str = "") -> OpenRegister:
    return OpenRegister(actor=actor(), key=key or f"open-{next}", book="letter", year=2026, next=next)


async def given(numbers: Numbers, book: str = BOOK) -> list[int]:
    return [row.number for row in reversed(await numbers.rows(book))]


async def test_numbers_begin_with_01_and_a_second_request_gets_the_same(numbers: Numbers) -> None:
    assert await number(numbers, "a") == "01/UBND-VP"
    assert await number(numbers, "b") == "02/UBND-VP"
    assert await number(numbers, "a") == "01/UBND-VP"
    assert await given(numbers) == [1, 2]


async def test_each_commune_year_and_kind_is_numbered_for_itself(numbers: Numbers) -> None:
    assert await number(numbers, "a") == "01/UBND-VP"
    assert await number(numbers, "b", commune="chanh-lo") == "01/UBND-VP"
    assert await number(numbers, "c", book="invitation") == "01/UBND-VP"
    assert await number(numbers, "d", date(2027, 1, 1)) == "01/UBND-VP"


async def test_many_at_once_on_two_replicas_get_every_number_once(fresh: Servers, numbers: Numbers) -> None:
    other = Database(fresh.mongo_url, "notify")
    replicas = (numbers, Numbers(other, lambda: NOW))

    async def ask(task: int) -> list[str]:
        return [await number(replicas[task % 2], f"m{task}-{turn}") for turn in range(50)]

    texts = [text for told in await asyncio.gather(*(ask(task) for task in range(8))) for text in told]
    other.close()
    assert sorted(int(text.partition("/")[0]) for text in texts) == list(range(1, 401))
    assert await given(numbers) == list(range(1, 401))


async def test_the_same_letter_asked_for_by_many_at_once_has_one_number(fresh: Servers, numbers: Numbers) -> None:
    other = Database(fresh.mongo_url, "notify")
    replicas = (numbers, Numbers(other, lambda: NOW))
    texts = await asyncio.gather(*(number(replicas[turn % 2], "a") for turn in range(20)))
    other.close()
    assert set(texts) == {"01/UBND-VP"}
    assert await given(numbers) == [1]


async def test_a_register_goes_on_from_the_book_on_paper(numbers: Numbers) -> None:
    await numbers.open(opening(126))
    assert await numbers.next(BOOK) == 126
    await numbers.open(opening(125))
    assert await number(numbers, "a") == "125/UBND-VP"
    with pytest.raises(Refusal):
        await numbers.open(opening(200))
    assert await number(numbers, "b") == "126/UBND-VP"


async def test_a_register_opened_while_others_take_numbers_leaves_no_gap(fresh: Servers, numbers: Numbers) -> None:
    """Either it is opened before the first number or it is refused; there is nothing in between."""
    other = Database(fresh.mongo_url, "notify")
    second = Numbers(other, lambda: NOW)
    opened, *_ = await asyncio.gather(
        second.open(opening(126)), *(number(numbers, f"m{turn}") for turn in range(10)), return_exceptions=True
    )
    other.close()
    first = 1 if isinstance(opened, Refusal) else 126
    assert await given(numbers) == list(range(first, first + 10))


async def test_an_opening_that_comes_twice_has_no_second_effect(numbers: Numbers) -> None:
    await numbers.open(opening(126, "k"))
    assert await number(numbers, "a") == "126/UBND-VP"
    assert (await numbers.open(opening(126, "k"))).first == 126


async def test_what_a_crash_left_between_the_beginning_and_the_first_number_is_no_gap(numbers: Numbers) -> None:
    await numbers._begin(BOOK, COMMUNE)
    assert await number(numbers, "a") == "01/UBND-VP"


async def test_a_clerk_may_not_date_a_number_before_the_last_one(numbers: Numbers) -> None:
    await numbers.give(a_row("a"))
    with pytest.raises(Refusal, match="01/UBND-VP"):
        await numbers.give(a_row("b", TODAY - timedelta(days=1)))
    assert await given(numbers) == [1]
    await numbers.give(a_row("b", TODAY + timedelta(days=1)))
    assert await given(numbers) == [1, 2]


async def test_what_is_numbered_when_it_is_made_rises_with_the_days_whatever_its_clock_says(numbers: Numbers) -> None:
    await number(numbers, "a")
    await number(numbers, "b", TODAY - timedelta(days=1))
    assert [row.given_on for row in await numbers.rows(BOOK)] == [TODAY, TODAY]


async def test_a_struck_number_stays_and_is_nobody_elses(numbers: Numbers) -> None:
    await number(numbers, "a")
    await numbers.strike("a", "Gửi nhầm người.")
    assert await number(numbers, "b") == "02/UBND-VP"
    assert [(row.number, row.struck) for row in await numbers.rows(BOOK)] == [(2, None), (1, "Gửi nhầm người.")]


async def test_what_is_made_after_all_bears_its_number_again(numbers: Numbers) -> None:
    await number(numbers, "a")
    for again in (numbers.again("a", None), number(numbers, "a")):
        await numbers.strike("a", "Gửi nhầm người.")
        await again
        assert [row.struck for row in await numbers.rows(BOOK)] == [None]


async def test_what_has_no_number_is_not_struck(numbers: Numbers) -> None:
    await numbers.strike("a", "Gửi nhầm người.")
    assert await numbers.row("a") is None


async def test_a_long_register_is_read_page_by_page(numbers: Numbers) -> None:
    for turn in range(5):
        await number(numbers, f"m{turn}")
    assert [row.number for row in await numbers.rows(BOOK, limit=2)] == [5, 4]
    assert [row.number for row in await numbers.rows(BOOK, below=4, limit=2)] == [3, 2]
