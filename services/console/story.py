"""The history of a case in plain Vietnamese: when, who, what. One line an event."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import ValidationError

from services.console import words
from shared.contracts import Envelope, Event, UnknownEvent, deadlines, intake, notify, routing
from shared.web import local_day, local_time

EVENTS_OF_SENDER = frozenset({intake.SubmissionReceived.type})
"""Events whose line names the sender."""

Unit = Callable[[str], str]
"""The name of a department by its id."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. `about`: number of the question it is about, where a form has several. `late`: a term was missed."""

    at: datetime
    who: str
    what: str
    more: str = ""
    about: str = ""
    late: bool = False


def tell(envelopes: Sequence[Envelope], unit: Unit, *, confidential: bool = False) -> list[Line]:
    """The whole history, the earliest first. `confidential`: without the sender's name and what was written of it."""
    lines = [_line(envelope, unit) for envelope in envelopes]
    if not confidential:
        return lines
    return [
        replace(line, who="Người gửi" if envelope.type in EVENTS_OF_SENDER else line.who, more="")
        for envelope, line in zip(envelopes, lines, strict=True)
    ]


def _line(envelope: Envelope, unit: Unit) -> Line:
    try:
        event = envelope.open()
    except (UnknownEvent, ValidationError):
        return Line(envelope.time, "Hệ thống", f"Sự kiện mà phiên bản này chưa đọc được: {envelope.type}")
    who, what, more = _told(event, unit)
    late = isinstance(event, deadlines.DeadlineMissed | deadlines.EscalationRaised)
    return Line(event.occurred_at, who, what, more, _number(event), late)


def _number(event: Event) -> str:
    match event:
        case routing.RoutingEvent():
            return event.question.rpartition("-")[2]
        case deadlines.DeadlineEvent() if event.about != event.case:
            return event.about.rpartition("-")[2]
        case notify.NotifyEvent() if event.questions:
            return ", ".join(question.rpartition("-")[2] for question in event.questions)
        case _:
            return ""


def _told(event: Event, unit: Unit) -> tuple[str, str, str]:
    match event:
        case intake.IntakeEvent():
            return _of_intake(event)
        case routing.RoutingEvent():
            return _of_routing(event, unit)
        case deadlines.DeadlineEvent():
            return _of_deadlines(event, unit)
        case notify.NotifyEvent():
            return _of_notify(event)
        case _:
            return "Hệ thống", words.EVENTS.get(event.name, event.name), ""


def _of_intake(event: intake.IntakeEvent) -> tuple[str, str, str]:
    office, system = "Văn phòng", "Hệ thống"
    match event:
        case intake.DialoguePlanned():
            return office, f"Lên kế hoạch hội nghị {local_time(event.held_at)}, {event.place}", event.title
        case intake.DialogueAnnounced():
            closes = local_time(event.registration_closes_at)
            return office, f"Thông báo hội nghị {local_time(event.held_at)}; nhận phiếu đến {closes}", event.title
        case intake.DialogueHeld():
            return office, "Ghi nhận hội nghị đã diễn ra", ""
        case intake.DialogueConcluded():
            return "Lãnh đạo", f"Ban hành thông báo kết luận số {event.notice}", event.summary
        case intake.SubmissionReceived():
            timely = "trong hạn đăng ký" if event.on_time else "sau hạn đăng ký, được trả lời bằng văn bản"
            what = (
                f"Gửi phiếu {event.code} qua {words.CHANNELS[event.channel]}: {len(event.questions)} câu hỏi, {timely}"
            )
            return event.registrant.name, what, ""
        case intake.RegistrantExcused():
            return "Người đăng ký", "Báo không dự hội nghị được", event.reason
        case intake.AttendanceRecorded():
            return office, "Ghi nhận có mặt tại hội nghị" if event.present else "Ghi nhận vắng mặt", ""
        case _:
            return system, words.EVENTS.get(event.name, event.name), ""


