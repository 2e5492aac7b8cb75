"""Whether an office's text can be saved: nothing wrong is found out only when somebody is to get a letter."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.notify.contents import Data, Medium
from services.notify.texts.blocks import (
    Block,
    Button,
    Code,
    Drawing,
    Heading,
    Lead,
    Paragraph,
    Point,
    Quote,
    Steps,
    Table,
    plain,
)
from services.notify.texts.names import names_of
from services.notify.texts.naming import misnamed
from services.notify.texts.samples import Sample, media, samples
from services.notify.texts.text import Text
from services.notify.texts.writing import CannotWrite, parsed, write
from shared.communes import Profile
from shared.contracts.notify import MessageKind

LONGEST_SOURCE = 20_000
MOST_TOLD = 20

IN_WORDS: Mapping[Medium, str] = {"mail": "thư điện tử", "letter": "thư giấy"}

Part = tuple[str, ...]
"""Names of which a message must have one, wherever it has a value: the same thing said in several ways."""

_DAY_AND_HOUR: Part = ("dialogue.time", "dialogue.clock")

REQUIRED: Mapping[MessageKind, Mapping[str, Part]] = {
    "receipt": {"mã phiếu": ("code",)},
    "invitation": {"thời gian": _DAY_AND_HOUR, "địa điểm": ("dialogue.place",), "tên hội nghị": ("dialogue.title",)},
    "dialogue-reminder": {
        "thời gian": _DAY_AND_HOUR,
        "địa điểm": ("dialogue.place",),
        "số ghế": ("seat",),
        "mã phiếu": ("code",),
    },
    "waitlist": {"vị trí trong danh sách chờ": ("waiting_place",), "tên hội nghị": ("dialogue.title",)},
    "rescheduled": {"thời gian mới": ("move.time",), "địa điểm": ("move.place",), "lý do": ("move.reason",)},
    "cancelled": {"tên hội nghị": ("dialogue.title",), "lý do": ("dialogue.cancelled",)},
    "answer": {"nội dung được hỏi": ("items.question",), "nội dung trả lời": ("items.answer",)},
    "guidance": {"nội dung hướng dẫn": ("items.answer",), "cơ quan có thẩm quyền": ("items.authority",)},
    "referral": {"cấp có thẩm quyền": ("items.authority",), "lý do": ("items.reason",)},
    "extension": {
        "nội dung": ("extension.matter", "items.question"),
        "lý do": ("extension.reason",),
        "yêu cầu": ("extension.requirement",),
        "thời gian": ("extension.until",),
        "trách nhiệm giải quyết": ("extension.responsible",),
    },
    "apology": {
        "lý do chậm": ("apology.reason",),
        "ngày hẹn trả lời": ("apology.until",),
        "nội dung được hỏi": ("items.question",),
    },
    "conclusion": {
        "số thông báo": ("conclusion.notice",),
        "nội dung kết luận": ("conclusion.summary",),
        "nội dung giao các đơn vị": ("conclusion.table", "conclusion.promises.text"),
    },
    "resolution": {"nội dung được giao": ("result.matter",), "kết quả giải quyết": ("result.result",)},
    "digest": {
        "việc phải làm": ("items.task",),
        "hạn": ("items.due",),
        "mã phiếu, hội nghị": ("items.reference",),
        "điều được đề nghị": ("items.ask",),
    },
}
"""What a message of each kind is for, and must therefore say in every turn it can take."""


def mistakes(text: Text, profile: Profile) -> list[str]:
    """What is wrong with a text, each as a Vietnamese sentence; at most 20. A text without any can be saved.

    Its syntax and its names first; only where those are right is it tried on every sample, for mail and paper.
    """
    found = list(_of_the_source(text)) or list(dict.fromkeys(_in_use(text, profile)))
    return found[:MOST_TOLD]


def _of_the_source(text: Text) -> Iterator[str]:
    for where, source in (
        ("Trích yếu", text.about),
        ("Tiêu đề thư điện tử", text.mail_subject),
        ("Nội dung", text.body),
    ):
        if len(source) > LONGEST_SOURCE:
            yield f"{where} dài {len(source)} ký tự, nhiều nhất là {LONGEST_SOURCE}."
            continue
        try:
            tree = parsed(source, where)
        except CannotWrite as cannot:
            yield str(cannot)
            continue
        for number, what in misnamed(tree, names_of(text.kind)):
            yield f"{where}, dòng {number}: {what}"
    yield from _unclosed(text.body)


def _unclosed(body: str) -> Iterator[str]:
    """Stars of one's own that open and do not close."""
    for number, line in enumerate(body.splitlines(), 1):
        own = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", "", line)
        if own.count("**") % 2:
            yield f"Nội dung, dòng {number}: có dấu ** mở mà không đóng."


