"""What the handlers of routing ask for, and how a command about one question is carried out."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Protocol, TypeVar

from services.routing.archives import Archives
from services.routing.classifying.classifier import Classifier
from services.routing.question import Decision, Question
from services.routing.store import Conferences, Handbooks, Questions
from shared.clock import Clock
from shared.commands import obey
from shared.communes import Communes
from shared.contracts import Command, Done, Refused
from shared.contracts.routing import RoutingCommand
from shared.handlers import Provided

QuestionStore = Annotated[Questions, Provided("questions")]
HandbookStore = Annotated[Handbooks, Provided("handbooks")]
ArchiveStore = Annotated[Archives, Provided("archives")]
ConferenceStore = Annotated[Conferences, Provided("conferences")]


class OfCommunes(Protocol):
    """The classifier of each commune, as its office has taught it."""

    async def of(self, commune: str, /) -> Classifier: ...


Classifiers = Annotated[OfCommunes, Provided("classifiers")]
Profiles = Annotated[Communes, Provided("communes")]
Now = Annotated[Clock, Provided("now")]
Answer = Done | Refused

C = TypeVar("C", bound=RoutingCommand)


def departments_of(profiles: Communes, command: Command) -> set[str]:
    """The ids of the departments of the commune that a command comes from; none where it has no profile."""
    profile = profiles.get(command.actor.commune)
    return {department.id for department in profile.departments} if profile else set()


async def decide(
    command: C, questions: Questions, rule: Callable[[Question, C, datetime], Decision], now: Clock
) -> Answer:
    """Carry out a command whose rule needs to know nothing but the question."""
    return await obey(questions, command.question, command, lambda one: rule(one, command, now()))
