"""A change of the days off reaches every replica and every open term: kept, taken over, counted by.

A term remembers the revision of the calendar it was counted with, so whatever stops in between is gone on with, and
nothing is counted twice. A replica that has not heard of a decree yet leaves its own, older revision on what it saves,
and that is found by the next sweep.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TypedDict

from services.deadlines.calendars import STATE, AppliedYears, LiveCalendar
from services.deadlines.deadline import Deadline, Decision
from services.deadlines.explain import HANOI
from services.deadlines.rules import recount
from services.deadlines.store import Deadlines
from services.deadlines.terms import Offices
from shared.clock import Clock
from shared.contracts.conference import CalendarYear
from shared.logs import in_short, logger
from shared.store import OUTAGES, Database, Store

MOST_MOVES = 10_000
"""Moves in one reply, which must fit into a message."""


class AppliedCalendars(Store[AppliedYears]):
    """The changes that were applied: one aggregate."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "calendars", AppliedYears)

    async def refresh(self, calendar: LiveCalendar) -> None:
        """Let the calendar know of every change that any replica has applied."""
        if applied := await self.get(STATE):
            calendar.take(applied)


async def follow_decrees(
    calendars: AppliedCalendars, calendar: LiveCalendar, deadlines: Deadlines, offices: Offices, now: Clock
) -> None:
    """Take over what was decreed, and count the open terms again that were counted without it.

    A term that cannot be counted, for want of a calendar or of its commune's profile, is named and waits; it does not
    keep the others waiting.
    """
    await calendars.refresh(calendar)
    if calendar.revision:
        async for batch in deadlines.counted_before(calendar.revision):
            await _count_again(batch, deadlines, offices, calendar, now)


async def _count_again(
    batch: Sequence[Deadline], deadlines: Deadlines, offices: Offices, calendar: LiveCalendar, now: Clock
) -> None:
    """Most terms end as they did: those are only marked, many at once."""

    def again(deadline: Deadline | None) -> Decision:
        assert deadline is not None, "terms are never deleted"
        if deadline.calendar >= calendar.revision:  # somebody else was faster
            return deadline, []
        reason = calendar.why_changed(deadline.calendar)
        return recount(deadline, calendar, offices[deadline.commune].hours, reason, now())

    unmoved: dict[tuple[int, int], list[str]] = defaultdict(list)
    for deadline in batch:
        try:
            after, _ = again(deadline)
            if after == replace(deadline, calendar=after.calendar):
                unmoved[deadline.version, after.calendar].append(deadline.id)
            else:
                await deadlines.change(deadline.id, again)
        except OUTAGES:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one term is not wrong with the next
            logger().error("term-not-counted", deadline=deadline.id, error=in_short(error))
    for (version, revision), ids in unmoved.items():
        await deadlines.mark_counted(ids, version, revision)


class Preview(TypedDict):
    """What `PreviewCalendar` replies. moves: at most 10,000 of `total`, the first to end first.

    not_counted: open terms that cannot be counted, for want of a calendar or of their commune's profile.
    """

    moves: list[dict[str, str]]
    total: int
    not_counted: int


async def preview(
    year: CalendarYear, calendar: LiveCalendar, deadlines: Deadlines, offices: Offices, now: Clock
) -> Preview:
    """Every open term that this year would move; nothing is changed."""
    trial, moved, not_counted = calendar.trial(year), [], 0
    async for batch in deadlines.open_from(_first_day(year)):
        for deadline in batch:
            try:
                after, _ = recount(deadline, trial, offices[deadline.commune].hours, "", now())
            except LookupError:  # NoCalendar, or a commune without a profile
                not_counted += 1
                continue
            if after.due_at != deadline.due_at:
                moved.append((deadline, after))
    moved.sort(key=lambda move: (move[0].due_at, move[0].id))
    return Preview(moves=[_move(*move) for move in moved[:MOST_MOVES]], total=len(moved), not_counted=not_counted)


def _first_day(year: CalendarYear) -> date:
    """A swap may reach into the year before."""
    return min([date(year.year, 1, 1), *(one.day for one in year.off), *year.worked])


def _move(before: Deadline, after: Deadline) -> dict[str, str]:
    """Dates as YYYY-MM-DD; `from_at` and `to_at` with the closing time, for on a half day that alone moves."""
    return {
        "deadline": before.id,
        "commune": before.commune,
        "rule": before.rule,
        "about": before.about,
        "from": before.due_on.isoformat(),
        "to": after.due_on.isoformat(),
        "from_at": before.due_at.astimezone(HANOI).isoformat(),
        "to_at": after.due_at.astimezone(HANOI).isoformat(),
    }
