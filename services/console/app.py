"""Wires the console."""

from services.console import web
from services.console.reader import Reader
from services.console.tail import Tail
from services.console.view import View
from shared.service import Service
from shared.settings import Settings


def build(settings: Settings) -> Service:
    service = Service("console", settings, database=False)
    view, tail = View(settings.data / "console" / "view.db"), Tail()
    reader = Reader(view, tail.tell)
    service.works(lambda: reader.run(service.nats), busy=lambda: reader.behind)
    web.add_routes(service, view, reader, tail)
    return service
