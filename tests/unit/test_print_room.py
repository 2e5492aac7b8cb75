"""The print room against stores in memory that die at any instant and let two replicas meet at every one.

Whatever the order of draws, closings, crashes and calls back, and whatever one replica cannot read that another can:
each letter leaves once, in one run and one bundle.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymongo.errors import AutoReconnect

from services.notify.correspondence import Correspondence
from services.notify.posting import letters
from services.notify.posting.room import PrintRoom
from services.notify.posting.runs import PrintRun, put_together
from services.notify.wording import VIETNAM
from shared.communes import Communes
from shared.contracts import Event, Refusal
from shared.contracts.notify import NotificationQueued, NotificationSent
from shared.contracts.post import CallBackLetter, PrintRunClosed
from shared.store import Saved
from tests.builders import COMMUNE, actor, of_message
from tests.unit.posting_scene import CUT_OFF, RUN, draw, drawn, letter_of

A = TypeVar("A", Correspondence, PrintRun)
COMMUNES = Communes.load()
CASES = [f"01J{place:03}" for place in range(8)]


class Died(BaseException):
    """The process is gone."""


@dataclass
class Fuse:
    """Burns down with each step of a replica; at its end the replica dies. lag: steps that others take in between.

    blind: cases that this replica cannot read; others can.
    """

    steps: int | None
    lag: random.Random
    blind: frozenset[str] = frozenset()

    async def step(self) -> None:
        for _ in range(self.lag.randrange(3)):
            await asyncio.sleep(0)
        if self.steps is not None:
            self.steps -= 1
            if self.steps < 0:
                raise Died


@dataclass
class Shelf(Generic[A]):
    """What a database holds: it outlives every replica."""

    kept: dict[str, A] = field(default_factory=dict)
    said: list[Event] = field(default_factory=list)


class Window(Generic[A]):
    """A replica's view of a shelf. Between any two of its steps others may act, or it may die."""

    def __init__(self, shelf: Shelf[A], fuse: Fuse) -> None:
        self._shelf, self._fuse = shelf, fuse

    async def get(self, id: str) -> A | None:
        await self._fuse.step()
        return self._shelf.kept.get(id)

    async def create(self, state: A, events: Sequence[Event]) -> Saved[A] | None:
        await self._fuse.step()
        if state.id in self._shelf.kept:
            return None
        self._write(replace(state, version=1), events)
        await self._fuse.step()
        return Saved(state, 0)

    async def change(
        self, id: str, decide: Callable[[Any], tuple[A, Sequence[Event]]], *, last: Saved[A] | None = None
    ) -> Saved[A]:
        while True:
            await self._fuse.step()
            if id in self._fuse.blind:
                raise ValueError("made by a newer version")
            before = self._shelf.kept[id]
            after, events = decide(before)
            if after == before and not events:
                return Saved(before, 0)
            await self._fuse.step()
            if self._shelf.kept[id].version != before.version:
                continue
            after = replace(after, version=before.version + 1)
            self._write(after, events)
            await self._fuse.step()
            return Saved(after, 0)

    def _write(self, state: A, events: Sequence[Event]) -> None:
        self._shelf.kept[state.id] = state
        self._shelf.said += events

    async def _where(self, matches: Callable[[A], object]) -> list[A]:
        await self._fuse.step()
        return [one for one in self._shelf.kept.values() if matches(one)]


class Cases(Window[Correspondence]):
    async def communes_with_letters(self, by: datetime) -> list[str]:
        return sorted({one.commune for one in await self._where(lambda one: [*letters.ready(one, by)] != [])})

    async def ready_by(self, commune: str, by: datetime) -> AsyncIterator[Correspondence]:
        for id in [one.id for one in await self._where(lambda one: [*letters.ready(one, by)] != [])]:
            await self._fuse.step()
            yield self._shelf.kept[id]


class Runs(Window[PrintRun]):
    async def unfinished(self) -> list[str]:
        return [run.id for run in await self._where(lambda run: bool(run.unfinished))]

    async def being_closed(self, commune: str) -> list[str]:
        return [run.id for run in await self._where(lambda run: not run.closed)]

    async def in_doubt(self, now: datetime) -> list[str]:
        return [run.id for run in await self._where(lambda run: run.look_again_at and run.look_again_at <= now)]

    async def doubtful(self, commune: str) -> frozenset[str]:
        return frozenset(id for run in await self._where(lambda run: run.look_again_at) for id in run.doubtful)

    async def count_of_day(self, commune: str, on: Any) -> int:
        return len(await self._where(lambda run: run.day == on))


