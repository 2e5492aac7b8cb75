"""Wires the console."""

import asyncio
from functools import partial

from services.console import web
from services.console.door.audit import note_command
from services.console.door.doorkeeper import Doorkeeper
from services.console.reader import Reader
from services.console.streams.figures import FIGURES
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.work import held_worker
from services.console.work.kept import kept_in
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("console", settings)
    view, watch = View(settings.data / "console" / "view.db"), Watch()
    reader = Reader(view, watch.tell)
    FIGURES.watch = watch
    service.works(lambda: reader.run(service.nats), busy=lambda: reader.behind)
    service.works(watch.run)

    async def settle() -> None:
        """Not while the stream is read anew: what is counted now would be counted again."""
        while not reader.behind and (await asyncio.to_thread(view.settle)) > 0:
            pass

    service.tidies(1.0, settle)
    assert service.database is not None
    kept = kept_in(service.database)
    door = Doorkeeper(service)
    noted = partial(note_command, service)
    service.works(lambda: held_worker.work(kept.acts, service.nats, door.still, noted=noted))
    service.tidies(held_worker.FORGET_EVERY_S, lambda: held_worker.forget_old(kept.acts))
    web.add_routes(service, view, reader, watch, door, kept)
    return service
