"""Sends the mails of a day that were put together (together.py): sealed at the cut-off, each in its turn, then each
member is noted as it went."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from services.notify import delivery, together
from services.notify.correspondence import Correspondence, Decision
from services.notify.delivery import LOST_TRACK
from services.notify.mailing.smtp import Away, Mailer, NotEver, NotNow, Unknown
from services.notify.making import CANNOT, Maker, Part, not_now
from services.notify.post import STALE_AFTER, PostRoom, known, until_saved
from services.notify.posting.runs import next_cut_off
from services.notify.store import Correspondences, Envelopes
from services.notify.together import Envelope, Member, Sealed, Waiting
from shared import traces
from shared.clock import Clock
from shared.communes import Communes
from shared.logs import in_short, logger
from shared.store import OUTAGES, Saved

Said = tuple[Correspondence, Part]
"""What is said of which case."""

OfMember = Callable[[Correspondence, Envelope, str, datetime], Decision]
"""How something is noted of a member, by its message's id."""


class EnvelopeRoom:
    """For all communes. Its mails leave by the post room's workers, in the turn of their domain."""

    def __init__(
        self,
        envelopes: Envelopes,
        correspondences: Correspondences,
        communes: Communes,
        post: PostRoom,
        mailer: Mailer,
        maker: Maker,
        now: Clock,
    ) -> None:
        self._envelopes = envelopes
        self._correspondences = correspondences
        self._communes = communes
        self._post = post
        self._mailer = mailer
        self._maker = maker
        self._now = now

    async def send_what_is_due(self) -> None:
        """Seal what has reached its cut-off; put in line what is to be sent; tell the members of what was.

        What is wrong with one envelope is named; it does not keep the others waiting.
        """
        sealing: dict[str, list[Waiting]] = {}
        for one in await self._correspondences.to_seal(self._now()):
            sealing.setdefault(one.envelope, []).append(one)
        for id, waiting in sealing.items():
            await self._each(id, self._seal(id, sorted(waiting, key=lambda one: (one.created_at, one.member.message))))
        for id in await self._envelopes.waiting(self._now()):
            if self._post.has_room_for(id):
                await self._each(id, self._take_on(id))

    async def _each(self, id: str, act: Awaitable[None]) -> None:
        try:
            await act
        except OUTAGES:
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one is not wrong with the next
            logger().error("envelope-not-taken-on", envelope=id, error=in_short(error))

    async def _seal(self, id: str, waiting: Sequence[Waiting]) -> None:
        """Then each member is told that it is in it, and whatever is not goes into the next."""
        first, now = waiting[0], self._now()
        members = [one.member for one in waiting]
        saved = await self._envelopes.change(
            id, lambda one: together.seal(one, id, first.commune, first.to, members, now)
        )
        cut_off = next_cut_off(self._communes[first.commune], now)
        for case in dict.fromkeys(member.case for member in members):
            await self._post.note(case, lambda one: together.note_sealing(known(one), saved.state, cut_off, now))

    async def _take_on(self, id: str) -> None:
        envelope = await self._envelopes.get(id)
        if envelope is None or envelope.claimed_by in self._post.alive:
            return
        if envelope.state in ("sent", "failed"):
            await self._tell_members(envelope)
        else:
            self._post.put_in_line(id, partial(self._carry_out, id), [envelope.to])

    async def _carry_out(self, id: str, claim: str, put_off: timedelta | None) -> None:
        now = self._now()

        def claiming(one: Envelope | None) -> Sealed:
            return together.claim(sealed(one), claim, now, STALE_AFTER, self._post.alive)

        if put_off is not None:
            until = now + put_off
            await self._envelopes.change(id, lambda one: together.release(claiming(one)[0], claim, until))
            return
        saved = await self._envelopes.change(id, claiming)
        if not together.holds(saved.state, claim):
            return
        became = (await self._send(saved, claim)).state
        if became.state in ("sent", "failed"):
            await self._tell_members(became)

    async def _send(self, saved: Saved[Envelope], claim: str) -> Saved[Envelope]:
        """And note how that went: a trace of its own, linked to those of what is in it."""
        members = saved.state.members if traces.is_on() else ()
        queued = [await self._correspondences.traceparent(one.case, notification=one.message) for one in members]
        about: traces.Attributes = {
            "doithoai.commune": saved.state.commune,
            "messaging.batch.message_count": len(saved.state.members),
        }
        with traces.span("deliver mails of a day", attributes=about, parent=None, links=queued) as span:
            saved = await self._sent(saved, claim)
            span.note("doithoai.outcome", saved.state.state)
            return saved

    async def _sent(self, saved: Saved[Envelope], claim: str) -> Saved[Envelope]:
        id, now = saved.state.id, self._now
        try:
            saved, parts = await self._parts(saved, claim)
            if not together.holds(saved.state, claim):
                return saved
            reference = await self._hand_over(saved.state, parts)
        except Away:
            return await self._note(id, lambda one: together.release(one, claim, now() + delivery.AWAY_FOR))
        except Unknown as error:
            logger().warning("sent-or-not", notification=id, error=in_short(error))
            reason = str(error)
            return await self._note(id, lambda one: together.unanswered(one, claim, reason, now()))
        except (NotNow, NotEver, *CANNOT) as error:
            reason, permanent = str(error), not (isinstance(error, NotNow) or not_now(error))
            return await self._note(id, lambda one: together.failed(one, claim, reason, now(), permanent=permanent))
        return await self._note(id, lambda one: together.sent(one, reference, now()))

    async def _parts(self, saved: Saved[Envelope], claim: str) -> tuple[Saved[Envelope], list[Said]]:
        """What each member says. One that cannot be written goes its own way, and keeps the others not.

        So does, until a server may have had it, one that is not to go in it any more.
        """
        parts, out = list[Said](), list[Member]()
        for one in saved.state.members:
            saved = await self._renewed(saved, claim)
            if not together.holds(saved.state, claim):
                return saved, []
            state = await self._as_it_is_by_now(saved.state, one)
            message = together.member(state, saved.state, one.message)
            if message is None:
                out.append(one)
                continue
            try:
                part = await self._maker.part(state, message, self._now())
            except CANNOT as error:
                if not_now(error):
                    raise
                await self._note_member(saved.state, one, partial(together.goes_alone, reason=str(error)), issued=False)
                out.append(one)
            else:
                await self._note_number(saved.state, one, part)
                parts.append((state, part))
        if out:
            saved = await self._note(saved.state.id, lambda one: together.leave_out(one, claim, out), saved)
        return await self._renewed(saved, claim), parts

    async def _renewed(self, saved: Saved[Envelope], claim: str) -> Saved[Envelope]:
        """It is not to become another's while its mail is made or leaves; saved only where that is near."""
        return await self._note(saved.state.id, lambda one: together.renew(one, claim, self._now(), STALE_AFTER), saved)

    async def _as_it_is_by_now(self, envelope: Envelope, one: Member) -> Correspondence:
        now = self._now()

        def deciding(state: Correspondence | None) -> Decision:
            if envelope.uncertain:
                return known(state), []
            return together.stay_or_go(known(state), envelope, one.message, now)

        return (await self._post.note(one.case, deciding)).state

    async def _hand_over(self, envelope: Envelope, parts: Sequence[Said]) -> str:
        """In the name of the first member, under the envelope's own Message-ID."""
        (state, first), *_ = parts
        message = replace(first.message, id=envelope.id, to=(envelope.to,))
        written = together.joined([part.written for _, part in parts])
        mail = self._maker.as_mail(written, state, message, self._now(), [part for _, part in parts])
        await self._mailer.send(mail, self._communes[envelope.commune].email, message.to)
        return str(mail["Message-ID"])

    async def _tell_members(self, envelope: Envelope) -> None:
        """Each in its own case, and again after a crash: who knows already is not told twice."""
        may_have_left = envelope.state == "sent" or envelope.reason == LOST_TRACK
        for one in envelope.members:
            await self._note_member(envelope, one, together.became_of, issued=may_have_left)
        await self._note(envelope.id, together.told)

    async def _note_member(self, envelope: Envelope, one: Member, rule: OfMember, *, issued: bool) -> None:
        """issued: whether its signed document, if it has one, may have gone out."""
        now, state = self._now(), await self._correspondences.get(one.case)
        if state is None or together.member(state, envelope, one.message) is None:
            return
        if not issued:
            await self._maker.discard(envelope.commune, one.message)
        await self._note_case(one.case, lambda state: rule(state, envelope, one.message, now))

    async def _note_number(self, envelope: Envelope, one: Member, part: Part) -> None:
        now = self._now()

        def numbering(state: Correspondence) -> Decision:
            message = together.member(state, envelope, one.message)
            return delivery.numbered(state, message, part.number, now) if message else (state, [])

        if part.number is not None:
            await self._note_case(one.case, numbering)

    async def _note_case(self, case: str, decide: Callable[[Correspondence], Decision]) -> None:
        await until_saved(case, lambda: self._post.note(case, lambda state: decide(known(state))))

    async def _note(
        self, id: str, decide: Callable[[Envelope], Sealed], last: Saved[Envelope] | None = None
    ) -> Saved[Envelope]:
        return await until_saved(id, lambda: self._envelopes.change(id, lambda one: decide(sealed(one)), last=last))


def sealed(envelope: Envelope | None) -> Envelope:
    assert envelope is not None, "an envelope is never deleted"
    return envelope