def _of_routing(event: routing.RoutingEvent, unit: Unit) -> tuple[str, str, str]:
    system = "Hệ thống"
    match event:
        case routing.QuestionAssigned():
            field = words.FIELDS[event.field]
            because = f"Vì: {', '.join(event.because)}" if event.because else ""
            return event.assigned_by or system, f"Giao {unit(event.department)} ({field})", because
        case routing.QuestionAwaitsTriage():
            flagged = "" if event.scope == "in-scope" else f", có dấu hiệu {words.SCOPES[event.scope].lower()}"
            return system, f"Chưa đủ chắc chắn để giao{flagged}: chờ người phân loại", ", ".join(event.because)
        case routing.QuestionRedirected():
            return event.decided_by, f"Hướng dẫn gửi đến {event.authority}", event.guidance
        case routing.AnswerDrafted():
            return event.drafted_by, f"Trình câu trả lời (dự thảo {event.draft})", event.text
        case routing.AnswerReturned():
            return event.returned_by, f"Trả lại dự thảo {event.draft}", event.remarks
        case routing.AnswerApproved():
            return event.approved_by, "Duyệt câu trả lời", event.text
        case routing.ExtensionRequested():
            return event.requested_by, f"Xin gia hạn {event.working_days} ngày làm việc", event.reason
        case routing.ExtensionGranted():
            return event.granted_by, f"Gia hạn {event.working_days} ngày làm việc", event.reason
        case routing.QuestionAnsweredAtDialogue():
            return system, "Người đăng ký đã nghe câu trả lời tại hội nghị", ""
        case routing.QuestionSettled():
            return system, f"Đã giải quyết xong: {words.HOW_SETTLED[event.how]}", ""
        case _:
            return system, words.EVENTS.get(event.name, event.name), ""


def _of_deadlines(event: deadlines.DeadlineEvent, unit: Unit) -> tuple[str, str, str]:
    rule, system = words.RULES[event.rule], "Hệ thống"
    owner = unit(event.department) if event.department else "Văn phòng"
    match event:
        case deadlines.DeadlineSet():
            provisional = " (tạm tính, chưa có lịch nghỉ chính thức)" if event.provisional else ""
            return system, f"{rule}: {local_time(event.due_at)}{provisional}", event.basis
        case deadlines.DeadlineMoved():
            return system, f"{rule} dời đến {local_time(event.due_at)}", event.reason
        case deadlines.DeadlineNear():
            return system, f"Nhắc {owner}: sắp đến hạn {local_time(event.due_at)}", ""
        case deadlines.DeadlineMissed():
            return system, f"{owner} quá hạn {local_time(event.due_at)}", ""
        case deadlines.DeadlineMet():
            return owner, f"Hoàn thành {'sau hạn' if event.late else 'đúng hạn'} {local_day(event.due_at)}", ""
        case deadlines.DeadlineCancelled():
            return system, f"Không còn tính {rule[0].lower()}{rule[1:]}", event.reason
        case deadlines.EscalationRaised():
            return system, f"Báo cáo việc quá hạn lên {words.ROLES[event.to]} (bước {event.step})", ""
        case _:
            return system, words.EVENTS.get(event.name, event.name), ""


def _of_notify(event: notify.NotifyEvent) -> tuple[str, str, str]:
    kind, way, system = words.MESSAGE_KINDS[event.kind], words.MESSAGE_CHANNELS[event.channel], "Hệ thống"
    match event:
        case notify.NotificationQueued():
            return system, f"{kind}: soạn xong, chờ gửi bằng {way}", ""
        case notify.NotificationSent():
            done = "đã in vào khay thư đi" if event.channel == "letter" else "đã gửi bằng thư điện tử"
            doubt = "Có thể đã gửi hai lần vì hệ thống gián đoạn giữa chừng." if event.uncertain else ""
            return system, f"{kind}: {done}", doubt
        case notify.NotificationFailed():
            return system, f"{kind}: không gửi được bằng {way}", event.reason
        case _:
            return system, words.EVENTS.get(event.name, event.name), ""
