"""The door of a running console: sessions in its database, and the pages by which one comes in."""

from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import Response

from services.console.acting import Acting
from services.console.door.cookies import Cookie
from services.console.door.people import who_is
from services.console.door.sessions import LONGEST, How, Session, Sessions
from services.console.door.sign_in_pages import add_sign_in
from services.console.pages import Pages
from shared.clock import RehearsalClock, real_now
from shared.contracts import Role
from shared.service import Service

MOST_OF_A_NAME = 200


class Doorkeeper:
    """Lets people in and out. Sessions last by the real time, whatever a rehearsal plays."""

    def __init__(self, service: Service) -> None:
        assert service.database is not None, "the door keeps its sessions in a database"
        secure = service.settings.console_url.startswith("https:")
        self.rehearsed = isinstance(service.clock, RehearsalClock)
        self.sessions = Sessions(service.database)
        self.cookie = Cookie("doithoai_console", secure)
        self._communes = service.communes
        service.tidies(3600, self._tidy)

    def add_pages(self, outside: APIRouter, inside: APIRouter, service: Service, pages: Pages) -> None:
        add_sign_in(outside, inside, service, pages, self)

    async def who(self, request: Request) -> Acting | None:
        session = await self.session(request)
        return who_is(self._communes, session, rehearsed=self.rehearsed) if session else None

    async def session(self, request: Request) -> Session | None:
        """The session of a browser, asked for once a request."""
        if not hasattr(request.state, "session"):
            token = self.cookie.of(request)
            request.state.session = await self.sessions.find(token, self.now()) if token else None
        found: Session | None = request.state.session
        return found

    async def let_in(
        self, request: Request, response: Response, account: str, commune: str, how: How, role: Role | None = None
    ) -> None:
        """Begin a session of a new name, and end the one this browser had."""
        await self.let_out(request, response)
        now = self.now()
        device, address = request.headers.get("user-agent", "")[:MOST_OF_A_NAME], address_of(request)
        session = Session("", account, commune, how, now, now, role=role, device=device, address=address)
        self.cookie.put(response, await self.sessions.begin(session), LONGEST)

    async def let_out(self, request: Request, response: Response) -> None:
        """End the session of this browser."""
        if session := await self.session(request):
            await self.sessions.end(session.account, session.id)
        self.cookie.drop(response)

    def now(self) -> datetime:
        return real_now()

    async def _tidy(self) -> None:
        await self.sessions.tidy(self.now())


def address_of(request: Request) -> str:
    """Where a request comes from, as the server knows it (`trusted_proxies`)."""
    return request.client.host if request.client else ""
