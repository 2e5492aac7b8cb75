"""The Vietnamese words of the console: states, terms, events, roles. Every page takes them from here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from shared.web import HANOI

STAGES: Mapping[str, str] = {
    "received": "Đã tiếp nhận",
    "awaits-triage": "Chờ phân loại",
    "assigned": "Đã giao",
    "drafting": "Đang soạn trả lời",
    "awaiting-approval": "Chờ duyệt",
    "approved": "Đã duyệt",
    "answered-at-dialogue": "Đã trả lời tại hội nghị",
    "sent": "Đã gửi",
    "referred-up": "Đã báo cáo cấp trên",
    "redirected": "Đã hướng dẫn đến cơ quan có thẩm quyền",
    "out-of-scope": "Đã hướng dẫn gửi đơn đúng nơi",
    "settled": "Đã giải quyết xong",
    "withdrawn": "Đã rút",
}
"""What may be shown as the state of a question, in the order of its life."""

DEED_STATES: Mapping[str, str] = {
    "awaits-triage": STAGES["awaits-triage"],
    "assigned": "Đã giao phòng",
    "drafted": STAGES["awaiting-approval"],
    "returned": STAGES["drafting"],
    "approved": STAGES["approved"],
    "redirected": STAGES["redirected"],
    "referred-up": STAGES["referred-up"],
    "settled": STAGES["settled"],
}
"""States of a question as routing keeps them, where it tells who did what."""

HOLDERS: Mapping[str, str] = {"office": "Văn phòng", "leaders": "Lãnh đạo", "nobody": "Không ai: đã xong"}
"""Whose turn it is, where that is no department."""

HOW_SETTLED: Mapping[str, str] = {
    "answered-at-dialogue": "đã trả lời tại hội nghị",
    "answered-in-writing": "đã trả lời bằng văn bản",
    "redirected": "đã hướng dẫn bằng văn bản",
    "referred-up": "đã báo cáo cấp trên và thông báo cho người hỏi",
    "withdrawn": "người hỏi đã rút",
}
MARKS: Mapping[int, str] = {
    1: "chưa trả lời đúng câu hỏi",
    2: "trả lời còn thiếu nhiều",
    3: "tạm được, còn chỗ chưa rõ",
    4: "rõ",
    5: "rất rõ, đủ",
}
"""How well a question was answered, in the words that its asker chose from."""

MAIL_OUTCOMES: Mapping[str, str] = {
    "registered": "đã đăng ký thành phiếu",
    "attached": "đã gắn vào phiếu có sẵn",
    "ignored": "không phải thư của người dân",
    "quarantined": "cần cán bộ xem",
}
MAIL_SETTLED: Mapping[str, str] = {
    "registered": "đã đăng ký thành phiếu",
    "attached": "đã gắn vào phiếu có sẵn",
    "discarded": "đã bỏ qua",
}
MEDIA_TYPES: Mapping[str, str] = {
    "application/pdf": "PDF",
    "image/png": "ảnh PNG",
    "image/jpeg": "ảnh JPEG",
    "image/webp": "ảnh WebP",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "Word",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel",
    "text/csv": "bảng CSV",
    "text/plain": "văn bản thuần",
    "message/rfc822": "thư điện tử",
}
"""What a file is, beside its size."""

FILE_SOURCES: Mapping[str, str] = {"form": "kèm theo phiếu", "added": "bổ sung", "mail": "gửi theo thư"}
DIALOGUE_STATES: Mapping[str, str] = {
    "planned": "Đã lên kế hoạch",
    "announced": "Đang nhận phiếu đăng ký",
    "registration-closed": "Đã hết hạn đăng ký",
    "held": "Đã tổ chức, chờ kết luận",
    "concluded": "Đã có thông báo kết luận",
    "settled": "Đã giải quyết xong mọi việc",
    "reported": "Đã báo cáo kết quả",
    "cancelled": "Không tổ chức được",
}
DIALOGUE_KINDS: Mapping[str, str] = {"periodic": "Định kỳ", "ad-hoc": "Đột xuất"}
LIST_KINDS: Mapping[str, str] = {"opinions": "Tổng hợp ý kiến", "participants": "Danh sách người tham dự"}
CONCLUSION_STATES: Mapping[str, str] = {
    "drafted": "Chờ duyệt",
    "returned": "Được trả lại để sửa",
    "approved": "Đã duyệt, chờ ban hành",
    "published": "Đã ban hành",
}
ATTENDANCE: Mapping[str | None, str] = {
    "expected": "Dự kiến có mặt",
    "excused": "Đã báo vắng",
    "present": "Có mặt",
    "absent": "Vắng mặt",
    "no-seat": "Không có chỗ",
    "withdrawn": "Đã rút phiếu",
    None: "Trả lời bằng văn bản",
}
SECTIONS: Mapping[str, str] = {"procedures": "Về thủ tục hành chính", "handling": "Về việc giải quyết thủ tục"}
CHANNELS: Mapping[str, str] = {
    "web": "trang web",
    "email": "thư điện tử",
    "paper": "phiếu giấy",
    "list": "danh sách của thôn, tổ dân phố",
    "floor": "phát biểu tại hội nghị",
}
FIELDS: Mapping[str, str] = {
    "civil-status": "Hộ tịch, chứng thực",
    "land": "Đất đai",
    "construction": "Xây dựng, trật tự đô thị",
    "environment": "Môi trường",
    "social-policy": "Chính sách xã hội, người có công",
    "health": "Y tế, bảo hiểm y tế",
    "education": "Giáo dục",
    "culture": "Văn hóa, thể thao, truyền thanh",
    "finance": "Tài chính, phí, lệ phí",
    "residence-security": "Cư trú, căn cước, an ninh trật tự",
    "one-stop-service": "Bộ phận một cửa, thái độ phục vụ",
    "digital": "Dịch vụ công trực tuyến, chuyển đổi số",
    "infrastructure": "Giao thông, thoát nước, chiếu sáng, cấp nước",
    "agriculture": "Nông nghiệp, thủy lợi",
    "business": "Hộ kinh doanh, chợ",
    "other": "Lĩnh vực khác",
}
SCOPES: Mapping[str, str] = {
    "in-scope": "Kiến nghị, câu hỏi thuộc thẩm quyền cơ quan khác",
    "complaint": "Khiếu nại",
    "denunciation": "Tố cáo",
}
ROLES: Mapping[str, str] = {
    "clerk": "Cán bộ Văn phòng",
    "officer": "Công chức chuyên môn",
    "head": "Trưởng phòng",
    "office-head": "Chánh Văn phòng",
    "chairman": "Chủ tịch",
    "province": "Cấp trên trực tiếp",
    "operator": "Vận hành",
    "system": "Hệ thống",
}
RULES: Mapping[str, str] = {
    "periodic-dialogue": "Hạn tổ chức đối thoại định kỳ",
    "announcement": "Hạn thông báo hội nghị",
    "registration-cutoff": "Hạn nhận phiếu đăng ký",
    "opinions-collected": "Hạn gửi tổng hợp ý kiến",
    "participant-list": "Hạn gửi danh sách người tham dự",
    "preparation": "Hạn chuẩn bị hội nghị",
    "triage": "Hạn phân loại, giao câu hỏi",
    "department-answer": "Hạn trả lời của phòng chuyên môn",
    "approval": "Hạn xem xét, duyệt câu trả lời",
    "revision": "Hạn hoàn thiện dự thảo được trả lại",
    "written-answer": "Hạn trả lời bằng văn bản",
    "guidance": "Hạn gửi văn bản hướng dẫn",
    "superior-report": "Hạn báo cáo cấp trên",
    "delegate-report": "Hạn báo cáo lại Chủ tịch",
    "conclusion-notice": "Hạn ban hành thông báo kết luận",
    "resolution": "Hạn thực hiện kết luận",
    "resolution-extended": "Hạn thực hiện kết luận, đã gia hạn",
    "result-report": "Hạn báo cáo kết quả",
}
SHORT_RULES: Mapping[str, str] = {
    "triage": "phân loại, giao câu hỏi",
    "approval": "xem xét, duyệt câu trả lời",
    "revision": "hoàn thiện dự thảo được trả lại",
    "guidance": "gửi văn bản hướng dẫn",
    "written-answer": "trả lời bằng văn bản",
    "superior-report": "báo cáo cấp trên",
}
"""Said beside a question's term where it is not its department's."""

CLOCKS: Mapping[str, str] = {
    "keeps-running": "Tiếp tục tính: phòng mới phải trả lời trong đúng hạn còn lại",
    "pauses": "Tạm dừng: dừng cho đến khi phòng mới nhận (chậm nhất 2 ngày làm việc), rồi tính tiếp phần còn lại",
    "starts-anew": "Tính lại từ đầu: phòng mới có đủ thời hạn, kể từ ngày chuyển; hạn ban đầu vẫn được ghi lại",
}
"""What a transfer does to the term, each explained in a line."""

CLOCKS_IN_SHORT: Mapping[str, str] = {
    "keeps-running": "thời hạn tiếp tục tính",
    "pauses": "thời hạn tạm dừng đến khi phòng mới nhận",
    "starts-anew": "thời hạn tính lại từ đầu",
}
MOVE_CAUSES: Mapping[str, str] = {
    "extension": "gia hạn",
    "transfer": "chuyển phòng",
    "resumed": "tính tiếp sau khi tạm dừng",
    "rescheduled": "hội nghị đổi ngày",
    "calendar": "lịch nghỉ thay đổi",
    "passed-on": "đến bước duyệt tiếp theo",
}
WRITTEN_BECAUSE: Mapping[str, str] = {
    "excused": "người hỏi đã báo vắng",
    "absent": "người hỏi vắng mặt tại hội nghị",
    "no-seat": "hội nghị không còn chỗ cho người hỏi",
    "late": "phiếu đến sau hạn đăng ký",
    "unscheduled": "không có hội nghị nào đang nhận phiếu",
    "outside-subject": "câu hỏi nằm ngoài nội dung của hội nghị",
    "taken": "hội nghị tiếp nhận để trả lời bằng văn bản",
    "afterwards": "tại hội nghị chưa có câu trả lời",
    "cancelled": "hội nghị không tổ chức được",
    "reopened": "câu trả lời trước chưa đạt, câu hỏi được mở lại",
}
"""Why an answer is owed in writing."""

MESSAGE_KINDS: Mapping[str, str] = {
    "receipt": "Giấy tiếp nhận",
    "invitation": "Giấy mời dự hội nghị",
    "waitlist": "Thông báo về danh sách chờ",
    "rescheduled": "Thông báo đổi lịch hội nghị",
    "cancelled": "Thông báo không tổ chức hội nghị",
    "answer": "Văn bản trả lời",
    "guidance": "Văn bản hướng dẫn",
    "referral": "Thông báo đã báo cáo cấp trên",
    "extension": "Thông báo gia hạn trả lời",
    "conclusion": "Thông báo kết luận",
    "resolution": "Thông báo kết quả giải quyết",
    "digest": "Thư tổng hợp việc trong ngày (nội bộ)",
    "reminder": "Thư nhắc cán bộ",
    "escalation": "Thư báo việc quá hạn (nội bộ)",
}
MESSAGE_CHANNELS: Mapping[str, str] = {"email": "thư điện tử", "letter": "thư giấy", "in-person": "trao trực tiếp"}
MESSAGE_STATES: Mapping[str, str] = {"queued": "Chờ gửi", "sent": "Đã gửi", "failed": "Không gửi được"}
SERVICES: Mapping[str, str] = {
    "intake": "Tiếp nhận",
    "routing": "Phân công và trả lời",
    "deadlines": "Thời hạn",
    "notify": "Thư và thông báo",
    "console": "Bàn làm việc",
}
EVENTS: Mapping[str, str] = {
    "dialogue-planned": "Lập kế hoạch hội nghị",
    "dialogue-announced": "Thông báo hội nghị",
    "registration-closed": "Hết hạn nhận phiếu",
    "dialogue-rescheduled": "Đổi lịch hội nghị",
    "dialogue-cancelled": "Không tổ chức hội nghị",
    "chair-delegated": "Ủy quyền chủ trì",
    "delegate-reported": "Báo cáo lại Chủ tịch",
    "dialogue-held": "Hội nghị đã diễn ra",
    "duty-completed": "Hoàn thành việc chuẩn bị",
    "list-received": "Nhận danh sách",
    "representative-invited": "Mời đại biểu",
    "representative-attended": "Đại biểu có mặt",
    "conclusion-drafted": "Trình dự thảo kết luận",
    "conclusion-returned": "Trả lại dự thảo kết luận",
    "conclusion-approved": "Duyệt kết luận",
    "dialogue-concluded": "Ban hành thông báo kết luận",
    "commitment-extended": "Gia hạn việc đã kết luận",
    "commitment-fulfilled": "Thực hiện xong việc đã kết luận",
    "dialogue-settled": "Giải quyết xong sau hội nghị",
    "result-reported": "Báo cáo kết quả hội nghị",
    "submission-received": "Tiếp nhận phiếu",
    "registrant-invited": "Mời người đăng ký",
    "registrant-waitlisted": "Xếp vào danh sách chờ",
    "registrant-excused": "Người đăng ký báo vắng",
    "attendance-recorded": "Ghi nhận việc tham dự",
    "registrant-corrected": "Sửa thông tin liên hệ",
    "questions-withdrawn": "Rút câu hỏi",
    "answer-rated": "Đánh giá câu trả lời",
    "files-added": "Bổ sung tệp",
    "registrant-wrote": "Người đăng ký viết thêm",
    "mail-taken-in": "Nhận thư điện tử",
    "mail-settled": "Xử lý thư cần xem",
    "question-assigned": "Giao câu hỏi",
    "question-transferred": "Chuyển phòng khác",
    "transfer-accepted": "Nhận câu hỏi được chuyển",
    "question-awaits-triage": "Chờ phân loại",
    "question-handed-back": "Trả lại Văn phòng",
    "question-split": "Tách câu hỏi",
    "coordination-asked": "Đề nghị phối hợp",
    "opinion-given": "Gửi ý kiến phối hợp",
    "question-redirected": "Hướng dẫn đến nơi có thẩm quyền",
    "question-referred-up": "Báo cáo cấp trên",
    "superior-reported": "Gửi báo cáo lên cấp trên",
    "draft-kept": "Lưu bản nháp",
    "answer-drafted": "Trình dự thảo trả lời",
    "answer-endorsed": "Đồng ý với dự thảo, chuyển bước duyệt tiếp theo",
    "answer-returned": "Trả lại dự thảo",
    "answer-approved": "Duyệt câu trả lời",
    "extension-requested": "Xin gia hạn",
    "extension-granted": "Gia hạn",
    "question-answered-at-dialogue": "Trả lời tại hội nghị",
    "question-taken-for-written-answer": "Tiếp nhận để trả lời bằng văn bản",
    "written-answer-owed": "Phải trả lời bằng văn bản",
    "question-grouped": "Xếp vào nhóm nội dung",
    "question-joined": "Gộp để trả lời chung",
    "question-parted": "Tách khỏi nhóm trả lời chung",
    "question-prioritised": "Đánh dấu mức bức xúc",
    "question-recurs": "Đã nêu nhiều lần",
    "question-resembles": "Giống câu hỏi khác",
    "question-settled": "Giải quyết xong câu hỏi",
    "question-reopened": "Mở lại câu hỏi",
    "answer-published": "Đăng lên thư viện hỏi đáp",
    "answer-unpublished": "Gỡ khỏi thư viện hỏi đáp",
    "word-rules-saved": "Lưu sổ tay phân loại",
    "answer-template-saved": "Lưu mẫu trả lời",
    "answer-template-removed": "Xóa mẫu trả lời",
    "deadline-set": "Bắt đầu tính thời hạn",
    "deadline-moved": "Dời thời hạn",
    "deadline-paused": "Tạm dừng thời hạn",
    "deadline-passed": "Hết hạn tiếp nhận",
    "deadline-near": "Sắp đến hạn",
    "deadline-missed": "Quá hạn",
    "deadline-met": "Hoàn thành thời hạn",
    "deadline-cancelled": "Bỏ thời hạn",
    "escalation-raised": "Báo việc quá hạn",
    "escalation-acknowledged": "Đã xem việc quá hạn",
    "notification-queued": "Soạn xong thư",
    "notification-sent": "Đã gửi thư",
    "notification-failed": "Không gửi được thư",
}

DONE: Mapping[str, str] = {
    "assign-question": "Đã giao câu hỏi.",
    "transfer-question": "Đã chuyển câu hỏi sang phòng khác.",
    "accept-transfer": "Đã nhận câu hỏi; thời hạn được tính tiếp.",
    "redirect-question": "Đã hướng dẫn; văn bản hướng dẫn sẽ được gửi cho người đăng ký.",
    "refer-question-up": "Đã ghi nhận câu hỏi vượt thẩm quyền; người hỏi sẽ được thông báo.",
    "report-to-superior": "Đã ghi nhận báo cáo gửi cấp trên.",
    "hand-back": "Đã trả lại câu hỏi cho Văn phòng; người hỏi đọc được lý do.",
    "split-question": "Đã tách câu hỏi; mỗi nội dung nay là một câu hỏi riêng.",
    "ask-coordination": "Đã đề nghị phối hợp.",
    "give-opinion": "Đã gửi ý kiến cho phòng chủ trì.",
    "keep-draft": "Đã lưu bản nháp; chưa trình để duyệt.",
    "join-question": "Đã gộp: câu hỏi này nhận chung câu trả lời, người hỏi vẫn có thư riêng.",
    "part-question": "Đã tách: câu hỏi này lại có câu trả lời riêng.",
    "draft-answer": "Đã trình câu trả lời để duyệt.",
    "return-answer": "Đã trả lại dự thảo cho phòng chuyên môn.",
    "approve-answer": "Đã duyệt câu trả lời.",
    "request-extension": "Đã gửi đề nghị gia hạn.",
    "extend-term": "Đã gia hạn; người hỏi sẽ nhận được thông báo.",
    "answer-on-the-spot": "Đã ghi nhận câu trả lời tại hội nghị.",
    "take-for-written-answer": "Đã tiếp nhận để trả lời bằng văn bản.",
    "group-question": "Đã xếp câu hỏi vào nhóm nội dung.",
    "prioritise-question": "Đã ghi nhận mức bức xúc của câu hỏi.",
    "review-questions": "Đã rà soát câu hỏi của hội nghị.",
    "register-submission": "Đã tiếp nhận câu hỏi.",
    "correct-registrant": "Đã sửa thông tin liên hệ; thư gửi từ lúc này đến nơi mới.",
    "withdraw-questions": "Đã ghi nhận người đăng ký rút câu hỏi.",
    "rate-answer": "Đã ghi nhận đánh giá của người hỏi.",
    "add-files": "Đã bổ sung tệp vào phiếu.",
    "reopen-question": "Đã mở lại câu hỏi; người hỏi sẽ được trả lời lại bằng văn bản.",
    "publish-answer": "Đã đăng lên thư viện hỏi đáp.",
    "unpublish-answer": "Đã gỡ khỏi thư viện hỏi đáp.",
    "save-word-rules": "Đã lưu sổ tay phân loại.",
    "save-answer-template": "Đã lưu mẫu trả lời.",
    "remove-answer-template": "Đã xóa mẫu trả lời.",
    "take-in-mail": "Đã đọc thư.",
    "attach-mail": "Đã gắn thư vào phiếu.",
    "discard-mail": "Đã bỏ qua thư; bản gốc vẫn được lưu.",
    "receive-table": "Đã nhận danh sách.",
    "excuse-registrant": "Đã ghi nhận người đăng ký báo vắng.",
    "check-in": "Đã ghi nhận có mặt.",
    "plan-dialogue": "Đã lên kế hoạch hội nghị.",
    "announce-dialogue": "Đã thông báo hội nghị.",
    "reschedule-dialogue": "Đã đổi lịch hội nghị; người đăng ký sẽ được thông báo.",
    "cancel-dialogue": "Đã ghi nhận không tổ chức hội nghị; mọi người đăng ký được trả lời bằng văn bản.",
    "delegate-chair": "Đã ủy quyền chủ trì.",
    "report-back": "Đã ghi nhận báo cáo lại Chủ tịch.",
    "hold-dialogue": "Đã ghi nhận hội nghị đã tổ chức.",
    "complete-duty": "Đã ghi nhận việc hoàn thành.",
    "receive-list": "Đã nhận danh sách.",
    "invite-representative": "Đã mời đại biểu.",
    "check-in-representative": "Đã ghi nhận đại biểu có mặt.",
    "draft-conclusion": "Đã trình dự thảo kết luận.",
    "return-conclusion": "Đã trả lại dự thảo kết luận.",
    "approve-conclusion": "Đã duyệt kết luận.",
    "conclude-dialogue": "Đã ban hành thông báo kết luận.",
    "extend-commitment": "Đã gia hạn việc đã kết luận.",
    "fulfil-commitment": "Đã ghi nhận kết quả thực hiện.",
    "report-result": "Đã ghi nhận báo cáo kết quả.",
    "acknowledge-escalation": "Đã ghi nhận ý kiến về việc quá hạn.",
    "record-hand-over": "Đã ghi nhận việc trao trực tiếp.",
    "replay": "Đã giao lại sự kiện cho nơi xử lý.",
    "discard": "Đã bỏ sự kiện khỏi danh sách kẹt.",
    "rebuild": "Đang dựng lại dữ liệu hiển thị từ sự kiện đầu tiên.",
}
"""What a page says after a command took effect."""

Urgency = Literal["in-time", "near", "late", "done"]


@dataclass(frozen=True, slots=True)
class Term:
    """A term as a page shows it.

    id: of the deadline. words: `còn 2 ngày`, `quá hạn 1 ngày`, `đúng hạn`, in calendar days. owed: somebody must act;
    a paused one stands still. used: percent of it that has passed, for the bar. cause: why it was moved.
    """

    id: str
    rule: str
    state: str
    words: str
    urgency: Urgency
    owed: bool
    used: int
    due_at: datetime
    original_due_at: datetime
    basis: str
    provisional: bool
    moved_because: str | None
    cause: str | None = None
    paused_because: str | None = None

    @property
    def moved(self) -> bool:
        return self.due_at != self.original_due_at

    @property
    def runs(self) -> bool:
        return self.owed and self.state != "paused"


def how_long(state: str, due_at: datetime, now: datetime, met_at: datetime | None = None) -> tuple[str, Urgency]:
    """How long there is still, in calendar days of Vietnam, and how it stands.

    Args:
        state: of the term as deadlines says it: running, near, missed, paused, met, cancelled, passed.
    """
    if state == "cancelled":
        return "không còn tính hạn", "done"
    if state == "passed":
        return "đã hết hạn", "done"
    if state == "paused":
        return "tạm dừng", "in-time"
    if met_at is not None:
        late = _days(due_at, met_at)
        if met_at <= due_at:
            return "đúng hạn", "done"
        return (f"trễ {late} ngày" if late else "trễ trong ngày"), "late"
    days = _days(now, due_at)
    if now > due_at:
        return (f"quá hạn {-days} ngày" if days else "quá hạn từ hôm nay"), "late"
    if state == "missed":
        return "quá hạn", "late"
    near: Urgency = "near" if state == "near" or days == 0 else "in-time"
    if days == 0:
        return f"hết hạn {due_at.astimezone(HANOI):%H:%M} hôm nay", near
    return f"còn {days} ngày", near


def waiting(since: datetime, now: datetime) -> str:
    """How long something has waited, in calendar days of Vietnam."""
    days = _days(since, now)
    return f"chờ {days} ngày" if days > 0 else "chờ từ hôm nay"


def used_up(set_at: datetime | None, due_at: datetime, now: datetime) -> int:
    """Percent of a term that has passed."""
    if set_at is None or due_at <= set_at:
        return 100 if now >= due_at else 0
    return max(0, min(100, round(100 * ((now - set_at) / (due_at - set_at)))))


def likely(probability: float) -> str:
    """How sure the machine is, in words."""
    if probability >= 0.9:
        return "gần như chắc chắn"
    if probability >= 0.7:
        return "nhiều khả năng"
    if probability >= 0.4:
        return "có thể"
    return "ít khả năng"


def percent(share: float) -> str:
    """`87 %`. What is not quite certain is not called so."""
    whole = round(share * 100)
    return f"{min(whole, 99) if share < 1 else 100} %"


def one_of(roles: Sequence[str]) -> str:
    """`Chánh Văn phòng hoặc Chủ tịch`."""
    return " hoặc ".join(ROLES[role] for role in roles)


def question_of(number: int | None, code: str | None) -> str:
    """`câu 2 của phiếu K7QX-3M9D`; what is not known, or may not be told, is left out."""
    told = f"câu {number}" if number else "một câu hỏi"
    return f"{told} của phiếu {code}" if code else told


def plain_number(value: int) -> str:
    """`12.345`, as numbers are written in Vietnam."""
    return f"{value:,}".replace(",", ".")


def size(count: int) -> str:
    """Bytes in words: `1,2 MB`."""
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}".replace(".", ",")
        count /= 1_000  # type: ignore[assignment]
    return f"{count:.1f} GB".replace(".", ",")


def _days(start: datetime, end: datetime) -> int:
    return (_local(end) - _local(start)).days


def _local(at: datetime) -> date:
    return at.astimezone(HANOI).date()
