"""The tracking pages: whoever proves that a form is his own sees where its questions are."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse

from services.intake.codes import normalise
from services.intake.enquiry import NOT_FOUND, Enquiry
from services.intake.files import Files
from services.intake.paper_pages import Page
from services.intake.session import Sessions
from services.intake.store import Submissions
from shared.service import Service
from shared.text import one_line

NO_CODE = "Mã phiếu gồm tám chữ và số, ví dụ K7QX-3M9M. Xin ông/bà xem lại giấy tiếp nhận."


def add_pages(
    service: Service, enquiry: Enquiry, submissions: Submissions, files: Files, sessions: Sessions, page: Page
) -> None:
    """Add the page that asks for code and contact, and the one that tells."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/tra-cuu")
    @router.get("/tra-cuu/{code}")
    async def ask(code: str = "") -> HTMLResponse:
        return page("ask.html", code=normalise(code) or "", contact="", problem="")

    @router.post("/tra-cuu")
    async def track(code: Annotated[str, Form()] = "", contact: Annotated[str, Form()] = "") -> HTMLResponse:
        """The contact is in no address, so that it stays in no history and no log."""
        found = await enquiry.find(code, contact)
        if found is None:
            why = NOT_FOUND if normalise(code) else NO_CODE
            return page("ask.html", 404, code=one_line(code)[:40], contact=one_line(contact)[:254], problem=why)
        submission, told = found
        return page(
            "tracking.html",
            headers={"Cache-Control": "no-store"},
            submission=submission,
            commune=service.communes[submission.commune],
            stories=told,
            explained=await enquiry.explained(submission.commune, told),
        )

    service.app.include_router(router)
