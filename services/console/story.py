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

RULES_OF_QUESTIONS = frozenset({"department-answer", "written-answer", "superior-report"})
"""Rules whose term is about a question; any other term is about the dialogue or a part of it."""

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
        case deadlines.DeadlineEvent() if event.rule in RULES_OF_QUESTIONS:
            return event.about.rpartition("-")[2]
        case notify.NotifyEvent():
            own = [question for question in event.questions if question.startswith(f"{event.case}-")]
            return ", ".join(question.rpartition("-")[2] for question in own)
        case _:
            return ""


def _told(event: Event, unit: Unit) -> tuple[str, str, str]:
    match event:
        case intake.IntakeEvent():
            return _of_intake(event, unit)
        case routing.RoutingEvent():
            return _of_routing(event, unit)
        case deadlines.DeadlineEvent():
            return _of_deadlines(event, unit)
        case notify.NotifyEvent():
            return _of_notify(event)
        case _:
            return "Hệ thống", words.EVENTS.get(event.name, event.name), ""


def _of_intake(event: intake.IntakeEvent, unit: Unit) -> tuple[str, str, str]:
    office, leaders = "Văn phòng", "Lãnh đạo"
    match event:
        case intake.SubmissionReceived():
            return _of_submission(event)
        case intake.RegistrantInvited():
            return office, f"Mời dự hội nghị, chỗ ngồi số {event.seat}", ""
        case intake.RegistrantWaitlisted():
            return office, f"Xếp vào danh sách chờ, thứ {event.place}", "Đã hết chỗ, hoặc hết chỗ dành cho nơi ở."
        case intake.RegistrantExcused():
            return "Người đăng ký", "Báo không dự hội nghị được", event.reason
        case intake.AttendanceRecorded():
            return office, "Ghi nhận có mặt tại hội nghị" if event.present else "Ghi nhận không có mặt tại hội nghị", ""
        case intake.DialoguePlanned():
            kind = words.DIALOGUE_KINDS[event.kind].lower()
            return office, f"Lên kế hoạch hội nghị {kind} {local_time(event.held_at)}, {event.place}", event.title
        case intake.DialogueAnnounced():
            closes = local_time(event.registration_closes_at)
            return office, f"Thông báo hội nghị {local_time(event.held_at)}; nhận phiếu đến {closes}", event.title
        case intake.RegistrationClosed():
            return "Hệ thống", "Hết hạn nhận phiếu; phiếu đến sau được trả lời bằng văn bản", ""
        case intake.DialogueRescheduled():
            previously = local_time(event.previously_at)
            return office, f"Đổi lịch hội nghị từ {previously} sang {local_time(event.held_at)}", event.reason
        case intake.DialogueCancelled():
            return leaders, "Không tổ chức được hội nghị; mọi người đăng ký được trả lời bằng văn bản", event.reason
        case intake.ChairDelegated():
            return event.delegated_by, f"Ủy quyền {event.deputy} chủ trì hội nghị", event.reason
        case intake.DelegateReported():
            return event.reported_by, "Báo cáo lại Chủ tịch kết quả hội nghị", event.report
        case intake.DialogueHeld():
            chair = f", {event.presided_by} chủ trì" if event.presided_by else ""
            return office, f"Ghi nhận hội nghị đã diễn ra{chair}", ""
        case intake.DialogueSettled():
            return "Hệ thống", "Mọi câu hỏi và việc đã kết luận của hội nghị đã giải quyết xong", ""
        case intake.ResultReported():
            return event.reported_by, f"Báo cáo kết quả số {event.document} gửi {event.recipient}", ""
        case _:
            return _of_preparation(event) or _of_conclusion(event, unit)


def _of_submission(event: intake.SubmissionReceived) -> tuple[str, str, str]:
    timely = "trong hạn đăng ký" if event.on_time else "sau hạn đăng ký, được trả lời bằng văn bản"
    if event.channel == "floor":
        timely = "nêu tại hội nghị"
    what = f"Gửi phiếu {event.code} qua {words.CHANNELS[event.channel]}: {len(event.questions)} câu hỏi, {timely}"
    return event.registrant.name, what, f"Do {event.collected_by} tổng hợp" if event.collected_by else ""


def _of_preparation(event: intake.IntakeEvent) -> tuple[str, str, str] | None:
    match event:
        case intake.DutyCompleted():
            return event.completed_by, "Ghi nhận một việc chuẩn bị đã hoàn thành", event.proof
        case intake.ListReceived():
            unit = "ý kiến" if event.kind == "opinions" else "người"
            return event.sender, f"Gửi {words.LIST_KINDS[event.kind].lower()}: {event.count} {unit}", ""
        case intake.RepresentativeInvited():
            one = event.representative
            return "Văn phòng", f"Mời đại biểu {one.name}", one.organisation or one.hamlet or ""
        case intake.RepresentativeAttended():
            return "Văn phòng", "Ghi nhận một đại biểu được mời có mặt", ""
        case _:
            return None


