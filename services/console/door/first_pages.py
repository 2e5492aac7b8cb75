"""`/vao/lan-dau`: the link by which somebody chooses his first password, or a new one after the old was lost."""

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.door import accounts, codes, passwords
from services.console.door.accounts import MUST_HAVE_CODES
from services.console.door.admission import SIGN_IN
from services.console.door.sign_in_pages import enrolment, on_to
from services.console.pages import Pages, typed_in
from shared.clock import real_now
from shared.contracts import Refusal

if TYPE_CHECKING:
    from services.console.door.doorkeeper import Doorkeeper

PATH = f"{SIGN_IN}/lan-dau"
GONE = (
    "Đường dẫn này đã dùng rồi hoặc đã quá 24 giờ. Xin người vận hành cấp đường dẫn mới bằng `doithoai account reset`."
)


def add_first(outside: APIRouter, pages: Pages, keeper: "Doorkeeper") -> None:
    async def invited(token: str) -> tuple[str, Acting]:
        """Whose link it is, and who that is today."""
        found = await keeper.book.pending.get("link", token, real_now())
        account = await keeper.book.accounts.get(found[0]) if found else None
        who = keeper.signing_in.who_has(account) if account else None
        if account is None or who is None:
            raise HTTPException(410, GONE)
        return account.id, who

    def shown(token: str, id: str, who: Acting, secret: str, status: int = 200, **wrong: str) -> Response:
        told: dict[str, Any] = {"token": token, "email": id, "must": who.role in MUST_HAVE_CODES, "wrong": wrong}
        return pages.show("door_first.html", who, status, **told, **enrolment(secret, id))

    @outside.get(PATH)
    async def first(ma: str = "") -> Response:
        id, who = await invited(ma)
        return shown(ma, id, who, codes.new_secret())

    @outside.post(PATH)
    async def choose(request: Request) -> Response:
        typed = await typed_in(request)
        token, secret = typed.get("ma", ""), typed.get("secret", "")
        id, who = await invited(token)
        if not codes.is_secret(secret):
            raise HTTPException(400, "Mã QR của trang này không còn đúng. Xin mở lại đường dẫn.")
        password, code = typed.get("password", ""), typed.get("code", "").strip()[:60]
        wrong = _wrong(id, password, typed.get("again", ""))
        step = codes.step_of(secret, code, real_now(), 0) if code else None
        if step is None and (code or who.role in MUST_HAVE_CODES):
            wrong["code"] = "Mã chưa đúng. Xin quét lại mã QR rồi nhập sáu số đang hiện trên điện thoại."
        if wrong:
            return shown(token, id, who, secret, 422, **wrong)
        kept = await keeper.signing_in.hashing.hash(password)
        if await keeper.book.pending.take("link", token, real_now()) is None:
            raise HTTPException(410, GONE)
        recovery = codes.new_recovery_codes() if step is not None else []
        hashes = tuple(codes.recovery_hash(one) for one in recovery)
        try:
            account = await keeper.signing_in.change(
                id, lambda one: accounts.set_up(one, kept, secret if recovery else None, step or 0, hashes)
            )
        except Refusal as refusal:
            raise HTTPException(410, refusal.reason) from None
        await keeper.book.sessions.end_all(id)
        await keeper.book.audit.note(
            "account-set-up",
            "done",
            who=id,
            name=who.worker.name if who.worker else "",
            role=who.role,
            commune=account.commune,
            address=keeper.place(request).address,
        )
        onward = on_to(who, "/")
        response = (
            pages.show("door_recovery.html", who, codes=recovery, onward=onward)
            if recovery
            else RedirectResponse(onward, 303)
        )
        await keeper.let_in(request, response, who, "password", account)
        return response


def _wrong(account: str, password: str, again: str) -> dict[str, str]:
    """What to mend, by field."""
    if told := passwords.complaint(password, account):
        return {"password": told}
    if passwords.normal(password) != passwords.normal(again):
        return {"again": "Hai lần nhập chưa giống nhau."}
    return {}
