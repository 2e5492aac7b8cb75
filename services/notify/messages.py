"""How a message gets into a correspondence and out of it, which way it goes, and what is said of that."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import Correspondence, Message, MessageState
from services.notify.numbers.books import waits_in
from shared.contracts import Event
from shared.contracts.notify import MessageKind, NotificationFailed, NotificationQueued, NotifyEvent
from shared.text import one_line

UNREACHABLE = "Không có thư điện tử hay địa chỉ bưu chính; cán bộ Văn phòng cần gọi điện cho người đăng ký."
CONFIDENTIAL = "Nội dung tố cáo không gửi bằng thư in; người có thẩm quyền hướng dẫn trực tiếp và giữ bí mật danh tính."

ON_PAPER: frozenset[MessageKind] = frozenset(
    {
        "invitation",
        "waitlist",
        "rescheduled",
        "cancelled",
        "answer",
        "guidance",
        "referral",
        "extension",
        "conclusion",
        "resolution",
        "apology",
    }
)
"""What goes as a letter where it cannot go by mail. A receipt is handed over as a slip; a digest is for staff."""

OPTIONAL: frozenset[MessageKind] = frozenset({"conclusion", "dialogue-reminder"})
"""News, which a registrant may decline. All else is what the office owes him."""


def stamp(instant: datetime) -> str:
    """For ids: `20260420T023000123`."""
    return f"{instant:%Y%m%dT%H%M%S}{instant.microsecond // 1000:03}"


def write(
    state: Correspondence, message: Message, email: str | None, now: datetime
) -> tuple[Correspondence, list[Event]]:
    """Once, by e-mail, else as a letter; else a person must tell it. A message that is there already changes nothing.

    Args:
        message: its channel and when it leaves are settled here.
        email: of who is written to.
    """
    if state.has(message.id):
        return state, []
    message = replace(message, channel="email" if email else "letter", to=(email,) if email else (), next_action_at=now)
    if email or can_be_posted(state, message):
        return add(state, message, now)
    return give_up(state, message, why_no_way(state, message), now)


def give_up(state: Correspondence, message: Message, reason: str, now: datetime) -> tuple[Correspondence, list[Event]]:
    """A person must see to it; the record keeps the message, so that it is said once."""
    message = replace(message, state="failed", reason=reason, next_action_at=None, leaves_at=None)
    return put(state, message), [say(NotificationFailed, state, message, now, reason=reason)]


def withdraw(state: Correspondence, message: Message, reason: str, now: datetime) -> tuple[Correspondence, list[Event]]:
    """It is not to go out after all. Of one that failed this says that nobody has to see to it any more."""
    said = say(NotificationFailed, state, message, now, reason=reason, withdrawn=True)
    return without(state, message), [said]


def add(state: Correspondence, message: Message, now: datetime) -> tuple[Correspondence, list[Event]]:
    return put(state, message), [say(NotificationQueued, state, message, now)]


def put(state: Correspondence, message: Message) -> Correspondence:
    """With this message in the place of the one with its id, or at the end."""
    others = [message if message.id == earlier.id else earlier for earlier in state.messages]
    return _with_messages(state, others if message in others else [*others, message])


def without(state: Correspondence, message: Message) -> Correspondence:
    return _with_messages(state, [other for other in state.messages if other.id != message.id])


def say(contract: type[NotifyEvent], state: Correspondence, message: Message, now: datetime, **more: object) -> Event:
    return contract.model_validate(
        {
            "commune": state.commune,
            "case": state.id,
            "occurred_at": now,
            "notification": message.id,
            "kind": message.kind,
            "channel": message.channel,
            "questions": message.questions,
            "round": message.round,
            **more,
        }
    )


def can_be_posted(state: Correspondence, message: Message) -> bool:
    """Whether it may go as a letter. A guest's letter is handed over by whom he represents, so it needs no address."""
    if not may_be_printed(state, message):
        return False
    address = state.registrant.address if state.registrant else None
    return message.guest is not None or bool(one_line(address or ""))


def may_be_printed(state: Correspondence, message: Message) -> bool:
    """A printed letter passes through many hands. A denouncer's name must not (Law on Denunciations 2018, art. 56)."""
    return message.kind in ON_PAPER and not _is_confidential(state, message)


def why_no_way(state: Correspondence, message: Message) -> str:
    """Why it can go neither by mail nor by post, for the clerk who must see to it."""
    return CONFIDENTIAL if _is_confidential(state, message) else UNREACHABLE


def as_letter(message: Message) -> str:
    """The id of the letter that a mail becomes."""
    return f"{message.id}.letter"


def as_again(message: Message) -> str:
    """The id of the message that is written where its letter came back, once it is known where he is reached."""
    return f"{message.id}.again"


def as_first(id: str) -> str:
    """The id under which a message was written first, of whatever it has become since: a letter, one sent once more."""
    first = id.removesuffix(".letter").removesuffix(".again")
    return first if first == id else as_first(first)


def was_a_mail(message: Message) -> bool:
    """Whether it is, or is of, a letter that a mail became."""
    return ".letter" in message.id.removeprefix(as_first(message.id))


def _is_confidential(state: Correspondence, message: Message) -> bool:
    """Whatever it says of a denunciation."""
    return any(state.asked(question).is_denunciation for question in message.questions)


def _with_messages(state: Correspondence, messages: Sequence[Message]) -> Correspondence:
    """What the sweeps look for is told from the messages, so that it is right whoever changes one."""
    return replace(
        state,
        messages=tuple(messages),
        next_action_at=_first(message.next_action_at for message in messages),
        leaves_at=_first(message.leaves_at for message in messages if message.state == "drawn"),
        envelopes_at=_first(one.leaves_at for one in messages if one.state == "queued" and not one.sealed),
        addresses_since=_first(message.addressed_at for message in messages),
        discarded=_discarded(state, messages),
        unnumbered=_unnumbered(state.commune, messages),
    )


def _unnumbered(commune: str, messages: Iterable[Message]) -> tuple[str, ...] | None:
    books = {waits_in(commune, one.kind, one.created_at) for one in messages if one.lacks_number}
    return tuple(sorted(book for book in books if book is not None)) or None


def _discarded(state: Correspondence, messages: Sequence[Message]) -> tuple[str, ...] | None:
    """Letters that may have a file and are not to leave. One that is written anew has its file again."""
    waited = {message.id for message in state.messages if message.channel == "letter" and message.state in _NOT_LEFT}
    stay = {message.id for message in messages if message.channel != "email" and message.state != "failed"}
    return tuple(sorted((waited | set(state.discarded or ())) - stay)) or None


_NOT_LEFT = frozenset[MessageState]({"queued", "sending", "drawn"})


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((instant for instant in instants if instant is not None), default=None)