def _of_conclusion(event: intake.IntakeEvent, unit: Unit) -> tuple[str, str, str]:
    match event:
        case intake.ConclusionDrafted():
            promised = f", giao {len(event.commitments)} việc" if event.commitments else ""
            return event.drafted_by, f"Trình dự thảo thông báo kết luận lần {event.draft}{promised}", event.summary
        case intake.ConclusionReturned():
            return event.returned_by, f"Trả lại dự thảo thông báo kết luận lần {event.draft}", event.remarks
        case intake.ConclusionApproved():
            return event.approved_by, f"Duyệt dự thảo thông báo kết luận lần {event.draft}", ""
        case intake.DialogueConcluded():
            return "Lãnh đạo", f"Ban hành thông báo kết luận số {event.notice}", event.summary
        case intake.CommitmentExtended():
            more = f"{event.text}\nLý do: {event.reason}\nYêu cầu: {event.requirement}"
            more += f"\nChịu trách nhiệm: {event.responsible}"
            return event.extended_by, f"Gia hạn việc đã kết luận giao {unit(event.department)}", more
        case intake.CommitmentFulfilled():
            more = f"{event.text}\nKết quả: {event.result}\nCăn cứ: {event.proof}"
            return event.fulfilled_by, f"Thực hiện xong việc đã kết luận giao {unit(event.department)}", more
        case _:
            return "Hệ thống", words.EVENTS.get(event.name, event.name), ""


def _of_routing(event: routing.RoutingEvent, unit: Unit) -> tuple[str, str, str]:
    system = "Hệ thống"
    match event:
        case routing.AnswerDrafted():
            return event.drafted_by, f"Trình câu trả lời (dự thảo {event.draft})", event.text
        case routing.AnswerReturned():
            return event.returned_by, f"Trả lại dự thảo {event.draft}", event.remarks
        case routing.AnswerApproved():
            return event.approved_by, "Duyệt câu trả lời", event.text
        case routing.ExtensionRequested():
            return event.requested_by, f"Xin gia hạn {event.working_days} ngày làm việc", _four_points(event)
        case routing.ExtensionGranted():
            return event.granted_by, f"Gia hạn {event.working_days} ngày làm việc", _four_points(event)
        case routing.QuestionSettled():
            return system, f"Đã giải quyết xong: {words.HOW_SETTLED[event.how]}", ""
        case routing.QuestionGrouped():
            return event.grouped_by, "Xếp vào một nhóm nội dung", event.topic
        case routing.QuestionPrioritised():
            done = "Đánh dấu là vấn đề bức xúc" if event.pressing else "Bỏ đánh dấu vấn đề bức xúc"
            return event.prioritised_by, done, event.reason
        case routing.QuestionRecurs():
            count = len(event.earlier)
            return system, f"Đã được nêu {count} lần trước mà chưa giải quyết xong: đưa lên đầu chương trình", ""
        case routing.QuestionResembles():
            return system, f"Giống một câu hỏi khác của hội nghị ({event.likeness:.0%})", ""
        case _:
            return _of_its_way(event, unit) or _of_the_conference(event)


def _of_its_way(event: routing.RoutingEvent, unit: Unit) -> tuple[str, str, str] | None:
    """Who has the question, from triage to the authority it is referred to."""
    system = "Hệ thống"
    match event:
        case routing.QuestionAssigned():
            field = words.FIELDS[event.field]
            because = f"Vì: {', '.join(event.because)}" if event.because else ""
            return event.assigned_by or system, f"Giao {unit(event.department)} ({field})", because
        case routing.QuestionTransferred():
            clock = words.CLOCKS_IN_SHORT[event.clock]
            there = f"Chuyển từ {unit(event.from_department)} sang {unit(event.department)}; {clock}"
            return event.transferred_by, there, event.reason
        case routing.TransferAccepted():
            return event.accepted_by, f"{unit(event.department)} nhận câu hỏi được chuyển", ""
        case routing.QuestionAwaitsTriage():
            flagged = "" if event.scope == "in-scope" else f", có dấu hiệu {words.SCOPES[event.scope].lower()}"
            return system, f"Chưa đủ chắc chắn để giao{flagged}: chờ người phân loại", ", ".join(event.because)
        case routing.QuestionRedirected():
            return event.decided_by, f"Hướng dẫn gửi đến {event.authority}", event.guidance
        case routing.QuestionReferredUp():
            return event.referred_by, f"Ghi nhận vượt thẩm quyền, báo cáo {event.authority}", event.reason
        case routing.SuperiorReported():
            return event.reported_by, f"Gửi báo cáo số {event.document} lên {event.authority}", ""
        case _:
            return None


def _of_the_conference(event: routing.RoutingEvent) -> tuple[str, str, str]:
    system = "Hệ thống"
    match event:
        case routing.QuestionAnsweredAtDialogue():
            if event.answered_by:
                return event.answered_by, "Trả lời trực tiếp tại hội nghị", event.answer or ""
            return system, "Người đăng ký đã nghe câu trả lời tại hội nghị", event.answer or ""
        case routing.QuestionTakenForWrittenAnswer():
            return event.taken_by, "Tiếp nhận tại hội nghị để trả lời bằng văn bản", event.note
        case routing.WrittenAnswerOwed():
            return system, f"Phải trả lời bằng văn bản: {words.WRITTEN_BECAUSE[event.because]}", ""
        case _:
            return system, words.EVENTS.get(event.name, event.name), ""


def _four_points(event: routing.ExtensionRequested | routing.ExtensionGranted) -> str:
    """Why, what is required and who answers; until when stands beside it."""
    told = [event.reason]
    if event.requirement:
        told.append(f"Yêu cầu: {event.requirement}")
    if event.responsible:
        told.append(f"Chịu trách nhiệm: {event.responsible}")
    return "\n".join(told)


def _of_deadlines(event: deadlines.DeadlineEvent, unit: Unit) -> tuple[str, str, str]:
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
            return system, words.EVENTS.get(event.name, event.name), ""


def _of_notify(event: notify.NotifyEvent) -> tuple[str, str, str]:
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
            return system, words.EVENTS.get(event.name, event.name), ""
