"""`/ho-so/<case>`: one form with its questions and files, and what can be done with them."""

import asyncio
from collections.abc import Sequence
from sqlite3 import Connection
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from services.console import case_forms, dossier, offers, terms
from services.console.acting import Acting
from services.console.cases import elsewhere, history
from services.console.commands import STATUS, Attempt, perform
from services.console.pages import HEADERS, Pages, Sent, Who, all_sent_in, done
from services.console.reader import Reader
from shared.contracts import Refused
from shared.files import get_file, put_file
from shared.service import Service

UNTRUSTED = {**HEADERS, "Content-Security-Policy": "sandbox; default-src 'none'"}
"""What citizens sent must not act in the console's name, whatever it is."""
ADD_FILES = "add-files"


def add_cases(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    _add_files(router, service, pages)

    @router.get("/ho-so/{case}")
    async def case(who: Who, case: str, xong: str = "") -> Response:
        return await show(who, case, verb=xong)

    @router.post("/ho-so/{case}")
    async def act(request: Request, who: Who, case: str) -> Response:
        typed, files = await all_sent_in(request)
        kept = await _keep(service, who, typed, files) if typed.get("verb") == ADD_FILES else typed
        result = kept if isinstance(kept, Attempt) else await perform(service, reader, who, kept, case_forms.command)
        if isinstance(result, Attempt):
            return await show(who, case, attempt=result)
        return RedirectResponse(f"/ho-so/{case}?xong={result.verb}#{quote(typed.get('question') or result.about)}", 303)

    async def show(who: Acting, case: str, verb: str = "", attempt: Attempt | None = None) -> Response:
        now = service.clock()
        found = await pages.read(lambda db: dossier.case(db, who.commune, case, now))
        if found is None:
            return await elsewhere(service, pages, who, case)
        denounced = found.reads_like_denunciation
        secret = denounced and who.role not in offers.OFFICE
        if secret:
            found = found.for_others()
        here = offers.is_here(found.submission.attendance, found.dialogue, now)
        of_form = offers.for_form(who, found)
        all_terms = [term for question in found.questions for term in question.terms]
        lines, explained = await asyncio.gather(
            history(service, who, case, secret), terms.explain(service.nats, who, all_terms)
        )
        return pages.show(
            "case.html",
            who,
            attempt.status if attempt else 200,
            submission=found.submission,
            dialogue=found.dialogue,
            questions=[(question, offers.for_question(who, question, here=here)) for question in found.questions],
            acknowledgeable=_acknowledgeable(who, found.questions),
            topics=found.topics,
            offered=[*offers.for_registrant(who, found.submission, found.dialogue, now), *of_form],
            files=found.files if who.worker is None or offers.may_have_files(who, denounced) else [],
            may_have_files=offers.may_have_files(who, denounced),
            words_of_sender=found.words,
            letters=[(letter, offers.for_letter(who, letter, found.letters)) for letter in found.letters],
            history=lines,
            explained=explained,
            secret=secret,
            attempt=attempt,
            done=done(verb),
        )


def _add_files(router: APIRouter, service: Service, pages: Pages) -> None:
    @router.get("/ho-so/{case}/tep/{file}")
    async def attached(who: Who, case: str, file: str) -> Response:
        """A file of this form, as it was sent. One of another form is not found, whatever it holds."""

        def query(db: Connection) -> tuple[bool, bool]:
            known = any(one.id == file for one in dossier.files_of(db, who.commune, case))
            return known, dossier.is_denounced(db, case)

        known, denounced = await pages.read(query)
        if not known:
            raise HTTPException(404, "Phiếu này không có tệp đó.")
        actor = who.actor
        if not offers.may_have_files(who, denounced):
            raise HTTPException(403, "Tệp của phiếu này chỉ dành cho người giải quyết.")
        answer = await get_file(service.nats, actor, file)
        if isinstance(answer, Refused):
            raise HTTPException(STATUS[answer.code], answer.reason)
        attachment, data = answer
        headers = {
            **UNTRUSTED,
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(attachment.name, safe='')}",
        }
        return Response(data, media_type=attachment.media_type, headers=headers)


async def _keep(
    service: Service, who: Acting, typed: dict[str, str], files: Sequence[Sent]
) -> dict[str, str] | Attempt:
    """Store the files of a form, and name them in it, so that those that are stored need not be sent again."""
    for file in files:
        answer = await put_file(service.nats, who.actor, file.name, file.data)
        if isinstance(answer, Refused):
            about, reason = typed.get("submission", ""), f"{file.name}: {answer.reason}"
            return Attempt(ADD_FILES, about, typed, STATUS[answer.code], reason, wrong={"files": reason})
        typed["attachments"] = f"{typed.get('attachments', '')} {answer.id}".strip()
        typed["stored"] = "\n".join(filter(None, (typed.get("stored", ""), answer.name)))
    return typed


def _acknowledgeable(who: Acting, questions: list[dossier.Question]) -> set[str]:
    """Terms that this person may say to have seen."""
    return {
        term.id
        for question in questions
        for term in question.terms
        if offers.may_acknowledge(
            who, term, [one for one in question.escalations if one.term == term.id], question.department
        )
    }
