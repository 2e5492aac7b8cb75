"""The citizens' pages: register questions, keep the receipt, see where a question is."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.intake import online_form
from services.intake.api import add_api
from services.intake.codes import normalise
from services.intake.enquiry import NOT_FOUND, Enquiry
from services.intake.errors import RETRY_AFTER_S, Away, patience, tell_errors
from services.intake.online_form import WrongForm, asked_in, read
from services.intake.reception import Reception
from services.intake.rules import Dialogue
from services.intake.store import Dialogues, Submissions
from shared.clock import RehearsalClock
from shared.contracts.people import Section
from shared.service import Service
from shared.text import one_line
from shared.web import SECURITY_HEADERS, SizeLimit, add_static, templates

HERE = Path(__file__).parent
MOST_BYTES = 2_000_000
NO_CODE = "Mã phiếu gồm tám chữ và số, ví dụ K7QX-3M9M. Xin ông/bà xem lại giấy tiếp nhận."


def add_routes(service: Service, reception: Reception, submissions: Submissions, dialogues: Dialogues) -> None:
    """Give the service its pages, its API and what protects them."""
    pages = templates(HERE / "templates")
    pages.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    enquiry = Enquiry(service, submissions, dialogues)

    def page(name: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> HTMLResponse:
        now = service.clock()
        rehearsed = isinstance(service.clock, RehearsalClock)
        html = pages.get_template(name).render(now=now, rehearsed=rehearsed, **values)
        return HTMLResponse(html, status, headers={**SECURITY_HEADERS, "Cache-Control": "no-cache", **(headers or {})})

    def error_page(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        return page("error.html", status, headers, title=title, detail=detail)

    service.app.add_middleware(SizeLimit, most=MOST_BYTES)
    add_static(service.app, HERE / "static")
    tell_errors(service.app, error_page)
    described = add_api(service, reception, enquiry)
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/api/docs")
    async def docs() -> HTMLResponse:
        return page("api.html", api=described)

    @router.get("/")
    async def home() -> HTMLResponse:
        now = service.clock()
        async with patience():
            communes = [(profile, await dialogues.open_at(profile.id, now)) for profile in service.communes.values()]
        return page("home.html", communes=communes)

    @router.get("/xa/{commune}")
    async def form(commune: str) -> HTMLResponse:
        return show_form(commune, await announced(commune))

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
        """Nothing typed is lost: a form that is not taken comes back as it was, with what to mend beside each field."""
        contact = {"name": name, "phone": phone, "email": email, "address": address}
        boxes: dict[Section, str] = {"procedures": procedures, "handling": handling}
        typed = contact | {"procedures": procedures, "handling": handling}
        dialogue = None
        try:
            dialogue = await announced(commune)
            registrant, matters = read(online_form.Form(**contact, questions=asked_in(boxes)))
            async with patience():
                receipt = await reception.receive(commune, "web", registrant, matters)
        except WrongForm as error:
            return show_form(commune, dialogue, typed, error.problems, status=422)
        except Away:
            return show_form(commune, dialogue, typed, away=True, status=503)
        again = "?lai=1" if receipt.duplicate else ""
        return RedirectResponse(f"/phieu/{receipt.code}{again}", 303)

    async def announced(commune: str) -> Dialogue | None:
        if commune not in service.communes:
            raise HTTPException(404, f"Chưa có xã, phường nào có mã “{one_line(commune)[:60]}” trong hệ thống.")
        async with patience():
            return await dialogues.open_at(commune, service.clock())

    def show_form(
        commune: str,
        dialogue: Dialogue | None,
        typed: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        *,
        away: bool = False,
        status: int = 200,
    ) -> HTMLResponse:
        return page(
            "form.html",
            status,
            {"Retry-After": str(RETRY_AFTER_S)} if away else None,
            commune=service.communes[commune],
            dialogue=dialogue,
            typed=typed or {},
            problems=_by_box(problems or {}),
            away=away,
        )

    @router.get("/phieu/{code}")
    async def receipt(code: str, lai: str = "") -> HTMLResponse:
        async with patience():
            submission = await submissions.by_code(known) if (known := normalise(code)) else None
            if submission is None:
                raise HTTPException(404, "Không tìm thấy phiếu có mã này. Xin ông/bà kiểm tra lại từng chữ, từng số.")
            dialogue = await dialogues.get(submission.dialogue) if submission.dialogue else None
        address = f"{service.settings.public_url}/tra-cuu"
        return page(
            "receipt.html",
            submission=submission,
            commune=service.communes[submission.commune],
            dialogue=dialogue,
            again=bool(lai),
            address=address,
            qr=segno.make(f"{address}/{submission.code}", error="m").svg_data_uri(scale=4, border=2),
        )

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
        )

    service.app.include_router(router)


def _by_box(problems: Mapping[str, str]) -> dict[str, str]:
    """The page has two boxes for all questions; what is wrong with several of them is said in one place."""
    boxes: dict[str, str] = {}
    for place, told in problems.items():
        box = place.split("/")[0]
        boxes[box] = f"{boxes[box]} {told}" if box in boxes else told
    return boxes
