"""Facts and people with sensible defaults; a test names only what it is about."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts import Actor, Event, Role, deadlines, handbook, intake, notify, post, routing
from shared.contracts.conference import Commitment, Duty, ExpectedList, Representative, Session, Span
from shared.contracts.people import Attachment, Question, Registrant, Thread

NOW = datetime(2026, 4, 20, 2, 30, tzinfo=UTC)
"""Monday 20 April 2026, 09:30 in Hanoi."""

COMMUNE = "thanh-tri"
SUBMISSION = "01JSUBMISSION"
QUESTION = f"{SUBMISSION}-1"
RUN = f"{COMMUNE}-20260605"
DIALOGUE = "thanh-tri-2026-1"
TITLE = "Hội nghị đối thoại về thủ tục hành chính lần 1 năm 2026"
PLACE = "Hội trường UBND xã Thanh Trì"
HELD_AT = datetime(2026, 5, 14, 1, 30, tzinfo=UTC)
CLOSES_AT = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


BASIS = "Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.1"
DUTY = Duty(
    id="hoi-truong",
    what="Chuẩn bị hội trường, âm thanh",
    owner="Văn phòng HĐND và UBND",
    department="van-phong",
    term=Span(count=2, unit="working-days", basis=BASIS),
)
LIST = ExpectedList(
    id="mat-tran",
    kind="opinions",
    sender="Ủy ban Mặt trận Tổ quốc Việt Nam xã",
    term=Span(count=7, unit="days", basis=BASIS),
)
COMMITMENT = Commitment(
    id=f"{DIALOGUE}-c1",
    text="Niêm yết công khai thủ tục cấp lại giấy khai sinh tại bộ phận một cửa.",
    department="trung-tam-hanh-chinh-cong",
    questions=(QUESTION,),
)
REPRESENTATIVE = Representative(id="mt-1", name="Nguyễn Văn Bình", organisation="Ủy ban Mặt trận Tổ quốc Việt Nam xã")


def registrant(**changes: Any) -> Registrant:
    known: dict[str, Any] = {
        "name": "Nguyễn Thị Mai",
        "phone": "0912345678",
        "email": "mai@nguoidan.example",
        "address": "Số 5, thôn Nội, xã Thanh Trì",
    }
    return Registrant(**known | changes)


ATTACHMENT = Attachment(
    id="01JFILE", name="giay-hen-tra.pdf", media_type="application/pdf", size=48_213, digest="ab" * 32
)
ORIGINAL = Attachment(id="01JMAIL", name="thu.eml", media_type="message/rfc822", size=9_801, digest="cd" * 32)
THREAD = Thread(message_id="<a1b2@nguoidan.example>", subject="Phiếu đăng ký đối thoại")


def question(number: int = 1, text: str = "Thủ tục cấp lại giấy khai sinh cần những giấy tờ gì?") -> Question:
    return Question(id=f"{SUBMISSION}-{number}", number=number, section="procedures", text=text)


def actor(role: Role = Role.CLERK, **changes: Any) -> Actor:
    known: dict[str, Any] = {"name": "Trần Thị Hạnh", "role": role, "commune": COMMUNE}
    return Actor(**known | changes)


def _said(contract: type[Event], defaults: dict[str, Any], changes: dict[str, Any]) -> Any:
    return contract(**{"commune": COMMUNE, "case": SUBMISSION, "occurred_at": NOW} | defaults | changes)


def of_dialogue(contract: type[Event], **changes: Any) -> Any:
    """An event of a dialogue."""
    fields: dict[str, Any] = {
        "title": TITLE,
        "held_at": HELD_AT,
        "place": PLACE,
        "registration_closes_at": CLOSES_AT,
        "notice": "15/TB-UBND",
        "summary": "Các phòng thực hiện đúng nội dung đã kết luận.",
        "kind": "periodic",
        "previously_at": HELD_AT - timedelta(days=7),
        "reason": "Bão số 3 đổ bộ.",
        "deputy": "Lê Quang Huy",
        "delegated_by": "Nguyễn Văn Lợi",
        "report": "Đã trả lời 12 câu hỏi; 3 câu hỏi trả lời bằng văn bản.",
        "reported_by": "Lê Quang Huy",
        "duty": DUTY.id,
        "proof": "Biên bản kiểm tra hội trường ngày 12/05/2026",
        "completed_by": "Phạm Thu Trang",
        "list": LIST.id,
        "sender": LIST.sender,
        "count": 4,
        "representative": REPRESENTATIVE,
        "draft": 1,
        "commitments": (COMMITMENT,),
        "drafted_by": "Trần Thị Hạnh",
        "remarks": "Xin nêu rõ thời hạn của từng phòng.",
        "returned_by": "Nguyễn Văn Lợi",
        "approved_by": "Nguyễn Văn Lợi",
        "commitment": COMMITMENT.id,
        "department": COMMITMENT.department,
        "text": COMMITMENT.text,
        "questions": COMMITMENT.questions,
        "requirement": "Đối chiếu danh mục thủ tục của thành phố.",
        "responsible": "Trung tâm Phục vụ hành chính công",
        "extended_by": "Nguyễn Văn Lợi",
        "result": "Đã niêm yết công khai từ ngày 01/06/2026.",
        "fulfilled_by": "Đỗ Minh Quân",
        "document": "45/BC-UBND",
        "recipient": "Ủy ban nhân dân thành phố Hà Nội",
    }
    if contract is intake.ListReceived:
        fields["kind"] = LIST.kind
    if contract is intake.RepresentativeAttended:
        fields["representative"] = REPRESENTATIVE.id
    own = {name: value for name, value in fields.items() if name in contract.model_fields}
    return _said(contract, {"case": DIALOGUE} | own, changes)


def full_plan(**changes: Any) -> intake.DialoguePlanned:
    """A planned dialogue with sessions, seats, duties and lists."""
    more = {
        "sessions": (Session(number=1, title="Thủ tục hành chính", audience="Nhân dân", fields=("civil-status",)),),
        "seats": 60,
        "per_hamlet": 3,
        "duties": (DUTY,),
        "lists": (LIST,),
    }
    planned: intake.DialoguePlanned = of_dialogue(intake.DialoguePlanned, **more | changes)
    return planned


def submission_received(**changes: Any) -> intake.SubmissionReceived:
    defaults = {
        "code": "K7QX-3M9D",
        "dialogue": DIALOGUE,
        "channel": "web",
        "received_at": NOW,
        "on_time": True,
        "registrant": registrant(),
        "questions": (question(),),
    }
    received: intake.SubmissionReceived = _said(intake.SubmissionReceived, defaults, changes)
    return received


def of_attendance(contract: type[Event], **changes: Any) -> Any:
    fields = {"dialogue": DIALOGUE, "reason": "Đi công tác xa", "present": True, "seat": 3, "place": 1}
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_question(contract: type[Event], **changes: Any) -> Any:
    """An event of routing."""
    fields: dict[str, Any] = {
        "question": QUESTION,
        "dialogue": DIALOGUE,
        "field": "civil-status",
        "department": "trung-tam-hanh-chinh-cong",
        "because": ("giấy khai sinh",),
        "confidence": 0.9,
        "assigned_by": None,
        "scope": "complaint",
        "proposals": (),
        "authority": "Ban Tiếp công dân xã Thanh Trì",
        "guidance": "Ông/bà gửi đơn đến Ban Tiếp công dân xã.",
        "decided_by": "Trần Thị Hạnh",
        "draft": 1,
        "text": "Ông/bà mang căn cước đến Trung tâm Phục vụ hành chính công để được cấp lại.",
        "drafted_by": "Đỗ Minh Quân",
        "remarks": "Xin nêu rõ lệ phí.",
        "returned_by": "Lê Quang Huy",
        "approved_by": "Nguyễn Văn Lợi",
        "working_days": 5,
        "reason": "Cần xác minh hồ sơ lưu.",
        "requested_by": "Đỗ Minh Quân",
        "granted_by": "Nguyễn Văn Lợi",
        "how": "answered-in-writing",
        "from_department": "phong-kinh-te",
        "clock": "pauses",
        "transferred_by": "Trần Thị Hạnh",
        "accepted_by": "Đỗ Minh Quân",
        "referred_by": "Lê Quang Huy",
        "document": "46/BC-UBND",
        "reported_by": "Trần Thị Hạnh",
        "note": "Giao Trung tâm Phục vụ hành chính công trả lời bằng văn bản.",
        "taken_by": "Nguyễn Văn Lợi",
        "topic": "Giấy tờ hộ tịch",
        "grouped_by": "Trần Thị Hạnh",
        "pressing": True,
        "prioritised_by": "Trần Thị Hạnh",
        "earlier": ("01JEARLIER-1",),
        "like": f"{SUBMISSION}-2",
        "likeness": 0.7,
        "mark": 2,
        "reopened_by": None,
        "asked": "Cấp lại giấy khai sinh cần những giấy tờ gì?",
        "answered": "Người yêu cầu mang căn cước đến Trung tâm Phục vụ hành chính công.",
        "published_by": "Lê Quang Huy",
        "unpublished_by": "Lê Quang Huy",
        "handed_back_by": "Đỗ Minh Quân",
        "parts": (Question(id=f"{QUESTION}-1", number=2, section="procedures", text="Lệ phí là bao nhiêu?"),),
        "split_by": "Trần Thị Hạnh",
        "departments": ("phong-kinh-te",),
        "matter": "Xin cho biết mức lệ phí.",
        "asked_by": "Trần Thị Hạnh",
        "given_by": "Nguyễn Đức Toàn",
        "kept_by": "Đỗ Minh Quân",
        "endorsed_by": "Nguyễn Thu Nga",
        "role": Role.HEAD,
        "awaits": (Role.OFFICE_HEAD, Role.CHAIRMAN),
        "lead": f"{SUBMISSION}-2",
        "joined_by": "Trần Thị Hạnh",
        "parted_by": None,
    }
    if contract is routing.QuestionReferredUp:
        fields |= {"authority": "Ủy ban nhân dân thành phố Hà Nội", "scope": "in-scope"}
    if contract is routing.QuestionSplit:
        fields["scope"] = "in-scope"
    if contract is routing.WrittenAnswerOwed:
        fields["because"] = "absent"
    if contract is routing.QuestionReopened:
        fields["round"] = 2
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_deadline(contract: type[Event], **changes: Any) -> Any:
    due_at = datetime(2026, 4, 28, 10, 0, tzinfo=UTC)
    fields: dict[str, Any] = {
        "deadline": f"{QUESTION}:department-answer",
        "rule": "department-answer",
        "about": QUESTION,
        "department": "trung-tam-hanh-chinh-cong",
        "due_on": date(2026, 4, 28),
        "due_at": due_at,
        "original_due_at": due_at,
        "basis": "Kế hoạch năm 2026 của UBND xã Thanh Trì, mục III.2",
        "provisional": False,
        "reason": "Gia hạn để xác minh.",
        "met_at": NOW,
        "late": False,
        "step": 1,
        "to": Role.OFFICER,
        "note": "Đã chỉ đạo phòng trả lời trong ngày.",
        "acknowledged_by": "Lê Quang Huy",
    }
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


def of_message(contract: type[Event], **changes: Any) -> Any:
    fields: dict[str, Any] = {
        "notification": f"{SUBMISSION}.answer.1",
        "kind": "answer",
        "channel": "email",
        "questions": (QUESTION,),
        "reference": f"<{SUBMISSION}.answer.1@hanoi.gov.vn>",
        "uncertain": False,
        "reason": "550 5.1.1 mailbox unknown",
    }
    if contract in OF_LETTER:
        fields |= {"notification": f"{SUBMISSION}.answer.1.letter", "channel": "letter"}
        fields |= {"run": RUN, "posted_on": date(2026, 6, 8), "tracking": "EA123456789VN"}
        fields |= {
            "delivered_on": date(2026, 6, 10),
            "returned_on": date(2026, 6, 12),
            "because": "Không có người nhận",
        }
        fields |= {"number": "15/UBND-VP"}
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


OF_LETTER = (notify.NotificationNumbered, post.LetterPosted, post.LetterDelivered, post.LetterReturned)


def of_run(contract: type[Event], **changes: Any) -> Any:
    """An event of a print run."""
    fields: dict[str, Any] = {"run": RUN, "letters": 12, "envelopes": 11, "posted_on": date(2026, 6, 8)}
    own = {name: value for name, value in fields.items() if name in contract.model_fields}
    return _said(contract, {"case": RUN} | own, changes)


def of_form(contract: type[Event], **changes: Any) -> Any:
    """An event of a form after it came in, or of a mail."""
    fields: dict[str, Any] = {
        "registrant": registrant(address="Số 7, thôn Nội, xã Thanh Trì"),
        "reason": "Chuyển chỗ ở",
        "corrected_by": None,
        "dialogue": DIALOGUE,
        "questions": (QUESTION,),
        "entirely": True,
        "withdrawn_by": "Trần Thị Hạnh",
        "question": QUESTION,
        "mark": 2,
        "words": "Câu trả lời chưa nêu lệ phí.",
        "contested": True,
        "attachments": (ATTACHMENT,),
        "note": "Bản chụp phiếu giấy",
        "added_by": "Trần Thị Hạnh",
        "text": "Tôi xin gửi thêm giấy hẹn.",
        "thread": THREAD,
        "outcome": "quarantined",
        "why": "no-form",
        "sender": "mai@nguoidan.example",
        "notification": f"{SUBMISSION}.answer.1",
        "action": "failed",
        "status": "5.1.1",
        "said": "mailbox unknown",
        "subject_line": "Hỏi về giấy khai sinh",
        "received_at": NOW,
        "original": ORIGINAL,
        "told": "Không thấy phiếu đăng ký trong thư.",
        "how": "registered",
        "submissions": (SUBMISSION,),
        "settled_by": "Trần Thị Hạnh",
    }
    if contract is intake.MailTakenIn:
        fields["submissions"] = ()
    return _said(contract, {name: value for name, value in fields.items() if name in contract.model_fields}, changes)


OF_FORM = (
    intake.RegistrantCorrected,
    intake.QuestionsWithdrawn,
    intake.AnswerRated,
    intake.FilesAdded,
    intake.RegistrantWrote,
    intake.MailTakenIn,
    intake.MailSettled,
    intake.DeliveryReported,
    intake.NewsDeclined,
)
OF_SUBMISSION = (
    intake.RegistrantInvited,
    intake.RegistrantWaitlisted,
    intake.RegistrantExcused,
    intake.AttendanceRecorded,
)


def of_handbook(contract: type[Event], **changes: Any) -> Any:
    """An event about what an office has taught routing."""
    fields: dict[str, Any] = {
        "rules": (handbook.WordRule(field="business", words=("chợ Nội",), weight=2.0),),
        "reason": "Chợ Nội do Phòng Kinh tế quản lý.",
        "saved_by": "Trần Thị Hạnh",
        "field": "civil-status",
        "title": "Cấp lại giấy khai sinh",
        "text": "Ông/bà mang căn cước đến {nơi nộp} để được cấp lại.",
        "removed_by": "Trần Thị Hạnh",
    }
    own = {name: value for name, value in fields.items() if name in contract.model_fields}
    return _said(contract, {"case": COMMUNE} | own, changes)


def any_of(contract: type[Event]) -> Event:
    """One example of any event."""
    if contract is intake.SubmissionReceived:
        return submission_received()
    if issubclass(contract, intake.IntakeEvent):
        build = of_attendance if contract in OF_SUBMISSION else of_form if contract in OF_FORM else of_dialogue
    elif issubclass(contract, routing.RoutingEvent):
        build = of_question
    elif issubclass(contract, handbook.HandbookEvent):
        build = of_handbook
    elif issubclass(contract, deadlines.DeadlineEvent):
        build = of_deadline
    elif issubclass(contract, post.RunEvent):
        build = of_run
    else:
        assert issubclass(contract, notify.NotifyEvent)
        build = of_message
    event: Event = build(contract)
    return event
