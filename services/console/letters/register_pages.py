"""`/so-van-ban`: the outgoing register of each kind of document and year, and letters that wait for their number."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import asking, offers, words
from services.console.acting import Acting
from services.console.commands import STATUS, Attempt, carry_out
from services.console.letters import posting, registers
from services.console.letters.registers import Book, Row
from services.console.offers import WrongFields
from services.console.pages import Pages, Who, done, require_clerk, typed_in
from services.console.reader import Reader
from services.console.work import export_pages, exports
from services.console.work.exports import Format
from shared.contracts import Command, Refused
from shared.contracts.post import GiveNumbers, OpenRegister, ReadRegister
from shared.service import Service

PATH = "/so-van-ban"
WHAT = "Sổ văn bản đi"
FIRST_YEAR = 2024
MOST_FIELDS = 2 * posting.BUNDLE + 50
VERBS = {"give": GiveNumbers.verb, "open": OpenRegister.verb}


def add_registers(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def register(
        who: Who, so: str = "letter", nam: int | None = None, duoi: int | None = None, xong: str = ""
    ) -> Response:
        return await show(who, so, nam, duoi, verb=xong)

    @router.get(PATH + ".{format}")
    async def file(request: Request, who: Who, format: Format, so: str = "letter", nam: int | None = None) -> Response:
        """The whole book of a year."""
        require_clerk(who, WHAT)
        year = nam or offers.local(service.clock()).year
        rows = await every_row(who, so, year)
        await export_pages.note(request, who)
        name, title = f"so-van-ban-di-{who.commune}-{so}-{year}", f"{words.REGISTERS[so]} {year}"
        return await exports.stream(format, name, title, registers.COLUMNS, registers.cells(rows))

    @router.post(PATH)
    async def act(request: Request, who: Who, so: str = "letter", nam: int | None = None) -> Response:
        require_clerk(who, WHAT)
        await request.form(max_fields=MOST_FIELDS)
        typed = await typed_in(request)
        verb, year = typed.get("verb", ""), nam or offers.local(service.clock()).year
        try:
            command = read(who, verb, so, year, typed)
        except WrongFields as error:
            told = "; ".join(dict.fromkeys(error.fields.values()))
            return await show(who, so, year, attempt=Attempt(verb, so, typed, 422, told, wrong=error.fields))
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return await show(who, so, year, attempt=result)
        return RedirectResponse(f"{PATH}?so={so}&nam={year}&xong={result.verb}", 303)

    def read(who: Acting, verb: str, book: str, year: int, typed: Mapping[str, str]) -> Command:
        key = {"key": typed.get("key", "")}
        match verb:
            case GiveNumbers.verb:
                chosen = registers.chosen(typed)
                if not chosen:
                    raise WrongFields({"letters": "Xin đánh dấu ít nhất một văn bản."})
                values = {"notifications": chosen, "given_on": typed.get("given_on", "")}
                return offers.valid(GiveNumbers, who.actor, key | values)
            case OpenRegister.verb:
                return offers.valid(
                    OpenRegister, who.actor, {**key, "book": book, "year": year, "next": typed.get("next", "")}
                )
            case _:
                raise HTTPException(400, "Không có lệnh này.")

    async def of_year(who: Acting, book: str, year: int, below: int | None = None) -> Book:
        """Raises HTTPException where there is no such book, or notify is away."""
        try:
            values = {"key": str(ULID()), "book": book, "year": year, "below": below}
            command = offers.valid(ReadRegister, who.actor, values)
        except WrongFields:
            raise HTTPException(404, "Không có sổ này.") from None
        found = await asking.asked(service.nats, command, Book)
        if isinstance(found, Refused):
            raise HTTPException(STATUS[found.code], found.reason)
        return found

    async def every_row(who: Acting, book: str, year: int) -> list[Row]:
        """However many there are; each part goes on below the one before.

        Raises:
            HTTPException: 503, where a part does not: a book is taken away whole or not at all.
        """
        rows = list[Row]()
        below: int | None = None
        while True:
            found = await of_year(who, book, year, below)
            rows += found.rows
            if len(found.rows) < registers.PAGE:
                return rows
            last, below = below, found.rows[-1].place
            if below is None or (last is not None and below >= last):
                raise HTTPException(503, "Không đọc được hết sổ, nên chưa tải về được. Xin thử lại sau ít phút.")

    async def show(
        who: Acting,
        book: str,
        asked: int | None,
        below: int | None = None,
        verb: str = "",
        attempt: Attempt | None = None,
    ) -> Response:
        require_clerk(who, WHAT)
        today = offers.local(service.clock())
        year = asked or today.year
        found = await of_year(who, book, year, below)
        return pages.show(
            "register.html",
            who,
            attempt.status if attempt else 200,
            book=book,
            year=year,
            years=range(today.year, FIRST_YEAR - 1, -1),
            found=found,
            below=found.rows[-1].place if len(found.rows) == registers.PAGE else None,
            today=today,
            names={"ticked": posting.TICKED, "order": registers.ORDER},
            books=words.REGISTERS,
            verbs=VERBS,
            attempt=attempt,
            typed=attempt.typed if attempt else {},
            wrong=attempt.wrong if attempt else {},
            done=done(verb),
        )
