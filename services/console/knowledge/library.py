"""`/thu-vien`: the questions and answers that everybody may read, for those who look after them."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console import offers
from services.console.acting import Acting
from services.console.commands import Attempt, perform
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from services.console.rows import into
from services.console.view import said
from shared.service import Service

PAGE = 50
"""Published questions on one page."""


@dataclass(frozen=True, slots=True)
class Published:
    """A question as it stands in the library. version: for commands to routing."""

    id: str
    submission: str
    code: str | None
    number: int | None
    published_field: str | None
    published_asked: str
    published_answered: str
    published_by: str
    published_at: datetime
    rating: int | None
    standing: str
    version: int


def published(db: sqlite3.Connection, commune: str, page: int = 1) -> list[Published]:
    """Those of a commune, the latest first. One more than `PAGE` tells of a next page."""
    rows = db.execute(
        "SELECT q.*, s.code FROM question q LEFT JOIN submission s ON s.id = q.submission "
        "WHERE q.commune = ? AND q.published_at IS NOT NULL ORDER BY q.published_at DESC, q.id LIMIT ? OFFSET ?",
        (commune, PAGE + 1, PAGE * (page - 1)),
    ).fetchall()
    return [into(Published, row, version=said(db, "routing", row["id"])) for row in rows]


def add_library(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get("/thu-vien")
    async def library(who: Who, trang: int = 1, xong: str = "") -> Response:
        return await show(who, trang, verb=xong)

    @router.post("/thu-vien")
    async def take_out(request: Request, who: Who, trang: int = 1) -> Response:
        typed = await typed_in(request)
        if typed.get("verb") != offers.UNPUBLISH.verb:
            raise HTTPException(400, "Không có lệnh này.")
        match await perform(service, reader, who, typed):
            case Attempt() as attempt:
                return await show(who, trang, attempt=attempt)
            case success:
                return RedirectResponse(f"/thu-vien?xong={success.verb}", 303)

    async def show(who: Acting, page: int, verb: str = "", attempt: Attempt | None = None) -> Response:
        number = max(1, min(page, 10_000))
        found = await pages.read(lambda db: published(db, who.commune, number))
        return pages.show(
            "library.html",
            who,
            attempt.status if attempt else 200,
            entries=found[:PAGE],
            more=len(found) > PAGE,
            number=number,
            offer=offers.UNPUBLISH if who.role in offers.UNPUBLISH.roles else None,
            public_page=f"{service.settings.public_url}/xa/{who.commune}/hoi-dap",
            attempt=attempt,
            done=done(verb),
        )
