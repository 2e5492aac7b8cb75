"""Lists as files, with the filters of their pages: `/cau-hoi.xlsx?loc=qua-han`, `/viec.csv`, `/buu-chinh.xlsx`,
`/thu-vien.csv`; the record of who did what. The register and the figures have theirs beside their pages.

A file names nobody whom the page does not name. Who took which list away is kept in the record.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.console import offers, words
from services.console.acting import Acting
from services.console.door import audit_pages
from services.console.door.audit import KINDS, OUTCOMES, Audit, Wanted, note_here
from services.console.pages import Who
from services.console.view import View
from services.console.work import export_rows, exports
from services.console.work.desk import LONGEST_SEARCH, SITUATIONS, decider_of
from services.console.work.exports import Format, Rows, Value
from services.console.work.filters import CHOICES, OPEN
from shared.service import Service
from shared.text import one_line

AUDIT = (
    "Lúc",
    "Việc",
    "Kết quả",
    "Tài khoản",
    "Người làm",
    "Vai trò",
    "Xã, phường",
    "Lệnh",
    "Về",
    "Địa chỉ mạng",
    "Lý do",
)
AUDIT_ROWS = 500
"""Rows that are asked of the record at once."""


def add_exports(router: APIRouter, service: Service, view: View) -> None:
    async def taken(
        request: Request, who: Acting, format: Format, name: str, title: str, head: Sequence[str], rows: Rows
    ) -> Response:
        """The file, once the record knows that it was asked for."""
        await note(request, who)
        return await exports.stream(format, f"{name}-{who.commune}", title, head, rows)

    @router.get("/cau-hoi.{format}")
    async def questions(
        request: Request, who: Who, format: Format, loc: str = "", phong: str | None = None, tim: str = ""
    ) -> Response:
        choice = CHOICES.get(loc, OPEN)
        wanted = replace(
            choice.filter,
            department=_department(who, phong),
            search=one_line(tim)[:LONGEST_SEARCH],
            reachable=who.role in offers.OFFICE,
            decider=decider_of(who),
        )
        rows = export_rows.questions(view, who.profile, wanted, service.clock())
        return await taken(request, who, format, "cau-hoi", choice.words, export_rows.QUESTIONS, rows)

    @router.get("/viec.{format}")
    async def owed(
        request: Request, who: Who, format: Format, loai: str = "", phong: str | None = None, tinh: str = ""
    ) -> Response:
        rule = loai if loai in words.RULES else None
        department, situation = _department(who, phong), SITUATIONS.get(tinh)
        rows = export_rows.owed(view, who.profile, service.clock(), rule, department, situation)
        return await taken(request, who, format, "thoi-han", "Thời hạn", export_rows.TERMS, rows)

    @router.get("/buu-chinh.{format}")
    async def letters(request: Request, who: Who, format: Format) -> Response:
        rows = export_rows.letters(view, who.commune)
        return await taken(request, who, format, "thu-buu-chinh", "Thư gửi bưu điện", export_rows.LETTERS, rows)

    @router.get("/thu-vien.{format}")
    async def library(request: Request, who: Who, format: Format) -> Response:
        rows = export_rows.published(view, who.commune)
        return await taken(request, who, format, "thu-vien", "Thư viện", export_rows.LIBRARY, rows)

    @router.get(audit_pages.OF_ALL + ".{format}")
    async def record(
        request: Request, who: Who, format: Format, ai: str = "", loai: str = "", ngay: str = ""
    ) -> Response:
        rows = _record(_audit(request), audit_pages.wanted(ai, loai, ngay, ""))
        return await taken(request, who, format, "nhat-ky", "Nhật ký", AUDIT, rows)

    @router.get(audit_pages.OF_COMMUNE + ".{format}")
    async def record_of_commune(
        request: Request, who: Who, format: Format, ai: str = "", loai: str = "", ngay: str = ""
    ) -> Response:
        wanted = replace(audit_pages.wanted(ai, loai, ngay, ""), commune=who.commune)
        return await taken(request, who, format, "nhat-ky", "Nhật ký", AUDIT, _record(_audit(request), wanted))


async def note(request: Request, who: Acting) -> None:
    """Tell the record, where there is one, that a list was taken away, and with which filters; not what was searched.

    Raises:
        OUTAGES: it cannot be written; then nothing leaves the house.
    """
    asked = urlencode([(name, value) for name, value in request.query_params.multi_items() if name != "tim"])
    await note_here(request.app, who, "export", about=request.url.path + (f"?{asked}" if asked else ""))


def _audit(request: Request) -> Audit:
    audit: Audit | None = getattr(request.app.state, "audit", None)
    if audit is None:
        raise HTTPException(404, "Không có nhật ký.")
    return audit


async def _record(audit: Audit, wanted: Wanted) -> AsyncIterator[Sequence[Value]]:
    """The newest first; asked for in parts, each before the last row of the one before."""
    while rows := await audit.rows(wanted, AUDIT_ROWS):
        for row in rows:
            told: tuple[Any, ...] = (
                row.at,
                KINDS.get(row.kind, row.kind),
                OUTCOMES.get(row.outcome, row.outcome),
                row.who,
                row.name,
                words.ROLES.get(row.role) if row.role else None,
                row.commune,
                row.verb,
                row.about,
                row.address,
                row.reason,
            )
            yield told
        wanted = replace(wanted, before=rows[-1].id)


def _department(who: Acting, asked: str | None) -> str | None:
    """As the page of the list: what was asked for, else one's own department's; None: everybody's."""
    own = who.worker.department if who.worker else None
    department = own if asked is None else asked
    return department if department and who.profile.department(department) else None
