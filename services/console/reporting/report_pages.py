"""The figures of one commune: `/bao-cao`, also as spreadsheet and document."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import asking
from services.console.access import DESK
from services.console.acting import Acting
from services.console.commands import STATUS
from services.console.hall import conferences
from services.console.language import say
from services.console.pages import HEADERS, Pages, Who, download
from services.console.reporting import report_files, reports
from services.console.reporting.province_pages import FIRST_YEAR, lines
from services.console.reporting.province_tables import WITHIN
from services.console.reporting.reports import Row, Subject
from services.console.work import export_pages
from shared.contracts import Refused
from shared.contracts.notify import RenderReport
from shared.service import Service
from shared.web import HANOI

DialogueAsked = Annotated[str, Query(alias="hoi-nghi")]


def add_reports(router: APIRouter, service: Service, pages: Pages) -> None:
    """`/bao-cao?ky=2026-Q2`, `?ky=2026` or `?hoi-nghi=<id>`; `/bao-cao.xlsx` and `/bao-cao.docx` with the same."""

    @router.get("/bao-cao")
    async def report(who: Who, ky: str = "", hoi_nghi: DialogueAsked = "") -> Response:
        now = service.clock()

        def query(db: Connection) -> tuple[reports.Figures, list[conferences.Conference], Sequence[Row]]:
            subject = _subject(db, who, ky, hoi_nghi, now)
            figures = reports.figures(db, who.profile, subject, now)
            months = () if subject.dialogue else reports.by_month(db, who.profile, int(subject.slug[:4]), now)
            return figures, conferences.conferences(db, who.commune, now), months

        figures, dialogues, months = await pages.read(query)
        return pages.show(
            "reports.html",
            who,
            figures=figures,
            tables=report_files.tables(figures),
            months=months,
            lines=lines(months, int(figures.subject.slug[:4]), now) if months else {},
            within=WITHIN,
            periods=_periods(now),
            dialogues=dialogues,
            asked=f"hoi-nghi={quote(hoi_nghi)}" if hoi_nghi else f"ky={figures.subject.slug}",
        )

    @router.get("/bao-cao.{format}")
    async def file(request: Request, who: Who, format: str, ky: str = "", hoi_nghi: DialogueAsked = "") -> Response:
        if format not in ("xlsx", "docx", "pdf"):
            raise HTTPException(404, "Báo cáo có dạng XLSX, DOCX và PDF.")
        now = service.clock()
        if format == "pdf":
            answer = await as_pdf(who, ky, hoi_nghi, now)
            await export_pages.note(request, who)
            return answer

        def make(db: Connection) -> tuple[Subject, bytes]:
            subject = _subject(db, who, ky, hoi_nghi, now)
            figures = reports.figures(db, who.profile, subject, now)
            if format == "docx":
                return subject, report_files.document(who.profile, figures)
            entries = reports.entries(db, who.profile, subject, now) if who.role in DESK else ()
            return subject, report_files.spreadsheet(who.profile, figures, entries)

        subject, content = await pages.read(make)
        await export_pages.note(request, who)
        name = f"bao-cao-{who.commune}-{subject.slug}.{format}"
        headers: Mapping[str, str] = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"'}
        kind = report_files.XLSX if format == "xlsx" else report_files.DOCX
        return Response(content, media_type=kind, headers=headers)

    async def as_pdf(who: Acting, period: str, dialogue: str, now: datetime) -> Response:
        """As notify sets documents of the office."""

        def count(db: Connection) -> reports.Figures:
            return reports.figures(db, who.profile, _subject(db, who, period, dialogue, now), now)

        actor, figures = who.actor, await pages.read(count)
        told = {"about": report_files.about(figures), "addressee": who.profile.superior, "format": "pdf"}
        parts = report_files.parts(who.profile, figures)
        command = RenderReport.model_validate({"actor": actor, "key": str(ULID()), "parts": parts, **told})
        file = await asking.drawn(service.nats, command)
        if isinstance(file, Refused):
            raise HTTPException(STATUS[file.code], file.reason)
        return download(f"bao-cao-{who.commune}-{figures.subject.slug}.pdf", file.media_type, file.data)


def _subject(db: Connection, who: Acting, typed: str, dialogue: str, now: datetime) -> Subject:
    """What the address asks for; nothing named is the quarter that is under way.

    Raises:
        HTTPException: 404 for a dialogue that is not this commune's, or what is no period.
    """
    if dialogue:
        found = conferences.conference(db, who.commune, dialogue, now)
        if found is None:
            raise HTTPException(404, say("%(name)s không có hội nghị này.", name=who.profile.name))
        return reports.of_dialogue(found.id, found.held_at)
    period = reports.period(typed) if typed else reports.quarter_of(now)
    if period is None:
        raise HTTPException(404, "Kỳ báo cáo có dạng 2026-Q2 hoặc 2026.")
    return reports.of_period(period)


def _periods(now: datetime) -> list[tuple[str, str]]:
    """Quarters and years that can be chosen, the latest first."""
    this = now.astimezone(HANOI).year
    slugs = [
        slug for year in range(this, FIRST_YEAR - 1, -1) for slug in (str(year), *(f"{year}-Q{q}" for q in "4321"))
    ]
    known = [found for slug in slugs if (found := reports.period(slug)) and found.start <= now]
    return [(one.slug, one.name) for one in known]
