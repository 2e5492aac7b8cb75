"""Wires the console."""

from services.console import web
from services.console.reader import Reader
from services.console.streams.watch import Watch
from services.console.view import View
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("console", settings, database=False)
    view, watch = View(settings.data / "console" / "view.db"), Watch()
    reader = Reader(view, watch.tell)
    service.works(lambda: reader.run(service.nats), busy=lambda: reader.behind)
    web.add_routes(service, view, reader, watch)
    return service
