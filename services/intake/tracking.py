"""A submission's way so far, in the words of everyday life, read from the events of its case.

The line is always the same: received, handed to a department, written, approved, given. What is done says so and
when; what is under way says until when and why then; what is ahead says what it will be.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from services.intake.dialogue import AHEAD, Dialogue, State
from services.intake.reading.spelling import fold
from services.intake.seating import waiting_places
from services.intake.submissions import Submission
from services.intake.words import sentence
from shared.contracts import Envelope, Event, UnknownEvent, deadlines, notify, routing
from shared.contracts.people import Question
from shared.contracts.taxonomy import Scope
from shared.text import one_line
from shared.web import spoken_day, spoken_time

Progress = Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line. `at`: when it was done. `note`: a sentence to it, empty where there is none."""

    label: str
    progress: Progress
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One question's way.

    due_at: the term of the step under way, None where none runs; `why_then` says what it rests on, or why it moved.
    deadline: id of that term, to ask how it is counted.
    answer: shown once it has been given, or could not be delivered; not before.
    authority: where a question that belongs elsewhere is to be sent; guidance: how.
    """

    question: Question
    steps: tuple[Step, ...]
    due_at: datetime | None = None
    why_then: str = ""
    deadline: str | None = None
    answer: str | None = None
    authority: str | None = None
    guidance: str | None = None

    @property
    def now(self) -> Step:
        """The step under way, or the last one when all are done."""
        return next((step for step in self.steps if step.progress == "now"), self.steps[-1])


def may_see(submission: Submission, contact: str) -> bool:
    """Whoever knows the last four digits of the phone number (or all of it) or the e-mail.

    The full name where the form has neither; not everybody can type its diacritics.
    """
    contact = one_line(contact).casefold()
    registrant = submission.registrant
    digits = "".join(character for character in contact if character not in " .-()+")
    if registrant.phone and digits in (registrant.phone[-4:], registrant.phone.lstrip("+")):
        return True
    if registrant.email and contact == registrant.email.casefold():
        return True
    return not registrant.phone and not registrant.email and fold(contact) == fold(one_line(registrant.name))


# --- what the events say --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Term:
    """One term of a question: until when, and why then. Paused: it stands still."""

    id: str
    due_at: datetime | None
    why_then: str


@dataclass(slots=True)
class _Known:
    """What the events say of one question. hands: the departments it was handed on to, after the first."""

    department: str | None = None
    assigned_at: datetime | None = None
    hands: list[routing.QuestionTransferred] = field(default_factory=list)
    drafted_at: datetime | None = None
    returned: bool = False
    terms: dict[deadlines.RuleId, _Term] = field(default_factory=dict)
    extended: routing.ExtensionGranted | None = None
    approved_at: datetime | None = None
    answer: str | None = None
    heard: routing.QuestionAnsweredAtDialogue | None = None
    taken: routing.QuestionTakenForWrittenAnswer | None = None
    redirected: routing.QuestionRedirected | None = None
    referred: routing.QuestionReferredUp | None = None
    reported: routing.SuperiorReported | None = None
    sent: notify.NotificationSent | None = None
    undelivered: bool = False


_TERMS = ("department-answer", "written-answer", "superior-report")
_MESSAGES = ("answer", "guidance", "referral")


def stories(
    submission: Submission,
    dialogue: Dialogue | None,
    envelopes: Iterable[Envelope],
    department_name: Callable[[str], str],
) -> list[Story]:
    """Each question's story, in the order of the form.

    dialogue: the one the form is registered for.
    envelopes: the events of the case, in the stream's order; those that no contract fits are passed over.
    """
    known = {question.id: _Known() for question in submission.questions}
    for envelope in envelopes:
        with suppress(UnknownEvent, ValidationError):
            event = envelope.open()
            for question in _concerned(event):
                if question in known:
                    _learn(known[question], event)
    return [
        _tell(question, known[question.id], submission, dialogue, department_name) for question in submission.questions
    ]


def _concerned(event: Event) -> tuple[str, ...]:
    match event:
        case routing.RoutingEvent():
            return (event.question,)
        case deadlines.DeadlineEvent() if event.rule in _TERMS:
            return (event.about,)
        case notify.NotifyEvent() if event.kind in _MESSAGES:
            return event.questions
        case _:
            return ()


def _learn(known: _Known, event: Event) -> None:
    match event:
        case routing.RoutingEvent():
            _learn_of_question(known, event)
        case deadlines.DeadlineEvent():
            _learn_of_term(known, event)
        case notify.NotificationQueued():
            known.undelivered = False
        case notify.NotificationFailed():
            known.undelivered = True
        case notify.NotificationSent():
            known.sent, known.undelivered = known.sent or event, False


def _learn_of_question(known: _Known, event: routing.RoutingEvent) -> None:
    at = event.occurred_at
    match event:
        case routing.QuestionAssigned():
            if event.department != known.department:  # another department starts anew; a corrected field is no step
                known.department, known.assigned_at, known.hands = event.department, at, []
                known.drafted_at, known.returned = None, False
        case routing.QuestionTransferred():
            if event not in known.hands:
                known.hands.append(event)
                known.department = event.department
                known.drafted_at, known.returned = None, False
        case routing.AnswerDrafted():
            known.drafted_at, known.returned = at, False
        case routing.AnswerReturned():
            known.drafted_at, known.returned = None, True
        case routing.AnswerApproved():
            known.approved_at, known.answer = at, event.text
        case routing.ExtensionGranted():
            known.extended = event
        case routing.QuestionAnsweredAtDialogue():
            known.heard = event
        case routing.QuestionTakenForWrittenAnswer():
            known.taken = event
        case routing.QuestionRedirected():
            known.redirected = event
        case routing.QuestionReferredUp():
            known.referred = event
        case routing.SuperiorReported():
            known.reported = event


def _learn_of_term(known: _Known, event: deadlines.DeadlineEvent) -> None:
    match event:
        case deadlines.DeadlineSet():
            known.terms[event.rule] = _Term(event.deadline, event.due_at, f"Căn cứ: {sentence(event.basis)}")
        case deadlines.DeadlineMoved():
            known.terms[event.rule] = _Term(event.deadline, event.due_at, _why_moved(known, event))
        case deadlines.DeadlinePaused():
            why = f"Thời hạn tạm dừng. {sentence(event.reason)}"
            known.terms[event.rule] = _Term(event.deadline, None, why)
        case deadlines.DeadlineCancelled() | deadlines.DeadlineMet() if event.rule != "department-answer":
            known.terms.pop(event.rule, None)


def _why_moved(known: _Known, moved: deadlines.DeadlineMoved) -> str:
    granted = known.extended
    if moved.cause != "extension" and (granted is None or moved.reason != granted.reason):
        return sentence(moved.reason)
    told = [f"Đã gia hạn. Lý do: {sentence(moved.reason)}"]
    if granted is not None and granted.requirement:
        told.append(f"Việc cần làm: {sentence(granted.requirement)}")
    if granted is not None and granted.responsible:
        told.append(f"Người chịu trách nhiệm: {sentence(granted.responsible)}")
    return " ".join(told)


# --- telling it -----------------------------------------------------------------------------------------------------


def _tell(
    question: Question,
    known: _Known,
    submission: Submission,
    dialogue: Dialogue | None,
    department_name: Callable[[str], str],
) -> Story:
    steps = [Step("Đã tiếp nhận", "done", submission.received_at), *_hands(known, department_name)]
    if known.redirected is not None:
        return _told_where_it_goes(question, submission, steps, known, known.redirected)
    if known.referred is not None:
        return _told_of_superior(question, submission, steps, known, known.referred)
    if known.heard is not None and known.heard.answered_by is not None:
        return _answered_on_the_spot(question, steps, known, known.heard)
    if known.department is None:
        steps.append(Step("Chờ phân loại", "now", note="Văn phòng đang xem câu hỏi này do phòng nào trả lời."))
    if known.taken is not None:
        steps.append(
            Step("Hội nghị đã ghi nhận để trả lời bằng văn bản", "done", known.taken.occurred_at, known.taken.note)
        )
    drafted_at = known.drafted_at or known.approved_at
    given = known.heard is not None or known.sent is not None
    steps.append(
        _step(
            ("Soạn câu trả lời", "Đang soạn trả lời", "Đã soạn trả lời"),
            drafted_at,
            begun=known.department is not None,
            note="Lãnh đạo đã xem và đề nghị phòng hoàn thiện câu trả lời." if known.returned else "",
        )
    )
    steps.append(
        _step(
            ("Lãnh đạo duyệt", "Chờ lãnh đạo duyệt", "Lãnh đạo đã duyệt"),
            known.approved_at,
            begun=drafted_at is not None,
        )
    )
    steps += _giving(known, submission, dialogue)
    term = None
    if not given:
        term = (None if drafted_at else known.terms.get("department-answer")) or known.terms.get("written-answer")
    return _story(question, steps, term, answer=known.answer if given or known.undelivered else None)


def _story(
    question: Question, steps: list[Step], term: _Term | None, answer: str | None = None, **more: str | None
) -> Story:
    return Story(
        question=question,
        steps=tuple(steps),
        due_at=term.due_at if term else None,
        why_then=term.why_then if term else "",
        deadline=term.id if term else None,
        answer=answer,
        **more,
    )


def _hands(known: _Known, department_name: Callable[[str], str]) -> list[Step]:
    """Who has it, and through whose hands it went."""
    if known.department is None:
        return []
    first = known.hands[0].from_department if known.hands else known.department
    steps = [Step(f"Đã chuyển đến {department_name(first)}", "done", known.assigned_at)]
    for hand in known.hands:
        label = f"Đã chuyển tiếp đến {department_name(hand.department)}"
        steps.append(Step(label, "done", hand.occurred_at, f"Lý do: {sentence(hand.reason)}"))
    return steps


def _told_where_it_goes(
    question: Question, submission: Submission, steps: list[Step], known: _Known, redirected: routing.QuestionRedirected
) -> Story:
    """Plan II.1 and III.2: not for this dialogue, or not for this commune."""
    elsewhere = redirected.scope is not Scope.IN_SCOPE
    label = "Đã hướng dẫn gửi đơn đúng nơi" if elsewhere else "Đã hướng dẫn đến cơ quan có thẩm quyền"
    steps.append(Step(label, "done", redirected.occurred_at))
    if known.sent is not None:
        steps.append(_told(known.sent, submission, "hướng dẫn", "Đã hướng dẫn trực tiếp ông/bà"))
    return _story(question, steps, None, authority=redirected.authority, guidance=redirected.guidance)


def _told_of_superior(
    question: Question, submission: Submission, steps: list[Step], known: _Known, referred: routing.QuestionReferredUp
) -> Story:
    """Plan II.3: beyond the commune's authority, so it is recorded and reported to the superior."""
    note = f"Câu hỏi do {referred.authority} giải quyết. Lý do: {sentence(referred.reason)}"
    steps.append(Step("Đã ghi nhận, vượt thẩm quyền của địa phương", "done", referred.occurred_at, note))
    if known.sent is not None:
        steps.append(_told(known.sent, submission, "thông báo", "Đã thông báo trực tiếp cho ông/bà"))
    if (reported := known.reported) is None:
        steps.append(Step("Đang báo cáo cấp trên", "now"))
    else:
        sent = f"Gửi {reported.authority}, văn bản số {reported.document}."
        steps.append(Step("Đã báo cáo cấp trên", "done", reported.occurred_at, sent))
    return _story(question, steps, None if reported else known.terms.get("superior-report"))


