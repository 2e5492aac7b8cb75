"""What led to what, across services: OpenTelemetry traces, off unless a collector is named.

Off, nothing of OpenTelemetry is loaded by this module, and a span is one shared object that notes nothing. On, spans go
by OTLP over HTTP to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` or the setting `traces` names; everything else is
said by the standard environment variables (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`, `OTEL_RESOURCE_ATTRIBUTES`).

An attribute is a name from the code, a number, or an id that opens nothing: never what a person wrote, is called, or
can be reached by, nor a receipt code, nor the words of an exception, for they may quote any of these.
"""

import os
import socket
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as Recorded
    from opentelemetry.trace import Tracer

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int | float | bool
Attributes = Mapping[str, Value | None]
HERE = "here"
"""As a parent: whatever is being done."""

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PATH = "/v1/traces"
HEADER = "traceparent"
FAREWELL_S = 3.0
"""How long a process that stops waits for a collector that may be away."""


class Span:
    """Something that takes time. This one stands for all that are not recorded."""

    __slots__ = ()

    def note(self, name: str, value: Value) -> None:
        """Say more of it."""

    def failed(self, what: str) -> None:
        """It did not go well. what: a name from the code, such as an exception's class."""

    def rename(self, name: str) -> None:
        """Say better what it is, once that is known."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass


NOTHING = Span()


class _Recorded(Span):
    """One that is begun when it is entered, and is `here` for what is done within."""

    __slots__ = ("_begin", "_span", "_token")

    def __init__(self, **begin: Any) -> None:
        self._begin = begin
        self._span: Recorded
        self._token: Any

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def failed(self, what: str) -> None:
        from opentelemetry.trace import Status, StatusCode

        self._span.set_attribute("error.type", what)
        self._span.set_status(Status(StatusCode.ERROR))

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def __enter__(self) -> Self:
        from opentelemetry import context
        from opentelemetry.trace import set_span_in_context

        assert _tracer is not None, "made by span(), while there is one"
        self._span = _tracer.start_span(record_exception=False, set_status_on_exception=False, **self._begin)
        self._token = context.attach(set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        from opentelemetry import context

        context.detach(self._token)
        if kind is not None:
            self.failed(kind.__qualname__)
        self._span.end()


_tracer: "Tracer | None" = None
_provider: "TracerProvider | None" = None


def is_on() -> bool:
    return _tracer is not None


def start(service: str, collector: str | None = None) -> None:
    """Record from now on, if a collector is named; a process does so once, under its first name.

    Args:
        collector: its address; None: as the environment says.
    """
    if is_on() or not wanted(collector, os.environ):
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    record(service, OTLPSpanExporter(endpoint=f"{collector.rstrip('/')}{PATH}" if collector else None))


def wanted(collector: str | None, environment: Mapping[str, str]) -> bool:
    """Whether a collector is named, and the standard switches do not say otherwise."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return bool(collector or any(environment.get(name) for name in ENDPOINTS))


def record(service: str, exporter: "SpanExporter") -> None:
    """Give all spans to this exporter, in batches. The global provider stays what it is: libraries that look for one,
    as FastAPI does, note whole addresses, and so receipt codes."""
    global _provider, _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    resource = {
        "service.name": service,
        "service.namespace": "doithoai",
        "service.version": version("doithoai"),
        "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
    }
    _provider = TracerProvider(resource=Resource.create(resource), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = _provider.get_tracer("doithoai", version("doithoai"))


def stop() -> None:
    """Hand over what is recorded, if the collector takes it soon, and record no more."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        last = Thread(target=provider.shutdown, name="traces-end", daemon=True)
        last.start()
        last.join(FAREWELL_S)


def span(
    name: str,
    kind: Kind = "internal",
    attributes: Attributes | None = None,
    *,
    parent: str | None = HERE,
    links: Iterable[str | None] = (),
) -> Span:
    """A span for a `with` statement.

    Args:
        attributes: those that are None are left out.
        parent: the `traceparent` of what led to it, perhaps in another process; None: nothing did, a trace begins.
        links: `traceparent`s of what else it has to do with.
    """
    if _tracer is None:
        return NOTHING
    from opentelemetry.trace import Link, SpanKind, get_current_span

    contexts = (get_current_span(_context(link)).get_span_context() for link in links if link)
    return _Recorded(
        name=name,
        kind=SpanKind[kind.upper()],
        context=None if parent == HERE else _context(parent),
        attributes={key: value for key, value in (attributes or {}).items() if value is not None},
        links=[Link(one) for one in contexts if one.is_valid],
    )


def current() -> Span:
    """What is being done, to say more of it."""
    if _tracer is None:
        return NOTHING
    from opentelemetry.trace import get_current_span

    here = _Recorded()
    here._span = get_current_span()
    return here


def traceparent() -> str | None:
    """What is being done, as W3C Trace Context tells it to others; None when nothing is."""
    if _tracer is None:
        return None
    from opentelemetry.trace import get_current_span

    here = get_current_span().get_span_context()
    return f"00-{here.trace_id:032x}-{here.span_id:016x}-{here.trace_flags:02x}" if here.is_valid else None


def headers() -> dict[str, str] | None:
    """The same as headers of a message; None when there is nothing to say."""
    here = traceparent()
    return {HEADER: here} if here else None


def ids() -> dict[str, str]:
    """What is being done, for a line of the log."""
    here = traceparent()
    if here is None:
        return {}
    _, trace, span, _ = here.split("-")
    return {"trace_id": trace, "span_id": span}


def _context(parent: str | None) -> "Context":
    """Empty for what is no `traceparent`: a trace begins."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    if parent is None:
        return Context()
    return TraceContextTextMapPropagator().extract({HEADER: parent}, Context())
