"""Letters on paper: a công văn in the form of Decree 30/2020/NĐ-CP as PDF/A-2b, the same bytes for the same data."""

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Annotated, Any, Literal, cast

import typst
from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.notify.correspondence import Asked, Correspondence, Message
from services.notify.rules import Occasion, occasion
from services.notify.wording import (
    VIETNAM,
    addressee,
    dateline,
    day,
    one_line,
    paragraphs,
    pronoun,
)
from shared.communes import Letterhead, Profile
from shared.contracts.taxonomy import Scope

FONTS = Path(__file__).parent / "fonts"
TEMPLATE = Path(__file__).parent / "templates" / "letter.typ"
FAMILY = "Liberation Serif"
FACES = {("normal", 400): "Regular", ("italic", 400): "Italic", ("normal", 700): "Bold", ("italic", 700): "BoldItalic"}

Kind = Literal["answer", "guidance"]
Text = Annotated[str, Field(min_length=1)]


class CannotPrint(ValueError):
    """The data cannot become a letter, however often it is tried. The message is Vietnamese, for the clerk.

    character: the one that the letter's font does not have, or None where that is not the reason.
    """

    def __init__(self, message: str, character: str | None = None) -> None:
        self.character = character
        super().__init__(message)


class FontMissing(RuntimeError):
    """The fonts that letters are set in are not where they must be, or are too old for Vietnamese."""


