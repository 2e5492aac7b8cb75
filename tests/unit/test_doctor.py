"""What the doctor says of the way that requests take."""

import pytest

from deploy.embedded.doctor import proxies
from shared.settings import Settings


@pytest.mark.parametrize(
    ("public_url", "trusted", "good", "because"),
    [
        ("http://127.0.0.1:8080", "", True, "nobody comes from elsewhere"),
        ("http://localhost:8080", "", True, "nor here"),
        ("http://[::1]:8080", "", True, "nor here"),
        ("https://doithoai.example", "", False, "all forms seem to come from the proxy"),
        ("https://doithoai.example", "10.0.0.1", True, "it is named"),
    ],
)
def test_a_proxy_that_nobody_has_named_is_told(public_url: str, trusted: str, good: bool, because: str) -> None:
    found = proxies(Settings(public_url=public_url, trusted_proxies=trusted))
    assert found.good is good, because
    assert ("DOITHOAI_TRUSTED_PROXIES" in found.remedy) is not good, because


def test_nobody_is_trusted_by_default_to_say_where_a_request_comes_from() -> None:
    assert Settings.model_fields["trusted_proxies"].default == ""
