"""The desk: the list of questions, and everything that is owed."""

from collections.abc import Mapping
from dataclasses import replace
from sqlite3 import Connection
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import lists, offers, terms, words
from services.console.acting import Acting
from services.console.commands import Attempt, perform
from services.console.filters import ALL, CHOICES, OPEN, Choice
from services.console.my_work import has_desk
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from services.console.work_pages import show_work, wants_list
from shared.service import Service
from shared.text import one_line

SITUATIONS: Mapping[str, terms.Situation] = {"qua-han": "late", "sap-den-han": "near"}


def add_questions(router: APIRouter, service: Service, pages: Pages) -> None:
    """`/`: what waits for whoever was chosen; else the questions of a commune, those that are open, unless all are done
    with."""

    @router.get("/")
    async def questions(
        request: Request,
        who: Who,
        loc: str = "",
        phong: str | None = None,
        tim: str = "",
        trang: int = 1,
        xong: str = "",
    ) -> Response:
        if has_desk(who) and not wants_list(request.query_params):
            return await show_work(service, pages, who, verb=xong)
        now, number = service.clock(), max(1, min(trang, 10_000))
        department = _department(who, phong)
        search = one_line(tim)[:200]

        def query(db: Connection) -> tuple[Choice, list[lists.Item], lists.Counts]:
            decider = _decider(who)
            counts = lists.counts(db, who.commune, now, department, decider)
            choice = CHOICES.get(loc) or (OPEN if counts.open or not counts.received else ALL)
            office = who.role in offers.OFFICE
            wanted = replace(choice.filter, department=department, search=search, reachable=office, decider=decider)
            return choice, lists.questions(db, who.commune, wanted, now, number), counts

        choice, items, counts = await pages.read(query)
        still_owed = [item.term for item in items if item.term and item.term.owed and not item.waiting]
        return pages.show(
            "questions.html",
            who,
            items=items[: lists.PAGE],
            more=len(items) > lists.PAGE,
            counts=counts,
            choice=choice,
            department=department,
            search=search,
            number=number,
            offices=offers.OFFICE,
            explained=await terms.explain(service.nats, who, still_owed),
        )


def add_terms(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/viec`: everything that is owed in a commune, questions or not, the first to end first."""

    @router.get("/viec")
    async def owed(
        who: Who, loai: str = "", phong: str | None = None, tinh: str = "", trang: int = 1, xong: str = ""
    ) -> Response:
        return await show_owed(who, loai, phong, tinh, trang, verb=xong)

    @router.post("/viec")
    async def acknowledge(
        request: Request, who: Who, loai: str = "", phong: str | None = None, tinh: str = "", trang: int = 1
    ) -> Response:
        match await perform(service, reader, who, await typed_in(request)):
            case Attempt() as attempt:
                return await show_owed(who, loai, phong, tinh, trang, attempt=attempt)
            case success:
                wanted = urlencode({"loai": loai, "phong": phong or "", "tinh": tinh, "xong": success.verb})
                return RedirectResponse(f"/viec?{wanted}", 303)

    async def show_owed(
        who: Acting,
        loai: str,
        phong: str | None,
        tinh: str,
        trang: int,
        verb: str = "",
        attempt: Attempt | None = None,
    ) -> Response:
        now, number = service.clock(), max(1, min(trang, 10_000))
        department, rule = _department(who, phong), loai if loai in words.RULES else None
        situation = SITUATIONS.get(tinh)

        def query(db: Connection) -> tuple[list[terms.Owed], dict[str, tuple[int, int]]]:
            found = terms.owed(db, who.commune, now, rule=rule, department=department, situation=situation, page=number)
            return found, terms.counts(db, who.commune, now, department, situation)

        found, counts = await pages.read(query)
        shown = found[: terms.PAGE]
        return pages.show(
            "terms.html",
            who,
            attempt.status if attempt else 200,
            owed=[(one, offers.may_acknowledge(who, one.term, one.escalations, one.department)) for one in shown],
            more=len(found) > terms.PAGE,
            counts=counts,
            rule=rule,
            department=department,
            situation=tinh if situation else "",
            number=number,
            explained=await terms.explain(service.nats, who, [one.term for one in shown]),
            attempt=attempt,
            done=done(verb),
        )


def _decider(who: Acting) -> lists.Decider | None:
    """Whom a draft may wait for."""
    return lists.Decider(who.worker.role, who.worker.department) if who.worker else None


def _department(who: Acting, asked: str | None) -> str | None:
    """Whose work is shown: what was asked for, else one's own department's; None: everybody's."""
    own = who.worker.department if who.worker else None
    department = own if asked is None else asked
    return department if department and who.profile.department(department) else None
