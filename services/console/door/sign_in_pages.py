"""`/vao`: the way in, by a password and a code, and in a rehearsal as anybody; `/ra`, the way out."""

from datetime import datetime
from math import ceil
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console.access import home
from services.console.acting import Acting, Worker, chosen, usual, workers
from services.console.door import accounts, codes
from services.console.door.admission import SIGN_IN, own_path
from services.console.door.lockout import Locked
from services.console.door.pending import LASTS
from services.console.door.signing_in import Wrong
from services.console.pages import Pages, typed_in
from shared.clock import real_now
from shared.contracts import Refusal, Role
from shared.service import Service

if TYPE_CHECKING:
    from services.console.door.doorkeeper import Doorkeeper

CODE = f"{SIGN_IN}/ma"
GROUPS: tuple[tuple[str, frozenset[Role]], ...] = (
    ("Lãnh đạo", frozenset({Role.CHAIRMAN})),
    ("Văn phòng", frozenset({Role.OFFICE_HEAD, Role.CLERK})),
    ("Cấp trên và vận hành", frozenset({Role.PROVINCE, Role.OPERATOR})),
    ("Phòng chuyên môn", frozenset({Role.HEAD, Role.OFFICER})),
)


def add_sign_in(outside: APIRouter, service: Service, pages: Pages, keeper: "Doorkeeper") -> None:
    """Give the console its way in and out."""

    def shown(profile: str, back: str, status: int = 200, **values: Any) -> Response:
        commune = service.communes.get(profile) or usual(service.communes)
        cast = by_role(workers(commune)) if keeper.rehearsed else []
        provider = keeper.provider.client.name if keeper.provider else ""
        told = {"email": "", "problem": "", "wait_s": 0, **values}
        return pages.show("door_sign_in.html", Acting(commune), status, back=back, cast=cast, provider=provider, **told)

    @service.app.exception_handler(Wrong)
    async def begin_again(_: Request, __: Wrong) -> Response:
        """Of whom it is found only while he is let in."""
        return shown("", "/", 401, problem="wrong")

    @outside.get(SIGN_IN)
    async def sign_in(request: Request, tiep: str = "/", xa: str = "") -> Response:
        """Whoever is in already goes on."""
        back = own_path(tiep)
        if not xa and (who := await keeper.who(request)):
            return RedirectResponse(on_to(who, back), 303)
        return shown(xa, back)

    @outside.post(SIGN_IN)
    async def try_password(request: Request) -> Response:
        typed = await typed_in(request)
        back, email = own_path(typed.get("back", "/")), typed.get("email", "")[:320]
        try:
            entrant = await keeper.signing_in.by_password(email, typed.get("password", ""), keeper.place(request))
        except Locked as locked:
            return shown("", back, 429, email=email, problem="locked", wait_s=seconds_until(locked.until))
        except Wrong:
            return shown("", back, 401, email=email, problem="wrong")
        if entrant.next == "in":
            response: Response = RedirectResponse(on_to(entrant.who, back), 303)
            await keeper.let_in(request, response, entrant.who, "password", entrant.account)
            return response
        told = {"back": back, "next": entrant.next, "proof": entrant.account.proof}
        token = await keeper.book.pending.put("step", entrant.account.id, real_now(), **told)
        response = RedirectResponse(CODE, 303)
        keeper.step.put(response, token, LASTS["step"])
        return response

    @outside.get(CODE)
    async def second(request: Request) -> Response:
        waits = await keeper.book.pending.get("step", keeper.step.of(request), real_now())
        if waits is None:
            return RedirectResponse(SIGN_IN, 303)
        return _second(pages, keeper, waits[0], waits[1]["next"], codes.new_secret())

    @outside.post(CODE)
    async def try_code(request: Request) -> Response:
        typed, token = await typed_in(request), keeper.step.of(request)
        waits = await keeper.book.pending.get("step", token, real_now())
        if waits is None:
            return RedirectResponse(SIGN_IN, 303)
        (id, told), secret, code = waits, typed.get("secret", ""), typed.get("code", "")[:60]
        if told["next"] == "enrolment" and not codes.is_secret(secret):
            raise HTTPException(400, "Mã QR của trang này không còn đúng. Xin tải lại trang.")
        recovery = codes.new_recovery_codes() if told["next"] == "enrolment" else []
        try:
            if recovery:
                account, who = await _enrolled(keeper, id, secret, code, recovery, told["proof"])
            else:
                entrant = await keeper.signing_in.by_code(id, code, keeper.place(request), told["proof"])
                account, who = entrant.account, entrant.who
        except Locked as locked:
            return _second(pages, keeper, id, told["next"], secret, 429, wait_s=seconds_until(locked.until))
        except Refusal as refusal:
            return _second(pages, keeper, id, told["next"], secret, 401, problem=refusal.reason)
        await keeper.book.pending.take("step", token, real_now())
        onward = on_to(who, told["back"])
        response = (
            pages.show("door_recovery.html", who, codes=recovery, onward=onward)
            if recovery
            else RedirectResponse(onward, 303)
        )
        await keeper.let_in(request, response, who, "password", account)
        return response

    if keeper.rehearsed:

        @outside.post(f"{SIGN_IN}/thu")
        async def play(request: Request) -> Response:
            """In a rehearsal everybody may be anybody."""
            typed = await typed_in(request)
            who = chosen(service.communes, typed.get("commune", ""), typed.get("worker", ""))
            if who.worker is None:
                raise HTTPException(404, "Không có người này trong hồ sơ xã.")
            response = RedirectResponse(on_to(who, own_path(typed.get("back", "/"))), 303)
            await keeper.let_in(request, response, who, "rehearsal", None)
            return response

    @outside.get(f"{SIGN_IN}/xong")
    async def is_in(request: Request) -> Response:
        """For a tab that was opened to sign in beside a form that waits."""
        who = await keeper.who(request)
        return pages.show("door_done.html", who) if who else RedirectResponse(SIGN_IN, 303)

    @outside.post("/ra")
    async def leave(request: Request) -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        await keeper.let_out(request, response)
        return response


