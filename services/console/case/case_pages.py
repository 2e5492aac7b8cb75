"""`/ho-so/<case>`: one form with its questions and files, and what can be done with them.

Of each question two pages more: every version of its answer, and who did what.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from sqlite3 import Connection
from typing import Literal
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import asking, offers, terms
from services.console.acting import Acting
from services.console.case import case_forms, case_shown, dossier, fates, question_rows
from services.console.case.question import Question
from services.console.case.stale import named
from services.console.case.versions import versions
from services.console.cases import elsewhere, record
from services.console.commands import STATUS, Attempt, perform
from services.console.letters import posting
from services.console.pages import HEADERS, Pages, Sent, Who, all_sent_in, done, download
from services.console.reader import Reader
from shared.contracts import Refused
from shared.contracts.notify import RenderLetter
from shared.files import get_file, put_file
from shared.service import Service

UNTRUSTED = {**HEADERS, "Content-Security-Policy": "sandbox; default-src 'none'"}
"""What citizens sent must not act in the console's name, whatever it is."""
ADD_FILES = "add-files"
FORM_OF = {"keep-draft": "draft-answer"}
"""Commands that are the second button of another one's form."""


def add_cases(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    _add_files(router, service, pages)
    _add_question_pages(router, service, pages)

    @router.get("/ho-so/{case}")
    async def case(who: Who, case: str, xong: str = "", xem: str = "") -> Response:
        return await show(who, case, verb=xong, sight=xem)

    @router.post("/ho-so/{case}")
    async def act(request: Request, who: Who, case: str) -> Response:
        typed, files = await all_sent_in(request)
        if (form := case_forms.prepared(typed)) is not None:
            return await show(
                who, case, attempt=Attempt(typed.get("verb", ""), typed.get("question", ""), form, 200, "")
            )
        kept = await _keep(service, who, typed, files) if typed.get("verb") == ADD_FILES else typed
        result = kept if isinstance(kept, Attempt) else await perform(service, reader, who, kept, case_forms.command)
        if isinstance(result, Attempt):
            return await show(who, case, attempt=replace(result, verb=FORM_OF.get(result.verb, result.verb)))
        return RedirectResponse(f"/ho-so/{case}?xong={result.verb}#{quote(typed.get('question') or result.about)}", 303)

    async def show(who: Acting, case: str, verb: str = "", attempt: Attempt | None = None, sight: str = "") -> Response:
        now = service.clock()

        def query(db: Connection) -> tuple[dossier.Case, dict[str, list[question_rows.Joinable]]] | None:
            if (known := dossier.case(db, who.commune, case, now)) is None:
                return None
            offered = {question.id: offers.for_question(who, question) for question in known.questions}
            joining = [question for question in known.questions if _is_offered("join-question", offered[question.id])]
            return known, {question.id: question_rows.joinable(db, who.commune, question) for question in joining}

        seen = await pages.read(query)
        if seen is None:
            return await elsewhere(service, pages, who, case)
        found, joinable = seen
        denounced = found.reads_like_denunciation
        secret = denounced and who.role not in offers.OFFICE
        if secret:
            found = found.for_others()
        here = offers.is_here(found.submission.attendance, found.dialogue, now)
        of_form = offers.for_form(who, found)
        all_terms = [term for question in found.questions for term in question.terms]
        offered = [(question, offers.for_question(who, question, here=here)) for question in found.questions]
        offered = [(question, _without_empty(forms, joinable.get(question.id))) for question, forms in offered]
        written = [question.id for question, forms in offered if _is_offered("draft-answer", forms)]
        recorded, explained, suggested, answers = await asyncio.gather(
            record(service, who, case),
            terms.explain(service.nats, who, all_terms),
            asking.suggestions(service.nats, who, written),
            asyncio.to_thread(case_shown.of_answers, who, found.questions, attempt),
        )
        told = case_shown.of_record(who, recorded, found.questions, explained, now, secret=secret, sight=sight)
        attempt = named(attempt, told["history"]) if attempt else None
        return pages.show(
            "case.html",
            who,
            attempt.status if attempt else 200,
            submission=found.submission,
            dialogue=found.dialogue,
            questions=offered,
            suggested=suggested,
            joinable=joinable,
            acknowledgeable=_acknowledgeable(who, found.questions),
            topics=found.topics,
            offered=[*offers.for_registrant(who, found.submission, found.dialogue, now), *of_form],
            files=found.files if offers.may_have_files(who, denounced) else [],
            may_have_files=offers.may_have_files(who, denounced),
            words_of_sender=found.words,
            letters=[(letter, offers.for_letter(who, letter, found.letters)) for letter in found.letters],
            fates=fates,
            became_letters=dossier.became_letters(found.letters),
            nobodys=offers.NOBODYS,
            receipt=_receipt(case, found.letters),
            explained=explained,
            secret=secret,
            attempt=attempt,
            done=done(verb),
            done_verb=verb if done(verb) else "",
            **told,
            **answers,
            **case_shown.words_for(who),
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


def _add_question_pages(router: APIRouter, service: Service, pages: Pages) -> None:
    @router.get("/ho-so/{case}/du-thao/{question}")
    async def drafts(who: Who, case: str, question: str, ban: int | None = None) -> Response:
        """Every version of an answer; the one that is asked for, or the last, compared with the one before."""
        found, asked = await one_question(who, case, question)
        compared = await asyncio.to_thread(versions, asked.drafts, ban)
        return pages.show("case_drafts.html", who, submission=found.submission, question=asked, versions=compared)

    @router.get("/ho-so/{case}/ai-lam-gi/{question}")
    async def deeds(who: Who, case: str, question: str) -> Response:
        """Who did what with a question, when, from what to what, and why."""
        found, asked = await one_question(who, case, question)
        told = await asking.who_did_what(service.nats, who, asked.id)
        if isinstance(told, Refused):
            raise HTTPException(STATUS[told.code], told.reason)
        return pages.show("case_deeds.html", who, submission=found.submission, question=asked, entries=told)

    @router.get("/ho-so/{case}/phieu-chuyen/{question}.{format}")
    async def slip(who: Who, case: str, question: str, format: Literal["pdf", "docx"]) -> Response:
        """The transfer slip of a question that was referred up, or that another authority has."""
        _, asked = await one_question(who, case, question)
        if not offers.may_have_slip(who, asked):
            raise HTTPException(403, "Phiếu chuyển dành cho Văn phòng, khi câu hỏi đã chuyển đi nơi khác.")
        file = await asking.slip(service.nats, who, case, asked.id, format)
        if isinstance(file, Refused):
            raise HTTPException(STATUS[file.code], file.reason)
        return download(file.name, file.media_type, file.data)

    @router.get("/ho-so/{case}/thu/{notification}.{format}")
    async def letter(who: Who, case: str, notification: str, format: Literal["pdf", "docx"]) -> Response:
        """A letter as it left, or as it would be now; and the receipt of a form, whether or not it was sent."""
        if posting.case_of(notification) != case:
            raise HTTPException(404, "Hồ sơ này không có thư đó.")
        await must_be_readable(who, case)
        command = offers.valid(
            RenderLetter, who.actor, {"key": str(ULID()), "notification": notification, "format": format}
        )
        file = await asking.drawn(service.nats, command)
        if isinstance(file, Refused):
            raise HTTPException(STATUS[file.code], file.reason)
        return download(file.name, file.media_type, file.data)

    async def must_be_readable(who: Acting, case: str) -> None:
        """Letters bear names: of a form that reads like a denunciation they are the office's alone."""

        def query(db: Connection) -> tuple[bool, bool]:
            known = dossier.commune_of(db, case)
            return known is not None and known[1] == who.commune, dossier.is_denounced(db, case)

        known, denounced = await pages.read(query)
        if not known:
            raise HTTPException(404, "Không có hồ sơ này.")
        if who.actor.role not in offers.OFFICE and (denounced or who.role not in offers.EXPERTS):
            raise HTTPException(403, "Thư của hồ sơ này chỉ dành cho người giải quyết.")

    async def one_question(who: Acting, case: str, id: str) -> tuple[dossier.Case, Question]:
        """A question of this form. Of a denunciation, nobody but the office reads what was written.

        Raises:
            HTTPException: 404, 403.
        """
        found = await pages.read(lambda db: dossier.case(db, who.commune, case, service.clock()))
        asked = next((question for question in found.questions if question.id == id), None) if found else None
        if found is None or asked is None:
            raise HTTPException(404, "Không có câu hỏi này trong phiếu.")
        if found.reads_like_denunciation and who.role not in offers.OFFICE:
            raise HTTPException(403, "Phiếu này có nội dung giống tố cáo; chỉ Văn phòng và lãnh đạo được xem.")
        return found, asked


def _without_empty(forms: list[offers.Offer], joinable: Sequence[question_rows.Joinable] | None) -> list[offers.Offer]:
    """Nobody is asked to choose among no questions."""
    return [offer for offer in forms if joinable or offer.verb != "join-question"]


def _receipt(case: str, letters: Sequence[dossier.Letter]) -> str | None:
    """Id of the receipt as a document, where the list of letters does not have it."""
    return None if any(letter.kind == "receipt" for letter in letters) else f"{case}.receipt"


def _is_offered(verb: str, forms: Sequence[offers.Offer]) -> bool:
    return any(offer.verb == verb for offer in forms)


def _acknowledgeable(who: Acting, questions: list[Question]) -> set[str]:
    """Terms that this person may say to have seen."""
    return {
        term.id
        for question in questions
        for term in question.terms
        if offers.may_acknowledge(
            who, term, [one for one in question.escalations if one.term == term.id], question.department
        )
    }
