"""The dialogue room: the dialogues of a commune, and one of them from its plan to its report, a page for each stage.

What each page shows is in `room_tabs`, what its forms lead to in `room_acts`, the evening itself in `hall`.
"""

import asyncio
import base64
from collections.abc import Mapping, Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import Any, get_args
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import terms
from services.console.acting import Acting
from services.console.cases import elsewhere, history
from services.console.commands import STATUS, Attempt, Success, perform
from services.console.door.resend import MARK, mark_of
from services.console.hall import conferences, dialogue_forms, room_acts, room_offers, room_tabs
from services.console.hall.conferences import Conference, Place
from services.console.hall.notes import Notes
from services.console.hall.prints import add_prints
from services.console.hall.projector import add_projector
from services.console.hall.room_acts import Room, reading
from services.console.hall.room_tabs import DOOR, HALL, OVERVIEW, TABS, Looking, Tab
from services.console.pages import HEADERS, Pages, Who, done, typed_in, wants_json
from services.console.reader import Reader
from shared.commands import send
from shared.communes import Profile
from shared.contracts import Refused
from shared.contracts.notify import DocumentFormat, DocumentKind, RenderDocument
from shared.service import Service
from shared.text import one_line
from shared.web import HANOI

DOCUMENTS: Mapping[str, DocumentKind] = {"thong-bao": "conclusion", "phat-thanh": "loudspeaker"}
CAMERA = {"Permissions-Policy": "camera=(self), microphone=(), geolocation=()"}
"""Of the one page that reads codes with a camera; every other page has none (`pages.HEADERS`)."""


