"""What led to what, across services: OpenTelemetry traces, off unless a collector is named.

Off, nothing of OpenTelemetry is loaded here, and a span is one shared object that notes nothing. On, spans go by OTLP
over HTTP to the collector that `OTEL_EXPORTER_OTLP_ENDPOINT` or the setting `traces` names; everything else is said by
the standard environment variables (`OTEL_TRACES_SAMPLER`, `OTEL_BSP_…`, `OTEL_RESOURCE_ATTRIBUTES`).

An attribute is a name from the code, a number, or an id that opens nothing: never what a person wrote, is called, or
can be reached by, nor a receipt code, nor the words of an exception, for they may quote any of these.
"""

import os
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

if TYPE_CHECKING:
    from opentelemetry.sdk.trace.export import SpanExporter

    from shared.recording import Recorder

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int | float | bool
Attributes = Mapping[str, Value | None]
HERE = "here"
"""As a parent: whatever is being done."""

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
HEADER = "traceparent"


class Span:
    """Something that takes time, for a `with` statement. This one stands for all that are not recorded."""

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

_recorder: "Recorder | None" = None


def start(service: str, collector: str | None = None) -> None:
    """Record from now on, if a collector is named; a process does so once, under its first name.

    Args:
        collector: its address; None: as the environment says.
    """
    if is_on() or not wanted(collector, os.environ):
        return
    from shared import recording

    record(service, recording.to(collector))


def wanted(collector: str | None, environment: Mapping[str, str]) -> bool:
    """Whether a collector is named, and the standard switches do not say otherwise."""
    if environment.get("OTEL_SDK_DISABLED", "").lower() == "true" or environment.get("OTEL_TRACES_EXPORTER") == "none":
        return False
    return bool(collector or any(environment.get(name) for name in ENDPOINTS))


def record(service: str, exporter: "SpanExporter") -> None:
    """Give all spans to this exporter."""
    global _recorder
    from shared.recording import Recorder

    _recorder = Recorder(service, exporter)


def stop() -> None:
    """Hand over what is recorded, if the collector takes it soon, and record no more."""
    global _recorder
    recorder, _recorder = _recorder, None
    if recorder is not None:
        recorder.stop()


def is_on() -> bool:
    return _recorder is not None


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
    if _recorder is None:
        return NOTHING
    from shared.recording import context_of

    return _recorder.span(name, kind, attributes or {}, None if parent == HERE else context_of(parent), links)


def current() -> Span:
    """What is being done, to say more of it."""
    if _recorder is None:
        return NOTHING
    from shared.recording import here

    return here()


def traceparent() -> str | None:
    """What is being done, as W3C Trace Context tells it to others; None when nothing is."""
    if _recorder is None:
        return None
    from shared import recording

    return recording.traceparent()


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
