"""Whom mails went to is kept for a while, in case somebody asks; the documents that were issued stay.

How long, the profile says (`post.transport_days`). What is kept of print runs besides their letters is forgotten by the
print room.
"""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from services.notify import together
from services.notify.correspondence import Correspondence
from services.notify.envelopes import sealed
from services.notify.messages import put
from services.notify.post import known
from services.notify.store import Correspondences, Envelopes
from shared.clock import Clock
from shared.communes import Communes
from shared.logs import in_short, logger
from shared.store import OUTAGES


class Purge:
    def __init__(self, correspondences: Correspondences, envelopes: Envelopes, communes: Communes, now: Clock) -> None:
        self._correspondences = correspondences
        self._envelopes = envelopes
        self._communes = communes
        self._now = now

    async def forget_what_is_old(self) -> None:
        """For a sweep. Nothing is said of it. What is wrong with one case keeps no other's address."""
        for profile in self._communes.values():
            by = self._now() - timedelta(days=profile.post.transport_days)
            await _each(
                partial(self._correspondences.with_old_addresses, profile.id, by), partial(self._forget_addresses, by)
            )
            await _each(partial(self._envelopes.kept_since, profile.id, by), self._empty)

    async def _forget_addresses(self, by: datetime, case: str) -> None:
        await self._correspondences.change(case, lambda one: (forget(known(one), by), []))

    async def _empty(self, envelope: str) -> None:
        await self._envelopes.change(envelope, lambda one: together.forget(sealed(one)))


async def _each(find: Callable[[], Awaitable[list[str]]], forget: Callable[[str], Awaitable[None]]) -> None:
    """Portion by portion, until there is none but what cannot be read or saved: that is tried again with the next."""
    tried: set[str] = set()
    while left := set(await find()) - tried:
        tried |= left
        for id in sorted(left):
            try:
                await forget(id)
            except OUTAGES:
                raise
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one is not wrong with the next
                logger().error("address-not-forgotten", of=id, error=in_short(error))


def forget(state: Correspondence, by: datetime) -> Correspondence:
    """Where to messages went that left by then. What is still to leave, or may be written again, keeps its own."""
    for message in state.messages:
        if message.addressed_at is not None and message.addressed_at <= by:
            state = put(state, replace(message, to=(), drawn_for=None))
    return state
