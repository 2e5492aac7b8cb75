"""Wires intake."""

from collections.abc import Mapping, Sequence
from functools import partial

from services.intake import handlers
from services.intake.files import Files, Naming
from services.intake.library.store import Catalogue, Library
from services.intake.mailbox.leftovers import remove_originals
from services.intake.mailbox.mailboxes import Mailbox, read_mailboxes
from services.intake.mailbox.postman import Postmen
from services.intake.mailbox.reception import MailReception
from services.intake.pages import web
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
    mailboxes = _mailboxes(service)
    trusted = {mailbox.commune: mailbox.trusted for mailbox in mailboxes if mailbox.trusted}
    mail_room = MailReception(mails, submissions, reception, files, service.communes, service.clock, trusted)
    library = Library(service.database)
    catalogue = Catalogue(library)
    service.hears(
        handlers.consumes,
        dialogues=dialogues,
        submissions=submissions,
        reception=reception,
        files=files,
        mails=mails,
        mail_room=mail_room,
        library=library,
        catalogue=catalogue,
        communes=service.communes,
    )
    if mailboxes:
        postmen = Postmen(mailboxes, mail_room, mails, service.clock)
        service.works(postmen.work, stop=postmen.stop, busy=lambda: postmen.busy)
    service.tidies(3600, partial(files.remove_unnamed, _together(submissions.naming, mails.naming)))
    service.tidies(3600, partial(remove_originals, mails, files, service.clock))
    service.at_start(catalogue.refresh)
    service.tidies(5, catalogue.refresh)
    web.add_routes(service, reception, submissions, dialogues, files, library, catalogue)
    return service


def _mailboxes(service: Service) -> list[Mailbox]:
    """Raises MailboxesError: of a wrong file an operator must learn when he starts, not when mails are missed."""
    file = service.settings.mailboxes
    return read_mailboxes(file, service.communes) if file else []


def _together(*naming: Naming) -> Naming:
    """What any of them names is named."""

    async def named(ids: Sequence[str]) -> Mapping[str, str]:
        found = [await ask(ids) for ask in naming]
        return {file: by for one in found for file, by in one.items()}

    return named
