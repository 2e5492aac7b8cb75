"""The rehearsal's own count of what was said, kept apart from the services, to check their books against."""

from collections import Counter
from dataclasses import dataclass, field

from shared.contracts import Event, deadlines, intake, notify, routing


@dataclass(slots=True)
class Ledger:
    """Counts of one rehearsal. questions: what became of each, `open` until something did.

    mails: what became of each. rated, published: by question.
    """

    submissions: dict[str, intake.SubmissionReceived] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)
    mails: dict[str, str] = field(default_factory=dict)
    rated: dict[str, int] = field(default_factory=dict)
    reopened: int = 0
    published: set[str] = field(default_factory=set)
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    failed: int = 0
    missed: dict[str, str] = field(default_factory=dict)
    escalated: Counter[str] = field(default_factory=Counter)
    extended: int = 0
    triaged: int = 0
    held: int = 0
    duties: int = 0
    fulfilled: int = 0

    def note(self, event: Event) -> None:
        match event:
            case intake.SubmissionReceived():
                self.submissions[event.case] = event
                self.questions |= {question.id: "open" for question in event.questions}
            case routing.QuestionSettled():
                self.questions[event.question] = event.how
            case routing.QuestionReopened():
                self.questions[event.question] = "open"
                self.reopened += 1
            case intake.MailTakenIn():
                self.mails[event.case] = event.outcome
            case intake.MailSettled():
                self.mails[event.case] = event.how
            case intake.AnswerRated():
                self.rated[event.question] = event.mark
            case routing.AnswerPublished():
                self.published.add(event.question)
            case routing.AnswerUnpublished():
                self.published.discard(event.question)
            case routing.QuestionAwaitsTriage():
                self.triaged += 1
            case routing.ExtensionGranted() | intake.CommitmentExtended():
                self.extended += 1
            case intake.DialogueHeld():
                self.held += 1
            case intake.DutyCompleted():
                self.duties += 1
            case intake.CommitmentFulfilled():
                self.fulfilled += 1
            case notify.NotificationSent():
                self.messages[event.kind, event.channel] += 1
            case notify.NotificationFailed():
                self.failed += 1
            case deadlines.DeadlineMissed():
                self.missed[event.deadline] = event.rule
            case deadlines.EscalationRaised():
                self.escalated[event.deadline] += 1

    def became(self, how: str) -> int:
        return sum(one == how for one in self.questions.values())

    @property
    def balances(self) -> bool:
        """Received is answered, redirected, referred up, withdrawn and open; every missed term has been escalated."""
        ways = ("answered-at-dialogue", "answered-in-writing", "redirected", "referred-up", "withdrawn", "open")
        total = sum(self.became(how) for how in ways)
        return total == len(self.questions) and set(self.missed) <= set(self.escalated)
