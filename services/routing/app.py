"""Wires routing."""

from functools import partial

from services.routing import handlers
from services.routing.archives import LOOK_EVERY_S, Archives
from services.routing.store import Conferences, Handbooks, Questions
from services.routing.taught import Teaching, live_classifiers
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("routing", settings)
    assert service.database is not None
    questions, handbooks = Questions(service.database), Handbooks(service.database)
    archives = Archives(questions)
    service.tidies(LOOK_EVERY_S, partial(archives.warm, service.communes))
    service.hears(
        handlers.consumes,
        questions=questions,
        handbooks=handbooks,
        archives=archives,
        conferences=Conferences(service.database),
        classifiers=live_classifiers(service.communes, Teaching(questions, handbooks)),
        communes=service.communes,
    )
    return service
