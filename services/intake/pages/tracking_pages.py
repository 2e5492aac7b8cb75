"""The tracking pages: whoever proves that a form is his own sees where its questions are, and takes his files home."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.intake.codes import normalise
from services.intake.files import Files
from services.intake.pages import changing_pages
from services.intake.pages.enquiry import Enquiry
from services.intake.pages.errors import patience
from services.intake.pages.own_form import PRIVATE, Tracking
from services.intake.pages.paper_pages import Page
from services.intake.pages.session import Sessions
from services.intake.store import Submissions
from shared.service import Service

NO_FILE = "Không tìm thấy tệp này trong phiếu của ông/bà."
NEWS: Mapping[str, str] = {
    "da-sua": "Đã ghi thông tin liên hệ mới của ông/bà. Thư gửi từ nay sẽ đến địa chỉ mới.",
    "da-rut": "Đã ghi nhận ông/bà rút câu hỏi.",
    "da-danh-gia": "Cảm ơn ông/bà đã đánh giá câu trả lời.",
    "xem-lai": "Đã ghi nhận đánh giá của ông/bà. Văn phòng xem lại câu hỏi và trả lời lại bằng văn bản.",
}
"""What is said once after a change, by the word in the page's address."""


def add_pages(
    service: Service, enquiry: Enquiry, submissions: Submissions, files: Files, sessions: Sessions, page: Page
) -> None:
    """Add the page that asks for code and contact, the one that tells, and what can be done there."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    tracking = Tracking(service, enquiry, submissions, sessions, page)

    @router.get("/tra-cuu")
    async def ask() -> HTMLResponse:
        return tracking.asking()

    @router.post("/tra-cuu")
    async def prove(
        request: Request, code: Annotated[str, Form()] = "", contact: Annotated[str, Form()] = ""
    ) -> Response:
        return await tracking.prove(request, code, contact)

    @router.get("/tra-cuu/{code}")
    async def track(request: Request, code: str, bao: str = "") -> HTMLResponse:
        submission = await tracking.opened(request, code)
        if submission is None:
            return tracking.asking(normalise(code) or "")
        return await tracking.show(submission, news=NEWS.get(bao, ""))

    @router.get("/tra-cuu/{code}/tep/{file}")
    async def download(request: Request, code: str, file: str) -> Response:
        """A file of this form, to keep; the browser never opens it as a page of ours."""
        submission = await tracking.opened(request, code)
        if submission is None:
            return RedirectResponse(f"/tra-cuu/{normalise(code) or ''}", 303, PRIVATE)
        attachment = next((one for one in submission.attachments if one.id == file), None)
        async with patience():
            content = await files.read(file) if attachment else None
        if attachment is None or content is None:
            raise HTTPException(404, NO_FILE)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name)}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(content, media_type=attachment.media_type, headers=PRIVATE | headers)

    changing_pages.add_pages(router, tracking)
    service.app.include_router(router)
