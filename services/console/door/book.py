"""All accounts: opened, reset and closed by whoever runs the installation; each on a link that is good once."""

from collections.abc import AsyncIterator
from datetime import datetime

from services.console.door import accounts
from services.console.door.accounts import Account
from services.console.door.audit import Audit
from services.console.door.pending import Pending
from services.console.door.people import Communes, communes_of, known_name
from services.console.door.sessions import Sessions
from services.console.work.held_store import StoredActs
from shared.contracts import Refusal, Role
from shared.store import Database, Store

COMMAND_LINE = "doithoai account"
"""Who opens and closes accounts, as the record names him."""


class Book:
    """The accounts of an installation, and what hangs on them."""

    def __init__(self, database: Database) -> None:
        self.accounts = Store(database, "accounts", Account)
        self.sessions = Sessions(database)
        self.pending = Pending(database)
        self.audit = Audit(database)
        self._acts = StoredActs(database)

    async def add(
        self,
        email: str,
        communes: Communes,
        now: datetime,
        *,
        commune: str = "",
        role: Role | None = None,
        name: str = "",
    ) -> str:
        """Open an account, or open a closed one again; returns the token of its first link.

        Raises:
            Refusal: there is one; the profiles do not know the address, or several do and none was named.
        """
        id = known_name(email)
        fresh = Account(id, "" if role else _commune(communes, id, commune), now, role=role, name=name or id)
        before = await self.accounts.get(id)
        if before is not None and before.closed_at is None:
            raise Refusal("not-now", f"Đã có tài khoản {id}. Quên mật khẩu thì dùng `doithoai account reset {id}`.")
        await self.accounts.change(id, lambda one: (_instead(one, fresh), []))
        return await self._link(id, fresh.commune, now, "account-added")

    async def reset(self, email: str, now: datetime) -> str:
        """Void password, second step and sessions; returns the token of a new link.

        Raises:
            Refusal: there is no such account, or it is closed.
        """
        account = await self._known(email)
        await self.accounts.change(account.id, lambda one: (accounts.reset(_open(one)), []))
        return await self._link(account.id, account.commune, now, "account-reset")

    async def close(self, email: str, communes: Communes, now: datetime) -> int:
        """Nobody comes in with it any more, nor by the provider; returns how many sessions ended.

        Raises:
            Refusal: there is no such account, and no profile has a person with this address.
        """
        id = known_name(email)
        account = await self.accounts.get(id) or Account(id, _commune(communes, id, ""), now)
        await self.accounts.change(id, lambda one: (accounts.close(one or account, now), []))
        await self.pending.drop(account.id)
        await self._acts.void(account.id)
        ended = await self.sessions.end_all(account.id)
        await self.audit.note("account-closed", "done", who=COMMAND_LINE, about=account.id, commune=account.commune)
        return ended

    async def all(self) -> AsyncIterator[Account]:
        """Every account, by its address."""
        for account in await self.accounts.find({}, sort="_id"):
            yield account

    async def _known(self, email: str) -> Account:
        account = await self.accounts.get(known_name(email))
        if account is None:
            raise Refusal("not-found", f"Chưa có tài khoản {known_name(email)}.")
        return account

    async def _link(self, id: str, commune: str, now: datetime, kind: accounts.Opening) -> str:
        """Earlier links and sessions are void with it, and what was done in them and is still held back."""
        await self.pending.drop(id)
        await self._acts.void(id)
        await self.sessions.end_all(id)
        token = await self.pending.put("link", id, now)
        await self.audit.note(kind, "done", who=COMMAND_LINE, about=id, commune=commune)
        return token


def _commune(communes: Communes, id: str, wanted: str) -> str:
    found = communes_of(communes, id)
    if wanted and wanted not in found:
        raise Refusal("invalid", f"Hồ sơ xã {wanted!r} không có ai dùng địa chỉ {id}: xin thêm vào mục people trước.")
    if not found:
        remedy = "Xin thêm người đó vào mục people của hồ sơ xã, hoặc dùng --role province, --role operator."
        raise Refusal("invalid", f"Không hồ sơ xã nào có địa chỉ {id}. {remedy}")
    if not wanted and len(found) > 1:
        raise Refusal("invalid", f"Địa chỉ {id} có ở nhiều xã ({', '.join(found)}): xin chọn một bằng --commune.")
    return wanted or found[0]


def _instead(before: Account | None, fresh: Account) -> Account:
    """The fresh one, in the place of a closed one."""
    if before is None:
        return fresh
    return accounts.opened_again(before, fresh)


def _open(account: Account | None) -> Account:
    if account is None:
        raise Refusal("not-found", "Không còn tài khoản này.")
    if account.closed_at is not None:
        raise Refusal("not-now", f"Tài khoản {account.id} đã khóa: mở lại bằng `doithoai account add {account.id}`.")
    return account
