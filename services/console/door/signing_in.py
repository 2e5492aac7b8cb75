"""How somebody proves who he is: a password, then a code. What it costs to guess is counted beforehand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Literal

from services.console.acting import Acting
from services.console.door import accounts, lockout
from services.console.door.accounts import MUST_HAVE_CODES, Account
from services.console.door.book import Book
from services.console.door.lockout import Attempts, Counted, Locked
from services.console.door.passwords import Hashing, is_outdated
from services.console.door.people import Communes, acting_as, known_name
from services.console.door.tokens import hashed
from shared.clock import real_now
from shared.contracts import Refusal
from shared.store import Database, StaleSave, Store

Next = Literal["in", "code", "enrolment"]
_CROWDED = timedelta(seconds=5)
"""To wait, where too many try the same at once."""


class Wrong(Exception):
    """Not the right name, or not the right password (any more): nobody is told which."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody whose password was right, and what is still to come."""

    account: Account
    who: Acting
    next: Next


@dataclass(frozen=True, slots=True)
class From:
    """Where an attempt comes from. browser: the cookie that tells one browser from another; "" in a new one."""

    address: str
    browser: str


class SigningIn:
    """Looks at passwords and codes."""

    def __init__(self, database: Database, book: Book, communes: Communes) -> None:
        self._attempts = Store(database, "attempts", Attempts)
        self._collection = database.collection("attempts")
        self._book = book
        self._communes = communes
        self.hashing = Hashing()

    async def by_password(self, name: str, password: str, place: From) -> Entrant:
        """The first step.

        Raises:
            Wrong: it is told by the same words, after the same work, whether there is such an account or not.
            Locked: nothing was looked at.
        """
        now, id = real_now(), known_name(name)
        account = await self._book.accounts.get(id)
        against = _against(id, account, place)
        paused = await self._begin(against, now)
        right = await self.hashing.verify(account.password if account else None, password)
        who = self.who_has(account) if account and right else None
        if account is None or who is None:
            await self.failed("wrong-password", place, account, paused=paused)
            raise Wrong
        account = await self._by_todays_parameters(account, password)
        step = _next(account, who)
        await self._change(against, lockout.succeed if step == "in" else lockout.take_back)
        return Entrant(account, who, step)

    async def by_code(self, id: str, typed: str, place: From, proof: str) -> Entrant:
        """The second step. proof: of the password that the first was made with.

        Raises:
            Refusal: a wrong code, or one that was taken before; or the password is another by now.
            Locked: nothing was looked at.
        """
        now, account = real_now(), await self.account(id)
        against = _against(id, account, place)
        paused = await self._begin(against, now)
        second: list[accounts.Second] = []

        def proved(one: Account | None) -> tuple[Account, list[object]]:
            after, how = accounts.prove(accounts.still(_there(one), proof), typed, now)
            second[:] = [how]
            return after, []

        try:
            account = (await self._book.accounts.change(id, proved)).state  # type: ignore[arg-type]
        except Refusal:
            await self.failed("wrong-code", place, account, paused=paused)
            raise
        who = self.who_has(account)
        if who is None:
            raise Refusal("forbidden", "Tài khoản này không còn dùng được.")
        await self._change(against, lockout.succeed)
        if second == ["recovery"]:
            await self._book.audit.note("recovery-used", "done", who=id, commune=account.commune, address=place.address)
        return Entrant(account, who, "in")

    async def password_of(self, id: str, password: str, place: From) -> Account:
        """Somebody who is in proves himself once more, before he changes what he proves himself with.

        Raises:
            Refusal: it is not his password.
            Locked: nothing was looked at.
        """
        account = await self.account(id)
        against = _against(id, account, place)
        paused = await self._begin(against, real_now())
        if not await self.hashing.verify(account.password, password):
            await self.failed("wrong-password", place, account, paused=paused)
            raise Refusal("invalid", "Mật khẩu hiện tại chưa đúng.")
        await self._change(against, lockout.succeed)
        return account

    async def elsewhere(self, place: From) -> bool:
        """Somebody is back from the provider; returns whether his address has to pause, should he not be vouched for.

        Raises:
            Locked: nothing is looked at.
        """
        return await self._begin(lockout.counted_elsewhere(place.address), real_now())

    async def vouched(self, place: From) -> None:
        """He was, or the provider was away: it is no failure."""
        await self._change(lockout.counted_elsewhere(place.address), lockout.succeed)

    async def may_go(self, place: From) -> None:
        """Whether an address may send somebody to the provider.

        Raises:
            Locked: nobody was vouched for, again and again.
        """
        await self._look(lockout.counted_elsewhere(place.address), real_now())

    async def failed(
        self, outcome: str, place: From, account: Account | None = None, *, paused: bool = False, verb: str = ""
    ) -> None:
        """Record it. paused: the pause that begins with it, too; what is tried during a pause is not recorded."""
        who, commune = (account.id, account.commune) if account else ("", "")
        note = partial(self._book.audit.note, who=who, commune=commune, address=place.address)
        await note("sign-in-failed", outcome, verb=verb)
        if paused:
            await note("sign-in-locked", "locked")

    async def account(self, id: str) -> Account:
        """An account that is open.

        Raises:
            Refusal: there is none.
        """
        account = await self._book.accounts.get(id)
        if account is None or account.closed_at is not None:
            raise Refusal("forbidden", "Tài khoản này không còn dùng được.")
        return account

    def who_has(self, account: Account) -> Acting | None:
        """Who an account is today; None when it is closed, or the profile has nobody with it."""
        if account.closed_at is not None:
            return None
        return acting_as(self._communes, account.id, account.commune, account.role, account.name)

    async def change(self, id: str, rule: Callable[[Account], Account]) -> Account:
        """Change an account by a rule."""
        return (await self._book.accounts.change(id, lambda one: (rule(_there(one)), []))).state

    async def change_proved(self, proved: Account, rule: Callable[[Account], Account]) -> Account:
        """The same, as long as it has the password that somebody has just proved himself with.

        Raises:
            Refusal: it has another, or none.
        """
        return await self.change(proved.id, lambda one: rule(accounts.still(one, proved.proof)))

    async def tidy(self, now: datetime) -> None:
        await self._collection.delete_many({"last_at": {"$lt": now - lockout.FORGOTTEN_AFTER}})

    async def _by_todays_parameters(self, account: Account, password: str) -> Account:
        if not (account.password and is_outdated(account.password)):
            return account
        anew = await self.hashing.hash(password)
        try:
            return await self.change_proved(account, lambda one: replace(one, password=anew))
        except Refusal:
            raise Wrong from None

    async def _begin(self, against: Counted, now: datetime) -> bool:
        """Count the attempt against all that it counts against, or refuse it where one of them has to wait.

        Returns whether a failure pauses one of them.
        """
        await self._look(against, now)
        counted = await self._change(against, partial(lockout.begin, now=now))
        return any(one.until is not None for one in counted)

    async def _look(self, against: Counted, now: datetime) -> None:
        for key in against.keys:
            found = await self._attempts.get(key)
            if found is not None:
                lockout.begin(found, now)

    async def _change(self, against: Counted, rule: Callable[[Attempts], Attempts]) -> list[Attempts]:
        changed = list[Attempts]()
        for key in against.keys:
            try:
                saved = await self._attempts.change(key, lambda one, key=key: (rule(one or Attempts(key)), []))  # type: ignore[misc]
            except StaleSave:
                raise Locked(real_now() + _CROWDED) from None
            changed.append(saved.state)
        return changed


def _against(id: str, account: Account | None, place: From) -> Counted:
    browser = hashed(place.browser) if place.browser else ""
    known = account is not None and browser in account.browsers
    return lockout.counted(id, place.address, browser if known else None)


def _next(account: Account, who: Acting) -> Next:
    if account.totp is not None:
        return "code"
    return "enrolment" if who.role in MUST_HAVE_CODES else "in"


def _there(account: Account | None) -> Account:
    if account is None or account.closed_at is not None:
        raise Refusal("forbidden", "Tài khoản này không còn dùng được.")
    return account
