"""A case wherever it is asked for: its history in words, and where to find it when it is not on this page."""

from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException

from services.console import story
from services.console.acting import Acting
from services.console.case import dossier
from services.console.language import say
from services.console.pages import Pages
from shared.cases import follow
from shared.contracts import Envelope
from shared.logs import in_short, logger
from shared.service import Service


async def elsewhere(service: Service, pages: Pages, who: Acting, case: str) -> Response:
    """A case that is a dialogue has its own page; one of another commune is named and not shown."""
    what = await pages.read(lambda db: dossier.commune_of(db, case))
    if what is None:
        raise HTTPException(404, "Không có hồ sơ này, hoặc bàn làm việc chưa đọc đến sự kiện của nó.")
    kind, commune = what
    if commune != who.commune:
        name = service.communes[commune].name if commune in service.communes else commune
        raise HTTPException(404, say("Hồ sơ này thuộc %(name)s, không thuộc đơn vị ông/bà đang làm việc.", name=name))
    match kind:
        case "programme":
            return RedirectResponse("/viec?loai=periodic-dialogue&phong=", 303)
        case "staff-mail":
            raise HTTPException(404, "Đây là thư gửi cán bộ trong ngày, không phải hồ sơ.")
        case "handbook":
            raise HTTPException(404, "Đây là sổ tay phân loại và mẫu trả lời của xã, phường, không phải hồ sơ.")
        case "print-run":
            return RedirectResponse(f"/buu-chinh/{case}", 303)
        case "dialogue":
            return RedirectResponse(f"/hoi-nghi/{case}", 303)
        case "submission":
            return RedirectResponse(f"/ho-so/{case}", 303)


async def history(service: Service, who: Acting, case: str, secret: bool = False) -> list[story.Line] | None:
    """None while the stream cannot be read."""
    found = await record(service, who, case)
    return None if found is None else story.tell(found, who.unit, confidential=secret)


async def record(service: Service, who: Acting, case: str) -> list[Envelope] | None:
    """What every service said of a case; None while the stream cannot be read.

    In the order of the minutes that pages tell; within a minute in that of the stream, where a cause comes before its
    effect. Sweeps that end together reach the stream in any order.
    """
    if not service.nats.is_connected:
        return None
    try:
        found = await follow(service.nats, who.commune, case)
    except (NatsError, TimeoutError) as error:
        logger().warning("history-not-read", error=in_short(error))
        return None
    return sorted(found, key=lambda envelope: envelope.time.replace(second=0, microsecond=0))
