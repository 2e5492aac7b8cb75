"""What notify decides: who is written to, about which questions, which way, and when it is tried again.

Facts come from several speakers in any order. So a rule notes its fact, and what is owed is then worked out
from everything noted so far (`_settle`): the same facts lead to the same messages, however they arrived.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from services.notify.correspondence import (
    Answer,
    Asked,
    Conference,
    Correspondence,
    Decision,
    Guidance,
    Message,
    Term,
    add,
    can_be_posted,
    give_up,
    say,
    without,
)
from shared.contracts import Event, TooEarly
from shared.contracts.deadlines import DeadlineNear, EscalationRaised
from shared.contracts.intake import (
    AttendanceRecorded,
    DialogueAnnounced,
    DialogueHeld,
    RegistrantExcused,
    SubmissionReceived,
)
from shared.contracts.notify import MessageKind, NotificationFailed
from shared.contracts.routing import AnswerApproved, QuestionAnsweredAtDialogue, QuestionRedirected

UNREACHABLE = "Không có thư điện tử hay địa chỉ bưu chính; cán bộ Văn phòng cần gọi điện cho người đăng ký."
CONFIDENTIAL = "Nội dung tố cáo không gửi bằng thư in; người có thẩm quyền hướng dẫn trực tiếp và giữ bí mật danh tính."
ANSWERED_ALOUD = "Không gửi nữa: người đăng ký có mặt và được trả lời tại hội nghị đối thoại."
NOBODY_IN_CHARGE = "Hồ sơ của xã chưa có ai giữ vai trò này; cần bổ sung người nhận nhắc việc."

Occasion = Literal["excused", "absent", "late", "unscheduled", "afterwards", "redirected"]
"""Why somebody is written to instead of answered at the dialogue.

