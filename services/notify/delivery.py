"""How a message leaves: claimed before the act, its result recorded after it, tried again when it failed for now."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.messages import add, as_letter, can_be_posted, give_up, put, say
from services.notify.owed import settle
from shared.contracts import Event, Refusal, Role
from shared.contracts.notify import NotificationSent, RecordHandOver

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""After the first, second, third and every later attempt that failed for now."""

MOST_ATTEMPTS = 27
"""With these pauses the last attempt comes 23 hours and 21 minutes after the first: then a person must see to it."""

LOST_TRACK = "Đã thử nhiều lần mà không rõ kết quả; cần kiểm tra thư đã đi chưa trước khi gửi lại."


def claim_due(
    state: Correspondence, by: str, now: datetime, stale_after: timedelta, alive: Collection[str] = ()
) -> Decision:
    """Take on every message that is due; once this is saved, `state.claimed(by)` is the caller's to send.

    A claim without a result after `stale_after` was lost in a crash. It may be taken on again, with the same id,
    so that the receiver can recognise a second copy; a letter is merely written again over the same file. What is
    not owed any more is not taken on again.

    Args:
        by: a name that no other claim has.
        alive: claims that the caller knows to be under way. They are not lost, however slow the mail server is
            and however far a rehearsal clock was moved.
    """
    state, events = _lost(state, now, alive)
    for message in state.messages:
        if not _is_due(message, now) or message.claimed_by in alive:
            continue
        if message.attempts >= MOST_ATTEMPTS:
            state, said = give_up(state, message, LOST_TRACK, now)
            events += said
            continue
        claimed = replace(
            message,
            state="sending",
            claimed_at=now,
            claimed_by=by,
            next_action_at=now + stale_after,
            attempts=message.attempts + 1,
        )
        state = put(state, claimed)
    return state, events


def _lost(state: Correspondence, now: datetime, alive: Collection[str]) -> tuple[Correspondence, list[Event]]:
    """Claims without a result wait again; whether their mail has left, nobody knows."""
    lost = [
        message
        for message in state.messages
        if message.state == "sending" and message.claimed_by not in alive and _is_due(message, now)
    ]
    for message in lost:
        state = put(state, replace(_waiting(message, now), uncertain=message.uncertain or message.channel == "email"))
    state, events = _settled(state, now) if lost else (state, [])
    return state, [*events]


def release(state: Correspondence, by: str, now: datetime) -> Decision:
    """A process that stops before it began to send gives back what it had claimed."""
    for message in state.claimed(by):
        state = put(state, replace(_waiting(message, now), attempts=message.attempts - 1))
    return _settled(state, now)


def sent(state: Correspondence, message_id: str, reference: str, now: datetime, *, uncertain: bool = False) -> Decision:
    """It has left. True whoever holds the claim by now, and also after it was given up for lost.

    Args:
        reference: the Message-ID of a mail, the file name of a letter.
        uncertain: the mail server's answer was cut off.
    """
    message = state.message(message_id)
    if message.state == "sent":
        return state, []
    message = replace(
        message,
        state="sent",
        sent_at=now,
        reference=reference,
        uncertain=message.uncertain or uncertain,
        next_action_at=None,
        reason=None,
    )
    said = say(NotificationSent, state, message, now, reference=reference, uncertain=message.uncertain)
    return put(state, message), [said]


def failed(state: Correspondence, message_id: str, reason: str, now: datetime, *, permanent: bool, by: str) -> Decision:
    """Not now: tried again with growing pauses, for a day. Never: a mail to a citizen becomes a letter if it can.

    Where his address was set right while it was under way, it goes there instead; what was withdrawn, reopened or told
    at the dialogue meanwhile goes nowhere any more.

    Only the holder of the claim can say so; another may be sending it meanwhile.

    Args:
        reason: what the mail server or the printer said.
        by: the claim that tried.
    """
    message = state.message(message_id)
    if message not in state.claimed(by):
        return state, []
    state, events = _settled(put(state, _waiting(message, now)), now)
    if not state.has(message_id):
        return state, events
    message = state.message(message_id)
    if (email := _corrected_to(state, message)) is not None:
        return put(state, replace(message, to=(email,), attempts=0, reason=None)), events
    if not permanent and message.attempts < MOST_ATTEMPTS:
        pause = PAUSES[min(message.attempts, len(PAUSES)) - 1]
        return put(state, replace(message, next_action_at=now + pause, reason=reason)), events
    state, given_up = give_up(state, message, reason, now)
    events = [*events, *given_up]
    if message.channel == "letter" or not can_be_posted(state, message):
        return state, events
    letter = replace(
        message,
        id=as_letter(message),
        channel="letter",
        to=(),
        created_at=now,
        state="queued",
        next_action_at=now,
        claimed_at=None,
        claimed_by=None,
        attempts=0,
        uncertain=False,
        reason=None,
    )
    state, queued = add(state, letter, now)
    return state, [*events, *queued]


def hand_over(state: Correspondence, command: RecordHandOver, now: datetime) -> Decision:
    """What went neither by mail nor by post was told or handed over by the office, and counts as sent."""
    if command.actor.role not in (Role.CLERK, Role.OFFICE_HEAD):
        raise Refusal("forbidden", "Chỉ cán bộ Văn phòng hoặc Chánh Văn phòng được ghi nhận việc giao trực tiếp.")
    if not state.has(command.notification):
        raise Refusal("not-found", f"Không tìm thấy thư {command.notification}; có thể thư không còn phải gửi.")
    message = state.message(command.notification)
    if message.kind == "digest":
        raise Refusal("invalid", "Thư nhắc việc nội bộ không ghi nhận giao trực tiếp; cần bổ sung người nhận.")
    if message.state == "sent":
        raise Refusal("not-now", "Thư này đã gửi hoặc đã được giao trực tiếp.")
    if message.state != "failed" or state.has(as_letter(message)):
        raise Refusal("not-now", "Thư này đang chờ gửi qua thư điện tử hoặc bưu chính, chưa cần giao trực tiếp.")
    message = replace(message, state="sent", channel="in-person", sent_at=now, reference=command.note, reason=None)
    return put(state, message), [say(NotificationSent, state, message, now, reference=command.note)]


def _is_due(message: Message, now: datetime) -> bool:
    return message.next_action_at is not None and message.next_action_at <= now


def _waiting(message: Message, now: datetime) -> Message:
    """In nobody's hands."""
    return replace(message, state="queued", next_action_at=now, claimed_at=None, claimed_by=None)


def _settled(state: Correspondence, now: datetime) -> Decision:
    """What became of a form while its messages were under way. Guests and staff are owed nothing by it."""
    return settle(state, now) if state.registrant is not None else (state, [])


def _corrected_to(state: Correspondence, message: Message) -> str | None:
    """The registrant's address, where the mail was sent to another one."""
    if message.channel != "email" or message.guest is not None or state.registrant is None:
        return None
    email = state.registrant.email
    return email if email not in message.to else None
