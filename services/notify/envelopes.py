"""Sends the mails of a day that were put together (together.py): sealed at the cut-off, each in its turn, then each
member is noted as it went."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from ulid import ULID

from services.notify import delivery, together
from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.mailing.smtp import Mailer, NotEver, NotNow, Unknown
from services.notify.making import CANNOT, Maker, Part, not_now
from services.notify.post import STALE_AFTER, PostRoom, known, until_saved
from services.notify.posting.runs import next_cut_off
from services.notify.store import Correspondences, Envelopes
from services.notify.together import Envelope, Member, Sealed
from shared.clock import Clock
from shared.communes import Communes
from shared.logs import in_short, logger
from shared.store import OUTAGES, Saved

NOT_DELIVERED = "Không gửi được thư điện tử chung trong ngày."


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
        """Seal what has reached its cut-off; take on what is to be sent; tell the members of what was.

        What is wrong with one envelope is named; it does not keep the others waiting.
        """
        await self._seal_what_is_due()
        for id in await self._envelopes.waiting(self._now()):
            try:
                await self._take_on(id)
            except OUTAGES:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one is not wrong with the next
                logger().error("envelope-not-taken-on", envelope=id, error=in_short(error))

    async def _seal_what_is_due(self) -> None:
        now = self._now()
        found: dict[str, list[tuple[Correspondence, Message]]] = {}
        for state in await self._correspondences.put_together(now):
            for id, messages in together.members_of(state, now).items():
                found.setdefault(id, []).extend((state, message) for message in messages)
        for id, held in found.items():
            envelope = await self._seal(id, sorted(held, key=lambda one: (one[1].created_at, one[1].id)))
            for case in {state.id for state, message in held if Member(state.id, message.id) not in envelope.members}:
                await self._put_into_the_next(case, envelope)

    async def _seal(self, id: str, held: Sequence[tuple[Correspondence, Message]]) -> Envelope:
        (state, message), now = held[0], self._now()
        members = [Member(state.id, message.id) for state, message in held]
        saved = await self._envelopes.change(
            id, lambda one: together.seal(one, id, state.commune, message.to[0], members, now)
        )
        return saved.state

    async def _put_into_the_next(self, case: str, envelope: Envelope) -> None:
        now = self._now()
        cut_off = next_cut_off(self._communes[envelope.commune], now)
        await self._post.note(case, lambda one: together.too_late(known(one), envelope, cut_off, now))

    async def _take_on(self, id: str) -> None:
        claim = str(ULID())
        saved = await self._envelopes.change(
            id, lambda one: together.claim(sealed(one), claim, self._now(), STALE_AFTER, self._post.alive)
        )
        if saved.state.claimed_by == claim and not self._post.stopping:
            self._post.take_turn(claim, lambda put_off: self._carry_out(saved, claim, put_off), [saved.state.to])
        elif saved.state.state in ("sent", "failed"):
            await self._tell_members(saved)

    async def _carry_out(self, saved: Saved[Envelope], claim: str, put_off: timedelta | None) -> None:
        if put_off is not None:
            until = self._now() + put_off
            await self._envelopes.change(saved.state.id, lambda one: together.release(sealed(one), claim, until))
            return
        try:
            saved, parts = await self._parts(saved)
            reference = await self._send(saved.state, parts) if parts else None
        except Unknown as error:
            logger().warning("sent-or-not", notification=saved.state.id, error=in_short(error))
            return
        except (NotNow, NotEver, *CANNOT) as error:
            reason, permanent = str(error), not (isinstance(error, NotNow) or not_now(error))
            saved = await self._note(
                saved, lambda one: together.failed(one, claim, reason, self._now(), permanent=permanent)
            )
        else:
            if reference is not None:
                saved = await self._note(saved, lambda one: together.sent(one, reference, self._now()))
        if saved.state.state in ("sent", "failed"):
            await self._tell_members(saved)

    async def _parts(self, saved: Saved[Envelope]) -> tuple[Saved[Envelope], list[tuple[Correspondence, Part]]]:
        """What each member says. One that cannot be written goes its own way, and keeps the others not."""
        parts: list[tuple[Correspondence, Part]] = []
        out: list[Member] = []
        for one in saved.state.members:
            state = await self._correspondences.get(one.case)
            message = together.member(state, saved.state, one.message) if state else None
            if state is None or message is None:
                out.append(one)
                continue
            try:
                part = await self._maker.part(state, message, self._now())
            except CANNOT as error:
                if not_now(error):
                    raise
                await self._note_member(saved.state, one, str(error))
                out.append(one)
            else:
                await self._note_number(one, part)
                parts.append((state, part))
        if out:
            saved = await self._note(saved, lambda known: together.leave_out(known, out, self._now()))
        return saved, parts

    async def _send(self, envelope: Envelope, parts: list[tuple[Correspondence, Part]]) -> str:
        """In the name of the first member, under the envelope's own Message-ID."""
        (state, first), *_ = parts
        message = replace(first.message, id=envelope.id, to=(envelope.to,))
        written = together.joined([part.written for _, part in parts])
        mail = self._maker.as_mail(written, state, message, self._now(), [part for _, part in parts])
        await self._mailer.send(mail, self._communes[envelope.commune].email, message.to)
        return str(mail["Message-ID"])

    async def _tell_members(self, saved: Saved[Envelope]) -> None:
        """Each in its own case, and again after a crash: who knows already is not told twice."""
        for one in saved.state.members:
            await self._note_member(saved.state, one, saved.state.reason or NOT_DELIVERED)
        await self._note(saved, together.told)

    async def _note_member(self, envelope: Envelope, one: Member, reason: str) -> None:
        now = self._now()

        def noting(state: Correspondence) -> Decision:
            message = together.member(state, envelope, one.message)
            if message is None:
                return state, []
            if envelope.state != "sent" or envelope.reference is None:
                return delivery.came_back(state, message, reason, now)
            return delivery.sent(state, message.id, envelope.reference, now, uncertain=envelope.uncertain)

        if envelope.state != "sent":
            await self._maker.discard(envelope.commune, one.message)
        await until_saved(one.case, lambda: self._post.note(one.case, lambda state: noting(known(state))))

    async def _note_number(self, one: Member, part: Part) -> None:
        now = self._now()
        if part.number is not None:
            await self._post.note(
                one.case,
                lambda state: delivery.numbered(known(state), known(state).message(one.message), part.number, now),
            )

    async def _note(self, saved: Saved[Envelope], decide: Callable[[Envelope], Sealed]) -> Saved[Envelope]:
        id = saved.state.id
        return await until_saved(id, lambda: self._envelopes.change(id, lambda one: decide(sealed(one)), last=saved))


def sealed(envelope: Envelope | None) -> Envelope:
    assert envelope is not None, "an envelope is never deleted"
    return envelope
