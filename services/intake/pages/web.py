"""The citizens' pages: register questions, keep the receipt, see where a question is, read what came of a dialogue."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response

from services.intake.files import Files
from services.intake.library.store import Catalogue, Library
from services.intake.pages import (
    dialogue_pages,
    form_pages,
    library_pages,
    list_pages,
    news_pages,
    paper_pages,
    tracking_pages,
)
from services.intake.pages.api import add_api
from services.intake.pages.enquiry import Enquiry
from services.intake.pages.errors import patience, tell_errors
from services.intake.pages.limits import NetworkLimits
from services.intake.pages.repeats import Senders
from services.intake.pages.session import Sessions
from services.intake.reception import Reception
from services.intake.store import Dialogues, Submissions
from services.intake.submissions import next_dialogue
from services.intake.words import file_size, standing
from shared.clock import RehearsalClock
from shared.contracts.taxonomy import FIELD_NAMES
from shared.service import Service
from shared.text import sentence
from shared.web import SECURITY_HEADERS, SizeLimit, add_static, templates

HERE = Path(__file__).parent
MOST_BYTES = 2_000_000


def add_routes(
    service: Service,
    reception: Reception,
    submissions: Submissions,
    dialogues: Dialogues,
    files: Files,
    library: Library,
    catalogue: Catalogue,
) -> None:
    """Give the service its pages, its API and what protects them."""
    pages = templates(HERE / "templates")
    pages.filters["json"] = lambda value: json.dumps(value, ensure_ascii=False, indent=2)
    pages.filters |= {"sentence": sentence, "standing": standing, "field_name": FIELD_NAMES.__getitem__}
    pages.filters["file_size"] = file_size
    enquiry = Enquiry(service, submissions, dialogues)
    sessions = Sessions(service.settings.secret, secure=service.settings.public_url.startswith("https:"))

    def page(name: str, status: int = 200, headers: Mapping[str, str] | None = None, **values: Any) -> HTMLResponse:
        now = service.clock()
        rehearsed = isinstance(service.clock, RehearsalClock)
        html = pages.get_template(name).render(now=now, rehearsed=rehearsed, **values)
        return HTMLResponse(html, status, headers={**SECURITY_HEADERS, "Cache-Control": "no-cache", **(headers or {})})

    def error_page(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
        return page("error.html", status, headers, title=title, detail=detail)

    forms = {f"/xa/{commune}": form_pages.MOST_OF_A_BODY for commune in service.communes}
    service.app.add_middleware(SizeLimit, most=MOST_BYTES, larger=forms)
    add_static(service.app, HERE / "static")
    tell_errors(service.app, error_page)
    limits, senders = NetworkLimits(service.settings.forms_an_hour), Senders(service.settings.secret)
    described = add_api(service, reception, enquiry, senders, limits)
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

    known_as = urlsplit(service.settings.public_url).netloc
    news_pages.add_pages(router, submissions, service.clock, known_as, page)
    service.app.include_router(router)
    form_pages.add_pages(service, reception, dialogues, files, sessions, senders, limits, page)
    paper_pages.add_papers(service, submissions, dialogues, sessions, page)
    dialogue_pages.add_pages(service, dialogues, page)
    tracking_pages.add_pages(service, enquiry, submissions, files, sessions, page)
    library_pages.add_pages(service, library, catalogue, page)
    list_pages.add_pages(service)
