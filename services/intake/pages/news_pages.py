"""The page that a mail nobody need have leads to: one button, and none of it any more (RFC 8058).

Whoever has the code may press it: nothing that is owed gets lost by it. A code that nobody has is answered like any
other, so the page tells of none whether it was given out.
"""

import math
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from services.intake.aftercare import decline_news
from services.intake.codes import normalise
from services.intake.pages.errors import patience
from services.intake.pages.limits import NetworkLimits, host_of
from services.intake.pages.own_form import OWN_FORMS
from services.intake.pages.own_site import require_own_site
from services.intake.pages.paper_pages import Page
from services.intake.store import Submissions
from services.intake.submissions import Decision, Submission
from shared.clock import Clock

ONE_CLICK = "One-Click"
GUESSES_AN_HOUR = 60
"""Codes that nobody has, of one network; a provider of mail may press for all its customers."""
TOO_MANY = "Có quá nhiều yêu cầu từ mạng của ông/bà. Xin thử lại sau {minutes} phút."


def add_pages(router: APIRouter, submissions: Submissions, now: Clock, known_as: str, page: Page) -> None:
    """known_as: host and port under which citizens reach these pages."""
    limits = NetworkLimits(GUESSES_AN_HOUR)

    @router.get("/ngung-nhan/{code}")
    async def ask(code: str) -> HTMLResponse:
        """Looking at it changes nothing: programs look at every link of a mail."""
        return page("news.html", headers=OWN_FORMS, code=normalise(code) or "", done=False)

    @router.post("/ngung-nhan/{code}")
    async def decline(
        request: Request, code: str, one_click: Annotated[str, Form(alias="List-Unsubscribe")] = ""
    ) -> HTMLResponse:
        """A mail program, which is no visitor's browser, says so with this one word."""
        if one_click != ONE_CLICK:
            require_own_site(request, known_as)
        if wait := limits.wait_s(host_of(request)):
            told = TOO_MANY.format(minutes=math.ceil(wait / 60))
            raise HTTPException(429, told, {"Retry-After": str(wait)})
        known = normalise(code) or ""
        async with patience():
            form = await submissions.by_code(known) if known else None
            if form is None:
                limits.note(host_of(request))
            else:
                await submissions.change(form.id, lambda one: _declining(one, now))
        return page("news.html", headers=OWN_FORMS, code=known, done=True)


def _declining(form: Submission | None, now: Clock) -> Decision:
    assert form is not None, "it was found a moment ago, and none is ever removed"
    return decline_news(form, now())
