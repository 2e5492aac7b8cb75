"""What an office teaches routing: read, saved, tried out before it is saved."""

import asyncio
import textwrap
from collections.abc import Callable, Sequence
from typing import Any

from services.routing import handbook
from services.routing.classifying.classifier import Classifier
from services.routing.handbook import Decision, Handbook, permit_reading
from services.routing.office import rules_of
from services.routing.provided import (
    Answer,
    Classifiers,
    HandbookStore,
    Now,
    Profiles,
    QuestionStore,
)
from services.routing.shipped_templates import shipped_templates
from services.routing.store import Asked, Handbooks
from services.routing.taught import field_words
from shared.commands import obey
from shared.communes import Communes, Profile
from shared.contracts import Done, Refusal
from shared.contracts.handbook import (
    ClassifyTexts,
    HandbookCommand,
    ReadHandbook,
    RemoveAnswerTemplate,
    SaveAnswerTemplate,
    SaveWordRules,
    TryWordRules,
)
from shared.handlers import Handlers

consumes = Handlers("routing")

TRIED = 200
"""Questions of the commune that rules are tried on, the last ones."""
SHOWN = 500
"""Characters of a question whose classification would change: enough to tell which it is."""


@consumes.command(ReadHandbook)
async def read_handbook(command: ReadHandbook, handbooks: HandbookStore, profiles: Profiles) -> Answer:
    """Changes nothing, so neither key nor version matter; the reply's version is what a change may rest on."""
    profile = _profile(profiles, command)
    permit_reading(command)
    saved = await handbooks.as_it_stands(profile.id)
    return Done(version=saved.said, state=handbook.in_full(saved.state, rules_of(profile), shipped_templates()))


@consumes.command(SaveWordRules)
async def save_word_rules(command: SaveWordRules, handbooks: HandbookStore, profiles: Profiles, now: Now) -> Answer:
    departments = _departments(_profile(profiles, command))
    return await _carry_out(command, handbooks, lambda one: handbook.save_word_rules(one, command, departments, now()))


@consumes.command(SaveAnswerTemplate)
async def save_answer_template(
    command: SaveAnswerTemplate, handbooks: HandbookStore, profiles: Profiles, now: Now
) -> Answer:
    _profile(profiles, command)
    return await _carry_out(command, handbooks, lambda one: handbook.save_answer_template(one, command, now()))


@consumes.command(RemoveAnswerTemplate)
async def remove_answer_template(
    command: RemoveAnswerTemplate, handbooks: HandbookStore, profiles: Profiles, now: Now
) -> Answer:
    _profile(profiles, command)
    return await _carry_out(command, handbooks, lambda one: handbook.remove_answer_template(one, command, now()))


@consumes.command(TryWordRules)
async def try_word_rules(
    command: TryWordRules, questions: QuestionStore, classifiers: Classifiers, profiles: Profiles
) -> Answer:
    """Changes nothing, so neither key nor version matter."""
    profile = _profile(profiles, command)
    handbook.permit_rules(command, _departments(profile))
    now = await classifiers.of(profile.id)
    then = await asyncio.to_thread(now.ruled, field_words(command.rules))
    latest = await questions.latest(profile.id, TRIED)
    return Done(version=0, state=await asyncio.to_thread(_compared, command.texts, latest, now, then))


def _compared(texts: Sequence[str], latest: Sequence[Asked], now: Classifier, then: Classifier) -> dict[str, Any]:
    changes = []
    for question in latest:
        before, after = now.classify(question.text), then.classify(question.text)
        if handbook.differs(before, after):
            told = {"before": handbook.in_short(before), "after": handbook.in_short(after)}
            shown = textwrap.shorten(question.text, SHOWN, placeholder="…")
            changes.append({"question": question.id, "code": question.code, "text": shown, **told})
    return {"texts": [then.classify(text).to_json() for text in texts], "tried": len(latest), "changes": changes}


@consumes.command(ClassifyTexts)
async def classify_texts(command: ClassifyTexts, classifiers: Classifiers, profiles: Profiles) -> Answer:
    """What the rules hold of any texts; it tells nothing of anybody's question."""
    permit_reading(command)
    classifier = await classifiers.of(_profile(profiles, command).id)
    found = await asyncio.to_thread(lambda: [classifier.classify(text).to_json() for text in command.texts])
    return Done(version=0, state={"texts": found})


async def _carry_out(command: HandbookCommand, handbooks: Handbooks, decide: Callable[[Handbook], Decision]) -> Answer:
    """Of the sender's own commune alone: the handbook is found by it."""
    await handbooks.begun(command.actor.commune)
    reply = await obey(handbooks, command.actor.commune, command, decide)
    return reply.model_copy(update={"state": handbook.without_texts(reply.state)}) if reply.state else reply


def _profile(profiles: Communes, command: HandbookCommand) -> Profile:
    profile = profiles.get(command.actor.commune)
    if profile is None:
        raise Refusal("not-found", f"Chưa có hồ sơ của xã {command.actor.commune}.")
    return profile


def _departments(profile: Profile) -> dict[str, str]:
    """Their names, by id."""
    return {department.id: department.name for department in profile.departments}
