"""Terms."""

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Told, Unit
from shared.contracts import deadlines
from shared.web import local_day, local_time


def told(event: deadlines.DeadlineEvent, unit: Unit) -> Told:
    system = "Hệ thống"
    rule = f"{words.RULES[event.rule]} ({event.what})" if event.what else words.RULES[event.rule]
    owner = unit(event.department) if event.department else event.owner or "Văn phòng"
    match event:
        case deadlines.DeadlineSet():
            provisional = " (tạm tính, chưa có lịch nghỉ chính thức)" if event.provisional else ""
            return system, f"{rule}: {local_time(event.due_at)}{provisional}", event.basis
        case deadlines.DeadlineMoved():
            cause = f" vì {words.MOVE_CAUSES[event.cause]}" if event.cause else ""
            return system, f"{rule} dời đến {local_time(event.due_at)}{cause}", event.reason
        case deadlines.DeadlinePaused():
            return system, f"Tạm dừng {rule[0].lower()}{rule[1:]}", event.reason
        case deadlines.DeadlinePassed():
            return system, f"{rule} đã kết thúc {local_time(event.due_at)}", ""
        case deadlines.DeadlineNear():
            return system, f"Nhắc {owner}: sắp đến hạn {local_time(event.due_at)}", event.what or ""
        case deadlines.DeadlineMissed():
            return system, f"{owner} quá hạn {local_time(event.due_at)}", event.what or ""
        case deadlines.DeadlineMet():
            timely = "sau hạn" if event.late else "đúng hạn"
            return owner, f"Hoàn thành {timely} {local_day(event.due_at)}", event.what or ""
        case deadlines.DeadlineCancelled():
            return system, f"Không còn tính {rule[0].lower()}{rule[1:]}", event.reason
        case deadlines.EscalationRaised():
            role = words.ROLES[event.to]
            return system, f"Báo việc quá hạn cho {role} (bước {event.step})", event.what or ""
        case deadlines.EscalationAcknowledged():
            return event.acknowledged_by, f"Đã xem việc quá hạn (bước {event.step})", event.note
        case _:
            return system, EVENTS.get(event.name, event.name), ""
