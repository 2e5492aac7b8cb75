"""One mail a day: answers that go to one address leave together at the day's cut-off, where the commune chooses so.

A member is put into its envelope in the save that makes it due, and is in that one alone. At the cut-off the envelope
is sealed, once, with what it then holds; from there on it is sent like a mail, and each member is noted as it went.
What came too late for it goes into the next one.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from services.notify import delivery
from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.delivery import LOST_TRACK, MOST_ATTEMPTS, MOST_UNANSWERED, pause_after
from services.notify.messages import may_be_printed, put
from services.notify.texts.blocks import Block, Button, Paragraph, Written, plain
from services.notify.wording import VIETNAM, two_digits
from shared.contracts import Event
from shared.contracts.notify import MessageKind

TOGETHER: frozenset[MessageKind] = frozenset({"answer", "guidance", "referral", "extension", "resolution"})
"""What the office says to a question. All else has its own time."""


NOT_DELIVERED = "Không gửi được thư điện tử chung trong ngày."
NO_LONGER_HIS = "Người đăng ký không còn dùng địa chỉ thư điện tử này."


@dataclass(frozen=True, slots=True)
class Member:
    case: str
    message: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message whose cut-off has come, and what its envelope is sealed from."""

    envelope: str
    commune: str
    to: str
    member: Member
    created_at: datetime


EnvelopeState = Literal["sealed", "sending", "sent", "failed", "void"]
"""`void`: nothing was left to be sent in it."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The mail of one address and day, as it was sealed. id: `<commune>.<hash of the address>.<day>`, also of its
    Message-ID.

    next_action_at: when it is to be sent, or its claim is taken for lost, or its members are to be told; None once they
    all know. kept_since: when it was sealed, while address and members are kept. Else as of `Message`.
    """

    id: str
    commune: str
    to: str
    members: tuple[Member, ...]
    state: EnvelopeState = "sealed"
    next_action_at: datetime | None = None
    claimed_by: str | None = None
    attempts: int = 0
    uncertain: bool = False
    unanswered: int = 0
    sent_at: datetime | None = None
    reference: str | None = None
    reason: str | None = None
    kept_since: datetime | None = None
    version: int = 0


Sealed = tuple[Envelope, Sequence[Event]]
"""What is to be said is said of its members, in their own cases."""


# --- the members -----------------------------------------------------------------------------------------------------


def envelope_id(commune: str, to: str, cut_off: datetime) -> str:
    """`thanh-tri.1a2b3c4d5e6f7a8b.20260420`: no address readable."""
    who = hashlib.sha256(f"{commune}\n{to.casefold()}".encode()).hexdigest()[:16]
    return f"{commune}.{who}.{cut_off.astimezone(VIETNAM):%Y%m%d}"


def put_off(
    state: Correspondence, cut_off: datetime, now: datetime, text: Callable[[MessageKind], int]
) -> Correspondence:
    """Answers that are due wait for the cut-off in the envelope of their address.

    What was tried by itself goes on so. Of a denunciation nothing goes among other mail.

    Args:
        text: which version of the commune's text counts now.
    """
    for message in state.messages:
        due = message.state == "queued" and message.next_action_at is not None and message.next_action_at <= now
        if due and not message.attempts and _may_go_together(state, message):
            [to] = message.to
            member = replace(
                message,
                envelope=envelope_id(state.commune, to, cut_off),
                sealed=False,
                leaves_at=cut_off,
                next_action_at=None,
                text=message.text if message.text is not None else text(message.kind),
            )
            state = put(state, member)
    return state


def _may_go_together(state: Correspondence, message: Message) -> bool:
    if message.kind not in TOGETHER or message.channel != "email" or message.guest is not None:
        return False
    return len(message.to) == 1 and may_be_printed(state, message)


def members_of(state: Correspondence, now: datetime) -> dict[str, list[Message]]:
    """What goes into which envelope, of those whose cut-off has passed and that are not known to be in theirs."""
    found: dict[str, list[Message]] = {}
    for message in state.messages:
        waits = message.state == "queued" and not message.sealed
        if message.envelope is not None and waits and message.has_left(now):
            found.setdefault(message.envelope, []).append(message)
    return found


