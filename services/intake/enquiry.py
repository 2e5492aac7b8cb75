"""The other door: who gave a form asks where it is."""

from services.intake.codes import normalise
from services.intake.errors import patience
from services.intake.rules import Submission
from services.intake.store import Dialogues, Submissions
from services.intake.tracking import Story, may_see, stories
from shared.cases import follow
from shared.service import Service

NOT_FOUND = "Không tìm thấy phiếu có mã và thông tin liên hệ này. Xin ông/bà kiểm tra lại."


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
