"""YAML that an office edits, read strictly: every mistake is reported in Vietnamese, with its file and line."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class Strict(BaseModel):
    """A part of such a file. An unknown key is a mistake, not a comment."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a file. line: from 1."""

    file: Path
    line: int
    what: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}"


class YamlError(ValueError):
    """A file that cannot be used, with every mistake found in it."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = list(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


def read_strictly(file: Path, model: type[M]) -> tuple[M, Node]:
    """What a file says, and its YAML tree, in which `line_of` finds the places that later checks object to.

    Raises:
        YamlError: each mistake with its line.
    """
    try:
        text = file.read_text(encoding="utf-8")
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise YamlError([Mistake(file, 1, f"tệp không phải UTF-8 ({error.reason})")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError([Mistake(file, mark.line + 1 if mark else 1, f"YAML sai: {error.problem}")]) from error
    except yaml.YAMLError as error:
        raise YamlError([Mistake(file, 1, "YAML sai: tệp có ký tự điều khiển")]) from error
    if not isinstance(data, dict) or tree is None:
        raise YamlError([Mistake(file, 1, "tệp phải có dạng `khóa: giá trị`")])
    try:
        return model.model_validate(data), tree
    except ValidationError as error:
        raise YamlError(_mistake(file, tree, dict(found)) for found in error.errors()) from error


def line_of(node: Node, place: tuple[int | str, ...]) -> int:
    """Line (from 1) of the deepest part of `place` that the file has."""
    line = node.start_mark.line + 1
    for part in place:
        if isinstance(node, MappingNode):
            found = next(
                ((key, value) for key, value in node.value if isinstance(key, ScalarNode) and key.value == str(part)),
                None,
            )
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            break
    return line


_WORDS = {
    "missing": "thiếu khóa này",
    "extra_forbidden": "không có khóa này",
    "string_type": "phải là chữ",
    "int_type": "phải là số nguyên",
    "enum": "không có trong danh mục",
    "literal_error": "không có trong danh mục",
    "string_pattern_mismatch": "không đúng dạng",
}


def _mistake(file: Path, tree: Node, found: dict[str, Any]) -> Mistake:
    place = tuple(part for part in found["loc"] if part != "[key]")
    what = _WORDS.get(found["type"], str(found["msg"]).removeprefix("Value error, "))
    if found["type"] in ("enum", "literal_error") and "expected" in found.get("ctx", {}):
        what += f" (được dùng: {found['ctx']['expected']})"
    where = ".".join(map(str, place))
    return Mistake(file, line_of(tree, place), f"{where}: {what}" if where else what)
