"""What routing remembers: one aggregate a question."""

from services.routing.question import Question
from shared.contracts import TooEarly
from shared.store import Database, Index, Store


class Questions(Store[Question]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "questions", Question, [Index(("case",)), Index(("dialogue",), sparse=True)])

    async def of_case(self, case: str) -> list[str]:
        """Ids of all of a submission's questions.

        Raises:
            TooEarly: while they have not all been handed out.
        """
        found = await self.ids({"case": case})
        if f"{case}-1" not in found:
            raise TooEarly(f"the questions of {case} are not handed out yet")
        return found

    async def of_dialogue(self, dialogue: str) -> list[str]:
        """Ids of every question registered for a dialogue."""
        return await self.ids({"dialogue": dialogue})
