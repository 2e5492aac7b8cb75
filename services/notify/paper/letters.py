"""Letters on paper in the form of Decree 30/2020/NĐ-CP, as PDF/A-2b: a công văn for each kind, the giấy mời, the
phiếu chuyển."""

from typing import Any, Literal

from services.notify.contents import LetterData, LetterDialogue, LetterItem, in_words, letter_data
from services.notify.paper.drawn import qr_png, qr_svg
from services.notify.paper.layout import inputs_of
from services.notify.paper.page import Page
from services.notify.paper.typesetting import CannotPrint, FontMissing, check_fonts, set_in_type
from shared.contracts.taxonomy import Scope

Kind = Literal[
    "answer",
    "guidance",
    "referral",
    "extension",
    "invitation",
    "waitlist",
    "rescheduled",
    "cancelled",
    "conclusion",
    "resolution",
    "transfer-slip",
]

PARTS: dict[Kind, tuple[str, ...]] = {
    "answer": ("items", "occasion", "code", "received_on"),
    "guidance": ("items", "occasion", "code", "received_on"),
    "referral": ("items", "code", "received_on"),
    "extension": ("items", "extension", "code", "received_on"),
    "invitation": ("invitation", "dialogue"),
    "waitlist": ("waiting_place", "dialogue", "code", "received_on"),
    "rescheduled": ("move", "dialogue"),
    "cancelled": ("dialogue",),
    "conclusion": ("conclusion", "dialogue"),
    "resolution": ("items", "result", "code", "received_on"),
    "transfer-slip": ("items", "asker", "code", "received_on"),
}
"""What a letter of this kind cannot do without."""


def render_page(page: Page) -> bytes:
    """The page as PDF/A-2b, A4, tagged. Safe to call from several threads; they take turns.

    Raises:
        CannotPrint: the font lacks a character.
    """
    return set_in_type("document.typ", inputs_of(page), page.bears)


def render_letter(kind: Kind, data: LetterData) -> bytes:
    """One letter as PDF/A-2b, A4. Safe to call from several threads; they take turns.

    Raises:
        CannotPrint: the font lacks a character, the data lack what this kind of letter says or contradict it, or the
            letter would name a denouncer.
    """
    if missing := [part for part in PARTS[kind] if not getattr(data, part)]:
        raise CannotPrint(f"Thư loại {kind!r} còn thiếu dữ liệu: {', '.join(missing)}.")
    if kind == "transfer-slip":
        if any(item.reason is None and item.answer is None for item in data.items) or len(data.items) > 1:
            raise CannotPrint("Phiếu chuyển nêu một nội dung, với lý do chuyển hoặc nội dung đã hướng dẫn.")
    elif (kind == "guidance") != (data.occasion == "redirected"):
        raise CannotPrint(f"Thư loại {kind!r} không dùng cho trường hợp {data.occasion!r}.")
    if kind in ("answer", "guidance") and any(item.answer is None for item in data.items):
        raise CannotPrint("Có câu hỏi chưa có nội dung trả lời.")
    if any(item.scope is Scope.DENUNCIATION for item in data.items):
        raise CannotPrint("Không in thư về nội dung tố cáo: danh tính người tố cáo phải được giữ bí mật.")
    if kind == "transfer-slip":
        raise CannotPrint("Phiếu chuyển lập từ câu hỏi đã chuyển.")
    template = "invitation.typ" if kind == "invitation" else "letter.typ"
    return set_in_type(template, _inputs(kind, data), data.dated_on)


def _inputs(kind: Kind, data: LetterData) -> dict[str, Any]:
    words = in_words(data) | {"kind": kind}
    if kind == "invitation":
        assert data.invitation is not None, "checked by render_letter"
        url = data.invitation.pass_url
        words |= {"title": words["subject"], "symbol": data.letterhead.numbers.invitation}
        words["invitation"] |= {"qr": qr_svg(url) if url else None}
        return words
    return words | {"title": f"V/v {words['subject']}"}


__all__ = [
    "CannotPrint",
    "FontMissing",
    "Kind",
    "LetterData",
    "LetterDialogue",
    "LetterItem",
    "check_fonts",
    "letter_data",
    "qr_png",
    "render_letter",
]
