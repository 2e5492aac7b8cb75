"""`/`: what waits for whoever was chosen, and what he does about it without opening each case."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from services.console import my_work, terms
from services.console.acting import Acting
from services.console.commands import Attempt, Success, perform
from services.console.my_work import Task
from services.console.pages import Pages, Who, done, typed_in
from services.console.reader import Reader
from shared.contracts.routing import ApproveAnswer, AssignQuestion
from shared.service import Service

APPROVE_ALL = "/duyet"
ASSIGN = "/giao"
CHOSEN = "chon-"
"""Begins the name of the box of each draft that is approved."""
AS_PROPOSED = "Văn phòng xác nhận đề xuất phân loại."


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one of several. called: its form and place on it. refused: why nothing came of it."""

    id: str
    called: str
    refused: Attempt | None


async def show_work(
    service: Service,
    pages: Pages,
    who: Acting,
    *,
    verb: str = "",
    attempt: Attempt | None = None,
    decided: Sequence[Decided] = (),
) -> Response:
    """The desk of one person."""
    now = service.clock()
    work = await pages.read(lambda db: my_work.work(db, who, now))
    refused = [one.refused.status for one in decided if one.refused]
    return pages.show(
        "work.html",
        who,
        attempt.status if attempt else max(refused, default=200),
        work=work,
        explained=await terms.explain(service.nats, who, work.terms),
        most=my_work.MOST,
        attempt=attempt,
        decided=decided,
        done=done(verb),
        paths={"approve": APPROVE_ALL, "assign": ASSIGN},
        chosen=CHOSEN,
    )


def add_work(router: APIRouter, service: Service, pages: Pages, reader: Reader) -> None:
    @router.post(APPROVE_ALL)
    async def approve(request: Request, who: Who) -> Response:
        """Each is a command of its own: one that is refused does not hold the others up."""
        typed = await typed_in(request)
        now = service.clock()
        known = {task.id: task for task in (await pages.read(lambda db: my_work.work(db, who, now))).to_decide}
        decided = []
        if not chosen_in(typed):
            nothing = Attempt(ApproveAnswer.verb, "", typed, 422, "Xin đánh dấu ít nhất một câu trả lời.")
            return await show_work(service, pages, who, attempt=nothing)
        for question in chosen_in(typed):
            result = await perform(service, reader, who, approval_of(question, typed))
            refused = result if isinstance(result, Attempt) else None
            decided.append(Decided(question, called(known.get(question), question), refused))
        return await show_work(service, pages, who, decided=decided)

    @router.post(ASSIGN)
    async def assign(request: Request, who: Who) -> Response:
        """What the machine proposed, and a person of the office confirms."""
        typed = await typed_in(request)
        match await perform(service, reader, who, typed | {"verb": AssignQuestion.verb, "reason": AS_PROPOSED}):
            case Attempt() as attempt:
                return await show_work(service, pages, who, attempt=attempt)
            case Success() as success:
                return RedirectResponse(f"/?xong={success.verb}", 303)


def chosen_in(typed: Mapping[str, str]) -> list[str]:
    """The drafts whose boxes were ticked, in the order of the page."""
    return [name.removeprefix(CHOSEN) for name in typed if name.startswith(CHOSEN)]


def approval_of(question: str, typed: Mapping[str, str]) -> dict[str, str]:
    """The form of one approval, of the page that holds several: each with a key and a version of its own."""
    return {
        "verb": ApproveAnswer.verb,
        "question": question,
        "key": typed.get(f"key-{question}", ""),
        "version": typed.get(f"version-{question}", ""),
    }


def called(task: Task | None, id: str) -> str:
    """`Phiếu K7QX-3M9D, câu 2`."""
    if task is None or task.code is None:
        return id
    return f"Phiếu {task.code}, câu {task.number}" if task.number else f"Phiếu {task.code}"


def wants_list(asked: Mapping[str, str]) -> bool:
    """Whether the address asks for the list of questions, and not for one's own desk."""
    return any(name in asked for name in ("loc", "phong", "tim", "trang"))
