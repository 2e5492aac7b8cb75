"""Letters as the post desk reads them. They carry personal data: only the office gets them."""

from typing import Any

from services.notify.correspondence import Correspondence, Fate, Message
from services.notify.posting.letters import Receiver, receiver
from services.notify.posting.runs import Item
from shared.hamlets import hamlet_in

AT_ONCE = 500
"""Letters of one reply: some 400 KB."""


def letter(
    state: Correspondence,
    message: Message,
    *,
    item: Item | None = None,
    as_left: Receiver | None = None,
    fate: Fate | None = None,
    hamlets: tuple[str, ...] = (),
    pages: int | None = None,
) -> dict[str, Any]:
    """As `ReadPost` says.

    Args:
        item: its place in a run; None while it lies ready.
        as_left: name and address as they stand on it, where they are still kept.
        fate: what was recorded of its envelope, where it may not have been told yet.
    """
    to = as_left or receiver(state, message)
    fate = fate or message.fate
    return {
        "notification": message.id,
        "kind": message.kind,
        "name": to.name,
        "address": to.address,
        "hamlet": item.hamlet if item else None if to.by_hand else hamlet_in(to.address, hamlets),
        "by_hand": to.by_hand,
        "code": state.code,
        "pages": item.pages if item else pages,
        "drawn_at": message.created_at.isoformat(),
        "leaves_at": message.leaves_at.isoformat() if message.leaves_at else None,
        "number": message.number,
        "text": message.text,
        "state": _state(message, fate),
        "run": fate.run if fate else None,
        "bundle": item.bundle if item else None,
        "place": item.place if item else None,
        "envelope": item.envelope if item else None,
        "tracking": fate.tracking if fate else None,
        "posted_on": _day(fate.posted_on if fate else None),
        "delivered_on": _day(fate.delivered_on if fate else None),
        "returned_on": _day(fate.returned_on if fate else None),
        "returned_because": fate.returned_because if fate else None,
    }


def _state(message: Message, fate: Fate | None) -> str:
    if message.channel == "in-person":
        return "in-person"
    if fate is None:
        return message.state
    if fate.came_back:
        return "returned"
    return "delivered" if fate.delivered_on else "posted" if fate.posted_on else message.state


def _day(value: Any) -> str | None:
    return value.isoformat() if value else None
