"""Whom mails went to is kept for a while, in case somebody asks; the documents that were issued stay.

How long, the profile says (`post.transport_days`). What is kept of print runs besides their letters is forgotten by the
print room.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from services.notify import together
from services.notify.correspondence import Correspondence
from services.notify.envelopes import sealed
from services.notify.messages import put
from services.notify.post import known
from services.notify.store import Correspondences, Envelopes
from shared.clock import Clock
from shared.communes import Communes


class Purge:
    def __init__(self, correspondences: Correspondences, envelopes: Envelopes, communes: Communes, now: Clock) -> None:
        self._correspondences = correspondences
        self._envelopes = envelopes
        self._communes = communes
        self._now = now

    async def forget_what_is_old(self) -> None:
        """For a sweep. Nothing is said of it."""
        for profile in self._communes.values():
            by = self._now() - timedelta(days=profile.post.transport_days)
            await self._forget_addresses(profile.id, by)
            await self._empty_envelopes(profile.id, by)

    async def _forget_addresses(self, commune: str, by: datetime) -> None:
        while cases := await self._correspondences.with_old_addresses(commune, by):
            for case in cases:
                await self._correspondences.change(case, lambda one: (forget(known(one), by), []))

    async def _empty_envelopes(self, commune: str, by: datetime) -> None:
        while ids := await self._envelopes.kept_since(commune, by):
            for id in ids:
                await self._envelopes.change(id, lambda one: together.forget(sealed(one)))


def forget(state: Correspondence, by: datetime) -> Correspondence:
    """Where to messages went that left by then. What is still to leave, or may be written again, keeps its own."""
    for message in state.messages:
        if message.addressed_at is not None and message.addressed_at <= by:
            state = put(state, replace(message, to=(), drawn_for=None))
    return state
