"""What time triggers: reminders, missed terms, the ladder; and the terms of the programme, ahead of their time."""

import asyncio
import random
from collections.abc import Iterator
from datetime import date

from services.deadlines import programme, rules
from services.deadlines.deadline import Deadline, Decision, Told
from services.deadlines.explain import local_date
from services.deadlines.store import AT_ONCE, Deadlines
from services.deadlines.terms import Office, Offices
from shared import traces
from shared.clock import Clock
from shared.logs import in_short, logger
from shared.store import OUTAGES

TOGETHER = 16
"""Terms in hand at the same time: all of a commune close at the same minute."""


async def fire_what_is_due(deadlines: Deadlines, offices: Offices, now: Clock) -> None:
    """Fire every term whose time has come. Replicas share the work: of two that take the same term, one finds it done.

    A term that cannot be fired, for want of a calendar or of its commune's profile, stays due and is named; it does not
    keep the others waiting.
    """
    stuck: set[str] = set()

    async def fire(ids: Iterator[str]) -> None:
        for id in ids:
            try:
                with traces.span("fire term", parent=None, links=[await deadlines.traceparent(id)]) as span:
                    fired = (await deadlines.change(id, lambda one: _fire(one, offices, now))).state
                    span.note("doithoai.commune", fired.commune)
                    span.note("doithoai.case", fired.case)
                    span.note("doithoai.rule", fired.rule)
                    span.note("doithoai.outcome", fired.state)
            except OUTAGES:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one term is not wrong with the next
                stuck.add(id)
                logger().error("term-not-fired", deadline=id, error=in_short(error))

    while due := await deadlines.due(now(), except_for=stuck):
        random.shuffle(due)  # replicas that sweep at the same time seldom meet
        shared = iter(due)
        async with asyncio.TaskGroup() as group:
            for _ in range(TOGETHER):
                group.create_task(fire(shared))
        if len(due) < AT_ONCE:
            return


def _fire(deadline: Deadline | None, offices: Offices, now: Clock) -> Decision:
    assert deadline is not None, "terms are never deleted"
    office = offices[deadline.commune]
    return rules.fire(deadline, office.ladder, office.calendar, office.hours, now())


class Programme:
    """Sets the term of every slot that is open, and of the next one, once a day; what is there costs nothing more."""

    def __init__(self, deadlines: Deadlines, offices: Offices, now: Clock) -> None:
        self._deadlines = deadlines
        self._offices = offices
        self._now = now
        self._set_on: date | None = None
        self._known: set[str] = set()

    async def expect_dialogues(self) -> None:
        """A commune whose programme ends in a year without a calendar is named, and waits until tomorrow."""
        today = local_date(self._now())
        if today == self._set_on:
            return
        missing = {told.duty.id: (told, office) for office in self._offices for told in self._expected(office, today)}
        for id in await self._deadlines.missing(missing):
            told, office = missing[id]
            await self._deadlines.create(*rules.hear(None, told, office.calendar, office.hours))
        self._known |= missing.keys()
        self._set_on = today

    def _expected(self, office: Office, today: date) -> Iterator[Told]:
        for slot in programme.current_and_next(office.commune, office.slots, today):
            if programme.slot_duty(office.commune, slot).id in self._known:
                continue
            try:
                yield programme.expect_dialogue(office.commune, slot, office.calendar, self._now())
            except LookupError as error:  # NoCalendar
                logger().error("no-calendar", commune=office.commune, slot=slot.id, error=in_short(error))
