"""`/vao/tinh`: to the province's identity provider and back."""

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console.acting import Acting, usual
from services.console.door.accounts import Account
from services.console.door.admission import SIGN_IN, own_path
from services.console.door.lockout import Locked, counted_elsewhere
from services.console.door.pending import LASTS
from services.console.door.people import acting_as, communes_of
from services.console.door.provider import Asked, NotVouched, Provider, ProviderAway
from services.console.door.sign_in_pages import on_to
from services.console.pages import Pages
from shared.clock import real_now
from shared.logs import in_short, logger

if TYPE_CHECKING:
    from services.console.door.doorkeeper import Doorkeeper

AWAY = "Hệ thống đăng nhập của tỉnh chưa trả lời. Xin thử lại sau ít phút, hoặc đăng nhập bằng mật khẩu."
NOT_VOUCHED = "Hệ thống đăng nhập của tỉnh chưa xác nhận được ông/bà. Xin thử lại từ đầu."
TOO_OFTEN = "Từ mạng này có quá nhiều lần đăng nhập chưa xong hoặc không thành. Xin thử lại sau ít phút."
NOT_KNOWN = (
    "Hệ thống của tỉnh xác nhận địa chỉ thư của ông/bà, nhưng địa chỉ đó không có trong hồ sơ xã nào và không có tài "
    "khoản ở đây. Xin báo người vận hành."
)

MOST_ASKED = 100
"""Sign-ins that an address of the network may have under way at the provider."""


def add_provider(outside: APIRouter, pages: Pages, keeper: "Doorkeeper", provider: Provider) -> None:
    def refused(status: int, detail: str) -> Response:
        return pages.show("door_refused.html", Acting(usual(keeper.communes)), status, detail=detail)

    @outside.get(f"{SIGN_IN}/tinh")
    async def go(request: Request, tiep: str = "/") -> Response:
        """A link, for a browser lets no form lead to another site. What comes back is known by a cookie."""
        place, now = keeper.place(request), real_now()
        about = counted_elsewhere(place.address).address
        if await keeper.book.pending.waiting("provider", about, now, MOST_ASKED) >= MOST_ASKED:
            return refused(429, TOO_OFTEN)
        try:
            await keeper.signing_in.may_go(place)
            address, asked = await provider.ask()
        except ProviderAway as error:
            logger().warning("provider-away", error=in_short(error))
            return refused(503, AWAY)
        except Locked:
            return refused(429, TOO_OFTEN)
        told = {"state": asked.state, "nonce": asked.nonce, "verifier": asked.verifier, "back": own_path(tiep)}
        token = await keeper.book.pending.put("provider", about, now, **told)
        response = RedirectResponse(address, 303)
        keeper.asked.put(response, token, LASTS["provider"])
        return response

    @outside.get(f"{SIGN_IN}/tinh/ve")
    async def come_back(request: Request) -> Response:
        place = keeper.place(request)
        found = await keeper.book.pending.take("provider", keeper.asked.of(request), real_now())
        if found is None:  # anybody can say so, as often as he likes: it is not recorded
            logger().info("provider-not-asked")
            return refused(401, NOT_VOUCHED)
        told = found[1]
        try:
            paused = await keeper.signing_in.elsewhere(place)
        except Locked:
            return refused(429, TOO_OFTEN)
        try:
            asked = Asked(told["state"], told["nonce"], told["verifier"])
            id = await provider.who(asked, dict(request.query_params), real_now())
        except NotVouched as error:
            await keeper.signing_in.failed("provider", place, paused=paused, verb=error.why)
            return refused(401, NOT_VOUCHED)
        except ProviderAway as error:
            await keeper.signing_in.vouched(place)
            logger().warning("provider-away", error=in_short(error))
            return refused(503, AWAY)
        account = await keeper.book.accounts.get(id)
        who = _who(keeper, id, account)
        if who is None:
            await keeper.signing_in.failed("not-known", place, paused=paused)
            return refused(403, NOT_KNOWN)
        await keeper.signing_in.vouched(place)
        response = RedirectResponse(on_to(who, told["back"]), 303)
        keeper.asked.drop(response)
        await keeper.let_in(request, response, who, "provider", account)
        return response


def _who(keeper: "Doorkeeper", id: str, account: Account | None) -> Acting | None:
    """A person of a profile needs no account here; one that was closed keeps him out."""
    if account is not None:
        return keeper.signing_in.who_has(account)
    communes = communes_of(keeper.communes, id)
    return acting_as(keeper.communes, id, communes[0]) if len(communes) == 1 else None