async def _enrolled(
    keeper: "Doorkeeper", id: str, secret: str, code: str, recovery: list[str], proof: str
) -> tuple[accounts.Account, Acting]:
    """The second step begins with this sign-in, for the role demands one. proof: of the first."""
    hashes, now = tuple(codes.recovery_hash(one) for one in recovery), real_now()
    account = await keeper.signing_in.change(
        id, lambda one: accounts.turn_on_first(accounts.still(one, proof), secret, code, hashes, now)
    )
    who = keeper.signing_in.who_has(account)
    if who is None:
        raise Refusal("forbidden", "Tài khoản này không còn dùng được.")
    await keeper.book.audit.note("code-on", "done", who=id, commune=account.commune)
    return account, who


def _second(
    pages: Pages, keeper: "Doorkeeper", id: str, next: str, secret: str, status: int = 200, **values: Any
) -> Response:
    nobody = Acting(usual(keeper.communes))
    told = {"problem": "", "wait_s": 0, **values}
    if next == "code":
        return pages.show("door_code.html", nobody, status, **told)
    return pages.show("door_enrol.html", nobody, status, **told, **enrolment(secret, id))


def enrolment(secret: str, account: str) -> dict[str, Any]:
    """What a page shows to whoever sets the second step up."""
    return {"secret": secret, "grouped": codes.in_groups(secret), "picture": codes.picture(secret, account)}


def by_role(cast: list[Worker]) -> list[tuple[str, list[Worker]]]:
    """The people of a commune under the headings that they are looked for under."""
    groups = [(heading, [one for one in cast if one.role in roles]) for heading, roles in GROUPS]
    return [(heading, people) for heading, people in groups if people]


def on_to(who: Acting, back: str) -> str:
    """Where somebody goes after he has signed in."""
    return home(who.role) if back == "/" and who.role else back


def seconds_until(until: datetime) -> int:
    return max(ceil((until - real_now()).total_seconds()), 1)
