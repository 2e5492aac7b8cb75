"""The other door: who gave a form asks where it is, and how its terms are counted."""

from collections.abc import Mapping, Sequence
from datetime import date

from nats.errors import Error as NatsError
from pydantic import TypeAdapter, ValidationError
from ulid import ULID

from services.intake.codes import normalise
from services.intake.errors import patience
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Submission
from services.intake.tracking import Story, may_see, stories
from shared.cases import follow
from shared.commands import send
from shared.contracts import Actor, Done, Role
from shared.contracts.base import Model
from shared.contracts.deadlines import ExplainTerms
from shared.logs import in_short, logger
from shared.service import Service

NOT_FOUND = "Không tìm thấy phiếu có mã và thông tin liên hệ này. Xin ông/bà kiểm tra lại."
PAGE = "Trang tra cứu của người dân"
"""Who asks other services on behalf of a page."""
EXPLAINED_WITHIN_S = 1.5
"""The page is shown without the explanation rather than later."""


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


class Enquiry:
    """Finds a submission for whoever may see it, and tells its story."""

    def __init__(self, service: Service, submissions: Submissions, dialogues: Dialogues) -> None:
        self._service = service
        self._submissions = submissions
        self._dialogues = dialogues

    async def find(self, code: str, contact: str) -> tuple[Submission, list[Story]] | None:
        """None for a wrong code and for a wrong contact alike.

        Raises:
            Away: the database or the stream does not answer.
        """
        async with patience():
            submission = await self._submissions.by_code(known) if (known := normalise(code)) else None
            if submission is None or not may_see(submission, contact):
                return None
            dialogue = await self._dialogues.get(submission.dialogue) if submission.dialogue else None
            events = await follow(self._service.nats, submission.commune, submission.id)
        profile = self._service.communes[submission.commune]

        def department_name(id: str) -> str:
            department = profile.department(id)
            return department.name if department else id

        return submission, stories(submission, dialogue, events, department_name)

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
