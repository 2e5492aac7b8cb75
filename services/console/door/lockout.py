"""How long somebody has to wait who guesses: growing pauses, never a lock for ever.

An attempt is counted before its password is looked at, so that many at once are no more than one after the other.
"""

import hashlib
import ipaddress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FREE = 5
FREE_FROM_ADDRESS = 20
"""An office of thirty people has one address on the network."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)


class Locked(Exception):
    """Nothing is tried before `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(until.isoformat())


@dataclass(frozen=True, slots=True)
class Attempts:
    """Failures in a row of one account, of one browser known to an account, or from one address of the network.

    id: which of these; no name and no address can be read from it. until: before it nothing is tried.
    """

    id: str
    commune: str = ""
    failures: int = 0
    last_at: datetime | None = None
    until: datetime | None = None
    version: int = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """What an attempt counts against: the browser alone, where it is known to the account; else account and address.

    So whoever guesses from elsewhere locks nobody out of a browser that he has used before.
    """

    account: str
    address: str

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(key for key in (self.account, self.address) if key)


def counted(account: str, address: str, browser: str | None) -> Counted:
    """browser: what its cookie hashes to, if the account knows it."""
    if browser:
        return Counted(_key("browser", account, browser), "")
    return Counted(_key("account", account), _key("address", network_of(address)))


def counted_elsewhere(address: str) -> Counted:
    """Of a sign-in at the provider, where no account is named beforehand. Wrong passwords do not pause it."""
    return Counted("", _key("address", "provider", network_of(address)))


def network_of(address: str) -> str:
    """An IPv6 household has a whole /64 to choose from."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(known, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def free_of(key: str) -> int:
    """How many failures cost nothing."""
    return FREE_FROM_ADDRESS if key.startswith("address:") else FREE


def begin(attempts: Attempts, now: datetime) -> Attempts:
    """One more is tried; until it turns out well it counts as a failure.

    Raises:
        Locked: before the pause is over.
    """
    if attempts.last_at is not None and now - attempts.last_at >= FORGOTTEN_AFTER:
        attempts = replace(attempts, failures=0, until=None)
    if attempts.until is not None and now < attempts.until:
        raise Locked(attempts.until)
    failures = attempts.failures + 1
    return replace(attempts, failures=failures, last_at=now, until=_until(attempts.id, failures, now))


def succeed(attempts: Attempts) -> Attempts:
    """It was he: an account starts anew; of an address this one attempt is taken back, for others guess from it."""
    if attempts.id.startswith("address:"):
        return take_back(attempts)
    return replace(attempts, failures=0, until=None)


def take_back(attempts: Attempts) -> Attempts:
    """The last attempt was no failure, but nothing is won yet: a code is still to come.

    It pauses nothing, for none is made during a pause; the next failure pauses as long as this one would have.
    """
    return replace(attempts, failures=max(attempts.failures - 1, 0), until=None)


def _until(key: str, failures: int, now: datetime) -> datetime | None:
    beyond = failures - free_of(key)
    if beyond < 0:
        return None
    doubled = FIRST_PAUSE * (1 << min(beyond, 10))
    return now + min(doubled, LONGEST_PAUSE)


def _key(kind: str, *of: str) -> str:
    return f"{kind}:{hashlib.sha256(' '.join(of).encode()).hexdigest()[:32]}"
