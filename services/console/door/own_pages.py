"""`/toi`: the own account: password, second step, and where one is signed in."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console.door import accounts, codes, passwords
from services.console.door.accounts import MUST_HAVE_CODES, Account
from services.console.door.audit import Kind
from services.console.door.devices import device_name
from services.console.door.lockout import Locked
from services.console.door.sessions import Session
from services.console.door.sign_in_pages import enrolment, seconds_until
from services.console.door.tokens import hashed
from services.console.pages import Pages, Who, typed_in
from shared.clock import real_now
from shared.contracts import Refusal

if TYPE_CHECKING:
    from services.console.door.doorkeeper import Doorkeeper

PATH = "/toi"
DONE = {
    "mat-khau": "Đã đổi mật khẩu. Mọi phiên khác đã kết thúc.",
    "phien": "Đã kết thúc phiên. Nơi đó sẽ phải đăng nhập lại.",
    "tat-ma": "Đã tắt xác thực hai bước.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One of the places where somebody is signed in. here: it is this browser."""

    session: Session
    device: str
    here: bool


def add_own(inside: APIRouter, pages: Pages, keeper: "Doorkeeper") -> None:
    async def own(request: Request) -> tuple[Session, Account | None]:
        """This session and its account; nobody has one who plays in a rehearsal or came by the provider alone."""
        session = await keeper.session(request)
        if session is None:
            raise HTTPException(401, "Xin đăng nhập.")
        account = await keeper.book.accounts.get(session.account) if session.how != "rehearsal" else None
        return session, account if account and account.password else None

    async def shown(request: Request, who: Who, status: int = 200, done: str = "", **wrong: Any) -> Response:
        session, account = await own(request)
        places = [
            Place(one, device_name(one.device), one.id == session.id)
            for one in await keeper.book.sessions.of(session.account, real_now())
        ]
        told = {"session": session, "account": account, "places": places, "must": who.role in MUST_HAVE_CODES}
        return pages.show("own.html", who, status, **told, done=done, **{"wrong": {}, "wait_s": 0, **wrong})

    async def proved(request: Request, password: str) -> Account:
        """Whoever changes what he proves himself with knows his password.

        Raises:
            Refusal, Locked.
        """
        session, account = await own(request)
        if account is None:
            raise HTTPException(404, "Tài khoản này không có mật khẩu ở đây.")
        return await keeper.signing_in.password_of(session.account, password, keeper.place(request))

    async def noted(request: Request, kind: Kind, account: Account, who: Who) -> None:
        await keeper.book.audit.note(
            kind,
            "done",
            who=account.id,
            name=who.worker.name if who.worker else "",
            role=who.role,
            commune=account.commune,
            address=keeper.place(request).address,
        )

    @inside.get(PATH)
    async def me(request: Request, who: Who, xong: str = "") -> Response:
        return await shown(request, who, done=DONE.get(xong, ""))

    @inside.post(f"{PATH}/mat-khau")
    async def change_password(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        session, account = await own(request)
        fresh = typed.get("password", "")
        if account is not None and (told := passwords.complaint(fresh, account.id)):
            return await shown(request, who, 422, wrong={"password": told})
        if passwords.normal(fresh) != passwords.normal(typed.get("again", "")):
            return await shown(request, who, 422, wrong={"again": "Hai lần nhập chưa giống nhau."})
        try:
            account = await proved(request, typed.get("present", ""))
            kept = await keeper.signing_in.hashing.hash(fresh)
            account = await keeper.signing_in.change_proved(account, lambda one: accounts.change_password(one, kept))
        except Refusal as refusal:
            return await shown(request, who, 422, wrong={"present": refusal.reason})
        except Locked as locked:
            return await shown(request, who, 429, wrong={"present": ""}, wait_s=seconds_until(locked.until))
        await keeper.book.pending.drop(account.id)
        await keeper.book.sessions.end_all(account.id)
        await noted(request, "password-changed", account, who)
        response = RedirectResponse(f"{PATH}?xong=mat-khau", 303)
        await keeper.let_in(request, response, who, session.how, account)
        return response

    @inside.get(f"{PATH}/ma")
    async def begin_code(request: Request, who: Who) -> Response:
        _, account = await own(request)
        if account is None:
            return RedirectResponse(PATH, 303)
        return pages.show("own_code.html", who, wrong={}, wait_s=0, **enrolment(codes.new_secret(), account.id))

    @inside.post(f"{PATH}/ma")
    async def turn_code_on(request: Request, who: Who) -> Response:
        """Also a new telephone: what it showed before counts no more."""
        typed = await typed_in(request)
        secret, code = typed.get("secret", ""), typed.get("code", "").strip()[:60]
        if not codes.is_secret(secret):
            raise HTTPException(400, "Mã QR của trang này không còn đúng. Xin tải lại trang.")
        recovery = codes.new_recovery_codes()
        hashes, now, wait_s = tuple(codes.recovery_hash(one) for one in recovery), real_now(), 0
        wrong = {"code": "Mã chưa đúng. Xin quét lại mã QR rồi nhập sáu số đang hiện trên điện thoại."}
        try:
            if codes.step_of(secret, code, now, 0) is not None:
                wrong = {}
                account = await proved(request, typed.get("present", ""))
                await keeper.signing_in.change_proved(
                    account, lambda one: accounts.turn_on(one, secret, code, hashes, now)
                )
        except Refusal as refusal:
            wrong = {"present": refusal.reason}
        except Locked as locked:
            wrong, wait_s = {"present": ""}, seconds_until(locked.until)
        if wrong:
            session = await keeper.session(request)
            told: dict[str, Any] = enrolment(secret, session.account if session else "")
            return pages.show("own_code.html", who, 429 if wait_s else 422, wrong=wrong, wait_s=wait_s, **told)
        await noted(request, "code-on", account, who)
        return pages.show("own_recovery.html", who, codes=recovery)

    @inside.post(f"{PATH}/ma/tat")
    async def turn_code_off(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        try:
            account = await proved(request, typed.get("present", ""))
            assert who.role is not None
            role = who.role
            account = await keeper.signing_in.change_proved(account, lambda one: accounts.turn_off(one, role))
        except Refusal as refusal:
            return await shown(request, who, 422, wrong={"off": refusal.reason})
        except Locked as locked:
            return await shown(request, who, 429, wrong={"off": ""}, wait_s=seconds_until(locked.until))
        await noted(request, "code-off", account, who)
        return RedirectResponse(f"{PATH}?xong=tat-ma", 303)

    @inside.post(f"{PATH}/ma/du-phong")
    async def renew_recovery(request: Request, who: Who) -> Response:
        typed, recovery = await typed_in(request), codes.new_recovery_codes()
        hashes = tuple(codes.recovery_hash(one) for one in recovery)
        try:
            account = await proved(request, typed.get("present", ""))
            if account.totp is None:
                return RedirectResponse(PATH, 303)
            await keeper.signing_in.change_proved(account, lambda one: accounts.new_recovery(one, hashes))
        except Refusal as refusal:
            return await shown(request, who, 422, wrong={"recovery": refusal.reason})
        except Locked as locked:
            return await shown(request, who, 429, wrong={"recovery": ""}, wait_s=seconds_until(locked.until))
        await noted(request, "recovery-renewed", account, who)
        return pages.show("own_recovery.html", who, codes=recovery)

    @inside.post(f"{PATH}/phien")
    async def end_sessions(request: Request, who: Who) -> Response:
        """One of them, or all but this one."""
        typed, (session, _) = await typed_in(request), await own(request)
        wanted = typed.get("phien", "")
        if wanted == session.id or wanted == hashed(keeper.cookie.of(request)):
            response = RedirectResponse("/vao", 303)
            await keeper.let_out(request, response)
            return response
        if wanted == "khac":
            await keeper.book.sessions.end_all(session.account, but=session.id)
        elif not await keeper.book.sessions.end(session.account, wanted):
            raise HTTPException(404, "Phiên này đã kết thúc trước đó.")
        await keeper.book.audit.note(
            "session-ended",
            "done",
            who=session.account,
            role=who.role,
            commune=session.commune,
            address=keeper.place(request).address,
        )
        return RedirectResponse(f"{PATH}?xong=phien", 303)
