"""What is owed to whoever registered, told from all that is known of his form; and what is no longer.

Facts come from several speakers in any order. A rule notes its fact (rules.py, aftercare.py); `settle` then writes what
is owed and not written, so the same facts lead to the same messages, however they arrived.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import Asked, Conference, Correspondence, Decision, Extension, Grant, Message, Move
from services.notify.messages import ON_PAPER, OPTIONAL, give_up, may_be_printed, put, stamp, withdraw, write
from shared.contracts import Event
from shared.contracts.notify import MessageKind
from shared.contracts.routing import WrittenBecause

ANSWERED_ALOUD = "Không gửi nữa: người đăng ký có mặt và được trả lời tại hội nghị đối thoại."
CALLED_OFF = "Không gửi nữa: hội nghị không tổ chức được; người nhận được báo bằng thư riêng."
NO_LONGER_WAITS = "Không gửi nữa: người đăng ký không còn trong danh sách chờ."
WITHDRAWN = "Không gửi nữa: người hỏi đã rút câu hỏi."
NOT_EXPECTED = "Không gửi nữa: người đăng ký đã rút toàn bộ phiếu."
ANSWERED_MEANWHILE = "Không gửi nữa: người hỏi đã nhận được câu trả lời."
DECLINED = "Không gửi nữa: người đăng ký đã ngừng nhận thư thông tin."
REOPENED = "Không gửi nữa: câu hỏi được mở lại, người hỏi nhận câu trả lời mới."
HANDED_ON = "Không gửi nữa: câu hỏi được chuyển đến nơi có thẩm quyền; người hỏi được báo bằng thư riêng."
OVER = "Không gửi nữa: hội nghị đối thoại đã diễn ra."
MOVED_AGAIN = "Không gửi nữa: hội nghị lại đổi sang ngày khác; người nhận được báo bằng thư riêng."
TOO_LATE = (
    "Thư gửi qua bưu điện không kịp đến trước giờ khai mạc hội nghị đối thoại. "
    "Đề nghị cán bộ Văn phòng gọi điện báo cho người nhận rồi ghi nhận."
)
"""It is for a person, so it is not withdrawn."""

OF_THE_CONFERENCE: frozenset[MessageKind] = frozenset(
    {"invitation", "waitlist", "rescheduled", "cancelled", "conclusion"}
)

BEFORE_THE_DAY: frozenset[MessageKind] = frozenset({"invitation", "waitlist", "rescheduled"})
"""What is of no use once the conference has begun."""


def settle(state: Correspondence, now: datetime) -> Decision:
    """Write what is owed and not written; withdraw what was written, is not on its way, and is no longer owed."""
    state, events = hold_back(state, now)
    for message in due(state, now):
        state, said = write(state, message, email_of(state), now)
        events += said
    return state, events


def due(state: Correspondence, now: datetime) -> Iterator[Message]:
    """Everything that ought to have been written by now. What already was is recognised by its id, an answer by its
    questions: those that became due by the same fact, for the same reason, share a message."""
    answers = [a for a in state.questions if owed_in_writing(state, a) and not _answered_in_writing(state, a)]
    for occasion, round in dict.fromkeys((_occasion(state, asked), asked.round) for asked in answers):
        about = [asked for asked in answers if (_occasion(state, asked), asked.round) == (occasion, round)]
        answer = message_about(state, "answer", about, now)
        id = answer.id if round == 1 else f"{answer.id}.{round}"
        yield replace(answer, id=id, round=round, occasion=occasion)
    for asked in state.questions:
        if asked.withdrawn:
            continue
        if asked.guidance is not None:
            yield replace(message_about(state, "guidance", [asked], now), occasion="redirected")
        if asked.referral is not None:
            yield message_about(state, "referral", [asked], now)
        yield from _extensions(state, asked, now)
    if state.conference is not None and not state.not_expected:
        yield from _of_the_conference(state, state.conference, now)


def _extensions(state: Correspondence, asked: Asked, now: datetime) -> Iterator[Message]:
    for grant in () if asked.handed_on else asked.grants:
        if (until := _end_of(grant, asked)) is not None:
            message = message_about(state, "extension", [asked], now)
            yield replace(
                message,
                id=f"{message.id}.{stamp(grant.at)}",
                extension=Extension(
                    reason=grant.reason,
                    department=grant.department,
                    until=until,
                    requirement=grant.requirement,
                    responsible=grant.responsible,
                ),
            )


def _end_of(grant: Grant, asked: Asked) -> datetime | None:
    own = [end.due_at for end in asked.ends if end.by_extension and end.at == grant.at]
    later = [end for end in asked.ends if not end.by_extension and end.at > grant.at]
    return own[0] if own else min(later, key=lambda end: end.at).due_at if later else None


def _of_the_conference(state: Correspondence, conference: Conference, now: datetime) -> Iterator[Message]:
    ahead = conference.cancelled is None and conference.ended_at is None and conference.held_at > now
    if state.seat is not None and ahead:
        yield new_message(state, "invitation", f"invitation.{state.seat.number}", now)
    if ahead and _waits(state, conference):
        yield new_message(state, "waitlist", "waitlist", now)
    assert state.received_at is not None, "known since the form is"
    if ahead:
        for move in moves_since(conference, state.received_at):
            yield replace(new_message(state, "rescheduled", f"rescheduled.{stamp(move.at)}", now), move=move)
    if conference.cancelled is not None:
        yield new_message(state, "cancelled", "cancelled", now)
    if conference.notice is not None and not state.declines_news:
        yield new_message(state, "conclusion", "conclusion", now)


def _waits(state: Correspondence, conference: Conference) -> bool:
    """A seat that becomes free may still be his."""
    return state.without_seat and not state.excused and conference.cancelled is None and conference.ended_at is None


def moves_since(conference: Conference, since: datetime) -> Sequence[Move]:
    """What somebody must be told who has known the dialogue since then; not a day that has been given up again."""
    return [move for move in conference.moves if move.at > since and move.held_at == conference.held_at]


def owed_in_writing(state: Correspondence, asked: Asked) -> bool:
    """Plan II.3: who was in time and came is answered at the conference; all others in writing.

    So is a question that was taken at the conference, for its answer was approved only after it; and one that was
    reopened, whoever heard the first answer.
    """
    if asked.withdrawn or asked.answer_of(asked.round) is None:
        return False
    if asked.round > 1:
        return True
    assert asked.answer is not None, "it has the first one"
    if asked.answered_at_dialogue:
        return False
    if asked.owed is not None or not state.on_time or state.dialogue is None:
        return True
    if state.conference is None:
        return False
    if state.conference.cancelled is not None:
        return True
    if state.conference.ended_at is None:
        return False
    return state.stayed_away or asked.answer.approved_at >= state.conference.ended_at


def _occasion(state: Correspondence, asked: Asked) -> WrittenBecause:
    """Why this answer goes out in writing."""
    if asked.round > 1:
        return "reopened"
    if state.dialogue is None:
        return "unscheduled"
    if not state.on_time:
        return "late"
    if asked.owed in ("outside-subject", "taken", "cancelled"):
        return asked.owed
    if state.conference is not None and state.conference.cancelled is not None:
        return "cancelled"
    because = asked.owed or "afterwards"
    if state.stayed_away:
        because = "excused" if state.excused else "absent"
    if because == "absent" and (state.without_seat or asked.owed == "no-seat"):
        return "no-seat"
    return because


def hold_back(state: Correspondence, now: datetime) -> tuple[Correspondence, list[Event]]:
    """Take out what is not owed after all, while nothing was attempted; what still is owed gets written anew.

    What the conference, the asker or another round has overtaken is taken out also between two attempts, and of letters
    that lie ready until their cut-off; of an answer to several questions those that are not moot keep their place, for
    they may have arrived. Whom a letter would reach after the conference has begun is to be told by a person.

    Also for guests, in a dialogue's own record.
    """
    events: list[Event] = []
    for message in state.messages:
        if message.state == "sending" or message.has_left(now):
            continue
        reason, waits = None, message.can_be_held_back(now)
        if waits or _was_never_tried(message):
            reason = _unwanted(state, message)
        if waits:
            reason = reason or _overtaken(state, message, now)
        if message.kind == "answer":
            reason = reason or _not_owed(state, message, now)
        if reason is not None:
            state, said = withdraw(state, message, reason, now)
            events += said
        elif waits and _comes_too_late(state, message):
            state, said = give_up(state, message, TOO_LATE, now)
            events += said
        elif waits and (left := _as_it_may_leave(state, message, now)) != message:
            state = put(state, left)
    return state, events


def _as_it_may_leave(state: Correspondence, message: Message, now: datetime) -> Message:
    """Of an answer, what is not moot. What has become confidential goes among no other mail."""
    if message.kind == "answer":
        message = replace(message, questions=_not_moot(state, message))
    if message.envelope is not None and not may_be_printed(state, message):
        message = replace(message, envelope=None, leaves_at=None, next_action_at=now)
    return message


def _was_never_tried(message: Message) -> bool:
    """A letter that could not be made, or was called back, is in nobody's hands."""
    return message.channel == "letter" or not message.attempts


