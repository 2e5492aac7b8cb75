"""What each office has taught so far, as the database has it: its word rules, and its decisions on questions."""

from collections.abc import Hashable, Iterable

from services.routing.classifiers import Classifiers, Learned
from services.routing.classifying.evidence import FieldWords
from services.routing.classifying.lessons import Lesson
from services.routing.classifying.vocabulary import classifier_for
from services.routing.store import Handbooks, Questions
from shared.communes import Communes
from shared.contracts.handbook import WordRule


class Teaching:
    """Read anew whenever somebody asks."""

    def __init__(self, questions: Questions, handbooks: Handbooks) -> None:
        self._questions = questions
        self._handbooks = handbooks

    async def mark(self, commune: str) -> Hashable:
        """Something cheap that differs as soon as anything was taught."""
        handbook = await self._handbooks.get(commune)
        return await self._questions.taught_at(commune), handbook.version if handbook else 0

    async def learned(self, commune: str) -> Learned:
        """Everything. While the office has saved no rules, those of its profile count."""
        handbook = await self._handbooks.get(commune)
        rules = handbook.rules if handbook else None
        lessons = [Lesson(*decided) for decided in await self._questions.lessons(commune)]
        return Learned(None if rules is None else field_words(rules), lessons)


def live_classifiers(profiles: Communes, teaching: Teaching) -> Classifiers:
    """The classifier of each commune, by its profile and all that its office has taught since."""
    shipped = {id: classifier_for(profile) for id, profile in profiles.items()}
    return Classifiers(shipped, teaching.mark, teaching.learned)


def field_words(rules: Iterable[WordRule]) -> list[FieldWords]:
    """Rules as the classifier takes them."""
    return [FieldWords(rule.field, rule.weight, rule.words, rule.department) for rule in rules]
