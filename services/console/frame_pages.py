"""What the frame around every page asks for: the language and theme that somebody chose, and the news."""

from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from services.console.door.admission import own_path
from services.console.language import Language
from services.console.pages import HEADERS, Who
from services.console.preferences import LANGUAGE_COOKIE, THEME_COOKIE, Theme
from services.console.reader import Reader
from services.console.streams.news import News

PATH = "/giao-dien"
A_YEAR_S = 365 * 24 * 3600


def add_frame(outside: APIRouter, router: APIRouter, news: News, reader: Reader) -> None:
    """`POST /giao-dien`: fields `language`, `theme`, `back`; whatever else is said changes nothing.

    `GET /tin`: news of the own commune, as server-sent events.
    """

    @outside.post(PATH)
    async def prefer(request: Request) -> Response:
        typed = await request.form()
        response = RedirectResponse(own_path(str(typed.get("back", "/"))), 303)
        for name, cookie, known in (
            ("language", LANGUAGE_COOKIE, get_args(Language)),
            ("theme", THEME_COOKIE, get_args(Theme)),
        ):
            if (value := typed.get(name)) in known:
                response.set_cookie(cookie, str(value), httponly=True, samesite="strict", max_age=A_YEAR_S)
        return response

    @router.get("/tin")
    async def told(who: Who) -> Response:
        watching = news.watch(who.commune, lambda: reader.position, lambda: reader.behind)
        return StreamingResponse(watching, media_type="text/event-stream", headers=HEADERS)
