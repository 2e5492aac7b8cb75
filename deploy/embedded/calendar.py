"""`doithoai calendar`: what a running system takes for days off, and what a decree would change."""

from typing import Any
from uuid import uuid4

import nats

from deploy.embedded.installation import RunningStack
from shared.commands import send
from shared.contracts import Actor, Refused, Role
from shared.contracts.conference import CalendarYear
from shared.contracts.deadlines import ApplyCalendar, PreviewCalendar, ShowCalendar

PATIENCE_S, PREVIEW_S = 5.0, 60.0
"""A preview counts every open term."""


class NotDone(RuntimeError):
    """Deadlines refused, or did not answer. The text is Vietnamese."""


async def preview(stack: RunningStack, year: CalendarYear) -> dict[str, Any]:
    """The reply's state of `PreviewCalendar`.

    Raises:
        NotDone: with the reason.
    """
    return await _ask(stack, PreviewCalendar(actor=_operator(), key=str(uuid4()), year=year), PREVIEW_S)


async def apply(stack: RunningStack, year: CalendarYear) -> dict[str, Any]:
    """The reply's state of `ApplyCalendar`.

    Raises:
        NotDone: with the reason.
    """
    return await _ask(stack, ApplyCalendar(actor=_operator(), key=str(uuid4()), year=year))


async def show(stack: RunningStack) -> dict[str, Any]:
    """The reply's state of `ShowCalendar`.

    Raises:
        NotDone: with the reason.
    """
    return await _ask(stack, ShowCalendar(actor=_operator(), key=str(uuid4())))


async def _ask(
    stack: RunningStack, command: PreviewCalendar | ApplyCalendar | ShowCalendar, patience_s: float = PATIENCE_S
) -> dict[str, Any]:
    client = await nats.connect(stack.nats_url)
    try:
        reply = await send(client, command, patience_s)
    finally:
        await client.close()
    if isinstance(reply, Refused):
        raise NotDone(reply.reason)
    return reply.state


def _operator() -> Actor:
    return Actor(name="doithoai calendar", role=Role.OPERATOR, commune="province")
