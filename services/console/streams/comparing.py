"""A message beside the contract it should fit: each field missing, wrong or unknown, in words; values masked.

The contract's own JSON schema says what should be there; pydantic says what does not fit.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from services.console.language import say
from shared.contracts import EVENTS, Envelope

Verdict = Literal["fits", "missing", "wrong", "unknown", "left-out"]
"""left-out: it may be missing, and is."""
Path = tuple[str | int, ...]

MOST_FIELDS = 400
DEEPEST = 8
OF_NOBODY = frozenset(
    {"commune", "case", "question", "deadline", "notification", "dialogue", "department", "rule", "field"}
)
"""Fields whose values are ids of the system: they name no person, and an operator looks for them."""
_ID = re.compile(r"(?![\d.+-]+$)[A-Za-z0-9_.:/-]{1,256}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[Tt ][\d:.]+([Zz]|[+-]\d\d:?\d\d)?")
"""What does not fit may have anything anywhere: words, a name or a telephone number are no id and no instant."""

WORDS: Mapping[str, str] = {
    "missing": "thiếu",
    "string_type": "phải là chữ",
    "string_too_long": "dài quá",
    "string_too_short": "ngắn quá",
    "string_pattern_mismatch": "không đúng dạng",
    "int_type": "phải là số nguyên",
    "int_parsing": "phải là số nguyên",
    "float_type": "phải là số",
    "bool_type": "phải là đúng hoặc sai",
    "bool_parsing": "phải là đúng hoặc sai",
    "list_type": "phải là danh sách",
    "tuple_type": "phải là danh sách",
    "dict_type": "phải là một nhóm trường",
    "model_type": "phải là một nhóm trường",
    "model_attributes_type": "phải là một nhóm trường",
    "enum": "không phải giá trị được biết",
    "literal_error": "không phải giá trị được biết",
    "datetime_parsing": "không phải thời điểm",
    "datetime_from_date_parsing": "không phải thời điểm",
    "datetime_type": "không phải thời điểm",
    "timezone_aware": "thời điểm thiếu múi giờ",
    "date_parsing": "không phải ngày",
    "date_from_datetime_parsing": "không phải ngày",
    "date_type": "không phải ngày",
    "greater_than_equal": "nhỏ quá",
    "less_than_equal": "lớn quá",
    "too_long": "nhiều mục quá",
    "too_short": "ít mục quá",
    "union_tag_invalid": "không phải loại được biết",
    "none_required": "phải để trống",
}
"""By pydantic's name of an error."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field, or one that should be there. kind: what is there, without its value; value: None while masked."""

    path: Path
    verdict: Verdict
    expected: str = ""
    kind: str = ""
    value: str | None = None
    problem: str = ""

    @property
    def name(self) -> str:
        last = self.path[-1]
        return f"[{last + 1}]" if isinstance(last, int) else last

    @property
    def depth(self) -> int:
        return len(self.path) - 1

    @property
    def place(self) -> str:
        return ".".join(str(part) for part in self.path)


@dataclass(frozen=True, slots=True)
class Compared:
    """trouble: why there is nothing to compare, in Vietnamese; contract: the event that it says it is."""

    trouble: str = ""
    contract: str = ""
    subject: str = ""
    fields: Sequence[Field] = ()

    @property
    def fits(self) -> bool:
        return not self.trouble and all(field.verdict in ("fits", "left-out", "unknown") for field in self.fields)

    @property
    def wrong(self) -> list[Field]:
        return [field for field in self.fields if field.verdict in ("missing", "wrong")]

    @property
    def unknown(self) -> list[Field]:
        return [field for field in self.fields if field.verdict == "unknown"]


