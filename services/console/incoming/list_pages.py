"""`/danh-sach`: a list that was uploaded or pasted is shown as it was understood, then its good rows are taken in.

The dialogue room sends its lists here, too. Nothing is uploaded twice: the stored file's id goes from page to page.
"""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import offers
from services.console.acting import Acting
from services.console.commands import STATUS
from services.console.door.audit import note_command
from services.console.incoming import list_forms
from services.console.incoming.list_forms import Chosen
from services.console.offers import WrongFields
from services.console.pages import Pages, Sent, Who, sent_in
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Refused
from shared.contracts.conference import ListKind
from shared.contracts.intake import ReceiveTable
from shared.files import put_file
from shared.service import Service

RECEIVED_WITHIN_S = 60
"""Two thousand rows are two thousand forms."""
TEMPLATES: Mapping[str, tuple[ListKind, str]] = {
    "mau-y-kien.xlsx": ("opinions", "mau-danh-sach.xlsx"),
    "mau-nguoi-du.xlsx": ("participants", "mau-danh-sach-nguoi-du.xlsx"),
}
NOTHING = Chosen("opinions", "", "", "", "procedures", "", "", None, "", "")


def add_lists(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get("/danh-sach")
    async def begin(who: Who) -> Response:
        return start(who, NOTHING)

    @router.get("/danh-sach/{name}")
    async def template(who: Who, name: str) -> Response:
        """The table to fill in, which citizens' pages offer."""
        if name not in TEMPLATES:
            raise HTTPException(404, "Không có tệp này.")
        return RedirectResponse(f"{service.settings.public_url}/xa/{who.commune}/{TEMPLATES[name][1]}", 303)

    @router.post("/danh-sach")
    async def go_on(request: Request, who: Who) -> Response:
        typed, files = await sent_in(request)
        what = list_forms.chosen(typed)
        try:
            what = replace(what, mapping=list_forms.mapping_of(what.kind, typed))
            stored = await with_file(who, what, files.get("table"))
            if isinstance(stored, Refused):
                return start(who, what, STATUS[stored.code], {"table": stored.reason})
            what = stored
            if typed.get("verb") == ReceiveTable.verb and _is_as_seen(what):
                return await receive(who, what)
        except WrongFields as error:
            if what.file:
                return await preview(who, replace(what, mapping=list_forms.seen_in(what.seen)), error.fields)
            return start(who, what, 422, error.fields)
        return await preview(who, what)

    async def with_file(who: Acting, what: Chosen, uploaded: Sent | None) -> Chosen | Refused:
        """The list as a stored file: one just uploaded or pasted, or the one of the page before."""
        mapping = what.mapping
        if uploaded is None and what.file:
            return what
        if uploaded is None:
            uploaded, mapping = list_forms.pasted(what.kind, what.lines)
        stored = await put_file(service.nats, who.actor, uploaded.name, uploaded.data, "table")
        return stored if isinstance(stored, Refused) else replace(what, file=stored.id, mapping=mapping)

    async def preview(who: Acting, what: Chosen, wrong: Mapping[str, str] | None = None) -> Response:
        """Each is taken in under a key of its own, so that sending the page twice does it once."""
        what = replace(what, key=str(ULID()))
        reply = await send(service.nats, list_forms.to_read(who.actor, what), timeout=30)
        if isinstance(reply, Refused):
            return start(who, what, STATUS[reply.code], {"table": reply.reason})
        mapping = {str(field): int(column) for field, column in reply.state["mapping"].items()}
        return pages.show(
            "list_preview.html",
            who,
            422 if wrong else 200,
            what=replace(what, mapping=mapping, seen=list_forms.as_seen(mapping)),
            fields=list_forms.FIELDS[what.kind],
            of_column={column: field for field, column in mapping.items()},
            table=reply.state,
            wrong=wrong or {},
        )

    async def receive(who: Acting, what: Chosen) -> Response:
        command = list_forms.to_receive(who.actor, what)
        reply = await send(service.nats, command, timeout=RECEIVED_WITHIN_S)
        await note_command(service, command, reply)
        if isinstance(reply, Refused):
            return await preview(who, what, {"list": reply.reason})
        if what.list and reply.version:
            await reader.until("intake", what.dialogue, reply.version)
        receipts = reply.state["receipts"]
        fresh = sum(not one["duplicate"] for one in receipts)
        return pages.show("list_result.html", who, what=what, result=reply.state, receipts=receipts, fresh=fresh)

    def start(who: Acting, what: Chosen, status: int = 200, wrong: Mapping[str, str] | None = None) -> Response:
        may = who.role in offers.OFFICE
        return pages.show("lists.html", who, status, what=what, wrong=wrong or {}, may=may)


def _is_as_seen(what: Chosen) -> bool:
    """A list is taken in only with the columns that its preview was read with."""
    return what.mapping is not None and what.seen == list_forms.as_seen(what.mapping)
