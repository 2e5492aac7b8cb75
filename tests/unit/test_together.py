"""Those who ask at the same time share an answer, and none gets one that is older than his question."""

import asyncio

import pytest

from services.intake.together import Together


class Slow:
    """Answers with how often it was asked, when it is let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let = asyncio.Event()
        self.let.set()

    async def __call__(self, key: str) -> int:
        self.asked.append(key)
        number = len(self.asked)
        await self.let.wait()
        if key == "broken":
            raise LookupError(key)
        return number


async def until_asked(slow: Slow, times: int) -> None:
    async with asyncio.timeout(5):
        while len(slow.asked) < times:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0)


async def test_who_asks_alone_is_answered_at_once() -> None:
    slow = Slow()
    together = Together(slow)
    assert [await together("a"), await together("a")] == [1, 2]


async def test_who_comes_while_a_question_is_under_way_shares_the_next_one() -> None:
    slow = Slow()
    together = Together(slow)
    slow.let.clear()
    first = asyncio.create_task(together("a"))
    await until_asked(slow, 1)
    later = [asyncio.create_task(together("a")) for _ in range(10)]
    other = asyncio.create_task(together("b"))
    await until_asked(slow, 2)
    slow.let.set()
    assert (await first, await other) == (1, 2)
    assert await asyncio.gather(*later) == [3] * 10
    assert slow.asked == ["a", "b", "a"]


async def test_who_gives_up_takes_the_answer_from_nobody_else() -> None:
    slow = Slow()
    together = Together(slow)
    slow.let.clear()
    impatient, patient = asyncio.create_task(together("a")), asyncio.create_task(together("a"))
    await until_asked(slow, 1)
    impatient.cancel()
    slow.let.set()
    assert await patient == 1
    with pytest.raises(asyncio.CancelledError):
        await impatient


async def test_a_fault_is_told_to_all_and_forgotten() -> None:
    together = Together(Slow())
    answers = await asyncio.gather(*(together("broken") for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LookupError] * 3
    assert await together("a") == 2
