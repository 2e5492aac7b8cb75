"""Who did what: for operators of all, at `/van-hanh/nhat-ky`; for an office head of his commune, at `/toi/nhat-ky`."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import Response

from services.console.door.audit import HOW, KINDS, OUTCOMES, ROWS, Audit, Wanted
from services.console.event_words import DONE
from services.console.pages import Pages, Who
from shared.text import clean
from shared.web import HANOI

OF_ALL, OF_COMMUNE = "/van-hanh/nhat-ky", "/toi/nhat-ky"


def add_audit(inside: APIRouter, pages: Pages, audit: Audit) -> None:
    async def shown(path: str, who: Who, wanted: Wanted, ngay: str) -> Response:
        rows = await audit.rows(wanted, ROWS + 1)
        asked = {"ai": wanted.person, "loai": wanted.kind, "ngay": ngay}
        filters = {name: value for name, value in asked.items() if value}
        older = f"{path}?{urlencode({**filters, 'truoc': rows[ROWS - 1].id})}" if len(rows) > ROWS else ""
        told: dict[str, Any] = {
            "kinds": KINDS,
            "outcomes": OUTCOMES,
            "how": HOW,
            "done": DONE,
            "wanted": wanted,
            "day": ngay,
            "path": path,
        }
        return pages.show("audit.html", who, rows=rows[:ROWS], older=older, filtered=bool(filters), **told)

    @inside.get(OF_ALL)
    async def of_all(who: Who, ai: str = "", loai: str = "", ngay: str = "", truoc: str = "") -> Response:
        return await shown(OF_ALL, who, wanted(ai, loai, ngay, truoc), ngay)

    @inside.get(OF_COMMUNE)
    async def of_commune(who: Who, ai: str = "", loai: str = "", ngay: str = "", truoc: str = "") -> Response:
        return await shown(OF_COMMUNE, who, replace(wanted(ai, loai, ngay, truoc), commune=who.commune), ngay)


def wanted(person: str, kind: str, day: str, before: str) -> Wanted:
    """What the filters ask for; what is none of theirs asks for nothing. day: `YYYY-MM-DD`, of Vietnam."""
    person = clean(person)
    since = until = None
    try:
        since = datetime.combine(date.fromisoformat(day), time(), HANOI)
        until = since + timedelta(days=1)
    except ValueError:
        pass
    name = person.casefold() if "@" in person else person
    return Wanted(None, name, kind if kind in KINDS else "", since, until, before[:26])
