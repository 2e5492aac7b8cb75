"""The benchmark works and counts what it says it counts. How fast it is, is measured by name: `doithoai bench`."""

from tests.bench.pipeline import measure


async def test_the_pipeline_is_measured_beside_its_floor():
    measured = await measure(submissions=8, warm_up=4)
    assert measured["submissions"] == 8
    assert measured["publishes_per_submission"] == 5.0, "received, assigned, term set, receipt queued, receipt sent"
    assert measured["writes_per_submission"] >= 5
    assert measured["ratio"] > 0
