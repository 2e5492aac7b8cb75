"""Paper for the hall: the agenda for the chair, the list that people sign, seat cards, and the draft of the minutes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from sqlite3 import Connection
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from services.console.hall import attendees, conferences, minutes, order, room_tabs
from services.console.hall.room_acts import Room
from services.console.hall.room_tabs import Looking
from services.console.pages import Who
from services.console.work import export_pages


@dataclass(frozen=True, slots=True)
class Paper:
    """What is printed: its heading, its template, and what it shows of the view."""

    words: str
    template: str
    seen: Callable[[Looking], Mapping[str, Any]]


def add_prints(router: APIRouter, room: Room) -> None:
    """`/hoi-nghi/<id>/in/<what>`: pages that are made to be printed, and can be read on the screen as well."""

    @router.get("/hoi-nghi/{dialogue}/in/{what}")
    async def paper(request: Request, who: Who, dialogue: str, what: str) -> Response:
        if (wanted := PAPERS.get(what)) is None:
            raise HTTPException(404, "Không có bản in này.")
        now, floor = room.service.clock(), await room.notes.of(who.commune, dialogue)

        def query(db: Connection) -> tuple[conferences.Conference, Mapping[str, Any]] | None:
            found = conferences.conference(db, who.commune, dialogue, now)
            return (found, wanted.seen(Looking(db, who, found, floor, now))) if found else None

        if (known := await room.pages.read(query)) is None:
            raise HTTPException(404, "Không có hội nghị này.")
        await export_pages.note(request, who)
        return room.pages.show(wanted.template, who, dialogue=known[0], paper=wanted, **known[1])


def _agenda(at: Looking) -> Mapping[str, Any]:
    called = [one for one in order.in_order(at.floor, at.questions()) if one.on_agenda]
    return {"sections": room_tabs.by_session(at.dialogue, called), "called": len(called)}


def _people(at: Looking) -> Mapping[str, Any]:
    """Who may come in; whoever wrote what reads like a denunciation signs by his code."""
    guests = attendees.guests(at.db, at.who.profile, at.dialogue.id)
    return {
        "guests": [one for one in guests if one.attendance in ("expected", "present", "excused")],
        "representatives": attendees.representatives(at.db, at.dialogue.id),
    }


def _cards(at: Looking) -> Mapping[str, Any]:
    seen = _people(at)
    return {**seen, "guests": [one for one in seen["guests"] if one.seat is not None and not one.confidential]}


def _minutes(at: Looking) -> Mapping[str, Any]:
    return {"parts": minutes.minutes(room_tabs.record_of(at, order.in_order(at.floor, at.questions())))}


PAPERS: Mapping[str, Paper] = {
    "chuong-trinh": Paper("Chương trình", "print_agenda.html", _agenda),
    "ky-ten": Paper("Danh sách ký tên", "print_people.html", _people),
    "the-ten": Paper("Thẻ chỗ ngồi", "print_cards.html", _cards),
    "bien-ban": Paper("Biên bản (dự thảo)", "print_minutes.html", _minutes),
}