def _answered_on_the_spot(
    question: Question, steps: list[Step], known: _Known, heard: routing.QuestionAnsweredAtDialogue
) -> Story:
    """Plan of Chánh Lộ, II.4.2: by the chairman, a deputy or a head of department, at the conference itself."""
    note = f"Người trả lời: {sentence(heard.answered_by or '')}"
    steps.append(Step("Đã trả lời tại hội nghị", "done", heard.occurred_at, note))
    return _story(question, steps, None, answer=heard.answer or known.answer)


def _giving(known: _Known, submission: Submission, dialogue: Dialogue | None) -> list[Step]:
    """Plan II.3: in time and present, at the conference; everybody else in writing. Rarely both."""
    given = []
    if known.heard is not None:
        given.append(Step("Đã trả lời tại hội nghị", "done", known.heard.occurred_at))
    if known.sent is not None:
        given.append(_told(known.sent, submission, "trả lời", "Đã trả lời trực tiếp ông/bà"))
    if given:
        return given
    begun = known.approved_at is not None
    if known.undelivered:
        note = "Chưa gửi được câu trả lời đến ông/bà. Văn phòng sẽ liên hệ; câu trả lời có ở bên dưới."
        return [_step(("", "Chờ gửi câu trả lời", ""), None, begun=True, note=note)]
    if dialogue is not None and known.taken is None and _will_hear(submission, dialogue):
        note = _at_the_conference(submission, dialogue)
        return [_step(("Trả lời tại hội nghị", "Chờ trả lời tại hội nghị", ""), None, begun=begun, note=note)]
    return [
        _step(
            ("Gửi câu trả lời cho ông/bà", "Chờ gửi câu trả lời", ""),
            None,
            begun=begun,
            note=_in_writing(submission, dialogue),
        )
    ]


