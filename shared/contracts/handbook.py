"""What an office teaches routing: word rules, templates of answers. The case is the id of the commune."""

from typing import Annotated

from pydantic import Field, StringConstraints

from shared.contracts.base import Command, Event, Model, Token
from shared.contracts.people import MAX_QUESTION
from shared.contracts.routing import AnswerText, Remark
from shared.contracts.taxonomy import QuestionField

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]


class WordRule(Model):
    """Questions with one of these words belong to the field; matched with and without diacritics.

    department: who answers them; None where it is the one of the field. weight: against other rules.
    """

    field: QuestionField
    words: tuple[Line, ...] = Field(min_length=1, max_length=200)
    weight: float = Field(default=1.0, gt=0, le=10)
    department: Token | None = None


WordRules = Annotated[tuple[WordRule, ...], Field(max_length=200)]


class HandbookEvent(Event, speaker="routing"):
    """Said by routing about what an office has taught it."""


class WordRulesSaved(HandbookEvent):
    """From now on these rules decide first, in place of those before."""

    rules: tuple[WordRule, ...]
    reason: str
    saved_by: str


class AnswerTemplateSaved(HandbookEvent):
    """A text to start answers of a field from. `{…}` in it is to be filled in."""

    field: QuestionField
    title: str
    text: str
    saved_by: str


class AnswerTemplateRemoved(HandbookEvent):
    """The text is offered no more. A shipped one of the same title is again."""

    field: QuestionField
    title: str
    removed_by: str


class HandbookCommand(Command, listener="routing"):
    """Asked of routing about what an office has taught it. The reply to a change holds the handbook without the texts
    of its templates."""


class ReadHandbook(HandbookCommand):
    """The reply's state holds "rules" (as WordRule), "from_profile" (nobody has saved any yet), "templates":
    [{"field", "title", "text", "own"}], the shipped ones and the commune's own."""


class TryWordRules(HandbookCommand):
    """What these rules would change. Changes nothing.

    texts: questions to try, beside the commune's own of late. The reply's state holds "texts": [classification as
    `doithoai classify --json` gives it, for each text], "tried": how many of the commune's own, and "changes":
    [{"question", "code", "text", "before", "after"}], the last two a classification without its text:
    {"scope", "field", "department", "confidence", "because", "triage"}.
    """

    rules: WordRules
    texts: tuple[Annotated[str, StringConstraints(max_length=MAX_QUESTION)], ...] = Field(default=(), max_length=50)


class SaveWordRules(HandbookCommand):
    """Classify by these rules from now on; what was assigned before stays. The reply as of `HandbookCommand`."""

    rules: WordRules
    reason: Remark


class SaveAnswerTemplate(HandbookCommand):
    """A template of the same field and title is replaced."""

    field: QuestionField
    title: Line
    text: AnswerText


class RemoveAnswerTemplate(HandbookCommand):
    """Of the commune's own; shipped ones stay."""

    field: QuestionField
    title: Line


class ClassifyTexts(HandbookCommand):
    """Asked by whoever works on questions of the commune. The reply's state holds "texts": for each text what
    `doithoai classify --json` gives."""

    texts: tuple[Annotated[str, StringConstraints(max_length=MAX_QUESTION)], ...] = Field(min_length=1, max_length=200)
