"""The operators' pages: who listens to what, what is parked, what happens now."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console.streams import deadletters, monitor
from services.console.acting import Acting
from services.console.event_words import EVENTS
from services.console.pages import HEADERS, Pages, Who, done, typed_in
from services.console.reader import Reader
from services.console.streams.tail import Wanted, shown
from services.console.streams.watch import Watch
from services.console.view import View, recent
from shared.broker import DEADLETTERS
from shared.contracts import Role
from shared.service import Service
from shared.text import one_line

FIRST_LINES_OF_TAIL = 50


def add_operations(router: APIRouter, service: Service, pages: Pages, view: View, reader: Reader, watch: Watch) -> None:
    """`/van-hanh`."""

    async def figures() -> dict[str, Any]:
        js = service.nats.jetstream()
        if not service.nats.is_connected:
            raise HTTPException(503, "Mất kết nối NATS: hệ thống đang thử nối lại. Dữ liệu đã nhận vẫn còn nguyên.")
        streams, services, parked = await asyncio.gather(
            monitor.streams(js), monitor.services(js), deadletters.parked(js)
        )
        held = next((stream.messages for stream in streams if stream.name == DEADLETTERS), 0)
        return {
            "streams": streams,
            "services": services,
            "parked": parked,
            "more_parked": held - len(parked),
            "position": reader.position,
            "malformed": await asyncio.to_thread(lambda: view.malformed),
        }

    @router.get("/van-hanh")
    async def operations(who: Who, xa: str = "", loai: str = "", hoso: str = "", xong: str = "") -> Response:
        wanted = Wanted(xa or None, loai or None, one_line(hoso) or None)
        latest = await pages.read(lambda db: recent(db, limit=2_000))
        lines = [shown(seen) for seen in latest if wanted(seen)][-FIRST_LINES_OF_TAIL:]
        return pages.show(
            "operations.html",
            who,
            event_words=EVENTS,
            wanted=wanted,
            lines=lines[::-1],
            newest=latest[-1].position if latest else 0,
            done=done(xong),
            **await figures(),
        )

    @router.get("/van-hanh/so-lieu")
    async def fresh_figures(who: Who) -> Response:
        """The figures alone, for the page to take over."""
        return pages.show("figures.html", who, **await figures())

    @router.get("/van-hanh/su-kien")
    async def events(
        xa: str = "",
        loai: str = "",
        hoso: str = "",
        sau: int = 0,
        last_event_id: Annotated[str, Header()] = "",
    ) -> Response:
        """The live tail. A browser that lost its connection says what it saw last and misses nothing recent."""
        after = int(last_event_id) if last_event_id.isdigit() else sau

        def earlier() -> list[Any]:
            with view.reading() as db:
                return recent(db, after)

        watching = watch.tail.watch(Wanted(xa or None, loai or None, one_line(hoso) or None), earlier)
        return StreamingResponse(watching, media_type="text/event-stream", headers=HEADERS)

    @router.get("/van-hanh/ket/{number}")
    async def parked(who: Who, number: int) -> Response:
        return await show_parked(who, number)

    @router.post("/van-hanh/ket/{number}")
    async def act_on_parked(request: Request, who: Who, number: int) -> Response:
        typed = await typed_in(request)
        _only_operators(who)
        js = service.nats.jetstream()
        message = await deadletters.one(js, number)
        if message is None:
            raise HTTPException(404, "Sự kiện này không còn trong danh sách kẹt: đã được xử lý.")
        reason = one_line(typed.get("reason", ""))[:500]
        match typed.get("do"):
            case "replay":
                await deadletters.replay(js, message, one_line(typed.get("key", ""))[:100] or str(ULID()))
            case "discard" if reason:
                await deadletters.discard(js, message, reason)
            case "discard":
                return await show_parked(who, number, problem="Xin ghi lý do bỏ.")
            case _:
                raise HTTPException(400, "Không có lệnh này.")
        return RedirectResponse(f"/van-hanh?xong={typed['do']}", 303)

    async def show_parked(who: Acting, number: int, problem: str = "") -> Response:
        message = await deadletters.one(service.nats.jetstream(), number)
        if message is None:
            raise HTTPException(404, "Sự kiện này không còn trong danh sách kẹt: đã được xử lý.")
        status = 422 if problem else 200
        return pages.show("parked.html", who, status, message=message, may=who.role is Role.OPERATOR, problem=problem)

    @router.post("/van-hanh/dung-lai")
    async def rebuild(who: Who) -> Response:
        """Build the view again from the first event."""
        _only_operators(who)
        await asyncio.to_thread(view.rebuild)
        return RedirectResponse("/van-hanh?xong=rebuild", 303)


def _only_operators(who: Acting) -> None:
    if who.role is not Role.OPERATOR:
        raise HTTPException(403, "Việc này dành cho người vận hành hệ thống. Hãy chọn ở đầu trang.")