class Room(PrintRoom):
    """Every letter that lies ready has a file of one page, but those that were lost."""

    lost: frozenset[str] = frozenset()

    async def pages(self, commune: str, notifications: Sequence[str]) -> dict[str, int | None]:
        return {id: None if id in self.lost else 1 for id in notifications}


@dataclass
class Office:
    now: datetime = CUT_OFF - timedelta(hours=3)
    cases: Shelf[Correspondence] = field(default_factory=Shelf)
    runs: Shelf[PrintRun] = field(default_factory=Shelf)

    def room(self, fuse: Fuse, ahead: int = 0) -> Room:
        cases, runs = Cases(self.cases, fuse), Runs(self.runs, fuse)
        now = lambda: self.now + timedelta(minutes=ahead)  # noqa: E731
        return Room(cases, runs, COMMUNES, Path(), now, block=2)  # type: ignore[arg-type]

    async def closes(self, replica: "Replica", lag: random.Random) -> None:
        room = self.room(Fuse(replica.life, lag, replica.blind), replica.ahead)
        await until_it_dies(room.close_now(COMMUNE) if replica.early else room.close_what_is_due())

    def cut_off(self) -> datetime:
        local = self.now.astimezone(VIETNAM)
        today = local.replace(hour=16, minute=30, second=0)
        return today if local < today else today + timedelta(days=1)

    def draw(self, case: str) -> None:
        """What is not there is written; what was called back, or must say something else, is drawn anew."""
        known = self.cases.kept.get(case)
        self.cases.said.append(of_message(NotificationQueued, notification=letter_of(case)))
        if known is None:
            self.cases.kept[case] = replace(drawn(case, self.cut_off()), version=1)
        elif known.message(letter_of(case)).state in ("failed", "queued", "drawn"):
            self.cases.kept[case] = replace(
                draw(known, self.cut_off(), f"claim {known.version}"), version=known.version + 1
            )

    async def call_back(self, case: str, fuse: Fuse) -> None:
        command = CallBackLetter(actor=actor(), key="k", notification=letter_of(case), reason="Sai địa chỉ")
        if case in self.cases.kept:
            with suppress(Refusal):
                await Cases(self.cases, fuse).change(case, lambda one: letters.call_back(one, command, self.now))

    async def acts(self, what: str, case: str, after: int, lag: random.Random) -> None:
        """While a run is being closed."""
        for _ in range(after):
            await asyncio.sleep(0)
        if what == "draw":
            self.draw(case)
        else:
            await self.call_back(case, Fuse(None, lag))


async def until_it_dies(work: Awaitable[object]) -> None:
    try:
        await work
    except Died:
        pass
    except BaseExceptionGroup as several:
        _, rest = several.split(Died)
        if rest is not None:
            raise


@dataclass(frozen=True)
class Replica:
    """One that closes. life: steps until it dies, if it does. early: asked to, before the cut-off.

    ahead: of the clock of others, in minutes: eight hours and it is the next day. blind: as of `Fuse`.
    """

    life: int | None
    early: bool
    ahead: int
    blind: frozenset[str] = frozenset()


cases = st.sampled_from(CASES)
lives = st.none() | st.integers(0, 60)
replicas = st.builds(Replica, lives, st.booleans(), st.sampled_from([0, 8 * 60]), st.frozensets(cases))
meanwhile = st.tuples(st.sampled_from(["draw", "call back"]), cases, st.integers(0, 40))
rounds = st.lists(
    st.tuples(
        st.sets(cases),
        st.sampled_from([0, 60, 180, 24 * 60]),
        st.lists(replicas, min_size=1, max_size=3),
        st.lists(meanwhile, max_size=6),
    ),
    min_size=1,
    max_size=4,
)
"""Letters are drawn, time goes by, and while replicas put runs together others draw letters anew or call them back."""


