"""What notify decides about a form: when its sender is written to, about which questions, and why.

Facts come from several speakers in any order. So a rule notes its fact, and what is owed is then worked out
from everything noted so far (`settle`): the same facts lead to the same messages, however they arrived.
"""

from collections.abc import Sequence
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
    NewEnd,
    PromiseExtended,
    Referral,
    Result,
    Seat,
    joined,
)
from services.notify.messages import add, write
from services.notify.owed import all_withdrawn, attempted, email_of, new_message, settle
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
from shared.contracts.routing import (
    AnswerApproved,
    ExtensionGranted,
    QuestionAnsweredAtDialogue,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionSplit,
    WrittenAnswerOwed,
)


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
        thread=received.thread,
        by_another=received.by_another,
        files=len(received.attachments or ()),
        received_at=received.received_at,
        on_time=received.on_time,
        questions=tuple(Asked(question) for question in received.questions),
        conference=conference,
    )
    events: list[Event] = []
    if received.registrant.email is not None:
        receipt = replace(
            new_message(known, "receipt", "receipt", now), to=(received.registrant.email,), next_action_at=now
        )
        known, events = add(known, receipt, now)
    known, more = settle(known, now)
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
    return settle(replace(state, conference=joined(state.conference, conference)), now)


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
    return settle(state, now)


def tell_of_waiting_list(
    state: Correspondence | None, waitlisted: RegistrantWaitlisted, now: datetime, conference: Conference | None = None
) -> Decision:
    """There is no seat for him yet. He is told once which one he is, and that his questions are answered all the same.

    Args:
        conference: as of `invite`.
    """
    state = _with_known_conference(state, waitlisted, conference)
    return settle(replace(state, waiting_place=state.waiting_place or waitlisted.place), now)


def note_excuse(state: Correspondence | None, excused: RegistrantExcused, now: datetime) -> Decision:
    """Plan II.3: whoever reports that he must be absent is sent the answer at the address on his form."""
    return settle(replace(form_of(state, excused), excused=True), now)


def note_attendance(state: Correspondence | None, attendance: AttendanceRecorded, now: datetime) -> Decision:
    """Whoever was seen at the conference was there, whatever else is recorded."""
    state = form_of(state, attendance)
    return settle(replace(state, present=attendance.present or bool(state.present)), now)


def note_answer(
    state: Correspondence | None, approved: AnswerApproved, now: datetime, conference: Conference | None = None
) -> Decision:
    """An approved answer waits for the conference, unless its asker is owed it in writing already.

    A newer wording replaces the older one until a message with it has been attempted: nobody is written to twice. The
    answer to a reopened question comes beside the first one, which may be on its way still.

    Args:
        conference: of the dialogue's own record, read after this correspondence.
    """
    state = _with_conference(form_of(state, approved), conference)
    asked = state.asked(approved.question)
    answer = Answer(approved.text, approved.department, approved.occurred_at, approved.round)
    before = asked.answer_of(answer.round)
    if before is None or (
        before.approved_at < answer.approved_at and not attempted(state, approved.question, answer.round, now)
    ):
        state = with_question(state, _answered(asked, answer))
    return settle(state, now)


def note_owed(state: Correspondence | None, owed: WrittenAnswerOwed, now: datetime) -> Decision:
    """He will not hear the answer at a dialogue: it goes out as soon as it is approved.

    That a reopened question is owed in writing follows from its round, and says nothing of the first answer.
    """
    state = form_of(state, owed)
    if owed.because == "reopened":
        return state, []
    return settle(with_question(state, replace(state.asked(owed.question), owed=owed.because)), now)


def note_answered_at_dialogue(
    state: Correspondence | None, answered: QuestionAnsweredAtDialogue, now: datetime
) -> Decision:
    """He heard the answer: nothing is owed in writing, and what is not on its way is withdrawn."""
    state = form_of(state, answered)
    return settle(with_question(state, replace(state.asked(answered.question), answered_at_dialogue=True)), now)


def note_split(state: Correspondence | None, split: QuestionSplit, now: datetime) -> Decision:
    """Each matter is answered by itself. What was heard of a part before is noted once it is known here."""
    state = form_of(state, split)
    asked, known = state.asked(split.question), {one.question.id for one in state.questions}
    if asked.split_at is None or asked.split_at < split.occurred_at:
        question = asked.question.model_copy(update={"text": split.text})
        state = with_question(state, replace(asked, question=question, split_at=split.occurred_at))
    parts = tuple(Asked(part) for part in split.parts if part.id not in known)
    return settle(replace(state, questions=(*state.questions, *parts)), now)


