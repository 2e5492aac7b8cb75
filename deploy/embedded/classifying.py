"""`doithoai classify` on a running system: by the classifier of the commune as its office has taught it."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import nats

from deploy.embedded.installation import RunningStack
from shared.commands import send
from shared.contracts import Actor, Done, Role
from shared.contracts.handbook import ClassifyTexts

PATIENCE_S = 30.0
AT_ONCE, CHARACTERS = 100, 150_000
"""Texts, and characters of all of them, in one command: less than routing takes."""


async def classified(stack: RunningStack, commune: str, texts: Sequence[str]) -> list[dict[str, Any]] | None:
    """For each text what `doithoai classify --json` gives; None where routing does not answer or refuses."""
    clerk = Actor(name="doithoai classify", role=Role.CLERK, commune=commune)
    client = await nats.connect(stack.nats_url)
    try:
        found: list[dict[str, Any]] = []
        for some in _batches(texts):
            reply = await send(client, ClassifyTexts(actor=clerk, key=str(uuid4()), texts=tuple(some)), PATIENCE_S)
            if not isinstance(reply, Done):
                return None
            found += reply.state["texts"]
        return found
    finally:
        await client.close()


def _batches(texts: Sequence[str]) -> list[list[str]]:
    batches: list[list[str]] = []
    for text in texts:
        last = batches[-1] if batches else None
        if last is None or len(last) == AT_ONCE or sum(map(len, last)) + len(text) > CHARACTERS:
            batches.append([text])
        else:
            last.append(text)
    return batches
