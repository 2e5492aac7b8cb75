"""A submission's way so far, in plain words, read from the events of its case."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shared.contracts import Envelope, Event, deadlines, notify, routing
from shared.contracts.people import Question

Progress = Literal["done", "now", "ahead"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line: when it was done, or that it is under way, or still ahead."""

    label: str
    progress: Progress
    at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One question's way. `answer` is shown once it has been given, not before."""

    question: Question
    steps: tuple[Step, ...]
    due_at: datetime | None = None
    basis: str = ""
    answer: str | None = None
    guidance: str | None = None

    @property
    def now(self) -> Step:
        """The step under way, or the last one when all are done."""
        return next((step for step in self.steps if step.progress == "now"), self.steps[-1])


@dataclass(slots=True)
class _Known:
    received_at: datetime
    department: str | None = None
    assigned_at: datetime | None = None
    waiting: bool = False
    drafted_at: datetime | None = None
    approved_at: datetime | None = None
    answer: str | None = None
    given_at: datetime | None = None
    at_dialogue: bool = False
    redirected_at: datetime | None = None
    guidance: str | None = None
    due_at: datetime | None = None
    basis: str = ""
    sent: list[tuple[str, datetime]] = field(default_factory=list)


def stories(
    questions: Sequence[Question],
    received_at: datetime,
    envelopes: Sequence[Envelope],
    department_name: Callable[[str], str],
) -> list[Story]:
    """Each question's story, in the order of the form."""
    known = {question.id: _Known(received_at) for question in questions}
    for envelope in envelopes:
        event = envelope.open()
        for question in _concerned(event):
            if question in known:
                _learn(known[question], event)
    return [_tell(question, known[question.id], department_name) for question in questions]


def _concerned(event: Event) -> tuple[str, ...]:
    if isinstance(event, routing.RoutingEvent):
        return (event.question,)
    if isinstance(event, deadlines.DeadlineEvent):
        return (event.about,)
    if isinstance(event, notify.NotifyEvent):
        return event.questions
    return ()


def _learn(known: _Known, event: Event) -> None:
    at = event.occurred_at
    match event:
        case routing.QuestionAwaitsTriage():
            known.waiting = True
        case routing.QuestionAssigned():
            known.waiting, known.department, known.assigned_at = False, event.department, at
        case routing.AnswerDrafted():
            known.drafted_at = at
        case routing.AnswerReturned():
            known.drafted_at = None
        case routing.AnswerApproved():
            known.approved_at, known.answer = at, event.text
        case routing.QuestionAnsweredAtDialogue():
            known.given_at, known.at_dialogue = at, True
        case routing.QuestionRedirected():
            known.waiting, known.redirected_at, known.guidance = False, at, event.guidance
        case deadlines.DeadlineSet() | deadlines.DeadlineMoved() if event.rule == "department-answer":
            known.due_at = event.due_at
            known.basis = event.basis if isinstance(event, deadlines.DeadlineSet) else event.reason
        case notify.NotificationSent() if event.kind in ("answer", "guidance"):
            known.sent.append(("Đã gửi thư điện tử" if event.channel == "email" else "Đã gửi thư", at))
            known.given_at = known.given_at or at


def _tell(question: Question, known: _Known, department_name: Callable[[str], str]) -> Story:
    steps = [Step("Đã tiếp nhận", "done", known.received_at)]
    if known.redirected_at:
        steps.append(Step("Đã hướng dẫn đến cơ quan có thẩm quyền", "done", known.redirected_at))
    elif known.department is None:
        note = "Văn phòng đang xem câu hỏi thuộc lĩnh vực nào." if known.waiting else ""
        steps += [Step("Chờ phân loại", "now", note=note), Step("Đang soạn trả lời", "ahead")]
    else:
        name = department_name(known.department)
        steps.append(Step(f"Đã chuyển đến {name}", "done", known.assigned_at))
        drafted_at = known.drafted_at or known.approved_at
        steps.append(_step("Đang soạn trả lời", "Đã soạn trả lời", drafted_at, reached=True))
        steps.append(_step("Chờ lãnh đạo duyệt", "Lãnh đạo đã duyệt", known.approved_at, reached=bool(drafted_at)))
        answered = "Đã trả lời tại hội nghị" if known.at_dialogue else "Đã trả lời"
        steps.append(_step("Trả lời ông/bà", answered, known.given_at, reached=bool(known.approved_at)))
    steps += [Step(label, "done", at) for label, at in known.sent]
    given = known.given_at is not None
    return Story(
        question=question,
        steps=tuple(steps),
        due_at=None if given or known.redirected_at or known.approved_at else known.due_at,
        basis=known.basis,
        answer=known.answer if given else None,
        guidance=known.guidance,
    )


def _step(under_way: str, over: str, at: datetime | None, *, reached: bool) -> Step:
    if at:
        return Step(over, "done", at)
    return Step(under_way, "now" if reached else "ahead")