late: the form came after registration closed; unscheduled: when no dialogue was open;
afterwards: he was there, and the answer was ready only later.
"""


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
        received_at=received.received_at,
        on_time=received.on_time,
        questions=tuple(Asked(question) for question in received.questions),
        conference=conference,
    )
    if received.registrant.email is None:
        return known, []
    receipt = Message(
        id=f"{known.id}.receipt",
        kind="receipt",
        channel="email",
        to=(received.registrant.email,),
        questions=(),
        created_at=now,
        next_action_at=now,
    )
    return add(known, receipt, now)


def keep_dialogue(state: Correspondence | None, fact: DialogueAnnounced | DialogueHeld) -> Decision:
    """The dialogue's own record: what letters say of it, and whether it is over.

    That it is over is saved here before it is told to each form (`close_dialogue`): a form that comes in meanwhile
    reads it from here when its answer is approved.
    """
    state = state or Correspondence(id=fact.case, commune=fact.commune)
    known = state.conference
    if isinstance(fact, DialogueHeld):
        if known is not None and known.ended_at is not None:
            return state, []
        conference = Conference(fact.title, fact.held_at, known.place if known else None, fact.occurred_at)
    elif known is not None and known.ended_at is not None:
        conference = replace(known, place=fact.place)
    else:
        conference = Conference(fact.title, fact.held_at, fact.place)
    return replace(state, conference=conference), []


def close_dialogue(state: Correspondence | None, held: DialogueHeld, now: datetime) -> Decision:
    """The conference is over: those who stayed away are owed their approved answers in writing.

    For each form registered for the dialogue.
    """
    state = _form(state, held)
    if state.held:
        return state, []
    place = state.conference.place if state.conference else None
    return _settle(replace(state, conference=Conference(held.title, held.held_at, place, held.occurred_at)), now)


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
    state = _form(state, approved)
    if conference is not None and not state.held:
        state = replace(state, conference=conference)
    asked = state.asked(approved.question)
    if asked.answer is None or (
        asked.answer.approved_at < approved.occurred_at and not _attempted(state, approved.question)
    ):
        answer = Answer(approved.text, approved.department, approved.occurred_at)
        state = _with_question(state, replace(asked, answer=answer))
    return _settle(state, now)


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


def remind(state: Correspondence | None, near: DeadlineNear, to: Sequence[str], now: datetime) -> Decision:
    """The department's officers hear that the term ends soon; once for each end a term has had.

    Args:
        to: their e-mail addresses.
    """
    term = Term(near.rule, near.about, near.department, near.due_at)
    return _write_to_staff(state or Correspondence(id=near.case, commune=near.commune), "reminder", term, to, now)


def escalate(state: Correspondence | None, raised: EscalationRaised, to: Sequence[str], now: datetime) -> Decision:
    """A missed term is put before the next person of the ladder; once on each rung.

    Args:
        to: e-mail addresses of those who hold the role.
    """
    term = Term(raised.rule, raised.about, raised.department, raised.due_at, raised.to, raised.step)
    return _write_to_staff(state or Correspondence(id=raised.case, commune=raised.commune), "escalation", term, to, now)


def occasion(state: Correspondence, message: Message) -> Occasion:
    """Why this answer or guidance goes out in writing."""
    if message.kind == "guidance":
        return "redirected"
    if state.dialogue is None:
        return "unscheduled"
    if not state.on_time:
        return "late"
    if state.stayed_away:
        return "excused" if state.excused else "absent"
    return "afterwards"


def _settle(state: Correspondence, now: datetime) -> Decision:
    """Write what is owed and not written; withdraw what was written, not attempted, and is no longer owed."""
    state, events = _withdraw(state, now)
    answers = [a for a in state.questions if _owed_in_writing(state, a) and not _written(state, a, "answer")]
    if answers:
        state, said = _write(state, "answer", answers, now)
        events += said
    for asked in state.questions:
        if asked.guidance is not None and not _written(state, asked, "guidance"):
            state, said = _write(state, "guidance", [asked], now)
            events += said
    return state, events


def _owed_in_writing(state: Correspondence, asked: Asked) -> bool:
    """Plan II.3: who was in time and came is answered at the conference; all others in writing.

    So is a question that was taken at the conference, for its answer was approved only after it.
    """
    if asked.answer is None or asked.answered_at_dialogue:
        return False
    if not state.on_time or state.dialogue is None:
        return True
    if state.conference is None or state.conference.ended_at is None:
        return False
    return state.stayed_away or asked.answer.approved_at >= state.conference.ended_at


def _withdraw(state: Correspondence, now: datetime) -> tuple[Correspondence, list[Event]]:
    """Take out what is not owed after all, while nothing was attempted; what still is owed gets written anew."""
    events: list[Event] = []
    for message in state.messages:
        if message.kind != "answer" or any(_attempted(state, question) for question in message.questions):
            continue
        if all(_owed_in_writing(state, state.asked(question)) for question in message.questions):
            continue
        if message.state == "queued":
            events.append(say(NotificationFailed, state, message, now, reason=ANSWERED_ALOUD))
        state = without(state, message)
    return state, events


def _write(
    state: Correspondence, kind: Literal["answer", "guidance"], about: Sequence[Asked], now: datetime
) -> tuple[Correspondence, list[Event]]:
    """One message with everything that became due by the same fact: an e-mail, else a letter, else a clerk's call."""
    assert state.registrant is not None, "checked by _form"
    email = state.registrant.email
    message = Message(
        id=f"{state.id}.{kind}.{about[0].question.number}",
        kind=kind,
        channel="email" if email else "letter",
        to=(email,) if email else (),
        questions=tuple(asked.question.id for asked in about),
        created_at=now,
        next_action_at=now,
    )
    if email or can_be_posted(state, message):
        return add(state, message, now)
    return give_up(state, message, UNREACHABLE if state.registrant.address is None else CONFIDENTIAL, now)


def _write_to_staff(
    state: Correspondence, kind: Literal["reminder", "escalation"], term: Term, to: Sequence[str], now: datetime
) -> Decision:
    about = term.about.removeprefix(state.id).strip("-") or "dialogue"
    step = f".{term.step}" if kind == "escalation" else ""
    message = Message(
        id=f"{state.id}.{kind}.{about}.{term.rule}.{int(term.due_at.timestamp())}{step}",
        kind=kind,
        channel="email",
        to=tuple(dict.fromkeys(to)),
        questions=(),
        created_at=now,
        next_action_at=now,
        term=term,
    )
    if any(message.id == earlier.id for earlier in state.messages):
        return state, []
    return add(state, message, now) if to else give_up(state, message, NOBODY_IN_CHARGE, now)


def _form(state: Correspondence | None, fact: Event) -> Correspondence:
    """The correspondence of a form that is known here."""
    if state is None or state.registrant is None:
        raise TooEarly(f"{fact.name} came before the submission it is about: {fact.case}")
    return state


def _with_question(state: Correspondence, asked: Asked) -> Correspondence:
    questions = (asked if asked.question.id == other.question.id else other for other in state.questions)
    return replace(state, questions=tuple(questions))


def _written(state: Correspondence, asked: Asked, kind: MessageKind) -> bool:
    return any(message.kind == kind and asked.question.id in message.questions for message in state.messages)


def _attempted(state: Correspondence, question: str) -> bool:
    """Whether an answer to it was ever on its way: then neither its wording nor its way changes any more."""
    return any(
        message.kind == "answer" and message.attempts and question in message.questions for message in state.messages
    )
