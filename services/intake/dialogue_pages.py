"""The pages on a commune's dialogues: what is planned, what was held, what was concluded and what became of it.

What can be taken home is there, too: the empty form, the plan, the conclusion notice.
"""

import base64
import binascii
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.intake.blank_form import blank_form, plan_content
from services.intake.dialogue import Dialogue, State
from services.intake.enquiry import PAGE
from services.intake.errors import Away, patience
from services.intake.store import Dialogues
from shared.commands import send
from shared.communes import Profile
from shared.contracts import Actor, Done, Role
from shared.contracts.notify import DocumentFormat, RenderDocument
from shared.logs import in_short, logger
from shared.service import Service
from shared.text import one_line
from shared.web import SECURITY_HEADERS

RENDERED_WITHIN_S = 5.0
MEDIA_TYPES: dict[DocumentFormat, str] = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
PUBLISHED = frozenset({State.CONCLUDED, State.SETTLED, State.REPORTED})

Page = Callable[..., HTMLResponse]
"""Takes a template's name and its values."""


def must_be_known(service: Service, commune: str) -> Profile:
    """The commune's profile.

    Raises:
        HTTPException: 404, naming what was asked for.
    """
    if commune not in service.communes:
        raise HTTPException(404, f"Chưa có xã, phường nào có mã “{one_line(commune)[:60]}” trong hệ thống.")
    return service.communes[commune]


def plan_files(profiles: Path, commune: str) -> dict[DocumentFormat, Path]:
    """The signed plan, where the office has laid it beside the profile: `<commune>-ke-hoach.pdf`, `.docx`."""
    files = {format: profiles / f"{commune}-ke-hoach.{format}" for format in MEDIA_TYPES}
    return {format: file for format, file in files.items() if file.is_file()}


def add_pages(service: Service, dialogues: Dialogues, page: Page) -> None:
    """Add the pages on dialogues; form, plan and conclusion notice for download."""
    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @cache
    def form_of(commune: str) -> bytes:
        profile = service.communes[commune]
        return blank_form(
            name=profile.name,
            address=profile.address,
            email=profile.email,
            hamlet_word=profile.hamlet_word,
            place=profile.letterhead.place,
        )

    @cache
    def content_of(commune: str) -> bytes:
        return plan_content(service.communes[commune])

    @router.get("/xa/{commune}/mau-phieu.docx")
    def form(commune: str) -> Response:
        must_be_known(service, commune)
        return _download(form_of(commune), f"mau-phieu-{commune}", "docx")

    @router.get("/xa/{commune}/ke-hoach.{format}")
    def plan(commune: str, format: str) -> Response:
        """The signed plan where there is one, else its content as the profile has it."""
        must_be_known(service, commune)
        wanted = _known(format)
        if wanted and (file := plan_files(service.settings.communes, commune).get(wanted)):
            return _download(file.read_bytes(), f"ke-hoach-{commune}", wanted)
        if wanted == "docx":
            return _download(content_of(commune), f"noi-dung-ke-hoach-{commune}", "docx")
        raise HTTPException(404, "Chưa có bản kế hoạch dạng này. Xin ông/bà tải nội dung kế hoạch bản Word.")

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
        wanted = _known(format)
        if wanted is None or found.state not in PUBLISHED:
            raise HTTPException(404, "Hội nghị này chưa có thông báo kết luận để tải về.")
        return _download(await _rendered(service, found, wanted), f"ket-luan-{found.id}", wanted)

    async def the(commune: str, dialogue: str) -> Dialogue:
        async with patience():
            found = await dialogues.get(dialogue) if len(dialogue) <= 64 else None
        if found is None or found.commune != commune:
            raise HTTPException(404, "Không tìm thấy hội nghị này. Xin xem danh sách hội nghị của xã, phường.")
        return found

    service.app.include_router(router)


def _known(format: str) -> DocumentFormat | None:
    return next((known for known in MEDIA_TYPES if known == format), None)


def _download(content: bytes, name: str, format: DocumentFormat) -> Response:
    return Response(
        content,
        media_type=MEDIA_TYPES[format],
        headers={
            **SECURITY_HEADERS,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{format}')}",
            "Cache-Control": "no-cache",
        },
    )


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
