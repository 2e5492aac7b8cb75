"""`doithoai account`: opens, resets and closes accounts of the console, in its database; and a session for a command.

Where a stack runs on the data folder, it is that one's; else the one that the environment names (`MONGO_URL`).
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded.installation import running
from services.console.door.accounts import Account
from services.console.door.book import Book
from services.console.door.first_pages import PATH
from services.console.door.people import acting_as
from services.console.door.sessions import Session
from services.console.door.tokens import hashed
from shared.clock import real_now
from shared.communes import Communes
from shared.contracts import Role
from shared.settings import Settings
from shared.store import Database

COOKIE = "doithoai_console"
"""As the console names it on this machine, where it is reached without TLS."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One account as it stands. state: in Vietnamese."""

    email: str
    name: str
    role: Role | None
    commune: str
    state: str
    two_steps: bool
    sessions: int


@dataclass(frozen=True, slots=True)
class Office:
    """An installation's accounts. console: its address, for links."""

    book: Book
    communes: Communes
    console: str

    async def add(self, email: str, commune: str, role: Role | None, name: str) -> str:
        """Returns the link. Raises Refusal."""
        token = await self.book.add(email, self.communes, real_now(), commune=commune, role=role, name=name)
        return self._link(token)

    async def reset(self, email: str) -> str:
        """Returns the link. Raises Refusal."""
        return self._link(await self.book.reset(email, real_now()))

    async def close(self, email: str) -> int:
        """Returns how many sessions ended. Raises Refusal."""
        return await self.book.close(email, self.communes, real_now())

    async def listed(self) -> list[Listed]:
        """All accounts, by their addresses."""
        return [await self._listed(account) async for account in self.book.all()]

    async def _listed(self, account: Account) -> Listed:
        who = acting_as(self.communes, account.id, account.commune, account.role, account.name)
        name = who.worker.name if who and who.worker else account.name
        sessions = len(await self.book.sessions.of(account.id, real_now()))
        two = account.totp is not None
        return Listed(
            account.id,
            name,
            who.role if who else None,
            account.commune,
            _state(account, who is not None),
            two,
            sessions,
        )

    def _link(self, token: str) -> str:
        return f"{self.console.rstrip('/')}{PATH}?ma={token}"


@asynccontextmanager
async def office(data: Path) -> AsyncIterator[Office]:
    """The accounts of the stack that runs on a data folder, else of the installation that the environment names."""
    stack, settings = running(data), Settings()
    database = Database(stack.mongo_url if stack else settings.mongo_url, "console")
    try:
        book = Book(database)
        await database.prepare()
        yield Office(
            book, Communes.load(settings.communes), stack.services["console"] if stack else settings.console_url
        )
    finally:
        database.close()


@asynccontextmanager
async def let_in(mongo_url: str, commune: str, command: str) -> AsyncIterator[dict[str, str]]:
    """A session for a command that reads figures of a commune: its cookie. It ends with the command."""
    database, now = Database(mongo_url, "console"), real_now()
    try:
        book = Book(database)
        session = Session("", command, commune, "machine", now, now, role=Role.PROVINCE, name=command, device=command)
        token = await book.sessions.begin(session)
        try:
            yield {COOKIE: token}
        finally:
            await book.sessions.end(command, hashed(token))
    finally:
        database.close()


def _state(account: Account, is_known: bool) -> str:
    if account.closed_at is not None:
        return "đã khóa"
    if not is_known:
        return "không còn trong hồ sơ xã"
    return "đang dùng" if account.password else "chờ đặt mật khẩu"
