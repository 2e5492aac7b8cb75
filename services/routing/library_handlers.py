"""What was answered before: suggested to whoever writes an answer, proposed for the library, published, taken out."""

import asyncio
from collections.abc import Collection
from typing import Any

from services.routing import library, suggestions
from services.routing.handbook import all_templates
from services.routing.masking import mask
from services.routing.moves import STAFF, permit_person
from services.routing.office import known_of, public_words
from services.routing.provided import Answer, ArchiveStore, HandbookStore, Now, Profiles, QuestionStore, decide
from services.routing.question import Question
from services.routing.shipped_templates import shipped_templates
from services.routing.store import Questions
from services.routing.suggestions import MOST, Archive
from shared.commands import obey
from shared.contracts import Done, Event, Refusal
from shared.contracts.routing import (
    ProposePublication,
    PublishAnswer,
    RoutingCommand,
    SuggestAnswers,
    UnpublishAnswer,
)
from shared.contracts.taxonomy import Scope
from shared.handlers import Handlers

consumes = Handlers("routing")

MORE_THAN_SHOWN = 3 * MOST
"""Some of what is like a question may have been reopened since."""


# --- the library ------------------------------------------------------------------------------------------------------


@consumes.command(ProposePublication)
async def propose_publication(command: ProposePublication, questions: QuestionStore, profiles: Profiles) -> Answer:
    """Changes nothing, so neither key nor version matter."""
    question = await _asked_for(command, questions)
    said, public = await said_of(questions, question.id), public_words(profiles.get(question.commune))
    answered = library.last_answer(said)
    return Done(version=len(said), state=library.propose_publication(question, command, answered, public))


@consumes.command(PublishAnswer)
async def publish_answer(command: PublishAnswer, questions: QuestionStore, profiles: Profiles, now: Now) -> Answer:
    public = public_words(profiles.get(command.actor.commune))
    return await obey(
        questions, command.question, command, lambda one: library.publish_answer(one, command, public, now())
    )


@consumes.command(UnpublishAnswer)
async def unpublish_answer(command: UnpublishAnswer, questions: QuestionStore, now: Now) -> Answer:
    return await decide(command, questions, library.unpublish_answer, now)


async def said_of(questions: Questions, id: str) -> list[Event]:
    return [envelope.open() for envelope in await questions.history(id)]


# --- suggestions ------------------------------------------------------------------------------------------------------


@consumes.command(SuggestAnswers)
async def suggest_answers(
    command: SuggestAnswers,
    questions: QuestionStore,
    archives: ArchiveStore,
    handbooks: HandbookStore,
    profiles: Profiles,
) -> Answer:
    """Changes nothing, so neither key nor version matter."""
    question = await _asked_for(command, questions)
    permit_person(question, command.actor, STAFF, "xem câu trả lời gợi ý")
    handbook, archive = await handbooks.get(question.commune), await archives.of(question.commune)
    known = known_of(question, profiles.get(question.commune))
    state = {
        "answers": await answers_like(question, questions, archive, public_words(profiles.get(question.commune))),
        "templates": suggestions.templates_for(question, all_templates(handbook, shipped_templates()), known),
    }
    return Done(version=len(await questions.history(question.id)), state=state)


async def _asked_for(command: RoutingCommand, questions: Questions) -> Question:
    question = await questions.get(command.question)
    if question is None:
        raise Refusal("not-found", f"Không tìm thấy {command.question}.")
    return question


async def answers_like(
    question: Question, questions: Questions, archive: Archive, public: Collection[str]
) -> list[dict[str, Any]]:
    """What the askers of like questions were told: as it stands in the library, or without what tells who they are.

    Complaints and denunciations are compared with nothing: who denounces is not to be found by his words.
    """
    if question.scope is not Scope.IN_SCOPE:
        return []
    like: list[dict[str, Any]] = []
    for likeness, id in await asyncio.to_thread(archive.nearest, question.text, (question.id,), MORE_THAN_SHOWN):
        found = await questions.get(id)
        if found is None or not suggestions.may_be_suggested(found):
            continue
        if found.publication is not None:
            texts = {"asked": found.publication.asked, "answered": found.publication.answered}
        elif (answer := library.last_answer(await said_of(questions, id))) is not None:
            texts = {"asked": mask(found.text, public).text, "answered": mask(answer, public).text}
        else:
            continue
        like.append({**texts, "likeness": likeness, "published": found.publication is not None})
        if len(like) == MOST:
            break
    return like