class LetterPart(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LetterItem(LetterPart):
    """A question and what is said to it.

    answer: the approved answer, or the guidance.
    department: whose answer it is, as written in running text.
    authority, scope: of a guidance, where the matter belongs and what it is.
    """

    question: Text
    answer: Text
    department: str | None = None
    authority: str | None = None
    scope: Scope = Scope.IN_SCOPE


class LetterDialogue(LetterPart):
    """`on`: the day of the conference."""

    title: Text
    on: date | None = None


class LetterData(LetterPart):
    """Everything that one letter says besides its fixed wording.

    dated_on: of the dateline. subject: what stands after `V/v`.
    received_on, code: of the registration form. contact: where to ask further, in running text.
    reference: the message's id, small at the foot of page 1, by which the print run is matched.
    """

    letterhead: Letterhead
    dated_on: date
    addressee: Text
    address: str | None = None
    subject: Text
    code: Text
    received_on: date
    occasion: Occasion
    dialogue: LetterDialogue | None = None
    items: tuple[LetterItem, ...] = Field(min_length=1)
    contact: Text
    reference: Text

    @model_validator(mode="after")
    def says_who_answers(self) -> "LetterData":
        if self.occasion != "redirected" and any(item.department is None for item in self.items):
            raise ValueError("an answer names its department")
        return self


def letter_data(state: Correspondence, message: Message, profile: Profile, on: date) -> LetterData:
    """What the letter for this message says.

    Args:
        on: the date of the letter. To get the same file again after a crash, take the day the message was written.
    """
    assert state.registrant is not None, "citizens' messages are written only when the form is known"
    assert state.code is not None
    assert state.received_at is not None
    conference = state.conference
    return LetterData(
        letterhead=profile.letterhead,
        dated_on=on,
        addressee=state.registrant.name,
        address=state.registrant.address,
        subject=(
            "hướng dẫn gửi đơn đến cơ quan có thẩm quyền"
            if message.kind == "guidance"
            else "trả lời nội dung đăng ký tham gia đối thoại"
        ),
        code=state.code,
        received_on=state.received_at.astimezone(VIETNAM).date(),
        occasion=occasion(state, message),
        dialogue=LetterDialogue(title=conference.title, on=conference.held_at.astimezone(VIETNAM).date())
        if conference
        else None,
        items=tuple(_item(state.asked(question), message, profile) for question in message.questions),
        contact=_contact(profile),
        reference=message.id,
    )


def render_letter(kind: Kind, data: LetterData) -> bytes:
    """One letter as PDF/A-2b, A4. Safe to call from several threads; they take turns.

    Raises:
        CannotPrint: the font lacks a character, the kind and the occasion contradict each other, or the
            letter would name a denouncer.
    """
    if (kind == "guidance") != (data.occasion == "redirected"):
        raise CannotPrint(f"Thư loại {kind!r} không dùng cho trường hợp {data.occasion!r}.")
    if any(item.scope is Scope.DENUNCIATION for item in data.items):
        raise CannotPrint("Không in thư về nội dung tố cáo: danh tính người tố cáo phải được giữ bí mật.")
    return cast("bytes", _compile(_inputs(kind, data), data.dated_on, "pdf"))


def check_fonts(folder: Path = FONTS) -> None:
    """For start-up and `doithoai doctor`.

    Raises:
        FontMissing: a face is missing, or has no Vietnamese letters, as Liberation 1.x has none.
    """
    found = {(font.style, font.weight) for font in _fonts(folder).fonts() if font.family == FAMILY}
    missing = [f"LiberationSerif-{name}.ttf" for face, name in FACES.items() if face not in found]
    if missing:
        raise FontMissing(f"Thiếu phông {', '.join(missing)} trong {folder}: cài lại Liberation Serif 2.x")
    letters = "".join(chr(code) for code in range(0x1EA0, 0x1EFA)) + "ĂÂĐÊÔƠƯăâđêôơư"
    probe = TEMPLATE.with_name("font-check.typ")
    compiler = typst.Compiler(probe, root=probe.parent, font_paths=_fonts(folder), ignore_system_fonts=True)
    try:
        compiler.compile(format="pdf", pdf_standards="a-2b", timestamp=0, sys_inputs={"text": letters})
    except typst.TypstError as error:
        raise FontMissing(f"Phông trong {folder} không có đủ chữ tiếng Việt: cài Liberation Serif 2.x") from error


def _inputs(kind: Kind, data: LetterData) -> dict[str, Any]:
    """What the template reads: every text a single line or a list of them, in the order of the page."""
    head = data.letterhead
    complaint = any(item.scope is Scope.COMPLAINT for item in data.items)
    return {
        "kind": kind,
        "title": one_line(f"V/v {data.subject}"),
        "parent-lines": _name_lines(one_line(head.parent or "")),
        "issuer": one_line(head.issuer),
        "issuer-lines": _name_lines(one_line(head.issuer)),
        "symbol": one_line(head.symbol),
        "dateline": dateline(one_line(head.place), data.dated_on),
        "date": {"year": data.dated_on.year, "month": data.dated_on.month, "day": data.dated_on.day},
        "subject": one_line(data.subject),
        "addressee": addressee(one_line(data.addressee)),
        "you": pronoun(one_line(data.addressee)),
        "address": _line(data.address),
        "code": one_line(data.code),
        "received_on": day(data.received_on),
        "occasion": "complaint" if data.occasion == "redirected" and complaint else data.occasion,
        "dialogue": {
            "title": one_line(data.dialogue.title),
            "day": day(data.dialogue.on) if data.dialogue.on else None,
        }
        if data.dialogue
        else None,
        "items": [
            {
                "question": paragraphs(item.question),
                "answer": paragraphs(item.answer),
                "department": _line(item.department),
                "authority": _line(item.authority),
            }
            for item in data.items
        ],
        "contact": one_line(data.contact),
        "capacity": [one_line(line) for line in head.signer.capacity],
        "signer": one_line(head.signer.name),
        "copies": [one_line(line) for line in head.copies],
        "reference": one_line(data.reference),
    }


def _item(asked: Asked, message: Message, profile: Profile) -> LetterItem:
    if message.kind == "guidance":
        assert asked.guidance is not None, "a guidance message is written only when there is one"
        given = asked.guidance
        return LetterItem(question=asked.question.text, answer=given.text, authority=given.authority, scope=given.scope)
    assert asked.answer is not None, "an answer message is written only when there is one"
    department = profile.department(asked.answer.department)
    return LetterItem(
        question=asked.question.text,
        answer=asked.answer.text,
        department=department.name if department else asked.answer.department,
    )


def _contact(profile: Profile) -> str:
    office = profile.department(profile.office)
    ways = [f"điện thoại {profile.phone}"] if profile.phone else []
    ways.append(f"thư điện tử {profile.email}")
    return f"{office.name if office else 'Văn phòng'}, {profile.address} ({', '.join(ways)})"


def _name_lines(body: str) -> list[str]:
    """`Ủy ban nhân dân` and its commune stand on a line each, as offices print it."""
    found = re.fullmatch(r"(ủy ban nhân dân|uỷ ban nhân dân) (.+)", body, re.IGNORECASE)
    return list(found.groups()) if found else [body] if body else []


def _line(text: str | None) -> str | None:
    return one_line(text) or None if text else None


_turn = Lock()
_unprintable = re.compile(r'the text `"(.*)"` could not be displayed', re.DOTALL)


@cache
def _fonts(folder: Path) -> typst.Fonts:
    """Only the fonts that are shipped: another font on the machine would silently move the lines."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(TEMPLATE, root=TEMPLATE.parent, font_paths=_fonts(FONTS), ignore_system_fonts=True)


def _compile(inputs: Mapping[str, Any], on: date, format: Literal["pdf", "png"]) -> bytes | list[bytes]:
    with _turn:
        try:
            compiled = _compiler().compile(
                format=format,
                sys_inputs={"letter": json.dumps(inputs, ensure_ascii=False)},
                pdf_standards="a-2b" if format == "pdf" else [],
                timestamp=datetime.combine(on, time(), tzinfo=UTC),
            )
        except typst.TypstError as error:
            raise _because_of(error, inputs) from error
    assert compiled is not None
    return compiled


def _because_of(error: typst.TypstError, inputs: Mapping[str, Any]) -> Exception:
    """PDF/A forbids a missing glyph, so Typst names the text that has one; anything else is our own mistake."""
    found = _unprintable.search(error.message)
    if not found:
        return RuntimeError(f"letter.typ does not compile: {error.message}")
    escaped = re.match(r"\\u\{([0-9a-f]+)\}", found[1])
    character = chr(int(escaped[1], 16)) if escaped else found[1][:1]
    name = unicodedata.name(character, "không tên")
    where = _place_of(character, inputs)
    return CannotPrint(
        f"Phông chữ của thư không có ký tự “{character}” (U+{ord(character):04X}, {name}) ở {where}. "
        "Xin thay ký tự này rồi in lại.",
        character,
    )


_PLACES = {"addressee": "tên người nhận", "address": "địa chỉ", "subject": "trích yếu", "contact": "nơi liên hệ"}


def _place_of(character: str, inputs: Mapping[str, Any]) -> str:
    for number, item in enumerate(inputs["items"], 1):
        if any(character in line for line in item["question"]):
            return f"câu hỏi {number}"
        if any(character in line for line in item["answer"]):
            return f"nội dung trả lời {number}"
    return next((words for key, words in _PLACES.items() if character in str(inputs[key])), "phần đầu hoặc cuối thư")


__all__ = [
    "CannotPrint",
    "FontMissing",
    "Kind",
    "LetterData",
    "LetterDialogue",
    "LetterItem",
    "check_fonts",
    "letter_data",
    "render_letter",
]
