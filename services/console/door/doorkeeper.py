"""The door of a running console: accounts and sessions in its database, and the pages by which one comes in."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.console.acting import Acting, Worker, chosen
from services.console.door import accounts
from services.console.door.accounts import Account
from services.console.door.audit import Present, present
from services.console.door.audit_pages import add_audit
from services.console.door.book import Book
from services.console.door.cookies import Cookie, address_of
from services.console.door.first_pages import add_first
from services.console.door.own_pages import add_own
from services.console.door.people import acting_as, known_name, who_is
from services.console.door.provider import Provider, client_of
from services.console.door.provider_pages import add_provider
from services.console.door.sessions import LONGEST, How, Session
from services.console.door.sign_in_pages import add_sign_in
from services.console.door.signing_in import From, SigningIn, Wrong
from services.console.door.tokens import hashed, new_token
from services.console.pages import Pages
from services.console.work.held import Act
from shared.clock import RehearsalClock, real_now
from shared.contracts import Actor, Refusal
from shared.service import Service

MOST_OF_A_NAME = 200
A_YEAR = timedelta(days=365)


class Doorkeeper:
    """Lets people in and out. Sessions last by the real time, whatever a rehearsal plays.

    cookie: of the session; step, asked: of a sign-in under way, here and at the provider; browser: of one known before.
    """

    def __init__(self, service: Service) -> None:
        assert service.database is not None, "the door keeps its accounts in a database"
        secure = service.settings.console_url.startswith("https:")
        self.cookie, self.step = Cookie("doithoai_console", secure), Cookie("doithoai_buoc", secure)
        self.browser, self.asked = Cookie("doithoai_may", secure), Cookie("doithoai_tinh", secure)
        self.rehearsed = isinstance(service.clock, RehearsalClock)
        self.communes = service.communes
        self.book = Book(service.database)
        self.signing_in = SigningIn(service.database, self.book, service.communes)
        client = client_of(service.settings)
        self.provider = Provider(client) if client else None
        service.app.state.audit = self.book.audit
        service.tidies(3600, self._tidy)

    def add_pages(self, outside: APIRouter, inside: APIRouter, service: Service, pages: Pages) -> None:
        add_sign_in(outside, service, pages, self)
        add_first(outside, pages, self)
        if self.provider is not None:
            add_provider(outside, pages, self, self.provider)
        add_own(inside, pages, self)
        add_audit(inside, pages, self.book.audit)

    async def who(self, request: Request) -> Acting | None:
        session = await self.session(request)
        who = who_is(self.communes, session, rehearsed=self.rehearsed) if session else None
        if session is not None and who is not None:
            present.set(Present(session.account, address_of(request)))
        return who

    async def who_was(self, request: Request) -> Acting | None:
        token = self.cookie.of(request)
        last = await self.book.sessions.last(token) if token else None
        return who_is(self.communes, last, rehearsed=self.rehearsed) if last else None

    async def session(self, request: Request) -> Session | None:
        """The session of a browser, asked for once a request."""
        if not hasattr(request.state, "session"):
            token = self.cookie.of(request)
            request.state.session = await self.book.sessions.find(token, real_now()) if token else None
        found: Session | None = request.state.session
        return found

    async def still(self, act: Act) -> Actor | None:
        """Who he is by now who did what is held back; None when he may do nothing any more."""
        if self.rehearsed:
            who: Acting | None = chosen(self.communes, act.commune, act.worker)
        elif (account := await self.book.accounts.get(act.account)) is not None:
            who = self.signing_in.who_has(account)
        else:  # whom the province's provider alone knows
            who = acting_as(self.communes, act.account, act.commune)
        return who.actor if who is not None and who.worker is not None else None

    async def let_in(
        self, request: Request, response: Response, who: Acting, how: How, account: Account | None
    ) -> None:
        """Begin a session of a new name, and end the one that this browser had.

        account: as he proved himself with it; None of somebody who plays in a rehearsal, or whom the provider alone
            knows.

        Raises:
            Wrong: meanwhile it was closed, or its password was changed or voided.
        """
        assert who.worker is not None
        await self._end_here(request)
        now, place = real_now(), self.place(request)
        free = account is not None and account.role is not None
        session = Session(
            id="",
            account=account.id if account else _name_of(who.worker, how),
            commune="" if free else who.commune,
            how=how,
            began_at=now,
            seen_at=now,
            role=who.role if free else None,
            name=who.worker.name if free else "",
            device=request.headers.get("user-agent", "")[:MOST_OF_A_NAME],
            address=place.address,
        )
        token = await self.book.sessions.begin(session)
        if not await self._is_still(session, account):  # asked last, for whoever closes an account ends sessions last
            await self.book.sessions.end(session.account, hashed(token))
            await self.signing_in.failed("forbidden", place, account)
            raise Wrong
        self.cookie.put(response, token, LONGEST)
        self.step.drop(response)
        if account is not None and how == "password":
            await self._know(request, response, account)
        await self.book.audit.note(
            "sign-in",
            "done",
            who=session.account,
            name=who.worker.name,
            role=who.role,
            commune=session.commune,
            verb=how,
            address=place.address,
        )

    async def let_out(self, request: Request, response: Response) -> None:
        """End the session of this browser."""
        if session := await self._end_here(request):
            await self.book.audit.note(
                "sign-out", "done", who=session.account, commune=session.commune, address=address_of(request)
            )
        self.cookie.drop(response)

    def place(self, request: Request) -> From:
        return From(address_of(request), self.browser.of(request))

    async def _end_here(self, request: Request) -> Session | None:
        session = await self.session(request)
        if session is not None:
            await self.book.sessions.end(session.account, session.id)
        return session

    async def _is_still(self, session: Session, proved: Account | None) -> bool:
        """Whether the account of a session that begins is what somebody proved himself with."""
        if session.how == "rehearsal":
            return True
        account = await self.book.accounts.get(session.account)
        if account is None:
            return proved is None
        is_open = account.closed_at is None
        return is_open and (session.how != "password" or proved is None or account.proof == proved.proof != "")

    async def _know(self, request: Request, response: Response, account: Account) -> None:
        """Tell this browser from others, the next time it comes with this account."""
        token = self.browser.of(request) or new_token()
        if hashed(token) not in account.browsers:
            try:
                await self.signing_in.change_proved(account, lambda one: accounts.know(one, hashed(token)))
            except Refusal:  # and its sessions have ended, this one too
                raise Wrong from None
        self.browser.put(response, token, A_YEAR)

    async def _tidy(self) -> None:
        now: datetime = real_now()
        for kept in (self.book.sessions, self.book.pending, self.book.audit, self.signing_in):
            await kept.tidy(now)


def _name_of(worker: Worker, how: How) -> str:
    """What a session without an account is kept under."""
    return worker.id if how == "rehearsal" else known_name(worker.id)
