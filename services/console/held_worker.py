"""Sends the acts whose time to be taken back is over. Every console does; each act is taken up by one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError

from services.console import held
from services.console.held import Act, NotNow, Step
from services.console.held_store import HeldActs
from shared.clock import Clock, real_now
from shared.commands import send
from shared.contracts import COMMANDS, Command, Done, Refused
from shared.logs import in_short, logger
from shared.store import OUTAGES, StaleSave

LOOK_EVERY_S = 0.5
"""How late an act may be taken up that is due."""
FORGET_EVERY_S = 3600.0

Noted = Callable[[Command, Done | Refused], Awaitable[None]]


async def unnoted(_command: Command, _reply: Done | Refused) -> None:
    """Where no record is kept."""


async def work(acts: HeldActs, nats: Client, now: Clock = real_now, noted: Noted = unnoted) -> None:
    """Take up what is due until cancelled. noted: told of each command and its answer, for the record."""
    while True:
        try:
            await take_up_what_is_due(acts, nats, now, noted)
        except (*OUTAGES, StaleSave, NatsError, OSError) as error:
            logger().warning("held-acts-wait", error=in_short(error))
        await asyncio.sleep(LOOK_EVERY_S)


async def take_up_what_is_due(acts: HeldActs, nats: Client, now: Clock = real_now, noted: Noted = unnoted) -> None:
    """One round: each act that is due, and that no other console has taken up."""
    if not nats.is_connected:
        return
    for id in await acts.due(now()):
        with suppress(NotNow):
            if act := await acts.change(id, lambda one: held.claim(one, now())):
                await _carry_out(acts, act, nats, now, noted)


async def forget_old(acts: HeldActs, now: Clock = real_now) -> None:
    await acts.forget(now() - held.KEPT_FOR)


async def _carry_out(acts: HeldActs, act: Act, nats: Client, now: Clock, noted: Noted) -> None:
    """Each step is a command of its own: one that is refused does not hold the others up."""
    for step in act.open:
        reply = await _sent(nats, step, noted)
        await acts.change(act.id, partial(held.note, question=step.question, reply=reply, now=now()))
        if isinstance(reply, Refused) and reply.code == "unavailable":
            return


async def _sent(nats: Client, step: Step, noted: Noted) -> Done | Refused:
    """The owning service decides again whether this person may do this to what the question is now."""
    try:
        command = COMMANDS[step.name].model_validate(step.body)
    except (KeyError, ValidationError) as error:  # kept by a console of another version
        logger().error("held-step-not-read", name=step.name, error=type(error).__name__)
        return Refused(code="invalid", reason="Phiên bản này của bàn làm việc không đọc được việc đã giữ lại.")
    reply = await send(nats, command)
    await noted(command, reply)
    return reply
