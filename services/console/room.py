"""The dialogue room: the dialogues of a commune, and one of them from its plan to its report."""

from sqlite3 import Connection

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import lists, offers
from services.console.acting import Acting
from services.console.cases import elsewhere, history
from services.console.commands import Attempt, perform
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.service import Service


def add_dialogues(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/hoi-nghi`: the dialogues of a commune, and who comes."""

    @router.get("/hoi-nghi")
    async def dialogues(who: Who) -> Response:
        return await show_dialogues(who)

    @router.post("/hoi-nghi")
    async def plan(request: Request, who: Who) -> Response:
        match await perform(service, reader, who, await typed_in(request)):
            case Attempt() as attempt:
                return await show_dialogues(who, attempt)
            case success:
                return RedirectResponse(f"/hoi-nghi/{success.about}?xong={success.verb}", 303)

    async def show_dialogues(who: Acting, attempt: Attempt | None = None) -> Response:
        now = service.clock()
        found = await pages.read(lambda db: lists.dialogues(db, who.commune, now))
        status = attempt.status if attempt else 200
        return pages.show(
            "dialogues.html", who, status, dialogues=found, may_plan=offers.may_plan(who), attempt=attempt
        )

    @router.get("/hoi-nghi/{dialogue}")
    async def dialogue(who: Who, dialogue: str, xong: str = "") -> Response:
        return await show_dialogue(who, dialogue, verb=xong)

    @router.post("/hoi-nghi/{dialogue}")
    async def act_on_dialogue(request: Request, who: Who, dialogue: str) -> Response:
        match await perform(service, reader, who, await typed_in(request)):
            case Attempt() as attempt:
                return await show_dialogue(who, dialogue, attempt=attempt)
            case success:
                return RedirectResponse(f"/hoi-nghi/{dialogue}?xong={success.verb}#{success.about}", 303)

    async def show_dialogue(who: Acting, id: str, verb: str = "", attempt: Attempt | None = None) -> Response:
        now = service.clock()

        def query(db: Connection) -> tuple[list[lists.Dialogue], list[lists.Registrant]]:
            return lists.dialogues(db, who.commune, now, id), lists.registrants(db, id)

        dialogues, registrants = await pages.read(query)
        if not dialogues:
            return await elsewhere(service, pages, who, id)
        [found] = dialogues
        return pages.show(
            "dialogue.html",
            who,
            attempt.status if attempt else 200,
            dialogue=found,
            offered=offers.for_dialogue(who, found, now),
            registrants=[(one, offers.for_registrant(who, one, found, now)) for one in registrants],
            history=await history(service, who, id),
            attempt=attempt,
            done=done(verb),
        )
