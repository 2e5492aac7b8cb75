"""What is noted of an HTTP request: its route, its status, its time; never what stood in its address."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.responses import StreamingResponse
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY
from starlette.exceptions import HTTPException

from shared import traces
from shared.observed import Observed

CODE = "K7QX-3M9M"
CALLERS = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def made() -> FastAPI:
    app, router = FastAPI(), APIRouter(prefix="/observed")
    app.add_middleware(Observed, unobserved=frozenset({"/observed/probe"}))

    @router.get("/{code}")
    async def page(code: str) -> str:
        if code == "gone":
            raise HTTPException(404)
        if code == "broken":
            raise RuntimeError(CODE)
        return code

    @router.get("/news/{code}")
    async def news(code: str) -> StreamingResponse:
        async def endless() -> AsyncIterator[str]:
            yield f"data: {code}\n\n"

        return StreamingResponse(endless(), media_type="text/event-stream")

    app.include_router(router)
    return app


@pytest.fixture
def recorded() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.record("intake", exporter)
    yield exporter
    traces.stop()


async def asked(method: str, path: str, **more: Any) -> httpx.Response:
    transport = httpx.ASGITransport(made(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://intake") as http:
        return await http.request(method, path, **more)


def the_span(recorded: InMemorySpanExporter) -> ReadableSpan:
    traces.stop()
    [span] = recorded.get_finished_spans()
    return span


def counted(method: str, route: str, status: str) -> float:
    return (
        REGISTRY.get_sample_value("doithoai_http_requests_total", {"method": method, "route": route, "status": status})
        or 0.0
    )


@pytest.mark.parametrize(
    ("method", "path", "route", "status", "because"),
    [
        ("GET", f"/observed/{CODE}?contact=0953000077", "/observed/{code}", 200, "what opens a form is not told"),
        ("GET", "/observed/gone", "/observed/{code}", 404, "refused by the page"),
        ("GET", f"/elsewhere/{CODE}", "none", 404, "no route takes it, so its path is a stranger's text"),
        ("POST", f"/observed/{CODE}", "/observed/{code}", 405, "the route is there, the method is not"),
        ("GET", "/observed/broken", "/observed/{code}", 500, "an exception is the server's fault"),
    ],
)
async def test_a_request_is_told_by_its_route(
    recorded: InMemorySpanExporter, method: str, path: str, route: str, status: int, because: str
):
    before = counted(method, route, str(status))
    assert (await asked(method, path)).status_code == status
    assert counted(method, route, str(status)) == before + 1, because
    span = the_span(recorded)
    assert (span.name, span.kind.name) == (f"{method} {route}", "SERVER")
    attributes = dict(span.attributes or {})
    assert attributes.pop("error.type", None) == {500: "RuntimeError"}.get(status)
    assert attributes == {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
    }
    assert CODE not in span.to_json()
    assert "0953" not in span.to_json()


async def test_whoever_calls_is_linked_and_not_believed(recorded: InMemorySpanExporter):
    await asked("GET", f"/observed/{CODE}", headers={"traceparent": CALLERS})
    span = the_span(recorded)
    assert span.parent is None
    assert [f"{link.context.span_id:016x}" for link in span.links] == [CALLERS.split("-")[2]]


async def test_a_method_that_is_none_makes_no_new_row(recorded: InMemorySpanExporter):
    await asked("MẬN".encode().hex(), f"/observed/{CODE}")
    assert the_span(recorded).name.startswith("other ")


async def test_a_probe_is_not_noted(recorded: InMemorySpanExporter):
    await asked("GET", "/observed/probe")
    traces.stop()
    assert recorded.get_finished_spans() == ()


async def test_a_stream_of_news_is_counted_and_not_timed(recorded: InMemorySpanExporter):
    route = "/observed/news/{code}"
    assert (await asked("GET", "/observed/news/x")).status_code == 200
    assert counted("GET", route, "200") == 1
    assert REGISTRY.get_sample_value("doithoai_http_request_seconds_count", {"method": "GET", "route": route}) is None
