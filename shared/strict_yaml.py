"""YAML that an office edits, read strictly: every mistake is reported in Vietnamese, with its file and line."""

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.composer import ComposerError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode


class Strict(BaseModel):
    """A part of such a file. An unknown key is a mistake, not a comment."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


M = TypeVar("M", bound=BaseModel)
Place = tuple[int | str, ...]
"""Where something stands: keys, and numbers of list items from 0."""

Finding = tuple[Place, str]
"""What is wrong somewhere, in Vietnamese."""

Check = Callable[[Mapping[str, Any]], Iterable[Finding]]
"""Looks at what a file says before anything is known of its shape, so that no mistake hides another."""


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


@dataclass(frozen=True, slots=True)
class Document:
    """A file that is YAML, whatever it says. Texts are in Unicode NFC."""

    file: Path
    data: Mapping[str, Any]
    tree: Node

    def mistakes(self, findings: Iterable[Finding]) -> list[Mistake]:
        """The findings with their lines, in the order of the file."""
        found = [Mistake(self.file, line_of(self.tree, place), what) for place, what in findings]
        return sorted(found, key=lambda mistake: mistake.line)

    def against(self, model: type[M], check: Check) -> tuple[M | None, list[Finding]]:
        """What the file says as a model, None when it does not fit; and everything wrong with it."""
        findings = [*_repeated_keys(self.tree, ()), *check(self.data)]
        try:
            return model.model_validate(self.data), findings
        except ValidationError as error:
            return None, [*findings, *(_finding(model, dict(one)) for one in error.errors())]


def read_document(file: Path) -> Document:
    """Read a file as far as it is YAML.

    Raises:
        YamlError: it is not.
    """
    try:
        text = unicodedata.normalize("NFC", file.read_text(encoding="utf-8"))
        loader = _Loader(text)
        tree = loader.get_single_node()
        data = None if tree is None else loader.construct_document(tree)
    except UnicodeDecodeError as error:
        raise YamlError([Mistake(file, 1, f"tệp không phải UTF-8 ({error.reason})")]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError([Mistake(file, mark.line + 1 if mark else 1, f"YAML sai: {_explained(error)}")]) from error
    except ValueError as error:  # a number that Python does not take, such as 0x_
        raise YamlError([Mistake(file, 1, "YAML sai: có số viết sai; hãy đặt giá trị trong dấu nháy")]) from error
    except yaml.YAMLError as error:
        raise YamlError([Mistake(file, 1, "YAML sai: tệp có ký tự điều khiển")]) from error
    if not isinstance(data, dict) or tree is None:
        raise YamlError([Mistake(file, 1, "tệp phải có dạng `khóa: giá trị`")])
    return Document(file, data, tree)


def read_strictly(file: Path, model: type[M], check: Check = lambda _: ()) -> tuple[M, Node]:
    """What a file says, and its YAML tree, in which `line_of` finds the places that later checks object to.

    Raises:
        YamlError: each mistake with its line.
    """
    document = read_document(file)
    found, findings = document.against(model, check)
    if found is None or findings:
        raise YamlError(document.mistakes(findings))
    return found, document.tree


def line_of(node: Node, place: Place) -> int:
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


def written(place: Place) -> str:
    return ".".join(map(str, place))


def meant(value: object, known: Iterable[str]) -> str:
    """`; có phải ý là 'x'?` for the nearest of the known words; nothing when none is near."""
    plain = {_plain(word): word for word in known}
    near = difflib.get_close_matches(_plain(str(value)), plain, n=1, cutoff=0.6)
    return f"; có phải ý là '{plain[near[0]]}'?" if near else ""


def _plain(word: str) -> str:
    """Without diacritics, capitals and the choice between blank, underscore and dash."""
    letters = unicodedata.normalize("NFD", word.casefold().replace("đ", "d"))
    return re.sub(r"[\s_-]+", "-", "".join(letter for letter in letters if not unicodedata.combining(letter)))


_TAG = "giá trị bắt đầu bằng dấu ! phải đặt trong ngoặc kép"
_YAML_PROBLEMS = {
    "mapping values are not allowed here": "có dấu hai chấm thừa, hoặc dòng này thụt vào sai; chữ có dấu hai chấm "
    "phải đặt trong dấu nháy",
    "could not find expected ':'": "thiếu dấu hai chấm sau khóa, hoặc dòng này thụt vào sai",
    "expected <block end>, but found": "dòng này thụt vào không khớp với các dòng trên",
    "cannot start any token": "có ký tự không được dùng ở đây; không thụt dòng bằng phím Tab",
    "expected ',' or": "thiếu dấu phẩy hoặc dấu đóng ngoặc",
    "found unexpected end of stream": "thiếu dấu nháy đóng hoặc dấu đóng ngoặc",
    "found undefined tag handle": _TAG,
    "found a tag": _TAG,
    "while scanning a tag": _TAG,
    "found undefined alias": "có dấu * ở đầu giá trị; hãy đặt giá trị trong dấu nháy",
}


class _Loader(yaml.SafeLoader):
    """Safe YAML without aliases and tags, and with what looks like a day and is none, 2025-06-31, left as text."""

    def compose_node(self, parent: Node | None, index: Any) -> Node | None:
        if self.check_event(yaml.AliasEvent):
            raise ComposerError(None, None, "found undefined alias", self.current_event.start_mark)
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if getattr(event, "tag", None) is not None:
            raise ComposerError(None, None, "found a tag", event.start_mark)
        return super().compose_node(parent, index)

    def construct_yaml_timestamp(self, node: ScalarNode) -> Any:
        try:
            return super().construct_yaml_timestamp(node)
        except ValueError:
            return node.value


_Loader.add_constructor("tag:yaml.org,2002:timestamp", _Loader.construct_yaml_timestamp)


def _explained(error: yaml.MarkedYAMLError) -> str:
    """Without what the file says there: it may be a password."""
    problem = str(error.problem or error.context)
    whole = f"{error.context} {problem}"
    known = next((explained for known, explained in _YAML_PROBLEMS.items() if known in whole), None)
    return known or re.sub(r"(['\"]).*\1", "…", problem, flags=re.DOTALL)


def _repeated_keys(node: Node, place: Place) -> Iterator[Finding]:
    """YAML would silently keep the last of two values."""
    if isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield from _repeated_keys(item, (*place, number))
    if isinstance(node, MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if isinstance(key, ScalarNode) and first.setdefault(key.value, line) != line:
                here = (*place, key.value)
                yield here, f"{written(here)}: khóa này được ghi hai lần, ở dòng {first[key.value]} và dòng {line}"
            yield from _repeated_keys(value, (*place, getattr(key, "value", "")))


_WORDS = {
    "missing": "thiếu khóa này",
    "extra_forbidden": "không có khóa này",
    "invalid_key": "khóa phải là chữ",
    "string_type": "phải là chữ; số hoặc ngày dùng làm chữ thì đặt trong dấu nháy",
    "string_too_short": "không được để trống",
    "string_too_long": "dài quá {max_length} ký tự",
    "string_pattern_mismatch": "không đúng dạng",
    "int_type": "phải là số nguyên",
    "int_from_float": "phải là số nguyên",
    "float_type": "phải là số",
    "bool_type": "phải là true hoặc false",
    "date_type": "phải là ngày có thật, dạng 2025-04-01, không đặt trong dấu nháy",
    "date_from_datetime_inexact": "phải là ngày, không kèm giờ",
    "datetime_type": "phải là ngày giờ có thật, dạng 2024-10-13T07:30:00+07:00, không đặt trong dấu nháy",
    "timezone_aware": "phải kèm múi giờ, ví dụ 2024-10-13T07:30:00+07:00",
    "greater_than": "phải lớn hơn {gt}",
    "greater_than_equal": "phải từ {ge} trở lên",
    "less_than": "phải nhỏ hơn {lt}",
    "less_than_equal": "không được quá {le}",
    "too_short": "phải có ít nhất {min_length} mục",
    "too_long": "có quá {max_length} mục",
    "tuple_type": "phải là danh sách: mỗi mục một dòng bắt đầu bằng dấu -, hoặc [a, b]",
    "list_type": "phải là danh sách: mỗi mục một dòng bắt đầu bằng dấu -, hoặc [a, b]",
    "dict_type": "phải có dạng `khóa: giá trị`",
    "model_type": "phải có dạng `khóa: giá trị`",
    "enum": "không có trong danh mục",
    "literal_error": "không có trong danh mục",
}


def _finding(model: type[BaseModel], error: dict[str, Any]) -> Finding:
    place: Place = tuple(part for part in error["loc"] if part != "[key]")
    kind, context = error["type"], error.get("ctx", {})
    known_as = _WORDS.get(kind)
    what = known_as.format_map(context) if known_as else str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        what += meant(place[-1], _keys_at(model, place[:-1]))
    if kind in ("enum", "literal_error"):
        known = re.findall(r"'([^']+)'", str(context.get("expected")))
        what += f"{meant(error['input'], known)} (được dùng: {', '.join(known)})"
    return place, f"{written(place)}: {what}" if place else what


def _keys_at(model: type[BaseModel], place: Place) -> Iterable[str]:
    """The keys that may be written at a place."""
    for part in place:
        if isinstance(part, str) and part in model.model_fields:
            model = next(_models_in(model.model_fields[part].annotation), model)
    return model.model_fields


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_in(part)
