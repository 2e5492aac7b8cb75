"""Letters, slips, reports, and documents about a dialogue as files, for whoever asks."""

from base64 import b64encode
from datetime import datetime

from services.notify.contents import dated
from services.notify.correspondence import Asked, Conference, Correspondence, Message, Record
from services.notify.paper.conclusion import notice
from services.notify.paper.letters import render_page
from services.notify.paper.loudspeaker import HEADING, loudspeaker_text
from services.notify.paper.page import Page
from services.notify.paper.pages import must_be_sayable
from services.notify.paper.report import report
from services.notify.paper.slip import slip
from services.notify.paper.typesetting import CannotPrint
from services.notify.paper.word import page_as_word, text_as_word
from shared.communes import Profile
from shared.contracts import Actor, Refusal, Role
from shared.contracts.notify import (
    DocumentFormat,
    DocumentKind,
    MessageKind,
    RenderDocument,
    RenderLetter,
    RenderReport,
    RenderSlip,
)

MEDIA: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
}
NAMES: dict[DocumentKind, str] = {"conclusion": "thong-bao-ket-luan", "loudspeaker": "bai-truyen-thanh"}


OFFICE = frozenset({Role.CLERK, Role.OFFICE_HEAD, Role.CHAIRMAN})
EXPERTS = frozenset({Role.OFFICER, Role.HEAD})
STAFF = OFFICE | EXPERTS
COUNTS = STAFF | {Role.PROVINCE}
"""Who may have a report: it has figures and names nobody."""

NOT_YOURS = "Vai trò của ông/bà không xem được văn bản này; xin nhờ Văn phòng xã."

LETTERS: dict[MessageKind, str] = {
    "receipt": "giay-tiep-nhan",
    "invitation": "giay-moi",
    "dialogue-reminder": "nhac-lich",
    "waitlist": "danh-sach-cho",
    "rescheduled": "doi-lich",
    "cancelled": "khong-to-chuc",
    "answer": "tra-loi",
    "guidance": "huong-dan",
    "referral": "bao-chuyen-cap-tren",
    "extension": "gia-han",
    "apology": "xin-loi-hen-lai",
    "conclusion": "gui-ket-luan",
    "resolution": "ket-qua-giai-quyet",
}


def to_be_shown(state: Correspondence | None, command: RenderLetter) -> tuple[Correspondence, Message]:
    """The message that is asked for. Every form has a receipt on paper, whether or not one was mailed.

    Raises:
        Refusal: there is none, it is of another commune or not for paper, he may not see it, or it would name a
            denouncer.
    """
    if command.actor.role not in STAFF:
        raise Refusal("forbidden", NOT_YOURS)
    if state is None:
        raise Refusal("not-found", f"Không tìm thấy thư {command.notification}.")
    if state.commune != command.actor.commune:
        raise Refusal("forbidden", "Thư này thuộc một xã khác.")
    message = next((message for message in state.messages if message.id == command.notification), None)
    if message is None and command.notification == f"{state.id}.receipt":
        message = _receipt(state)
    if message is None or message.kind not in LETTERS:
        raise Refusal("not-found", f"Không tìm thấy thư {command.notification}.")
    if command.actor.role in EXPERTS and not _may_concern(command.actor, state, message):
        raise Refusal("forbidden", "Thư này thuộc câu hỏi của đơn vị khác.")
    try:
        must_be_sayable(state, message)
    except CannotPrint as error:
        raise Refusal("forbidden", str(error)) from error
    return state, message


def _may_concern(actor: Actor, state: Correspondence, message: Message) -> bool:
    """Whether it is about what his department answers, as far as that is known here: a question's department is known
    from its answer on."""
    told = [state.asked(question) for question in message.questions] or state.questions
    known = {
        department
        for asked in told
        for department in (
            *(answer.department for answer in (*asked.earlier, asked.answer) if answer is not None),
            *(grant.department for grant in asked.grants),
        )
    }
    known |= {more.department for more in (message.extension, message.result) if more is not None}
    return not known or actor.department in known


