"""`/`: what waits for whoever is there, and what he does about it without opening each case."""

from collections.abc import Mapping
from sqlite3 import Connection

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import terms
from services.console.acting import Acting
from services.console.commands import Attempt, Success, perform
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from services.console.work import my_work, several
from services.console.work.kept import Kept
from services.console.work.my_work import Work
from services.console.work.several_pages import of_worker
from services.console.work.today import Today, today
from shared.clock import real_now
from shared.contracts.routing import AssignQuestion, ReturnAnswer
from shared.service import Service

ASSIGN = "/viec/giao"
RETURN = "/viec/tra-lai"
AS_PROPOSED = several.BECAUSE_PROPOSED
IN_ADDRESS = ("loc", "phong", "tim", "trang")
"""Parts of an address that ask for the list of questions."""


async def show_work(
    service: Service,
    pages: Pages,
    kept: Kept,
    who: Acting,
    *,
    verb: str = "",
    attempt: Attempt | None = None,
    open_case: str = "",
) -> Response:
    """The desk of one person."""
    now = service.clock()

    def query(db: Connection) -> tuple[Work, Today]:
        return my_work.work(db, who, now), today(db, who, now)

    work, day = await pages.read(query)
    return pages.show(
        "work.html",
        who,
        attempt.status if attempt else 200,
        work=work,
        day=day,
        explained=await terms.explain(service.nats, who, work.terms),
        most=my_work.MOST,
        attempt=attempt,
        done=done(verb),
        open=open_case,
        assign_path=ASSIGN,
        return_path=RETURN,
        **await of_worker(kept.acts, who, real_now()),
    )


def add_work(router: APIRouter, service: Service, pages: Pages, reader: Reader, kept: Kept) -> None:
    @router.post(ASSIGN)
    async def assign(request: Request, who: Who) -> Response:
        """What the machine proposed, and a person of the office confirms."""
        typed = await typed_in(request)
        return await carried_out(who, typed | {"verb": AssignQuestion.verb, "reason": AS_PROPOSED})

    @router.post(RETURN)
    async def return_draft(request: Request, who: Who) -> Response:
        """A draft that was read on the desk goes back with remarks."""
        return await carried_out(who, await typed_in(request) | {"verb": ReturnAnswer.verb})

    async def carried_out(who: Acting, typed: Mapping[str, str]) -> Response:
        match await perform(service, reader, who, typed):
            case Attempt() as attempt:
                return await show_work(service, pages, kept, who, attempt=attempt)
            case Success() as success:
                return RedirectResponse(f"/?xong={success.verb}", 303)


def wants_list(asked: Mapping[str, str]) -> bool:
    """Whether the address asks for the list of questions, and not for one's own desk."""
    return any(name in asked for name in IN_ADDRESS)
