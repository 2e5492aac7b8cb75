"""`/so-tay`: the commune's word rules, to be tried out on questions before they are saved."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Connection
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import offers
from services.console.acting import Acting
from services.console.case import dossier
from services.console.commands import STATUS, Attempt, carry_out
from services.console.knowledge import handbook
from services.console.knowledge.handbook import MORE, MOST_ROWS, SPARE, OfText, Row, Trial
from services.console.offers import WrongFields
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Done
from shared.contracts.handbook import ReadHandbook, SaveWordRules, TryWordRules, WordRule
from shared.contracts.people import submission_of
from shared.logs import in_short, logger
from shared.service import Service
from shared.text import clean

PATH = "/so-tay"
TRIED_WITHIN_S = 30
"""Two hundred questions are decided twice."""
ADD_ROWS = "add-rows"
MOST_FIELDS = 5 * MOST_ROWS + 50
"""Of the form: five in a row, and what stands below the table."""
UNREAD = "Lúc này chưa đọc được sổ tay của xã. Xin tải lại trang sau ít phút; không có gì bị mất."


@dataclass(frozen=True, slots=True)
class Kept:
    """What routing has been taught. version: for commands on it. problem: why there is nothing to show."""

    rules: tuple[WordRule, ...] = ()
    from_profile: bool = True
    templates: tuple[Mapping[str, Any], ...] = ()
    version: int = 0
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """The table as it is shown: what was typed, what it began with, and what became of a trial.

    since: what somebody else changed after the page was opened.
    """

    rows: Sequence[Row]
    seen: str
    typed: Mapping[str, str]
    attempt: Attempt | None = None
    since: Sequence[str] = ()
    trial: Trial | None = None
    texts: Sequence[OfText] = ()


async def kept(service: Service, who: Acting) -> Kept:
    """What a commune's office has taught routing, as it is now."""
    if not service.nats.is_connected:
        return Kept(problem=UNREAD)
    try:
        reply = await send(service.nats, ReadHandbook(actor=who.actor, key=str(ULID())))
    except (NatsError, TimeoutError) as error:
        logger().warning("handbook-not-read", error=in_short(error))
        return Kept(problem=UNREAD)
    if not isinstance(reply, Done):
        return Kept(problem=reply.reason)
    try:
        rules = handbook.read_rules(reply.state)
    except ValidationError as error:
        logger().warning("handbook-not-read", errors=error.error_count())
        return Kept(problem=UNREAD)
    templates = tuple(reply.state.get("templates") or ())
    return Kept(rules, bool(reply.state.get("from_profile")), templates, reply.version)


def add_handbook(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def rules(who: Who, xong: str = "") -> Response:
        now = await kept(service, who) if who.worker else Kept()
        return show(who, now, begun(now), verb=xong)

    @router.post(PATH)
    async def act(request: Request, who: Who) -> Response:
        if who.actor.role not in offers.CLERKS:
            raise HTTPException(403, "Sổ tay phân loại do Văn phòng giữ.")
        await request.form(max_fields=MOST_FIELDS)
        typed = await typed_in(request)
        sheet = Sheet(handbook.typed_rows(typed), typed.get("seen", ""), typed)
        match typed.get("verb"):
            case verb if verb == ADD_ROWS:
                sheet = replace(sheet, rows=[*sheet.rows, *[Row()] * MORE][:MOST_ROWS])
            case TryWordRules.verb:
                sheet = await tried(who, sheet)
            case SaveWordRules.verb:
                result = await saved(who, sheet)
                if isinstance(result, RedirectResponse):
                    return result
                sheet = result
            case _:
                raise HTTPException(400, "Không có lệnh này.")
        return show(who, await kept(service, who), sheet)

    async def tried(who: Acting, sheet: Sheet) -> Sheet:
        try:
            rows = handbook.rules_of(sheet.rows)
            texts = handbook.texts_of(sheet.typed.get("texts", ""))
            values = {"key": str(ULID()), "rules": rows, "texts": texts}
            command = offers.valid(TryWordRules, who.actor, values)
        except WrongFields as error:
            return replace(sheet, attempt=mend(TryWordRules.verb, who, sheet, error))
        assert isinstance(command, TryWordRules)
        reply = await send(service.nats, command, timeout=TRIED_WITHIN_S)
        if not isinstance(reply, Done):
            refused = Attempt(TryWordRules.verb, who.commune, sheet.typed, STATUS[reply.code], reply.reason)
            return replace(sheet, attempt=refused)
        trial = await without_secrets(Trial.model_validate(reply.state))
        return replace(sheet, trial=trial, texts=handbook.for_texts(command, trial))

    async def without_secrets(trial: Trial) -> Trial:
        """A list repeats no denouncer's words."""

        def query(db: Connection) -> set[str]:
            changed = {one.question for one in trial.changes}
            return {question for question in changed if dossier.is_denounced(db, submission_of(question))}

        secret = await pages.read(query)
        shown = (one.model_copy(update={"text": ""}) if one.question in secret else one for one in trial.changes)
        return trial.model_copy(update={"changes": tuple(shown)})

    async def saved(who: Acting, sheet: Sheet) -> Sheet | RedirectResponse:
        """A stale handbook says what somebody else did to it, and the same form can be sent again."""
        try:
            values = {
                "key": sheet.typed.get("key", ""),
                "version": sheet.typed.get("version") or None,
                "rules": handbook.rules_of(sheet.rows),
                "reason": clean(sheet.typed.get("reason", "")),
            }
            command = offers.valid(SaveWordRules, who.actor, values)
        except WrongFields as error:
            return replace(sheet, attempt=mend(SaveWordRules.verb, who, sheet, error))
        result = await carry_out(service, reader, command, sheet.typed)
        if not isinstance(result, Attempt):
            return RedirectResponse(f"{PATH}?xong={result.verb}", 303)
        now = await kept(service, who)
        if not result.changes or now.problem:
            return replace(sheet, attempt=result)
        since = handbook.differences(handbook.seen_in(sheet.seen), now.rules, who)
        return replace(sheet, attempt=result, since=since, seen=handbook.as_seen(now.rules))

    def mend(verb: str, who: Acting, sheet: Sheet, error: WrongFields) -> Attempt:
        return Attempt(verb, who.commune, sheet.typed, 422, "Xin xem lại những ô được đánh dấu.", wrong=error.fields)

    def begun(now: Kept) -> Sheet:
        return Sheet([*handbook.rows_of(now.rules), *[Row()] * SPARE], handbook.as_seen(now.rules), {})

    def show(who: Acting, now: Kept, sheet: Sheet, verb: str = "") -> Response:
        """The version goes on with what is shown of others' changes: only a page that told of them overwrites them."""
        stale = bool(sheet.attempt and sheet.attempt.changes)
        version = now.version if stale or not sheet.typed else sheet.typed.get("version", "")
        return pages.show(
            "handbook.html",
            who,
            sheet.attempt.status if sheet.attempt else 200,
            kept=now,
            sheet=sheet,
            version=version,
            wrong=sheet.attempt.wrong if sheet.attempt else {},
            may=who.role in offers.CLERKS,
            how_sure=handbook.how_sure,
            submission_of=submission_of,
            verbs={"more": ADD_ROWS, "try": TryWordRules.verb, "save": SaveWordRules.verb},
            done=done(verb),
        )
