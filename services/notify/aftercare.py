"""What comes of it when a registrant is set right, withdraws what he asked, or gets a question answered anew."""

from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import Correspondence, Decision, Message
from services.notify.delivery import LOST_TRACK
from services.notify.messages import (
    ON_PAPER,
    add,
    as_again,
    as_first,
    as_letter,
    can_be_posted,
    give_up,
    put,
    was_a_mail,
    why_no_way,
)
from services.notify.owed import TOO_LATE, all_withdrawn, due, email_of, owed_in_writing, settle
from services.notify.rules import form_of, with_question
from shared.contracts import Event
from shared.contracts.intake import QuestionsWithdrawn, RegistrantCorrected
from shared.contracts.notify import MessageChannel
from shared.contracts.routing import QuestionReopened

NO_ADDRESS = "Không gửi nữa: người đăng ký không còn dùng thư điện tử; cán bộ Văn phòng trao giấy biên nhận."


def note_withdrawal(state: Correspondence | None, withdrawn: QuestionsWithdrawn, now: datetime) -> Decision:
    """Nothing goes out about a question that its asker withdrew, but what was on its way; nor, where nothing is left of
    the form, about the dialogue."""
    state = form_of(state, withdrawn)
    for id in withdrawn.questions:
        asked = state.asked(id)
        at = max(asked.withdrawn_at or withdrawn.occurred_at, withdrawn.occurred_at)
        state = with_question(state, replace(asked, withdrawn_at=at))
    return settle(replace(state, withdrawn=state.withdrawn or withdrawn.entirely), now)


def note_reopening(state: Correspondence | None, reopened: QuestionReopened, now: datetime) -> Decision:
    """The answer was not enough: the next one goes out in writing as soon as it is approved."""
    state = form_of(state, reopened)
    asked = state.asked(reopened.question)
    at = max(asked.reopened_at or reopened.occurred_at, reopened.occurred_at)
    return settle(with_question(state, replace(asked, reopened_at=at, round=max(asked.round, reopened.round))), now)


def correct(state: Correspondence | None, corrected: RegistrantCorrected, now: datetime) -> Decision:
    """What waits goes where he is reached now; what failed for want of that, or came back, is written again; all else
    that has left stays.

    Of two corrections the later counts. The correction itself is not written about.
    """
    state, events = form_of(state, corrected), list[Event]()
    if state.corrected_at is not None and corrected.occurred_at <= state.corrected_at:
        return state, []
    if state.thread is not None and corrected.registrant.email != email_of(state):
        state = replace(state, thread=None, by_another=True)  # who is reached there now did not write
    before, known = state.registrant, corrected.registrant
    assert before is not None, "the form is known"
    state = replace(state, registrant=known, corrected_at=corrected.occurred_at)
    elsewhere = (before.address, before.email) != (known.address, known.email)
    worded_anew = (before.name, before.address) != (known.name, known.address)
    for message in state.messages:
        if message.guest is None and (message.kind in ON_PAPER or message.kind == "receipt"):
            state, said = _readdressed(state, message, now, worded_anew=worded_anew)
            events += said
            if elsewhere and _came_back(state, message):
                state, said = _sent_once_more(state, message, now)
                events += said
    return state, events


def go_after(state: Correspondence, message: Message, now: datetime) -> Decision:
    """The post has brought it back. Where he was set right after it had left, it is sent once more, as it would be if
    that were done now; where its address is not kept any more, nobody can tell."""
    if message.drawn_for is None or not _came_back(state, message):
        return state, []
    return _sent_once_more(state, message, now)


def _readdressed(state: Correspondence, message: Message, now: datetime, *, worded_anew: bool) -> Decision:
    way = _way_to(state, message)
    if message.can_be_held_back(now):
        return _sent_elsewhere(state, message, way, now)
    if message.state == "failed" and way is not None and _is_mended(message, way, worded_anew=worded_anew):
        if state.has(as_letter(message)) or not _still_to_be_said(state, message, now):
            return state, []
        return _written_again(state, message, way, now)
    return state, []


