"""A flood from one address is held back; everybody else notices nothing."""

import pytest

from services.intake.pages.limits import DAY_S, WIDER, Limits, NetworkLimits, network_of, networks_of


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("host", "network", "because"),
    [
        ("203.0.113.7", "203.0.113.7", "one address of the old kind is one connection"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64", "a household has 2**64 addresses of the new kind"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64", "another device of the same household"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64", "the neighbours"),
        ("::ffff:203.0.113.7", "203.0.113.7", "an old address as a socket for both kinds tells it"),
        ("testclient", "testclient", "no address at all is still somebody"),
        (None, "", "a socket without an address"),
    ],
)
def test_an_address_stands_for_a_connection(host: str | None, network: str, because: str) -> None:
    assert network_of(host) == network, because


def test_so_many_are_taken_at_once_and_then_one_by_one() -> None:
    watch = Watch()
    limits = Limits(60, watch)
    assert [limits.take("a") for _ in range(60)] == [0] * 60
    assert limits.take("a") == 60
    watch.seconds += 60
    assert [limits.take("a"), limits.take("a")] == [0, 60], "one a minute"
    watch.seconds += 3_600
    assert [limits.take("a") for _ in range(60)] == [0] * 60, "who waits for an hour begins anew"


@pytest.mark.parametrize("per_hour", [1, 3, 7, 10, 30, 60, 1_000, 3_599])
def test_any_limit_is_met_exactly_at_once(per_hour: int) -> None:
    limits = Limits(per_hour, Watch())
    assert [limits.take("a") for _ in range(per_hour)] == [0] * per_hour
    assert limits.take("a") > 0


def test_one_address_does_not_cost_another() -> None:
    limits = Limits(1, Watch())
    assert (limits.take("a"), limits.take("b")) == (0, 0)
    assert limits.wait_s("a") > 0


def test_asking_counts_nothing() -> None:
    limits = Limits(1, Watch())
    assert [limits.wait_s("a") for _ in range(5)] == [0] * 5
    limits.note("a")
    first = limits.wait_s("a")
    assert limits.take("a") == limits.wait_s("a") == first > 0, "nor does what is refused"


def test_no_limit_is_no_limit() -> None:
    limits = Limits(0, Watch())
    assert {limits.take("a") for _ in range(1_000)} == {0}


def test_no_number_of_addresses_fills_the_memory() -> None:
    limits = Limits(1, Watch(), most_keys=100)
    for number in range(1_000):
        limits.take(str(number))
    assert limits.wait_s("0") == 0, "forgotten"
    assert limits.wait_s("999") > 0


def test_an_address_of_the_new_kind_lies_in_what_one_customer_may_have() -> None:
    assert networks_of("2001:db8:1:2:aaaa::1") == ("2001:db8:1:2::/64", "2001:db8:1::/48")
    assert networks_of("203.0.113.7") == ("203.0.113.7",)


def test_who_has_all_networks_of_a_customer_may_do_ten_times_as_much_as_a_household() -> None:
    limits = NetworkLimits(2, Watch())
    taken = [limits.take(f"2001:db8:1:{number:x}::1") for number in range(100)]
    assert (taken.count(0), taken[-1] > 0) == (2 * WIDER, True)
    assert limits.take("2001:db8:2:1::1") == 0, "another customer notices nothing"
    assert [limits.take("203.0.113.7") for _ in range(3)][1:] == [0, 1_800], "an old address is one connection"


def test_a_budget_is_used_up_by_what_was_counted_and_comes_back_with_time() -> None:
    watch = Watch()
    limits = NetworkLimits(1_000, watch, within_s=DAY_S)
    assert [limits.take("a", 600), limits.take("a", 600)] == [0, 0], "one too many by the last"
    assert limits.take("a", 1) > 200 * DAY_S / 1_000
    watch.seconds += DAY_S / 2
    assert limits.take("a", 1) == 0
