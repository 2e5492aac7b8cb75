"""By what the sender of a form is known when he sends it again: only he gets its first receipt once more.

Whoever knows a neighbour's name, number and words could otherwise send his form again and be shown its code.
Only hashes are kept.
"""

import hashlib
import hmac
import secrets

from itsdangerous import BadData, URLSafeSerializer
from pydantic import SecretStr

from services.intake.pages.limits import network_of
from services.intake.reception import AlreadyTaken
from services.intake.submissions import SAME_NETWORK_FOR, Sender
from shared.communes import Profile

SALT = "lan-gui"

_ON_THE_RECEIPT = "Không có phiếu mới nào được lập. Mã phiếu ghi trên giấy tiếp nhận của lần gửi đầu."


class Senders:
    """Knows senders again. secret: the same for all replicas; None: one that lasts until this process ends."""

    def __init__(self, secret: SecretStr | None) -> None:
        self._key = secret.get_secret_value() if secret else secrets.token_urlsafe(32)
        self._signer = URLSafeSerializer(self._key, salt=SALT)

    def token(self) -> str:
        """For one form that is shown: it goes with the form, and comes back with it whenever it is sent."""
        return self._signer.dumps(secrets.token_urlsafe(16))

    def of_page(self, token: str) -> Sender:
        """Who sends this form; who has no token of ours is not known again."""
        try:
            drawn: object = self._signer.loads(token)
        except BadData:
            return Sender(None)
        return Sender(self._mark("page", str(drawn)))

    def of_program(self, key: str | None, host: str | None) -> Sender:
        """Who sends over the API, by the key that he gave; without one by where he is, and only for a while."""
        if key is not None:
            return Sender(self._mark("key", key))
        return Sender(self._mark("network", network_of(host)), SAME_NETWORK_FOR)

    def _mark(self, kind: str, known_by: str) -> str:
        """Keyed, for a hash alone of an address of the network is soon undone."""
        return hmac.new(self._key.encode(), f"{SALT}\0{kind}\0{known_by}".encode(), hashlib.sha256).hexdigest()


def where_the_code_is(taken: AlreadyTaken, commune: Profile) -> str:
    """What is told to whoever repeats a form and is not known as its sender."""
    if taken.was_mailed:
        return f"{_ON_THE_RECEIPT} Giấy ấy đã được gửi đến địa chỉ thư điện tử ghi trên phiếu."
    return (
        f"{_ON_THE_RECEIPT} Nếu không còn giấy ấy, xin ông/bà hỏi Văn phòng UBND {commune.name} "
        f"({office_of(commune)}). Văn phòng cho biết mã phiếu sau khi xác minh người hỏi."
    )


def office_of(commune: Profile) -> str:
    """How its office is reached, in one line."""
    return ", ".join(way for way in (commune.email, commune.phone, commune.address) if way)