def _came_back(state: Correspondence, message: Message) -> bool:
    """The post brought it back, and nothing was done about it yet."""
    back = message.channel == "letter" and message.fate is not None and message.fate.came_back
    return back and not state.has(as_again(message))


def _sent_once_more(state: Correspondence, message: Message, now: datetime) -> Decision:
    """The document stays what it was, with its day, number and words. It has an id of its own: of the letter that came
    back it stays on record what became of it. It does not go a second time to where it came back from."""
    way = _way_to(state, message)
    assert state.registrant is not None, "asked only where the form is known"
    same = way is not None and way[0] == "letter" and message.drawn_for == state.registrant.address
    if way is None or same or not _still_to_be_said(state, message, now):
        return state, []
    unsent = replace(message, id=as_again(message), fate=None, sent_at=None, reference=None, uncertain=False)
    return add(state, _fresh(unsent, way, now), now)


Way = tuple[MessageChannel, tuple[str, ...]]
"""Channel, and the e-mail addresses where it is one."""


def _way_to(state: Correspondence, message: Message) -> Way | None:
    """How he is reached now; None where nothing leads to him. What a mail has become stays a letter if it can."""
    assert state.registrant is not None, "asked only where the form is known"
    email, posted = state.registrant.email, can_be_posted(state, message)
    if email is not None and not (posted and was_a_mail(message)):
        return "email", (email,)
    return ("letter", ()) if posted else None


def _sent_elsewhere(state: Correspondence, message: Message, way: Way | None, now: datetime) -> Decision:
    """The address of a letter is read off the form when it is drawn, and it is drawn anew: only another way is news."""
    if way is None:
        reason = NO_ADDRESS if message.kind == "receipt" else why_no_way(state, message)
        return give_up(state, message, reason, now)
    if way == (message.channel, message.to):
        return state, []
    after = _fresh(message, way, now)
    if after.channel == message.channel:
        return put(state, after), []
    return add(state, after, now)


def _is_mended(message: Message, way: Way, *, worded_anew: bool) -> bool:
    """Whether the reason it failed for can be gone: there is a way to him, another than was tried, or a letter that
    could not be made says something else. What the office called back, and what may have arrived, is left to it."""
    if message.called_back or message.reason == LOST_TRACK:
        return False
    if message.reason == TOO_LATE:
        return way[0] == "email"
    return not message.attempts or way != (message.channel, message.to) or (way[0] == "letter" and worded_anew)


def _still_to_be_said(state: Correspondence, message: Message, now: datetime) -> bool:
    match message.kind:
        case "receipt":
            return True
        case "invitation" | "waitlist" | "rescheduled":
            return as_first(message.id) in {one.id for one in due(state, now)}
        case "answer":
            about = [state.asked(question) for question in message.questions]
            return any(asked.round == message.round and owed_in_writing(state, asked) for asked in about)
        case "cancelled" | "conclusion":
            return not state.not_expected
        case _:
            return not all_withdrawn(state, message.questions)


def _written_again(state: Correspondence, message: Message, way: Way, now: datetime) -> Decision:
    """A mail that nobody took becomes a letter of its own, as it would have at once; all else goes under its own id."""
    if message.channel == "email" and way[0] == "letter":
        message = replace(message, id=as_letter(message), created_at=now)
    return add(state, _fresh(message, way, now), now)


def _fresh(message: Message, way: Way, now: datetime) -> Message:
    """As if it had never been tried: where it goes now nobody has refused it."""
    channel, to = way
    return replace(
        message,
        channel=channel,
        to=to,
        state="queued",
        next_action_at=now,
        claimed_at=None,
        claimed_by=None,
        attempts=0,
        unanswered=0,
        reason=None,
        drawn_for=None,
        leaves_at=None,
        envelope=None,
        sealed=False,
    )
