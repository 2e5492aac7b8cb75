"""Puts the console's pages together, and what protects them."""

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException

from services.console.acting import COOKIE, chosen, is_called_rightly, known_hosts, require_own_site
from services.console.case_pages import add_cases
from services.console.desk import add_questions, add_terms
from services.console.handbook_pages import add_handbook
from services.console.library import add_library
from services.console.list_pages import add_lists
from services.console.mailbox_pages import add_mailbox
from services.console.pages import HEADERS, HERE, Pages, typed_in, wants_json, who_acts
from services.console.paper_desk import MOST_OF_A_BODY, PATH, add_paper_desk
from services.console.post_pages import PATH as POST
from services.console.post_pages import add_post
from services.console.publication_pages import add_publication
from services.console.reader import Reader
from services.console.register_pages import add_registers
from services.console.report_pages import add_province, add_reports
from services.console.room import add_dialogues
from services.console.streams.operations import add_operations
from services.console.streams.watch import Watch
from services.console.template_pages import add_templates
from services.console.text_pages import add_texts
from services.console.view import View
from services.console.work_pages import add_work
from shared.logs import in_short, logger
from shared.service import Service
from shared.web import SizeLimit, add_static

MOST_BYTES = 500_000
FILES_TO = {"/danh-sach": 12_000_000, PATH: MOST_OF_A_BODY, "/ho-so": 52_000_000, POST: 6_000_000}
"""Paths that files are sent to: one of 10 MB and what is typed with it."""
A_MONTH_S = 30 * 24 * 3600


def add_routes(service: Service, view: View, reader: Reader, watch: Watch) -> None:
    """Give the service its pages."""
    hosts = known_hosts(service.settings.host, service.settings.console_url)

    def own_site(request: Request) -> None:
        require_own_site(request, hosts)

    pages = Pages(service, view, reader)
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(own_site)])
    _add_choice(router, service)
    add_questions(router, service, pages)
    add_work(router, service, pages, reader)
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
    add_operations(router, service, pages, view, reader, watch)
    service.app.add_middleware(SizeLimit, most=MOST_BYTES, larger=FILES_TO)
    add_static(service.app, HERE / "static")
    service.app.include_router(router)
    _tell_problems(service, pages, hosts)


def _add_choice(router: APIRouter, service: Service) -> None:
    @router.post("/chon")
    async def choose(request: Request) -> Response:
        """Remember who works. Another commune's person is not taken over with the commune."""
        typed = await typed_in(request)
        now_acting = chosen(service.communes, typed.get("commune", ""), typed.get("worker", ""))
        response = RedirectResponse(_back(typed.get("back", "/")), 303)
        response.set_cookie(COOKIE, now_acting.cookie, httponly=True, samesite="strict", max_age=A_MONTH_S)
        return response


def _tell_problems(service: Service, pages: Pages, hosts: frozenset[str]) -> None:
    @service.app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        detail = "Không có trang này." if error.detail == "Not Found" else error.detail
        if not is_called_rightly(request, hosts):
            return PlainTextResponse(detail, error.status_code)
        if wants_json(request):
            return JSONResponse({"reason": detail}, error.status_code, HEADERS)
        return pages.show("error.html", who_acts(request), error.status_code, detail=detail)

    @service.app.exception_handler(RequestValidationError)
    async def wrong_address(request: Request, _: Exception) -> Response:
        return pages.show("error.html", who_acts(request), 422, detail="Địa chỉ trang chưa đúng.")

    @service.app.exception_handler(NatsError)
    @service.app.exception_handler(TimeoutError)
    async def broker_away(request: Request, error: Exception) -> Response:
        logger().warning("unavailable", error=in_short(error))
        detail = "Không hỏi được NATS lúc này. Xin tải lại trang sau ít phút; không có gì bị mất."
        if wants_json(request):
            return JSONResponse({"reason": detail}, 503, HEADERS)
        return pages.show("error.html", who_acts(request), 503, detail=detail)


def _back(path: str) -> str:
    """A path of this site, whatever the form said."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
