"""Wires intake."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.intake import handlers, web
from services.intake.files import Files, Naming
from services.intake.mail_reception import MailReception
from services.intake.reception import Reception
from services.intake.store import Dialogues, Incomings, Submissions
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("intake", settings)
    assert service.database is not None
    dialogues, submissions = Dialogues(service.database), Submissions(service.database)
    files = Files(service.database)
    reception = Reception(submissions, dialogues, files, service.clock)
    mails = Incomings(service.database)
    mail_room = MailReception(mails, submissions, reception, files, service.communes, service.clock)
    service.hears(
        handlers.consumes,
        dialogues=dialogues,
        submissions=submissions,
        reception=reception,
        files=files,
        mails=mails,
        mail_room=mail_room,
        communes=service.communes,
    )
    service.every(3600, partial(files.remove_unnamed, _together(submissions.naming, mails.naming)))
    web.add_routes(service, reception, submissions, dialogues, files)
    return service


def _together(*naming: Naming) -> Naming:
    """What any of them names is named."""

    async def named(ids: Sequence[str]) -> Mapping[str, str]:
        found = [await ask(ids) for ask in naming]
        return {file: by for one in found for file, by in one.items()}

    return named
