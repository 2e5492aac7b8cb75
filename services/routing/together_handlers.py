"""Like questions get one answer: what routing is asked, and how the others keep up with the one that leads."""

from collections.abc import Callable, Collection, Sequence

from services.routing import together
from services.routing.office import public_words
from services.routing.provided import Answer, Now, Profiles, QuestionStore, decide
from services.routing.question import Decision, Question
from services.routing.store import Questions
from shared.clock import Clock
from shared.commands import obey
from shared.contracts import Event
from shared.contracts.routing import (
    AnswerApproved,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    ExtensionGranted,
    JoinQuestion,
    PartQuestion,
    QuestionAssigned,
    QuestionHandedBack,
    QuestionJoined,
    QuestionRedirected,
    QuestionReferredUp,
    QuestionReopened,
    QuestionSettled,
    QuestionTransferred,
    RoutingEvent,
)
from shared.handlers import Handlers

consumes = Handlers("routing")


@consumes.command(JoinQuestion)
async def join_question(command: JoinQuestion, questions: QuestionStore, profiles: Profiles, now: Now) -> Answer:
    """What changes at the leading question from here on is heard with `QuestionJoined`."""
    lead, followed = await questions.get(command.lead), bool(await questions.followers(command.question))
    public = public_words(profiles.get(command.actor.commune))
    return await obey(
        questions,
        command.question,
        command,
        lambda one: together.join_question(one, command, lead, followed, now(), public),
    )


@consumes.command(PartQuestion)
async def part_question(command: PartQuestion, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, together.part_question, now)


@consumes(
    QuestionAssigned,
    QuestionTransferred,
    QuestionHandedBack,
    QuestionRedirected,
    QuestionReferredUp,
    AnswerDrafted,
    AnswerEndorsed,
    AnswerReturned,
    AnswerApproved,
    ExtensionGranted,
    QuestionSettled,
    QuestionReopened,
)
async def bring_followers_along(fact: RoutingEvent, questions: QuestionStore, profiles: Profiles, now: Now) -> None:
    if isinstance(fact, QuestionAssigned) and fact.assigned_by is None:
        return  # the rules assign what has only just come: nothing follows it
    await bring_along(fact.question, questions, public_words(profiles.get(fact.commune)), now)


@consumes(QuestionJoined)
async def catch_up_with_the_lead(
    joined: QuestionJoined, questions: QuestionStore, profiles: Profiles, now: Now
) -> None:
    """Two may have been joined to each other at once, or the leading one have left meanwhile: nobody waits in vain."""
    for lead in (joined.lead, joined.question):
        await bring_along(lead, questions, public_words(profiles.get(joined.commune)), now)


async def bring_along(lead: str, questions: Questions, public: Collection[str], now: Clock) -> None:
    """All that follow a question come to where it stands; again, if it went on meanwhile.

    Args:
        public: what an answer to several may name.
    """
    while followers := await questions.followers(lead):
        found = await questions.get(lead)
        assert found is not None, "questions are never removed"
        said = [envelope.open() for envelope in await questions.history(lead)]
        private = together.names_somebody(found, public)
        for follower in followers:
            await questions.change(follower, _keeping_up_with(found, said, private, now))
        again = await questions.get(lead)
        if again is None or again.version == found.version:
            return


def _keeping_up_with(
    lead: Question, said: Sequence[Event], private: bool, now: Clock
) -> Callable[[Question | None], Decision]:
    return lambda one: together.keep_up(one, lead, said, now(), private=private)
