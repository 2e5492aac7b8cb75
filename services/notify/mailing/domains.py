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

PATIENCE_S = 15.0
"""Who would wait longer for his turn is put off: his place here is another's, and what is saved survives a crash."""
LONGEST_S = 30.0
"""Whoever has waited so long all the same is put off: a claim dies in a minute, and his domain has become slow."""
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


@dataclass(slots=True)
class _Lane:
    """One domain. open_at: when the next may begin. takes_s: one sending. later_at: whom the next is put off to."""

    under_way: int = 0
    waiting: int = 0
    open_at: float = -inf
    takes_s: float = USUALLY_S
    later_at: float = -inf


@dataclass(slots=True, eq=False)
class Turn(Generic[T]):
    """What may begin now. put_off: it may not, but after this time; its place is another's meanwhile."""

    what: T
    mails: Mapping[str, int]
    since: float
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
        turn = Turn(what, Counter(domains), now)
        if (wait_s := self._expected(turn, now)) > PATIENCE_S:
            self._put_later(turn, wait_s, now)
            return
        for domain, mails in turn.mails.items():
            self._lane(domain).waiting += mails
        self._waiting.append(turn)

    def take(self, now: float) -> Turn[T] | None:
        """The first whose domains are all open; `done` ends his turn. None while nobody may go."""
        if self._put_off:
            return self._put_off.popleft()
        for turn in self._waiting:
            if all(self._is_open(domain, now) for domain in turn.mails):
                self._leaves(turn)
                self._begins(turn, now)
                return turn
            if now - turn.since > LONGEST_S:
                self._leaves(turn)
                self._put_later(turn, self._expected(turn, now), now)
                return self._put_off.popleft()
        return None

    def done(self, turn: Turn[T], now: float) -> None:
        if turn.put_off is not None:
            return
        took_s = (now - turn.began_at) / max(1, sum(turn.mails.values()))
        for domain in turn.mails:
            lane = self._lanes[domain]
            lane.under_way -= 1
            lane.takes_s += NEW_WEIGHT * (took_s - lane.takes_s)

    def opens_at(self, now: float) -> float:
        """When `take` may have somebody again though nothing else happens; infinite where nobody waits for time."""
        times = [max(self._lane(domain).open_at for domain in turn.mails) for turn in self._waiting if turn.mails]
        given_up = [self._waiting[0].since + LONGEST_S] if self._waiting else []
        return min((at for at in (*times, *given_up) if at > now), default=inf)

    def drain(self) -> list[T]:
        """Everything that waits, and none of it any more."""
        left = [turn.what for turn in (*self._put_off, *self._waiting)]
        self._put_off.clear()
        while self._waiting:
            self._leaves(self._waiting[0])
        return left

    def _expected(self, turn: Turn[T], now: float) -> float:
        """How long it would wait, as far as can be known."""
        return max((self._wait_of(self._lane(domain), now) for domain in turn.mails), default=0.0)

    def _wait_of(self, lane: _Lane, now: float) -> float:
        by_time = max(0.0, lane.open_at - now) + lane.waiting * self._apart_s
        before = lane.under_way + lane.waiting
        by_room = before // self._at_once * lane.takes_s if self._at_once else 0.0
        return max(by_time, by_room)

    def _put_later(self, turn: Turn[T], wait_s: float, now: float) -> None:
        """Whoever is put off comes back one after the other, as fast as the domain takes mails."""
        at = now + wait_s
        for domain, mails in turn.mails.items():
            lane = self._lane(domain)
            at = max(at, lane.later_at)
            lane.later_at = at + mails * max(self._apart_s, lane.takes_s / self._at_once if self._at_once else 0.0)
        turn.put_off = timedelta(seconds=max(1.0, at - now))
        self._put_off.append(turn)

    def _is_open(self, domain: str, now: float) -> bool:
        lane = self._lane(domain)
        return (not self._at_once or lane.under_way < self._at_once) and lane.open_at <= now

    def _leaves(self, turn: Turn[T]) -> None:
        self._waiting.remove(turn)
        for domain, mails in turn.mails.items():
            self._lane(domain).waiting -= mails

    def _begins(self, turn: Turn[T], now: float) -> None:
        turn.began_at = now
        for domain, mails in turn.mails.items():
            lane = self._lane(domain)
            lane.under_way += 1
            lane.open_at = max(lane.open_at, now) + mails * self._apart_s

    def _lane(self, domain: str) -> _Lane:
        if domain not in self._lanes and len(self._lanes) >= MOST_DOMAINS:
            self._lanes = {name: lane for name, lane in self._lanes.items() if lane.under_way or lane.waiting}
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
