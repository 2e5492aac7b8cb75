"""`/mau-tra-loi`: texts that answers are begun from, the shipped ones and the commune's own."""

from collections.abc import Sequence
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console import offers, words
from services.console.acting import Acting
from services.console.commands import Attempt, carry_out, perform
from services.console.knowledge import answer_templates
from services.console.knowledge.answer_templates import Template
from services.console.knowledge.handbook_pages import Kept, kept
from services.console.offers import WrongFields
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.contracts.handbook import RemoveAnswerTemplate, SaveAnswerTemplate
from shared.service import Service
from shared.text import clean

PATH = "/mau-tra-loi"
EDIT = PATH + "/soan"
MAY_WRITE = offers.CLERKS | offers.EXPERTS


def add_templates(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def templates(who: Who, xong: str = "", linh_vuc: str = "") -> Response:
        return await show(who, linh_vuc, verb=xong)

    @router.post(PATH)
    async def remove(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        if typed.get("verb") != RemoveAnswerTemplate.verb:
            raise HTTPException(400, "Không có lệnh này.")
        result = await perform(service, reader, who, typed)
        if isinstance(result, Attempt):
            return await show(who, typed.get("field", ""), attempt=result)
        return RedirectResponse(_address(typed.get("field", ""), result.verb), 303)

    @router.get(EDIT)
    async def begin(who: Who, linh_vuc: str = "", mau: str = "") -> Response:
        """A new one, the commune's own to be changed, or a shipped one to be copied."""
        return await edit(who, linh_vuc, mau)

    @router.post(EDIT)
    async def save(request: Request, who: Who) -> Response:
        typed = await typed_in(request)
        try:
            if wrong := answer_templates.wrong_braces(typed.get("text", "")):
                raise WrongFields({"text": wrong})
            values = {name: clean(typed.get(name, "")) for name in ("key", "field", "title", "text")}
            command = offers.valid(SaveAnswerTemplate, who.actor, {**values, "version": typed.get("version") or None})
        except WrongFields as error:
            reason = "Xin xem lại những mục được đánh dấu."
            refused = Attempt(SaveAnswerTemplate.verb, who.commune, typed, 422, reason, wrong=error.fields)
            return await edit(who, typed.get("from-field", ""), typed.get("from-title", ""), refused)
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return await edit(who, typed.get("from-field", ""), typed.get("from-title", ""), result)
        return RedirectResponse(_address(typed.get("field", ""), result.verb), 303)

    async def show(who: Acting, field: str, verb: str = "", attempt: Attempt | None = None) -> Response:
        now = await kept(service, who) if who.worker else Kept()
        all_of_them = answer_templates.read(now.templates)
        chosen = field if field in words.FIELDS else ""
        shown = [one for one in all_of_them if chosen in ("", one.field)]
        return pages.show(
            "answer_templates.html",
            who,
            attempt.status if attempt else 200,
            kept=now,
            chosen=chosen,
            by_field=_by_field(shown),
            counts={one: sum(other.field == one for other in all_of_them) for one in words.FIELDS},
            total=len(all_of_them),
            pieces=answer_templates.pieces,
            left_open=answer_templates.left_open,
            filled=answer_templates.FILLED,
            edit_at=lambda one: f"{EDIT}?{urlencode({'linh_vuc': one.field, 'mau': one.title})}",
            may=who.role in MAY_WRITE,
            attempt=attempt,
            done=done(verb),
        )

    async def edit(who: Acting, field: str, title: str, attempt: Attempt | None = None) -> Response:
        if who.actor.role not in MAY_WRITE:
            raise HTTPException(403, "Mẫu trả lời do Văn phòng và các phòng chuyên môn soạn.")
        now = await kept(service, who)
        begun = answer_templates.find(answer_templates.read(now.templates), field, title)
        if title and begun is None and attempt is None and not now.problem:
            raise HTTPException(404, "Không còn mẫu này. Có thể người khác vừa xóa.")
        return pages.show(
            "answer_template.html",
            who,
            attempt.status if attempt else 200,
            kept=now,
            begun=begun,
            field=field if field in words.FIELDS else "",
            version=now.version,
            filled=answer_templates.FILLED,
            attempt=attempt,
        )


def _by_field(templates: Sequence[Template]) -> dict[str, list[Template]]:
    """In the order of the fields."""
    return {field: found for field in words.FIELDS if (found := [one for one in templates if one.field == field])}


def _address(field: str, verb: str) -> str:
    return f"{PATH}?{urlencode({'linh_vuc': field, 'xong': verb})}"
