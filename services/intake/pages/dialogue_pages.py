"""The pages on a commune's dialogues: what is planned, what was held, what was concluded and what became of it."""

import base64
import binascii
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.intake.dialogue import Dialogue, State
from services.intake.pages.enquiry import PAGE
from services.intake.pages.errors import Away, patience
from services.intake.pages.paper_pages import Page, download, known, must_be_known, plan_files
from services.intake.store import Dialogues
from shared.commands import send
from shared.contracts import Actor, Done, Role
from shared.contracts.notify import DocumentFormat, RenderDocument
from shared.logs import in_short, logger
from shared.service import Service

RENDERED_WITHIN_S = 5.0
PUBLISHED = frozenset({State.CONCLUDED, State.SETTLED, State.REPORTED})


def add_pages(service: Service, dialogues: Dialogues, page: Page) -> None:
    """Add the pages on dialogues; conclusion notices for download."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/xa/{commune}/hoi-nghi")
    async def programme(commune: str) -> HTMLResponse:
        profile = must_be_known(service, commune)
        async with patience():
            found = await dialogues.programme(commune)
        now = service.clock()
        ahead = sorted((one for one in found if one.held_at > now), key=lambda one: one.held_at)
        past = [one for one in found if one.held_at <= now]
        plans = plan_files(service.settings.communes, commune)
        return page("programme.html", commune=profile, ahead=ahead, past=past, plans=plans)

    @router.get("/xa/{commune}/hoi-nghi/{dialogue}")
    async def one_dialogue(commune: str, dialogue: str) -> HTMLResponse:
        profile = must_be_known(service, commune)
        found = await the(commune, dialogue)
        names = {department.id: department.name for department in profile.departments}
        return page(
            "dialogue.html",
            commune=profile,
            dialogue=found,
            published=found.state in PUBLISHED,
            department_name=lambda department: names.get(department, department),
        )

    @router.get("/xa/{commune}/hoi-nghi/{dialogue}/ket-luan.{format}")
    async def conclusion(commune: str, dialogue: str, format: str) -> Response:
        must_be_known(service, commune)
        found = await the(commune, dialogue)
        wanted = known(format)
        if wanted is None or found.state not in PUBLISHED:
            raise HTTPException(404, "Hội nghị này chưa có thông báo kết luận để tải về.")
        return download(await _rendered(service, found, wanted), f"ket-luan-{found.id}", wanted)

    async def the(commune: str, dialogue: str) -> Dialogue:
        async with patience():
            found = await dialogues.get(dialogue) if len(dialogue) <= 64 else None
        if found is None or found.commune != commune:
            raise HTTPException(404, "Không tìm thấy hội nghị này. Xin xem danh sách hội nghị của xã, phường.")
        return found

    service.app.include_router(router)


async def _rendered(service: Service, dialogue: Dialogue, format: DocumentFormat) -> bytes:
    """The notice as a file, written by notify.

    Raises:
        Away: notify does not answer now.
    """
    asked: dict[str, Any] = {"dialogue": dialogue.id, "document": "conclusion", "format": format}
    actor = Actor(name=PAGE, role=Role.SYSTEM, commune=dialogue.commune)
    command = RenderDocument(actor=actor, key=str(ULID()), **asked)
    try:
        reply = await send(service.nats, command, timeout=RENDERED_WITHIN_S)
        if isinstance(reply, Done):
            return base64.b64decode(str(reply.state["content"]), validate=True)
        logger().warning("not-rendered", reason=reply.reason)
    except (NatsError, OSError, TimeoutError, KeyError, binascii.Error) as error:
        logger().warning("not-rendered", error=in_short(error))
    raise Away
