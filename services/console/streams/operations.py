"""The operators' pages, put together."""

from fastapi import APIRouter

from services.console.pages import Pages
from services.console.reader import Reader
from services.console.streams.deeds import Deeds
from services.console.streams.flow_pages import add_flow
from services.console.streams.frame import Frame
from services.console.streams.health_pages import add_health
from services.console.streams.parked_pages import add_parked
from services.console.streams.stream_pages import add_streams
from services.console.streams.tail_pages import add_tail
from services.console.streams.watch import Watch
from services.console.view import View
from shared.service import Service


def add_operations(router: APIRouter, service: Service, pages: Pages, view: View, reader: Reader, watch: Watch) -> None:
    """`/van-hanh`."""
    watch.look_with(service, reader)
    pages.alarms = lambda: len(watch.alarms.now)
    frame = Frame(service, pages, view, reader, watch, Deeds(service))
    add_flow(router, frame)
    add_streams(router, frame)
    add_tail(router, frame)
    add_parked(router, frame)
    add_health(router, frame)
