"""A form as its own sender meets it: he proves that it is his, sees what has become of it, and may change it.

The addresses: `tracking_pages.py`; what he may change: `changing_pages.py`.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from services.intake.aftercare import CONTESTED
from services.intake.codes import normalise
from services.intake.pages.enquiry import NOT_FOUND, Enquiry
from services.intake.pages.errors import RETRY_AFTER_S, TRY_LATER, Away, TooManyTries, patience
from services.intake.pages.limits import Limits, host_of, network_of
from services.intake.pages.online_form import WrongForm
from services.intake.pages.own_site import OF_FORMS, refuse_other_sites, require_own_site
from services.intake.pages.paper_pages import Page
from services.intake.pages.session import Sessions
from services.intake.pages.tracking import MARKS
from services.intake.store import Submissions
from services.intake.submissions import Decision, Submission
from shared.commands import obey
from shared.contracts import Refusal, Refused
from shared.contracts.intake import IntakeCommand
from shared.service import Service
from shared.text import clean, one_line

NO_CODE = "Mã phiếu gồm tám chữ và số, ví dụ K7QX-3M9M. Xin ông/bà xem lại giấy tiếp nhận."
NOT_OPEN = (
    "Trang phiếu chỉ mở trong 30 phút nên đã đóng lại; thay đổi chưa được ghi. "
    "Xin ông/bà ghi lại thông tin liên hệ để mở phiếu, rồi gửi lại."
)
TOO_OFTEN = "Phiếu đã được thay đổi nhiều lần trong một giờ. Xin ông/bà đợi ít phút rồi gửi lại."
PRIVATE = {"Cache-Control": "no-store"}
OWN_FORMS = PRIVATE | OF_FORMS
CHANGES_AN_HOUR = 30
"""Of one form by its sender. Each stays in its history for good."""
TYPED = ("words", "reason", "phone", "email", "address")
"""Fields that hold a person's own words."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A form of the page that comes back as it was typed. form: which; problems: what to mend, by field."""

    form: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)


class Tracking:
    """Shows a form to whoever has proved that it is his, and lets him change it."""

    def __init__(
        self, service: Service, enquiry: Enquiry, submissions: Submissions, sessions: Sessions, page: Page
    ) -> None:
        self.now = service.clock
        self.page = page
        self._communes = service.communes
        self._known_as = urlsplit(service.settings.public_url).netloc
        self._enquiry = enquiry
        self._submissions = submissions
        self._sessions = sessions
        self._changes = Limits(CHANGES_AN_HOUR)

    async def prove(self, request: Request, code: str, contact: str) -> Response:
        """The contact is in no address, so that it stays in no history and no log.

        A browser that has the form open already is let in: others who guess wrongly do not lock its sender out.

        Raises:
            HTTPException: 403, the form is another site's.
        """
        refuse_other_sites(request, self._known_as)
        if (submission := await self.opened(request, code)) is not None:
            return self.back_to(submission)
        typed = one_line(code)[:40], one_line(contact)[:254]
        sender = network_of(host_of(request))
        try:
            submission = await self._enquiry.prove(code, contact, sender)
        except TooManyTries as tries:
            return self.asking(*typed, problem=tries.told, status=429, retry_after_s=tries.wait_s)
        if submission is None:
            return self.asking(*typed, problem=NOT_FOUND if normalise(code) else NO_CODE, status=404)
        response = self.back_to(submission)
        self._sessions.open(response, request, submission.code)
        return response

    async def opened(self, request: Request, code: str) -> Submission | None:
        """The form, where this browser has proved that it may see it."""
        known = normalise(code)
        if known is None or known not in self._sessions.opened(request):
            return None
        async with patience():
            return await self._submissions.by_code(known)

    def asking(
        self,
        code: str = "",
        contact: str = "",
        problem: str = "",
        lost: tuple[str, ...] = (),
        status: int = 200,
        retry_after_s: int | None = None,
    ) -> HTMLResponse:
        """lost: what was typed and could not be taken, to be copied by whoever typed it."""
        lost = tuple(text for text in map(clean, lost) if text)
        return self.page(
            "ask.html",
            status,
            OWN_FORMS | _waiting(retry_after_s),
            code=code,
            contact=contact,
            problem=problem,
            unknown=status == 404,
            lost=lost,
        )

    async def show(
        self,
        submission: Submission,
        *,
        news: str = "",
        returned: Returned | None = None,
        status: int = 200,
        retry_after_s: int | None = None,
    ) -> HTMLResponse:
        account = await self._enquiry.account(submission)
        return self.page(
            "tracking.html",
            status,
            OWN_FORMS | _waiting(retry_after_s),
            submission=submission,
            commune=self._communes[submission.commune],
            account=account,
            stories=account.stories,
            explained=await self._enquiry.explained(submission.commune, account.stories),
            marks=MARKS,
            contested=CONTESTED,
            news=news,
            returned=returned or Returned(),
        )

    async def attempt(
        self,
        request: Request,
        code: str,
        form: str,
        typed: Mapping[str, str],
        change: Callable[[Submission], Awaitable[Response]],
    ) -> Response:
        """Do it for who has proved that the form is his. What cannot be done comes back as it was typed.

        Args:
            form: which form of the page was sent; typed: what was written there, by field.
            change: raises WrongForm or Refusal for what cannot be done.
        """
        require_own_site(request, self._known_as)
        known, lost = normalise(code) or "", tuple(typed[name] for name in TYPED if name in typed)
        try:
            submission = await self.opened(request, code)
            if submission is None:
                return self.asking(known, problem=NOT_OPEN, lost=lost, status=403)
            wait = self._changes.wait_s(submission.id)
            try:
                if not wait:
                    return await change(submission)
                problems = {form: TOO_OFTEN}
            except WrongForm as wrong:
                problems = dict(wrong.problems)
            except Refusal as refusal:
                problems = {form: refusal.reason}
            returned = Returned(form, typed, problems)
            return await self.show(
                submission, returned=returned, status=429 if wait else 422, retry_after_s=wait or None
            )
        except Away:
            return self.asking(known, problem=TRY_LATER, lost=lost, status=503, retry_after_s=RETRY_AFTER_S)

    async def carry_out(self, command: IntakeCommand, id: str, decide: Callable[[Submission], Decision]) -> None:
        """Raises Refusal where the rule does."""
        async with patience():
            reply = await obey(self._submissions, id, command, decide)
        if isinstance(reply, Refused):
            raise Refusal("not-now", reply.reason)
        self._changes.note(id)

    def back_to(self, submission: Submission, news: str = "") -> Response:
        told = f"?bao={news}" if news else ""
        return RedirectResponse(f"/tra-cuu/{submission.code}{told}", 303, PRIVATE)


def _waiting(retry_after_s: int | None) -> dict[str, str]:
    return {"Retry-After": str(retry_after_s)} if retry_after_s else {}
