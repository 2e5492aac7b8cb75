"""What is still owed to the asker: an answer heard, an answer in writing, or nothing any more.

Facts come from several speakers in any order. Each is noted on the question; `reckon` then tells from all that was
noted what follows, so the same facts lead to the same end however they arrived.
"""

from dataclasses import replace
from datetime import datetime
from typing import TypedDict

from services.routing.conference import Conference, Place
from services.routing.moves import ENDINGS, TO_BE_ANSWERED
from services.routing.question import Decision, Question, State, released
from shared.contracts import Event, TooEarly
from shared.contracts.intake import (
    AttendanceRecorded,
    DialogueHeld,
    RegistrantExcused,
    RegistrantInvited,
    RegistrantWaitlisted,
)
from shared.contracts.notify import NotificationSent
from shared.contracts.routing import (
    QuestionAnsweredAtDialogue,
    QuestionSettled,
    Settlement,
    SuperiorReported,
    WrittenAnswerOwed,
    WrittenBecause,
)

MAY_STILL_HAVE_HEARD: frozenset[WrittenBecause | None] = frozenset({None, "excused", "absent", "no-seat", "afterwards"})
"""Reasons that rest on who was seen at the conference, which may be set right later. The others are final."""


# --- facts ----------------------------------------------------------------------------------------------------------


def note_attendance(
    question: Question | None, attendance: AttendanceRecorded, conference: Conference | None, now: datetime
) -> Decision:
    """Who was seen was there, also where he had excused himself or was missed at first.

    Args:
        conference: read after the question, so that an end which was told before the question came is not missed.
    """
    question = known(question, attendance)
    if attendance.dialogue != question.dialogue:
        return question, []
    present = attendance.present or bool(question.present)
    return reckon(_as_over(replace(question, present=present), conference), now)


def note_excuse(
    question: Question | None, excused: RegistrantExcused, conference: Conference | None, now: datetime
) -> Decision:
    """He said that he must be absent; he may come all the same.

    Args:
        conference: as of `note_attendance`.
    """
    question = known(question, excused)
    if excused.dialogue != question.dialogue:
        return question, []
    return reckon(_as_over(replace(question, excused=True), conference), now)


def note_seat(question: Question | None, fact: RegistrantInvited | RegistrantWaitlisted, now: datetime) -> Decision:
    """Whoever waits for a seat and is given none does not stay away; whoever was given one had it."""
    question = known(question, fact)
    if fact.dialogue != question.dialogue:
        return question, []
    if isinstance(fact, RegistrantInvited):
        return reckon(replace(question, invited=True), now)
    return reckon(replace(question, waitlisted=True), now)


def note_over(question: Question | None, conference: Conference, now: datetime) -> Decision:
    """The dialogue was held, or could not be. To be told to each question registered for it."""
    if question is None:
        raise TooEarly(f"the end of {conference.id} came before a question registered for it")
    return reckon(_as_over(question, conference), now)


def note_sent(question: Question | None, sent: NotificationSent, now: datetime) -> Decision:
    """The answer has gone out, or the guidance where it was redirected: nothing is owed any more.

    Of what was referred up the report must be out, too. An answer that went out was owed in writing: what tells so may
    be on its way still, and the duty is said before what meets it. A letter of the round before settles no reopened
    question, whenever it is heard of.
    """
    ending = ENDINGS.get((NotificationSent, sent.kind))
    question = known(question, sent)
    if ending is None or question.id not in sent.questions or question.state is State.SETTLED:
        return question, []
    if sent.kind == "answer" and sent.round < question.round:
        return question, []
    if question.state not in ending.when:
        raise TooEarly(f"{sent.kind} for {question.id} was sent while it is {question.state}")
    if sent.kind == "answer" and question.owed_because is None:
        raise TooEarly(f"the answer to {question.id} was sent before it was owed in writing")
    if question.referral is not None:
        return reckon(replace(question, referral=replace(question.referral, told=True)), now)
    return settled(question, ending.how, now)


