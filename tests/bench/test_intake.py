"""The benchmark works and measures what it says it measures. How fast it is, is measured by name: `doithoai bench`."""

import pytest

from tests.bench.intake import measure


async def test_intake_is_measured_beside_a_bare_handler():
    measured = await measure(submissions=60, warm_up=16)
    assert measured["submissions"] == 60
    assert measured["ratio"] == pytest.approx(measured["per_second"] / measured["bare_per_second"], rel=0.01)
    for side in ("", "bare_"):
        assert 0 < measured[f"{side}accepted_p50_ms"] <= measured[f"{side}accepted_p99_ms"]