def compare(body: bytes, *, masked: bool = True) -> Compared:
    """What of a message fits its contract, field by field. masked: values that might tell of a person stay away."""
    try:
        told = json.loads(body)
    except ValueError:
        return Compared(trouble="Nội dung không phải JSON.")
    if not isinstance(told, dict):
        return Compared(trouble="Nội dung không phải một phong bì CloudEvents.")
    envelope = {key: value for key, value in told.items() if key != "data"}
    fields = [*_fields(Envelope, told, skip=("data",), open_values=True, masked=masked)]
    subject = envelope["subject"] if isinstance(envelope.get("subject"), str) else ""
    contract = EVENTS.get(str(told.get("type")))
    if contract is None:
        return Compared(
            "Không có hợp đồng nào cho loại sự kiện này: bên nói mới hơn bên nghe, hoặc viết nhầm.", "", subject, fields
        )
    if not isinstance(told.get("data"), dict):
        wrong: Verdict = "wrong" if "data" in told else "missing"
        kind, expected = _kind(told.get("data")), say(TYPES["object"])
        data = Field(("data",), wrong, expected, kind, problem=WORDS["model_type"])
        return Compared("", contract.name, subject, [*fields, data])
    data = Field(("data",), "fits", say(TYPES["object"]), _kind(told["data"]))
    inside = [_within_data(field) for field in _fields(contract, told["data"], masked=masked)]
    return Compared("", contract.name, subject, [*fields, data, *inside])


def _within_data(field: Field) -> Field:
    return Field(("data", *field.path), field.verdict, field.expected, field.kind, field.value, field.problem)


def _fields(
    contract: type[BaseModel], told: Any, *, skip: Sequence[str] = (), open_values: bool = False, masked: bool
) -> list[Field]:
    schema = contract.model_json_schema()
    walk = _Walk(schema.get("$defs", {}), _problems(contract, told), open_values=open_values, masked=masked)
    found = [field for field in walk.object(schema, told, ()) if field.path[0] not in skip]
    return found[:MOST_FIELDS]


def _problems(contract: type[BaseModel], told: Any) -> dict[Path, str]:
    """What pydantic finds, by the place in the message; its names of the branches of a union are no places."""
    try:
        contract.model_validate(told)
    except ValidationError as error:
        found: dict[Path, str] = {}
        for one in error.errors(include_input=False, include_url=False, include_context=False):
            found.setdefault(_place(told, one["loc"], one["type"]), WORDS.get(one["type"], one["type"]))
        return found
    return {}


def _place(told: Any, location: Sequence[str | int], problem: str) -> Path:
    path: list[str | int] = []
    for number, part in enumerate(location):
        if _has(told, part):
            told = told[part]
            path.append(part)
        elif problem == "missing" and number == len(location) - 1:
            path.append(part)
    return tuple(path)


def _has(told: Any, part: str | int) -> bool:
    if isinstance(told, list):
        return isinstance(part, int) and part < len(told)
    return isinstance(told, dict) and part in told


