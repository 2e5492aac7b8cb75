"""`/vao`: the way in, and `/ra`, the way out."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console.access import home
from services.console.acting import Acting, chosen, usual, workers
from services.console.door.admission import SIGN_IN, own_path
from services.console.pages import Pages, typed_in
from shared.service import Service

if TYPE_CHECKING:
    from services.console.door.doorkeeper import Doorkeeper


def add_sign_in(outside: APIRouter, inside: APIRouter, service: Service, pages: Pages, keeper: "Doorkeeper") -> None:
    """Give the console its way in and out."""

    @outside.get(SIGN_IN)
    async def sign_in(request: Request, tiep: str = "/", xa: str = "") -> Response:
        """Whoever is in already goes on."""
        back = own_path(tiep)
        if not xa and (who := await keeper.who(request)):
            return RedirectResponse(_on_to(who, back), 303)
        profile = service.communes.get(xa) or usual(service.communes)
        cast = workers(profile) if keeper.rehearsed else []
        return pages.show("door_sign_in.html", Acting(profile), back=back, cast=cast)

    if keeper.rehearsed:

        @outside.post(f"{SIGN_IN}/thu")
        async def play(request: Request) -> Response:
            """In a rehearsal everybody may be anybody."""
            typed = await typed_in(request)
            who = chosen(service.communes, typed.get("commune", ""), typed.get("worker", ""))
            if who.worker is None:
                raise HTTPException(404, "Không có người này trong hồ sơ xã.")
            response = RedirectResponse(_on_to(who, own_path(typed.get("back", "/"))), 303)
            await keeper.let_in(request, response, who.worker.id, who.commune, "rehearsal")
            return response

    @outside.post("/ra")
    async def leave(request: Request) -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        await keeper.let_out(request, response)
        return response


def _on_to(who: Acting, back: str) -> str:
    """Where somebody goes after he has signed in."""
    return home(who.role) if back == "/" and who.role else back
