"""`/van-hanh/luong`, `/van-hanh/noi-xu-ly`: what is stored, and how far each handler is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic

from fastapi import APIRouter
from fastapi.responses import Response

from services.console.pages import Who
from services.console.streams.frame import HOME, Frame
from services.console.streams.monitor import Handler, Stream
from services.console.streams.samples import polyline

LINE = (240.0, 40.0)


@dataclass(frozen=True, slots=True)
class ShownStream:
    """A stream with its last hour. points: of its line, messages in each minute; growth: bytes a day."""

    stream: Stream
    points: str
    most: float
    now: float
    growth: float | None

    @property
    def days_left(self) -> int | None:
        """Until its limit is reached, if it goes on like this."""
        if not self.stream.most_bytes or not self.growth or self.growth <= 0:
            return None
        return int((self.stream.most_bytes - self.stream.size) / self.growth)


@dataclass(frozen=True, slots=True)
class ShownHandler:
    """waited: how long its oldest event has; None where none waits. replicas: of its service, that have answered."""

    handler: Handler
    rate: float
    waited: timedelta | None
    parked: int
    replicas: int | None


def add_streams(router: APIRouter, frame: Frame) -> None:
    """Streams and handlers."""
    watch = frame.watch

    @router.get(f"{HOME}/luong")
    async def streams(who: Who) -> Response:
        seen = await watch.seen()
        watched = [_stream(frame, one) for one in seen.streams]
        minutes = int((monotonic() - watch.samples.since) // 60) if watch.samples.since is not None else 0
        return frame.show(
            "streams_streams.html",
            who,
            "streams",
            seen=seen,
            streams=watched,
            line=LINE,
            minutes=min(minutes, 60),
            account=watch.account,
            disk=watch.disk,
        )

    @router.get(f"{HOME}/noi-xu-ly")
    async def handlers(who: Who, dich_vu: str = "", chi: str = "") -> Response:
        """chi: `cho` shows those alone that have something to do, or that nobody listens for."""
        seen = await watch.seen()
        found = [_handler(frame, one, seen.oldest, seen.parked, seen.at) for one in seen.handlers]
        wanted = [
            one
            for one in found
            if dich_vu in ("", one.handler.service)
            and (chi != "cho" or one.handler.lag or one.parked or not one.handler.listening)
        ]
        return frame.show(
            "streams_handlers.html",
            who,
            "handlers",
            seen=seen,
            handlers=wanted,
            services=list(dict.fromkeys(one.handler.service for one in found)),
            of=len(found),
            dich_vu=dich_vu,
            chi=chi,
        )


def _stream(frame: Frame, stream: Stream) -> ShownStream:
    minutes = frame.watch.samples.a_minute(stream.name, monotonic())
    return ShownStream(
        stream, polyline(minutes, *LINE), max(minutes), minutes[-1], frame.watch.samples.growth_a_day(stream.name)
    )


def _handler(
    frame: Frame, handler: Handler, oldest: Mapping[str, datetime], parked: Mapping[str, int], now: datetime
) -> ShownHandler:
    since, told = oldest.get(handler.name), frame.watch.replicas.get(handler.service)
    return ShownHandler(
        handler,
        frame.watch.samples.handled_a_minute(handler.name),
        now - since if since else None,
        parked.get(handler.name, 0),
        len(told) if told else None,
    )