class _Walk:
    """Through the schema and the message side by side."""

    def __init__(
        self, defined: Mapping[str, Any], problems: Mapping[Path, str], *, open_values: bool, masked: bool
    ) -> None:
        self._defined = defined
        self._problems = problems
        self._open = open_values
        self._masked = masked

    def object(self, schema: Mapping[str, Any], told: Mapping[str, Any], path: Path) -> Iterator[Field]:
        properties: Mapping[str, Any] = schema.get("properties", {})
        required = schema.get("required", ())
        for name, inner in properties.items():
            here = (*path, name)
            if name in told:
                yield from self._value(inner, told[name], here, name)
            elif name in required or here in self._problems:
                yield Field(here, "missing", self._expected(inner), problem=WORDS["missing"])
            else:
                yield Field(here, "left-out", self._expected(inner))
        more = schema.get("additionalProperties")
        for name, value in told.items():
            if name in properties:
                continue
            if isinstance(more, dict):
                yield from self._value(more, value, (*path, name), "")
            else:
                yield Field((*path, name), "unknown", "", _kind(value), self._shown({}, "", value, fits=False), "")

    def _value(self, schema: Mapping[str, Any], told: Any, path: Path, name: str) -> Iterator[Field]:
        """name: as the contract has it; "" where the message itself has given it."""
        branch = self._branch(schema, told)
        problem = self._problems.get(path, "")
        shown = None if isinstance(told, dict | list) else self._shown(branch, name, told, fits=not problem)
        yield Field(path, "wrong" if problem else "fits", self._expected(schema), _kind(told), shown, problem)
        if problem or len(path) >= DEEPEST:
            return
        if isinstance(told, dict) and (branch.get("properties") or branch.get("additionalProperties")):
            yield from self.object(branch, told, path)
        elif isinstance(told, list):
            items = branch.get("items") or {}
            for number, one in enumerate(told):
                yield from self._value(items if isinstance(items, dict) else {}, one, (*path, number), "")

    def _branch(self, schema: Mapping[str, Any], told: Any) -> Mapping[str, Any]:
        """The part of a union that a value is meant for."""
        schema = self._resolved(schema)
        for one in map(self._resolved, schema.get("anyOf") or schema.get("oneOf") or ()):
            if one.get("type") == _json_type(told) or ("enum" in one and told in one["enum"]):
                return one
        return schema

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self._defined.get(schema["$ref"].rsplit("/", 1)[-1], {})
        return schema

    def _expected(self, schema: Mapping[str, Any]) -> str:
        schema = self._resolved(schema)
        if branches := schema.get("anyOf") or schema.get("oneOf"):
            return say(" hoặc ").join(dict.fromkeys(self._expected(one) for one in branches))
        if "enum" in schema or "const" in schema:
            known = schema.get("enum") or [schema["const"]]
            return say("một trong:") + " " + ", ".join(map(str, known[:6])) + (" …" if len(known) > 6 else "")
        if schema.get("format") in ("date-time", "date"):
            return say("thời điểm" if schema["format"] == "date-time" else "ngày")
        return say(TYPES.get(schema.get("type", ""), "giá trị bất kỳ"))

    def _shown(self, schema: Mapping[str, Any], name: str, told: Any, *, fits: bool) -> str | None:
        """The value, where nobody can be known by it, or somebody has asked for it."""
        if self._masked and not (fits and self._is_harmless(schema, name, told)):
            return None
        return told if isinstance(told, str) else json.dumps(told, ensure_ascii=False)

    def _is_harmless(self, schema: Mapping[str, Any], name: str, told: Any) -> bool:
        """Of what a contract names and fits it: yes or no, a choice, an instant, an id, a figure of the envelope."""
        if told is None or isinstance(told, bool) or told in schema.get("enum", ()):
            return True
        if "const" in schema:
            return bool(told == schema["const"])
        if not isinstance(told, str):
            return self._open
        if schema.get("format") == "date-time":
            return _INSTANT.fullmatch(told) is not None
        return (self._open or name in OF_NOBODY) and _ID.fullmatch(told) is not None


TYPES: Mapping[str, str] = {
    "string": "chữ",
    "integer": "số nguyên",
    "number": "số",
    "boolean": "đúng hoặc sai",
    "array": "danh sách",
    "object": "nhóm trường",
    "null": "trống",
}
LONG: Mapping[str, str] = {
    "string": "chữ, %(n)s ký tự",
    "array": "danh sách, %(n)s mục",
    "object": "nhóm, %(n)s trường",
}


def _json_type(told: Any) -> str:
    match told:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"


def _kind(told: Any) -> str:
    """What it is, without saying it: `chữ, 34 ký tự`."""
    match told:
        case None:
            return say(TYPES["null"])
        case bool():
            return say(TYPES["boolean"])
        case int() | float():
            return say(TYPES["number"])
        case str():
            return say(LONG["string"]) % {"n": len(told)}
        case list():
            return say(LONG["array"]) % {"n": len(told)}
        case _:
            return say(LONG["object"]) % {"n": len(told)}
