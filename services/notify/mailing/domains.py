"""Whose turn it is: how many mails go to one domain at a time and in a minute. A slow domain keeps no other waiting."""

import asyncio
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from math import inf
from typing import Generic, TypeVar

T = TypeVar("T")

PATIENCE_S = 3.0
"""Who would wait longer for his turn is put off: his place here is another's, and what is saved survives a crash."""
LOOK_AGAIN_S = 0.5
"""Where somebody waits for a sending to end: if it does not, his domain has become slow."""
USUALLY_S = 0.1
"""One sending, until a domain has shown how long it takes."""
NEW_WEIGHT = 0.25
"""Of the latest sending in what a domain is expected to take."""
MOST_DOMAINS = 1_000
"""Beyond, those are forgotten of which nothing is under way and nothing waits."""


def domain_of(address: str) -> str:
    """As it goes over the wire, in small letters."""
    domain = address.rpartition("@")[2].rstrip(".").lower()
    with suppress(UnicodeError):
        return domain.encode("idna").decode("ascii").lower()
    return domain


PROVIDERS = {
    "gmail.com": "gmail",
    "googlemail.com": "gmail",
    "yahoo.com": "yahoo",
    "yahoo.com.vn": "yahoo",
    "outlook.com": "outlook",
    "hotmail.com": "outlook",
    "live.com": "outlook",
    "icloud.com": "icloud",
}


def domain_class(address: str) -> str:
    """Whose mail server it is, as far as many people share it: what may be told without telling who is written to."""
    domain = domain_of(address)
    if domain in PROVIDERS:
        return PROVIDERS[domain]
    if domain.endswith(".gov.vn"):
        return "gov"
    return "vn" if domain.endswith(".vn") else "other"


@dataclass(slots=True)
class _Lane:
    """One domain. began: when each sending under way did. waiting: mails, here in this process.

    open_at: when the next may begin. takes_s: one sending. later_at: whom the next is put off to.
    """

    began: list[float] = field(default_factory=list)
    waiting: int = 0
    open_at: float = -inf
    takes_s: float = USUALLY_S
    later_at: float = -inf

    def usually_s(self, now: float) -> float:
        """What a sending takes, and what the slowest of those under way shows that it takes."""
        return max(self.takes_s, now - min(self.began, default=now))


@dataclass(slots=True, eq=False)
class Turn(Generic[T]):
    """What may begin now. put_off: it may not, but after this time; its place is another's meanwhile."""

    what: T
    mails: Mapping[str, int]
    put_off: timedelta | None = None
    began_at: float = field(default=0.0, init=False)


