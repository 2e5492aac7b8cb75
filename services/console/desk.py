"""The desk: the list of questions, one case, and every command of the people who work there."""

from dataclasses import replace
from sqlite3 import Connection

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import lists, offers
from services.console.acting import Acting
from services.console.cases import elsewhere, history
from services.console.commands import Attempt, perform
from services.console.filters import ALL, CHOICES, OPEN, Choice
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.service import Service
from shared.text import one_line


def add_questions(router: APIRouter, service: Service, pages: Pages) -> None:
    """`/`: the questions of a commune; those that are open, unless all are done with."""

    @router.get("/")
    async def questions(who: Who, loc: str = "", phong: str | None = None, tim: str = "", trang: int = 1) -> Response:
        now, number = service.clock(), max(1, min(trang, 10_000))
        own = who.worker.department if who.worker else None
        department = (own if phong is None else phong) or None
        if who.profile.department(department or "") is None:
            department = None
        search = one_line(tim)[:200]

        def query(db: Connection) -> tuple[Choice, list[lists.Item], lists.Counts]:
            counts = lists.counts(db, who.commune, now, department)
            choice = CHOICES.get(loc) or (OPEN if counts.open or not counts.received else ALL)
            wanted = replace(choice.filter, department=department, search=search)
            return choice, lists.questions(db, who.commune, wanted, now, number), counts

        choice, items, counts = await pages.read(query)
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
        )


def add_cases(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/ho-so/<case>`: one form, and what can be done with its questions."""

    @router.get("/ho-so/{case}")
    async def case(who: Who, case: str, xong: str = "") -> Response:
        return await show_case(who, case, verb=xong)

    @router.post("/ho-so/{case}")
    async def act_on_case(request: Request, who: Who, case: str) -> Response:
        match await perform(service, reader, who, await typed_in(request)):
            case Attempt() as attempt:
                return await show_case(who, case, attempt=attempt)
            case success:
                return RedirectResponse(f"/ho-so/{case}?xong={success.verb}#{success.about}", 303)

    async def show_case(who: Acting, case: str, verb: str = "", attempt: Attempt | None = None) -> Response:
        now = service.clock()
        found = await pages.read(lambda db: lists.case(db, who.commune, case, now))
        if found is None:
            return await elsewhere(service, pages, who, case)
        secret = found.reads_like_denunciation and who.role not in offers.OFFICE
        if secret:
            found = found.for_others()
        return pages.show(
            "case.html",
            who,
            attempt.status if attempt else 200,
            submission=found.submission,
            dialogue=found.dialogue,
            questions=[(question, offers.for_question(who, question)) for question in found.questions],
            offered=offers.for_registrant(who, found.submission, found.dialogue, now),
            letters=found.letters,
            history=await history(service, who, case, secret),
            secret=secret,
            attempt=attempt,
            done=done(verb),
        )
