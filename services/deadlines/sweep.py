"""What time triggers: reminders, missed terms, the ladder."""

from services.deadlines import rules
from services.deadlines.rules import Deadline, Decision
from services.deadlines.store import AT_ONCE, Deadlines
from services.deadlines.terms import Offices
from shared.clock import Clock
from shared.logs import in_short, logger
from shared.store import OUTAGES


async def fire_what_is_due(deadlines: Deadlines, offices: Offices, now: Clock) -> None:
    """Fire every term whose time has come. Replicas share the work: of two that take the same term, one finds it done.

    A term that cannot be fired, for want of a calendar or of its commune's profile, stays due and is named; it does not
    keep the others waiting.
    """
    stuck: set[str] = set()
    while due := await deadlines.due(now(), except_for=stuck):
        for id in due:
            try:
                await deadlines.change(id, lambda one: _fire(one, offices, now))
            except OUTAGES:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one term is not wrong with the next
                stuck.add(id)
                logger().error("term-not-fired", deadline=id, error=in_short(error))
        if len(due) < AT_ONCE:
            return


def _fire(deadline: Deadline | None, offices: Offices, now: Clock) -> Decision:
    assert deadline is not None, "terms are never deleted"
    office = offices[deadline.commune]
    return rules.fire(deadline, office.ladder, office.calendar, office.hours, now())
