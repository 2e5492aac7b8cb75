"""How the operators' pages say things in the language of the request."""

from collections.abc import Mapping

from services.console.event_words import EVENTS
from services.console.language import english, language
from services.console.streams.alerts import Alarm
from services.console.words import SERVICES

DONE: Mapping[str, str] = {
    "discard": "Đã bỏ; lý do nằm trong nhật ký kiểm tra.",
    "nothing-chosen": "Chưa chọn sự kiện nào, nên chưa làm gì.",
    "replay-unknown": "Không còn nhớ lần giao lại ấy; sự kiện nào còn trong danh sách dưới đây là vẫn bị giữ.",
    "rebuild": "Đang dựng lại dữ liệu hiển thị từ sự kiện đầu tiên.",
}


def translated(text: str) -> str:
    """In the language of the request."""
    return english().gettext(text) if text and language.get() == "en" else text


def alarm_in_words(alarm: Alarm) -> str:
    values: Mapping[str, str | int] = alarm.values
    named = {key: service_name(str(value)) if key == "service" else value for key, value in values.items()}
    return translated(alarm.condition.words) % named


def service_name(id: str) -> str:
    return translated(SERVICES.get(id, id))


def event_name(event: str) -> str:
    """What happened, as a line of a list says it."""
    return translated(EVENTS.get(event, event))
