"""Documents about a dialogue, and the slip that hands a question on, as files, for whoever asks."""

from base64 import b64encode
from datetime import datetime

from services.notify.contents import dated
from services.notify.correspondence import Asked, Conference, Correspondence, Record
from services.notify.paper.conclusion import notice
from services.notify.paper.letters import render_page
from services.notify.paper.loudspeaker import HEADING, loudspeaker_text
from services.notify.paper.slip import slip
from services.notify.paper.typesetting import CannotPrint
from services.notify.paper.word import page_as_word, text_as_word
from shared.communes import Profile
from shared.contracts import Refusal
from shared.contracts.notify import DocumentFormat, DocumentKind, RenderDocument, RenderSlip

MEDIA: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "txt": "text/plain; charset=utf-8",
}
NAMES: dict[DocumentKind, str] = {"conclusion": "thong-bao-ket-luan", "loudspeaker": "bai-truyen-thanh"}


def render(
    command: RenderDocument, conference: Conference, record: Record, profile: Profile, now: datetime
) -> dict[str, str]:
    """The file as a command's reply carries it: name, media_type, and content in base64.

    Raises:
        Refusal: there is no conclusion yet, no such format of it, or it cannot be printed.
    """
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
        content = page_as_word(page) if command.format == "docx" else render_page(page)
    except CannotPrint as error:
        raise Refusal("invalid", f"{error} Bản DOCX vẫn tải về được.") from error
    return _file(f"phieu-chuyen-{state.code}-{asked.place}", command.format, content)


def _file(name: str, format: DocumentFormat, content: bytes) -> dict[str, str]:
    return {
        "name": f"{name}.{format}",
        "media_type": MEDIA[format],
        "content": b64encode(content).decode("ascii"),
    }


def _conclusion(
    format: DocumentFormat, conference: Conference, record: Record, profile: Profile, now: datetime
) -> bytes:
    if record.conclusion is None:
        raise Refusal("not-now", "Chưa có dự thảo thông báo kết luận của hội nghị này.")
    page = notice(conference, record, record.conclusion, profile, dated(now))
    if format == "docx":
        return page_as_word(page)
    if format != "pdf":
        raise Refusal("invalid", "Thông báo kết luận chỉ có ở dạng PDF hoặc DOCX.")
    try:
        return render_page(page)
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