class Lanes(Generic[T]):
    """Who waits, and who may go. Time is seconds of any clock that only goes forward.

    Args:
        at_once: mails under way to one domain; 0: any number.
        a_minute: mails begun to one domain, evenly spread; 0: any number.
    """

    def __init__(self, at_once: int = 0, a_minute: int = 0) -> None:
        self._at_once = at_once
        self._apart_s = 60 / a_minute if a_minute else 0.0
        self._lanes: dict[str, _Lane] = {}
        self._waiting: deque[Turn[T]] = deque()
        self._put_off: deque[Turn[T]] = deque()

    def put(self, what: T, domains: Iterable[str], now: float) -> None:
        """domains: of each of its mails; none for what does not go by mail."""
        turn = Turn(what, Counter(domains))
        if (
            wait_s := self._wait_of(turn, {domain: self._lane(domain).waiting for domain in turn.mails}, now)
        ) > PATIENCE_S:
            self._put_later(turn, wait_s, now)
            return
        for domain, mails in turn.mails.items():
            self._lane(domain).waiting += mails
        self._waiting.append(turn)

    def take(self, now: float) -> Turn[T] | None:
        """The first whose domains are all open; `done` ends his turn. None while nobody may go."""
        if self._put_off:
            return self._put_off.popleft()
        before = Counter[str]()
        for turn in self._waiting:
            if all(self._is_open(domain, now) for domain in turn.mails):
                self._leaves(turn)
                self._begins(turn, now)
                return turn
            if (wait_s := self._wait_of(turn, before, now)) > PATIENCE_S:
                self._leaves(turn)
                self._put_later(turn, wait_s, now)
                return self._put_off.popleft()
            before.update(turn.mails)
        return None

    def done(self, turn: Turn[T], now: float) -> None:
        if turn.put_off is not None:
            return
        took_s = (now - turn.began_at) / max(1, sum(turn.mails.values()))
        for domain in turn.mails:
            lane = self._lanes[domain]
            lane.began.remove(turn.began_at)
            lane.takes_s += NEW_WEIGHT * (took_s - lane.takes_s)

    def opens_at(self, now: float) -> float:
        """When `take` may have somebody again though nothing else happens; infinite where nobody waits for time."""
        times = [max(self._lane(domain).open_at for domain in turn.mails) for turn in self._waiting if turn.mails]
        looks = [now + LOOK_AGAIN_S] if any(at <= now for at in times) else []
        return min((at for at in (*times, *looks) if at > now), default=inf)

    def drain(self) -> list[T]:
        """Everything that waits, and none of it any more."""
        left = [turn.what for turn in (*self._put_off, *self._waiting)]
        self._put_off.clear()
        while self._waiting:
            self._leaves(self._waiting[0])
        return left

    def _wait_of(self, turn: Turn[T], before: Mapping[str, int], now: float) -> float:
        """How long it will wait, as far as can be known, when so many mails to each of its domains go before it."""
        return max((self._lane_s(self._lane(domain), before.get(domain, 0), now) for domain in turn.mails), default=0.0)

    def _lane_s(self, lane: _Lane, before: int, now: float) -> float:
        by_time = max(0.0, lane.open_at - now) + before * self._apart_s
        by_room = (len(lane.began) + before) // self._at_once * lane.usually_s(now) if self._at_once else 0.0
        return max(by_time, by_room)

    def _put_later(self, turn: Turn[T], wait_s: float, now: float) -> None:
        """Whoever is put off comes back one after the other, as fast as the domain takes mails."""
        at = now + wait_s
        for domain, mails in turn.mails.items():
            lane = self._lane(domain)
            at = max(at, lane.later_at)
            lane.later_at = at + mails * max(
                self._apart_s, lane.usually_s(now) / self._at_once if self._at_once else 0.0
            )
        turn.put_off = timedelta(seconds=max(1.0, at - now))
        self._put_off.append(turn)

    def _is_open(self, domain: str, now: float) -> bool:
        lane = self._lane(domain)
        return (not self._at_once or len(lane.began) < self._at_once) and lane.open_at <= now

    def _leaves(self, turn: Turn[T]) -> None:
        self._waiting.remove(turn)
        for domain, mails in turn.mails.items():
            self._lane(domain).waiting -= mails

    def _begins(self, turn: Turn[T], now: float) -> None:
        turn.began_at = now
        for domain, mails in turn.mails.items():
            lane = self._lane(domain)
            lane.began.append(now)
            lane.open_at = max(lane.open_at, now) + mails * self._apart_s

    def _lane(self, domain: str) -> _Lane:
        if domain not in self._lanes and len(self._lanes) >= MOST_DOMAINS:
            self._lanes = {name: lane for name, lane in self._lanes.items() if lane.began or lane.waiting}
        return self._lanes.setdefault(domain, _Lane())


class Turns(Generic[T]):
    """`Lanes` that workers wait at.

    async with turns.next() as turn: …   # turn.what, unless turn.put_off
    """

    def __init__(self, at_once: int = 0, a_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._lanes: Lanes[T] = Lanes(at_once, a_minute)
        self._clock = clock
        self._news = asyncio.Event()

    def put(self, what: T, addresses: Iterable[str] = ()) -> None:
        """addresses: one for each mail it sends; none for what does not go by mail."""
        self._lanes.put(what, map(domain_of, addresses), self._clock())
        self._news.set()

    @asynccontextmanager
    async def next(self) -> AsyncIterator[Turn[T]]:
        """Wait for whoever may go, and hold his turn."""
        turn = await self._next()
        try:
            yield turn
        finally:
            self._lanes.done(turn, self._clock())
            self._news.set()

    def drain(self) -> list[T]:
        """Everything that waits, and none of it any more."""
        return self._lanes.drain()

    async def _next(self) -> Turn[T]:
        while True:
            now = self._clock()
            if (turn := self._lanes.take(now)) is not None:
                return turn
            self._news.clear()
            wait_s = self._lanes.opens_at(now) - now
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s if wait_s < inf else None):
                    await self._news.wait()
