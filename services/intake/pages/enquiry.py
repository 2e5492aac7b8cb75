"""The other door: who gave a form asks where it is, and how its terms are counted."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nats.errors import Error as NatsError
from pydantic import TypeAdapter, ValidationError
from ulid import ULID

from services.intake.codes import normalise
from services.intake.pages.errors import TooManyTries, patience
from services.intake.pages.limits import Limits
from services.intake.pages.session import may_see
from services.intake.pages.tracking import Story, stories
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Submission
from shared.cases import follow
from shared.commands import send
from shared.contracts import Actor, Done, Role
from shared.contracts.base import Model
from shared.contracts.deadlines import ExplainTerms
from shared.contracts.intake import FilesAdded, RegistrantWrote
from shared.logs import in_short, logger
from shared.service import Service

NOT_FOUND = "Không tìm thấy phiếu có mã và thông tin liên hệ này. Xin ông/bà kiểm tra lại."
PAGE = "Trang tra cứu của người dân"
"""Who asks other services on behalf of a page."""
EXPLAINED_WITHIN_S = 1.5
"""The page is shown without the explanation rather than later."""
WRONG_OF_A_CODE = 10
WRONG_FROM_AN_ADDRESS = 30
"""Wrong contacts an hour. Four digits are guessed in a few hundred hours then, and nobody types so many by mistake."""


class Skipped(Model):
    """A day that does not count, and why."""

    date: date
    why: str


class Left(Model):
    """Working time until the term ends, as `còn 2 ngày 3 giờ làm việc`."""

    words: str
    late: bool = False


class Explained(Model):
    """How a term is counted, as deadlines tells it."""

    basis: str
    provisional: bool = False
    counted: tuple[date, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    left: Left | None = None


_EXPLAINED = TypeAdapter(dict[str, Explained])


@dataclass(frozen=True, slots=True)
class Account:
    """All that the sender of a form may read of it. added: files that the office put to it; written: his own mails."""

    submission: Submission
    stories: list[Story]
    added: tuple[FilesAdded, ...]
    written: tuple[RegistrantWrote, ...]


class Tries:
    """Counts wrong contacts, of a code that nobody has like of any other: nobody learns which codes are given out.

    Each kind has a table of its own: of those that nobody has there is no end, and what is counted of one that was
    given out must not be forgotten for them.

    clock: seconds that only grow.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._of_known, self._of_unknown = Limits(WRONG_OF_A_CODE, clock), Limits(WRONG_OF_A_CODE, clock)
        self._from = Limits(WRONG_FROM_AN_ADDRESS, clock)

    def wait_s(self, code: str, sender: str) -> int:
        """Seconds until this form may be asked for again from there; 0 when it may now."""
        return max(self._of_known.wait_s(code), self._of_unknown.wait_s(code), self._from.wait_s(sender))

    def note_wrong(self, code: str, sender: str, *, is_known: bool) -> None:
        """is_known: whether a form has this code."""
        (self._of_known if is_known else self._of_unknown).note(code)
        self._from.note(sender)


class Enquiry:
    """Finds a submission for whoever may see it, and tells its story."""

    def __init__(self, service: Service, submissions: Submissions, dialogues: Dialogues) -> None:
        self._service = service
        self._submissions = submissions
        self._dialogues = dialogues
        self._tries = Tries()

    async def prove(self, code: str, contact: str, sender: str) -> Submission | None:
        """The form, for who knows its code and its contact. None for a wrong code and for a wrong contact alike.

        Args:
            sender: the network that asks, as of `network_of`.

        Raises:
            TooManyTries: this form was asked for wrongly too often, or this sender asked so.
            Away: the database does not answer.
        """
        known = normalise(code)
        if wait := self._tries.wait_s(known or "", sender):
            raise TooManyTries(wait)
        if known is None:
            return None
        async with patience():
            submission = await self._submissions.by_code(known)
        if submission is not None and may_see(submission, contact):
            return submission
        self._tries.note_wrong(known, sender, is_known=submission is not None)
        return None

    async def account(self, submission: Submission) -> Account:
        """What has become of a form.

        What intake itself has just decided may not be on the stream yet, so it is read from its own history.

        Raises:
            Away: the database or the stream does not answer.
        """
        async with patience():
            dialogue = await self._dialogues.get(submission.dialogue) if submission.dialogue else None
            told = await follow(self._service.nats, submission.commune, submission.id)
            own = await self._submissions.history(submission.id)
        heard = {envelope.id for envelope in told}
        events = [*told, *(envelope for envelope in own if envelope.id not in heard)]
        profile = self._service.communes[submission.commune]

        def department_name(id: str) -> str:
            department = profile.department(id)
            return department.name if department else id

        return Account(
            submission,
            stories(submission, dialogue, events, department_name),
            tuple(FilesAdded.model_validate(one.data) for one in events if one.type == FilesAdded.type),
            tuple(RegistrantWrote.model_validate(one.data) for one in events if one.type == RegistrantWrote.type),
        )

    async def find(self, code: str, contact: str, sender: str) -> tuple[Submission, list[Story]] | None:
        """Both at once, for programs; raises what `prove` and `account` raise."""
        submission = await self.prove(code, contact, sender)
        return (submission, (await self.account(submission)).stories) if submission else None

    async def explained(self, commune: str, told: Sequence[Story]) -> Mapping[str, Explained]:
        """How the terms that run are counted, by their ids; without those that deadlines does not explain now."""
        running = tuple(story.deadline for story in told if story.deadline and story.due_at)
        if not running:
            return {}
        asked = ExplainTerms(
            actor=Actor(name=PAGE, role=Role.SYSTEM, commune=commune), key=str(ULID()), deadlines=running
        )
        try:
            reply = await send(self._service.nats, asked, timeout=EXPLAINED_WITHIN_S)
            return _EXPLAINED.validate_python(reply.state["terms"], strict=False) if isinstance(reply, Done) else {}
        except (NatsError, OSError, TimeoutError, KeyError, ValidationError) as error:
            logger().warning("not-explained", error=in_short(error))
            return {}
