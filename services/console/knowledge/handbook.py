"""The commune's word rules as an office edits them: rows of a table that become rules, what a trial said of them.

What the rules do is decided by routing; here they are only read, shown and compared.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from services.console import words
from services.console.acting import Acting
from services.console.language import say
from services.console.offers import WrongFields
from services.console.words import plain_number
from shared.contracts.base import Model
from shared.contracts.handbook import TryWordRules, WordRule, WordRules
from shared.contracts.people import MAX_QUESTION
from shared.contracts.taxonomy import QuestionField, Scope
from shared.text import clean, one_line

MOST_RULES = 200
MOST_TEXTS = 50
MOST_WORDS = 200
LONGEST_WORD = 300
HEAVIEST = 10.0
SPARE = 2
"""Empty rows below the last rule."""
MORE = 5
"""Empty rows that are added at once."""
MOST_ROWS = 240
"""Rows of a table, the empty ones with them."""

_ROW = re.compile(r"(?:field|words|department|weight)-([0-9]{1,3})")
_BETWEEN = re.compile(r"[,;\n]")
_RULES: TypeAdapter[tuple[WordRule, ...]] = TypeAdapter(WordRules)
_FIELDS = frozenset(QuestionField)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table as it is typed.

    department: "" where the field says who answers. dropped: to be left out.
    """

    field: str = ""
    words: str = ""
    department: str = ""
    weight: str = ""
    dropped: bool = False

    @property
    def is_empty(self) -> bool:
        """A weight alone is no rule."""
        return not (self.field or self.words or self.department)


class Verdict(Model):
    """Where a question would go, and how sure that is. because: the words that decided it."""

    scope: Scope = Scope.IN_SCOPE
    field: QuestionField | None = None
    department: str | None = None
    confidence: float = 0.0
    because: tuple[str, ...] = ()
    triage: bool = False


class OfText(Verdict):
    """What a text that was tried would be."""

    text: str = ""


class Change(Model):
    """A question of the commune that the rules would decide in another way."""

    question: str
    code: str | None = None
    text: str = ""
    before: Verdict
    after: Verdict


class Trial(Model):
    """What came of trying rules. tried: how many of the commune's own questions."""

    texts: tuple[OfText, ...] = ()
    tried: int = 0
    changes: tuple[Change, ...] = ()


def rows_of(rules: Sequence[WordRule]) -> list[Row]:
    """Rules as one types them."""
    return [
        Row(rule.field, ", ".join(rule.words), rule.department or "", weight_in_words(rule.weight)) for rule in rules
    ]


def typed_rows(typed: Mapping[str, str]) -> list[Row]:
    """Every row that was sent, in the order of the page, the empty ones too: problems are named by its number."""
    numbers = [int(found[1]) for name in typed if (found := _ROW.fullmatch(name))]
    return [
        Row(
            typed.get(f"field-{number}", ""),
            clean(typed.get(f"words-{number}", "")),
            typed.get(f"department-{number}", ""),
            one_line(typed.get(f"weight-{number}", "")),
            f"drop-{number}" in typed,
        )
        for number in range(1, min(max(numbers, default=0), MOST_ROWS) + 1)
    ]


def rules_of(rows: Sequence[Row]) -> tuple[WordRule, ...]:
    """The rules that were typed; empty rows and dropped ones are left out.

    Raises:
        WrongFields: naming each box that must be mended, `words-3`.
    """
    wrong: dict[str, str] = {}
    rules: list[WordRule] = []
    first: dict[str, tuple[int, Row]] = {}
    for number, row in enumerate(rows, 1):
        if row.is_empty or row.dropped:
            continue
        found = split_words(row.words)
        weight = _weight(row.weight)
        if row.field not in _FIELDS:
            wrong[f"field-{number}"] = "Xin chọn lĩnh vực."
        if problem := _wrong_words(found) or _said_before(found, number, row, first):
            wrong[f"words-{number}"] = problem
        if weight is None:
            wrong[f"weight-{number}"] = "Xin ghi một số lớn hơn 0, không quá 10."
        if not wrong and weight is not None:
            field, department = QuestionField(row.field), row.department or None
            rules.append(WordRule(field=field, words=found, weight=weight, department=department))
    if len(rules) > MOST_RULES:
        wrong["rules"] = say(
            "Sổ tay có không quá %(number)s dòng; xin gộp các từ cùng lĩnh vực, cùng phòng.", number=MOST_RULES
        )
    if wrong:
        raise WrongFields(wrong)
    return tuple(rules)


def split_words(typed: str) -> tuple[str, ...]:
    """The words of a box, each once, in their order."""
    return tuple(dict.fromkeys(word for part in _BETWEEN.split(typed) if (word := one_line(part))))


