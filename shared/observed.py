"""What is noted of each HTTP request: its route as the code writes it, its status, its time. Never its address."""

from time import perf_counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import traces
from shared.metrics import REQUEST_SECONDS, REQUESTS

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
NO_ROUTE = "none"
ENDLESS = b"text/event-stream"


class Observed:
    """Counts, times and traces requests.

    A trace begins here: whoever calls from outside may name one of his own, which is linked, not believed, or he could
    put his requests into others' traces and decide what is recorded.

    Args:
        unobserved: paths that machines ask for all the time.
    """

    def __init__(self, app: ASGIApp, unobserved: frozenset[str]) -> None:
        self._app = app
        self._unobserved = unobserved

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in self._unobserved:
            await self._app(scope, receive, send)
            return
        status, endless, began = 500, False, perf_counter()

        async def noted(message: Message) -> None:
            nonlocal status, endless
            if message["type"] == "http.response.start":
                status = message["status"]
                endless = dict(message["headers"]).get(b"content-type", b"").startswith(ENDLESS)
            await send(message)

        method = scope["method"] if scope["method"] in METHODS else "other"
        with traces.span(method, "server", {"http.request.method": method}, parent=None, links=_callers(scope)) as span:
            try:
                await self._app(scope, receive, noted)
            finally:
                route = _route(scope)
                span.rename(f"{method} {route}")
                span.note("http.route", route)
                span.note("http.response.status_code", status)
                if status >= 500:
                    span.failed(str(status))
                REQUESTS.labels(method, route, status).inc()
                if not endless:
                    REQUEST_SECONDS.labels(method, route).observe(perf_counter() - began)


def _callers(scope: Scope) -> list[str]:
    name = traces.HEADER.encode()
    return [value.decode("latin-1") for header, value in scope["headers"] if header == name]


def _route(scope: Scope) -> str:
    """As the code writes it, with the names of its parts and not what stood in them."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    return path if isinstance(path, str) and path else NO_ROUTE
