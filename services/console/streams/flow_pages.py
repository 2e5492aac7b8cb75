"""`/van-hanh`: who says what to whom, how much of it now, and what waits where."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response

from services.console.pages import HEADERS, Who
from services.console.streams.flow import heard_by_nobody
from services.console.streams.frame import HOME, Frame
from services.console.streams.picture import flow
from services.console.streams.tail import shown
from services.console.view import recent

LATEST = 12


def add_flow(router: APIRouter, frame: Frame) -> None:
    """The operators' first page."""

    @router.get(HOME)
    async def picture(who: Who, mui: str = "", xong: str = "") -> Response:
        """mui: the arrow whose events are listed."""
        seen = await frame.watch.seen()
        drawn = flow(frame.watch, seen)
        latest = await frame.pages.read(lambda db: recent(db, limit=LATEST))
        return frame.show(
            "streams_flow.html",
            who,
            "flow",
            xong=xong,
            flow=drawn,
            opened=drawn.arrow(mui),
            unheard={box.name: heard_by_nobody([one.arrow for one in drawn.arrows], box.name) for box in drawn.boxes},
            seen=seen,
            replicas=frame.watch.replicas,
            progress=frame.watch.progress,
            lines=[shown(one) for one in latest][::-1],
        )

    @router.get(f"{HOME}/so-lieu.json")
    async def figures(who: Who) -> Response:
        """What of the picture moves. Some two kilobytes every two seconds, and nothing while the tab is hidden."""
        told = flow(frame.watch, await frame.watch.seen()).figures()
        told["texts"]["alarms"] = len(frame.watch.alarms.now)
        told["shape"] = (
            f"{told['shape']}.{'.'.join(f'{one.condition.name}-{one.about}' for one in frame.watch.alarms.now)}"
        )
        return JSONResponse(told, headers=HEADERS)
