"""Many ask the same at the same time, and the database is asked once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")
WAITS_S = 1.0
"""For a question that is under way; one that hangs holds nobody up for longer."""


class Together(Generic[Answer]):
    """Whoever asks gets an answer that was begun after he asked, so it is never older than his question.

    A question that is under way is not joined: who comes meanwhile waits for the next, together with all the others.

    Args:
        ask: answers for one key.
    """

    def __init__(self, ask: Callable[[str], Awaitable[Answer]]) -> None:
        self._ask = ask
        self._next: dict[str, asyncio.Task[Answer]] = {}
        self._under_way: dict[str, asyncio.Task[Answer]] = {}

    async def __call__(self, key: str) -> Answer:
        task = self._next.get(key)
        if task is None:
            task = self._next[key] = asyncio.create_task(self._begin(key, self._under_way.get(key)))
            task.add_done_callback(self._forget(key))
        return await asyncio.shield(task)  # who gives up takes the answer from nobody else

    async def _begin(self, key: str, before: asyncio.Task[Answer] | None) -> Answer:
        if before is not None:
            await asyncio.wait([before], timeout=WAITS_S)
        self._under_way[key] = self._next.pop(key)
        return await self._ask(key)

    def _forget(self, key: str) -> Callable[[asyncio.Task[Answer]], None]:
        def done(task: asyncio.Task[Answer]) -> None:
            if self._under_way.get(key) is task:
                del self._under_way[key]
            if not task.cancelled():
                task.exception()  # told to whoever asked; nobody may be left

        return done
