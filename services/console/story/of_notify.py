"""Letters and mails."""

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Told
from shared.contracts import notify


def told(event: notify.NotifyEvent) -> Told:
    kind, way, system = words.MESSAGE_KINDS[event.kind], words.MESSAGE_CHANNELS[event.channel], "Hệ thống"
    match event:
        case notify.NotificationQueued():
            return system, f"{kind}: soạn xong, chờ gửi bằng {way}", ""
        case notify.NotificationSent(channel="in-person"):
            return "Văn phòng", f"{kind}: đã trao trực tiếp", event.reference
        case notify.NotificationSent():
            done = "đã in vào khay thư đi" if event.channel == "letter" else "đã gửi bằng thư điện tử"
            doubt = "Có thể đã gửi hai lần vì hệ thống gián đoạn giữa chừng." if event.uncertain else ""
            return system, f"{kind}: {done}", doubt
        case notify.NotificationFailed():
            return system, f"{kind}: không gửi được bằng {way}", event.reason
        case _:
            return system, EVENTS.get(event.name, event.name), ""
