"""`/hoi-nghi/<id>/man-chieu`: what everybody in the hall sees, on whatever machine the projector hangs."""

import asyncio
import json
from collections.abc import AsyncIterator
from sqlite3 import Connection

from fastapi import APIRouter
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.hall import conferences
from services.console.hall.asked import Asked, asked
from services.console.hall.conferences import Conference
from services.console.hall.room_acts import Room
from services.console.hall.screen import Screen, screen
from services.console.pages import HEADERS, Who
from services.console.streams.news import LASTS_S

LOOK_EVERY_S = 0.3
"""How soon a screen follows what another replica has noted, or what the view has heard."""
SIGN_EVERY = 15
"""So many looks without news, and the screen is told that the connection stands."""


def add_projector(router: APIRouter, room: Room) -> None:
    """The page, and the stream that changes it."""

    @router.get("/hoi-nghi/{dialogue}/man-chieu")
    async def look(who: Who, dialogue: str) -> Response:
        found = await picture(who, dialogue)
        return room.pages.show("projector.html", who, screen=found, dialogue=dialogue)

    @router.get("/hoi-nghi/{dialogue}/man-chieu/tin")
    async def follow(who: Who, dialogue: str) -> Response:
        await picture(who, dialogue)  # a dialogue that is not here is told before anything is streamed
        headers = {**HEADERS, "X-Accel-Buffering": "no"}
        return StreamingResponse(pictures(who, dialogue), media_type="text/event-stream", headers=headers)

    async def picture(who: Acting, dialogue: str) -> Screen:
        now, floor = room.service.clock(), await room.notes.of(who.commune, dialogue)

        def query(db: Connection) -> tuple[Conference, list[Asked]] | None:
            found = conferences.conference(db, who.commune, dialogue, now)
            return (found, asked(db, who.commune, dialogue, now)) if found else None

        if (known := await room.pages.read(query)) is None:
            raise HTTPException(404, "Không có hội nghị này.")
        return screen(known[0], floor, known[1], who.unit, now)

    async def pictures(who: Acting, dialogue: str) -> AsyncIterator[bytes]:
        """Each picture when it differs from the one before, as the page shows it; until it is asked for again."""
        until = asyncio.get_running_loop().time() + LASTS_S
        yield b"retry: 1000\n\n"
        before, quiet, seen = None, 0, None
        while before is None or asyncio.get_running_loop().time() < until:
            here = (room.reader.position, (await room.notes.of(who.commune, dialogue)).version, _minute(room))
            found = await picture(who, dialogue) if here != seen else before
            seen = here
            if found is not None and found != before:
                html = bytes(room.pages.show("screen.html", who, screen=found).body).decode()
                yield _event("screen", {"html": html, "state": found.state})
                before, quiet = found, 0
            elif (quiet := quiet + 1) % SIGN_EVERY == 0:
                yield _event("still", {})
            await room.notes.changed(LOOK_EVERY_S)


def _minute(room: Room) -> str:
    """A conference begins by the clock alone."""
    return room.service.clock().isoformat(timespec="minutes")


def _event(name: str, data: dict[str, str]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()
