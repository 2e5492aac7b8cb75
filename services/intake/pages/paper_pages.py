"""What people take home: the receipt of a form, as a page and on paper; the empty form; the plan."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import segno
from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import Request

from services.intake.codes import normalise
from services.intake.dialogue import Announcement
from services.intake.pages.errors import patience
from services.intake.pages.limits import NetworkLimits, host_of
from services.intake.pages.session import Sessions
from services.intake.papers.blank_form import blank_form
from services.intake.papers.blocks import Paper
from services.intake.papers.pdf import as_pdf, receipt_pdf
from services.intake.papers.plan import plan_content
from services.intake.papers.receipt import next_steps
from services.intake.papers.word import as_word
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Submission
from shared.communes import Profile
from shared.contracts.notify import DocumentFormat
from shared.service import Service
from shared.text import one_line
from shared.web import HANOI, SECURITY_HEADERS

MEDIA_TYPES: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
Page = Callable[..., HTMLResponse]
"""Takes a template's name and its values."""

UNKNOWN_AN_HOUR = 60
"""Codes that nobody has, asked for from one address: nobody mistypes so often, and nobody finds one by trying."""
PDFS_AN_HOUR = 200
"""Receipts that are set for one address: each costs some 40 ms, and no office prints three a minute."""
TOO_OFTEN = "Đã hỏi quá nhiều lần từ mạng này. Xin ông/bà thử lại sau {minutes} phút."
NO_SUBMISSION = "Không tìm thấy phiếu có mã này. Xin ông/bà kiểm tra lại từng chữ, từng số."


def must_be_known(service: Service, commune: str) -> Profile:
    """The commune's profile.

    Raises:
        HTTPException: 404, naming what was asked for.
    """
    if commune not in service.communes:
        raise HTTPException(404, f"Chưa có xã, phường nào có mã “{one_line(commune)[:60]}” trong hệ thống.")
    return service.communes[commune]


def plan_files(profiles: Path, commune: str) -> dict[DocumentFormat, Path]:
    """The signed plan, where the office has laid it beside the profile: `<commune>-ke-hoach.pdf`, `.docx`."""
    files = {format: profiles / f"{commune}-ke-hoach.{format}" for format in MEDIA_TYPES}
    return {format: file for format, file in files.items() if file.is_file()}


def known(format: str) -> DocumentFormat | None:
    """A kind of file that is offered; None for any other."""
    return next((one for one in MEDIA_TYPES if one == format), None)


def download(content: bytes, name: str, format: DocumentFormat) -> Response:
    """A file to save. name: without its ending."""
    return Response(
        content,
        media_type=MEDIA_TYPES[format],
        headers={
            **SECURITY_HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{format}')}",
            "Cache-Control": "no-cache",
        },
    )


def add_papers(
    service: Service, submissions: Submissions, dialogues: Dialogues, sessions: Sessions, page: Page
) -> None:
    """Add the receipt and the downloads."""
    router = APIRouter(include_in_schema=False)
    unknown, printed = NetworkLimits(UNKNOWN_AN_HOUR), NetworkLimits(PDFS_AN_HOUR)
    tracking = f"{service.settings.public_url}/tra-cuu"

    def file_of(paper: Paper, format: DocumentFormat) -> bytes:
        return as_word(paper) if format == "docx" else as_pdf(paper, service.clock().astimezone(HANOI).date())

    def let_in(wait: int) -> None:
        if wait:
            raise HTTPException(429, TOO_OFTEN.format(minutes=-(-wait // 60)), {"Retry-After": str(wait)})

    async def received(code: str, request: Request) -> tuple[Submission, Announcement | None]:
        """Who has asked for too many unknown codes learns of no further one, unless he has it open."""
        typed = normalise(code)
        if typed is None:
            raise HTTPException(404, NO_SUBMISSION)
        if typed not in sessions.opened(request):
            let_in(unknown.wait_s(host_of(request)))
        async with patience():
            submission = await submissions.by_code(typed)
            if submission is None:
                unknown.note(host_of(request))
                raise HTTPException(404, NO_SUBMISSION)
            dialogue = await dialogues.get(submission.dialogue) if submission.dialogue else None
        return submission, dialogue.announcement if dialogue else None

    @router.get("/phieu/{code}.pdf")
    async def receipt_on_paper(code: str, request: Request) -> Response:
        submission, dialogue = await received(code, request)
        let_in(printed.take(host_of(request)))
        commune = service.communes[submission.commune]
        content = await asyncio.to_thread(receipt_pdf, submission, dialogue, commune, tracking)
        return download(content, f"giay-tiep-nhan-{submission.code}", "pdf")

    @router.get("/phieu/{code}")
    async def receipt(code: str, request: Request, lai: str = "") -> HTMLResponse:
        """A code alone shows no word of the form; who has just sent it sees how his questions were taken apart."""
        submission, dialogue = await received(code, request)
        commune = service.communes[submission.commune]
        return page(
            "receipt.html",
            headers={"Cache-Control": "no-store"},
            own=submission.code in sessions.opened(request),
            submission=submission,
            commune=commune,
            steps=next_steps(submission, dialogue, commune),
            again=bool(lai),
            address=tracking,
            qr=segno.make(f"{tracking}/{submission.code}", error="m").svg_data_uri(scale=4, border=2),
        )

    @router.get("/xa/{commune}/mau-phieu.{format}")
    def form(commune: str, format: str) -> Response:
        profile = must_be_known(service, commune)
        wanted = known(format)
        if wanted is None:
            raise HTTPException(404, "Mẫu phiếu chỉ có bản Word và bản PDF.")
        return download(file_of(blank_form(profile), wanted), f"mau-phieu-{commune}", wanted)

    @router.get("/xa/{commune}/ke-hoach.{format}")
    def plan(commune: str, format: str) -> Response:
        """The signed plan where there is one, else its content as the profile has it."""
        profile = must_be_known(service, commune)
        wanted = known(format)
        if wanted is None:
            raise HTTPException(404, "Kế hoạch chỉ có bản Word và bản PDF.")
        if file := plan_files(service.settings.communes, commune).get(wanted):
            return download(file.read_bytes(), f"ke-hoach-{commune}", wanted)
        return download(file_of(plan_content(profile), wanted), f"noi-dung-ke-hoach-{commune}", wanted)

    service.app.include_router(router)
