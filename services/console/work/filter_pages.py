"""Names for the address of a list: kept, renamed, removed; and the chips that lead there."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console.acting import Acting
from services.console.pages import Who, typed_in
from services.console.work import saved_filters
from services.console.work.filter_store import Filters
from services.console.work.saved_filters import DEFAULTS, WHY_NOT, Wrong
from shared.clock import real_now

FILTERS = "/viec/bo-loc"
WHY_NOT_KEPT, TYPED = "sai-ten", "ten"
"""In the address of the list: why a filter could not be kept, and the name that was typed."""


def add_filters(router: APIRouter, filters: Filters) -> None:
    @router.post(FILTERS)
    async def keep(request: Request, who: Who) -> Response:
        """`save`, `rename` or `remove`; the list comes back with what was typed where it will not do."""
        typed, own = await typed_in(request), _account(who)
        id, name, query = typed.get("id", ""), typed.get("name", ""), saved_filters.address(typed.get("address", ""))
        try:
            match typed.get("do"):
                case "save":
                    known = await filters.of(*own)
                    await filters.save(saved_filters.new(id or str(ULID()), *own, name, query, known, real_now()))
                case "rename":
                    wanted = saved_filters.named(name, id, await filters.of(*own))
                    _must_be_there(await filters.rename(*own, id, wanted))
                case "remove":
                    _must_be_there(await filters.remove(*own, id))
                case _:
                    raise HTTPException(400, "Không có lệnh này.")
        except Wrong as error:
            return RedirectResponse(f"/?{query}&{urlencode({WHY_NOT_KEPT: error.code, TYPED: name[:200]})}", 303)
        return RedirectResponse(f"/?{query}", 303)


async def filters_of(filters: Filters, who: Acting, address: str, asked: Mapping[str, str]) -> dict[str, Any]:
    """What the chips of a list show: what the role begins with, and one's own; which of them the list shows now.

    address: of the list with all that it shows. asked: as the browser asked for it, perhaps with less.
    """
    own = await filters.of(who.commune, who.worker.id) if who.worker else []
    here = {saved_filters.address(address), saved_filters.address(urlencode(dict(asked)))}
    ready = DEFAULTS.get(who.role, ()) if who.role else ()
    return {
        "ready_filters": [(one, one.address in here) for one in ready],
        "own_filters": [(one, one.address in here) for one in own],
        "filter_address": saved_filters.address(address),
        "filters_path": FILTERS,
        "filter_wrong": WHY_NOT.get(asked.get(WHY_NOT_KEPT, ""), ""),
        "filter_typed": asked.get(TYPED, "")[:200],
    }


def _account(who: Acting) -> tuple[str, str]:
    if who.worker is None:
        raise HTTPException(401, "Xin đăng nhập trước khi thực hiện.")
    return who.commune, who.worker.id


def _must_be_there(found: bool) -> None:
    if not found:
        raise HTTPException(404, "Không có bộ lọc này; có thể đã được xóa ở nơi khác.")
