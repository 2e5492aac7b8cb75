"""What time triggers: reminders, missed terms, the ladder."""

from services.deadlines import rules
from services.deadlines.rules import Deadline, Decision
from services.deadlines.store import AT_ONCE, Deadlines
from services.deadlines.terms import Offices
from services.deadlines.working_days import NoCalendar
from shared.clock import Clock
from shared.logs import in_short, logger


async def fire_what_is_due(deadlines: Deadlines, offices: Offices, now: Clock) -> None:
    """Fire every term whose time has come. Replicas share the work: of two that take the same term, one finds it done.

    A term that cannot be counted for want of a calendar stays due and is named; it does not keep the others waiting.
    """
    stuck: set[str] = set()
    while due := await deadlines.due(now(), except_for=stuck):
        for id in due:
            try:
                await deadlines.change(id, lambda one: _fire(one, offices, now))
            except NoCalendar as error:
                stuck.add(id)
                logger().error("no-calendar", deadline=id, error=in_short(error))
        if len(due) < AT_ONCE:
            return


def _fire(deadline: Deadline | None, offices: Offices, now: Clock) -> Decision:
    assert deadline is not None, "terms are never deleted"
    office = offices[deadline.commune]
    return rules.fire(deadline, office.ladder, office.calendar, office.hours, now())
