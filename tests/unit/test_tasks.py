"""Tasks end, also one that has lost a cancellation."""

import asyncio
from contextlib import suppress

from shared.tasks import end


async def forgetful(times: int) -> None:
    for _ in range(times):
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()


async def test_a_task_that_loses_its_cancellation_is_cancelled_again() -> None:
    tasks = [asyncio.create_task(forgetful(times)) for times in (0, 1, 3)]
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await end(tasks, again_after_s=0.001)
    assert all(task.done() for task in tasks)
    await end(tasks)
