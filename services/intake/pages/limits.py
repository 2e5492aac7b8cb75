"""How often one address of the network may do something: no captcha, no account, and still no flood.

Kept in memory: each replica counts for itself, and a restart forgives.
"""

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

MOST_KEYS = 10_000
HOUR_S = 3600.0


def network_of(host: str | None) -> str:
    """Whom an address stands for: an IPv4 address, or the /64 of an IPv6 one, which a household has to itself."""
    try:
        address = ipaddress.ip_address(host or "")
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((int(address), 64), strict=False).network_address) + "/64"
    return str(address)


class Limits:
    """`per_hour` at once, and after that one more whenever so much of an hour has passed.

    What is remembered is one number a key: when all that was counted will have been worked off. The keys that were
    used longest ago are forgotten first, so that no number of addresses fills the memory.

    Args:
        per_hour: 0 for any number.
        clock: seconds that only grow.
    """

    def __init__(
        self, per_hour: int, clock: Callable[[], float] = time.monotonic, *, most_keys: int = MOST_KEYS
    ) -> None:
        self._pause = HOUR_S / per_hour if per_hour else 0.0
        self._burst = HOUR_S - self._pause + 0.001  # sums of fractions are not exact
        self._clock = clock
        self._most_keys = most_keys
        self._free_at: OrderedDict[str, float] = OrderedDict()

    def wait_s(self, key: str) -> int:
        """Whole seconds until this key may again; 0 when it may now. Counts nothing."""
        if not self._pause:
            return 0
        over = self._free_at.get(key, 0.0) - self._clock() - self._burst
        return math.ceil(over) if over > 0 else 0

    def note(self, key: str) -> None:
        """Count once for this key."""
        if not self._pause:
            return
        now = self._clock()
        self._free_at[key] = max(self._free_at.get(key, now), now) + self._pause
        self._free_at.move_to_end(key)
        if len(self._free_at) > self._most_keys:
            self._free_at.popitem(last=False)

    def take(self, key: str) -> int:
        """Count once where this key may now; else the seconds to wait."""
        if wait := self.wait_s(key):
            return wait
        self.note(key)
        return 0
