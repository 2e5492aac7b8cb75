"""What routing decides of where a question goes: to which department, to which other authority, to which topic.

What becomes of its answer stands in answers.py, what is owed to the asker in owed.py.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from services.routing.classifying.classification import Classification
from services.routing.conference import Conference, place_of
from services.routing.coordination import coordinated
from services.routing.moves import after, permit, permit_department
from services.routing.owed import about, in_its_place, reckon
from services.routing.question import Decision, Question, Referral, State, released
from shared.contracts import Actor, Event, Refusal
from shared.contracts.intake import SubmissionReceived
from shared.contracts.people import Question as Asked
from shared.contracts.routing import (
    AcceptTransfer,
    AssignQuestion,
    GroupQuestion,
    HandBack,
    PrioritiseQuestion,
    QuestionAssigned,
    QuestionAwaitsTriage,
    QuestionGrouped,
    QuestionHandedBack,
    QuestionPrioritised,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionTransferred,
    RedirectQuestion,
    ReferQuestionUp,
    ReportToSuperior,
    SuperiorReported,
    TransferAccepted,
    TransferQuestion,
)
from shared.contracts.taxonomy import Scope

# --- a question comes in --------------------------------------------------------------------------------------------


def open_question(
    question: Question | None,
    received: SubmissionReceived,
    asked: Asked,
    classification: Classification,
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """A question of a form goes to the department the rules are sure of, or waits for a person.

    Plan III.1: the office collates, classifies and hands each question on. Who asks from the floor is there.

    Args:
        conference: the dialogue the form is registered for; None where it is for none.
    """
    if question is not None:
        return question, []
    opened = Question(
        id=asked.id,
        commune=received.commune,
        case=received.case,
        code=received.code,
        number=asked.number,
        section=asked.section,
        text=asked.text,
        received_at=received.received_at,
        on_time=received.on_time,
        dialogue=received.dialogue,
        scope=classification.scope,
        because=classification.because,
        confidence=classification.confidence,
        proposals=classification.proposals,
        matters=classification.matters,
        present=True if received.channel == "floor" else None,
        dialogue_ended_at=conference.ended_at if conference else None,
        dialogue_cancelled=conference.cancelled if conference else False,
    )
    if classification.triage:
        waits = QuestionAwaitsTriage(
            **about(opened, now),
            dialogue=opened.dialogue,
            scope=classification.scope,
            because=classification.because,
            proposals=classification.proposals,
            matters=classification.matters,
        )
        return _with_what_follows(opened, [waits], now)
    opened = replace(opened, state=State.ASSIGNED, field=classification.field, department=classification.department)
    opened = in_its_place(opened, place_of(classification.field, conference))
    return _with_what_follows(opened, [assigned_by(opened, None, now)], now)


# --- who answers it -------------------------------------------------------------------------------------------------


_WORKED_ON = frozenset({State.DRAFTED, State.RETURNED})
"""A draft is judged, or mended."""


def assign_question(
    question: Question,
    command: AssignQuestion,
    departments: Collection[str],
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """The office decides, or corrects, which department answers; it has judged the question fit for the dialogue.

    A new department starts anew. Where only the field is corrected, the department keeps what it has done, and who
    coordinates with it.

    Args:
        departments: ids of this commune's departments.
        conference: the question's dialogue, as far as it is known.
    """
    permit(question, command)
    permit_department(command.department, departments)
    elsewhere = command.department != question.department
    if not elsewhere and command.field == question.field:
        raise Refusal("invalid", "Câu hỏi đang do phòng này giải quyết, đúng lĩnh vực này; không có gì thay đổi.")
    assigned = replace(released(question), state=after(command)) if elsewhere else question
    assigned = replace(
        assigned,
        scope=Scope.IN_SCOPE,
        field=command.field,
        department=command.department,
        because=(command.reason,),
        confidence=1.0,
        decided_at=now,
    )
    assigned = in_its_place(assigned, place_of(command.field, conference))
    told = assigned_by(
        assigned,
        command.actor.name,
        now,
        sets_aside=elsewhere and question.state in _WORKED_ON,
        ends_triage=question.state is State.AWAITS_TRIAGE,
    )
    assigned, asked = coordinated(assigned, command.coordinating, departments, command.matter, command.actor, now)
    return _with_what_follows(assigned, [told, *asked], now)


def hand_back(question: Question, command: HandBack, now: datetime) -> Decision:
    """The department says that the question is not its own: the office decides anew, and knows why.

    What was held likely led there, so it is no proposal any more; and what a person had decided teaches nothing.
    """
    permit(question, command)
    handed_back = replace(
        released(question),
        state=after(command),
        field=None,
        department=None,
        session=None,
        outside_subject=False,
        because=(command.reason,),
        confidence=0.0,
        proposals=(),
        decided_at=None,
    )
    return handed_back, [
        QuestionHandedBack(
            **about(question, now),
            department=question.in_charge,
            reason=command.reason,
            handed_back_by=command.actor.name,
        )
    ]


def transfer_question(
    question: Question,
    command: TransferQuestion,
    departments: Collection[str],
    conference: Conference | None,
    now: datetime,
) -> Decision:
    """Another department takes over from one that has had it; what that does to the term is said, not guessed.

    Who coordinated goes on doing so, but for the one that has the lead now.

    Args:
        departments, conference: as of `assign_question`.
    """
    permit(question, command)
    permit_department(command.department, departments)
    if command.department == question.department:
        raise Refusal(
            "invalid", "Câu hỏi đang ở chính phòng này. Nếu chỉ sai lĩnh vực, xin báo Văn phòng phân công lại."
        )
    transferred = replace(
        released(question),
        state=after(command),
        field=command.field,
        department=command.department,
        because=(command.reason,),
        confidence=1.0,
        decided_at=now,
        coordinating=tuple(other for other in question.coordinating if other != command.department),
        awaits_acceptance=command.clock == "pauses",
    )
    transferred = in_its_place(transferred, place_of(command.field, conference))
    told = QuestionTransferred(
        **about(question, now),
        from_department=question.in_charge,
        department=command.department,
        field=command.field,
        reason=command.reason,
        clock=command.clock,
        transferred_by=command.actor.name,
        session=transferred.session,
        outside_subject=transferred.outside_subject,
    )
    return _with_what_follows(transferred, [told], now)


def accept_transfer(question: Question, command: AcceptTransfer, now: datetime) -> Decision:
    """The department says that it has taken the question up; the term that stood still for that runs again."""
    permit(question, command)
    if not question.awaits_acceptance:
        raise Refusal(
            "not-now", "Câu hỏi không chờ tiếp nhận, thời hạn không tạm dừng; xin soạn và trình dự thảo trả lời."
        )
    return take_up(question, command.actor, now)


def take_up(question: Question, by: Actor, now: datetime) -> Decision:
    """Whoever works on a question that was handed over has taken it up, whether or not he said so."""
    if not question.awaits_acceptance:
        return question, []
    return replace(question, awaits_acceptance=False), [
        TransferAccepted(**about(question, now), department=question.in_charge, accepted_by=by.name)
    ]


# --- where else it goes ---------------------------------------------------------------------------------------------


def redirect_question(question: Question, command: RedirectQuestion, now: datetime) -> Decision:
    """Plan II.1 and III.2: what is not for this dialogue or this commune is sent where it belongs, in writing."""
    permit(question, command)
    return replace(_away(question, command), scope=command.scope), [
        QuestionRedirected(
            **about(question, now),
            scope=command.scope,
            authority=command.authority,
            guidance=command.guidance,
            decided_by=command.actor.name,
        )
    ]


def refer_question_up(question: Question, command: ReferQuestionUp, now: datetime) -> Decision:
    """What is beyond the commune's authority is recorded and reported to the direct superior; the asker is told.

    Plans of Tịnh Thiện, Nguyễn Nghiêm, Thanh Trì and Chánh Lộ, `superior-report`.
    """
    permit(question, command)
    return replace(_away(question, command), referral=Referral(command.authority)), [
        QuestionReferredUp(
            **about(question, now),
            dialogue=question.dialogue,
            authority=command.authority,
            reason=command.reason,
            referred_by=command.actor.name,
            scope=question.scope,
        )
    ]


def report_to_superior(question: Question, command: ReportToSuperior, now: datetime) -> Decision:
    """The report has gone out, once. With it and the notice to the asker the commune has done what it can."""
    permit(question, command)
    referral = question.referral
    assert referral is not None, "set with the state"
    if referral.document is not None:
        raise Refusal(
            "not-now",
            f"Đã báo cáo cấp trên bằng văn bản {referral.document}. Câu hỏi xong khi thông báo đến được người hỏi.",
        )
    reported = replace(question, referral=replace(referral, document=command.document))
    told = SuperiorReported(
        **about(question, now),
        authority=referral.authority,
        document=command.document,
        reported_by=command.actor.name,
    )
    return _with_what_follows(reported, [told], now)


# --- how it is prepared for the conference --------------------------------------------------------------------------


def group_question(question: Question, command: GroupQuestion, now: datetime) -> Decision:
    """Plan of Chánh Lộ: like questions are put under one topic. Each asker keeps an answer of his own."""
    permit(question, command)
    if command.topic == question.topic:
        raise Refusal("invalid", "Câu hỏi đã ở trong nhóm này; không có gì thay đổi.")
    return replace(question, topic=command.topic), [
        QuestionGrouped(**about(question, now), topic=command.topic, grouped_by=command.actor.name)
    ]


def prioritise_question(question: Question, command: PrioritiseQuestion, now: datetime) -> Decision:
    """Plan of Chánh Lộ: before the dialogue the pressing questions are picked out, and come first."""
    permit(question, command)
    if command.pressing == question.pressing:
        marked = "đã được đánh dấu" if question.pressing else "chưa được đánh dấu"
        raise Refusal("invalid", f"Câu hỏi {marked} là bức xúc; không có gì thay đổi.")
    return replace(question, pressing=command.pressing), [
        QuestionPrioritised(
            **about(question, now),
            pressing=command.pressing,
            reason=command.reason,
            prioritised_by=command.actor.name,
        )
    ]


def _away(question: Question, command: RedirectQuestion | ReferQuestionUp) -> Question:
    """The department has nothing more to do with it."""
    return replace(released(question), state=after(command))


def _with_what_follows(question: Question, said: list[Event], now: datetime) -> Decision:
    question, events = reckon(question, now)
    return question, [*said, *events]


def assigned_by(
    question: Question, by: str | None, now: datetime, *, sets_aside: bool = False, ends_triage: bool = False
) -> QuestionAssigned:
    """What is said of a question that has got its department. by: None where the rules decided.

    sets_aside: a draft of another department is neither judged nor mended any more.
    ends_triage: it waited for a person until now.
    """
    assert question.field is not None, "set with the department"
    return QuestionAssigned(
        **about(question, now),
        dialogue=question.dialogue,
        field=question.field,
        department=question.in_charge,
        because=question.because,
        confidence=question.confidence,
        assigned_by=by,
        session=question.session,
        outside_subject=question.outside_subject,
        sets_aside=sets_aside,
        ends_triage=ends_triage,
    )
