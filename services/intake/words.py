"""The words in which citizens' pages say where a dialogue stands, and how large a file is."""

from datetime import datetime

from services.intake.dialogue import Announcement, State
from shared.text import sentence

__all__ = ["sentence", "standing"]


def standing(dialogue: Announcement, now: datetime) -> str:
    """`Đang nhận đăng ký`. A dialogue whose hour has come is being held until the office says that it is over."""
    match dialogue.state:
        case State.CANCELLED:
            return "Đã hủy"
        case State.HELD:
            return "Đã tổ chức, đang soạn kết luận"
        case State.CONCLUDED:
            return "Đã có kết luận"
        case State.SETTLED | State.REPORTED:
            return "Đã giải quyết xong"
        case State.PLANNED:
            return "Dự kiến"
    if now >= dialogue.held_at:
        return "Đang diễn ra"
    return "Đang nhận đăng ký" if dialogue.takes_registrations(now) else "Đã hết hạn đăng ký"


def file_size(size: int) -> str:
    """`850 KB`, `2,4 MB`: of bytes, as people know it from their telephones."""
    if size < 1024 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".", ",")
