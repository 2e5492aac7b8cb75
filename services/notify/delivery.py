"""How a message leaves: claimed before the act, its result recorded after it, tried again when it failed for now.

A mail is then sent. A letter is drawn, and lies ready until the cut-off of its print run: so long it has not left.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime, timedelta

from services.notify.correspondence import Asked, Correspondence, Decision, Message
from services.notify.messages import add, as_again, as_letter, can_be_posted, give_up, put, say, why_no_way
from services.notify.owed import hold_back, settle
from shared.contracts import Event, Refusal, Role
from shared.contracts.notify import MessageKind, NotificationNumbered, NotificationSent, RecordHandOver

PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1))
"""After the first, second, third and every later attempt that failed for now."""

MOST_ATTEMPTS = 27
"""With these pauses the last attempt comes 23 hours and 21 minutes after the first: then a person must see to it."""

MOST_UNANSWERED = 3
"""Each may have left a copy: then a person looks whether one arrived."""

AWAY_FOR = timedelta(minutes=5)
"""How long mails wait for a server that cannot be had at all."""

LOST_TRACK = "Đã thử nhiều lần mà không rõ kết quả; cần kiểm tra thư đã đi chưa trước khi gửi lại."


def shipped(_: MessageKind) -> int:
    """Version of the text of a kind, where the commune has none of its own."""
    return 0


def claim_due(
    state: Correspondence,
    by: str,
    now: datetime,
    stale_after: timedelta,
    alive: Collection[str] = (),
    text: Callable[[MessageKind], int] = shipped,
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
            text=message.text if message.text is not None else text(message.kind),
        )
        state = put(state, claimed)
    return state, events


def renew(state: Correspondence, by: str, now: datetime, stale_after: timedelta) -> Decision:
    """Who sends several messages one after the other says, before the claim is taken for lost, that it is not."""
    for message in state.claimed(by):
        if message.next_action_at is None or message.next_action_at - now < stale_after / 2:
            state = put(state, replace(message, claimed_at=now, next_action_at=now + stale_after))
    return state, []


def pause_after(attempts: int) -> timedelta:
    return PAUSES[min(attempts, len(PAUSES)) - 1]


def _lost(state: Correspondence, now: datetime, alive: Collection[str]) -> tuple[Correspondence, list[Event]]:
    """Claims without a result wait again; whether their mail has left, nobody knows."""
    lost = [
        message
        for message in state.messages
        if message.state == "sending" and message.claimed_by not in alive and _is_due(message, now)
    ]
    for message in lost:
        state = put(state, replace(_waiting(message, now), uncertain=message.uncertain or message.channel == "email"))
    state, events = settled(state, now) if lost else hold_back(state, now)
    return state, [*events]


def release(state: Correspondence, by: str, now: datetime, *, until: datetime | None = None) -> Decision:
    """What was claimed and not begun waits again: its process stops, or its domain takes no more for now.

    until: not to be taken on before.
    """
    for message in state.claimed(by):
        state = put(state, replace(_waiting(message, until or now), attempts=message.attempts - 1))
    return settled(state, now)


def away(state: Correspondence, by: str, reason: str, now: datetime) -> Decision:
    """The mail server cannot be had. That says nothing about these mails, so none of their attempts is used up,
    however long it lasts.

    Args:
        by: the claim that tried; its letters do not wait.
    """
    mails = [message for message in state.claimed(by) if message.channel == "email"]
    for message in mails:
        waits = _waiting(message, now + AWAY_FOR)
        state = put(state, replace(waits, attempts=message.attempts - 1, reason=reason))
    return settled(state, now) if mails else (state, [])


def drawn(
    state: Correspondence,
    message_id: str,
    of: Correspondence,
    leaves_at: datetime,
    now: datetime,
    *,
    by: str,
    number: str | None = None,
) -> Decision:
    """The letter is made, and leaves at the cut-off. What became moot while it was drawn is taken out; where it says
    something else by now, it is drawn anew.

    Only the holder of the claim can say so; what another draws meanwhile goes over the same file.

    Args:
        of: the state it was drawn of.
        by: the claim that drew it.
        number: of the outgoing register, where one was given.
    """
    if not state.has(message_id):  # taken out after this claim was given up for lost: its file is too much
        return replace(state, discarded=tuple({*(state.discarded or ()), message_id})), []
    message = state.message(message_id)
    if message not in state.claimed(by):
        return state, []
    made = replace(of.message(message_id), number=number or message.number)
    message = replace(
        message,
        state="drawn",
        next_action_at=None,
        claimed_at=None,
        claimed_by=None,
        drawn_by=by,
        drawn_for=of.registrant.address if of.registrant and not message.guest else None,
        leaves_at=leaves_at,
        reason=None,
    )
    state, events = numbered(state, message, number, now)
    state, more = settled(state, now)
    lies = state.has(message_id) and state.message(message_id).state == "drawn"
    state, again = _as_it_is_by_now(state, of, made, now) if lies else (state, [])
    return state, [*events, *more, *again]


def _as_it_is_by_now(state: Correspondence, of: Correspondence, made: Message, now: datetime) -> Decision:
    """Who was set right while his letter was drawn may have no address any more."""
    message = state.message(made.id)
    if says(of, made) == says(state, message):
        return state, []
    if can_be_posted(state, message):
        return put(state, redrawn(message, now)), []
    email = state.registrant.email if state.registrant else None
    if email is None:
        return give_up(state, message, why_no_way(state, message), now)
    return add(state, replace(redrawn(message, now), channel="email", to=(email,)), now)


def cleared(state: Correspondence, files: Collection[str]) -> Decision:
    """The files of these letters, that will not leave, are removed."""
    left = tuple(id for id in state.discarded or () if id not in files)
    return replace(state, discarded=left or None), []


def numbered(state: Correspondence, message: Message, number: str | None, now: datetime) -> Decision:
    """Note a message as it now is, with this number of the outgoing register where one was given."""
    if number is None or message.number == number:
        return put(state, message), []
    message = replace(message, number=number)
    return put(state, message), [say(NotificationNumbered, state, message, now, number=number)]


def draw_anew(before: Correspondence, after: Correspondence, now: datetime) -> Correspondence:
    """Letters that lie ready and by now say something else than they did wait to be drawn anew, under their own ids."""
    for message in after.messages:
        lies = message.state == "drawn" and not message.has_left(now) and before.has(message.id)
        if lies and says(before, before.message(message.id)) != says(after, message):
            after = put(after, redrawn(message, now))
    return after


def redrawn(message: Message, now: datetime) -> Message:
    """Of a letter that lies ready and must say something else."""
    return replace(_waiting(message, now), attempts=0, leaves_at=None)


def says(state: Correspondence, message: Message) -> tuple[object, ...]:
    """All that a letter is made of, besides the commune's profile: it is drawn anew where this has become another."""
    conference, guest = state.conference, message.guest
    return (
        state.guest(guest) if guest else _known_as(state),
        tuple(_asked(state.asked(id), message.round) for id in message.questions),
        replace(conference, ended_at=None, as_of=None, moves=()) if conference else None,
        state.seat.number if state.seat and message.kind == "invitation" else None,
        state.waiting_place if message.kind == "waitlist" else None,
        message.number,
        message.text,
    )


