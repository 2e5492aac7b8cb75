"""Wires routing."""

from functools import partial

from services.routing import handlers
from services.routing.archives import LOOK_EVERY_S, Archives
from services.routing.classifying.vocabulary import classifier_for, shared_vocabulary
from services.routing.store import Conferences, Handbooks, Questions
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("routing", settings)
    assert service.database is not None
    vocabulary = shared_vocabulary()
    classifiers = {id: classifier_for(profile, vocabulary) for id, profile in service.communes.items()}
    questions = Questions(service.database)
    archives = Archives(questions)
    service.tidies(LOOK_EVERY_S, partial(archives.warm, service.communes))
    service.hears(
        handlers.consumes,
        questions=questions,
        handbooks=Handbooks(service.database),
        archives=archives,
        conferences=Conferences(service.database),
        classifiers=classifiers,
        communes=service.communes,
    )
    return service
