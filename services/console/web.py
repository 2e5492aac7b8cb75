"""The console's pages: questions, cases, dialogues, the running of the system."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from sqlite3 import Connection
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response, StreamingResponse
from fastapi.staticfiles import StaticFiles
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import deadletters, lists, monitor, offers, story, words
from services.console.acting import (
    COOKIE,
    Acting,
    acting,
    chosen,
    is_called_rightly,
    known_hosts,
    require_own_site,
    workers,
)
from services.console.filters import CHOICES, OPEN
from services.console.reader import Reader
from services.console.tail import Tail, Wanted, shown
from services.console.view import View, recent
from shared.cases import follow
from shared.clock import RehearsalClock
from shared.commands import send
from shared.contracts import Done, Refused, Role
from shared.logs import in_short, logger
from shared.service import Service
from shared.text import one_line
from shared.web import SECURITY_HEADERS, SizeLimit, templates

HERE = Path(__file__).parent
MOST_BYTES = 500_000
HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-store"}
STATUS = {"invalid": 422, "forbidden": 403, "not-found": 404, "stale": 409, "not-now": 409, "unavailable": 503}
FIRST_LINES_OF_TAIL = 50

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Attempt:
    """A command that had no effect, shown beside its form with everything that was typed.

    wrong: what to mend, by field. changes: what came since the page was opened, in words.
    """

    verb: str
    about: str
    typed: Mapping[str, str]
    status: int
    reason: str
    wrong: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[str, ...] = ()


def add_routes(service: Service, view: View, reader: Reader, tail: Tail) -> None:
    """Give the service its pages and what protects them."""
    pages = templates(HERE / "templates")
    pages.filters |= {
        "number": words.plain_number,
        "size": words.size,
        "capital": lambda text: text[:1].upper() + text[1:],
    }
    pages.globals |= {"words": words, "new_key": lambda: str(ULID()), "choices": CHOICES}
    communes, hosts = service.communes, known_hosts(service.settings.host, service.settings.console_url)

    def own_site(request: Request) -> None:
        require_own_site(request, hosts)

    def who_acts(request: Request) -> Acting:
        return acting(request, communes)

    Who = Annotated[Acting, Depends(who_acts)]  # noqa: N806 - a type

    async def read(query: Callable[[Connection], T]) -> T:
        """Ask the view, away from the event loop; everything in one `query` sees the same state."""

        def ask() -> T:
            with view.reading() as db:
                return query(db)

        return await asyncio.to_thread(ask)

    def page(name: str, who: Acting, status: int = 200, **values: Any) -> HTMLResponse:
        def unit(id: str | None) -> str:
            department = who.profile.department(id) if id else None
            return department.name if department else id or "Văn phòng"

        html = pages.get_template(name).render(
            who=who,
            communes=communes,
            workers=workers(who.profile),
            unit=unit,
            departments=[(one.id, one.name) for one in who.profile.departments],
            now=service.clock(),
            rehearsed=isinstance(service.clock, RehearsalClock),
            connected=service.nats.is_connected,
            behind=reader.behind,
            trouble=reader.trouble,
            **values,
        )
        return HTMLResponse(html, status, headers=HEADERS)

    service.app.add_middleware(SizeLimit, most=MOST_BYTES)
    service.app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse, dependencies=[Depends(own_site)])

    @service.app.exception_handler(HTTPException)
    async def http_error(request: Request, error: HTTPException) -> Response:
        detail = "Không có trang này." if error.detail == "Not Found" else error.detail
        if not is_called_rightly(request, hosts):
            return PlainTextResponse(detail, error.status_code)
        return page("error.html", who_acts(request), error.status_code, detail=detail)

    @service.app.exception_handler(RequestValidationError)
    async def wrong_address(request: Request, _: Exception) -> Response:
        return page("error.html", who_acts(request), 422, detail="Địa chỉ trang chưa đúng.")

    @service.app.exception_handler(NatsError)
    @service.app.exception_handler(TimeoutError)
    async def broker_away(request: Request, error: Exception) -> Response:
        logger().warning("unavailable", error=in_short(error))
        detail = "Không hỏi được NATS lúc này. Xin tải lại trang sau ít phút; không có gì bị mất."
        return page("error.html", who_acts(request), 503, detail=detail)

    # --- who acts ---------------------------------------------------------------------------------------------------

    @router.post("/chon")
    async def choose(request: Request) -> Response:
        """Remember who works. Another commune's person is not taken over with the commune."""
        typed = await _typed(request)
        now_acting = chosen(communes, typed.get("commune", ""), typed.get("worker", ""))
        response = RedirectResponse(_back(typed.get("back", "/")), 303)
        response.set_cookie(COOKIE, now_acting.cookie, httponly=True, samesite="strict", max_age=30 * 24 * 3600)
        return response

    # --- questions --------------------------------------------------------------------------------------------------

    @router.get("/")
    async def questions(
        who: Who, loc: str = OPEN.slug, phong: str | None = None, tim: str = "", trang: int = 1
    ) -> Response:
        now, choice, number = service.clock(), CHOICES.get(loc, OPEN), max(1, min(trang, 10_000))
        own = who.worker.department if who.worker else None
        department = (own if phong is None else phong) or None
        if who.profile.department(department or "") is None:
            department = None
        wanted = replace(choice.filter, department=department, search=one_line(tim)[:200])

        def query(db: Connection) -> tuple[list[lists.Item], lists.Counts]:
            return (
                lists.questions(db, who.commune, wanted, now, number),
                lists.counts(db, who.commune, now, department),
            )

        items, counts = await read(query)
        return page(
            "questions.html",
            who,
            items=items[: lists.PAGE],
            more=len(items) > lists.PAGE,
            counts=counts,
            choice=choice,
            department=department,
            search=wanted.search,
            number=number,
        )

    @router.get("/ho-so/{case}")
    async def case(who: Who, case: str, xong: str = "") -> Response:
        return await show_case(who, case, done=xong)

    @router.post("/ho-so/{case}")
    async def act_on_case(request: Request, who: Who, case: str) -> Response:
        attempt, verb, about = await perform(who, await _typed(request))
        if attempt is None:
            return RedirectResponse(f"/ho-so/{case}?xong={verb}#{about}", 303)
        return await show_case(who, case, attempt=attempt)

    async def show_case(who: Acting, case: str, done: str = "", attempt: Attempt | None = None) -> Response:
        now = service.clock()

        def query(db: Connection) -> Any:
            found = lists.submission(db, who.commune, case)
            if found is None:
                return None, lists.commune_of(db, case)
            dialogue = lists.dialogues(db, who.commune, now, found.dialogue) if found.dialogue else []
            return found, lists.questions_of(db, case, now), lists.letters_of(db, case), dialogue

        found, *rest = await read(query)
        if found is None:
            return elsewhere(who, case, rest[0])
        questions, letters, dialogue = rest
        secret = who.role not in offers.OFFICE and any(one.scope == "denunciation" for one in questions)
        if secret:
            found, questions = lists.without_person(found), [lists.without_words(one) for one in questions]
        return page(
            "case.html",
            who,
            attempt.status if attempt else 200,
            submission=found,
            dialogue=dialogue[0] if dialogue else None,
            questions=[(question, offers.for_question(who, question)) for question in questions],
            offered=offers.for_registrant(who, found, dialogue[0] if dialogue else None, now),
            letters=letters,
            history=await history(who, case, secret),
            secret=secret,
            attempt=attempt,
            done=_done(done),
        )

    def elsewhere(who: Acting, case: str, what: tuple[str, str] | None) -> Response:
        """A case that is a dialogue's has its own page; one of another commune is named and not shown."""
        if what is None:
            raise HTTPException(404, "Không có hồ sơ này, hoặc bảng điều hành chưa đọc đến sự kiện của nó.")
        kind, commune = what
        if commune != who.commune:
            name = communes[commune].name if commune in communes else commune
            raise HTTPException(404, f"Hồ sơ này thuộc {name}. Hãy chọn {name} và người làm việc ở đầu trang.")
        return RedirectResponse(f"/hoi-nghi/{case}" if kind == "dialogue" else f"/ho-so/{case}", 303)

    async def history(who: Acting, case: str, secret: bool = False) -> list[story.Line] | None:
        """None while the stream cannot be read."""

        def unit(id: str) -> str:
            department = who.profile.department(id)
            return department.name if department else id

        if not service.nats.is_connected:
            return None
        try:
            return story.tell(await follow(service.nats, who.commune, case), unit, confidential=secret)
        except (NatsError, TimeoutError) as error:
            logger().warning("history-not-read", error=in_short(error))
            return None

    # --- dialogues --------------------------------------------------------------------------------------------------

    @router.get("/hoi-nghi")
    async def dialogues(who: Who) -> Response:
        return await show_dialogues(who)

    @router.post("/hoi-nghi")
    async def plan(request: Request, who: Who) -> Response:
        attempt, verb, about = await perform(who, await _typed(request))
        if attempt is None:
            return RedirectResponse(f"/hoi-nghi/{about}?xong={verb}", 303)
        return await show_dialogues(who, attempt)

    async def show_dialogues(who: Acting, attempt: Attempt | None = None) -> Response:
        now = service.clock()
        found = await read(lambda db: lists.dialogues(db, who.commune, now))
        status = attempt.status if attempt else 200
        return page("dialogues.html", who, status, dialogues=found, may_plan=offers.may_plan(who), attempt=attempt)

    @router.get("/hoi-nghi/{dialogue}")
    async def dialogue(who: Who, dialogue: str, xong: str = "") -> Response:
        return await show_dialogue(who, dialogue, done=xong)

    @router.post("/hoi-nghi/{dialogue}")
    async def act_on_dialogue(request: Request, who: Who, dialogue: str) -> Response:
        attempt, verb, about = await perform(who, await _typed(request))
        if attempt is None:
            return RedirectResponse(f"/hoi-nghi/{dialogue}?xong={verb}#{about}", 303)
        return await show_dialogue(who, dialogue, attempt=attempt)

    async def show_dialogue(who: Acting, id: str, done: str = "", attempt: Attempt | None = None) -> Response:
        now = service.clock()

        def query(db: Connection) -> Any:
            found = lists.dialogues(db, who.commune, now, id)
            return (found[0], lists.registrants(db, id)) if found else (None, lists.commune_of(db, id))

        found, rest = await read(query)
        if found is None:
            return elsewhere(who, id, rest)
        return page(
            "dialogue.html",
            who,
            attempt.status if attempt else 200,
            dialogue=found,
            offered=offers.for_dialogue(who, found, now),
            registrants=[(one, offers.for_registrant(who, one, found, now)) for one in rest],
            history=await history(who, id),
            attempt=attempt,
            done=_done(done),
        )

    # --- commands ---------------------------------------------------------------------------------------------------

    async def perform(who: Acting, typed: Mapping[str, str]) -> tuple[Attempt | None, str, str]:
        """Send the command of a filled form and wait until the view has heard what came of it.

        Returns:
            None and what was done to what; or the attempt, when it had no effect.
        """
        verb = typed.get("verb", "")
        about = next((typed[name] for name in ("question", "submission", "dialogue") if name in typed), "")
        try:
            command = offers.command(verb, who.actor, typed)
        except KeyError:
            raise HTTPException(400, "Không có lệnh này.") from None
        except offers.WrongFields as error:
            reason = "Xin xem lại những mục được đánh dấu."
            return Attempt(verb, about, typed, 422, reason, wrong=error.fields), verb, about
        about = offers.about(command)
        match await send(service.nats, command):
            case Done(version=version):
                await reader.until(command.listener, about, version)
                return None, verb, about
            case Refused() as refused:
                if refused.code == "stale" and command.version is not None:
                    await reader.until(command.listener, about, command.version + len(refused.changes))
                changes = tuple(words.EVENTS.get(change, change) for change in refused.changes)
                attempt = Attempt(verb, about, typed, STATUS[refused.code], refused.reason, changes=changes)
                return attempt, verb, about

    # --- operations -------------------------------------------------------------------------------------------------

    async def figures() -> dict[str, Any]:
        js = service.nats.jetstream()
        if not service.nats.is_connected:
            raise HTTPException(503, "Mất kết nối NATS: hệ thống đang thử nối lại. Dữ liệu đã nhận vẫn còn nguyên.")
        streams, services, parked = await asyncio.gather(
            monitor.streams(js), monitor.services(js), deadletters.parked(js)
        )
        held = next((stream.messages for stream in streams if stream.name == "DEADLETTERS"), 0)
        return {
            "streams": streams,
            "services": services,
            "parked": parked,
            "more_parked": held - len(parked),
            "position": reader.position,
            "malformed": await asyncio.to_thread(lambda: view.malformed),
        }

    @router.get("/van-hanh")
    async def operations(who: Who, xa: str = "", loai: str = "", hoso: str = "", xong: str = "") -> Response:
        wanted = Wanted(xa or None, loai or None, one_line(hoso) or None)
        latest = await read(lambda db: recent(db, limit=2_000))
        lines = [shown(seen) for seen in latest if wanted(seen)][-FIRST_LINES_OF_TAIL:]
        return page(
            "operations.html",
            who,
            wanted=wanted,
            lines=lines[::-1],
            newest=latest[-1].position if latest else 0,
            done=_done(xong),
            **await figures(),
        )

    @router.get("/van-hanh/so-lieu")
    async def fresh_figures(who: Who) -> Response:
        """The figures alone, for the page to take over."""
        return page("figures.html", who, **await figures())

    @router.get("/van-hanh/su-kien")
    async def events(
        xa: str = "",
        loai: str = "",
        hoso: str = "",
        sau: int = 0,
        last_event_id: Annotated[str, Header()] = "",
    ) -> Response:
        """The live tail. A browser that lost its connection says what it saw last and misses nothing recent."""
        after = int(last_event_id) if last_event_id.isdigit() else sau

        def earlier() -> list[Any]:
            with view.reading() as db:
                return recent(db, after)

        watching = tail.watch(Wanted(xa or None, loai or None, one_line(hoso) or None), earlier)
        return StreamingResponse(watching, media_type="text/event-stream", headers=HEADERS)

    @router.get("/van-hanh/ket/{number}")
    async def parked(who: Who, number: int) -> Response:
        return await show_parked(who, number)

    @router.post("/van-hanh/ket/{number}")
    async def act_on_parked(request: Request, who: Who, number: int) -> Response:
        typed = await _typed(request)
        if who.role is not Role.OPERATOR:
            raise HTTPException(403, "Việc này dành cho người vận hành hệ thống. Hãy chọn ở đầu trang.")
        js = service.nats.jetstream()
        message = await deadletters.one(js, number)
        if message is None:
            raise HTTPException(404, "Sự kiện này không còn trong danh sách kẹt: đã được xử lý.")
        reason = one_line(typed.get("reason", ""))[:500]
        match typed.get("do"):
            case "replay":
                await deadletters.replay(js, message, one_line(typed.get("key", ""))[:100] or str(ULID()))
            case "discard" if reason:
                await deadletters.discard(js, message, reason)
            case "discard":
                return await show_parked(who, number, problem="Xin ghi lý do bỏ.")
            case _:
                raise HTTPException(400, "Không có lệnh này.")
        return RedirectResponse(f"/van-hanh?xong={typed['do']}", 303)

    async def show_parked(who: Acting, number: int, problem: str = "") -> Response:
        message = await deadletters.one(service.nats.jetstream(), number)
        if message is None:
            raise HTTPException(404, "Sự kiện này không còn trong danh sách kẹt: đã được xử lý.")
        status = 422 if problem else 200
        return page("parked.html", who, status, message=message, may=who.role is Role.OPERATOR, problem=problem)

    @router.post("/van-hanh/dung-lai")
    async def rebuild(who: Who) -> Response:
        """Build the view again from the first event."""
        if who.role is not Role.OPERATOR:
            raise HTTPException(403, "Việc này dành cho người vận hành hệ thống. Hãy chọn ở đầu trang.")
        await asyncio.to_thread(view.rebuild)
        return RedirectResponse("/van-hanh?xong=rebuild", 303)

    service.app.include_router(router)


def _done(verb: str) -> str:
    return words.DONE.get(verb, "")


async def _typed(request: Request) -> dict[str, str]:
    """The fields of a form. Files are not taken."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}


def _back(path: str) -> str:
    """A path of this site, whatever the form said."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"
