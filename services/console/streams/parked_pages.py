"""`/van-hanh/bi-giu`: what handlers could not cope with; reading one, giving some back, giving some up."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
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
NO_END = "Trang này đã cũ, không rõ “tất cả” đến đâu. Xin mở lại danh sách rồi chọn."
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
        matching = [one for one in everything if which(one)]
        found = [one for one in matching if one.number > sau]
        shown = found[: deadletters.AT_ONCE]
        return frame.show(
            "streams_parked.html",
            who,
            "parked",
            xong=xong,
            found=shown,
            of=len(matching),
            upto=matching[-1].number if matching else 0,
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
        """Give back, or give up, those that were ticked; or all of a handler and error; or all.

        All: up to the last one that the page counted, for nobody has seen what was parked since.
        """
        frame.require_operator(who)
        async with request.form() as form:
            ticked = {int(one) for one in form.getlist("number") if isinstance(one, str) and _is_number(one)}
            typed = {name: value for name, value in form.items() if isinstance(value, str)}
        if typed.get("which") == "ticked":
            choice = deadletters.ranges(ticked)
        elif _is_number(upto := typed.get("den", "")):
            choice = str({name: typed.get(name, "") for name in ("noi", "loi", "tuoi", "dv", "den")})
        else:
            raise HTTPException(422, NO_END)
        replay = _replay_id(typed, choice)
        if typed.get("do") == "replay" and frame.replays.find(replay) is not None:
            return RedirectResponse(f"{PARKED}/giao-lai/{replay}", 303)
        everything = await deadletters.parked(frame.service.nats, most=deadletters.MOST_LOOKED_AT)
        if typed.get("which") == "ticked":
            meant = [one for one in everything if one.number in ticked]
        else:
            which = chosen(*(typed.get(name, "") for name in ("noi", "loi", "tuoi", "dv")))
            meant = [one for one in everything if which(one) and one.number <= int(upto)]
        if not meant:
            return RedirectResponse(f"{PARKED}?xong=nothing-chosen", 303)
        return await _do(who, meant, typed, replay)

    @router.get(f"{PARKED}/giao-lai/{{id}}")
    async def followed(who: Who, id: str) -> Response:
        replay = frame.replays.find(id)
        if replay is None:  # it was begun in another process, or long ago
            return RedirectResponse(f"{PARKED}?xong=replay-unknown", 303)
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
        replay = _replay_id(typed, str(number))
        if typed.get("do") == "replay" and frame.replays.find(replay) is not None:
            return RedirectResponse(f"{PARKED}/giao-lai/{replay}", 303)
        message = await _one(number)
        if typed.get("do") != "reveal":
            return await _do(who, [message], typed, replay)
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

    async def _do(who: Acting, meant: list[Parked], typed: dict[str, str], id: str) -> Response:
        """id: of the replay, if it is to be one."""
        reason = one_line(typed.get("reason", ""))[:LONGEST_REASON]
        about = _about(meant)
        match typed.get("do"):
            case "replay":
                name = who.worker.name if who.worker else ""
                await frame.deeds.note(who, "replay", about, reason)
                replay = frame.replays.begin(frame.service.nats, meant, name, id)
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
    """Ids alone; of many, their handlers, how many and which."""
    if len(meant) == 1:
        return f"{meant[0].handler} {meant[0].number} (EVENTS {meant[0].first})"
    return deadletters.about(meant)


def _is_number(typed: str) -> bool:
    return typed.isdecimal() and len(typed) < 19


def _replay_id(typed: Mapping[str, str], choice: str) -> str:
    """The same for a form that is sent twice, another where other messages were chosen: Back keeps a form's key."""
    key = typed.get("key") or str(ULID())
    return sha256(f"{key}\n{choice}".encode()).hexdigest()[:26]
