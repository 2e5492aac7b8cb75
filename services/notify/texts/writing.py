"""Filling a text with its data: Jinja2 that can neither call nor reach anything, and never leaves a hole."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, Undefined, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from services.notify.texts import allowed
from services.notify.texts.blocks import Table, Written
from services.notify.texts.markup import MOST_VALUES, Misread, Value, blocks_of, mark, without_marks, words_of
from services.notify.texts.text import Text
from services.notify.wording import grouped, one_line
from shared.contracts.notify import MessageKind

LONGEST = 200_000
"""Characters of a message; a letter of 40 pages has about 100,000."""

MOST_STEPS = 50_000
"""A round of a loop takes one for each thing that stands in it; a digest of 300 lines takes 15,000."""

_VALUES = "\U000f0000"
"""The name under which the values of one run are gathered; no text can write it."""
_EACH = "each of"
"""Nor this one, of the filter that counts the rounds of loops."""

UNREADABLE = (TemplateSyntaxError, RecursionError, SyntaxError, ValueError, TypeError, OverflowError)
"""What Jinja2 and Python's own compiler say of a source that they cannot read."""


class CannotWrite(ValueError):
    """The text cannot be filled with these data. The message is Vietnamese, for the office that wrote it."""


class Hole(ValueError):
    """Something is to be printed that has no words."""


class TooMuch(ValueError):
    """Filling in the text takes too many steps."""


class _Values(list[Value]):
    """What was filled in so far, its length, and the steps that took."""

    size = 0
    steps = 0

    def take(self, steps: int) -> None:
        self.steps += steps
        if self.steps > MOST_STEPS:
            raise TooMuch


def write(text: Text, data: Mapping[str, Any]) -> Written:
    """The text with its data filled in.

    Args:
        data: as of `contents.data_of`: words as str or a list of them, each a paragraph; numbers, Table; and, for
            conditions and loops, bool, None, and dicts and lists of all these.

    Raises:
        CannotWrite: the text is not well formed, names what there is not, would print what is empty, or says nothing.
    """
    values = _Values()
    about, subject = (
        _line(text.kind, source, where, data)
        for source, where in ((text.about, "Trích yếu"), (text.mail_subject, "Tiêu đề thư điện tử"))
    )
    rendered = _rendered(text.kind, text.body, "Nội dung", data, values)
    try:
        blocks = blocks_of(rendered, values)
    except Misread as misread:
        raise CannotWrite(str(misread)) from misread
    if not blocks:
        raise CannotWrite("Văn bản không có nội dung nào.")
    return Written(about, subject, blocks, text.version)


def _line(kind: MessageKind, source: str, where: str, data: Mapping[str, Any]) -> str:
    values = _Values()
    try:
        line = words_of(_rendered(kind, source, where, data, values), values)
    except Misread as misread:
        raise CannotWrite(f"{where}: {misread}") from misread
    if not line:
        raise CannotWrite(f"{where} còn trống.")
    return line


def _rendered(kind: MessageKind, source: str, where: str, data: Mapping[str, Any], values: _Values) -> str:
    """The text with marks in it for what was filled in."""
    template = compiled(source, where)
    pieces: list[str] = []
    length = 0
    try:
        for piece in template.root_render_func(template.new_context({**data, _VALUES: values})):
            pieces.append(piece)
            length += len(piece)
            if length + values.size > LONGEST or len(values) >= MOST_VALUES:
                raise CannotWrite(f"Văn bản dài quá {grouped(LONGEST)} ký tự.")
    except (Hole, TemplateError, TypeError, ValueError) as error:
        if isinstance(error, CannotWrite):
            raise
        raise CannotWrite(_told(error, template, source, where)) from error
    return "".join(pieces)


@lru_cache(maxsize=2_000)
def compiled(source: str, where: str) -> Template:
    """A source made ready, once.

    Raises:
        CannotWrite: as of `parsed`.
    """
    tree = parsed(source, where)
    for loop in list(tree.find_all(nodes.For)):
        loop.iter = _counted(loop)
    try:
        code = ENVIRONMENT.compile(tree)
    except UNREADABLE as error:
        raise CannotWrite(f"{where}, {allowed.told(error)}") from error
    return Template.from_code(ENVIRONMENT, code, ENVIRONMENT.make_globals(None))


