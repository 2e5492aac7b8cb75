"""Wires deadlines."""

from functools import partial

from services.deadlines import handlers, sweep
from services.deadlines.calendars import LiveCalendar
from services.deadlines.decrees import AppliedCalendars, follow_decrees
from services.deadlines.metrics import count_terms
from services.deadlines.store import Conferences, Deadlines
from services.deadlines.terms import Offices
from services.deadlines.working_days import load_calendar
from shared.service import Service
from shared.settings import Settings

SWEEP_EVERY_S = 0.5
"""A missed term is announced within two seconds of its moment: most of them are for those that end at the same one."""


def build(settings: Settings) -> Service:
    service = Service("deadlines", settings)
    assert service.database is not None
    deadlines = Deadlines(service.database)
    conferences = Conferences(service.database)
    calendars, calendar = AppliedCalendars(service.database), LiveCalendar(load_calendar())
    offices = Offices(service.communes, calendar)
    programme = sweep.Programme(deadlines, offices, service.clock)
    service.hears(
        handlers.consumes,
        deadlines=deadlines,
        conferences=conferences,
        offices=offices,
        calendars=calendars,
        calendar=calendar,
    )
    service.at_start(partial(calendars.refresh, calendar))
    service.every(1, partial(follow_decrees, calendars, calendar, deadlines, offices, service.clock))
    service.every(SWEEP_EVERY_S, partial(sweep.fire_what_is_due, deadlines, offices, service.clock))
    service.every(1, programme.expect_dialogues)
    service.tidies(30, partial(count_terms, deadlines))
    return service