def guide(state: Correspondence | None, redirected: QuestionRedirected, now: datetime) -> Decision:
    """Plan II.1 and III.2: the sender is told at once, in writing, where such a matter goes."""
    state = form_of(state, redirected)
    asked = state.asked(redirected.question)
    if asked.guidance is not None:
        return state, []
    guidance = Guidance(redirected.guidance, redirected.authority, redirected.scope)
    return settle(with_question(state, replace(asked, guidance=guidance)), now)


def tell_of_referral(state: Correspondence | None, referred: QuestionReferredUp, now: datetime) -> Decision:
    """The asker is told at once that the matter is beyond the commune, to whom it is reported, and why."""
    state = form_of(state, referred)
    asked = state.asked(referred.question)
    if asked.referral is not None:
        return state, []
    referral = Referral(referred.authority, referred.reason, referred.scope)
    return settle(with_question(state, replace(asked, referral=referral)), now)


def note_grant(state: Correspondence | None, granted: ExtensionGranted, now: datetime) -> Decision:
    """More time: the asker is told once it is known until when (`note_new_end`)."""
    state = form_of(state, granted)
    asked = state.asked(granted.question)
    if any(grant.at == granted.occurred_at for grant in asked.grants):
        return state, []
    grant = Grant(granted.occurred_at, granted.department, granted.reason, granted.requirement, granted.responsible)
    return settle(with_question(state, replace(asked, grants=(*asked.grants, grant))), now)


def note_new_end(state: Correspondence | None, moved: DeadlineMoved, now: datetime) -> Decision:
    """Until when a question's term was extended. Both facts bear the instant at which the extension was granted.

    A term that stood still meanwhile is given its end when it runs again.
    """
    state = form_of(state, moved)
    asked = state.asked(moved.about)
    if any(end.at == moved.occurred_at for end in asked.ends):
        return state, []
    end = NewEnd(moved.occurred_at, moved.due_at, by_extension=moved.cause == "extension")
    return settle(with_question(state, replace(asked, ends=(*asked.ends, end))), now)


def tell_of_longer_promise(
    state: Correspondence | None, extended: PromiseExtended, until: datetime, now: datetime
) -> Decision:
    """Plan of Chánh Lộ II.4.3: what was assigned by the conclusion takes longer, and its askers are told in writing."""
    state = _known(state, extended.commitment)
    if all_withdrawn(state, _own(state, extended.questions)):
        return state, []
    message = replace(
        new_message(state, "extension", f"extension.{_number(extended.commitment)}", now),
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
    return write(state, message, email_of(state), now)


def tell_result(state: Correspondence | None, fulfilled: CommitmentFulfilled, now: datetime) -> Decision:
    """Plan of Chánh Lộ II.4.3: what the conclusion assigned is settled, and its askers are told so in writing."""
    state = _known(state, fulfilled.commitment)
    if all_withdrawn(state, _own(state, fulfilled.questions)):
        return state, []
    message = replace(
        new_message(state, "resolution", f"resolution.{_number(fulfilled.commitment)}", now),
        questions=_own(state, fulfilled.questions),
        result=Result(fulfilled.text, fulfilled.result, fulfilled.department),
    )
    return write(state, message, email_of(state), now)


def _answered(asked: Asked, answer: Answer) -> Asked:
    """With this answer for its round."""
    others = [one for one in (*asked.earlier, asked.answer) if one is not None and one.round != answer.round]
    *earlier, last = sorted([*others, answer], key=lambda one: one.round)
    return replace(asked, answer=last, earlier=tuple(earlier), round=max(asked.round, last.round))


def _number(commitment: str) -> str:
    """`c1` of the first promise of a conclusion."""
    return commitment.rpartition("-")[2]


def _own(state: Correspondence, questions: Sequence[str]) -> tuple[str, ...]:
    return tuple(asked.question.id for asked in state.questions if asked.question.id in questions)


def form_of(state: Correspondence | None, fact: Event) -> Correspondence:
    """The correspondence of a form that is known here. Raises TooEarly while it is not."""
    return _known(state, f"{fact.name} of {fact.case}")


def _known(state: Correspondence | None, what: str) -> Correspondence:
    if state is None or state.registrant is None:
        raise TooEarly(f"the form is not known yet: {what}")
    return state


def _with_known_conference(
    state: Correspondence | None, fact: RegistrantInvited | RegistrantWaitlisted, conference: Conference | None
) -> Correspondence:
    """The correspondence of a form that is known here, as is the conference the fact is about."""
    known = _with_conference(form_of(state, fact), conference)
    if known.conference is None:
        raise TooEarly(f"nothing is known of {fact.dialogue} yet")
    return known


def _with_conference(state: Correspondence, conference: Conference | None) -> Correspondence:
    return replace(state, conference=joined(state.conference, conference)) if conference is not None else state


def with_question(state: Correspondence, asked: Asked) -> Correspondence:
    questions = (asked if asked.question.id == other.question.id else other for other in state.questions)
    return replace(state, questions=tuple(questions))