def _told(sent: notify.NotificationSent, submission: Submission, what: str, in_person: str) -> Step:
    """A message as it reached the asker: by mail, by letter, or told by a clerk."""
    if sent.channel == "in-person":
        return Step(in_person, "done", sent.occurred_at, f"Văn phòng ghi nhận: {sentence(sent.reference)}")
    by_mail = sent.channel == "email"
    where = "địa chỉ thư điện tử" if by_mail else "địa chỉ"
    note = f"Câu trả lời được gửi đến {where} {_as_given(submission)}." if sent.kind == "answer" else ""
    return Step(f"Đã gửi thư {'điện tử ' if by_mail else ''}{what}", "done", sent.occurred_at, note)


def _as_given(submission: Submission) -> str:
    """Who took the floor, or was put on a list, has filled in no form."""
    return "ông/bà đã cho biết" if submission.channel in ("floor", "list") else "ghi trên phiếu"


def _will_hear(submission: Submission, dialogue: Dialogue) -> bool:
    return dialogue.state in AHEAD and submission.on_time and submission.attendance in ("expected", "present")


def _at_the_conference(submission: Submission, dialogue: Dialogue) -> str:
    """When and where; what has changed; whether there is a seat."""
    if dialogue.previously_at is not None and dialogue.previously_at != dialogue.held_at:
        told = [
            f"Hội nghị được dời sang {spoken_time(dialogue.held_at)}, tại {dialogue.place} "
            f"(trước đó là {spoken_time(dialogue.previously_at)})."
        ]
        if dialogue.reason:
            told.append(f"Lý do: {sentence(dialogue.reason)}")
    else:
        told = [f"Hội nghị lúc {spoken_time(dialogue.held_at)}, tại {dialogue.place}."]
    place = waiting_places(dialogue.guests).get(submission.id)
    if submission.seat is not None:
        told.append(f"Ông/bà được mời dự, ghế số {submission.seat}.")
    elif place is not None:
        told.append(
            f"Hiện chưa có chỗ; ông/bà là người thứ {place} trong danh sách chờ. "
            "Nếu không có chỗ, câu trả lời được gửi cho ông/bà bằng văn bản."
        )
    return " ".join(told)


