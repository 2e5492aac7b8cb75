"""What notify decides about a form: when its sender is written to, about which questions, and why.

Facts come from several speakers in any order. So a rule notes its fact, and what is owed is then worked out
from everything noted so far (`_settle`): the same facts lead to the same messages, however they arrived.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from services.notify.correspondence import (
    Answer,
    Asked,
    Conference,
    Correspondence,
    Decision,
    Extension,
    Grant,
    Guidance,
    Message,
    Move,
    NewEnd,
    PromiseExtended,
    Referral,
    Result,
    Seat,
    add,
    joined,
    stamp,
    withdraw,
    write,
)
from shared.contracts import Event, TooEarly
from shared.contracts.deadlines import DeadlineMoved
from shared.contracts.intake import (
    AttendanceRecorded,
    CommitmentFulfilled,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
    SubmissionReceived,
)
from shared.contracts.notify import MessageKind
from shared.contracts.routing import (
    AnswerApproved,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionRedirected,
    QuestionReferredUp,
    WrittenAnswerOwed,
    WrittenBecause,
)

ANSWERED_ALOUD = "Không gửi nữa: người đăng ký có mặt và được trả lời tại hội nghị đối thoại."
CALLED_OFF = "Không gửi nữa: hội nghị không tổ chức được; người nhận được báo bằng thư riêng."
NO_LONGER_WAITS = "Không gửi nữa: người đăng ký không còn trong danh sách chờ."


def acknowledge(
    state: Correspondence | None, received: SubmissionReceived, now: datetime, conference: Conference | None = None
) -> Decision:
    """Whoever gave an e-mail address gets a receipt there; to the others the clerk hands the slip.

    Followed by `claim_due` before the first save, the receipt costs two saves: this one, and its result.

    Args:
        conference: what is known of the dialogue, for the dates in the receipt. It may be out of date.
    """
    if state is not None and state.registrant is not None:
        return state, []
    known = replace(
        state or Correspondence(id=received.case, commune=received.commune),
        registrant=received.registrant,
        code=received.code,
        dialogue=received.dialogue,
        channel=received.channel,
        collected_by=received.collected_by,
        received_at=received.received_at,
        on_time=received.on_time,
        questions=tuple(Asked(question) for question in received.questions),
        conference=conference,
    )
    events: list[Event] = []
    if received.registrant.email is not None:
        receipt = replace(
            _message(known, "receipt", "receipt", now), to=(received.registrant.email,), next_action_at=now
        )
        known, events = add(known, receipt, now)
    known, more = _settle(known, now)
    return known, [*events, *more]


def learn_of_dialogue(state: Correspondence | None, conference: Conference, now: datetime) -> Decision:
    """What has become of the dialogue this form is registered for.

    Once it is over, those who stayed away are owed their approved answers in writing. That it is held on another day,
    cannot be held, or is concluded, every registrant is told.

    Args:
        conference: of the dialogue's own record.
    """
    if state is None or state.registrant is None:
        raise TooEarly(f"a form for {conference.title} is not known yet")
    return _settle(replace(state, conference=joined(state.conference, conference)), now)


def invite(
    state: Correspondence | None, invited: RegistrantInvited, now: datetime, conference: Conference | None = None
) -> Decision:
    """There is a seat for him. Another seat is another invitation; of two, the one given later counts.

    Args:
        conference: of the dialogue's own record, read after this correspondence.
    """
    state = _with_known_conference(state, invited, conference)
    if state.seat is None or state.seat.given_at < invited.occurred_at:
        state = replace(state, seat=Seat(invited.seat, invited.occurred_at))
    return _settle(state, now)


def tell_of_waiting_list(
    state: Correspondence | None, waitlisted: RegistrantWaitlisted, now: datetime, conference: Conference | None = None
) -> Decision:
    """There is no seat for him yet. He is told once which one he is, and that his questions are answered all the same.

    Args:
        conference: as of `invite`.
    """
    state = _with_known_conference(state, waitlisted, conference)
    return _settle(replace(state, waiting_place=state.waiting_place or waitlisted.place), now)


def note_excuse(state: Correspondence | None, excused: RegistrantExcused, now: datetime) -> Decision:
    """Plan II.3: whoever reports that he must be absent is sent the answer at the address on his form."""
    return _settle(replace(_form(state, excused), excused=True), now)


def note_attendance(state: Correspondence | None, attendance: AttendanceRecorded, now: datetime) -> Decision:
    """Whoever was seen at the conference was there, whatever else is recorded."""
    state = _form(state, attendance)
    return _settle(replace(state, present=attendance.present or bool(state.present)), now)


def note_answer(
    state: Correspondence | None, approved: AnswerApproved, now: datetime, conference: Conference | None = None
) -> Decision:
    """An approved answer waits for the conference, unless its asker is owed it in writing already.

    A newer wording replaces the older one until a message with it has been attempted: nobody is written to twice.

    Args:
        conference: of the dialogue's own record, read after this correspondence.
    """
    state = _with_conference(_form(state, approved), conference)
    asked = state.asked(approved.question)
    if asked.answer is None or (
        asked.answer.approved_at < approved.occurred_at and not _attempted(state, approved.question)
    ):
        answer = Answer(approved.text, approved.department, approved.occurred_at)
        state = _with_question(state, replace(asked, answer=answer))
    return _settle(state, now)


def note_owed(state: Correspondence | None, owed: WrittenAnswerOwed, now: datetime) -> Decision:
    """He will not hear the answer at a dialogue: it goes out as soon as it is approved."""
    state = _form(state, owed)
    return _settle(_with_question(state, replace(state.asked(owed.question), owed=owed.because)), now)


def note_answered_at_dialogue(
    state: Correspondence | None, answered: QuestionAnsweredAtDialogue, now: datetime
) -> Decision:
    """He heard the answer: nothing is owed in writing, and what has not been attempted yet is withdrawn."""
    state = _form(state, answered)
    return _settle(_with_question(state, replace(state.asked(answered.question), answered_at_dialogue=True)), now)


def guide(state: Correspondence | None, redirected: QuestionRedirected, now: datetime) -> Decision:
    """Plan II.1 and III.2: the sender is told at once, in writing, where such a matter goes."""
    state = _form(state, redirected)
    asked = state.asked(redirected.question)
    if asked.guidance is not None:
        return state, []
    guidance = Guidance(redirected.guidance, redirected.authority, redirected.scope)
    return _settle(_with_question(state, replace(asked, guidance=guidance)), now)


def tell_of_referral(state: Correspondence | None, referred: QuestionReferredUp, now: datetime) -> Decision:
    """The asker is told at once that the matter is beyond the commune, to whom it is reported, and why."""
    state = _form(state, referred)
    asked = state.asked(referred.question)
    if asked.referral is not None:
        return state, []
    return _settle(_with_question(state, replace(asked, referral=Referral(referred.authority, referred.reason))), now)


def note_grant(state: Correspondence | None, granted: ExtensionGranted, now: datetime) -> Decision:
    """More time: the asker is told once it is known until when (`note_new_end`)."""
    state = _form(state, granted)
    asked = state.asked(granted.question)
    if any(grant.at == granted.occurred_at for grant in asked.grants):
        return state, []
    grant = Grant(granted.occurred_at, granted.department, granted.reason, granted.requirement, granted.responsible)
    return _settle(_with_question(state, replace(asked, grants=(*asked.grants, grant))), now)


def note_new_end(state: Correspondence | None, moved: DeadlineMoved, now: datetime) -> Decision:
    """Until when a question's term was extended. Both facts bear the instant at which the extension was granted.

    A term that stood still meanwhile is given its end when it runs again.
    """
    state = _form(state, moved)
    asked = state.asked(moved.about)
    if any(end.at == moved.occurred_at for end in asked.ends):
        return state, []
    end = NewEnd(moved.occurred_at, moved.due_at, by_extension=moved.cause == "extension")
    return _settle(_with_question(state, replace(asked, ends=(*asked.ends, end))), now)


def tell_of_longer_promise(
    state: Correspondence | None, extended: PromiseExtended, until: datetime, now: datetime
) -> Decision:
    """Plan of Chánh Lộ II.4.3: what was assigned by the conclusion takes longer, and its askers are told in writing."""
    state = _known(state, extended.commitment)
    message = replace(
        _message(state, "extension", f"extension.{_number(extended.commitment)}", now),
        questions=_own(state, extended.questions),
        extension=Extension(
            reason=extended.reason,
            department=extended.department,
            until=until,
            requirement=extended.requirement,
            responsible=extended.responsible,
            matter=extended.text,
        ),
    )
    return write(state, message, _email(state), now)


def tell_result(state: Correspondence | None, fulfilled: CommitmentFulfilled, now: datetime) -> Decision:
    """Plan of Chánh Lộ II.4.3: what the conclusion assigned is settled, and its askers are told so in writing."""
    state = _known(state, fulfilled.commitment)
    message = replace(
        _message(state, "resolution", f"resolution.{_number(fulfilled.commitment)}", now),
        questions=_own(state, fulfilled.questions),
        result=Result(fulfilled.text, fulfilled.result, fulfilled.department),
    )
    return write(state, message, _email(state), now)


def _settle(state: Correspondence, now: datetime) -> Decision:
    """Write what is owed and not written; withdraw what was written, not attempted, and is no longer owed."""
    state, events = _withdraw(state, now)
    for message in _due(state, now):
        state, said = write(state, message, _email(state), now)
        events += said
    return state, events


def _due(state: Correspondence, now: datetime) -> Iterator[Message]:
    """Everything that ought to have been written by now. What already was is recognised by its id, an answer by its
    questions: those that became due by the same fact, for the same reason, share a message."""
    answers = [a for a in state.questions if _owed_in_writing(state, a) and not _answered_in_writing(state, a)]
    for occasion in dict.fromkeys(_occasion(state, asked) for asked in answers):
        about = [asked for asked in answers if _occasion(state, asked) == occasion]
        yield replace(_about(state, "answer", about, now), occasion=occasion)
    for asked in state.questions:
        if asked.guidance is not None:
            yield replace(_about(state, "guidance", [asked], now), occasion="redirected")
        if asked.referral is not None:
            yield _about(state, "referral", [asked], now)
        yield from _extensions(state, asked, now)
    if state.conference is not None:
        yield from _of_the_conference(state, state.conference, now)


def _extensions(state: Correspondence, asked: Asked, now: datetime) -> Iterator[Message]:
    for grant in asked.grants:
        if (until := _end_of(grant, asked)) is not None:
            message = _about(state, "extension", [asked], now)
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
        yield _message(state, "invitation", f"invitation.{state.seat.number}", now)
    if ahead and _waits(state, conference):
        yield _message(state, "waitlist", "waitlist", now)
    assert state.received_at is not None, "known since the form is"
    if ahead:
        for move in moves_since(conference, state.received_at):
            yield replace(_message(state, "rescheduled", f"rescheduled.{stamp(move.at)}", now), move=move)
    if conference.cancelled is not None:
        yield _message(state, "cancelled", "cancelled", now)
    if conference.notice is not None:
        yield _message(state, "conclusion", "conclusion", now)


def _waits(state: Correspondence, conference: Conference) -> bool:
    """A seat that becomes free may still be his."""
    return state.without_seat and not state.excused and conference.cancelled is None and conference.ended_at is None


def moves_since(conference: Conference, since: datetime) -> Sequence[Move]:
    """What somebody must be told who has known the dialogue since then; not a day that has been given up again."""
    return [move for move in conference.moves if move.at > since and move.held_at == conference.held_at]


def _owed_in_writing(state: Correspondence, asked: Asked) -> bool:
    """Plan II.3: who was in time and came is answered at the conference; all others in writing.

    So is a question that was taken at the conference, for its answer was approved only after it.
    """
    if asked.answer is None or asked.answered_at_dialogue:
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


def _withdraw(state: Correspondence, now: datetime) -> tuple[Correspondence, list[Event]]:
    """Take out what is not owed after all, while nothing was attempted; what still is owed gets written anew.

    What the conference has overtaken is taken out also between two attempts.
    """
    events: list[Event] = []
    for message in state.messages:
        if message.state == "queued" and (overtaken := _overtaken(state, message)):
            state, said = withdraw(state, message, overtaken, now)
            events += said
        if message.kind != "answer" or any(_attempted(state, question) for question in message.questions):
            continue
        if not all(_owed_in_writing(state, state.asked(question)) for question in message.questions):
            state, said = withdraw(state, message, ANSWERED_ALOUD, now)
            events += said
    return state, events


def _overtaken(state: Correspondence, message: Message) -> str | None:
    """Why it is not to go out: nobody is invited to a conference that cannot be held, nor waits who has a seat."""
    conference = state.conference
    if conference is None or message.kind not in ("invitation", "waitlist", "rescheduled"):
        return None
    if conference.cancelled is not None:
        return CALLED_OFF
    return NO_LONGER_WAITS if message.kind == "waitlist" and not _waits(state, conference) else None


def _message(state: Correspondence, kind: MessageKind, name: str, now: datetime) -> Message:
    return Message(id=f"{state.id}.{name}", kind=kind, channel="email", to=(), questions=(), created_at=now)


def _about(state: Correspondence, kind: MessageKind, about: Sequence[Asked], now: datetime) -> Message:
    message = _message(state, kind, f"{kind}.{about[0].question.number}", now)
    return replace(message, questions=tuple(asked.question.id for asked in about))


def _email(state: Correspondence) -> str | None:
    assert state.registrant is not None, "checked by _form"
    return state.registrant.email


def _number(commitment: str) -> str:
    """`c1` of the first promise of a conclusion."""
    return commitment.rpartition("-")[2]


def _own(state: Correspondence, questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(asked.question.id for asked in state.questions if asked.question.id in questions)


def _form(state: Correspondence | None, fact: Event) -> Correspondence:
    """The correspondence of a form that is known here."""
    return _known(state, f"{fact.name} of {fact.case}")


def _known(state: Correspondence | None, what: str) -> Correspondence:
    if state is None or state.registrant is None:
        raise TooEarly(f"the form is not known yet: {what}")
    return state


def _with_known_conference(
    state: Correspondence | None, fact: RegistrantInvited | RegistrantWaitlisted, conference: Conference | None
) -> Correspondence:
    """The correspondence of a form that is known here, as is the conference the fact is about."""
    known = _with_conference(_form(state, fact), conference)
    if known.conference is None:
        raise TooEarly(f"nothing is known of {fact.dialogue} yet")
    return known


def _with_conference(state: Correspondence, conference: Conference | None) -> Correspondence:
    return replace(state, conference=joined(state.conference, conference)) if conference is not None else state


def _with_question(state: Correspondence, asked: Asked) -> Correspondence:
    questions = (asked if asked.question.id == other.question.id else other for other in state.questions)
    return replace(state, questions=tuple(questions))


def _answered_in_writing(state: Correspondence, asked: Asked) -> bool:
    return any(message.kind == "answer" and asked.question.id in message.questions for message in state.messages)


def _attempted(state: Correspondence, question: str) -> bool:
    """Whether an answer to it was ever on its way: then neither its wording nor its way changes any more."""
    return any(
        message.kind == "answer" and message.attempts and question in message.questions for message in state.messages
    )
