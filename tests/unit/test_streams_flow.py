"""The flow picture: who says what to whom, always drawn alike, and how much passes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.streams.flow import arrows, heard_by_nobody, said_by
from services.console.streams.layout import BOX, HEIGHT, WIDTH, draw, thickness
from services.console.streams.monitor import Handler, read_handler, read_stream
from services.console.streams.rates import Rates, named
from services.console.streams.rates import said_by as said_in
from services.console.streams.samples import Samples, polyline
from services.console.view import Seen
from tests.builders import NOW

START = Handler(
    "deadlines-start-the-clock",
    "deadlines",
    filters=("event.routing.*.*.question-assigned", "replay.deadlines-start-the-clock"),
)
DRAW_UP = Handler(
    "notify-draw-up",
    "notify",
    pending=3,
    filters=("event.routing.*.*.answer-approved", "event.intake.*.*.submission-received", "replay.notify-draw-up"),
)
EVERYTHING = Handler("deadlines-count", "deadlines", filters=("event.routing.>",))
NAMES = ("intake", "routing", "deadlines", "notify")


def test_an_arrow_is_everything_one_service_says_that_another_hears() -> None:
    found = {arrow.id: arrow for arrow in arrows([START, DRAW_UP])}
    assert list(found) == ["intake-notify", "routing-deadlines", "routing-notify"]
    assert found["routing-deadlines"].events == ("question-assigned",)
    assert found["routing-notify"].lag == 3
    assert found["intake-notify"].heard_by("submission-received") == [DRAW_UP]


def test_a_filter_with_a_wildcard_hears_every_event_of_the_contract() -> None:
    [arrow] = arrows([EVERYTHING])
    assert list(arrow.events) == said_by("routing")


def test_what_no_handler_asks_for_is_told() -> None:
    unheard = heard_by_nobody(arrows([START]), "routing")
    assert "question-assigned" not in unheard
    assert "answer-approved" in unheard


def test_a_service_beside_the_contracts_has_its_box_too() -> None:
    archive = replace(START, name="archive-keep", service="archive")
    assert [arrow.id for arrow in arrows([archive])] == ["routing-archive"]


LINKS = [(tail, head) for tail in NAMES for head in NAMES]


def test_the_same_services_are_always_drawn_alike() -> None:
    assert draw(NAMES, LINKS) == draw(NAMES, LINKS)
    assert draw(NAMES, []).boxes[0].name == "intake"
    assert draw(NAMES, []).boxes[0].x == min(box.x for box in draw(NAMES, []).boxes)


@given(st.integers(1, 9), st.data())
def test_boxes_stand_in_the_picture_and_on_no_other(number: int, data: st.DataObject) -> None:
    names = [f"service-{one}" for one in range(number)]
    links = data.draw(st.lists(st.tuples(st.sampled_from(names), st.sampled_from(names)), unique=True, max_size=20))
    drawn = draw(names, links)
    assert [box.name for box in drawn.boxes] == names
    assert [(curve.tail, curve.head) for curve in drawn.curves] == links
    for box in drawn.boxes:
        assert BOX[0] / 2 <= box.x <= WIDTH - BOX[0] / 2
        assert BOX[1] / 2 <= box.y <= HEIGHT - BOX[1] / 2
    if number <= 6:
        apart = [
            abs(one.x - other.x) >= BOX[0] or abs(one.y - other.y) >= BOX[1]
            for one in drawn.boxes
            for other in drawn.boxes
            if one is not other
        ]
        assert all(apart)


def test_arrows_of_opposite_direction_run_beside_each_other() -> None:
    there, back = draw(NAMES, [("intake", "routing"), ("routing", "intake")]).curves
    assert there.label != back.label
    assert there.path != back.path


def test_the_shortest_arrows_decide_who_stands_beside_whom() -> None:
    drawn = {box.name: box for box in draw(NAMES, [("intake", "notify"), ("routing", "deadlines")]).boxes}
    assert abs(drawn["intake"].x - drawn["notify"].x) < WIDTH / 2


@pytest.mark.parametrize(
    ("rate", "width", "because"),
    [
        (0, 1.5, "nothing passes"),
        (1, 2.25, "one a minute"),
        (2, 3.0, "twice as much is one step more"),
        (1_000_000, 9.0, "there is a thickest"),
    ],
)
def test_an_arrow_is_as_thick_as_what_passes(rate: float, width: float, because: str) -> None:
    assert thickness(rate) == width, because


# --- rates ---


def seen(position: int, speaker: str = "routing", name: str = "question-assigned") -> Seen:
    return Seen(position, NOW, speaker, "thanh-tri", "01J", name)


def test_events_of_the_last_minute_are_counted() -> None:
    rates = Rates()
    rates.begin(10)
    rates.count([seen(11), seen(12, "intake", "submission-received")], now=1000)
    rates.count([seen(13)], now=1055)
    assert rates.a_minute(1056) == {("routing", "question-assigned"): 2, ("intake", "submission-received"): 1}
    assert rates.a_minute(1070) == {("routing", "question-assigned"): 1}
    assert said_in(rates.within(3600, 1070), "routing") == 2
    assert named(rates.within(3600, 1070), ("submission-received",)) == 1
    assert not rates.within(3600, 1055 + 3700)


def test_a_view_that_is_built_again_counts_nothing() -> None:
    rates = Rates()
    rates.count([seen(1)], now=0)
    rates.begin(10)
    rates.count([seen(number) for number in range(1, 11)], now=1)
    rates.count([seen(11)], now=2)
    rates.count([seen(number) for number in range(1, 12)], now=3)
    assert sum(rates.a_minute(4).values()) == 1


def test_another_shorter_stream_is_counted_from_its_own_end() -> None:
    rates = Rates()
    rates.begin(100)
    rates.begin(120)
    rates.begin(5)
    rates.count([seen(6)], now=1)
    assert sum(rates.a_minute(2).values()) == 1


@given(st.lists(st.tuples(st.integers(1, 50), st.floats(0, 5_000)), max_size=60))
def test_each_place_of_the_stream_is_counted_once(told: list[tuple[int, float]]) -> None:
    rates = Rates()
    rates.begin(0)
    for position, now in sorted(told, key=lambda one: one[1]):
        rates.count([seen(position)], now)
    assert sum(rates.within(3600, 5_000).values()) <= len({position for position, _ in told})


# --- samples ---


def stream(last: int, size: int = 0) -> dict[str, object]:
    return {
        "config": {"name": "EVENTS", "max_bytes": 1_000, "max_msgs": -1, "num_replicas": 3},
        "state": {
            "messages": last,
            "bytes": size,
            "first_seq": 1,
            "last_seq": last,
            "first_ts": "2026-04-20T02:30:00.123456789Z",
            "last_ts": "0001-01-01T00:00:00Z",
        },
        "cluster": {"leader": "n1", "replicas": [{"name": "n2", "current": True}, {"name": "n3", "offline": True}]},
    }


def test_a_stream_is_read_with_its_limits_and_copies() -> None:
    found = read_stream(stream(7, 800))
    assert (found.used, found.current, found.replicas, found.leader) == (0.8, 2, 3, "n1")
    assert found.first_at is not None
    assert found.last_at is None


def test_an_hour_is_kept_minute_by_minute() -> None:
    samples = Samples()
    for second in range(0, 3 * 3600, 5):
        samples.note(second, [read_stream(stream(second, second * 10))], [])
    minutes = samples.a_minute("EVENTS", 3 * 3600 - 5)
    assert len(minutes) == 60
    assert set(minutes[1:-1]) == {60.0}
    assert samples.growth_a_day("EVENTS") == pytest.approx(10 * 86_400)


def test_a_growth_is_told_after_a_minute() -> None:
    samples = Samples()
    samples.note(0, [read_stream(stream(1))], [])
    samples.note(30, [read_stream(stream(2))], [])
    assert samples.growth_a_day("EVENTS") is None
    assert samples.growth_a_day("OTHER") is None


def test_the_lag_of_five_minutes_ago_is_known_after_five_minutes() -> None:
    samples = Samples()
    for second in range(0, 305, 5):
        samples.note(second, [], [replace(DRAW_UP, pending=second, delivered=second * 2)])
    assert samples.lag_before() == {"notify-draw-up": 0}
    assert samples.handled_a_minute("notify-draw-up") == 120
    young = Samples()
    young.note(0, [], [DRAW_UP])
    young.note(60, [], [DRAW_UP])
    assert young.lag_before() == {}


def test_a_line_reaches_from_edge_to_edge() -> None:
    assert polyline([0, 5, 10], 100, 40) == "0.0,40.0 50.0,20.0 100.0,0.0"


def test_a_consumer_is_read_as_a_handler() -> None:
    found = read_handler(
        {
            "name": "notify-draw-up",
            "config": {"durable_name": "notify-draw-up", "filter_subject": "event.intake.*.*.submission-received"},
            "num_pending": 2,
            "num_ack_pending": 1,
            "num_waiting": 0,
            "delivered": {"consumer_seq": 9},
            "ack_floor": {"stream_seq": 40},
        }
    )
    assert (found.service, found.lag, found.listening, found.acknowledged) == ("notify", 3, True, 40)
    assert found.hears == (("intake", "submission-received"),)