def parsed(source: str, where: str) -> nodes.Template:
    """The source as Jinja2 reads it. where: which part of a text it is, for whoever wrote it.

    Raises:
        CannotWrite: it is not well formed, or uses of Jinja2 what texts may not.
    """
    try:
        tree = ENVIRONMENT.parse(without_marks(source))
    except UNREADABLE as error:
        raise CannotWrite(f"{where}, {allowed.told(error)}") from error
    if refused := allowed.refused(tree):
        raise CannotWrite(f"{where}, {refused[0]}")
    return tree


def _counted(loop: nodes.For) -> nodes.Expr:
    """What it loops over, with a step taken for each round and each thing in it."""
    inside = sum(1 for child in (*loop.body, *loop.else_) for _ in child.find_all(nodes.Node))
    weight = nodes.Const(1 + len(loop.body) + inside, lineno=loop.lineno)
    counted = nodes.Filter(loop.iter, _EACH, [weight], [], None, None, lineno=loop.lineno)
    counted.set_environment(ENVIRONMENT)
    return counted


class _Environment(ImmutableSandboxedEnvironment):
    """Of a value only its entries can be reached, of a loop where it stands; nothing has attributes."""

    def getattr(self, obj: Any, attribute: str) -> Any:
        if isinstance(obj, LoopContext) and attribute in allowed.OF_A_LOOP:
            return getattr(obj, attribute)
        if isinstance(obj, Mapping) and attribute in obj:
            return obj[attribute]
        if obj is None:
            raise Hole
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        return self.getattr(obj, argument) if isinstance(argument, str) else self.undefined(obj=obj, name=argument)


@pass_context
def _each(context: Context, many: Iterable[Any], weight: int) -> Iterator[Any]:
    values: _Values = context.parent[_VALUES]
    for one in many:
        values.take(weight)
        yield one


def _metered(filter: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that takes as many steps as its value is long."""

    @pass_context
    def metered(context: Context, value: Any, *more: Any) -> Any:
        values: _Values = context.parent[_VALUES]
        values.take(1 + _size(value))
        made = filter(value, *more)
        values.take(_size(made))
        return made

    return metered


def _size(value: Any) -> int:
    return len(value) // 100 if isinstance(value, str) else len(value) if isinstance(value, (list, tuple)) else 0


@pass_context
def _fill_in(context: Context, value: Any) -> str:
    """Keep a value aside, and let a mark stand for it."""
    values: _Values = context.parent[_VALUES]
    words = _words(value)
    values.append(words)
    values.size += 0 if isinstance(words, Table) else sum(map(len, words))
    return mark(len(values) - 1)


def _words(value: Any) -> Value:
    """Clean words of a value.

    Raises:
        Hole: it has none.
    """
    if isinstance(value, str):
        if line := one_line(value):
            return (line,)
    elif isinstance(value, Undefined):
        str(value)  # raises what is undefined
    elif isinstance(value, Table):
        return value
    elif isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        if lines := tuple(line for line in map(one_line, value) if line):
            return lines
    elif isinstance(value, int) and not isinstance(value, bool):
        return (str(value),)
    raise Hole


def _told(error: Exception, template: Template, source: str, where: str) -> str:
    number = _line_of(error.__traceback__, template)
    line = source.splitlines()[number - 1].strip() if number <= source.count("\n") + 1 else ""
    place = f"{where}, dòng {number} (“{line[:80]}”)"
    if isinstance(error, UndefinedError):
        named = re.findall("'([^']*)'", error.message or "")
        return f"{place}: không có mục nào tên là “{named[-1] if named else '?'}”."
    if isinstance(error, Hole):
        return (
            f"{place}: mục nêu ở đây không có nội dung trong trường hợp này. "
            "Nếu có thể thiếu, xin đặt trong {% if … %} … {% endif %}."
        )
    if isinstance(error, TooMuch):
        return f"{place}: lặp lại quá nhiều lần."
    if isinstance(error, SecurityError):
        return f"{place}: phép tính này không được dùng."
    return f"{place}: không ghép được nội dung."


def _line_of(traceback: TracebackType | None, template: Template) -> int:
    """The line of the source in which it went wrong."""
    number = 1
    while traceback is not None:
        if traceback.tb_frame.f_code.co_filename == "<template>":
            number = template.get_corresponding_lineno(traceback.tb_lineno)
        traceback = traceback.tb_next
    return number


def _environment() -> _Environment:
    environment = _Environment(
        undefined=StrictUndefined,
        finalize=_fill_in,
        autoescape=False,
        cache_size=0,
    )
    environment.globals.clear()
    environment.filters = {name: _metered(filter) for name, filter in allowed.FILTERS.items()} | {_EACH: _each}
    environment.tests = {}
    return environment


ENVIRONMENT = _environment()