def letter_file(command: RenderLetter, state: Correspondence, message: Message, content: bytes) -> dict[str, str]:
    """As `render` gives files."""
    return _file(f"{LETTERS[message.kind]}-{state.code or message.id.replace('.', '-')}", command.format, content)


def render_report(command: RenderReport, profile: Profile, now: datetime) -> dict[str, str]:
    """The report, as `render` gives files.

    Raises:
        Refusal: he may not have one, a table of it is not one, or it cannot be printed.
    """
    if command.actor.role not in COUNTS:
        raise Refusal("forbidden", NOT_YOURS)
    on = dated(now)
    try:
        content = rendered(report(command, profile, on), command.format)
    except CannotPrint as error:
        raise Refusal("invalid", f"{error} Bản DOCX vẫn tải về được.") from error
    return _file(f"bao-cao-{on:%Y-%m-%d}", command.format, content)


def rendered(page: Page, format: DocumentFormat) -> bytes:
    """Raises CannotPrint as `render_page`."""
    return page_as_word(page) if format == "docx" else render_page(page)


def render(
    command: RenderDocument, conference: Conference, record: Record, profile: Profile, now: datetime
) -> dict[str, str]:
    """The file as a command's reply carries it: name, media_type, and content in base64.

    Raises:
        Refusal: he may not have it, there is no conclusion yet, no such format of it, or it cannot be printed.
    """
    is_public = command.document == "conclusion" and conference.notice is not None
    if command.actor.role not in STAFF and not is_public:
        raise Refusal("forbidden", NOT_YOURS)
    content = (_conclusion if command.document == "conclusion" else _loudspeaker)(
        command.format, conference, record, profile, now
    )
    draft = "-du-thao" if command.document == "conclusion" and not conference.notice else ""
    return _file(f"{NAMES[command.document]}-{command.dialogue}{draft}", command.format, content)


def render_slip(
    command: RenderSlip, state: Correspondence, asked: Asked, profile: Profile, now: datetime
) -> dict[str, str]:
    """The transfer slip of a question, as `render` gives files.

    Raises:
        Refusal: it cannot be printed.
    """
    page = slip(state, asked, profile, dated(now))
    try:
        content = rendered(page, command.format)
    except CannotPrint as error:
        raise Refusal("invalid", f"{error} Bản DOCX vẫn tải về được.") from error
    return _file(f"phieu-chuyen-{state.code}-{asked.place}", command.format, content)


def _file(name: str, format: DocumentFormat, content: bytes) -> dict[str, str]:
    return {
        "name": f"{name}.{format}",
        "media_type": MEDIA[format],
        "content": b64encode(content).decode("ascii"),
    }


def _receipt(state: Correspondence) -> Message | None:
    if state.received_at is None:
        return None
    id = f"{state.id}.receipt"
    return Message(id=id, kind="receipt", channel="in-person", to=(), questions=(), created_at=state.received_at)


def _conclusion(
    format: DocumentFormat, conference: Conference, record: Record, profile: Profile, now: datetime
) -> bytes:
    if record.conclusion is None:
        raise Refusal("not-now", "Chưa có dự thảo thông báo kết luận của hội nghị này.")
    page = notice(conference, record, record.conclusion, profile, dated(now))
    if format == "txt":
        raise Refusal("invalid", "Thông báo kết luận chỉ có ở dạng PDF hoặc DOCX.")
    try:
        return rendered(page, format)
    except CannotPrint as error:
        raise Refusal("invalid", str(error)) from error


def _loudspeaker(
    format: DocumentFormat, conference: Conference, record: Record, profile: Profile, now: datetime
) -> bytes:
    if format == "pdf":
        raise Refusal("invalid", "Bài truyền thanh chỉ có ở dạng TXT hoặc DOCX.")
    if conference.cancelled is not None:
        raise Refusal("not-now", "Hội nghị này không tổ chức được; không còn bài truyền thanh để đọc.")
    lines = loudspeaker_text(conference, record, profile)
    if format == "docx":
        return text_as_word(HEADING, lines)
    return ("\n\n".join((HEADING.upper(), *lines)) + "\n").encode()
