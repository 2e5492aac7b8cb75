"""Wires routing."""

from services.routing import handlers
from services.routing.classifying.vocabulary import classifier_for, shared_vocabulary
from services.routing.store import Conferences, Questions
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("routing", settings)
    assert service.database is not None
    vocabulary = shared_vocabulary()
    classifiers = {id: classifier_for(profile, vocabulary) for id, profile in service.communes.items()}
    service.hears(
        handlers.consumes,
        questions=Questions(service.database),
        conferences=Conferences(service.database),
        classifiers=classifiers,
        communes=service.communes,
    )
    return service
