"""What each office has taught counts at once, on every replica and without a restart.

Statistical lessons are learned in classifiers.py; here is what tells that there is something new, and the word rules.
"""

import asyncio
from collections.abc import Hashable, Sequence
from time import monotonic

from services.routing.classifying.classifier import Classifier
from services.routing.classifying.vocabulary import classifier_for
from services.routing.store import Handbooks, Questions
from shared import communes
from shared.communes import Communes, Profile
from shared.contracts.handbook import WordRule

LOOK_EVERY_S = 3.0
"""So long a rule that was just saved may not count yet on another replica."""


class Teaching:
    """What an office has taught so far, as the database has it."""

    def __init__(self, questions: Questions, handbooks: Handbooks) -> None:
        self._questions = questions
        self._handbooks = handbooks

    async def mark(self, commune: str) -> Hashable:
        """Something cheap that differs as soon as anything was taught."""
        handbook = await self._handbooks.get(commune)
        return await self._questions.taught_at(commune), handbook.version if handbook else 0

    async def rules(self, commune: str) -> tuple[WordRule, ...] | None:
        """None while the office has saved none: those of its profile count."""
        handbook = await self._handbooks.get(commune)
        return handbook.rules if handbook else None


class RuledClassifiers:
    """The classifier of each commune, by its profile and the rules that its office has saved since."""

    def __init__(self, profiles: Communes, teaching: Teaching) -> None:
        self._profiles = profiles
        self._teaching = teaching
        self._shipped = {id: classifier_for(profile) for id, profile in profiles.items()}
        self._ruled: dict[str, tuple[tuple[WordRule, ...] | None, Classifier]] = {}
        self._looked_at: dict[str, float] = {}

    async def of(self, commune: str) -> Classifier:
        """At most LOOK_EVERY_S behind what the office has saved.

        Raises:
            KeyError: for a commune without a profile.
        """
        rules, classifier = self._ruled.get(commune, (None, self._shipped[commune]))
        if monotonic() - self._looked_at.get(commune, -LOOK_EVERY_S) < LOOK_EVERY_S:
            return classifier
        self._looked_at[commune] = monotonic()
        saved = await self._teaching.rules(commune)
        if saved != rules:
            profile = self._profiles[commune]
            classifier = self._shipped[commune] if saved is None else await asyncio.to_thread(ruled, profile, saved)
            self._ruled[commune] = saved, classifier
        return classifier


def ruled(profile: Profile, rules: Sequence[WordRule]) -> Classifier:
    """The classifier of a commune with other rules than its own."""
    own = tuple(communes.WordRule(field=rule.field, words=rule.words, weight=rule.weight) for rule in rules)
    classification = profile.classification.model_copy(update={"rules": own})
    return classifier_for(profile.model_copy(update={"classification": classification}))
