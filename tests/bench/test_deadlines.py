"""The benchmark works and measures what it says it measures. How fast it is, is measured by name: `doithoai bench`."""

import pytest

from tests.bench.deadlines import measure


async def test_sweeps_are_measured_beside_each_other_and_announcements_from_their_moment():
    measured = await measure(open_terms=600, beside=300, due=20, single=3)
    assert (measured["open"], measured["open_beside"], measured["due"]) == (600, 300, 20)
    assert measured["ratio"] == pytest.approx(measured["sweep_s"] / measured["sweep_beside_s"], rel=0.05)
    assert measured["announced_within_s"] >= measured["announced_median_s"] > 0, (
        "nothing is announced before its moment"
    )
