"""Dialogues, forms and mails."""

from collections.abc import Sequence

from services.console import words
from services.console.event_words import EVENTS
from services.console.story.telling import Number, Told, Unit
from shared.contracts import intake
from shared.contracts.people import Attachment
from shared.web import local_time


def told(event: intake.IntakeEvent, unit: Unit, number: Number) -> Told:
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
            before = _of_aftercare(event, number) or _of_mailbox(event) or _of_preparation(event)
            return before or _of_conclusion(event, unit)


def _of_submission(event: intake.SubmissionReceived) -> Told:
    timely = "trong hạn đăng ký" if event.on_time else "sau hạn đăng ký, được trả lời bằng văn bản"
    if event.dialogue is None:
        timely = "chưa có hội nghị nào nhận đăng ký, được trả lời bằng văn bản"
    elif event.channel == "floor":
        timely = "nêu tại hội nghị"
    what = f"Gửi phiếu {event.code} qua {words.CHANNELS[event.channel]}: {len(event.questions)} câu hỏi, {timely}"
    more = [f"Do {event.collected_by} tổng hợp"] if event.collected_by else []
    if event.attachments:
        more.append(f"Kèm {_names(event.attachments)}")
    if event.entered_at and event.entered_by:
        because = f": {event.entered_because}" if event.entered_because else ""
        more.append(f"{event.entered_by} nhập {local_time(event.entered_at)}{because}")
    return event.registrant.name, what, "\n".join(more)


def _of_aftercare(event: intake.IntakeEvent, number: Number) -> Told | None:
    """What the registrant, or a clerk for him, did with a form that was in."""
    sender = "Người đăng ký"
    match event:
        case intake.RegistrantCorrected():
            return event.corrected_by or sender, "Sửa thông tin liên hệ", event.reason or ""
        case intake.QuestionsWithdrawn():
            numbers = ", ".join(map(number, event.questions))
            what = "Rút toàn bộ phiếu" if event.entirely else f"Rút câu {numbers}"
            return sender, what + (f"; {event.withdrawn_by} ghi nhận" if event.withdrawn_by else ""), event.reason
        case intake.AnswerRated():
            again = "; câu hỏi được chuyển Văn phòng xem lại" if event.contested else ""
            return sender, f"Đánh giá câu trả lời {event.mark}/5: {words.MARKS[event.mark]}{again}", event.words or ""
        case intake.FilesAdded():
            count = len(event.attachments)
            note = f"{event.note}\n" if event.note else ""
            return event.added_by, f"Bổ sung {count} tệp vào phiếu", f"{note}{_names(event.attachments)}"
        case intake.RegistrantWrote():
            files = f", kèm {len(event.attachments)} tệp" if event.attachments else ""
            return sender, f"Viết thêm qua thư điện tử{files}", event.text
        case intake.NewsDeclined():
            return sender, "Không nhận thư nhắc và thư thông tin chung nữa; câu trả lời vẫn được gửi", ""
        case intake.DeliveryReported():
            status = f" (mã {event.status})" if event.status else ""
            return "Máy chủ thư", f"{words.DELIVERY_REPORTS[event.action]}{status}", event.said
        case _:
            return None


def _of_mailbox(event: intake.IntakeEvent) -> Told | None:
    match event:
        case intake.MailTakenIn():
            sender = event.sender or "(không rõ người gửi)"
            told = f"\n{event.told}" if event.told else ""
            return (
                "Hệ thống",
                f"Nhận thư điện tử: {words.MAIL_OUTCOMES[event.outcome]}",
                (f"{sender}: {event.subject_line}{told}"),
            )
        case intake.MailSettled():
            return event.settled_by, f"Xử lý thư: {words.MAIL_SETTLED[event.how]}", event.reason or ""
        case _:
            return None


def _names(files: Sequence[Attachment]) -> str:
    return ", ".join(file.name for file in files)


def _of_preparation(event: intake.IntakeEvent) -> Told | None:
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


def _of_conclusion(event: intake.IntakeEvent, unit: Unit) -> Told:
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
            return "Hệ thống", EVENTS.get(event.name, event.name), ""
