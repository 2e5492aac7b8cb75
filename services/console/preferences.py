"""How somebody likes to read the console: its language, light or dark. Kept by the browser alone, known before the
first line of a page, so that nothing flashes.
"""

from contextvars import ContextVar
from typing import Literal

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from services.console.language import language

Theme = Literal["system", "light", "dark"]
LANGUAGE_COOKIE, THEME_COOKIE = "doithoai_language", "doithoai_theme"

theme: ContextVar[Theme] = ContextVar("theme", default="system")
"""How the page that is answered shall look."""

address: ContextVar[str] = ContextVar("address", default="/")
"""Path and query of the page that is answered: where a switch in its frame comes back to."""


class ReadsPreferences:
    """Middleware that knows both by their cookies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            cookies = HTTPConnection(scope).cookies
            language.set("en" if cookies.get(LANGUAGE_COOKIE) == "en" else "vi")
            wanted = cookies.get(THEME_COOKIE)
            address.set(_address(scope))
            theme.set("light" if wanted == "light" else "dark" if wanted == "dark" else "system")
        await self._app(scope, receive, send)


def _address(scope: Scope) -> str:
    """A page that was the answer to a form is not asked for again: its path is, without what the form said."""
    query = scope["query_string"].decode("latin-1") if scope["method"] == "GET" else ""
    return str(scope["path"]) + (f"?{query}" if query else "")
