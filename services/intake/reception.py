"""The one door behind all doors: a read form becomes a durable submission, and its sender gets a receipt."""

from collections.abc import Callable
from datetime import datetime

from pydantic import AwareDatetime
from ulid import ULID

from services.intake.codes import new_code
from services.intake.dialogue import Announcement
from services.intake.files import Files
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import (
    Arrival,
    Submission,
    dialogue_for,
    is_repeat,
    may_have_receipt,
    receive_submission,
)
from shared.contracts.base import Model
from shared.contracts.people import Question, submission_of


class Receipt(Model):
    """What the sender is told. `duplicate`: the same form had come before, and this is its first receipt."""

    code: str
    received_at: AwareDatetime
    on_time: bool
    dialogue: str | None
    questions: tuple[Question, ...]
    duplicate: bool = False

    @property
    def submission(self) -> str:
        """The id of the form."""
        return submission_of(self.questions[0].id)


class AlreadyTaken(Exception):
    """The same form had come before, and who repeats it is not known as its sender: he is not told its code.

    was_mailed: its receipt went to the e-mail that the form has.
    """

    def __init__(self, code: str, was_mailed: bool) -> None:
        self.code, self.was_mailed = code, was_mailed
        super().__init__("already taken")


class Reception:
    """Takes in forms for all communes."""

    def __init__(
        self, submissions: Submissions, dialogues: Dialogues, files: Files, now: Callable[[], datetime]
    ) -> None:
        self._submissions = submissions
        self._dialogues = dialogues
        self._files = files
        self._now = now

    async def receive(self, commune: str, arrival: Arrival, dialogue: str | None = None) -> Receipt:
        """Durable once this returns; the same form sent twice is answered with the first receipt.

        Args:
            dialogue: which one it is for; None for the next that is open.

        Raises:
            Refusal: that dialogue takes no forms now.
            AlreadyTaken: see there; nothing is stored.
        """
        if arrival.mail is not None and (before := await self._from_mail(arrival.mail, arrival)):
            return _receipt(before, duplicate=True)
        told = await self._dialogues.told(commune)
        if arrival.channel == "floor" and dialogue and (held := await self._dialogues.get(dialogue)):
            told = [held.announcement] if held.commune == commune else []
        chosen = dialogue_for(told, dialogue, arrival.channel, self._now(), arrival.received_at)
        return await self.take_in(commune, arrival, chosen)

    async def _from_mail(self, mail: str, arrival: Arrival) -> Submission | None:
        """The form that was read from the same mail before a crash, though another dialogue may be next by now."""
        return next((form for form in await self._submissions.of_mail(mail) if is_repeat(form, arrival)), None)

    async def first_receipt(self, submission: str) -> Receipt | None:
        """The receipt of a form that is here."""
        form = await self._submissions.get(submission)
        return _receipt(form, duplicate=True) if form else None

    async def holds(self, commune: str, case: str) -> bool:
        """Whether a form or a dialogue of this commune has this id."""
        found = await self._submissions.get(case) or await self._dialogues.get(case)
        return found is not None and found.commune == commune

    async def take_in(self, commune: str, arrival: Arrival, dialogue: Announcement | None) -> Receipt:
        """As `receive`, where it is known already which dialogue the form is for; raises AlreadyTaken, too."""
        now = self._now()
        while True:
            submission, events = receive_submission(
                str(ULID.from_datetime(now)), new_code(), commune, arrival, dialogue, now
            )
            if await self._submissions.create(submission, events):
                await self._files.name(submission.attachments, submission.id)
                return _receipt(submission)
            if first := await self._submissions.by_fingerprint(submission.fingerprint):
                if not may_have_receipt(first, arrival, now):
                    raise AlreadyTaken(first.code, first.registrant.email is not None and first.corrected_at is None)
                return _receipt(first, duplicate=True)
            # otherwise the code was taken, one chance in 27 thousand million: draw another


def _receipt(submission: Submission, duplicate: bool = False) -> Receipt:
    return Receipt(
        code=submission.code,
        received_at=submission.received_at,
        on_time=submission.on_time,
        dialogue=submission.dialogue,
        questions=submission.questions,
        duplicate=duplicate,
    )
