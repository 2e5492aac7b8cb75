"""Dashboards and alert rules can be loaded, and say the same as the console's own alarms."""

import json
import re
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.console.streams import alerts
from services.console.streams.alerts import CONDITIONS

ROOT = Path(__file__).parents[2]
GRAFANA = ROOT / "deploy" / "grafana"
BOARDS = sorted(GRAFANA.glob("dashboards/*.json"))
ONLY_IN_PROMETHEUS = {"MailboxFailing": "which mailbox is read intake alone knows"}


def board(file: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return read


def rules() -> list[dict[str, Any]]:
    told = yaml.safe_load((GRAFANA / "alerts.yml").read_text(encoding="utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


def test_there_is_a_board_for_each_who_looks():
    assert [file.stem for file in BOARDS] == ["letters", "province", "service", "streams", "terms"]
    assert len({board(file)["uid"] for file in BOARDS}) == len(BOARDS)


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_a_board_is_tied_to_no_source_of_figures(file: Path):
    told = board(file)
    named = set(re.findall(r'"uid": "([^"]*)"', file.read_text(encoding="utf-8"))) - {told["uid"]}
    assert named == {"${datasource}"}
    [chosen] = [one for one in told["templating"]["list"] if one["type"] == "datasource"]
    assert (chosen["name"], chosen["query"]) == ("datasource", "prometheus")


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_the_panels_of_a_board_lie_side_by_side(file: Path):
    panels = board(file)["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert all(panel["title"] for panel in panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        assert (
            one["x"] + one["w"] <= other["x"]
            or other["x"] + other["w"] <= one["x"]
            or one["y"] + one["h"] <= other["y"]
            or other["y"] + other["h"] <= one["y"]
        ), (one, other)
    assert all(panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24 for panel in panels)


@pytest.mark.parametrize("file", BOARDS, ids=lambda file: file.stem)
def test_a_board_asks_by_no_variable_that_it_does_not_have(file: Path):
    told = board(file)
    asked = [target["expr"] for panel in told["panels"] for target in panel.get("targets", ())]
    used = set(re.findall(r"\$(\w+)", " ".join(asked))) - {"1"}  # $1: a group of label_replace
    assert used <= {one["name"] for one in told["templating"]["list"]} | {"__range"}


def test_prometheus_and_the_console_warn_of_the_same_by_the_same_names():
    known = {condition.name: condition for condition in CONDITIONS}
    told = {rule["alert"]: rule for rule in rules()}
    assert known.keys() - told.keys() == set()
    assert told.keys() - known.keys() == ONLY_IN_PROMETHEUS.keys()
    for name in known.keys() & told.keys():
        assert told[name]["labels"]["severity"] == ("urgent" if known[name].urgent else "morning"), name


THRESHOLDS = {
    "OldestWaits": [alerts.OLDEST.total_seconds()],
    "LagGrows": [alerts.LAG],
    "OutboxWaits": [alerts.UNPUBLISHED.total_seconds()],
    "ViewBehind": [alerts.VIEW_BEHIND],
    "StreamNearlyFull": [alerts.NEARLY_FULL],
    "SweepLate": [alerts.SWEEP_LATE.total_seconds()],
    "MailRefused": [alerts.REFUSED, 0],
    "MailsBounce": [alerts.BOUNCED_OF, alerts.BOUNCED_SHARE],
}
"""What a rule compares with; the others with yes, no or none. In the order in which they stand in its expression."""


def test_both_warn_from_the_same_on():
    for rule in rules():
        if rule["alert"] in ONLY_IN_PROMETHEUS:
            continue
        compared = [float(one) for one in re.findall(r"[<>=]=? ([\d.]+)", rule["expr"])]
        if rule["alert"] in THRESHOLDS:
            assert compared == THRESHOLDS[rule["alert"]], rule["alert"]
        else:
            assert set(compared) == {0}, rule["alert"]


def test_both_wait_as_long_before_they_warn():
    units = {"s": 1, "m": 60}
    waits = {
        rule["alert"]: rule["for"] for rule in rules() if "for" in rule and rule["alert"] not in ONLY_IN_PROMETHEUS
    }
    assert waits.pop("NatsAway") == "15s", "a page says at once what it sees; nobody is woken by a blink"
    told = {name: int(wait[:-1]) * units[wait[-1]] for name, wait in waits.items()}
    assert told == {one.name: one.after.total_seconds() for one in CONDITIONS if one.after}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_a_warning_says_in_vietnamese_what_is_wrong_and_where_it_is_explained(rule: dict[str, Any]):
    assert re.search(r"[À-ỹ]", rule["annotations"]["summary"])
    file, _, anchor = rule["annotations"]["guide"].partition("#")
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not anchor or re.search(rf"(?m)^### `?{anchor}\b", text), f"{file} has no heading {anchor}"
