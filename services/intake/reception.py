"""The one door behind all doors: a read form becomes a durable submission, and its sender gets a receipt."""

from collections.abc import Callable, Sequence
from datetime import datetime

from pydantic import AwareDatetime
from ulid import ULID

from services.intake import rules
from services.intake.codes import new_code
from services.intake.store import Dialogues, Submissions
from shared.contracts.base import Model
from shared.contracts.people import Channel, Matter, Question, Registrant


class Receipt(Model):
    """What the sender is told. `duplicate`: the same form had come before, and this is its first receipt."""

    code: str
    received_at: AwareDatetime
    on_time: bool
    dialogue: str | None
    questions: tuple[Question, ...]
    duplicate: bool = False


class Reception:
    """Takes in forms for all communes."""

    def __init__(self, submissions: Submissions, dialogues: Dialogues, now: Callable[[], datetime]) -> None:
        self._submissions = submissions
        self._dialogues = dialogues
        self._now = now

    async def receive(
        self, commune: str, channel: Channel, registrant: Registrant, matters: Sequence[Matter]
    ) -> Receipt:
        """Durable once this returns; the same form sent twice is answered with the first receipt."""
        now = self._now()
        dialogue = await self._dialogues.open_at(commune, now)
        while True:
            submission, events = rules.receive_submission(
                str(ULID.from_datetime(now)), new_code(), commune, channel, registrant, matters, dialogue, now
            )
            if await self._submissions.create(submission, events):
                return _receipt(submission)
            if first := await self._submissions.by_fingerprint(submission.fingerprint):
                return _receipt(first, duplicate=True)
            # otherwise the code was taken, one chance in 27 thousand million: draw another


def _receipt(submission: rules.Submission, duplicate: bool = False) -> Receipt:
    return Receipt(
        code=submission.code,
        received_at=submission.received_at,
        on_time=submission.on_time,
        dialogue=submission.dialogue,
        questions=submission.questions,
        duplicate=duplicate,
    )
