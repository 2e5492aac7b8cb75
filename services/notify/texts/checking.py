"""Whether an office's text can be saved: nothing wrong is found out only when somebody is to get a letter."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from jinja2 import nodes

from services.notify.contents import Data, Medium
from services.notify.mailing.mails import CannotMail
from services.notify.paper.letters import CannotPrint, render_page
from services.notify.paper.pages import page_of
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
    Run,
    Steps,
    Table,
    plain,
)
from services.notify.texts.names import names_of
from services.notify.texts.naming import misnamed
from services.notify.texts.previews import as_mail
from services.notify.texts.samples import BASE, NOW, ON, Sample, media, samples
from services.notify.texts.text import Text
from services.notify.texts.writing import CannotWrite, parsed, write
from services.notify.wording import grouped
from shared.communes import Profile
from shared.contracts.notify import MessageKind

LONGEST_SOURCE = 20_000
LONGEST_ADDRESS = 300
"""Bytes of an address that a telephone still reads from a QR code of 30 mm; 2,331 is the most that can be drawn."""
MOST_TOLD = 20

_TOO_LONG_TO_SCAN = f"địa chỉ trang dài hơn {LONGEST_ADDRESS} ký tự, điện thoại không quét được mã QR."

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


def _whatever_it_takes() -> bool:
    return True


def mistakes(text: Text, profile: Profile, in_time: Callable[[], bool] = _whatever_it_takes) -> list[str]:
    """What is wrong with a text, each as a Vietnamese sentence; at most 20. A text without any can be saved.

    Its syntax and its names first; only where those are right is it tried on every sample, for mail and paper; and
    then the first is set as a mail and as a letter.

    Args:
        in_time: whether whoever asked still waits; asked before each sample.
    """
    found = (
        list(_of_the_source(text))
        or list(dict.fromkeys(_in_use(text, profile, in_time)))
        or list(dict.fromkeys(_as_it_leaves(text, profile)))
    )
    return found[:MOST_TOLD]


def _of_the_source(text: Text) -> Iterator[str]:
    for where, source in (
        ("Trích yếu", text.about),
        ("Tiêu đề thư điện tử", text.mail_subject),
        ("Nội dung", text.body),
    ):
        if len(source) > LONGEST_SOURCE:
            yield f"{where} dài {grouped(len(source))} ký tự, nhiều nhất là {grouped(LONGEST_SOURCE)}."
            continue
        try:
            tree = parsed(source, where)
        except CannotWrite as cannot:
            yield str(cannot)
            continue
        for number, what in misnamed(tree, names_of(text.kind)):
            yield f"{where}, dòng {number}: {what}"
    yield from _of_lines(text.body)


def _of_lines(body: str) -> Iterator[str]:
    """Stars of one's own that open and do not close; addresses too long for the QR code they are to be."""
    for number, line in enumerate(body.splitlines(), 1):
        own = _own(line).strip()
        if own.count("**") % 2:
            yield f"Nội dung, dòng {number}: có dấu ** mở mà không đóng."
        if own.startswith("@ ") and len(own.partition("|")[0].encode()) > LONGEST_ADDRESS:
            yield f"Nội dung, dòng {number}: {_TOO_LONG_TO_SCAN}"


def _own(line: str) -> str:
    """Without what Jinja2 reads in it, in one pass."""
    kept, place = [], 0
    while begins := _TAG.search(line, place):
        ends = line.find(_ENDS[begins[0]], begins.end())
        if ends < 0:
            break
        kept.append(line[place : begins.start()])
        place = ends + 2
    return "".join((*kept, line[place:]))


_TAG = re.compile(r"\{[{%#]")
_ENDS = {"{{": "}}", "{%": "%}", "{#": "#}"}


def _in_use(text: Text, profile: Profile, in_time: Callable[[], bool]) -> Iterator[str]:
    for sample in samples(text.kind, profile):
        if not in_time():
            yield "Chưa thử xong văn bản này trong thời gian cho phép. Xin rút gọn văn bản, hoặc thử lại sau ít phút."
            return
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
            for block in written.blocks:
                if isinstance(block, Drawing) and len(block.url.encode()) > LONGEST_ADDRESS:
                    yield f"Mã QR “{block.note}”: {_TOO_LONG_TO_SCAN}"


def _as_it_leaves(text: Text, profile: Profile) -> Iterator[str]:
    """The first sample as a mail; and as a letter that has every character of the text, of whichever turn."""
    sample = samples(text.kind, profile)[0]
    try:
        as_mail(write(text, sample.data("mail")), sample, BASE, NOW)
        if "letter" in media(text.kind):
            page = page_of(write(text, sample.data("letter")), sample.state, sample.message, profile, ON)
            own = Paragraph((Run(" ".join(sorted(set(_printed(text))))),))
            render_page(replace(page, blocks=(own, *page.blocks)))
    except CannotPrint as cannot:
        yield from _unknown_to_the_font(cannot.character, text) if cannot.character else [str(cannot)]
    except CannotMail as cannot:
        yield str(cannot)


def _printed(text: Text) -> Iterator[str]:
    """The words of its own that it may print, a character at a time."""
    for source in (text.about, text.body):
        tree = parsed(source, "")
        for data in tree.find_all(nodes.TemplateData):
            yield from "".join(data.data.split())
        for const in tree.find_all(nodes.Const):
            yield from "".join(str(const.value).split())


def _unknown_to_the_font(character: str, text: Text) -> Iterator[str]:
    for where, source in (("Trích yếu", text.about), ("Nội dung", text.body)):
        for number, line in enumerate(source.splitlines(), 1):
            if character in line:
                yield (
                    f"{where}, dòng {number}: phông chữ của thư giấy không có ký tự “{character}” "
                    f"(U+{ord(character):04X}). Xin thay ký tự này."
                )


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
