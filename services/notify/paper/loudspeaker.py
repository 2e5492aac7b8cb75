"""The text that hamlets hear over the loudspeaker (đài truyền thanh): the commune's own words, or these."""

import re

from services.notify.correspondence import Conference, Record
from services.notify.paper.aloud import aloud
from services.notify.wording import one_line, paragraphs, spoken, spoken_day, spoken_hour
from shared.communes import Profile
from shared.contracts import Refusal

HEADING = "Thông báo về việc tổ chức hội nghị đối thoại"

DEFAULT = """Kính thưa toàn thể nhân dân {commune}!
Ủy ban nhân dân {commune} trân trọng thông báo: {title} được tổ chức vào hồi {hour}, {day}, tại {place}.
Kính mời các tổ chức, cá nhân có câu hỏi, kiến nghị về thủ tục hành chính và việc giải quyết thủ tục hành chính gửi \
phiếu đăng ký đến Ủy ban nhân dân {commune}, trực tiếp tại trụ sở trong giờ làm việc, qua bưu điện, thư điện tử hoặc \
trang thông tin điện tử, trước {closes}.
Phiếu gửi sau thời hạn này vẫn được tiếp nhận đầy đủ và trả lời bằng văn bản.
Rất mong nhân dân quan tâm, đăng ký và tham dự. Xin trân trọng cảm ơn."""


def loudspeaker_text(conference: Conference, record: Record, profile: Profile) -> tuple[str, ...]:
    """The text, a paragraph each, with everything in words that can be read aloud.

    Raises:
        Refusal: the commune's text has a placeholder that there is not.
    """
    closes_at = record.closes_at if record.kind == "periodic" else None
    values = {
        "title": one_line(conference.title),
        "hour": spoken_hour(conference.held_at),
        "day": spoken_day(conference.held_at),
        "place": one_line(conference.place or profile.hall),
        "closes": spoken(closes_at or conference.held_at),
        "commune": one_line(profile.name),
    }

    def filled(found: re.Match[str]) -> str:
        if found[1] not in values:
            known = ", ".join(f"{{{name}}}" for name in values)
            raise Refusal(
                "invalid",
                f"Bài truyền thanh trong hồ sơ của {profile.name} có chỗ điền không biết {found[0]}; chỉ có: {known}.",
            )
        return values[found[1]]

    return tuple(paragraphs(aloud(re.sub(r"\{([^{}]*)\}", filled, profile.loudspeaker or DEFAULT))))
