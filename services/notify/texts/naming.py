"""Whether all that a text names is there: told from its source, so also of turns that no example takes."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from jinja2 import nodes

from services.notify.texts.names import LOOP, Name, Names, Sort

Mistake = tuple[int, str]
"""A line of the source, and what is wrong there."""

_WORDS = Name("", "words")
_FLAG = Name("", "flag")
_NUMBER = Name("", "number")
_UNKNOWN = Name("", "words")

_MANY: frozenset[Sort] = frozenset({"list", "paragraphs"})
_CANNOT_BE_PRINTED: Mapping[Sort, str] = {
    "flag": "chỉ dùng được trong {% if … %}",
    "group": "là một nhóm, hãy viết mục trong nhóm",
    "list": "là danh sách, hãy dùng {% for … %}",
}


def misnamed(tree: nodes.Template, known: Names) -> list[Mistake]:
    """What the text names and its kind does not know, what it prints that has no words, what it loops over that is no
    list; by line."""
    found: list[Mistake] = []
    _Reader(known, found).read(tree.body, dict(known))
    return sorted(set(found))


class _Reader:
    def __init__(self, known: Names, found: list[Mistake]) -> None:
        self._paths = dict(_paths(known))
        self._loops = {one.each: path for path, one in self._paths.items() if one.each}
        self._found = found

    def read(self, body: Sequence[nodes.Node], scope: dict[str, Name]) -> None:
        for node in body:
            match node:
                case nodes.Output():
                    for one in node.nodes:
                        if not isinstance(one, nodes.TemplateData):
                            self._printed(one, scope)
                case nodes.If():
                    self._sort(node.test, scope)
                    for branch in (node.body, node.elif_, node.else_):
                        self.read(branch, scope)
                case nodes.For():
                    self._loop(node, scope)
                case nodes.Assign(target=nodes.Name() as target):
                    scope[target.name] = self._sort(node.node, scope)

    def _loop(self, node: nodes.For, scope: dict[str, Name]) -> None:
        many = self._sort(node.iter, scope)
        if many is not _UNKNOWN and many.sort not in _MANY:
            self._say(node, f"“{_written(node.iter)}” không phải danh sách, không lặp được.")
        assert isinstance(node.target, nodes.Name), "checked by allowed.refused"
        one = Name("", "group", many.parts) if many.sort == "list" else _WORDS if many.sort in _MANY else _UNKNOWN
        inside = {**scope, node.target.name: one, "loop": Name("", "group", LOOP)}
        if node.test is not None:
            self._sort(node.test, inside)
        self.read(node.body, inside)
        self.read(node.else_, dict(scope))

    def _printed(self, node: nodes.Node, scope: Mapping[str, Name]) -> None:
        sort = self._sort(node, scope).sort
        if sort in _CANNOT_BE_PRINTED:
            self._say(node, f"“{_written(node)}” {_CANNOT_BE_PRINTED[sort]}.")

    def _sort(self, node: nodes.Node, scope: Mapping[str, Name]) -> Name:
        """What an expression is; on the way, what is wrong in it."""
        match node:
            case nodes.Name():
                return self._of_name(node, scope)
            case nodes.Getattr():
                return self._of_part(node, self._sort(node.node, scope))
            case nodes.Filter(node=nodes.Expr() as filtered):
                return self._of_filter(node, self._sort(filtered, scope), filtered)
            case nodes.CondExpr():
                self._sort(node.test, scope)
                if node.expr2 is None:
                    self._say(node, "viết đủ “… if … else …”, hoặc dùng {% if … %}.")
                else:
                    self._sort(node.expr2, scope)
                return self._sort(node.expr1, scope)
            case nodes.Const(value=bool() | None):
                return _FLAG
            case nodes.Const(value=int()):
                return _NUMBER
            case nodes.List() | nodes.Tuple():
                return Name("", "paragraphs")
            case nodes.Compare():
                self._compared(node, scope)
                return _FLAG
            case nodes.And() | nodes.Or() | nodes.Not():
                for child in node.iter_child_nodes():
                    self._sort(child, scope)
                return _FLAG
        return _WORDS

    def _compared(self, node: nodes.Compare, scope: Mapping[str, Name]) -> None:
        """Words and numbers only: of a list each comparison would read the whole."""
        lists = {id(operand.expr) for operand in node.ops if operand.op in ("in", "notin")}
        for one in (node.expr, *(operand.expr for operand in node.ops)):
            if self._sort(one, scope).sort in _MANY and id(one) not in lists:
                self._say(node, f"“{_written(one)}” là danh sách, không so sánh được.")

    def _of_name(self, node: nodes.Name, scope: Mapping[str, Name]) -> Name:
        if node.name in scope:
            return scope[node.name]
        self._say(node, f"không có mục “{node.name}”{self._near(node.name, scope)}.")
        return _UNKNOWN

    def _of_part(self, node: nodes.Getattr, whole: Name) -> Name:
        if whole is _UNKNOWN:
            return _UNKNOWN
        if whole.sort == "group" and node.attr in whole.parts:
            return whole.parts[node.attr]
        written = _written(node)
        if whole.sort == "list":
            self._say(node, f"“{_written(node.node)}” là danh sách; viết {{% for … in {_written(node.node)} %}}.")
        elif close := get_close_matches(node.attr, whole.parts, 1):
            self._say(node, f"không có mục “{written}”, có phải {{{{ {_written(node.node)}.{close[0]} }}}}?")
        else:
            self._say(node, f"không có mục “{written}”{self._near(node.attr, {})}.")
        return _UNKNOWN

    def _of_filter(self, node: nodes.Filter, value: Name, filtered: nodes.Node) -> Name:
        if value is _UNKNOWN:
            return _UNKNOWN
        if node.name == "length":
            if value.sort not in _MANY:
                self._say(node, f"“{_written(filtered)}” không phải danh sách, không đếm được.")
            return _NUMBER
        if node.name in ("join", "rest", "first"):
            if value.sort != "paragraphs":
                self._say(node, f"bộ lọc “{node.name}” chỉ dùng cho mục có nhiều đoạn.")
            return Name("", "paragraphs") if node.name == "rest" else _WORDS
        if value.sort not in ("words", "number"):
            self._say(node, f"bộ lọc “{node.name}” không dùng được cho “{_written(filtered)}”.")
        return _WORDS

    def _near(self, name: str, scope: Mapping[str, Name]) -> str:
        if name in self._loops:
            return f"; nó chỉ có trong {{% for {name} in {self._loops[name]} %}} … {{% endfor %}}"
        own = {one: one for one in scope}
        candidates = {path.rpartition(".")[2]: path for path in reversed(self._paths)} | own
        close = get_close_matches(name, candidates, 1, cutoff=0.7)
        return f", có phải {{{{ {candidates[close[0]]} }}}}?" if close else ""

    def _say(self, node: nodes.Node, what: str) -> None:
        self._found.append((node.lineno, what.replace("?.", "?")))


def _paths(names: Names, before: str = "") -> Iterator[tuple[str, Name]]:
    """Everything that can be named, as it is written."""
    for name, known in names.items():
        yield f"{before}{name}", known
        yield from _paths(known.parts, f"{known.each}." if known.each else f"{before}{name}.")


def _written(node: nodes.Node) -> str:
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            return f"{_written(node.node)}.{node.attr}"
        case nodes.Filter(node=nodes.Expr() as filtered):
            return f"{_written(filtered)} | {node.name}"
        case nodes.Const():
            return str(node.value)
    return "…"
