"""Asking a durable consumer for messages, and handing over at once what has come.

nats-py's own `fetch` (2.16) takes the end of an earlier request, when that comes late, for an answer to the present
one, and then holds the first message back until the present request ends, up to two seconds later. Here each request
has an inbox of its own, so that its end is told from another's.
"""

import asyncio
import json
from itertools import count
from typing import Any

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import TimeoutError as NatsTimeoutError

NOTHING_THERE = ("404", "408")
GRACE_S = 1.0
"""How long after its end a request may still be answered, before the broker is taken to have forgotten it."""


class Pull:
    """What FastStream asks of a pull subscription: `fetch` and `unsubscribe`."""

    def __init__(self, nats: Client, stream: str, consumer: str) -> None:
        self._nats = nats
        self._asks = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}"
        self._inbox = nats.new_inbox()
        self._numbers = count(1)
        self._subscription: Subscription | None = None
        self._many = False  # came together the last time, so that it is worth asking for all that is there

    async def fetch(self, batch: int = 1, timeout: float = 5) -> list[Msg]:
        """Wait for one message, and take what else is there, up to `batch` in all; nothing is taken in advance.

        Args:
            timeout: seconds to wait for the first.

        Raises:
            nats.errors.TimeoutError: when none came.
        """
        messages = await self._what_is_there(batch) if self._many else []
        if not messages:
            messages = await self._ask({"batch": 1, "expires": int(timeout * 1e9)}, 1, timeout + GRACE_S)
            if messages and batch > 1:
                messages += await self._what_is_there(batch - 1)
        self._many = len(messages) > 1
        if not messages:
            raise NatsTimeoutError
        return messages

    async def unsubscribe(self) -> None:
        if self._subscription is not None:
            await self._subscription.unsubscribe()
            self._subscription = None

    async def _what_is_there(self, most: int) -> list[Msg]:
        return await self._ask({"batch": most, "no_wait": True}, most, GRACE_S)

    async def _ask(self, request: dict[str, Any], most: int, within: float) -> list[Msg]:
        """What comes until there are so many messages, or the request has ended.

        A message of an earlier request is welcome; that such a one has ended is not news.
        """
        if self._subscription is None:
            self._subscription = await self._nats.subscribe(f"{self._inbox}.*")
        inbox = f"{self._inbox}.{next(self._numbers)}"
        await self._nats.publish(self._asks, json.dumps(request).encode(), reply=inbox)
        messages: list[Msg] = []
        while len(messages) < most:
            try:
                message = await self._subscription.next_msg(within)
            except NatsTimeoutError:
                break
            if not message.headers or "Status" not in message.headers:
                messages.append(message)
            elif message.subject == inbox:
                if message.headers["Status"] not in NOTHING_THERE:
                    await asyncio.sleep(GRACE_S)  # the consumer is gone, or the broker cannot now: do not ask at once
                break
        return messages
