"""Why a message was parked, in words, and what its handler would make of it if it were given back now."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from sqlite3 import Connection

from pydantic import ValidationError

from services.console.facts import aggregate_of
from services.console.streams.comparing import Compared
from services.console.streams.deadletters import Parked
from services.console.streams.monitor import Handler
from services.console.view import said
from shared.contracts import Envelope, UnknownEvent

_NOT_AS_AGREED = re.compile(r"[\w.\[\]-]+: [a-z_]+(; [\w.\[\]-]+: [a-z_]+)*")

CAUSES: Mapping[str, str] = {
    "TooEarly": "Sự kiện mà nó dựa vào không đến sau một giờ chờ.",
    "UnknownEvent": "Nơi xử lý không biết loại sự kiện này: bên nói mới hơn bên nghe, hoặc viết nhầm.",
    "JSONDecodeError": "Nội dung không phải JSON.",
    "UnicodeDecodeError": "Nội dung không phải chữ UTF-8.",
    "NoCalendar": "Thiếu lịch làm việc của năm cần tính.",
    "Refusal": "Quy tắc nghiệp vụ không cho phép.",
    "MaxPayloadError": "Nội dung vượt quá kích thước NATS nhận.",
}
"""By the first word of an error."""
UNEXPECTED = "Nơi xử lý gặp lỗi chưa lường trước; nhật ký của dịch vụ có chỗ xảy ra lỗi."
NOT_AS_AGREED = "Nội dung không đúng hợp đồng."


@dataclass(frozen=True, slots=True)
class Later:
    """How far its aggregate has come since. sequence: the event's own place in that history."""

    sequence: int
    said: int

    @property
    def since(self) -> int:
        return max(0, self.said - self.sequence)


@dataclass(frozen=True, slots=True)
class Outlook:
    """may: whether somebody would receive it at all. words: what would happen, in Vietnamese."""

    may: bool
    words: str


def cause_of(error: str) -> str:
    """What kind of trouble it was."""
    if _NOT_AS_AGREED.fullmatch(error):
        return NOT_AS_AGREED
    return CAUSES.get(error.split(":")[0], UNEXPECTED)


def outlook(message: Parked, compared: Compared, handlers: Sequence[Handler], later: Later | None) -> Outlook:
    """What a replay would do."""
    handler = next((one for one in handlers if one.name == message.handler), None)
    if handler is None:
        return Outlook(
            False, "Không còn nơi xử lý nào mang tên này, nên không ai nhận. Chỉ có thể bỏ, hoặc chờ bản cũ chạy lại."
        )
    if not compared.fits:
        return Outlook(True, "Sẽ bị giữ lại ngay: nội dung vẫn chưa đúng hợp đồng của bản đang chạy.")
    if message.event and message.event not in {name for _, name in handler.hears}:
        return Outlook(True, "Nơi xử lý nay không nghe loại sự kiện này nữa; nhiều khả năng sẽ bị giữ lại.")
    if not handler.listening:
        return Outlook(True, "Chưa ai nghe ở nơi xử lý này: sự kiện sẽ chờ đến khi dịch vụ chạy lại.")
    if later is not None and later.since:
        return Outlook(
            True,
            "Được xử lý như vừa đến; phần hồ sơ này đã đi tiếp, nên điều gì không còn đúng thì quy tắc tự bỏ qua.",
        )
    return Outlook(
        True, "Được xử lý như vừa đến. Nếu nguyên nhân chưa được sửa, sự kiện lại bị giữ sau chừng nửa phút."
    )


def later_than(db: Connection, body: bytes) -> Later | None:
    """None where the message is no event, or the view knows nothing of what it is about."""
    try:
        envelope = Envelope.model_validate(json.loads(body))
        event = envelope.open()
    except (ValidationError, UnknownEvent, ValueError):
        return None
    known = said(db, event.speaker, aggregate_of(event))
    return Later(envelope.sequence, known) if known else None
