"""The answer templates that all communes share, read strictly from `deploy/answers.yaml`."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from services.routing.classifying.words import same_phrase
from services.routing.templates import AnswerTemplate, broken
from shared.contracts.taxonomy import QuestionField
from shared.strict_yaml import Finding, Mistake, Strict, YamlError, line_of, read_strictly

TEMPLATES = Path(__file__).parents[2] / "deploy" / "answers.yaml"

AT_LEAST = 2
"""Templates of each field: that there is one choice only, nobody should take for an instruction."""


class _Template(Strict):
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50_000)]


class _TemplatesFile(Strict):
    fields: dict[
        Annotated[QuestionField, Field(strict=False)],
        Annotated[tuple[_Template, ...], Field(strict=False)],
    ]


@cache
def shipped_templates() -> tuple[AnswerTemplate, ...]:
    """The templates that are shipped, field by field."""
    return read_templates(TEMPLATES)


def read_templates(file: Path) -> tuple[AnswerTemplate, ...]:
    """Read and check templates: every field has some, each with its own title and whole placeholders.

    Raises:
        YamlError: each mistake with its line.
    """
    content, tree = read_strictly(file, _TemplatesFile)
    mistakes = [Mistake(file, line_of(tree, place), what) for place, what in _wrong(content)]
    if mistakes:
        raise YamlError(sorted(mistakes, key=lambda mistake: mistake.line))
    return tuple(
        AnswerTemplate(field, template.title, template.text)
        for field, templates in content.fields.items()
        for template in templates
    )


def _wrong(content: _TemplatesFile) -> Iterator[Finding]:
    if missing := [field for field in QuestionField if field not in content.fields]:
        yield ("fields",), f"fields: chưa có mẫu trả lời cho lĩnh vực {', '.join(missing)}"
    for field, templates in content.fields.items():
        if len(templates) < AT_LEAST:
            yield ("fields", field), f"fields.{field}: phải có ít nhất {AT_LEAST} mẫu"
        titles: dict[str, int] = {}
        for number, template in enumerate(templates):
            here = f"fields.{field}.{number}"
            first = titles.setdefault(same_phrase(template.title), number)
            if first != number:
                yield (
                    ("fields", field, number, "title"),
                    f"{here}.title: tên mẫu {template.title!r} đã có ở fields.{field}.{first}",
                )
            if wrong := broken(template.text):
                yield ("fields", field, number, "text"), f"{here}.text: chỗ cần điền ghi chưa đúng: {wrong}"
