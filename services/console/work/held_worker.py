"""Sends the acts whose time to be taken back is over. Every console does; each act is taken up by one of them."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

from nats.aio.client import Client
from nats.errors import Error as NatsError
from pydantic import ValidationError

from services.console.door.audit import Present, present
from services.console.work import held
from services.console.work.held import Act, NotNow, Step
from services.console.work.held_store import HeldActs
from shared.clock import Clock, real_now
from shared.commands import send
from shared.contracts import COMMANDS, Actor, Command, Done, Refused
from shared.logs import in_short, logger
from shared.store import OUTAGES, StaleSave

LOOK_EVERY_S = 0.5
"""How late an act may be taken up that is due."""
FORGET_EVERY_S = 3600.0
UNREADABLE = Refused(code="invalid", reason="Phiên bản này của bàn làm việc không đọc được việc đã giữ lại.")

Noted = Callable[[Command, Done | Refused], Awaitable[None]]
Still = Callable[[Act], Awaitable[Actor | None]]
"""Who somebody is by now, whose act it is; None when he is nobody here any more."""


async def unnoted(_command: Command, _reply: Done | Refused) -> None:
    """Where no record is kept."""


async def work(acts: HeldActs, nats: Client, still: Still, now: Clock = real_now, noted: Noted = unnoted) -> None:
    """Take up what is due until cancelled. noted: told of each command and its answer, for the record."""
    while True:
        try:
            await take_up_what_is_due(acts, nats, still, now, noted)
        except (*OUTAGES, StaleSave, NatsError, OSError) as error:
            logger().warning("held-acts-wait", error=in_short(error))
        await asyncio.sleep(LOOK_EVERY_S)


async def take_up_what_is_due(
    acts: HeldActs, nats: Client, still: Still, now: Clock = real_now, noted: Noted = unnoted
) -> None:
    """One round: each act that is due, and that no other console has taken up."""
    if not nats.is_connected:
        return
    for id in await acts.due(now()):
        with suppress(NotNow):
            if act := await acts.change(id, lambda one: held.claim(one, now())):
                await _carry_out(acts, act, nats, still, now, noted)


async def forget_old(acts: HeldActs, now: Clock = real_now) -> None:
    await acts.forget(now() - held.KEPT_FOR)


async def _carry_out(acts: HeldActs, act: Act, nats: Client, still: Still, now: Clock, noted: Noted) -> None:
    """Each step is a command of its own: one that is refused does not hold the others up."""
    token = present.set(Present(act.account, act.address))
    try:
        for step in act.open:
            command = _read(step)
            reply = await _sent(nats, act, command, still, now) if command else UNREADABLE
            at = now()
            again = held.is_asked_again(act, reply, at)
            if command and not again:
                await noted(command, reply)
            await acts.change(act.id, partial(held.note, question=step.question, reply=reply, now=at))
            if again:
                return
    finally:
        present.reset(token)


async def _sent(nats: Client, act: Act, command: Command, still: Still, now: Clock) -> Done | Refused:
    """Who he is today is asked here, for a command only says who he was; whether such a one may do this to what the
    question is now, the owning service decides again."""
    return held.why_not(act, command.actor, await still(act), now()) or await send(nats, command)


def _read(step: Step) -> Command | None:
    try:
        return COMMANDS[step.name].model_validate(step.body)
    except (KeyError, ValidationError) as error:  # kept by a console of another version
        logger().error("held-step-not-read", name=step.name, error=type(error).__name__)
        return None
