"""The print room: at each cut-off it puts together what lies ready, then notes with each letter that it left.

Several replicas may do so at once, and any of them may die at any instant. A run is created once, under an id that
nobody else can take; noting a letter twice changes nothing; and a letter's own correspondence decides which run it left
in, so it is in one alone, whatever was put together twice.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

from services.notify.correspondence import Correspondence, Decision, Fate
from services.notify.posting import letters, runs
from services.notify.posting.bundles import pages_of
from services.notify.posting.files import forget_files
from services.notify.posting.letters import Ready
from services.notify.posting.runs import Item, PrintRun
from services.notify.posting.store import PrintRuns
from services.notify.store import Correspondences
from services.notify.wording import VIETNAM
from shared.clock import Clock
from shared.communes import Communes, Profile
from shared.logs import in_short, logger
from shared.store import OUTAGES, Saved, StaleSave

T = TypeVar("T")
X = TypeVar("X")

AT_ONCE = 16
"""Correspondences that are noted in side by side."""
SET_ASIDE = timedelta(minutes=10)
"""So long no run counts on a letter whose file is gone, and that cannot be drawn again either."""
UNPOSTED = timedelta(days=30)
"""So long at least names and addresses of a run are kept that is not posted: its labels are needed still."""
IN_THE_MAKING = timedelta(minutes=5)
"""A file that was asked for before names and addresses were forgotten is there, or never will be."""


class PrintRoom:
    """Closes and follows the runs of all communes.

    Args:
        folder: of letters, `<commune>/<notification>.pdf`.
        block: letters that are noted between two marks: a run is large, and so is each mark in it.
    """

    def __init__(
        self,
        correspondences: Correspondences,
        print_runs: PrintRuns,
        communes: Communes,
        folder: Path,
        now: Clock,
        block: int = 200,
    ) -> None:
        self._correspondences = correspondences
        self._runs = print_runs
        self._communes = communes
        self._folder = folder
        self._now = now
        self._block = block
        self._set_aside: dict[str, datetime] = {}

    async def close_what_is_due(self) -> None:
        """For a sweep. What goes wrong in one commune does not keep the others waiting."""
        for run in await self._runs.unfinished():
            await _guarded(run, self.finish(run))
        now = self._now()
        for run in await self._runs.in_doubt(now):
            await _guarded(run, self._look_again(run))
        for commune in await self._correspondences.communes_with_letters(now):
            if (profile := self._communes.get(commune)) is None:
                logger().error("letters-of-no-commune", commune=commune)
            else:
                await _guarded(commune, self._close(profile, now))

    async def close_now(self, commune: str) -> list[str]:
        """Before the cut-off, with all that lies ready. Ids of the runs that came of it, in their order."""
        profile = self._communes[commune]
        return await self._close(profile, runs.next_cut_off(profile, self._now()))

    async def finish(
        self, run: str, within_s: float | None = None, last: Saved[PrintRun] | None = None
    ) -> PrintRun | None:
        """Note with letters what they do not know yet; what a crash cut off is gone on with.

        within_s: for who waits; what is not done by then is left to the sweep.
        last: the run as this process saved it a moment ago, so that it need not be read again.
        """
        time = asyncio.get_running_loop().time
        until = None if within_s is None else time() + within_s
        known = last.state if last else await self._runs.get(run)
        while known is not None and known.unfinished and (until is None or time() < until):
            last = await (self._tell(known, last) if known.closed else self._note(known, last))
            known = last.state
        return known

    async def pages(self, commune: str, notifications: Sequence[str]) -> dict[str, int | None]:
        """Of letters that lie ready; None for one without a file."""
        files = [self._folder / commune / f"{id}.pdf" for id in notifications]
        counted = await asyncio.to_thread(lambda: [pages_of(file) for file in files])
        return dict(zip(notifications, counted, strict=True))

    async def forget(self) -> None:
        """For a tidying: names and addresses, and the files made of them, are kept as long as the profile says, and
        until the run is posted, but for what nobody posts any more. Files are looked for once more a while after: one
        may have been in the making."""
        now = self._now()
        for run in await self._runs.forgotten_by(now - IN_THE_MAKING):
            await _guarded(run, self._forget_files(run), "print-run-not-forgotten")
        for profile in self._communes.values():
            kept = timedelta(days=profile.post.transport_days)
            for run in await self._runs.with_old_addresses(profile.id, now - kept, now - max(kept, UNPOSTED)):
                await _guarded(run, self._forget(run), "print-run-not-forgotten")

    async def _forget(self, run: str) -> None:
        await self._runs.change(run, lambda one: runs.forgotten(_here(one), self._now()))
        await asyncio.to_thread(forget_files, self._folder, run)

    async def _forget_files(self, run: str) -> None:
        await asyncio.to_thread(forget_files, self._folder, run)
        await self._runs.change(run, lambda one: runs.files_gone(_here(one)))

    async def _close(self, profile: Profile, cut_off: datetime) -> list[str]:
        """The id is chosen before letters are gathered, and only when all that left under an earlier one is noted: so
        who is slower finds the id taken, and looks again at what is left."""
        closed: list[str] = []
        while True:
            now = self._now()
            id = await self._next_id(profile.id, now)
            ready = [one async for one in self._gathered(profile.id, cut_off, now)]
            if not ready:
                return closed
            run = runs.put_together(
                id,
                profile.id,
                ready,
                profile.hamlets,
                together=profile.post.together == "daily",
                cut_off=cut_off,
                now=now,
            )
            if (saved := await self._runs.create(run, [])) is None:
                continue
            done = await self.finish(id, last=saved)
            if done is None or not done.letters:
                return closed  # whatever is the matter with them, another run at once would fare no better
            closed.append(id)

    async def _next_id(self, commune: str, now: datetime) -> str:
        today = now.astimezone(VIETNAM).date()
        known = await self._runs.count_of_day(commune, today)
        for run in await self._runs.being_closed(commune):
            await self.finish(run)
        return runs.run_id(commune, today, known + 1)

    async def _gathered(self, commune: str, cut_off: datetime, now: datetime) -> AsyncIterator[Ready]:
        """What lies ready, at most as much as a run holds. A letter without its file is drawn again instead."""
        taken, size, block = 0, 0, list[Ready]()
        async for one in self._lying(commune, cut_off, now):
            taken, size = taken + 1, size + runs.weight(one)
            if taken > runs.MOST or size > runs.MOST_BYTES:
                break
            block.append(one)
            if len(block) == self._block:
                for counted in await self._counted(commune, block):
                    yield counted
                block = []
        for counted in await self._counted(commune, block):
            yield counted

    async def _lying(self, commune: str, cut_off: datetime, now: datetime) -> AsyncIterator[Ready]:
        """What another run may have taken is left to it."""
        doubtful = await self._runs.doubtful(commune)
        self._set_aside = {id: until for id, until in self._set_aside.items() if until > now}
        async for state in self._correspondences.ready_by(commune, cut_off):
            for one in letters.ready(state, cut_off):
                if one.notification not in doubtful and one.notification not in self._set_aside:
                    yield one

    async def _counted(self, commune: str, found: Sequence[Ready]) -> list[Ready]:
        counted = await self.pages(commune, [one.notification for one in found])
        whole = []
        for one in found:
            if (pages := counted[one.notification]) is not None:
                whole.append(replace(one, pages=pages))
                continue
            logger().error("letter-without-file", notification=one.notification)
            try:
                await self._change(one.case, partial(self._drawn_again, id=one.notification))
            except (*OUTAGES, StaleSave):
                raise
            except Exception as error:  # noqa: BLE001 - a record that cannot be saved keeps the others not waiting
                logger().error("letter-not-drawn-again", notification=one.notification, error=in_short(error))
                self._set_aside[one.notification] = self._now() + SET_ASIDE
        return whole

    def _drawn_again(self, state: Correspondence, id: str) -> Decision:
        return letters.draw_again(state, id, self._now())

    async def _note(self, run: PrintRun, last: Saved[PrintRun] | None) -> Saved[PrintRun]:
        first = run.to_note or 0
        block = run.items[first : first + self._block]
        left = await _side_by_side(lambda item: self._leaves(run, item), block)
        dropped = {first + place for place, has_left in enumerate(left) if has_left is False}
        doubtful = [item.notification for item, has_left in zip(block, left, strict=True) if has_left is None]
        upto = first + len(block)
        return await self._runs.change(
            run.id, lambda one: runs.noted(_here(one), upto, dropped, self._now(), doubtful), last=last
        )

    async def _leaves(self, run: PrintRun, item: Item) -> bool | None:
        """Whether it left in this run; None where nobody can tell: another replica may have noted that it did."""
        id = item.notification
        try:
            state = await self._change(
                item.case, lambda state: letters.left(state, id, run.id, run.cut_off, self._now(), item.drawn_by)
            )
        except (*OUTAGES, StaleSave):
            raise
        except Exception as error:  # noqa: BLE001 - a record that cannot be read keeps the others not waiting
            logger().error("letter-in-doubt", notification=id, run=run.id, error=in_short(error))
            return None
        return letters.has_left_in(state, id, run.id)

    async def _look_again(self, id: str) -> None:
        """A letter that still lies ready leaves in this run all the same: no other takes it while it is in doubt."""
        run = _here(await self._runs.get(id))
        items = [item for item in run.items if item.notification in run.doubtful]
        left = await _side_by_side(lambda item: self._leaves(run, item), items)
        found = {
            item.notification: has_left for item, has_left in zip(items, left, strict=True) if has_left is not None
        }
        await self._runs.change(id, lambda one: runs.looked_again(_here(one), found, self._now()))

    async def _tell(self, run: PrintRun, last: Saved[PrintRun] | None) -> Saved[PrintRun]:
        fates = {number: run.fate(number) for number in run.to_tell[: self._block]}
        about = [item for _, item in run.kept() if item.envelope in fates]
        await _side_by_side(lambda item: self._learns(item, fates[item.envelope]), about)
        return await self._runs.change(run.id, lambda one: runs.told(_here(one), fates), last=last)

    async def _learns(self, item: Item, fate: Fate) -> None:
        try:
            await self._change(item.case, lambda state: letters.learn(state, item.notification, fate, self._now()))
        except (*OUTAGES, StaleSave):
            raise
        except Exception as error:  # noqa: BLE001 - as above
            logger().error("letter-not-told", notification=item.notification, error=in_short(error))

    async def _change(self, case: str, decide: Callable[[Correspondence], Decision]) -> Correspondence:
        def deciding(state: Correspondence | None) -> Decision:
            assert state is not None, "a correspondence is never deleted"
            return decide(state)

        return (await self._correspondences.change(case, deciding)).state


async def _side_by_side(work: Callable[[X], Awaitable[T]], over: Sequence[X]) -> list[T]:
    """Results in the order of what it is done to, a few under way at a time. What goes wrong is raised as itself."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(one: X) -> T:
        async with turns:
            return await work(one)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(in_turn(one)) for one in over]
    except BaseExceptionGroup as several:
        raise several.exceptions[0] from several
    return [task.result() for task in tasks]


async def _guarded(what: str, task: Awaitable[object], otherwise: str = "print-run-not-closed") -> None:
    try:
        await task
    except OUTAGES:
        raise
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one is not wrong with the next
        logger().error(otherwise, about=what, error=in_short(error))


def _here(run: PrintRun | None) -> PrintRun:
    assert run is not None, "a print run is never deleted"
    return run
