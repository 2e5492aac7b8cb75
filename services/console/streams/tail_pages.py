"""`/van-hanh/su-kien`: what happens now, what happened before, and one event without what was said in it."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import Response, StreamingResponse
from nats.errors import TimeoutError as NatsTimeoutError
from pydantic import Field
from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.event_words import EVENTS
from services.console.pages import HEADERS, Who, typed_in
from services.console.streams import history
from services.console.streams.comparing import compare
from services.console.streams.frame import HOME, Frame
from services.console.streams.tail import shown, wanted
from services.console.view import recent
from shared.contracts import SERVICES
from shared.text import one_line
from shared.web import HANOI

LINES = 50
FILTERED = 2_000
"""Of so many of the latest events those are shown that match; what lies further back is in the stream."""
TAIL = f"{HOME}/su-kien"
LONGEST_REASON = 500
Place = Annotated[int, Field(ge=0, lt=2**53)]
"""In the stream; the broker reads its numbers as JSON."""


def add_tail(router: APIRouter, frame: Frame) -> None:
    """The tail, the history behind it, and one event."""

    @router.get(TAIL)
    async def events(
        who: Who,
        xa: str = "",
        loai: str = "",
        hoso: str = "",
        noi: str = "",
        truoc: Place = 0,
        sau: Place = 0,
        luc: str = "",
    ) -> Response:
        """truoc, sau: from which place of the stream, backwards or forwards; luc: from which time. Else the latest."""
        filters = {"xa": xa, "loai": loai, "hoso": one_line(hoso), "noi": noi}
        which = wanted(xa, loai, filters["hoso"], noi)
        nats, last = frame.service.nats, (await frame.watch.seen()).last()
        moment, problem = _moment(luc, frame.service.clock()) if luc else (None, "")
        live = not (truoc or sau or moment)
        if live:
            looked_at = FILTERED if any(filters.values()) else LINES
            latest = await frame.pages.read(lambda db: recent(db, limit=looked_at))
            found = [one for one in latest if which(one)][-LINES:]
        else:
            found = await _earlier(frame, which, truoc, sau, moment, last)
        return frame.show(
            "streams_tail.html",
            who,
            "tail",
            event_words=EVENTS,
            speakers=SERVICES,
            filters=filters,
            given={key: value for key, value in filters.items() if value},
            lines=[shown(one) for one in found][::-1],
            newest=max(frame.reader.position, found[-1].position if found else 0),
            live=live,
            luc=luc,
            problem=problem,
            first=found[0].position if found else 0,
            last=found[-1].position if found else 0,
            end=last,
            connected_now=nats.is_connected,
        )

    @router.get(f"{TAIL}/truc-tiep")
    async def live(
        who: Who,
        xa: str = "",
        loai: str = "",
        hoso: str = "",
        noi: str = "",
        sau: Place = 0,
        last_event_id: Annotated[str, Header()] = "",
    ) -> Response:
        """The live tail. A browser that lost its connection says what it saw last and misses nothing recent."""
        after = int(last_event_id) if last_event_id.isdecimal() and len(last_event_id) < 16 else sau

        def earlier() -> list[Any]:
            with frame.view.reading() as db:
                return recent(db, after)

        watching = frame.watch.tail.watch(wanted(xa, loai, one_line(hoso), noi), earlier)
        return StreamingResponse(watching, media_type="text/event-stream", headers=HEADERS)

    @router.get(f"{TAIL}/{{position}}")
    async def event(who: Who, position: Place) -> Response:
        return await _show(who, position, revealed=False)

    @router.post(f"{TAIL}/{{position}}")
    async def reveal(request: Request, who: Who, position: Place) -> Response:
        """What was said in it, for a reason that is noted before anything is shown."""
        frame.require_operator(who)
        reason = one_line((await typed_in(request)).get("reason", ""))[:LONGEST_REASON]
        if not reason:
            return await _show(who, position, revealed=False, problem="Xin ghi lý do xem nội dung.")
        await frame.deeds.note(who, "event-read", f"event {position}", reason)
        return await _show(who, position, revealed=True)

    async def _show(who: Acting, position: int, *, revealed: bool, problem: str = "") -> Response:
        lying = await history.at_place(frame.service.nats, position)
        if lying is None:
            raise HTTPException(404, "Không còn sự kiện nào ở vị trí này của luồng: hồ sơ đã được xóa theo yêu cầu.")
        return frame.show(
            "streams_event.html",
            who,
            "tail",
            422 if problem else 200,
            lying=lying,
            line=shown(lying.seen),
            compared=compare(lying.body, masked=not revealed),
            revealed=revealed,
            problem=problem,
        )


async def _earlier(frame: Frame, which: Any, before: int, after: int, moment: datetime | None, last: int) -> list[Any]:
    nats = frame.service.nats
    try:
        if moment is not None:
            after = await history.place_of(nats, which, moment, last)
        if before:
            found = await history.before(nats, which, before, LINES)
        else:
            found = await history.after(nats, which, after, LINES)
    except NatsTimeoutError:
        raise TimeoutError from None
    return [one.seen for one in found]


def _moment(typed: str, now: datetime) -> tuple[datetime | None, str]:
    """`14:00` today, or `2026-04-20T14:00`, in Vietnam.

    Returns:
        The instant, and what is wrong with it where it is none.
    """
    try:
        if len(typed) <= 5:
            hours, _, minutes = typed.partition(":")
            return now.astimezone(HANOI).replace(hour=int(hours), minute=int(minutes or 0), second=0, microsecond=0), ""
        return datetime.fromisoformat(typed).replace(tzinfo=HANOI), ""
    except ValueError:
        return None, "Giờ viết dạng 14:00, hoặc chọn ngày và giờ."
