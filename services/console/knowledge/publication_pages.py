"""`/ho-so/<case>/cong-khai/<question>`: an answered question on its way to the library, in words that name nobody."""

from collections.abc import Mapping
from functools import partial
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from nats.errors import Error as NatsError
from starlette.exceptions import HTTPException
from ulid import ULID

from services.console import offers
from services.console.acting import Acting
from services.console.case import dossier
from services.console.case.dossier import Submission
from services.console.case.question import Question
from services.console.commands import Attempt, perform
from services.console.knowledge import publication
from services.console.knowledge.publication import Original, Proposal, Typed
from services.console.pages import Pages, Who, typed_in
from services.console.reader import Reader
from shared.commands import send
from shared.contracts import Actor, Command, Done
from shared.contracts.routing import ProposePublication, PublishAnswer
from shared.logs import in_short, logger
from shared.service import Service

PATH = "/ho-so/{case}/cong-khai/{question}"
APPLY = "apply-kept"
PROPOSED_WITHIN_S = 10
UNPROPOSED = "Lúc này chưa tìm được thông tin cá nhân trong câu hỏi và câu trả lời. Xin tải lại trang sau ít phút."


def add_publication(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.get(PATH)
    async def begin(who: Who, case: str, question: str) -> Response:
        submission, asked = await of_library(who, case, question)
        proposal = await propose(who, submission, asked)
        if isinstance(proposal, str):
            return show(who, submission, asked, problem=proposal)
        typed = publication.begun(_original(asked), proposal, asked.published_asked, asked.published_answered)
        return show(who, submission, asked, proposal, typed)

    @router.post(PATH)
    async def act(request: Request, who: Who, case: str, question: str) -> Response:
        """What is put back is read once more before it is published."""
        form = await typed_in(request)
        submission, asked = await of_library(who, case, question)
        proposal = await propose(who, submission, asked)
        if isinstance(proposal, str):
            return show(who, submission, asked, typed=publication.typed_from(form), problem=proposal, form=form)
        typed = publication.typed_from(form)
        mended = publication.applied(typed, _original(asked), proposal)
        unread = (mended.asked, mended.answered) != (typed.asked, typed.answered)
        if form.get("verb") == APPLY or unread:
            return show(who, submission, asked, proposal, mended, form=form, unread=unread)
        form = {**form, "question": question}
        result = await perform(service, reader, who, form, partial(_command, _known(submission)))
        if isinstance(result, Attempt):
            return show(who, submission, asked, proposal, mended, form=form, attempt=result)
        return RedirectResponse(f"/ho-so/{case}?xong={result.verb}#{quote(question)}", 303)

    async def of_library(who: Acting, case: str, question: str) -> tuple[Submission, Question]:
        """A question of this case that may be published, by someone who may."""
        if who.actor.role not in offers.OFFICE:
            raise HTTPException(403, "Văn phòng và lãnh đạo quyết định câu nào được đăng lên thư viện hỏi đáp.")
        found = await pages.read(lambda db: dossier.case(db, who.commune, case, service.clock()))
        asked = next((one for one in found.questions if one.id == question), None) if found else None
        if found is None or asked is None:
            raise HTTPException(404, "Không có câu hỏi này.")
        if PublishAnswer.verb not in {offer.verb for offer in offers.for_question(who, asked)}:
            raise HTTPException(409, "Chỉ câu hỏi trong phạm vi đối thoại, đã được trả lời xong mới đăng được.")
        return found.submission, asked

    async def propose(who: Acting, submission: Submission, question: Question) -> Proposal | str:
        """The masked texts, or why there are none."""
        command = ProposePublication(actor=who.actor, key=str(ULID()), question=question.id, known=_known(submission))
        if not service.nats.is_connected:
            return UNPROPOSED
        try:
            reply = await send(service.nats, command, PROPOSED_WITHIN_S)
        except (NatsError, TimeoutError) as error:
            logger().warning("publication-not-proposed", error=in_short(error))
            return UNPROPOSED
        return Proposal.model_validate(reply.state) if isinstance(reply, Done) else reply.reason

    def show(
        who: Acting,
        submission: Submission,
        question: Question,
        proposal: Proposal | None = None,
        typed: Typed | None = None,
        *,
        form: Mapping[str, str] | None = None,
        attempt: Attempt | None = None,
        problem: str = "",
        unread: bool = False,
    ) -> Response:
        """unread: what is shown differs from what was sent, so it is looked at again. form: what was sent."""
        original = _original(question)
        found = proposal.found if proposal else ()
        return pages.show(
            "publication.html",
            who,
            attempt.status if attempt else 200,
            submission=submission,
            question=question,
            original=[(where, publication.marked(original.of(where), found, where)) for where in publication.WHERE],
            found=found,
            likely=publication.likely(found, _known(submission)),
            typed=typed,
            kinds=publication.KINDS,
            form=form or {},
            attempt=attempt,
            problem=problem,
            unread=unread,
            apply=APPLY,
            public_page=f"{service.settings.public_url}/xa/{who.commune}/hoi-dap",
        )


def _command(known: tuple[str, ...], verb: str, actor: Actor, form: Mapping[str, str]) -> Command:
    """The command of the page. known: what the form tells of its sender: it is not to be typed back.

    Raises:
        KeyError: it has one only.
        WrongFields: naming each field that must be mended.
    """
    if verb != PublishAnswer.verb:
        raise KeyError(verb)
    typed = publication.typed_from(form)
    values = {"question": form["question"], "key": form.get("key", ""), "version": form.get("version") or None}
    words = {"asked": typed.asked, "answered": typed.answered, "kept": typed.all_kept, "known": known}
    return offers.valid(PublishAnswer, actor, values | words)


def _known(submission: Submission) -> tuple[str, ...]:
    """What the form tells of its sender."""
    known = (submission.name, submission.address, submission.phone, submission.email)
    return tuple(one for one in known if one)


def _original(question: Question) -> Original:
    return Original(question.text or "", question.given_answer)
