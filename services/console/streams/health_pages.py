"""`/van-hanh/suc-khoe`: the services, the broker, the databases; alarms of the last day; building the view again."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response

from services.console.pages import HEADERS, Who
from services.console.streams import health
from services.console.streams.frame import GUIDE, HOME, Frame
from services.console.streams.guide import as_page


def add_health(router: APIRouter, frame: Frame) -> None:
    """Health, the alarms behind us, the guide, and the view."""
    watch = frame.watch

    @router.get(f"{HOME}/suc-khoe")
    async def state(who: Who, xong: str = "") -> Response:
        seen = await watch.seen()
        return frame.show(
            "streams_health.html",
            who,
            "health",
            xong=xong,
            seen=seen,
            replicas=watch.replicas,
            broker=health.broker(frame.service.nats) if seen.connected else None,
            account=watch.account,
            disk=watch.disk,
            progress=watch.progress,
            malformed=await asyncio.to_thread(lambda: frame.view.malformed),
            over=watch.alarms.over,
            begun=watch.begun,
        )

    @router.get(GUIDE)
    async def guide(who: Who) -> Response:
        await watch.seen()
        return frame.show("streams_guide.html", who, "guide", guide_page=as_page())

    @router.get(f"{HOME}/dung-lai.json")
    async def how_far(who: Who) -> Response:
        """How far the view is, for the page that waits for it."""
        progress = watch.progress
        told = {
            "position": progress.position,
            "behind": progress.behind,
            "percent": progress.percent,
            "rate": round(progress.rate),
        }
        return JSONResponse({"texts": told, "over": not progress.behind}, headers=HEADERS)

    @router.post(f"{HOME}/dung-lai")
    async def rebuild(request: Request, who: Who) -> Response:
        """Build the view again from the first event. All pages say so meanwhile."""
        frame.require_operator(who)
        await frame.deeds.note(who, "rebuild-view", f"from position {frame.reader.position}")
        await asyncio.to_thread(frame.view.rebuild)
        return RedirectResponse(f"{HOME}/suc-khoe?xong=rebuild#du-lieu", 303)
