"""A letter that lies ready, leaves in a print run, and what becomes of it, as its correspondence knows it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.notify import aftercare
from services.notify.correspondence import Correspondence, Decision, Fate, Message
from services.notify.messages import give_up, put, say
from shared.contracts import Command, Event, Refusal, Role
from shared.contracts.notify import MessageKind, NotificationSent
from shared.contracts.post import CallBackLetter, LetterDelivered, LetterPosted, LetterReturned

CLERKS = (Role.CLERK, Role.OFFICE_HEAD)


@dataclass(frozen=True, slots=True)
class Receiver:
    """As on the letter. by_hand: a guest, whose `address` is whom he speaks for, and who hands it over."""

    name: str
    address: str | None = None
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """A letter that lies ready: all that its place in a run is told from.

    pages: 0 while they are not counted. drawn_by: as of `Message`.
    """

    notification: str
    case: str
    kind: MessageKind
    receiver: Receiver
    phone: str | None = None
    pages: int = 0
    drawn_by: str | None = None


def must_be_clerk(command: Command) -> None:
    if command.actor.role not in CLERKS:
        raise Refusal("forbidden", "Chỉ cán bộ Văn phòng hoặc Chánh Văn phòng làm việc với thư gửi bưu điện.")


def lies_ready(message: Message, by: datetime) -> bool:
    """Whether a run takes it that takes what leaves by then."""
    return message.state == "drawn" and message.leaves_at is not None and message.leaves_at <= by


def ready(state: Correspondence, by: datetime) -> Iterator[Ready]:
    """The letters of a case that a run takes."""
    for message in state.messages:
        if lies_ready(message, by):
            phone = state.registrant.phone if state.registrant and not message.guest else None
            yield Ready(message.id, state.id, message.kind, receiver(state, message), phone, drawn_by=message.drawn_by)


def receiver(state: Correspondence, message: Message) -> Receiver:
    if message.guest is not None:
        guest = state.guest(message.guest)
        return Receiver(guest.name, ", ".join(filter(None, (guest.organisation, guest.hamlet))) or None, by_hand=True)
    assert state.registrant is not None, "citizens' messages are written only when the form is known"
    return Receiver(state.registrant.name, state.registrant.address)


def left(
    state: Correspondence, notification: str, run: str, by: datetime, now: datetime, drawn_by: str | None = None
) -> Decision:
    """The run `run`, which takes what leaves by then, was closed with it. What was called back, or waits to be drawn
    anew, has not left in it; what left in another, neither.

    Nor does what was drawn anew since: another replica may have found it called back, and said that it did not leave.

    Args:
        drawn_by: of the letter as the run has counted it.
    """
    if not state.has(notification) or not lies_ready(message := state.message(notification), by):
        return state, []
    if message.drawn_by != drawn_by:
        return state, []
    reference = f"{message.id}.pdf"
    message = replace(message, state="sent", sent_at=now, reference=reference, reason=None, fate=Fate(run))
    said = say(
        NotificationSent, state, message, now, reference=reference, text=message.text, number=message.number, run=run
    )
    return put(state, message), [said]


def has_left_in(state: Correspondence, notification: str, run: str) -> bool:
    if not state.has(notification):
        return False
    fate = state.message(notification).fate
    return fate is not None and fate.run == run


def draw_again(state: Correspondence, notification: str, now: datetime) -> Decision:
    """Its file is gone: it does not leave with a hole, but a day later."""
    if not state.has(notification) or (message := state.message(notification)).state != "drawn":
        return state, []
    return put(state, replace(message, state="queued", next_action_at=now, attempts=0, leaves_at=None)), []


def call_back(state: Correspondence, command: CallBackLetter, now: datetime) -> Decision:
    """It is not posted; the office tells the receiver in another way, and records that."""
    must_be_clerk(command)
    if not state.has(command.notification):
        raise Refusal("not-found", f"Không tìm thấy thư {command.notification}; có thể thư không còn phải gửi.")
    message = state.message(command.notification)
    if message.state == "failed" and message.reason == command.reason:
        return state, []
    if message.channel != "letter" or message.state not in ("drawn", "sent"):
        raise Refusal("not-now", "Thư này không nằm trong số thư chờ chốt đợt in, nên không rút lại được.")
    if message.has_left(now):
        raise Refusal("not-now", "Đã qua giờ chốt đợt in: thư này đã được in để gửi, không rút lại được nữa.")
    return give_up(state, replace(message, called_back=True), command.reason, now)


# --- what becomes of it ----------------------------------------------------------------------------------------------


def posted(fate: Fate, on: date, tracking: str | None) -> Fate:
    """Handed to the post; a second time, where it had come back. The post's number stays until another is given."""
    again = fate.returned_on is not None and on >= fate.returned_on
    return replace(
        fate,
        posted_on=on,
        tracking=tracking or fate.tracking,
        returned_on=None if again else fate.returned_on,
        returned_because=None if again else fate.returned_because,
    )


def delivered(fate: Fate, on: date) -> Fate:
    return replace(fate, delivered_on=on)


def returned(fate: Fate, on: date, because: str) -> Fate:
    return replace(fate, returned_on=on, returned_because=because)


def learn(state: Correspondence, notification: str, fate: Fate, now: datetime) -> Decision:
    """What was recorded of its envelope; each thing is said once, and a correction as well. What came back is written
    again where its receiver was set right meanwhile."""
    if not has_left_in(state, notification, fate.run):
        return state, []
    message = state.message(notification)
    known, message = message.fate, replace(message, fate=fate)
    if known is None or known == fate:
        return state, []
    events: list[Event] = []
    posting = (known.posted_on, known.tracking, known.returned_on is not None and fate.returned_on is None)
    if fate.posted_on and posting != (fate.posted_on, fate.tracking, False):
        on, tracking = fate.posted_on, fate.tracking
        events.append(say(LetterPosted, state, message, now, run=fate.run, posted_on=on, tracking=tracking))
    if fate.delivered_on and known.delivered_on != fate.delivered_on:
        events.append(say(LetterDelivered, state, message, now, run=fate.run, delivered_on=fate.delivered_on))
    if fate.returned_on and (known.returned_on, known.returned_because) != (fate.returned_on, fate.returned_because):
        on, because = fate.returned_on, fate.returned_because
        events.append(say(LetterReturned, state, message, now, run=fate.run, returned_on=on, because=because))
    state, again = aftercare.go_after(put(state, message), message, now)
    return state, [*events, *again]
