"""The paper desk: forms keyed in one after the other, their scans, and the slip that their senders take home."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from sqlite3 import Connection
from typing import Literal
from urllib.parse import quote

import segno
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console.acting import Acting
from services.console.commands import Attempt, carry_out
from services.console.door.audit import note_command
from services.console.incoming import paper_forms
from services.console.incoming.entered import Entered, Open, entered, form, open_dialogues
from services.console.incoming.paper_forms import Pile, read_pile
from services.console.language import say
from services.console.offers import CLERKS, WrongFields
from services.console.pages import Pages, Sent, Who, all_sent_in
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Refused
from shared.contracts.intake import AddFiles
from shared.files import put_file
from shared.receipts import KEEP, contact
from shared.service import Service

PATH = "/nhap-phieu"
COOKIE = "doithoai_pile"
MOST_SCANS = 5
"""As many as intake takes with a form."""
MOST_OF_A_BODY = 30_000_000
"""Bytes of a form with its scans. Each is refused beyond 10 MB, by intake."""

AWAY = "Lúc này không gửi được phiếu đi. Xin lưu lại sau ít phút; phiếu không bị nhập hai lần."


@dataclass(frozen=True, slots=True)
class Scan:
    """A file that is stored already: it need not be chosen again when the form comes back."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Keyed:
    """A form as it was sent. wrong: what to mend, by field."""

    typed: Mapping[str, str]
    scans: Sequence[Scan] = ()
    wrong: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    reason: str = ""


Again = Literal["", "co", "kem", "thieu"]
"""A form is new; or it had been there, and came without a scan, with one that was put to it, or that was not."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A form that intake has, by its code."""

    code: str
    again: Again


def add_paper_desk(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """`/nhap-phieu`, and `/ho-so/<case>/giay-tiep-nhan`."""

    @router.get(PATH)
    async def desk(request: Request, who: Who, phieu: str = "", lai: str = "") -> Response:
        pile = read_pile(request.cookies.get(COOKIE, ""), who.commune)
        return await show(who, pile, Keyed(pile.kept), last=phieu, again=lai)

    @router.post(PATH)
    async def enter(request: Request, who: Who) -> Response:
        """Nothing typed is lost, and no scan: what is refused comes back as it was."""
        if who.role not in CLERKS:
            raise HTTPException(403, "Nhập phiếu giấy là việc của cán bộ Văn phòng.")
        pile = read_pile(request.cookies.get(COOKIE, ""), who.commune)
        typed, files = await all_sent_in(request)
        keyed = await with_scans(who, typed, files)
        result = await registered(who, keyed) if keyed.status == 200 else keyed
        if isinstance(result, Keyed):
            return await show(who, pile, result)
        response = RedirectResponse(f"{PATH}?phieu={quote(result.code)}&lai={result.again}", 303)
        cookie = pile.with_form(result.code, keyed.typed).written()
        response.set_cookie(COOKIE, cookie, path=PATH, httponly=True, samesite="strict")
        return response

    async def with_scans(who: Acting, typed: Mapping[str, str], files: Sequence[Sent]) -> Keyed:
        """The form with its files stored, also where something else must be mended. `kept-<n>`: those stored before."""
        kept = [text.partition(" ") for name, text in sorted(typed.items()) if name.startswith("kept-")]
        scans = [Scan(id, name) for id, _, name in kept]
        if len(scans) + len(files) > MOST_SCANS:
            return Keyed(
                typed, scans, {"scan": say("Mỗi phiếu kèm nhiều nhất %(number)s tệp. Xin chọn lại.", number=MOST_SCANS)}
            )
        refusals = []
        for file in files:
            stored = await put_file(service.nats, who.actor, file.name, file.data)
            if isinstance(stored, Refused) and stored.code == "unavailable":
                choose = say("Tệp đính kèm xin chọn lại.")
                return Keyed(typed, scans, status=503, reason=say(AWAY) + " " + choose)
            if isinstance(stored, Refused):
                refusals.append(f"{file.name}: {stored.reason}")
            else:
                scans.append(Scan(stored.id, stored.name))
        return Keyed(typed, scans, {"scan": " ".join(refusals)} if refusals else {})

    async def registered(who: Acting, keyed: Keyed) -> Taken | Keyed:
        """What became of the form; else the form with what to mend."""
        mend = "Xin xem lại những mục được đánh dấu."
        try:
            ids = [scan.id for scan in keyed.scans]
            command = paper_forms.command(who.actor, keyed.typed, ids, service.clock())
        except WrongFields as error:
            return replace(keyed, wrong={**error.fields, **keyed.wrong}, status=422, reason=mend)
        if keyed.wrong:
            return replace(keyed, status=422, reason=mend)
        match await carry_out(service, reader, command, keyed.typed):
            case Attempt() as attempt:
                return replace(keyed, status=attempt.status, reason=attempt.reason)
            case success:
                again = await scans_put_to(who, success.about, keyed) if success.state["duplicate"] else ""
                return Taken(str(success.state["code"]), again)

    async def scans_put_to(who: Acting, submission: str, keyed: Keyed) -> Again:
        """The form had been there before; its scan may be new."""
        if not keyed.scans:
            return "co"
        scans = tuple(scan.id for scan in keyed.scans)
        command = AddFiles(
            actor=who.actor, key=f"{keyed.typed.get('key', '')}-scan", submission=submission, attachments=scans
        )
        reply = await send(service.nats, command)
        await note_command(service, command, reply)
        return "thieu" if isinstance(reply, Refused) else "kem"

    async def show(who: Acting, pile: Pile, keyed: Keyed, last: str = "", again: str = "") -> Response:
        now = service.clock()

        def query(db: Connection) -> tuple[list[Entered], list[Open]]:
            codes = dict.fromkeys([*([last] if last else []), *pile.codes])
            return entered(db, who.commune, tuple(codes)), open_dialogues(db, who.commune, now)

        found, dialogues = await pages.read(query)
        return pages.show(
            "paper_desk.html",
            who,
            keyed.status,
            may_enter=who.role in CLERKS,
            keyed=keyed,
            typed=keyed.typed,
            first=next((name for name in paper_forms.FIELDS if name in keyed.wrong), "name"),
            dialogues=dialogues,
            last=next((one for one in found if one.code == last), None),
            again=again,
            list=[one for one in found if one.code in pile.codes],
        )

    @router.get("/ho-so/{case}/giay-tiep-nhan")
    async def slip(who: Who, case: str, tu: str = "") -> Response:
        """To be printed at the counter. tu: where the way back leads, the desk or the case."""
        public = service.settings.public_url
        tracking = f"{public}/tra-cuu"
        found = await pages.read(lambda db: form(db, who.commune, case))
        if found is None:
            raise HTTPException(404, "Không tìm thấy phiếu này.")
        return pages.show(
            "slip.html",
            who,
            form=found,
            steps=found.next_steps(who.profile),
            contact=contact(who.profile),
            keep=KEEP,
            tracking=tracking,
            qr=segno.make(f"{tracking}/{found.code}", error="m", micro=False).svg_data_uri(scale=4, border=2),
            pdf=f"{public}/phieu/{found.code}.pdf",
            from_desk=tu == "nhap",
        )
