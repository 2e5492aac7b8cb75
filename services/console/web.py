"""Puts the console's pages together, and what protects them."""

import sqlite3
from contextlib import suppress

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException

from services.console.acting import Acting, CalledRightly, is_called_rightly, known_hosts, require_own_site, usual
from services.console.case.case_pages import add_cases
from services.console.door.admission import SIGN_IN, Door, NotSignedIn, admit, sign_in_path
from services.console.door.resend import has_secrets, kept_on_page
from services.console.frame_pages import add_frame
from services.console.hall.room import add_dialogues
from services.console.incoming.list_pages import add_lists
from services.console.incoming.mailbox_pages import add_mailbox
from services.console.incoming.paper_desk import MOST_OF_A_BODY, PATH, add_paper_desk
from services.console.knowledge.handbook_pages import add_handbook
from services.console.knowledge.library import add_library
from services.console.knowledge.publication_pages import add_publication
from services.console.knowledge.template_pages import add_templates
from services.console.language import say
from services.console.letters.post_pages import PATH as POST
from services.console.letters.post_pages import add_post
from services.console.letters.register_pages import add_registers
from services.console.letters.text_pages import add_texts
from services.console.pages import HEADERS, HERE, Pages, wants_json
from services.console.reader import Reader
from services.console.reporting.province_pages import add_province
from services.console.reporting.report_pages import add_reports
from services.console.streams.contract_page import add_contract
from services.console.streams.operations import add_operations
from services.console.streams.watch import Watch
from services.console.view import View
from services.console.work.desk import add_questions, add_terms
from services.console.work.export_pages import add_exports
from services.console.work.filter_pages import add_filters
from services.console.work.kept import Kept
from services.console.work.several_pages import add_several
from services.console.work.work_pages import add_work
from shared.logs import in_short, logger
from shared.service import Service
from shared.store import OUTAGES
from shared.web import SizeLimit, add_static

MOST_BYTES = 500_000
FILES_TO = {"/danh-sach": 12_000_000, PATH: MOST_OF_A_BODY, "/ho-so": 52_000_000, POST: 6_000_000}
"""Paths that files are sent to: one of 10 MB and what is typed with it."""


def add_routes(service: Service, view: View, reader: Reader, watch: Watch, door: Door, kept: Kept) -> None:
    """Give the service its pages."""
    hosts = known_hosts(service.settings.host, service.settings.console_url)

    async def own_site(request: Request) -> None:
        require_own_site(request, hosts)

    async def admitted(request: Request) -> None:
        request.state.acting = await admit(door, request)

    pages = Pages(service, view, reader)
    outside = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(own_site)])
    router = APIRouter(
        include_in_schema=False,
        default_response_class=HTMLResponse,
        dependencies=[Depends(own_site), Depends(admitted)],
    )
    door.add_pages(outside, router, service, pages)
    add_frame(outside, router, watch.news, reader)
    add_questions(router, service, pages, kept)
    add_work(router, service, pages, reader, kept)
    add_several(router, service, pages, kept.acts)
    add_filters(router, kept.filters)
    add_cases(router, service, pages, reader)
    add_publication(router, service, pages, reader)
    add_terms(router, service, pages, reader)
    add_paper_desk(router, service, pages, reader)
    add_dialogues(router, service, pages, reader)
    add_lists(router, service, pages, reader)
    add_mailbox(router, service, pages, reader)
    add_library(router, service, pages, reader)
    add_handbook(router, service, pages, reader)
    add_templates(router, service, pages, reader)
    add_texts(router, service, pages, reader)
    add_post(router, service, pages, reader)
    add_registers(router, service, pages, reader)
    add_reports(router, service, pages)
    add_province(router, service, pages)
    add_exports(router, service, view)
    add_operations(router, service, pages, view, reader, watch)
    add_contract(router, service)
    service.app.add_middleware(CalledRightly, hosts=hosts)
    service.app.add_middleware(SizeLimit, most=MOST_BYTES, larger=FILES_TO)
    add_static(service.app, HERE / "static")
    service.app.include_router(outside)
    service.app.include_router(router)
    _tell_problems(service, pages, door, hosts)


def _tell_problems(service: Service, pages: Pages, door: Door, hosts: frozenset[str]) -> None:
    async def seen_by(request: Request) -> Acting:
        """Whoever reads what went wrong; nobody, where it cannot be told who it is."""
        known: Acting | None = getattr(request.state, "acting", None)
        with suppress(*OUTAGES):
            known = known or await door.who(request)
        return known or Acting(usual(service.communes))

    async def told(request: Request, detail: str, status: int) -> Response:
        if wants_json(request):
            return JSONResponse({"reason": say(detail)}, status, HEADERS)
        return pages.show("error.html", await seen_by(request), status, detail=detail)

    @service.app.exception_handler(NotSignedIn)
    async def nobody(request: Request, error: NotSignedIn) -> Response:
        """A page leads to the sign-in; what was typed waits on a page; a script is answered in words."""
        if wants_json(request) or "text/event-stream" in request.headers.get("accept", ""):
            told = {"reason": error.detail, "sign_in": SIGN_IN}
            return JSONResponse(told, error.status_code, HEADERS)
        if request.method in ("GET", "HEAD"):
            if "hx-request" in request.headers:  # a part of a page, which as a whole leads to the sign-in
                return Response(status_code=error.status_code, headers=HEADERS | {"HX-Redirect": SIGN_IN})
            return RedirectResponse(sign_in_path(request), 303, HEADERS)
        if has_secrets(request):
            return RedirectResponse(SIGN_IN, 303, HEADERS)
        return await kept_on_page(request, pages, Acting(usual(service.communes)), await door.who_was(request))

    @service.app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        detail = "Không có trang này." if error.detail == "Not Found" else error.detail
        if not is_called_rightly(request, hosts):
            return PlainTextResponse(detail, error.status_code)
        if error.status_code in (303, 307):
            return RedirectResponse((error.headers or {})["Location"], error.status_code, HEADERS)
        return await told(request, detail, error.status_code)

    @service.app.exception_handler(RequestValidationError)
    async def wrong_address(request: Request, _: Exception) -> Response:
        return await told(request, "Địa chỉ trang chưa đúng.", 422)

    async def away(request: Request, error: Exception) -> Response:
        logger().warning("unavailable", error=in_short(error))
        known: Acting | None = getattr(request.state, "acting", None)
        nobody = request.state.acting = known or Acting(usual(service.communes))  # the door itself could not ask
        if request.method == "POST" and not (wants_json(request) or has_secrets(request)):
            return await kept_on_page(request, pages, nobody, known, away=True)
        detail = "Không hỏi được NATS hoặc cơ sở dữ liệu lúc này. Xin thử lại sau ít phút."
        return await told(request, detail, 503)

    async def no_view(request: Request, error: Exception) -> Response:
        """Its file is gone, or just made: the reader sees to it within a second or two."""
        if request.method == "POST":
            return await away(request, error)
        logger().warning("view-not-read", error=in_short(error))
        return await told(request, "Dữ liệu hiển thị đang được dựng lại. Xin tải lại trang sau ít phút.", 503)

    for kind in (NatsError, TimeoutError, *OUTAGES):
        service.app.add_exception_handler(kind, away)
    service.app.add_exception_handler(sqlite3.Error, no_view)
