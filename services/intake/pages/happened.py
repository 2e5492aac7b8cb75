"""What has happened to each question of a form, as the events of its case say. `tracking.py` puts it into words."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from pydantic import ValidationError

from services.intake.words import sentence
from shared.contracts import Envelope, Event, Role, UnknownEvent, deadlines, intake, notify, post, routing

_TERMS = ("triage", "department-answer", "approval", "written-answer", "superior-report")
_MESSAGES = ("answer", "guidance", "referral")


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a question: until when, and why then. due_at: None while it stands still."""

    id: str
    due_at: datetime | None
    why_then: str


@dataclass(frozen=True, slots=True)
class Hand:
    """The question was given to a department, or back to the office (`to` is None). reason: where one was told."""

    at: datetime
    to: str | None
    reason: str | None = None


@dataclass(slots=True)
class Happened:
    """One question, in the round that it is in; a question that was reopened has `earlier` rounds.

    hands: through which it went, in order. taken_up: the last of them has accepted it.
    coordinating: departments that are asked for what they know, as was said at `asked_at`.
    awaits: the roles of which one decides on the draft.
    splits: what was made of it, each time. part_of: the question that it was a part of.
    queued, sent, failed: how its answer, guidance or notice travels; what came last is set, and what it undid is not.
    posted, delivered, returned_letter: what the post did with the letter that was sent.
    """

    round: int = 1
    reopened: routing.QuestionReopened | None = None
    earlier: "tuple[Happened, ...]" = ()
    department: str | None = None
    hands: list[Hand] = field(default_factory=list)
    coordinating: tuple[str, ...] = ()
    asked_at: datetime | None = None
    taken_up: bool = True
    drafted_at: datetime | None = None
    awaits: tuple[Role, ...] = ()
    returned: bool = False
    terms: dict[deadlines.RuleId, Term] = field(default_factory=dict)
    extended: routing.ExtensionGranted | None = None
    approved_at: datetime | None = None
    answer: str | None = None
    heard: routing.QuestionAnsweredAtDialogue | None = None
    taken: routing.QuestionTakenForWrittenAnswer | None = None
    redirected: routing.QuestionRedirected | None = None
    referred: routing.QuestionReferredUp | None = None
    reported: routing.SuperiorReported | None = None
    queued: notify.NotificationQueued | None = None
    sent: notify.NotificationSent | None = None
    failed: notify.NotificationFailed | None = None
    posted: post.LetterPosted | None = None
    delivered: post.LetterDelivered | None = None
    returned_letter: post.LetterReturned | None = None
    rated: intake.AnswerRated | None = None
    withdrawn: intake.QuestionsWithdrawn | None = None
    splits: tuple[routing.QuestionSplit, ...] = ()
    part_of: str | None = None

    @property
    def given(self) -> bool:
        """The asker has heard or been sent something, and nothing says that it did not reach him."""
        return self.heard is not None or (self.sent is not None and self.returned_letter is None)

    @property
    def given_at(self) -> datetime | None:
        given = self.heard or self.sent
        return given.occurred_at if given and self.given else None

    @property
    def said(self) -> str | None:
        """What was answered: on the spot, or as approved."""
        return (self.heard.answer if self.heard else None) or self.answer


def what_happened(questions: Iterable[str], envelopes: Iterable[Envelope]) -> Mapping[str, Happened]:
    """Each question's course so far.

    envelopes: the events of the case, in the stream's order; those that no contract fits are passed over.
    """
    known = {question: Happened() for question in questions}
    for envelope in envelopes:
        with suppress(UnknownEvent, ValidationError):
            event = envelope.open()
            for question in _concerned(event):
                if question in known:
                    known[question] = _after(known[question], event, question)
    return known


def _concerned(event: Event) -> tuple[str, ...]:
    match event:
        case routing.QuestionSplit():
            return (event.question, *(part.id for part in event.parts))
        case routing.RoutingEvent() | intake.AnswerRated():
            return (event.question,)
        case deadlines.DeadlineEvent() if event.rule in _TERMS:
            return (event.about,)
        case notify.NotifyEvent() if event.kind in _MESSAGES:
            return event.questions
        case intake.QuestionsWithdrawn():
            return event.questions
        case _:
            return ()


def _after(known: Happened, event: Event, question: str) -> Happened:
    match event:
        case routing.QuestionSplit() if question != event.question:
            known.part_of = event.question
        case routing.QuestionReopened():
            return _in_another_round(known, event)
        case routing.RoutingEvent():
            _learn_of_question(known, event)
        case deadlines.DeadlineEvent():
            _learn_of_term(known, event)
        case notify.NotifyEvent() if event.kind != "answer" or event.round >= known.round:
            _learn_of_message(known, event)
        case intake.AnswerRated():
            known.rated = event
        case intake.QuestionsWithdrawn():
            known.withdrawn = event
    return known


