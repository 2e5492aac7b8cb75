"""Wires notify."""

from functools import partial

from services.notify import handlers
from services.notify.mailing.smtp import Mailer
from services.notify.paper.letters import check_fonts
from services.notify.post import AT_ONCE, PostRoom
from services.notify.store import Correspondences
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    """A missing letter face stops the start: with another one, letters would break their pages elsewhere.

    Raises:
        WrongSettings: no mail may go to the server that is set.
    """
    check_fonts()
    service = Service("notify", settings)
    assert service.database is not None
    correspondences = Correspondences(service.database)
    post = PostRoom(
        correspondences,
        service.communes,
        Mailer.of(settings, AT_ONCE),
        settings.letters,
        settings.public_url,
        settings.console_url,
        service.clock,
    )
    service.hears(handlers.consumes, correspondences=correspondences, post=post, communes=service.communes)
    service.every(1, post.take_what_waits)
    service.every(10, partial(handlers.tell_again, correspondences, post, service.clock))
    service.works(post.work, stop=post.stop, busy=lambda: post.busy)
    return service