def _in_use(text: Text, profile: Profile) -> Iterator[str]:
    for sample in samples(text.kind, profile):
        for medium in media(text.kind):
            data = sample.data(medium)
            try:
                written = write(text, data)
            except CannotWrite as cannot:
                yield f"{cannot} {_case(sample, medium)}"
                return
            yield from _missing(text.kind, data, _shown(written.blocks, medium), sample, medium)
            if medium == "letter" and not _ends_well(written.blocks):
                yield "Thư giấy phải kết thúc bằng một đoạn văn có dấu ./. ở cuối (Nghị định 30/2020/NĐ-CP)."


def _missing(kind: MessageKind, data: Data, shown: str, sample: Sample, medium: Medium) -> Iterator[str]:
    """Only the first case that lacks a part is told: one sentence a part is enough."""
    for part, ways in REQUIRED[kind].items():
        said = [words for path in ways if (words := _words_at(data, path.split(".")))]
        if said and not any(all(one in shown for one in words) for words in said):
            yield f"Còn thiếu {part}: cần in {' hoặc '.join(_as_written(kind, path) for path in ways)}."


def _as_written(kind: MessageKind, path: str) -> str:
    """`items.answer` is printed as `{{ item.answer }}`, inside its loop."""
    names, written = names_of(kind), ""
    for name in path.split("."):
        known = names[name]
        written, names = known.each or (f"{written}.{name}" if written else name), known.parts
    return f"{{{{ {written} }}}}"


def _words_at(value: Any, path: Sequence[str]) -> list[str]:
    """All that stands at a path, through lists."""
    if isinstance(value, list):
        return [words for one in value for words in _words_at(one, path)]
    if path:
        return _words_at(value.get(path[0]), path[1:]) if isinstance(value, dict) else []
    if isinstance(value, Table):
        return list(_of_block(value, "mail"))
    return [str(value)] if value else []


def _shown(blocks: Sequence[Block], medium: Medium) -> str:
    """Its words; an address says nothing to a reader, whatever stands in it."""
    words = "\n".join(words for block in blocks for words in _of_block(block, medium))
    return re.sub(r"https?://\S+", "", words)


def _of_block(block: Block, medium: Medium) -> Iterator[str]:
    match block:
        case Heading(text):
            yield from (text,) if medium == "mail" else ()
        case Button(url, words):
            yield from (url, words) if medium == "mail" else ()
        case Lead(line) | Paragraph(line):
            yield plain(line)
        case Quote(lines, label):
            yield from (label or "", *map(plain, lines))
        case Point(name, lines):
            yield from (name, *map(plain, lines))
        case Steps(steps):
            for when, what in steps:
                yield from (when, plain(what))
        case Code(code, note) | Drawing(code, note):
            yield from (code, note)
        case Table(_, rows, _):
            for row in rows:
                for cell in row:
                    yield from cell


def _ends_well(blocks: Sequence[Block]) -> bool:
    shown = [block for block in blocks if not isinstance(block, Heading | Button)]
    last = shown[-1] if shown else None
    return isinstance(last, Paragraph) and plain(last.line).endswith("./.")


def _case(sample: Sample, medium: Medium) -> str:
    return f"(Trường hợp: {sample.case}; {IN_WORDS[medium]}.)"