def texts_of(typed: str) -> tuple[str, ...]:
    """Each line is a question to try.

    Raises:
        WrongFields: when there are too many, or one is too long.
    """
    texts = tuple(text for line in clean(typed).split("\n") if (text := one_line(line)))
    if len(texts) > MOST_TEXTS:
        raise WrongFields(
            {
                "texts": say(
                    "Mỗi lần thử không quá %(most)s câu; ông/bà đã ghi %(number)s câu.",
                    most=MOST_TEXTS,
                    number=len(texts),
                )
            }
        )
    if any(len(text) > MAX_QUESTION for text in texts):
        raise WrongFields({"texts": say("Mỗi câu không quá %(number)s chữ.", number=plain_number(MAX_QUESTION))})
    return texts


def weight_in_words(weight: float) -> str:
    """`1,5`."""
    return f"{weight:g}".replace(".", ",")


def how_sure(confidence: float) -> str:
    """A probability in words and per cent: `khá chắc chắn (82 %)`. No question is certain, so none has 100 %."""
    told = next(told for least, told in _SURE if confidence >= least)
    return f"{told} ({min(99, round(100 * confidence))} %)"


_SURE: Sequence[tuple[float, str]] = (
    (0.95, "gần như chắc chắn"),
    (0.8, "khá chắc chắn"),
    (0.6, "có phần chắc chắn"),
    (float("-inf"), "chưa chắc chắn"),
)


def as_seen(rules: Sequence[WordRule]) -> str:
    """The rules that a page began with, to be sent along with it."""
    return _RULES.dump_json(tuple(rules)).decode()


def seen_in(typed: str) -> tuple[WordRule, ...]:
    """Those that the page began with; none where it does not say."""
    try:
        return _RULES.validate_json(typed or "[]")
    except ValidationError:
        return ()


def differences(before: Sequence[WordRule], after: Sequence[WordRule], who: Acting) -> list[str]:
    """What somebody did to the rules, in words: one line for each word that came, went or leads elsewhere."""
    earlier, later = _by_word(before), _by_word(after)
    told = []
    for word, there in later.items():
        if word not in earlier:
            told.append(say("thêm “%(word)s”: %(to)s", word=word, to=_leads_to(there, who)))
        elif earlier[word] != there:
            to = f"{_leads_to(earlier[word], who)} → {_leads_to(there, who)}"
            told.append(say("đổi “%(word)s”: %(to)s", word=word, to=to))
    gone = [(word, there) for word, there in earlier.items() if word not in later]
    return [*told, *(say("bỏ “%(word)s”: %(to)s", word=word, to=_leads_to(there, who)) for word, there in gone)]


def read_rules(state: Mapping[str, Any]) -> tuple[WordRule, ...]:
    """The rules of a reply.

    Raises:
        ValidationError: when it holds none that could be read.
    """
    return _RULES.validate_json(json.dumps(state.get("rules") or []))


def for_texts(command: TryWordRules, trial: Trial) -> list[OfText]:
    """What each text would be, with its words, in the order in which they were asked."""
    return [
        told.model_copy(update={"text": told.text or text})
        for text, told in zip(command.texts, trial.texts, strict=False)
    ]


_Leads = tuple[QuestionField, str | None, float]


def _by_word(rules: Sequence[WordRule]) -> dict[str, _Leads]:
    return {word: (rule.field, rule.department, rule.weight) for rule in rules for word in rule.words}


def _leads_to(there: _Leads, who: Acting) -> str:
    field, department, weight = there
    to = f", {who.unit(department)}" if department else ""
    heavy = "" if weight == 1 else ", " + say("trọng số %(weight)s", weight=weight_in_words(weight))
    return f"{say(words.FIELDS[field])}{to}{heavy}"


def _wrong_words(found: Sequence[str]) -> str | None:
    if not found:
        return "Xin ghi ít nhất một từ, hoặc đánh dấu bỏ dòng này."
    if len(found) > MOST_WORDS:
        return say("Mỗi dòng không quá %(number)s từ; xin tách thành nhiều dòng.", number=MOST_WORDS)
    if any(len(word) > LONGEST_WORD for word in found):
        return say("Mỗi từ không quá %(number)s chữ.", number=LONGEST_WORD)
    return None


def _said_before(found: Sequence[str], number: int, row: Row, first: dict[str, tuple[int, Row]]) -> str | None:
    """A word leads to one field and department alone. first: the row of each word so far, to be gone on with."""
    for word in found:
        line, earlier = first.setdefault(word.casefold(), (number, row))
        if (earlier.field, earlier.department) != (row.field, row.department):
            field = say(words.FIELDS.get(earlier.field, "chưa rõ lĩnh vực"))
            return say(
                "Từ “%(word)s” đã có ở dòng %(number)s (%(field)s). Mỗi từ chỉ dùng cho một lĩnh vực và một phòng.",
                word=word,
                number=line,
                field=field,
            )
    return None


def _weight(typed: str) -> float | None:
    """None where it is no weight; an empty box is the usual one."""
    try:
        weight = float(typed.replace(",", ".")) if typed else 1.0
    except ValueError:
        return None
    return weight if 0 < weight <= HEAVIEST else None
