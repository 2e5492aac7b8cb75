"""What of Jinja2 a text may use: conditions, loops, names of its own, and a few filters that make nothing grow."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from services.notify.contents import sentence

OF_A_LOOP = frozenset({"index", "first", "last", "length"})

MOST_LOOPS = 30
MOST_NAMES = 50
MOST_IN_A_LIST = 20
LARGEST = 1_000_000_000
LONGEST_JOINED = 50_000
DEEPEST = 60
"""Expressions and blocks inside each other; the compiler goes down into each."""

TOO_DEEP = "lồng nhau quá nhiều tầng"


class TooDeep(ValueError):
    """Of the line that is its argument."""


NODES: frozenset[type[nodes.Node]] = frozenset(
    {
        nodes.Template,
        nodes.Output,
        nodes.TemplateData,
        nodes.If,
        nodes.For,
        nodes.Assign,
        nodes.Name,
        nodes.Getattr,
        nodes.Const,
        nodes.CondExpr,
        nodes.Compare,
        nodes.Operand,
        nodes.And,
        nodes.Or,
        nodes.Not,
        nodes.Filter,
        nodes.List,
        nodes.Tuple,
    }
)
"""No calls, no macros, no files, no arithmetic: nothing that runs long or grows."""


def _upper_first(value: Any) -> str | None:
    return str(value)[:1].upper() + str(value)[1:] if value else None


def _lower_first(value: Any) -> str | None:
    return str(value)[:1].lower() + str(value)[1:] if value else None


def _joined(value: Any, by: str = "") -> str:
    if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) for one in value):
        raise TypeError("only lists of words can be joined")
    joined = by.join(value)
    if len(joined) > LONGEST_JOINED:
        raise ValueError("too long")
    return joined


def _length(value: Any) -> int:
    if not isinstance(value, (list, tuple)):
        raise TypeError("only lists are counted")
    return len(value)


def _first(value: Any) -> Any:
    return value[0] if isinstance(value, (list, tuple)) and value else None


def _rest(value: Any) -> list[Any]:
    return list(value[1:]) if isinstance(value, (list, tuple)) else []


def _sentence(value: Any) -> str | None:
    return sentence(str(value)) if value else None


def _two_digits(value: Any) -> str:
    return f"{int(value):02}"


FILTERS: dict[str, Callable[..., Any]] = {
    "join": _joined,
    "length": _length,
    "upper_first": _upper_first,
    "lower_first": _lower_first,
    "first": _first,
    "rest": _rest,
    "sentence": _sentence,
    "two_digits": _two_digits,
}


_NAMES_OF_TAGS = {
    nodes.Call: "gọi hàm",
    nodes.CallBlock: "{% call %}",
    nodes.Macro: "{% macro %}",
    nodes.Include: "{% include %}",
    nodes.Import: "{% import %}",
    nodes.FromImport: "{% from %}",
    nodes.Extends: "{% extends %}",
    nodes.Block: "{% block %}",
    nodes.With: "{% with %}",
    nodes.FilterBlock: "{% filter %}",
    nodes.AssignBlock: "{% set %} … {% endset %}",
    nodes.Test: "phép thử “is”; hãy viết {% if … %}",
    nodes.Getitem: "dấu [ ]",
    nodes.Slice: "dấu [ ]",
    nodes.Concat: "dấu ~; hãy viết hai mục cạnh nhau",
    nodes.Dict: "dấu { } trong biểu thức",
    nodes.Scope: "{% autoescape %}",
    nodes.ScopedEvalContextModifier: "{% autoescape %}",
}


def refused(tree: nodes.Template) -> list[str]:
    """What the text uses and may not, each as `dòng 3: …` for whoever wrote it, in its order."""
    try:
        found = sorted(set(_refused(tree)))
    except TooDeep as deep:
        return [f"dòng {deep.args[0]}: {TOO_DEEP}."]
    return [f"dòng {number}: {what}" for number, what in found]


def _refused(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    for node in _nodes(tree):
        if type(node) not in NODES:
            name = _NAMES_OF_TAGS.get(type(node), "phép tính này")
            yield node.lineno or 1, f"không dùng được {name}. Chỉ dùng {{{{ tên }}}}, if, for và set."
        elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
            yield node.lineno, f"không có bộ lọc “{node.name}”. Có: {', '.join(FILTERS)}."
        elif isinstance(node, nodes.Filter) and not _is_plain(node):
            yield node.lineno, f'bộ lọc “{node.name}” chỉ nhận một chuỗi ngắn, ví dụ join("; ").'
        elif isinstance(node, (nodes.List, nodes.Tuple)) and not all(
            isinstance(one, nodes.Const) for one in node.items
        ):
            yield node.lineno, "danh sách chỉ được gồm các chuỗi viết sẵn."
        elif isinstance(node, (nodes.List, nodes.Tuple)) and len(node.items) > MOST_IN_A_LIST:
            yield node.lineno, f"danh sách dài hơn {MOST_IN_A_LIST} chuỗi."
        elif isinstance(node, nodes.Compare) and not all(map(_is_quick, node.ops)):
            yield node.lineno, 'sau in cần một danh sách viết sẵn, ví dụ occasion in ("late", "absent").'
        elif isinstance(node, nodes.For) and (node.recursive or not isinstance(node.target, nodes.Name)):
            yield node.lineno, "viết vòng lặp dạng {% for item in items %}."
        elif isinstance(node, nodes.Assign) and not isinstance(node.target, nodes.Name):
            yield node.lineno, "viết {% set tên = … %}."
        elif isinstance(node, (nodes.For, nodes.Assign)) and _name(node.target) == "loop":
            yield node.lineno, "tên “loop” dành riêng cho vòng lặp, xin đặt tên khác."
        elif isinstance(node, nodes.Const) and not isinstance(node.value, (str, int)) and node.value is not None:
            yield node.lineno, "chỉ dùng chuỗi, số nguyên, true, false, none."
        elif isinstance(node, nodes.Const) and isinstance(node.value, int) and node.value > LARGEST:
            yield node.lineno, "số quá lớn."
    yield from _too_many(tree)


def _too_many(tree: nodes.Template) -> Iterator[tuple[int, str]]:
    loops, names = list(tree.find_all(nodes.For)), list(tree.find_all(nodes.Assign))
    if len(loops) > MOST_LOOPS:
        yield loops[MOST_LOOPS].lineno, f"nhiều hơn {MOST_LOOPS} vòng lặp."
        return
    if len(names) > MOST_NAMES:
        yield names[MOST_NAMES].lineno, f"nhiều hơn {MOST_NAMES} lệnh set."
    for outer in loops:
        for inner in outer.find_all(nodes.For):
            for innermost in inner.find_all(nodes.For):
                yield innermost.lineno, "vòng lặp lồng nhau quá hai tầng."


def _nodes(tree: nodes.Template) -> Iterator[nodes.Node]:
    """All of them, from the top; raises TooDeep."""
    waiting: list[tuple[nodes.Node, int]] = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > DEEPEST:
            raise TooDeep(node.lineno)
        yield node
        waiting += ((child, depth + 1) for child in node.iter_child_nodes())


def _is_plain(node: nodes.Filter) -> bool:
    arguments: Sequence[nodes.Node] = node.args
    words = [one.value for one in arguments if isinstance(one, nodes.Const) and isinstance(one.value, str)]
    short = len(words) == len(arguments) and all(len(one) <= 20 for one in words)
    return short and len(arguments) <= (node.name == "join") and not node.kwargs and not node.dyn_args


def _is_quick(compared: nodes.Operand) -> bool:
    """To look for something in words or lists of the data would read all of them."""
    return compared.op not in ("in", "notin") or isinstance(compared.expr, (nodes.List, nodes.Tuple))


def _name(node: nodes.Node) -> str | None:
    return node.name if isinstance(node, nodes.Name) else None


_SYNTAX = (
    ("unexpected end of template", "chưa đóng một lệnh {% … %}"),
    ("unexpected end of", "lệnh bị cắt giữa chừng"),
    ("encountered unknown tag", "không có lệnh này; chỉ dùng if, for và set"),
    ("end of print statement", "thiếu dấu }} ở cuối mục"),
    ("end of statement block", "thiếu dấu %} ở cuối lệnh"),
    ("no filter named", "không có bộ lọc này"),
    ("no test named", "không có phép thử này"),
    ("missing end of comment", "thiếu dấu #} ở cuối ghi chú"),
)


def told(error: Exception) -> str:
    """`dòng 3: …` of a source that Jinja2, or Python below it, cannot read."""
    if isinstance(error, RecursionError):
        return f"dòng 1: {TOO_DEEP}."
    if not isinstance(error, TemplateSyntaxError):
        return "dòng 1: viết sai cú pháp, hoặc có số quá lớn."
    said = (error.message or "").casefold()
    what = next((words for known, words in _SYNTAX if known in said), "viết sai cú pháp")
    return f"dòng {error.lineno}: {what}."
