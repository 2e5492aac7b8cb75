"""What routing remembers: one aggregate a question."""

from services.routing.rules import Question
from shared.store import Database, Index, Store


class Questions(Store[Question]):
    def __init__(self, database: Database) -> None:
        super().__init__(database, "questions", Question, [Index(("case",)), Index(("dialogue",), sparse=True)])

    async def of_case(self, case: str) -> list[str]:
        """Ids of a submission's questions."""
        return await self.ids({"case": case})

    async def of_dialogue(self, dialogue: str) -> list[str]:
        """Ids of every question registered for a dialogue."""
        return await self.ids({"dialogue": dialogue})
