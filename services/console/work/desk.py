"""The desk: the list of questions, and everything that is owed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import offers, terms, words
from services.console.acting import Acting
from services.console.commands import Attempt, perform
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from services.console.view import said
from services.console.work import also_found, lists, several
from services.console.work.filter_pages import filters_of
from services.console.work.filters import ALL, CHOICES, OPEN, Choice
from services.console.work.kept import Kept
from services.console.work.my_work import has_desk
from services.console.work.several_pages import of_worker
from services.console.work.work_pages import show_work, wants_list
from shared.clock import real_now
from shared.service import Service
from shared.text import one_line

SITUATIONS: Mapping[str, terms.Situation] = {"qua-han": "late", "sap-den-han": "near"}
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list. versions: of routing, for commands, by question. others: found besides questions."""

    choice: Choice
    items: Sequence[lists.Item]
    counts: lists.Counts
    versions: Mapping[str, int]
    others: Sequence[also_found.Hit]


def add_questions(router: APIRouter, service: Service, pages: Pages, kept: Kept) -> None:
    """`/`: what waits for whoever is there; else the questions of a commune, those that are open, unless all are done
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
            return await show_work(service, pages, kept, who, verb=xong, open_case=_case(request))
        now, number = service.clock(), max(1, min(trang, 10_000))
        department = _department(who, phong)
        search = one_line(tim)[:LONGEST_SEARCH]

        def query(db: Connection) -> Found:
            decider = decider_of(who)
            counts = lists.counts(db, who.commune, now, department, decider)
            choice = CHOICES.get(loc) or (OPEN if counts.open or not counts.received else ALL)
            office = who.role in offers.OFFICE
            wanted = replace(choice.filter, department=department, search=search, reachable=office, decider=decider)
            items = lists.questions(db, who.commune, wanted, now, number)
            versions = {item.id: said(db, "routing", item.id) for item in items[: lists.PAGE]}
            others = also_found.also_found(db, who, search) if search and number == 1 else []
            return Found(choice, items, counts, versions, others)

        found = await pages.read(query)
        shown = found.items[: lists.PAGE]
        still_owed = [item.term for item in shown if item.term and item.term.owed and not item.waiting]
        asked = {"loc": found.choice.slug, "phong": department or ""} | ({"tim": search} if search else {})
        return pages.show(
            "questions.html",
            who,
            items=shown,
            more=len(found.items) > lists.PAGE,
            counts=found.counts,
            choice=found.choice,
            versions=found.versions,
            others=found.others,
            department=department,
            search=search,
            number=number,
            offices=offers.OFFICE,
            kinds=several.kinds_for(who),
            query=urlencode(asked),
            open=_case(request),
            explained=await terms.explain(service.nats, who, still_owed),
            **await filters_of(kept.filters, who, urlencode(asked), request.query_params),
            **await of_worker(kept.acts, who, real_now()),
        )


def add_terms(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/viec`: everything that is owed in a commune, questions or not, the first to end first."""

    @router.get("/viec")
    async def owed(
        request: Request,
        who: Who,
        loai: str = "",
        phong: str | None = None,
        tinh: str = "",
        trang: int = 1,
        xong: str = "",
    ) -> Response:
        return await show_owed(who, loai, phong, tinh, trang, verb=xong, open_case=_case(request))

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
        open_case: str = "",
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
            query=urlencode({"loai": rule or "", "phong": department or "", "tinh": tinh if situation else ""}),
            open=open_case,
            explained=await terms.explain(service.nats, who, [one.term for one in shown]),
            attempt=attempt,
            done=done(verb),
        )


def decider_of(who: Acting) -> lists.Decider | None:
    """Whom a draft may wait for."""
    return lists.Decider(who.worker.role, who.worker.name, who.worker.department) if who.worker else None


def _department(who: Acting, asked: str | None) -> str | None:
    """Whose work is shown: what was asked for, else one's own department's; None: everybody's."""
    own = who.worker.department if who.worker else None
    department = own if asked is None else asked
    return department if department and who.profile.department(department) else None


def _case(request: Request) -> str:
    """Id of the case that stands beside the list; "" when none does."""
    case = request.query_params.get("ho-so", "")
    return case if case.replace("-", "").replace("_", "").isalnum() and case.isascii() and len(case) <= 64 else ""
