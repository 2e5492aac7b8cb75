"""Which page a message becomes: by Decree 30/2020/NĐ-CP a công văn, or a document with a title."""

from datetime import date

from services.notify.contents import receiver
from services.notify.correspondence import Asked, Correspondence, Message
from services.notify.paper.page import Page
from services.notify.paper.typesetting import CannotPrint
from services.notify.texts.blocks import Written
from services.notify.wording import addressee, dateline, one_line
from shared.communes import Profile, Signer
from shared.contracts.notify import MessageKind
from shared.contracts.taxonomy import Scope

LETTERS: frozenset[MessageKind] = frozenset(
    {
        "answer",
        "guidance",
        "referral",
        "extension",
        "waitlist",
        "rescheduled",
        "cancelled",
        "conclusion",
        "resolution",
        "dialogue-reminder",
    }
)
"""Công văn: what they are about stands after `V/v`."""

TITLES: dict[MessageKind, str] = {
    "invitation": "GIẤY MỜI",
    "apology": "PHIẾU XIN LỖI VÀ HẸN LẠI NGÀY TRẢ KẾT QUẢ",
    "receipt": "GIẤY TIẾP NHẬN PHIẾU ĐĂNG KÝ ĐỐI THOẠI",
}
WITHOUT_A_FORM = "GIẤY TIẾP NHẬN Ý KIẾN"
"""What a receipt is called for what was said at the conference itself, or stood on somebody's list."""

RECEIVING = Signer(capacity=("Người tiếp nhận",), name="(Ký, ghi rõ họ tên)")
"""Who takes a form in signs its receipt; it has no number and no recipients, as those of a one-stop service."""

CONFIDENTIAL = "Không in thư về nội dung tố cáo: danh tính người tố cáo phải được giữ bí mật."


def page_of(
    written: Written, state: Correspondence, message: Message, profile: Profile, on: date, *, scan: str | None = None
) -> Page:
    """The page of a message to a citizen.

    Args:
        on: of the dateline. To get the same page again after a crash, take the day the message was written.
        scan: the address behind the QR code at the foot of the first page.

    Raises:
        CannotPrint: this kind is not for paper, it says nothing, or it would name a denouncer.
    """
    kind, head = message.kind, profile.letterhead
    if kind not in LETTERS and kind not in TITLES:
        raise CannotPrint(f"Thư loại {kind!r} không in ra giấy.")
    if not written.blocks:
        raise CannotPrint("Mẫu thư không có nội dung: thư in ra sẽ trống.")
    must_be_sayable(state, message)
    name, address, _ = receiver(state, message)
    receipt = kind == "receipt"
    return Page(
        letterhead=head,
        bears=on,
        dateline=dateline(one_line(head.place), on),
        symbol="" if receipt else one_line(head.numbers.invitation if kind == "invitation" else head.symbol),
        number=one_line(message.number) if message.number else None,
        title=WITHOUT_A_FORM if receipt and _without_a_form(state) else TITLES.get(kind),
        about="" if receipt else one_line(written.about),
        addressee=None if kind in ("invitation", "receipt") else addressee(one_line(name)),
        address=one_line(address) if address and kind not in ("invitation", "receipt") else None,
        blocks=written.blocks,
        signer=RECEIVING if receipt else head.signer,
        by_hand=receipt,
        copies=None if receipt else tuple(one_line(copy) for copy in head.copies),
        reference=one_line(message.id),
        scan=scan,
    )


def _without_a_form(state: Correspondence) -> bool:
    return state.channel == "floor" or state.collected_by is not None


def must_be_sayable(state: Correspondence, message: Message) -> None:
    """A printed letter passes through many hands; a letter with a hole in it goes to nobody.

    Raises:
        CannotPrint: it would name a denouncer, or what it is to tell is not there.
    """
    asked = [state.asked(question) for question in message.questions]
    told = state.questions if message.kind == "receipt" else asked
    if any(Scope.DENUNCIATION in _scopes(one) for one in told):
        raise CannotPrint(CONFIDENTIAL)
    if message.kind == "guidance" and any(one.guidance is None for one in asked):
        raise CannotPrint("Có câu hỏi chưa có nội dung hướng dẫn.")
    if message.kind == "answer" and any(one.answer_of(message.round) is None for one in asked):
        raise CannotPrint("Có câu hỏi chưa có nội dung trả lời.")


def _scopes(asked: Asked) -> set[Scope]:
    return {given.scope for given in (asked.guidance, asked.referral) if given is not None}
