"""The library of a commune: its pages, and what is like the question that somebody is typing."""

from collections.abc import Callable, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response
from starlette.exceptions import HTTPException

from services.intake.library.shelf import Published
from services.intake.library.store import Catalogue, Library
from services.intake.pages.errors import patience
from services.intake.pages.limits import Limits, network_of
from services.intake.pages.paper_pages import must_be_known
from shared.service import Service
from shared.text import clean, one_line
from shared.web import SECURITY_HEADERS, problem

A_PAGE = 20
MOST_HINTS = 3
HINTS_AN_HOUR = 1_200
"""For one address: a whole office, or a village behind one line, may type all day."""
SHORTEST = 8
"""Letters from which a question can be told from others."""
LONGEST_QUERY = 300
LONGEST_ANSWER = 700
KEPT_S = 60

Page = Callable[..., HTMLResponse]


def add_pages(service: Service, library: Library, catalogue: Catalogue, page: Page) -> None:
    router = APIRouter(include_in_schema=False)
    limits = Limits(HINTS_AN_HOUR)

    @router.get("/xa/{commune}/hoi-dap")
    async def entries(commune: str, q: str = "", trang: str = "1") -> HTMLResponse:
        profile, shelf = must_be_known(service, commune), catalogue.shelf(commune)
        query, number = one_line(q)[:LONGEST_QUERY], _number(trang)
        found = shelf.search(query) if query else shelf.latest()
        async with patience():
            shown = await library.in_order(found[(number - 1) * A_PAGE : number * A_PAGE])
        return page(
            "library.html",
            commune=profile,
            query=query,
            entries=shown,
            count=len(found),
            all=len(shelf),
            number=number,
            pages=max(1, -(-len(found) // A_PAGE)),
        )

    @router.get("/xa/{commune}/hoi-dap/{id}")
    async def entry(commune: str, id: str) -> HTMLResponse:
        profile = must_be_known(service, commune)
        async with patience():
            found = await library.in_order([id]) if len(id) <= 64 else []
        if not found or found[0].commune != commune:
            raise HTTPException(404, "Không tìm thấy câu hỏi này. Có thể câu trả lời đã được gỡ để cập nhật.")
        return page("library_entry.html", commune=profile, entry=found[0])

    @router.get("/xa/{commune}/tuong-tu")
    async def like(request: Request, commune: str, q: str = "") -> Response:
        must_be_known(service, commune)
        if wait := limits.take(network_of(request.client.host if request.client else None)):
            detail = "Xin thử lại sau ít phút."
            return problem(429, "Quá nhiều yêu cầu", detail, headers={"Retry-After": str(wait)})
        question = clean(q)[: 4 * LONGEST_QUERY]
        ids = catalogue.shelf(commune).like(question, MOST_HINTS) if len(question) >= SHORTEST else []
        async with patience():
            found = await library.in_order(ids)
        headers = {**SECURITY_HEADERS, "Cache-Control": f"private, max-age={KEPT_S}"}
        return JSONResponse(_hints(found), headers=headers)

    service.app.include_router(router)


def _hints(entries: Sequence[Published]) -> list[dict[str, str]]:
    return [
        {"asked": one.asked, "answered": _beginning(one.answered), "url": f"/xa/{one.commune}/hoi-dap/{one.id}"}
        for one in entries
    ]


def _beginning(text: str) -> str:
    return text if len(text) <= LONGEST_ANSWER else f"{text[:LONGEST_ANSWER].rsplit(' ', 1)[0]}…"


def _number(typed: str) -> int:
    """The page that an address names; the first, where it names none."""
    return min(max(1, int(typed)), 10_000) if typed.isdecimal() and typed.isascii() and len(typed) < 8 else 1
