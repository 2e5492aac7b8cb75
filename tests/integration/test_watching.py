"""What Prometheus reads of running services, and whether dashboards and alert rules name what is there."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import nats
import pytest_asyncio
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e.town import CLERK, Town, settled_in
from tests.servers import RunningSystem

GRAFANA = Path(__file__).parents[2] / "deploy" / "grafana"
COMMUNE = "thanh-tri"
NAME, PHONE, EMAIL = "Đào Thị Mận Tím", "0953000077", "man.tim@nguoidan.example"
LABELS = {
    "action",
    "commune",
    "domain",
    "event",
    "handler",
    "le",
    "listener",
    "method",
    "outcome",
    "route",
    "state",
    "status",
    "stream",
    "verb",
}
"""Everything that may be told apart: names from the code, and communes."""
COUNTED = {"backlog", "behind", "failing", "letters", "listening", "messages", "missing", "open", "parked", "pending"}
COUNTED |= {"ready", "redelivered", "up", "waiting", "way"}
"""The last word of a gauge that counts things or says yes or no, and so has no unit."""
UNITS = ("_seconds", "_bytes", "_ratio")
OURS = "doithoai_"

Scraped = Mapping[str, Mapping[str, Metric]]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scraped(stack: RunningSystem) -> Scraped:
    """Of each service, once it has something to tell, its metrics by their names."""
    town = await settled_in(COMMUNE, stack)
    try:
        await _something_happens(town)
        return {name: await _metrics(url) for name, url in stack.addresses.services.items()}
    finally:
        await town.client.close()


async def _something_happens(town: Town) -> None:
    await town.sends_by_program("form", "Bao giờ sửa đường?", name=NAME, phone=PHONE, email=EMAIL)
    async with town.console(CLERK) as desk:
        assert (await desk.get("/ho-so/khong-co")).status_code == 404
        assert (await desk.get("/khong-co/0953000077")).status_code == 404


async def _metrics(url: str) -> dict[str, Metric]:
    async with httpx.AsyncClient(timeout=30) as http:
        answer = await http.get(f"{url}/metrics")
    assert answer.status_code == 200
    return {family.name: family for family in text_string_to_metric_families(answer.text)}


def ours(scraped: Scraped) -> Iterator[Metric]:
    for families in scraped.values():
        yield from (family for family in families.values() if family.name.startswith(OURS))


def test_every_service_tells_the_same_of_its_requests_commands_events_and_connections(scraped: Scraped):
    common = {"http_requests", "http_request_seconds", "commands", "messages", "outbox_backlog", "ready", "nats_up"}
    for service, families in scraped.items():
        assert {OURS + name for name in common} <= families.keys(), service
        assert families["doithoai_ready"].samples[0].value == 1, service


def test_names_end_with_their_unit_and_say_what_they_are(scraped: Scraped):
    wrong = []
    for family in ours(scraped):
        unit = family.name.endswith(UNITS)
        fits = {"counter": True, "histogram": unit, "gauge": unit or family.name.rsplit("_", 1)[-1] in COUNTED}
        if not (fits.get(family.type) and re.fullmatch(r"doithoai_[a-z0-9_]+", family.name) and family.documentation):
            wrong.append((family.name, family.type, family.documentation))
    assert wrong == []


def test_a_histogram_has_buckets_that_tell_whether_the_budget_is_kept(scraped: Scraped):
    pages = scraped["console"]["doithoai_http_request_seconds"]
    bounds = {sample.labels["le"] for sample in pages.samples if "le" in sample.labels}
    assert "0.05" in bounds, "a page of the console may take 50 ms"
    assert {"0.25", "+Inf"} <= bounds


def test_labels_are_few_and_tell_of_nobody(scraped: Scraped):
    named = {label for family in ours(scraped) for sample in family.samples for label in sample.labels}
    assert named - LABELS == set()
    values = {value for family in ours(scraped) for sample in family.samples for value in sample.labels.values()}
    assert [value for value in values if "@" in value or re.search(r"\d{6}|[À-ỹ]", value)] == []


def test_a_page_is_told_by_its_route_and_what_nobody_serves_by_none(scraped: Scraped):
    routes = {sample.labels["route"] for sample in scraped["console"]["doithoai_http_requests"].samples}
    assert {"/ho-so/{case}", "none"} <= routes
    assert [route for route in routes if "0953" in route] == []


def test_probes_are_not_counted_as_requests(scraped: Scraped):
    routes = {
        sample.labels["route"] for families in scraped.values() for sample in families["doithoai_http_requests"].samples
    }
    assert not routes & {"/readyz", "/healthz", "/metrics", "/status"}


def test_what_came_of_a_form_is_counted_on_its_way(scraped: Scraped):
    def value(service: str, name: str, **labels: str) -> float:
        samples = scraped[service][name].samples
        return sum(one.value for one in samples if labels.items() <= one.labels.items() and one.name.endswith("_total"))

    assert value("intake", "doithoai_events_published", event="submission-received") == 1
    assert value("routing", "doithoai_messages", handler="routing-classify", outcome="done") >= 0
    assert value("notify", "doithoai_mail_attempts", outcome="accepted", domain="other") == 1
    assert value("intake", "doithoai_http_requests", status="201", method="POST") == 1


def exposed(scraped: Scraped) -> set[str]:
    """Names as queries use them."""
    suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    families = [family for of_service in scraped.values() for family in of_service.values()]
    return {family.name + suffix for family in families for suffix in suffixes.get(family.type, ("",))}


def queries() -> Iterator[tuple[str, str]]:
    """Every query with where it stands."""
    for file in sorted(GRAFANA.glob("dashboards/*.json")):
        board = json.loads(file.read_text(encoding="utf-8"))
        for panel in board["panels"]:
            yield from ((f"{file.name}: {panel['title']}", target["expr"]) for target in panel.get("targets", ()))
        yield from ((file.name, one["definition"]) for one in board["templating"]["list"] if one["type"] == "query")
    for group in yaml.safe_load((GRAFANA / "alerts.yml").read_text(encoding="utf-8"))["groups"]:
        yield from ((rule["alert"], rule["expr"]) for rule in group["rules"])


def test_every_metric_that_a_dashboard_or_a_rule_names_is_told_by_a_service(scraped: Scraped):
    known = exposed(scraped) | {"up"}
    named = [
        (where, name) for where, query in queries() for name in re.findall(r"\b(?:doithoai|process)_\w+|\bup\b", query)
    ]
    assert len(named) > 50
    assert [(where, name) for where, name in named if name not in known] == []


def test_every_metric_of_ours_is_looked_at_somewhere(scraped: Scraped):
    asked = " ".join(query for _, query in queries())
    assert {family.name for family in ours(scraped) if family.name not in asked} == set()


async def test_each_service_says_how_it_is_over_nats(stack: RunningSystem):
    client = await nats.connect(stack.addresses.nats_url)
    try:
        for service in stack.addresses.services:
            told: dict[str, Any] = json.loads((await client.request(f"health.{service}", b"", timeout=5)).data)
            assert told.keys() == {
                "service",
                "ready",
                "reason",
                "database_ms",
                "outbox",
                "outbox_oldest_s",
                "memory_mb",
                "started_at",
                "swept_at",
            }
            assert (told["service"], told["ready"], told["reason"]) == (service, True, None)
            assert 0 < told["database_ms"] < 2_000
            assert 20 < told["memory_mb"] < 2_000
    finally:
        await client.close()


async def test_each_service_serves_its_part_of_the_asyncapi_document_and_the_console_all_of_it(stack: RunningSystem):
    town = await settled_in(COMMUNE, stack)
    try:
        parts = {name: (await _json(f"{url}/asyncapi")) for name, url in stack.addresses.services.items()}
        assert "routing.answers.ApproveAnswer" in parts["routing"]["operations"]
        assert "intake.says.SubmissionReceived" in parts["intake"]["operations"]
        async with town.console("van-hanh") as desk:
            whole = (await desk.get("/van-hanh/asyncapi.json")).json()
        of_parts = {name for part in parts.values() for name in part["operations"]}
        assert of_parts == whole["operations"].keys()
    finally:
        await town.client.close()


async def _json(url: str) -> Any:
    async with httpx.AsyncClient(timeout=30) as http:
        return (await http.get(url)).json()
