"""Wires notify."""

from functools import partial

from services.notify import handlers
from services.notify.counting import count_letters
from services.notify.envelopes import EnvelopeRoom
from services.notify.mailing.message_ids import MessageIds, Secrets
from services.notify.mailing.smtp import Mailer
from services.notify.making import Maker
from services.notify.numbers.store import Numbers
from services.notify.paper.letters import check_fonts
from services.notify.post import AT_ONCE, PostRoom
from services.notify.posting.files import RunFiles
from services.notify.posting.room import PrintRoom
from services.notify.posting.store import PrintRuns
from services.notify.purge import Purge
from services.notify.signing.signer import Signer
from services.notify.store import Correspondences, Envelopes
from services.notify.texts.store import Texts
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """A missing letter face stops the start: with another one, letters would break their pages elsewhere.

    Raises:
        WrongMailServer: no mail may go to the server that is set.
    """
    check_fonts()
    service = Service("notify", settings)
    assert service.database is not None
    communes, now, folder = service.communes, service.clock, settings.letters
    correspondences, envelopes = Correspondences(service.database), Envelopes(service.database)
    texts, numbers, runs = Texts(service.database), Numbers(service.database, now), PrintRuns(service.database)
    signer = Signer(settings.keys, communes)
    ids, secrets = MessageIds(), Secrets(service.database)
    maker = Maker(
        correspondences, communes, texts, numbers, signer, ids, folder, settings.public_url, settings.console_url
    )
    mailer = Mailer.of(settings, AT_ONCE)
    post = PostRoom(correspondences, communes, mailer, maker, now)
    daily = EnvelopeRoom(envelopes, correspondences, communes, post, mailer, maker, now)
    print_room = PrintRoom(correspondences, runs, communes, folder, now)
    purge = Purge(correspondences, envelopes, communes, now)
    service.hears(
        handlers.consumes,
        correspondences=correspondences,
        envelopes=envelopes,
        post=post,
        message_ids=ids,
        maker=maker,
        texts=texts,
        numbers=numbers,
        print_runs=runs,
        print_room=print_room,
        run_files=RunFiles(correspondences, communes, folder, settings.console_url),
        letters_folder=folder,
        base_url=settings.public_url,
        communes=communes,
    )
    service.at_start(texts.refresh)
    service.at_start(partial(ids.learn, secrets))
    service.every(1, post.take_what_waits)
    service.every(1, daily.send_what_is_due)
    service.every(1, print_room.close_what_is_due)
    service.every(10, partial(handlers.tell_again, correspondences, post, now))
    service.tidies(2, texts.refresh)
    service.tidies(600, purge.forget_what_is_old)
    service.tidies(600, print_room.forget)
    service.tidies(60, partial(count_letters, correspondences, runs))
    service.works(post.work, stop=post.stop, busy=lambda: post.busy)
    return service
