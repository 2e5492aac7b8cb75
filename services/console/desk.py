"""The desk: the list of questions, one case, the dialogues, and every command of the people who work there."""

from dataclasses import replace
from sqlite3 import Connection

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException

from services.console import lists, offers, story
from services.console.acting import Acting
from services.console.commands import Attempt, perform
from services.console.filters import ALL, CHOICES, OPEN, Choice
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.cases import follow
from shared.logs import in_short, logger
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
            return await _elsewhere(service, pages, who, case)
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
            history=await _history(service, who, case, secret),
            secret=secret,
            attempt=attempt,
            done=done(verb),
        )


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
            return await _elsewhere(service, pages, who, id)
        [found] = dialogues
        return pages.show(
            "dialogue.html",
            who,
            attempt.status if attempt else 200,
            dialogue=found,
            offered=offers.for_dialogue(who, found, now),
            registrants=[(one, offers.for_registrant(who, one, found, now)) for one in registrants],
            history=await _history(service, who, id),
            attempt=attempt,
            done=done(verb),
        )


async def _elsewhere(service: Service, pages: Pages, who: Acting, case: str) -> Response:
    """A case that is a dialogue has its own page; one of another commune is named and not shown."""
    what = await pages.read(lambda db: lists.commune_of(db, case))
    if what is None:
        raise HTTPException(404, "Không có hồ sơ này, hoặc bàn làm việc chưa đọc đến sự kiện của nó.")
    kind, commune = what
    if commune != who.commune:
        name = service.communes[commune].name if commune in service.communes else commune
        raise HTTPException(404, f"Hồ sơ này thuộc {name}. Hãy chọn {name} và người làm việc ở đầu trang.")
    return RedirectResponse(f"/hoi-nghi/{case}" if kind == "dialogue" else f"/ho-so/{case}", 303)


async def _history(service: Service, who: Acting, case: str, secret: bool = False) -> list[story.Line] | None:
    """None while the stream cannot be read."""
    if not service.nats.is_connected:
        return None
    try:
        return story.tell(await follow(service.nats, who.commune, case), who.unit, confidential=secret)
    except (NatsError, TimeoutError) as error:
        logger().warning("history-not-read", error=in_short(error))
        return None