def note_sealing(state: Correspondence, envelope: Envelope, cut_off: datetime, now: datetime) -> Decision:
    """Its members are in it. What was saved too late for it goes into that of the next cut-off."""
    for message in members_of(state, now).get(envelope.id, []):
        if Member(state.id, message.id) in envelope.members:
            state = put(state, replace(message, sealed=True))
        else:
            [to] = message.to
            state = put(state, replace(message, envelope=envelope_id(state.commune, to, cut_off), leaves_at=cut_off))
    return state, []


def stay_or_go(state: Correspondence, envelope: Envelope, id: str, now: datetime) -> Decision:
    """Before an envelope is sent that no server has had yet: a member that is not owed any more is withdrawn, and one
    that is to go elsewhere by now, or by itself, does so."""
    message = member(state, envelope, id)
    if message is None:
        return state, []
    alone = replace(message, envelope=None, leaves_at=None, sealed=False, next_action_at=now)
    if not _is_reached_at(state, envelope.to):
        return delivery.came_back(state, alone, NO_LONGER_HIS, now)
    after, events = delivery.settled(put(state, alone), now)
    stays = after.has(id) and after.message(id) == alone and _may_go_together(after, alone)
    return (state, []) if stays else (after, events)


def became_of(state: Correspondence, envelope: Envelope, id: str, now: datetime) -> Decision:
    """What became of the mail, noted of one of its members."""
    message = _tried(state, envelope, id)
    if message is None:
        return state, []
    if envelope.state == "sent" and envelope.reference is not None:
        return delivery.sent(put(state, message), id, envelope.reference, now)
    if envelope.reason == LOST_TRACK:
        return delivery.lost_track(state, message, now)
    return delivery.came_back(state, message, envelope.reason or NOT_DELIVERED, now)


def goes_alone(state: Correspondence, envelope: Envelope, id: str, now: datetime, *, reason: str) -> Decision:
    """It cannot go in this mail: it goes on as one that nobody took."""
    message = _tried(state, envelope, id)
    return (state, []) if message is None else delivery.came_back(state, message, reason, now)


def _tried(state: Correspondence, envelope: Envelope, id: str) -> Message | None:
    """A member, of which each attempt to send its envelope was one."""
    message = member(state, envelope, id)
    if message is None:
        return None
    return replace(message, attempts=envelope.attempts, uncertain=message.uncertain or envelope.uncertain)


def _is_reached_at(state: Correspondence, to: str) -> bool:
    email = state.registrant.email if state.registrant else None
    return email is not None and email.casefold() == to.casefold()


def member(state: Correspondence, envelope: Envelope, id: str) -> Message | None:
    """A message while it is in this envelope and nobody has noted what became of it."""
    if not state.has(id):
        return None
    message = state.message(id)
    return message if message.state == "queued" and message.envelope == envelope.id else None


# --- the envelope ----------------------------------------------------------------------------------------------------


def seal(known: Envelope | None, id: str, commune: str, to: str, members: Sequence[Member], now: datetime) -> Sealed:
    """Once: what comes after it is not in it."""
    if known is not None:
        return known, []
    return Envelope(id, commune, to, tuple(dict.fromkeys(members)), next_action_at=now, kept_since=now), []


def claim(envelope: Envelope, by: str, now: datetime, stale_after: timedelta, alive: Collection[str]) -> Sealed:
    """Take it on where it is due. A claim without a result was lost in a crash: whether the mail left, nobody knows."""
    due = envelope.next_action_at is not None and envelope.next_action_at <= now
    if not due or envelope.state not in ("sealed", "sending") or envelope.claimed_by in alive:
        return envelope, []
    envelope = replace(envelope, uncertain=envelope.uncertain or envelope.state == "sending")
    if envelope.attempts >= MOST_ATTEMPTS:
        return _over(envelope, "failed", now, reason=LOST_TRACK), []
    return replace(
        envelope,
        state="sending",
        claimed_by=by,
        next_action_at=now + stale_after,
        attempts=envelope.attempts + 1,
    ), []