# --- what follows from all that is known ----------------------------------------------------------------------------


def reckon(question: Question, now: datetime) -> Decision:
    """Settle what is done with; say once, and why, that an answer is owed in writing. A second time it stays quiet."""
    if _reported_and_told(question):
        return settled(question, ENDINGS[SuperiorReported, None].how, now)
    if question.dialogue is not None and _heard(question):
        done, events = settled(question, ENDINGS[DialogueHeld, None].how, now)
        return done, [QuestionAnsweredAtDialogue(**about(question, now), dialogue=question.dialogue), *events]
    because = _why_in_writing(question)
    if because is None or question.owed_because is not None or question.state not in TO_BE_ANSWERED:
        return question, []
    return replace(question, owed_because=because), [
        WrittenAnswerOwed(**about(question, now), dialogue=question.dialogue, because=because)
    ]


def _reported_and_told(question: Question) -> bool:
    """Plan II.1: what is beyond the commune is reported to the direct superior, and the asker told."""
    referral = question.referral
    return (
        question.state in ENDINGS[SuperiorReported, None].when
        and referral is not None
        and referral.told
        and referral.document is not None
    )


def _heard(question: Question) -> bool:
    """Plan II.3: a form in time is answered at the conference; who was there heard what was approved before its end.

    Approval, attendance and the end may arrive in any order; the last one settles it. Who did not hear it is written
    to, and both is told from the same two instants, so that nobody is left without.
    """
    if question.state not in ENDINGS[DialogueHeld, None].when or not question.present:
        return False
    if question.owed_because not in MAY_STILL_HAVE_HEARD or _why_whatever_happens(question):
        return False
    approved_at, ended_at = question.approved_at, question.dialogue_ended_at
    return approved_at is not None and ended_at is not None and approved_at < ended_at


def _why_in_writing(question: Question) -> WrittenBecause | None:
    """Plan II.3: late, off the subject, excused, without a seat or absent: it is sent to the address on the form."""
    if because := _why_whatever_happens(question):
        return because
    if question.dialogue_ended_at is None:
        return None
    if question.present:
        return "afterwards"
    if question.excused:
        return "excused"
    if question.present is None:
        return None
    return "no-seat" if question.waitlisted and not question.invited else "absent"


def _why_whatever_happens(question: Question) -> WrittenBecause | None:
    """The reasons that have nothing to do with who came."""
    if question.dialogue is None:
        return "unscheduled"
    if not question.on_time:
        return "late"
    if question.outside_subject:
        return "outside-subject"
    if question.taken:
        return "taken"
    return "cancelled" if question.dialogue_cancelled else None


def in_its_place(question: Question, place: Place) -> Question:
    """The question where its field belongs in the dialogue."""
    return replace(question, session=place.session, outside_subject=place.outside_subject)


def settled(question: Question, how: Settlement, now: datetime) -> Decision:
    """Nothing is owed any more, and nobody is waited for."""
    done = replace(
        released(question),
        state=State.SETTLED,
        settled_how=how,
        settled_at=now,
        coordinating=question.coordinating,
    )
    return done, [QuestionSettled(**about(question, now), how=how)]


def _as_over(question: Question, conference: Conference | None) -> Question:
    """What is over stays over, whatever an older reading of the dialogue says."""
    if conference is None or conference.id != question.dialogue or not conference.over:
        return question
    return replace(question, dialogue_ended_at=conference.ended_at, dialogue_cancelled=conference.cancelled)


# --- what every event says ------------------------------------------------------------------------------------------


class About(TypedDict):
    commune: str
    case: str
    occurred_at: datetime
    question: str


def about(question: Question, now: datetime) -> About:
    """What every event of routing says."""
    return About(commune=question.commune, case=question.case, occurred_at=now, question=question.id)


def known(question: Question | None, fact: Event) -> Question:
    """Raises TooEarly while the question is not here."""
    if question is None:
        raise TooEarly(f"{fact.name} came before the question it is about: {fact.case}")
    return question
