"""How the operators' pages say things in the language of the request."""

from collections.abc import Mapping

from services.console.language import say
from services.console.streams.alerts import Alarm
from services.console.words import SERVICES

DONE: Mapping[str, str] = {
    "discard": "Đã bỏ; lý do nằm trong nhật ký kiểm tra.",
    "nothing-chosen": "Chưa chọn sự kiện nào, nên chưa làm gì.",
    "replay-unknown": "Không còn nhớ lần giao lại ấy; sự kiện nào còn trong danh sách dưới đây là vẫn bị giữ.",
    "rebuild": "Đang dựng lại dữ liệu hiển thị từ sự kiện đầu tiên.",
}


def alarm_in_words(alarm: Alarm) -> str:
    values: Mapping[str, str | int] = alarm.values
    named = {key: service_name(str(value)) if key == "service" else value for key, value in values.items()}
    return say(alarm.condition.words) % named


def service_name(id: str) -> str:
    return say(SERVICES.get(id, id))