def renew(envelope: Envelope, by: str, now: datetime, stale_after: timedelta) -> Sealed:
    """While its mail is made, before the claim is taken for lost."""
    soon = envelope.next_action_at is None or envelope.next_action_at - now < stale_after / 2
    return (replace(envelope, next_action_at=now + stale_after) if soon and holds(envelope, by) else envelope), []


def release(envelope: Envelope, by: str, until: datetime) -> Sealed:
    """Claimed, and not begun or tried in vain for a server that cannot be had: that was no attempt."""
    if not holds(envelope, by):
        return envelope, []
    return replace(_in_nobodys_hands(envelope, "sealed", until), attempts=envelope.attempts - 1), []


def leave_out(envelope: Envelope, by: str, out: Collection[Member]) -> Sealed:
    """What cannot go in this mail, or goes by itself; where nothing is left there is none.

    Only the holder of the claim can say so: of another's mail this may have been a part.
    """
    if not holds(envelope, by):
        return envelope, []
    envelope = replace(envelope, members=tuple(one for one in envelope.members if one not in out))
    return (envelope if envelope.members else replace(_in_nobodys_hands(envelope, "void", None), reason=None)), []


def sent(envelope: Envelope, reference: str, now: datetime) -> Sealed:
    """True whoever holds the claim by now."""
    if envelope.state == "sent":
        return envelope, []
    return replace(_over(envelope, "sent", now, reason=None), sent_at=now, reference=reference), []


def failed(envelope: Envelope, by: str, reason: str, now: datetime, *, permanent: bool) -> Sealed:
    """Tried again with the pauses of any mail; for good, each member goes its own way."""
    if not holds(envelope, by):
        return envelope, []
    if permanent or envelope.attempts >= MOST_ATTEMPTS:
        return _over(envelope, "failed", now, reason=reason), []
    waits = _in_nobodys_hands(envelope, "sealed", now + pause_after(envelope.attempts))
    return replace(waits, reason=reason), []


def unanswered(envelope: Envelope, by: str, reason: str, now: datetime) -> Sealed:
    """Handed over, and the server never said whether it took it: as of a single mail."""
    if not holds(envelope, by):
        return envelope, []
    envelope = replace(envelope, uncertain=True, unanswered=envelope.unanswered + 1)
    if envelope.unanswered >= MOST_UNANSWERED or envelope.attempts >= MOST_ATTEMPTS:
        return _over(envelope, "failed", now, reason=LOST_TRACK), []
    return failed(envelope, by, reason, now, permanent=False)


def told(envelope: Envelope) -> Sealed:
    """All its members are noted as it went."""
    return replace(envelope, next_action_at=None), []


def forget(envelope: Envelope) -> Sealed:
    """Whom it went to, and what was in it."""
    return replace(envelope, to="", members=(), kept_since=None), []


def holds(envelope: Envelope, by: str) -> bool:
    return envelope.state == "sending" and envelope.claimed_by == by


def _over(envelope: Envelope, state: Literal["sent", "failed"], now: datetime, *, reason: str | None) -> Envelope:
    return replace(_in_nobodys_hands(envelope, state, now), reason=reason)


def _in_nobodys_hands(envelope: Envelope, state: EnvelopeState, next_action_at: datetime | None) -> Envelope:
    return replace(envelope, state=state, claimed_by=None, next_action_at=next_action_at)


# --- its words -------------------------------------------------------------------------------------------------------


def joined(parts: Sequence[Written]) -> Written:
    """One after the other under one greeting; a page that several of them lead to has its button at the last."""
    first, *others = parts
    if not others:
        return first
    greeting = next((block for block in first.blocks if _is_greeting(block)), None)
    blocks: list[Block] = []
    for number, part in enumerate(parts):
        later = {block.url for rest in parts[number + 1 :] for block in rest.blocks if isinstance(block, Button)}
        for block in part.blocks:
            is_said = number > 0 and block == greeting
            if not is_said and not (isinstance(block, Button) and block.url in later):
                blocks.append(block)
    return Written(
        first.about, f"{first.subject} và {two_digits(len(others))} nội dung khác", tuple(blocks), first.version
    )


def _is_greeting(block: Block) -> bool:
    return isinstance(block, Paragraph) and plain(block.line).endswith(",")
