"""What is noted of what is done, and that nothing is while nobody asks for it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared import traces

SAID_ELSEWHERE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"


class Recording:
    """What was recorded, by the names of the spans."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        traces.record("routing", self._exporter)

    def __getitem__(self, name: str) -> ReadableSpan:
        [found] = [span for span in self.all() if span.name == name]
        return found

    def all(self) -> list[ReadableSpan]:
        traces.stop()
        return list(self._exporter.get_finished_spans())


@pytest.fixture
def recording() -> Iterator[Recording]:
    yield Recording()
    traces.stop()


def ids(span: ReadableSpan) -> tuple[str, str | None]:
    """Its trace, and its parent."""
    assert span.context is not None
    return f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}" if span.parent else None


def test_while_no_collector_is_named_every_span_is_the_same_and_notes_nothing():
    with traces.span("a", "server", {"b": 1}) as span:
        span.note("c", 2)
        assert span is traces.NOTHING
        assert (traces.traceparent(), traces.headers(), traces.ids()) == (None, None, {})


def test_while_no_collector_is_named_a_service_loads_neither_the_sdk_nor_an_exporter():
    program = (
        "import sys, services.routing.app as app; from shared.settings import Settings; app.build(Settings());"
        "print([one for one in sys.modules if one.startswith(('opentelemetry.sdk', 'opentelemetry.exporter'))])"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("environment", "because"),
    [
        ({}, "nobody names a collector"),
        ({traces.ENDPOINTS[1]: ""}, "a variable that is set to nothing names none"),
        ({traces.ENDPOINTS[1]: "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"}, "the standard switch is off"),
        ({traces.ENDPOINTS[1]: "http://127.0.0.1:1", "OTEL_TRACES_EXPORTER": "none"}, "traces go nowhere"),
    ],
)
def test_traces_are_off(environment: dict[str, str], because: str):
    assert not traces.wanted(None, environment), because


@pytest.mark.parametrize(
    ("collector", "environment"),
    [("http://127.0.0.1:1", {}), (None, {traces.ENDPOINTS[0]: "http://127.0.0.1:1/v1/traces"})],
)
def test_traces_are_on_where_the_setting_or_the_environment_names_a_collector(
    collector: str | None, environment: dict[str, str]
):
    assert traces.wanted(collector, environment)


def test_what_is_done_within_is_a_child_and_what_comes_after_is_not(recording: Recording):
    with traces.span("outer"), traces.span("inner"):
        pass
    with traces.span("later"):
        pass
    spans = {span.name: ids(span) for span in recording.all()}
    assert spans["inner"][0] == spans["outer"][0] != spans["later"][0]
    assert spans["inner"][1] is not None
    assert (spans["outer"][1], spans["later"][1]) == (None, None)


def test_what_another_process_began_goes_on_here(recording: Recording):
    with traces.span("here", parent=SAID_ELSEWHERE):
        told = traces.traceparent() or ""
    assert told.split("-")[1] == SAID_ELSEWHERE.split("-")[1]
    assert ids(recording["here"]) == tuple(SAID_ELSEWHERE.split("-")[1:3])


def test_what_another_process_decided_not_to_record_is_not_recorded_and_told_on(recording: Recording):
    with traces.span("here", parent=UNSAMPLED):
        told = traces.traceparent() or ""
    assert told.split("-")[1] == UNSAMPLED.split("-")[1]
    assert told.endswith("-00")
    assert recording.all() == []


@pytest.mark.parametrize("said", [None, "", "00-xyz", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", "thư của bà Mận"])
def test_what_is_no_traceparent_begins_a_trace_and_is_no_link(recording: Recording, said: str | None):
    with traces.span("here", parent=said, links=[said]):
        pass
    span = recording["here"]
    assert (span.parent, list(span.links)) == (None, [])


def test_an_exception_is_named_by_its_class_alone(recording: Recording):
    with pytest.raises(ValueError), traces.span("here"):
        raise ValueError("bà Mận, 0953000077")
    span = recording["here"]
    assert dict(span.attributes or {}) == {"error.type": "ValueError"}
    assert not span.status.is_ok
    assert "Mận" not in str(span.to_json())


def test_what_is_not_known_is_left_out(recording: Recording):
    with traces.span("here", attributes={"known": "yes", "unknown": None}):
        pass
    assert dict(recording["here"].attributes or {}) == {"known": "yes"}


def test_a_line_of_the_log_names_the_trace_it_is_of(recording: Recording):
    with traces.span("here"):
        told = traces.ids()
    assert (told["trace_id"], len(told["span_id"])) == (ids(recording["here"])[0], 16)
    assert traces.ids() == {}