def _in_another_round(known: Happened, event: routing.QuestionReopened) -> Happened:
    if event.round <= known.round:
        return known
    return Happened(
        round=event.round, reopened=event, earlier=(*known.earlier, known), splits=known.splits, part_of=known.part_of
    )


def _learn_of_question(known: Happened, event: routing.RoutingEvent) -> None:
    at = event.occurred_at
    match event:
        case routing.QuestionAssigned():
            if event.department != known.department:  # another department starts anew; a corrected field is no step
                was_handed_back = bool(known.hands) and known.hands[-1].to is None
                known.hands = [*(known.hands if was_handed_back else ()), Hand(at, event.department)]
                _begin_with(known, event.department, taken_up=True)
                known.coordinating = ()
        case routing.QuestionTransferred():
            hand = Hand(at, event.department, event.reason)
            if hand not in known.hands:
                known.hands.append(hand)
                _begin_with(known, event.department, taken_up=event.clock != "pauses")
                known.coordinating = tuple(other for other in known.coordinating if other != event.department)
        case routing.QuestionHandedBack():
            hand = Hand(at, None, event.reason)
            if hand not in known.hands:
                known.hands.append(hand)
                _begin_with(known, None, taken_up=True)
                known.coordinating = ()
                known.terms.pop("department-answer", None)
        case routing.CoordinationAsked() if event.department == known.department:
            if known.asked_at is None or at >= known.asked_at:
                known.coordinating, known.asked_at = event.departments, at
        case routing.QuestionSplit():
            if event not in known.splits:
                known.splits = (*known.splits, event)
        case routing.TransferAccepted():
            known.taken_up = known.taken_up or event.department == known.department
        case routing.AnswerDrafted():
            known.drafted_at, known.returned, known.taken_up = at, False, True
            known.awaits = event.awaits
        case routing.AnswerEndorsed():
            known.awaits = event.awaits
        case routing.AnswerReturned():
            known.drafted_at, known.returned = None, True
        case routing.AnswerApproved() if event.round >= known.round:
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


def _begin_with(known: Happened, department: str | None, *, taken_up: bool) -> None:
    known.department, known.drafted_at, known.returned, known.taken_up = department, None, False, taken_up


def _learn_of_message(known: Happened, event: notify.NotifyEvent) -> None:
    of_what_was_sent = known.sent is not None and known.sent.notification == event.notification
    match event:
        case notify.NotificationQueued():
            known.queued = event
        case notify.NotificationFailed():
            known.failed, known.queued = event, None
            if of_what_was_sent:
                known.sent = None  # it had left, and came back
        case notify.NotificationSent():
            if known.sent is None or known.returned_letter is not None:
                known.sent, known.posted, known.delivered, known.returned_letter = event, None, None, None
            known.queued, known.failed = None, None
        case post.LetterPosted() if of_what_was_sent:
            known.posted = event
        case post.LetterDelivered() if of_what_was_sent:
            known.delivered, known.returned_letter = event, None
        case post.LetterReturned() if of_what_was_sent:
            known.returned_letter, known.delivered = event, None


def _learn_of_term(known: Happened, event: deadlines.DeadlineEvent) -> None:
    match event:
        case deadlines.DeadlineSet():
            known.terms[event.rule] = Term(event.deadline, event.due_at, f"Căn cứ: {sentence(event.basis)}")
        case deadlines.DeadlineMoved():
            known.terms[event.rule] = Term(event.deadline, event.due_at, _why_moved(known, event))
        case deadlines.DeadlinePaused():
            why = "Thời hạn tạm dừng cho đến khi đơn vị được chuyển câu hỏi tiếp nhận."
            known.terms[event.rule] = Term(event.deadline, None, why)
        case deadlines.DeadlineCancelled() | deadlines.DeadlineMet() if event.rule != "department-answer":
            known.terms.pop(event.rule, None)


def _why_moved(known: Happened, moved: deadlines.DeadlineMoved) -> str:
    granted = known.extended
    if moved.cause != "extension" and (granted is None or moved.reason != granted.reason):
        return sentence(moved.reason)
    told = [f"Đã gia hạn. Lý do: {sentence(moved.reason)}"]
    if granted is not None and granted.requirement:
        told.append(f"Việc cần làm: {sentence(granted.requirement)}")
    if granted is not None and granted.responsible:
        told.append(f"Người chịu trách nhiệm: {sentence(granted.responsible)}")
    return " ".join(told)
