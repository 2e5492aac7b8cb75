"""`/van-hanh/bi-giu`: what handlers could not cope with; reading one, giving some back, giving some up."""

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console.acting import Acting
from services.console.pages import HEADERS, Who, typed_in
from services.console.streams import deadletters
from services.console.streams.comparing import compare
from services.console.streams.deadletters import Chosen, Parked
from services.console.streams.frame import HOME, Frame
from services.console.streams.outlook import cause_of, later_than, outlook
from shared.text import one_line

PARKED = f"{HOME}/bi-giu"
AGES = {"": None, "5-phut": timedelta(minutes=5), "1-gio": timedelta(hours=1), "1-ngay": timedelta(days=1)}
LONGEST_REASON = 500
GONE = "Sự kiện này không còn bị giữ: đã được giao lại hoặc đã bỏ."


def add_parked(router: APIRouter, frame: Frame) -> None:
    """Parked messages. What is given back is watched until it is known what became of it."""

    def chosen(handler: str, error: str, age: str, service: str) -> Chosen:
        before = frame.watch.latest.at - wait if (wait := AGES.get(age)) else None
        return Chosen(handler, error, before, service)

    @router.get(PARKED)
    async def listed(
        who: Who, noi: str = "", loi: str = "", tuoi: str = "", dv: str = "", sau: int = 0, xong: str = ""
    ) -> Response:
        """noi: handler; loi: error; tuoi: parked for so long at least; dv: service; sau: those behind this number."""
        seen, nats = await frame.watch.seen(), frame.service.nats
        everything = await deadletters.parked(nats, most=deadletters.MOST_LOOKED_AT)
        which = chosen(noi, loi, tuoi, dv)
        found = [one for one in everything if which(one) and one.number > sau]
        shown = found[: deadletters.AT_ONCE]
        return frame.show(
            "streams_parked.html",
            who,
            "parked",
            xong=xong,
            found=shown,
            of=len(found),
            kinds=deadletters.kinds(everything),
            seen=seen,
            cause_of=cause_of,
            filters={"noi": noi, "loi": loi, "tuoi": tuoi, "dv": dv},
            ages=AGES,
            handlers=sorted({one.handler for one in everything}),
            replays=frame.replays.latest[:5],
            next=shown[-1].number if len(found) > len(shown) else 0,
        )

    @router.post(PARKED)
    async def several(request: Request, who: Who) -> Response:
        """Give back, or give up, those that were ticked; or all of a handler and error; or all."""
        frame.require_operator(who)
        async with request.form() as form:
            ticked = [int(number) for number in form.getlist("number") if isinstance(number, str) and number.isdigit()]
            typed = {name: value for name, value in form.items() if isinstance(value, str)}
        everything = await deadletters.parked(frame.service.nats, most=deadletters.MOST_LOOKED_AT)
        if typed.get("which") == "ticked":
            meant = [one for one in everything if one.number in set(ticked)]
        else:
            which = chosen(*(typed.get(name, "") for name in ("noi", "loi", "tuoi", "dv")))
            meant = [one for one in everything if which(one)]
        if not meant:
            return RedirectResponse(f"{PARKED}?xong=nothing-chosen", 303)
        return await _do(who, meant, typed)

    @router.get(f"{PARKED}/giao-lai/{{id}}")
    async def followed(who: Who, id: str) -> Response:
        replay = frame.replays.find(id)
        if replay is None:
            raise HTTPException(404, "Không còn nhớ lần giao lại này; danh sách bị giữ cho biết sự kiện nào vẫn kẹt.")
        return frame.show("streams_replay.html", who, "parked", replay=replay, cause_of=cause_of)

    @router.get(f"{PARKED}/giao-lai/{{id}}.json")
    async def how_far(who: Who, id: str) -> Response:
        """Whether its page has anything new."""
        replay = frame.replays.find(id)
        told = {"over": replay.over, "shape": str(dict(replay.counts))} if replay else {"over": True, "shape": ""}
        return JSONResponse(told, headers=HEADERS)

    @router.get(f"{PARKED}/{{number}}")
    async def read(who: Who, number: int) -> Response:
        return await _show(who, await _one(number))

    @router.post(f"{PARKED}/{{number}}")
    async def act(request: Request, who: Who, number: int) -> Response:
        typed = await typed_in(request)
        frame.require_operator(who)
        message = await _one(number)
        if typed.get("do") != "reveal":
            return await _do(who, [message], typed)
        reason = one_line(typed.get("reason", ""))[:LONGEST_REASON]
        if not reason:
            return await _show(who, message, problem=("reveal", "Xin ghi lý do xem nội dung."))
        await frame.deeds.note(who, "parked-read", f"{message.handler} {message.number}", reason)
        return await _show(who, message, revealed=True)

    async def _one(number: int) -> Parked:
        message = await deadletters.one(frame.service.nats, number)
        if message is None:
            raise HTTPException(404, GONE)
        return message

    async def _do(who: Acting, meant: list[Parked], typed: dict[str, str]) -> Response:
        reason = one_line(typed.get("reason", ""))[:LONGEST_REASON]
        about = _about(meant)
        match typed.get("do"):
            case "replay":
                name = who.worker.name if who.worker else ""
                key = one_line(typed.get("key", ""))[:64] or str(ULID())
                if frame.replays.find(key) is None:
                    await frame.deeds.note(who, "replay", about, reason)
                replay = frame.replays.begin(frame.service.nats, meant, name, key)
                return RedirectResponse(f"{PARKED}/giao-lai/{replay.id}", 303)
            case "discard" if reason:
                await frame.deeds.note(who, "discard", about, reason)
                for one in meant:
                    await deadletters.discard(frame.service.nats, one, reason)
                return RedirectResponse(f"{PARKED}?xong=discard", 303)
            case "discard" if len(meant) == 1:
                return await _show(who, meant[0], problem=("discard", "Xin ghi lý do bỏ."))
            case "discard":
                raise HTTPException(422, "Xin ghi lý do bỏ.")
            case _:
                raise HTTPException(400, "Không có lệnh này.")

    async def _show(
        who: Acting, message: Parked, *, revealed: bool = False, problem: tuple[str, str] = ("", "")
    ) -> Response:
        seen = await frame.watch.seen()
        later = await frame.pages.read(lambda db: later_than(db, message.body))
        compared = compare(message.body, masked=not revealed)
        return frame.show(
            "streams_message.html",
            who,
            "parked",
            422 if problem[0] else 200,
            message=message,
            compared=compared,
            cause=cause_of(message.error),
            outlook=outlook(message, compared, seen.handlers, later),
            later=later,
            revealed=revealed,
            problem=problem,
            same=urlencode({"noi": message.handler, "loi": message.error}),
            now_at=seen.at,
        )


def _about(meant: list[Parked]) -> str:
    """Ids alone; of many, their handlers and how many."""
    if len(meant) == 1:
        return f"{meant[0].handler} {meant[0].number} (EVENTS {meant[0].position})"
    return ", ".join(sorted({one.handler for one in meant})) + f": {len(meant)}"
