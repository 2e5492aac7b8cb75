"""`/hop-thu`: the mails of a commune, those first that wait for a clerk, and what he does with each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from sqlite3 import Connection
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import offers
from services.console.acting import Acting
from services.console.case.case_pages import UNTRUSTED
from services.console.commands import STATUS, Attempt, perform
from services.console.incoming import mailbox, paper_forms
from services.console.incoming.entered import Open, open_dialogues
from services.console.incoming.mailbox import Mail
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Actor, Command, Done, Refused
from shared.contracts.intake import AttachMail, DiscardMail, ReadFile, RegisterSubmission
from shared.files import get_file
from shared.service import Service

PATH = "/hop-thu"
UNREAD = "Lúc này chưa mở được nội dung thư. Xin tải lại trang sau ít phút, hoặc tải thư gốc."


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail says, as intake read it. typed: the beginning of a form. problem: why there is nothing to show."""

    text: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    problem: str = ""


def command(verb: str, actor: Actor, typed: Mapping[str, str], service: Service) -> Command:
    """The command of a form on the page of a mail. What is keyed in is checked like a paper form.

    Raises:
        KeyError: there is no such command.
        WrongFields: naming each field that must be mended.
    """
    if verb != RegisterSubmission.verb:
        return offers.command(verb, actor, typed)
    paper = {name: text for name, text in typed.items() if name not in ("received", "late_because")}
    form = paper_forms.command(actor, paper, (), service.clock())
    return form.model_copy(update={"channel": "email", "mail": typed.get("mail", "")})


def typed_from(told: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a form as far as the mail was understood; several questions of a box are numbered."""
    boxes: dict[str, list[str]] = {"procedures": [], "handling": []}
    for matter in told["matters"]:
        boxes[matter["section"]].append(matter["text"])
    typed = {name: told[name] or "" for name in ("name", "phone", "address", "email")}
    for box, texts in boxes.items():
        typed[box] = texts[0] if len(texts) == 1 else "\n".join(f"{n}. {text}" for n, text in enumerate(texts, 1))
    return typed


def add_mailbox(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def mails(who: Who) -> Response:
        def query(db: Connection) -> tuple[list[Mail], list[Mail]]:
            return mailbox.waiting(db, who.commune), mailbox.latest(db, who.commune)

        may = who.role in offers.OFFICE
        waiting, latest = await pages.read(query) if may else ([], [])
        address = f"{who.profile.email}"
        return pages.show("mailbox.html", who, waiting_mails=waiting, latest=latest, may=may, address=address)

    @router.get(PATH + "/{mail}")
    async def mail(who: Who, mail: str, xong: str = "", them: str = "") -> Response:
        return await show(who, mail, verb=xong, again=bool(them))

    @router.get(PATH + "/{mail}/thu.eml")
    async def original(who: Who, mail: str) -> Response:
        """The whole mail as it came. A browser keeps it, and opens nothing of it."""
        found = await known(who, mail)
        answer = await get_file(service.nats, who.actor, found.original)
        if isinstance(answer, Refused):
            raise HTTPException(STATUS[answer.code], answer.reason)
        headers = {**UNTRUSTED, "Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'thu-{mail}.eml')}"}
        return Response(answer[1], media_type="message/rfc822", headers=headers)

    @router.post(PATH + "/{mail}")
    async def act(request: Request, who: Who, mail: str) -> Response:
        found = await known(who, mail)
        typed = {**await typed_in(request), "mail": mail}
        result = await perform(
            service, reader, who, typed, lambda verb, actor, given: command(verb, actor, given, service)
        )
        if isinstance(result, Attempt):
            return await show(who, mail, attempt=result)
        await reader.until("intake", mail, found.version + 1)
        return RedirectResponse(f"{PATH}/{mail}?xong={result.verb}", 303)

    async def known(who: Acting, id: str) -> Mail:
        if who.role not in offers.OFFICE:
            raise HTTPException(403, "Thư của xã dành cho Văn phòng.")
        found = await pages.read(lambda db: mailbox.one(db, who.commune, id))
        if found is None:
            raise HTTPException(404, "Không tìm thấy thư này.")
        return found

    async def read(who: Acting, mail: Mail) -> Said:
        if not service.nats.is_connected:
            return Said(problem=UNREAD)
        asked = ReadFile(actor=who.actor, key=str(ULID()), file=mail.original)
        try:
            answer = await send(service.nats, asked, timeout=30)
        except (NatsError, TimeoutError):
            return Said(problem=UNREAD)
        match answer:
            case Done(state={"mail": {"text": text, "files": files} as told}):
                return Said(text, typed_from(told), tuple(files))
            case Refused() as refused:
                return Said(problem=refused.reason)
        return Said(problem=UNREAD)

    async def show(
        who: Acting, id: str, verb: str = "", attempt: Attempt | None = None, *, again: bool = False
    ) -> Response:
        found = await known(who, id)
        said = await read(who, found)
        registering = attempt if attempt and attempt.verb == RegisterSubmission.verb else None
        may = who.role in offers.CLERKS
        now = service.clock()

        def dialogues(db: Connection) -> list[Open]:
            return open_dialogues(db, who.commune, now)

        return pages.show(
            "mail.html",
            who,
            attempt.status if attempt else 200,
            mail=found,
            said=said,
            may=may,
            keying=may and (found.waits or (again and found.settled_how == "registered") or registering is not None),
            typed=registering.typed if registering else said.typed,
            wrong=registering.wrong if registering else {},
            dialogues=await pages.read(dialogues),
            verbs={"register": RegisterSubmission.verb, "attach": AttachMail.verb, "discard": DiscardMail.verb},
            attempt=attempt,
            done=done(verb),
        )