def add_dialogues(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/hoi-nghi`: the programme of a year and the dialogues of a commune; `/hoi-nghi/<id>/…`: one of them."""
    room = Room(service, pages, reader, Notes(service.database))
    _add_programme(router, service, pages, reader)
    _add_documents(router, service)
    add_prints(router, room)
    add_projector(router, room)
    _add_room(router, room)


def _add_programme(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get("/hoi-nghi")
    async def dialogues(who: Who, nam: int | None = None, muc: str = "") -> Response:
        return await show(who, nam, muc)

    @router.post("/hoi-nghi")
    async def plan(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        match await perform(service, reader, who, typed, reading(who.profile)):
            case Attempt() as attempt:
                return await show(who, None, typed.get("slot", ""), attempt)
            case success:
                return RedirectResponse(f"/hoi-nghi/{success.about}?xong={success.verb}", 303)

    async def show(who: Acting, year: int | None, slot: str, attempt: Attempt | None = None) -> Response:
        now = service.clock()
        year = _year(who.profile, year, now)

        def query(db: Connection) -> tuple[list[Place], list[Conference], dict[str, conferences.Turnout]]:
            return (
                conferences.programme(db, who.profile, year, now),
                conferences.conferences(db, who.commune, now),
                conferences.turnouts(db, who.commune),
            )

        places, found, turnouts = await pages.read(query)
        return pages.show(
            "dialogues.html",
            who,
            attempt.status if attempt else 200,
            year=year,
            years=_years(who.profile, found, now),
            places=places,
            dialogues=found,
            turnouts=turnouts,
            chosen=next((place.slot for place in places if place.slot.id == slot), None),
            sessions=range(1, dialogue_forms.SESSIONS + 1),
            may_plan=room_offers.may_plan(who),
            explained=await terms.explain(
                service.nats, who, [place.term for place in places if place.term and place.term.owed]
            ),
            attempt=attempt,
        )


def _add_room(router: APIRouter, room: Room) -> None:
    service, pages = room.service, room.pages

    @router.get("/hoi-nghi/{dialogue}")
    @router.get("/hoi-nghi/{dialogue}/{tab}")
    async def look(who: Who, dialogue: str, tab: str = "", xong: str = "", tim: str = "", soan: str = "") -> Response:
        here = room_tabs.tab(tab)
        return await show(who, dialogue, here, done=done(xong), search=one_line(tim)[:200], anew=bool(soan))

    @router.post("/hoi-nghi/{dialogue}")
    @router.post("/hoi-nghi/{dialogue}/{tab}")
    async def act(request: Request, who: Who, dialogue: str, tab: str = "") -> Response:
        here, typed = room_tabs.tab(tab), await typed_in(request)
        outcome = await room_acts.act(room, who, dialogue, typed)
        if wants_json(request) and isinstance(outcome, Success | Attempt):
            return _in_json(outcome)
        match outcome:
            case Attempt() as attempt:
                return await show(who, dialogue, here, attempt=attempt)
            case Response() as elsewhere_now:
                return elsewhere_now
            case Success() as success:
                return RedirectResponse(_after(dialogue, here, success, typed), 303)

    async def show(who: Acting, id: str, tab: Tab, attempt: Attempt | None = None, **more: Any) -> Response:
        now, floor = service.clock(), await room.notes.of(who.commune, id)

        def query(db: Connection) -> tuple[Conference, Mapping[str, Any]] | None:
            found = conferences.conference(db, who.commune, id, now)
            return (found, tab.seen(Looking(db, who, found, floor, now))) if found else None

        if (known := await pages.read(query)) is None:
            return await elsewhere(service, pages, who, id)
        dialogue, seen = known
        explained = terms.explain(service.nats, who, room_tabs.owed(dialogue, seen))
        if tab is OVERVIEW:
            told, explanations = await asyncio.gather(history(service, who, id), explained)
        else:
            told, explanations = [], await explained
        shown = {"search": "", "done": "", "anew": False} | more
        page = pages.show(
            tab.template,
            who,
            attempt.status if attempt else 200,
            dialogue=dialogue,
            tab=tab,
            tabs=TABS,
            offered=room_offers.for_room(who, dialogue, now),
            allowed=room_offers,
            attempt=attempt,
            history=told,
            explained=explanations,
            sends_as=f"{MARK}={mark_of(who)}",
            **seen,
            **shown,
        )
        if tab is DOOR:
            page.headers.update(CAMERA)
        return page


def _add_documents(router: APIRouter, service: Service) -> None:
    @router.get("/hoi-nghi/{dialogue}/tep/{name}.{format}")
    async def document(who: Who, dialogue: str, name: str, format: str) -> Response:
        """The conclusion notice or the text to read aloud, as notify writes it."""
        if name not in DOCUMENTS or format not in get_args(DocumentFormat):
            raise HTTPException(404, "Không có tệp này.")
        command = RenderDocument.model_validate(
            {
                "actor": who.actor,
                "key": str(ULID()),
                "dialogue": dialogue,
                "document": DOCUMENTS[name],
                "format": format,
            }
        )
        answer = await send(service.nats, command, timeout=30)
        if isinstance(answer, Refused):
            raise HTTPException(STATUS[answer.code], answer.reason)
        headers = {**HEADERS, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(answer.state['name'])}"}
        return Response(
            base64.b64decode(answer.state["content"]), media_type=answer.state["media_type"], headers=headers
        )


def _in_json(outcome: Success | Attempt) -> Response:
    """For a page that stays as it is: that it was done, with the code of a new receipt, or why nothing was done."""
    if isinstance(outcome, Attempt):
        return JSONResponse({"reason": outcome.reason, "wrong": dict(outcome.wrong)}, outcome.status, HEADERS)
    return JSONResponse({"done": True, "code": outcome.state.get("code")}, headers=HEADERS)


def _after(dialogue: str, tab: Tab, success: Success, typed: Mapping[str, str]) -> str:
    """Back to where the form stood; at the conference, to the question that is called next."""
    if success.verb == "move-question":
        anchor = typed.get("question", "")
    elif tab is HALL and (success.verb in room_offers.ACTS or success.verb in room_acts.NOTES):
        anchor = "tiep-theo"
    elif tab is DOOR or typed.get("verb") == "find-guest":
        anchor = "diem-danh"
    else:
        anchor = typed.get("anchor") or success.about
    return f"/hoi-nghi/{dialogue}{f'/{tab.slug}' if tab.slug else ''}?xong={success.verb}#{quote(anchor)}"


def _year(profile: Profile, wanted: int | None, now: datetime) -> int:
    """The one asked for; else this one, or the latest that the plan has slots in."""
    if wanted is not None and 2000 <= wanted <= 2100:
        return wanted
    this = now.astimezone(HANOI).year
    planned = {slot.closes.year for slot in profile.programme}
    return this if this in planned or not planned else max(planned)


def _years(profile: Profile, dialogues: Sequence[Conference], now: datetime) -> list[int]:
    held = {one.held_at.astimezone(HANOI).year for one in dialogues if one.held_at}
    return sorted({slot.closes.year for slot in profile.programme} | held | {now.astimezone(HANOI).year})
