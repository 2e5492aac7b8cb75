"""Wires intake."""

from services.intake import handlers, web
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("intake", settings)
    assert service.database is not None
    dialogues, submissions = Dialogues(service.database), Submissions(service.database)
    reception = Reception(submissions, dialogues, service.clock)
    service.hears(
        handlers.consumes,
        dialogues=dialogues,
        submissions=submissions,
        reception=reception,
        communes=service.communes,
    )
    web.add_routes(service, reception, submissions, dialogues)
    return service
