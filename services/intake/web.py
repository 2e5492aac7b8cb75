"""The citizens' pages: register questions, keep the receipt, see where a question is, read what came of a dialogue."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.intake import dialogue_pages, online_form, tracking_pages
from services.intake.api import add_api
from services.intake.codes import normalise
from services.intake.dialogue import Announcement
from services.intake.enquiry import Enquiry
from services.intake.errors import RETRY_AFTER_S, Away, patience, tell_errors
from services.intake.files import Files
from services.intake.online_form import NO_DIALOGUE, WrongForm, asked_in, read
from services.intake.reception import Reception
from services.intake.session import Sessions
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import Arrival, dialogue_for, next_dialogue, taking_registrations
from services.intake.words import FIELD_NAMES, sentence, standing
from shared.clock import RehearsalClock
from shared.contracts import Refusal
from shared.contracts.people import Matter, Registrant, Section
from shared.service import Service
from shared.web import SECURITY_HEADERS, SizeLimit, add_static, templates

HERE = Path(__file__).parent
MOST_BYTES = 2_000_000


def add_routes(
    service: Service, reception: Reception, submissions: Submissions, dialogues: Dialogues, files: Files
) -> None:
    """Give the service its pages, its API and what protects them."""
    pages = templates(HERE / "templates")
    pages.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    pages.filters |= {"sentence": sentence, "standing": standing, "field_name": FIELD_NAMES.__getitem__}
    enquiry = Enquiry(service, submissions, dialogues)
    sessions = Sessions(service.settings.secret, secure=service.settings.public_url.startswith("https:"))

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
            told = await dialogues.all_told()
        communes = [
            (profile, next_dialogue([one for one in told if one.commune == profile.id], now))
            for profile in service.communes.values()
        ]
        return page("home.html", communes=communes)

    @router.get("/xa/{commune}")
    async def form(commune: str, hoi_nghi: str = "") -> HTMLResponse:
        return show_form(commune, await told_of(commune), {"dialogue": hoi_nghi})

    @router.post("/xa/{commune}")
    async def submit(
        commune: str,
        name: Annotated[str, Form()] = "",
        phone: Annotated[str, Form()] = "",
        email: Annotated[str, Form()] = "",
        address: Annotated[str, Form()] = "",
        dialogue: Annotated[str, Form()] = "",
        procedures: Annotated[str, Form()] = "",
        handling: Annotated[str, Form()] = "",
    ) -> Response:
        """Nothing typed is lost: a form that is not taken comes back as it was, with what to mend beside each field."""
        contact = {"name": name, "phone": phone, "email": email, "address": address}
        boxes: dict[Section, str] = {"procedures": procedures, "handling": handling}
        typed = contact | {"dialogue": dialogue, "procedures": procedures, "handling": handling}
        told: Sequence[Announcement] = ()
        try:
            told = await told_of(commune)
            wanted = online_form.Form(**contact, dialogue=dialogue or None, questions=asked_in(boxes))
            registrant, matters, chosen = choose(wanted, told)
            async with patience():
                receipt = await reception.take_in(commune, Arrival("web", registrant, matters), chosen)
        except WrongForm as error:
            return show_form(commune, told, typed, error.problems, status=422)
        except Away:
            return show_form(commune, told, typed, away=True, status=503)
        again = "?lai=1" if receipt.duplicate else ""
        return RedirectResponse(f"/phieu/{receipt.code}{again}", 303)

    def choose(
        wanted: online_form.Form, told: Sequence[Announcement]
    ) -> tuple[Registrant, tuple[Matter, ...], Announcement | None]:
        """What is asked, and at which dialogue; everything that must be mended is told at once."""
        now = service.clock()
        chosen, problems = None, {}
        try:
            chosen = dialogue_for(told, wanted.dialogue, "web", now)
        except Refusal as refusal:
            problems["dialogue"] = refusal.reason
        if wanted.dialogue is None and len(taking_registrations(told, now)) > 1:
            problems["dialogue"] = NO_DIALOGUE
        try:
            registrant, matters = read(wanted)
        except WrongForm as error:
            raise WrongForm(problems | dict(error.problems)) from error
        if problems:
            raise WrongForm(problems)
        return registrant, matters, chosen

    async def told_of(commune: str) -> list[Announcement]:
        dialogue_pages.must_be_known(service, commune)
        async with patience():
            return await dialogues.told(commune)

    def show_form(
        commune: str,
        told: Sequence[Announcement],
        typed: Mapping[str, str] | None = None,
        problems: Mapping[str, str] | None = None,
        *,
        away: bool = False,
        status: int = 200,
    ) -> HTMLResponse:
        now = service.clock()
        return page(
            "form.html",
            status,
            {"Retry-After": str(RETRY_AFTER_S)} if away else None,
            commune=service.communes[commune],
            dialogue=next_dialogue(told, now),
            choices=taking_registrations(told, now),
            plans=dialogue_pages.plan_files(service.settings.communes, commune),
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

    service.app.include_router(router)
    dialogue_pages.add_pages(service, dialogues, page)
    tracking_pages.add_pages(service, enquiry, submissions, files, sessions, page)


def _by_box(problems: Mapping[str, str]) -> dict[str, str]:
    """The page has two boxes for all questions; what is wrong with several of them is said in one place."""
    boxes: dict[str, str] = {}
    for place, told in problems.items():
        box = place.split("/")[0]
        boxes[box] = f"{boxes[box]} {told}" if box in boxes else told
    return boxes