@settings(max_examples=200)
@given(rounds, st.integers(0, 2**16))
def test_every_letter_leaves_once_in_one_run_and_one_bundle(rounds: list[Any], seed: int) -> None:
    office = Office()
    asyncio.run(played(office, rounds, random.Random(seed)))
    where = Counter(item.notification for run in office.runs.kept.values() for _, item in run.kept())
    left = [one for state in office.cases.kept.values() for one in state.messages if one.fate is not None]
    assert where == Counter(message.id for message in left), "in one run each, in one place of it"
    for message in left:
        assert message.fate is not None
        run = office.runs.kept[message.fate.run]
        assert message.id in {item.notification for _, item in run.kept()}, "in the run that its case tells of"
    assert {message.state for state in office.cases.kept.values() for message in state.messages} <= {"sent", "failed"}
    assert not any(run.unfinished or run.doubtful for run in office.runs.kept.values())
    for run in office.runs.kept.values():
        assert max(Counter((item.bundle, item.place) for _, item in run.kept()).values(), default=1) == 1
    sent = [event.notification for event in office.cases.said if isinstance(event, NotificationSent)]
    assert Counter(sent) == where, "said once"
    for case in CASES:
        of_it = [event for event in office.cases.said if event.notification == letter_of(case)]  # type: ignore[attr-defined]
        for before, after in pairwise(of_it):
            assert not (before.name == "notification-failed" and after.name == "notification-sent"), (
                "it was called back"
            )
    closed = {event.run: event.letters for event in office.runs.said if isinstance(event, PrintRunClosed)}
    assert len(closed) == len(office.runs.said)
    assert closed.keys() == {run.id for run in office.runs.kept.values() if run.letters}
    for id, letters_said in closed.items():
        known = office.runs.kept[id]
        assert letters_said == known.letters or (known.late and letters_said < known.letters), (
            "but for what was found later"
        )


async def played(office: Office, rounds: list[Any], lag: random.Random) -> None:
    for drawn_now, minutes, closing, others in rounds:
        for case in sorted(drawn_now):
            office.draw(case)
        office.now += timedelta(minutes=minutes)
        closings = (office.closes(replica, lag) for replica in closing)
        await asyncio.gather(*closings, *(office.acts(what, case, after, lag) for what, case, after in others))
    for hours in (48, 2):  # what one replica left in doubt is looked at again a while after
        office.now += timedelta(hours=hours)
        await office.closes(Replica(None, early=False, ahead=0), lag)


async def test_a_letter_whose_file_is_lost_is_drawn_again_and_leaves_with_the_next_run() -> None:
    office = Office()
    for case in CASES[:3]:
        office.draw(case)
    office.now = CUT_OFF
    room = office.room(Fuse(None, random.Random(0)))
    room.lost = frozenset({letter_of(CASES[1])})
    await room.close_what_is_due()
    assert office.cases.kept[CASES[1]].message(letter_of(CASES[1])).state == "queued"
    [run] = office.runs.kept.values()
    assert run.letters == 2
    office.draw(CASES[1])
    office.now += timedelta(days=1)
    room.lost = frozenset()
    await room.close_what_is_due()
    assert [run.letters for run in office.runs.kept.values()] == [2, 1]


async def test_a_letter_that_left_is_not_dropped_by_a_replica_that_cannot_read_its_case() -> None:
    office, lag = Office(), random.Random(0)
    for case in CASES[:3]:
        office.draw(case)
    office.now = CUT_OFF
    first = office.room(Fuse(None, lag))
    ready = [one async for one in first._gathered(COMMUNE, CUT_OFF, CUT_OFF)]
    run = put_together(RUN, COMMUNE, ready, (), together=False, cut_off=CUT_OFF, now=CUT_OFF)
    await Runs(office.runs, Fuse(None, lag)).create(run, [])
    for item in run.items:
        assert await first._leaves(run, item), "it notes them all, and dies before its mark"
    blind = office.room(Fuse(None, lag, frozenset(CASES[:1])))
    await blind.close_what_is_due()
    assert list(office.runs.kept) == [RUN]
    run = office.runs.kept[RUN]
    assert (run.letters, run.closed, run.doubtful, run.dropped) == (2, True, (letter_of(CASES[0]),), ())
    for minutes in (0, 1, 2, 10):
        office.now = CUT_OFF + timedelta(minutes=minutes)
        await blind.close_what_is_due()
    assert office.runs.kept[RUN].looks == 2, "it is looked at again with growing pauses"
    office.now += timedelta(hours=1)
    await first.close_what_is_due()
    run = office.runs.kept[RUN]
    assert (run.letters, run.bundles, run.doubtful, run.look_again_at) == (3, 2, (), None)
    [*_, (place, late)] = run.kept()
    assert (place, late.notification, late.bundle, late.place, late.envelope) == (0, letter_of(CASES[0]), 2, 1, 4)
    assert list(office.runs.kept) == [RUN]


