"""Wires intake."""

from functools import partial

from services.intake import handlers, web
from services.intake.files import Files
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("intake", settings)
    assert service.database is not None
    dialogues, submissions = Dialogues(service.database), Submissions(service.database)
    files = Files(service.database)
    reception = Reception(submissions, dialogues, files, service.clock)
    service.hears(
        handlers.consumes,
        dialogues=dialogues,
        submissions=submissions,
        reception=reception,
        files=files,
        communes=service.communes,
    )
    service.every(3600, partial(files.remove_unnamed, submissions.naming))
    web.add_routes(service, reception, submissions, dialogues, files)
    return service
