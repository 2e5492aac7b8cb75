"""A submission's way so far, in the words of everyday life, read from the events of its case.

The line is always the same: received, handed to a department, written, approved, given. What is done says so and
when; what is under way says until when and why then; what is ahead says what it will be.
"""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from services.intake.rules import Dialogue, Submission
from services.intake.spelling import fold
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
    answer: shown once it has been given, or could not be delivered; not before.
    authority: where a question that belongs elsewhere is to be sent; guidance: how.
    """

    question: Question
    steps: tuple[Step, ...]
    due_at: datetime | None = None
    why_then: str = ""
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


@dataclass(slots=True)
class _Known:
    """What the events say of one question."""

    department: str | None = None
    assigned_at: datetime | None = None
    drafted_at: datetime | None = None
    returned: bool = False
    due_at: datetime | None = None
    why_then: str = ""
    extended_because: str = ""
    approved_at: datetime | None = None
    answer: str | None = None
    heard_at: datetime | None = None
    redirected: routing.QuestionRedirected | None = None
    sent: notify.NotificationSent | None = None
    undelivered: bool = False


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
        case deadlines.DeadlineEvent() if event.rule == "department-answer":
            return (event.about,)
        case notify.NotifyEvent() if event.kind in ("answer", "guidance"):
            return event.questions
        case _:
            return ()


def _learn(known: _Known, event: Event) -> None:
    at = event.occurred_at
    match event:
        case routing.QuestionAssigned():
            if event.department != known.department:  # another department starts anew; a corrected field is no step
                known.department, known.assigned_at = event.department, at
                known.drafted_at, known.returned = None, False
        case routing.AnswerDrafted():
            known.drafted_at, known.returned = at, False
        case routing.AnswerReturned():
            known.drafted_at, known.returned = None, True
        case routing.AnswerApproved():
            known.approved_at, known.answer = at, event.text
        case routing.ExtensionGranted():
            known.extended_because = event.reason
        case routing.QuestionAnsweredAtDialogue():
            known.heard_at = at
        case routing.QuestionRedirected():
            known.redirected = event
        case deadlines.DeadlineSet():
            known.due_at, known.why_then = event.due_at, f"Căn cứ: {_sentence(event.basis)}"
        case deadlines.DeadlineMoved():
            extended = event.reason == known.extended_because
            known.due_at = event.due_at
            known.why_then = f"Đã gia hạn. Lý do: {_sentence(event.reason)}" if extended else _sentence(event.reason)
        case notify.NotificationQueued():
            known.undelivered = False
        case notify.NotificationFailed():
            known.undelivered = True
        case notify.NotificationSent():
            known.sent, known.undelivered = known.sent or event, False


def _tell(
    question: Question,
    known: _Known,
    submission: Submission,
    dialogue: Dialogue | None,
    department_name: Callable[[str], str],
) -> Story:
    steps = [Step("Đã tiếp nhận", "done", submission.received_at)]
    if known.department is not None:
        steps.append(Step(f"Đã chuyển đến {department_name(known.department)}", "done", known.assigned_at))
    if known.redirected is not None:
        return _told_where_it_goes(question, steps, known, known.redirected)
    if known.department is None:
        steps.append(Step("Chờ phân loại", "now", note="Văn phòng đang xem câu hỏi này do phòng nào trả lời."))
    drafted_at = known.drafted_at or known.approved_at
    given = known.heard_at is not None or known.sent is not None
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
    return Story(
        question=question,
        steps=tuple(steps),
        due_at=None if drafted_at or given else known.due_at,
        why_then=known.why_then,
        answer=known.answer if given or known.undelivered else None,
    )


def _told_where_it_goes(
    question: Question, steps: list[Step], known: _Known, redirected: routing.QuestionRedirected
) -> Story:
    """Plan II.1 and III.2: not for this dialogue, or not for this commune."""
    elsewhere = redirected.scope is not Scope.IN_SCOPE
    label = "Đã hướng dẫn gửi đơn đúng nơi" if elsewhere else "Đã hướng dẫn đến cơ quan có thẩm quyền"
    steps.append(Step(label, "done", redirected.occurred_at))
    if known.sent is not None:
        by_mail = known.sent.channel == "email"
        steps.append(
            Step("Đã gửi thư điện tử hướng dẫn" if by_mail else "Đã gửi thư hướng dẫn", "done", known.sent.occurred_at)
        )
    return Story(question, tuple(steps), authority=redirected.authority, guidance=redirected.guidance)


def _giving(known: _Known, submission: Submission, dialogue: Dialogue | None) -> list[Step]:
    """Plan II.3: in time and present, at the conference; everybody else in writing. Rarely both."""
    given = []
    if known.heard_at is not None:
        given.append(Step("Đã trả lời tại hội nghị", "done", known.heard_at))
    if known.sent is not None:
        by_mail = known.sent.channel == "email"
        where = "địa chỉ thư điện tử" if by_mail else "địa chỉ"
        given.append(
            Step(
                "Đã gửi thư điện tử trả lời" if by_mail else "Đã gửi thư trả lời",
                "done",
                known.sent.occurred_at,
                f"Câu trả lời được gửi đến {where} ghi trên phiếu.",
            )
        )
    if given:
        return given
    begun = known.approved_at is not None
    if known.undelivered:
        note = "Chưa gửi được câu trả lời đến ông/bà. Văn phòng sẽ liên hệ; câu trả lời có ở bên dưới."
        return [_step(("", "Chờ gửi câu trả lời", ""), None, begun=True, note=note)]
    if dialogue is not None and _will_hear(submission, dialogue):
        note = f"Hội nghị lúc {spoken_time(dialogue.held_at)}, tại {dialogue.place}."
        return [_step(("Trả lời tại hội nghị", "Chờ trả lời tại hội nghị", ""), None, begun=begun, note=note)]
    return [
        _step(
            ("Gửi câu trả lời cho ông/bà", "Chờ gửi câu trả lời", ""),
            None,
            begun=begun,
            note=_in_writing(submission, dialogue),
        )
    ]


def _will_hear(submission: Submission, dialogue: Dialogue) -> bool:
    ahead = dialogue.state in ("planned", "announced")
    return ahead and submission.on_time and submission.attendance in ("expected", "present")


def _in_writing(submission: Submission, dialogue: Dialogue | None) -> str:
    """Which way the answer comes. Who reported absent is written to after the conference."""
    registrant = submission.registrant
    if registrant.email:
        way = "Câu trả lời được gửi qua thư điện tử đến địa chỉ ghi trên phiếu"
    elif registrant.address:
        way = "Câu trả lời được gửi bằng thư đến địa chỉ ghi trên phiếu"
    else:
        way = "Văn phòng gọi điện trả lời ông/bà theo số ghi trên phiếu"
    if dialogue is not None and submission.on_time and dialogue.state in ("planned", "announced"):
        return f"{way}, sau hội nghị {spoken_day(dialogue.held_at)}."
    return f"{way}."


def _step(words: tuple[str, str, str], at: datetime | None, *, begun: bool, note: str = "") -> Step:
    """words: what it will be, what it is while under way, what it is once done."""
    ahead, under_way, over = words
    if at is not None:
        return Step(over, "done", at)
    return Step(under_way, "now", note=note) if begun else Step(ahead, "ahead", note=note)


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
