"""An OpenTelemetry collector on loopback: keeps every span it is sent, so that a test can follow a trace."""

import gzip
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Status


@dataclass(frozen=True)
class Recorded:
    """A span. service: of the process that recorded it. links: `trace-span` of what else it has to do with."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    attributes: dict[str, Any] = field(hash=False)
    links: tuple[str, ...] = ()
    failed: bool = False


@dataclass
class Collector:
    """raw: every request as it came, for whoever looks for what must not be in it."""

    port: int = 0
    spans: dict[str, Recorded] = field(default_factory=dict)
    raw: list[bytes] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def take(self, body: bytes) -> None:
        told = ExportTraceServiceRequest.FromString(body)
        with self._news:
            self.raw.append(body)
            for of_process in told.resource_spans:
                service = _values(of_process.resource.attributes)["service.name"]
                for of_scope in of_process.scope_spans:
                    for span in of_scope.spans:
                        self.spans[span.span_id.hex()] = Recorded(
                            service,
                            span.name,
                            type(span).SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower(),
                            span.trace_id.hex(),
                            span.span_id.hex(),
                            span.parent_span_id.hex(),
                            _values(span.attributes),
                            tuple(f"{link.trace_id.hex()}-{link.span_id.hex()}" for link in span.links),
                            span.status.code == Status.STATUS_CODE_ERROR,
                        )
            self._news.notify_all()

    def until(self, come: Callable[[], bool], within_s: float = 30) -> bool:
        """Wait for spans: processes send them in batches."""
        with self._news:
            return self._news.wait_for(come, within_s)

    def named(self, name: str, service: str | None = None) -> list[Recorded]:
        return [one for one in list(self.spans.values()) if one.name == name and service in (None, one.service)]

    def way_to(self, span: Recorded) -> list[Recorded]:
        """From the beginning of its trace, as far as it is known, to the span."""
        way = [span]
        while way[0].parent in self.spans:
            way.insert(0, self.spans[way[0].parent])
        return way


@contextmanager
def collector() -> Iterator[Collector]:
    """One that listens until the end of the `with`."""
    kept = Collector()

    class Receives(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kept.take(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receives)
    kept.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _values(pairs: Any) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    which = value.WhichOneof("value")
    return getattr(value, which) if which else None