async def test_what_nobody_can_read_is_put_into_one_run_and_keeps_no_letter_waiting() -> None:
    office, lag = Office(), random.Random(0)
    office.draw(CASES[0])
    office.now = CUT_OFF
    blind = [office.room(Fuse(None, lag, frozenset(CASES[:1]))) for _ in range(2)]
    for room in blind:
        await room.close_what_is_due()
    assert list(office.runs.kept) == [RUN], "though each replica looks for itself"
    assert await blind[0].close_now(COMMUNE) == []
    office.draw(CASES[1])
    assert await blind[1].close_now(COMMUNE) == [f"{RUN}-2"]
    assert [event.run for event in office.runs.said if isinstance(event, PrintRunClosed)] == [f"{RUN}-2"]
    office.now += timedelta(days=1)
    await office.room(Fuse(None, lag)).close_what_is_due()
    assert [event.run for event in office.runs.said if isinstance(event, PrintRunClosed)] == [f"{RUN}-2", RUN]


async def test_a_letter_without_file_that_cannot_be_drawn_again_keeps_the_others_not_waiting() -> None:
    office = Office()
    for case in CASES[:3]:
        office.draw(case)
    office.now = CUT_OFF
    room = office.room(Fuse(None, random.Random(0), frozenset(CASES[:1])))
    room.lost = frozenset({letter_of(CASES[0])})
    await room.close_what_is_due()
    [run] = office.runs.kept.values()
    assert [item.notification for _, item in run.kept()] == [letter_of(case) for case in CASES[1:3]]


async def test_an_outage_is_told_as_what_it_is() -> None:
    office = Office()
    for case in CASES[:3]:
        office.draw(case)
    office.now = CUT_OFF

    class Away(Cases):
        async def change(self, *_: Any, **__: Any) -> Any:
            raise AutoReconnect

    fuse = Fuse(None, random.Random(0))
    room = Room(Away(office.cases, fuse), Runs(office.runs, fuse), COMMUNES, Path(), lambda: office.now)  # type: ignore[arg-type]
    with pytest.raises(AutoReconnect):
        await room.close_what_is_due()


@pytest.mark.parametrize(
    ("letters", "weight", "runs", "because"),
    [
        (5, 4 * 2**20, [2, 2, 1], "two of 4 MiB fit into 10"),
        (5, 1 * 2**20, [5], "all of them fit"),
    ],
)
async def test_a_run_is_bounded_by_what_its_record_holds(
    letters: int, weight: int, runs: list[int], because: str
) -> None:
    office = Office()
    for case in CASES[:letters]:
        office.cases.kept[case] = draw(drawn(case), CUT_OFF, "a" * weight)
    office.now = CUT_OFF
    await office.room(Fuse(None, random.Random(0))).close_what_is_due()
    assert [run.letters for run in office.runs.kept.values()] == runs, because


@pytest.mark.parametrize(
    ("minutes", "runs", "because"),
    [
        (-1, 0, "a minute before, nothing is final"),
        (0, 1, "at the instant"),
        (15 * 60, 1, "the morning after, if the office was without power"),
    ],
)
async def test_the_run_is_closed_at_its_cut_off(minutes: int, runs: int, because: str) -> None:
    office = Office()
    office.draw(CASES[0])
    office.now = CUT_OFF + timedelta(minutes=minutes)
    await office.room(Fuse(None, random.Random(0))).close_what_is_due()
    assert len(office.runs.kept) == runs, because


async def test_a_second_run_of_the_day_is_numbered() -> None:
    office = Office()
    room = office.room(Fuse(None, random.Random(0)))
    office.draw(CASES[0])
    assert await room.close_now(COMMUNE) == [f"{COMMUNE}-20260605"]
    office.draw(CASES[1])
    office.now = CUT_OFF
    await room.close_what_is_due()
    assert sorted(office.runs.kept) == [f"{COMMUNE}-20260605", f"{COMMUNE}-20260605-2"]
    assert await room.close_now(COMMUNE) == [], "nothing lies ready"
