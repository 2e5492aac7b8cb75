"""The post room: notes a fact, takes on what it made due, and sends it.

A message is claimed in the same save that makes it due, then it leaves, then the result is saved. A crash between
the two leaves a claim that goes stale; whoever finds it sends again under the same reference and says so. A letter is
only drawn here: it leaves with its print run (posting).
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from ulid import ULID

from services.notify import delivery, reminders, together
from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.mailing.smtp import Away, Mailer, NotEver, NotNow, Unknown
from services.notify.making import CANNOT, Maker, not_now
from services.notify.posting.runs import next_cut_off
from services.notify.store import Correspondences
from shared import traces
from shared.clock import Clock
from shared.communes import Communes
from shared.contracts import Event
from shared.contracts.notify import MessageKind
from shared.logs import in_short, logger
from shared.store import OUTAGES, Saved, StaleSave

Work = Callable[[timedelta | None], Awaitable[None]]
"""What a worker does in its turn; given a time, it is put off by that instead."""

Claiming = Callable[[str, timedelta | None], Awaitable[None]]
"""The same of what is not claimed yet: it claims what it does by this name first."""

Result = Callable[[Correspondence], Decision]
"""How what was done is noted."""

T = TypeVar("T")
STALE_AFTER = timedelta(minutes=2)
AT_ONCE = 6
"""Messages under way at a time, and connections to the mail server."""
NONE = ""
"""No claim: nobody has time, so what is due stays queued. What a crash finds claimed is in doubt, so that is little."""
AT_LEISURE = timedelta()
"""Given back, for whoever has time."""
WAITING_LIMIT = 500
"""Correspondences that may wait in this process; beyond, messages stay queued for whoever has time."""


class PostRoom:
    """Writes and sends for all communes."""

    def __init__(
        self, correspondences: Correspondences, communes: Communes, mailer: Mailer, maker: Maker, now: Clock
    ) -> None:
        self._correspondences = correspondences
        self._communes = communes
        self._mailer = mailer
        self._maker = maker
        self._now = now
        self._turns = mailer.turns
        self._alive: set[str] = set()
        self._in_line: set[str] = set()
        self._stopping = False

    @property
    def alive(self) -> Collection[str]:
        """Claims of this process that are not done: no crash has lost them."""
        return self._alive

    @property
    def stopping(self) -> bool:
        return self._stopping

    @property
    def busy(self) -> int:
        """Claims of this process that are not done, and what waits here to be claimed."""
        return len(self._alive) + len(self._in_line)

    async def begin(self, first: Decision) -> bool:
        """Save a new correspondence. Returns False when there is one already."""
        state, events, claim = self._claiming(None, *first)
        saved = await self._correspondences.create(state, events)
        if saved is not None:
            self._take(saved, claim)
        return saved is not None

    async def note(
        self, case: str, decide: Callable[[Correspondence | None], Decision], last: Saved[Correspondence] | None = None
    ) -> Saved[Correspondence]:
        """Note a fact in a case's correspondence. last: as in `Store.change`."""
        saved, claim = await self._saved(case, decide, last)
        self._take(saved, claim)
        return saved

    async def _saved(
        self,
        case: str,
        decide: Callable[[Correspondence | None], Decision],
        last: Saved[Correspondence] | None,
        own: str = NONE,
    ) -> tuple[Saved[Correspondence], str]:
        """Also returns the claim, which is `own` where that is given."""
        claim = NONE

        def deciding(state: Correspondence | None) -> Decision:
            nonlocal claim
            after, events, claim = self._claiming(state, *decide(state), own)
            return after, events

        saved = await self._correspondences.change(case, deciding, last=last)
        if saved.state.discarded:
            saved = await self._discard(saved)
        return saved, claim

    async def take_what_waits(self) -> None:
        """Take on what is due: temporary failures whose pause is over, claims that a crash left behind, reminders.

        A correspondence that cannot be read or decided on is named; it does not keep the others waiting.
        """
        if self.busy >= WAITING_LIMIT:
            return
        now = self._now()
        waiting = [
            *await self._correspondences.waiting(now),
            *await self._correspondences.to_remind(now),
            *await self._correspondences.with_discarded(),
        ]
        for case in dict.fromkeys(waiting):
            if case in self._in_line:
                continue
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
        for claim, work in self._turns.drain():
            await work(AT_LEISURE)
            self._alive.discard(claim)
        while self._alive:  # noqa: ASYNC110 - waited for once, when the service stops
            await asyncio.sleep(0.02)
        await self._mailer.close()

    async def _give_back(self, saved: Saved[Correspondence], claim: str, put_off: timedelta) -> None:
        self._alive.discard(claim)
        now = self._now()
        await self._record(saved, lambda one: delivery.release(one, claim, now, until=now + put_off))

    def _claiming(
        self, before: Correspondence | None, after: Correspondence, events: Sequence[Event], own: str = NONE
    ) -> tuple[Correspondence, list[Event], str]:
        """What follows from whatever was decided, in the same save: letters that say something else by now are drawn
        anew, the day is recalled, mails of a day are put together, and what is due is claimed if somebody has time."""
        claim, now, profile = own or str(ULID()), self._now(), self._communes[after.commune]
        if before is not None:
            after = delivery.draw_anew(before, after, now)
        after, reminded = reminders.remind(after, profile.post.reminder_days, now)
        said = [*events, *reminded]

        def text(kind: MessageKind) -> int:
            return self._maker.current(after.commune, kind)

        if profile.post.together == "daily":
            after = together.put_off(after, next_cut_off(profile, now), now, text)
        if self._stopping or not (own or len(self._alive) < AT_ONCE):
            return after, said, NONE
        after, more = delivery.claim_due(after, claim, now, STALE_AFTER, alive=self._alive, text=text)
        return after, [*said, *more], claim

    async def _discard(self, saved: Saved[Correspondence]) -> Saved[Correspondence]:
        """Remove the files of letters that do not leave. A crash in between is made good by the sweep."""
        files = saved.state.discarded or ()
        for id in files:
            await self._maker.discard(saved.state.commune, id)
        return await self._correspondences.change(
            saved.state.id, lambda one: delivery.cleared(known(one), files), last=saved
        )

    def _take(self, saved: Saved[Correspondence], claim: str) -> None:
        if claimed := saved.state.claimed(claim):
            self._take_turn(claim, partial(self._carry_out, saved, claim), _addresses(claimed))
        elif claim == NONE:
            self._queue(saved)

    def _queue(self, saved: Saved[Correspondence]) -> None:
        id, now = saved.state.id, self._now()
        due = [one for one in saved.state.messages if one.next_action_at is not None and one.next_action_at <= now]
        if due and self.has_room_for(id):
            self.put_in_line(id, partial(self._claim, saved), _addresses(due))

    def has_room_for(self, id: str) -> bool:
        """Not for what is in line already."""
        return id not in self._in_line and not self._stopping and self.busy < WAITING_LIMIT

    def put_in_line(self, id: str, work: Claiming, addresses: Iterable[str]) -> None:
        """Do this, of which nothing is claimed yet, when it is the turn of its mails; while it is done, its claim is
        alive. So long it is anybody's, and a crash leaves no doubt of it."""
        self._in_line.add(id)
        self._turns.put((NONE, partial(self._in_turn, id, work)), addresses)

    def _take_turn(self, claim: str, work: Work, addresses: Iterable[str]) -> None:
        """As `put_in_line`, of what is claimed."""
        self._alive.add(claim)
        self._turns.put((claim, work), addresses)

    async def _worker(self) -> None:
        while True:
            async with self._turns.next() as turn:
                claim, work = turn.what
                try:
                    await work(turn.put_off)
                except Exception as error:  # noqa: BLE001 - the claim goes stale and is taken on again
                    logger().error("sending-failed", claim=claim, exc_info=error)
                finally:
                    self._alive.discard(claim)

    async def _in_turn(self, id: str, work: Claiming, put_off: timedelta | None) -> None:
        """Take on what waited here, and carry it out; or leave it for later."""
        self._in_line.discard(id)
        if put_off == AT_LEISURE:
            return
        claim = str(ULID())
        self._alive.add(claim)
        try:
            await work(claim, put_off)
        finally:
            self._alive.discard(claim)

    async def _claim(self, saved: Saved[Correspondence], claim: str, put_off: timedelta | None) -> None:
        saved, _ = await self._saved(saved.state.id, _as_it_is, saved, claim)
        await self._carry_out(saved, claim, put_off)

    async def _carry_out(self, saved: Saved[Correspondence], claim: str, put_off: timedelta | None) -> None:
        """One message after the other, each while the claim is known to hold."""
        if put_off is not None:
            await self._give_back(saved, claim, put_off)
            return
        for id in [message.id for message in saved.state.claimed(claim)]:
            saved = await self._renewed(saved, claim)
            for message in saved.state.claimed(claim):
                if message.id == id:
                    saved = await self._send(saved, message, claim)

    async def _renewed(self, saved: Saved[Correspondence], claim: str) -> Saved[Correspondence]:
        """A claim that has waited long, or sends to many, may be another's by now, and is not to become another's
        while its next message leaves. Saved only where that is near."""
        id, now = saved.state.id, self._now()

        def renewing(state: Correspondence | None) -> Decision:
            return delivery.renew(known(state), claim, now, STALE_AFTER)

        return await until_saved(id, lambda: self._correspondences.change(id, renewing, last=saved))

    async def _send(self, saved: Saved[Correspondence], message: Message, claim: str) -> Saved[Correspondence]:
        """In the trace of what made it due, whoever does it, and when."""
        about = {
            "doithoai.message": message.kind,
            "doithoai.channel": message.channel,
            "doithoai.attempt": message.attempts,
            "doithoai.commune": saved.state.commune,
            "doithoai.case": saved.state.id,
        }
        queued = await self._correspondences.traceparent(saved.state.id, notification=message.id)
        with traces.span(f"deliver {message.kind}", attributes=about, parent=queued) as span:
            saved = await self._sent(saved, message, claim)
            became = next((one.state for one in saved.state.messages if one.id == message.id), "withdrawn")
            span.note("doithoai.outcome", became)
            return saved

    async def _sent(self, saved: Saved[Correspondence], message: Message, claim: str) -> Saved[Correspondence]:
        now, id = self._now, message.id
        try:
            act = self._mail if message.channel == "email" else self._draw
            result = await act(saved.state, message, claim)
        except Away as error:
            reason = str(error)
            return await self._record(saved, lambda one: delivery.away(one, claim, reason, now()))
        except Unknown as error:
            logger().warning("sent-or-not", notification=id, error=in_short(error))
            reason = str(error)
            return await self._record(saved, lambda one: delivery.unanswered(one, id, reason, now(), by=claim))
        except (NotNow, NotEver, *CANNOT) as error:
            reason, permanent = str(error), not (isinstance(error, NotNow) or not_now(error))
            if permanent and message.channel == "email":
                await self._maker.discard(saved.state.commune, id)
            return await self._record(
                saved, lambda one: delivery.failed(one, id, reason, now(), permanent=permanent, by=claim)
            )
        return await self._record(saved, result)

    async def _mail(self, state: Correspondence, message: Message, claim: str) -> Result:
        mail, number = await self._maker.mail(state, message, self._now())
        await self._mailer.send(mail, self._communes[state.commune].email, message.to)
        reference = str(mail["Message-ID"])
        return lambda one: delivery.sent(one, message.id, reference, self._now(), number=number)

    async def _draw(self, state: Correspondence, message: Message, claim: str) -> Result:
        """It leaves with the print run of the next cut-off."""
        made = await self._maker.letter(state, message, self._now())
        await self._maker.keep(state.commune, message.id, made.pdf)
        now = self._now()
        leaves_at = next_cut_off(self._communes[state.commune], now)
        return lambda one: delivery.drawn(one, message.id, state, leaves_at, now, by=claim, number=made.number)

    async def _record(
        self, saved: Saved[Correspondence], decide: Callable[[Correspondence], Decision]
    ) -> Saved[Correspondence]:
        """Note the result, and take on what it makes due, such as a letter instead of a mail."""
        id = saved.state.id
        return await until_saved(id, lambda: self.note(id, lambda one: decide(known(one)), last=saved))


async def until_saved(case: str, save: Callable[[], Awaitable[T]]) -> T:
    """What was done cannot be undone: while the database is away its result is kept here, or it would be done again."""
    pause_s = 0.1
    while True:
        try:
            return await save()
        except (*OUTAGES, StaleSave) as error:
            logger().warning("result-waits", case=case, error=in_short(error))
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, 5)


def known(state: Correspondence | None) -> Correspondence:
    assert state is not None, "a correspondence is never deleted"
    return state


def _as_it_is(state: Correspondence | None) -> Decision:
    return known(state), []


def _addresses(messages: Iterable[Message]) -> list[str]:
    return [to for one in messages for to in one.to]
