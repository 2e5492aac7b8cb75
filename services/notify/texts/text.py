"""A text: what one kind of message says, for paper and mail alike, before its data are filled in."""

import unicodedata
from dataclasses import dataclass

from shared.contracts.notify import MessageKind

KINDS: dict[MessageKind, str] = {
    "receipt": "Xác nhận tiếp nhận phiếu",
    "invitation": "Giấy mời dự hội nghị",
    "dialogue-reminder": "Nhắc lịch hội nghị",
    "waitlist": "Báo danh sách chờ",
    "rescheduled": "Báo thay đổi thời gian, địa điểm",
    "cancelled": "Báo không tổ chức hội nghị",
    "answer": "Trả lời bằng văn bản",
    "guidance": "Hướng dẫn nơi giải quyết",
    "referral": "Báo đã chuyển cấp có thẩm quyền",
    "extension": "Gia hạn thời gian giải quyết",
    "apology": "Xin lỗi và hẹn lại ngày trả lời",
    "conclusion": "Gửi thông báo kết luận",
    "resolution": "Báo kết quả giải quyết",
    "digest": "Nhắc việc cán bộ",
}
"""Every kind that has a text, in the order of a dialogue, and what an office calls it."""

MAIL_ONLY: frozenset[MessageKind] = frozenset({"digest"})
"""What is never printed; everything else has its words for both."""


@dataclass(frozen=True, slots=True)
class Text:
    """about: the trích yếu of a letter. mail_subject: of a mail. body: as `markup` describes it, with Jinja2 in it.

    version: of the commune's own text, from 1; 0 is the shipped one.
    """

    kind: MessageKind
    about: str
    mail_subject: str
    body: str
    version: int = 0


def cleaned(source: str) -> str:
    """A source in Unicode NFC, without invisible characters; its lines end as lines do here."""
    lines = "\n".join(unicodedata.normalize("NFC", source).expandtabs(4).splitlines())
    return "".join(one for one in lines if one == "\n" or unicodedata.category(one)[0] != "C").strip("\n")
