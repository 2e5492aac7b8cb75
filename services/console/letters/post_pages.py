"""`/buu-chinh`: letters that lie ready, print runs with their files, and what became of each letter."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import asking, offers, terms
from services.console.acting import Acting
from services.console.case import dossier
from services.console.commands import STATUS, Attempt, carry_out, perform
from services.console.language import say
from services.console.letters import post_lists, posting
from services.console.letters.post_lists import PostList, Unreadable
from services.console.letters.posting import Piece, Post, Run, Taken
from services.console.offers import WrongFields
from services.console.pages import Pages, Sent, Who, attached, done, require_clerk, sent_in, typed_in
from services.console.reader import Reader
from services.console.words import Term
from services.console.work import export_pages
from shared.contracts import Refused
from shared.contracts.post import (
    CallBackLetter,
    ClosePrintRun,
    ImportTracking,
    ReadPost,
    ReadPrintFile,
    ReadPrintRun,
    RecordDelivered,
    RecordPosted,
    RecordReturned,
)
from shared.logs import logger
from shared.service import Service

PATH = "/buu-chinh"
SCAN = PATH + "/quet"
WHAT = "Thư gửi bưu điện"
READ_WITHIN_S = 30
MOST_FIELDS = 2 * posting.BUNDLE + 50
PAGE = 200
"""Letters that lie ready, on one page."""
READS_LISTS = ThreadPoolExecutor(1, thread_name_prefix="post-list")
"""One list of the post after the other, beside the pages: a long one takes seconds, and tens of megabytes."""
PrintFile = Literal["bundle", "manifest", "posting-list", "labels"]
FILES: Mapping[PrintFile, str] = {
    "bundle": "Thư để in (PDF)",
    "manifest": "Bảng kê tập",
    "posting-list": "Bảng kê gửi bưu điện",
    "labels": "Nhãn địa chỉ",
}
OF_BUNDLE: tuple[PrintFile, ...] = ("bundle", "manifest", "labels")
"""Files that each bundle has one of."""
VERBS = {
    "call_back": CallBackLetter.verb,
    "close": ClosePrintRun.verb,
    "posted": RecordPosted.verb,
    "delivered": RecordDelivered.verb,
    "returned": RecordReturned.verb,
    "import": ImportTracking.verb,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """The post's list on its way in. found: as it was read; taken: what came of it. problem: what is wrong with it."""

    found: PostList | None = None
    taken: Taken | None = None
    posted_on: str = ""
    problem: str = ""


