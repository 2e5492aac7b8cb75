"""The citizens' pages: register questions, keep the receipt, see where a question is."""

from pathlib import Path
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from services.intake import api
from services.intake.codes import normalise
from services.intake.forms import separate
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from shared.clock import RehearsalClock
from shared.contracts.people import Section
from shared.service import Service
from shared.web import SECURITY_HEADERS, SizeLimit, templates

HERE = Path(__file__).parent
MOST_BYTES = 2_000_000
SECTIONS: tuple[Section, ...] = ("procedures", "handling")


def add_routes(service: Service, reception: Reception, submissions: Submissions, dialogues: Dialogues) -> None:
    """Give the service its pages, its API and what protects them."""
    pages = templates(HERE / "templates")

    def page(name: str, status: int = 200, **values: Any) -> HTMLResponse:
        rehearsed = service.clock() if isinstance(service.clock, RehearsalClock) else None
        html = pages.get_template(name).render(rehearsed=rehearsed, **values)
        return HTMLResponse(html, status, headers=SECURITY_HEADERS)

    def error_page(status: int, title: str, detail: str) -> Response:
        return page("error.html", status, title=title, detail=detail)

    service.app.add_middleware(SizeLimit, most=MOST_BYTES)
    service.app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    api.add_api(service, reception, submissions, error_page)
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/")
    async def home() -> HTMLResponse:
        now = service.clock()
        communes = [(profile, await dialogues.open_at(profile.id, now)) for profile in service.communes.values()]
        return page("home.html", communes=communes)

    @router.get("/xa/{commune}")
    async def form(commune: str) -> HTMLResponse:
        return await show_form(commune, {}, (), 200)

    @router.post("/xa/{commune}")
    async def submit(
        commune: str,
        name: Annotated[str, Form()] = "",
        phone: Annotated[str, Form()] = "",
        email: Annotated[str, Form()] = "",
        address: Annotated[str, Form()] = "",
        procedures: Annotated[str, Form()] = "",
        handling: Annotated[str, Form()] = "",
    ) -> Response:
        """Nothing typed is lost: a form that is not right comes back as it was, with what to mend beside each field."""
        typed = {"name": name, "phone": phone, "email": email, "address": address}
        boxes = {"procedures": procedures, "handling": handling}
        asked = [
            api.Asked(section=section, text=text) for section in SECTIONS for text in separate(boxes[section])
        ]
        if commune not in service.communes:
            raise HTTPException(404)
        try:
            registrant, matters = api.read(api.Form(**typed, questions=asked[: api.MOST_QUESTIONS + 1]))
        except api.WrongForm as error:
            return await show_form(commune, typed | boxes, error.fields, 422)
        receipt = await reception.receive(commune, "web", registrant, matters)
        return RedirectResponse(f"/phieu/{receipt.code}", 303)

    async def show_form(commune: str, typed: dict[str, str], wrong: tuple[str, ...], status: int) -> HTMLResponse:
        profile = service.communes.get(commune)
        if profile is None:
            raise HTTPException(404)
        dialogue = await dialogues.open_at(commune, service.clock())
        problems = {field: api.WRONG[field] for field in wrong}
        return page("form.html", status, commune=profile, dialogue=dialogue, typed=typed, problems=problems)

    @router.get("/phieu/{code}")
    async def receipt(code: str) -> HTMLResponse:
        submission = await submissions.by_code(known) if (known := normalise(code)) else None
        if submission is None:
            raise HTTPException(404, "Không tìm thấy phiếu có mã này. Xin kiểm tra lại từng chữ, từng số.")
        dialogue = await dialogues.get(submission.dialogue) if submission.dialogue else None
        link = f"{service.settings.public_url}/tra-cuu/{submission.code}"
        return page(
            "receipt.html",
            submission=submission,
            commune=service.communes[submission.commune],
            dialogue=dialogue,
            qr=segno.make(link, error="m").svg_data_uri(scale=4, border=2),
        )

    @router.get("/tra-cuu")
    @router.get("/tra-cuu/{code}")
    async def ask(code: str = "") -> HTMLResponse:
        return page("ask.html", code=normalise(code) or "", problem="")

    @router.post("/tra-cuu")
    async def track(code: Annotated[str, Form()] = "", contact: Annotated[str, Form()] = "") -> HTMLResponse:
        submission = await submissions.by_code(known) if (known := normalise(code)) else None
        if submission is None or not api.may_see(submission, contact):
            why = "Không tìm thấy phiếu có mã và thông tin liên hệ này. Xin kiểm tra lại."
            return page("ask.html", 404, code=code[:20], problem=why)
        profile = service.communes[submission.commune]
        told = await api.status_of(service, submission, profile)
        return page("tracking.html", submission=submission, commune=profile, stories=told)

    service.app.include_router(router)
