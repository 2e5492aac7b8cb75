"""Recording spans with OpenTelemetry's SDK. Loaded by shared/traces.py alone, and only where a collector is named."""

import os
import re
import socket
from collections.abc import Iterable
from importlib.metadata import version
from threading import Thread
from types import TracebackType
from typing import Any, Self

from opentelemetry import context
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import (
    Link,
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    get_current_span,
    set_span_in_context,
)
from opentelemetry.trace import Span as SdkSpan

from shared.traces import Attributes, Kind, Span, Value

PATH = "/v1/traces"
FAREWELL_S = 3.0
"""How long a process that stops waits for a collector that may be away."""

KINDS = {kind.name.lower(): kind for kind in SpanKind}
_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})")


class Recorder:
    """Gives all spans of a process to an exporter, in batches, from a thread of its own.

    The global provider stays what it is: libraries that look for one, as FastAPI does, note whole addresses, and so
    receipt codes.
    """

    def __init__(self, service: str, exporter: SpanExporter) -> None:
        release = version("doithoai")
        resource = {
            "service.name": service,
            "service.namespace": "doithoai",
            "service.version": release,
            "service.instance.id": f"{socket.gethostname()}:{os.getpid()}",
        }
        self._provider = TracerProvider(resource=Resource.create(resource), shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("doithoai", release)

    def span(
        self, name: str, kind: Kind, attributes: Attributes, parent: Context | None, links: Iterable[str | None]
    ) -> Span:
        """parent: None: whatever is being done."""
        contexts = [_told(link) for link in links if link]
        begin = {
            "name": name,
            "kind": KINDS[kind],
            "context": parent,
            "attributes": {key: value for key, value in attributes.items() if value is not None},
            "links": [Link(one) for one in contexts if one is not None],
        }
        return _Recorded(self, begin)

    def begin(self, begin: dict[str, Any]) -> SdkSpan:
        return self._tracer.start_span(record_exception=False, set_status_on_exception=False, **begin)

    def stop(self) -> None:
        last = Thread(target=self._provider.shutdown, name="traces-end", daemon=True)
        last.start()
        last.join(FAREWELL_S)


class _Recorded(Span):
    """One that is begun when it is entered, and is what is being done within."""

    __slots__ = ("_begin", "_recorder", "_span", "_token")

    def __init__(self, recorder: Recorder, begin: dict[str, Any]) -> None:
        self._recorder = recorder
        self._begin = begin
        self._span: SdkSpan
        self._token: Any

    def note(self, name: str, value: Value) -> None:
        self._span.set_attribute(name, value)

    def failed(self, what: str) -> None:
        self._span.set_attribute("error.type", what)
        self._span.set_status(Status(StatusCode.ERROR))

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def __enter__(self) -> Self:
        self._span = self._recorder.begin(self._begin)
        self._token = context.attach(set_span_in_context(self._span))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        context.detach(self._token)
        if kind is not None:
            self.failed(kind.__qualname__)
        self._span.end()


class _Here(_Recorded):
    """Whatever is being done, begun and ended by others."""

    __slots__ = ()

    def __init__(self) -> None:
        self._span = get_current_span()


def to(collector: str | None) -> SpanExporter:
    """An exporter by OTLP over HTTP; None: to where the environment says."""
    return OTLPSpanExporter(endpoint=f"{collector.rstrip('/')}{PATH}" if collector else None)


def here() -> Span:
    return _Here()


def traceparent() -> str | None:
    """Of whatever is being done."""
    now = get_current_span().get_span_context()
    return f"00-{now.trace_id:032x}-{now.span_id:016x}-{now.trace_flags:02x}" if now.is_valid else None


def context_of(parent: str | None) -> Context:
    """Empty for None, and for what is no `traceparent`: a trace begins."""
    told = _told(parent) if parent else None
    return set_span_in_context(NonRecordingSpan(told), Context()) if told is not None else Context()


def _told(traceparent: str) -> SpanContext | None:
    """What another process said (W3C Trace Context, version 00); None where it is not that."""
    found = _TRACEPARENT.fullmatch(traceparent)
    if found is None:
        return None
    told = SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=TraceFlags(int(found[3], 16)))
    return told if told.is_valid else None