def _in_writing(submission: Submission, dialogue: Dialogue | None) -> str:
    """Which way the answer comes. Who reported absent is written to after the conference."""
    registrant, as_given = submission.registrant, _as_given(submission)
    if registrant.email:
        way = f"Câu trả lời được gửi qua thư điện tử đến địa chỉ {as_given}"
    elif registrant.address:
        way = f"Câu trả lời được gửi bằng thư đến địa chỉ {as_given}"
    else:
        way = f"Văn phòng gọi điện trả lời ông/bà theo số {as_given}"
    if dialogue is not None and dialogue.state is State.CANCELLED:
        return f"Hội nghị không tổ chức được. Lý do: {sentence(dialogue.reason or 'bất khả kháng')} {way}."
    if dialogue is not None and submission.on_time and dialogue.state in AHEAD:
        return f"{way}, sau hội nghị {spoken_day(dialogue.held_at)}."
    if submission.attendance == "absent" and submission.waits is not None:
        return f"Hội nghị không còn chỗ cho ông/bà. {way}."
    return f"{way}."


def _step(words: tuple[str, str, str], at: datetime | None, *, begun: bool, note: str = "") -> Step:
    """words: what it will be, what it is while under way, what it is once done."""
    ahead, under_way, over = words
    if at is not None:
        return Step(over, "done", at)
    return Step(under_way, "now", note=note) if begun else Step(ahead, "ahead", note=note)
