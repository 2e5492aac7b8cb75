"""What an operator is told of, condition by condition; since when; what ended."""

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.console.streams.alerts import CONDITIONS, Alarms, Mails, Observed, ServiceTold
from services.console.streams.monitor import Handler, Stream
from tests.builders import NOW

IDLE = Handler("notify-draw-up", "notify", waiting=1)
FULL = Stream("EVENTS", messages=90, size=1, first=1, last=90, most_messages=100)
FINE = ServiceTold("notify", replicas=1, database_ms=2.0)


def holding(**seen: Any) -> list[tuple[str, str]]:
    """What holds, as soon as it is seen."""
    at_once = [replace(condition, after=timedelta()) for condition in CONDITIONS]
    alarms = Alarms(at_once)
    alarms.note(Observed(at=NOW, clock=NOW, **seen))
    return [(alarm.condition.name, alarm.about) for alarm in alarms.now]


@pytest.mark.parametrize(
    ("seen", "told", "because"),
    [
        ({}, [], "all is well"),
        ({"handlers": [IDLE], "services": [FINE], "sync_always": True}, [], "all is well and known"),
        ({"nats": False}, [("NatsAway", "NATS")], "nobody hears anybody"),
        ({"services": [ServiceTold("notify")]}, [("ServiceAway", "notify")], "nobody answers for it"),
        ({"services": [ServiceTold("console", expected=False)]}, [], "it hears nothing, so nothing waits for it"),
        (
            {"services": [replace(FINE, database_ms=None, reason="cơ sở dữ liệu")]},
            [("DatabaseAway", "notify")],
            "one cause is told once",
        ),
        ({"services": [replace(FINE, has_database=False, database_ms=None)]}, [], "it has none"),
        ({"services": [replace(FINE, reason="thiếu consumer")]}, [("ServiceNotReady", "notify")], "it says so itself"),
        ({"handlers": [replace(IDLE, waiting=0)]}, [("HandlerSilent", IDLE.name)], "nobody asks for its messages"),
        ({"handlers": [replace(IDLE, waiting=0, under_way=1)]}, [], "somebody is busy with one"),
        (
            {"handlers": [replace(IDLE, waiting=0)], "services": [ServiceTold("notify")]},
            [("ServiceAway", "notify")],
            "a service that is away silences its handlers",
        ),
        (
            {"handlers": [replace(IDLE, pending=120)], "lag_before": {IDLE.name: 110}},
            [("LagGrows", IDLE.name)],
            "more waits than five minutes ago",
        ),
        ({"handlers": [replace(IDLE, pending=120)], "lag_before": {IDLE.name: 130}}, [], "it is worked off"),
        ({"handlers": [replace(IDLE, pending=99)], "lag_before": {IDLE.name: 0}}, [], "few are nothing"),
        ({"handlers": [replace(IDLE, pending=500)]}, [], "it was not watched for so long"),
        ({"oldest": {"x": NOW - timedelta(minutes=6)}}, [("OldestWaits", "x")], "somebody waits for six minutes"),
        ({"oldest": {"x": NOW - timedelta(minutes=5)}}, [], "not yet more than five"),
        ({"parked": {"x": 2, "y": 0}}, [("MessagesParked", "x")], "a person must see to it"),
        (
            {"services": [replace(FINE, unpublished_for=timedelta(seconds=61))]},
            [("OutboxWaits", "notify")],
            "something is not published",
        ),
        ({"services": [replace(FINE, unpublished_for=timedelta(minutes=1))]}, [], "not yet more than a minute"),
        ({"view_behind": 501}, [("ViewBehind", "console")], "pages are not complete"),
        ({"view_trouble": "disk"}, [("ViewNotWritten", "console")], "pages stand still"),
        ({"streams": [FULL]}, [("StreamNearlyFull", "EVENTS")], "nine tenths"),
        ({"streams": [replace(FULL, most_messages=0)]}, [], "no limit"),
        (
            {"streams": [replace(FULL, most_messages=0, replicas=3, current=2)]},
            [("CopiesMissing", "EVENTS")],
            "a node is away",
        ),
        (
            {"services": [replace(FINE, swept_at=NOW - timedelta(minutes=3))]},
            [("SweepLate", "notify")],
            "terms are late",
        ),
        ({"mails": Mails(failed=3)}, [("MailRefused", "notify")], "none goes out"),
        ({"mails": Mails(failed=3, sent=1)}, [], "some do"),
        ({"mails": Mails(hour_sent=30, hour_failed=3)}, [("MailsBounce", "notify")], "a tenth comes back"),
        ({"mails": Mails(hour_sent=5, hour_failed=3)}, [], "too few to tell"),
        ({"sync_always": False}, [("NotSynced", "NATS")], "the broker confirms before it writes"),
        ({"sync_always": None}, [], "nobody knows"),
    ],
)
def test_a_condition_is_told_when_it_holds(seen: dict[str, Any], told: list[tuple[str, str]], because: str) -> None:
    assert holding(**seen) == told, because


def test_a_condition_is_told_once_it_holds_long_enough() -> None:
    alarms, silent = Alarms(), [replace(IDLE, waiting=0)]
    alarms.note(Observed(at=NOW, handlers=silent))
    assert alarms.now == []
    alarms.note(Observed(at=NOW + timedelta(seconds=30), handlers=silent))
    [alarm] = alarms.now
    assert alarm.since == NOW
    assert alarm.condition.words % alarm.values == "Không ai nghe cho notify-draw-up; 0 sự kiện đang chờ."


def test_what_ends_before_it_was_told_leaves_nothing_behind() -> None:
    alarms = Alarms()
    alarms.note(Observed(at=NOW, handlers=[replace(IDLE, waiting=0)]))
    alarms.note(Observed(at=NOW + timedelta(seconds=5), handlers=[IDLE]))
    assert (alarms.now, alarms.over) == ([], [])


def test_what_ended_is_kept_for_a_day() -> None:
    alarms = Alarms()
    alarms.note(Observed(at=NOW, parked={"x": 1}))
    alarms.note(Observed(at=NOW + timedelta(minutes=9)))
    [over] = alarms.over
    assert (over.since, over.until) == (NOW, NOW + timedelta(minutes=9))
    alarms.note(Observed(at=NOW + timedelta(hours=25)))
    assert alarms.over == []


def test_a_condition_that_comes_back_begins_anew() -> None:
    alarms = Alarms()
    for minute, parked in enumerate(({"x": 1}, {}, {"x": 1})):
        alarms.note(Observed(at=NOW + timedelta(minutes=minute), parked=parked))
    [alarm] = alarms.now
    assert alarm.since == NOW + timedelta(minutes=2)


def test_the_urgent_stand_first() -> None:
    told = holding(parked={"x": 1}, nats=False)
    assert told == [("NatsAway", "NATS"), ("MessagesParked", "x")]


def test_every_condition_has_its_place_in_the_guide_and_says_whether_it_is_urgent() -> None:
    guide = (Path(__file__).parents[2] / "deploy" / "guide" / "van-hanh.md").read_text(encoding="utf-8")
    written = dict(re.findall(r"^### (\w+): .*?(\(gấp\))?$", guide, re.MULTILINE))
    assert written == {condition.name: "(gấp)" if condition.urgent else "" for condition in CONDITIONS}
