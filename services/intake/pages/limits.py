"""How often one network may do something: no captcha, no account, and still no flood.

Kept in memory: each replica counts for itself, and a restart forgives.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.requests import Request

MOST_KEYS = 10_000
HOUR_S = 3600.0
DAY_S = 24 * HOUR_S
WIDER = 10
"""How much more than one household a /48 may do: one customer may have all of its 65,536 networks."""


def host_of(request: Request) -> str | None:
    """The address that a request comes from; a proxy's, where it is not one of `trusted_proxies`."""
    return request.client.host if request.client else None


def network_of(host: str | None) -> str:
    """Whom an address stands for: an IPv4 address, or the /64 of an IPv6 one, which a household has to itself."""
    return networks_of(host)[0]


def networks_of(host: str | None) -> tuple[str, ...]:
    """The same, and the /48 that it lies in."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return (host or "",)
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return (str(address.ipv4_mapped),)
        return tuple(str(ipaddress.ip_network((int(address), length), strict=False)) for length in (64, 48))
    return (str(address),)


class Limits:
    """`most` at once, and after that one more whenever so much of the time has passed.

    What is remembered is one number a key: when all that was counted will have been worked off. The keys that were
    used longest ago are forgotten first, so that no number of addresses fills the memory.

    Args:
        most: 0 for any number.
        clock: seconds that only grow.
        within_s: the time in which all that was counted is worked off.
    """

    def __init__(
        self,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        within_s: float = HOUR_S,
        most_keys: int = MOST_KEYS,
    ) -> None:
        self._pause = within_s / most if most else 0.0
        self._burst = within_s - self._pause + 0.001  # sums of fractions are not exact
        self._clock = clock
        self._most_keys = most_keys
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Whole seconds until this key may again; 0 when it may now. Counts nothing."""
        if not self._pause:
            return 0
        over = self._free_at.get(key, 0.0) - self._clock() - self._burst
        return math.ceil(over) if over > 0 else 0

    def note(self, key: str, times: int = 1) -> None:
        """Count so many for this key."""
        if not self._pause:
            return
        now = self._clock()
        self._free_at[key] = max(self._free_at.get(key, now), now) + self._pause * times
        self._free_at.move_to_end(key)
        if len(self._free_at) > self._most_keys:
            self._free_at.popitem(last=False)

    def take(self, key: str) -> int:
        """Count once where this key may now; else the seconds to wait."""
        if wait := self.wait_s(key):
            return wait
        self.note(key)
        return 0


class NetworkLimits:
    """Limits of what one network may do, by address: `most` for a connection, `WIDER` times as many for its /48.

    Args: as of `Limits`.
    """

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic, *, within_s: float = HOUR_S) -> None:
        self._limits = tuple(Limits(times * most, clock, within_s=within_s) for times in (1, WIDER))

    def wait_s(self, host: str | None) -> int:
        """Whole seconds until this address may again; 0 when it may now. Counts nothing."""
        return max(limits.wait_s(network) for limits, network in self._of(host))

    def note(self, host: str | None, times: int = 1) -> None:
        """Count so many for this address."""
        for limits, network in self._of(host):
            limits.note(network, times)

    def take(self, host: str | None, times: int = 1) -> int:
        """Count so many where this address may now, be it one too many by them; else the seconds to wait."""
        if wait := self.wait_s(host):
            return wait
        self.note(host, times)
        return 0

    def _of(self, host: str | None) -> tuple[tuple[Limits, str], ...]:
        return tuple(zip(self._limits, networks_of(host), strict=False))
