"""Who is reminded of the dialogue he is invited to, and when.

A reminder is no message until it is due: a day that is moved, a seat that is given up, a form that is withdrawn then
need nothing called back. Only the hour to look again is kept (`Correspondence.remind_at`), worked out after each fact.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from services.notify.correspondence import Conference, Correspondence, Decision, Message
from services.notify.messages import stamp, withdraw, write
from services.notify.wording import VIETNAM
from shared.contracts import Event

OVERTAKEN = "Không nhắc nữa: hội nghị đã thay đổi, hoặc người nhận không dự hoặc không nhận tin nữa."

AT = time(8, 0)
"""When the office opens, in Vietnam."""

NOT_SOONER = timedelta(days=1)
"""Whoever was told of the day later than this before the reminder needs none."""


def remind(state: Correspondence, days: int, now: datetime) -> Decision:
    """Remind of the day who is invited by e-mail and still expected; else note when to look again.

    Args:
        days: so many before the dialogue; 0: nobody is reminded.
    """
    state, events = _take_out(state, now)
    conference = state.conference
    at = _hour(conference, days) if conference is not None and any(_mailboxes(state)) else None
    if conference is None or at is None or conference.held_at <= now:
        return _look_again(state, None), events
    if now < at:
        return _look_again(state, at), events
    for guest, email in _mailboxes(state):
        if _was_told_in_time(state, guest, at):
            state, said = write(state, _reminder(state, conference, guest, now), email, now)
            events += said
    return _look_again(state, None), events


def _take_out(state: Correspondence, now: datetime) -> tuple[Correspondence, list[Event]]:
    """Reminders that wait for another attempt, of a day that is not to be, or for who is not expected."""
    events: list[Event] = []
    conference = state.conference
    expected = {guest for guest, _ in _mailboxes(state)}
    for message in state.messages:
        if message.kind != "dialogue-reminder" or not message.can_be_held_back(now) or conference is None:
            continue
        on = conference.cancelled is None and conference.held_at > now
        if not on or message.guest not in expected or message.id != _id(state, conference, message.guest):
            state, said = withdraw(state, message, OVERTAKEN, now)
            events += said
    return state, events


def _hour(conference: Conference, days: int) -> datetime | None:
    if not days or conference.cancelled is not None or conference.ended_at is not None:
        return None
    day = conference.held_at.astimezone(VIETNAM).date() - timedelta(days=days)
    return datetime.combine(day, AT, VIETNAM)


def _look_again(state: Correspondence, at: datetime | None) -> Correspondence:
    return state if state.remind_at == at else replace(state, remind_at=at)


def _mailboxes(state: Correspondence) -> Iterator[tuple[str | None, str]]:
    """Id of a representative, or None for the registrant, and the address of each who is invited and expected."""
    if state.registrant is not None:
        wants = not (state.declines_news or state.excused or state.not_expected)
        if state.seat is not None and state.registrant.email and wants:
            yield None, state.registrant.email
    for guest in state.record.guests if state.record else ():
        if guest.email:
            yield guest.id, guest.email


def _was_told_in_time(state: Correspondence, guest: str | None, at: datetime) -> bool:
    """He knows of the day, and not only since yesterday."""
    told = [
        message.sent_at
        for message in state.messages
        if message.kind in ("invitation", "rescheduled") and message.guest == guest and message.sent_at is not None
    ]
    return bool(told) and max(told) + NOT_SOONER <= at


def _reminder(state: Correspondence, conference: Conference, guest: str | None, now: datetime) -> Message:
    return Message(
        id=_id(state, conference, guest),
        kind="dialogue-reminder",
        channel="email",
        to=(),
        questions=(),
        created_at=now,
        guest=guest,
    )


def _id(state: Correspondence, conference: Conference, guest: str | None) -> str:
    """Of another day it is another message."""
    return ".".join(filter(None, (state.id, "dialogue-reminder", stamp(conference.held_at), guest)))
