"""Message-IDs that nobody can work out: each has a token that only notify can make, and makes the same again.

What comes back of a mail is known by its Message-ID. Ids are made of what many know (case, commune, day, address), so
without the token anybody could say of any mail that it was returned.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from shared.store import Database, Store

TOKEN_BYTES = 15
"""24 characters of base32."""


class MessageIds:
    """secret: None until it was learned; no mail is made and no report believed before."""

    def __init__(self, secret: bytes | None = None) -> None:
        self._secret = secret

    async def learn(self, kept: "Secrets") -> None:
        self._secret = await kept.of_message_ids()

    def token(self, id: str) -> str:
        """Of a mail, the same for every attempt."""
        assert self._secret is not None, "learned when the service starts"
        made = hmac.digest(self._secret, id.encode(), hashlib.sha256)[:TOKEN_BYTES]
        return base64.b32encode(made).decode("ascii").lower()

    def made(self, id: str, token: str) -> bool:
        """Whether this token is that mail's."""
        return hmac.compare_digest(self.token(id).encode(), token.encode())


@dataclass(frozen=True, slots=True)
class Secret:
    """What notify alone knows. commune: empty, it is of all of them."""

    id: str
    value: str = field(repr=False)
    commune: str = ""
    version: int = 0


class Secrets(Store[Secret]):
    """Made once, and the same for all replicas: reports come days after their mail, to any of them."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, "secrets", Secret)

    async def of_message_ids(self) -> bytes:
        fresh = Secret("message-ids", secrets.token_hex(32))
        saved = await self.change(fresh.id, lambda known: (known or fresh, []))
        return bytes.fromhex(saved.state.value)
