"""The post room: notes a fact, takes on what it made due, and sends it.

A message is claimed in the same save that makes it due, then it leaves, then the result is saved. A crash between
the two leaves a claim that goes stale; whoever finds it sends again under the same reference and says so.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import cast

from ulid import ULID

from services.notify import delivery
from services.notify.contents import dated, letter_data
from services.notify.correspondence import Conclusion, Correspondence, Decision, Message
from services.notify.mailing.mails import CannotMail, render_mail
from services.notify.mailing.smtp import Mailer, NotEver, NotNow, Unknown
from services.notify.paper.letters import CannotPrint, Kind, render_letter
from services.notify.store import Correspondences
from shared.clock import Clock
from shared.communes import Communes
from shared.contracts import Event
from shared.logs import in_short, logger
from shared.store import OUTAGES, Saved, StaleSave

STALE_AFTER = timedelta(minutes=2)
AT_ONCE = 6
"""Messages under way at a time, and connections to the mail server."""
WAITING_LIMIT = 500
"""Claims that may wait in this process; beyond, messages stay queued for whoever has time."""


class PostRoom:
    """Writes and sends for all communes."""

    def __init__(
        self,
        correspondences: Correspondences,
        communes: Communes,
        mailer: Mailer,
        letters: Path,
        base_url: str,
        desk_url: str,
        now: Clock,
    ) -> None:
        self._correspondences = correspondences
        self._communes = communes
        self._mailer = mailer
        self._letters = letters
        self._base_url = base_url
        self._desk_url = desk_url
        self._now = now
        self._turns = mailer.turns
        self._alive: set[str] = set()
        self._stopping = False

    @property
    def busy(self) -> int:
        """Claims of this process that are not done."""
        return len(self._alive)

    async def begin(self, first: Decision) -> bool:
        """Save a new correspondence. Returns False when there is one already."""
        state, events, claim = self._claiming(*first)
        saved = await self._correspondences.create(state, events)
        if saved is not None:
            self._take(saved, claim)
        return saved is not None

    async def note(
        self, case: str, decide: Callable[[Correspondence | None], Decision], last: Saved[Correspondence] | None = None
    ) -> Saved[Correspondence]:
        """Note a fact in a case's correspondence. last: as in `Store.change`."""
        claim = ""

        def deciding(state: Correspondence | None) -> Decision:
            nonlocal claim
            after, events, claim = self._claiming(*decide(state))
            return after, events

        saved = await self._correspondences.change(case, deciding, last=last)
        self._take(saved, claim)
        return saved

    async def take_what_waits(self) -> None:
        """Take on what is due: temporary failures whose pause is over, claims that a crash left behind.

        A correspondence that cannot be read or decided on is named; it does not keep the others waiting.
        """
        if self.busy >= WAITING_LIMIT:
            return
        for case in await self._correspondences.waiting(self._now()):
            try:
                await self.note(case, _as_it_is)
            except OUTAGES:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one case is not wrong with the next
                logger().error("not-taken-on", case=case, error=in_short(error))

    async def work(self) -> None:
        """Send until cancelled; what was claimed and not begun is given back."""
        workers = [asyncio.create_task(self._worker()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)

    async def stop(self) -> None:
        """Give back what was not begun, finish what is being sent."""
        self._stopping = True
        for saved, claim in self._turns.drain():
            await self._give_back(saved, claim)
        while self._alive:  # noqa: ASYNC110 - waited for once, when the service stops
            await asyncio.sleep(0.02)
        await self._mailer.close()

    async def _give_back(self, saved: Saved[Correspondence], claim: str, put_off: timedelta | None = None) -> None:
        self._alive.discard(claim)
        now = self._now()
        until = now + put_off if put_off else None
        await self._record(saved, lambda one: delivery.release(one, claim, now, until=until))

    def _claiming(self, state: Correspondence, events: Sequence[Event]) -> tuple[Correspondence, list[Event], str]:
        claim = str(ULID())
        if self._stopping or self.busy >= WAITING_LIMIT:
            return state, list(events), claim
        after, more = delivery.claim_due(state, claim, self._now(), STALE_AFTER, alive=self._alive)
        return after, [*events, *more], claim

    def _take(self, saved: Saved[Correspondence], claim: str) -> None:
        if claimed := saved.state.claimed(claim):
            self._alive.add(claim)
            self._turns.put((saved, claim), [to for message in claimed for to in message.to])

    async def _worker(self) -> None:
        while True:
            async with self._turns.next() as turn:
                saved, claim = turn.what
                try:
                    if turn.put_off is not None:
                        await self._give_back(saved, claim, turn.put_off)
                    else:
                        await self._carry_out(saved, claim)
                except Exception as error:  # noqa: BLE001 - the claim goes stale and is taken on again
                    logger().error("sending-failed", case=saved.state.id, exc_info=error)
                finally:
                    self._alive.discard(claim)

    async def _carry_out(self, saved: Saved[Correspondence], claim: str) -> None:
        """A claim that has waited long may be another's by now: give it back instead, and take on what is due."""
        claimed = saved.state.claimed(claim)
        if any(message.claimed_at and self._now() - message.claimed_at > STALE_AFTER / 2 for message in claimed):
            await self._give_back(saved, claim)
            return
        for message in claimed:
            saved = await self._send(saved, message, claim)

    async def _send(self, saved: Saved[Correspondence], message: Message, claim: str) -> Saved[Correspondence]:
        now, id = self._now, message.id
        try:
            reference = await (self._mail if message.channel == "email" else self._print)(saved.state, message)
        except Unknown as error:
            logger().warning("sent-or-not", notification=id, error=in_short(error))
            return saved
        except (NotNow, NotEver, CannotMail, CannotPrint) as error:
            reason, permanent = str(error), not isinstance(error, NotNow)
            return await self._record(
                saved, lambda one: delivery.failed(one, id, reason, now(), permanent=permanent, by=claim)
            )
        return await self._record(saved, lambda one: delivery.sent(one, id, reference, now()))

    async def _mail(self, state: Correspondence, message: Message) -> str:
        profile = self._communes[state.commune]
        mail = render_mail(
            state,
            message,
            profile,
            base_url=self._base_url,
            desk_url=self._desk_url,
            conclusion=await self._conclusion(state, message),
            now=self._now(),
        )
        await self._mailer.send(mail, profile.email, message.to)
        return str(mail["Message-ID"])

    async def _print(self, state: Correspondence, message: Message) -> str:
        """The file is named by the message, so that a second attempt writes the same letter over the first."""
        data = letter_data(
            state,
            message,
            self._communes[state.commune],
            dated(message.created_at),
            base_url=self._base_url,
            conclusion=await self._conclusion(state, message),
        )
        pdf = await asyncio.to_thread(render_letter, cast("Kind", message.kind), data)
        name = f"{message.id}.pdf"
        await asyncio.to_thread(_write, self._letters / state.commune / name, pdf)
        return name

    async def _conclusion(self, state: Correspondence, message: Message) -> Conclusion | None:
        """It is kept once, with the dialogue, and not with each of its registrants."""
        if message.kind != "conclusion" or state.dialogue is None:
            return None
        known = await self._correspondences.get(state.dialogue)
        return known.record.conclusion if known and known.record else None

    async def _record(
        self, saved: Saved[Correspondence], decide: Callable[[Correspondence], Decision]
    ) -> Saved[Correspondence]:
        """Note the result, and take on what it makes due, such as a letter instead of a mail.

        What was done cannot be undone: while the database is away its result is kept here, or it would be done again.
        """

        def deciding(state: Correspondence | None) -> Decision:
            assert state is not None, "a correspondence is never deleted"
            return decide(state)

        pause_s = 0.1
        while True:
            try:
                return await self.note(saved.state.id, deciding, last=saved)
            except (*OUTAGES, StaleSave) as error:
                logger().warning("result-waits", case=saved.state.id, error=in_short(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, 5)


def _as_it_is(state: Correspondence | None) -> Decision:
    assert state is not None, "a correspondence is never deleted"
    return state, []


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and on the disk before it is said to be there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    part.replace(file)
