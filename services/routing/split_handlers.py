"""A question is split: what routing is asked, and what it does when it hears its own word of it."""

from services.routing import splitting
from services.routing.owed import known
from services.routing.provided import (
    Answer,
    Classifiers,
    ConferenceStore,
    Now,
    Profiles,
    QuestionStore,
    departments_of,
)
from services.routing.question import Decision, Question
from shared.commands import obey
from shared.contracts import Refusal
from shared.contracts.routing import QuestionSplit, SplitQuestion
from shared.handlers import Handlers

consumes = Handlers("routing")


@consumes.command(SplitQuestion)
async def split_question(
    command: SplitQuestion,
    questions: QuestionStore,
    conferences: ConferenceStore,
    classifiers: Classifiers,
    profiles: Profiles,
    now: Now,
) -> Answer:
    found = await questions.get(command.question)
    if found is None:
        raise Refusal("not-found", f"Không tìm thấy {command.question}.")
    departments = departments_of(profiles, command)
    form, followed = await questions.numbers(found.case), bool(await questions.followers(found.id))
    classification = (await classifiers.of(found.commune)).classify(command.parts[0].text)
    dialogue = await conferences.now(found.dialogue)

    def decide(one: Question) -> Decision:
        number = splitting.free_number(form | {one.id: (one.number, one.parts)}, one.case)
        return splitting.split_question(one, command, number, followed, classification, departments, dialogue, now())

    return await obey(questions, command.question, command, decide)


@consumes(QuestionSplit)
async def open_what_was_split_off(
    split: QuestionSplit,
    questions: QuestionStore,
    conferences: ConferenceStore,
    classifiers: Classifiers,
    now: Now,
) -> None:
    """A part that is there already was opened by an earlier delivery.

    What is heard of the form meanwhile goes over the questions that are there; so the parent is read again once the
    parts are saved. Who hears of the form looks for further questions after his pass, too: no fact is lost in between.
    """
    parent = known(await questions.get(split.question), split)
    dialogue = await conferences.now(parent.dialogue)
    classifier = await classifiers.of(split.commune)
    for asked in split.parts:
        classification = classifier.classify(asked.text)
        part, said = splitting.open_part(None, asked, parent, split, classification, dialogue, now())
        await questions.create(part, said)
    parent = known(await questions.get(split.question), split)
    dialogue = await conferences.now(parent.dialogue)
    for asked in split.parts:
        await questions.change(asked.id, lambda one: splitting.catch_up(one, parent, dialogue, now()))
