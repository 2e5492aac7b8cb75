"""What whoever registered changes himself on the tracking page: how he is reached, what he withdraws, what he thinks.

Each is decided by a rule of `aftercare.py`, as a command of the page on behalf of its sender.
"""

from typing import Annotated, TypedDict

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from ulid import ULID

from services.intake.aftercare import CONTESTED, correct_registrant, must_ask, rate_answer, withdraw_questions
from services.intake.pages import online_form
from services.intake.pages.enquiry import PAGE
from services.intake.pages.online_form import WrongForm, read_registrant
from services.intake.pages.own_form import OWN_FORMS, Tracking
from services.intake.pages.tracking import MARKS
from services.intake.submissions import Submission
from shared.contracts import Actor, Role
from shared.contracts.intake import CorrectRegistrant, RateAnswer, WithdrawQuestions
from shared.text import clean

NO_MARK = "Xin ông/bà chọn một mức đánh giá."
NO_REASON = "Xin ông/bà ghi lý do, ví dụ: đã tự giải quyết xong."
NONE_CHOSEN = "Xin ông/bà chọn câu hỏi muốn rút."
MOST_REASON = 1_000
MOST_WORDS = 2_000
CORRECTED_HERE = "Người đăng ký tự sửa trên trang tra cứu."


class _OnBehalf(TypedDict):
    actor: Actor
    key: str
    submission: str


def _on_behalf(submission: Submission) -> _OnBehalf:
    """Repeating a change changes nothing, so each may have a key of its own."""
    actor = Actor(name=PAGE, role=Role.SYSTEM, commune=submission.commune)
    return _OnBehalf(actor=actor, key=str(ULID()), submission=submission.id)


def add_pages(router: APIRouter, tracking: Tracking) -> None:
    """Add the three forms of the tracking page."""

    @router.post("/tra-cuu/{code}/sua-dia-chi")
    async def correct(
        request: Request,
        code: str,
        phone: Annotated[str, Form()] = "",
        email: Annotated[str, Form()] = "",
        address: Annotated[str, Form()] = "",
    ) -> Response:
        typed = {"phone": phone, "email": email, "address": address}

        async def change(form: Submission) -> Response:
            filled = online_form.Form(name=form.registrant.name, questions=[], **typed)
            command = CorrectRegistrant(**_on_behalf(form), registrant=read_registrant(filled), reason=CORRECTED_HERE)
            await tracking.carry_out(command, form.id, lambda one: correct_registrant(one, command, tracking.now()))
            return tracking.back_to(form, "da-sua")

        return await tracking.attempt(request, code, "sua-dia-chi", typed, change)

    @router.post("/tra-cuu/{code}/rut-cau-hoi")
    async def withdraw(
        request: Request,
        code: str,
        question: Annotated[list[str] | None, Form()] = None,
        reason: Annotated[str, Form()] = "",
        sure: Annotated[str, Form()] = "",
    ) -> Response:
        """First it says what will happen; nothing does before that was read and confirmed."""
        chosen = tuple(question or ())

        async def change(form: Submission) -> Response:
            _mend(question="" if chosen else NONE_CHOSEN, reason=_wrong_text(reason, MOST_REASON, NO_REASON))
            for one in chosen:
                must_ask(form, one)
            command = WithdrawQuestions(**_on_behalf(form), questions=chosen[:20], reason=clean(reason))
            if sure:
                await tracking.carry_out(command, form.id, lambda one: withdraw_questions(one, command, tracking.now()))
                return tracking.back_to(form, "da-rut")
            after, _ = withdraw_questions(form, command, tracking.now())
            return tracking.page(
                "withdraw.html",
                headers=OWN_FORMS,
                submission=form,
                going=[one for one in form.questions if one.id in chosen],
                staying=[one for one in form.questions if one.id not in after.withdrawn],
                frees_seat=after.attendance != form.attendance,
                reason=command.reason,
            )

        return await tracking.attempt(
            request, code, "rut-cau-hoi", {"reason": reason, "question": " ".join(chosen)}, change
        )

    @router.post("/tra-cuu/{code}/danh-gia")
    async def rate(
        request: Request,
        code: str,
        question: Annotated[str, Form()] = "",
        mark: Annotated[str, Form()] = "",
        words: Annotated[str, Form()] = "",
    ) -> Response:
        async def change(form: Submission) -> Response:
            must_ask(form, question)
            _mend(mark="" if mark in map(str, MARKS) else NO_MARK, words=_wrong_text(words, MOST_WORDS))
            command = RateAnswer(**_on_behalf(form), question=question, mark=int(mark), words=clean(words))
            await tracking.carry_out(command, form.id, lambda one: rate_answer(one, command, tracking.now()))
            return tracking.back_to(form, "xem-lai" if command.mark <= CONTESTED else "da-danh-gia")

        typed = {"words": words, "question": question, "mark": mark}
        return await tracking.attempt(request, code, "danh-gia", typed, change)


def _mend(**problems: str) -> None:
    """Raises WrongForm with the problems that are none of them empty."""
    if found := {place: problem for place, problem in problems.items() if problem}:
        raise WrongForm(found)


def _wrong_text(text: str, most: int, missing: str = "") -> str:
    """What is wrong with a text; empty where nothing is. missing: said where there is none, if there must be one."""
    if not (text := clean(text)):
        return missing
    return f"Nội dung dài quá {most} ký tự. Xin ghi gọn lại." if len(text) > most else ""
