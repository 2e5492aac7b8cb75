"""`/van-ban`: the texts of letters and mails, edited with a preview, each kind with its versions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Literal, get_args

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import asking, offers
from services.console.acting import Acting
from services.console.case import dossier
from services.console.commands import STATUS, Attempt, carry_out
from services.console.hall.dialogue_forms import scanned_code
from services.console.language import say
from services.console.letters import message_texts
from services.console.letters.message_texts import Compared, Mistake, Preview, Text, Texts
from services.console.offers import WrongFields
from services.console.pages import HEADERS, Pages, Who, done, require_clerk, typed_in
from services.console.reader import Reader
from shared.contracts import Refused
from shared.contracts.notify import MessageKind
from shared.contracts.texts import PreviewText, ReadText, ReadTexts, SaveText, UseShippedText
from shared.service import Service
from shared.text import clean, one_line, whole_number

PATH = "/van-ban"
WHAT = "Mẫu thư và văn bản"
KINDS = frozenset(get_args(MessageKind))
DRAWN_WITHIN_S = 20
MEDIA: Mapping[str, str] = {"mail": "Thư điện tử", "letter": "Thư giấy"}
STYLED = {
    **HEADERS,
    "Content-Security-Policy": f"{HEADERS['Content-Security-Policy']}; style-src 'self' 'unsafe-inline'",
}
"""A frame of `srcdoc` is bound by its page's policy, and mails carry their styles in them. They may do no more."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A preview. of: the code of the form it was made with, "" for the shipped example. problem: why there is none."""

    medium: str
    preview: Preview | None = None
    mistakes: tuple[Mistake, ...] = ()
    of: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The editor as it is shown. since: what somebody else changed after the page was opened."""

    typed: Mapping[str, str]
    based_on: str
    attempt: Attempt | None = None
    since: Compared | None = None
    shown: Shown | None = None
    mistakes: tuple[Mistake, ...] = ()


def add_texts(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def texts(who: Who, xong: str = "") -> Response:
        require_clerk(who, WHAT)
        found = await asking.asked(service.nats, ReadTexts(actor=who.actor, key=str(ULID())), Texts)
        unread = found.reason if isinstance(found, Refused) else ""
        shown = [] if isinstance(found, Refused) else message_texts.in_order(found.texts)
        return pages.show("texts.html", who, texts=shown, unread=unread, done=done(xong))

    @router.get(PATH + "/{kind}")
    async def text(who: Who, kind: str, ban: int | None = None, xong: str = "") -> Response:
        found = await one(who, kind)
        return show(who, found, Sheet(begun(found), str(found.version)), ban, xong)

    @router.post(PATH + "/{kind}/xem-truoc")
    async def preview(request: Request, who: Who, kind: str) -> Response:
        """The preview alone, for the page's script."""
        require_clerk(who, WHAT)
        _must_be_a_kind(kind)
        shown = await looked_at(who, kind, await typed_in(request))
        return pages.show("text_preview.html", who, shown=shown, media=MEDIA)

    @router.post(PATH + "/{kind}")
    async def act(request: Request, who: Who, kind: str) -> Response:
        require_clerk(who, WHAT)
        _must_be_a_kind(kind)
        typed = await typed_in(request)
        sheet = Sheet(typed, typed.get("based_on", ""))
        match typed.get("verb"):
            case verb if verb == PreviewText.verb:
                sheet = replace(sheet, shown=await looked_at(who, kind, typed))
            case SaveText.verb | UseShippedText.verb as verb:
                result = await changed(who, kind, verb, typed)
                if not isinstance(result, Attempt):
                    return RedirectResponse(f"{PATH}/{kind}?xong={result}", 303)
                sheet = refused(sheet, result)
            case _:
                raise HTTPException(400, "Không có lệnh này.")
        found = await one(who, kind)
        return show(who, found, told_since(found, sheet))

    async def one(who: Acting, kind: str) -> Text:
        """Raises HTTPException where it is nobody's, not this person's, or notify is away."""
        require_clerk(who, WHAT)
        _must_be_a_kind(kind)
        found = await asking.asked(
            service.nats, offers.valid(ReadText, who.actor, {"key": str(ULID()), "kind": kind}), Text
        )
        if isinstance(found, Refused):
            raise HTTPException(STATUS[found.code], found.reason)
        return found

    async def changed(who: Acting, kind: str, verb: str, typed: Mapping[str, str]) -> Attempt | str:
        """The verb of what took effect."""
        contract = SaveText if verb == SaveText.verb else UseShippedText
        values = {"key": typed.get("key", ""), "kind": kind, "based_on": typed.get("based_on", "")}
        if contract is SaveText:
            values |= _words_of(typed)
        try:
            command = offers.valid(contract, who.actor, values)
        except WrongFields as error:
            return Attempt(verb, kind, typed, 422, "Xin xem lại những mục được đánh dấu.", wrong=error.fields)
        result = await carry_out(service, reader, command, typed)
        return result if isinstance(result, Attempt) else result.verb

    def refused(sheet: Sheet, attempt: Attempt) -> Sheet:
        """What notify found wrong in a text it tells line by line; nothing else is wrong in that way."""
        if attempt.status != 422 or attempt.wrong or attempt.verb != SaveText.verb:
            return replace(sheet, attempt=attempt)
        lines = tuple(message_texts.mistakes(attempt.reason.split("\n")))
        return replace(sheet, attempt=replace(attempt, reason="Mẫu còn chỗ chưa đúng."), mistakes=lines)

    async def looked_at(who: Acting, kind: str, typed: Mapping[str, str]) -> Shown:
        medium: Literal["mail", "letter"] = "letter" if typed.get("medium") == "letter" else "mail"
        code = one_line(typed.get("code", ""))
        submission = await form_of(who, code) if code else None
        if code and submission is None:
            problem = say(
                "%(name)s không có phiếu mã %(code)s. Xem thử với ví dụ thì để trống.",
                name=who.profile.name,
                code=code,
            )
            return Shown(medium, problem=problem)
        try:
            values = {"key": str(ULID()), "kind": kind, "medium": medium, "submission": submission, **_words_of(typed)}
            command = offers.valid(PreviewText, who.actor, values)
        except WrongFields:
            return Shown(medium, problem="Xin ghi đủ trích yếu, tiêu đề và nội dung để xem trước.")
        found = await asking.asked(service.nats, command, Preview, timeout=DRAWN_WITHIN_S)
        if isinstance(found, Refused):
            return Shown(medium, problem=found.reason, of=code)
        return Shown(medium, found, tuple(message_texts.mistakes(found.mistakes)), code)

    async def form_of(who: Acting, code: str) -> str | None:
        def query(db: Connection) -> str | None:
            return dossier.with_code(db, who.commune, scanned_code(code))

        return await pages.read(query)

    def told_since(found: Text, sheet: Sheet) -> Sheet:
        """The version goes on with what is shown of others' changes: only a page that told of them overwrites them."""
        if sheet.attempt is None or sheet.attempt.status != 409 or sheet.based_on == str(found.version):
            return sheet
        based_on = whole_number(sheet.based_on)
        seen = message_texts.of_version(found, based_on) if based_on is not None else None
        since = message_texts.differences(seen, found) if seen else None
        return replace(sheet, since=since, based_on=str(found.version))

    def begun(found: Text) -> dict[str, str]:
        return {name: getattr(found, name) for name in message_texts.FIELDS}

    def show(who: Acting, found: Text, sheet: Sheet, version: int | None = None, verb: str = "") -> Response:
        earlier = message_texts.before(found, version) if version is not None else None
        later = message_texts.of_version(found, version) if version is not None else None
        response = pages.show(
            "text.html",
            who,
            sheet.attempt.status if sheet.attempt else 200,
            text=found,
            sheet=sheet,
            shown=sheet.shown,
            media=MEDIA,
            mistakes=sheet.mistakes or (sheet.shown.mistakes if sheet.shown else ()),
            wrong=sheet.attempt.wrong if sheet.attempt else {},
            asked=version,
            compared=message_texts.differences(earlier, later) if earlier and later else None,
            verbs={"preview": PreviewText.verb, "save": SaveText.verb, "shipped": UseShippedText.verb},
            path=f"{PATH}/{found.kind}",
            done=done(verb),
        )
        response.headers.update(STYLED)
        return response


def _must_be_a_kind(kind: str) -> None:
    if kind not in KINDS:
        raise HTTPException(404, "Không có loại thư này.")


def _words_of(typed: Mapping[str, str]) -> dict[str, str]:
    """A subject is one line; a body keeps its lines."""
    about, subject = (one_line(typed.get(name, "")) for name in ("about", "mail_subject"))
    return {"about": about, "mail_subject": subject, "body": clean(typed.get("body", ""))}
