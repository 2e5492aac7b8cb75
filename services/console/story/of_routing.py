"""Questions."""

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Number, Told, Unit
from shared.contracts import routing


def told(event: routing.RoutingEvent, unit: Unit, number: Number) -> Told:
    system = "Hệ thống"
    match event:
        case routing.ExtensionRequested():
            return event.requested_by, f"Xin gia hạn {event.working_days} ngày làm việc", _four_points(event)
        case routing.ExtensionGranted():
            return event.granted_by, f"Gia hạn {event.working_days} ngày làm việc", _four_points(event)
        case routing.QuestionSettled():
            return system, f"Đã giải quyết xong: {words.HOW_SETTLED[event.how]}", ""
        case routing.QuestionReopened():
            why = "" if event.mark is None else f" vì người hỏi đánh giá {event.mark}/5"
            return event.reopened_by or system, f"Mở lại câu hỏi, trả lời lần {event.round}{why}", event.reason
        case routing.AnswerPublished():
            more = f"{event.asked}\n{event.answered}"
            return event.published_by, "Đăng câu hỏi và câu trả lời lên thư viện hỏi đáp", more
        case routing.AnswerUnpublished():
            return event.unpublished_by, "Gỡ khỏi thư viện hỏi đáp", event.reason
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
            return _of_its_way(event, unit) or _of_others(event, unit, number) or _of_the_conference(event)


def _of_its_way(event: routing.RoutingEvent, unit: Unit) -> Told | None:
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
        case routing.QuestionHandedBack():
            return event.handed_back_by, f"{unit(event.department)} trả lại Văn phòng", event.reason
        case routing.QuestionRedirected():
            return event.decided_by, f"Hướng dẫn gửi đến {event.authority}", event.guidance
        case routing.QuestionReferredUp():
            return event.referred_by, f"Ghi nhận vượt thẩm quyền, báo cáo {event.authority}", event.reason
        case routing.SuperiorReported():
            return event.reported_by, f"Gửi báo cáo số {event.document} lên {event.authority}", ""
        case _:
            return None


def _of_others(event: routing.RoutingEvent, unit: Unit, number: Number) -> Told | None:
    """What binds a question to others: parts, departments beside its own, an answer in common."""
    match event:
        case routing.QuestionSplit():
            parts = ", ".join(str(part.number) for part in event.parts)
            more = "\n".join([event.text, *(f"Câu {part.number}: {part.text}" for part in event.parts)])
            return event.split_by, f"Tách các nội dung khác thành câu {parts}", more
        case routing.CoordinationAsked():
            others = ", ".join(map(unit, event.departments))
            return event.asked_by, f"Đề nghị phối hợp: {others}", event.matter
        case routing.OpinionGiven():
            return event.given_by, f"{unit(event.department)} gửi ý kiến phối hợp", event.text
        case routing.QuestionJoined():
            return event.joined_by, f"Gộp để trả lời chung với {_question(event, event.lead, number)}", ""
        case routing.QuestionParted():
            lead = _question(event, event.lead, number)
            return event.parted_by or "Hệ thống", f"Thôi trả lời chung với {lead}", event.reason
        case _:
            return None


def _question(event: routing.RoutingEvent, other: str, number: Number) -> str:
    return f"câu {number(other)}" if other.startswith(f"{event.case}-") else "một câu hỏi của phiếu khác"


def _of_the_conference(event: routing.RoutingEvent) -> Told:
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
            return system, EVENTS.get(event.name, event.name), ""


def _four_points(event: routing.ExtensionRequested | routing.ExtensionGranted) -> str:
    """Why, what is required and who answers; until when stands beside it."""
    told = [event.reason]
    if event.requirement:
        told.append(f"Yêu cầu: {event.requirement}")
    if event.responsible:
        told.append(f"Chịu trách nhiệm: {event.responsible}")
    return "\n".join(told)
