"""The words in which citizens' pages name a field, and where a dialogue stands."""

from collections.abc import Mapping
from datetime import datetime

from services.intake.dialogue import Announcement, State
from shared.contracts.taxonomy import QuestionField
from shared.text import sentence

__all__ = ["FIELD_NAMES", "sentence", "standing"]

FIELD_NAMES: Mapping[QuestionField, str] = {
    QuestionField.CIVIL_STATUS: "hộ tịch, chứng thực",
    QuestionField.LAND: "đất đai",
    QuestionField.CONSTRUCTION: "xây dựng, trật tự đô thị",
    QuestionField.ENVIRONMENT: "môi trường",
    QuestionField.SOCIAL_POLICY: "chính sách xã hội, người có công, hộ nghèo",
    QuestionField.HEALTH: "y tế, bảo hiểm y tế",
    QuestionField.EDUCATION: "giáo dục",
    QuestionField.CULTURE: "văn hóa, thể thao, truyền thanh",
    QuestionField.FINANCE: "tài chính, phí, lệ phí",
    QuestionField.RESIDENCE_SECURITY: "cư trú, căn cước, an ninh trật tự",
    QuestionField.ONE_STOP_SERVICE: "bộ phận một cửa, thái độ phục vụ",
    QuestionField.DIGITAL: "dịch vụ công trực tuyến, chuyển đổi số",
    QuestionField.INFRASTRUCTURE: "giao thông, thoát nước, chiếu sáng, cấp nước",
    QuestionField.AGRICULTURE: "nông nghiệp, thủy lợi",
    QuestionField.BUSINESS: "hộ kinh doanh, chợ",
    QuestionField.OTHER: "việc khác",
}


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
