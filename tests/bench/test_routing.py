"""The benchmark works and measures what it says it measures. How well and fast it is: `doithoai bench routing`."""

from tests.bench.routing import measure


async def test_routing_is_measured_on_questions_it_was_never_taught():
    measured = await measure(service=False)
    assert measured["questions"] == 970
    shares = ("top_1", "top_3", "flagged_recall", "flagged_precision", "policy_after_50_corrections")
    assert all(0 < measured[share] <= 1 for share in shares)
    assert measured["top_1"] <= measured["top_3"]
    assert 0 < measured["question_p50_ms"] <= measured["question_p95_ms"]
