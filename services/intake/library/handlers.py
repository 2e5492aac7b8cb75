"""What the library hears: answers that are published, and taken back."""

from services.intake.library import shelf as library
from services.intake.library.shelf import Decision, Published
from services.intake.provided import Books, LibraryStore, Now
from shared.contracts.routing import AnswerPublished, AnswerUnpublished
from shared.handlers import Handlers

consumes = Handlers("intake")


@consumes(AnswerPublished, AnswerUnpublished)
async def keep_the_library(
    said: AnswerPublished | AnswerUnpublished, store: LibraryStore, catalogue: Books, now: Now
) -> None:
    def decide(entry: Published | None) -> Decision:
        if isinstance(said, AnswerPublished):
            return library.publish(entry, said, now())
        return library.unpublish(entry, said, now())

    catalogue.put((await store.change(library.entry_id(said.question), decide)).state)
