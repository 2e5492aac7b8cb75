"""The benchmark works and measures what it says it measures. How fast it is, is measured by name: `doithoai bench`."""

from tests.bench.console import PAGES, measure


async def test_every_page_is_asked_for_and_a_view_is_built_again():
    measured = await measure(questions=60, beside=30, communes=3, rounds=1, rebuilt=400)
    assert set(measured["pages_p95_ms"]) == set(PAGES)
    assert 0 < measured["page_p50_ms"] <= measured["page_p95_ms"]
    assert measured["slowest_page_p95_ms"] == max(measured["pages_p95_ms"].values())
    assert measured["rebuilt_events_per_second"] > 0
    assert 0 < measured["rebuild_to_reading"] < 1