def _known_as(state: Correspondence) -> tuple[object, ...]:
    known = state.registrant
    return (known and known.name, known and known.address, state.code, state.collected_by)


def _asked(asked: Asked, round: int) -> tuple[object, ...]:
    return asked.question, asked.answer_of(round), asked.guidance, asked.referral


def sent(
    state: Correspondence,
    message_id: str,
    reference: str,
    now: datetime,
    *,
    uncertain: bool = False,
    number: str | None = None,
) -> Decision:
    """A mail has left. True whoever holds the claim by now, and also after it was given up for lost.

    Args:
        reference: its Message-ID.
        uncertain: the mail server's answer was cut off.
        number: of the outgoing register, where the document that goes with it was given one.
    """
    if not state.has(message_id):  # taken out after this claim was given up for lost: nobody waits for it
        return state, []
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
    state, events = numbered(state, message, number, now)
    message = state.message(message_id)
    said = say(
        NotificationSent,
        state,
        message,
        now,
        reference=reference,
        uncertain=message.uncertain,
        text=message.text,
        number=message.number,
    )
    return state, [*events, said]


def failed(state: Correspondence, message_id: str, reason: str, now: datetime, *, permanent: bool, by: str) -> Decision:
    """Not now: tried again with growing pauses, for a day. Never: a mail to a citizen becomes a letter if it can.

    Where his address was set right while it was under way, it goes there instead; what was withdrawn, reopened or told
    at the dialogue meanwhile goes nowhere any more.

    Only the holder of the claim can say so; another may be sending it meanwhile.

    Args:
        reason: what the mail server or the printer said.
        by: the claim that tried.
    """
    message = _held(state, message_id, by)
    if message is None:
        return state, []
    return _did_not_go(state, message, reason, now, permanent=permanent)


def unanswered(state: Correspondence, message_id: str, reason: str, now: datetime, *, by: str) -> Decision:
    """Handed over, and the server never said whether it took it: tried again a few times, with growing pauses, then
    left to a person. It does not become a letter, for it may well have arrived.

    Args:
        reason: how it broke off.
        by: the claim that tried.
    """
    message = _held(state, message_id, by)
    if message is None:
        return state, []
    message = replace(message, uncertain=True, unanswered=message.unanswered + 1)
    if message.unanswered >= MOST_UNANSWERED or message.attempts >= MOST_ATTEMPTS:
        return lost_track(state, message, now)
    return _did_not_go(state, message, reason, now, permanent=False)


