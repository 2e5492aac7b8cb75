"""The receipt (Giấy tiếp nhận) of a form, as the page and the paper tell it. Pure."""

from services.intake.dialogue import Announcement, State
from services.intake.submissions import Submission
from shared import receipts
from shared.communes import Profile
from shared.receipts import Meeting, Step


def next_steps(submission: Submission, dialogue: Announcement | None, commune: Profile) -> tuple[Step, ...]:
    """dialogue: the one that the form is for."""
    meeting = None
    if dialogue is not None:
        cancelled = dialogue.state is State.CANCELLED
        meeting = Meeting(dialogue.held_at, dialogue.place, cancelled, dialogue.reason)
    return receipts.next_steps(
        commune,
        submission.received_at,
        meeting,
        invited=submission.attendance is not None,
        seat=submission.seat,
        from_the_floor=submission.channel == "floor",
        withdrawn={question.id for question in submission.questions} <= set(submission.withdrawn),
    )
