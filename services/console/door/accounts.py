"""An account: what somebody proves himself with. Who he is, the profiles say; of those whom none names, it itself."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from services.console.door import codes
from services.console.door.tokens import hashed
from shared.contracts import Refusal, Role

MUST_HAVE_CODES = frozenset({Role.CHAIRMAN, Role.OFFICE_HEAD, Role.PROVINCE, Role.OPERATOR})
"""Who decides for a commune, or sees more than one: a password alone does not do."""
BROWSERS_KNOWN = 10

Second = Literal["code", "recovery"]
Opening = Literal["account-added", "account-reset"]


@dataclass(frozen=True, slots=True)
class Account:
    """id: the e-mail, as `people.known_name` writes it. commune: whose profile knows him; "" with a role of his own.

    role, name: of the province's people and the operators, who belong to no commune. password: its argon2id hash.
    totp: the shared secret of the second step; totp_step: the last half minute whose code was taken.
    recovery, browsers: hashes, of the codes that are left, and of the browsers he signed in with of late.
    """

    id: str
    commune: str
    made_at: datetime
    role: Role | None = None
    name: str = ""
    password: str | None = None
    totp: str | None = None
    totp_step: int = 0
    recovery: tuple[str, ...] = ()
    browsers: tuple[str, ...] = ()
    closed_at: datetime | None = None
    version: int = 0

    @property
    def proof(self) -> str:
        """Stands for the password that somebody proved himself with: another once it was changed, "" without one."""
        return hashed(self.password) if self.password else ""


def still(account: Account, proof: str) -> Account:
    """The same account, as it was when somebody proved himself.

    Raises:
        Refusal: its password was changed or voided meanwhile.
    """
    if not proof or account.proof != proof:
        raise Refusal("forbidden", "Mật khẩu đã được đổi hoặc đặt lại trong lúc này. Xin đăng nhập lại từ đầu.")
    return account


def set_up(account: Account, password: str, totp: str | None, step: int, recovery: tuple[str, ...]) -> Account:
    """From a link: password, and the second step where it was chosen. password: its hash."""
    return replace(account, password=password, totp=totp, totp_step=step, recovery=recovery)


def change_password(account: Account, password: str) -> Account:
    """password: its hash. Browsers that were known have to prove themselves anew."""
    return replace(account, password=password, browsers=())


def prove(account: Account, typed: str, now: datetime) -> tuple[Account, Second]:
    """The second step; what proves it is used up.

    Raises:
        Refusal: wrong, or used before.
    """
    if account.totp is not None and (step := codes.step_of(account.totp, typed, now, account.totp_step)) is not None:
        return replace(account, totp_step=step), "code"
    told = codes.recovery_hash(typed)
    left = tuple(kept for kept in account.recovery if not hmac.compare_digest(kept, told))
    if len(left) < len(account.recovery):
        return replace(account, recovery=left), "recovery"
    raise Refusal("invalid", "Mã không đúng hoặc đã dùng rồi. Xin chờ mã tiếp theo trên điện thoại.")


def turn_on(account: Account, secret: str, typed: str, recovery: tuple[str, ...], now: datetime) -> Account:
    """The second step from now on, once the telephone has shown that it knows the secret. recovery: hashes.

    Raises:
        Refusal: the code is wrong.
    """
    step = codes.step_of(secret, typed, now, 0)
    if step is None:
        raise Refusal("invalid", "Mã chưa đúng. Xin xem giờ của điện thoại có đúng không, rồi nhập mã đang hiện.")
    return replace(account, totp=secret, totp_step=step, recovery=recovery)


def turn_on_first(account: Account, secret: str, typed: str, recovery: tuple[str, ...], now: datetime) -> Account:
    """The same during a sign-in, which has asked for a password alone: of one that is on already it changes nothing.

    Raises:
        Refusal: the code is wrong, or somebody has turned the second step on meanwhile.
    """
    if account.totp is not None:
        raise Refusal("not-now", "Xác thực hai bước vừa được bật. Xin đăng nhập lại từ đầu.")
    return turn_on(account, secret, typed, recovery, now)


def turn_off(account: Account, role: Role) -> Account:
    """No second step any more.

    Raises:
        Refusal: who decides must have one.
    """
    if role in MUST_HAVE_CODES:
        raise Refusal("not-now", "Vai này bắt buộc xác thực hai bước.")
    return replace(account, totp=None, totp_step=0, recovery=())


def new_recovery(account: Account, recovery: tuple[str, ...]) -> Account:
    """Other codes for paper; those before are void."""
    return replace(account, recovery=recovery)


def know(account: Account, browser: str) -> Account:
    """Remember a browser, by what its cookie hashes to."""
    others = tuple(one for one in account.browsers if one != browser)
    return replace(account, browsers=(*others, browser)[-BROWSERS_KNOWN:])


def reset(account: Account) -> Account:
    """As on the first day, whatever was lost or stolen."""
    return replace(account, password=None, totp=None, totp_step=0, recovery=(), browsers=())


def close(account: Account, now: datetime) -> Account:
    return replace(reset(account), closed_at=account.closed_at or now)


def opened_again(account: Account, fresh: Account) -> Account:
    """A closed account, as if it were new.

    Raises:
        Refusal: it is not closed.
    """
    if account.closed_at is None:
        raise Refusal("not-now", f"Đã có tài khoản {account.id}.")
    return replace(fresh, version=account.version)