def lost_track(state: Correspondence, message: Message, now: datetime) -> Decision:
    """Nobody knows whether it has left: a person must look before it is sent again."""
    message = replace(message, uncertain=True, leaves_at=None, envelope=None, sealed=False)
    return _did_not_go(state, message, LOST_TRACK, now, permanent=True, at_last=give_up)


def came_back(state: Correspondence, message: Message, reason: str, now: datetime) -> Decision:
    """A mail that had left was returned for good: it goes on as one that nobody took at once."""
    message = replace(message, leaves_at=None, envelope=None, sealed=False)
    return _did_not_go(state, message, reason, now, permanent=True)


def _did_not_go(
    state: Correspondence,
    message: Message,
    reason: str,
    now: datetime,
    *,
    permanent: bool,
    at_last: "Callable[[Correspondence, Message, str, datetime], Decision] | None" = None,
) -> Decision:
    """at_last: what is done when it is not tried again; None: `fall_back`."""
    state, events = settled(put(state, _waiting(message, now)), now)
    if not state.has(message.id):
        return state, events
    message = state.message(message.id)
    if (email := _corrected_to(state, message)) is not None:
        return put(state, replace(message, to=(email,), attempts=0, unanswered=0, reason=None)), events
    if not permanent and message.attempts < MOST_ATTEMPTS:
        next_action_at = now + pause_after(message.attempts)
        return put(state, replace(message, next_action_at=next_action_at, reason=reason)), events
    state, more = (at_last or fall_back)(state, message, reason, now)
    return state, [*events, *more]


def fall_back(state: Correspondence, message: Message, reason: str, now: datetime) -> Decision:
    """It cannot go this way: a mail to a citizen becomes a letter if it can, all else is for a person."""
    state, events = give_up(state, message, reason, now)
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
        unanswered=0,
        sent_at=None,
        reference=None,
        reason=None,
        leaves_at=None,
        envelope=None,
        sealed=False,
    )
    state, queued = add(state, letter, now)
    return state, [*events, *queued]


def hand_over(state: Correspondence, command: RecordHandOver, now: datetime) -> Decision:
    """What went neither by mail nor by post, or came back, was told or handed over by the office; it counts as sent."""
    if command.actor.role not in (Role.CLERK, Role.OFFICE_HEAD):
        raise Refusal("forbidden", "Chỉ cán bộ Văn phòng hoặc Chánh Văn phòng được ghi nhận việc giao trực tiếp.")
    if not state.has(command.notification):
        raise Refusal("not-found", f"Không tìm thấy thư {command.notification}; có thể thư không còn phải gửi.")
    message = state.message(command.notification)
    if message.kind == "digest":
        raise Refusal("invalid", "Thư nhắc việc nội bộ không ghi nhận giao trực tiếp; cần bổ sung người nhận.")
    if message.state == "sent" and not _was_returned(message):
        raise Refusal("not-now", "Thư này đã gửi hoặc đã được giao trực tiếp.")
    if message.state not in ("sent", "failed") or state.has(as_letter(message)) or state.has(as_again(message)):
        raise Refusal("not-now", "Thư này đang chờ gửi qua thư điện tử hoặc bưu chính, chưa cần giao trực tiếp.")
    message = replace(message, state="sent", channel="in-person", sent_at=now, reference=command.note, reason=None)
    return put(state, message), [say(NotificationSent, state, message, now, reference=command.note)]


def _was_returned(message: Message) -> bool:
    return message.channel == "letter" and message.fate is not None and message.fate.came_back


def _held(state: Correspondence, message_id: str, by: str) -> Message | None:
    """None where the claim `by` was given up for lost: another may be sending it, or it is not owed any more."""
    return next((message for message in state.claimed(by) if message.id == message_id), None)


def _is_due(message: Message, now: datetime) -> bool:
    return message.next_action_at is not None and message.next_action_at <= now


def _waiting(message: Message, now: datetime) -> Message:
    """In nobody's hands."""
    return replace(message, state="queued", next_action_at=now, claimed_at=None, claimed_by=None)


def settled(state: Correspondence, now: datetime) -> Decision:
    """What became of a form while its messages were under way. Guests and staff are owed nothing by it, and are not
    written to about a day that has passed, either."""
    return settle(state, now) if state.registrant is not None else hold_back(state, now)


def _corrected_to(state: Correspondence, message: Message) -> str | None:
    """The registrant's address, where the mail was sent to another one."""
    if message.channel != "email" or message.guest is not None or state.registrant is None:
        return None
    email = state.registrant.email
    return email if email not in message.to else None