def _unwanted(state: Correspondence, message: Message) -> str | None:
    """He has withdrawn all that the message is about, or does not want such a one; or it tells that an answer takes
    longer which he has, or which others give."""
    if message.guest is not None or message.kind not in ON_PAPER | OPTIONAL:
        return None
    if message.kind in OPTIONAL and state.declines_news:
        return DECLINED
    if message.kind in OF_THE_CONFERENCE:
        return NOT_EXPECTED if state.not_expected else None
    if all_withdrawn(state, message.questions):
        return WITHDRAWN
    asked = [state.asked(question) for question in message.questions]
    if message.kind == "apology" and all(is_answered(state, one) for one in asked):
        return ANSWERED_MEANWHILE
    if message.kind == "extension" and message.extension is not None and message.extension.matter is None:
        return HANDED_ON if all(one.handed_on for one in asked) else None
    return None


def _overtaken(state: Correspondence, message: Message, now: datetime) -> str | None:
    """Why it is not to go out: nobody is invited to a conference that cannot be held, or is over, nor waits who has a
    seat."""
    if message.kind == "answer" and all(state.asked(one).round > message.round for one in message.questions):
        return REOPENED
    conference = state.conference
    if conference is None or message.kind not in BEFORE_THE_DAY:
        return None
    if conference.cancelled is not None:
        return CALLED_OFF
    if message.kind == "waitlist" and not _waits(state, conference):
        return NO_LONGER_WAITS
    if conference.ended_at is not None or conference.held_at <= now:
        return OVER
    return MOVED_AGAIN if message.move is not None and message.move.held_at != conference.held_at else None