def add_post(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    _add_scans(router, service, pages, reader)
    _add_runs(router, service, pages, reader)

    @router.get(PATH)
    async def post(who: Who, trang: int = 1, xong: str = "") -> Response:
        return await show(who, trang, verb=xong)

    @router.post(PATH)
    async def act(request: Request, who: Who, trang: int = 1) -> Response:
        require_clerk(who, WHAT)
        typed = await typed_in(request)
        if typed.get("verb") not in (CallBackLetter.verb, ClosePrintRun.verb):
            raise HTTPException(400, "Không có lệnh này.")
        result = await perform(service, reader, who, typed)
        if isinstance(result, Attempt):
            return await show(who, trang, attempt=result)
        return RedirectResponse(f"{PATH}?xong={result.verb}" + (f"&trang={trang}" if trang > 1 else ""), 303)

    async def show(who: Acting, page: int, verb: str = "", attempt: Attempt | None = None) -> Response:
        """Whoever asks for a page that is not there any more gets the last one."""
        require_clerk(who, WHAT)
        now, page = service.clock(), max(1, min(page, 10_000))
        found = await on_page(who, page)
        if isinstance(found, Post) and not found.ready and found.ready_in_all and page > 1:
            page = found.pages(PAGE)
            found = await on_page(who, page)
        if isinstance(found, Refused):
            return pages.show("post.html", who, post=None, problem=found.reason, attempt=attempt, done="")
        of_run = {run.run: term for run in found.runs if (term := await posting_term(pages, run.run, now))}
        return pages.show(
            "post.html",
            who,
            attempt.status if attempt else 200,
            post=found,
            problem="",
            number=page,
            pages=found.pages(PAGE),
            most=PAGE,
            of_run=of_run,
            explained=await terms.explain(service.nats, who, of_run.values()),
            verbs=VERBS,
            attempt=attempt,
            done=done(verb),
        )

    async def on_page(who: Acting, page: int) -> Post | Refused:
        ask = ReadPost(actor=who.actor, key=str(ULID()), offset=PAGE * (page - 1))
        return await asking.asked(service.nats, ask, Post, timeout=READ_WITHIN_S)


def _add_runs(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH + "/{run}")
    async def run(who: Who, run: str, bo: int = 1, xong: str = "") -> Response:
        return await show(who, await one(who, run), bo, verb=xong)

    @router.post(PATH + "/{run}")
    async def record(request: Request, who: Who, run: str, bo: int = 1) -> Response:
        """Posted, delivered, returned: of the letters that were ticked or pasted, or of all."""
        found = await one(who, run)
        await request.form(max_fields=MOST_FIELDS)
        typed = await typed_in(request)
        verb = typed.get("verb", "")
        try:
            command = posting.command(verb, who.actor, typed, run, found.items)
        except KeyError:
            raise HTTPException(400, "Không có lệnh này.") from None
        except WrongFields as error:
            told = "; ".join(dict.fromkeys(error.fields.values()))
            return await show(who, found, bo, attempt=Attempt(verb, run, typed, 422, told, wrong=error.fields))
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return await show(who, found, bo, attempt=result)
        return RedirectResponse(f"{PATH}/{run}?bo={bo}&xong={result.verb}", 303)

    @router.post(PATH + "/{run}/van-don")
    async def take_in(request: Request, who: Who, run: str) -> Response:
        """The post's list: first shown as it was understood, then taken in."""
        found = await one(who, run)
        typed, files = await sent_in(request)
        if typed.get("verb") == ImportTracking.verb:
            return await show(who, found, 1, imported=await imported(who, run, typed))
        return await show(who, found, 1, imported=await read(found, typed, files.get("list")))

    @router.get(PATH + "/{run}/tep/{file}")
    async def file(
        request: Request, who: Who, run: str, file: PrintFile, bo: int = 1, mat: Literal[1, 2] = 2
    ) -> Response:
        """A file of a run, piece by piece as it is read. mat: sides of a sheet that are printed on."""
        require_clerk(who, WHAT)

        def ask(offset: int) -> ReadPrintFile:
            values = {"key": str(ULID()), "run": run, "file": file, "bundle": bo, "offset": offset, "duplex": mat == 2}
            return ReadPrintFile.model_validate({**values, "actor": who.actor})

        try:
            ask(0)
        except ValueError:
            raise HTTPException(404, "Đợt in này không có tệp đó.") from None
        first = await asking.asked(service.nats, ask(0), Piece, timeout=READ_WITHIN_S)
        if isinstance(first, Refused):
            raise HTTPException(STATUS[first.code], first.reason)
        await export_pages.note(request, who)

        async def pieces(first: Piece) -> AsyncIterator[bytes]:
            """A file that breaks off is no file: the browser is told its length before."""
            yield first.content
            offset = len(first.content)
            while offset < first.size:
                piece = await asking.asked(service.nats, ask(offset), Piece, timeout=READ_WITHIN_S)
                if isinstance(piece, Refused) or not piece.content or piece.version != first.version:
                    logger().warning("print-file-broken-off", run=run, file=file, offset=offset)
                    raise ConnectionAbortedError("the file cannot be read on")
                yield piece.content
                offset += len(piece.content)

        headers = {**attached(first.name), "Content-Length": str(first.size)}
        return StreamingResponse(pieces(first), media_type=first.media_type, headers=headers)

    async def one(who: Acting, run: str) -> Run:
        """A run with every letter of it, as many answers as that takes."""
        require_clerk(who, WHAT)
        found = await told_from(who, run, 0)
        items = list(found.items)
        while len(items) < found.letters and (more := (await told_from(who, run, len(items))).items):
            items += more
        return found.model_copy(update={"items": tuple(items)})

    async def told_from(who: Acting, run: str, offset: int) -> Run:
        try:
            command = offers.valid(ReadPrintRun, who.actor, {"key": str(ULID()), "run": run, "offset": offset})
        except WrongFields:
            raise HTTPException(404, "Không có đợt in này.") from None
        found = await asking.asked(service.nats, command, Run, timeout=READ_WITHIN_S)
        if isinstance(found, Refused):
            raise HTTPException(STATUS[found.code], found.reason)
        return found

    async def read(run: Run, typed: Mapping[str, str], sent: Sent | None) -> Imported:
        posted_on = typed.get("posted_on", "")
        if sent is None:
            return Imported(posted_on=posted_on, problem="Xin chọn tệp của bưu điện.")
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(READS_LISTS, post_lists.read, sent.name, sent.data, run.items)
            return Imported(found=found, posted_on=posted_on)
        except Unreadable as error:
            return Imported(posted_on=posted_on, problem=str(error))

    async def imported(who: Acting, run: str, typed: Mapping[str, str]) -> Imported:
        posted_on, rows = typed.get("posted_on", ""), post_lists.from_text(typed.get("rows", ""))
        values = {"key": typed.get("key", ""), "run": run, "posted_on": posted_on, "rows": rows}
        try:
            command = offers.valid(ImportTracking, who.actor, values)
        except WrongFields as error:
            return Imported(posted_on=posted_on, problem=error.fields.get("posted_on", "Danh sách chưa đúng."))
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return Imported(posted_on=posted_on, problem=result.reason)
        return Imported(taken=Taken.model_validate(result.state), posted_on=posted_on)

    async def show(
        who: Acting,
        run: Run,
        bundle: int,
        verb: str = "",
        attempt: Attempt | None = None,
        imported: Imported | None = None,
    ) -> Response:
        now = service.clock()
        term = await posting_term(pages, run.run, now)
        if imported and imported.taken:
            run = await one(who, run.run)
        return pages.show(
            "print_run.html",
            who,
            attempt.status if attempt else 422 if imported and imported.problem else 200,
            run=run,
            bundle=bundle,
            letters=run.in_bundle(bundle),
            term=term,
            explained=await terms.explain(service.nats, who, [term]),
            files=FILES,
            of_bundle=OF_BUNDLE,
            today=offers.local(now),
            names={"ticked": posting.TICKED, "numbered": posting.NUMBERED, "whole": posting.WHOLE_RUN},
            reasons=posting.RETURNED_BECAUSE,
            other=posting.OTHER,
            verbs=VERBS,
            attempt=attempt,
            typed=attempt.typed if attempt else {},
            wrong=attempt.wrong if attempt else {},
            imported=imported,
            rows=post_lists.as_text(imported.found) if imported and imported.found else "",
            done=done(verb),
        )


def _add_scans(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    """What the code on an envelope opens, on a telephone held in one hand."""

    @router.get(SCAN + "/{notification}")
    async def scanned(who: Who, notification: str, xong: str = "") -> Response:
        return show(who, await one(who, notification), verb=xong)

    @router.post(SCAN + "/{notification}")
    async def record(request: Request, who: Who, notification: str) -> Response:
        found = await one(who, notification)
        typed = {**await typed_in(request), f"{posting.TICKED}{notification}": "1"}
        verb = typed.get("verb", "")
        if verb not in (RecordDelivered.verb, RecordReturned.verb):
            raise HTTPException(400, "Không có lệnh này.")
        today = offers.local(service.clock()).isoformat()
        typed |= {name: typed.get(name) or today for name in ("delivered_on", "returned_on")}
        try:
            command = posting.command(verb, who.actor, typed, found.letter.run or "", ())
        except WrongFields as error:
            told = "; ".join(dict.fromkeys(error.fields.values()))
            return show(who, found, Attempt(verb, notification, typed, 422, told, wrong=error.fields))
        result = await carry_out(service, reader, command, typed)
        if isinstance(result, Attempt):
            return show(who, found, result)
        return RedirectResponse(f"{SCAN}/{notification}?xong={result.verb}", 303)

    async def one(who: Acting, notification: str) -> dossier.Envelope:
        require_clerk(who, "Việc ghi nhận thư qua mã trên phong bì")

        def query(db: Connection) -> dossier.Envelope | None:
            return dossier.envelope(db, who.commune, notification)

        if (found := await pages.read(query)) is None:
            raise HTTPException(
                404, say("%(name)s không có thư này. Thư có thể thuộc xã, phường khác.", name=who.profile.name)
            )
        return found

    def show(who: Acting, found: dossier.Envelope, attempt: Attempt | None = None, verb: str = "") -> Response:
        return pages.show(
            "scan.html",
            who,
            attempt.status if attempt else 200,
            envelope=found,
            letter=found.letter,
            today=offers.local(service.clock()),
            reasons=posting.RETURNED_BECAUSE,
            other=posting.OTHER,
            verbs=VERBS,
            attempt=attempt,
            typed=attempt.typed if attempt else {},
            done=done(verb),
        )


async def posting_term(pages: Pages, run: str, now: datetime) -> Term | None:
    """Until when a run is to be posted; None while deadlines has not said."""
    found = await pages.read(lambda db: terms.terms_about(db, run, now))
    return next((term for term in found if term.rule == "posting"), None)
