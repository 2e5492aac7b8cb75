"""Wires deadlines."""

from functools import partial

from services.deadlines import handlers, sweep
from services.deadlines.store import Deadlines
from services.deadlines.terms import Offices
from services.deadlines.working_days import load_calendar
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("deadlines", settings)
    assert service.database is not None
    deadlines = Deadlines(service.database)
    offices = Offices(service.communes, load_calendar())
    service.hears(handlers.consumes, deadlines=deadlines, offices=offices)
    service.every(1, partial(sweep.fire_what_is_due, deadlines, offices, service.clock))
    return service