def _comes_too_late(state: Correspondence, message: Message) -> bool:
    """A letter whose print run is closed when the conference has begun."""
    if state.conference is None or message.kind not in BEFORE_THE_DAY or message.state != "drawn":
        return False
    return message.leaves_at is not None and state.conference.held_at <= message.leaves_at


def is_answered(state: Correspondence, asked: Asked) -> bool:
    """He has his answer: heard, written and on its way to him, or that the matter is for others to answer."""
    if asked.handed_on or (asked.round == 1 and asked.answered_at_dialogue):
        return True
    return owed_in_writing(state, asked) or any(
        message.state == "sent"
        and message.kind == "answer"
        and message.round == asked.round
        and asked.question.id in message.questions
        for message in state.messages
    )


def _not_owed(state: Correspondence, message: Message, now: datetime) -> str | None:
    """Why an answer is not to go out in this message: one of its questions is not owed it, or, once that was attempted
    and waits for the next attempt, none of them will ever be."""
    about = [state.asked(question) for question in message.questions]
    in_vain = message.state == "failed" and message.channel == "letter" and message.attempts > 0
    if in_vain or _any_attempted(state, message, now):
        moot = (in_vain or message.can_be_held_back(now)) and not _not_moot(state, message)
    else:
        moot = not all(asked.round == message.round and owed_in_writing(state, asked) for asked in about)
    if not moot:
        return None
    if any(asked.withdrawn for asked in about):
        return WITHDRAWN
    return REOPENED if any(asked.round > message.round for asked in about) else ANSWERED_ALOUD


def _not_moot(state: Correspondence, message: Message) -> tuple[str, ...]:
    """Questions of an answer that may still be owed it. What is not owed because he was there may become so again;
    what he has withdrawn or heard, or is answered anew, never does."""
    about = [state.asked(question) for question in message.questions]
    return tuple(
        asked.question.id
        for asked in about
        if not (asked.withdrawn or asked.round > message.round or (asked.round == 1 and asked.answered_at_dialogue))
    )


def all_withdrawn(state: Correspondence, questions: Sequence[str]) -> bool:
    """Whether there were any, and their asker wants an answer to none of them."""
    return bool(questions) and all(state.asked(question).withdrawn for question in questions)


def new_message(state: Correspondence, kind: MessageKind, name: str, now: datetime) -> Message:
    return Message(id=f"{state.id}.{name}", kind=kind, channel="email", to=(), questions=(), created_at=now)


def message_about(state: Correspondence, kind: MessageKind, about: Sequence[Asked], now: datetime) -> Message:
    message = new_message(state, kind, f"{kind}.{about[0].place}", now)
    return replace(message, questions=tuple(asked.question.id for asked in about))


def email_of(state: Correspondence) -> str | None:
    assert state.registrant is not None, "asked only where the form is known"
    return state.registrant.email


def _answered_in_writing(state: Correspondence, asked: Asked) -> bool:
    return any(
        message.kind == "answer" and message.round == asked.round and asked.question.id in message.questions
        for message in state.messages
    )


def attempted(state: Correspondence, question: str, round: int, now: datetime) -> bool:
    """Whether this answer to it was ever on its way: then neither its wording nor its way changes any more.

    A mail may have left from its first attempt on; a letter leaves at its cut-off.
    """
    return any(
        message.kind == "answer"
        and message.round == round
        and (message.has_left(now) or (message.channel == "email" and message.attempts > 0))
        and question in message.questions
        for message in state.messages
    )


def _any_attempted(state: Correspondence, message: Message, now: datetime) -> bool:
    return any(attempted(state, question, message.round, now) for question in message.questions)
