"""What an office has taught routing: the words its questions are told by, and texts to start answers from."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.routing.classifying.classification import Classification
from services.routing.classifying.words import same_phrase
from services.routing.moves import DEPARTMENT, OFFICE, STAFF, permit_department, permit_role
from services.routing.templates import AnswerTemplate, broken
from shared.contracts import Event, Refusal
from shared.contracts.handbook import (
    AnswerTemplateRemoved,
    AnswerTemplateSaved,
    ClassifyTexts,
    ReadHandbook,
    RemoveAnswerTemplate,
    SaveAnswerTemplate,
    SaveWordRules,
    TryWordRules,
    WordRule,
    WordRulesSaved,
)
from shared.contracts.taxonomy import QuestionField, Scope, field_in_words

MOST_WORDS = 2_000
"""Of all rules together. What needs more is a matter for the shared vocabulary."""
LONGEST_WORDS = 100_000
MOST_TEMPLATES = 200
LONGEST_TEMPLATE = 10_000
LONGEST_TEMPLATES = 500_000
"""Characters, of one template and of all. What an office has taught is kept, and read, as a whole: together with its
words it must go into one message, of 4 MiB, where a character takes six bytes at worst."""
LONGEST_TRIAL = 200_000
"""Characters of all texts that are classified at once."""


@dataclass(frozen=True, slots=True)
class Handbook:
    """One of each commune; its id is the commune's.

    rules: None while nobody has saved any: those of the profile count.
    templates: the commune's own.
    """

    id: str
    commune: str
    rules: tuple[WordRule, ...] | None = None
    templates: tuple[AnswerTemplate, ...] = ()
    version: int = 0


Decision = tuple[Handbook, Sequence[Event]]


def permit_reading(command: ReadHandbook | ClassifyTexts) -> None:
    """Whoever works on questions may see what they are told by, and what answers start from."""
    permit_role(command.actor, STAFF, "xem sổ tay" if isinstance(command, ReadHandbook) else "phân loại thử")
    if isinstance(command, ClassifyTexts):
        _permit_texts(command.texts)


def _permit_texts(texts: Sequence[str]) -> None:
    if sum(map(len, texts)) > LONGEST_TRIAL:
        raise Refusal("invalid", f"Các câu cần thử cộng lại dài quá {LONGEST_TRIAL} ký tự. Xin thử ít câu hơn.")


def in_full(handbook: Handbook, of_profile: Iterable[WordRule], shipped: Iterable[AnswerTemplate]) -> dict[str, Any]:
    """What counts in the commune now, as `ReadHandbook` says.

    Args:
        of_profile: the rules that count while the office has saved none.
        shipped: templates for every commune.
    """
    rules = of_profile if handbook.rules is None else handbook.rules
    return {
        "rules": [rule.model_dump(mode="json") for rule in rules],
        "from_profile": handbook.rules is None,
        "templates": [
            {"field": str(one.field), "title": one.title, "text": one.text, "own": one.own}
            for one in all_templates(handbook, shipped)
        ],
    }


def without_texts(state: Mapping[str, Any]) -> dict[str, Any]:
    """A handbook as the reply to a change carries it: whoever saves one text need not be told the others."""
    texts = [{name: value for name, value in one.items() if name != "text"} for one in state.get("templates") or ()]
    return {**state, "templates": texts}


# --- words ------------------------------------------------------------------------------------------------------------


def save_word_rules(
    handbook: Handbook, command: SaveWordRules, departments: Mapping[str, str], now: datetime
) -> Decision:
    """From now on these rules decide first, in place of those before. The same rules again change nothing.

    Args:
        departments: names of this commune's departments, by id.
    """
    permit_rules(command, departments)
    if command.rules == handbook.rules:
        return handbook, []
    return replace(handbook, rules=command.rules), [
        WordRulesSaved(
            commune=handbook.commune,
            case=handbook.id,
            occurred_at=now,
            rules=command.rules,
            reason=command.reason,
            saved_by=command.actor.name,
        )
    ]


def permit_rules(command: SaveWordRules | TryWordRules, departments: Mapping[str, str]) -> None:
    """The office may teach words of which each says one thing.

    Raises:
        Refusal: for another role, an unknown department, a word that is none, or one that stands for two things.
    """
    does = "lưu từ khóa phân loại" if isinstance(command, SaveWordRules) else "thử từ khóa phân loại"
    permit_role(command.actor, OFFICE, does)
    if isinstance(command, TryWordRules):
        _permit_texts(command.texts)
    for rule in command.rules:
        if rule.department is not None:
            permit_department(rule.department, departments)
    if sum(len(rule.words) for rule in command.rules) > MOST_WORDS:
        raise Refusal("invalid", f"Tất cả các quy tắc cộng lại không quá {MOST_WORDS} từ khóa. Xin bỏ bớt.")
    if sum(len(word) for rule in command.rules for word in rule.words) > LONGEST_WORDS:
        raise Refusal("invalid", f"Tất cả các từ khóa cộng lại không quá {LONGEST_WORDS} ký tự. Xin rút gọn.")
    first: dict[str, tuple[str, WordRule]] = {}
    for rule in command.rules:
        for word in rule.words:
            phrase = same_phrase(word)
            if not phrase:
                raise Refusal("invalid", f"Từ khóa “{word}” không có chữ cái nào. Xin sửa lại.")
            written, earlier = first.setdefault(phrase, (word, rule))
            if (earlier.field, earlier.department) != (rule.field, rule.department):
                raise Refusal(
                    "invalid",
                    f"Từ khóa “{word}” của {_leads_to(rule, departments)} trùng với “{written}” của "
                    f"{_leads_to(earlier, departments)}. "
                    "Mỗi từ khóa chỉ dùng cho một lĩnh vực và một phòng.",
                )


def differs(before: Classification, after: Classification) -> bool:
    """Whether a question would go elsewhere, or to a person, or be taken for something else than a question."""
    return _decided(before) != _decided(after)


def in_short(classification: Classification) -> dict[str, Any]:
    """All that `doithoai classify --json` gives but the text."""
    return {key: told for key, told in classification.to_json().items() if key != "text"}


def _decided(one: Classification) -> tuple[Scope, QuestionField, str, bool]:
    return one.scope, one.field, one.department, one.triage


def _leads_to(rule: WordRule, departments: Mapping[str, str]) -> str:
    """`lĩnh vực đất đai (Phòng Kinh tế)`."""
    return field_in_words(rule.field) + (f" ({departments[rule.department]})" if rule.department else "")


# --- texts ------------------------------------------------------------------------------------------------------------


def save_answer_template(handbook: Handbook, command: SaveAnswerTemplate, now: datetime) -> Decision:
    """A template of the same field and title is replaced. The same text again changes nothing."""
    permit_role(command.actor, OFFICE | DEPARTMENT, "lưu mẫu trả lời")
    if len(command.text) > LONGEST_TEMPLATE:
        raise Refusal("invalid", f"Mẫu trả lời dài quá {LONGEST_TEMPLATE} ký tự. Xin rút gọn.")
    if wrong := broken(command.text):
        raise Refusal("invalid", f"Chỗ cần điền ghi chưa đúng: {wrong}. Xin ghi dạng {{tên chỗ cần điền}}.")
    template = AnswerTemplate(command.field, command.title, command.text, own=True)
    if template in handbook.templates:
        return handbook, []
    others = tuple(one for one in handbook.templates if not _same(one, template))
    if len(others) >= MOST_TEMPLATES:
        raise Refusal("invalid", f"Xã đã có {MOST_TEMPLATES} mẫu trả lời riêng. Xin gỡ mẫu không dùng nữa trước.")
    if sum(len(one.text) for one in (*others, template)) > LONGEST_TEMPLATES:
        raise Refusal(
            "invalid",
            f"Các mẫu trả lời riêng cộng lại dài quá {LONGEST_TEMPLATES} ký tự. "
            "Xin rút gọn, hoặc gỡ mẫu không dùng nữa trước.",
        )
    return replace(handbook, templates=(*others, template)), [
        AnswerTemplateSaved(
            commune=handbook.commune,
            case=handbook.id,
            occurred_at=now,
            field=template.field,
            title=template.title,
            text=template.text,
            saved_by=command.actor.name,
        )
    ]


def remove_answer_template(handbook: Handbook, command: RemoveAnswerTemplate, now: datetime) -> Decision:
    """One of the commune's own is taken out; a shipped one of the same title counts again."""
    permit_role(command.actor, OFFICE | DEPARTMENT, "gỡ mẫu trả lời")
    asked = AnswerTemplate(command.field, command.title, "")
    found = next((one for one in handbook.templates if _same(one, asked)), None)
    if found is None:
        raise Refusal(
            "not-found", f"Xã không có mẫu riêng nào tên “{command.title}”. Mẫu dùng chung thì không gỡ được."
        )
    return replace(handbook, templates=tuple(one for one in handbook.templates if one is not found)), [
        AnswerTemplateRemoved(
            commune=handbook.commune,
            case=handbook.id,
            occurred_at=now,
            field=found.field,
            title=found.title,
            removed_by=command.actor.name,
        )
    ]


def all_templates(handbook: Handbook | None, shipped: Iterable[AnswerTemplate]) -> tuple[AnswerTemplate, ...]:
    """The commune's own before the shipped ones, of which those with the title of an own one are left out."""
    own = handbook.templates if handbook else ()
    return *own, *(one for one in shipped if not any(_same(one, other) for other in own))


def _same(one: AnswerTemplate, other: AnswerTemplate) -> bool:
    return one.field is other.field and same_phrase(one.title) == same_phrase(other.title)
