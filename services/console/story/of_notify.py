"""Letters and mails, and the runs in which letters are printed and posted."""

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Told
from shared.contracts import notify, post
from shared.web import local_day


def told(event: notify.NotifyEvent) -> Told:
    kind, way = words.MESSAGE_KINDS[event.kind], words.MESSAGE_CHANNELS[event.channel]
    system, office = "Hệ thống", "Văn phòng"
    match event:
        case notify.NotificationQueued():
            return system, f"{kind}: soạn xong, chờ gửi bằng {way}", ""
        case notify.NotificationSent(channel="in-person"):
            return office, f"{kind}: đã trao trực tiếp", event.reference
        case notify.NotificationSent():
            printed = f"đã vào {_inside(words.run_of(event.run))}" if event.run else "đã in vào khay thư đi"
            done = printed if event.channel == "letter" else "đã gửi bằng thư điện tử"
            doubt = "Có thể đã gửi hai lần vì hệ thống gián đoạn giữa chừng." if event.uncertain else ""
            return system, f"{kind}: {done}", doubt
        case notify.NotificationFailed(withdrawn=True):
            return system, f"{kind}: không gửi đi", event.reason
        case notify.NotificationFailed():
            return system, f"{kind}: không gửi được bằng {way}", event.reason
        case notify.NotificationNumbered():
            return office, f"{kind}: cấp số {event.number}", ""
        case post.LetterPosted():
            tracking = f", số hiệu {event.tracking}" if event.tracking else ""
            return office, f"{kind}: đã gửi bưu điện {local_day(event.posted_on)}{tracking}", ""
        case post.LetterDelivered():
            return "Bưu điện", f"{kind}: đã phát {local_day(event.delivered_on)}", ""
        case post.LetterReturned():
            return "Bưu điện", f"{kind}: bị chuyển hoàn {local_day(event.returned_on)}", event.because
        case _:
            return system, EVENTS.get(event.name, event.name), ""


def told_of_run(event: post.RunEvent) -> Told:
    match event:
        case post.PrintRunClosed():
            return "Hệ thống", f"Chốt đợt in: {event.letters} thư trong {event.envelopes} phong bì", ""
        case post.PrintRunPosted():
            return "Văn phòng", f"Đã gửi bưu điện cả đợt {local_day(event.posted_on)}", ""
        case _:
            return "Hệ thống", EVENTS.get(event.name, event.name), ""


def _inside(name: str) -> str:
    return name[:1].lower() + name[1:]
