"""Tasks that are ended for certain."""

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN_AFTER_S = 2.0
"""Enough to tidy up in: whoever does is interrupted by the next cancellation."""


async def end(tasks: Iterable[asyncio.Task[Any]], again_after_s: float = AGAIN_AFTER_S) -> None:
    """Cancel them, again and again until all have ended.

    Before Python 3.12 `asyncio.wait_for` forgets a cancellation that comes together with what it waited for, and the
    driver of NATS waits with it.
    """
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=again_after_s)
